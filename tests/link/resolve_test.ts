import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { boundCall } from "../../lib/link/bound_functions.ts";
import {
  type CSignature,
  declareFastFunction,
  type FastFunctionDeclaration,
} from "../../lib/link/fast_api.ts";
import { InstantiationErrors } from "../../lib/link/errors.ts";
import { resolveFunctionImport } from "../../lib/link/resolve.ts";
import {
  bindExternal,
  FunctionReference,
  type WrappedCallable,
} from "../../lib/runtime/function_reference.ts";
import { declareHostFunction } from "../../lib/runtime/host_function.ts";
import type { Callable, ImportedFunction } from "../../lib/runtime/imported_function.ts";
import { InstanceData } from "../../lib/runtime/instance_data.ts";
import { LinkError } from "../../lib/syntax/errors.ts";
import { EXNREF, EXTERNREF, F32, F64, I32, STRINGREF, V128, type ValueType } from "../../lib/syntax/types.ts";
import {
  compiledModule,
  signature,
  type TestEngine,
  testEngine,
  TestSuspending,
} from "../instance/test_engine.ts";

const engine = testEngine();

/** `value` imported with this signature. */
function resolve(
  value: unknown,
  params: ValueType[] = [],
  results: ValueType[] = [],
  into: TestEngine = engine,
  builtins: string[] = [],
): ImportedFunction {
  const module = compiledModule(into, {
    types: [signature(params, results)],
    imports: [{ module: "m", name: "f", kind: "function", index: 0 }],
    functions: [{ type: 0, importIndex: 0, exact: false, body: null }],
  }, { builtins, importedStringConstants: null });
  return resolveFunctionImport(
    new InstanceData(module),
    0,
    value,
    new InstantiationErrors(module.record),
  );
}

/** A wasm function without parameters, as JavaScript sees it. */
function exportedFunction(
  wrapped: WrappedCallable | null = null,
): { object: Callable; reference: FunctionReference } {
  const source = { engine, prepare() {}, wrappedCallable: () => wrapped };
  const reference = new FunctionReference(engine.types.functionType([], []), source, 0);
  const object = () => {};
  bindExternal(reference, object);
  return { object, reference };
}

Deno.test("an import that cannot be called is a LinkError", () => {
  for (const value of [undefined, null, 1, {}, "f"]) {
    assertThrows(
      () => resolve(value),
      LinkError,
      'Import #0 "m" "f": function import requires a callable',
    );
  }
});

Deno.test("plain functions match by their number of formal parameters", () => {
  assertEquals(resolve((a: number) => a, [I32]).kind, "arity match");
  assertEquals(resolve(() => 1, [I32]).kind, "arity mismatch");
  assertEquals(
    resolve(function (this: unknown, _a: number, ..._rest: number[]) {}, [I32]).kind,
    "arity match",
  );
  assertEquals(resolve(Math.max, [I32, I32]).kind, "arity match");
  assertEquals(resolve(async () => {}).kind, "arity match");
  assertEquals(resolve({ class() {} }.class).kind, "arity match");
});

Deno.test("a plain function keeps its callable and gets a reference of its own", () => {
  const f = (a: number) => a;
  const imported = resolve(f, [I32], [I32]);
  assertStrictEquals(imported.callable, f);
  assertEquals([imported.expectedArity, imported.suspending, imported.reference.index], [1, false, 0]);
});

Deno.test("classes, bound functions and proxies are called generically, and not looked into", () => {
  assertEquals(resolve(class {}).kind, "generic call");
  assertEquals(resolve(class extends Array {}).kind, "generic call");
  assertEquals(resolve((() => {}).bind(null)).kind, "generic call");
  const proxy = new Proxy(() => {}, {
    get: () => assertEquals("read", "not read"),
    getOwnPropertyDescriptor: () => assertEquals("read", "not read") as undefined,
  });
  assertEquals(resolve(proxy).kind, "generic call");
});

Deno.test("a length that was redefined as an accessor is not called", () => {
  const f = Object.defineProperty(() => {}, "length", {
    get: () => assertEquals("called", "not called"),
  });
  assertEquals(resolve(f).kind, "generic call");
});

Deno.test("signatures without JavaScript values link, and fail when they are called", () => {
  assertEquals(resolve(() => {}, [V128]).kind, "runtime type error");
  assertEquals(resolve(() => {}, [], [EXNREF]).kind, "runtime type error");
});

Deno.test("an exported function of another type is a LinkError", () => {
  assertThrows(
    () => resolve(exportedFunction().object, [I32]),
    LinkError,
    'Import #0 "m" "f": imported function does not match the expected type',
  );
});

Deno.test("an exported function of the same type is called directly", () => {
  const { object, reference } = exportedFunction();
  const imported = resolve(object);
  assertEquals([imported.kind, imported.callable], ["wasm-to-wasm", null]);
  assertStrictEquals(imported.reference, reference);
});

