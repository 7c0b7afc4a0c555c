/**
 * What the sections before the code are made of: type definitions, the types of tables, memories and globals, segments
 * (specification 5.3 "Types" and 5.5 "Modules"). Texts and offsets of errors are V8's.
 *
 * @module
 */

import type { ConstantExpression, DataSegment, ElementSegment, SegmentMode } from "../syntax/module.ts";
import {
  type CompositeType,
  type FieldType,
  FUNC,
  FUNCREF,
  type GlobalType,
  isReference,
  type Limits,
  type MemoryType,
  refType,
  type SubType,
  type TableType,
  type ValueType,
  valueTypeName,
} from "../syntax/types.ts";
import { AdjacentExpressions } from "./adjacent_expressions.ts";
import { skipExpression } from "./instructions.ts";
import type { TypeReader } from "./type_reader.ts";

const MAX_PARAMETERS = 1000;
const MAX_RESULTS = 1000;
const MAX_STRUCT_FIELDS = 10_000;
const MAX_SEGMENT_ELEMENTS = 10_000_000;
/** Most pages of 64 KiB that a memory may declare; what can be allocated is less. */
const MAX_MEMORY32_PAGES = 1n << 16n;
const MAX_MEMORY64_PAGES = 1n << 48n;
const MAX_U32 = (1n << 32n) - 1n;
const MAX_U64 = (1n << 64n) - 1n;

/** Shared, because making a typed array takes longer than the rest of an empty segment. */
const NO_INDICES = new Uint32Array(0);

const SUB_FINAL = 0x4f;
const SUB = 0x50;
const SHARED = 0x65;
const DESCRIBES = 0x4c;
const DESCRIPTOR = 0x4d;

/** A type definition (section 5.3.8 "Recursive Types"): the one with index `index`. */
export function readSubType(reader: TypeReader, index: number): SubType {
  const kind = reader.peek("type kind");
  let supertype: number | null = null;
  if (kind === SUB || kind === SUB_FINAL) {
    reader.position++;
    if (reader.count("supertype count", 1) === 1) {
      supertype = reader.u32("supertype");
      if (supertype >= index) reader.fail(`type ${index}: invalid supertype ${supertype}`);
    }
  }
  const shared = reader.peek("type kind") === SHARED;
  if (shared) {
    reader.require("shared-everything-threads", `unknown type form: ${SHARED}`);
    reader.position++;
  }
  const describes = readDescriptorClause(reader, DESCRIBES, "describes");
  if (describes !== null && describes >= index) {
    reader.fail("types can only describe previously-declared types");
  }
  const descriptor = readDescriptorClause(reader, DESCRIPTOR, "descriptor");
  if (descriptor !== null && descriptor >= reader.typeCount) {
    reader.fail(`descriptor type index ${descriptor} is out of bounds`);
  }
  const at = reader.position;
  const composite = readCompositeType(reader);
  if (composite.kind !== "struct" && (describes !== null || descriptor !== null)) {
    reader.fail(`'${describes !== null ? "describes" : "descriptor"}' may only be used with structs`, at);
  }
  return { final: kind !== SUB, supertype, shared, descriptor, describes, composite };
}

function readDescriptorClause(reader: TypeReader, code: number, name: string): number | null {
  if (reader.peek("type kind") !== code) return null;
  reader.require("custom-descriptors", `unknown type form: ${code}`);
  reader.position++;
  return reader.u32(name);
}

function readCompositeType(reader: TypeReader): CompositeType {
  const at = reader.position;
  const kind = reader.u8();
  switch (kind) {
    case 0x60: {
      const params = readTypes(reader, "param count", MAX_PARAMETERS);
      return { kind: "func", params, results: readTypes(reader, "return count", MAX_RESULTS) };
    }
    case 0x5f: {
      const fields: FieldType[] = [];
      for (let count = reader.count(", field count", MAX_STRUCT_FIELDS); count > 0; count--) {
        fields.push(readFieldType(reader));
      }
      return { kind: "struct", fields };
    }
    case 0x5e:
      return { kind: "array", element: readFieldType(reader) };
    default:
      return reader.fail(`unknown type form: ${kind}`, at);
  }
}

function readTypes(reader: TypeReader, name: string, maximum: number): ValueType[] {
  const types: ValueType[] = [];
  for (let count = reader.count(name, maximum); count > 0; count--) types.push(reader.valueType());
  return types;
}

function readFieldType(reader: TypeReader): FieldType {
  const storage = reader.storageType();
  const at = reader.position;
  const mutability = reader.u8();
  if (mutability > 1) reader.fail("invalid mutability", at);
  return { storage, mutable: mutability === 1 };
}

