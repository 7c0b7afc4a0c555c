import { assertEquals, assertThrows } from "@std/assert";
import { JS_STRING_BUILTINS as builtins } from "../../lib/link/js_string.ts";
import { RuntimeError } from "../../lib/syntax/errors.ts";

function traps(message: string, name: string, ...args: unknown[]): void {
  assertThrows(() => builtins[name](...args), RuntimeError, message);
}

const units = (...elements: number[]) => ({ elements: Uint16Array.from(elements) });

Deno.test("every builtin that takes a string traps on everything else", () => {
  for (const value of [null, undefined, 1, {}, new String("s")]) {
    traps("illegal cast", "cast", value);
    traps("illegal cast", "charCodeAt", value, 0);
    traps("illegal cast", "codePointAt", value, 0);
    traps("illegal cast", "length", value);
    traps("illegal cast", "concat", "a", value);
    traps("illegal cast", "concat", value, "a");
    traps("illegal cast", "substring", value, 0, 0);
    traps("illegal cast", "compare", value, "a");
    traps("illegal cast", "intoCharCodeArray", value, null, 0);
  }
});

Deno.test("cast and test tell strings from other values", () => {
  assertEquals(builtins.cast("a"), "a");
  assertEquals(["a", "", null, new String("a"), 0].map((value) => builtins.test(value)), [1, 1, 0, 0, 0]);
});

Deno.test("fromCharCode takes the low sixteen bits", () => {
  assertEquals([65, 0x1_0041, -1].map((code) => builtins.fromCharCode(code)), ["A", "A", "\uffff"]);
});

Deno.test("fromCodePoint traps past the last code point", () => {
  assertEquals([65, 0x1f600, 0xd800].map((point) => builtins.fromCodePoint(point)), [
    "A",
    "\u{1f600}",
    "\ud800",
  ]);
  traps("Invalid code point 1114112", "fromCodePoint", 0x11_0000);
  traps("Invalid code point 4294967295", "fromCodePoint", -1);
});

Deno.test("charCodeAt and codePointAt trap outside the string", () => {
  const string = "a\u00ff\u0100\u{1f600}";
  assertEquals([0, 1, 2, 3, 4].map((i) => builtins.charCodeAt(string, i)), [
    0x61,
    0xff,
    0x100,
    0xd83d,
    0xde00,
  ]);
  assertEquals([3, 4].map((i) => builtins.codePointAt(string, i)), [0x1f600, 0xde00]);
  for (const name of ["charCodeAt", "codePointAt"]) {
    traps("string offset out of bounds", name, "ab", 2);
    traps("string offset out of bounds", name, "ab", -1);
    traps("string offset out of bounds", name, "", 0);
  }
});

Deno.test("substring takes unsigned positions and never swaps them", () => {
  const substring = (start: number, end: number) => builtins.substring("hello", start, end);
  assertEquals(
    [substring(1, 3), substring(3, 1), substring(-1, 3), substring(1, -1), substring(5, 6), substring(9, 10)],
    ["el", "", "", "ello", "", ""],
  );
});

Deno.test("equals accepts null, compare does not", () => {
  const equals = (a: unknown, b: unknown) => builtins.equals(a, b);
  assertEquals(
    [equals("a", "a"), equals("a", "b"), equals(null, null), equals(null, "a"), equals("a", null)],
    [
      1,
      0,
      1,
      0,
      0,
    ],
  );
  traps("illegal cast", "equals", 1, null);
  traps("illegal cast", "equals", null, undefined);
  assertEquals(["b", "a", "c"].map((other) => builtins.compare("b", other)), [0, 1, -1]);
  // By code units, where code points would order the other way round.
  assertEquals(builtins.compare("\u{1f600}", "\uff5e"), -1);
});

Deno.test("fromCharCodeArray traps on null, then outside the array", () => {
  const array = units(0x61, 0xd83d, 0xde00, 0);
  assertEquals(builtins.fromCharCodeArray(array, 0, 3), "a\u{1f600}");
  assertEquals(builtins.fromCharCodeArray(array, 4, 4), "");
  traps("dereferencing a null pointer", "fromCharCodeArray", null, 3, 1);
  for (const [start, end] of [[3, 1], [0, 5], [5, 5], [-1, -1]]) {
    traps("array element access out of bounds", "fromCharCodeArray", array, start, end);
  }
});

Deno.test("fromCharCodeArray takes long arrays, signed elements too", () => {
  const elements = Int16Array.from({ length: 10_000 }, (_, i) => i % 2 ? -1 : 0x61);
  assertEquals(builtins.fromCharCodeArray({ elements }, 0, 10_000), "a\uffff".repeat(5_000));
});

Deno.test("intoCharCodeArray writes the whole string or nothing", () => {
  const array = units(0, 0, 0, 0);
  assertEquals(builtins.intoCharCodeArray("\u{1f600}", array, 1), 2);
  assertEquals([...array.elements], [0, 0xd83d, 0xde00, 0]);
  traps("array element access out of bounds", "intoCharCodeArray", "ab", array, 3);
  assertEquals([...array.elements], [0, 0xd83d, 0xde00, 0]);
  assertEquals(builtins.intoCharCodeArray("", array, 4), 0);
  traps("array element access out of bounds", "intoCharCodeArray", "", array, 5);
  traps("array element access out of bounds", "intoCharCodeArray", "a", array, -1);
  traps("dereferencing a null pointer", "intoCharCodeArray", "a", null, 0);
});
