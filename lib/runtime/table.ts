/**
 * Tables (specification 4.2.7 "Table Instances"). A table's elements are one list for life: growth extends it in place, so generated
 * code reaches it through a constant. The elements of a function table are function references; the code behind them is kept
 * in one list per type that indirect calls expect.
 *
 * @module
 */

import type { CanonicalType, TypeContext } from "../syntax/canonical_types.ts";
import type { TableType } from "../syntax/types.ts";
import { CodeList } from "./code_list.ts";
import { type List, newList } from "./list.ts";
import { trap } from "./traps.ts";

const { apply } = Reflect;
const { copyWithin, fill } = Array.prototype;
const { min, trunc } = Math;

/** Most elements a table has (JS API, "Limits"). */
export const MAXIMUM_TABLE_SIZE = 10_000_000;

/** Most places in the code lists of a table, all together: 32 MiB. */
export const MAXIMUM_CODE_PLACES = 1 << 22;

/** A table. Indices and lengths are numbers; those past 2^53 may be rounded, they are out of bounds anyway. */
export class Table {
  /** The declared type; its limits are the declared ones, not the current size. */
  readonly type: TableType;
  /** What the element type's index refers to. */
  readonly types: TypeContext;
  /** References as the engine holds them; null is null. */
  readonly elements: List<unknown>;
  /** Largest size: the declared maximum or {@linkcode MAXIMUM_TABLE_SIZE}, whichever is smaller. */
  readonly maximumSize: number;
  /** The `WebAssembly.Table`, once there is one. */
  external: object | null = null;
  readonly #codeLists: List<CodeList> = newList(0);

  /** A table of its type's minimum size, every element `initial`. @throws {RangeError} past the limit. */
  constructor(type: TableType, types: TypeContext, initial: unknown) {
    const { maximum } = type.limits;
    const size = Number(type.limits.minimum);
    if (size > MAXIMUM_TABLE_SIZE) throw new RangeError("could not allocate table");
    this.type = type;
    this.types = types;
    this.elements = newList(size);
    apply(fill, this.elements, [initial]);
    this.maximumSize = maximum === null || maximum > MAXIMUM_TABLE_SIZE
      ? MAXIMUM_TABLE_SIZE
      : Number(maximum);
  }

  /** Current number of elements. */
  get size(): number {
    return this.elements.length;
  }

  /** The code for calls of type `expected`, one list for life; kept up to date, within {@linkcode MAXIMUM_CODE_PLACES}. */
  codeList(expected: CanonicalType): CodeList {
    const lists = this.#codeLists;
    for (let i = 0; i < lists.length; i++) if (lists[i].expected === expected) return lists[i];
    const list = new CodeList(this.elements, expected);
    lists[lists.length] = list;
    this.#extendCodeLists();
    return list;
  }

  /** Gives every element its place in the lists, as far as they may grow. */
  #extendCodeLists(): void {
    const lists = this.#codeLists;
    const end = min(this.elements.length, trunc(MAXIMUM_CODE_PLACES / lists.length));
    for (let i = 0; i < lists.length; i++) lists[i].extend(end);
  }

  #updateCodeLists(start: number, end: number): void {
    const lists = this.#codeLists;
    for (let i = 0; i < lists.length; i++) lists[i].update(start, end);
  }

  /** `table.get`. Traps out of bounds. */
  get(index: number): unknown {
    if (!(index < this.elements.length)) trap("tableOutOfBounds");
    return this.elements[index];
  }

  /** `table.set`. Traps out of bounds. */
  set(index: number, value: unknown): void {
    if (!(index < this.elements.length)) trap("tableOutOfBounds");
    this.elements[index] = value;
    this.#updateCodeLists(index, index + 1);
  }

  /** `table.grow` (specification 4.6.15): adds `delta` elements and returns the size before, or -1 with nothing changed. */
  grow(delta: number, value: unknown): number {
    const { elements } = this;
    const size = elements.length;
    if (!(size + delta <= this.maximumSize)) return -1;
    for (let i = 0; i < delta; i++) elements[size + i] = value;
    this.#extendCodeLists();
    return size;
  }

  /** `table.fill`. Traps, with nothing written, when the range is out of bounds. */
  fill(start: number, value: unknown, count: number): void {
    if (!(start + count <= this.elements.length)) trap("tableOutOfBounds");
    apply(fill, this.elements, [value, start, start + count]);
    this.#updateCodeLists(start, start + count);
  }

  /** `table.copy` into this table, from the same or another one; the ranges may overlap. Traps as {@linkcode Table.fill}. */
  copy(start: number, source: Table, sourceStart: number, count: number): void {
    if (!(start + count <= this.elements.length && sourceStart + count <= source.elements.length)) {
      trap("tableOutOfBounds");
    }
    if (source === this) {
      apply(copyWithin, this.elements, [start, sourceStart, sourceStart + count]);
    } else {
      for (let i = 0; i < count; i++) this.elements[start + i] = source.elements[sourceStart + i];
    }
    this.#updateCodeLists(start, start + count);
  }

  /** `table.init` with the references of an element segment. Traps as {@linkcode Table.fill}. */
  init(start: number, segment: readonly unknown[], segmentStart: number, count: number): void {
    // V8 says so, too, of places in a segment from 2^31 on.
    if (!(start + count <= this.elements.length) || segmentStart >= 2 ** 31) trap("tableOutOfBounds");
    if (!(segmentStart + count <= segment.length)) trap("elementSegmentOutOfBounds");
    for (let i = 0; i < count; i++) this.elements[start + i] = segment[segmentStart + i];
    this.#updateCodeLists(start, start + count);
  }
}
