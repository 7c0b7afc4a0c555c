/**
 * Lists of expressions in little memory: an element segment may have ten million of them.
 *
 * @module
 */

import type { ByteRange, ConstantExpression, Sequence } from "../syntax/module.ts";

/** Expressions that follow each other in a module's bytes. */
export class AdjacentExpressions implements Sequence<ConstantExpression> {
  readonly #bytes: Uint8Array;
  readonly #starts: Uint32Array;

  /** Expression `i` reaches from `starts[i]` to `starts[i + 1]`. */
  constructor(bytes: Uint8Array, starts: Uint32Array) {
    this.#bytes = bytes;
    this.#starts = starts;
  }

  get length(): number {
    return this.#starts.length - 1;
  }

  at(index: number): ByteRange | undefined {
    if (index >= this.length) return undefined;
    return { bytes: this.#bytes, start: this.#starts[index], end: this.#starts[index + 1] };
  }

  *[Symbol.iterator](): Generator<ByteRange> {
    for (let i = 0; i < this.length; i++) yield this.at(i)!;
  }
}
