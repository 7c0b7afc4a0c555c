/**
 * Compile options: builtins and imported string constants (JS API, "WebAssemblyCompileOptions").
 *
 * @module
 */

import type { LinkOptions } from "../runtime/compiled_module.ts";
import type { TypeContext, TypeRegistry } from "../syntax/canonical_types.ts";
import { matchValueType } from "../syntax/canonical_types.ts";
import { compileErrorAt } from "../syntax/errors.ts";
import type { Import, Module } from "../syntax/module.ts";
import { EXTERN, refType } from "../syntax/types.ts";
import { findBuiltin } from "./string_builtins.ts";
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
  const { builtins, importedStringConstants } = options;
  const twice = builtins.find((name, i) => builtins.indexOf(name) !== i);
  if (twice !== undefined) throw compileErrorAt(`Builtin set "${twice}" is named twice`, 0);
  if (builtins.length === 0 && importedStringConstants === null) return;
  const at = module.sections.find(({ id }) => id === IMPORT_SECTION)?.start ?? 0;
  module.imports.forEach((entry, index) => {
    if (entry.module === importedStringConstants) {
      if (!isStringConstant(entry, module, types)) {
        throw compileErrorAt(
          `String constant import #${index} "${entry.name}" must be an immutable global subtyping externref`,
          at,
        );
      }
      return;
    }
    const builtin = findBuiltin(entry.module, entry.name, builtins);
    if (builtin === null) return;
    const { params, results } = builtin.type;
    const declared = entry.kind === "function" ? types[module.functions[entry.index].type] : null;
    if (declared !== registry.functionType(params, results)) {
      throw compileErrorAt(
        `Imported builtin function "${entry.module}" "${entry.name}" has incorrect signature`,
        at,
      );
    }
  });
}

/** Whether a string fits an import: an immutable global that takes `(ref extern)`. */
function isStringConstant({ kind, index }: Import, module: Module, types: TypeContext): boolean {
  if (kind !== "global") return false;
  const { value, mutable } = module.globals[index].type;
  return !mutable && matchValueType(refType(EXTERN, false), value, types, types);
}
