/**
 * Imported functions after resolution: what kind of call each one is (V8's ImportCallKind). Resolution happens in
 * `lib/link/`; generated code contains just what the kind needs.
 *
 * @module
 */

import type { FastCall } from "./c_signature.ts";
import type { Code, FunctionReference } from "./function_reference.ts";

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

/** What is known of an import that has a nature of its own. */
export interface Intrinsic {
  /** `wasm:js-string length`, `Math.sin`, `DataView.prototype.getInt32`; of a fast API function the C signature. */
  readonly name: string;
  /** Its code, for the kinds that have one independent of the callable. It throws what wasm code is to see. */
  readonly code: Code | null;
  /** Of a fast API function. */
  readonly fastCall: FastCall | null;
}

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
  /** Of compile-time builtins, fast API functions, well-known imports and math intrinsics. */
  readonly intrinsic: Intrinsic | null;
}
