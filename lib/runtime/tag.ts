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

  /** Whether the exceptions of JavaScript have this tag: `WebAssembly.JSTag` of some engine. */
  readonly ofJavaScript: boolean;

  constructor(type: CanonicalType, ofJavaScript = false) {
    this.type = type;
    this.ofJavaScript = ofJavaScript;
  }
}
