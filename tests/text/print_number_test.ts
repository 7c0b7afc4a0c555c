import { assertEquals } from "@std/assert";
import { parseFloat32, parseFloat64 } from "../../lib/text/number_literal.ts";
import { float32Literal, float64Literal, vectorLiteral } from "../../lib/text/print_number.ts";

/** A pseudo-random sequence of 32-bit patterns. */
function* words(count: number): Generator<number> {
  let word = 0x9e3779b9;
  for (let i = 0; i < count; i++) {
    word = Math.imul(word ^ word >>> 15, 0x2c1b3c6d) + i >>> 0;
    yield word;
  }
}

Deno.test("float32Literal() writes the shortest decimal number", () => {
  assertEquals(float32Literal(0x3dcccccd), "0.1");
  assertEquals(float32Literal(0x3f800000), "1");
  assertEquals(float32Literal(0x40490fdb), "3.1415927");
  assertEquals(float32Literal(0x7f7fffff), "3.4028235e+38");
  assertEquals(float32Literal(0x00000001), "1e-45");
});

Deno.test("float32Literal() keeps the sign of zero", () => {
  assertEquals(float32Literal(0), "0");
  assertEquals(float32Literal(0x80000000), "-0");
});

Deno.test("float32Literal() writes infinities and NaNs with their payloads", () => {
  assertEquals(float32Literal(0x7f800000), "inf");
  assertEquals(float32Literal(0xff800000), "-inf");
  assertEquals(float32Literal(0x7fc00000), "nan");
  assertEquals(float32Literal(0xffc00000), "-nan");
  assertEquals(float32Literal(0x7f800001), "nan:0x1");
  assertEquals(float32Literal(0xffe00000), "-nan:0x600000");
});

Deno.test("float32Literal() reads back to the same bits", () => {
  for (const bits of words(2000)) assertEquals(parseFloat32(float32Literal(bits)), bits);
});

Deno.test("float32Literal() reads back to the same bits at powers of two and beside them", () => {
  for (let exponent = 0; exponent < 0xff; exponent++) {
    for (const bits of [exponent << 23, (exponent << 23) + 1, ((exponent + 1) << 23) - 1]) {
      assertEquals(parseFloat32(float32Literal(bits)), bits);
    }
  }
});

Deno.test("float64Literal() writes the shortest decimal number", () => {
  assertEquals(float64Literal(0x9999999a, 0x3fb99999), "0.1");
  assertEquals(float64Literal(0, 0xc0000000), "-2");
  assertEquals(float64Literal(1, 0), "5e-324");
  assertEquals(float64Literal(0, 0x80000000), "-0");
});

Deno.test("float64Literal() writes infinities and NaNs with their payloads", () => {
  assertEquals(float64Literal(0, 0x7ff00000), "inf");
  assertEquals(float64Literal(0, 0xfff00000), "-inf");
  assertEquals(float64Literal(0, 0x7ff80000), "nan");
  assertEquals(float64Literal(0x89abcdef, 0xfff04567), "-nan:0x456789abcdef");
  assertEquals(float64Literal(0x80000000, 0x7ff00000), "nan:0x80000000");
});

Deno.test("float64Literal() reads back to the same bits", () => {
  let high = 0x3ff00000;
  for (const low of words(2000)) {
    assertEquals(parseFloat64(float64Literal(low, high)), BigInt(high) << 32n | BigInt(low));
    high = low;
  }
});

Deno.test("vectorLiteral() writes four words, the lowest bytes first", () => {
  const bytes = Uint8Array.from({ length: 17 }, (_, i) => i);
  assertEquals(vectorLiteral(bytes, 1), "i32x4 0x04030201 0x08070605 0x0c0b0a09 0x100f0e0d");
});
