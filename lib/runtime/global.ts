/**
 * Globals (specification 4.2.10 "Global Instances"): a slot in somebody's storage, so that an imported mutable global is the
 * exporter's buffer and offset, and as fast as an own one.
 *
 * @module
 */

import type { TypeContext } from "../syntax/canonical_types.ts";
import type { GlobalType } from "../syntax/types.ts";

/** Storage for untagged globals: slots of 8 bytes, 16 for a v128, seen through the views generated code uses. */
export class UntaggedStorage {
  readonly buffer: ArrayBuffer | SharedArrayBuffer;
  /** i32: its slot's first int32; i64: low, high; v128: four. Index: slot * 2. */
  readonly i32: Int32Array;
  /** f32 (kept as the engine's f32 number) and f64. Index: slot. */
  readonly f64: Float64Array;

  constructor(buffer: ArrayBuffer | SharedArrayBuffer) {
    this.buffer = buffer;
    this.i32 = new Int32Array(buffer);
    this.f64 = new Float64Array(buffer);
  }
}

/** A global: its type and the slot that holds its value. */
export class Global {
  readonly type: GlobalType;
  readonly types: TypeContext;
  /** For numbers and vectors, else null. */
  readonly untagged: UntaggedStorage | null;
  /** For references, else null. */
  readonly tagged: unknown[] | null;
  /** Index of the 8-byte slot, or of the array element. */
  readonly slot: number;
  /** The `WebAssembly.Global`, once there is one. */
  external: object | null = null;

  constructor(
    type: GlobalType,
    types: TypeContext,
    storage: UntaggedStorage | unknown[],
    slot: number,
  ) {
    this.type = type;
    this.types = types;
    this.untagged = storage instanceof UntaggedStorage ? storage : null;
    this.tagged = storage instanceof UntaggedStorage ? null : storage;
    this.slot = slot;
  }
}
