import { assertEquals } from "@std/assert";
import { identifier, nameLiteral, writeBytesLiteral } from "../../lib/text/print_string.ts";
import { decodeName } from "../../lib/text/string_literal.ts";

function bytesLiteral(bytes: Uint8Array): string {
  let text = "";
  writeBytesLiteral((piece) => text += piece, { bytes, start: 0, end: bytes.length });
  return text;
}

Deno.test("identifier() quotes names that have other characters than identifiers", () => {
  assertEquals(identifier("main"), "$main");
  assertEquals(identifier("!#$%&'*+-./:<=>?@\\^_`|~"), "$!#$%&'*+-./:<=>?@\\^_`|~");
  assertEquals(identifier("operator new[](int)"), '$"operator new[](int)"');
  assertEquals(identifier("größe"), '$"größe"');
});

Deno.test("nameLiteral() escapes quotes, backslashes and what cannot be seen", () => {
  assertEquals(nameLiteral('a "b" \\'), '"a \\"b\\" \\\\"');
  assertEquals(nameLiteral("\0\n\u202e\u2028\ufeff"), '"\\u{0}\\u{a}\\u{202e}\\u{2028}\\u{feff}"');
  assertEquals(nameLiteral("日本 😀"), '"日本 😀"');
});

Deno.test("nameLiteral() reads back to the same name", () => {
  const name = String.fromCodePoint(...Array.from({ length: 0x300 }, (_, i) => i), 0xfffd, 0x10ffff, 0x1f600);
  const literal = nameLiteral(name);
  assertEquals(decodeName(literal, 0, literal.length), name);
});

Deno.test("writeBytesLiteral() escapes all bytes but printable ASCII characters", () => {
  assertEquals(
    bytesLiteral(Uint8Array.of(0x61, 0, 0x22, 0x5c, 0x7f, 0xff, 0x7e)),
    '"a\\00\\22\\5c\\7f\\ff~"',
  );
  assertEquals(bytesLiteral(new Uint8Array(0)), '""');
});

Deno.test("writeBytesLiteral() leaves nothing out between pieces", () => {
  assertEquals(bytesLiteral(new Uint8Array(200_000).fill(0x61)), `"${"a".repeat(200_000)}"`);
});
