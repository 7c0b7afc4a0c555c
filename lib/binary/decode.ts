/**
 * Decoding: bytes to module record, in one pass (specification 5.5 "Modules"). The decoder checks the format, the
 * implementation limits and that indices in declarations are in range; what declarations and code mean is for
 * validation.
 *
 * @module
 */

import { DEFAULT_FEATURES, type FeatureOptions, type FeatureSet } from "../syntax/features.ts";
import type {
  ByteRange,
  CustomSection,
  DataSegment,
  DeclarationOffsets,
  Export,
  ExternKind,
  Func,
  Global,
  Import,
  Memory,
  Module,
  SectionInfo,
  Table,
  Tag,
} from "../syntax/module.ts";
import type {
  GlobalType,
  MemoryType,
  RecursionGroup,
  SubType,
  TableType,
  TypeIndex,
} from "../syntax/types.ts";
import {
  readConstantExpression,
  readDataSegment,
  readGlobalType,
  readIndex,
  readMemoryType,
  readSubType,
  readTableType,
} from "./declarations.ts";
import { ElementSegments } from "./element_segments.ts";
import { MAX_TYPES, TypeReader } from "./type_reader.ts";
import { decodeWtf8 } from "./wtf8.ts";

const MAX_MODULE_SIZE = 1 << 30;
const MAX_IMPORTS = 1_000_000;
const MAX_EXPORTS = 1_000_000;
const MAX_FUNCTIONS = 1_000_000;
const MAX_GLOBALS = 1_000_000;
const MAX_TAGS = 1_000_000;
const MAX_TABLES = 100_000;
const MAX_MEMORIES = 100;
const MAX_DATA_SEGMENTS = 100_000;
const MAX_ELEMENT_SEGMENTS = 10_000_000;
const MAX_STRINGS = 1_000_000;
const MAX_FUNCTION_SIZE = 7_654_321;

const MAGIC = 0x6d736100;
const VERSION = 1;
const RECURSION_GROUP = 0x4e;
const EXACT_FUNCTION = 0x20;
const COMPACT_BY_MODULE = 0x7f;
const COMPACT_BY_MODULE_AND_TYPE = 0x7e;

/** Section ids (section 5.5.2 "Sections"). */
const Section = {
  Custom: 0,
  Type: 1,
  Import: 2,
  Function: 3,
  Table: 4,
  Memory: 5,
  Global: 6,
  Export: 7,
  Start: 8,
  Element: 9,
  Code: 10,
  Data: 11,
  DataCount: 12,
  Tag: 13,
  StringRef: 14,
} as const;

const SECTION_NAMES = [
  "Unknown",
  "Type",
  "Import",
  "Function",
  "Table",
  "Memory",
  "Global",
  "Export",
  "Start",
  "Element",
  "Code",
  "Data",
  "DataCount",
  "Tag",
  "StringRef",
];

const EXTERN_KINDS: readonly ExternKind[] = ["function", "table", "memory", "global", "tag"];

/** The kind and type of an import, and where the type stands. */
type ImportType =
  | { readonly kind: "function"; readonly type: TypeIndex; readonly exact: boolean }
  | { readonly kind: "table"; readonly type: TableType; readonly at: number }
  | { readonly kind: "memory"; readonly type: MemoryType }
  | { readonly kind: "global"; readonly type: GlobalType; readonly at: number }
  | { readonly kind: "tag"; readonly type: TypeIndex; readonly at: number };

/**
 * Decodes a module.
 *
 * @throws {CompileError} when the bytes are malformed, name something that is not there, pass an implementation limit,
 * or need a feature that is off. The message ends in `@+` and the offset of the error.
 */
export function decodeModule(bytes: Uint8Array, options: FeatureOptions = {}): Module {
  return new ModuleDecoder(bytes, options.features ?? DEFAULT_FEATURES).decode();
}

