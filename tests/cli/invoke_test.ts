import { assertEquals, assertThrows } from "@std/assert";
import { formatValue, parseValue } from "../../lib/cli/invoke.ts";
import { EXTERNREF, F32, F64, FUNC, I32, I64, refType, V128 } from "../../lib/syntax/types.ts";

Deno.test("parseValue() reads integers signed and unsigned, decimal and hexadecimal", () => {
  assertEquals(parseValue("-2147483648", I32), -2147483648);
  assertEquals(parseValue("4294967295", I32), -1);
  assertEquals(parseValue("0xffFFffff", I32), -1);
  assertEquals(parseValue("-0x10", I32), -16);
  assertEquals(parseValue("18446744073709551615", I64), -1n);
  assertEquals(parseValue("-9223372036854775808", I64), -(2n ** 63n));
});

Deno.test("parseValue() refuses integers out of range and other words", () => {
  for (const word of ["-2147483649", "4294967296", "1.5", "", "-", "0x", "1e3", "ten", " 1"]) {
    assertThrows(() => parseValue(word, I32), Error, "is no i32");
  }
  assertThrows(() => parseValue("18446744073709551616", I64), Error, "is no i64");
});

Deno.test("parseValue() reads floating point numbers", () => {
  assertEquals(parseValue("-1.5e-3", F64), -0.0015);
  assertEquals(parseValue(".5", F32), 0.5);
  assertEquals(parseValue("-0", F64), -0);
  assertEquals(parseValue("inf", F64), Infinity);
  assertEquals(parseValue("-Infinity", F32), -Infinity);
  assertEquals(parseValue("nan", F64), NaN);
  assertThrows(() => parseValue("1,5", F64), Error, "is no f64");
});

Deno.test("parseValue() knows the null reference and no other", () => {
  assertEquals(parseValue("null", EXTERNREF), null);
  assertThrows(() => parseValue("null", refType(FUNC, false)), Error, "is no (ref func)");
  assertThrows(() => parseValue("x", EXTERNREF), Error, "is no externref");
  assertThrows(() => parseValue("0", V128), Error, "is no v128");
});

Deno.test("formatValue() writes the shortest number of the type", () => {
  assertEquals(formatValue(Math.fround(0.1), F32), "0.1");
  assertEquals(formatValue(Math.fround(16777217.5), F32), "16777218");
  assertEquals(formatValue(0.1, F64), "0.1");
  assertEquals(formatValue(-0, F32), "-0");
  assertEquals(formatValue(NaN, F64), "nan");
  assertEquals(formatValue(-Infinity, F32), "-inf");
  assertEquals(formatValue(-1n, I64), "-1");
});

Deno.test("formatValue() names what references are", () => {
  assertEquals(formatValue(null, EXTERNREF), "null");
  assertEquals(formatValue(() => {}, refType(FUNC, true)), "(funcref)");
});
