/**
 * `inspect`: what a module is made of.
 *
 * @module
 */

import { decodeModule } from "../binary/decode.ts";
import { NameSection } from "../binary/names.ts";
import { CompileError } from "../syntax/errors.ts";
import { externTypeName } from "../syntax/extern_type_name.ts";
import { type ExternKind, importedCount, type Module } from "../syntax/module.ts";
import { ALL_FEATURES } from "../syntax/features.ts";
import { type Command, CommandError, readOptions } from "./command.ts";
import { readModule } from "./module_file.ts";
import { describeCustomSection } from "./custom_section.ts";
import { columns, faint, heading, print, quoted, visible } from "./output.ts";
import { moduleError } from "./report.ts";

const HELP =
  `Lists what a module is made of: sections with their sizes, what known custom sections say, imports and exports
with their types.

Usage: tandem inspect FILE [--json]

FILE is a binary module, or a text (.wat). It has to be well-formed; whether it is valid, validate says.

Options:
  --json     print JSON
  --help     print this
  --version  print the version`;

/** The command. */
export const inspect: Command = {
  help: HELP,
  async run(args) {
    const { flags, positional } = readOptions(args, { flags: ["json"] });
    if (positional.length !== 1) throw new CommandError("inspect: one FILE, please. See inspect --help");
    const [file] = positional;
    const bytes = await readModule(file);
    let module: Module;
    try {
      module = decodeModule(bytes, { features: ALL_FEATURES });
    } catch (error) {
      throw error instanceof CompileError ? moduleError(file, error) : error;
    }
    const description = describeModule(module);
    print(
      flags.has("json")
        ? JSON.stringify(description, null, 2)
        : formatDescription(file, description, customSectionRows(module)),
    );
    return 0;
  },
};

/** A section of a module. */
interface SectionDescription {
  /** The specification's name, or "custom". */
  readonly section: string;
  /** Of a custom section. */
  readonly name?: string;
  /** Offset of the contents in the module, in bytes; of a custom section after its name. */
  readonly offset: number;
  /** Size of the contents in bytes. */
  readonly size: number;
  /** How many things it declares. */
  readonly entries?: number;
  /** What a known custom section says; null when it is malformed or not known. */
  readonly contents?: unknown;
}

/** What `--json` prints. */
interface ModuleDescription {
  /** In bytes. */
  readonly size: number;
  readonly name: string | null;
  readonly sections: readonly SectionDescription[];
  readonly imports: readonly { module: string; name: string; kind: ExternKind; type: string }[];
  readonly exports: readonly {
    name: string;
    kind: ExternKind;
    type: string;
    index: number;
    /** Of a function, in the name section. */
    function?: string;
  }[];
  /** How many there are of each kind. */
  readonly spaces: Readonly<Record<ExternKind, { readonly imported: number; readonly defined: number }>>;
  /** The tables, memories and tags that are not imported, as types. */
  readonly tables: readonly string[];
  readonly memories: readonly string[];
  readonly tags: readonly string[];
  /** Index of the start function. */
  readonly start: number | null;
}

const SECTION_NAMES = [
  "custom",
  "type",
  "import",
  "function",
  "table",
  "memory",
  "global",
  "export",
  "start",
  "element",
  "code",
  "data",
  "data count",
  "tag",
  "string",
];

function describeModule(module: Module): ModuleDescription {
  const names = new NameSection(module);
  const typeOf = (kind: ExternKind, index: number) => externTypeName(module, kind, index);
  const spaces = {
    function: size(module.functions),
    table: size(module.tables),
    memory: size(module.memories),
    global: size(module.globals),
    tag: size(module.tags),
  };
  const defined = (kind: ExternKind) =>
    Array.from({ length: spaces[kind].defined }, (_, i) => typeOf(kind, spaces[kind].imported + i));
  return {
    size: module.bytes.length,
    name: names.module,
    sections: describeSections(module, names),
    imports: module.imports.map(({ module, name, kind, index }) => ({
      module,
      name,
      kind,
      type: typeOf(kind, index),
    })),
    exports: module.exports.map(({ name, kind, index }) => {
      const functionName = kind === "function" ? names.functions.get(index) : undefined;
      return {
        name,
        kind,
        type: typeOf(kind, index),
        index,
        ...functionName === undefined ? {} : { function: functionName },
      };
    }),
    spaces,
    tables: defined("table"),
    memories: defined("memory"),
    tags: defined("tag"),
    start: module.start,
  };
}