Deno.test("a re-exported import is resolved to what it wraps and keeps its reference", () => {
  const callable = () => {};
  const { object, reference } = exportedFunction({ callable, suspending: true });
  const imported = resolve(object);
  assertEquals([imported.kind, imported.suspending], ["arity match", true]);
  assertStrictEquals(imported.callable, callable);
  assertStrictEquals(imported.reference, reference);
});

Deno.test("an exported function of another engine is a JavaScript function", () => {
  const other = testEngine();
  const imported = resolve(exportedFunction().object, [I32], [], other);
  assertEquals(imported.kind, "arity mismatch");
});

Deno.test("Suspending is unwrapped", () => {
  const f = (a: number) => a;
  const imported = resolve(new TestSuspending(f), [I32]);
  assertEquals([imported.kind, imported.suspending], ["arity match", true]);
  assertStrictEquals(imported.callable, f);
});

Deno.test("a declared host function is called without conversions, and only with its signature", () => {
  const f = declareHostFunction([I32], [I32], (x: number) => x);
  assertEquals(resolve(f, [I32], [I32]).kind, "wasm-to-host");
  assertThrows(() => resolve(f, [I32]), LinkError, "imported function does not match the expected type");
});

Deno.test("compile-time builtins come before everything else", () => {
  const builtin = () => {};
  const withBuiltins = testEngine({}, { "m f": builtin });
  const imported = resolve(builtin, [I32, I32], [], withBuiltins, ["m"]);
  assertEquals([imported.kind, imported.expectedArity], ["compile-time builtin", 2]);
  assertEquals(resolve(() => {}, [], [], withBuiltins, ["m"]).kind, "arity match");
  assertEquals(resolve(builtin, [], [], withBuiltins).kind, "arity match");
});

Deno.test("a subtype of the declared function type is accepted, unless the import is exact", () => {
  const supertype = { ...signature(), final: false };
  const subtype = { ...signature(), supertype: 0 };
  const link = (exact: boolean) => {
    const module = compiledModule(engine, {
      types: [supertype, subtype],
      imports: [{ module: "m", name: "f", kind: "function", index: 0 }],
      functions: [{ type: 0, importIndex: 0, exact, body: null }],
    });
    const reference = new FunctionReference(module.types[1], null, -1);
    const object = () => {};
    bindExternal(reference, object);
    const errors = new InstantiationErrors(module.record);
    return resolveFunctionImport(new InstanceData(module), 0, object, errors).kind;
  };
  assertEquals(link(false), "wasm-to-wasm");
  assertThrows(() => link(true), LinkError);
});

Deno.test("resolution does not depend on prototypes that were patched later", () => {
  const { toString } = Function.prototype;
  Function.prototype.toString = () => "class";
  try {
    assertEquals(resolve((a: number) => a, [I32]).kind, "arity match");
  } finally {
    Function.prototype.toString = toString;
  }
});

const C_SIGNATURE: CSignature = { params: ["f64"], result: "f64", int64: "bigint" };

Deno.test("a function with a C signature that fits is a fast API function, before it is anything else", () => {
  const { sqrt } = Math;
  const fast = declareFastFunction((x: number) => sqrt(x), {
    overloads: [C_SIGNATURE],
    acceptsAnyReceiver: true,
  });
  const imported = resolve(fast, [F64], [F64]);
  assertEquals([imported.kind, imported.intrinsic?.name], ["fast API", "(f64) -> f64"]);
  assertStrictEquals(imported.callable, fast);
  assertEquals(resolve(fast, [I32], [F64]).kind, "arity match");
  assertEquals(resolve(fast, [F64, F64], [F64]).kind, "arity mismatch");
});

Deno.test("a bound call of a fast API function may use any overload that fits", () => {
  const receiverCheck = () => true;
  const method = declareFastFunction(function (this: unknown, _x: number) {}, {
    overloads: [C_SIGNATURE, { params: ["i32"], result: "void", int64: "bigint" }],
    acceptsAnyReceiver: false,
    receiverCheck,
  });
  const bound = boundCall(method);
  const { kind, intrinsic } = resolve(bound, [EXTERNREF, I32]);
  assertEquals(kind, "fast API");
  assertStrictEquals(intrinsic!.fastCall!.target, method);
  assertStrictEquals(intrinsic!.fastCall!.receiverCheck, receiverCheck);
  assertEquals(intrinsic!.fastCall!.receiver, "first parameter");
  assertEquals(resolve(method, [I32]).kind, "arity match");
});

Deno.test("well-known imports are recognised with their signature, and generic with any other", () => {
  const getInt8 = boundCall(DataView.prototype.getInt8);
  assertEquals(resolve(getInt8, [EXTERNREF, I32], [I32]).kind, "well-known import");
  assertEquals(resolve(getInt8, [EXTERNREF, F64], [I32]).kind, "generic call");
  assertEquals(
    resolve(Function.prototype.call.bind(DataView.prototype.getInt8), [EXTERNREF, I32], [I32]).kind,
    "generic call",
  );
  assertEquals(resolve(parseFloat, [STRINGREF], [F64]).kind, "well-known import");
  assertEquals(resolve(parseFloat, [EXTERNREF], [F64]).kind, "arity match");
});

