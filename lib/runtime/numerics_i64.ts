/**
 * i64 instructions that are calls in generated code (specification 4.3.2 "Integer Operations"). An i64 is a pair of
 * int32, low and high; functions return the low half and leave the high one in return register 1.
 *
 * @module
 */

import { KEEPS_NAN_BITS } from "./float_bits.ts";
import * as doubles from "./i64_division.ts";
import type { I64Divisions, PairOperation } from "./i64_division.ts";
import { BIGINT_DIVISIONS } from "./i64_wide_division.ts";
import { RESULT_I32 } from "./return_registers.ts";
import { trap } from "./traps.ts";

/**
 * Whether optimised code computes with 64-bit bigints in machine registers, where they come from int32s and go to typed arrays.
 * On V8 a hash then takes 0.75 of the time that it does with products of doubles, and a division of 64-bit operands 0.25;
 * elsewhere products take 20 times as long, as every bigint is allocated. NaN bits tell the hosts apart: SpiderMonkey and
 * JavaScriptCore normalise NaNs because their values are boxed in them.
 */
export const COMPILES_BIGINTS: boolean = KEEPS_NAN_BITS;

/** `BigInt`, as generated code calls it. */
export const toBigInt: (value: number) => bigint = BigInt;
/** `BigInt.asIntN`, likewise. */
export const asIntN: (bits: number, value: bigint) => bigint = BigInt.asIntN;
/** `BigInt.asUintN`, likewise. */
export const asUintN: (bits: number, value: bigint) => bigint = BigInt.asUintN;

interface Operations extends I64Divisions {
  readonly truncateS: (value: number) => number;
  readonly truncateU: (value: number) => number;
  readonly saturateS: (value: number) => number;
  readonly saturateU: (value: number) => number;
  readonly toSingleS: (low: number, high: number) => number;
  readonly toSingleU: (low: number, high: number) => number;
}

const operations = operationsWith(COMPILES_BIGINTS ? BIGINT_DIVISIONS : doubles);

/** `i64.div_u`. Traps. Small, so that V8 inlines it where it is called. */
export const i64DivU: PairOperation = operations.divU;
/** `i64.rem_u`. Traps. Small, so that V8 inlines it where it is called. */
export const i64RemU: PairOperation = operations.remU;
/** `i64.div_s`. Traps. */
export const i64DivS: PairOperation = operations.divS;
/** `i64.rem_s`. Traps. */
export const i64RemS: PairOperation = operations.remS;
/** `i64.trunc_f32_s` and `i64.trunc_f64_s`. Traps. */
export const i64TruncateS: (value: number) => number = operations.truncateS;
/** `i64.trunc_f32_u` and `i64.trunc_f64_u`. Traps. */
export const i64TruncateU: (value: number) => number = operations.truncateU;
/** `i64.trunc_sat_f32_s` and `i64.trunc_sat_f64_s`. */
export const i64SaturateS: (value: number) => number = operations.saturateS;
/** `i64.trunc_sat_f32_u` and `i64.trunc_sat_f64_u`. */
export const i64SaturateU: (value: number) => number = operations.saturateU;
/** `f32.convert_i64_s`. */
export const f32ConvertI64S: (low: number, high: number) => number = operations.toSingleS;
/** `f32.convert_i64_u`. */
export const f32ConvertI64U: (low: number, high: number) => number = operations.toSingleU;

/** In a function, as bundlers make variables of a module's constants: a loop of remainders takes 1.2 times as long with those. */
function operationsWith(divisions: I64Divisions): Operations {
  const { fround, floor, imul, trunc } = Math;
  const results = RESULT_I32;
  const TWO_32 = 4294967296;
  /** High halves below this belong to integers that doubles hold exactly. */
  const EXACT_HIGH = 1 << 21;

  /**
   * Divisors in [2^14, 2^32 - 2^16], by which one division of doubles is enough: by a divisor made larger by 2^-51 of itself the
   * quotient comes out at most 1 too small, and never too large, so that the remainder is between 0 and 2^32.
   */
  const LEAST_DIVISOR = 16384;
  const DIVISORS = 0xffff0000 - LEAST_DIVISOR;
  const ENLARGED = 1 + 2 ** -51;

  // What the fast paths below leave over.
  const { divU: divideU, remU: divideForRemainderU, divS, remS } = divisions;

  function divU(al: number, ah: number, bl: number, bh: number): number {
    if (bh === 0 && (bl - LEAST_DIVISOR >>> 0) <= DIVISORS) {
      const divisor = bl >>> 0;
      const quotient = floor(((ah >>> 0) * TWO_32 + (al >>> 0)) / (divisor * ENLARGED));
      const tooSmall = (al - imul(quotient, bl) >>> 0) >= divisor;
      const exact = tooSmall ? quotient + 1 : quotient;
      results[1] = exact / TWO_32;
      return exact | 0;
    }
    return divideU(al, ah, bl, bh);
  }

  function remU(al: number, ah: number, bl: number, bh: number): number {
    if (bh === 0 && (bl - LEAST_DIVISOR >>> 0) <= DIVISORS) {
      const divisor = bl >>> 0;
      const remainder = al - imul(((ah >>> 0) * TWO_32 + (al >>> 0)) / (divisor * ENLARGED), bl) | 0;
      results[1] = 0;
      return (remainder >>> 0) >= divisor ? remainder - bl | 0 : remainder;
    }
    return divideForRemainderU(al, ah, bl, bh);
  }

  /** Sets return register 1 to the high half of an integer of at most 2^64 and returns the low half. */
  function fromInteger(value: number): number {
    const high = floor(value / TWO_32);
    results[1] = high;
    return value - high * TWO_32 | 0;
  }

  function truncateS(value: number): number {
    if (value >= -9223372036854775808 && value < 9223372036854775808) return fromInteger(trunc(value));
    return trap("floatUnrepresentable");
  }

  function truncateU(value: number): number {
    if (value > -1 && value < 18446744073709551616) return fromInteger(trunc(value));
    return trap("floatUnrepresentable");
  }

  function pair(low: number, high: number): number {
    results[1] = high;
    return low;
  }

  function saturateS(value: number): number {
    if (value >= 9223372036854775808) return pair(-1, 0x7fffffff);
    if (value < -9223372036854775808) return pair(0, -0x80000000);
    return value === value ? fromInteger(trunc(value)) : pair(0, 0);
  }

  function saturateU(value: number): number {
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

  return {
    divU,
    remU,
    divS,
    remS,
    truncateS,
    truncateU,
    saturateS,
    saturateU,
    toSingleS: toSingle,
    toSingleU: (low, high) => toSingle(low, high >>> 0),
  };
}
