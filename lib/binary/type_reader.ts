/**
 * Types in the binary format (specification 5.3 "Types"), as declarations and instructions contain them.
 *
 * @module
 */

import type { FeatureName, FeatureSet } from "../syntax/features.ts";
import {
  ANY,
  ARRAY,
  definedHeapType,
  EQ,
  EXN,
  EXTERN,
  F32,
  F64,
  FUNC,
  type HeapType,
  heapTypeName,
  I16,
  I31,
  I32,
  I64,
  I8,
  isStringView,
  NOEXN,
  NOEXTERN,
  NOFUNC,
  NONE,
  refType,
  sharedHeapType,
  STRING,
  STRINGVIEW_ITER,
  STRINGVIEW_WTF16,
  STRINGVIEW_WTF8,
  STRUCT,
  V128,
  type ValueType,
  valueTypeName,
} from "../syntax/types.ts";
import { Reader } from "./reader.ts";

/** Most types a module may define. */
export const MAX_TYPES = 1_000_000;

const SHARED_CODE = 0x65;
const REF_CODE = 0x64;
const REF_NULL_CODE = 0x63;
const EXACT_CODE = 0x62;

const NUMBER_TYPES = new Map<number, ValueType>([
  [0x7f, I32],
  [0x7e, I64],
  [0x7d, F32],
  [0x7c, F64],
  [0x7b, V128],
]);

const ABSTRACT_TYPES = new Map<number, HeapType>([
  [0x74, NOEXN],
  [0x73, NOFUNC],
  [0x72, NOEXTERN],
  [0x71, NONE],
  [0x70, FUNC],
  [0x6f, EXTERN],
  [0x6e, ANY],
  [0x6d, EQ],
  [0x6c, I31],
  [0x6b, STRUCT],
  [0x6a, ARRAY],
  [0x69, EXN],
  [0x67, STRING],
  [0x66, STRINGVIEW_WTF8],
  [0x60, STRINGVIEW_WTF16],
  [0x61, STRINGVIEW_ITER],
]);

/** A reader that knows the features and how many types may be named where it stands. */
export class TypeReader extends Reader {
  /** What may be used. */
  readonly features: FeatureSet;
  /** Type indices below this are in range. */
  typeCount: number;

  /** A reader of all of `bytes`. */
  constructor(bytes: Uint8Array, features: FeatureSet, typeCount: number = 0) {
    super(bytes);
    this.features = features;
    this.typeCount = typeCount;
  }

  /** Fails when `feature` is off; `what` is what needs it. */
  require(feature: FeatureName, what: string, offset: number = this.position): void {
    if (!this.features.has(feature)) this.fail(`${what} (enable feature ${feature})`, offset);
  }

  /** A value type (section 5.3.4 "Value Types"). */
  valueType(): ValueType {
    const at = this.position;
    const code = this.peek("value type opcode");
    this.position++;
    const number = NUMBER_TYPES.get(code);
    if (number !== undefined) {
      if (number === V128) this.require("simd", "invalid value type 'v128'", at);
      return number;
    }
    if (code === REF_CODE || code === REF_NULL_CODE) {
      const heap = this.heapType();
      if (code === REF_NULL_CODE && isStringView(heap)) this.fail("nullable string views don't exist", at);
      return refType(heap, code === REF_NULL_CODE);
    }
    if (code === SHARED_CODE) {
      this.require("shared-everything-threads", "invalid value type 0x65", at);
      return refType(sharedHeapType(this.#abstract(this.peek("value type opcode"), at)), true);
    }
    const abstract = ABSTRACT_TYPES.get(code);
    if (abstract === undefined) this.fail(`invalid value type 0x${code.toString(16)}`, at);
    this.#requireAbstract(abstract, "value", at);
    return refType(abstract, !isStringView(abstract));
  }

  /** A heap type (section 5.3.3 "Heap Types"). */
  heapType(): HeapType {
    const at = this.position;
    const code = this.i33("heap type");
    if (code >= 0) return definedHeapType(this.#typeIndex(code, at));
    switch (code) {
      case SHARED_CODE - 0x80: {
        this.require("shared-everything-threads", "invalid heap type 0x65", at);
        return sharedHeapType(this.#abstract(this.peek("heap type"), at));
      }
      case EXACT_CODE - 0x80: {
        this.require("custom-descriptors", "invalid heap type 'exact'", at);
        const indexAt = this.position;
        return definedHeapType(this.#typeIndex(this.u32("type index"), indexAt), true);
      }
    }
    const abstract = code >= -64 ? ABSTRACT_TYPES.get(code + 0x80) : undefined;
    if (abstract === undefined) this.fail(`Unknown heap type ${code}`, at);
    this.#requireAbstract(abstract, "heap", at);
    return abstract;
  }

  /** A storage type: a value type or a packed type. */
  storageType(): ValueType {
    const code = this.peek("value type opcode");
    if (code !== 0x78 && code !== 0x77) return this.valueType();
    this.position++;
    return code === 0x78 ? I8 : I16;
  }

  #abstract(code: number, at: number): HeapType {
    const abstract = ABSTRACT_TYPES.get(code);
    if (abstract === undefined) this.fail(`Unknown heap type ${code - 0x80}`, this.position);
    this.position++;
    this.#requireAbstract(abstract, "heap", at);
    return abstract;
  }

  #requireAbstract(type: HeapType, kind: "value" | "heap", at: number): void {
    switch (type) {
      case EXN:
      case NOEXN:
        return this.require("exceptions", `invalid ${kind} type '${valueTypeName(refType(type, true))}'`, at);
      case STRING:
      case STRINGVIEW_WTF8:
      case STRINGVIEW_WTF16:
      case STRINGVIEW_ITER: {
        const name = kind === "value" ? valueTypeName(refType(type, true)) : heapTypeName(type);
        return this.require("stringref", `invalid ${kind} type '${name}'`, at);
      }
    }
  }

  #typeIndex(index: number, at: number): number {
    if (index >= MAX_TYPES) {
      this.fail(
        `Type index ${index} is greater than the maximum number ${MAX_TYPES} of type definitions supported`,
        at,
      );
    }
    if (index >= this.typeCount) this.fail(`Type index ${index} is out of bounds`, at);
    return index;
  }
}
