/**
 * The names of types in descriptors: the enumerations `ValueType` and `TableKind` of the JS API, with the names V8
 * knows beyond them.
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
  STRUCTREF,
  V128,
  type ValueType,
} from "../syntax/types.ts";

const REFERENCE_TYPES: ReadonlyMap<string, ValueType> = new Map([
  ["anyfunc", FUNCREF],
  ["externref", EXTERNREF],
  ["anyref", ANYREF],
  ["eqref", EQREF],
  ["i31ref", I31REF],
  ["structref", STRUCTREF],
  ["arrayref", ARRAYREF],
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
