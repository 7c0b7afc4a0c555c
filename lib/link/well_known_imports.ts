/**
 * Well-known imports (INSTANTIATION.md section 4): builtins of the language that are imported as they are, or as
 * `Function.prototype.call.bind(BUILTIN)`, under a signature that says the same. Recognised, they are called as
 * code that does just that; not recognised, they still work.
 *
 * A builtin is recognised by identity with what was there when the engine was loaded. A bound function shows nobody what it is
 * bound to, so only those are recognised whose making the engine saw (`bound_functions.ts`). To recognise any other one there is
 * only its call, which would run code of the user if it is not what it seems.
 *
 * @module
 */

import { foreign } from "../runtime/exception_boundary.ts";
import type { Code } from "../runtime/function_reference.ts";
import type { Callable } from "../runtime/imported_function.ts";
import { lookUp } from "../runtime/lookup.ts";
import {
  EXTERN,
  F32,
  F64,
  type FunctionType,
  heapTypeOf,
  I32,
  I64,
  isReference,
  STRING,
  type ValueType,
} from "../syntax/types.ts";
import { boundCallTarget } from "./bound_functions.ts";
import { DATA_VIEW_BUILTINS, type DataViewAccessor } from "./data_view_access.ts";

/** A parameter or result: a number type; a reference of this kind, null or not; or either of the two. */
type Place = "i32" | "i64" | "f32" | "f64" | "extern" | "string" | "string or extern";

/** A well-known import. */
export interface WellKnownImport {
  /** The builtin, with the signature where it has several: `DataView.prototype.getInt8`, `Number.prototype.toString (f64)`. */
  readonly name: string;
  /** What is imported: the builtin itself, or a call of it with the receiver as first parameter. */
  readonly form: "function" | "bound call";
  /** As it was when the engine was loaded. */
  readonly builtin: Callable;
  /** The receiver first, for a bound call. */
  readonly params: readonly Place[];
  /** At most one. */
  readonly results: readonly Place[];
  /**
   * Components in, components out; what the builtin throws it throws as an exception that wasm code can catch. Null for the
   * accessors of `DataView`, whose code is generated for each import.
   */
  readonly code: Code | null;
}

/** Name of the conversion of an i32 with a radix, which never throws for the radix 10. */
export const INTEGER_TO_STRING: string = "Number.prototype.toString (i32)";

const { call } = Function.prototype;
const { apply } = Reflect;
const { indexOf, toLocaleLowerCase, toLowerCase } = String.prototype;
const numberToString = Number.prototype.toString;

/** Code that throws as an exception of JavaScript's what `body` throws. Distinct texts, so that hosts inline the builtins. */
const STRING_CODE = {
  // JavaScriptCore inlines a builtin in `method.call()` alone: indexOf takes 8 ns, 28 as a bound function, 12 with `apply`.
  indexOf(receiver: string, searched: string, from: number): number {
    try {
      return indexOf.call === call
        ? indexOf.call(receiver, searched, from)
        : apply(indexOf, receiver, [searched, from]);
    } catch (exception) {
      throw foreign(exception);
    }
  },

  toLowerCase(receiver: string): string {
    try {
      return toLowerCase.call === call ? toLowerCase.call(receiver) : apply(toLowerCase, receiver, []);
    } catch (exception) {
      throw foreign(exception);
    }
  },

  toLocaleLowerCase(receiver: string, locale: string): string {
    try {
      return apply(toLocaleLowerCase, receiver, [locale]);
    } catch (exception) {
      throw foreign(exception);
    }
  },

  /** A template is the decimal conversion: hosts have it inline, and V8 knows that it does nothing else. */
  toString(value: number, radix: number): string {
    try {
      if (radix === 10) return `${value}`;
      return numberToString.call === call
        ? numberToString.call(value, radix)
        : apply(numberToString, value, [radix]);
    } catch (exception) {
      throw foreign(exception);
    }
  },

  toDecimal(value: number): string {
    return `${value}`;
  },
};

function dataView(
  accessor: DataViewAccessor,
  params: readonly Place[],
  results: readonly Place[],
): WellKnownImport {
  return {
    name: `DataView.prototype.${accessor}`,
    form: "bound call",
    builtin: DATA_VIEW_BUILTINS[accessor],
    params: ["extern", ...params],
    results,
    code: null,
  };
}

function stringMethod(
  name: string,
  method: "indexOf" | "toLowerCase" | "toLocaleLowerCase",
  params: readonly Place[],
  results: readonly Place[],
): WellKnownImport {
  return {
    name,
    form: "bound call",
    builtin: BUILTINS[method] as Callable,
    params,
    results,
    code: STRING_CODE[method],
  };
}

const BUILTINS = { indexOf, toLowerCase, toLocaleLowerCase };

