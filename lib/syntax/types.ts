/**
 * Types of the WebAssembly specification (3.0, section 2.3 "Types") and of the proposals after it: shared
 * types, exact references, descriptor types, string references.
 *
 * A {@linkcode ValueType} is one integer, so that the validator compares and stacks types without
 * allocating. Bits, from the lowest:
 *
 * | bits | meaning                                                                  |
 * |------|--------------------------------------------------------------------------|
 * | 0-1  | 0 a number, vector or packed type; 1 an abstract reference; 2 a reference to a defined type |
 * | 2    | nullable (references)                                                    |
 * | 3    | exact (references to defined types)                                      |
 * | 4    | shared (abstract references; a defined type is shared by its definition) |
 * | 5-30 | the number type, the abstract heap type, or the type index               |
 *
 * A type index means something only beside the {@linkcode TypeContext} it indexes.
 *
 * @module
 */

/** Index into a module's type index space. */
export type TypeIndex = number & { readonly __index?: "type" };
/** Index into a module's function index space (imports first). */
export type FunctionIndex = number & { readonly __index?: "function" };
/** Index into a module's table index space (imports first). */
export type TableIndex = number & { readonly __index?: "table" };
/** Index into a module's memory index space (imports first). */
export type MemoryIndex = number & { readonly __index?: "memory" };
/** Index into a module's global index space (imports first). */
export type GlobalIndex = number & { readonly __index?: "global" };
/** Index into a module's tag index space (imports first). */
export type TagIndex = number & { readonly __index?: "tag" };

/** A value type, storage type (packed ones included), or the bottom type of unreachable code. */
export type ValueType = number & { readonly __type?: "value" };
/** A heap type: the reference type to it with the nullable bit clear. */
export type HeapType = number & { readonly __type?: "heap" };

const ABSTRACT = 1;
const DEFINED = 2;
const CLASS_MASK = 3;
const NULLABLE = 4;
const EXACT = 8;
const SHARED = 16;
const CODE_SHIFT = 5;

/** 32-bit integer. */
export const I32: ValueType = 0 << CODE_SHIFT;
/** 64-bit integer. */
export const I64: ValueType = 1 << CODE_SHIFT;
/** Single precision floating point number. */
export const F32: ValueType = 2 << CODE_SHIFT;
/** Double precision floating point number. */
export const F64: ValueType = 3 << CODE_SHIFT;
/** 128-bit vector. */
export const V128: ValueType = 4 << CODE_SHIFT;
/** Packed 8-bit storage type of fields and elements. */
export const I8: ValueType = 5 << CODE_SHIFT;
/** Packed 16-bit storage type of fields and elements. */
export const I16: ValueType = 6 << CODE_SHIFT;
/** The type of every value in unreachable code; matches all types. */
export const BOTTOM: ValueType = 7 << CODE_SHIFT;

/** Names of the abstract heap types, in the order of their codes in a {@linkcode HeapType}. */
export const ABSTRACT_HEAP_TYPES = [
  "func",
  "nofunc",
  "extern",
  "noextern",
  "any",
  "eq",
  "i31",
  "struct",
  "array",
  "none",
  "exn",
  "noexn",
  "string",
  "stringview_wtf8",
  "stringview_wtf16",
  "stringview_iter",
] as const;
/** The name of an abstract heap type. */
export type AbstractHeapTypeName = typeof ABSTRACT_HEAP_TYPES[number];

function abstract(name: AbstractHeapTypeName): HeapType {
  return ABSTRACT_HEAP_TYPES.indexOf(name) << CODE_SHIFT | ABSTRACT;
}

/** The heap type of all functions. */
export const FUNC: HeapType = abstract("func");
/** The bottom of the function hierarchy. */
export const NOFUNC: HeapType = abstract("nofunc");
/** The heap type of all host values. */
export const EXTERN: HeapType = abstract("extern");
/** The bottom of the external hierarchy. */
export const NOEXTERN: HeapType = abstract("noextern");
/** The top of the internal (garbage-collected) hierarchy. */
export const ANY: HeapType = abstract("any");
/** Internal values that `ref.eq` compares. */
export const EQ: HeapType = abstract("eq");
/** Unboxed 31-bit integers. */
export const I31: HeapType = abstract("i31");
/** The supertype of all structs. */
export const STRUCT: HeapType = abstract("struct");
/** The supertype of all arrays. */
export const ARRAY: HeapType = abstract("array");
/** The bottom of the internal hierarchy. */
export const NONE: HeapType = abstract("none");
/** Exception packages. */
export const EXN: HeapType = abstract("exn");
/** The bottom of the exception hierarchy. */
export const NOEXN: HeapType = abstract("noexn");
/** Strings (the stringref proposal). */
export const STRING: HeapType = abstract("string");
/** Views of strings as WTF-8; like all views never null (the stringref proposal). */
export const STRINGVIEW_WTF8: HeapType = abstract("stringview_wtf8");
/** Views of strings as WTF-16. */
export const STRINGVIEW_WTF16: HeapType = abstract("stringview_wtf16");
/** Iterators over the code points of strings. */
export const STRINGVIEW_ITER: HeapType = abstract("stringview_iter");

