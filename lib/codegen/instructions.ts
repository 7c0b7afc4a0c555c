/**
 * Which code generates which instruction, by opcode.
 *
 * @module
 */

import { ADDRESS, OPCODES } from "../syntax/opcodes.ts";
import type { ValueType } from "../syntax/types.ts";
import { ARRAY_EMITTERS } from "./arrays.ts";
import { ATOMIC_EMITTERS } from "./atomics.ts";
import { CALL_EMITTERS } from "./calls.ts";
import { CAST_EMITTERS } from "./casts.ts";
import { CONTROL_EMITTERS } from "./control.ts";
import { EXCEPTION_EMITTERS } from "./exceptions.ts";
import { FLOAT_EMITTERS } from "./floats.ts";
import type { Emitter } from "./function_compiler.ts";
import { I32_EMITTERS } from "./i32.ts";
import { I64_EMITTERS } from "./i64.ts";
import { MEMORY_EMITTERS } from "./memory.ts";
import { REFERENCE_EMITTERS } from "./references.ts";
import { STRING_EMITTERS } from "./strings.ts";
import { STRUCT_EMITTERS } from "./structs.ts";
import { TYPED_REFERENCE_EMITTERS } from "./typed_references.ts";
import { TAIL_CALL_EMITTERS } from "./tail_calls.ts";
import { VARIABLE_EMITTERS } from "./variables.ts";
import { VECTOR_EMITTERS } from "./vector.ts";
import { WIDE_ARITHMETIC_EMITTERS } from "./wide_arithmetic.ts";

/** How an instruction is compiled. */
export interface Instruction {
  /** Reads the immediates, takes the operands' components off the stack and pushes the results'. */
  readonly emit: Emitter;
  /** Number of operands and the results' types, by which the stack of types changes; null when `emit` does that, too. */
  readonly operands: number;
  readonly results: readonly ValueType[] | null;
  /** Whether vectors that it may take have to be ints. */
  readonly settlesVectors: boolean;
}

/** Instructions of no fixed type that take no vectors, or take them in any shape. */
const ANY_SHAPE: ReadonlySet<string> = new Set(
  ["nop", "unreachable", "drop", "local.get", "local.set", "local.tee", "global.get"],
);

const EMITTERS: Readonly<Record<string, Emitter | undefined>> = {
  __proto__: null as never,
  ...CONTROL_EMITTERS,
  ...CALL_EMITTERS,
  ...EXCEPTION_EMITTERS,
  ...TAIL_CALL_EMITTERS,
  ...VARIABLE_EMITTERS,
  ...REFERENCE_EMITTERS,
  ...TYPED_REFERENCE_EMITTERS,
  ...STRUCT_EMITTERS,
  ...ARRAY_EMITTERS,
  ...STRING_EMITTERS,
  ...CAST_EMITTERS,
  ...MEMORY_EMITTERS,
  ...I32_EMITTERS,
  ...I64_EMITTERS,
  ...FLOAT_EMITTERS,
  ...VECTOR_EMITTERS,
  ...WIDE_ARITHMETIC_EMITTERS,
  ...ATOMIC_EMITTERS,
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
      settlesVectors: signature === null && !ANY_SHAPE.has(mnemonic),
    }]];
  }),
);
