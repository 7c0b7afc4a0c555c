/**
 * Function references: what a funcref is inside the engine (V8's WasmFuncRef). One per function and
 * instance, made on demand; an imported wasm function is represented by its original's reference.
 *
 * @module
 */

import type { CanonicalType } from "../syntax/canonical_types.ts";
import type { FunctionIndex } from "../syntax/types.ts";

/**
 * Compiled code: a JavaScript function with the engine's calling convention. Parameters are flattened (i64: low and
 * high int32; v128: four int32s), the first component of the results is returned, the rest is left in the return
 * registers. References are passed as the engine holds them (a funcref is a {@linkcode FunctionReference}).
 */
// deno-lint-ignore no-explicit-any
export type Code = (...components: any[]) => any;

/** Who makes a function's code when it is first called. */
export interface CodeSource {
  /** Sets `reference.code` and `reference.signatureId`, for this function and perhaps for others with it. */
  prepare(reference: FunctionReference): void;
}

/** A function as wasm code holds it. */
export class FunctionReference {
  /**
   * The canonical type's id once `code` is there, -1 before: so the signature check of an indirect call also finds
   * functions that have no code yet.
   */
  signatureId: number = -1;
  /** Null until {@linkcode FunctionReference.prepared}. */
  code: Code | null = null;
  readonly type: CanonicalType;
  /** The instance data that owns the function (or imports it from the host); null for a host function without instance. */
  readonly instance: CodeSource | null;
  /** The function's index in that instance; -1 without instance. */
  readonly index: FunctionIndex;
  /** The JavaScript function object, made when somebody first looks; see `lib/js_api/exported_function.ts`. */
  external: object | null = null;

  constructor(type: CanonicalType, instance: CodeSource | null, index: FunctionIndex) {
    this.type = type;
    this.instance = instance;
    this.index = index;
  }

  /** The function's code, made now if need be. */
  prepared(): Code {
    if (this.code === null) this.instance!.prepare(this);
    return this.code!;
  }
}
