/**
 * The builtins of `wasm:js-string` (JS API, section 6.1 "String Builtins"). They take and return what compiled code holds: int32
 * numbers, strings and arrays as they are; all others trap as in V8.
 *
 * @module
 */

import { isList, type ListElements } from "../runtime/array_class.ts";
import { KEEPS_NAN_BITS } from "../runtime/float_bits.ts";
import type { Callable } from "../runtime/imported_function.ts";
import { trap } from "../runtime/traps.ts";
import { RuntimeError } from "../syntax/errors.ts";

/** What the builtins need of a wasm array with `(mut i16)` elements. */
export interface CodeUnitArray {
  /** As many as the array has; short arrays have them in a list. */
  readonly elements: Uint16Array | Int16Array | ListElements;
}

const { fromCharCode, fromCodePoint } = String;
const { charCodeAt, codePointAt, substring } = String.prototype;
const { call } = Function.prototype;
const { apply } = Reflect;
const lengthGetter = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint16Array.prototype),
  "length",
)!.get!;

/** The arguments one call of `String.fromCharCode` takes at most. */
const CHUNK = 4096;

/** `value` as a string. Traps when it is none. */
export function stringOf(value: unknown): string {
  return typeof value === "string" ? value : trap("illegalCast");
}

/** Number of elements of an array of bytes or code units. */
export function elementCount(
  elements: Uint8Array | Int8Array | Uint16Array | Int16Array | ListElements,
): number {
  return isList(elements) ? elements.length : apply(lengthGetter, elements, []) as number;
}

/** The range from `start` to `end`, both unsigned, of an array of `length` elements: traps when it does not fit. */
export function checkRange(start: number, end: number, length: number): void {
  if (start > end || end > length) trap("arrayOutOfBounds");
}

function stringOffsetOutOfBounds(): never {
  throw new RuntimeError("string offset out of bounds");
}

function checkOffset(string: string, index: number): void {
  if (index >>> 0 >= string.length) stringOffsetOutOfBounds();
}

/*
 * The builtins that hosts inline are parameters: in a bundle the constants of a module are variables to V8, and a `substring` takes
 * 7.6 ns then instead of 4.2.
 *
 * V8 takes 1.2 ns for `charCodeAt` with `apply` and 1.7 with `call`; JavaScriptCore, which inlines a builtin in `method.call()`
 * alone, 15 and 1.
 */
type Method<Args extends unknown[], Result> = (this: string, ...args: Args) => Result;
type StringFunction<Args extends unknown[], Result> = (string: string, ...args: Args) => Result;

function applied<Result>(
  method: Method<[number], Result>,
  apply: typeof Reflect.apply,
): StringFunction<[number], Result> {
  return (string, index) => apply(method, string, [index]) as Result;
}

function called<Result>(
  method: Method<[number], Result>,
  apply: typeof Reflect.apply,
  call: typeof Function.prototype.call,
): StringFunction<[number], Result> {
  return (string, index) =>
    method.call === call ? method.call(string, index) : apply(method, string, [index]) as Result;
}

function calledWithRange(
  method: Method<[number, number], string>,
  apply: typeof Reflect.apply,
  call: typeof Function.prototype.call,
): StringFunction<[number, number], string> {
  return (string, start, end) =>
    method.call === call ? method.call(string, start, end) : apply(method, string, [start, end]) as string;
}

const ofIndex = KEEPS_NAN_BITS ? applied : called;
const charCodeOf = ofIndex(charCodeAt, apply, call);
const codePointOf = ofIndex(codePointAt as Method<[number], number>, apply, call);
const partOfString = calledWithRange(substring as Method<[number, number], string>, apply, call);

/** Whether two strings, or nulls, are the same. Traps for other values. */
function equalsNullable(first: unknown, second: unknown): boolean {
  if (first !== null) stringOf(first);
  if (second !== null) stringOf(second);
  return first === second;
}

/** What `test` has been asked at a place. V8 takes the field for a constant until it changes. */
class StringTest {
  onlyStrings = true;

  /** Notes a value that is no string. */
  other(): false {
    this.onlyStrings = false;
    return false;
  }
}

/** What expressions for builtins call or compare with (`codegen/string_builtins.ts`). */
export const STRING_BUILTIN_PARTS: Readonly<Record<string, unknown>> = {
  STRING_TYPE: "string",
  StringTest,
  charCodeAt,
  codePointAt,
  partOfString,
  equalsNullable,
  stringOffsetOutOfBounds,
};

/** The builtins by name. */
export const JS_STRING_BUILTINS: Readonly<Record<string, Callable>> = {
  cast: stringOf,

  test(value: unknown): number {
    return typeof value === "string" ? 1 : 0;
  },

  fromCharCode(code: number): string {
    return fromCharCode(code);
  },

  fromCodePoint(point: number): string {
    if (point >>> 0 > 0x10_ffff) throw new RuntimeError(`Invalid code point ${point >>> 0}`);
    return fromCodePoint(point);
  },

  charCodeAt(value: unknown, index: number): number {
    const string = stringOf(value);
    checkOffset(string, index);
    return charCodeOf(string, index >>> 0);
  },

  codePointAt(value: unknown, index: number): number {
    const string = stringOf(value);
    checkOffset(string, index);
    return codePointOf(string, index >>> 0);
  },

  length(value: unknown): number {
    return stringOf(value).length;
  },

  concat(first: unknown, second: unknown): string {
    return stringOf(first) + stringOf(second);
  },

  substring(value: unknown, start: number, end: number): string {
    const string = stringOf(value);
    start >>>= 0;
    end >>>= 0;
    return start > end || start > string.length ? "" : partOfString(string, start, end);
  },

  equals(first: unknown, second: unknown): number {
    return equalsNullable(first, second) ? 1 : 0;
  },

  compare(first: unknown, second: unknown): number {
    const left = stringOf(first), right = stringOf(second);
    return left === right ? 0 : left < right ? -1 : 1;
  },

  /** The string of the code units from `start` up to `end`. */
  fromCharCodeArray(array: CodeUnitArray | null, start: number, end: number): string {
    if (array === null) trap("nullDereference");
    const { elements } = array;
    start >>>= 0;
    end >>>= 0;
    checkRange(start, end, elementCount(elements));
    let string = "";
    for (let at = start; at < end; at += CHUNK) {
      const units: number[] = [];
      for (let i = at; i < end && i < at + CHUNK; i++) units[i - at] = elements[i] as number;
      string += apply(fromCharCode, null, units);
    }
    return string;
  },

  /** Writes the string's code units from `start` on; their number. */
  intoCharCodeArray(value: unknown, array: CodeUnitArray | null, start: number): number {
    const string = stringOf(value);
    if (array === null) trap("nullDereference");
    const { elements } = array;
    const { length } = string;
    start >>>= 0;
    checkRange(start, start + length, elementCount(elements));
    for (let i = 0; i < length; i++) elements[start + i] = charCodeOf(string, i) << 16 >> 16;
    return length;
  },
};
