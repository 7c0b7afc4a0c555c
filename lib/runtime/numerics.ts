/**
 * Numeric instructions that are calls in generated code, i32 and floating point (specification 4.3 "Numerics").
 * Sizes matter: V8 inlines functions of up to 460 bytes of bytecode.
 *
 * @module
 */

import { trap } from "./traps.ts";

const { imul } = Math;

/** Number of one bits. */
export function popcnt(value: number): number {
  value = value - (value >>> 1 & 0x55555555) | 0;
  value = (value & 0x33333333) + (value >>> 2 & 0x33333333) | 0;
  return imul(value + (value >>> 4) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** From 2^52 on every double is an integer, and adding it rounds what is smaller to one, ties to even. */
const INTEGERS = 4503599627370496;

/** The nearest integer, ties to even; keeps the sign of zero, and quiets a NaN. */
export function nearest(value: number): number {
  if (value > 0) return value < INTEGERS ? value + INTEGERS - INTEGERS : value;
  if (value < 0) return value > -INTEGERS ? -(INTEGERS - value - INTEGERS) : value;
  return value + value;
}

/** `i32.trunc_f32_s` and `i32.trunc_f64_s`. Traps. */
export function truncateS(value: number): number {
  if (value > -2147483649 && value < 2147483648) return value | 0;
  return trap("floatUnrepresentable");
}

/** `i32.trunc_f32_u` and `i32.trunc_f64_u`, as an int32. Traps. */
export function truncateU(value: number): number {
  if (value > -1 && value < 4294967296) return value | 0;
  return trap("floatUnrepresentable");
}

/** `i32.trunc_sat_f32_s` and `i32.trunc_sat_f64_s`. */
export function saturateS(value: number): number {
  if (value >= 2147483647) return 2147483647;
  if (value <= -2147483648) return -2147483648;
  return value | 0;
}

/** `i32.trunc_sat_f32_u` and `i32.trunc_sat_f64_u`, as an int32. */
export function saturateU(value: number): number {
  if (value >= 4294967295) return -1;
  return value > 0 ? value | 0 : 0;
}