/** What the flags byte of a memory's or table's limits says. */
interface LimitsFlags {
  readonly hasMaximum: boolean;
  readonly shared: boolean;
  readonly is64: boolean;
  readonly hasPageSize: boolean;
}

function readLimitsFlags(reader: TypeReader, kind: "memory" | "table"): LimitsFlags {
  const at = reader.position;
  const flags = reader.u8();
  if (flags > (kind === "memory" ? 0xf : 7)) {
    reader.fail(`invalid ${kind} limits flags 0x${flags.toString(16)}`, at);
  }
  const hasMaximum = (flags & 1) !== 0;
  const shared = (flags & 2) !== 0;
  const is64 = (flags & 4) !== 0;
  const hasPageSize = (flags & 8) !== 0;
  const text = `invalid ${kind} limits flags 0x${flags.toString(16)}`;
  if (shared) {
    reader.require(kind === "memory" ? "threads" : "shared-everything-threads", text, at);
    if (kind === "memory" && !hasMaximum) reader.fail("shared memory must have a maximum defined", at);
  }
  if (is64) reader.require("memory64", text, at);
  if (hasPageSize) reader.require("custom-page-sizes", text, at);
  return { hasMaximum, shared, is64, hasPageSize };
}

/** Limits and the offsets at which their two numbers stand. */
interface PlacedLimits extends Limits {
  readonly minimumAt: number;
  readonly maximumAt: number;
}

function readLimits(reader: TypeReader, flags: LimitsFlags): PlacedLimits {
  const size = (name: string) => flags.is64 ? reader.u64(name) : BigInt(reader.u32(name));
  const minimumAt = reader.position;
  const minimum = size("initial size");
  const maximumAt = reader.position;
  const maximum = flags.hasMaximum ? size("maximum size") : null;
  return { minimum, maximum, minimumAt, maximumAt };
}

function checkLimits(
  reader: TypeReader,
  { minimum, maximum, minimumAt, maximumAt }: PlacedLimits,
  name: string,
  units: string,
  most: bigint,
): Limits {
  const tooLarge = (which: string, size: bigint, at: number) =>
    reader.fail(
      `${which} ${name} size (${size} ${units}) is larger than implementation limit (${most} ${units})`,
      at,
    );
  if (minimum > most) tooLarge("initial", minimum, minimumAt);
  if (maximum !== null) {
    if (maximum > most) tooLarge("maximum", maximum, maximumAt);
    if (maximum < minimum) {
      reader.fail(
        `maximum ${name} size (${maximum} ${units}) is less than initial (${minimum} ${units})`,
        maximumAt,
      );
    }
  }
  return { minimum, maximum };
}

/** The type of a table (section 5.3.13 "Table Types"). */
export function readTableType(reader: TypeReader): TableType {
  const at = reader.position;
  const element = reader.valueType();
  if (!isReference(element)) reader.fail(`Invalid table type ${valueTypeName(element)}`, at);
  const flags = readLimitsFlags(reader, "table");
  const limits = checkLimits(reader, readLimits(reader, flags), "table", "elements", MAX_U64);
  return { element, addressType: flags.is64 ? "i64" : "i32", limits, shared: flags.shared };
}

/** The type of a memory (section 5.3.12 "Memory Types", custom page sizes proposal). */
export function readMemoryType(reader: TypeReader): MemoryType {
  const flags = readLimitsFlags(reader, "memory");
  const limits = readLimits(reader, flags);
  let pageSizeLog2 = 16;
  if (flags.hasPageSize) {
    const at = reader.position;
    pageSizeLog2 = reader.u32("page size");
    if (pageSizeLog2 !== 0 && pageSizeLog2 !== 16) {
      reader.fail(`invalid page size (2^${pageSizeLog2}), expected 1 or 65536`, at);
    }
  }
  const most = pageSizeLog2 === 0
    ? (flags.is64 ? MAX_U64 : MAX_U32)
    : (flags.is64 ? MAX_MEMORY64_PAGES : MAX_MEMORY32_PAGES);
  return {
    addressType: flags.is64 ? "i64" : "i32",
    limits: checkLimits(reader, limits, "memory", "pages", most),
    shared: flags.shared,
    pageSizeLog2,
  };
}

/** The type of a global (section 5.3.11 "Global Types"). */
export function readGlobalType(reader: TypeReader): GlobalType {
  const value = reader.valueType();
  const at = reader.position;
  const flags = reader.u8();
  if (flags > 3) reader.fail(`invalid global flags 0x${flags.toString(16)}`, at);
  const shared = (flags & 2) !== 0;
  if (shared) {
    reader.require("shared-everything-threads", `invalid global flags 0x${flags.toString(16)}`, at);
  }
  return { value, mutable: (flags & 1) !== 0, shared };
}

