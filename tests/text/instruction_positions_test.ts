import { assertEquals, assertThrows } from "@std/assert";
import { CompileError } from "../../lib/syntax/errors.ts";
import { assemble } from "../../lib/text/instruction_positions.ts";
import { watToWasm } from "../../lib/text/wat.ts";
import { validate } from "../valid/validation.ts";

/** The word in `text` where validation finds the error. */
function blamed(text: string): string | null {
  const { bytes, placeOf } = assemble(text);
  assertEquals(bytes, watToWasm(text));
  const { message } = assertThrows(() => validate(bytes), CompileError);
  const place = placeOf(Number(/ @\+(\d+)$/.exec(message)![1]));
  if (place === null) return null;
  return /^(?:[\w.]+|.)/.exec(text.split("\n")[place.line - 1].slice(place.column - 1))![0];
}

const BLAMED: Readonly<Record<string, readonly [text: string, word: string | null]>> = {
  "a flat instruction": ["(func\n i32.const 1\n i64.eqz\n drop)", "i32.const"],
  "a folded instruction": ["(func\n (drop\n  (i32.eqz\n (i64.const 1))))", "i64.const"],
  "an instruction that waited for its operands": [
    "(func (i32.const 0)\n (drop (f32.abs\n (local.get 7))))",
    "local.get",
  ],
  "an instruction with nothing to take": ["(func\n (block (i32.add)) drop)", "i32.add"],
  "the end of a flat block": ["(func\n block (result i32)\n end drop)", "end"],
  "the parenthesis that closes a folded block": ["(func\n (drop (block (result i32)\n )))", ")"],
  "the else of a flat if": ["(func (i32.const 1)\n if (result i32)\n else i32.const 1 end drop)", "else"],
  "the else of a folded if": [
    "(func (drop (if (result i32) (i32.const 1) (then)\n (else (i32.const 1)))))",
    "else",
  ],
  "the end of a function": ["(func) (func (result i32)\n)", ")"],
  "the initial value of a global": ["(global i64\n (i32.const 0))", "i32.const"],
  "the initial value of a table": ["(table 1 funcref\n (i32.const 0))", "i32.const"],
  "the offset of an element segment": ["(table 1 funcref) (elem\n (offset f32.const 0) func)", "f32.const"],
  "an element": ["(elem externref\n (item ref.null func))", "ref.null"],
  "the offset of a data segment": ["(memory 1) (data\n (i64.const 0))", "i64.const"],
  "nothing outside of code": ["(func $f (param i32)) (start $f)", null],
};

for (const [what, [text, word]] of Object.entries(BLAMED)) {
  Deno.test(`an error of validation is blamed on ${what}`, () => {
    assertEquals(blamed(text), word);
  });
}

Deno.test("a module that cannot be decoded has no places", () => {
  assertEquals(assemble("(memory 65537) (func)").placeOf(20), null);
});
