/**
 * Number literals (specification 6.3.1 "Integers", 6.3.2 "Floating-Point") to exact bits. Floats are rounded once, to the
 * nearest value, ties to even.
 *
 * @module
 */

import { hexDigit } from "./string_literal.ts";

/** Why a literal has no value. */
export type LiteralError = "malformed" | "out of range";

/** The value of an unsigned literal up to 2^53, -1 when it is malformed, Infinity when it is larger. */
export function parseIndex(text: string, start: number, end: number): number {
  let value = 0;
  let at = start;
  const hex = end - start > 2 && text.charCodeAt(start + 1) === 0x78 && text.charCodeAt(start) === 0x30;
  if (hex) at += 2;
  const base = hex ? 16 : 10;
  let digitBefore = false;
  for (; at < end; at++) {
    const char = text.charCodeAt(at);
    if (char === 0x5f) {
      if (!digitBefore) return -1;
      digitBefore = false;
      continue;
    }
    const digit = hex ? hexDigit(char) : char >= 0x30 && char <= 0x39 ? char - 0x30 : -1;
    if (digit < 0) return -1;
    value = value * base + digit;
    digitBefore = true;
  }
  if (!digitBefore) return -1;
  return value <= Number.MAX_SAFE_INTEGER ? value : Infinity;
}

const PLUS = 0x2b;
const MINUS = 0x2d;

/**
 * An integer literal of `bits` bits, signed or unsigned, as the signed number of the same bits: for at most 32 bits.
 */
export function parseInteger(text: string, start: number, end: number, bits: number): number | LiteralError {
  const first = text.charCodeAt(start);
  const negative = first === MINUS;
  const magnitude = parseIndex(text, negative || first === PLUS ? start + 1 : start, end);
  if (magnitude < 0) return "malformed";
  const half = 2 ** (bits - 1);
  if (negative) return magnitude <= half ? 0 - magnitude : "out of range";
  if (magnitude >= 2 * half) return "out of range";
  return magnitude >= half ? magnitude - 2 * half : magnitude;
}

/** A 64-bit integer literal, signed or unsigned, as the signed integer of the same bits. */
export function parseInteger64(text: string, start: number, end: number): bigint | LiteralError {
  const first = text.charCodeAt(start);
  const negative = first === MINUS;
  const magnitude = parseUnsigned64(text, negative || first === PLUS ? start + 1 : start, end);
  if (typeof magnitude === "string") return magnitude;
  if (negative && magnitude > 1n << 63n) return "out of range";
  return BigInt.asIntN(64, negative ? -magnitude : magnitude);
}

/** An unsigned literal below 2^64. */
export function parseUnsigned64(text: string, start: number, end: number): bigint | LiteralError {
  const small = parseIndex(text, start, end);
  if (small < 0) return "malformed";
  const magnitude = small < Infinity ? BigInt(small) : BigInt(text.slice(start, end).replaceAll("_", ""));
  return magnitude < 1n << 64n ? magnitude : "out of range";
}

interface FloatFormat {
  /** Bits of the significand, the hidden one included. */
  readonly precision: number;
  /** Exponent of the smallest subnormal number. */
  readonly minimum: number;
  /** Largest exponent of a normal number's highest bit. */
  readonly maximum: number;
}

const SINGLE: FloatFormat = { precision: 24, minimum: -149, maximum: 127 };
const DOUBLE: FloatFormat = { precision: 53, minimum: -1074, maximum: 1023 };

const DECIMAL = /^\d(?:_?\d)*(?:\.(?:\d(?:_?\d)*)?)?(?:[eE][+-]?\d(?:_?\d)*)?$/;
const HEXADECIMAL =
  /^0x([\da-fA-F](?:_?[\da-fA-F])*)(?:\.([\da-fA-F](?:_?[\da-fA-F])*)?)?(?:[pP]([+-]?\d(?:_?\d)*))?$/;
const PAYLOAD = /^nan:0x[\da-fA-F](?:_?[\da-fA-F])*$/;

/** The bits of an f32 literal as an unsigned number. */
export function parseFloat32(literal: string): number | LiteralError {
  const bits = parseFloatBits(literal, SINGLE, decimalToSingle);
  return typeof bits === "bigint" ? Number(bits) : bits;
}

/** The bits of an f64 literal. */
export function parseFloat64(literal: string): bigint | LiteralError {
  return parseFloatBits(literal, DOUBLE, (digits) => doubleBits(Number(digits)));
}

function parseFloatBits(
  literal: string,
  format: FloatFormat,
  decimal: (digits: string) => bigint,
): bigint | LiteralError {
  const sign = literal[0];
  const magnitude = sign === "-" || sign === "+" ? literal.slice(1) : literal;
  const bits = magnitudeBits(magnitude, format, decimal);
  if (typeof bits === "string" || sign !== "-") return bits;
  return bits | signBit(format);
}

