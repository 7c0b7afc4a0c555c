/**
 * The builtins of `wasm:text-decoder` and `wasm:text-encoder`: strings from and to arrays of UTF-8 bytes. Both ways are lossy: what is
 * no character becomes U+FFFD, and a byte order mark is a character like others.
 *
 * @module
 */

import { isSharedBuffer } from "../memory/shared_array_buffer.ts";
import { bufferOf, partOf } from "../runtime/access_view.ts";
import { isList, type ListElements } from "../runtime/array_class.ts";
import type { Callable } from "../runtime/imported_function.ts";
import { trap } from "../runtime/traps.ts";
import { checkRange, elementCount, stringOf } from "./js_string.ts";

/** What the builtins need of a wasm array with `(mut i8)` elements. */
export interface ByteArray {
  /** As many as the array has; short arrays have them in a list. */
  readonly elements: Uint8Array | Int8Array | ListElements;
}

/** Makes the array, of the type `(array (mut i8))`, that has these elements; it may keep them. */
export type NewByteArray = (elements: Uint8Array) => ByteArray;

const { call } = Function.prototype;
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const encoder = new TextEncoder();
const decode: (decoder: TextDecoder, bytes: Uint8Array) => string = call.bind(TextDecoder.prototype.decode);
const encode: (encoder: TextEncoder, string: string) => Uint8Array = call.bind(TextEncoder.prototype.encode);
const encodeInto: (encoder: TextEncoder, string: string, bytes: Uint8Array) => unknown = call.bind(
  TextEncoder.prototype.encodeInto,
);
const charCodeAt: (string: string, index: number) => number = call.bind(String.prototype.charCodeAt);

const Bytes = Uint8Array;
const setBytes: (bytes: Uint8Array, source: Uint8Array) => void = call.bind(Uint8Array.prototype.set);

/** The elements from `start` up to `end` as bytes: a copy if they are in a list. */
function bytesOf(elements: ByteArray["elements"], start: number, end: number): Uint8Array {
  if (!isList(elements)) return partOf(elements, start, end - start);
  const bytes = new Bytes(end - start);
  for (let i = start; i < end; i++) bytes[i - start] = elements[i] as number;
  return bytes;
}

/** Not every host decodes shared bytes, nor encodes into them. */
function isShared(bytes: Uint8Array): boolean {
  return isSharedBuffer(bufferOf(bytes));
}

/** Bytes of the UTF-8 encoding of `string`. */
function utf8Length(string: string): number {
  let bytes = 0;
  for (let i = 0; i < string.length; i++) {
    const unit = charCodeAt(string, i);
    if (unit < 0x80) {
      bytes += 1;
    } else if (unit < 0x800) {
      bytes += 2;
    } else if (
      unit >= 0xd800 && unit < 0xdc00 && i + 1 < string.length && isLowSurrogate(charCodeAt(string, i + 1))
    ) {
      bytes += 4;
      i++;
    } else {
      bytes += 3;
    }
  }
  return bytes;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000;
}

/** The builtin of `wasm:text-decoder`, by name. */
export const TEXT_DECODER_BUILTINS: Readonly<Record<string, Callable>> = {
  /** The string of the bytes from `start` up to `end`. */
  decodeStringFromUTF8Array(array: ByteArray | null, start: number, end: number): string {
    if (array === null) trap("nullDereference");
    const { elements } = array;
    start >>>= 0;
    end >>>= 0;
    checkRange(start, end, elementCount(elements));
    const bytes = bytesOf(elements, start, end);
    return decode(decoder, isShared(bytes) ? new Bytes(bytes) : bytes);
  },
};

/** The builtins of `wasm:text-encoder`, by name; `newByteArray` makes the array that one of them returns. */
export function textEncoderBuiltins(newByteArray: NewByteArray): Readonly<Record<string, Callable>> {
  return {
    /** Bytes that the string takes. */
    measureStringAsUTF8(value: unknown): number {
      return utf8Length(stringOf(value));
    },

    /** Writes the string's bytes from `start` on; their number. Nothing is written when they do not fit. */
    encodeStringIntoUTF8Array(value: unknown, array: ByteArray | null, start: number): number {
      const string = stringOf(value);
      if (array === null) trap("nullDereference");
      const { elements } = array;
      const length = utf8Length(string);
      start >>>= 0;
      checkRange(start, start + length, elementCount(elements));
      if (isList(elements)) {
        const bytes = encode(encoder, string);
        for (let i = 0; i < length; i++) elements[start + i] = bytes[i] << 24 >> 24;
        return length;
      }
      const bytes = bytesOf(elements, start, start + length);
      if (isShared(bytes)) setBytes(bytes, encode(encoder, string));
      else encodeInto(encoder, string, bytes);
      return length;
    },

    /** A new array with the string's bytes. */
    encodeStringToUTF8Array(value: unknown): ByteArray {
      return newByteArray(encode(encoder, stringOf(value)));
    },
  };
}
