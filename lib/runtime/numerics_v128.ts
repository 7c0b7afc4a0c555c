/**
 * Vector instructions that are calls in generated code (specification 4.3 "Numerics"), on words: 32 bits of a vector that
 * hold four 8-bit or two 16-bit lanes, lane 0 lowest.
 *
 * @module
 */

const { imul } = Math;

/** The bytes that `i8x16.swizzle` picks from: those of a vector, and zeros. */
export const SWIZZLE_BYTES: Uint8Array = new Uint8Array(256);
/** The vector among them. */
export const SWIZZLE_WORDS: Int32Array = new Int32Array(SWIZZLE_BYTES.buffer, 0, 4);

function saturate(value: number, least: number, greatest: number): number {
  return value < least ? least : value > greatest ? greatest : value;
}

function narrow8(low: number, high: number, least: number, greatest: number): number {
  return saturate(low << 16 >> 16, least, greatest) & 255 |
    (saturate(low >> 16, least, greatest) & 255) << 8 |
    (saturate(high << 16 >> 16, least, greatest) & 255) << 16 |
    saturate(high >> 16, least, greatest) << 24;
}

/** `i8x16.narrow_i16x8_s` of two words. */
export function narrow8S(low: number, high: number): number {
  return narrow8(low, high, -128, 127);
}

/** `i8x16.narrow_i16x8_u` of two words. */
export function narrow8U(low: number, high: number): number {
  return narrow8(low, high, 0, 255);
}

/** `i16x8.narrow_i32x4_s` of two words. */
export function narrow16S(low: number, high: number): number {
  return saturate(low, -32768, 32767) & 65535 | saturate(high, -32768, 32767) << 16;
}

/** `i16x8.narrow_i32x4_u` of two words. */
export function narrow16U(low: number, high: number): number {
  return saturate(low, 0, 65535) | saturate(high, 0, 65535) << 16;
}

/** The product of two fractions of 15 bits, rounded: 2^15 for -1 times -1. */
function multiplyFractions(a: number, b: number): number {
  return imul(a, b) + 0x4000 >> 15;
}

/** `i16x8.q15mulr_sat_s` of two words. */
export function q15MultiplyS(a: number, b: number): number {
  const low = multiplyFractions(a << 16 >> 16, b << 16 >> 16);
  const high = multiplyFractions(a >> 16, b >> 16);
  return (low === 32768 ? 32767 : low) & 65535 | (high === 32768 ? 32767 : high) << 16;
}

/** Products of signed bytes, two and two added in 16-bit lanes; 2^15, of four times -128, becomes 2^15 - 1. */
export function dotBytes(a: number, b: number): number {
  const low = imul(a << 24 >> 24, b << 24 >> 24) + imul(a << 16 >> 24, b << 16 >> 24);
  const high = imul(a << 8 >> 24, b << 8 >> 24) + imul(a >> 24, b >> 24);
  return (low === 32768 ? 32767 : low) & 65535 | (high === 32768 ? 32767 : high) << 16;
}
