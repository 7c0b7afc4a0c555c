import { assertEquals, assertThrows } from "@std/assert";
import { RuntimeError } from "../../mod.ts";
import { exportsOf } from "./instances.ts";

function assertTraps(call: () => unknown, message: string): void {
  assertThrows(call, RuntimeError as unknown as ErrorConstructor, message);
}

const OUT_OF_BOUNDS = "memory access out of bounds";

const ACCESSES = `(module (memory i64 1 3)
  (func (export "load") (param i64) (result i32) (i32.load offset=8 (local.get 0)))
  (func (export "load8") (param i64) (result i32) (i32.load8_u (local.get 0)))
  (func (export "load64") (param i64) (result i64) (i64.load offset=4 (local.get 0)))
  (func (export "load float") (param i64) (result f32) (f32.load (local.get 0)))
  (func (export "load double") (param i64) (result f64) (f64.load offset=16 (local.get 0)))
  (func (export "load far") (param i64) (result i32) (i32.load offset=0xffffffffffffffff (local.get 0)))
  (func (export "load past 2^53") (param i64) (result i32) (i32.load offset=0x20000000000001 (local.get 0)))
  (func (export "store") (param i64 i32) (i32.store offset=8 (local.get 0) (local.get 1)))
  (func (export "store64") (param i64 i64) (i64.store (local.get 0) (local.get 1)))
  (func (export "store double") (param i64 f64) (f64.store offset=16 (local.get 0) (local.get 1)))
  (func (export "size") (result i64) (memory.size))
  (func (export "grow") (param i64) (result i64) (memory.grow (local.get 0)))
  (func (export "fill") (param i64 i32 i64) (memory.fill (local.get 0) (local.get 1) (local.get 2)))
  (func (export "copy") (param i64 i64 i64) (memory.copy (local.get 0) (local.get 1) (local.get 2))))`;

Deno.test("64-bit addresses count with all their bits", () => {
  const exports = exportsOf(ACCESSES);
  exports.store(16n, 42);
  assertEquals(exports.load(16n), 42);
  const loads = Object.entries(exports).filter(([name]) => name.startsWith("load"));
  const addresses = [1n << 32n, 1n << 40n, 1n << 53n, 1n << 63n, -1n, -8n, -16n, 0xffff_fff8n, 65536n];
  for (const [name, load] of loads) {
    for (const address of addresses) {
      assertThrows(() => load(address), RuntimeError as unknown as ErrorConstructor, OUT_OF_BOUNDS, name);
    }
  }
});

Deno.test("an address and an offset do not wrap around at 2^64", () => {
  const exports = exportsOf(ACCESSES);
  for (const address of [0n, 1n, 9n, -1n, 1n << 32n]) {
    assertTraps(() => exports["load far"](address), OUT_OF_BOUNDS);
    assertTraps(() => exports["load past 2^53"](address), OUT_OF_BOUNDS);
  }
});

Deno.test("a 64-bit store that is partly out of bounds writes nothing", () => {
  const exports = exportsOf(ACCESSES);
  assertTraps(() => exports.store64(65532n, -1n), OUT_OF_BOUNDS);
  assertTraps(() => exports["store double"](65516n, NaN), OUT_OF_BOUNDS);
  assertEquals(exports.load(65524n), 0);
});

Deno.test("floats are loaded and stored at 64-bit addresses, aligned or not", () => {
  const exports = exportsOf(ACCESSES);
  for (const address of [0n, 8n, 3n]) {
    exports["store double"](address, 0.1);
    assertEquals(exports["load double"](address), 0.1);
    exports["store double"](address, NaN);
    assertEquals(exports["load double"](address), NaN);
  }
});

Deno.test("a 64-bit memory's sizes are i64", () => {
  const { size, grow } = exportsOf(ACCESSES);
  assertEquals([size(), grow(1n), size(), grow(1n << 32n), grow(-1n), grow(2n), size()], [
    1n,
    1n,
    2n,
    -1n,
    -1n,
    -1n,
    2n,
  ]);
});

Deno.test("bulk operations take 64-bit ranges", () => {
  const { fill, copy, load8 } = exportsOf(ACCESSES);
  fill(10n, 7, 3n);
  copy(20n, 10n, 3n);
  assertEquals([load8(20n), load8(22n), load8(23n)], [7, 7, 0]);
  fill(65536n, 1, 0n);
  for (const [start, count] of [[65536n, 1n], [0n, 1n << 32n], [1n << 32n, 0n], [-1n, 1n], [-1n, 2n]]) {
    assertTraps(() => fill(start, 0, count), OUT_OF_BOUNDS);
    assertTraps(() => copy(start, 0n, count), OUT_OF_BOUNDS);
    assertTraps(() => copy(0n, start, count), OUT_OF_BOUNDS);
  }
});

Deno.test("memories of different address types are copied to each other, the length as short as the shorter", () => {
  const { to64, to32, load32, load64 } = exportsOf(`(module
    (memory $a i32 1) (memory $b i64 1) (data (memory $a) (i32.const 5) "ab")
    (func (export "to64") (param i64 i32 i32) (memory.copy $b $a (local.get 0) (local.get 1) (local.get 2)))
    (func (export "to32") (param i32 i64 i32) (memory.copy $a $b (local.get 0) (local.get 1) (local.get 2)))
    (func (export "load32") (param i32) (result i32) (i32.load8_u $a (local.get 0)))
    (func (export "load64") (param i64) (result i32) (i32.load8_u $b (local.get 0))))`);
  to64(100n, 5, 2);
  to32(200, 101n, 1);
  assertEquals([load64(100n), load64(101n), load32(200)], [97, 98, 98]);
  assertTraps(() => to64(1n << 32n, 0, 1), OUT_OF_BOUNDS);
  assertTraps(() => to32(0, 0n, -1), OUT_OF_BOUNDS);
});

Deno.test("64-bit tables take i64 indices", () => {
  const { get, call, size, grow, set } = exportsOf(`(module
    (table $t i64 2 5 funcref)
    (elem (table $t) (i64.const 0) func $seven)
    (type $result (func (result i32)))
    (func $seven (result i32) (i32.const 7))
    (func (export "call") (param i64) (result i32) (call_indirect $t (type $result) (local.get 0)))
    (func (export "get") (param i64) (result i32) (ref.is_null (table.get $t (local.get 0))))
    (func (export "set") (param i64) (table.set $t (local.get 0) (ref.null func)))
    (func (export "size") (result i64) (table.size $t))
    (func (export "grow") (param i64) (result i64) (table.grow $t (ref.null func) (local.get 0))))`);
  assertEquals([call(0n), get(0n), get(1n), size(), grow(3n), grow(1n), grow(-1n), size()], [
    7,
    0,
    1,
    2n,
    2n,
    -1n,
    -1n,
    5n,
  ]);
  for (const index of [5n, 1n << 32n, -1n, 1n << 53n]) {
    for (const access of [call, get, set]) assertTraps(() => access(index), "table index is out of bounds");
  }
});
