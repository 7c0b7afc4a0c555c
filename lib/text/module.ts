/**
 * Text to module record (specification 6.6 "Modules"). Two passes over the tokens: the first declares, the second reads
 * everything but the types in order and encodes code as it goes.
 *
 * @module
 */

import { CODE_METADATA_PREFIX } from "../binary/code_metadata.ts";
import { encodeNames } from "../binary/encode_names.ts";
import { writeValueType } from "../binary/encode_types.ts";
import type {
  CustomSection,
  DataSegment,
  ElementSegment,
  Export,
  ExternKind,
  Func,
  Global,
  Import,
  Memory,
  Module,
  Table,
  Tag,
} from "../syntax/module.ts";
import type { AddressType, FunctionIndex, TypeIndex, ValueType } from "../syntax/types.ts";
import { BodyMetadata, MetadataSections } from "./code_metadata.ts";
import { CodeRanges } from "./code_ranges.ts";
import { type Binding, TokenCursor } from "./cursor.ts";
import { inOrder, parseCustomAnnotation, type PlacedSection } from "./custom_annotation.ts";
import { declareFields } from "./declaration.ts";
import type { TextPosition } from "./error.ts";
import { Body } from "./immediate.ts";
import { InstructionParser } from "./instruction.ts";
import type { InstructionPositions } from "./instruction_positions.ts";
import { tokenize, TokenKind } from "./lexer.ts";
import { type IndexSpace, ModuleScope } from "./scope.ts";
import { SegmentParser } from "./segment.ts";
import {
  isReferenceTypeNext,
  parseAddressType,
  parseGlobalType,
  parseMemoryType,
  parsePageSize,
  parseReferenceType,
  parseTableType,
  parseTypeUse,
  parseValueType,
  type TypeUse,
} from "./type.ts";

/** Options of {@linkcode parseModule}. */
export interface ParseOptions {
  /** Where the text starts inside a larger one, so that errors name the place there. */
  readonly origin?: TextPosition;
}

/** Whether annotations with this id have a meaning; all others are comments. */
function isMeaningful(id: string): boolean {
  return id === "custom" || id === "name" || id.startsWith(CODE_METADATA_PREFIX);
}

/**
 * Reads a module in the text format: `(module ...)`, or its fields alone. Bodies and expressions are encoded; identifiers
 * and `(@name ...)` annotations become the custom section `name`, unless the text brings its own, and
 * `(@metadata.code.FORMAT ...)` annotations, branch hints for example, the sections of that name. The record's `bytes` are
 * empty; `encodeModule` makes them.
 *
 * ```ts
 * import { parseModule } from "./module.ts";
 * import { encodeModule } from "../binary/encode.ts";
 *
 * const bytes = encodeModule(parseModule('(func (export "one") (result i32) (i32.const 1))'));
 * ```
 *
 * @param positions is told where the instructions stand
 * @throws {WatError} when the text is malformed
 */
export function parseModule(
  text: string,
  options: ParseOptions = {},
  positions: InstructionPositions | null = null,
): Module {
  const cursor = new TokenCursor(tokenize(text, 0, text.length, isMeaningful), options.origin ?? null);
  return new ModuleParser(cursor, positions).parse();
}

const NO_BYTES = new Uint8Array(0);
const NO_BINDING: Binding = { id: null, name: null, at: 0 };

class ModuleParser {
  readonly #cursor: TokenCursor;
  readonly #scope = new ModuleScope();
  readonly #instructions: InstructionParser;
  readonly #ranges: CodeRanges;
  readonly #segments: SegmentParser;

  readonly #imports: Import[] = [];
  readonly #functions: Func[] = [];
  readonly #tables: Table[] = [];
  readonly #memories: Memory[] = [];
  readonly #globals: Global[] = [];
  readonly #tags: Tag[] = [];
  readonly #exports: Export[] = [];
  readonly #elements: ElementSegment[] = [];
  readonly #data: DataSegment[] = [];
  #start: FunctionIndex | null = null;

  readonly #customSections: PlacedSection[] = [];
  readonly #localNames = new Map<FunctionIndex, ReadonlyMap<number, string>>();
  readonly #labelNames = new Map<FunctionIndex, ReadonlyMap<number, string>>();
  readonly #metadata = new MetadataSections();

  constructor(cursor: TokenCursor, positions: InstructionPositions | null) {
    this.#cursor = cursor;
    this.#instructions = new InstructionParser(cursor, this.#scope, positions);
    this.#ranges = new CodeRanges(this.#instructions);
    this.#segments = new SegmentParser(cursor, this.#scope, this.#ranges);
  }

