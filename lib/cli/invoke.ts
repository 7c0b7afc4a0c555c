/**
 * WebAssembly values as words on the command line.
 *
 * @module
 */

import {
  F32,
  F64,
  I32,
  I64,
  isNullable,
  isReference,
  type ValueType,
  valueTypeName,
} from "../syntax/types.ts";
import { CommandError } from "./command.ts";

/**
 * The JavaScript value that stands for `word` as a value of `type`: integers decimal or `0x`, signed or unsigned;
 * floating point numbers, `inf` and `nan`; `null` for references.
 *
 * @throws {CommandError} when it stands for none.
 */
export function parseValue(word: string, type: ValueType): unknown {
  const value = valueOf(word, type);
  if (value === undefined) throw new CommandError(`argument ${word} is no ${valueTypeName(type)}`);
  return value;
}

function valueOf(word: string, type: ValueType): unknown {
  if (type === I32) {
    const value = parseInteger(word, 32);
    return value === undefined ? undefined : Number(value);
  }
  if (type === I64) return parseInteger(word, 64);
  if (type === F32 || type === F64) return parseFloatingPoint(word);
  return isReference(type) && isNullable(type) && word === "null" ? null : undefined;
}

function parseInteger(word: string, bits: number): bigint | undefined {
  const match = /^([+-]?)(\d+|0[xX][0-9a-fA-F]+)$/.exec(word);
  if (match === null) return undefined;
  const value = match[1] === "-" ? -BigInt(match[2]) : BigInt(match[2]);
  if (value < -(1n << BigInt(bits - 1)) || value >= 1n << BigInt(bits)) return undefined;
  return BigInt.asIntN(bits, value);
}

function parseFloatingPoint(word: string): number | undefined {
  const match = /^([+-]?)(inf|infinity|nan|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|0x[0-9a-f]+)$/i.exec(word);
  if (match === null) return undefined;
  const name = match[2].toLowerCase();
  const size = name.startsWith("inf") ? Infinity : name === "nan" ? NaN : Number(match[2]);
  return match[1] === "-" ? -size : size;
}

/** A result of type `type`, as words that {@linkcode parseValue} reads again where it can. */
export function formatValue(value: unknown, type: ValueType): string {
  if (type === F32 || type === F64) return formatFloatingPoint(value as number, type);
  if (!isReference(type)) return String(value);
  if (value === null) return "null";
  return typeof value === "object" || typeof value === "function"
    ? `(${valueTypeName(type)})`
    : String(value);
}

function formatFloatingPoint(value: number, type: ValueType): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value < 0 ? "-inf" : "inf";
  if (Object.is(value, -0)) return "-0";
  if (type === F64) return String(value);
  // The shortest decimal that rounds to the same single precision number.
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return String(short);
  }
  return String(Number(value.toPrecision(9)));
}
