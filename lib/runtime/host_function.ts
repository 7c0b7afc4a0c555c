/**
 * Host functions with a declared WebAssembly signature: functions of the embedding itself (WASI and the like) that are called with
 * the engine's calling convention, with no conversion of arguments or results.
 *
 * @module
 */

import type { ValueType } from "../syntax/types.ts";
import type { Code } from "./function_reference.ts";
import { lookUpWeakly, rememberWeakly } from "./lookup.ts";

/** A signature of numbers, vectors and abstract references. */
export interface HostSignature {
  /** One component or more per parameter; see `Code`. */
  readonly params: readonly ValueType[];
  /** The first component is returned, the others go to the return registers. */
  readonly results: readonly ValueType[];
}

const signatures = new WeakMap<object, HostSignature>();

/**
 * Declares `code` to have this signature, and returns it. Imported where the signature is the same, it is called as it is;
 * anywhere else linking fails. Called by JavaScript it is an ordinary function.
 *
 * The types must name no defined type.
 */
export function declareHostFunction(
  params: readonly ValueType[],
  results: readonly ValueType[],
  code: Code,
): Code {
  rememberWeakly(signatures, code, { params, results });
  return code;
}

/** The signature that `value` was declared with; undefined for all other values. */
export function hostSignatureOf(value: unknown): HostSignature | undefined {
  return typeof value === "function" ? lookUpWeakly(signatures, value) : undefined;
}
