/**
 * 128-bit products for generated code (wide arithmetic proposal). Operands are pairs of int32s, low and high; of a result of
 * two i64s component 0 is returned, and components 1 to 3 are in the return registers.
 *
 * @module
 */

import { RESULT_I32 } from "./return_registers.ts";

/** Takes the halves of two i64s. */
type WideMultiplication = (aLow: number, aHigh: number, bLow: number, bHigh: number) => number;

const { multiplyU, multiplyS } = multiplications();

/** `i64.mul_wide_u`. */
export const i64MulWideU: WideMultiplication = multiplyU;
/** `i64.mul_wide_s`. */
export const i64MulWideS: WideMultiplication = multiplyS;

/** In a function, where V8 takes the registers for a constant: 2.9 ns instead of 5. */
function multiplications(): {
  readonly multiplyU: WideMultiplication;
  readonly multiplyS: WideMultiplication;
} {
  const { floor, imul } = Math;
  const results = RESULT_I32;

  const TWO_32 = 0x1_0000_0000;
  const SCALE = 1 / TWO_32;

  /** The high half of the product of two uint32, whose low half is `low`; see `mul` in `lib/codegen/i64.ts` for why it is exact. */
  function highProduct(a: number, b: number, low: number): number {
    return ((a >>> 0) * (b >>> 0) - (low >>> 0)) * SCALE + 0.5 | 0;
  }

  function multiplyU(aLow: number, aHigh: number, bLow: number, bHigh: number): number {
    const low = imul(aLow, bLow);
    const cross1 = imul(aLow, bHigh);
    const cross2 = imul(aHigh, bLow);
    const high = imul(aHigh, bHigh);
    const second = (highProduct(aLow, bLow, low) >>> 0) + (cross1 >>> 0) + (cross2 >>> 0);
    const third = (highProduct(aLow, bHigh, cross1) >>> 0) + (highProduct(aHigh, bLow, cross2) >>> 0) +
      (high >>> 0) + (second * SCALE | 0);
    results[1] = second | 0;
    results[2] = third | 0;
    results[3] = highProduct(aHigh, bHigh, high) + (third * SCALE | 0) | 0;
    return low;
  }

  /** The unsigned product, with each operand that is negative taken off the high half times the other one. */
  function multiplyS(aLow: number, aHigh: number, bLow: number, bHigh: number): number {
    const low = multiplyU(aLow, aHigh, bLow, bHigh);
    const aSign = aHigh >> 31;
    const bSign = bHigh >> 31;
    const third = (results[2] >>> 0) - ((aLow & bSign) >>> 0) - ((bLow & aSign) >>> 0);
    const borrow = floor(third * SCALE);
    results[2] = third | 0;
    results[3] = results[3] - (aHigh & bSign) - (bHigh & aSign) + borrow | 0;
    return low;
  }

  return { multiplyU, multiplyS };
}
