/**
 * What generated code calls for instructions on strings (stringref proposal, with the instructions that V8 adds). A string is a
 * JavaScript string, or null where its type admits that, which traps here. Addresses are non-negative numbers, as in
 * `bulk_operations.ts`; counts, indices and code points are int32s, read unsigned. Ranges are checked before strings are looked
 * at, and alignment comes after bounds. A variant is UTF-8, which has no isolated surrogates; lossy UTF-8, which has U+FFFD for what
 * is no character; or WTF-8.
 *
 * @module
 */

import { decodeUtf8 } from "../binary/utf8.ts";
import { decodeWtf8, encodeLossyUtf8, encodeWtf8, hasOnlyPairs, wtf8Length } from "../binary/wtf8.ts";
import { RuntimeError } from "../syntax/errors.ts";
import { isList, type WasmArray } from "./array_class.ts";
import type { Memory } from "./memory.ts";
import { trap } from "./traps.ts";

const { apply } = Reflect;
const { call } = Function.prototype;
const { fromCharCode, fromCodePoint } = String;
const Bytes = Uint8Array;
const Units = Uint16Array;
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const decodeLossyUtf8 = decoder.decode.bind(decoder) as (bytes: Uint8Array) => string;
const TypedArray = Object.getPrototypeOf(Uint8Array.prototype);
const copyOf: <View>(view: View, start: number, end: number) => View = call.bind(TypedArray.slice);
const partOf: <View>(view: View, start: number, end: number) => View = call.bind(TypedArray.subarray);
const setBytes: (view: Uint8Array, source: Uint8Array, start: number) => void = call.bind(TypedArray.set);
const charCodeAt: (string: string, index: number) => number = call.bind(String.prototype.charCodeAt);

/** Number of arguments that `String.fromCharCode` is given at most. */
const CHUNK = 4096;

/** Traps unless the memory has bytes up to `end`; another thread may have grown it. */
function checkMemory(memory: Memory, end: number): void {
  if (end > memory.views.byteLength && !(memory.refresh() && end <= memory.views.byteLength)) {
    trap("memoryOutOfBounds");
  }
}

/** `string`, no longer null. Traps. */
function nonNull(string: string | null): string {
  return string ?? trap("nullDereference");
}

// Strings from memory and arrays

/** The string of bytes that nobody else has. */
type Decode<Result extends string | null> = (bytes: Uint8Array) => Result;

const strictUtf8: Decode<string> = (bytes) => decodeUtf8(bytes, 0, bytes.length) ?? trap("invalidUtf8");
const utf8OrNull: Decode<string | null> = (bytes) => decodeUtf8(bytes, 0, bytes.length);
const wtf8: Decode<string> = (bytes) => decodeWtf8(bytes, 0, bytes.length) ?? trap("invalidWtf8");

/** The string of the bytes in memory. Traps. */
type FromMemory<Result extends string | null> = (memory: Memory, address: number, count: number) => Result;

function fromMemory<Result extends string | null>(decode: Decode<Result>): FromMemory<Result> {
  return (memory, address, count) => {
    checkMemory(memory, address + count);
    return decode(copyOf(memory.views.u8, address, address + count));
  };
}

/** `string.new_utf8`. */
export const stringNewUtf8: FromMemory<string> = fromMemory(strictUtf8);
/** `string.new_utf8_try`: null instead of a trap for what is no UTF-8. */
export const stringNewUtf8Try: FromMemory<string | null> = fromMemory(utf8OrNull);
/** `string.new_lossy_utf8`. */
export const stringNewLossyUtf8: FromMemory<string> = fromMemory(decodeLossyUtf8);
/** `string.new_wtf8`. */
export const stringNewWtf8: FromMemory<string> = fromMemory(wtf8);

function stringOfUnits(units: Uint16Array, start: number, end: number): string {
  let string = "";
  for (let at = start; at < end; at += CHUNK) {
    string += apply(fromCharCode, null, partOf(units, at, at + CHUNK < end ? at + CHUNK : end));
  }
  return string;
}

