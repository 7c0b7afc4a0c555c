/**
 * Views of strings (stringref proposal, "The `stringview` facility"), which are never null. The view as WTF-16 is the string itself;
 * positions in it count code units, those in WTF-8 bytes. Positions and counts are int32s, read unsigned; a position beyond the end
 * is the end, and one inside of a code point's bytes is the next code point.
 *
 * @module
 */

import { decodeWtf8, encodeWtf8, isHighSurrogate, isLowSurrogate } from "../binary/wtf8.ts";
import type { Memory } from "./memory.ts";
import { RESULT_I32 } from "./return_registers.ts";
import { writeBytes, writeUnits } from "./strings.ts";
import { trap } from "./traps.ts";

const { setPrototypeOf } = Object;
const { call } = Function.prototype;
const { slice } = Object.getPrototypeOf(Uint8Array.prototype);
const copyOf: (bytes: Uint8Array, start: number, end: number) => Uint8Array = call.bind(slice);
const charCodeAt: (string: string, index: number) => number = call.bind(String.prototype.charCodeAt);
const codePointAt: (string: string, index: number) => number | undefined = call.bind(
  String.prototype.codePointAt,
);
const substring: (string: string, start: number, end: number) => string = call.bind(
  String.prototype.substring,
);

// WTF-8

/** A string as WTF-8. */
export class StringViewWtf8 {
  readonly bytes: Uint8Array;

  constructor(string: string) {
    this.bytes = encodeWtf8(string);
  }
}
setPrototypeOf(StringViewWtf8.prototype, null);

/** `string.as_wtf8`. Traps. */
export function stringAsWtf8(string: string | null): StringViewWtf8 {
  return new StringViewWtf8(string ?? trap("nullDereference"));
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}

/** The position itself, or the next one where a code point starts. */
function aligned({ bytes }: StringViewWtf8, position: number): number {
  let at = position >>> 0;
  if (at >= bytes.length) return bytes.length;
  while (at < bytes.length && isContinuation(bytes[at])) at++;
  return at;
}

/** The last start of a code point, or the end, at most `count` bytes after `start`, which is one. */
function advanced({ bytes }: StringViewWtf8, start: number, count: number): number {
  let at = start + (count >>> 0);
  if (at >= bytes.length) return bytes.length;
  while (isContinuation(bytes[at])) at--;
  return at;
}

/** `stringview_wtf8.advance`. */
export function viewWtf8Advance(view: StringViewWtf8, position: number, count: number): number {
  return advanced(view, aligned(view, position), count);
}

/** `stringview_wtf8.slice`. */
export function viewWtf8Slice(view: StringViewWtf8, start: number, end: number): string {
  const from = aligned(view, start);
  const to = aligned(view, end);
  return to <= from ? "" : decodeWtf8(view.bytes, from, to)!;
}

/**
 * Writes at most `count` bytes from a position on to memory: the position after them; the second result is their number.
 * Traps.
 */
type EncodeView = (
  memory: Memory,
  view: StringViewWtf8,
  address: number,
  position: number,
  count: number,
) => number;

function encodeView(convert: (bytes: Uint8Array) => void): EncodeView {
  return (memory, view, address, position, count) => {
    const start = aligned(view, position);
    const end = advanced(view, start, count);
    writeBytes(memory, address, end - start, () => {
      const bytes = copyOf(view.bytes, start, end);
      convert(bytes);
      return bytes;
    });
    RESULT_I32[1] = end - start;
    return end;
  };
}

/** Calls back with the place of each isolated surrogate, which takes three bytes: ED A0 80 to ED BF BF. */
function eachSurrogate(bytes: Uint8Array, found: (at: number) => void): void {
  for (let at = 0; at + 2 < bytes.length; at++) {
    if (bytes[at] === 0xed && bytes[at + 1] >= 0xa0) found(at);
  }
}

