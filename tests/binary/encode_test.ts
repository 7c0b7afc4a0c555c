import { assertEquals } from "@std/assert";
import { decodeModule } from "../../lib/binary/decode.ts";
import { encodeModule, SECTION_ORDER } from "../../lib/binary/encode.ts";
import { ALL_FEATURES } from "../../lib/syntax/features.ts";
import type { Module } from "../../lib/syntax/module.ts";
import { parseModule } from "../../lib/text/module.ts";

const EMPTY: Module = {
  bytes: new Uint8Array(0),
  types: [],
  recursionGroups: [],
  imports: [],
  functions: [],
  tables: [],
  memories: [],
  globals: [],
  tags: [],
  exports: [],
  start: null,
  elements: [],
  strings: [],
  dataCount: null,
  data: [],
  customSections: [],
  sections: [],
};

/** The contents of the known section `id` of a module in text. */
function section(text: string, id: number): number[] {
  const bytes = encodeModule(parseModule(text));
  const { start, end } = decodeModule(bytes, { features: ALL_FEATURES }).sections.find((info) =>
    info.id === id
  )!;
  return [...bytes.subarray(start, end)];
}

/** Everything that a module can declare, proposals included. */
const EVERYTHING = `(module $m
  (type $f (func (param i32) (result i64)))
  (rec (type $s (sub (struct (field $x i8) (field (mut (ref null $a)))))) (type $a (array (mut i16))))
  (type $s2 (sub final $s (struct (field i8) (field (mut (ref null $a))) (field v128))))
  (rec (type $d (descriptor $e) (struct)) (type $e (describes $d) (struct)))
  (type $shared (shared (func)))
  (import "a" "f" (func $i (type $f)))
  (import "a" "g" (func (exact (type $f))))
  (import "a" "t" (table 1 2 externref))
  (import "a" "m" (memory i64 1 2 shared))
  (import "a" "v" (global (shared mut i32)))
  (import "a" "e" (tag (param i32)))
  (@custom "note" (after import) "x")
  (func $one (export "one") (param i32) (result i64) (local f32) (i64.const 1))
  (func (type $shared) (atomic.fence))
  (table $t 1 (ref func) (ref.func $one))
  (table shared i64 0 10 (ref null (shared any)))
  (memory 1 (pagesize 1))
  (global (ref null (exact $d)) (ref.null none))
  (tag)
  (export "t" (table $t)) (export "m" (memory 0)) (export "v" (global 0)) (export "e" (tag 0))
  (func $start) (start $start)
  (elem (table $t) (i32.const 0) func $one)
  (elem declare func $one)
  (elem (ref null i31) (ref.i31 (i32.const 1)) (item ref.null i31))
  (elem (table 0) (i32.const 0) externref)
  (data (i32.const 0) "abc")
  (data $p "p")
  (data (memory 1) (i32.const 0) "q")
  (func (data.drop $p))
  (global stringref (string.const "paired \\f0\\9f\\98\\80, isolated \\ed\\a0\\80"))
)`;

