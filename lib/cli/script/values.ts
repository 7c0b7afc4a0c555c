/**
 * Values of scripts against values of the engine, on bits.
 *
 * @module
 */

import { valueList } from "../../runtime/components.ts";
import { f32Bits, f32FromBits, f64Bits, f64FromBits, SCRATCH_I32 } from "../../runtime/float_bits.ts";
import { externalize, HostReference as InternalHostReference } from "../../runtime/external_references.ts";
import { FunctionReference, referenceOf } from "../../runtime/function_reference.ts";
import { hasJSValues } from "../../runtime/js_values.ts";
import {
  F32,
  F64,
  type FunctionType,
  I32,
  I64,
  isReference,
  V128,
  type ValueType,
  valueTypeName,
} from "../../syntax/types.ts";
import type { LaneType, ScriptValue } from "./commands.ts";

/** What a host reference of a script is: one object per id. */
export class HostReference {
  readonly id: string;
  static readonly #known = new Map<string, HostReference>();

  private constructor(id: string) {
    this.id = id;
  }

  /** The host reference `id`, the same object every time. */
  static of(id: string): HostReference {
    let reference = HostReference.#known.get(id);
    if (reference === undefined) HostReference.#known.set(id, reference = new HostReference(id));
    return reference;
  }
}

/**
 * A result in comparable form: a number as its bits, a v128 as the bits of its 128-bit integer (little endian), a
 * reference as JavaScript sees it, a function as the engine holds it.
 */
export type Observed = { readonly type: ValueType; readonly bits: bigint } | {
  readonly type: ValueType;
  readonly reference: unknown;
};

const LANE_BITS: Record<LaneType, number> = { i8: 8, i16: 16, i32: 32, i64: 64, f32: 32, f64: 64 };

/** The bits of a v128 as one integer, lane 0 lowest. */
function vectorBits(value: ScriptValue): bigint {
  const width = LANE_BITS[value.lane_type!];
  return (value.value as readonly string[]).reduce(
    (bits, lane, i) => bits | BigInt.asUintN(width, BigInt(lane)) << BigInt(i * width),
    0n,
  );
}

function int32(bits: bigint): number {
  return Number(BigInt.asIntN(32, bits));
}

/** Arguments as boxed values (lib/runtime/values.ts). */
export function boxedList(values: readonly ScriptValue[]): unknown[] {
  const list = valueList();
  for (const value of values) list.push(boxed(value));
  return list;
}

function boxed(value: ScriptValue): unknown {
  switch (value.type) {
    case "i32":
      return int32(BigInt(value.value as string));
    case "i64":
      return BigInt.asIntN(64, BigInt(value.value as string));
    case "f32":
      return f32FromBits(int32(BigInt(value.value as string)));
    case "f64": {
      const bits = BigInt(value.value as string);
      return f64FromBits(int32(bits), int32(bits >> 32n));
    }
    case "v128": {
      const bits = vectorBits(value);
      return Uint8Array.from({ length: 16 }, (_, i) => Number(bits >> BigInt(i * 8) & 0xffn));
    }
    case "refnull":
      return null;
    case "externref":
    case "funcref":
    case "hostref":
      if (value.value === "null") return null;
      if (value.type !== "funcref") return HostReference.of(String(value.value));
      throw new TypeError("a script cannot pass a function");
    default:
      throw new TypeError(`no argument of type ${value.type}`);
  }
}

/** A boxed value (lib/runtime/values.ts), or what JavaScript got for one, in comparable form. */
export function observeBoxed(type: ValueType, value: unknown): Observed {
  switch (type) {
    case I32:
      return { type, bits: BigInt.asUintN(32, BigInt(value as number)) };
    case I64:
      return { type, bits: BigInt.asUintN(64, value as bigint) };
    case F32:
      return { type, bits: BigInt(f32Bits(value as number) >>> 0) };
    case F64:
      return { type, bits: BigInt(f64Bits(value as number) >>> 0) | BigInt(SCRATCH_I32[1] >>> 0) << 32n };
    case V128: {
      const bytes = value as Uint8Array;
      return { type, bits: bytes.reduceRight((bits, byte) => bits << 8n | BigInt(byte), 0n) };
    }
    default:
      return { type, reference: isInternal(value) ? externalize(value) : value };
  }
}

