import { assertEquals } from "@std/assert";
import { decodeWtf8, encodeLossyUtf8, encodeWtf8, hasOnlyPairs, wtf8Length } from "../../lib/binary/wtf8.ts";

const PAIRED = ["", "ascii", "latin \xe9", "\uffff", "\u{10000}\u{10ffff}", "\u{1d800}\0"];
const ISOLATED = ["\ud800", "a\udc00b", "\udc00\ud800", "\u{1f600}\ud83d", "\ud800\ud800\udc00"];

Deno.test("encodeWtf8() is undone by decodeWtf8(), and as long as wtf8Length() says", () => {
  for (const string of [...PAIRED, ...ISOLATED]) {
    const bytes = encodeWtf8(string);
    assertEquals(bytes.length, wtf8Length(string));
    assertEquals(decodeWtf8(bytes, 0, bytes.length), string);
    assertEquals(encodeLossyUtf8(string).length, bytes.length);
  }
});

Deno.test("encodeWtf8() gives isolated surrogates three bytes of their own", () => {
  assertEquals([...encodeWtf8("\u{10000}\ud800\udbff")], [
    ...[0xf0, 0x90, 0x80, 0x80],
    ...[0xed, 0xa0, 0x80],
    ...[0xed, 0xaf, 0xbf],
  ]);
});

Deno.test("hasOnlyPairs() tells isolated surrogates from pairs", () => {
  assertEquals(PAIRED.filter(hasOnlyPairs), PAIRED);
  assertEquals(ISOLATED.filter(hasOnlyPairs), []);
});

Deno.test("decodeWtf8() refuses what is cut off, too long, beyond Unicode, or a pair in six bytes", () => {
  const refused = [
    [0x80],
    [0xff],
    [0xc1, 0xbf],
    [0xe2, 0x82],
    [0xe0, 0x9f, 0xbf],
    [0xf0, 0x8f, 0xbf, 0xbf],
    [0xf4, 0x90, 0x80, 0x80],
    [0xed, 0xa0, 0x80, 0xed, 0xb0, 0x80],
  ];
  for (const bytes of refused) {
    // The isolated surrogate in front keeps the host's decoder out of it.
    const all = Uint8Array.of(0xed, 0xb0, 0x80, ...bytes);
    assertEquals(decodeWtf8(all, 3, all.length), null, bytes.join());
    assertEquals(decodeWtf8(all, 0, all.length), null, bytes.join());
  }
});