/** The table of INSTANTIATION.md section 4, in its order. */
export const WELL_KNOWN_IMPORTS: readonly WellKnownImport[] = [
  {
    name: "parseFloat",
    form: "function",
    builtin: parseFloat as Callable,
    params: ["string"],
    results: ["f64"],
    code: parseFloat,
  },
  ...(["getInt8", "getUint8"] as const).map((name) => dataView(name, ["i32"], ["i32"])),
  ...(["getInt16", "getUint16", "getInt32", "getUint32"] as const).map((name) =>
    dataView(name, ["i32", "i32"], ["i32"])
  ),
  ...(["getBigInt64", "getBigUint64"] as const).map((name) => dataView(name, ["i32", "i32"], ["i64"])),
  dataView("getFloat32", ["i32", "i32"], ["f32"]),
  dataView("getFloat64", ["i32", "i32"], ["f64"]),
  ...(["setInt8", "setUint8"] as const).map((name) => dataView(name, ["i32", "i32"], [])),
  ...(["setInt16", "setUint16", "setInt32", "setUint32"] as const).map((name) =>
    dataView(name, ["i32", "i32", "i32"], [])
  ),
  ...(["setBigInt64", "setBigUint64"] as const).map((name) => dataView(name, ["i32", "i64", "i32"], [])),
  dataView("setFloat32", ["i32", "f32", "i32"], []),
  dataView("setFloat64", ["i32", "f64", "i32"], []),
  dataView("byteLength", [], ["f64"]),
  {
    name: INTEGER_TO_STRING,
    form: "bound call",
    builtin: numberToString as Callable,
    params: ["i32", "i32"],
    results: ["string or extern"],
    code: STRING_CODE.toString,
  },
  {
    name: "Number.prototype.toString (f64)",
    form: "bound call",
    builtin: numberToString as Callable,
    params: ["f64"],
    results: ["string or extern"],
    code: STRING_CODE.toDecimal,
  },
  stringMethod(
    "String.prototype.indexOf (string)",
    "indexOf",
    ["string", "string", "i32"],
    ["i32"],
  ),
  stringMethod("String.prototype.indexOf", "indexOf", ["extern", "extern", "i32"], ["i32"]),
  stringMethod("String.prototype.toLowerCase (string)", "toLowerCase", ["string"], ["string"]),
  stringMethod("String.prototype.toLowerCase", "toLowerCase", ["extern"], ["extern"]),
  stringMethod(
    "String.prototype.toLocaleLowerCase",
    "toLocaleLowerCase",
    ["string", "string"],
    ["string"],
  ),
];

const byBuiltin = {
  function: new Map<Callable, WellKnownImport[]>(),
  "bound call": new Map<Callable, WellKnownImport[]>(),
};
for (const entry of WELL_KNOWN_IMPORTS) {
  const known = byBuiltin[entry.form].get(entry.builtin);
  if (known) known.push(entry);
  else byBuiltin[entry.form].set(entry.builtin, [entry]);
}

/** The entries of the table for a value, whatever the signature; none for a value that is no untouched builtin. */
export function wellKnownImportsOf(value: unknown): readonly WellKnownImport[] {
  const target = boundCallTarget(value);
  const known = target === null
    ? lookUp(byBuiltin.function, value as Callable)
    : lookUp(byBuiltin["bound call"], target);
  return known ?? [];
}

/** The well-known import that `value` is under `signature`; null when it is none. Runs no code of anybody. */
export function wellKnownImportOf(value: unknown, signature: FunctionType): WellKnownImport | null {
  for (const entry of wellKnownImportsOf(value)) {
    if (fits(entry.params, signature.params) && fits(entry.results, signature.results)) return entry;
  }
  return null;
}

/** A signature as the table writes it, for people: `(extern, i32) -> f64`. */
export function describePlaces({ params, results }: Pick<WellKnownImport, "params" | "results">): string {
  return `(${params.join(", ")}) -> ${results.length === 1 ? results[0] : `(${results.join(", ")})`}`;
}

function fits(places: readonly Place[], types: readonly ValueType[]): boolean {
  if (places.length !== types.length) return false;
  for (let i = 0; i < places.length; i++) if (!isOf(types[i], places[i])) return false;
  return true;
}

function isOf(type: ValueType, place: Place): boolean {
  switch (place) {
    case "i32":
      return type === I32;
    case "i64":
      return type === I64;
    case "f32":
      return type === F32;
    case "f64":
      return type === F64;
    case "extern":
      return isReference(type) && heapTypeOf(type) === EXTERN;
    case "string":
      return isReference(type) && heapTypeOf(type) === STRING;
    case "string or extern":
      return isOf(type, "string") || isOf(type, "extern");
  }
}
