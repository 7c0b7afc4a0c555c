/**
 * Where instructions stand in a module's text, for messages about what validation finds.
 *
 * @module
 */

import { decodeModule } from "../binary/decode.ts";
import { encodeModule } from "../binary/encode.ts";
import { ALL_FEATURES } from "../syntax/features.ts";
import type { ByteRange, Module, SegmentMode, Sequence } from "../syntax/module.ts";
import { positionAt, type TextPosition } from "./error.ts";
import { parseModule } from "./module.ts";

/** Offsets in the text by offsets in what the parser writes. */
export class InstructionPositions {
  /** In ascending order. */
  readonly #offsets: number[] = [];
  readonly #positions: number[] = [];

  /** The instruction that is written at `offset`, behind all before, starts at `position` in the text. */
  add(offset: number, position: number): void {
    this.#offsets.push(offset);
    this.#positions.push(position);
  }

  /** Where the instruction is in the text that the byte at `offset` belongs to. */
  find(offset: number): number | null {
    let low = 0;
    let high = this.#offsets.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#offsets[middle] <= offset) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? null : this.#positions[low - 1];
  }
}

/** A module in binary form that comes from a text. */
export interface AssembledModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The place in the text of the instruction at an offset in the bytes; null when that is in no expression. */
  placeOf(offset: number): TextPosition | null;
}

/** The binary form of a text, and the way back. @throws {WatError} when the text is malformed */
export function assemble(text: string): AssembledModule {
  const positions = new InstructionPositions();
  const record = parseModule(text, {}, positions);
  const bytes = encodeModule(record);
  return {
    bytes,
    placeOf(offset) {
      const position = findPosition(record, bytes, positions, offset);
      return position === null ? null : positionAt(text, position);
    },
  };
}

function findPosition(
  record: Module,
  bytes: Uint8Array,
  positions: InstructionPositions,
  offset: number,
): number | null {
  let decoded: Module;
  try {
    decoded = decodeModule(bytes, { features: ALL_FEATURES });
  } catch {
    return null;
  }
  const written = expressions(record);
  for (const { start, end } of expressions(decoded)) {
    const range = written.next().value!;
    if (start <= offset && offset < end) return positions.find(range.start + offset - start);
  }
  return null;
}

/** All code of a module, in an order that does not depend on its form. */
function* expressions(
  { tables, globals, elements, functions, data }: Module,
): Generator<ByteRange, undefined> {
  for (const { init } of tables) if (init !== null) yield init;
  for (const { init } of globals) if (init !== null) yield init;
  yield* offsets(elements);
  for (const { elements: list } of elements) if (list.kind === "expressions") yield* list.expressions;
  for (const { body } of functions) if (body !== null) yield body;
  yield* offsets(data);
}

function* offsets(segments: Sequence<{ readonly mode: SegmentMode<number> }>): Generator<ByteRange> {
  for (const { mode } of segments) if (mode.kind === "active") yield mode.offset;
}
