/**
 * Strings, names and identifiers in the text format (specification 6.3.3 "Strings", 6.3.5 "Identifiers").
 *
 * @module
 */

import type { ByteRange } from "../syntax/module.ts";

const PLAIN_IDENTIFIER = /^[!#-'*+\-./0-9:<-Z\\^_`a-z|~]+$/;
/**
 * Quotes, backslashes, and what cannot be seen: control and format characters, separators other than the
 * space.
 */
const ESCAPED = /["\\\p{C}]|[^\P{Z} ]/gu;

/** The string literal of a name or string. */
export function nameLiteral(name: string): string {
  return `"${name.replace(ESCAPED, escape)}"`;
}

/**
 * The identifier for a name that is not empty: `$name`, or `$"name"` when it has other characters than
 * identifiers.
 */
export function identifier(name: string): string {
  return PLAIN_IDENTIFIER.test(name) ? `$${name}` : `$${nameLiteral(name)}`;
}

function escape(char: string): string {
  if (char === '"' || char === "\\") return `\\${char}`;
  const point = char.codePointAt(0)!;
  // An isolated surrogate, which only string literals have; the other escape is for characters.
  if ((point & 0x1f_f800) === 0xd800) {
    return [0xed, 0x80 | point >> 6 & 0x3f, 0x80 | point & 0x3f].map((byte) => `\\${byte.toString(16)}`).join(
      "",
    );
  }
  return `\\u{${point.toString(16)}}`;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const HEX_DIGITS = "0123456789abcdef";
/** Bytes per piece of a long literal. */
const PIECE = 1 << 16;
const decoder = new TextDecoder();
const scratch = new Uint8Array(3 * PIECE);

/** Writes the string literal of any bytes, in pieces. */
export function writeBytesLiteral(write: (piece: string) => void, { bytes, start, end }: ByteRange): void {
  write('"');
  for (let at = start; at < end; at += PIECE) write(bytesPiece(bytes, at, Math.min(end, at + PIECE)));
  write('"');
}

/** Some bytes, escaped as `\hh` unless they are printable ASCII characters. */
function bytesPiece(bytes: Uint8Array, start: number, end: number): string {
  let length = 0;
  for (let i = start; i < end; i++) {
    const byte = bytes[i];
    if (byte >= 0x20 && byte < 0x7f && byte !== QUOTE && byte !== BACKSLASH) {
      scratch[length++] = byte;
      continue;
    }
    scratch[length] = BACKSLASH;
    scratch[length + 1] = HEX_DIGITS.charCodeAt(byte >> 4);
    scratch[length + 2] = HEX_DIGITS.charCodeAt(byte & 15);
    length += 3;
  }
  return decoder.decode(scratch.subarray(0, length));
}
