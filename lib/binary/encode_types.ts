/**
 * Types in the binary format (specification 5.3 "Types"), with the forms of the proposals: `shared`, `exact`,
 * `descriptor`, `describes`, custom page sizes.
 *
 * @module
 */

import {
  type AbstractHeapTypeName,
  abstractHeapTypeOf,
  type CompositeType,
  type FieldType,
  type GlobalType,
  type HeapType,
  heapTypeName,
  heapTypeOf,
  isAbstract,
  isDefined,
  isExact,
  isNullable,
  isReference,
  isSharedAbstract,
  isStringView,
  type Limits,
  type MemoryType,
  type RecursionGroup,
  type SubType,
  type TableType,
  typeIndexOf,
  type ValueType,
  valueTypeName,
} from "../syntax/types.ts";
import type { ByteWriter } from "./byte_writer.ts";

const NUMBER_CODES: Readonly<Record<string, number>> = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
  i8: 0x78,
  i16: 0x77,
};

const HEAP_CODES: Readonly<Record<AbstractHeapTypeName, number>> = {
  func: 0x70,
  nofunc: 0x73,
  extern: 0x6f,
  noextern: 0x72,
  any: 0x6e,
  eq: 0x6d,
  i31: 0x6c,
  struct: 0x6b,
  array: 0x6a,
  none: 0x71,
  exn: 0x69,
  noexn: 0x74,
  string: 0x67,
  stringview_wtf8: 0x66,
  stringview_wtf16: 0x60,
  stringview_iter: 0x61,
};

const REF = 0x64;
const REF_NULL = 0x63;
const SHARED = 0x65;
const EXACT = 0x62;
const DESCRIBES = 0x4c;
const DESCRIPTOR = 0x4d;
const REC = 0x4e;
const SUB_FINAL = 0x4f;
const SUB = 0x50;
const FUNC = 0x60;
const STRUCT = 0x5f;
const ARRAY = 0x5e;

/** A heap type (5.3.2). */
export function writeHeapType(out: ByteWriter, heap: HeapType): void {
  if (isDefined(heap)) {
    if (isExact(heap)) out.byte(EXACT);
    out.signed(typeIndexOf(heap));
    return;
  }
  if (isSharedAbstract(heap)) out.byte(SHARED);
  out.byte(HEAP_CODES[heapTypeName(abstractHeapTypeOf(heap)) as AbstractHeapTypeName]);
}

/** A value type or storage type (5.3.4, 5.3.7). */
export function writeValueType(out: ByteWriter, type: ValueType): void {
  if (!isReference(type)) {
    out.byte(NUMBER_CODES[valueTypeName(type)]);
  } else if (isAbstract(type) && isNullable(type) !== isStringView(type)) {
    writeHeapType(out, heapTypeOf(type));
  } else {
    out.byte(isNullable(type) ? REF_NULL : REF);
    writeHeapType(out, heapTypeOf(type));
  }
}

/** A vector of value types. */
export function writeValueTypes(out: ByteWriter, types: readonly ValueType[]): void {
  out.unsigned(types.length);
  for (const type of types) writeValueType(out, type);
}

function writeField(out: ByteWriter, { storage, mutable }: FieldType): void {
  writeValueType(out, storage);
  out.byte(mutable ? 1 : 0);
}

function writeCompositeType(out: ByteWriter, composite: CompositeType): void {
  switch (composite.kind) {
    case "func":
      out.byte(FUNC);
      writeValueTypes(out, composite.params);
      writeValueTypes(out, composite.results);
      return;
    case "struct":
      out.byte(STRUCT);
      out.unsigned(composite.fields.length);
      for (const field of composite.fields) writeField(out, field);
      return;
    case "array":
      out.byte(ARRAY);
      writeField(out, composite.element);
  }
}

/** A defined type (5.3.9). */
export function writeSubType(out: ByteWriter, type: SubType): void {
  if (!type.final || type.supertype !== null) {
    out.byte(type.final ? SUB_FINAL : SUB);
    if (type.supertype === null) {
      out.byte(0);
    } else {
      out.byte(1);
      out.unsigned(type.supertype);
    }
  }
  if (type.shared) out.byte(SHARED);
  if (type.describes !== null) {
    out.byte(DESCRIBES);
    out.unsigned(type.describes);
  }
  if (type.descriptor !== null) {
    out.byte(DESCRIPTOR);
    out.unsigned(type.descriptor);
  }
  writeCompositeType(out, type.composite);
}

/** The contents of the type section (5.5.4): recursion groups of defined types. */
export function writeTypes(
  out: ByteWriter,
  types: readonly SubType[],
  groups: readonly RecursionGroup[],
): void {
  out.unsigned(groups.length);
  for (const { start, size, explicit } of groups) {
    if (explicit) {
      out.byte(REC);
      out.unsigned(size);
    }
    for (let i = start; i < start + size; i++) writeSubType(out, types[i]);
  }
}

function writeLimits(
  out: ByteWriter,
  { minimum, maximum }: Limits,
  flags: number,
): void {
  out.byte(flags | (maximum === null ? 0 : 1));
  out.unsigned64(minimum);
  if (maximum !== null) out.unsigned64(maximum);
}

/** A table type (5.3.12). */
export function writeTableType(out: ByteWriter, type: TableType): void {
  writeValueType(out, type.element);
  writeLimits(out, type.limits, (type.shared ? 2 : 0) | (type.addressType === "i64" ? 4 : 0));
}

/** A memory type (5.3.11). */
export function writeMemoryType(out: ByteWriter, type: MemoryType): void {
  const paged = type.pageSizeLog2 !== 16;
  writeLimits(
    out,
    type.limits,
    (type.shared ? 2 : 0) | (type.addressType === "i64" ? 4 : 0) | (paged ? 8 : 0),
  );
  if (paged) out.unsigned(type.pageSizeLog2);
}

/** A global type (5.3.13). */
export function writeGlobalType(out: ByteWriter, type: GlobalType): void {
  writeValueType(out, type.value);
  out.byte((type.mutable ? 1 : 0) | (type.shared ? 2 : 0));
}