/** What JavaScript got through the JS API for a value, in comparable form. */
export function observeExternal(type: ValueType, value: unknown): Observed {
  return isReference(type)
    ? { type, reference: typeof value === "function" ? referenceOf(value) ?? value : value }
    : observeBoxed(type, value);
}

/** Whether a reference is one that JavaScript never sees: a struct or array, or a host value among them. */
function isInternal(value: unknown): boolean {
  return value instanceof InternalHostReference ||
    typeof value === "object" && value !== null && "$type" in value;
}

/** Whether an argument is a NaN other than the one that hosts which do not keep NaN bits make of it. */
export function isUncommonNaN({ type, value }: ScriptValue): boolean {
  if (type !== "f32" && type !== "f64") return false;
  const bits = BigInt(value as string);
  const { exponent, quiet } = FLOAT_FORMATS[type];
  return isNaNPattern(type, bits) && bits !== (exponent | quiet);
}

/** Whether a pattern says anything about the bits of a NaN. */
export function expectsNaN(expected: ScriptValue): boolean {
  const { type, lane_type, value, values } = expected;
  if (type === "either") return values!.some(expectsNaN);
  const float = type === "v128" ? lane_type : type;
  if (float !== "f32" && float !== "f64") return false;
  const bits = typeof value === "string" ? [value] : value ?? [];
  return bits.some((bits) => bits.startsWith("nan:") || isNaNPattern(float, BigInt(bits)));
}

/**
 * What of a call the JS API cannot carry: the name of a type of its signature, "NaN bits" of an argument, or null when
 * it carries everything.
 */
export function uncarried(
  { params, results }: Pick<FunctionType, "params" | "results">,
  args: readonly ScriptValue[],
): string | null {
  const type = [...params, ...results].find((type) => !hasJSValues(type));
  if (type !== undefined) return valueTypeName(type);
  return args.some((value) => !crossesFromJavaScript(value)) ? "NaN bits" : null;
}

/** Whether the JS API carries an argument with all its bits. */
export function crossesFromJavaScript(value: ScriptValue): boolean {
  switch (value.type) {
    case "i32":
    case "i64":
    case "externref":
    case "hostref":
    case "refnull":
      return true;
    case "f32":
    case "f64":
      return !Number.isNaN(boxed(value));
    default:
      return false;
  }
}

/** How well a value fits: not, only up to the bits of a NaN, or fully. */
export type Match = "no" | "NaN payload" | "yes";

const worst = (matches: readonly Match[]): Match =>
  matches.includes("no") ? "no" : matches.includes("NaN payload") ? "NaN payload" : "yes";

const FLOAT_FORMATS = {
  f32: { width: 32, exponent: 0x7f80_0000n, quiet: 0x0040_0000n },
  f64: { width: 64, exponent: 0x7ff0_0000_0000_0000n, quiet: 0x0008_0000_0000_0000n },
} as const;

type FloatType = keyof typeof FLOAT_FORMATS;

function isNaNPattern(type: FloatType, bits: bigint): boolean {
  const { width, exponent } = FLOAT_FORMATS[type];
  return BigInt.asUintN(width - 1, bits) > exponent;
}

function matchFloat(type: FloatType, bits: bigint, expected: string): Match {
  const { width, exponent, quiet } = FLOAT_FORMATS[type];
  const magnitude = BigInt.asUintN(width - 1, bits);
  if (expected === "nan:canonical") {
    return magnitude === (exponent | quiet) ? "yes" : isNaNPattern(type, bits) ? "NaN payload" : "no";
  }
  if (expected === "nan:arithmetic") {
    const isArithmetic = (magnitude & (exponent | quiet)) === (exponent | quiet);
    return isArithmetic ? "yes" : isNaNPattern(type, bits) ? "NaN payload" : "no";
  }
  const wanted = BigInt.asUintN(width, BigInt(expected));
  if (bits === wanted) return "yes";
  return isNaNPattern(type, bits) && isNaNPattern(type, wanted) ? "NaN payload" : "no";
}

/** An integer; two different ones that are both bits of NaNs, as loads and reinterpretations give them, nearly fit. */
function matchInteger(type: FloatType, bits: bigint, expected: string): Match {
  const wanted = BigInt.asUintN(FLOAT_FORMATS[type].width, BigInt(expected));
  if (bits === wanted) return "yes";
  return isNaNPattern(type, bits) && isNaNPattern(type, wanted) ? "NaN payload" : "no";
}

