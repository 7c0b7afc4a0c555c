/**
 * Properties of suites that their scripts do not state.
 *
 * @module
 */

import {
  ALL_FEATURES,
  DEFAULT_FEATURES,
  type FeatureName,
  type FeatureSet,
  without,
} from "../../lib/syntax/features.ts";

/** What a suite demands beyond its scripts. */
export interface Suite {
  /** Features that the suite predates: it demands that modules are refused that need them. */
  readonly predates: readonly FeatureName[];
  /** Where one sees that. */
  readonly reason: string;
}

/** By the folder's name. */
const SUITES: Readonly<Record<string, Suite | undefined>> = {
  __proto__: null as never,
  "threads": {
    predates: ["multi-memory", "reference-types"],
    reason: "written on WebAssembly 1.0: asserts that a second memory and a second table are invalid",
  },
};

/** Features that the suite in folder `name` predates. */
export function predatedFeatures(name: string): readonly FeatureName[] {
  return SUITES[name]?.predates ?? [];
}

/**
 * The features to run the suite in folder `name` with. One of a proposal that is switched off by default says in its name
 * which feature it needs; `chosen` are those that the user asks for instead.
 */
export function suiteFeatures(name: string, chosen?: FeatureSet): FeatureSet {
  const feature = name as FeatureName;
  const features = chosen ??
    (ALL_FEATURES.has(feature) ? new Set([...DEFAULT_FEATURES, feature]) : DEFAULT_FEATURES);
  return without(features, ...predatedFeatures(name));
}
