import { assertEquals, assertThrows } from "@std/assert";
import * as doubles from "../../lib/runtime/i64_division.ts";
import type { PairOperation } from "../../lib/runtime/i64_division.ts";
import { BIGINT_DIVISIONS as wide } from "../../lib/runtime/i64_wide_division.ts";
import { i64DivS, i64DivU, i64RemS, i64RemU } from "../../lib/runtime/numerics_i64.ts";
import { RESULT_I32 } from "../../lib/runtime/return_registers.ts";
import { RuntimeError } from "../../lib/syntax/errors.ts";

const low = (value: bigint): number => Number(BigInt.asIntN(32, value));
const high = (value: bigint): number => Number(BigInt.asIntN(32, value >> 32n));

function apply(operation: PairOperation, a: bigint, b: bigint): bigint {
  const result = operation(low(a), high(a), low(b), high(b));
  assertEquals(result, result | 0);
  return BigInt.asIntN(64, BigInt(RESULT_I32[1]) << 32n | BigInt(result >>> 0));
}

/** Around powers of two: where halves, doubles and the shortcuts end. */
const EDGES: bigint[] = [0, 1, 14, 16, 20, 21, 31, 32, 33, 48, 52, 53, 54, 63].flatMap((log2) =>
  [-2n, -1n, 0n, 1n, 2n].flatMap((delta) => {
    const value = (1n << BigInt(log2)) + delta;
    return [BigInt.asIntN(64, value), BigInt.asIntN(64, -value)];
  })
).concat([0xffff0000n, 0xffff0001n, 0xfffeffffn]);

/** Pairs of operands of random sizes, and dividends at and just below multiples of the divisor. */
function* randomOperands(count: number): Generator<readonly [bigint, bigint]> {
  let state = 20261120n;
  const next = (): bigint => {
    state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n);
    return state >> 32n;
  };
  const operand = (): bigint => {
    const bits = Number(next() % 65n);
    const value = BigInt.asUintN(bits, next() << 32n | next());
    return BigInt.asIntN(64, (next() & 1n) === 0n ? value : -value);
  };
  for (let i = 0; i < count; i++) {
    const a = operand();
    const b = operand();
    yield [a, b];
    const divisor = BigInt.asUintN(64, b);
    const multiple = divisor * (divisor === 0n ? 0n : (1n << 64n) / divisor - (next() & 3n));
    yield [BigInt.asIntN(64, multiple), b];
    yield [BigInt.asIntN(64, multiple - 1n), b];
  }
}

const unsigned = (operation: (a: bigint, b: bigint) => bigint) => (a: bigint, b: bigint): bigint =>
  BigInt.asIntN(64, operation(BigInt.asUintN(64, a), BigInt.asUintN(64, b)));

const divide = (a: bigint, b: bigint): bigint => a / b;
const remainder = (a: bigint, b: bigint): bigint => a % b;

const OPERATIONS: readonly [string, PairOperation, (a: bigint, b: bigint) => bigint][] = [
  ["i64DivU()", i64DivU, unsigned(divide)],
  ["i64RemU()", i64RemU, unsigned(remainder)],
  ["i64DivS()", i64DivS, divide],
  ["i64RemS()", i64RemS, remainder],
  ["divU() of doubles", doubles.divU, unsigned(divide)],
  ["remU() of doubles", doubles.remU, unsigned(remainder)],
  ["divS() of doubles", doubles.divS, divide],
  ["remS() of doubles", doubles.remS, remainder],
  ["divU() of bigints", wide.divU, unsigned(divide)],
  ["remU() of bigints", wide.remU, unsigned(remainder)],
  ["divS() of bigints", wide.divS, divide],
  ["remS() of bigints", wide.remS, remainder],
];

const MINIMUM = -(1n << 63n);

for (const [name, operation, expected] of OPERATIONS) {
  const check = (a: bigint, b: bigint): void => {
    const quotient = b === 0n ? 1n << 63n : expected(a, b);
    if (quotient === 1n << 63n) return void assertThrows(() => apply(operation, a, b), RuntimeError);
    const actual = apply(operation, a, b);
    if (actual !== quotient) assertEquals(actual, quotient, `${name} of ${a} and ${b}`);
  };

  Deno.test(`${name} agrees with bigints at the edges of halves and doubles`, () => {
    for (const a of EDGES) for (const b of EDGES) check(a, b);
  });

  Deno.test(`${name} agrees with bigints on random operands`, () => {
    for (const [a, b] of randomOperands(20_000)) check(a, b);
  });
}

Deno.test("i64DivS() and i64RemS() of the minimum and -1 are a trap and 0", () => {
  assertThrows(() => apply(i64DivS, MINIMUM, -1n), RuntimeError, "divide result unrepresentable");
  assertEquals(apply(i64RemS, MINIMUM, -1n), 0n);
});

Deno.test("i64 division by zero traps as a division or as a remainder", () => {
  assertThrows(() => apply(i64DivU, 1n, 0n), RuntimeError, "divide by zero");
  assertThrows(() => apply(i64DivS, 1n, 0n), RuntimeError, "divide by zero");
  assertThrows(() => apply(i64RemU, 1n, 0n), RuntimeError, "remainder by zero");
  assertThrows(() => apply(i64RemS, 1n, 0n), RuntimeError, "remainder by zero");
});
