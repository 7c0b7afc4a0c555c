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

const { asIntN, asUintN } = BigInt;
const { isArray } = Array;
const { apply } = Reflect;
const { floor, min } = Math;
const { getPrototypeOf } = Object;

/** `Symbol.iterator`. */
export const ITERATOR: typeof Symbol.iterator = Symbol.iterator;

// V8 takes a constant of the module for a constant, and an imported one for a variable: 0.5 ns for an i64 against 3.
const HALVES = SCRATCH_I32;
const WHOLE = SCRATCH_I64;
const SCRATCH_VIEW = accessView(HALVES.buffer as ArrayBuffer, 8);
const toBigInt = BigInt;
const lookUpReference = referenceOf;
const makeExternal = externalOf;

/**
 * An i64 as the bigint that JavaScript gets. ns per call that passes one and adds up the result: V8 0.5 (as a typed array's element
 * 8.5), JavaScriptCore 8 (22; computed 33).
 */
export const bigIntOf: (low: number, high: number) => bigint = COMPILES_BIGINTS
  ? (low, high) => asIntN(64, toBigInt(high) << 32n | toBigInt(low >>> 0))
  : (low, high) => {
    HALVES[0] = low;
    HALVES[1] = high;
    // JavaScriptCore makes it 0.7 ns sooner where it needs no sign.
    return high < 0 ? SCRATCH_VIEW.getBigInt64(0, true) : SCRATCH_VIEW.getBigUint64(0, true);
  };

/**
 * The low half of an i64 that JavaScript gives; the high one is left in `SCRATCH_I32[1]`. JavaScriptCore 1 ns, as a typed
 * array's element 13. @throws {TypeError} for a Number, and whatever converting an object throws.
 */
export const lowHalf: (value: unknown) => number = COMPILES_BIGINTS
  ? (value) => {
    WHOLE[0] = value as bigint;
    return HALVES[0];
  }
  : (value) => {
    SCRATCH_VIEW.setBigInt64(0, value as bigint, true);
    return SCRATCH_VIEW.getInt32(0, true);
  };

/** A bigint of 64 bits, unsigned. */
export function unsignedBigInt(value: bigint): bigint {
  return asUintN(64, value);
}

/** A function reference as JavaScript sees it. */
export function functionToJS(reference: FunctionReference | null): object | null {
  return reference === null ? null : reference.external ?? makeExternal(reference);
}

/** What JavaScript gives for a funcref. @throws {TypeError} when it is neither null nor a function of WebAssembly. */
export function functionFromJS(value: unknown): FunctionReference | null {
  if (value === null) return null;
  const reference = lookUpReference(value);
  if (reference === undefined) throw new TypeError(TYPE_INCOMPATIBILITY);
  return reference;
}

const arrayValues: unknown = Array.prototype.values;
const arrayIteratorPrototype = getPrototypeOf([][ITERATOR]()) as { readonly next: unknown };
const arrayIteratorNext = arrayIteratorPrototype.next;

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
export function iteratesAsArray(value: unknown, method: unknown): value is unknown[] {
  return method === arrayValues && isArray(value) && arrayIteratorPrototype.next === arrayIteratorNext;
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
