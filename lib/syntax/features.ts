/**
 * Which language features a module may use: every proposal after WebAssembly 1.0 can be switched off and on per
 * engine. Rules and encodings of WebAssembly 2.0 and 3.0 that have no name here are always on.
 *
 * @module
 */

import type { Feature } from "./opcodes.ts";

/** A feature that instructions need, or one that only concerns declarations and their encoding. */
export type FeatureName =
  | Feature
  | "multi-memory"
  | "memory64"
  | "custom-page-sizes"
  | "extended-const"
  | "compact-imports";

/** The features switched on; everything else is refused with a CompileError that names it. */
export type FeatureSet = ReadonlySet<FeatureName>;

/** The options of decoding and validation. */
export interface FeatureOptions {
  /** {@linkcode DEFAULT_FEATURES} when absent. */
  readonly features?: FeatureSet;
}

/** Every feature there is. */
export const ALL_FEATURES: FeatureSet = new Set<FeatureName>([
  "mvp",
  "sign-extension",
  "saturating-truncation",
  "bulk-memory",
  "reference-types",
  "simd",
  "relaxed-simd",
  "tail-calls",
  "exceptions",
  "legacy-exceptions",
  "typed-function-references",
  "gc",
  "threads",
  "wide-arithmetic",
  "custom-descriptors",
  "shared-everything-threads",
  "multi-memory",
  "memory64",
  "custom-page-sizes",
  "extended-const",
  "compact-imports",
  "stringref",
]);

/** The features of an engine that is not told otherwise: those that its backend runs. */
export const DEFAULT_FEATURES: FeatureSet = new Set<FeatureName>([
  "mvp",
  "sign-extension",
  "saturating-truncation",
  "bulk-memory",
  "reference-types",
  "simd",
  "relaxed-simd",
  "tail-calls",
  "exceptions",
  "legacy-exceptions",
  "typed-function-references",
  "gc",
  "threads",
  "wide-arithmetic",
  "multi-memory",
  "memory64",
  "custom-page-sizes",
  "extended-const",
  "compact-imports",
  "stringref",
]);

/** The set without some features. */
export function without(features: FeatureSet, ...names: readonly FeatureName[]): FeatureSet {
  const rest = new Set(features);
  for (const name of names) rest.delete(name);
  return rest;
}
