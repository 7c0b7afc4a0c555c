import { assertEquals, assertThrows } from "@std/assert";
import { WebAssembly } from "../../mod.ts";
import { exportsOf } from "./instances.ts";

const { RuntimeError } = WebAssembly;
const NULL = "dereferencing a null pointer";
const UNPAIRED = "Failed to encode string as UTF-8: contains unpaired surrogate";
const OUT_OF_BOUNDS = "memory access out of bounds";

Deno.test("string.const gives its literal, in functions, globals and segments", () => {
  const f = exportsOf(`(module
    (global $g (ref string) (string.const "global \\f0\\9f\\98\\80"))
    (table 1 stringref) (elem (i32.const 0) stringref (item (string.const "element \\ed\\a0\\80")))
    (func (export "all") (result stringref stringref stringref)
      (string.const "code") (global.get $g) (table.get (i32.const 0))))`);
  assertEquals(f.all(), ["code", "global \u{1f600}", "element \ud800"] as never);
});

Deno.test("strings cross to JavaScript as they are, null too, and nothing else crosses", () => {
  const seen: unknown[] = [];
  const f = exportsOf(
    `(module (import "m" "f" (func $f (param stringref) (result stringref)))
      (func (export "pass") (param stringref) (result stringref) (call $f (local.get 0)))
      (func (export "view") (param stringview_iter)))`,
    { m: { f: (value: unknown) => (seen.push(value), value === "number" ? 5 : value) } },
  );
  assertEquals([f.pass("text"), f.pass(null)], ["text", null]);
  assertEquals(seen, ["text", null]);
  for (const value of [5, undefined, {}, new String("boxed")]) assertThrows(() => f.pass(value), TypeError);
  assertThrows(() => f.pass("number"), TypeError);
  assertThrows(() => f.view("text"), TypeError, "type incompatibility");
});

Deno.test("strings are references below any: tests and casts know them", () => {
  const f = exportsOf(`(module
    (func (export "is") (param externref) (result i32)
      (ref.test (ref string) (any.convert_extern (local.get 0))))
    (func (export "cast") (param anyref) (result stringref) (ref.cast stringref (local.get 0)))
    (func (export "same") (param stringref) (result externref) (extern.convert_any (local.get 0)))
    (func (export "eq") (param anyref) (result i32) (ref.test (ref eq) (local.get 0))))`);
  assertEquals(["", "a", 1, null, {}].map((value) => f.is(value)), [1, 1, 0, 0, 0]);
  assertEquals([f.cast("a"), f.cast(null), f.same("b"), f.eq("a")], ["a", null, "b", 0]);
  assertThrows(() => f.cast(1), RuntimeError, "illegal cast");
});

Deno.test("operations on strings trap on null, but for string.eq", () => {
  const f = exportsOf(`(module
    (func (export "concat") (param stringref stringref) (result stringref)
      (string.concat (local.get 0) (local.get 1)))
    (func (export "eq") (param stringref stringref) (result i32) (string.eq (local.get 0) (local.get 1)))
    (func (export "compare") (param stringref stringref) (result i32)
      (string.compare (local.get 0) (local.get 1)))
    (func (export "length") (param stringref) (result i32) (string.measure_wtf16 (local.get 0)))
    (func (export "utf8") (param stringref) (result i32) (string.measure_utf8 (local.get 0)))
    (func (export "wtf8") (param stringref) (result i32) (string.measure_wtf8 (local.get 0)))
    (func (export "hash") (param stringref) (result i32) (string.hash (local.get 0))))`);
  assertEquals([f.concat("\ud83d", "\ude00"), f.eq("ab", f.concat("a", "b"))], ["\u{1f600}", 1]);
  assertEquals([f.eq(null, null), f.eq("a", null), f.eq("", null)], [1, 0, 0]);
  assertEquals([f.compare("a", "b"), f.compare("b", "a"), f.compare("a", "a")], [-1, 1, 0]);
  assertEquals([f.length("\u{1f600}"), f.utf8("\u{1f600}"), f.wtf8("\ud83d"), f.utf8("\ud83d")], [
    2,
    4,
    3,
    -1,
  ]);
  assertEquals(f.hash("text"), f.hash(f.concat("te", "xt")));
  for (const name of ["concat", "compare", "length", "utf8", "wtf8", "hash"]) {
    assertThrows(() => f[name](null, "a"), RuntimeError, NULL);
  }
});

Deno.test("string.new_utf8 and its like read memory, 64-bit ones too", () => {
  for (const [index, at] of [["i32", Number], ["i64", BigInt]] as const) {
    const f = exportsOf(`(module (memory (export "memory") ${index} 1)
      ${
      ["new_utf8", "new_utf8_try", "new_lossy_utf8", "new_wtf8", "new_wtf16"].map((op) =>
        `(func (export "${op}") (param ${index} i32) (result stringref)
          (string.${op} (local.get 0) (local.get 1)))`
      ).join("")
    })`);
    const memory = new Uint8Array((f.memory as unknown as { buffer: ArrayBuffer }).buffer);
    memory.set([0x61, 0xc3, 0xa9, 0xed, 0xa0, 0x80], 2);
    assertEquals([f.new_utf8(at(2), 3), f.new_wtf8(at(2), 6)], ["a\xe9", "a\xe9\ud800"]);
    assertEquals([f.new_utf8_try(at(2), 6), f.new_lossy_utf8(at(5), 3)], [null, "\ufffd\ufffd\ufffd"]);
    assertEquals(f.new_wtf16(at(2), 2), "\uc361\ueda9");
    assertThrows(() => f.new_utf8(at(2), 6), RuntimeError, "invalid UTF-8 string");
    assertThrows(() => f.new_wtf8(at(3), 1), RuntimeError, "invalid WTF-8 string");
    assertThrows(() => f.new_wtf16(at(3), 1), RuntimeError, "operation does not support unaligned accesses");
    for (const op of ["new_utf8", "new_utf8_try", "new_wtf16"]) {
      assertThrows(() => f[op](at(65535), 2), RuntimeError, OUT_OF_BOUNDS);
    }
  }
});