class ModuleDecoder extends TypeReader {
  readonly #types: SubType[] = [];
  readonly #groups: RecursionGroup[] = [];
  readonly #imports: Import[] = [];
  readonly #functions: Func[] = [];
  readonly #tables: Table[] = [];
  readonly #memories: Memory[] = [];
  readonly #globals: Global[] = [];
  readonly #tags: Tag[] = [];
  readonly #strings: string[] = [];
  readonly #exports: Export[] = [];
  readonly #elements = new ElementSegments();
  readonly #data: DataSegment[] = [];
  readonly #customSections: CustomSection[] = [];
  readonly #sections: SectionInfo[] = [];
  readonly #offsets = {
    types: [] as number[],
    tables: [] as number[],
    globals: [] as number[],
    tags: [] as number[],
    exports: [] as number[],
    start: 0,
  } satisfies DeclarationOffsets;
  #start: number | null = null;
  #dataCount: number | null = null;
  /** Type indices of the declared functions, whose bodies come later. */
  #declared: number[] = [];
  #hasCode = false;
  /** The least id that the next of the ordered sections may have. */
  #nextSection = 1;
  #seen = 0;

  constructor(bytes: Uint8Array, features: FeatureSet) {
    super(bytes, features);
  }

  decode(): Module {
    const { bytes } = this;
    if (bytes.length > MAX_MODULE_SIZE) {
      this.fail(`size > maximum module size (${MAX_MODULE_SIZE}): ${bytes.length}`, 0);
    }
    this.#header();
    const moduleEnd = this.end;
    while (this.more) {
      this.#section();
      this.end = moduleEnd;
    }
    this.#checkCounts();
    return {
      bytes,
      types: this.#types,
      recursionGroups: this.#groups,
      imports: this.#imports,
      functions: this.#functions,
      tables: this.#tables,
      memories: this.#memories,
      globals: this.#globals,
      tags: this.#tags,
      strings: this.#strings,
      exports: this.#exports,
      start: this.#start,
      elements: this.#elements,
      dataCount: this.#dataCount,
      data: this.#data,
      customSections: this.#customSections,
      sections: this.#sections,
      offsets: this.#offsets,
    };
  }

  #header(): void {
    const magic = this.fixed32();
    if (magic !== MAGIC) {
      this.fail(`expected magic word ${hexBytes(MAGIC)}, found ${hexBytes(magic)}`, 0);
    }
    const version = this.fixed32();
    if (version !== VERSION) {
      this.fail(`expected version ${hexBytes(VERSION)}, found ${hexBytes(version)}`, 4);
    }
  }

  #section(): void {
    const at = this.position;
    const id = this.u8();
    const length = this.u32("section length");
    const start = this.position;
    const remaining = this.end - start;
    if (length > remaining) {
      const name = SECTION_NAMES[id] ?? "<unknown>";
      this.fail(
        `section (code ${id}, "${name}") extends past end of the module ` +
          `(length ${length}, remaining bytes ${remaining})`,
        at,
      );
    }
    this.end = start + length;
    if (id === Section.Custom) {
      const name = this.name("section name");
      const content: ByteRange = { bytes: this.bytes, start: this.position, end: this.end };
      this.#customSections.push({ name, content, after: this.#sections.at(-1)?.id ?? 0 });
      this.position = this.end;
      return;
    }
    if (id >= SECTION_NAMES.length) this.fail(`unknown section code #0x${hex2(id)}`);
    this.#checkOrder(id);
    this.#sections.push({ id, start, end: this.end });
    this.#contents(id);
    if (this.position !== this.end) {
      this.fail(
        "section was shorter than expected size " +
          `(${length} bytes expected, ${this.position - start} decoded)`,
      );
    }
  }

  #checkOrder(id: number): void {
    if (id <= Section.Data) {
      if (id < this.#nextSection) this.fail(`unexpected section <${SECTION_NAMES[id]}>`);
      this.#nextSection = id + 1;
      return;
    }
    const name = SECTION_NAMES[id];
    if (this.#seen & 1 << id) this.fail(`Multiple ${name} sections not allowed`);
    this.#seen |= 1 << id;
    const [before, after] = id === Section.DataCount
      ? [Section.Element, Section.Code]
      : [Section.Memory, Section.Global];
    if (this.#nextSection > after) {
      this.fail(`The ${name} section must appear before the ${SECTION_NAMES[after]} section`);
    }
    if (this.#nextSection <= before) this.#nextSection = before + 1;
  }

  #contents(id: number): void {
    switch (id) {
      case Section.Type:
        return this.#typeSection();
      case Section.Import:
        return this.#importSection();
      case Section.Function:
        return this.#functionSection();
      case Section.Table:
        return this.#tableSection();
      case Section.Memory:
        return this.#memorySection();
      case Section.Global:
        return this.#globalSection();
      case Section.Export:
        return this.#exportSection();
      case Section.Start:
        this.#offsets.start = this.position;
        this.#start = readIndex(this, "function", this.#functionCount);
        return;
      case Section.Element:
        return this.#elementSection();
      case Section.Code:
        return this.#codeSection();
      case Section.Data:
        return this.#dataSection();
      case Section.DataCount:
        this.require("bulk-memory", "unexpected section <DataCount>");
        this.#dataCount = this.count("data segments count", MAX_DATA_SEGMENTS);
        return;
      case Section.Tag:
        return this.#tagSection();
      case Section.StringRef:
        return this.#stringSection();
    }
  }

  #typeSection(): void {
    for (let count = this.count("types count", MAX_TYPES); count > 0; count--) {
      const start = this.#types.length;
      const explicit = this.peek("type kind") === RECURSION_GROUP;
      let size = 1;
      if (explicit) {
        this.position++;
        size = this.count("recursive group size", MAX_TYPES);
      }
      if (start + size > MAX_TYPES) this.fail(`Type definition count exceeds maximum ${MAX_TYPES}`);
      this.typeCount = start + size;
      for (let i = start; i < this.typeCount; i++) {
        this.#offsets.types.push(this.position);
        this.#types.push(readSubType(this, i));
      }
      this.#groups.push({ start, size, explicit });
    }
  }

  #importSection(): void {
    for (let count = this.count("imports count", MAX_IMPORTS); count > 0; count--) {
      const module = this.name("module name");
      const name = this.name("field name");
      const at = this.position;
      const kind = this.u8();
      const compact = name === "" && (kind === COMPACT_BY_MODULE || kind === COMPACT_BY_MODULE_AND_TYPE);
      if (!compact) {
        this.#addImport(module, name, this.#importType(kind, at));
        continue;
      }
      this.require("compact-imports", `Invalid import kind ${kind}`, at);
      if (kind === COMPACT_BY_MODULE) {
        for (let items = this.count("compact_imports_1 count", MAX_IMPORTS); items > 0; items--) {
          const item = this.name("field name");
          const kindAt = this.position;
          this.#addImport(module, item, this.#importType(this.u8(), kindAt));
        }
      } else {
        const kindAt = this.position;
        const type = this.#importType(this.u8(), kindAt);
        for (let items = this.count("count", MAX_IMPORTS); items > 0; items--) {
          this.#addImport(module, this.name("field name"), type);
        }
      }
    }
  }

  #importType(code: number, at: number): ImportType {
    const kind = code === EXACT_FUNCTION ? "function" : EXTERN_KINDS[code];
    const typeAt = this.position;
    switch (kind) {
      case "function": {
        const exact = code === EXACT_FUNCTION;
        if (exact) this.require("custom-descriptors", `Invalid import kind ${code}`, at);
        return { kind, type: this.#signatureIndex(), exact };
      }
      case "table":
        return { kind, type: readTableType(this), at: typeAt };
      case "memory":
        return { kind, type: readMemoryType(this) };
      case "global":
        return { kind, type: readGlobalType(this), at: typeAt };
      case "tag":
        return { kind, ...this.#tagType() };
      default:
        return this.fail(`unknown import kind 0x${hex2(code)}`);
    }
  }

  #addImport(module: string, name: string, declared: ImportType): void {
    const importIndex = this.#imports.length;
    if (importIndex === MAX_IMPORTS) this.fail(`Exceeding maximum number of imports (${MAX_IMPORTS})`);
    let index: number;
    switch (declared.kind) {
      case "function":
        index = this.#functions.push({
          type: declared.type,
          importIndex,
          exact: declared.exact,
          body: null,
        }) - 1;
        break;
      case "table":
        this.#offsets.tables.push(declared.at);
        if (this.#tables.length === 1) this.require("reference-types", "multiple tables are not allowed");
        index = this.#tables.push({ type: declared.type, importIndex, init: null }) - 1;
        break;
      case "memory":
        index = this.#memories.push({ type: declared.type, importIndex }) - 1;
        if (index === MAX_MEMORIES) this.fail(`At most ${MAX_MEMORIES} imported memories are supported`);
        if (index === 1) this.require("multi-memory", "multiple memories are not allowed");
        break;
      case "global":
        this.#offsets.globals.push(declared.at);
        index = this.#globals.push({ type: declared.type, importIndex, init: null }) - 1;
        break;
      case "tag":
        this.#offsets.tags.push(declared.at);
        index = this.#tags.push({ type: declared.type, importIndex }) - 1;
    }
    this.#imports.push({ module, name, kind: declared.kind, index });
  }

  #signatureIndex(): number {
    const at = this.position;
    const index = this.u32("signature index");
    if (this.#types[index]?.composite.kind !== "func") {
      this.fail(`no signature at index ${index} (${this.#types.length} types)`, at);
    }
    return index;
  }

  #tagType(): { readonly type: number; readonly at: number } {
    const { features, position } = this;
    if (!features.has("legacy-exceptions")) this.require("exceptions", "tags are not allowed");
    const attribute = this.u32("exception attribute");
    if (attribute !== 0) this.fail(`exception attribute ${attribute} not supported`, position);
    const at = this.position;
    return { type: this.#signatureIndex(), at };
  }

  get #functionCount(): number {
    return this.#functions.length + this.#declared.length;
  }

  #functionSection(): void {
    for (let count = this.count("functions count", MAX_FUNCTIONS); count > 0; count--) {
      this.#declared.push(this.#signatureIndex());
    }
  }

  #tableSection(): void {
    for (let count = this.count("table count", MAX_TABLES); count > 0; count--) {
      const initialized = this.peek("table-with-initializer byte") === 0x40;
      if (initialized) {
        this.position++;
        const at = this.position;
        if (this.u8() !== 0) this.fail("Reserved byte must be 0x00", at);
      }
      this.#offsets.tables.push(this.position);
      const type = readTableType(this);
      const init = initialized ? readConstantExpression(this) : null;
      this.#tables.push({ type, importIndex: -1, init });
    }
    if (this.#tables.length > 1) this.require("reference-types", "multiple tables are not allowed");
  }

  #memorySection(): void {
    const at = this.position;
    const count = this.count("memory count", MAX_MEMORIES);
    const imported = this.#memories.length;
    if (imported + count > MAX_MEMORIES) {
      this.fail(
        `Exceeding maximum number of memories (${MAX_MEMORIES}; declared ${count}, imported ${imported})`,
        at,
      );
    }
    if (imported + count > 1) this.require("multi-memory", "multiple memories are not allowed", at);
    for (let i = 0; i < count; i++) this.#memories.push({ type: readMemoryType(this), importIndex: -1 });
  }

  #tagSection(): void {
    for (let count = this.count("tag count", MAX_TAGS); count > 0; count--) {
      const { type, at } = this.#tagType();
      this.#offsets.tags.push(at);
      this.#tags.push({ type, importIndex: -1 });
    }
  }

  #globalSection(): void {
    for (let count = this.count("globals count", MAX_GLOBALS); count > 0; count--) {
      this.#offsets.globals.push(this.position);
      const type = readGlobalType(this);
      this.#globals.push({ type, importIndex: -1, init: readConstantExpression(this) });
    }
  }

  #exportSection(): void {
    for (let count = this.count("exports count", MAX_EXPORTS); count > 0; count--) {
      const nameAt = this.position;
      const name = this.name("field name");
      this.#offsets.exports.push(nameAt);
      const at = this.position;
      const code = this.u8();
      const kind = EXTERN_KINDS[code];
      if (kind === undefined) this.fail(`invalid export kind 0x${hex2(code)}`, at);
      this.#exports.push({ name, kind, index: this.#exportIndex(kind) });
    }
  }

  #exportIndex(kind: ExternKind): number {
    switch (kind) {
      case "function":
        return readIndex(this, kind, this.#functionCount);
      case "table":
        return readIndex(this, kind, this.#tables.length);
      case "global":
        return readIndex(this, kind, this.#globals.length);
      case "tag":
        return readIndex(this, kind, this.#tags.length);
      case "memory": {
        const at = this.position;
        const index = this.u32("memory index");
        const count = this.#memories.length;
        if (index >= count) {
          const having = `having ${count} memor${count === 1 ? "y" : "ies"}`;
          this.fail(`invalid exported memory index ${index} (${having})`, at);
        }
        return index;
      }
    }
  }

  #elementSection(): void {
    for (let count = this.count("segment count", MAX_ELEMENT_SEGMENTS); count > 0; count--) {
      this.#elements.read(this, this.#tables.length, this.#functionCount);
    }
  }

  #stringSection(): void {
    this.require("stringref", "unexpected section <StringRef>");
    const deferred = this.count("deferred string literal count", MAX_STRINGS);
    if (deferred > 0) this.fail(`Invalid deferred string literal count ${deferred} (expected 0)`);
    for (let count = this.count("string literal count", MAX_STRINGS); count > 0; count--) {
      const length = this.u32("length");
      const start = this.position;
      this.skip(length);
      const string = decodeWtf8(this.bytes, start, this.position);
      if (string === null) this.fail("string literal: no valid WTF-8 string", start);
      this.#strings.push(string);
    }
  }

  #codeSection(): void {
    const at = this.position;
    const declared = this.#declared;
    const count = this.u32("functions count");
    if (count !== declared.length) {
      this.fail(`function body count ${count} mismatch (${declared.length} expected)`, at);
    }
    this.#hasCode = true;
    this.#declared = [];
    const { bytes } = this;
    for (let i = 0; i < count; i++) {
      const sizeAt = this.position;
      const size = this.u32("body size");
      if (size > MAX_FUNCTION_SIZE) {
        this.fail(`size ${size} > maximum function size ${MAX_FUNCTION_SIZE}`, sizeAt);
      }
      const start = this.position;
      this.skip(size);
      const body: ByteRange = { bytes, start, end: this.position };
      this.#functions.push({ type: declared[i], importIndex: -1, exact: false, body });
    }
  }

  #dataSection(): void {
    const count = this.count("data segments count", MAX_DATA_SEGMENTS);
    this.#checkDataCount(count);
    for (let i = 0; i < count; i++) this.#data.push(readDataSegment(this, this.#memories.length));
  }

  #checkDataCount(count: number): void {
    if (this.#dataCount !== null && count !== this.#dataCount) {
      this.fail(`data segments count ${count} mismatch (${this.#dataCount} expected)`);
    }
  }

  /** Declared functions need bodies, counted data segments need data, though no section may be there to say so. */
  #checkCounts(): void {
    if (!this.#hasCode && this.#declared.length > 0) {
      this.fail(`function count is ${this.#declared.length}, but code section is absent`);
    }
    this.#checkDataCount(this.#data.length);
  }
}

/** The four bytes of a little-endian word, as V8 prints them. */
function hexBytes(word: number): string {
  return [0, 8, 16, 24].map((shift) => hex2(word >>> shift & 0xff)).join(" ");
}

function hex2(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}
