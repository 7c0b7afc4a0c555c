/**
 * The conversions that generated calls between WebAssembly and JavaScript make inline: `ToJSValue` and `ToWebAssemblyValue` of the JS
 * API, for values as compiled code holds them. (For boxed values: `js_values.ts`.) Small functions, which hosts inline.
 *
 * @module
 */

import { accessView } from "./access_view.ts";
import { SCRATCH_I32, SCRATCH_I64 } from "./float_bits.ts";
import { externalOf, type FunctionReference, referenceOf } from "./function_reference.ts";
import { TYPE_INCOMPATIBILITY } from "./js_values.ts";
import { newList } from "./list.ts";
import { COMPILES_BIGINTS } from "./numerics_i64.ts";
import { RESULT_I32, RESULT_I64 } from "./return_registers.ts";

const { apply } = Reflect;
const { floor, min } = Math;

/** `Symbol.iterator`. */
export const ITERATOR: typeof Symbol.iterator = Symbol.iterator;

interface I64Conversions {
  readonly bigIntOf: (low: number, high: number) => bigint;
  readonly lowHalf: (value: unknown) => number;
  readonly lowResult: (value: unknown) => number;
  readonly bigIntFromJS: (value: unknown) => bigint;
}

// What follows is made by functions: V8 takes a constant of the module for a constant only where no bundler has made a variable of
// it, and an imported one nowhere. An i64 costs 0.5 ns against 3.

/** With the 64-bit bigints that V8 has in registers. */
function conversionsOfWords(): I64Conversions {
  const { asIntN } = BigInt;
  const toBigInt = BigInt;
  const halves = SCRATCH_I32;
  const whole = SCRATCH_I64;
  const result = RESULT_I32;
  const wholeResult = RESULT_I64;
  return {
    bigIntOf: (low, high) => asIntN(64, toBigInt(high) << 32n | toBigInt(low >>> 0)),
    lowHalf: (value) => {
      whole[0] = value as bigint;
      return halves[0];
    },
    lowResult: (value) => {
      wholeResult[0] = value as bigint;
      return result[0];
    },
    bigIntFromJS: (value) => {
      whole[0] = value as bigint;
      return whole[0];
    },
  };
}

/** With the accessors of `DataView`, by which JavaScriptCore is fastest. */
function conversionsByViews(): I64Conversions {
  const halves = SCRATCH_I32;
  const whole = accessView(SCRATCH_I32.buffer as ArrayBuffer, 8);
  const result = accessView(RESULT_I32.buffer as ArrayBuffer, 8);
  return {
    bigIntOf: (low, high) => {
      // Processors read what has just been written in two parts 2.5 ns later. What passes through is there in one.
      if (halves[0] !== low) halves[0] = low;
      if (halves[1] !== high) halves[1] = high;
      // JavaScriptCore makes it 0.7 ns sooner where it needs no sign.
      return high < 0 ? whole.getBigInt64(0, true) : whole.getBigUint64(0, true);
    },
    lowHalf: (value) => {
      whole.setBigInt64(0, value as bigint, true);
      return whole.getInt32(0, true);
    },
    lowResult: (value) => {
      result.setBigInt64(0, value as bigint, true);
      return result.getInt32(0, true);
    },
    bigIntFromJS: (value) => {
      whole.setBigInt64(0, value as bigint, true);
      return whole.getBigInt64(0, true);
    },
  };
}

const conversions = COMPILES_BIGINTS ? conversionsOfWords() : conversionsByViews();

/**
 * An i64 as the bigint that JavaScript gets. ns per call that passes one and adds up the result: V8 0.5 (as a typed array's element
 * 8.5), JavaScriptCore 8 (22; computed 33).
 */
export const bigIntOf: (low: number, high: number) => bigint = conversions.bigIntOf;

/**
 * The low half of an i64 that JavaScript gives; the high one is left in `SCRATCH_I32[1]`. JavaScriptCore 1 ns, as a typed
 * array's element 13. @throws {TypeError} for a Number, and whatever converting an object throws.
 */
export const lowHalf: (value: unknown) => number = conversions.lowHalf;

/** The same for the first result of a function: the high half is left in return register 1. */
export const lowResult: (value: unknown) => number = conversions.lowResult;

/**
 * An i64 that JavaScript gives as a bigint of 64 bits. (`asIntN` takes V8 no longer, but after it has thrown once 8 ns more.) @throws
 * {TypeError} as {@linkcode lowHalf} does.
 */
export const bigIntFromJS: (value: unknown) => bigint = conversions.bigIntFromJS;

