import { assertEquals, assertThrows } from "@std/assert";
import { watToWasm, WebAssembly } from "../../mod.ts";
import { type Exported, exportsOf } from "./instances.ts";

const { RuntimeError } = WebAssembly;

/** Calls through a table that the module changes. */
const TABLE = (address: string) =>
  `(module
  (type $f (func (result i32)))
  (type $g (func (result i64)))
  (table $t (export "t") ${address} 4 100 funcref)
  (table $other 2 funcref)
  (func $one (type $f) (i32.const 1))
  (func $two (type $f) (i32.const 2))
  (func $wide (type $g) (i64.const 3))
  (elem $s func $one $two $wide)
  (elem (table $other) (i32.const 0) func $two $one)
  (func (export "call") (param $i ${address}) (result i32) (call_indirect $t (type $f) (local.get $i)))
  (func (export "callWide") (param $i ${address}) (result i64) (call_indirect $t (type $g) (local.get $i)))
  (func (export "set1") (param $i ${address}) (table.set $t (local.get $i) (ref.func $one)))
  (func (export "set2") (param $i ${address}) (table.set $t (local.get $i) (ref.func $two)))
  (func (export "clear") (param $i ${address}) (table.set $t (local.get $i) (ref.null func)))
  (func (export "init") (table.init $t $s (${address}.const 0) (i32.const 0) (i32.const 3)))
  (func (export "copy") (table.copy $t $t (${address}.const 1) (${address}.const 0) (${address}.const 3)))
  (func (export "copyOther") (table.copy $t $other (${address}.const 0) (i32.const 0) (i32.const 2)))
  (func (export "fill") (table.fill $t (${address}.const 1) (ref.func $two) (${address}.const 2)))
  (func (export "grow") (result ${address}) (table.grow $t (ref.func $two) (${address}.const 3)))
)`;

for (const address of ["i32", "i64"]) {
  const at = (index: number) => address === "i64" ? BigInt(index) : index;
  const text = TABLE(address);

  Deno.test(`call_indirect sees every change of a table with ${address} addresses`, () => {
    const e = exportsOf(text);
    const calls = () =>
      [0, 1, 2, 3].map((i) => {
        try {
          return e.call(at(i));
        } catch (error) {
          return (error as Error).message === "null function or function signature mismatch" ? null : error;
        }
      });
    assertEquals(calls(), [null, null, null, null]);
    e.init();
    assertEquals(calls(), [1, 2, null, null]);
    assertEquals(calls(), [1, 2, null, null]);
    e.copy();
    assertEquals(calls(), [1, 1, 2, null]);
    assertEquals(e.callWide(at(3)), 3n);
    e.set2(at(3));
    assertEquals(calls(), [1, 1, 2, 2]);
    assertThrows(() => e.callWide(at(3)), RuntimeError);
    e.fill();
    assertEquals(calls(), [1, 2, 2, 2]);
    e.copyOther();
    assertEquals(calls(), [2, 1, 2, 2]);
    e.clear(at(0));
    e.set1(at(3));
    assertEquals(calls(), [null, 1, 2, 1]);
  });

  Deno.test(`call_indirect finds elements that a table with ${address} addresses has grown by`, () => {
    const e = exportsOf(text);
    const outOfBounds = (index: number) =>
      void assertThrows(() => e.call(at(index)), RuntimeError, "table index is out of bounds");
    outOfBounds(4);
    assertEquals(e.grow(), at(4));
    assertEquals([e.call(at(4)), e.call(at(6)), e.call(at(6))], [2, 2, 2]);
    outOfBounds(7);
    outOfBounds(-1);
  });

  Deno.test(`call_indirect sees what JavaScript puts in a table with ${address} addresses`, () => {
    const e = exportsOf(text);
    const table = (e as unknown as { t: { get(i: unknown): unknown; set(i: unknown, f: unknown): void } }).t;
    e.init();
    assertEquals([e.call(at(0)), e.call(at(1))], [1, 2]);
    table.set(at(0), table.get(at(1)));
    assertEquals(e.call(at(0)), 2);
    table.set(at(0), null);
    assertThrows(() => e.call(at(0)), RuntimeError);
  });
}

