/**
 * Instances of modules written as text.
 *
 * @module
 */

import { WebAssembly } from "../../mod.ts";
import { watToWasm } from "../../mod.ts";

/** An exported function. */
// deno-lint-ignore no-explicit-any
export type Exported = (...args: any[]) => any;

/** The exports of a new instance. */
export function exportsOf(text: string, imports: object = {}): Record<string, Exported> {
  const module = new WebAssembly.Module(watToWasm(text));
  return new WebAssembly.Instance(module, imports as never).exports as unknown as Record<string, Exported>;
}
