/**
 * What known custom sections say, for `inspect`.
 *
 * @module
 */

import {
  BRANCH_HINTS,
  branchHint,
  CODE_METADATA_PREFIX,
  decodeCodeMetadata,
} from "../binary/code_metadata.ts";
import type { IndirectNameMap, NameMap } from "../binary/encode_names.ts";
import type { NameSection } from "../binary/names.ts";
import {
  decodeBuildId,
  decodeDynamicLibrary,
  decodeProducers,
  decodeTargetFeatures,
  decodeURL,
} from "../binary/tool_conventions.ts";
import type { CustomSection } from "../syntax/module.ts";
import { quoted } from "./output.ts";

/** The contents of a custom section. */
export interface CustomContents {
  /** As data that JSON can show. */
  readonly contents: unknown;
  /** In a line. */
  readonly text: string;
}

/** The contents of `section`; null for a section that is not known, or malformed. */
export function describeCustomSection(section: CustomSection, names: NameSection): CustomContents | null {
  switch (section.name) {
    case "name":
      return describeNames(names);
    case "producers":
      return describe(
        decodeProducers(section),
        (producers) =>
          Object.entries(producers).map(([field, tools]) =>
            `${visibleField(field)} ${tools.map(tool).join(", ")}`
          ).join("; "),
      );
    case "target_features":
      return describe(decodeTargetFeatures(section), (features) => features.map(visibleField).join(" "));
    case "sourceMappingURL":
    case "external_debug_info":
      return describe(decodeURL(section), quoted);
    case "build_id":
      return describe(decodeBuildId(section), (id) => id);
    case "dylink.0":
      return describe(decodeDynamicLibrary(section), (library) => {
        const { memorySize, memoryAlignment, tableSize, tableAlignment, needed } = library;
        const memory = `memory ${memorySize} bytes, aligned to ${2 ** memoryAlignment}`;
        const table = `table ${tableSize} elements, aligned to ${2 ** tableAlignment}`;
        return [memory, table, ...needed.map((name) => `needs ${quoted(name)}`)].join("; ");
      });
    default:
      return section.name.startsWith(CODE_METADATA_PREFIX) ? describeCodeMetadata(section) : null;
  }
}

function describe<Contents>(
  contents: Contents | null,
  text: (contents: Contents) => string,
): CustomContents | null {
  return contents === null ? null : { contents, text: text(contents) };
}

function tool({ name, version }: { readonly name: string; readonly version: string }): string {
  return visibleField(version === "" ? name : `${name} ${version}`);
}

/** Text without quotes, unless it has characters that cannot be seen. */
function visibleField(text: string): string {
  const shown = quoted(text);
  return shown === `"${text}"` ? text : shown;
}

/** How many things of each kind have names. */
function describeNames(names: NameSection): CustomContents {
  const size = (map: NameMap) => map.size;
  const total = (map: IndirectNameMap) => [...map.values()].reduce((sum, { size }) => sum + size, 0);
  const counts = {
    functions: size(names.functions),
    locals: total(names.locals),
    labels: total(names.labels),
    types: size(names.types),
    fields: total(names.fields),
    tables: size(names.tables),
    memories: size(names.memories),
    globals: size(names.globals),
    elements: size(names.elements),
    data: size(names.data),
    tags: size(names.tags),
  };
  const some = Object.entries(counts).filter(([, count]) => count > 0);
  return {
    contents: Object.fromEntries(some),
    text: some.map(([kind, count]) => `${count} ${TITLES[kind as keyof typeof counts][count === 1 ? 0 : 1]}`)
      .join(", "),
  };
}

const TITLES = {
  functions: ["function", "functions"],
  locals: ["local", "locals"],
  labels: ["label", "labels"],
  types: ["type", "types"],
  fields: ["field", "fields"],
  tables: ["table", "tables"],
  memories: ["memory", "memories"],
  globals: ["global", "globals"],
  elements: ["element segment", "element segments"],
  data: ["data segment", "data segments"],
  tags: ["tag", "tags"],
} as const;

function describeCodeMetadata(section: CustomSection): CustomContents | null {
  const metadata = decodeCodeMetadata(section);
  if (metadata === null) return null;
  const items = [...metadata.values()].flat();
  const where = `in ${metadata.size} function${metadata.size === 1 ? "" : "s"}`;
  if (section.name !== BRANCH_HINTS) {
    const text = `${items.length} instruction${items.length === 1 ? "" : "s"} ${where}`;
    return { contents: { functions: metadata.size, instructions: items.length }, text };
  }
  const hints = items.map(({ payload }) => branchHint(payload));
  if (hints.includes(null)) return null;
  const likely = hints.filter((hint) => hint).length;
  const unlikely = hints.length - likely;
  return {
    contents: { functions: metadata.size, likely, unlikely },
    text: `${likely} likely and ${unlikely} unlikely branches ${where}`,
  };
}
