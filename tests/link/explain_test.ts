import { assertEquals, assertThrows } from "@std/assert";
import { compiledModule, Engine } from "../../lib/js_api/engine.ts";
import { boundCall } from "../../lib/link/bound_functions.ts";
import { explainImports, type ImportExplanation } from "../../lib/link/explain.ts";
import { type CType, declareFastFunction } from "../../lib/link/fast_api.ts";
import { watToWasm } from "../../lib/text/wat.ts";

const engine = new Engine();
const { WebAssembly } = engine;
// deno-lint-ignore no-explicit-any
type Loose = any;

function explain(declarations: string, imports?: Loose, options?: Loose): ImportExplanation[] {
  const module = new WebAssembly.Module(watToWasm(`(module ${declarations})`), options);
  return explainImports(compiledModule(engine, module)!, imports);
}

/** One function import of `type`, given `value`. */
const explainValue = (type: string, value: unknown): ImportExplanation =>
  explain(`(import "m" "f" (func ${type}))`, { m: { f: value } })[0];

Deno.test("an explanation names the import and its type", () => {
  const [one] = explain('(import "m" "f" (func (param i32) (result f64)))', { m: { f: (x: number) => x } });
  assertEquals(one, {
    index: 0,
    module: "m",
    field: "f",
    kind: "function",
    type: "(i32) -> (f64)",
    callKind: "arity match",
    knownAs: null,
    reasons: [],
    remedies: [],
    error: null,
  });
});

Deno.test("an arity mismatch says how many parameters would do", () => {
  const { callKind, reasons, remedies } = explainValue("(param i32 i32)", (x: number) => x);
  assertEquals(callKind, "arity mismatch");
  assertEquals(reasons, ["the function takes 1 argument, the import passes 2"]);
  assertEquals(remedies, ["give it 2 parameters without default values"]);
});

Deno.test("a generic call says what the value is", () => {
  const { callKind, reasons } = explainValue("", class {});
  assertEquals([callKind, reasons], ["generic call", ["it is a class: calling it throws"]]);
  const proxy = explainValue("", new Proxy(() => {}, {}));
  assertEquals(proxy.callKind, "generic call");
  assertEquals(proxy.reasons.length, 1);
});

Deno.test("explaining runs no trap of a proxy and calls nothing", () => {
  const handler = new Proxy({}, {
    get(_, trap) {
      throw new Error(`trap ${String(trap)}`);
    },
  });
  assertEquals(explainValue("", new Proxy(() => {}, handler)).error, null);
  assertEquals(
    explainValue("", () => {
      throw new Error("called");
    }).error,
    null,
  );
});

Deno.test("intrinsics are known by name, and near misses say which type they are well known under", () => {
  const getInt32 = boundCall(DataView.prototype.getInt32);
  const known = explainValue("(param externref i32 i32) (result i32)", getInt32);
  assertEquals(
    [known.callKind, known.knownAs, known.reasons],
    ["well-known import", "DataView.prototype.getInt32", []],
  );
  const missed = explainValue("(param externref i32 i32) (result f64)", getInt32);
  assertEquals(missed.callKind, "generic call");
  assertEquals(missed.reasons[0], "DataView.prototype.getInt32 is well known under another type");
  assertEquals(missed.remedies[0], "declare the import as (extern, i32, i32) -> i32");
  const sine = explainValue("(param f64) (result f64)", Math.sin);
  assertEquals([sine.callKind, sine.knownAs], ["math intrinsic", "Math.sin"]);
  assertEquals(explainValue("(param i32) (result i32)", Math.sin).reasons, [
    "Math.sin is an instruction only of floating point numbers",
  ]);
});

Deno.test("a fast API function that does not fit says why, in the section's words", () => {
  const f = declareFastFunction((x: number) => x, {
    overloads: [{ params: ["i32"], result: "i32", int64: "bigint" }],
    acceptsAnyReceiver: true,
  });
  assertEquals(explainValue("(param i32) (result i32)", f).callKind, "fast API");
  assertEquals(explainValue("(param f64) (result i32)", f).reasons, ["fast API: parameter type mismatch"]);
  assertEquals(explainValue("(param i32)", f).reasons, ["fast API: too few return values"]);
});