/** `stringview_wtf8.encode_utf8`. */
export const viewWtf8EncodeUtf8: EncodeView = encodeView((bytes) =>
  eachSurrogate(bytes, () => trap("unpairedSurrogate"))
);
/** `stringview_wtf8.encode_lossy_utf8`: U+FFFD takes the three bytes of an isolated surrogate. */
export const viewWtf8EncodeLossyUtf8: EncodeView = encodeView((bytes) =>
  eachSurrogate(bytes, (at) => {
    bytes[at] = 0xef;
    bytes[at + 1] = 0xbf;
    bytes[at + 2] = 0xbd;
  })
);
/** `stringview_wtf8.encode_wtf8`. */
export const viewWtf8EncodeWtf8: EncodeView = encodeView(() => {});

// WTF-16

/** `stringview_wtf16.get_codeunit`. Traps. */
export function viewWtf16GetCodeUnit(view: string, position: number): number {
  if (position >>> 0 >= view.length) trap("stringOutOfBounds");
  return charCodeAt(view, position);
}

/** `stringview_wtf16.slice`. */
export function viewWtf16Slice(view: string, start: number, end: number): string {
  // Not left to `substring`, which exchanges a start beyond the end.
  return start >>> 0 >= end >>> 0 ? "" : substring(view, start >>> 0, end >>> 0);
}

/** `stringview_wtf16.encode`: writes at most `count` code units from a position on to memory; their number. Traps. */
export function viewWtf16Encode(
  memory: Memory,
  view: string,
  address: number,
  position: number,
  count: number,
): number {
  const start = Math.min(position >>> 0, view.length);
  const end = Math.min(start + (count >>> 0), view.length);
  return writeUnits(memory, address, view, start, end);
}

// Iterators

/** A place among the code points of a string. */
export class StringViewIter {
  readonly string: string;
  /** In code units. */
  offset = 0;

  constructor(string: string) {
    this.string = string;
  }
}
setPrototypeOf(StringViewIter.prototype, null);

/** `string.as_iter`. Traps. */
export function stringAsIter(string: string | null): StringViewIter {
  return new StringViewIter(string ?? trap("nullDereference"));
}

/** Where the code point ends that starts at `offset`, inside of the string. */
function after(string: string, offset: number): number {
  return codePointAt(string, offset)! > 0xffff ? offset + 2 : offset + 1;
}

/** Where the code point starts that ends at `offset`, which is not 0. */
function before(string: string, offset: number): number {
  const isPair = offset > 1 && isLowSurrogate(charCodeAt(string, offset - 1)) &&
    isHighSurrogate(charCodeAt(string, offset - 2));
  return isPair ? offset - 2 : offset - 1;
}

/** `stringview_iter.next`: the code point, or -1 at the end. */
export function viewIterNext(view: StringViewIter): number {
  const point = codePointAt(view.string, view.offset);
  if (point === undefined) return -1;
  view.offset += point > 0xffff ? 2 : 1;
  return point;
}

/** `stringview_iter.advance`: how many code points it passed over. */
export function viewIterAdvance(view: StringViewIter, count: number): number {
  const { string } = view;
  let passed = 0;
  for (; passed < count >>> 0 && view.offset < string.length; passed++) {
    view.offset = after(string, view.offset);
  }
  return passed;
}

/** `stringview_iter.rewind`: how many code points it went back. */
export function viewIterRewind(view: StringViewIter, count: number): number {
  let passed = 0;
  for (; passed < count >>> 0 && view.offset > 0; passed++) view.offset = before(view.string, view.offset);
  return passed;
}

/** `stringview_iter.slice`: at most `count` code points from here on; the iterator stays. */
export function viewIterSlice({ string, offset }: StringViewIter, count: number): string {
  let end = offset;
  for (let passed = 0; passed < count >>> 0 && end < string.length; passed++) end = after(string, end);
  return substring(string, offset, end);
}
