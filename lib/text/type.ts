/**
 * Types in the text format (specification 6.4 "Types"), with the forms of the proposals.
 *
 * @module
 */

import {
  type AddressType,
  ANY,
  ARRAY,
  type CompositeType,
  definedHeapType,
  EQ,
  EXN,
  EXTERN,
  F32,
  F64,
  type FieldType,
  FUNC,
  type FunctionType,
  type GlobalType,
  type HeapType,
  heapTypeOf,
  I16,
  I31,
  I32,
  I64,
  I8,
  isReference,
  type Limits,
  type MemoryType,
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
  type SubType,
  type TableType,
  type TypeIndex,
  V128,
  type ValueType,
} from "../syntax/types.ts";
import type { Binding, TokenCursor } from "./cursor.ts";
import { TokenKind } from "./lexer.ts";
import { IndexSpace, type ModuleScope } from "./scope.ts";

const HEAP_TYPES: ReadonlyMap<string, HeapType> = new Map([
  ["func", FUNC],
  ["nofunc", NOFUNC],
  ["extern", EXTERN],
  ["noextern", NOEXTERN],
  ["any", ANY],
  ["eq", EQ],
  ["i31", I31],
  ["struct", STRUCT],
  ["array", ARRAY],
  ["none", NONE],
  ["exn", EXN],
  ["noexn", NOEXN],
  ["string", STRING],
  ["stringview_wtf8", STRINGVIEW_WTF8],
  ["stringview_wtf16", STRINGVIEW_WTF16],
  ["stringview_iter", STRINGVIEW_ITER],
]);

/** Value types that are one keyword. */
const VALUE_TYPES: ReadonlyMap<string, ValueType> = new Map([
  ["i32", I32],
  ["i64", I64],
  ["f32", F32],
  ["f64", F64],
  ["v128", V128],
  ["nullref", refType(NONE, true)],
  ["nullfuncref", refType(NOFUNC, true)],
  ["nullexternref", refType(NOEXTERN, true)],
  ["nullexnref", refType(NOEXN, true)],
  ...(["func", "extern", "any", "eq", "i31", "struct", "array", "exn", "string"] as const).map(
    (name): [string, ValueType] => [`${name}ref`, refType(HEAP_TYPES.get(name)!, true)],
  ),
  ["stringview_wtf8", refType(STRINGVIEW_WTF8, false)],
  ["stringview_wtf16", refType(STRINGVIEW_WTF16, false)],
  ["stringview_iter", refType(STRINGVIEW_ITER, false)],
]);

/** Takes an abstract heap type that is next, or a `(shared ...)` one; null when neither is. */
function takeAbstractHeapType(cursor: TokenCursor): HeapType | null {
  if (cursor.kind === TokenKind.Keyword) {
    const heap = HEAP_TYPES.get(cursor.word());
    if (heap === undefined) return null;
    cursor.at++;
    return heap;
  }
  if (!cursor.takeOpen("shared")) return null;
  const heap = cursor.kind === TokenKind.Keyword ? HEAP_TYPES.get(cursor.word()) : undefined;
  if (heap === undefined) throw cursor.expected("an abstract heap type");
  cursor.at++;
  cursor.expectClose();
  return sharedHeapType(heap);
}

/** A heap type: abstract, `(shared ...)`, a type index, or `(exact ...)`. */
export function parseHeapType(cursor: TokenCursor, scope: ModuleScope): HeapType {
  if (cursor.takeOpen("exact")) {
    const index = scope.types.index(cursor);
    cursor.expectClose();
    return definedHeapType(index, true);
  }
  const abstract = takeAbstractHeapType(cursor);
  if (abstract !== null) return abstract;
  if (!scope.types.isNext(cursor)) throw cursor.expected("a heap type");
  return definedHeapType(scope.types.index(cursor));
}

function takeValueType(cursor: TokenCursor, scope: ModuleScope): ValueType | null {
  if (cursor.kind === TokenKind.Keyword) {
    const type = VALUE_TYPES.get(cursor.word());
    if (type === undefined) return null;
    cursor.at++;
    return type;
  }
  if (cursor.takeOpen("shared")) {
    const type = parseAbstractReference(cursor);
    cursor.expectClose();
    return refType(sharedHeapType(heapTypeOf(type)), true);
  }
  if (!cursor.takeOpen("ref")) return null;
  const nullable = cursor.takeKeyword("null");
  const heap = parseHeapType(cursor, scope);
  cursor.expectClose();
  return refType(heap, nullable);
}

/** A reference type that is one keyword, such as `funcref`. */
function parseAbstractReference(cursor: TokenCursor): ValueType {
  const type = cursor.kind === TokenKind.Keyword ? VALUE_TYPES.get(cursor.word()) : undefined;
  if (type === undefined || !isReference(type)) throw cursor.expected("an abbreviated reference type");
  cursor.at++;
  return type;
}