Deno.test("functions of Math are intrinsics where their signature fits", () => {
  const { kind, intrinsic } = resolve(Math.hypot, [F64, F64], [F64]);
  assertEquals([kind, intrinsic], ["arity match", null]);
  assertEquals(resolve(Math.atan2, [F64, F64], [F64]).intrinsic?.name, "Math.atan2");
  assertEquals(resolve(Math.abs, [F32], [F32]).intrinsic?.name, "Math.abs (f32)");
  assertEquals(resolve(Math.sin, [F32], [F32]).kind, "arity match");
  assertEquals(resolve(new TestSuspending(Math.sin), [F64], [F64]).suspending, true);
});

/** Fits every function with these types, and says so before anything else is asked. */
const anything = (params: CSignature["params"], result: CSignature["result"]): FastFunctionDeclaration => ({
  overloads: [{ params, result, int64: "bigint" }],
  acceptsAnyReceiver: true,
});

Deno.test("order 1, 2: a compile-time builtin comes before all, and Suspending is unwrapped before its function is looked at", () => {
  const builtin = declareFastFunction(() => {}, anything([], "void"));
  const withBuiltins = testEngine({}, { "m f": builtin });
  assertEquals(resolve(builtin, [], [], withBuiltins, ["m"]).kind, "compile-time builtin");
  const fast = resolve(new TestSuspending(builtin));
  assertEquals([fast.kind, fast.suspending], ["fast API", true]);
  assertEquals(resolve(new TestSuspending(class {} as unknown as Callable)).kind, "generic call");
});

Deno.test("order 3: a wasm function of another type is refused before its types are found not to cross", () => {
  const { object } = exportedFunction();
  assertThrows(
    () => resolve(object, [V128]),
    LinkError,
    "imported function does not match the expected type",
  );
  const { object: wrapping } = exportedFunction({
    callable: class {} as unknown as Callable,
    suspending: false,
  });
  assertThrows(() => resolve(wrapping, [V128]), LinkError);
  assertEquals(resolve(wrapping).kind, "generic call");
});

Deno.test("order 3, 4: behind a wasm function that wraps one come all the other kinds", () => {
  const kinds = [
    declareHostFunction([], [], () => undefined),
    declareFastFunction(() => {}, anything([], "void")),
    () => {},
    (_: unknown) => {},
    (() => {}).bind(null),
  ].map((callable) => {
    const { object, reference } = exportedFunction({ callable, suspending: false });
    const imported = resolve(object);
    assertStrictEquals(imported.reference, reference);
    assertStrictEquals(imported.callable, callable);
    return imported.kind;
  });
  assertEquals(kinds, ["wasm-to-host", "fast API", "arity match", "arity mismatch", "generic call"]);
});

Deno.test("order 5: a declared signature is looked at before it is found not to cross, and never suspends", () => {
  const vector = declareHostFunction([V128], [], () => undefined);
  assertEquals(resolve(vector, [V128]).kind, "wasm-to-host");
  assertThrows(() => resolve(vector, [EXNREF]), LinkError);
  const suspending = resolve(new TestSuspending(vector), [V128]);
  assertEquals([suspending.kind, suspending.suspending], ["wasm-to-host", false]);
});

Deno.test("order 6: types that cannot cross make it a runtime type error, whatever else the function is", () => {
  const fast = declareFastFunction((_: unknown) => {}, anything(["any"], "void"));
  assertEquals(resolve(fast, [EXTERNREF]).kind, "fast API");
  for (const value of [fast, Math.sin, parseFloat, class {}, (() => {}).bind(null)]) {
    assertEquals(resolve(value, [EXNREF]).kind, "runtime type error");
  }
});

Deno.test("order 7, 8: a C signature comes before what is well known", () => {
  const getInt8 = boundCall(DataView.prototype.getInt8);
  assertEquals(resolve(getInt8, [EXTERNREF, I32], [I32]).kind, "well-known import");
  const declared = boundCall(
    declareFastFunction(function getInt8(this: unknown, _: number) {
      return 1;
    }, anything(["i32"], "i32")),
  );
  assertEquals(resolve(declared, [EXTERNREF, I32], [I32]).kind, "fast API");
});

Deno.test("order 8 to 11: builtins under another type are the plain functions they are", () => {
  assertEquals(resolve(parseFloat, [STRINGREF], [F64]).kind, "well-known import");
  assertEquals(resolve(parseFloat, [STRINGREF], [F32]).kind, "arity match");
  assertEquals(resolve(Math.atan2, [F64, F64], [F64]).kind, "math intrinsic");
  assertEquals(resolve(Math.atan2, [F64], [F64]).kind, "arity mismatch");
  assertEquals(resolve(boundCall(Math.atan2), [EXTERNREF, F64, F64], [F64]).kind, "generic call");
  // A class is generic even with the right number of parameters.
  assertEquals(
    resolve(
      class {
        constructor(_: number) {}
      },
      [I32],
    ).kind,
    "generic call",
  );
});
