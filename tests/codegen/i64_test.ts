import { assertEquals, assertThrows } from "@std/assert";
import { RuntimeError } from "../../mod.ts";
import { exportsOf } from "./instances.ts";

/** Around powers of two, and what differs in all halves. */
const VALUES: bigint[] = [0, 1, 8, 15, 16, 20, 21, 31, 32, 33, 48, 53, 63].flatMap((log2) =>
  [-1n, 0n, 1n].flatMap((delta) => [(1n << BigInt(log2)) + delta, -(1n << BigInt(log2)) - delta])
).concat([
  0x9e3779b185ebca87n,
  0xc2b2ae3d27d4eb4fn,
  0x165667b19e3779f9n,
  0x00010000ffff0001n,
]).map((value) => BigInt.asIntN(64, value));

/** `run` multiplies its parameters, after some bytes of `nop`; with a block, so that no form on bigints does it. */
function product(nops: number, factor?: bigint): (a: bigint, b: bigint) => bigint {
  const { run } = exportsOf(
    `(module (func (export "run") (param i64 i64) (result i64) (block) ${"nop ".repeat(nops)}
    (i64.mul (local.get 0) ${factor === undefined ? "(local.get 1)" : `(i64.const ${factor})`})))`,
  );
  return run as unknown as (a: bigint, b: bigint) => bigint;
}

// Functions too large for the host's optimising compiler multiply in another way.
for (const [size, nops] of [["small", 0], ["large", 20_000]] as const) {
  Deno.test(`i64.mul in a ${size} function gives all 64 bits of the product`, () => {
    const run = product(nops);
    for (const a of VALUES) {
      for (const b of VALUES) assertEquals(run(a, b), BigInt.asIntN(64, a * b), `${a} * ${b}`);
    }
  });

  Deno.test(`i64.mul by a constant in a ${size} function gives all 64 bits of the product`, () => {
    for (const b of nops === 0 ? VALUES : VALUES.slice(-4)) {
      const run = product(nops, b);
      for (const a of VALUES) assertEquals(run(a, 0n), BigInt.asIntN(64, a * b), `${a} * ${b}`);
    }
  });
}

Deno.test("i64.mul gives the same bits when the function has been optimised", () => {
  const { run } = exportsOf(`(module (func (export "run") (param i64 i32) (result i64) (local i64)
    (loop
      (local.set 2 (i64.xor (local.get 2) (local.get 0)))
      (local.set 0 (i64.add (i64.mul (local.get 0) (i64.or (local.get 2) (i64.const 1))) (i64.const 0x9e3779b185ebca87)))
      (local.set 0 (i64.mul (local.get 0) (i64.const 0xc2b2ae3d27d4eb4f)))
      (br_if 0 (local.tee 1 (i32.sub (local.get 1) (i32.const 1)))))
    (local.get 0)))`);
  const rounds = 100_000;
  let x = 7n;
  let mixed = 0n;
  for (let i = 0; i < rounds; i++) {
    mixed ^= x;
    x = BigInt.asUintN(64, x * (mixed | 1n) + 0x9e3779b185ebca87n);
    x = BigInt.asUintN(64, x * 0xc2b2ae3d27d4eb4fn);
  }
  assertEquals((run as unknown as (a: bigint, n: number) => bigint)(7n, rounds), BigInt.asIntN(64, x));
});

Deno.test("i64.clz of a load traps out of bounds even when the high half decides the result", () => {
  const { run } = exportsOf(`(module (memory 1) (func (export "run") (param i32) (result i64)
    (i64.clz (i64.or (i64.const 0x100000000) (i64.load8_u (local.get 0))))))`);
  const count = run as unknown as (address: number) => bigint;
  assertEquals(count(65535), 31n);
  assertThrows(
    () => count(65536),
    RuntimeError as unknown as ErrorConstructor,
    "memory access out of bounds",
  );
});
