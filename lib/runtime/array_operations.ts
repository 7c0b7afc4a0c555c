/**
 * What generated code calls for array instructions that are more than one access (specification 4.6.8 "Aggregate
 * Instructions"). The array may be null, which traps first; then ranges are checked as a whole, before anything is
 * written. Indices, offsets and counts are int32s, read unsigned; values are components.
 *
 * @module
 */

import { F32, F64, I16, I8 } from "../syntax/types.ts";
import {
  arrayClass,
  type Elements,
  isList,
  keepSignalling,
  type ListElements,
  type NumberElements,
  type WasmArray,
} from "./array_class.ts";
import type { CanonicalType } from "../syntax/canonical_types.ts";
import { f32FromBits, f64FromBits, KEEPS_NAN_BITS } from "./float_bits.ts";
import type { InstanceData } from "./instance_data.ts";
import { trap } from "./traps.ts";

const { apply } = Reflect;
const TypedArray = Object.getPrototypeOf(Int8Array.prototype);
const { set: typedSet, subarray } = TypedArray;
// Not through a list of arguments: V8 makes NaNs in a list of numbers quiet.
const typedFill: (elements: NumberElements, value: unknown, start: number, end: number) => void = Function
  .prototype.call.bind(TypedArray.fill);

/** Components, whatever holds them. */
type Components = { [index: number]: unknown };

/** Traps unless `count` elements from `start` are in the array. */
function checkRange(array: WasmArray | null, start: number, count: number): asserts array is WasmArray {
  if (array === null) trap("nullDereference");
  if (start + count > array.length >>> array.$widthLog2) trap("arrayOutOfBounds");
}

/** `array.set` of an f64 NaN. Traps. */
export function arraySetNan(array: WasmArray, index: number, value: number): void {
  if (index >>> 0 >= array.length) trap("arrayOutOfBounds");
  keepSignalling(array, value);
  (array as Components)[index] = value;
}

/** `array.fill` with a value of one component. Traps. */
export function arrayFill(array: WasmArray | null, start: number, value: unknown, count: number): void {
  start >>>= 0;
  count >>>= 0;
  checkRange(array, start, count);
  if (value !== value && array.$storage.storage === F64) keepSignalling(array, value as number);
  const { elements } = array;
  if (!isList(elements)) typedFill(elements, value, start, start + count);
  else for (let i = 0; i < count; i++) elements[start + i] = value;
}

/** `array.fill` with a value of several components, all int32s. Traps. */
export function arrayFillWide(
  array: WasmArray | null,
  start: number,
  components: readonly number[],
  count: number,
): void {
  start >>>= 0;
  count >>>= 0;
  checkRange(array, start, count);
  const width = components.length;
  for (let at = start * width; at < (start + count) * width; at += width) {
    for (let i = 0; i < width; i++) (array as Components)[at + i] = components[i];
  }
}

/** `array.copy`; the ranges may overlap. Traps. */
export function arrayCopy(
  target: WasmArray | null,
  start: number,
  source: WasmArray | null,
  sourceStart: number,
  count: number,
): void {
  start >>>= 0;
  sourceStart >>>= 0;
  count >>>= 0;
  checkRange(target, start, count);
  checkRange(source, sourceStart, count);
  const { width } = target.$storage;
  copyElements(target, start * width, source.elements, sourceStart * width, count * width);
}

function copyElements(
  target: WasmArray,
  start: number,
  from: Elements,
  sourceStart: number,
  count: number,
): void {
  const to = target.elements;
  if (isList(to)) {
    if (KEEPS_NAN_BITS && target.$storage.storage === F64) {
      for (let i = 0; i < count; i++) {
        const value = from[sourceStart + i] as number;
        if (value !== value) keepSignalling(to, value);
      }
    }
    if (isList(from)) copyList(to, start, from, sourceStart, count);
    else for (let i = 0; i < count; i++) to[start + i] = from[sourceStart + i];
  } else if (isList(from)) {
    for (let i = 0; i < count; i++) to[start + i] = from[sourceStart + i] as number;
  } else {
    apply(typedSet, to, [apply(subarray, from, [sourceStart, sourceStart + count]), start]);
  }
}

