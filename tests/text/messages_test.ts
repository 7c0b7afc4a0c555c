import { assertEquals, assertThrows } from "@std/assert";
import { WatError } from "../../lib/text/error.ts";
import { watToWasm } from "../../lib/text/wat.ts";

const HEADER = "before the instructions stand exports, import, type, param, result and local, in this order";

/** A mistake, and the message about it. */
const MISTAKES: Readonly<Record<string, string>> = {
  // words
  "(func (i32.cnst 1))": "1:8: unknown operator i32.cnst; expected i32.const?",
  "(func i64.eqs)": "1:7: unknown operator i64.eqs; expected i64.eqz?",
  "(func get_local 0)": "1:7: unknown operator get_local; expected local.get?",
  "(func current_memory)": "1:7: unknown operator current_memory; expected memory.size?",
  "(func frobnicate)": "1:7: unknown operator frobnicate",
  "(func (local i32) (param i32))": `1:20: unknown operator param; ${HEADER}`,
  "(func nop (result i32))": `1:12: unknown operator result; ${HEADER}`,
  "(fun)": '1:2: expected a module field, found "fun"',
  "(func (param int))": '1:14: expected a value type, found "int"',
  "(func (local $x))": '1:16: expected a value type, found ")"',
  '(import "a" "b" (fnc))': '1:18: expected "func", "table", "memory", "global" or "tag", found "fnc"',
  "(global mut i32 (i32.const 0))": '1:9: expected a value type, found "mut"',
  // parentheses
  "(module\n  (func)":
    '2:9: expected a module field or ")", found the end of the text; "(module" at 1:1 is not closed',
  "(module\n  (func (nop)": '2:14: expected ")", found the end of the text; "(func" at 2:3 is not closed',
  "(module))": '1:9: expected the end of the text, found ")"',
  "(module (; )": "1:9: unclosed comment",
  '(data "abc)': "1:7: unclosed string",
  "(func (i32.add 1 2))": '1:16: expected an operand in parentheses or ")", found "1"',
  "(func (call 0 1))": '1:15: expected an operand in parentheses or ")", found "1"',
  "(func { })": '1:7: expected an instruction, found "{"',
  "(func block)": '1:12: expected an instruction or "end", found ")"',
  "(func end)": '1:7: expected an instruction, found "end"',
  "(func (if (i32.const 1)))": '1:24: expected a condition in parentheses or "(then", found ")"',
  "(func (if (i32.const 1) (then) (then)))": '1:32: expected "(else" or ")", found "(then"',
  "(func (try (catch_all)))": '1:12: expected "(do", found "(catch_all"',
  "(rec (func))": '1:6: expected "(type", found "(func"',
  "(table funcref)": '1:15: expected "(elem", found ")"',
  '(export "f" func 0)': '1:13: expected an export description, found "func"',
  '(import "a" "b")': '1:16: expected an import description, found ")"',
  '(func (import "m" "n") (nop))': '1:24: expected ")", found "(nop"',
  "(memory 1 foo)": '1:11: expected ")", found "foo"',
  "(module (@custom))": '1:17: expected the name of a custom section, found ")"',
  '(module (@custom "x" "y" z))': '1:26: expected ")", found "z"',
  // names and indices
  "(func (local.get $x))": "1:18: unknown local $x",
  "(func (call $f))": "1:13: unknown function $f",
  "(func (block $a (br $b)))": "1:21: unknown label $b",
  "(func (type $u))": "1:13: unknown type $u",
  "(func (try_table (catch $e)))": "1:25: unknown tag $e",
  '(export "f" (func $nope))': "1:19: unknown function $nope",
  "(elem (i32.const 0) $f)": "1:21: unknown function $f",
  "(type $t (struct)) (func (struct.get $t $b))": "1:41: unknown field $b",
  "(func (param $x i32) (param $x i32))": "1:29: duplicate local $x",
  "(func $f) (func $f)": "1:17: duplicate function $f",
  "(func block $a end $b)": "1:20: mismatching label $b, expected $a",
  "(func block end $b)": "1:17: mismatching label $b, expected none, as in front of the block",
  "(start)": '1:7: expected a function index, found ")"',
  "(func (struct.new))": '1:19: expected a type index, found ")"',
  "(func (br_table))": '1:17: expected a label, found ")"',
  '(func) (import "a" "b" (func))': "1:29: import after function",
  "(func) (start 0)\n(start 0)": "2:8: a second start function",
  "(type $t (func (param i32))) (func (type $t) (param i64))":
    "1:36: the inline function type differs from the type it stands beside",
  // literals
  "(func (i32.const))": '1:18: expected an i32 number, found ")"',
  "(func (i32.const 1.5))": '1:18: expected an i32 number, found "1.5"',
  "(func (i32.const 5000000000))": "1:18: i32 number out of range: 5000000000",
  "(func (i64.const -9223372036854775809))": "1:18: i64 number out of range: -9223372036854775809",
  "(func (f64.const 1e999))": "1:18: f64 number out of range: 1e999",
  "(func (f32.const abc))": '1:18: expected an f32 number, found "abc"',
  "(func (v128.const 1))": '1:19: expected a vector shape, found "1"',
  "(func (v128.const i32x4 1 2 3))": '1:30: expected an i32 number, found ")"',
  "(func (i8x16.shuffle 0 1 2))": '1:27: expected a lane index, found ")"',
  "(func (i32.load align=3))": '1:17: expected a power of two as alignment, found "align=3"',
  "(func (i32.load offset=x))": '1:17: expected "offset=" and a number, found "offset=x"',
  "(memory)": '1:8: expected a size, found ")"',
  "(table 1)": '1:9: expected a reference type, found ")"',
  "(func (ref.null funcref))": '1:17: expected a heap type, found "funcref"',
  '(data "\\zz")': "1:8: malformed escape in a string",
  "(export f (func 0))": '1:9: expected a name, found "f"',
  "(func “x”)": "1:7: illegal character U+201C",
};

for (const [text, message] of Object.entries(MISTAKES)) {
  Deno.test(`the message about ${text.replaceAll("\n", " ")}`, () => {
    assertEquals(assertThrows(() => watToWasm(text), WatError).message, message);
  });
}

Deno.test("messages about names and numbers as long as a text are cut", () => {
  const message = (text: string) => assertThrows(() => watToWasm(text), WatError).message;
  assertEquals(
    message(`(func (call $${"f".repeat(100_000)}))`),
    `1:13: unknown function $${"f".repeat(182)}...${"f".repeat(60)}`,
  );
  assertEquals(message(`(func (i32.const ${"9".repeat(100_000)}))`).length, "1:18: ".length + 263);
  const cut = message(`(func (call $"${"\u{1f600}".repeat(1000)}"))`);
  assertEquals(cut, cut.replace(/[^\ud800-\udbff][\udc00-\udfff]|[\ud800-\udbff][^\udc00-\udfff]/g, ""));
});