  parse(): Module {
    const cursor = this.#cursor;
    const wrapped = cursor.takeOpen("module");
    const { name } = wrapped ? cursor.binding() : NO_BINDING;
    const first = cursor.at;
    declareFields(cursor, this.#scope);
    cursor.at = first;
    this.#customAnnotations();
    while (cursor.kind === TokenKind.Open) {
      this.#field();
      this.#customAnnotations();
    }
    if (wrapped) {
      if (!cursor.takeClose()) throw cursor.expected('a module field or ")"');
    } else if (cursor.kind !== TokenKind.End) {
      throw cursor.expected("a module field");
    }
    cursor.expectEnd();
    cursor.expectNoAnnotations();
    return this.#module(name);
  }

  #module(name: string | null): Module {
    this.#ranges.finish();
    const { definitions, groups } = this.#scope;
    return {
      bytes: NO_BYTES,
      types: definitions,
      recursionGroups: groups,
      imports: this.#imports,
      functions: this.#functions,
      tables: this.#tables,
      memories: this.#memories,
      globals: this.#globals,
      tags: this.#tags,
      strings: this.#instructions.strings,
      exports: this.#exports,
      start: this.#start,
      elements: this.#elements,
      dataCount: this.#instructions.refersToData ? this.#data.length : null,
      data: this.#data,
      customSections: this.#allCustomSections(name),
      sections: [],
    };
  }

  #allCustomSections(module: string | null): CustomSection[] {
    const sections = [...inOrder(this.#customSections), ...this.#metadata.encode()];
    if (sections.some(({ name }) => name === "name")) return sections;
    const scope = this.#scope;
    const bytes = encodeNames({
      module,
      functions: scope.functions.names,
      locals: this.#localNames,
      labels: this.#labelNames,
      types: scope.types.names,
      tables: scope.tables.names,
      memories: scope.memories.names,
      globals: scope.globals.names,
      elements: scope.elements.names,
      data: scope.data.names,
      fields: new Map([...scope.fields].map(([type, { names }]) => [type, names])),
      tags: scope.tags.names,
    });
    if (bytes.length === 0) return sections;
    return [...sections, { name: "name", content: { bytes, start: 0, end: bytes.length }, after: 11 }];
  }

  /** Takes the `(@custom ...)` annotations in front of the next field. */
  #customAnnotations(): void {
    for (;;) {
      const content = this.#cursor.takeAnnotation("custom");
      if (content === null) return;
      this.#customSections.push(parseCustomAnnotation(content));
    }
  }