/** The reference type to `heap`. */
export function refType(heap: HeapType, nullable: boolean): ValueType {
  return heap | (nullable ? NULLABLE : 0);
}
/** The heap type of the defined type `index`; `exact` as in the custom descriptors proposal. */
export function definedHeapType(index: TypeIndex, exact: boolean = false): HeapType {
  return index << CODE_SHIFT | DEFINED | (exact ? EXACT : 0);
}
/** The heap type a reference type points to. */
export function heapTypeOf(type: ValueType): HeapType {
  return type & ~NULLABLE;
}
/** `shared` version of an abstract heap type or of a reference to one. */
export function sharedHeapType(heap: HeapType): HeapType {
  return heap | SHARED;
}

/** `(ref null func)`. */
export const FUNCREF: ValueType = refType(FUNC, true);
/** `(ref null extern)`. */
export const EXTERNREF: ValueType = refType(EXTERN, true);
/** `(ref null any)`. */
export const ANYREF: ValueType = refType(ANY, true);
/** `(ref null eq)`. */
export const EQREF: ValueType = refType(EQ, true);
/** `(ref null i31)`. */
export const I31REF: ValueType = refType(I31, true);
/** `(ref null struct)`. */
export const STRUCTREF: ValueType = refType(STRUCT, true);
/** `(ref null array)`. */
export const ARRAYREF: ValueType = refType(ARRAY, true);
/** `(ref null exn)`. */
export const EXNREF: ValueType = refType(EXN, true);
/** `(ref null string)`. */
export const STRINGREF: ValueType = refType(STRING, true);

/** Whether `type` is a reference type (the bottom type is not). */
export function isReference(type: ValueType): boolean {
  return (type & CLASS_MASK) !== 0;
}
/** Whether `type` is a number or vector type. */
export function isNumberOrVector(type: ValueType): boolean {
  return (type & CLASS_MASK) === 0 && type <= V128;
}
/** Whether `type` is `i8` or `i16`. */
export function isPacked(type: ValueType): boolean {
  return type === I8 || type === I16;
}
/** The value type a field of storage type `type` is read as. */
export function unpacked(type: ValueType): ValueType {
  return isPacked(type) ? I32 : type;
}
/** Whether a reference type admits null. */
export function isNullable(type: ValueType): boolean {
  return (type & NULLABLE) !== 0;
}
/** The reference type without null. */
export function nonNullable(type: ValueType): ValueType {
  return type & ~NULLABLE;
}
/** Whether a reference or heap type names a defined type. */
export function isDefined(type: ValueType | HeapType): boolean {
  return (type & CLASS_MASK) === DEFINED;
}
/** Whether a reference or heap type names an abstract heap type. */
export function isAbstract(type: ValueType | HeapType): boolean {
  return (type & CLASS_MASK) === ABSTRACT;
}
/** Whether a reference or heap type is exact. */
export function isExact(type: ValueType | HeapType): boolean {
  return (type & EXACT) !== 0;
}
/** Whether an abstract reference or heap type carries the shared mark (a defined type says it itself). */
export function isSharedAbstract(type: ValueType | HeapType): boolean {
  return (type & (SHARED | CLASS_MASK)) === (SHARED | ABSTRACT);
}
/** The type index of a reference or heap type that names a defined type. */
export function typeIndexOf(type: ValueType | HeapType): TypeIndex {
  return type >> CODE_SHIFT;
}
/** The same reference or heap type with another type index; the other bits stay. */
export function withTypeIndex(type: ValueType, index: TypeIndex): ValueType {
  return index << CODE_SHIFT | type & ((1 << CODE_SHIFT) - 1);
}
/** An abstract reference or heap type as its plain heap type: neither nullable nor shared. */
export function abstractHeapTypeOf(type: ValueType | HeapType): HeapType {
  return type & ~(NULLABLE | SHARED);
}
/** Whether a reference or heap type is that of a view of strings. */
export function isStringView(type: ValueType | HeapType): boolean {
  return isAbstract(type) && abstractHeapTypeOf(type) >= STRINGVIEW_WTF8;
}
/** Whether every value type has a default: numbers, vectors and nullable references do. */
export function isDefaultable(type: ValueType): boolean {
  return !isReference(type) || isNullable(type);
}

