/**
 * Values between JavaScript and WebAssembly: `ToJSValue` and `ToWebAssemblyValue` of the JS API (section "The
 * JavaScript value conversions" of "Exported Functions"), for boxed values. Texts as in V8.
 *
 * @module
 */

import type { CanonicalType, TypeContext } from "../syntax/canonical_types.ts";
import {
  abstractHeapTypeOf,
  ANY,
  ARRAY,
  EQ,
  EXN,
  EXTERN,
  F32,
  F64,
  FUNC,
  type FunctionType,
  heapTypeName,
  heapTypeOf,
  I31,
  I32,
  I64,
  isDefined,
  isExact,
  isNullable,
  isReference,
  NOEXN,
  NOEXTERN,
  NOFUNC,
  NONE,
  STRING,
  STRUCT,
  typeIndexOf,
  V128,
  type ValueType,
} from "../syntax/types.ts";
import { externalize, heapObjectOf, internalize, isI31 } from "./external_references.ts";
import { unmarked } from "./float_bits.ts";
import { externalOf, FunctionReference, referenceOf } from "./function_reference.ts";
import type { HeapObject } from "./heap_objects.ts";
import type { Value } from "./values.ts";

/** V8's text for a value that cannot cross in a call. */
export const TYPE_INCOMPATIBILITY = "type incompatibility when transforming from/to JS";

/** Throws the error for a value that does not convert; `reason` is V8's description of what was expected. */
export type ConversionFailure = (reason: string) => never;

/** How calls fail, whatever the reason. */
export const incompatible: ConversionFailure = () => {
  throw new TypeError(TYPE_INCOMPATIBILITY);
};

const { asIntN } = BigInt;
const { fround } = Math;
const INT64_PROBE = new BigInt64Array(1);

/** `ToBigInt64` of the language: a signed 64-bit bigint. @throws {TypeError} for a Number; {SyntaxError} for other text. */
export function toBigInt64(value: unknown): bigint {
  if (typeof value === "bigint") return asIntN(64, value);
  INT64_PROBE[0] = value as bigint;
  return INT64_PROBE[0];
}

/** Whether values of `type` can go from and to JavaScript: vectors, exception references and string views cannot. */
export function hasJSValues(type: ValueType): boolean {
  if (!isReference(type)) return type !== V128;
  if (isDefined(type)) return true;
  const heap = abstractHeapTypeOf(type);
  return heap !== EXN && heap !== NOEXN && heap <= STRING;
}

/** Whether a signature can cross to JavaScript: all of its parameters and results can. */
export function crossesToJS({ params, results }: FunctionType): boolean {
  return params.every(hasJSValues) && results.every(hasJSValues);
}

/**
 * `ToJSValue`: a boxed value of a type that has JavaScript values, as JavaScript sees it. A function reference
 * becomes its one function object.
 *
 * @throws {TypeError} for a v128 or an exception reference.
 */
export function toJSValue(value: Value, type: ValueType): unknown {
  if (!hasJSValues(type)) incompatible(TYPE_INCOMPATIBILITY);
  if (type === F32) return unmarked(value as number);
  if (!isReference(type)) return value;
  switch (isDefined(type) ? type : abstractHeapTypeOf(type)) {
    case EXTERN:
    case NOEXTERN:
    case STRING:
      return value;
    default:
      return value instanceof FunctionReference ? externalOf(value) : externalize(value);
  }
}

/**
 * `ToWebAssemblyValue`: `value` as a boxed value of `type`. Numeric conversions run the value's own `valueOf` and the like.
 *
 * @throws {TypeError} through `fail` when a reference does not fit or the type has no JavaScript values; whatever the
 * conversion of an object to a number throws.
 */
export function toWebAssemblyValue(
  value: unknown,
  type: ValueType,
  types: TypeContext,
  fail: ConversionFailure = incompatible,
): Value {
  switch (type) {
    case I32:
      // Unary plus and not Number(): a bigint is refused.
      return +(value as number) | 0;
    case I64:
      return toBigInt64(value);
    case F32:
      return fround(value as number);
    case F64:
      return +(value as number);
    case V128:
      return fail("invalid type v128");
    default:
      return toReference(value, type, types, fail);
  }
}

function toReference(
  value: unknown,
  type: ValueType,
  types: TypeContext,
  fail: ConversionFailure,
): Value {
  const heap = heapTypeOf(type);
  const plain = isDefined(heap) ? heap : abstractHeapTypeOf(heap);
  const hasNoValue = plain === EXN || plain === NOEXN;
  if (value === null && isNullable(type)) {
    return hasNoValue ? fail(`invalid type (ref null ${heapTypeName(heap)})`) : null;
  }
  switch (plain) {
    case EXN:
      return fail("invalid type (ref exn)");
    case EXTERN:
      return value === null ? fail("null is not allowed for (ref extern)") : value;
    case ANY:
      return value === null ? fail("null is not allowed for (ref any)") : internalize(value);
    case STRING:
      return typeof value === "string" ? value : fail("wrong type (expected a string)");
    case FUNC:
      return referenceOf(value) ??
        fail("function-typed object must be null (if nullable) or a Wasm function object");
    case I31:
      return isI31(value)
        ? value
        : fail("i31ref object must be null (if nullable) or a Number that fits in i31ref range");
    case EQ:
      return isI31(value) ? value : heapObjectOf(value) ?? fail(
        "eqref object must be null (if nullable), or a wasm struct/array, or a Number that fits in i31ref range",
      );
    case STRUCT:
      return aggregate(value, "struct") ??
        fail("structref object must be null (if nullable) or a wasm struct");
    case ARRAY:
      return aggregate(value, "array") ?? fail("arrayref object must be null (if nullable) or a wasm array");
    case NONE:
    case NOFUNC:
    case NOEXTERN:
    case NOEXN:
      return fail("only null allowed for null types");
    default:
      return isDefined(heap)
        ? toDefined(value, types[typeIndexOf(heap)], isExact(heap), fail)
        : fail("invalid type");
  }
}

function toDefined(
  value: unknown,
  expected: CanonicalType,
  exact: boolean,
  fail: ConversionFailure,
): Value {
  const matches = (type: CanonicalType) => exact ? type === expected : type.isSubtypeOf(expected);
  const reference = referenceOf(value);
  if (reference !== undefined) {
    return matches(reference.type)
      ? reference
      : fail("assigned exported function has to be a subtype of the expected type");
  }
  const object = heapObjectOf(value);
  if (object === null) return fail("JS object does not match expected wasm type");
  return matches(object.$type) ? object : fail("object is not a subtype of expected type");
}

function aggregate(value: unknown, kind: "struct" | "array"): HeapObject | null {
  const object = heapObjectOf(value);
  return object?.$type.composite.kind === kind ? object : null;
}