  #field(): void {
    const cursor = this.#cursor;
    if (cursor.isOpen("type") || cursor.isOpen("rec")) return cursor.skipParenthesized();
    cursor.at++;
    if (cursor.takeKeyword("func")) this.#function();
    else if (cursor.takeKeyword("import")) this.#import();
    else if (cursor.takeKeyword("table")) this.#table();
    else if (cursor.takeKeyword("memory")) this.#memory();
    else if (cursor.takeKeyword("global")) this.#global();
    else if (cursor.takeKeyword("tag")) this.#tag();
    else if (cursor.takeKeyword("export")) this.#export();
    else if (cursor.takeKeyword("start")) this.#startFunction();
    else if (cursor.takeKeyword("elem")) this.#elements.push(this.#segments.elementSegment());
    else if (cursor.takeKeyword("data")) this.#data.push(this.#segments.dataSegment());
    else throw cursor.expected("a module field");
    cursor.expectClose();
  }

  /** The inline exports and the inline import of a definition, after its identifier; returns the import's index or -1. */
  #externs(kind: ExternKind, index: number): number {
    const cursor = this.#cursor;
    cursor.binding();
    while (cursor.takeOpen("export")) {
      this.#exports.push({ name: cursor.name(), kind, index });
      cursor.expectClose();
    }
    if (!cursor.takeOpen("import")) return -1;
    const module = cursor.name();
    const name = cursor.name();
    cursor.expectClose();
    return this.#imports.push({ module, name, kind, index }) - 1;
  }

  #import(): void {
    const cursor = this.#cursor;
    const module = cursor.name();
    if (cursor.isOpen("item")) this.#importItems(module);
    else this.#importOne(module, cursor.name());
  }

  /** An import from its description on. */
  #importOne(module: string, name: string): void {
    const cursor = this.#cursor;
    if (cursor.kind !== TokenKind.Open) throw cursor.expected("an import description");
    cursor.at++;
    const kind = this.#externKind();
    const importIndex = this.#imports.length;
    cursor.binding();
    const index = this.#imported(kind, importIndex);
    this.#imports.push({ module, name, kind, index });
    cursor.expectClose();
  }

  /** Several imports from one module (compact import section): items with a description each, or one after all of them. */
  #importItems(module: string): void {
    const cursor = this.#cursor;
    const names: string[] = [];
    const oneForAll = cursor.kindAhead(3) === TokenKind.Close;
    while (cursor.takeOpen("item")) {
      const name = cursor.name();
      if (oneForAll) names.push(name);
      else this.#importOne(module, name);
      cursor.expectClose();
    }
    const description = cursor.at;
    if (oneForAll && cursor.kindAhead(2) === TokenKind.Id) {
      throw cursor.error("identifier not allowed for several imports", description + 2);
    }
    for (const name of names) {
      cursor.at = description;
      this.#importOne(module, name);
    }
  }

  #externKind(): ExternKind {
    const cursor = this.#cursor;
    if (cursor.takeKeyword("func")) return "function";
    if (cursor.takeKeyword("table")) return "table";
    if (cursor.takeKeyword("memory")) return "memory";
    if (cursor.takeKeyword("global")) return "global";
    if (cursor.takeKeyword("tag")) return "tag";
    throw cursor.expected('"func", "table", "memory", "global" or "tag"');
  }

  /** Reads the type of an import, adds what is imported to its index space and returns its index there. */
  #imported(kind: ExternKind, importIndex: number): number {
    const cursor = this.#cursor;
    switch (kind) {
      case "function": {
        const exact = cursor.takeOpen("exact");
        const use = parseTypeUse(cursor, this.#scope, true);
        if (exact) cursor.expectClose();
        this.#nameBody(this.#bodyOf(use));
        return this.#functions.push({ type: use.index, importIndex, exact, body: null }) - 1;
      }
      case "table":
        return this.#tables.push({ type: parseTableType(cursor, this.#scope), importIndex, init: null }) - 1;
      case "memory":
        return this.#memories.push({ type: parseMemoryType(cursor), importIndex }) - 1;
      case "global":
        return this.#globals.push({ type: parseGlobalType(cursor, this.#scope), importIndex, init: null }) -
          1;
      case "tag":
        return this.#tags.push({ type: this.#tagType(), importIndex }) - 1;
    }
  }

  #function(): void {
    const importIndex = this.#externs("function", this.#functions.length);
    if (importIndex >= 0) {
      this.#imported("function", importIndex);
      return;
    }
    const use = parseTypeUse(this.#cursor, this.#scope, true);
    const body = this.#bodyOf(use);
    const { bytes } = this.#ranges;
    const start = bytes.length;
    this.#locals(body);
    const metadata = this.#cursor.hasAnnotations ? new BodyMetadata(this.#cursor, start) : null;
    this.#instructions.expression(bytes, body, metadata);
    if (metadata !== null) this.#metadata.add(this.#functions.length, metadata);
    this.#nameBody(body);
    this.#functions.push({ type: use.index, importIndex, exact: false, body: this.#ranges.from(start) });
  }

  /** A body whose locals are the parameters so far. */
  #bodyOf({ index, bindings }: TypeUse): Body {
    const body = new Body();
    for (const binding of bindings) body.locals.add(this.#cursor, binding ?? NO_BINDING);
    if (bindings.length === 0) body.locals.size = this.#scope.signatureOf(index)?.params.length ?? 0;
    return body;
  }

  /** Writes the declarations of locals: runs of equal types. */
  #locals({ locals }: Body): void {
    const cursor = this.#cursor;
    const runs: { type: ValueType; count: number }[] = [];
    const add = (type: ValueType) => {
      const last = runs.at(-1);
      if (last?.type === type) last.count++;
      else runs.push({ type, count: 1 });
    };
    while (cursor.takeOpen("local")) {
      const binding = cursor.binding();
      if (binding.name !== null) {
        locals.add(cursor, binding);
        add(parseValueType(cursor, this.#scope));
        cursor.expectClose();
        continue;
      }
      while (!cursor.takeClose()) {
        locals.addAnonymous();
        add(parseValueType(cursor, this.#scope));
      }
    }
    const { bytes } = this.#ranges;
    bytes.unsigned(runs.length);
    for (const { type, count } of runs) {
      bytes.unsigned(count);
      writeValueType(bytes, type);
    }
  }

  /** Keeps the names of locals and labels of the function that is being added. */
  #nameBody({ locals, labels }: Body): void {
    const index = this.#functions.length;
    if (locals.names.size > 0) this.#localNames.set(index, locals.names);
    if (labels.names.size > 0) this.#labelNames.set(index, labels.names);
  }

  #table(): void {
    const cursor = this.#cursor;
    const index = this.#tables.length;
    const importIndex = this.#externs("table", index);
    if (importIndex >= 0) {
      this.#imported("table", importIndex);
      return;
    }
    if (this.#isTableOfElementsNext()) return this.#tableOfElements(index);
    const type = parseTableType(cursor, this.#scope);
    const init = cursor.kind === TokenKind.Close ? null : this.#ranges.expression();
    this.#tables.push({ type, importIndex, init });
  }

  /** Whether the element type follows without limits: `i64? reftype (elem ...)`, or `shared reftype (elem ...)`. */
  #isTableOfElementsNext(): boolean {
    const cursor = this.#cursor;
    const { at } = cursor;
    if (!cursor.takeKeyword("shared")) parseAddressType(cursor);
    const next = isReferenceTypeNext(cursor);
    cursor.at = at;
    return next;
  }

  #tableOfElements(index: number): void {
    const cursor = this.#cursor;
    const shared = cursor.takeKeyword("shared");
    const addressType = parseAddressType(cursor);
    const element = parseReferenceType(cursor, this.#scope);
    cursor.expectOpen("elem");
    const elements = this.#segments.tableElements(element);
    cursor.expectClose();
    const size = BigInt(
      elements.kind === "functions" ? elements.indices.length : elements.expressions.length,
    );
    const limits = { minimum: size, maximum: size };
    this.#tables.push({ type: { element, addressType, limits, shared }, importIndex: -1, init: null });
    this.#elements.push({
      mode: { kind: "active", index, offset: this.#ranges.zero(addressType) },
      type: element,
      shared: false,
      elements,
      at: 0,
    });
  }

  #memory(): void {
    const cursor = this.#cursor;
    const index = this.#memories.length;
    const importIndex = this.#externs("memory", index);
    if (importIndex >= 0) {
      this.#imported("memory", importIndex);
      return;
    }
    const { at } = cursor;
    const shared = cursor.takeKeyword("shared");
    const addressType = parseAddressType(cursor);
    if (cursor.kind === TokenKind.Open) return this.#memoryOfData(index, addressType, shared);
    cursor.at = at;
    this.#memories.push({ type: parseMemoryType(cursor), importIndex });
  }

  #memoryOfData(index: number, addressType: AddressType, shared: boolean): void {
    const cursor = this.#cursor;
    const pageSizeLog2 = parsePageSize(cursor);
    cursor.expectOpen("data");
    const content = this.#segments.content();
    cursor.expectClose();
    const size = BigInt(Math.ceil((content.end - content.start) / 2 ** pageSizeLog2));
    const limits = { minimum: size, maximum: size };
    this.#memories.push({ type: { addressType, limits, shared, pageSizeLog2 }, importIndex: -1 });
    this.#data.push({
      mode: { kind: "active", index, offset: this.#ranges.zero(addressType) },
      shared: false,
      content,
      at: 0,
    });
  }

  #global(): void {
    const importIndex = this.#externs("global", this.#globals.length);
    if (importIndex >= 0) {
      this.#imported("global", importIndex);
      return;
    }
    const type = parseGlobalType(this.#cursor, this.#scope);
    this.#globals.push({ type, importIndex, init: this.#ranges.expression() });
  }

  #tag(): void {
    const importIndex = this.#externs("tag", this.#tags.length);
    this.#tags.push({ type: this.#tagType(), importIndex });
  }

  #tagType(): TypeIndex {
    return parseTypeUse(this.#cursor, this.#scope, true).index;
  }

  #export(): void {
    const cursor = this.#cursor;
    const name = cursor.name();
    if (cursor.kind !== TokenKind.Open) throw cursor.expected("an export description");
    cursor.at++;
    const kind = this.#externKind();
    const index = this.#space(kind).index(cursor);
    cursor.expectClose();
    this.#exports.push({ name, kind, index });
  }

  #space(kind: ExternKind): IndexSpace {
    switch (kind) {
      case "function":
        return this.#scope.functions;
      case "table":
        return this.#scope.tables;
      case "memory":
        return this.#scope.memories;
      case "global":
        return this.#scope.globals;
      case "tag":
        return this.#scope.tags;
    }
  }

  #startFunction(): void {
    if (this.#start !== null) throw this.#cursor.error("a second start function");
    this.#start = this.#scope.functions.index(this.#cursor);
  }
}
