/**
 * String literals (specification 6.3.3 "Strings", 6.3.4 "Names"): bytes, or UTF-8 text when they are names.
 *
 * @module
 */

import { ByteWriter } from "../binary/byte_writer.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

const SIMPLE_ESCAPES: Readonly<Record<string, number>> = {
  t: 9,
  n: 10,
  r: 13,
  '"': 0x22,
  "'": 0x27,
  "\\": 0x5c,
};

/** Where something that looks like an escape sequence is none. */
export interface BadEscape {
  /** Offset of the backslash. */
  readonly at: number;
}

/**
 * Appends the bytes of the string literal at `text[start]` (a quote) to `text[end - 1]` (a quote).
 *
 * @returns null, or where an escape is malformed
 */
export function writeString(out: ByteWriter, text: string, start: number, end: number): BadEscape | null {
  let at = start + 1;
  const last = end - 1;
  while (at < last) {
    const char = text.charCodeAt(at);
    if (char === 0x5c) {
      const next = writeEscape(out, text, at, last);
      if (next < 0) return { at };
      at = next;
    } else if (char < 0x80) {
      out.byte(char);
      at++;
    } else {
      let stop = at + 1;
      while (stop < last && text.charCodeAt(stop) >= 0x80) stop++;
      out.bytes(encoder.encode(text.slice(at, stop)));
      at = stop;
    }
  }
  return null;
}

/** Appends the escape at `text[at]`; returns the offset after it, or -1. */
function writeEscape(out: ByteWriter, text: string, at: number, last: number): number {
  const char = text[at + 1];
  const simple = SIMPLE_ESCAPES[char];
  if (simple !== undefined) {
    out.byte(simple);
    return at + 2;
  }
  const high = hexDigit(text.charCodeAt(at + 1));
  if (high >= 0) {
    const low = hexDigit(text.charCodeAt(at + 2));
    if (low < 0) return -1;
    out.byte(high * 16 + low);
    return at + 3;
  }
  const closing = text.indexOf("}", at);
  if (!text.startsWith("u{", at + 1) || closing < 0 || closing >= last) return -1;
  const digits = text.slice(at + 3, closing);
  if (!/^[0-9a-fA-F](?:_?[0-9a-fA-F])*$/.test(digits)) return -1;
  const code = parseInt(digits.replaceAll("_", ""), 16);
  if (code > 0x10ffff || code >= 0xd800 && code < 0xe000) return -1;
  out.bytes(encoder.encode(String.fromCodePoint(code)));
  return closing + 1;
}

/** The value of a hexadecimal digit's character code, or -1. */
export function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

/** UTF-8 bytes as a name, or null when they are malformed. */
export function nameFromBytes(bytes: Uint8Array): string | null {
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
}

/** The text of the string literal from `text[start]` to `text[end - 1]`, or null when its bytes are malformed. */
export function decodeName(text: string, start: number, end: number): string | null {
  // most names have neither escapes nor anything beyond ASCII
  let plain = true;
  for (let i = start + 1; i < end - 1 && plain; i++) {
    const char = text.charCodeAt(i);
    plain = char < 0x80 && char !== 0x5c;
  }
  if (plain) return text.slice(start + 1, end - 1);
  const out = new ByteWriter(end - start);
  return writeString(out, text, start, end) === null ? nameFromBytes(out.view()) : null;
}
