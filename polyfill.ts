/**
 * Importing this module makes the default engine's namespace the global `WebAssembly`, whether or not the host has one.
 *
 * @example
 * ```ts
 * import "@tandem/wasm/polyfill";
 * ```
 *
 * @module
 */

import { WebAssembly } from "./mod.ts";

Object.defineProperty(globalThis, "WebAssembly", {
  value: WebAssembly,
  writable: true,
  enumerable: false,
  configurable: true,
});
