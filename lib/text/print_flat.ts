/**
 * Function bodies in the flat style: an instruction per line.
 *
 * @module
 */

import { type InstructionPrinter, Nesting, nestingOf } from "./print_instruction.ts";
import type { TextOutput } from "./print_output.ts";

/** Prints the instructions that `instructions` was started at, each on a line of its own, from `level` on. */
export function printFlat(out: TextOutput, instructions: InstructionPrinter, level: number): void {
  while (instructions.next()) {
    switch (nestingOf(instructions.opcode)) {
      case Nesting.Open:
        out.line(level++);
        break;
      case Nesting.Next:
        out.line(level - 1);
        break;
      case Nesting.Close:
        out.line(--level);
        break;
      default:
        out.line(level);
    }
    if (instructions.annotations !== "") out.write(instructions.annotations);
    out.write(instructions.text);
  }
}
