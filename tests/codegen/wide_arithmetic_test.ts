import { assertEquals } from "@std/assert";
import { exportsOf } from "./instances.ts";

const OPERATIONS = `(module
  (func (export "add") (param i64 i64 i64 i64) (result i64 i64)
    (i64.add128 (local.get 0) (local.get 1) (local.get 2) (local.get 3)))
  (func (export "sub") (param i64 i64 i64 i64) (result i64 i64)
    (i64.sub128 (local.get 0) (local.get 1) (local.get 2) (local.get 3)))
  (func (export "next") (param i64 i64) (result i64 i64)
    (i64.add128 (local.get 0) (local.get 1) (i64.const 1) (i64.const 0)))
  (func (export "product") (param i64 i64) (result i64 i64)
    (i64.mul_wide_u (local.get 0) (local.get 1)))
  (func (export "sum of products") (param i64 i64 i64 i64) (result i64 i64)
    (i64.mul_wide_s (local.get 0) (local.get 1))
    (i64.mul_wide_s (local.get 2) (local.get 3))
    (i64.add128)))`;

const WORDS = [
  0n,
  1n,
  0x7fff_ffffn,
  0xffff_ffffn,
  0x1_0000_0000n,
  -1n,
  -0x8000_0000_0000_0000n,
  -0x1_0000_0000n,
];

function joined([low, high]: [bigint, bigint]): bigint {
  return BigInt.asUintN(64, low) | BigInt.asUintN(64, high) << 64n;
}

Deno.test("i64.add128 and i64.sub128 carry through all four components", () => {
  const { add, sub } = exportsOf(OPERATIONS);
  for (const a of WORDS) {
    for (const b of WORDS) {
      for (const c of WORDS) {
        for (const d of WORDS) {
          const [left, right] = [joined([a, b]), joined([c, d])];
          assertEquals(joined(add(a, b, c, d)), BigInt.asUintN(128, left + right));
          assertEquals(joined(sub(a, b, c, d)), BigInt.asUintN(128, left - right));
        }
      }
    }
  }
});

Deno.test("i64.add128 takes constants", () => {
  const { next } = exportsOf(OPERATIONS);
  assertEquals(next(-1n, 5n), [0n, 6n]);
  assertEquals(next(-1n, -1n), [0n, 0n]);
});

Deno.test("two products are summed without one overwriting the other", () => {
  const { product, "sum of products": sum } = exportsOf(OPERATIONS);
  assertEquals(joined(product(-1n, -1n)), (2n ** 64n - 1n) ** 2n);
  assertEquals(
    joined(sum(-3n, 2n ** 62n, 5n, 2n ** 61n)),
    BigInt.asUintN(128, -3n * 2n ** 62n + 5n * 2n ** 61n),
  );
});