Deno.test("encodeModule() writes the preamble of an empty module", () => {
  assertEquals([...encodeModule(EMPTY)], [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
});

Deno.test("encodeModule() is undone by decodeModule(), whatever a module declares", () => {
  const bytes = encodeModule(parseModule(EVERYTHING));
  assertEquals(encodeModule(decodeModule(bytes, { features: ALL_FEATURES })), bytes);
});

Deno.test("encodeModule() writes sections in the specification's order", () => {
  const { sections } = decodeModule(encodeModule(parseModule(EVERYTHING)), { features: ALL_FEATURES });
  assertEquals(sections.map(({ id }) => id).filter((id) => id !== 0), SECTION_ORDER);
});

Deno.test("encodeModule() keeps custom sections at their places", () => {
  const content = { bytes: Uint8Array.of(7, 8, 9), start: 1, end: 2 };
  const bytes = encodeModule({
    ...EMPTY,
    memories: [{
      type: {
        addressType: "i32",
        limits: { minimum: 0n, maximum: null },
        shared: false,
        pageSizeLog2: 16,
      },
      importIndex: -1,
    }],
    customSections: [{ name: "z", content, after: 11 }, { name: "a", content, after: 0 }, {
      name: "m",
      content,
      after: 5,
    }],
  });
  assertEquals([...bytes.subarray(8)], [
    ...[0, 3, 1, 0x61, 8],
    ...[5, 3, 1, 0, 0],
    ...[0, 3, 1, 0x6d, 8],
    ...[0, 3, 1, 0x7a, 8],
  ]);
});

Deno.test("encodeModule() writes function and struct types", () => {
  assertEquals(section("(type (func (param i32 f64) (result v128)))", 1), [1, 0x60, 2, 0x7f, 0x7c, 1, 0x7b]);
  assertEquals(section("(type (sub (struct (field i8 (mut i16)))))", 1), [
    1,
    0x50,
    0,
    0x5f,
    2,
    0x78,
    0,
    0x77,
    1,
  ]);
  assertEquals(section("(rec (type (array anyref)))", 1), [1, 0x4e, 1, 0x5e, 0x6e, 0]);
});

Deno.test("encodeModule() abbreviates final types without supertype and nullable abstract references", () => {
  assertEquals(section("(type (sub final (func (param (ref null func) (ref func)))))", 1), [
    ...[1, 0x60, 2, 0x70, 0x64, 0x70, 0],
  ]);
});

Deno.test("encodeModule() writes type indices above 63 as signed numbers", () => {
  const types = "(type (func)) ".repeat(64);
  assertEquals(section(`${types} (global (ref null 64) (ref.null 64)) (type (struct))`, 6), [
    ...[1, 0x63, 0xc0, 0, 0, 0xd0, 0xc0, 0, 0x0b],
  ]);
});

Deno.test("encodeModule() writes the proposals' types", () => {
  assertEquals(section("(type (shared (array (ref null (shared any)))))", 1), [1, 0x65, 0x5e, 0x65, 0x6e, 0]);
  assertEquals(section("(rec (type $a (descriptor $b) (struct)) (type $b (describes $a) (struct)))", 1), [
    ...[1, 0x4e, 2, 0x4d, 1, 0x5f, 0, 0x4c, 0, 0x5f, 0],
  ]);
  assertEquals(section("(type $t (struct)) (type (array (ref (exact $t))))", 1), [
    2,
    0x5f,
    0,
    0x5e,
    0x64,
    0x62,
    0,
    0,
  ]);
});

Deno.test("encodeModule() writes limits with their flags", () => {
  assertEquals(section("(memory i64 1 0x1_0000_0000)", 5), [1, 5, 1, 0x80, 0x80, 0x80, 0x80, 0x10]);
  assertEquals(section("(memory 1 2 shared)", 5), [1, 3, 1, 2]);
  assertEquals(section("(memory 5 (pagesize 1))", 5), [1, 8, 5, 0]);
  assertEquals(section("(table i64 1 funcref)", 4), [1, 0x70, 4, 1]);
});

Deno.test("encodeModule() writes a table's initial value", () => {
  assertEquals(section("(table 1 (ref func) (ref.func 0)) (func)", 4), [
    1,
    0x40,
    0,
    0x64,
    0x70,
    0,
    1,
    0xd2,
    0,
    0x0b,
  ]);
});

Deno.test("encodeModule() picks the shortest form of element segments", () => {
  const module = "(func) (table 1 funcref) (table 1 funcref)";
  assertEquals(section(`${module} (elem (i32.const 0) 0)`, 9), [1, 0, 0x41, 0, 0x0b, 1, 0]);
  assertEquals(section(`${module} (elem func 0)`, 9), [1, 1, 0, 1, 0]);
  assertEquals(section(`${module} (elem (table 1) (i32.const 0) func 0)`, 9), [
    1,
    2,
    1,
    0x41,
    0,
    0x0b,
    0,
    1,
    0,
  ]);
  assertEquals(section(`${module} (elem declare func 0)`, 9), [1, 3, 0, 1, 0]);
  assertEquals(section(`${module} (elem (i32.const 0) funcref (ref.func 0))`, 9), [
    ...[1, 4, 0x41, 0, 0x0b, 1, 0xd2, 0, 0x0b],
  ]);
  assertEquals(section(`${module} (elem externref)`, 9), [1, 5, 0x6f, 0]);
  assertEquals(section(`${module} (elem (i32.const 0) (ref func))`, 9), [
    1,
    6,
    0,
    0x41,
    0,
    0x0b,
    0x64,
    0x70,
    0,
  ]);
  assertEquals(section(`${module} (elem declare externref)`, 9), [1, 7, 0x6f, 0]);
});

Deno.test("encodeModule() picks the shortest form of data segments", () => {
  const module = "(memory 1) (memory 1)";
  assertEquals(section(`${module} (data (i32.const 0) "a")`, 11), [1, 0, 0x41, 0, 0x0b, 1, 0x61]);
  assertEquals(section(`${module} (data "a")`, 11), [1, 1, 1, 0x61]);
  assertEquals(section(`${module} (data (memory 1) (i32.const 0) "")`, 11), [1, 2, 1, 0x41, 0, 0x0b, 0]);
});

Deno.test("encodeModule() marks shared segments", () => {
  const { data, elements } = parseModule(
    '(data shared "a") (elem (shared (ref null (shared func))))',
  );
  assertEquals([data[0].shared, elements.at(0)?.shared], [true, true]);
  assertEquals(section('(data shared "a")', 11), [1, 9, 1, 0x61]);
});
