/**
 * Math intrinsics (INSTANTIATION.md section 3, kind 9): functions of `Math`, as they were when the engine was loaded, imported under a
 * signature in which they are an instruction. Called as constants, hosts inline them.
 *
 * @module
 */

import type { Code } from "../runtime/function_reference.ts";
import type { Callable } from "../runtime/imported_function.ts";
import { lookUp } from "../runtime/lookup.ts";
import { F32, F64, type FunctionType } from "../syntax/types.ts";

/** A math intrinsic. */
export interface MathIntrinsic {
  /** `Math.sin` and so on; `Math.abs (f32)` in single precision. */
  readonly name: string;
  /** Takes and returns numbers; an f32 result is rounded. Never throws. */
  readonly code: Code;
}

/** The signatures of a function: double precision, single precision (parameters and result), or from double to single. */
type Precision = "f64" | "f32" | "f64 to f32";

interface Entry {
  readonly name: string;
  readonly builtin: Callable;
  readonly arity: number;
  readonly code: Readonly<Partial<Record<Precision, Code>>>;
}

const { abs, acos, asin, atan, atan2, ceil, cos, exp, floor, fround, log, max, min, pow, sin, sqrt, tan } =
  Math;

function entry(name: string, builtin: Callable, arity: number, code: Entry["code"]): Entry {
  return { name: `Math.${name}`, builtin, arity, code };
}

const INTRINSICS: readonly Entry[] = [
  entry("acos", acos, 1, { f64: acos }),
  entry("asin", asin, 1, { f64: asin }),
  entry("atan", atan, 1, { f64: atan }),
  entry("cos", cos, 1, { f64: cos }),
  entry("sin", sin, 1, { f64: sin }),
  entry("tan", tan, 1, { f64: tan }),
  entry("exp", exp, 1, { f64: exp }),
  entry("log", log, 1, { f64: log }),
  entry("atan2", atan2, 2, { f64: atan2 }),
  entry("pow", pow, 2, { f64: pow }),
  entry("min", min, 2, { f64: min, f32: (a: number, b: number) => fround(min(a, b)) }),
  entry("max", max, 2, { f64: max, f32: (a: number, b: number) => fround(max(a, b)) }),
  entry("abs", abs, 1, { f64: abs, f32: (a: number) => fround(abs(a)) }),
  entry("ceil", ceil, 1, { f64: ceil, f32: (a: number) => fround(ceil(a)) }),
  entry("floor", floor, 1, { f64: floor, f32: (a: number) => fround(floor(a)) }),
  entry("sqrt", sqrt, 1, { f64: sqrt, f32: (a: number) => fround(sqrt(a)) }),
  entry("fround", fround, 1, { "f64 to f32": fround }),
];

const byBuiltin: ReadonlyMap<Callable, Entry> = new Map(INTRINSICS.map((known) => [known.builtin, known]));

/** The intrinsic that `value` is under `signature`; null when it is none. Runs no code of anybody. */
export function mathIntrinsicOf(value: unknown, { params, results }: FunctionType): MathIntrinsic | null {
  const known = lookUp(byBuiltin, value as Callable);
  if (known === undefined || results.length !== 1 || params.length !== known.arity) return null;
  const precision = precisionOf(
    params.every((type) => type === F64),
    params.every((type) => type === F32),
    results[0],
  );
  const code = precision === null ? undefined : known.code[precision];
  if (code === undefined) return null;
  return { name: precision === "f32" ? `${known.name} (f32)` : known.name, code };
}

/** The name of the function of `Math` that `value` is, whatever the signature; null when it is none of those that can be intrinsics. */
export function mathFunctionName(value: unknown): string | null {
  return lookUp(byBuiltin, value as Callable)?.name ?? null;
}

function precisionOf(allDouble: boolean, allSingle: boolean, result: number): Precision | null {
  if (allDouble) return result === F64 ? "f64" : result === F32 ? "f64 to f32" : null;
  return allSingle && result === F32 ? "f32" : null;
}
