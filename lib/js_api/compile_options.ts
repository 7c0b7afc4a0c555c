/**
 * Compile options: builtins and imported string constants (JS API, "WebAssemblyCompileOptions").
 *
 * @module
 */

import { checkCompileTimeImports } from "../link/compile_time_builtins.ts";
import type { LinkOptions } from "../runtime/compiled_module.ts";
import type { TypeContext, TypeRegistry } from "../syntax/canonical_types.ts";
import { compileErrorAt } from "../syntax/errors.ts";
import type { Module } from "../syntax/module.ts";
import { isObject, toList, typeError } from "./web_idl.ts";

/** Offsets of single imports are not kept: errors name the section's. */
const IMPORT_SECTION = 2;
const NO_OPTIONS: LinkOptions = { builtins: [], importedStringConstants: null };

/**
 * Reads compile options, members in lexicographical order.
 *
 * @throws {TypeError} when they are neither absent nor an object, and what reading them throws.
 */
export function readCompileOptions(api: string, options: unknown): LinkOptions {
  if (options === undefined || options === null) return NO_OPTIONS;
  if (!isObject(options)) throw typeError(api, "compile options must be an object");
  const { builtins } = options as { readonly builtins?: unknown };
  const names = builtins === undefined ? [] : toStrings(api, builtins);
  const { importedStringConstants: module } = options as { readonly importedStringConstants?: unknown };
  const isAbsent = module === undefined || module === null;
  return { builtins: names, importedStringConstants: isAbsent ? null : `${module as string}` };
}

function toStrings(api: string, builtins: unknown): string[] {
  const refuse = () => {
    throw typeError(api, "compile option 'builtins' must be an iterable object");
  };
  if (!isObject(builtins)) refuse();
  return toList(builtins as object, refuse).map((name) => `${name as string}`);
}

/**
 * "Validate builtins and imported string for a WebAssembly module".
 *
 * @throws {CompileError} when a set is named twice, or an import that the options provide has another type.
 */
export function validateOptions(
  options: LinkOptions,
  module: Module,
  types: TypeContext,
  registry: TypeRegistry,
): void {
  const { builtins } = options;
  const twice = builtins.find((name, i) => builtins.indexOf(name) !== i);
  if (twice !== undefined) throw compileErrorAt(`Builtin set "${twice}" is named twice`, 0);
  const at = module.sections.find(({ id }) => id === IMPORT_SECTION)?.start ?? 0;
  checkCompileTimeImports(module, types, options, registry, () => at);
}
