/**
 * Element segments in little memory: a module may have ten million of them.
 *
 * @module
 */

import { ALL_FEATURES } from "../syntax/features.ts";
import type { ElementSegment, Sequence } from "../syntax/module.ts";
import { readElementSegment } from "./declarations.ts";
import { TypeReader } from "./type_reader.ts";

/** Segments that stay decoded, which is more than modules have that do something; of further ones only the places are kept. */
const MAX_KEPT = 100_000;

/** The element segments of a module. */
export class ElementSegments implements Sequence<ElementSegment> {
  readonly #kept: ElementSegment[] = [];
  /** Where the further segments stand in the module; the first `#furtherCount` are valid. */
  #further = new Uint32Array(0);
  #furtherCount = 0;
  /** Reads segments that have been read before. */
  #reader: TypeReader | null = null;

  get length(): number {
    return this.#kept.length + this.#furtherCount;
  }

  at(index: number): ElementSegment | undefined {
    if (index < this.#kept.length) return this.#kept[index];
    return index < this.length ? this.#readAgain(this.#further[index - MAX_KEPT]) : undefined;
  }

  *[Symbol.iterator](): Generator<ElementSegment> {
    for (let i = 0; i < this.length; i++) yield this.at(i)!;
  }

  /** Reads the next segment, which may refer to this many tables and functions. @throws {CompileError} when it is malformed */
  read(reader: TypeReader, tableCount: number, functionCount: number): void {
    const segment = readElementSegment(reader, tableCount, functionCount);
    if (this.#kept.length < MAX_KEPT) {
      this.#kept.push(segment);
      return;
    }
    this.#reader ??= new TypeReader(reader.bytes, ALL_FEATURES, reader.typeCount);
    if (this.#furtherCount === this.#further.length) {
      const longer = new Uint32Array(Math.max(MAX_KEPT, 2 * this.#furtherCount));
      longer.set(this.#further);
      this.#further = longer;
    }
    this.#further[this.#furtherCount++] = segment.at;
  }

  #readAgain(at: number): ElementSegment {
    const reader = this.#reader!;
    reader.position = at;
    return readElementSegment(reader, Infinity, Infinity);
  }
}