const NUMBER_NAMES = ["i32", "i64", "f32", "f64", "v128", "i8", "i16", "<bot>"];

/** The text format's name of a heap type; `name` renders type indices. */
export function heapTypeName(
  heap: HeapType,
  name: (index: TypeIndex) => string = String,
): string {
  if (isDefined(heap)) {
    const index = name(typeIndexOf(heap));
    return isExact(heap) ? `(exact ${index})` : index;
  }
  const plain = ABSTRACT_HEAP_TYPES[heap >> CODE_SHIFT];
  return isSharedAbstract(heap) ? `(shared ${plain})` : plain;
}

/** The name of a type as V8's messages and the text format write it: `i32`, `funcref`, `(ref null 3)`. */
export function valueTypeName(
  type: ValueType,
  name: (index: TypeIndex) => string = String,
): string {
  if (!isReference(type)) return NUMBER_NAMES[type >> CODE_SHIFT];
  const heap = heapTypeOf(type);
  if (isNullable(type) && isAbstract(type) && !isSharedAbstract(type)) {
    switch (heap) {
      case NONE:
        return "nullref";
      case NOFUNC:
        return "nullfuncref";
      case NOEXTERN:
        return "nullexternref";
      case NOEXN:
        return "nullexnref";
      default:
        return `${ABSTRACT_HEAP_TYPES[heap >> CODE_SHIFT]}ref`;
    }
  }
  if (isStringView(type) && !isSharedAbstract(type)) return heapTypeName(heap, name);
  return `(ref ${isNullable(type) ? "null " : ""}${heapTypeName(heap, name)})`;
}

/** A function type: parameters to results. */
export interface FunctionType {
  readonly kind: "func";
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
}
/** A field of a struct, or the element of an array. */
export interface FieldType {
  /** A value type or a packed type. */
  readonly storage: ValueType;
  readonly mutable: boolean;
}
/** A struct type. */
export interface StructType {
  readonly kind: "struct";
  readonly fields: readonly FieldType[];
}
/** An array type. */
export interface ArrayType {
  readonly kind: "array";
  readonly element: FieldType;
}
/** What a defined type is made of. */
export type CompositeType = FunctionType | StructType | ArrayType;

/** A defined type (specification 2.3.11 "Recursive Types"), with the proposals' extras. */
export interface SubType {
  /** Whether no further subtypes may be declared. */
  readonly final: boolean;
  /** The declared supertype, or null. */
  readonly supertype: TypeIndex | null;
  readonly shared: boolean;
  /** The type of this type's descriptors (custom descriptors proposal), or null. */
  readonly descriptor: TypeIndex | null;
  /** The type whose descriptor this type is, or null. */
  readonly describes: TypeIndex | null;
  readonly composite: CompositeType;
}

/** A run of types defined together. */
export interface RecursionGroup {
  readonly start: TypeIndex;
  /** Number of types, possibly zero. */
  readonly size: number;
  /** False for the abbreviation of a group of one that stands without `rec`. */
  readonly explicit: boolean;
}

/** The type of the indices into a memory or table. */
export type AddressType = "i32" | "i64";

/** The size range of a memory (in pages) or a table (in elements). */
export interface Limits {
  readonly minimum: bigint;
  /** Null when unbounded. */
  readonly maximum: bigint | null;
}
/** The type of a memory. */
export interface MemoryType {
  readonly addressType: AddressType;
  /** In pages. */
  readonly limits: Limits;
  readonly shared: boolean;
  /** 16, or 0 for pages of one byte (custom page sizes proposal). */
  readonly pageSizeLog2: number;
}
/** The type of a table. */
export interface TableType {
  readonly element: ValueType;
  readonly addressType: AddressType;
  readonly limits: Limits;
  readonly shared: boolean;
}
/** The type of a global. */
export interface GlobalType {
  readonly value: ValueType;
  readonly mutable: boolean;
  readonly shared: boolean;
}
