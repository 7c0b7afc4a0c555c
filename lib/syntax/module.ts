/**
 * The module record: what a binary or text module declares, as plain immutable data (specification 2.5
 * "Modules"). Index spaces are arrays in index order, imports first. Code stays bytes until it is needed.
 *
 * @module
 */

import type {
  FunctionIndex,
  GlobalType,
  MemoryIndex,
  MemoryType,
  RecursionGroup,
  SubType,
  TableIndex,
  TableType,
  TypeIndex,
  ValueType,
} from "./types.ts";

/** A run of bytes inside a larger buffer: `bytes[start]` up to, but not including, `bytes[end]`. */
export interface ByteRange {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** A list whose items may be read only when somebody asks for them. */
export interface Sequence<Item> extends Iterable<Item> {
  /** Number of items. */
  readonly length: number;
  /** The item `index`, a natural number; undefined when there are not that many. */
  at(index: number): Item | undefined;
}

/** An expression that computes a constant, its final `end` included. */
export type ConstantExpression = ByteRange;

/** What an import or export can be. */
export type ExternKind = "function" | "table" | "memory" | "global" | "tag";

/** An import; `index` is the place it takes in the index space of its kind. */
export interface Import {
  readonly module: string;
  readonly name: string;
  readonly kind: ExternKind;
  readonly index: number;
}

/** A function: imported, or with a body. */
export interface Func {
  readonly type: TypeIndex;
  /** The import it comes from, as an index into {@linkcode Module.imports}; -1 when the module defines it. */
  readonly importIndex: number;
  /** Whether an import demands exactly the declared type (custom descriptors proposal). */
  readonly exact: boolean;
  /** Local declarations and instructions, as in the code section after the size; null when imported. */
  readonly body: ByteRange | null;
}

/** A table: imported, or with an optional initial value. */
export interface Table {
  readonly type: TableType;
  readonly importIndex: number;
  /** The value every element starts with; null stands for the null reference. */
  readonly init: ConstantExpression | null;
}

/** A memory. */
export interface Memory {
  readonly type: MemoryType;
  readonly importIndex: number;
}

/** A global: imported (then `init` is null) or with an initial value. */
export interface Global {
  readonly type: GlobalType;
  readonly importIndex: number;
  readonly init: ConstantExpression | null;
}

/** A tag of exceptions; its type is a function type whose parameters an exception carries. */
export interface Tag {
  readonly type: TypeIndex;
  readonly importIndex: number;
}

/** An export. */
export interface Export {
  readonly name: string;
  readonly kind: ExternKind;
  readonly index: number;
}

/** How a segment comes to its table or memory. */
export type SegmentMode<Index> =
  | { readonly kind: "active"; readonly index: Index; readonly offset: ConstantExpression }
  | { readonly kind: "passive" }
  | { readonly kind: "declarative" };

/** An element segment. */
export interface ElementSegment {
  readonly mode: SegmentMode<TableIndex>;
  readonly type: ValueType;
  readonly shared: boolean;
  /** Function indices, or one expression per element. */
  readonly elements:
    | { readonly kind: "functions"; readonly indices: Uint32Array }
    | { readonly kind: "expressions"; readonly expressions: Sequence<ConstantExpression> };
  /** Offset of the segment in the module, for messages. */
  readonly at: number;
}

/** A data segment; never declarative. */
export interface DataSegment {
  readonly mode: SegmentMode<MemoryIndex>;
  readonly shared: boolean;
  readonly content: ByteRange;
  readonly at: number;
}

/** A custom section. */
export interface CustomSection {
  readonly name: string;
  /** The contents after the name. */
  readonly content: ByteRange;
  /** Id of the last known section before it; 0 before all of them. */
  readonly after: number;
}

/** A known section, for tools that list sizes. */
export interface SectionInfo {
  readonly id: number;
  /** Offset of the contents. */
  readonly start: number;
  readonly end: number;
}

/** Where declarations stand in the module's bytes, by index space with imports first; only messages use it. */
export interface DeclarationOffsets {
  readonly types: readonly number[];
  readonly tables: readonly number[];
  readonly globals: readonly number[];
  readonly tags: readonly number[];
  /** Of the export's name. */
  readonly exports: readonly number[];
  readonly start: number;
}

/** A decoded module. */
export interface Module {
  /** The module's bytes; empty for a module read from text and not encoded yet. */
  readonly bytes: Uint8Array;
  readonly types: readonly SubType[];
  readonly recursionGroups: readonly RecursionGroup[];
  readonly imports: readonly Import[];
  readonly functions: readonly Func[];
  readonly tables: readonly Table[];
  readonly memories: readonly Memory[];
  readonly globals: readonly Global[];
  readonly tags: readonly Tag[];
  /** The string literals, which may contain isolated surrogates (stringref proposal). */
  readonly strings: readonly string[];
  readonly exports: readonly Export[];
  readonly start: FunctionIndex | null;
  readonly elements: Sequence<ElementSegment>;
  readonly dataCount: number | null;
  readonly data: readonly DataSegment[];
  readonly customSections: readonly CustomSection[];
  readonly sections: readonly SectionInfo[];
  /** Absent when the module does not come from bytes. */
  readonly offsets?: DeclarationOffsets;
}

/** How many of an index space's entries are imported. */
export function importedCount(space: readonly { readonly importIndex: number }[]): number {
  let count = 0;
  while (count < space.length && space[count].importIndex >= 0) count++;
  return count;
}
