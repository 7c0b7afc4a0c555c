/**
 * Tags (specification 4.2.11 "Tag Instances"): the identity of a kind of exception.
 *
 * @module
 */

import type { CanonicalType } from "../syntax/canonical_types.ts";

/** A tag; two tags are the same only when they are the same object. */
export class Tag {
  /** A function type whose parameters an exception carries. */
  readonly type: CanonicalType;
  /** The `WebAssembly.Tag`, once there is one. */
  external: object | null = null;

  constructor(type: CanonicalType) {
    this.type = type;
  }
}
