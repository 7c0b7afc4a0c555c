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

import { partOf } from "./access_view.ts";
import type { InstanceData } from "./instance_data.ts";
import type { Memory } from "./memory.ts";
import type { AccessView } from "./retrying_view.ts";
import type { Table } from "./table.ts";
import { trap } from "./traps.ts";

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
  memory.views.bytes.fill(value & 255, start, start + count);
}

/** Up to this many bytes V8 copies faster by accesses than by a call of `copyWithin`. */
const SHORT = 64;

/** Copies bytes in bounds, from the first to the last. */
function copyShort(data: AccessView, start: number, sourceStart: number, count: number): void {
  const end = start + count;
  const toSource = sourceStart - start;
  let to = start;
  for (; to <= end - 8; to += 8) {
    const high = data.getInt32(to + toSource + 4, true);
    data.setInt32(to, data.getInt32(to + toSource, true), true);
    data.setInt32(to + 4, high, true);
  }
  for (; to < end; to++) data.setInt8(to, data.getInt8(to + toSource));
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
  const { views } = target;
  if (target === source) {
    if (count <= SHORT && (start <= sourceStart || start >= sourceStart + count)) {
      copyShort(views.data, start, sourceStart, count);
    } else {
      views.bytes.copyWithin(start, sourceStart, sourceStart + count);
    }
  } else {
    views.bytes.set(source.views.bytes.subarray(sourceStart, sourceStart + count), start);
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
  memory.views.bytes.set(partOf(content.bytes, content.start + segmentStart, count), start);
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
  const owner = instance.part(instance.module.record.elements.at(segment)!.shared);
  owner.droppedElements[segment] = 1;
  owner.elementSegments[segment] = null;
}
