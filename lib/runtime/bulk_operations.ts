/**
 * What generated code calls for memory and table instructions that are more than one access (specification 4.6.15
 * to 4.6.17). `memory.grow` is `memory.grow(delta)`, and `table.get`, `set`, `grow`, `fill` and `copy` are the methods of that
 * name of {@linkcode Table}, `table.size` its `elements.length`; the rest is here.
 *
 * Addresses, indices, lengths and deltas are non-negative numbers: `x >>> 0` for an i32, {@linkcode unsigned64} for the two
 * halves of an i64. Past 2^53 they may be rounded, which only happens far out of bounds. Ranges are checked as a whole before
 * anything is written; a shared memory that another thread has grown is looked at again before the trap.
 *
 * @module
 */

import type { InstanceData } from "./instance_data.ts";
import type { Memory } from "./memory.ts";
import type { Table } from "./table.ts";
import { trap } from "./traps.ts";

const { apply } = Reflect;
const TypedArray = Object.getPrototypeOf(Uint8Array.prototype);
const { copyWithin, fill, set, subarray } = TypedArray;

/** An unsigned 64-bit address or length as a number, from its low and high int32. */
export function unsigned64(low: number, high: number): number {
  return (high >>> 0) * 0x1_0000_0000 + (low >>> 0);
}

/** Whether `memory` now has at least `end` bytes. */
function reaches(memory: Memory, end: number): boolean {
  if (end <= memory.views.byteLength) return true;
  return memory.refresh() && end <= memory.views.byteLength;
}

/** `memory.fill`: `count` bytes from `start` become the low byte of `value`. Traps out of bounds. */
export function memoryFill(memory: Memory, start: number, value: number, count: number): void {
  if (!reaches(memory, start + count)) trap("memoryOutOfBounds");
  apply(fill, memory.views.u8, [value & 255, start, start + count]);
}

/** `memory.copy` within a memory or between two; the ranges may overlap. Traps out of bounds. */
export function memoryCopy(
  target: Memory,
  start: number,
  source: Memory,
  sourceStart: number,
  count: number,
): void {
  if (!reaches(target, start + count) || !reaches(source, sourceStart + count)) trap("memoryOutOfBounds");
  if (target === source) {
    apply(copyWithin, target.views.u8, [start, sourceStart, sourceStart + count]);
  } else {
    const bytes = apply(subarray, source.views.u8, [sourceStart, sourceStart + count]);
    apply(set, target.views.u8, [bytes, start]);
  }
}

/** `memory.init` from data segment `segment` of `instance`. Traps when either range is out of bounds. */
export function memoryInit(
  instance: InstanceData,
  memory: Memory,
  start: number,
  segment: number,
  segmentStart: number,
  count: number,
): void {
  const { shared, content } = instance.module.record.data[segment];
  const length = instance.part(shared).droppedData[segment] !== 0 ? 0 : content.end - content.start;
  if (!(segmentStart + count <= length) || !reaches(memory, start + count)) trap("memoryOutOfBounds");
  const from = content.start + segmentStart;
  apply(set, memory.views.u8, [apply(subarray, content.bytes, [from, from + count]), start]);
}

/** `data.drop`. */
export function dataDrop(instance: InstanceData, segment: number): void {
  instance.part(instance.module.record.data[segment].shared).droppedData[segment] = 1;
}

/** `table.init` from element segment `segment` of `instance`. Traps when either range is out of bounds. */
export function tableInit(
  instance: InstanceData,
  table: Table,
  start: number,
  segment: number,
  segmentStart: number,
  count: number,
): void {
  table.init(start, instance.elementSegment(segment), segmentStart, count);
}

/** `elem.drop`; the references the segment holds may be collected. */
export function elementDrop(instance: InstanceData, segment: number): void {
  const owner = instance.part(instance.module.record.elements[segment].shared);
  owner.droppedElements[segment] = 1;
  owner.elementSegments[segment] = null;
}
