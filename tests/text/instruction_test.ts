import { assertEquals, assertThrows } from "@std/assert";
import { encodeModule } from "../../lib/binary/encode.ts";
import { OPCODES } from "../../lib/syntax/opcodes.ts";
import { WatError } from "../../lib/text/error.ts";
import { OPCODE_OF_KEYWORD } from "../../lib/text/immediate.ts";
import { parseModule } from "../../lib/text/module.ts";

/** The instructions of the last function of a module with these fields, without its end, in hexadecimal. */
function code(fields: string): string {
  const { body } = parseModule(fields).functions.at(-1)!;
  return Array.from(
    body!.bytes.subarray(body!.start + 1, body!.end - 1),
    (byte) => byte.toString(16).padStart(2, "0"),
  )
    .join(" ");
}

function body(instructions: string): string {
  return code(`(func $f ${instructions})`);
}

function refuses(fields: string, message: string): void {
  assertThrows(() => parseModule(fields), WatError, message);
}

function sameCode(a: string, b: string): void {
  assertEquals(encodeModule(parseModule(a)), encodeModule(parseModule(b)));
}

Deno.test("every keyword of the opcode table names an opcode", () => {
  for (const { mnemonic } of OPCODES) assertEquals(OPCODE_OF_KEYWORD.get(mnemonic)?.mnemonic, mnemonic);
});

Deno.test("folded instructions write their operands first", () => {
  assertEquals(body("(drop (i32.add (i32.const 1) (i32.const 2)))"), "41 01 41 02 6a 1a");
  sameCode(
    "(func (result i32) (i32.add (i32.mul (i32.const 1) (i32.const 2)) (i32.eqz (i32.const 3))))",
    "(func (result i32) i32.const 1 i32.const 2 i32.mul i32.const 3 i32.eqz i32.add)",
  );
});

Deno.test("folded and flat instructions mix", () => {
  assertEquals(body("i32.const 1 (i32.add (i32.const 2)) drop"), "41 01 41 02 6a 1a");
});

Deno.test("folded blocks are flat blocks", () => {
  sameCode(
    "(func (block $a (loop $b (br_if $a (i32.const 0)) (br $b))))",
    "(func block $a loop $b i32.const 0 br_if $a br $b end $b end $a)",
  );
});

Deno.test("folded if: condition, then, else", () => {
  sameCode(
    "(func (result i32) (if (result i32) (i32.const 1) (then (i32.const 2)) (else (i32.const 3))))",
    "(func (result i32) i32.const 1 if (result i32) i32.const 2 else i32.const 3 end)",
  );
  assertEquals(body("(if (i32.const 1) (then))"), "41 01 04 40 0b");
  assertEquals(body("i32.const 1 (if (then) (else))"), "41 01 04 40 05 0b");
});

Deno.test("the label of a folded if is not in scope in its condition", () => {
  refuses("(func (if $l (br_if $l (i32.const 1)) (then)))", "unknown label $l");
  assertEquals(body("(if $l (i32.const 1) (then (br $l)))"), "41 01 04 40 0c 00 0b");
});

Deno.test("labels are found from the innermost", () => {
  assertEquals(
    body("block $a block $b block $a br $a br $b br 2 end end end").slice(18, 35),
    "0c 00 0c 01 0c 02",
  );
});

Deno.test("labels after end and else must be the block's", () => {
  refuses("(func block $a end $b)", "1:20: mismatching label $b");
  refuses("(func block end $b)", "mismatching label $b");
  refuses("(func i32.const 0 if $a else $b end)", "mismatching label $b");
});

Deno.test("structure that is not closed or out of place is refused", () => {
  refuses("(func block)", '1:12: expected an instruction or "end", found ")"');
  refuses("(func end)", "expected an instruction");
  refuses("(func block else end)", 'expected an instruction or "end", found "else"');
  refuses("(func (nop) (local i32))", "unknown operator local");
  refuses("(func (if i32.const 0 (then)))", 'expected a condition in parentheses or "(then"');
  refuses("(func (if (i32.const 0)))", 'expected a condition in parentheses or "(then", found ")"');
  refuses("(func (i32.add i32.const 0))", "expected an operand in parentheses");
  refuses("(func catch_all)", "expected an instruction");
});

Deno.test("unknown instructions are refused with their place", () => {
  refuses("(func\n  (drop (i32.foo)))", "2:10: unknown operator i32.foo");
});

