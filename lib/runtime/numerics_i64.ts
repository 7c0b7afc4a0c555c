/**
 * i64 instructions that are calls in generated code (specification 4.3.2 "Integer Operations"). An i64 is a pair of
 * int32, low and high; functions return the low half and leave the high one in return register 1.
 *
 * @module
 */

import { KEEPS_NAN_BITS } from "./float_bits.ts";
import * as pairs from "./i64_division.ts";
import * as wide from "./i64_wide_division.ts";
import { RESULT_I32 } from "./return_registers.ts";
import { trap } from "./traps.ts";

const { fround, floor, imul, trunc } = Math;

const TWO_32 = 4294967296;
/** High halves below this belong to integers that doubles hold exactly. */
const EXACT_HIGH = 1 << 21;

/**
 * Whether optimised code computes with 64-bit bigints in machine registers, where they come from int32s and go to typed arrays.
 * On V8 a hash then takes 0.75 of the time that it does with products of doubles, and a division of 64-bit operands 0.25;
 * elsewhere products take 20 times as long, as every bigint is allocated. NaN bits tell the hosts apart: SpiderMonkey and
 * JavaScriptCore normalise NaNs because their values are boxed in them.
 */
export const COMPILES_BIGINTS: boolean = KEEPS_NAN_BITS;

export { toBigInt } from "./i64_wide_division.ts";

/** An operation on two pairs of int32: returns the low half, leaves the high one in return register 1. */
export type PairOperation = (al: number, ah: number, bl: number, bh: number) => number;

/**
 * Divisors in [2^14, 2^32 - 2^16], by which one division of doubles is enough: by a divisor made larger by 2^-51 of itself the
 * quotient comes out at most 1 too small, and never too large, so that the remainder is between 0 and 2^32.
 */
const LEAST_DIVISOR = 16384;
const DIVISORS = 0xffff0000 - LEAST_DIVISOR;
const ENLARGED = 1 + 2 ** -51;

/** What the fast paths below leave over. */
const divideU: PairOperation = COMPILES_BIGINTS ? wide.divU : pairs.divU;
const divideForRemainderU: PairOperation = COMPILES_BIGINTS ? wide.remU : pairs.remU;

/** `i64.div_u`. Traps. Small, so that V8 inlines it where it is called. */
export function i64DivU(al: number, ah: number, bl: number, bh: number): number {
  if (bh === 0 && (bl - LEAST_DIVISOR >>> 0) <= DIVISORS) {
    const divisor = bl >>> 0;
    const quotient = floor(((ah >>> 0) * TWO_32 + (al >>> 0)) / (divisor * ENLARGED));
    const tooSmall = (al - imul(quotient, bl) >>> 0) >= divisor;
    const exact = tooSmall ? quotient + 1 : quotient;
    RESULT_I32[1] = exact / TWO_32;
    return exact | 0;
  }
  return divideU(al, ah, bl, bh);
}

/** `i64.rem_u`. Traps. Small, so that V8 inlines it where it is called. */
export function i64RemU(al: number, ah: number, bl: number, bh: number): number {
  if (bh === 0 && (bl - LEAST_DIVISOR >>> 0) <= DIVISORS) {
    const divisor = bl >>> 0;
    const remainder = al - imul(((ah >>> 0) * TWO_32 + (al >>> 0)) / (divisor * ENLARGED), bl) | 0;
    RESULT_I32[1] = 0;
    return (remainder >>> 0) >= divisor ? remainder - bl | 0 : remainder;
  }
  return divideForRemainderU(al, ah, bl, bh);
}

/** `i64.div_s`. Traps. */
export const i64DivS: PairOperation = COMPILES_BIGINTS ? wide.divS : pairs.divS;
/** `i64.rem_s`. Traps. */
export const i64RemS: PairOperation = COMPILES_BIGINTS ? wide.remS : pairs.remS;

/** Sets return register 1 to the high half of an integer of at most 2^64 and returns the low half. */
function fromInteger(value: number): number {
  const high = floor(value / TWO_32);
  RESULT_I32[1] = high;
  return value - high * TWO_32 | 0;
}

/** `i64.trunc_f32_s` and `i64.trunc_f64_s`. Traps. */
export function i64TruncateS(value: number): number {
  if (value >= -9223372036854775808 && value < 9223372036854775808) return fromInteger(trunc(value));
  return trap("floatUnrepresentable");
}

/** `i64.trunc_f32_u` and `i64.trunc_f64_u`. Traps. */
export function i64TruncateU(value: number): number {
  if (value > -1 && value < 18446744073709551616) return fromInteger(trunc(value));
  return trap("floatUnrepresentable");
}

function pair(low: number, high: number): number {
  RESULT_I32[1] = high;
  return low;
}

/** `i64.trunc_sat_f32_s` and `i64.trunc_sat_f64_s`. */
export function i64SaturateS(value: number): number {
  if (value >= 9223372036854775808) return pair(-1, 0x7fffffff);
  if (value < -9223372036854775808) return pair(0, -0x80000000);
  return value === value ? fromInteger(trunc(value)) : pair(0, 0);
}

/** `i64.trunc_sat_f32_u` and `i64.trunc_sat_f64_u`. */
export function i64SaturateU(value: number): number {
  if (value >= 18446744073709551616) return pair(-1, -1);
  return value > 0 ? fromInteger(trunc(value)) : pair(0, 0);
}

/**
 * The pair as a single, rounded once. From 2^53 on the 12 low bits only say whether the value is above a multiple of 4096;
 * replaced by one bit that says so, the double is exact.
 */
function toSingle(low: number, signedOrUnsignedHigh: number): number {
  const high = signedOrUnsignedHigh;
  if (high >= EXACT_HIGH || high < -EXACT_HIGH) low = low & -4096 | ((low & 4095) !== 0 ? 2048 : 0);
  return fround(high * TWO_32 + (low >>> 0));
}

/** `f32.convert_i64_s`. */
export function f32ConvertI64S(low: number, high: number): number {
  return toSingle(low, high);
}

/** `f32.convert_i64_u`. */
export function f32ConvertI64U(low: number, high: number): number {
  return toSingle(low, high >>> 0);
}
