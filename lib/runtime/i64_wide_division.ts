/**
 * i64 division and remainder of pairs of int32 with signed bigints (specification 4.3.2 "Integer Operations"), for hosts whose
 * optimising compiler turns 64-bit bigints into machine words. Operands that doubles hold exactly are left to doubles, because
 * before it is optimised code with bigints allocates; unsigned operands from 2^63 on are, too, because V8 does not divide
 * unsigned bigints in machine words. Functions return the low half and leave the high one in return register 1.
 *
 * @module
 */

import * as doubles from "./i64_division.ts";
import type { I64Divisions } from "./i64_division.ts";
import { RESULT_I32, RESULT_I64 } from "./return_registers.ts";

/** Division by bigints. */
export const BIGINT_DIVISIONS: I64Divisions = divisions();

/** In a function, as bundlers make variables of a module's constants: a loop of remainders takes 1.2 times as long with those. */
function divisions(): I64Divisions {
  const { floor, trunc } = Math;
  const { asIntN } = BigInt;
  const toBigInt: (value: number) => bigint = BigInt;
  const results = RESULT_I32;
  const wholeResult = RESULT_I64;
  const TWO_32 = 4294967296;
  /** High halves below this belong to integers that doubles hold exactly. */
  const EXACT_HIGH = 1 << 21;

  /** `i64.div_u`. Traps. */
  function divU(al: number, ah: number, bl: number, bh: number): number {
    // A negative high half is that of an integer from 2^63 on.
    if (bh === 0 || (ah | bh) < EXACT_HIGH) return doubles.divU(al, ah, bl, bh);
    const a = asIntN(64, toBigInt(ah) << 32n | toBigInt(al >>> 0));
    wholeResult[0] = a / asIntN(64, toBigInt(bh) << 32n | toBigInt(bl >>> 0));
    return results[0];
  }

  /** `i64.rem_u`. Traps. */
  function remU(al: number, ah: number, bl: number, bh: number): number {
    if (bh === 0 || (ah | bh) < EXACT_HIGH) return doubles.remU(al, ah, bl, bh);
    const a = asIntN(64, toBigInt(ah) << 32n | toBigInt(al >>> 0));
    wholeResult[0] = a % asIntN(64, toBigInt(bh) << 32n | toBigInt(bl >>> 0));
    return results[0];
  }

  /** Whether a double holds the signed integer with this high half exactly. */
  function isExact(high: number): boolean {
    return (high + EXACT_HIGH >>> 0) < 2 * EXACT_HIGH;
  }

  /** The low half of an integer of magnitude up to 2^53; the high one goes to return register 1. */
  function exactPair(value: number): number {
    results[1] = floor(value / TWO_32);
    return value | 0;
  }

  /** `i64.div_s`. Traps. */
  function divS(al: number, ah: number, bl: number, bh: number): number {
    if ((bl | bh) === 0 || (bl & bh) === -1) return doubles.divS(al, ah, bl, bh);
    if (isExact(ah) && isExact(bh)) {
      return exactPair(trunc((ah * TWO_32 + (al >>> 0)) / (bh * TWO_32 + (bl >>> 0))));
    }
    const a = asIntN(64, toBigInt(ah) << 32n | toBigInt(al >>> 0));
    wholeResult[0] = a / asIntN(64, toBigInt(bh) << 32n | toBigInt(bl >>> 0));
    return results[0];
  }

  /** `i64.rem_s`. Traps. */
  function remS(al: number, ah: number, bl: number, bh: number): number {
    if ((bl | bh) === 0 || (bl & bh) === -1) return doubles.remS(al, ah, bl, bh);
    if (isExact(ah) && isExact(bh)) {
      const dividend = ah * TWO_32 + (al >>> 0);
      const divisor = bh * TWO_32 + (bl >>> 0);
      return exactPair(dividend - trunc(dividend / divisor) * divisor);
    }
    const a = asIntN(64, toBigInt(ah) << 32n | toBigInt(al >>> 0));
    wholeResult[0] = a % asIntN(64, toBigInt(bh) << 32n | toBigInt(bl >>> 0));
    return results[0];
  }

  return { divU, remU, divS, remS };
}
