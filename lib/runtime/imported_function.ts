/**
 * Imported functions after resolution: what kind of call each one is (V8's ImportCallKind). Resolution happens in
 * `lib/link/`; generated code contains just what the kind needs.
 *
 * @module
 */

import type { FunctionReference } from "./function_reference.ts";

/** A JavaScript callable as the engine calls it: receiver undefined. */
// deno-lint-ignore no-explicit-any
export type Callable = (...args: any[]) => unknown;

/** How an imported function is called (INSTANTIATION.md section 3, in the order of its checks). */
export type ImportCallKind =
  | "compile-time builtin"
  | "wasm-to-wasm"
  | "wasm-to-host"
  | "runtime type error"
  | "fast API"
  | "well-known import"
  | "math intrinsic"
  | "arity match"
  | "arity mismatch"
  | "generic call";

/** A resolved function import. */
export interface ImportedFunction {
  readonly kind: ImportCallKind;
  /**
   * What a funcref to this import is: the original's reference for a wasm function ("wasm-to-wasm": call its code), an own
   * one, whose code is the import wrapper, otherwise.
   */
  readonly reference: FunctionReference;
  /** What JavaScript is called; null for "wasm-to-wasm". */
  readonly callable: Callable | null;
  /** Formal parameter count of the callable, for the arity kinds. */
  readonly expectedArity: number;
  /** Whether the import came wrapped in `WebAssembly.Suspending`. */
  readonly suspending: boolean;
  /** Name of the intrinsic or builtin, for the kinds that have one. */
  readonly intrinsic: string | null;
}
