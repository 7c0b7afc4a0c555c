import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { Engine } from "../../lib/js_api/engine.ts";
import { watToWasm } from "../../lib/text/wat.ts";

const { WebAssembly } = new Engine();
// deno-lint-ignore no-explicit-any
const exportsOf = (text: string, imports?: any): any =>
  new WebAssembly.Instance(new WebAssembly.Module(watToWasm(text)), imports).exports;

Deno.test("an exported function is called its index and has its parameters' count as length", () => {
  const { f, g } = exportsOf('(module (func) (func (export "f") (param i32 i64)) (func (export "g")))');
  assertEquals([f.name, f.length, g.name, g.length], ["1", 2, "2", 0]);
  const attributes = { writable: false, enumerable: false, configurable: true };
  assertEquals(Object.getOwnPropertyDescriptor(f, "name"), { value: "1", ...attributes });
  assertEquals(Object.getOwnPropertyDescriptor(f, "length"), { value: 2, ...attributes });
});

Deno.test("an exported function cannot be constructed and has no prototype object", () => {
  const { f } = exportsOf('(module (func (export "f")))');
  assertThrows(() => new f(), TypeError);
  assert(!Object.hasOwn(f, "prototype"));
  assertStrictEquals(Object.getPrototypeOf(f), WebAssembly.Function.prototype);
  assertStrictEquals(Object.getPrototypeOf(WebAssembly.Function.prototype), Function.prototype);
  assertEquals(Object.prototype.toString.call(f), "[object Function]");
});

Deno.test("a function is one object wherever it is reached from", () => {
  const { f, table, global } = exportsOf(`(module
    (func $f (export "f"))
    (table (export "table") funcref (elem $f $f))
    (global (export "global") funcref (ref.func $f)))`);
  assertStrictEquals(table.get(0), f);
  assertStrictEquals(table.get(1), f);
  assertStrictEquals(global.value, f);
  table.set(0, null);
  table.set(0, f);
  assertStrictEquals(table.get(0), f);
});

Deno.test("an exported function that is imported and exported again stays the same object", () => {
  const { f } = exportsOf('(module (func (export "f") (result i32) (i32.const 7)))');
  const again = exportsOf('(module (import "m" "f" (func (result i32))) (export "g" (func 0)))', {
    m: { f },
  });
  assertStrictEquals(again.g, f);
});

Deno.test("a JavaScript function that is imported and exported again becomes an exported function", () => {
  const f = () => 7;
  const { g } = exportsOf('(module (import "m" "f" (func (result i32))) (export "g" (func 0)))', {
    m: { f },
  });
  assert(g !== f);
  assertEquals([g.name, g()], ["0", 7]);
});

Deno.test("arguments and results convert as the JS API says", () => {
  const { i32, i64, f32, f64, ref, many, none } = exportsOf(`(module
    (func (export "i32") (param i32) (result i32) (local.get 0))
    (func (export "i64") (param i64) (result i64) (local.get 0))
    (func (export "f32") (param f32) (result f32) (local.get 0))
    (func (export "f64") (param f64) (result f64) (local.get 0))
    (func (export "ref") (param externref) (result externref) (local.get 0))
    (func (export "many") (result i32 i64 f64) (i32.const 1) (i64.const 2) (f64.const 3))
    (func (export "none")))`);
  assertEquals([i32(2 ** 32 + 5), i32("6"), i32(), i32(3.9)], [5, 6, 0, 3]);
  assertEquals([i64(2n ** 64n - 1n), i64("7"), i64(true)], [-1n, 7n, 1n]);
  assertEquals([f32(1.1), f64(1.1), f64()], [Math.fround(1.1), 1.1, NaN]);
  assertEquals([ref("x"), ref(), ref(null)], ["x", undefined, null]);
  assertEquals([many(), none()], [[1, 2n, 3], undefined]);
  assertThrows(() => i64(1), TypeError);
  assertThrows(() => i32(1n), TypeError);
});
