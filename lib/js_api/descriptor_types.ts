/**
 * The names of types in descriptors: the enumerations `ValueType` and `TableKind` of the JS API, with the names V8
 * knows beyond them and `funcref`, which `type()` says for `anyfunc`.
 *
 * @module
 */

import {
  ANYREF,
  ARRAYREF,
  EQREF,
  EXNREF,
  EXTERNREF,
  F32,
  F64,
  FUNCREF,
  I31REF,
  I32,
  I64,
  STRINGREF,
  STRUCTREF,
  V128,
  type ValueType,
} from "../syntax/types.ts";
import { isObject, toList, typeError } from "./web_idl.ts";

/** Most parameters, and most results, of a function type (JS API, "Implementation-defined Limits"). */
const MAXIMUM_TYPES = 1000;

const REFERENCE_TYPES: ReadonlyMap<string, ValueType> = new Map([
  ["anyfunc", FUNCREF],
  ["funcref", FUNCREF],
  ["externref", EXTERNREF],
  ["anyref", ANYREF],
  ["eqref", EQREF],
  ["i31ref", I31REF],
  ["structref", STRUCTREF],
  ["arrayref", ARRAYREF],
  ["stringref", STRINGREF],
]);
const VALUE_TYPES: ReadonlyMap<string, ValueType> = new Map([
  ["i32", I32],
  ["i64", I64],
  ["f32", F32],
  ["f64", F64],
  ["v128", V128],
  ["exnref", EXNREF],
  ...REFERENCE_TYPES,
]);

/** The value type called `name`; undefined for other names. `name` is converted with ToString. */
export function valueTypeNamed(name: unknown): ValueType | undefined {
  return VALUE_TYPES.get(`${name as string}`);
}

/** The element type of tables called `name`; undefined for other names. `name` is converted with ToString. */
export function tableKindNamed(name: unknown): ValueType | undefined {
  return REFERENCE_TYPES.get(`${name as string}`);
}

/**
 * The list of value types that is a member of a tag's or function's type.
 *
 * @throws {TypeError} when it is not iterable, too long, or has something else in it. `what` is the type for messages.
 */
export function readTypeList(
  api: string,
  type: { readonly [member: string]: unknown },
  member: "parameters" | "results",
  what: string,
): ValueType[] {
  const value = type[member];
  if (!isObject(value)) throw typeError(api, `Argument 0 must be a ${what} with '${member}'`);
  const names = toList(value, () => {
    throw typeError(api, `Argument 0 contains ${member} that are not iterable`);
  });
  if (names.length > MAXIMUM_TYPES) throw typeError(api, `Argument 0 contains too many ${member}`);
  return names.map((name, i) => {
    const named = valueTypeNamed(name);
    if (named !== undefined) return named;
    throw typeError(api, `Argument 0 ${member.slice(0, -1)} type at index #${i} must be a value type`);
  });
}
