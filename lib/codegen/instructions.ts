/**
 * Which code generates which instruction, by opcode.
 *
 * @module
 */

import { ADDRESS, OPCODES } from "../syntax/opcodes.ts";
import type { ValueType } from "../syntax/types.ts";
import { CALL_EMITTERS } from "./calls.ts";
import { CONTROL_EMITTERS } from "./control.ts";
import { FLOAT_EMITTERS } from "./floats.ts";
import type { Emitter } from "./function_compiler.ts";
import { I32_EMITTERS } from "./i32.ts";
import { I64_EMITTERS } from "./i64.ts";
import { MEMORY_EMITTERS } from "./memory.ts";
import { REFERENCE_EMITTERS } from "./references.ts";
import { VARIABLE_EMITTERS } from "./variables.ts";

/** How an instruction is compiled. */
export interface Instruction {
  /** Reads the immediates, takes the operands' components off the stack and pushes the results'. */
  readonly emit: Emitter;
  /** Number of operands and the results' types, by which the stack of types changes; null when `emit` does that, too. */
  readonly operands: number;
  readonly results: readonly ValueType[] | null;
}

const EMITTERS: Readonly<Record<string, Emitter | undefined>> = {
  __proto__: null as never,
  ...CONTROL_EMITTERS,
  ...CALL_EMITTERS,
  ...VARIABLE_EMITTERS,
  ...REFERENCE_EMITTERS,
  ...MEMORY_EMITTERS,
  ...I32_EMITTERS,
  ...I64_EMITTERS,
  ...FLOAT_EMITTERS,
};

/** By opcode (`Opcode.code`). */
export const INSTRUCTIONS: ReadonlyMap<number, Instruction> = new Map(
  OPCODES.flatMap(({ code, mnemonic, signature }): [number, Instruction][] => {
    const emit = EMITTERS[mnemonic];
    if (emit === undefined) return [];
    const results = signature?.results ?? [ADDRESS];
    return [[code, {
      emit,
      operands: signature?.params.length ?? 0,
      results: results.includes(ADDRESS) ? null : results,
    }]];
  }),
);
