/**
 * The types that only operands in unreachable code have, and matching with them (specification 3.4.13 "Instruction
 * Sequences", 3.1.2 "Types": bottom types). An operand that came out of nowhere is BOTTOM; what instructions make of one can be
 * known to be a reference without its heap type being known, or known but for its sharing.
 *
 * @module
 */

import { matchValueType, type TypeContext } from "../syntax/canonical_types.ts";
import {
  ANY,
  BOTTOM,
  definedHeapType,
  heapTypeOf,
  isAbstract,
  isNullable,
  isReference,
  refType,
  sharedHeapType,
  type ValueType,
  valueTypeName,
  withTypeIndex,
} from "../syntax/types.ts";

/** A non-null reference to a heap type that is not known; matches every reference type. */
export const BOTTOM_REFERENCE: ValueType = withTypeIndex(refType(ANY, false), 31);

/** In an abstract reference type, which is never exact, the exact bit says that sharing is not known. */
const EITHER_SHARING = definedHeapType(0, true) ^ definedHeapType(0);

/** An abstract reference type whose sharing is not known. */
export function eitherSharing(type: ValueType): ValueType {
  return type | EITHER_SHARING;
}

/** Whether a type is an abstract reference type whose sharing is not known. */
export function hasEitherSharing(type: ValueType): boolean {
  return isAbstract(type) && (type & EITHER_SHARING) !== 0;
}

/** The shared version of an abstract reference type. */
export function sharedVersion(type: ValueType): ValueType {
  return refType(sharedHeapType(heapTypeOf(type)), isNullable(type));
}

/** Whether an operand of type `actual` is accepted where `expected` is needed. */
export function operandMatches(actual: ValueType, expected: ValueType, types: TypeContext): boolean {
  if (actual === expected || actual === BOTTOM) return true;
  if (actual === BOTTOM_REFERENCE) return isReference(expected);
  if (hasEitherSharing(actual)) {
    const plain = actual & ~EITHER_SHARING;
    if (hasEitherSharing(expected)) return matchValueType(plain, expected & ~EITHER_SHARING, types, types);
    return matchValueType(plain, expected, types, types) ||
      matchValueType(sharedVersion(plain), expected, types, types);
  }
  return matchValueType(actual, expected, types, types);
}

/** The name of an operand's type in messages. */
export function operandTypeName(type: ValueType): string {
  if (type === BOTTOM_REFERENCE) return "(ref <bot>)";
  return valueTypeName(hasEitherSharing(type) ? type & ~EITHER_SHARING : type);
}
