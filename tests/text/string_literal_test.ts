import { assertEquals } from "@std/assert";
import { ByteWriter } from "../../lib/binary/byte_writer.ts";
import { decodeName, writeString } from "../../lib/text/string_literal.ts";

function bytes(literal: string): number[] | null {
  const out = new ByteWriter();
  return writeString(out, literal, 0, literal.length) === null ? [...out.view()] : null;
}

Deno.test("writeString() writes characters as UTF-8", () => {
  assertEquals(bytes('"aä€😀"'), [0x61, 0xc3, 0xa4, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80]);
});

Deno.test("writeString() knows all escapes", () => {
  assertEquals(bytes(`"\\t\\n\\r\\"\\'\\\\"`), [9, 10, 13, 0x22, 0x27, 0x5c]);
  assertEquals(bytes('"\\00\\fF"'), [0, 0xff]);
  assertEquals(bytes('"\\u{41}\\u{1_F600}"'), [0x41, 0xf0, 0x9f, 0x98, 0x80]);
});

Deno.test("writeString() refuses malformed escapes", () => {
  for (const escape of ["\\x", "\\0", "\\0g", "\\u41", "\\u{}", "\\u{d800}", "\\u{110000}", "\\u{_1}"]) {
    assertEquals(bytes(`"${escape}"`), null, escape);
  }
});

Deno.test("decodeName() reads UTF-8 from escapes and refuses other bytes", () => {
  assertEquals(decodeName('"\\c3\\a4"', 0, 8), "ä");
  assertEquals(decodeName('"\\c3"', 0, 5), null);
  assertEquals(decodeName('"\\ef\\bb\\bfx"', 0, 12), "\ufeffx");
});
