/**
 * How large memories may be (JS API, "Limits", and what V8 allocates).
 *
 * @module
 */

import type { MemoryType } from "../syntax/types.ts";

/** Bytes of an ordinary page. */
export const PAGE_SIZE = 65536;
/** Most pages of 64 KiB that a memory with 32-bit addresses has. */
export const MAXIMUM_PAGES_32 = 65536;
/** Most pages of 64 KiB that are allocated for a memory with 64-bit addresses; more may be declared. */
export const MAXIMUM_PAGES_64 = 262144;

/** The largest size in bytes that a memory of `type` can reach: its declared maximum, within the limits above. */
export function maximumByteLength({ addressType, limits, pageSizeLog2 }: MemoryType): number {
  const limit = addressType === "i64" ? MAXIMUM_PAGES_64 * PAGE_SIZE : MAXIMUM_PAGES_32 * PAGE_SIZE;
  // With pages of one byte `memory.size` has to fit an i32.
  const allocatable = addressType === "i32" && pageSizeLog2 === 0 ? limit - 1 : limit;
  return limits.maximum === null
    ? allocatable
    : Math.min(allocatable, Number(limits.maximum) * 2 ** pageSizeLog2);
}
