import { assertEquals } from "@std/assert";
import { i64MulWideS, i64MulWideU } from "../../lib/runtime/numerics_wide.ts";
import { RESULT_I32 } from "../../lib/runtime/return_registers.ts";

type Multiply = typeof i64MulWideU;

function product(multiply: Multiply, a: bigint, b: bigint): bigint {
  const half = (value: bigint, index: bigint) => Number(BigInt.asIntN(32, value >> 32n * index));
  const words = [multiply(half(a, 0n), half(a, 1n), half(b, 0n), half(b, 1n)), ...RESULT_I32.subarray(1, 4)];
  return words.reduceRight((bits, word) => bits << 32n | BigInt(word >>> 0), 0n);
}

/** Values whose halves are near the ends of their range, and some in between. */
const HALVES = [0, 1, 2, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff, 0x1234_5678, 0xdead_beef];
const VALUES = HALVES.flatMap((high) => HALVES.map((low) => BigInt(high) << 32n | BigInt(low)));

Deno.test("i64MulWideU() is the unsigned 128-bit product", () => {
  for (const a of VALUES) {
    for (const b of VALUES) assertEquals(product(i64MulWideU, a, b), a * b, `${a} * ${b}`);
  }
});

Deno.test("i64MulWideS() is the signed 128-bit product", () => {
  const signed = (value: bigint) => BigInt.asIntN(64, value);
  for (const a of VALUES) {
    for (const b of VALUES) {
      const expected = BigInt.asUintN(128, signed(a) * signed(b));
      assertEquals(product(i64MulWideS, a, b), expected, `${signed(a)} * ${signed(b)}`);
    }
  }
});