function matchLane(type: LaneType, bits: bigint, expected: string): Match {
  if (type === "f32" || type === "f64") return matchFloat(type, bits, expected);
  return bits === BigInt.asUintN(LANE_BITS[type], BigInt(expected)) ? "yes" : "no";
}

/** Tells internal references apart: "struct", "array", or null for anything else. */
export type HeapKind = (reference: unknown) => "struct" | "array" | null;

function matchReference(reference: unknown, expected: ScriptValue, kind: HeapKind): boolean {
  if (expected.type === "refnull" || expected.value === "null") return reference === null;
  if (reference === null || reference === undefined) return false;
  switch (expected.type.replace("_shared", "")) {
    case "externref":
    case "hostref":
      return expected.value === undefined ||
        reference instanceof HostReference && reference.id === expected.value;
    case "funcref":
      return reference instanceof FunctionReference;
    case "i31ref":
      return typeof reference === "number";
    case "structref":
      return kind(reference) === "struct";
    case "arrayref":
      return kind(reference) === "array";
    case "eqref":
      return typeof reference === "number" || kind(reference) !== null;
    case "anyref":
    case "exnref":
      return true;
    default:
      return false;
  }
}

/** How `observed` fits what the script expects. */
export function matchValue(observed: Observed, expected: ScriptValue, kind: HeapKind): Match {
  if (expected.type === "either") {
    const matches = expected.values!.map((alternative) => matchValue(observed, alternative, kind));
    return matches.includes("yes") ? "yes" : matches.includes("NaN payload") ? "NaN payload" : "no";
  }
  if ("reference" in observed) return matchReference(observed.reference, expected, kind) ? "yes" : "no";
  const { type, bits } = observed;
  switch (expected.type) {
    case "i32":
      return type === I32 ? matchInteger("f32", bits, expected.value as string) : "no";
    case "i64":
      return type === I64 ? matchInteger("f64", bits, expected.value as string) : "no";
    case "f32":
      return type === F32 ? matchFloat("f32", bits, expected.value as string) : "no";
    case "f64":
      return type === F64 ? matchFloat("f64", bits, expected.value as string) : "no";
    case "v128": {
      if (type !== V128) return "no";
      const lane = expected.lane_type!;
      const width = LANE_BITS[lane];
      return worst(
        (expected.value as readonly string[]).map((wanted, i) =>
          matchLane(lane, BigInt.asUintN(width, bits >> BigInt(i * width)), wanted)
        ),
      );
    }
    default:
      return "no";
  }
}

/** A result for messages. */
export function show(observed: Observed): string {
  if ("reference" in observed) {
    const { reference } = observed;
    if (reference instanceof HostReference) return `host reference ${reference.id}`;
    if (reference === null || typeof reference === "number") return `reference ${reference}`;
    return reference instanceof FunctionReference ? "a function" : "a reference";
  }
  const width = observed.type === V128 ? 32 : observed.type === I32 || observed.type === F32 ? 8 : 16;
  return `0x${observed.bits.toString(16).padStart(width, "0")}`;
}

/** An expected value for messages. */
export function showExpected(expected: ScriptValue): string {
  if (expected.type === "either") return `(${expected.values!.map(showExpected).join(" or ")})`;
  if (expected.type === "v128") return `${expected.lane_type} lanes ${expected.value}`;
  if (expected.value === undefined || expected.type === "refnull") return expected.type;
  const value = expected.value as string;
  return /^\d+$/.test(value) && !isReferenceName(expected.type)
    ? `0x${BigInt(value).toString(16).padStart(expected.type.endsWith("32") ? 8 : 16, "0")}`
    : `${expected.type} ${value}`;
}

function isReferenceName(type: string): boolean {
  return type.endsWith("ref");
}

/** Whether results of these types can be seen through the JS API with all their bits, NaNs aside. */
export function crossesToJavaScript(type: ValueType, expected: ScriptValue): boolean {
  if (isReference(type)) {
    return hasJSValues(type) && (expected.type === "refnull" || expected.type === "externref");
  }
  const { value } = expected;
  if (type === V128 || expected.type === "either" || typeof value !== "string") return false;
  if (type !== F32 && type !== F64) return true;
  return /^\d+$/.test(value) &&
    matchFloat(type === F32 ? "f32" : "f64", BigInt(value), "nan:canonical") === "no";
}