Deno.test("deep nesting does not exhaust the stack", () => {
  const depth = 50_000;
  const folded = `(func (result i32) ${"(i32.eqz ".repeat(depth)}(i32.const 1)${")".repeat(depth)})`;
  assertEquals(parseModule(folded).functions[0].body!.end, 1 + 2 + depth + 1);
  const flat = `(func ${"block ".repeat(depth)}${"end ".repeat(depth)})`;
  assertEquals(parseModule(flat).functions[0].body!.end, 1 + 3 * depth + 1);
});

Deno.test("block types are empty, one result, or a type", () => {
  assertEquals(body("block end"), "02 40 0b");
  assertEquals(body("block (result i64) i64.const 0 end drop"), "02 7e 42 00 0b 1a");
  assertEquals(body("block (result i32 i32) unreachable end drop drop"), "02 01 00 0b 1a 1a");
  assertEquals(code("(type $t (func)) (func block (type $t) end)"), "02 00 0b");
  refuses("(func (block (param $x i32) (drop)))", "expected a value type");
  refuses("(type $t (func)) (func (block (type $t) (result i32) unreachable))", "inline function type");
});

Deno.test("select has a form with a type", () => {
  assertEquals(body("unreachable select"), "00 1b");
  assertEquals(body("unreachable select (result i32)"), "00 1c 01 7f");
  assertEquals(body("(select (result funcref) (unreachable))"), "00 1c 01 70");
});

Deno.test("ref.test and ref.cast have a form for types with null", () => {
  assertEquals(body("ref.test (ref i31)"), "fb 14 6c");
  assertEquals(body("ref.test i31ref"), "fb 15 6c");
  assertEquals(body("ref.cast (ref any)"), "fb 16 6e");
  assertEquals(body("ref.cast (ref null any)"), "fb 17 6e");
});

Deno.test("br_on_cast says the nullability of both types", () => {
  assertEquals(body("br_on_cast 0 anyref (ref i31)"), "fb 18 01 00 6e 6c");
  assertEquals(body("br_on_cast_fail 0 (ref any) i31ref"), "fb 19 02 00 6e 6c");
});

Deno.test("br_table ends with the default label", () => {
  assertEquals(
    body("(block $a (block $b (br_table $b $a 2 (i32.const 0))))").slice(12, 32),
    "41 00 0e 02 00 01 02",
  );
});

Deno.test("call_indirect names the table first and the type last", () => {
  const module = "(table 1 funcref) (table $t 1 funcref) (type $v (func))";
  assertEquals(code(`${module} (func call_indirect (type $v))`), "11 00 00");
  assertEquals(code(`${module} (func call_indirect $t (type $v))`), "11 00 01");
  assertEquals(code(`${module} (func call_indirect (param i32))`), "11 01 00");
  refuses(`${module} (func call_indirect (param $x i32))`, "expected a value type");
});

Deno.test("memory and table indices may be left out", () => {
  const module = "(memory 1) (memory $m 1) (data $d) (table 1 funcref) (table $t 1 funcref) (elem $e func)";
  assertEquals(code(`${module} (func memory.size memory.size $m)`), "3f 00 3f 01");
  assertEquals(code(`${module} (func memory.copy memory.copy $m 0)`), "fc 0a 00 00 fc 0a 01 00");
  assertEquals(code(`${module} (func memory.init $d memory.init $m $d)`), "fc 08 00 00 fc 08 00 01");
  assertEquals(code(`${module} (func table.init $e table.init $t $e)`), "fc 0c 00 00 fc 0c 00 01");
  assertEquals(code(`${module} (func table.get table.get $t)`), "25 00 25 01");
});

Deno.test("memory arguments have defaults", () => {
  const module = "(memory 1) (memory $m 1)";
  assertEquals(code(`${module} (func i64.load)`), "29 03 00");
  assertEquals(code(`${module} (func i64.load offset=0x10 align=1)`), "29 00 10");
  assertEquals(code(`${module} (func i64.load $m offset=1)`), "29 43 01 01");
  assertEquals(code(`${module} (func i32.atomic.load 1)`), "fe 10 42 01 00");
  refuses("(memory 1) (func i32.load align=3)", "1:27: expected a power of two as alignment");
  refuses("(memory 1) (func i32.load align=0)", "expected a power of two as alignment");
  refuses("(memory 1) (func i32.load offset=-1)", 'expected "offset=" and a number');
  refuses("(memory 1) (func i32.load align=1 offset=1)", "unknown operator offset=1");
});

