/**
 * The builtin set `js-string` (JS API, section 6.1 "String Builtins"), without its two functions over arrays, which
 * need structs and arrays to be there.
 *
 * @module
 */

import type { Callable } from "../runtime/imported_function.ts";
import { TRAP_MESSAGES } from "../runtime/traps.ts";
import { RuntimeError } from "../syntax/errors.ts";
import { EXTERN, EXTERNREF, type FunctionType, I32, refType, type ValueType } from "../syntax/types.ts";

/** A builtin: its function and the type an import of it must have. */
export interface Builtin {
  readonly callable: Callable;
  readonly type: FunctionType;
}

const STRING: ValueType = refType(EXTERN, false);
const { fromCharCode, fromCodePoint } = String;
const { charCodeAt, codePointAt, substring } = String.prototype;
const { apply } = Reflect;

function unwrap(value: unknown): string {
  if (typeof value !== "string") throw new RuntimeError(TRAP_MESSAGES.illegalCast);
  return value;
}

/** `index` as an unsigned number below the length of `string`. */
function checkOffset(string: string, index: number): number {
  const offset = index >>> 0;
  if (offset >= string.length) throw new RuntimeError("string offset out of bounds");
  return offset;
}

function builtin(
  params: readonly ValueType[],
  results: readonly ValueType[],
  callable: Callable,
): Builtin {
  return { callable, type: { kind: "func", params, results } };
}

const JS_STRING: ReadonlyMap<string, Builtin> = new Map([
  ["cast", builtin([EXTERNREF], [STRING], (value: unknown) => unwrap(value))],
  ["test", builtin([EXTERNREF], [I32], (value: unknown) => typeof value === "string" ? 1 : 0)],
  ["fromCharCode", builtin([I32], [STRING], (code: number) => fromCharCode(code))],
  [
    "fromCodePoint",
    builtin([I32], [STRING], (point: number) => {
      if (point >>> 0 > 0x10_ffff) throw new RuntimeError(`Invalid code point ${point >>> 0}`);
      return fromCodePoint(point);
    }),
  ],
  [
    "charCodeAt",
    builtin([EXTERNREF, I32], [I32], (value: unknown, index: number) => {
      const string = unwrap(value);
      return apply(charCodeAt, string, [checkOffset(string, index)]);
    }),
  ],
  [
    "codePointAt",
    builtin([EXTERNREF, I32], [I32], (value: unknown, index: number) => {
      const string = unwrap(value);
      return apply(codePointAt, string, [checkOffset(string, index)]);
    }),
  ],
  ["length", builtin([EXTERNREF], [I32], (value: unknown) => unwrap(value).length)],
  [
    "concat",
    builtin([EXTERNREF, EXTERNREF], [STRING], (a: unknown, b: unknown) => unwrap(a) + unwrap(b)),
  ],
  [
    "substring",
    builtin([EXTERNREF, I32, I32], [STRING], (value: unknown, start: number, end: number) => {
      const string = unwrap(value);
      const from = start >>> 0, to = end >>> 0;
      return from > to || from > string.length ? "" : apply(substring, string, [from, to]);
    }),
  ],
  [
    "equals",
    builtin([EXTERNREF, EXTERNREF], [I32], (a: unknown, b: unknown) => {
      if (a !== null) unwrap(a);
      if (b !== null) unwrap(b);
      return a === b ? 1 : 0;
    }),
  ],
  [
    "compare",
    builtin([EXTERNREF, EXTERNREF], [I32], (a: unknown, b: unknown) => {
      const left = unwrap(a), right = unwrap(b);
      return left === right ? 0 : left < right ? -1 : 1;
    }),
  ],
]);

/** The builtin sets by name, as the compile option `builtins` names them. */
const SETS: ReadonlyMap<string, ReadonlyMap<string, Builtin>> = new Map([["js-string", JS_STRING]]);

/** The builtin that `module` has under `name`, when `sets` include its set; null otherwise. */
export function findBuiltin(module: string, name: string, sets: readonly string[]): Builtin | null {
  if (!module.startsWith("wasm:")) return null;
  const set = module.slice("wasm:".length);
  return sets.includes(set) ? SETS.get(set)?.get(name) ?? null : null;
}