Deno.test("string.encode_utf8 and its like write all of a string or nothing", () => {
  const f = exportsOf(`(module (memory (export "memory") 1)
    ${
    ["utf8", "lossy_utf8", "wtf8", "wtf16"].map((variant) =>
      `(func (export "${variant}") (param stringref i32) (result i32)
        (string.encode_${variant} (local.get 0) (local.get 1)))`
    ).join("")
  })`);
  const memory = new Uint8Array((f.memory as unknown as { buffer: ArrayBuffer }).buffer);
  assertEquals([f.utf8("\xe9", 0), f.wtf8("\ud800", 4), f.lossy_utf8("\ud800", 8), f.wtf16("\ud800", 12)], [
    ...[2, 3, 3, 1],
  ]);
  assertEquals([...memory.subarray(0, 14)], [
    0xc3,
    0xa9,
    0,
    0,
    0xed,
    0xa0,
    0x80,
    0,
    0xef,
    0xbf,
    0xbd,
    0,
    0,
    0xd8,
  ]);
  assertThrows(() => f.utf8("ab\ud800", 20), RuntimeError, UNPAIRED);
  assertThrows(() => f.utf8("abc", 65534), RuntimeError, OUT_OF_BOUNDS);
  assertEquals([memory[20], memory[65534]], [0, 0]);
});

Deno.test("strings go from and into arrays, short and long", () => {
  const f = exportsOf(`(module (type $b (array (mut i8))) (type $w (array (mut i16)))
    (func (export "utf8") (param stringref i32) (result stringref) (local $a (ref $b)) (local $n i32)
      (local.set $a (array.new_default $b (local.get 1)))
      (local.set $n (string.encode_wtf8_array (local.get 0) (local.get $a) (i32.const 1)))
      (string.new_wtf8_array (local.get $a) (i32.const 1) (i32.add (i32.const 1) (local.get $n))))
    (func (export "wtf16") (param stringref i32) (result stringref) (local $a (ref $w)) (local $n i32)
      (local.set $a (array.new_default $w (local.get 1)))
      (local.set $n (string.encode_wtf16_array (local.get 0) (local.get $a) (i32.const 1)))
      (string.new_wtf16_array (local.get $a) (i32.const 1) (i32.add (i32.const 1) (local.get $n)))))`);
  for (const length of [12, 5000]) {
    for (const name of ["utf8", "wtf16"]) {
      for (const text of ["", "a\xe9\ud800b\u{1f600}"]) assertEquals(f[name](text, length), text);
      assertThrows(
        () => f[name]("x".repeat(length), length),
        RuntimeError,
        "array element access out of bounds",
      );
      assertThrows(() => f[name](null, length), RuntimeError, NULL);
    }
  }
});

Deno.test("iterators go back and forth by code points, and each on its own", () => {
  const f = exportsOf(`(module
    (func (export "walk") (param stringref) (result i32 i32 i32 i32 stringref i32)
      (local $i stringview_iter) (local $j stringview_iter)
      (local.set $i (string.as_iter (local.get 0)))
      (local.set $j (string.as_iter (local.get 0)))
      (stringview_iter.next (local.get $i))
      (stringview_iter.next (local.get $i))
      (stringview_iter.rewind (local.get $i) (i32.const 1))
      (stringview_iter.advance (local.get $j) (i32.const -1))
      (stringview_iter.slice (local.get $i) (i32.const 2))
      (stringview_iter.next (local.get $j))))`);
  assertEquals(f.walk("a\u{1f600}\ud800b"), [0x61, 0x1f600, 1, 4, "\u{1f600}\ud800", -1] as never);
});

Deno.test("string views align positions to code points, and stop at the end", () => {
  const f = exportsOf(`(module (memory 1)
    (func (export "slice8") (param stringref i32 i32) (result stringref)
      (stringview_wtf8.slice (string.as_wtf8 (local.get 0)) (local.get 1) (local.get 2)))
    (func (export "encode8") (param stringref i32 i32 i32) (result i32 i32)
      (stringview_wtf8.encode_utf8 (string.as_wtf8 (local.get 0)) (local.get 1) (local.get 2) (local.get 3)))
    (func (export "slice16") (param stringref i32 i32) (result stringref)
      (stringview_wtf16.slice (string.as_wtf16 (local.get 0)) (local.get 1) (local.get 2)))
    (func (export "unit") (param stringref i32) (result i32)
      (stringview_wtf16.get_codeunit (string.as_wtf16 (local.get 0)) (local.get 1))))`);
  assertEquals([f.slice8("a\xe9b", 2, 4), f.slice8("a\xe9b", 0, 2), f.slice8("abc", 0, -1)], [
    "b",
    "a\xe9",
    "abc",
  ]);
  assertEquals([f.slice16("abc", 1, -1), f.slice16("abc", 2, 1), f.unit("abc", 2)], ["bc", "", 0x63]);
  assertEquals([f.encode8("a\xe9b", 0, 2, 1), f.encode8("a\xe9b", 0, 0, 2)], [[4, 1], [1, 1]] as never);
  assertThrows(() => f.encode8("a\ud800", 0, 0, 9), RuntimeError, UNPAIRED);
  assertThrows(() => f.unit("abc", 3), RuntimeError, "string offset out of bounds");
});
