/**
 * The checks of indirect calls (specification 4.6.7.13), and of calls through references that can be null.
 *
 * @module
 */

import type { CanonicalType } from "../syntax/canonical_types.ts";
import type { Code, FunctionReference } from "./function_reference.ts";
import { trap } from "./traps.ts";

/**
 * The code of `element`, found at some index of a table, to be called as a function of type `expected`. Traps when there is
 * no such element (undefined), it is null, or its type is not below the expected one.
 */
export function resolveIndirect(
  element: FunctionReference | null | undefined,
  expected: CanonicalType,
): Code {
  return resolveTarget(element, expected).prepared();
}

/** The same for tail calls, which need to know more of the function: the element itself, which has code then. */
export function resolveTarget(
  element: FunctionReference | null | undefined,
  expected: CanonicalType,
): FunctionReference {
  checkTarget(element, expected).prepared();
  return element!;
}

/** The suspendable code of `element`, which is a function of type `expected` or else the call traps. */
export function suspendableIndirect(
  element: FunctionReference | null | undefined,
  expected: CanonicalType,
): Code {
  return checkTarget(element, expected).suspendable();
}

/** The suspendable code of a function; traps when the reference is null. */
export function suspendableReference(reference: FunctionReference | null): Code {
  return (reference ?? trap("nullDereference")).suspendable();
}

/** The checks of an indirect call. */
export function checkTarget(
  element: FunctionReference | null | undefined,
  expected: CanonicalType,
): FunctionReference {
  if (element === undefined) return trap("tableOutOfBounds");
  if (element === null || !element.type.isSubtypeOf(expected)) return trap("functionSignatureMismatch");
  return element;
}
