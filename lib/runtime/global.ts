/**
 * Globals (specification 4.2.10 "Global Instances"): a slot in somebody's storage, so that an imported mutable global is the
 * exporter's buffer and offset, and as fast as an own one.
 *
 * @module
 */

import { NO_TYPES, type TypeContext } from "../syntax/canonical_types.ts";
import { F32, F64, type GlobalType, I32, I64, isReference, V128, type ValueType } from "../syntax/types.ts";
import type { Value } from "./values.ts";

/** Storage for untagged globals: slots of 8 bytes, 16 for a v128, seen through the views generated code uses. */
export class UntaggedStorage {
  /** Shared for the shared part of an instance. */
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

/** Slots a global of `type` takes in untagged storage; 0 for a reference. */
export function untaggedSlots(type: ValueType): number {
  if (isReference(type)) return 0;
  return type === V128 ? 2 : 1;
}

/** A global: its type and the slot that holds its value. */
export class Global {
  readonly type: GlobalType;
  /** What the type's indices refer to. */
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

  /** A global with storage of its own, holding `value` (boxed). */
  static create(type: GlobalType, value: Value, types: TypeContext = NO_TYPES): Global {
    const slots = untaggedSlots(type.value);
    const global = new Global(
      type,
      types,
      slots === 0 ? [null] : new UntaggedStorage(new ArrayBuffer(slots * 8)),
      0,
    );
    global.set(value);
    return global;
  }

  /** The value, boxed. */
  get(): Value {
    const { untagged, slot } = this;
    if (untagged === null) return this.tagged![slot];
    switch (this.type.value) {
      case I32:
        return untagged.i32[slot * 2];
      case I64:
        return BigInt(untagged.i32[slot * 2 + 1]) << 32n | BigInt(untagged.i32[slot * 2] >>> 0);
      case V128:
        return new Uint8Array(untagged.buffer, slot * 8, 16).slice();
      default:
        return untagged.f64[slot];
    }
  }

  /** Stores a boxed value of the global's type, whatever its mutability. */
  set(value: Value): void {
    const { untagged, slot } = this;
    if (untagged === null) {
      this.tagged![slot] = value;
      return;
    }
    switch (this.type.value) {
      case I32:
        untagged.i32[slot * 2] = value as number;
        break;
      case I64:
        untagged.i32[slot * 2] = Number(BigInt.asIntN(32, value as bigint));
        untagged.i32[slot * 2 + 1] = Number(BigInt.asIntN(32, (value as bigint) >> 32n));
        break;
      case V128:
        new Uint8Array(untagged.buffer, slot * 8, 16).set(value as Uint8Array);
        break;
      case F32:
      case F64:
        untagged.f64[slot] = value as number;
        break;
      default:
        throw new TypeError("not a global's type");
    }
  }
}
