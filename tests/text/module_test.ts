import { assertEquals, assertThrows } from "@std/assert";
import { encodeModule } from "../../lib/binary/encode.ts";
import { WatError } from "../../lib/text/error.ts";
import { parseModule } from "../../lib/text/module.ts";
import { watToWasm } from "../../lib/text/wat.ts";

function same(abbreviation: string, full: string): void {
  assertEquals(encodeModule(parseModule(abbreviation)), encodeModule(parseModule(full)));
}

function refuses(text: string, message: string): void {
  assertThrows(() => parseModule(text), WatError, message);
}

/** The custom section `name` of a module, as text with control characters. */
function nameSection(text: string): Uint8Array {
  const { content } = parseModule(text).customSections.find(({ name }) => name === "name")!;
  return content.bytes.subarray(content.start, content.end);
}

Deno.test("a module may stand without (module ...)", () => {
  same("(func) (memory 1)", "(module (func) (memory 1))");
  same("", "(module)");
});

Deno.test("errors name line, column and what was found", () => {
  refuses("(module\n  (fun))", '2:4: expected a module field, found "fun"');
  refuses("(module (func)", '1:15: expected a module field or ")", found the end of the text');
  refuses("(module) (module)", '1:10: expected the end of the text, found "(module"');
  refuses("(func $f)\n(export 5 (func $f))", '2:9: expected a name, found "5"');
});

Deno.test("errors count from the origin of the text", () => {
  const origin = { line: 10, column: 5 };
  assertThrows(() => parseModule("(fun)", { origin }), WatError, "10:6: ");
  assertThrows(() => parseModule("\n(fun)", { origin }), WatError, "11:2: ");
});

Deno.test("WatError carries the place", () => {
  const error = assertThrows(() => parseModule("\n  (fun)"), WatError);
  assertEquals([error.line, error.column, error.name], [2, 4, "WatError"]);
  assertEquals(error instanceof SyntaxError, true);
});

Deno.test("identifiers may be used before they are bound", () => {
  same(
    '(export "f" (func $f)) (start $f) (func $g call $f) (func $f)',
    '(export "f" (func 1)) (start 1) (func $g call 1) (func $f)',
  );
});

Deno.test("identifiers are told apart by kind and bound once", () => {
  same("(func $x call $x) (memory $x 1)", "(func $x call 0) (memory $x 1)");
  refuses("(func $x) (func $x)", "1:17: duplicate function $x");
  refuses('(func $x) (func $"x")', 'duplicate function $"x"');
  refuses("(func (param $x i32) (local $x i32))", "duplicate local $x");
  refuses("(type (struct (field $x i32) (field $x i32)))", "duplicate field $x");
  refuses("(func call $y)", "1:12: unknown function $y");
});

Deno.test("parameters, results, locals and fields abbreviate", () => {
  same(
    "(func (param i32 i64) (param) (result f32 f64) (local i32 i32) (local) unreachable)",
    "(func (param i32) (param i64) (result f32) (result f64) (local i32) (local i32) unreachable)",
  );
  same("(type (struct (field i8 (mut i16)) (field)))", "(type (struct (field i8) (field (mut i16))))");
});

Deno.test("locals of equal types are declared together", () => {
  const [{ body }] = parseModule("(func (local i32 i32) (local $x i32) (local f32))").functions;
  assertEquals([...body!.bytes.subarray(body!.start, body!.end)], [2, 3, 0x7f, 1, 0x7d, 0x0b]);
});

Deno.test("locals are numbered after the parameters of the type", () => {
  same(
    "(type $t (func (param i32 i32))) (func (type $t) (local $l i32) (drop (local.get $l)))",
    "(type $t (func (param i32 i32))) (func (type 0) (local $l i32) (drop (local.get 2)))",
  );
});

Deno.test("a signature means the first type that is it, or a new one", () => {
  const { types, functions } = parseModule(
    "(type $s (sub (func))) (func) (func (param i32)) (type (func (param i32))) (func (param $x i32)) (func)",
  );
  assertEquals(types.length, 3);
  assertEquals(functions.map(({ type }) => type), [2, 1, 1, 2]);
});

Deno.test("a signature beside (type ...) must be that type's", () => {
  same(
    "(type $t (func (param i32))) (func (type $t) (param i32))",
    "(type $t (func (param i32))) (func (type $t))",
  );
  refuses("(type $t (func (param i32))) (func (type $t) (param i64))", "inline function type differs");
  refuses("(func (type 3) (param i64))", "unknown type 3");
  refuses("(func (result i32) (param i32))", "unknown operator param");
});

Deno.test("recursion groups keep their extent", () => {
  const { recursionGroups, types } = parseModule(
    "(type (func)) (rec (type $a (struct (field (ref $b)))) (type $b (sub final $a (struct (field (ref $a)))))) (rec)",
  );
  assertEquals(recursionGroups, [
    { start: 0, size: 1, explicit: false },
    { start: 1, size: 2, explicit: true },
    { start: 3, size: 0, explicit: true },
  ]);
  assertEquals([types[2].final, types[2].supertype], [true, 1]);
});

