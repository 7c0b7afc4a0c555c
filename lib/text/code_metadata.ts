/**
 * `(@metadata.code.FORMAT "bytes")` in front of instructions: what becomes of them in a function body, and the custom
 * sections they end up in (the specification's "Code Metadata").
 *
 * @module
 */

import { ByteWriter } from "../binary/byte_writer.ts";
import {
  BRANCH_HINTS,
  branchHint,
  CODE_METADATA_PREFIX,
  type CodeMetadataItem,
  encodeCodeMetadata,
} from "../binary/code_metadata.ts";
import type { CustomSection } from "../syntax/module.ts";
import { CODE, type Opcode } from "../syntax/opcodes.ts";
import type { FunctionIndex } from "../syntax/types.ts";
import type { TokenCursor } from "./cursor.ts";
import type { WatError } from "./error.ts";

/** The section that stands before that of code. */
const DATA_COUNT_SECTION = 12;

/** An annotation that waits for its instruction. */
interface Annotation {
  readonly section: string;
  readonly payload: Uint8Array;
  /** Makes an error about it. */
  readonly error: (reason: string) => WatError;
}

/** Whether code metadata of this section may be attached to an instruction. */
export function acceptsMetadata(section: string, { code }: Opcode): boolean {
  return section !== BRANCH_HINTS || code === CODE["if"] || code === CODE["br_if"];
}

/** The annotations of one function body. */
export class BodyMetadata {
  /** What is attached, by section. */
  readonly items: Map<string, CodeMetadataItem[]> = new Map();
  readonly #cursor: TokenCursor;
  /** Offset of the body in what is written. */
  readonly #start: number;
  /** Annotations in front of the next instruction. */
  #next: Annotation[] = [];
  /** Folded instructions that wait for their operands, with their annotations, by the place where they wait. */
  readonly #waiting = new Map<number, { opcode: Opcode; annotations: Annotation[] }>();

  /** For the body that is written from `start` on. */
  constructor(cursor: TokenCursor, start: number) {
    this.#cursor = cursor;
    this.#start = start;
  }

  /** Takes the annotations in front of the current token. */
  take(): void {
    for (;;) {
      const annotation = this.#cursor.takeAnnotationOf(CODE_METADATA_PREFIX);
      if (annotation === null) return;
      const { id: section, content, error } = annotation;
      const out = new ByteWriter();
      content.string(out);
      content.strings(out);
      content.expectEnd();
      const payload = out.view().slice();
      const range = { bytes: payload, start: 0, end: payload.length };
      if (section === BRANCH_HINTS && branchHint(range) === null) {
        throw error('expected "\\00" or "\\01" as a branch hint');
      }
      this.#next.push({ section, payload, error });
    }
  }

  /** The next token is no instruction. @throws {WatError} when there are annotations in front of it */
  expectNone(): void {
    for (const { section, error } of this.#next) throw error(`misplaced @${section} annotation`);
  }

  /** Attaches the annotations in front of `opcode`, which is written at `offset`. */
  attach(opcode: Opcode, offset: number): void {
    for (const annotation of this.#next) this.#add(annotation, opcode, offset);
    this.#next = [];
  }

  /** Keeps the annotations in front of `opcode`, which waits at `place`. */
  wait(opcode: Opcode, place: number): void {
    this.#waiting.set(place, { opcode, annotations: this.#next });
    this.#next = [];
  }

  /** Attaches the annotations of what waited at `place`, and those behind its operands, now that it is written at `offset`. */
  release(place: number, offset: number): void {
    const { opcode, annotations } = this.#waiting.get(place)!;
    for (const annotation of annotations) this.#add(annotation, opcode, offset);
    this.attach(opcode, offset);
  }

  #add({ section, payload, error }: Annotation, opcode: Opcode, position: number): void {
    if (!acceptsMetadata(section, opcode)) {
      throw error(`expected "if" or "br_if" after a @${section} annotation, found "${opcode.mnemonic}"`);
    }
    let items = this.items.get(section);
    if (items === undefined) this.items.set(section, items = []);
    const offset = position - this.#start;
    if (items.at(-1)?.offset === offset) throw error(`duplicate @${section} annotation`);
    items.push({ offset, payload: { bytes: payload, start: 0, end: payload.length } });
  }
}

/** The custom sections of a module's code metadata. */
export class MetadataSections {
  readonly #sections = new Map<string, Map<FunctionIndex, readonly CodeMetadataItem[]>>();

  /** Adds those of a function. */
  add(index: FunctionIndex, { items }: BodyMetadata): void {
    for (const [name, list] of items) {
      const section = this.#sections.get(name);
      if (section === undefined) this.#sections.set(name, new Map([[index, list]]));
      else section.set(index, list);
    }
  }

  /** The sections, which stand in front of the code. */
  encode(): CustomSection[] {
    return Array.from(this.#sections, ([name, metadata]) => {
      const bytes = encodeCodeMetadata(metadata);
      return { name, content: { bytes, start: 0, end: bytes.length }, after: DATA_COUNT_SECTION };
    });
  }
}
