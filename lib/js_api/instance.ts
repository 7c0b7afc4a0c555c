/**
 * `WebAssembly.Instance` (JS API, section 5.2 "Instances").
 *
 * @module
 */

import { instantiate } from "../instance/builder.ts";
import type { CompiledModule } from "../runtime/compiled_module.ts";
import { moduleArgument, type ModuleInterface } from "./module.ts";
import { defineInterface, internalSlot, isObject, typeError } from "./web_idl.ts";

/** The interface `Instance` of an engine. */
export interface InstanceInterface {
  /** `WebAssembly.Instance`. */
  readonly constructor: object;
  /**
   * Instantiates `module`; `imports` is what the caller passed for them. `api` is who called, for messages.
   *
   * @throws {TypeError} when the imports are neither absent nor an object, and whatever instantiation throws.
   */
  instantiate(api: string, module: CompiledModule, imports: unknown): object;
}

/** The interface `Instance` for the modules of `modules`. */
export function instanceInterface(modules: ModuleInterface): InstanceInterface {
  const slot = internalSlot<object>();
  const exportsOf = (api: string, module: CompiledModule, imports: unknown): object => {
    checkImports(api, imports);
    return instantiate(module, imports, api).exports;
  };
  const { constructor, make } = defineInterface({
    name: "Instance",
    length: 1,
    construct([module, imports], make) {
      const api = "WebAssembly.Instance()";
      const exports = exportsOf(api, moduleArgument(api, module, modules), imports);
      slot.set(make(), exports);
    },
    members: {
      get exports(): object {
        const exports = slot.get(this);
        if (exports === null) {
          throw typeError("WebAssembly.Instance.exports()", "Receiver is not a WebAssembly.Instance");
        }
        return exports;
      },
    },
  });
  return {
    constructor,
    instantiate(api, module, imports) {
      const exports = exportsOf(api, module, imports);
      const instance = make();
      slot.set(instance, exports);
      return instance;
    },
  };
}

/** The optional imports object among the arguments. @throws {TypeError} when it is neither undefined nor an object. */
export function checkImports(api: string, imports: unknown): void {
  if (imports !== undefined && !isObject(imports)) throw typeError(api, "Argument 1 must be an object");
}
