/**
 * Which features the host's own engine has, found out with a small module for each.
 *
 * @module
 */

import { ALL_FEATURES, type FeatureName, type FeatureSet } from "../../lib/syntax/features.ts";
import { type Bytes, functionModule, moduleBytes, name, vectorSection } from "../binary/module_bytes.ts";

const PROBES: Readonly<Partial<Record<FeatureName, Uint8Array>>> = {
  "simd": functionModule([], [0x7b], 0x41, 0, 0xfd, 15),
  "relaxed-simd": functionModule([], [0x7b], 0x41, 0, 0xfd, 15, 0x41, 0, 0xfd, 15, 0xfd, 0x80, 2),
  "tail-calls": functionModule([], [], 0x12, 0),
  "exceptions": functionModule([], [], 0x1f, 0x40, 0, 0x0b),
  "legacy-exceptions": functionModule([], [], 0x06, 0x40, 0x19, 0x0b),
  "typed-function-references": functionModule([], [], 0xd0, 0, 0x14, 0),
  "gc": functionModule([], [0x6c], 0x41, 0, 0xfb, 28),
  "threads": moduleBytes(vectorSection(5, [3, 1, 1])),
  "wide-arithmetic": functionModule([], [0x7e, 0x7e], 0x42, 0, 0x42, 0, 0xfc, 21),
  "custom-descriptors": moduleBytes(
    vectorSection(1, [0x60, 0, 0]),
    vectorSection(2, [name(""), name(""), 0x20, 0]),
  ),
  "shared-everything-threads": moduleBytes(vectorSection(1, [0x65, 0x5f, 0])),
  "multi-memory": moduleBytes(vectorSection(5, [0, 1], [0, 1])),
  "memory64": moduleBytes(vectorSection(5, [4, 1])),
  "custom-page-sizes": moduleBytes(vectorSection(5, [8, 1, 0])),
  "extended-const": moduleBytes(vectorSection(6, [0x7f, 0, 0x41, 0, 0x41, 0, 0x6a, 0x0b])),
  "compact-imports": moduleBytes(vectorSection(2, [name("m"), name(""), 0x7f, 0])),
  "stringref": moduleBytes(vectorSection(1, [0x60, 1, 0x67, 0] as Bytes)),
};

/** Whether the host has all of WebAssembly 3.0; older ones differ in too much to compare with. */
export function hostHasWasm3(): boolean {
  const features = hostFeatures();
  return ([
    "gc",
    "exceptions",
    "typed-function-references",
    "memory64",
    "multi-memory",
    "extended-const",
  ] as const)
    .every((feature) => features.has(feature));
}

/** The features of this host. */
export function hostFeatures(): FeatureSet {
  const features = new Set(ALL_FEATURES);
  for (const feature of ALL_FEATURES) {
    const probe = PROBES[feature];
    if (probe && !WebAssembly.validate(probe as BufferSource)) features.delete(feature);
  }
  return features;
}

/** Whether the host's messages are those of V8, as of 2025. */
export const HOST_HAS_V8_MESSAGES: boolean = (() => {
  try {
    new WebAssembly.Memory({} as WebAssembly.MemoryDescriptor);
  } catch (error) {
    return (error as Error).message === "WebAssembly.Memory(): Property 'initial' is required";
  }
  return false;
})();
