/**
 * Buffer sources: the bytes of a module as JavaScript passes them (Web IDL 3.2.25 "Buffer source types").
 *
 * @module
 */

import { CompileError } from "../syntax/errors.ts";
import { isObject, rangeError, typeError } from "./web_idl.ts";

/** Largest module (JS API, "Implementation-defined Limits"), in bytes. */
const MAXIMUM_MODULE_SIZE = 2 ** 30;

type Getter<Value> = (self: unknown) => Value;

const { apply } = Reflect;
const { getOwnPropertyDescriptor, getPrototypeOf } = Object;
const { isView } = ArrayBuffer;

function getter<Value>(prototype: object, name: PropertyKey): Getter<Value> {
  const { get } = getOwnPropertyDescriptor(prototype, name)!;
  return (self) => apply(get!, self, []) as Value;
}

const TypedArrayPrototype = getPrototypeOf(Uint8Array.prototype) as object;
const typedArrayTag = getter<string | undefined>(TypedArrayPrototype, Symbol.toStringTag);
const typedArray = {
  buffer: getter<ArrayBufferLike>(TypedArrayPrototype, "buffer"),
  byteOffset: getter<number>(TypedArrayPrototype, "byteOffset"),
  byteLength: getter<number>(TypedArrayPrototype, "byteLength"),
};
const dataView: typeof typedArray = {
  buffer: getter(DataView.prototype, "buffer"),
  byteOffset: getter(DataView.prototype, "byteOffset"),
  byteLength: getter(DataView.prototype, "byteLength"),
};
const bufferLengths: readonly Getter<number>[] = [
  getter<number>(ArrayBuffer.prototype, "byteLength"),
  ...(typeof SharedArrayBuffer === "undefined"
    ? []
    : [getter<number>(SharedArrayBuffer.prototype, "byteLength")]),
];

function isBuffer(value: object): value is ArrayBufferLike {
  return bufferLengths.some((byteLength) => {
    try {
      byteLength(value);
      return true;
    } catch {
      return false;
    }
  });
}

/** Whether `value` is a buffer or a view of one, shared ones included. */
export function isBufferSource(value: unknown): value is ArrayBufferLike | ArrayBufferView {
  return isObject(value) && (isView(value) || isBuffer(value));
}

/** The value, if it is a buffer source. @throws {TypeError} otherwise. */
export function bufferSource(api: string, value: unknown): ArrayBufferLike | ArrayBufferView {
  if (!isBufferSource(value)) throw typeError(api, "Argument 0 must be a buffer source");
  return value;
}

/**
 * A copy of the bytes, which later writes to the source do not reach.
 *
 * @throws {CompileError} when there are none (a detached buffer has none).
 * @throws {RangeError} when there are more than a module may have.
 */
export function copyBytes(api: string, source: ArrayBufferLike | ArrayBufferView): Uint8Array<ArrayBuffer> {
  const view = viewOf(source);
  if (view.length === 0) throw new CompileError(`${api}: BufferSource argument is empty`);
  if (view.length > MAXIMUM_MODULE_SIZE) {
    throw rangeError(
      api,
      `buffer source exceeds maximum size of ${MAXIMUM_MODULE_SIZE} (is ${view.length})`,
    );
  }
  const copy = new Uint8Array(view.length);
  copy.set(view);
  return copy;
}

function viewOf(source: ArrayBufferLike | ArrayBufferView): Uint8Array {
  const empty = new Uint8Array(0);
  try {
    if (!isView(source)) return new Uint8Array(source);
    const fields = typedArrayTag(source) === undefined ? dataView : typedArray;
    return new Uint8Array(fields.buffer(source), fields.byteOffset(source), fields.byteLength(source));
  } catch {
    // Detached, or shrunk below the view.
    return empty;
  }
}