Deno.test("call_indirect of a supertype takes functions of its subtypes, every time", () => {
  const { run } = exportsOf(`(module
    (type $top (sub (func (result i32))))
    (type $below (sub $top (func (result i32))))
    (table funcref (elem $f $g))
    (func $f (type $below) (i32.const 5))
    (func $g (type $top) (i32.const 6))
    (func (export "run") (param i32) (result i32)
      (i32.add (call_indirect (type $top) (local.get 0)) (call_indirect (type $below) (local.get 0)))))`);
  assertEquals([run(0), run(0)], [10, 10]);
  for (let i = 0; i < 2; i++) assertThrows(() => run(1), RuntimeError, "signature mismatch");
});

Deno.test("call_indirect through a table too large for lists of code finds the same", () => {
  const { run } = exportsOf(`(module
    (type $f (func (result i32))) (type $g (func (result i64)))
    (table 5000000 funcref)
    (elem (i32.const 4999998) func $one $wide)
    (func $one (type $f) (i32.const 1))
    (func $wide (type $g) (i64.const 1))
    (func (export "run") (param i32) (result i32) (call_indirect (type $f) (local.get 0))))`);
  assertEquals([run(4999998), run(4999998)], [1, 1]);
  assertThrows(() => run(4999999), RuntimeError, "signature mismatch");
  assertThrows(() => run(5000000), RuntimeError, "table index is out of bounds");
});

Deno.test("a function called P0t0 does not hide the code list of that name", () => {
  const { run } = exportsOf(`(module
    (type $f (func (result i32)))
    (table funcref (elem $P0t0))
    (func $P0t0 (type $f) (i32.const 9))
    (func (export "run") (result i32) (i32.add (call $P0t0) (call_indirect (type $f) (i32.const 0)))))`);
  assertEquals(run(), 18);
});

Deno.test("instances that share a table find what any of them puts there, however often they have called before", () => {
  const module = new WebAssembly.Module(watToWasm(`(module
    (type $f (func (param i32) (result i32)))
    (import "m" "table" (table $t 1 funcref))
    (import "m" "id" (global $id i32))
    (func $own (type $f) (i32.add (local.get 0) (global.get $id)))
    (elem declare func $own)
    (func (export "put") (table.set $t (i32.const 0) (ref.func $own)))
    (func (export "run") (param $n i32) (result i32) (local $sum i32)
      (loop $again
        (local.set $sum (call_indirect $t (type $f) (local.get $sum) (i32.const 0)))
        (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
      (local.get $sum)))`));
  const table = new WebAssembly.Table({ element: "anyfunc", initial: 1 });
  const instances = Array.from({ length: 10 }, (_, i) => {
    const imports = { m: { table, id: i + 1 } };
    return new WebAssembly.Instance(module, imports as never).exports as unknown as Record<string, Exported>;
  });
  for (let turn = 0; turn < 3; turn++) {
    for (const [i, { put }] of instances.entries()) {
      put();
      for (const { run } of instances) assertEquals(run(200), 200 * (i + 1));
    }
  }
});

Deno.test("calls through a table see nothing that JavaScript defines in the prototypes of arrays", () => {
  const f = exportsOf(`(module
    (type $f (func (result i32)))
    (table 2 10 funcref)
    (elem (i32.const 0) $one)
    (func $one (result i32) (i32.const 1))
    (func (export "call") (param i32) (result i32) (call_indirect (type $f) (local.get 0)))
    (func (export "tailCall") (param i32) (result i32) (return_call_indirect (type $f) (local.get 0)))
    (func (export "get") (param i32) (result funcref) (table.get (local.get 0)))
    (func (export "grow") (result i32) (table.grow (ref.null func) (i32.const 2))))`);
  const indices = [2, 3, 6, -1];
  for (const prototype of [Object.prototype, Array.prototype]) {
    try {
      for (const index of indices) {
        Object.defineProperty(prototype, index, { configurable: true, value: () => 666, writable: true });
      }
      for (const index of [6, -1]) {
        for (const name of ["call", "tailCall", "get"]) {
          assertThrows(() => f[name](index), RuntimeError, "table index is out of bounds");
        }
      }
      for (const index of indices) {
        Object.defineProperty(prototype, index, { get: () => 666, set: () => {} });
      }
      const before = f.grow() as number;
      assertEquals(f.get(before), null);
      assertThrows(() => f.call(before), RuntimeError, "null function");
      assertEquals(f.call(0), 1);
    } finally {
      for (const index of indices) Reflect.deleteProperty(prototype, index);
    }
  }
});
