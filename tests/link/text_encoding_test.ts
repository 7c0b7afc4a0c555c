import { assertEquals, assertThrows } from "@std/assert";
import { type ByteArray, TEXT_DECODER_BUILTINS, textEncoderBuiltins } from "../../lib/link/text_encoding.ts";
import { RuntimeError } from "../../lib/syntax/errors.ts";

const encoder = textEncoderBuiltins((elements) => ({ elements }));
const { decodeStringFromUTF8Array: decode } = TEXT_DECODER_BUILTINS;
const {
  measureStringAsUTF8: measure,
  encodeStringIntoUTF8Array: encodeInto,
  encodeStringToUTF8Array: encode,
} = encoder;

function traps(message: string, call: () => unknown): void {
  assertThrows(call, RuntimeError, message);
}

const bytes = (...elements: number[]) => ({ elements: Uint8Array.from(elements) });
const TEXT = "a\u00e9\uffff\u{1f600}\ud800";
const UTF8 = [0x61, 0xc3, 0xa9, 0xef, 0xbf, 0xbf, 0xf0, 0x9f, 0x98, 0x80, 0xef, 0xbf, 0xbd];

Deno.test("strings are measured and encoded, lone surrogates as U+FFFD", () => {
  assertEquals(measure(TEXT), UTF8.length);
  assertEquals([measure(""), measure("\udc00\ud800"), measure("\ud800a")], [0, 6, 4]);
  assertEquals([...(encode(TEXT) as ByteArray).elements], UTF8);
});

Deno.test("bytes are decoded, malformed ones to U+FFFD, a byte order mark kept", () => {
  assertEquals(decode(bytes(...UTF8), 0, UTF8.length), TEXT.slice(0, -1) + "\ufffd");
  assertEquals(decode(bytes(0, 0xff, 0x61, 0), 1, 3), "\ufffda");
  assertEquals(decode(bytes(0xef, 0xbb, 0xbf, 0x61), 0, 4), "\ufeffa");
  assertEquals(decode({ elements: Int8Array.from([0x61, -61, -87]) }, 1, 3), "\u00e9");
});

Deno.test("decoding traps on null, then outside the array", () => {
  traps("dereferencing a null pointer", () => decode(null, 3, 1));
  for (const [start, end] of [[3, 1], [0, 5], [5, 5], [-1, -1]]) {
    traps("array element access out of bounds", () => decode(bytes(0, 0, 0, 0), start, end));
  }
});

Deno.test("encoding into an array writes the whole string or nothing", () => {
  const array = bytes(1, 1, 1, 1);
  assertEquals(encodeInto("\u00e9", array, 2), 2);
  assertEquals([...array.elements], [1, 1, 0xc3, 0xa9]);
  traps("array element access out of bounds", () => encodeInto("\u00e9", array, 3));
  assertEquals([...array.elements], [1, 1, 0xc3, 0xa9]);
  assertEquals(encodeInto("", array, 4), 0);
  traps("array element access out of bounds", () => encodeInto("", array, 5));
  traps("dereferencing a null pointer", () => encodeInto("a", null, 0));
});

Deno.test("encoding traps on what is no string", () => {
  for (const value of [null, 1, {}]) {
    traps("illegal cast", () => measure(value));
    traps("illegal cast", () => encode(value));
    traps("illegal cast", () => encodeInto(value, null, 0));
  }
});

Deno.test("elements in the middle of a buffer, and shared ones, will do", () => {
  for (const buffer of [new ArrayBuffer(8), new SharedArrayBuffer(8)]) {
    const array = { elements: new Uint8Array(buffer, 2, 4) };
    assertEquals(encodeInto("h\u00e9", array, 1), 3);
    assertEquals([...new Uint8Array(buffer)], [0, 0, 0, 0x68, 0xc3, 0xa9, 0, 0]);
    assertEquals(decode(array, 1, 4), "h\u00e9");
  }
});
