/**
 * Reading the imports object (INSTANTIATION.md section 2, step 1; JS API, "read the imports"): the only place where
 * instantiation looks at it, so that getters and proxies run exactly once, in import order, before anything else.
 *
 * @module
 */

import type { CompiledModule } from "../runtime/compiled_module.ts";
import type { InstantiationErrors } from "./errors.ts";

/**
 * The value of each import, in import order. `imports` is what the caller passed: an object, or undefined.
 *
 * @throws {TypeError} when there is no imports object, or its entry for a module name is not an object or function.
 * Whatever a getter or proxy throws passes through.
 */
export function sanitizeImports(
  module: CompiledModule,
  imports: unknown,
  errors: InstantiationErrors,
): unknown[] {
  return module.record.imports.map((_, index) => readImport(module, imports, index, errors));
}

/** The value of one import; see {@linkcode sanitizeImports}. */
export function readImport(
  { record, engine, options }: CompiledModule,
  imports: unknown,
  index: number,
  errors: InstantiationErrors,
): unknown {
  const entry = record.imports[index];
  if (entry.kind === "global" && entry.module === options.importedStringConstants) return entry.name;
  if (entry.kind === "function" && options.builtins.length > 0) {
    const builtin = engine.externals.builtin(entry.module, entry.name, options.builtins);
    if (builtin !== null) return builtin;
  }
  if (!isObject(imports)) throw errors.importsMissing();
  const module = imports[entry.module];
  if (!isObject(module)) throw errors.moduleNotAnObject(index);
  return module[entry.name];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null || typeof value === "function";
}
