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

/** The bytes of a data segment, `count` from `start`. Traps when it has not as many. */
function segmentBytes(instance: InstanceData, segment: number, start: number, count: number): Uint8Array {
  const { shared, content } = instance.module.record.data[segment];
  const length = instance.part(shared).droppedData[segment] !== 0 ? 0 : content.end - content.start;
  if (start + count > length) trap("dataSegmentOutOfBounds");
  return apply(subarray, content.bytes, [content.start + start, content.start + start + count]);
}

/** Reads elements, one after the other, into the array from element `start` on. */
function readElements(array: WasmArray, start: number, bytes: Uint8Array): void {
  const { storage, width } = array.$storage;
  const to = array as Components;
  let at = start * width;
  if (storage === I8) {
    for (let i = 0; i < bytes.length; i++) to[at++] = bytes[i] << 24 >> 24;
    return;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (storage === I16) {
    for (let i = 0; i < bytes.length; i += 2) to[at++] = view.getInt16(i, true);
  } else if (storage === F32) {
    for (let i = 0; i < bytes.length; i += 4) to[at++] = f32FromBits(view.getInt32(i, true));
  } else if (storage === F64) {
    for (let i = 0; i < bytes.length; i += 8) {
      const value = f64FromBits(view.getInt32(i, true), view.getInt32(i + 4, true));
      if (value !== value) keepSignalling(array, value);
      to[at++] = value;
    }
  } else {
    for (let i = 0; i < bytes.length; i += 4) to[at++] = view.getInt32(i, true);
  }
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
  const content = segmentBytes(instance, segment, start, count * made.storage.bytes);
  const array = made.empty(count);
  readElements(array, 0, content);
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
  readElements(array, index, segmentBytes(instance, segment, start, count * array.$storage.bytes));
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
