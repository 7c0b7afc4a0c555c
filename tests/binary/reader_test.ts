import { assertEquals, assertThrows } from "@std/assert";
import { Reader } from "../../lib/binary/reader.ts";
import { CompileError } from "../../lib/syntax/errors.ts";

function reader(...bytes: number[]): Reader {
  return new Reader(new Uint8Array(bytes));
}

function assertFails(read: () => void, message: string): void {
  const error = assertThrows(read, CompileError);
  assertEquals(error.message, message);
}

Deno.test("u32() reads one to five bytes", () => {
  const numbers = reader(0x05, 0xe5, 0x8e, 0x26, 0xff, 0xff, 0xff, 0xff, 0x0f);
  assertEquals([numbers.u32("a"), numbers.u32("b"), numbers.u32("c")], [5, 624485, 0xffffffff]);
  assertEquals(numbers.more, false);
});

Deno.test("u32() accepts padding within five bytes", () => {
  assertEquals(reader(0x83, 0x80, 0x80, 0x80, 0x00).u32("a"), 3);
});

Deno.test("u32() rejects a sixth byte at the fifth", () => {
  assertFails(
    () => reader(0x80, 0x80, 0x80, 0x80, 0x80, 0x00).u32("size"),
    "length overflow while decoding size @+4",
  );
});

Deno.test("u32() rejects bits beyond the thirty-second", () => {
  assertFails(() => reader(0xff, 0xff, 0xff, 0xff, 0x1f).u32("size"), "extra bits in varint @+4");
});

Deno.test("u32() rejects a number that the end cuts off", () => {
  assertFails(() => reader(0x80, 0x80).u32("size"), "reached end while decoding size @+2");
});

Deno.test("i32() extends the sign", () => {
  const numbers = reader(0x7f, 0xc0, 0xbb, 0x78, 0x80, 0x80, 0x80, 0x80, 0x78);
  assertEquals([numbers.i32("a"), numbers.i32("b"), numbers.i32("c")], [-1, -123456, -0x80000000]);
});

Deno.test("i32() rejects last bits that do not repeat the sign", () => {
  assertFails(() => reader(0xff, 0xff, 0xff, 0xff, 0x4f).i32("x"), "extra bits in varint @+4");
  assertFails(() => reader(0xff, 0xff, 0xff, 0xff, 0x0f).i32("x"), "extra bits in varint @+4");
});

Deno.test("skipI32() rejects what i32() rejects", () => {
  assertFails(() => reader(0xff, 0xff, 0xff, 0xff, 0x4f).skipI32("x"), "extra bits in varint @+4");
  assertFails(() => reader(0xff).skipI32("x"), "reached end while decoding x @+1");
});

Deno.test("i33() reads type indices and negative codes", () => {
  const numbers = reader(0x6f, 0xff, 0xff, 0xff, 0xff, 0x0f);
  assertEquals([numbers.i33("a"), numbers.i33("b")], [-17, 0xffffffff]);
});

Deno.test("u64() and i64() read ten bytes", () => {
  const ones = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
  assertEquals(reader(...ones, 0x01).u64("a"), (1n << 64n) - 1n);
  assertEquals(reader(...ones, 0x7f).i64("a"), -1n);
  assertEquals(reader(...ones, 0x00).i64("a"), (1n << 63n) - 1n);
  assertFails(() => reader(...ones, 0x02).u64("a"), "extra bits in varint @+9");
  assertFails(() => reader(...ones, 0x01).i64("a"), "extra bits in varint @+9");
});

Deno.test("skip() does not pass the end", () => {
  assertFails(() => reader(1, 2).skip(3), "expected 3 bytes, fell off end @+0");
});

Deno.test("name() decodes UTF-8 and keeps a byte order mark", () => {
  assertEquals(reader(6, 0xef, 0xbb, 0xbf, 0xe2, 0x82, 0xac).name("n"), "\ufeff\u20ac");
});

Deno.test("name() rejects surrogates, overlong forms and truncation", () => {
  const malformed = [[0xed, 0xa0, 0x80], [0xc0, 0x80], [0xe2, 0x82], [0xf4, 0x90, 0x80, 0x80], [0xff]];
  for (const bytes of malformed) {
    assertFails(() => reader(bytes.length, ...bytes).name("n"), "n: no valid UTF-8 string @+1");
  }
});
