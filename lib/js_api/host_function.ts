/**
 * Functions of the embedding, with a declared WebAssembly type: compiled code calls them as it calls its own functions, with no
 * conversions.
 *
 * @module
 */

import { declareHostFunction as declare } from "../runtime/host_function.ts";
import type { Callable } from "../runtime/imported_function.ts";
import { EXTERNREF, F32, F64, I32, I64, type ValueType } from "../syntax/types.ts";
import { typeError } from "./web_idl.ts";

/** The types that functions of the embedding take. */
export type HostParameterType = "i32" | "i64" | "f32" | "f64" | "externref";
/** The types that they return. */
export type HostResultType = Exclude<HostParameterType, "i64">;

/** The type of a function of the embedding. */
export interface HostFunctionType {
  /** The parameters' types. */
  readonly parameters: readonly HostParameterType[];
  /** The result's type; at most one. */
  readonly results: readonly HostResultType[];
}

const TYPES: Readonly<Record<string, ValueType | undefined>> = {
  __proto__: null as never,
  i32: I32,
  i64: I64,
  f32: F32,
  f64: F64,
  externref: EXTERNREF,
};

/**
 * Declares `fn` to be a function of this WebAssembly type, and returns it. Imports of the very type call it directly, imports of any
 * other type are LinkErrors.
 *
 * WebAssembly passes an i32 as an int32 number, an i64 as two of them, the low half first, floats as numbers, and references as
 * they are. What `fn` returns for a number type is converted like the operand of `|`, `Math.fround` or unary `+`. Called by
 * JavaScript it stays an ordinary function.
 *
 * @example
 * ```ts
 * import { declareHostFunction, watToWasm, WebAssembly } from "@tandem/wasm";
 *
 * const seek = declareHostFunction(
 *   { parameters: ["i32", "i64"], results: ["i32"] },
 *   (file: number, low: number, high: number) => file + low + high,
 * );
 * const module = new WebAssembly.Module(watToWasm(`(module
 *   (import "m" "seek" (func $seek (param i32 i64) (result i32)))
 *   (func (export "run") (result i32) (call $seek (i32.const 1) (i64.const 0x3_00000002))))`));
 * const { run } = new WebAssembly.Instance(module, { m: { seek } }).exports;
 * console.log((run as () => number)()); // 6
 * ```
 *
 * @throws {TypeError} when `fn` is no function, a type is none of these, or there are several results.
 */
export function declareHostFunction<F extends Callable>(type: HostFunctionType, fn: F): F {
  const api = "declareHostFunction()";
  if (typeof fn !== "function") throw typeError(api, "Argument 1 must be a function");
  const known = (name: string): ValueType => {
    const named = TYPES[name];
    if (named === undefined) throw typeError(api, `'${name}' is not a type of such functions`);
    return named;
  };
  const results = type.results.map(known);
  if (results.length > 1) throw typeError(api, "a function has one result at most");
  if (results.includes(I64)) throw typeError(api, "'i64' is not a result type of such functions");
  declare(type.parameters.map(known), results, fn);
  return fn;
}
