/**
 * C signatures of host functions (INSTANTIATION.md section 5): what they take and return, known without a look at a value.
 *
 * @module
 */

import type { Callable } from "./imported_function.ts";

/**
 * A type of the C side. `any` is a JavaScript value handed through as it is, pointers of the host's own kind included; `sequence` an
 * array or typed array; `unsupported` whatever the fast API has no way to pass.
 */
export type CType =
  | "void"
  | "bool"
  | "u8"
  | "i32"
  | "u32"
  | "i64"
  | "u64"
  | "f32"
  | "f64"
  | "any"
  | "sequence"
  | "one-byte string"
  | "unsupported";

/** A C signature, without the receiver. */
export interface CSignature {
  /** The parameters' types. */
  readonly params: readonly CType[];
  /** Never a sequence or a string. */
  readonly result: CType;
  /** How 64-bit integers appear in JavaScript. */
  readonly int64: "bigint" | "number";
}

/** How an import that fits a C signature is called. */
export interface FastCall {
  /** The overload that fits. */
  readonly signature: CSignature;
  /** `any`: calling the import calls the function with the right receiver; otherwise its first argument is the receiver. */
  readonly receiver: "any" | "first parameter";
  /** Whether a receiver that is the first parameter will do; all do when null. */
  readonly receiverCheck: ((receiver: unknown) => boolean) | null;
  /** The function itself, without what binds it. */
  readonly target: Callable;
}
