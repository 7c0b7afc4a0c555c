/**
 * Values in scripts: arguments of actions, and patterns for their results.
 *
 * @module
 */

import { heapTypeName } from "../syntax/types.ts";
import type { TokenCursor } from "./cursor.ts";
import { TokenKind } from "./lexer.ts";
import {
  type LiteralError,
  parseFloat32,
  parseFloat64,
  parseInteger,
  parseInteger64,
} from "./number_literal.ts";
import { ModuleScope } from "./scope.ts";
import { parseHeapType } from "./type.ts";

/** Types of the numbers a vector is written as. */
export type LaneType = "i8" | "i16" | "i32" | "i64" | "f32" | "f64";

/** A value. Numbers, floats too, are their bits as unsigned decimal text. */
export type ScriptValue =
  | { readonly type: "i32" | "i64" | "f32" | "f64"; readonly value: string }
  /** One value for each lane, the lowest first. */
  | { readonly type: "v128"; readonly lane_type: LaneType; readonly value: readonly string[] }
  /** The null reference of a heap type. */
  | { readonly type: "refnull"; readonly heap: string; readonly value: "null" }
  /** A host value that is told apart from others by its number; `hostref` is one of the internal hierarchy. */
  | { readonly type: "externref" | "hostref"; readonly value: string };

/**
 * What a result must be: a value (whose numbers may also be `nan:canonical` and `nan:arithmetic`, and whose null may be
 * any), a non-null reference of a kind, or one of several patterns.
 */
export type ScriptPattern =
  | ScriptValue
  | {
    readonly type:
      | "anyref"
      | "eqref"
      | "i31ref"
      | "structref"
      | "arrayref"
      | "funcref"
      | "exnref"
      | "externref"
      | "i31_sharedref";
  }
  | { readonly type: "either"; readonly values: readonly ScriptPattern[] };

/** A value in parentheses. */
export function parseScriptValue(cursor: TokenCursor): ScriptValue {
  const value = takeValue(cursor, false);
  if (value === null) throw cursor.expected("a constant");
  return value;
}

/** A pattern in parentheses. */
export function parseScriptPattern(cursor: TokenCursor): ScriptPattern {
  if (cursor.takeOpen("either")) {
    const values: ScriptPattern[] = [];
    do values.push(parseScriptPattern(cursor)); while (!cursor.takeClose());
    return { type: "either", values };
  }
  const value = takeValue(cursor, true);
  if (value !== null) return value;
  for (const [keyword, type] of REFERENCE_KINDS) {
    if (!cursor.takeOpen(keyword)) continue;
    cursor.expectClose();
    return { type };
  }
  throw cursor.expected("a result pattern");
}

const REFERENCE_KINDS = [
  ["ref", "anyref"],
  ["ref.any", "anyref"],
  ["ref.eq", "eqref"],
  ["ref.i31", "i31ref"],
  ["ref.struct", "structref"],
  ["ref.array", "arrayref"],
  ["ref.func", "funcref"],
  ["ref.exn", "exnref"],
  ["ref.extern", "externref"],
  ["ref.i31_shared", "i31_sharedref"],
] as const;

const NUMBER_TYPES = ["i32", "i64", "f32", "f64"] as const;

/** Takes a value when one is next; `pattern` allows what only results can be. */
function takeValue(cursor: TokenCursor, pattern: boolean): ScriptValue | null {
  for (const type of NUMBER_TYPES) {
    if (!cursor.takeOpen(`${type}.const`)) continue;
    const value = number(cursor, type, pattern);
    cursor.expectClose();
    return { type, value };
  }
  if (cursor.takeOpen("v128.const")) return vector(cursor, pattern);
  if (cursor.takeOpen("ref.null")) {
    // a null without a type is any null
    const heap = pattern && cursor.kind === TokenKind.Close
      ? "nullref"
      : heapTypeName(parseHeapType(cursor, new ModuleScope()));
    cursor.expectClose();
    return { type: "refnull", heap, value: "null" };
  }
  for (const type of ["extern", "host"] as const) {
    if (!cursor.isOpen(`ref.${type}`) || cursor.kindAhead(2) !== TokenKind.Number) continue;
    cursor.at += 2;
    const value = String(cursor.u32("the number of a host value"));
    cursor.expectClose();
    return { type: `${type}ref`, value };
  }
  return null;
}

const LANES: Readonly<Record<string, readonly [LaneType, number]>> = {
  i8x16: ["i8", 16],
  i16x8: ["i16", 8],
  i32x4: ["i32", 4],
  i64x2: ["i64", 2],
  f32x4: ["f32", 4],
  f64x2: ["f64", 2],
};

/** A vector from its shape to the closing parenthesis. */
function vector(cursor: TokenCursor, pattern: boolean): ScriptValue {
  const shape = cursor.kind === TokenKind.Keyword ? LANES[cursor.word()] : undefined;
  if (shape === undefined) throw cursor.expected("a vector shape");
  cursor.at++;
  const [lane, count] = shape;
  const value = Array.from({ length: count }, () => number(cursor, lane, pattern));
  cursor.expectClose();
  return { type: "v128", lane_type: lane, value };
}

/** A number of that type as its bits in decimal, or a NaN pattern. */
function number(cursor: TokenCursor, type: LaneType, pattern: boolean): string {
  const word = cursor.word();
  const float = type === "f32" || type === "f64";
  if (pattern && float && (word === "nan:canonical" || word === "nan:arithmetic")) {
    cursor.at++;
    return word;
  }
  const { kind } = cursor;
  if (kind !== TokenKind.Number && !(float && kind === TokenKind.Keyword)) {
    throw cursor.expected(`an ${type} number`);
  }
  const bits = numberBits(word, type);
  if (bits === "malformed" || bits === "out of range") throw cursor.literalError(bits, `an ${type} number`);
  cursor.at++;
  return String(bits);
}

function numberBits(word: string, type: LaneType): number | bigint | LiteralError {
  switch (type) {
    case "f32":
      return parseFloat32(word);
    case "f64":
      return parseFloat64(word);
    case "i64": {
      const value = parseInteger64(word, 0, word.length);
      return typeof value === "bigint" ? BigInt.asUintN(64, value) : value;
    }
    default: {
      const size = Number(type.slice(1));
      const value = parseInteger(word, 0, word.length, size);
      return typeof value === "number" && value < 0 ? value + 2 ** size : value;
    }
  }
}