function signBit({ precision, maximum }: FloatFormat): bigint {
  // the exponent field has as many bits as `maximum`, plus one
  return 1n << BigInt(precision - 1 + Math.log2(maximum + 1) + 1);
}

function infinityBits(format: FloatFormat): bigint {
  return BigInt(2 * format.maximum + 1) << BigInt(format.precision - 1);
}

function magnitudeBits(
  magnitude: string,
  format: FloatFormat,
  decimal: (digits: string) => bigint,
): bigint | LiteralError {
  const infinity = infinityBits(format);
  const fraction = BigInt(format.precision - 1);
  if (magnitude === "inf") return infinity;
  if (magnitude === "nan") return infinity | 1n << fraction - 1n;
  if (magnitude.startsWith("nan:")) {
    if (!PAYLOAD.test(magnitude)) return "malformed";
    const payload = BigInt(magnitude.slice(4).replaceAll("_", ""));
    return payload > 0n && payload < 1n << fraction ? infinity | payload : "out of range";
  }
  let bits: bigint;
  if (DECIMAL.test(magnitude)) {
    bits = decimal(magnitude.replaceAll("_", ""));
  } else {
    const match = HEXADECIMAL.exec(magnitude);
    if (match === null) return "malformed";
    const whole = match[1].replaceAll("_", "");
    const part = (match[2] ?? "").replaceAll("_", "");
    const exponent = Number((match[3] ?? "0").replaceAll("_", ""));
    bits = roundBinary(BigInt(`0x${whole}${part}`), exponent - 4 * part.length, format);
  }
  return bits < infinity ? bits : "out of range";
}

/** The bits of `significand * 2^exponent`, rounded to nearest, ties to even. */
function roundBinary(significand: bigint, exponent: number, format: FloatFormat): bigint {
  if (significand === 0n) return 0n;
  const { precision, minimum, maximum } = format;
  const length = significand.toString(16).length * 4;
  const highest = length - Math.clz32(parseInt(significand.toString(16)[0], 16)) + 28 - 1 + exponent;
  if (highest > maximum) return infinityBits(format);
  if (highest < minimum - 1) return 0n;
  // the exponent of the lowest bit that the format keeps at this magnitude
  const lowest = Math.max(highest - precision + 1, minimum);
  const shift = lowest - exponent;
  let kept: bigint;
  if (shift <= 0) {
    kept = significand << BigInt(-shift);
  } else {
    kept = significand >> BigInt(shift);
    const rest = significand - (kept << BigInt(shift));
    const half = 1n << BigInt(shift - 1);
    if (rest > half || rest === half && (kept & 1n) === 1n) kept++;
  }
  // a carry out of the significand moves into the exponent field, as it should
  const hidden = 1n << BigInt(precision - 1);
  return kept < hidden ? kept : kept - hidden + (BigInt(lowest - minimum + 1) << BigInt(precision - 1));
}

const scratch = new DataView(new ArrayBuffer(8));

function doubleBits(value: number): bigint {
  scratch.setFloat64(0, value);
  return scratch.getBigUint64(0);
}

function singleBits(value: number): number {
  scratch.setFloat32(0, value);
  return scratch.getUint32(0);
}

function singleFromBits(bits: number): number {
  scratch.setUint32(0, bits);
  return scratch.getFloat32(0);
}

const SINGLE_INFINITY = 0x7f80_0000;

/**
 * The f32 nearest to a decimal literal. Rounding to f64 first decides rightly unless it lands in the middle between
 * two f32 values; then the literal itself is compared with that middle.
 */
function decimalToSingle(digits: string): bigint {
  const double = Number(digits);
  const bits = singleBits(double);
  const single = singleFromBits(bits);
  if (single === double) return BigInt(bits);
  const below = single > double ? bits - 1 : bits;
  const above = below + 1;
  const upper = above === SINGLE_INFINITY ? 2 ** 128 : singleFromBits(above);
  if ((singleFromBits(below) + upper) / 2 !== double) return BigInt(bits);
  const order = compareDecimal(digits, double);
  return BigInt(order < 0 ? below : order > 0 ? above : bits);
}

/** The sign of `digits` minus `value`, exactly; both are positive and finite. */
function compareDecimal(digits: string, value: number): number {
  const [, whole, part = "", exponent = "0"] = /^(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(digits)!;
  let left = BigInt(whole + part);
  const decimalExponent = Number(exponent) - part.length;
  const bits = doubleBits(value);
  const biased = Number(bits >> 52n);
  let right = bits & (1n << 52n) - 1n | 1n << 52n;
  const binaryExponent = biased - 1075;
  if (decimalExponent >= 0) left *= 10n ** BigInt(decimalExponent);
  else right *= 10n ** BigInt(-decimalExponent);
  if (binaryExponent >= 0) right <<= BigInt(binaryExponent);
  else left <<= BigInt(-binaryExponent);
  return left < right ? -1 : left > right ? 1 : 0;
}
