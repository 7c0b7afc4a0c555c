/**
 * `WebAssembly.Module` (JS API, section 5.1 "Modules").
 *
 * @module
 */

import { findBuiltin } from "../link/compile_time_builtins.ts";
import type { CompiledModule } from "../runtime/compiled_module.ts";
import { bufferSource, copyBytes } from "./buffer_source.ts";
import { readCompileOptions } from "./compile_options.ts";
import type { Compiler } from "./compiler.ts";
import { externDescriptor } from "./type_descriptors.ts";
import { defineInterface, internalSlot, typeError } from "./web_idl.ts";

/** The interface `Module` of an engine. */
export interface ModuleInterface {
  /** `WebAssembly.Module`. */
  readonly constructor: object;
  /** A new object for a compiled module. */
  objectOf(module: CompiledModule): object;
  /** The compiled module behind a `WebAssembly.Module`; null for any other value. */
  moduleOf(value: unknown): CompiledModule | null;
}

/** The first argument as a module. @throws {TypeError} when it is none. */
export function moduleArgument(api: string, value: unknown, modules: ModuleInterface): CompiledModule {
  const module = modules.moduleOf(value);
  if (module === null) throw typeError(api, "Argument 0 must be a WebAssembly.Module");
  return module;
}

/** The interface `Module` over a compiler. */
export function moduleInterface(compiler: Compiler): ModuleInterface {
  const slot = internalSlot<CompiledModule>();
  const { constructor, make } = defineInterface({
    name: "Module",
    length: 1,
    construct([bytes, options], make) {
      const api = "WebAssembly.Module()";
      const source = bufferSource(api, bytes);
      const linkOptions = readCompileOptions(api, options);
      const module = compiler.compile(api, copyBytes(api, source), linkOptions);
      slot.set(make(), module);
    },
    statics: {
      imports(moduleObject: unknown): object[] {
        const { record, options } = moduleArgument("WebAssembly.Module.imports()", moduleObject, modules);
        return record.imports
          .filter(({ module, name }) =>
            module !== options.importedStringConstants && findBuiltin(module, name, options.builtins) === null
          )
          .map(({ module, name, kind, index }) => ({
            module,
            name,
            kind,
            type: externDescriptor(record, kind, index),
          }));
      },
      exports(moduleObject: unknown): object[] {
        const { record } = moduleArgument("WebAssembly.Module.exports()", moduleObject, modules);
        return record.exports.map(({ name, kind, index }) => ({
          name,
          kind,
          type: externDescriptor(record, kind, index),
        }));
      },
      customSections(moduleObject: unknown, sectionName: unknown): ArrayBuffer[] {
        const api = "WebAssembly.Module.customSections()";
        const { record } = moduleArgument(api, moduleObject, modules);
        if (arguments.length < 2) throw typeError(api, "Argument 1 is required");
        const wanted = `${sectionName as string}`;
        return record.customSections
          .filter(({ name }) => name === wanted)
          .map(({ content: { bytes, start, end } }) => new Uint8Array(bytes.subarray(start, end)).buffer);
      },
    },
  });
  const modules: ModuleInterface = {
    constructor,
    objectOf(module) {
      const object = make();
      slot.set(object, module);
      return object;
    },
    moduleOf: slot.get,
  };
  return modules;
}
