/**
 * Building the name section (specification 7.4.1 "Name Section", with the subsections of the extended name section
 * proposal that 3.0 took over).
 *
 * @module
 */

import { ByteWriter } from "./byte_writer.ts";

/** Names by index, in any order. */
export type NameMap = ReadonlyMap<number, string>;
/** Names by two indices, such as function and local. */
export type IndirectNameMap = ReadonlyMap<number, NameMap>;

/** What a name section can name; whatever is absent or empty is left out of the section. */
export interface ModuleNames {
  /** The module's own name. */
  readonly module?: string | null;
  /** By function. */
  readonly functions?: NameMap;
  /** By function, then local. */
  readonly locals?: IndirectNameMap;
  /** By function, then label in the order of the instructions that bind them. */
  readonly labels?: IndirectNameMap;
  /** By type. */
  readonly types?: NameMap;
  /** By table. */
  readonly tables?: NameMap;
  /** By memory. */
  readonly memories?: NameMap;
  /** By global. */
  readonly globals?: NameMap;
  /** By element segment. */
  readonly elements?: NameMap;
  /** By data segment. */
  readonly data?: NameMap;
  /** By struct type, then field. */
  readonly fields?: IndirectNameMap;
  /** By tag. */
  readonly tags?: NameMap;
}

/** The contents of the custom section `name` after its own name; empty when there is nothing to name. */
export function encodeNames(names: ModuleNames): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter();
  if (names.module != null) {
    const contents = new ByteWriter();
    contents.name(names.module);
    out.byte(0);
    out.sized(contents.view());
  }
  subsection(out, 1, names.functions, writeNameMap);
  subsection(out, 2, withNames(names.locals), writeIndirectNameMap);
  subsection(out, 3, withNames(names.labels), writeIndirectNameMap);
  subsection(out, 4, names.types, writeNameMap);
  subsection(out, 5, names.tables, writeNameMap);
  subsection(out, 6, names.memories, writeNameMap);
  subsection(out, 7, names.globals, writeNameMap);
  subsection(out, 8, names.elements, writeNameMap);
  subsection(out, 9, names.data, writeNameMap);
  subsection(out, 10, withNames(names.fields), writeIndirectNameMap);
  subsection(out, 11, names.tags, writeNameMap);
  return out.view().slice();
}

function subsection<Entry>(
  out: ByteWriter,
  id: number,
  map: ReadonlyMap<number, Entry> | undefined,
  write: (out: ByteWriter, map: ReadonlyMap<number, Entry>) => void,
): void {
  if (map === undefined || map.size === 0) return;
  const contents = new ByteWriter();
  write(contents, map);
  out.byte(id);
  out.sized(contents.view());
}

function writeNameMap(out: ByteWriter, map: NameMap): void {
  out.unsigned(map.size);
  for (const [index, name] of byIndex(map)) {
    out.unsigned(index);
    out.name(name);
  }
}

function writeIndirectNameMap(out: ByteWriter, map: IndirectNameMap): void {
  out.unsigned(map.size);
  for (const [index, names] of byIndex(map)) {
    out.unsigned(index);
    writeNameMap(out, names);
  }
}

/** The entries that name anything. */
function withNames(map: IndirectNameMap | undefined): IndirectNameMap | undefined {
  return map && new Map([...map].filter(([, names]) => names.size > 0));
}

function byIndex<Entry>(map: ReadonlyMap<number, Entry>): [number, Entry][] {
  return [...map].sort(([a], [b]) => a - b);
}