function copyList(
  to: ListElements,
  start: number,
  from: ListElements,
  sourceStart: number,
  count: number,
): void {
  if (start <= sourceStart) {
    for (let i = 0; i < count; i++) to[start + i] = from[sourceStart + i];
  } else {
    for (let i = count - 1; i >= 0; i--) to[start + i] = from[sourceStart + i];
  }
}

/** Reads `count` elements out of a data segment, from its byte `start` on, into `array` from element `index` on. */
function readElements(
  array: WasmArray,
  index: number,
  instance: InstanceData,
  segment: number,
  start: number,
  count: number,
): void {
  const { storage, width, bytes: size } = array.$storage;
  const { content: { bytes, start: first } } = instance.module.record.data[segment];
  const to = array as Components;
  let at = index * width;
  const from = first + start, end = from + count * size;
  if (storage === I8) {
    for (let i = from; i < end; i++) to[at++] = bytes[i] << 24 >> 24;
  } else if (storage === I16) {
    for (let i = from; i < end; i += 2) to[at++] = bytes[i] | bytes[i + 1] << 24 >> 16;
  } else if (storage === F32) {
    for (let i = from; i < end; i += 4) to[at++] = f32FromBits(wordAt(bytes, i));
  } else if (storage === F64) {
    for (let i = from; i < end; i += 8) {
      const value = f64FromBits(wordAt(bytes, i), wordAt(bytes, i + 4));
      if (value !== value) keepSignalling(array, value);
      to[at++] = value;
    }
  } else {
    for (let i = from; i < end; i += 4) to[at++] = wordAt(bytes, i);
  }
}

function wordAt(bytes: Uint8Array, i: number): number {
  return bytes[i] | bytes[i + 1] << 8 | bytes[i + 2] << 16 | bytes[i + 3] << 24;
}

/** Traps when data segment `segment` has not `count` bytes from `start` on. */
function checkSegment(instance: InstanceData, segment: number, start: number, count: number): void {
  const { shared, content } = instance.module.record.data[segment];
  const length = instance.part(shared).droppedData[segment] !== 0 ? 0 : content.end - content.start;
  if (start + count > length) trap("dataSegmentOutOfBounds");
}

/** `array.new_data`. Traps. */
export function arrayNewData(
  type: CanonicalType,
  instance: InstanceData,
  segment: number,
  start: number,
  count: number,
): WasmArray {
  start >>>= 0;
  count >>>= 0;
  const made = arrayClass(type);
  checkSegment(instance, segment, start, count * made.storage.bytes);
  const array = made.empty(count);
  readElements(array, 0, instance, segment, start, count);
  return array;
}

/** `array.init_data`. Traps. */
export function arrayInitData(
  array: WasmArray | null,
  instance: InstanceData,
  segment: number,
  index: number,
  start: number,
  count: number,
): void {
  index >>>= 0;
  start >>>= 0;
  count >>>= 0;
  checkRange(array, index, count);
  checkSegment(instance, segment, start, count * array.$storage.bytes);
  readElements(array, index, instance, segment, start, count);
}

/** `array.new_elem`. Traps. */
export function arrayNewElem(
  type: CanonicalType,
  instance: InstanceData,
  segment: number,
  start: number,
  count: number,
): WasmArray {
  const references = segmentReferences(instance, segment, start >>> 0, count >>> 0);
  const array = arrayClass(type).empty(count >>> 0);
  writeReferences(array, 0, references, start >>> 0, count >>> 0);
  return array;
}

/** `array.init_elem`. Traps. */
export function arrayInitElem(
  array: WasmArray | null,
  instance: InstanceData,
  segment: number,
  index: number,
  start: number,
  count: number,
): void {
  // The array's range first, as the specification says; V8 looks at the segment's first.
  checkRange(array, index >>> 0, count >>> 0);
  const references = segmentReferences(instance, segment, start >>> 0, count >>> 0);
  writeReferences(array, index >>> 0, references, start >>> 0, count >>> 0);
}

function segmentReferences(
  instance: InstanceData,
  segment: number,
  start: number,
  count: number,
): readonly unknown[] {
  const references = instance.elementSegment(segment);
  if (start + count > references.length) trap("elementSegmentOutOfBounds");
  return references;
}

function writeReferences(
  array: WasmArray,
  index: number,
  references: readonly unknown[],
  start: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) (array as Components)[index + i] = references[start + i];
}
