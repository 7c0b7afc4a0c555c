/**
 * Memory accesses that are calls in generated code: the rare cases of float loads and stores.
 *
 * @module
 */

import { f32Bits, f32FromBits, f64Bits, SCRATCH_I32 } from "../runtime/float_bits.ts";
import type { AccessView } from "../runtime/retrying_view.ts";

/** The f32 at `address`. Traps. */
export function getFloat32(view: AccessView, address: number): number {
  return view.getFloat32(address, true);
}

/** The f64 at `address`. Traps. */
export function getFloat64(view: AccessView, address: number): number {
  return view.getFloat64(address, true);
}

/** The f32 at `address`, marked when it is a signalling NaN. Traps. */
export function loadF32(view: AccessView, address: number): number {
  return f32FromBits(view.getInt32(address, true));
}

/** Stores a NaN, signalling when it is marked. Traps. */
export function storeNanF32(view: AccessView, address: number, value: number): void {
  view.setInt32(address, f32Bits(value), true);
}

/** Stores a NaN, bit for bit. Traps. The high half first: it is the one out of bounds when only one is. */
export function storeNanF64(view: AccessView, address: number, value: number): void {
  const low = f64Bits(value);
  view.setInt32(address + 4, SCRATCH_I32[1], true);
  view.setInt32(address, low, true);
}