function size(space: readonly { readonly importIndex: number }[]): { imported: number; defined: number } {
  const imported = importedCount(space);
  return { imported, defined: space.length - imported };
}

function describeSections(module: Module, names: NameSection): SectionDescription[] {
  const defined = (space: readonly { readonly importIndex: number }[]) => size(space).defined;
  const entries: Readonly<Record<number, number>> = {
    1: module.types.length,
    2: module.imports.length,
    3: defined(module.functions),
    4: defined(module.tables),
    5: defined(module.memories),
    6: defined(module.globals),
    7: module.exports.length,
    9: module.elements.length,
    10: defined(module.functions),
    11: module.data.length,
    13: defined(module.tags),
  };
  const known = module.sections.filter(({ id }) => id !== 0).map(({ id, start, end }) => ({
    section: SECTION_NAMES[id] ?? `section ${id}`,
    offset: start,
    size: end - start,
    ...id in entries ? { entries: entries[id] } : {},
  }));
  const custom = module.customSections.map((section) => {
    const { name, content: { start, end } } = section;
    return {
      section: SECTION_NAMES[0],
      name,
      offset: start,
      size: end - start,
      contents: describeCustomSection(section, names)?.contents ?? null,
    };
  });
  return [...known, ...custom].sort((a, b) => a.offset - b.offset);
}

/** Names and contents of the known custom sections. */
function customSectionRows(module: Module): string[][] {
  const names = new NameSection(module);
  return module.customSections.flatMap((section) => {
    const described = describeCustomSection(section, names);
    return described === null || described.text === "" ? [] : [[section.name, described.text]];
  });
}

function formatDescription(
  file: string,
  module: ModuleDescription,
  customSections: readonly (readonly string[])[],
): string {
  const name = module.name === null ? "" : `, named ${quoted(module.name)}`;
  const lines = [`${heading(visible(file))}: ${module.size} bytes${name}`];
  const list = (title: string, rows: readonly (readonly string[])[]) => {
    if (rows.length > 0) lines.push("", heading(title), ...columns(rows));
  };
  list(
    "Sections",
    module.sections.map(({ section, name, offset, size, entries }) => [
      name === undefined ? section : `${section} ${quoted(name)}`,
      `at ${offset}`,
      `${size} bytes`,
      entries === undefined ? "" : `${entries} ${entries === 1 ? "entry" : "entries"}`,
    ]),
  );
  list("Custom sections", customSections);
  list(
    "Declarations",
    Object.entries(module.spaces).filter(([, { imported, defined }]) => imported + defined > 0).map((
      [kind, { imported, defined }],
    ) => [kind, `${imported} imported`, `${defined} defined`]),
  );
  list(
    "Imports",
    module.imports.map((one) => [one.kind, `${quoted(one.module)} ${quoted(one.name)}`, one.type]),
  );
  list(
    "Exports",
    module.exports.map((one) => [
      one.kind,
      quoted(one.name),
      one.type,
      faint(one.function === undefined ? `#${one.index}` : `#${one.index} $${visible(one.function)}`),
    ]),
  );
  for (
    const [title, types] of [["Tables", module.tables], ["Memories", module.memories], [
      "Tags",
      module.tags,
    ]] as const
  ) {
    list(title, types.map((type) => [type]));
  }
  if (module.start !== null) lines.push("", `${heading("Start")} function #${module.start}`);
  return lines.join("\n");
}