/** A value type. */
export function parseValueType(cursor: TokenCursor, scope: ModuleScope): ValueType {
  const type = takeValueType(cursor, scope);
  if (type === null) throw cursor.expected("a value type");
  return type;
}

/** Whether a reference type is next. */
export function isReferenceTypeNext(cursor: TokenCursor): boolean {
  if (cursor.kind !== TokenKind.Keyword) return cursor.isOpen("ref") || cursor.isOpen("shared");
  return isReference(VALUE_TYPES.get(cursor.word()) ?? I32);
}

/** A reference type. */
export function parseReferenceType(cursor: TokenCursor, scope: ModuleScope): ValueType {
  if (!isReferenceTypeNext(cursor)) throw cursor.expected("a reference type");
  return parseValueType(cursor, scope);
}

/** The types up to a closing parenthesis, which is taken too. */
function parseTypesToClose(cursor: TokenCursor, scope: ModuleScope, types: ValueType[]): void {
  while (!cursor.takeClose()) types.push(parseValueType(cursor, scope));
}

/** A function type as it is written, with the bindings of its parameters. */
export interface Signature {
  /** Parameters and results. */
  readonly type: FunctionType;
  /** One for each parameter; null for parameters without identifier or name. */
  readonly bindings: readonly (Binding | null)[];
}

/** Any number of `(result ...)`. */
export function parseResults(cursor: TokenCursor, scope: ModuleScope): ValueType[] {
  const results: ValueType[] = [];
  while (cursor.takeOpen("result")) parseTypesToClose(cursor, scope, results);
  return results;
}

/** Any number of `(param ...)`, then of `(result ...)`. Block types have no identifiers: `named` is false. */
export function parseSignature(cursor: TokenCursor, scope: ModuleScope, named: boolean): Signature {
  const params: ValueType[] = [];
  const bindings: (Binding | null)[] = [];
  while (cursor.takeOpen("param")) {
    const binding = named ? cursor.binding() : null;
    if (binding !== null && binding.name !== null) {
      params.push(parseValueType(cursor, scope));
      bindings.push(binding);
      cursor.expectClose();
    } else {
      parseTypesToClose(cursor, scope, params);
      while (bindings.length < params.length) bindings.push(null);
    }
  }
  const results = parseResults(cursor, scope);
  return { type: { kind: "func", params, results }, bindings };
}

/** A type use: the type, and the bindings of the parameters when they are written out. */
export interface TypeUse {
  /** The type. */
  readonly index: TypeIndex;
  /** One for each parameter that is written out; none when only `(type ...)` is. */
  readonly bindings: readonly (Binding | null)[];
}

function sameTypes(a: readonly ValueType[], b: readonly ValueType[]): boolean {
  return a.length === b.length && a.every((type, i) => type === b[i]);
}

/** The index in a `(type ...)` that is next, or null when none is. */
export function takeTypeIndex(cursor: TokenCursor, scope: ModuleScope): TypeIndex | null {
  if (!cursor.takeOpen("type")) return null;
  const index = scope.types.index(cursor);
  cursor.expectClose();
  return index;
}

/**
 * A type use (6.4.3): `(type ...)`, a signature, or both. A signature alone means the first type that is it, which is
 * added when there is none.
 */
export function parseTypeUse(cursor: TokenCursor, scope: ModuleScope, named: boolean): TypeUse {
  const start = cursor.at;
  const index = takeTypeIndex(cursor, scope);
  const { type: { params, results }, bindings } = parseSignature(cursor, scope, named);
  if (index === null) return { index: scope.functionType(params, results), bindings };
  checkInlineSignature(cursor, scope, index, params, results, start);
  return { index, bindings };
}

/** Checks a signature that stands beside a `(type ...)`. @throws {WatError} when that type is another one */
export function checkInlineSignature(
  cursor: TokenCursor,
  scope: ModuleScope,
  index: TypeIndex,
  params: readonly ValueType[],
  results: readonly ValueType[],
  at: number,
): void {
  if (params.length === 0 && results.length === 0) return;
  if (index >= scope.definitions.length) throw cursor.error(`unknown type ${index}`, at);
  const signature = scope.signatureOf(index);
  if (
    signature === null || !sameTypes(signature.params, params) || !sameTypes(signature.results, results)
  ) {
    throw cursor.error("the inline function type differs from the type it stands beside", at);
  }
}

function parseStorageType(cursor: TokenCursor, scope: ModuleScope): ValueType {
  if (cursor.takeKeyword("i8")) return I8;
  if (cursor.takeKeyword("i16")) return I16;
  return parseValueType(cursor, scope);
}

