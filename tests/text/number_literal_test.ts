import { assertEquals } from "@std/assert";
import {
  parseFloat32,
  parseFloat64,
  parseIndex,
  parseInteger,
  parseInteger64,
} from "../../lib/text/number_literal.ts";

function index(literal: string): number {
  return parseIndex(literal, 0, literal.length);
}

function i32(literal: string): number | string {
  return parseInteger(literal, 0, literal.length, 32);
}

function i64(literal: string): bigint | string {
  return parseInteger64(literal, 0, literal.length);
}

Deno.test("parseIndex() reads decimal and hexadecimal digits with underscores", () => {
  assertEquals(index("1_000"), 1000);
  assertEquals(index("0xAb_c"), 0xabc);
  assertEquals(index("00012"), 12);
});

Deno.test("parseIndex() refuses misplaced underscores and other characters", () => {
  for (const literal of ["_1", "1_", "1__0", "0x", "0x_1", "1a", "+1", "0X1", ""]) {
    assertEquals(index(literal), -1, literal);
  }
});

Deno.test("parseInteger() takes signed and unsigned numbers of the width", () => {
  assertEquals(i32("4294967295"), -1);
  assertEquals(i32("0x80000000"), -0x8000_0000);
  assertEquals(i32("-0x80000000"), -0x8000_0000);
  assertEquals(i32("+7"), 7);
  assertEquals(i32("-0"), 0);
});

Deno.test("parseInteger() refuses numbers beyond the width", () => {
  assertEquals(i32("4294967296"), "out of range");
  assertEquals(i32("-0x80000001"), "out of range");
  assertEquals(parseInteger("256", 0, 3, 8), "out of range");
  assertEquals(parseInteger("-129", 0, 4, 8), "out of range");
});

Deno.test("parseInteger() refuses malformed numbers", () => {
  for (const literal of ["", "+", "-", "--1", "1.0", "0x1p1"]) {
    assertEquals(i32(literal), "malformed", literal);
  }
});

Deno.test("parseInteger64() keeps all 64 bits", () => {
  assertEquals(i64("0xffff_ffff_ffff_ffff"), -1n);
  assertEquals(i64("-9223372036854775808"), -(1n << 63n));
  assertEquals(i64("18446744073709551615"), -1n);
  assertEquals(i64("0x0123456789abcdef"), 0x0123456789abcdefn);
});

Deno.test("parseInteger64() refuses numbers beyond 64 bits", () => {
  assertEquals(i64("18446744073709551616"), "out of range");
  assertEquals(i64("-9223372036854775809"), "out of range");
});

Deno.test("parseFloat32() reads infinities and NaNs with payloads", () => {
  assertEquals(parseFloat32("inf"), 0x7f80_0000);
  assertEquals(parseFloat32("-inf"), 0xff80_0000);
  assertEquals(parseFloat32("nan"), 0x7fc0_0000);
  assertEquals(parseFloat32("-nan:0x1"), 0xff80_0001);
  assertEquals(parseFloat32("nan:0x7f_ffff"), 0x7fff_ffff);
});

Deno.test("parseFloat32() refuses payloads of zero or too many bits", () => {
  assertEquals(parseFloat32("nan:0x0"), "out of range");
  assertEquals(parseFloat32("nan:0x80_0000"), "out of range");
  assertEquals(parseFloat32("nan:1"), "malformed");
  assertEquals(parseFloat32("nan:canonical"), "malformed");
});

Deno.test("parseFloat32() rounds decimals once, not by way of f64", () => {
  // the middle between 1 + 2^-23 and 1 + 2^-22, and its neighbours closer than an f64 tells apart
  assertEquals(parseFloat32("1.00000017881393432617187499"), 0x3f80_0001);
  assertEquals(parseFloat32("1.00000017881393432617187500"), 0x3f80_0002);
  assertEquals(parseFloat32("1.00000017881393432617187501"), 0x3f80_0002);
});

Deno.test("parseFloat32() rounds hexadecimals once", () => {
  assertEquals(parseFloat32("0x1.000002fffffffffp0"), 0x3f80_0001);
  assertEquals(parseFloat32("0x1.000003p0"), 0x3f80_0002);
  assertEquals(parseFloat32("0x1.00000300000000001p0"), 0x3f80_0002);
});

Deno.test("parseFloat32() rounds at the edge of the range", () => {
  assertEquals(parseFloat32("0x1.fffffefp127"), 0x7f7f_ffff);
  assertEquals(parseFloat32("0x1.ffffffp127"), "out of range");
  assertEquals(parseFloat32("340282356779733661637539395458142568447"), 0x7f7f_ffff);
  assertEquals(parseFloat32("340282356779733661637539395458142568448"), "out of range");
  assertEquals(parseFloat32("1e9999999999"), "out of range");
});

Deno.test("parseFloat32() rounds to subnormals and to zero", () => {
  assertEquals(parseFloat32("0x1p-149"), 1);
  assertEquals(parseFloat32("0x1p-150"), 0);
  assertEquals(parseFloat32("0x1.8p-150"), 1);
  assertEquals(parseFloat32("7.006492321624085e-46"), 0);
  assertEquals(parseFloat32("7.006492321624086e-46"), 1);
  assertEquals(parseFloat32("-0x1p-9999999999"), 0x8000_0000);
});

Deno.test("parseFloat64() reads decimals, hexadecimals and underscores", () => {
  assertEquals(parseFloat64("1_0.2_5e0_1"), 0x4059_a000_0000_0000n);
  assertEquals(parseFloat64("0x1.8p1"), 0x4008_0000_0000_0000n);
  assertEquals(parseFloat64("1."), 0x3ff0_0000_0000_0000n);
  assertEquals(parseFloat64("-0"), 0x8000_0000_0000_0000n);
  assertEquals(parseFloat64("0x0.0000000000001p-1022"), 1n);
  assertEquals(parseFloat64("0x1p-1075"), 0n);
  assertEquals(parseFloat64("0x1.fffffffffffff8p1023"), "out of range");
});

Deno.test("parseFloat64() refuses malformed numbers", () => {
  for (const literal of [".5", "1e", "1e+", "0x", "0x1p", "0x.1", "1_", "1._0", "1e_1", "Infinity", "0b1"]) {
    assertEquals(parseFloat64(literal), "malformed", literal);
  }
});
