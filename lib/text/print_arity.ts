/**
 * How many operands an instruction takes from the stack and how many values it leaves there: what folding
 * needs to know of types (specification 3.4 "Instructions").
 *
 * @module
 */

import type { Module } from "../syntax/module.ts";
import { type Opcode, OPCODES } from "../syntax/opcodes.ts";
import type { TypeIndex } from "../syntax/types.ts";

/** Numbers of operands and results. */
export interface Arity {
  /** Operands. */
  readonly params: number;
  /** Results. */
  readonly results: number;
}

/** Instructions whose signature depends on more than their opcode, but not in its length. */
const COUNTS: Readonly<Record<string, readonly [params: number, results: number]>> = {
  "unreachable": [0, 0],
  "rethrow": [0, 0],
  "throw_ref": [1, 0],
  "drop": [1, 0],
  "select": [3, 1],
  "local.get": [0, 1],
  "local.set": [1, 0],
  "local.tee": [1, 1],
  "global.get": [0, 1],
  "global.set": [1, 0],
  "table.get": [1, 1],
  "table.set": [2, 0],
  "table.grow": [2, 1],
  "table.fill": [3, 0],
  "table.copy": [3, 0],
  "memory.copy": [3, 0],
  "ref.null": [0, 1],
  "ref.is_null": [1, 1],
  "ref.func": [0, 1],
  "ref.eq": [2, 1],
  "ref.as_non_null": [1, 1],
  "ref.test": [1, 1],
  "ref.cast": [1, 1],
  "ref.get_desc": [1, 1],
  "ref.cast_desc_eq": [2, 1],
  "ref.i31": [1, 1],
  "ref.i31_shared": [1, 1],
  "i31.get_s": [1, 1],
  "i31.get_u": [1, 1],
  "any.convert_extern": [1, 1],
  "extern.convert_any": [1, 1],
  "struct.new_default": [0, 1],
  "struct.new_default_desc": [1, 1],
  "struct.get": [1, 1],
  "struct.get_s": [1, 1],
  "struct.get_u": [1, 1],
  "struct.set": [2, 0],
  "array.new": [2, 1],
  "array.new_default": [1, 1],
  "array.new_data": [2, 1],
  "array.new_elem": [2, 1],
  "array.get": [2, 1],
  "array.get_s": [2, 1],
  "array.get_u": [2, 1],
  "array.set": [3, 0],
  "array.len": [1, 1],
  "array.fill": [4, 0],
  "array.copy": [5, 0],
  "array.init_data": [4, 0],
  "array.init_elem": [4, 0],
  "string.new_utf8_array": [3, 1],
  "string.new_utf8_array_try": [3, 1],
  "string.new_lossy_utf8_array": [3, 1],
  "string.new_wtf8_array": [3, 1],
  "string.new_wtf16_array": [3, 1],
  "string.encode_utf8_array": [3, 1],
  "string.encode_lossy_utf8_array": [3, 1],
  "string.encode_wtf8_array": [3, 1],
  "string.encode_wtf16_array": [3, 1],
};

/** Branches by the number of values that their label takes. */
const BRANCHES: Readonly<Record<string, (values: number) => Arity>> = {
  "br": (values) => ({ params: values, results: 0 }),
  "br_if": (values) => ({ params: values + 1, results: values }),
  "br_table": (values) => ({ params: values + 1, results: 0 }),
  "br_on_null": (values) => ({ params: values + 1, results: values + 1 }),
  "br_on_non_null": (values) => ({ params: values, results: values - 1 }),
  "br_on_cast": (values) => ({ params: values, results: values }),
  "br_on_cast_fail": (values) => ({ params: values, results: values }),
  "br_on_cast_desc_eq": (values) => ({ params: values + 1, results: values }),
  "br_on_cast_desc_eq_fail": (values) => ({ params: values + 1, results: values }),
};

/** Operands that say where an atomic access goes. */
const PLACE_OPERANDS: Readonly<Record<string, number>> = { global: 0, table: 1, struct: 1, array: 2 };

/** The arities that an opcode alone gives. */
const FIXED: ReadonlyMap<Opcode, Arity> = fixedArities();

function fixedArities(): Map<Opcode, Arity> {
  const arities = new Map<Opcode, Arity>();
  for (const opcode of OPCODES) {
    const { mnemonic, signature } = opcode;
    if (signature !== null) {
      arities.set(opcode, { params: signature.params.length, results: signature.results.length });
      continue;
    }
    const counts = COUNTS[mnemonic] ?? atomicCounts(mnemonic);
    if (counts) arities.set(opcode, { params: counts[0], results: counts[1] });
  }
  return arities;
}

/** The counts of `struct.atomic.rmw.add` and its like. */
function atomicCounts(mnemonic: string): [params: number, results: number] | null {
  const [place, atomic, access, operation] = mnemonic.split(".");
  const operands = PLACE_OPERANDS[place];
  if (operands === undefined || atomic !== "atomic") return null;
  if (access === "set") return [operands + 1, 0];
  if (access !== "rmw") return [operands, 1];
  return [operands + (operation === "cmpxchg" ? 2 : 1), 1];
}

/** The labels around an instruction. */
export interface LabelArities {
  /** How many values a branch to the label takes; null when there is no such label. */
  of(label: number): number | null;
  /** How many values the function or expression returns. */
  readonly returned: number;
}

/** Finds the arities of instructions in one module. */
export class ArityFinder {
  readonly #module: Module;

  /** Looks up types, functions and tags in `module`. */
  constructor(module: Module) {
    this.#module = module;
  }

  /**
   * The arity of an instruction that is neither a block nor a part of one.
   *
   * @param indices its immediates that are indices
   * @returns null when it depends on something that is not there, or is unknown
   */
  of(opcode: Opcode, indices: readonly number[], labels: LabelArities): Arity | null {
    const fixed = FIXED.get(opcode);
    if (fixed !== undefined) return fixed;
    const { mnemonic } = opcode;
    const branch = BRANCHES[mnemonic];
    if (branch !== undefined) {
      // the default label of br_table, which is the last one, takes as many values as the others
      const values = labels.of(indices[indices.length - 1]);
      return values === null ? null : branch(values);
    }
    const { functions, tags } = this.#module;
    switch (mnemonic) {
      case "return":
        return { params: labels.returned, results: 0 };
      case "throw":
        return this.#call(tags[indices[0]]?.type, 0, false);
      case "call":
        return this.#call(functions[indices[0]]?.type, 0, true);
      case "return_call":
        return this.#call(functions[indices[0]]?.type, 0, false);
      case "call_ref":
      case "call_indirect":
        return this.#call(indices[0], 1, true);
      case "return_call_ref":
      case "return_call_indirect":
        return this.#call(indices[0], 1, false);
      case "struct.new":
        return this.#structure(indices[0], 0);
      case "struct.new_desc":
        return this.#structure(indices[0], 1);
      case "array.new_fixed":
        return { params: indices[1], results: 1 };
      default:
        return null;
    }
  }

  /** A call takes the parameters and `extra` operands that say what is called. */
  #call(type: TypeIndex | undefined, extra: number, returns: boolean): Arity | null {
    const composite = type === undefined ? undefined : this.#module.types[type]?.composite;
    if (composite?.kind !== "func") return null;
    return { params: composite.params.length + extra, results: returns ? composite.results.length : 0 };
  }

  #structure(type: TypeIndex, extra: number): Arity | null {
    const composite = this.#module.types[type]?.composite;
    return composite?.kind === "struct" ? { params: composite.fields.length + extra, results: 1 } : null;
  }
}
