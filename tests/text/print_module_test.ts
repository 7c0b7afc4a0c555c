import { assertEquals, assertThrows } from "@std/assert";
import { decodeModule } from "../../lib/binary/decode.ts";
import { encodeModule } from "../../lib/binary/encode.ts";
import { CompileError } from "../../lib/syntax/errors.ts";
import { ALL_FEATURES } from "../../lib/syntax/features.ts";
import type { Module } from "../../lib/syntax/module.ts";
import { parseModule } from "../../lib/text/module.ts";
import { printModule, printModulePieces, type PrintOptions } from "../../lib/text/print_module.ts";

function decoded(text: string): Module {
  return decodeModule(encodeModule(parseModule(text)), { features: ALL_FEATURES });
}

/** Asserts that a text is printed as it is. */
function assertPrintsItself(text: string, options?: PrintOptions): void {
  assertEquals(printModule(decoded(text), options), text);
}

/** A module with one function of type [] -> [] and that body. */
function moduleWithBody(...body: number[]): Module {
  const module = parseModule("(func)");
  const bytes = Uint8Array.from(body);
  const func = { ...module.functions[0], body: { bytes, start: 0, end: bytes.length } };
  return { ...module, functions: [func] };
}

Deno.test("printModule() prints an empty module", () => {
  assertPrintsItself("(module)\n");
});

Deno.test("printModule() prints declarations in the order of the binary format", () => {
  assertPrintsItself(`(module $m
  (type $t (;0;) (func (param i32 i64) (result f32 f64)))
  (type (;1;) (func))
  (import "m" "f" (func $f (;0;) (type $t) (param i32 i64) (result f32 f64)))
  (import "m" "t" (table $t (;0;) 1 2 funcref))
  (table (;1;) i64 0 externref)
  (memory $m (;0;) 1 2 shared)
  (memory (;1;) i64 1 (pagesize 1))
  (tag $e (;0;) (type 1))
  (global $g (;0;) (mut i32) (i32.add (i32.const 1) (i32.const 2)))
  (export "e \\"1\\"" (func $f))
  (export "" (global $g))
  (start 1)
  (elem (;0;) (i32.const 0) func $f 1)
  (elem $e (;1;) declare func 1)
  (elem (;2;) (table 1) (i64.const 1) externref (ref.null extern))
  (elem (;3;) funcref (ref.func $f) (item))
  (func (;1;) (type 1))
  (data (;0;) (i32.const 0) "a\\00\\ff")
  (data $d (;1;) "")
  (data (;2;) (memory 1) (i64.add (i64.const 1) (i64.const 2)) "x")
)
`);
});

Deno.test("printModule() prints all forms of types", () => {
  assertPrintsItself(`(module
  (rec
    (type $a (;0;) (sub (descriptor $b) (struct (field $x i8) (field (mut (ref null $a))))))
    (type $b (;1;) (sub (describes $a) (struct)))
  )
  (type (;2;) (sub final $a (struct (field $x i8) (field (mut (ref null $a))) (field (ref (exact $a))))))
  (type (;3;) (shared (array (mut i16))))
  (type (;4;) (sub (func (param (ref null (shared any)) anyref nullexnref))))
  (rec
    (type (;5;) (array (ref extern)))
  )
  (rec)
  (global (;0;) (shared mut i32) (i32.const 0))
)
`);
});

Deno.test("printModule() prints a function with an instruction per line", () => {
  assertPrintsItself(`(module
  (type (;0;) (func (param i32 i32) (result i32)))
  (func $f (;0;) (type 0) (param $x i32) (param i32) (result i32)
    (local i64 i64) (local $y f32) (local f64)
    loop $top (result i32)
      local.get $x
      if (;@2;)
        br $top
      else
        br 2 (;@0;)
      end
      local.get 1
    end
  )
)
`);
});