/** `string.new_wtf16`. Traps. */
export const stringNewWtf16: FromMemory<string> = (memory, address, count) => {
  checkUnits(memory, address, count);
  return stringOfUnits(memory.views.u16, address / 2, address / 2 + count);
};

function checkUnits(memory: Memory, address: number, count: number): void {
  checkMemory(memory, address + count * 2);
  if (address % 2 !== 0) trap("unalignedAccess");
}

/** The elements of an array from `start` up to `end`. Traps. */
function elementsOf<View extends Uint8Array | Uint16Array>(
  View: new (length: number) => View,
  array: WasmArray | null,
  start: number,
  end: number,
): View {
  if (array === null) trap("nullDereference");
  start >>>= 0;
  end >>>= 0;
  if (start > end || end > array.length) trap("arrayOutOfBounds");
  const { elements } = array;
  const copy = new View(end - start);
  for (let i = start; i < end; i++) copy[i - start] = elements[i] as number;
  return copy;
}

/** The string of the elements from `start` up to `end`. Traps. */
type FromArray<Result extends string | null> = (
  array: WasmArray | null,
  start: number,
  end: number,
) => Result;

function fromArray<Result extends string | null>(decode: Decode<Result>): FromArray<Result> {
  return (array, start, end) => decode(elementsOf(Bytes, array, start, end));
}

/** `string.new_utf8_array`. */
export const stringNewUtf8Array: FromArray<string> = fromArray(strictUtf8);
/** `string.new_utf8_array_try`: null instead of a trap for what is no UTF-8. */
export const stringNewUtf8ArrayTry: FromArray<string | null> = fromArray(utf8OrNull);
/** `string.new_lossy_utf8_array`. */
export const stringNewLossyUtf8Array: FromArray<string> = fromArray(decodeLossyUtf8);
/** `string.new_wtf8_array`. */
export const stringNewWtf8Array: FromArray<string> = fromArray(wtf8);
/** `string.new_wtf16_array`. */
export const stringNewWtf16Array: FromArray<string> = (array, start, end) => {
  const units = elementsOf(Units, array, start, end);
  return stringOfUnits(units, 0, units.length);
};

// Strings into memory and arrays

/** The bytes of a string. Traps where the variant has none for it. */
type Encode = (string: string) => Uint8Array;

const encodeStrictUtf8: Encode = (string) => {
  if (!hasOnlyPairs(string)) trap("unpairedSurrogate");
  return encodeLossyUtf8(string);
};

/** Writes the string's bytes to memory; their number. Traps. */
type IntoMemory = (memory: Memory, string: string | null, address: number) => number;

function intoMemory(encode: Encode): IntoMemory {
  return (memory, nullable, address) => {
    const string = nonNull(nullable);
    checkMemory(memory, address + wtf8Length(string));
    const bytes = encode(string);
    setBytes(memory.views.u8, bytes, address);
    return bytes.length;
  };
}

/** `string.encode_utf8`. */
export const stringEncodeUtf8: IntoMemory = intoMemory(encodeStrictUtf8);
/** `string.encode_lossy_utf8`. */
export const stringEncodeLossyUtf8: IntoMemory = intoMemory(encodeLossyUtf8);
/** `string.encode_wtf8`. */
export const stringEncodeWtf8: IntoMemory = intoMemory(encodeWtf8);

/** Writes the string's code units to memory, `string.encode_wtf16`; their number. Traps. */
export const stringEncodeWtf16: IntoMemory = (memory, nullable, address) => {
  const string = nonNull(nullable);
  return writeUnits(memory, address, string, 0, string.length);
};

/** Writes code units from `start` up to `end` of a string to memory; their number. Traps. */
export function writeUnits(
  memory: Memory,
  address: number,
  string: string,
  start: number,
  end: number,
): number {
  checkUnits(memory, address, end - start);
  const { u16 } = memory.views;
  for (let at = address / 2, i = start; i < end; i++) u16[at++] = charCodeAt(string, i);
  return end - start;
}

