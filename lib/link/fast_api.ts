/**
 * Fast API functions (INSTANTIATION.md section 5): host functions that carry C signatures, so that it is known what they take and return
 * without a look at a value. An import whose type fits one of the signatures needs no conversions.
 *
 * @module
 */

import type { CSignature, CType } from "../runtime/c_signature.ts";
import type { Callable } from "../runtime/imported_function.ts";
import { lookUpWeakly, rememberWeakly } from "../runtime/lookup.ts";
import { F32, F64, type FunctionType, I32, I64, isReference, type ValueType } from "../syntax/types.ts";
import { boundCallTarget, boundFunctionOf } from "./bound_functions.ts";

export type { CSignature, CType };

/** A C signature for people: `(i32, any) -> f64`. */
export function describeCSignature({ params, result }: CSignature): string {
  return `(${params.join(", ")}) -> ${result}`;
}

/** What a fast API function declares. */
export interface FastFunctionDeclaration {
  /** In order of preference. */
  readonly overloads: readonly CSignature[];
  /** Whether it may be called with any `this`; otherwise only a bound call can be fast. */
  readonly acceptsAnyReceiver: boolean;
  /** Whether a value will do as receiver; all do when absent. */
  readonly receiverCheck?: (receiver: unknown) => boolean;
  /** What the host wants to have at hand with the function. */
  readonly data?: unknown;
}

/** Why an overload does not fit. */
export type FastCallMiss =
  | "too many return values"
  | "signature not supported by the fast API"
  | "too few return values"
  | "mismatching return value"
  | "at least one parameter is needed as the receiver"
  | "the receiver has to be a reference"
  | "mismatched arity"
  | "sequence types are not allowed"
  | "parameter type mismatch"
  | "the receiver is checked";

/** Who the receiver of a call is. */
export type ReceiverKind = "any" | "first parameter";

/** The outcome of the fit: the first overload that fits, or what is against each one. */
export type FastCallFit =
  | { readonly overload: number }
  | { readonly overload: null; readonly reasons: readonly FastCallMiss[] };

const declarations = new WeakMap<object, FastFunctionDeclaration>();

/**
 * Declares `fn` to have C signatures, and returns it. What it says is not checked: the function must take and return what its signatures
 * promise, as int32 numbers, numbers, booleans, bigints or references.
 */
export function declareFastFunction<F extends Callable>(fn: F, declaration: FastFunctionDeclaration): F {
  rememberWeakly(declarations, fn, declaration);
  return fn;
}

/** What `value` was declared with; undefined for every other value. */
export function fastFunctionOf(value: unknown): FastFunctionDeclaration | undefined {
  return typeof value === "function" ? lookUpWeakly(declarations, value) : undefined;
}

/** An import that is a fast API function. */
export interface FastImport {
  /** The function with the declaration. */
  readonly target: Callable;
  /** What the function declares. */
  readonly declaration: FastFunctionDeclaration;
  /** `any`: calling the import itself calls the target with the right receiver; otherwise its first argument is the receiver. */
  readonly receiver: ReceiverKind;
  /** Which overload it is, or why none. */
  readonly fit: FastCallFit;
}

/**
 * What `value` is to the fast API when imported as `type`: null when it is no fast API function, neither itself nor bound (once, without
 * arguments, and known to be: see `bound_functions.ts`).
 */
export function fastImportOf(value: unknown, type: FunctionType): FastImport | null {
  const called = boundCallTarget(value);
  const bound = called === null ? boundFunctionOf(value) : undefined;
  if (bound !== undefined && (bound.argumentCount > 0 || boundFunctionOf(bound.target) !== undefined)) {
    return null;
  }
  const target = called ?? bound?.target ?? value as Callable;
  const declaration = fastFunctionOf(target);
  if (declaration === undefined) return null;
  const { overloads, acceptsAnyReceiver } = declaration;
  if (called !== null) {
    return {
      target,
      declaration,
      receiver: "first parameter",
      fit: fitOverload(type, overloads, "first parameter"),
    };
  }
  const fit: FastCallFit = acceptsAnyReceiver
    ? fitOverload(type, overloads.slice(0, 1), "any")
    : { overload: null, reasons: ["the receiver is checked"] };
  return { target, declaration, receiver: "any", fit };
}

/** The first of `overloads` that fits a wasm signature, or for each the reason why it does not. */
export function fitOverload(
  type: FunctionType,
  overloads: readonly CSignature[],
  receiver: ReceiverKind,
): FastCallFit {
  if (type.results.length > 1) return { overload: null, reasons: ["too many return values"] };
  const reasons: FastCallMiss[] = [];
  for (const [overload, signature] of overloads.entries()) {
    const miss = missOf(type, signature, receiver);
    if (miss === null) return { overload };
    reasons.push(miss);
  }
  return { overload: null, reasons };
}

function missOf(
  { params, results }: FunctionType,
  signature: CSignature,
  receiver: ReceiverKind,
): FastCallMiss | null {
  const { params: cParams, result, int64 } = signature;
  if (result === "unsupported" || cParams.includes("unsupported") || cParams.includes("void")) {
    return "signature not supported by the fast API";
  }
  if (results.length === 0 && result !== "void") return "too few return values";
  if (results.length === 1) {
    if (result === "void") return "too many return values";
    if (!agrees(result, results[0], int64)) return "mismatching return value";
  }
  const first = receiver === "first parameter" ? 1 : 0;
  if (params.length < first) return "at least one parameter is needed as the receiver";
  if (first > 0 && !isReference(params[0])) return "the receiver has to be a reference";
  if (params.length - first !== cParams.length) return "mismatched arity";
  for (const [i, cType] of cParams.entries()) {
    if (cType === "sequence") return "sequence types are not allowed";
    if (!agrees(cType, params[i + first], int64)) return "parameter type mismatch";
  }
  return null;
}

/** Whether a C type and a wasm type are the same to the machine. */
function agrees(cType: CType, type: ValueType, int64: CSignature["int64"]): boolean {
  switch (cType) {
    case "bool":
    case "i32":
    case "u32":
      return type === I32;
    case "i64":
    case "u64":
      return int64 === "bigint" ? type === I64 : type === I32 || type === F32 || type === F64;
    case "f32":
      return type === F32;
    case "f64":
      return type === F64;
    case "any":
      return isReference(type);
    // A byte is no wasm type, and the others have no machine representation of their own.
    case "u8":
    case "void":
    case "sequence":
    case "one-byte string":
    case "unsupported":
      return false;
  }
}