Deno.test("printModule() prints immediates in the order of the text format", () => {
  assertPrintsItself(`(module
  (type (;0;) (func))
  (type (;1;) (struct (field $x i32)))
  (table (;0;) 0 funcref)
  (table $t (;1;) 0 funcref)
  (memory (;0;) 0)
  (memory $m (;1;) 0)
  (elem $e (;0;) func)
  (func (;0;) (type 0)
    call_indirect (type 0)
    call_indirect $t (type 0)
    table.init $t $e
    table.copy 0 $t
    memory.copy $m 0
    memory.copy
    memory.init $m 0
    memory.init 0
    i32.load
    i32.load $m offset=4 align=1
    v128.load8_lane 3
    v128.load8_lane $m 3
    v128.load8_lane offset=1 0
    i32.atomic.rmw.add
    struct.get 1 $x
    ref.test anyref
    ref.cast (ref (exact 1))
    br_on_cast 0 (;@0;) anyref (ref 1)
    select
    select (result i32)
    br_table 0 (;@0;) 0 (;@0;)
    try_table (;@1;) (catch 0 0 (;@0;)) (catch_all_ref 0 (;@0;))
    end
    global.atomic.rmw.add acq_rel 0
    v128.const i32x4 0x00000001 0x00000002 0x00000003 0xffffffff
    f32.const nan:0x1
    i64.const -9223372036854775808
  )
  (data (;0;) "")
)
`);
});

Deno.test("printModule() uses the number of a label that an inner one of the same name hides", () => {
  const fields = "(func block $l block $l br 1 br 0 end end)";
  const lines = printModule(decoded(fields)).split("\n").map((line) => line.trim());
  assertEquals(lines.filter((line) => line.startsWith("br")), ["br 1 (;@1;)", "br $l"]);
});

Deno.test("printModule() leaves the names out when asked to", () => {
  const module = decoded('(module $m (func $f (param $x i32) block $l br $l end) (export "f" (func $f)))');
  assertEquals(
    printModule(module, { names: false }),
    `(module
  (type (;0;) (func (param i32)))
  (export "f" (func 0))
  (func (;0;) (type 0) (param i32)
    block (;@1;)
      br 0 (;@1;)
    end
  )
)
`,
  );
});

Deno.test("printModule() indents by as many spaces as asked for", () => {
  const lines = printModule(decoded("(func nop)"), { indent: 4 }).split("\n");
  assertEquals(lines.slice(2, 4), ["    (func (;0;) (type 0)", "        nop"]);
});

Deno.test("printModule() prints offsets behind instructions", () => {
  const module = moduleWithBody(0, 0x41, 1, 0x1a, 0x0b);
  assertEquals(printModule(module, { offsets: true }).split("\n").slice(3, 5), [
    "    i32.const 1 (;@+1;)",
    "    drop (;@+3;)",
  ]);
  assertEquals(
    printModule(module, { offsets: true, folded: true }).split("\n")[3],
    "    (drop (;@+3;) (i32.const 1 (;@+1;)))",
  );
});

Deno.test("printModule() prints custom sections in their places", () => {
  assertPrintsItself(`(module
  (@custom "first" (before first) "\\00\\01")
  (type (;0;) (func))
  (@custom "a" (after type) "")
  (func (;0;) (type 0))
  (@custom "b" (after code) "x")
  (@custom "b" (after code) "y")
)
`);
});

Deno.test("printModulePieces() gives the text of printModule() in parts", () => {
  const module = decoded("(func nop nop nop nop)".repeat(5000));
  const pieces = [...printModulePieces(module)];
  assertEquals(pieces.length > 1, true);
  assertEquals(pieces.join(""), printModule(module));
});

Deno.test("printModule() rejects an unknown instruction and says where it is", () => {
  assertThrows(() => printModule(moduleWithBody(0, 1, 0xff, 0x0b)), CompileError, "opcode 0xff @+2");
});

Deno.test("printModule() rejects a body without end", () => {
  assertThrows(() => printModule(moduleWithBody(0, 1)), CompileError, "must end with");
});

Deno.test("printModule() rejects instructions behind the end of a body", () => {
  assertThrows(() => printModule(moduleWithBody(0, 0x0b, 1)), CompileError, "operators remaining");
});

Deno.test("printModule() rejects an else without if", () => {
  assertThrows(
    () => printModule(moduleWithBody(0, 2, 0x40, 5, 0x0b, 0x0b), { folded: true }),
    CompileError,
    "else does not match an if @+3",
  );
});

Deno.test("printModule() rejects more locals than functions may have", () => {
  assertThrows(
    () => printModule(moduleWithBody(1, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x7f, 0x0b)),
    CompileError,
    "local count too large @+1",
  );
});

Deno.test("printModule() rejects a table whose initial value is an empty expression", () => {
  const module = parseModule("(table 1 funcref)");
  const init = { bytes: Uint8Array.of(0x0b), start: 0, end: 1 };
  assertThrows(
    () => printModule({ ...module, tables: [{ ...module.tables[0], init }] }),
    CompileError,
    "found 0 @+0",
  );
});
