import { assertEquals } from "@std/assert";
import { CODE, opcodeOf, OPCODES } from "../../lib/syntax/opcodes.ts";
import { parseModule } from "../../lib/text/module.ts";
import { ArityFinder } from "../../lib/text/print_arity.ts";
import { Nesting, nestingOf } from "../../lib/text/print_instruction.ts";

const MODULE = parseModule(`(module
  (type $f (func (param i32 i64) (result f32)))
  (type $s (struct (field i8) (field f64) (field anyref)))
  (import "" "f" (func (type $f)))
  (import "" "t" (tag (param i32 i32 i32))))`);

const LABELS = { of: (label: number) => label === 0 ? 4 : null, returned: 2 };

function arity(mnemonic: string, ...indices: number[]): [number, number] | null {
  const found = new ArityFinder(MODULE).of(opcodeOf(CODE[mnemonic])!, indices, LABELS);
  return found === null ? null : [found.params, found.results];
}

Deno.test("ArityFinder knows every instruction of the opcode table", () => {
  const finder = new ArityFinder(parseModule("(type (func)) (type (struct)) (func (type 0)) (tag (type 0))"));
  const unknown = OPCODES.filter((opcode) => {
    const type = opcode.mnemonic.startsWith("struct.") ? 1 : 0;
    return nestingOf(opcode) === Nesting.Plain && finder.of(opcode, [type, 0], LABELS) === null;
  });
  assertEquals(unknown.map(({ mnemonic }) => mnemonic), []);
});

Deno.test("ArityFinder takes the numbers of calls from the callee's type", () => {
  assertEquals(arity("call", 0), [2, 1]);
  assertEquals(arity("return_call", 0), [2, 0]);
  assertEquals(arity("call_indirect", 0, 0), [3, 1]);
  assertEquals(arity("return_call_indirect", 0, 0), [3, 0]);
  assertEquals(arity("call_ref", 0), [3, 1]);
  assertEquals(arity("return_call_ref", 0), [3, 0]);
  assertEquals(arity("throw", 0), [3, 0]);
});

Deno.test("ArityFinder takes the numbers of branches from the label", () => {
  assertEquals(arity("br", 0), [4, 0]);
  assertEquals(arity("br_if", 0), [5, 4]);
  assertEquals(arity("br_table", 9, 0), [5, 0]);
  assertEquals(arity("br_on_null", 0), [5, 5]);
  assertEquals(arity("br_on_non_null", 0), [4, 3]);
  assertEquals(arity("br_on_cast", 0), [4, 4]);
  assertEquals(arity("br_on_cast_desc_eq", 0), [5, 4]);
  assertEquals(arity("return"), [2, 0]);
});

Deno.test("ArityFinder counts the fields of structs and the elements of fixed arrays", () => {
  assertEquals(arity("struct.new", 1), [3, 1]);
  assertEquals(arity("struct.new_desc", 1), [4, 1]);
  assertEquals(arity("array.new_fixed", 0, 7), [7, 1]);
});

Deno.test("ArityFinder knows atomic accesses", () => {
  assertEquals(arity("global.atomic.rmw.cmpxchg", 0), [2, 1]);
  assertEquals(arity("table.atomic.set", 0), [2, 0]);
  assertEquals(arity("struct.atomic.rmw.add", 1, 0), [2, 1]);
  assertEquals(arity("array.atomic.get_s", 0), [2, 1]);
});

Deno.test("ArityFinder finds nothing for what is not there", () => {
  assertEquals(arity("call", 1), null);
  assertEquals(arity("call_ref", 1), null);
  assertEquals(arity("struct.new", 0), null);
  assertEquals(arity("br", 1), null);
});
