/**
 * Calls through tables and references whose usual target a profile knows.
 *
 * @module
 */

import type { CanonicalType } from "../syntax/canonical_types.ts";
import type { Expression } from "./expression.ts";
import type { FunctionCompiler } from "./function_compiler.ts";

/** A call of a function that is found when it is made. */
export interface FoundCall {
  /** Where its instruction stands in the module. */
  readonly offset: number;
  /** The type that the function has to have. */
  readonly expected: CanonicalType;
  /** Finds the reference to the function. */
  readonly lookup: string;
  /** The reference, once it is found. */
  readonly target: string;
  /** The code that is called, given what finds the reference or is it. */
  readonly code: (reference: string) => string;
  readonly args: readonly Expression[];
}

/** The text of a call. When the usual target is known, it is called in a version of its own, so that the host inlines it. */
export function foundCallText(f: FunctionCompiler, call: FoundCall): string {
  const { offset, expected, lookup, target, code, args } = call;
  const { scope } = f;
  const list = args.map(({ text }) => text).join(",");
  const callee = (reference: string) => scope.seen(offset, code(reference), target);
  const usual = scope.usualTarget(offset);
  // Arguments are written twice: short ones only. The profile may be that of another module.
  const isUseful = usual !== null && args.every(({ simple }) => simple) &&
    scope.module.types[scope.module.record.functions[usual].type].isSubtypeOf(expected);
  if (!isUseful) return `${callee(lookup)}(${list})`;
  if (usual === f.index) f.callsItself = true;
  const direct = usual === f.index ? f.selfCallee : scope.callee(usual);
  return `((${lookup})===${scope.functionReference(usual).text}?${direct}(${list}):${
    callee(target)
  }(${list}))`;
}