Deno.test("types of the proposals: shared, descriptor, describes, exact", () => {
  const { types } = parseModule(
    "(rec (type $a (shared (descriptor $b) (struct))) (type $b (shared (describes $a) (struct))))",
  );
  assertEquals([types[0].shared, types[0].descriptor, types[1].describes], [true, 1, 0]);
  refuses("(type (descriptor 0) (describes 0) (struct))", "expected a function, struct or array type");
  refuses("(type (struct (field (ref exact 0))))", "expected a heap type");
});

Deno.test("inline exports and imports", () => {
  same('(func (export "a") (export "b"))', '(func) (export "a" (func 0)) (export "b" (func 0))');
  same('(memory (export "m") (import "x" "y") 1 2)', '(export "m" (memory 0)) (import "x" "y" (memory 1 2))');
  same('(table (import "x" "y") 1 funcref)', '(import "x" "y" (table 1 funcref))');
  same('(global (import "x" "y") (mut i32))', '(import "x" "y" (global (mut i32)))');
  same('(tag (import "x" "y") (param i32))', '(import "x" "y" (tag (param i32)))');
  same('(func (import "x" "y") (exact (param i32)))', '(import "x" "y" (func (exact (param i32))))');
});

Deno.test("several imports from one module have descriptions of their own, or one for all", () => {
  const names = (text: string) =>
    parseModule(text).imports.map(({ module, name, kind, index }) => `${module}.${name} ${kind} ${index}`);
  assertEquals(
    names(`(import "a" "x" (func)) (import "m" (item "f" (func $f (param i32))) (item "g" (global i64)))
      (import "n" (item "h") (item "i") (func (result i32))) (start $f)`),
    ["a.x function 0", "m.f function 1", "m.g global 0", "n.h function 2", "n.i function 3"],
  );
  refuses('(import "m" (item "a"))', '1:23: expected an import description, found ")"');
  refuses('(import "m" (item "a" (func)) (item "b"))', "1:40: expected an import description");
  refuses('(import "m" (item "a") (item "b" (func)) (func))', '1:34: expected ")", found "(func"');
  refuses('(import "m" (item "a") (func $f))', "1:30: identifier not allowed for several imports");
  refuses('(func) (import "m" (item "a" (func)))', "import after function");
});

Deno.test("imports stand before all definitions", () => {
  refuses('(func) (import "" "" (func))', "import after function");
  refuses('(memory 1) (table (import "" "") 1 funcref)', "import after memory");
});

Deno.test("inline data makes a memory just large enough", () => {
  same('(memory (data "abc" "d"))', '(memory 1 1) (data (i32.const 0) "abcd")');
  same("(memory i64 (data))", "(memory i64 0 0) (data (memory 0) (i64.const 0))");
  same('(memory (pagesize 1) (data "abc"))', '(memory 3 3 (pagesize 1)) (data (i32.const 0) "abc")');
});

Deno.test("inline elements make a table just large enough", () => {
  same(
    "(func $f) (table funcref (elem $f $f))",
    "(func $f) (table 2 2 funcref) (elem (i32.const 0) func 0 0)",
  );
  same(
    "(func $f) (table i64 funcref (elem (ref.func $f) (item ref.null func)))",
    "(func $f) (table i64 2 2 funcref) (elem (table 0) (i64.const 0) funcref (ref.func 0) (ref.null func))",
  );
  same(
    "(type $t (func)) (func $f) (table (ref null $t) (elem $f))",
    "(type $t (func)) (func $f) (table 1 1 (ref null $t)) (elem (i32.const 0) (ref null $t) (ref.func 0))",
  );
});

Deno.test("inline segments have indices", () => {
  same(
    '(memory 1) (memory (data "x")) (data $d "y") (func (data.drop $d))',
    '(memory 1) (memory (data "x")) (data $d "y") (func (data.drop 1))',
  );
});

Deno.test("element segments abbreviate", () => {
  const module = "(func $f) (table $t 9 funcref)";
  const full = `${module} (elem (table 0) (offset (i32.const 1)) func 0 0)`;
  same(`${module} (elem (i32.const 1) $f $f)`, full);
  same(`${module} (elem (i32.const 1) func $f $f)`, full);
  same(`${module} (elem (table $t) (i32.const 1) func $f $f)`, full);
  same(`${module} (elem (offset i32.const 1) $f 0)`, full);
  same(`${module} (elem 0 (i32.const 1) $f $f)`, full);
  same(`${module} (elem funcref (ref.func $f))`, `${module} (elem funcref (item (ref.func $f)))`);
});

Deno.test("element segments have three modes", () => {
  const { elements } = parseModule(
    "(table 1 funcref) (func $f) (elem func $f) (elem declare func $f) (elem (i32.const 0) funcref) (elem externref)",
  );
  assertEquals(Array.from(elements, ({ mode: { kind } }) => kind), [
    "passive",
    "declarative",
    "active",
    "passive",
  ]);
});

