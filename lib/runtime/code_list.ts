/**
 * Code lists (V8's dispatch tables): the code behind the elements of a function table, by index, for calls of one type.
 *
 * @module
 */

import type { CanonicalType } from "../syntax/canonical_types.ts";
import type { Code, FunctionReference } from "./function_reference.ts";
import { resolveIndirect } from "./indirect_call.ts";
import { type List, newList } from "./list.ts";

const { min } = Math;

/** The code that calls of one type through a table find. */
export class CodeList {
  /** What the calls expect. */
  readonly expected: CanonicalType;
  /**
   * One list for life. Null where the element has no code yet, or not this type exactly, and no call has found it since it was set.
   * It may be shorter than the table.
   */
  readonly codes: List<Code | null> = newList(0);
  readonly #elements: List<unknown>;

  /** A list without places for the elements of a table. */
  constructor(elements: List<unknown>, expected: CanonicalType) {
    this.#elements = elements;
    this.expected = expected;
  }

  /** Gives the elements below `end` their places. */
  extend(end: number): void {
    for (let index = this.codes.length; index < end; index++) this.codes[index] = this.#known(index);
  }

  /** Is told that the elements from `start` to `end` have been set. */
  update(start: number, end: number): void {
    const last = min(end, this.codes.length);
    for (let index = start; index < last; index++) this.codes[index] = this.#known(index);
  }

  /** What a call of element `index` has to find when there is no code for it in `codes`, where it is from then on. Traps. */
  find(index: number): Code {
    const code = resolveIndirect(
      this.#elements[index] as FunctionReference | null | undefined,
      this.expected,
    );
    if (index < this.codes.length) this.codes[index] = code;
    return code;
  }

  #known(index: number): Code | null {
    const element = this.#elements[index] as FunctionReference | null;
    return element !== null && element.signatureId === this.expected.id ? element.code : null;
  }
}
