/**
 * Tables (specification 4.2.7 "Table Instances"). A table's elements are one plain array for life: growth extends it in place, so generated
 * code reaches it through a constant. The elements of a function table are function references, which carry their
 * code and canonical signature: the array is the dispatch table too.
 *
 * @module
 */

import type { TypeContext } from "../syntax/canonical_types.ts";
import type { TableType } from "../syntax/types.ts";

/** A table. */
export class Table {
  /** The declared type; its limits are the declared ones, not the current size. */
  readonly type: TableType;
  readonly types: TypeContext;
  /** References as the engine holds them; null is null. */
  readonly elements: unknown[];
  /** The `WebAssembly.Table`, once there is one. */
  external: object | null = null;

  constructor(type: TableType, types: TypeContext, elements: unknown[]) {
    this.type = type;
    this.types = types;
    this.elements = elements;
  }
}
