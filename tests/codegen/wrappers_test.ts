import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { watToWasm, WebAssembly } from "../../mod.ts";
import { type Exported, exportsOf } from "./instances.ts";

const ECHO = `(module
  (import "m" "f" (func $f (param i32 i64 f32 f64 externref) (result i64)))
  (func (export "run") (param i32 i64 f32 f64 externref) (result i64)
    (call $f (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4))))`;

Deno.test("arguments and results are converted on their way out and in", () => {
  const seen: unknown[][] = [];
  const { run } = exportsOf(ECHO, {
    m: {
      f: (...args: unknown[]) => {
        seen.push(args);
        return 2n ** 64n - 2n;
      },
    },
  });
  const object = {};
  assertEquals(run("0x1ffffffff", 2n ** 63n + 1n, 0.1, "7", object), -2n);
  assertEquals(seen, [[-1, -(2n ** 63n) + 1n, Math.fround(0.1), 7, object]]);
  assertThrows(() => run(1n, 0n, 0, 0, null), TypeError);
  assertThrows(() => run(1, 0, 0, 0, null), TypeError);
});

Deno.test("several results of an import come from an iterable", () => {
  const text = `(module (import "m" "f" (func $f (result i32 i64 f64)))
    (func (export "run") (result i32 i64 f64) (call $f)))`;
  const give = (value: unknown) => exportsOf(text, { m: { f: () => value } }).run;
  assertEquals(give(new Set(["4", 5n, 6.5]))(), [4, 5n, 6.5]);
  assertThrows(give([1, 2n]), TypeError, "multi-return length mismatch");
  assertThrows(give(7), TypeError, "number 7 is not iterable");
});

Deno.test("conversions may run wasm code between two results", () => {
  const { run, pair } = exportsOf(
    `(module (import "m" "f" (func $f (result i64 i64)))
      (func (export "pair") (result i64 i64) (i64.const -1) (i64.const -1))
      (func (export "run") (result i64 i64) (call $f)))`,
    {
      m: {
        f: () => [
          1n + (2n ** 40n),
          {
            valueOf() {
              pair();
              return 3n;
            },
          },
        ],
      },
    },
  );
  assertEquals(run(), [1n + 2n ** 40n, 3n]);
});

Deno.test("what an import throws passes untouched", () => {
  const error = (() => {
    try {
      return new DataView(new ArrayBuffer(1)).getInt32(4);
    } catch (error) {
      return error;
    }
  })();
  const { run } = exportsOf(`(module (import "m" "f" (func $f)) (func (export "run") (call $f)))`, {
    m: {
      f() {
        throw error;
      },
    },
  });
  assertStrictEquals(assertThrows(() => run(), RangeError), error);
});

Deno.test("functions keep their identity through tables and calls", () => {
  const { run, f } = exportsOf(`(module (table 2 funcref) (elem declare func $f) (func $f (export "f"))
    (func (export "run") (param funcref) (result funcref)
      (table.set (i32.const 0) (local.get 0)) (table.get (i32.const 0))))`);
  assertStrictEquals(run(f), f);
  assertStrictEquals(run(null), null);
  assertThrows(() => run(() => {}), TypeError);
});

Deno.test("exported functions of many instances of a module stay with their instances, called early or late", () => {
  const module = new WebAssembly.Module(watToWasm(`(module
    (import "m" "id" (global $id i64))
    (global $calls (mut i32) (i32.const 0))
    (func (export "id") (param i64) (result i64) (i64.xor (global.get $id) (local.get 0)))
    (func (export "self") (param funcref) (result funcref) (local.get 0))
    (func (export "trap") (unreachable))
    (func (export "count") (result i32)
      (global.set $calls (i32.add (global.get $calls) (i32.const 1))) (global.get $calls)))`));
  const instances = Array.from({ length: 20 }, (_, i) => {
    const imports = { m: { id: BigInt(i) << 31n } };
    return new WebAssembly.Instance(module, imports as never).exports as unknown as Record<string, Exported>;
  });
  for (const [i, { id, self, trap, count }] of instances.entries()) {
    for (let call = 1; call <= 50 + i; call++) {
      assertEquals([id(-1n), count()], [~(BigInt(i) << 31n), call]);
      assertStrictEquals(self(id), id);
    }
    assertThrows(trap, WebAssembly.RuntimeError, "unreachable");
  }
  for (const [i, { count }] of instances.entries()) assertEquals(count(), 51 + i);
});

Deno.test("i64s cross with all their bits, whatever their halves' signs", () => {
  const { echo, sum } = exportsOf(`(module
    (func (export "echo") (param i64) (result i64) (local.get 0))
    (func (export "sum") (param i64 i64) (result i64) (i64.add (local.get 0) (local.get 1))))`);
  const halves = [0n, 1n, 0x7fff_ffffn, 0x8000_0000n, 0xffff_ffffn];
  for (const high of halves) {
    for (const low of halves) {
      const value = BigInt.asIntN(64, high << 32n | low);
      assertEquals([echo(value), echo(BigInt.asUintN(64, value)), sum(value, 0n)], [value, value, value]);
      assertEquals(sum(value, 1n), BigInt.asIntN(64, value + 1n));
    }
  }
});
