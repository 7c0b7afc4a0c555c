/**
 * Code metadata as annotations in front of instructions.
 *
 * @module
 */

import { SECTION_ORDER } from "../binary/encode.ts";
import {
  BRANCH_HINTS,
  branchHint,
  CODE_METADATA_PREFIX,
  type CodeMetadata,
  type CodeMetadataItem,
  decodeCodeMetadata,
} from "../binary/code_metadata.ts";
import { readOpcode, skipImmediate } from "../binary/instructions.ts";
import { TypeReader } from "../binary/type_reader.ts";
import { ALL_FEATURES } from "../syntax/features.ts";
import type { ByteRange, CustomSection, Module } from "../syntax/module.ts";
import type { FunctionIndex } from "../syntax/types.ts";
import { acceptsMetadata } from "./code_metadata.ts";
import { Nesting, nestingOf } from "./print_instruction.ts";
import { identifier, writeBytesLiteral } from "./print_string.ts";

const CODE_SECTION = 10;

/** The annotations of a body by the offsets of their instructions from its start; each ends in a space. */
export type Annotations = ReadonlyMap<number, string>;

/** The annotations of a module. */
export class ModuleAnnotations {
  /** The sections that the annotations stand for; others, malformed ones for example, are printed as they are. */
  readonly sections: ReadonlySet<CustomSection>;
  readonly #functions = new Map<FunctionIndex, Map<number, string>>();

  /** Reads the sections of `module`. */
  constructor(module: Module) {
    const sections = new Set<CustomSection>();
    const named = module.customSections.filter(({ name }) => name.startsWith(CODE_METADATA_PREFIX));
    for (const section of named) {
      const { name, after } = section;
      const isAlone = named.every((other) => other === section || other.name !== name);
      const isBeforeCode = SECTION_ORDER.indexOf(after) < SECTION_ORDER.indexOf(CODE_SECTION);
      if (!isAlone || !isBeforeCode) continue;
      const metadata = decodeCodeMetadata(section);
      if (metadata === null || !isPrintable(module, name, metadata)) continue;
      sections.add(section);
      for (const [index, items] of metadata) this.#add(index, name, items);
    }
    this.sections = sections;
  }

  /** The annotations of a function. */
  of(index: FunctionIndex): Annotations | undefined {
    return this.#functions.get(index);
  }

  #add(index: FunctionIndex, name: string, items: readonly CodeMetadataItem[]): void {
    let texts = this.#functions.get(index);
    if (texts === undefined) this.#functions.set(index, texts = new Map());
    for (const { offset, payload } of items) {
      texts.set(offset, `${texts.get(offset) ?? ""}${annotation(name, payload)} `);
    }
  }
}

function annotation(name: string, payload: ByteRange): string {
  let text = `(@${identifier(name).slice(1)} `;
  writeBytesLiteral((piece) => text += piece, payload);
  return `${text})`;
}

/** Whether annotations can say the same: every item is in front of an instruction that it may be attached to. */
function isPrintable(module: Module, name: string, metadata: CodeMetadata): boolean {
  return metadata.size > 0 && [...metadata].every(([index, items]) => {
    const body = module.functions[index]?.body;
    if (!body || items.length === 0) return false;
    if (name === BRANCH_HINTS && items.some(({ payload }) => branchHint(payload) === null)) return false;
    return areInstructions(module, name, body, items);
  });
}

function areInstructions(
  module: Module,
  name: string,
  { bytes, start, end }: ByteRange,
  items: readonly CodeMetadataItem[],
): boolean {
  const reader = new TypeReader(bytes, ALL_FEATURES, module.types.length);
  reader.position = start;
  reader.end = end;
  let found = 0;
  try {
    for (let runs = reader.u32("local decls count"); runs > 0; runs--) {
      reader.u32("local count");
      reader.valueType();
    }
    while (found < items.length && reader.more) {
      const offset = reader.position - start;
      const opcode = readOpcode(reader);
      for (const immediate of opcode.immediates) skipImmediate(reader, immediate);
      if (offset !== items[found].offset) continue;
      const nesting = nestingOf(opcode);
      if (nesting === Nesting.Next || nesting === Nesting.Close || !acceptsMetadata(name, opcode)) {
        return false;
      }
      found++;
    }
  } catch {
    return false;
  }
  return found === items.length;
}
