import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  BUILTIN_SETS,
  BuiltinFunctions,
  builtinType,
  checkCompileTimeImports,
  findBuiltin,
  hasTypeOf,
} from "../../lib/link/compile_time_builtins.ts";
import type { LinkOptions } from "../../lib/runtime/compiled_module.ts";
import { TypeRegistry } from "../../lib/syntax/canonical_types.ts";
import { CompileError } from "../../lib/syntax/errors.ts";
import type { Global, Import, Module } from "../../lib/syntax/module.ts";
import {
  ANYREF,
  definedHeapType,
  EXTERN,
  EXTERNREF,
  I16,
  I32,
  refType,
  sharedHeapType,
  type SubType,
  type ValueType,
} from "../../lib/syntax/types.ts";

const registry = new TypeRegistry();
const NOT_NULL = refType(EXTERN, false);
const ALL: LinkOptions = { builtins: BUILTIN_SETS, importedStringConstants: "#" };

function final(composite: SubType["composite"], shared = false): SubType {
  return { final: true, supertype: null, shared, descriptor: null, describes: null, composite };
}

function func(params: ValueType[], results: ValueType[], shared = false): SubType {
  return final({ kind: "func", params, results }, shared);
}

/** Checks a module with one import, a function of the last of these types, each type a group of its own. */
function checkFunction(module: string, name: string, types: SubType[], options: LinkOptions = ALL): void {
  const canonical = registry.canonicalize(
    types,
    types.map((_, start) => ({ start, size: 1, explicit: false })),
  );
  const record = {
    imports: [{ module, name, kind: "function", index: 0 }] satisfies Import[],
    functions: [{ type: types.length - 1, importIndex: 0, exact: false, body: null }],
  } as unknown as Module;
  checkCompileTimeImports(record, canonical, options, registry, () => 19);
}

function refuses(module: string, name: string, types: SubType[]): void {
  assertThrows(
    () => checkFunction(module, name, types),
    CompileError,
    `Imported builtin function "${module}" "${name}" has incorrect signature @+19`,
  );
}

/** Checks a module with one imported global. */
function checkConstant(type: Global["type"]): void {
  const record = {
    imports: [{ module: "#", name: "hello", kind: "global", index: 0 }] satisfies Import[],
    globals: [{ type, importIndex: 0, init: null }] satisfies Global[],
  } as unknown as Module;
  checkCompileTimeImports(record, [], ALL, registry, () => 14);
}

Deno.test("a builtin is found in a set that was asked for, under its own name", () => {
  assertEquals(findBuiltin("wasm:js-string", "length", ["js-string"]), { set: "js-string", name: "length" });
  assertEquals(findBuiltin("wasm:js-string", "length", ["text-encoder"]), null);
  assertEquals(findBuiltin("wasm:js-string", "nope", BUILTIN_SETS), null);
  assertEquals(findBuiltin("wasm:js-string", "constructor", BUILTIN_SETS), null);
  assertEquals(findBuiltin("js-string", "length", BUILTIN_SETS), null);
  assertEquals(findBuiltin("wasm:unknown", "length", ["unknown"]), null);
});

Deno.test("a builtin has one function in an engine", () => {
  const functions = new BuiltinFunctions((elements) => ({ elements }));
  const length = findBuiltin("wasm:js-string", "length", BUILTIN_SETS)!;
  assertEquals(functions.functionOf(length)("abc"), 3);
  assertStrictEquals(functions.functionOf(length), functions.functionOf({ ...length }));
  const encode = findBuiltin("wasm:text-encoder", "encodeStringToUTF8Array", BUILTIN_SETS)!;
  assertEquals(functions.functionOf(encode)("a"), { elements: Uint8Array.of(0x61) });
});

