import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { declareHostFunction, explainImports, watToWasm, WebAssembly } from "../../mod.ts";

// deno-lint-ignore no-explicit-any
type Loose = any;

function module(type: string, args: string): WebAssembly.Module {
  const result = /\(result [^)]*\)/.exec(type)?.[0] ?? "";
  return new WebAssembly.Module(watToWasm(`(module (type $t (func ${type}))
    (import "m" "f" (func $f (type $t))) (table funcref (elem $f))
    (func (export "run") ${result} (call $f ${args}))
    (func (export "indirect") ${result} (call_indirect (type $t) ${args} (i32.const 0)))
    (export "f" (func $f)))`));
}

function exportsOf(type: string, args: string, f: unknown): Loose {
  return new WebAssembly.Instance(module(type, args), { m: { f } } as Loose).exports;
}

Deno.test("a function of the embedding gets components, as it is called by wasm code and through tables", () => {
  const seen: unknown[] = [];
  const value = {};
  const f = declareHostFunction(
    { parameters: ["i32", "i64", "f32", "f64", "externref"], results: ["externref"] },
    (...args: unknown[]) => {
      seen.push(...args);
      return value;
    },
  );
  const { run, indirect } = exportsOf(
    "(param i32 i64 f32 f64 externref) (result externref)",
    "(i32.const -1) (i64.const -0x1_00000002) (f32.const 0.5) (f64.const 0.1) (ref.null extern)",
    f,
  );
  for (const call of [run, indirect]) {
    assertStrictEquals(call(), value);
    assertEquals(seen.splice(0), [-1, -2, -2, 0.5, 0.1, null]);
  }
});

Deno.test("what it returns becomes a number of its type", () => {
  const result = (type: "i32" | "f32" | "f64", value: unknown) => {
    const f = declareHostFunction({ parameters: [], results: [type] }, () => value);
    const { run, indirect } = exportsOf(`(result ${type})`, "", f);
    assertEquals(run(), indirect());
    return run();
  };
  assertEquals([result("i32", 2 ** 32 + 5.7), result("i32", undefined), result("i32", true)], [5, 0, 1]);
  assertEquals([result("f32", 0.1), result("f64", "0.1")], [Math.fround(0.1), 0.1]);
  assertThrows(() => result("i32", 1n), TypeError);
});

Deno.test("imports of its type are called without conversions, those of another type cannot be linked", () => {
  const f = declareHostFunction({ parameters: ["i64"], results: ["i32"] }, (low: number) => low);
  const same = module("(param i64) (result i32)", "(i64.const 7)");
  assertEquals(explainImports(same, { m: { f } })[0].callKind, "wasm-to-host");
  assertThrows(
    () => exportsOf("(param i32) (result i32)", "(i32.const 7)", f),
    WebAssembly.LinkError,
    "imported function does not match the expected type",
  );
});

Deno.test("called by JavaScript it is an ordinary function; exported again, it is called as wasm's", () => {
  const f = declareHostFunction(
    { parameters: ["i64"], results: ["i32"] },
    (low: number, high: number) => high - low,
  );
  assertEquals(f(1, 5), 4);
  const { f: exported, run } = exportsOf("(param i64) (result i32)", "(i64.const 0x5_00000001)", f);
  assertEquals([exported(0x5_00000001n), run()], [4, 4]);
  const again = exportsOf("(param i64) (result i32)", "(i64.const 0x9_00000001)", exported);
  assertEquals([again.f === exported, again.run()], [true, 8]);
});

Deno.test("in a Suspending it is called all the same, and waits for nothing", () => {
  const f = declareHostFunction(
    { parameters: ["i64"], results: ["i32"] },
    (low: number, high: number) => low + high,
  );
  const { run, indirect } = exportsOf(
    "(param i64) (result i32)",
    "(i64.const 0x5_00000001)",
    new WebAssembly.Suspending(f),
  );
  assertEquals([run(), indirect()], [6, 6]);
});

Deno.test("declareHostFunction() says what is wrong with its arguments", () => {
  const declare = (parameters: string[], results: string[], f: unknown = () => 0) =>
    declareHostFunction({ parameters, results } as Loose, f as () => number);
  assertThrows(() => declare([], [], {}), TypeError, "declareHostFunction(): Argument 1 must be a function");
  for (const type of ["v128", "funcref", "toString"]) {
    const text = `declareHostFunction(): '${type}' is not a type of such functions`;
    assertThrows(() => declare([type], []), TypeError, text);
    assertThrows(() => declare([], [type]), TypeError, text);
  }
  assertThrows(() => declare([], ["i64"]), TypeError, "'i64' is not a result type of such functions");
  assertThrows(() => declare([], ["i32", "i32"]), TypeError, "a function has one result at most");
});