Deno.test("data segments join their strings", () => {
  const { data } = parseModule('(memory 1) (data (memory 0) (offset (i32.const 4)) "a\\00" "" "b") (data)');
  const { bytes, start, end } = data[0].content;
  assertEquals([...bytes.subarray(start, end)], [0x61, 0, 0x62]);
  assertEquals(data.map(({ mode: { kind } }) => kind), ["active", "passive"]);
});

Deno.test("the data count is there when code needs it", () => {
  assertEquals(parseModule("(data)").dataCount, null);
  assertEquals(parseModule("(data) (func data.drop 0)").dataCount, 1);
});

Deno.test("memory, table and global types of the proposals", () => {
  const { memories, tables, globals } = parseModule(
    "(memory i64 1 2 shared) (memory 1 (pagesize 1)) (table shared 1 (ref null (shared func))) " +
      "(global (shared mut i32) (i32.const 0)) (global (mut i64) (i64.const 0))",
  );
  assertEquals(memories.map(({ type }) => [type.addressType, type.shared, type.pageSizeLog2]), [
    ["i64", true, 16],
    ["i32", false, 0],
  ]);
  assertEquals(tables[0].type.shared, true);
  assertEquals(globals.map(({ type }) => [type.mutable, type.shared]), [[true, true], [true, false]]);
  refuses("(memory 1 (pagesize 3))", "expected a power of two as page size");
  refuses("(memory 0x1_0000_0000_0000_0000)", "size out of range");
});

Deno.test("a second start function is refused", () => {
  refuses("(func $f) (start $f) (start $f)", "a second start function");
});

Deno.test("the name section comes from the identifiers", () => {
  const names = nameSection('(module $m (func $f (param $p i32) (local $"a b" i32) (block $l)))');
  const expected = [
    ...[0, 2, 1, 0x6d],
    ...[1, 4, 1, 0, 1, 0x66],
    ...[2, 11, 1, 0, 2, 0, 1, 0x70, 1, 3, 0x61, 0x20, 0x62],
    ...[3, 6, 1, 0, 1, 0, 1, 0x6c],
  ];
  assertEquals([...names], expected);
});

Deno.test("(@name ...) replaces the identifier in the name section", () => {
  assertEquals([...nameSection('(func $f (@name "x y"))')], [1, 6, 1, 0, 3, 0x78, 0x20, 0x79]);
  assertEquals([...nameSection('(module (@name "M"))')], [0, 2, 1, 0x4d]);
  refuses('(start (@name "x") 0)', "1:8: misplaced @name annotation");
  refuses("(module (@name 5))", "expected a name in the @name annotation");
});

Deno.test("a module without identifiers has no name section", () => {
  assertEquals(parseModule("(func)").customSections, []);
});

Deno.test("(@custom ...) makes custom sections in place", () => {
  const { customSections } = parseModule(
    '(@custom "a" (before func) "x") (func) (@custom "b" "y" "z") (@custom "c" (after import)) ' +
      '(@custom "d" (before first))',
  );
  assertEquals(customSections.map(({ name, after }) => [name, after]), [["b", 11], ["c", 2], ["a", 2], [
    "d",
    0,
  ]]);
  const { bytes, start, end } = customSections[0].content;
  assertEquals([...bytes.subarray(start, end)], [0x79, 0x7a]);
});

Deno.test("malformed and misplaced (@custom ...) is refused", () => {
  refuses("(@custom 4)", "expected the name of a custom section");
  refuses('(@custom "x" (after types))', "expected a section");
  refuses('(@custom "x" here)', 'expected ")"');
  refuses('(func (@custom "x"))', "1:7: misplaced @custom annotation");
});

Deno.test("other annotations are comments", () => {
  same("(@a (b) c) (func (@d) (@e ) nop (@f))", "(func nop)");
});

Deno.test("a name section in the text stands alone", () => {
  const { customSections } = parseModule('(@custom "name" "") (func $f)');
  assertEquals(customSections.length, 1);
});

Deno.test("names must be UTF-8", () => {
  refuses('(func (export "\\ff"))', "1:15: malformed UTF-8 encoding");
  refuses('(func $"\\ff")', "malformed UTF-8 encoding");
  refuses('(func (export "\\q"))', "1:16: malformed escape");
});

Deno.test("watToWasm() takes binary and quoted modules", () => {
  assertEquals([...watToWasm('(module $m binary "\\00asm" "\\01\\00\\00\\00")')], [
    0,
    0x61,
    0x73,
    0x6d,
    1,
    0,
    0,
    0,
  ]);
  assertEquals(watToWasm('(module quote "(func" ")")'), watToWasm("(module (func))"));
  assertEquals(watToWasm('(module $m (import "binary" "quote" (func)))').length > 8, true);
});

Deno.test("the host accepts what watToWasm() makes", () => {
  const bytes = watToWasm(
    '(func (export "fac") (param $n i64) (result i64)' +
      "  (if (result i64) (i64.eqz (local.get $n))" +
      "    (then (i64.const 1))" +
      "    (else (i64.mul (local.get $n) (call 0 (i64.sub (local.get $n) (i64.const 1)))))))",
  );
  const { fac } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
  assertEquals((fac as (n: bigint) => bigint)(20n), 2432902008176640000n);
});
