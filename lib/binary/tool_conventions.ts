/**
 * The custom sections that compilers and linkers leave behind (the WebAssembly tool conventions), as plain data. A
 * malformed section is no error and has nothing to say.
 *
 * @module
 */

import type { CustomSection } from "../syntax/module.ts";
import { Reader } from "./reader.ts";

/** What made a module: by field (`language`, `processed-by`, `sdk`) the names of tools with their versions. */
export type Producers = Readonly<
  Record<string, readonly { readonly name: string; readonly version: string }[]>
>;

/** The section `producers`. */
export function decodeProducers(section: CustomSection): Producers | null {
  return lenient(section, (reader) => {
    const fields: Record<string, { name: string; version: string }[]> = Object.create(null);
    for (const field of list(reader, () => reader.name("field name"), () => producerValues(reader))) {
      fields[field[0]] = field[1];
    }
    return fields;
  });
}

function producerValues(reader: Reader): { name: string; version: string }[] {
  return list(reader, () => reader.name("name"), () => reader.name("version"))
    .map(([name, version]) => ({ name, version }));
}

/** The section `target_features`: what the compiler was allowed to use (`+`), had to use (`=`) or must not be linked with (`-`). */
export function decodeTargetFeatures(section: CustomSection): readonly string[] | null {
  return lenient(section, (reader) =>
    list(reader, () => {
      const at = reader.position;
      const prefix = String.fromCharCode(reader.u8());
      return "+-=".includes(prefix) ? prefix : reader.fail("unknown feature prefix", at);
    }, () => reader.name("feature")).map(([prefix, feature]) => prefix + feature));
}

/** The sections whose contents are one string: `sourceMappingURL` and `external_debug_info`. */
export function decodeURL(section: CustomSection): string | null {
  return lenient(section, (reader) => reader.name("URL"));
}

/** The section `build_id`, as hexadecimal digits. */
export function decodeBuildId(section: CustomSection): string | null {
  return lenient(section, (reader) => {
    const size = reader.u32("build id size");
    const start = reader.position;
    reader.skip(size);
    const digits = (byte: number) => byte.toString(16).padStart(2, "0");
    return Array.from(reader.bytes.subarray(start, reader.position), digits).join("");
  });
}

/** What a dynamic library needs where it is loaded. */
export interface DynamicLibrary {
  /** Bytes of memory, and the power of two they are aligned to. */
  readonly memorySize: number;
  readonly memoryAlignment: number;
  /** Elements of the table, and the power of two they are aligned to. */
  readonly tableSize: number;
  readonly tableAlignment: number;
  /** The libraries to load before it. */
  readonly needed: readonly string[];
}

const DYLINK_MEMORY_INFO = 1;
const DYLINK_NEEDED = 2;

/** The section `dylink.0`; of its subsections the sizes and the needed libraries. */
export function decodeDynamicLibrary(section: CustomSection): DynamicLibrary | null {
  return lenient(section, (reader) => {
    let sizes = { memorySize: 0, memoryAlignment: 0, tableSize: 0, tableAlignment: 0 };
    let needed: string[] = [];
    while (reader.more) {
      const kind = reader.u8();
      const size = reader.u32("subsection size");
      const start = reader.position;
      reader.skip(size);
      const contents = new Reader(reader.bytes, start, reader.position);
      if (kind === DYLINK_MEMORY_INFO) {
        sizes = {
          memorySize: contents.u32("memory size"),
          memoryAlignment: contents.u32("memory alignment"),
          tableSize: contents.u32("table size"),
          tableAlignment: contents.u32("table alignment"),
        };
      } else if (kind === DYLINK_NEEDED) {
        needed = [];
        for (let count = contents.u32("needed count"); count > 0; count--) {
          needed.push(contents.name("library"));
        }
      }
    }
    return { ...sizes, needed };
  });
}

/** A vector of pairs. */
function list<First, Second>(
  reader: Reader,
  first: () => First,
  second: () => Second,
): [First, Second][] {
  const pairs: [First, Second][] = [];
  for (let count = reader.u32("count"); count > 0; count--) pairs.push([first(), second()]);
  return pairs;
}

function lenient<T>(
  { content: { bytes, start, end } }: CustomSection,
  read: (reader: Reader) => T,
): T | null {
  const reader = new Reader(bytes, start, end);
  try {
    const contents = read(reader);
    return reader.more ? null : contents;
  } catch {
    return null;
  }
}
