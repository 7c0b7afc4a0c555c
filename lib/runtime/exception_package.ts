/**
 * Exceptions (specification 4.2.13 "Exception Instances"): what `throw` throws and an exnref refers to.
 *
 * @module
 */

import type { Tag } from "./tag.ts";

/** A thrown tag with its arguments. */
export class ExceptionPackage {
  readonly tag: Tag;
  /** The arguments as components, flattened as in calls (see `Code`). */
  readonly components: readonly unknown[];
  /** The `WebAssembly.Exception`, once there is one: what JavaScript catches when the exception leaves wasm code. */
  external: object | null = null;

  constructor(tag: Tag, components: readonly unknown[]) {
    this.tag = tag;
    this.components = components;
  }
}