function parseFieldType(cursor: TokenCursor, scope: ModuleScope): FieldType {
  if (!cursor.takeOpen("mut")) return { storage: parseStorageType(cursor, scope), mutable: false };
  const storage = parseStorageType(cursor, scope);
  cursor.expectClose();
  return { storage, mutable: true };
}

function parseStructFields(cursor: TokenCursor, scope: ModuleScope, index: TypeIndex): FieldType[] {
  const fields: FieldType[] = [];
  const names = new IndexSpace("field");
  scope.fields.set(index, names);
  while (cursor.takeOpen("field")) {
    const binding = cursor.binding();
    if (binding.name !== null) {
      names.add(cursor, binding);
      fields.push(parseFieldType(cursor, scope));
      cursor.expectClose();
      continue;
    }
    while (!cursor.takeClose()) {
      names.addAnonymous();
      fields.push(parseFieldType(cursor, scope));
    }
  }
  return fields;
}

function parseCompositeType(cursor: TokenCursor, scope: ModuleScope, index: TypeIndex): CompositeType {
  let composite: CompositeType;
  if (cursor.takeOpen("func")) {
    composite = parseSignature(cursor, scope, true).type;
  } else if (cursor.takeOpen("struct")) {
    composite = { kind: "struct", fields: parseStructFields(cursor, scope, index) };
  } else if (cursor.takeOpen("array")) {
    composite = { kind: "array", element: parseFieldType(cursor, scope) };
  } else {
    throw cursor.expected("a function, struct or array type");
  }
  cursor.expectClose();
  return composite;
}

/** `(keyword index)`, or null when it is not next. */
function takeTypeClause(cursor: TokenCursor, scope: ModuleScope, keyword: string): TypeIndex | null {
  if (!cursor.takeOpen(keyword)) return null;
  const index = scope.types.index(cursor);
  cursor.expectClose();
  return index;
}

/** What stands in `(type ...)` after the identifier; `index` is the type's own. */
export function parseSubType(cursor: TokenCursor, scope: ModuleScope, index: TypeIndex): SubType {
  const sub = cursor.takeOpen("sub");
  const final = !sub || cursor.takeKeyword("final");
  const supertype = sub && scope.types.isNext(cursor) ? scope.types.index(cursor) : null;
  const shared = cursor.takeOpen("shared");
  const describes = takeTypeClause(cursor, scope, "describes");
  const descriptor = takeTypeClause(cursor, scope, "descriptor");
  const composite = parseCompositeType(cursor, scope, index);
  if (shared) cursor.expectClose();
  if (sub) cursor.expectClose();
  return { final, supertype, shared, descriptor, describes, composite };
}

/** `i32`, `i64`, or nothing for `i32`. */
export function parseAddressType(cursor: TokenCursor): AddressType {
  if (cursor.takeKeyword("i64")) return "i64";
  cursor.takeKeyword("i32");
  return "i32";
}

function parseLimits(cursor: TokenCursor): Limits {
  const minimum = cursor.u64("a size");
  const maximum = cursor.kind === TokenKind.Number ? cursor.u64("a size") : null;
  return { minimum, maximum };
}

/** A table type. */
export function parseTableType(cursor: TokenCursor, scope: ModuleScope): TableType {
  const shared = cursor.takeKeyword("shared");
  const addressType = parseAddressType(cursor);
  const limits = parseLimits(cursor);
  return { shared, addressType, limits, element: parseReferenceType(cursor, scope) };
}

/** `(pagesize N)` as the logarithm of N; 16 when it is absent. */
export function parsePageSize(cursor: TokenCursor): number {
  if (!cursor.takeOpen("pagesize")) return 16;
  const at = cursor.at;
  const log2 = Math.log2(cursor.u32("a page size"));
  if (!Number.isInteger(log2)) throw cursor.error("expected a power of two as page size", at);
  cursor.expectClose();
  return log2;
}

/** A memory type. */
export function parseMemoryType(cursor: TokenCursor): MemoryType {
  const sharedFirst = cursor.takeKeyword("shared");
  const addressType = parseAddressType(cursor);
  const limits = parseLimits(cursor);
  const shared = sharedFirst || cursor.takeKeyword("shared");
  return { addressType, limits, shared, pageSizeLog2: parsePageSize(cursor) };
}

/** A global type: a value type, in `(mut ...)` or `(shared ...)` or `(shared mut ...)`. */
export function parseGlobalType(cursor: TokenCursor, scope: ModuleScope): GlobalType {
  const shared = cursor.takeOpen("shared");
  if (shared && cursor.takeKeyword("mut")) {
    const value = parseValueType(cursor, scope);
    cursor.expectClose();
    return { value, mutable: true, shared };
  }
  const mutable = cursor.takeOpen("mut");
  const value = parseValueType(cursor, scope);
  if (mutable) cursor.expectClose();
  if (shared) cursor.expectClose();
  return { value, mutable, shared };
}