/** Writes bytes that are made once it is known that `count` of them have room in memory. Traps. */
export function writeBytes(memory: Memory, address: number, count: number, bytes: () => Uint8Array): void {
  checkMemory(memory, address + count);
  setBytes(memory.views.u8, bytes(), address);
}

function checkRoom(array: WasmArray | null, start: number, count: number): asserts array is WasmArray {
  if (array === null) trap("nullDereference");
  if (start + count > array.length) trap("arrayOutOfBounds");
}

/** Writes the string's bytes or code units to an array; their number. Traps. */
type IntoArray = (string: string | null, array: WasmArray | null, start: number) => number;

function intoArray(encode: Encode): IntoArray {
  return (nullable, array, start) => {
    const string = nonNull(nullable);
    start >>>= 0;
    checkRoom(array, start, wtf8Length(string));
    const bytes = encode(string);
    const { elements } = array;
    if (isList(elements)) {
      for (let i = 0; i < bytes.length; i++) {
        elements[start + i] = bytes[i] << 24 >> 24;
      }
    } else setBytes(elements as unknown as Uint8Array, bytes, start);
    return bytes.length;
  };
}

/** `string.encode_utf8_array`. */
export const stringEncodeUtf8Array: IntoArray = intoArray(encodeStrictUtf8);
/** `string.encode_lossy_utf8_array`. */
export const stringEncodeLossyUtf8Array: IntoArray = intoArray(encodeLossyUtf8);
/** `string.encode_wtf8_array`. */
export const stringEncodeWtf8Array: IntoArray = intoArray(encodeWtf8);
/** `string.encode_wtf16_array`. */
export const stringEncodeWtf16Array: IntoArray = (nullable, array, start) => {
  const string = nonNull(nullable);
  start >>>= 0;
  checkRoom(array, start, string.length);
  const elements = array.elements as { [index: number]: number };
  for (let i = 0; i < string.length; i++) elements[start + i] = charCodeAt(string, i) << 16 >> 16;
  return string.length;
};

// Strings themselves

/** `string.measure_utf8`: bytes of the UTF-8 encoding; -1 when an isolated surrogate prevents it. Traps. */
export function stringMeasureUtf8(nullable: string | null): number {
  const string = nonNull(nullable);
  return hasOnlyPairs(string) ? wtf8Length(string) : -1;
}

/** `string.measure_wtf8`: bytes of the WTF-8 encoding. Traps. */
export function stringMeasureWtf8(string: string | null): number {
  return wtf8Length(nonNull(string));
}

/** `string.is_usv_sequence`: 1 unless there are isolated surrogates. Traps. */
export function stringIsUsvSequence(string: string | null): number {
  return hasOnlyPairs(nonNull(string)) ? 1 : 0;
}

/** `string.concat`. Traps; the host throws a RangeError when the result is too long for it. */
export function stringConcat(head: string | null, tail: string | null): string {
  return nonNull(head) + nonNull(tail);
}

/** `string.compare`: -1, 0 or 1, by code units. Traps. */
export function stringCompare(left: string | null, right: string | null): number {
  const a = nonNull(left);
  const b = nonNull(right);
  return a === b ? 0 : a < b ? -1 : 1;
}

/** `string.from_code_point`. Traps beyond U+10FFFF. */
export function stringFromCodePoint(point: number): string {
  if (point >>> 0 > 0x10_ffff) throw new RuntimeError(`Invalid code point ${point >>> 0}`);
  return fromCodePoint(point);
}

/** `string.hash`: equal for equal strings and not negative; V8's differ from one process to the next. Traps. */
export function stringHash(nullable: string | null): number {
  const string = nonNull(nullable);
  // FNV-1a over code units.
  let hash = 0x811c_9dc5 | 0;
  for (let i = 0; i < string.length; i++) hash = Math.imul(hash ^ charCodeAt(string, i), 0x0100_0193);
  return (hash ^ hash >>> 15) & 0x3fff_ffff;
}