Deno.test("builtins are imported with exactly their type", () => {
  checkFunction("wasm:js-string", "length", [func([EXTERNREF], [I32])]);
  checkFunction("wasm:js-string", "cast", [func([EXTERNREF], [NOT_NULL])]);
  checkFunction("wasm:js-string", "substring", [func([EXTERNREF, I32, I32], [NOT_NULL])]);
  refuses("wasm:js-string", "length", [func([I32], [I32])]);
  refuses("wasm:js-string", "length", [func([NOT_NULL], [I32])]);
  refuses("wasm:js-string", "length", [func([EXTERNREF], [])]);
  refuses("wasm:js-string", "cast", [func([EXTERNREF], [EXTERNREF])]);
});

Deno.test("a type that could have subtypes is another type", () => {
  refuses("wasm:js-string", "length", [{ ...func([EXTERNREF], [I32]), final: false }]);
});

Deno.test("arrays in signatures are final, mutable, and alone in their group", () => {
  const array = (mutable: boolean, isFinal = true): SubType => ({
    ...final({ kind: "array", element: { storage: I16, mutable } }),
    final: isFinal,
  });
  const type = func([refType(definedHeapType(0), true), I32, I32], [NOT_NULL]);
  checkFunction("wasm:js-string", "fromCharCodeArray", [array(true), type]);
  refuses("wasm:js-string", "fromCharCodeArray", [array(false), type]);
  refuses("wasm:js-string", "fromCharCodeArray", [array(true, false), type]);
  refuses("wasm:js-string", "fromCharCodeArray", [
    array(true),
    func([refType(definedHeapType(0), false), I32, I32], [NOT_NULL]),
  ]);
});

Deno.test("the shared form is about shared references throughout", () => {
  const shared = refType(sharedHeapType(EXTERN), true);
  const sharedString = refType(sharedHeapType(EXTERN), false);
  checkFunction("wasm:js-string", "concat", [func([shared, shared], [sharedString], true)]);
  checkFunction("wasm:js-string", "concat", [func([shared, shared], [sharedString])]);
  refuses("wasm:js-string", "concat", [func([shared, EXTERNREF], [sharedString])]);
  refuses("wasm:js-string", "concat", [func([shared, shared], [NOT_NULL])]);
});

Deno.test("each builtin has its type, plain and shared", () => {
  for (const set of BUILTIN_SETS) {
    for (
      const name of ["length", "fromCharCodeArray", "decodeStringFromUTF8Array", "encodeStringToUTF8Array"]
    ) {
      const builtin = findBuiltin(`wasm:${set}`, name, BUILTIN_SETS);
      if (builtin === null) continue;
      const types = [
        builtinType(builtin, false, false, registry),
        builtinType(builtin, true, false, registry),
        builtinType(builtin, true, true, registry),
      ];
      assertEquals(new Set(types).size, 3);
      assertEquals(types.map((type) => hasTypeOf(builtin, type, registry)), [true, true, true]);
    }
  }
});

Deno.test("imports that no option makes special are not checked", () => {
  const wrong = [func([I32], [I32])];
  checkFunction("wasm:js-string", "length", wrong, { builtins: [], importedStringConstants: null });
  checkFunction("wasm:js-string", "length", wrong, {
    builtins: ["text-encoder"],
    importedStringConstants: null,
  });
  checkFunction("wasm:js-string", "unknown", wrong);
  checkFunction("m", "length", wrong);
});

Deno.test("a string constant is an immutable global for external references", () => {
  for (const value of [EXTERNREF, NOT_NULL]) checkConstant({ value, mutable: false, shared: false });
  checkConstant({ value: refType(sharedHeapType(EXTERN), false), mutable: false, shared: true });
  for (
    const type of [
      { value: EXTERNREF, mutable: true, shared: false },
      { value: I32, mutable: false, shared: false },
      { value: ANYREF, mutable: false, shared: false },
    ]
  ) {
    assertThrows(
      () => checkConstant(type),
      CompileError,
      'String constant import #0 "hello" must be an immutable global subtyping externref @+14',
    );
  }
});

Deno.test("a function imported from the module of string constants is refused", () => {
  assertThrows(
    () => checkFunction("#", "hello", [func([], [])]),
    CompileError,
    'String constant import #0 "hello" must be an immutable global subtyping externref @+19',
  );
});