/** A bigint of 64 bits, unsigned. */
export const unsignedBigInt: (value: bigint) => bigint = unsignedConversion();

function unsignedConversion(): (value: bigint) => bigint {
  const { asUintN } = BigInt;
  return (value) => asUintN(64, value);
}

/** A function reference as JavaScript sees it. */
export const functionToJS: (reference: FunctionReference | null) => object | null = functionConversion(
  externalOf,
);

function functionConversion(
  makeExternal: (reference: FunctionReference) => object,
): (reference: FunctionReference | null) => object | null {
  return (reference) => reference === null ? null : reference.external ?? makeExternal(reference);
}

/** What JavaScript gives for a funcref. @throws {TypeError} when it is neither null nor a function of WebAssembly. */
export const functionFromJS: (value: unknown) => FunctionReference | null = referenceConversion(referenceOf);

function referenceConversion(
  lookUpReference: (value: unknown) => FunctionReference | undefined,
): (value: unknown) => FunctionReference | null {
  return (value) => {
    if (value === null) return null;
    const reference = lookUpReference(value);
    if (reference === undefined) throw new TypeError(TYPE_INCOMPATIBILITY);
    return reference;
  };
}

/** The method by which a value is iterated, called `method` below. @throws {TypeError} when it has none. */
export function iterationMethod(value: unknown): (this: unknown) => unknown {
  const method: unknown = value === null || value === undefined
    ? undefined
    : (value as Iterable<unknown>)[ITERATOR];
  if (typeof method !== "function") {
    throw new TypeError(`${describe(value)} is not iterable (cannot read property Symbol(Symbol.iterator))`);
  }
  return method as (this: unknown) => unknown;
}

/** A value that is not iterable, in V8's words. */
function describe(value: unknown): string {
  return typeof value === "number" || typeof value === "boolean"
    ? `${typeof value} ${value}`
    : value === null
    ? "object null"
    : typeof value;
}

/**
 * Whether iterating `value` by `method` is what it is for an array: its length is read, then an element, then the length, and so on
 * up to its end. Such reads take 1.6 ns for two values, where an iteration takes 30 to 60.
 */
export const iteratesAsArray: (value: unknown, method: unknown) => value is unknown[] = arrayIterationTest();

function arrayIterationTest(): (value: unknown, method: unknown) => value is unknown[] {
  const { isArray } = Array;
  const arrayValues: unknown = Array.prototype.values;
  const iteratorPrototype = Object.getPrototypeOf([][ITERATOR]()) as { readonly next: unknown };
  const iteratorNext = iteratorPrototype.next;
  return (value, method): value is unknown[] =>
    method === arrayValues && isArray(value) && iteratorPrototype.next === iteratorNext;
}

/** An iterable that is iterated by a method found before. (Generated code has a class of its own for each place.) */
class Iterated {
  readonly #value: unknown;
  readonly #method: (this: unknown) => unknown;

  constructor(value: unknown, method: (this: unknown) => unknown) {
    this.#value = value;
    this.#method = method;
  }

  [ITERATOR](): Iterator<unknown> {
    return apply(this.#method, this.#value, []) as Iterator<unknown>;
  }
}

/** @throws {TypeError} because an iterable gives more or fewer values than a function has results. */
export function refuseLength(): never {
  throw new TypeError("multi-return length mismatch");
}

/**
 * Goes on with the iteration of an array (or a proxy of one) of which `read` elements have been read, and then `length`, which was
 * not `count`. @throws {TypeError} when the array does not give `count` values after all.
 */
export function restOfArray(
  array: readonly unknown[],
  count: number,
  length: unknown,
  ...read: readonly unknown[]
): ArrayLike<unknown> {
  const list = newList<unknown>(count);
  let index = 0;
  for (; index < read.length; index++) list[index] = read[index];
  for (; index < toLength(length); length = array.length) {
    const element = array[index];
    if (index < count) list[index] = element;
    index++;
  }
  if (index !== count) refuseLength();
  return list;
}

/** `ToLength` of the language. */
function toLength(value: unknown): number {
  const number = +(value as number);
  return number > 0 ? min(floor(number), Number.MAX_SAFE_INTEGER) : 0;
}

/** The values that an iterable gives, exactly `count`. @throws {TypeError} otherwise, with V8's texts. */
export function iterableToList(value: unknown, count: number): ArrayLike<unknown> {
  const list = newList<unknown>(count);
  let length = 0;
  for (const element of new Iterated(value, iterationMethod(value))) {
    if (length < count) list[length] = element;
    length++;
  }
  if (length !== count) refuseLength();
  return list;
}