Deno.test("lane accesses end with the lane", () => {
  const module = "(memory 1) (memory $m 1)";
  assertEquals(code(`${module} (func v128.load8_lane 3)`), "fd 54 00 00 03");
  assertEquals(code(`${module} (func v128.load8_lane 1 3)`), "fd 54 40 01 00 03");
  assertEquals(code(`${module} (func v128.load8_lane 1 offset=2 3)`), "fd 54 40 01 02 03");
  assertEquals(code(`${module} (func v128.load8_lane $m align=1 3)`), "fd 54 40 01 00 03");
});

Deno.test("vectors are written lane by lane", () => {
  assertEquals(
    body("v128.const i16x8 1 -1 0xffff 0 0 0 0 0x7fff").slice(6, 53),
    "01 00 ff ff ff ff 00 00 00 00 00 00 00 00 ff 7f",
  );
  assertEquals(
    body("v128.const f32x4 1 -0 inf nan:0x1").slice(6, 53),
    "00 00 80 3f 00 00 00 80 00 00 80 7f 01 00 80 7f",
  );
  refuses("(func v128.const i32x4 1 2 3)", "expected an i32 number");
  refuses("(func v128.const i32x4 1 2 3 4 5)", "expected an instruction");
  refuses("(func v128.const 1 2)", "expected a vector shape");
  refuses("(func v128.const i8x16 256 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0)", "i8 number out of range: 256");
});

Deno.test("constants say what is wrong with them", () => {
  refuses("(func i32.const 0x1_0000_0000)", "1:17: i32 number out of range: 0x1_0000_0000");
  refuses("(func i32.const)", '1:16: expected an i32 number, found ")"');
  refuses("(func f32.const 0x)", 'expected an f32 number, found "0x"');
  refuses("(func f64.const nan:canonical)", "expected an f64 number");
});

Deno.test("field names belong to their struct type", () => {
  const types = "(type $s (struct (field $a i32) (field i64 i64) (field $b (mut f32))))";
  assertEquals(code(`${types} (func struct.get $s $b struct.set 0 3)`), "fb 02 00 03 fb 05 00 03");
  refuses(`${types} (func struct.get $s $c)`, "unknown field $c");
});

Deno.test("try_table resolves its handlers' labels outside of itself", () => {
  sameCode(
    "(tag $e) (func (block $l (try_table $l (catch $e $l) (catch_all $l) nop)))",
    "(tag $e) (func block $l try_table $l (catch 0 0) (catch_all 0) nop end end)",
  );
  assertEquals(
    code("(tag $e) (func try_table (catch_ref 0 0) (catch_all_ref 0) end)"),
    "1f 40 02 01 00 00 03 00 0b",
  );
});

Deno.test("legacy exceptions: try, catch, catch_all, delegate, rethrow", () => {
  sameCode(
    "(tag $e) (func (try $l (do nop) (catch $e (rethrow $l)) (catch_all)))",
    "(tag $e) (func try $l nop catch $e rethrow $l catch_all end)",
  );
  sameCode("(func (try $a (do (try (do) (delegate $a)))))", "(func try $a try delegate $a end)");
  refuses("(tag $e) (func (try (do) (catch_all) (catch $e)))", '"(catch"');
  refuses("(func (try (do) (catch_all) (delegate 0)))", "expected");
  refuses("(func (try (catch_all)))", 'expected "(do"');
  refuses("(func try catch_all catch_all end)", "expected an instruction");
});

Deno.test("atomic accesses of the shared-everything proposal name an ordering", () => {
  assertEquals(
    code("(global $g (mut i32) (i32.const 0)) (func global.atomic.get seq_cst $g)"),
    "fe 4f 00 00",
  );
  assertEquals(code("(type $a (array (mut i32))) (func array.atomic.rmw.add acq_rel $a)"), "fe 6b 01 00");
  refuses("(global $g i32 (i32.const 0)) (func global.atomic.get $g)", 'expected "seq_cst" or "acq_rel"');
});

Deno.test("ref.null takes heap types of all kinds", () => {
  assertEquals(body("ref.null func"), "d0 70");
  assertEquals(body("ref.null (shared none)"), "d0 65 71");
  assertEquals(code("(type $t (func)) (func ref.null $t ref.null (exact $t))"), "d0 00 d0 62 00");
  refuses("(func ref.null (exact any))", "expected a type index");
});
