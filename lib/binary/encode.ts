/**
 * Module record to bytes (specification 5.5 "Modules").
 *
 * @module
 */

import type {
  ByteRange,
  DataSegment,
  ElementSegment,
  Export,
  ExternKind,
  Import,
  Module,
  Sequence,
  Table,
} from "../syntax/module.ts";
import { FUNCREF } from "../syntax/types.ts";
import { ByteWriter } from "./byte_writer.ts";
import {
  writeGlobalType,
  writeMemoryType,
  writeTableType,
  writeTypes,
  writeValueType,
} from "./encode_types.ts";
import { encodeWtf8 } from "./wtf8.ts";

/** Ids of the known sections in the order in which they stand in a module (specification 5.5.2). */
export const SECTION_ORDER: readonly number[] = [1, 2, 3, 4, 5, 13, 14, 6, 7, 8, 9, 12, 10, 11];

const EXTERN_CODES: Readonly<Record<ExternKind, number>> = {
  function: 0,
  table: 1,
  memory: 2,
  global: 3,
  tag: 4,
};
const EXACT_FUNCTION = 0x20;
const NO_DEFERRED_STRINGS = 0;

/**
 * The binary form of a module. Custom sections keep their places; bodies and expressions are copied as they are, so a
 * decoded module encodes to the same bytes, unless they spend some on nothing: padded LEB128 integers, empty sections,
 * a table or memory 0 or a page size of 65536 that is written out.
 */
export function encodeModule(module: Module): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter(1024);
  out.bytes(PREAMBLE);
  writeCustomSections(out, module, 0);
  const contents = new ByteWriter(1024);
  for (const id of SECTION_ORDER) {
    contents.truncate(0);
    writeSection(contents, module, id);
    if (contents.length > 0) {
      out.byte(id);
      out.sized(contents.view());
    }
    writeCustomSections(out, module, id);
  }
  return out.view().slice();
}

const PREAMBLE = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

function writeCustomSections(out: ByteWriter, module: Module, after: number): void {
  for (const section of module.customSections) {
    if (section.after !== after) continue;
    const contents = new ByteWriter();
    contents.name(section.name);
    writeRange(contents, section.content);
    out.byte(0);
    out.sized(contents.view());
  }
}

/** The contents of a known section; nothing when the module does not need the section. */
function writeSection(out: ByteWriter, module: Module, id: number): void {
  switch (id) {
    case 1:
      if (module.recursionGroups.length > 0) writeTypes(out, module.types, module.recursionGroups);
      return;
    case 2:
      return writeVector(out, module.imports, (item) => writeImport(out, module, item));
    case 3:
      return writeVector(out, defined(module.functions), ({ type }) => out.unsigned(type));
    case 4:
      return writeVector(out, defined(module.tables), (table) => writeTable(out, table));
    case 5:
      return writeVector(out, defined(module.memories), ({ type }) => writeMemoryType(out, type));
    case 6:
      return writeVector(out, defined(module.globals), ({ type, init }) => {
        writeGlobalType(out, type);
        writeRange(out, init!);
      });
    case 7:
      return writeVector(out, module.exports, (item) => writeExport(out, item));
    case 8:
      if (module.start !== null) out.unsigned(module.start);
      return;
    case 9:
      return writeVector(out, module.elements, (segment) => writeElementSegment(out, segment));
    case 10:
      return writeVector(out, defined(module.functions), ({ body }) => {
        const { bytes, start, end } = body!;
        out.sized(bytes, start, end);
      });
    case 11:
      return writeVector(out, module.data, (segment) => writeDataSegment(out, segment));
    case 12:
      if (module.dataCount !== null) out.unsigned(module.dataCount);
      return;
    case 13:
      return writeVector(out, defined(module.tags), ({ type }) => writeTag(out, type));
    case 14:
      if (module.strings.length === 0) return;
      out.byte(NO_DEFERRED_STRINGS);
      return writeVector(out, module.strings, (string) => out.sized(encodeWtf8(string)));
  }
}

function defined<Item extends { readonly importIndex: number }>(space: readonly Item[]): readonly Item[] {
  return space.filter(({ importIndex }) => importIndex < 0);
}

function writeVector<Item>(out: ByteWriter, items: Sequence<Item>, write: (item: Item) => void): void {
  if (items.length === 0) return;
  out.unsigned(items.length);
  for (const item of items) write(item);
}

function writeRange(out: ByteWriter, { bytes, start, end }: ByteRange): void {
  out.bytes(bytes, start, end);
}

function writeTag(out: ByteWriter, type: number): void {
  out.byte(0);
  out.unsigned(type);
}

function writeImport(out: ByteWriter, module: Module, { module: from, name, kind, index }: Import): void {
  out.name(from);
  out.name(name);
  if (kind === "function") {
    const { type, exact } = module.functions[index];
    out.byte(exact ? EXACT_FUNCTION : EXTERN_CODES.function);
    out.unsigned(type);
    return;
  }
  out.byte(EXTERN_CODES[kind]);
  switch (kind) {
    case "table":
      return writeTableType(out, module.tables[index].type);
    case "memory":
      return writeMemoryType(out, module.memories[index].type);
    case "global":
      return writeGlobalType(out, module.globals[index].type);
    case "tag":
      return writeTag(out, module.tags[index].type);
  }
}

function writeTable(out: ByteWriter, { type, init }: Table): void {
  if (init === null) return writeTableType(out, type);
  out.byte(0x40);
  out.byte(0);
  writeTableType(out, type);
  writeRange(out, init);
}

function writeExport(out: ByteWriter, { name, kind, index }: Export): void {
  out.name(name);
  out.byte(EXTERN_CODES[kind]);
  out.unsigned(index);
}

const PASSIVE = 1;
const EXPLICIT_INDEX = 2;
const DECLARATIVE = PASSIVE | EXPLICIT_INDEX;
const EXPRESSIONS = 4;
const SHARED = 8;

function writeElementSegment(out: ByteWriter, { mode, type, shared, elements }: ElementSegment): void {
  const expressions = elements.kind === "expressions";
  let flags = (expressions ? EXPRESSIONS : 0) | (shared ? SHARED : 0);
  if (mode.kind === "passive") flags |= PASSIVE;
  else if (mode.kind === "declarative") flags |= DECLARATIVE;
  else if (mode.index !== 0 || expressions && type !== FUNCREF) flags |= EXPLICIT_INDEX;
  out.byte(flags);
  if (mode.kind === "active") {
    if (flags & EXPLICIT_INDEX) out.unsigned(mode.index);
    writeRange(out, mode.offset);
  }
  if (expressions) {
    if (flags & DECLARATIVE) writeValueType(out, type);
    out.unsigned(elements.expressions.length);
    for (const expression of elements.expressions) writeRange(out, expression);
  } else {
    if (flags & DECLARATIVE) out.byte(EXTERN_CODES.function);
    out.unsigned(elements.indices.length);
    for (const index of elements.indices) out.unsigned(index);
  }
}

function writeDataSegment(out: ByteWriter, { mode, shared, content }: DataSegment): void {
  let flags = shared ? SHARED : 0;
  if (mode.kind === "passive") flags |= PASSIVE;
  else if (mode.kind === "active" && mode.index !== 0) flags |= EXPLICIT_INDEX;
  out.byte(flags);
  if (mode.kind === "active") {
    if (flags & EXPLICIT_INDEX) out.unsigned(mode.index);
    writeRange(out, mode.offset);
  }
  out.sized(content.bytes, content.start, content.end);
}
