import { assertEquals } from "@std/assert";
import { ByteWriter } from "../../lib/binary/byte_writer.ts";
import { CODE, type Immediate, type Opcode, OPCODES } from "../../lib/syntax/opcodes.ts";
import { writeOpcode } from "../../lib/text/immediate.ts";
import { parseModule } from "../../lib/text/module.ts";
import { Nesting, nestingOf } from "../../lib/text/print_instruction.ts";
import { printModule } from "../../lib/text/print_module.ts";

/** Bytes of an immediate: indices and constants that are zero, types that are any. */
function immediateBytes(immediate: Immediate): number[] {
  switch (immediate) {
    case "block":
      return [0x40];
    case "labels":
      return [1, 0, 0];
    case "types":
      return [1, 0x7f];
    case "catches":
      return [2, 0, 0, 0, 3, 0];
    case "heap":
      return [0x6e];
    case "f32":
      return [0, 0, 0, 0];
    case "f64":
      return [0, 0, 0, 0, 0, 0, 0, 0];
    case "v128":
    case "lanes16":
      return new Array(16).fill(0);
    case "memarg1":
    case "memarg2":
    case "memarg4":
    case "memarg8":
    case "memarg16":
    case "atomic1":
    case "atomic2":
    case "atomic4":
    case "atomic8":
      return [Math.log2(Number(immediate.replace(/\D+/, ""))), 0];
    default:
      return [0];
  }
}

/** A body of that instruction alone. */
function bodyOf(opcode: Opcode): Uint8Array {
  const out = new ByteWriter();
  out.byte(0);
  writeOpcode(out, opcode.code);
  for (const immediate of opcode.immediates) out.bytes(Uint8Array.from(immediateBytes(immediate)));
  if (nestingOf(opcode) === Nesting.Open) writeOpcode(out, CODE["end"]);
  writeOpcode(out, CODE["end"]);
  return out.view().slice();
}

for (const folded of [false, true]) {
  Deno.test(`every instruction that is printed ${folded ? "folded" : "flat"} reads back to its bytes`, () => {
    const module = parseModule("(func)");
    for (const opcode of OPCODES) {
      const nesting = nestingOf(opcode);
      if (nesting !== Nesting.Plain && nesting !== Nesting.Open) continue;
      const bytes = bodyOf(opcode);
      const body = { bytes, start: 0, end: bytes.length };
      const functions = [{ ...module.functions[0], body }];
      const text = printModule({ ...module, functions, strings: ["literal"] }, { folded });
      const read = parseModule(text).functions[0].body!;
      assertEquals(read.bytes.slice(read.start, read.end), bytes, text);
    }
  });
}
