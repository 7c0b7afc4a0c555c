/**
 * WTF-8: UTF-8 that may also encode isolated surrogates, as the literals and views of strings do (stringref proposal,
 * "Encodings and views"). A surrogate pair is always the four bytes of its code point.
 *
 * @module
 */

import { decodeUtf8 } from "./utf8.ts";

const { apply } = Reflect;
const { fromCodePoint } = String;
const { charCodeAt, codePointAt, isWellFormed } = String.prototype;
const encoder = new TextEncoder();
const encode = encoder.encode.bind(encoder) as (string: string) => Uint8Array<ArrayBuffer>;

function unitAt(string: string, index: number): number {
  return apply(charCodeAt, string, [index]);
}

/** Whether a code unit or point is the first one of a surrogate pair, if the second follows. */
export function isHighSurrogate(unit: number): boolean {
  return (unit & 0x1f_fc00) === 0xd800;
}

/** Whether a code unit or point is the second one of a surrogate pair, if the first precedes. */
export function isLowSurrogate(unit: number): boolean {
  return (unit & 0x1f_fc00) === 0xdc00;
}

/** Whether all surrogates of a string are in pairs. */
export const hasOnlyPairs: (string: string) => boolean = typeof isWellFormed === "function"
  ? (string) => apply(isWellFormed, string, [])
  : (string) => {
    for (let i = 0; i < string.length; i++) {
      const unit = unitAt(string, i);
      if ((unit & 0xf800) !== 0xd800) continue;
      if (!isHighSurrogate(unit) || ++i === string.length || !isLowSurrogate(unitAt(string, i))) return false;
    }
    return true;
  };

/** Number of bytes of the WTF-8 encoding; with U+FFFD in place of isolated surrogates it takes as many. */
export function wtf8Length(string: string): number {
  let bytes = 0;
  for (let i = 0; i < string.length; i++) {
    const unit = unitAt(string, i);
    if (unit < 0x80) bytes++;
    else if (unit < 0x800) bytes += 2;
    else {
      bytes += 3;
      if (isHighSurrogate(unit) && i + 1 < string.length && isLowSurrogate(unitAt(string, i + 1))) {
        bytes++;
        i++;
      }
    }
  }
  return bytes;
}

/** The UTF-8 encoding, with U+FFFD in place of isolated surrogates. */
export function encodeLossyUtf8(string: string): Uint8Array<ArrayBuffer> {
  return encode(string);
}

/** The WTF-8 encoding. */
export function encodeWtf8(string: string): Uint8Array<ArrayBuffer> {
  const bytes = encode(string);
  if (hasOnlyPairs(string)) return bytes;
  // Each isolated surrogate takes the three bytes of the character that the encoder puts in its place.
  let at = 0;
  for (let i = 0; i < string.length; at += encodedLength(bytes[at])) {
    const point: number = apply(codePointAt, string, [i])!;
    i += point > 0xffff ? 2 : 1;
    if ((point & 0x1f_f800) !== 0xd800) continue;
    bytes[at] = 0xe0 | point >> 12;
    bytes[at + 1] = 0x80 | point >> 6 & 0x3f;
    bytes[at + 2] = 0x80 | point & 0x3f;
  }
  return bytes;
}

/** The number of bytes that encode the code point which starts with this byte. */
function encodedLength(first: number): number {
  return first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/** The string that `bytes[start]` up to, not including, `bytes[end]` encode; null when they are not WTF-8. */
export function decodeWtf8(bytes: Uint8Array, start: number, end: number): string | null {
  return decodeUtf8(bytes, start, end) ?? decodeWithSurrogates(bytes, start, end);
}

function decodeWithSurrogates(bytes: Uint8Array, start: number, end: number): string | null {
  let string = "";
  let previous = 0;
  for (let at = start; at < end;) {
    const first = bytes[at++];
    let point = first;
    if (first >= 0x80) {
      if (first < 0xc2 || first > 0xf4) return null;
      const more = encodedLength(first) - 1;
      if (at + more > end) return null;
      point = first & 0x3f >> more;
      for (let i = 0; i < more; i++) {
        const next = bytes[at++];
        if ((next & 0xc0) !== 0x80) return null;
        point = point << 6 | next & 0x3f;
      }
      // Longer than need be, or beyond Unicode.
      if (more === 2 && point < 0x800 || more === 3 && (point < 0x1_0000 || point > 0x10_ffff)) return null;
      if (isLowSurrogate(point) && isHighSurrogate(previous)) return null;
    }
    string += fromCodePoint(point);
    previous = point;
  }
  return string;
}