/** A constant expression: where it stands. */
export function readConstantExpression(reader: TypeReader): ConstantExpression {
  const start = reader.position;
  skipExpression(reader);
  return { bytes: reader.bytes, start, end: reader.position };
}

/** An index below `count`; `name` names its index space. */
export function readIndex(reader: TypeReader, name: string, count: number): number {
  const at = reader.position;
  const index = reader.u32("index");
  if (index >= count) {
    reader.fail(`${name} index ${index} out of bounds (${count} entr${count === 1 ? "y" : "ies"})`, at);
  }
  return index;
}

/** An element segment (section 5.5.12 "Element Section"). */
export function readElementSegment(
  reader: TypeReader,
  tableCount: number,
  functionCount: number,
): ElementSegment {
  const at = reader.position;
  const flags = reader.u32("flag");
  if (flags > 0xf) reader.fail(`illegal flag value ${flags}`, at);
  if (flags & 8) reader.require("shared-everything-threads", `illegal flag value ${flags}`, at);
  if (flags & 7) reader.require("bulk-memory", `illegal flag value ${flags}`, at);
  const active = (flags & 1) === 0;
  const explicit = (flags & 2) !== 0;
  const asExpressions = (flags & 4) !== 0;
  let mode: SegmentMode<number> = { kind: explicit ? "declarative" : "passive" };
  if (active) {
    const index = explicit ? reader.u32(", table index") : 0;
    if (index >= tableCount) {
      reader.fail(`out of bounds${explicit ? "" : " implicit"} table index ${index}`, at);
    }
    mode = { kind: "active", index, offset: readConstantExpression(reader) };
  }
  let type: ValueType = asExpressions ? FUNCREF : refType(FUNC, false);
  if (!active || explicit) {
    if (asExpressions) {
      const typeAt = reader.position;
      type = reader.valueType();
      if (!isReference(type)) {
        reader.fail(`Element segment of type ${valueTypeName(type)} is not a reference type`, typeAt);
      }
    } else {
      const kind = reader.u8();
      if (kind !== 0) reader.fail(`illegal element kind 0x${kind.toString(16)}. Must be 0x0`, at);
    }
  }
  const count = reader.count(" number of elements", MAX_SEGMENT_ELEMENTS);
  // Every element takes a byte at least, so a count that promises more fails before the array is full.
  const capacity = Math.min(count, reader.end - reader.position);
  if (asExpressions) {
    const starts = new Uint32Array(capacity + 1);
    for (let i = 0; i < count; i++) {
      starts[i] = reader.position;
      skipExpression(reader);
    }
    starts[count] = reader.position;
    const expressions = new AdjacentExpressions(reader.bytes, starts);
    return { mode, type, shared: (flags & 8) !== 0, elements: { kind: "expressions", expressions }, at };
  }
  const indices = capacity === 0 ? NO_INDICES : new Uint32Array(capacity);
  for (let i = 0; i < count; i++) indices[i] = readIndex(reader, "function", functionCount);
  return { mode, type, shared: (flags & 8) !== 0, elements: { kind: "functions", indices }, at };
}

/** A data segment (section 5.5.14 "Data Section"). */
export function readDataSegment(reader: TypeReader, memoryCount: number): DataSegment {
  const at = reader.position;
  const flags = reader.u32("flag");
  if ((flags & ~0xb) !== 0 || (flags & 3) === 3) reader.fail(`illegal flag value ${flags}`, at);
  if (flags & 8) reader.require("shared-everything-threads", `illegal flag value ${flags}`, at);
  if (flags & 3) reader.require("bulk-memory", `illegal flag value ${flags}`, at);
  let mode: SegmentMode<number> = { kind: "passive" };
  if ((flags & 1) === 0) {
    const index = flags & 2 ? reader.u32("memory index") : 0;
    if (index >= memoryCount) {
      const having = `having ${memoryCount} memor${memoryCount === 1 ? "y" : "ies"}`;
      reader.fail(`invalid memory index ${index} for data section (${having})`, at);
    }
    mode = { kind: "active", index, offset: readConstantExpression(reader) };
  }
  const length = reader.u32("source size");
  const start = reader.position;
  reader.skip(length);
  const content = { bytes: reader.bytes, start, end: reader.position };
  return { mode, shared: (flags & 8) !== 0, content, at };
}
