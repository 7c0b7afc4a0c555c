/**
 * Atomic accesses to globals, tables, structs and arrays (shared-everything threads proposal).
 *
 * @module
 */

import type { Opcode } from "../syntax/opcodes.ts";
import {
  ANY,
  definedHeapType,
  EQ,
  type FieldType,
  I32,
  I64,
  isPacked,
  refType,
  sharedHeapType,
  unpacked,
  type ValueType,
} from "../syntax/types.ts";
import { addressValueType } from "./environment.ts";
import { checkPacking, readArray, readField, readGlobal, readTable } from "./indices.ts";
import type { OperandStack, Rule, Rules } from "./operand_stack.ts";
import { operandTypeName } from "./operand_types.ts";

const SEQUENTIALLY_CONSISTENT = 0;
const ACQUIRE_RELEASE = 1;

function readOrdering(stack: OperandStack): void {
  const at = stack.position;
  const ordering = stack.u8();
  if (ordering !== SEQUENTIALLY_CONSISTENT && ordering !== ACQUIRE_RELEASE) {
    stack.fail(`invalid memory ordering 0x${ordering.toString(16)}`, at);
  }
}

/** What is accessed: its storage, and the operands that say where it is. */
interface Place {
  readonly field: FieldType;
  readonly operands: readonly ValueType[];
}

type ReadPlace = (stack: OperandStack) => Place;

const PLACES: Readonly<Record<string, ReadPlace>> = {
  "global": (stack) => {
    const { type } = readGlobal(stack);
    return { field: { storage: type.value, mutable: type.mutable }, operands: [] };
  },
  "table": (stack) => {
    const { type } = readTable(stack);
    return {
      field: { storage: type.element, mutable: true },
      operands: [addressValueType(type.addressType)],
    };
  },
  "struct": (stack) => {
    const { index, field } = readField(stack);
    return { field, operands: [refType(definedHeapType(index), true)] };
  },
  "array": (stack) => {
    const { index, composite: { element } } = readArray(stack);
    return { field: element, operands: [refType(definedHeapType(index), true), I32] };
  },
};

/** What an access may do to each kind of storage. */
function allowed(stack: OperandStack, access: string, place: string, type: ValueType): boolean {
  const below = (heap: number) =>
    stack.matches(type, refType(heap, true)) || stack.matches(type, refType(sharedHeapType(heap), true));
  const integer = (type === I32 || type === I64) && place !== "table";
  switch (access) {
    case "get":
    case "rmw.xchg":
      return integer || below(ANY);
    case "get_s":
    case "get_u":
      return isPacked(type);
    case "set":
      return integer || isPacked(type) || below(ANY);
    case "rmw.cmpxchg":
      return integer || below(EQ);
    default:
      return integer;
  }
}

function rule(place: string, access: string): Rule {
  const operandCount = access.startsWith("get") ? 0 : access === "rmw.cmpxchg" ? 2 : 1;
  return (stack: OperandStack, { mnemonic }: Opcode) => {
    readOrdering(stack);
    const { field, operands } = PLACES[place](stack);
    if (operandCount > 0 && !field.mutable) stack.failHere(`${mnemonic}: ${place} is immutable`);
    if (operandCount === 0) checkPacking(stack, mnemonic, field);
    if (!allowed(stack, access, place, field.storage)) {
      stack.failHere(`${mnemonic}: invalid type ${operandTypeName(field.storage)}`);
    }
    const type = unpacked(field.storage);
    stack.popAll([...operands, ...new Array<ValueType>(operandCount).fill(type)]);
    if (access !== "set") stack.push(type);
  };
}

const ACCESSES = ["get", "get_s", "get_u", "set"].concat(
  ["add", "sub", "and", "or", "xor", "xchg", "cmpxchg"].map((operator) => `rmw.${operator}`),
);

/** Rules by mnemonic. */
export const ATOMIC_RULES: Rules = Object.fromEntries(
  Object.keys(PLACES).flatMap((place) =>
    ACCESSES.map((access) => [`${place}.atomic.${access}`, rule(place, access)])
  ),
);
