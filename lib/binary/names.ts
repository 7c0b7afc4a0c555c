/**
 * The name section (specification 7.4 "Name Section" and the extended name section proposal), read when somebody asks
 * for a name. A malformed part ends the reading of its subsection and is no error, as in V8.
 *
 * @module
 */

import type { Module } from "../syntax/module.ts";
import type { IndirectNameMap, ModuleNames, NameMap } from "./encode_names.ts";
import { Reader } from "./reader.ts";
import { decodeUtf8 } from "./utf8.ts";

const Subsection = {
  Module: 0,
  Function: 1,
  Local: 2,
  Label: 3,
  Type: 4,
  Table: 5,
  Memory: 6,
  Global: 7,
  Element: 8,
  Data: 9,
  Field: 10,
  Tag: 11,
} as const;

/** The names that a module's first name section gives. */
export class NameSection implements ModuleNames {
  readonly #subsections = new Map<number, Reader>();
  readonly #names = new Map<number, NameMap>();
  readonly #indirectNames = new Map<number, IndirectNameMap>();

  /** Finds the section; its names are read on demand. */
  constructor(module: Module) {
    const section = module.customSections.find(({ name }) => name === "name");
    if (!section) return;
    const { bytes, start, end } = section.content;
    const reader = new Reader(bytes, start, end);
    lenient(() => {
      while (reader.more) {
        const id = reader.u8();
        const length = reader.u32("name payload length");
        const at = reader.position;
        reader.skip(length);
        if (!this.#subsections.has(id)) {
          this.#subsections.set(id, new Reader(bytes, at, reader.position));
        }
      }
    });
  }

  /** The module's name, or null. */
  get module(): string | null {
    const reader = this.#reader(Subsection.Module);
    let name: string | null = null;
    if (reader) lenient(() => name = readName(reader));
    return name;
  }
  /** Names of functions. */
  get functions(): NameMap {
    return this.#map(Subsection.Function);
  }
  /** Names of parameters and locals, by function. */
  get locals(): IndirectNameMap {
    return this.#indirectMap(Subsection.Local);
  }
  /** Names of labels, by function. */
  get labels(): IndirectNameMap {
    return this.#indirectMap(Subsection.Label);
  }
  /** Names of types. */
  get types(): NameMap {
    return this.#map(Subsection.Type);
  }
  /** Names of tables. */
  get tables(): NameMap {
    return this.#map(Subsection.Table);
  }
  /** Names of memories. */
  get memories(): NameMap {
    return this.#map(Subsection.Memory);
  }
  /** Names of globals. */
  get globals(): NameMap {
    return this.#map(Subsection.Global);
  }
  /** Names of element segments. */
  get elements(): NameMap {
    return this.#map(Subsection.Element);
  }
  /** Names of data segments. */
  get data(): NameMap {
    return this.#map(Subsection.Data);
  }
  /** Names of fields, by struct type. */
  get fields(): IndirectNameMap {
    return this.#indirectMap(Subsection.Field);
  }
  /** Names of tags. */
  get tags(): NameMap {
    return this.#map(Subsection.Tag);
  }

  #reader(id: number): Reader | null {
    const section = this.#subsections.get(id);
    return section ? new Reader(section.bytes, section.position, section.end) : null;
  }

  #map(id: number): NameMap {
    let names = this.#names.get(id);
    if (!names) this.#names.set(id, names = this.#lenientMap(id, readName));
    return names;
  }

  #indirectMap(id: number): IndirectNameMap {
    let names = this.#indirectNames.get(id);
    if (!names) {
      names = this.#lenientMap(id, (reader) => readMap(reader, readName, new Map<number, string>()));
      this.#indirectNames.set(id, names);
    }
    return names;
  }

  #lenientMap<T>(id: number, value: (reader: Reader) => T | null): Map<number, T> {
    const map = new Map<number, T>();
    const reader = this.#reader(id);
    if (reader) lenient(() => readMap(reader, value, map));
    return map;
  }
}

/** Adds a vector of indices and values to `map`; values that are null are left out. */
function readMap<T>(
  reader: Reader,
  value: (reader: Reader) => T | null,
  map: Map<number, T>,
): Map<number, T> {
  for (let count = reader.u32("name count"); count > 0; count--) {
    const index = reader.u32("index");
    const entry = value(reader);
    if (entry !== null && !map.has(index)) map.set(index, entry);
  }
  return map;
}

function readName(reader: Reader): string | null {
  const length = reader.u32("length");
  const start = reader.position;
  reader.skip(length);
  return decodeUtf8(reader.bytes, start, reader.position);
}

/** Reads until the end or the first malformed byte; what was read before it stands. */
function lenient(read: () => void): void {
  try {
    read();
  } catch {
    // Malformed names are no names.
  }
}
