/**
 * Memory accesses that are calls in generated code: the rare cases of float loads and stores.
 *
 * @module
 */

import { f32Bits, f32FromBits } from "../runtime/float_bits.ts";

const { apply } = Reflect;
const prototype = DataView.prototype;
const readFloat32 = prototype.getFloat32;
const readFloat64 = prototype.getFloat64;
const readInt32 = prototype.getInt32;
const writeInt32 = prototype.setInt32;

/** The f32 at `address`. Traps. */
export function getFloat32(view: DataView, address: number): number {
  return apply(readFloat32, view, [address, true]);
}

/** The f64 at `address`. Traps. */
export function getFloat64(view: DataView, address: number): number {
  return apply(readFloat64, view, [address, true]);
}

/** The f32 at `address`, marked when it is a signalling NaN. Traps. */
export function loadF32(view: DataView, address: number): number {
  return f32FromBits(apply(readInt32, view, [address, true]));
}

/** Stores a NaN, signalling when it is marked. Traps. */
export function storeNanF32(view: DataView, address: number, value: number): void {
  apply(writeInt32, view, [address, f32Bits(value), true]);
}
