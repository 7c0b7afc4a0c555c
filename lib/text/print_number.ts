/**
 * Numbers in the text format that read back to the same bits (specification 6.3.1 "Integers", 6.3.2
 * "Floating-Point").
 *
 * @module
 */

import { parseFloat32 } from "./number_literal.ts";

const scratch = new DataView(new ArrayBuffer(8));

/** Significant decimal digits that are enough for any f32. */
const MAX_SINGLE_DIGITS = 9;

/** The literal of an f32 with these bits: the shortest decimal number, `inf`, or `nan` with its payload. */
export function float32Literal(bits: number): string {
  const sign = bits >>> 31 === 0 ? "" : "-";
  const exponent = bits >>> 23 & 0xff;
  const fraction = bits & 0x7f_ffff;
  if (exponent === 0xff) {
    if (fraction === 0) return `${sign}inf`;
    return fraction === 0x40_0000 ? `${sign}nan` : `${sign}nan:0x${fraction.toString(16)}`;
  }
  scratch.setUint32(0, bits & 0x7fff_ffff);
  return sign + shortestSingle(scratch.getFloat32(0), bits & 0x7fff_ffff);
}

/** The shortest decimal number that is rounded to `value`, which is not negative and has these bits. */
function shortestSingle(value: number, bits: number): string {
  // Most constants in programs have few digits, which one test of the double's own decimal form finds.
  const exact = String(value);
  if (exact.length <= MAX_SINGLE_DIGITS) return exact;
  for (let digits = 1; digits < MAX_SINGLE_DIGITS; digits++) {
    const candidate = Number(value.toPrecision(digits));
    // The text is rounded once, fround(candidate) twice, so the parser has the last word.
    if (Math.fround(candidate) === value && parseFloat32(String(candidate)) === bits) {
      return String(candidate);
    }
  }
  return String(Number(value.toPrecision(MAX_SINGLE_DIGITS)));
}

/** The literal of an f64 of which these are the low and the high 32 bits. */
export function float64Literal(low: number, high: number): string {
  const sign = high >>> 31 === 0 ? "" : "-";
  const exponent = high >>> 20 & 0x7ff;
  const fraction = high & 0xf_ffff;
  if (exponent === 0x7ff) {
    if (fraction === 0 && low === 0) return `${sign}inf`;
    if (fraction === 0x8_0000 && low === 0) return `${sign}nan`;
    const payload = BigInt(fraction) << 32n | BigInt(low >>> 0);
    return `${sign}nan:0x${payload.toString(16)}`;
  }
  scratch.setUint32(0, high & 0x7fff_ffff);
  scratch.setUint32(4, low);
  return sign + scratch.getFloat64(0);
}

/** The literal of a vector constant: four words in hexadecimal digits. */
export function vectorLiteral(bytes: Uint8Array, at: number): string {
  let text = "i32x4";
  for (let lane = at; lane < at + 16; lane += 4) {
    const word = bytes[lane] | bytes[lane + 1] << 8 | bytes[lane + 2] << 16 | bytes[lane + 3] << 24;
    text += ` 0x${(word >>> 0).toString(16).padStart(8, "0")}`;
  }
  return text;
}