Deno.test("every reason against a fast call is said in the section's words", () => {
  const why = (
    type: string,
    params: CType[],
    result: CType,
    receiver: "any" | "first" | "checked" = "any",
  ) => {
    const f = declareFastFunction(function () {}, {
      overloads: [{ params, result, int64: "bigint" }],
      acceptsAnyReceiver: receiver !== "checked",
    });
    return explainValue(type, receiver === "first" ? boundCall(f) : f).reasons[0];
  };
  assertEquals(why("(result i32 i32)", [], "i32"), "fast API: too many return values");
  assertEquals(why("(result i32)", [], "void"), "fast API: too many return values");
  assertEquals(why("", ["unsupported"], "void"), "fast API: signature not supported by the fast API");
  assertEquals(why("", [], "i32"), "fast API: too few return values");
  assertEquals(why("(result i64)", [], "i32"), "fast API: mismatching return value");
  assertEquals(
    why("", [], "void", "first"),
    "fast API: at least one parameter is needed as the receiver",
  );
  assertEquals(why("(param i32)", [], "void", "first"), "fast API: the receiver has to be a reference");
  assertEquals(why("(param externref)", ["i32"], "void", "first"), "fast API: mismatched arity");
  assertEquals(why("(param i32)", [], "void"), "fast API: mismatched arity");
  assertEquals(why("(param f32)", ["f64"], "void"), "fast API: parameter type mismatch");
  assertEquals(why("(param externref)", ["one-byte string"], "void"), "fast API: parameter type mismatch");
  assertEquals(why("(param i32)", ["u8"], "void"), "fast API: parameter type mismatch");
  assertEquals(why("(param externref)", ["sequence"], "void"), "fast API: sequence types are not allowed");
  assertEquals(why("", [], "void", "checked"), "fast API: the receiver is checked");
});

Deno.test("of several overloads each one has its reason", () => {
  const f = boundCall(declareFastFunction(function () {}, {
    overloads: [{ params: ["i32"], result: "void", int64: "bigint" }, {
      params: [],
      result: "f64",
      int64: "bigint",
    }],
    acceptsAnyReceiver: true,
  }));
  assertEquals(explainValue("(param externref f32)", f).reasons.slice(0, 2), [
    "fast API overload 0: parameter type mismatch",
    "fast API overload 1: too few return values",
  ]);
});

Deno.test("types that cannot cross and values that are converted are named", () => {
  const vector = explainValue("(param v128)", () => {});
  assertEquals(vector.callKind, "runtime type error");
  assertEquals(vector.reasons, [
    "values of v128 cannot go to or come from JavaScript: calling it throws",
  ]);
  assertEquals(explainValue("(param i64)", (_: bigint) => {}).reasons, ["i64 values become bigints"]);
});

Deno.test("what cannot be linked is explained by the error, import by import", () => {
  const explanations = explain(
    `(import "m" "f" (func)) (import "m" "g" (global i64)) (import "n" "x" (func)) (import "m" "ok" (func))
      (import "m" "bad" (func))`,
    {
      m: {
        f: 1,
        g: 1,
        ok: () => {},
        get bad() {
          throw new Error("mine");
        },
      },
    },
  );
  assertEquals(explanations.map(({ error }) => error), [
    "function import requires a callable",
    "global import must be a number, valid Wasm reference, or WebAssembly.Global object",
    "module is not an object or function",
    null,
    "mine",
  ]);
});

Deno.test("without an imports object the names tell", () => {
  const explanations = explain(`
    (import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_seek" (func (param i32 i64 i32 i32) (result i32)))
    (import "env" "emscripten_resize_heap" (func (param i32) (result i32)))
    (import "env" "memory" (memory 1))
    (import "wasm:js-string" "length" (func (param externref) (result i32)))
    (import "app" "f" (func))`);
  assertEquals(explanations.map(({ callKind, knownAs }) => [callKind, knownAs]), [
    ["wasm-to-host", "WASI preview 1"],
    ["wasm-to-host", "WASI preview 1"],
    ["arity match", "Emscripten: grows the memory"],
    [null, "Emscripten: the program's memory"],
    ["compile-time builtin", "wasm:js-string length"],
    [null, null],
  ]);
  assertEquals([explanations[1].reasons, explanations[1].remedies], [[], []]);
  assertEquals(explanations[4].remedies, ['compile with { builtins: ["js-string"] }']);
  assertEquals(explanations[5].reasons, ["the name is unknown"]);
});

Deno.test("a WASI function that is declared with another type cannot be linked", () => {
  const [one] = explain('(import "wasi_snapshot_preview1" "fd_tell" (func (param i32) (result i32)))');
  assertEquals(one, {
    index: 0,
    module: "wasi_snapshot_preview1",
    field: "fd_tell",
    kind: "function",
    type: "(i32) -> (i32)",
    callKind: null,
    knownAs: "WASI preview 1",
    reasons: ["WASI preview 1 has it as (i32, i32) -> (i32)"],
    remedies: ["declare the import so"],
    error: "imported function does not match the expected type",
  });
});

Deno.test("LinkErrors say which import they are about", () => {
  const module = new WebAssembly.Module(
    watToWasm('(module (import "m" "ok" (func)) (import "m" "f" (func (param i32))))'),
  );
  const error = assertThrows(
    () => new WebAssembly.Instance(module, { m: { ok() {}, f: 1 } }),
    WebAssembly.LinkError,
  );
  assertEquals((error as Loose).import, {
    index: 1,
    module: "m",
    field: "f",
    kind: "function",
    type: "(i32) -> ()",
    error: "function import requires a callable",
  });
  assertEquals(Object.keys(error as object), []);
});
