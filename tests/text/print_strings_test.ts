import { assertEquals, assertThrows } from "@std/assert";
import { decodeModule } from "../../lib/binary/decode.ts";
import { encodeModule } from "../../lib/binary/encode.ts";
import { WatError } from "../../lib/text/error.ts";
import { parseModule } from "../../lib/text/module.ts";
import { printModule } from "../../lib/text/print_module.ts";

const TEXT = `(module
  (global stringref (string.const "a\\t\\u{1f600}\\ed\\a0\\80\\""))
  (memory 1)
  (func (param stringview_wtf8 (ref string)) (result i32)
    (string.concat (string.const "b") (string.const "a\\t\\u{1f600}\\ed\\a0\\80\\""))
    (string.encode_wtf8 (i32.const 0))))`;

Deno.test("string literals are read, one of equal ones, and printed back, isolated surrogates too", () => {
  const bytes = encodeModule(parseModule(TEXT));
  const module = decodeModule(bytes);
  assertEquals(module.strings, ['a\t\u{1f600}\ud800"', "b"]);
  for (const folded of [false, true]) {
    assertEquals(encodeModule(parseModule(printModule(module, { folded }))), bytes);
  }
});

Deno.test("a string literal that is not WTF-8 is an error at its place", () => {
  assertThrows(
    () => parseModule('(func\n (drop (string.const "\\ff")))'),
    WatError,
    "malformed WTF-8 encoding",
  );
});
