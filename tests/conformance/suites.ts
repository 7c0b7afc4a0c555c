/**
 * The suites of ../shared/conformance, and properties of theirs that their scripts do not state.
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
interface Suite {
  /** Features that the suite predates: it demands that modules are refused that need them. */
  readonly predates?: readonly FeatureName[];
  /**
   * Its modules import from `spectest` what the specification's does not have: they are judged by their types and
   * validation, and only instantiated when they can be.
   */
  readonly acceptsUnlinkable?: boolean;
  /** Where one sees that. */
  readonly reason: string;
}

/** The folders of the suites, in the order of reports. */
export const SUITE_NAMES: readonly string[] = [
  "core",
  "threads",
  "legacy-exceptions",
  "wide-arithmetic",
  "custom-page-sizes",
  "custom-descriptors",
  "shared-everything-threads",
];

/** By the folder's name. */
const SUITES: Readonly<Record<string, Suite | undefined>> = {
  __proto__: null as never,
  "threads": {
    predates: ["multi-memory", "reference-types"],
    reason: "written on WebAssembly 1.0: asserts that a second memory and a second table are invalid",
  },
  "shared-everything-threads": {
    acceptsUnlinkable: true,
    reason:
      "written for a validator: imports spectest's global_f32 as an i32, and names that no host provides",
  },
};

/** Features that the suite in folder `name` predates. */
export function predatedFeatures(name: string): readonly FeatureName[] {
  return SUITES[name]?.predates ?? [];
}

/** Whether modules of the suite in folder `name` need not be instantiated when `spectest` does not provide for them. */
export function acceptsUnlinkable(name: string): boolean {
  return SUITES[name]?.acceptsUnlinkable ?? false;
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
