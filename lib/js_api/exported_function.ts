/**
 * Exported functions (JS API, section 5.6 "Exported Functions"): the one JavaScript function object of each function
 * reference. Its name is the function's index, its length the number of parameters; it cannot be constructed.
 *
 * @module
 */

import { makeExportWrapper, makeExportWrappers } from "../codegen/export_wrapper.ts";
import { bindExternal, type FunctionReference } from "../runtime/function_reference.ts";
import type { InstanceData } from "../runtime/instance_data.ts";

const { defineProperties } = Object;

/** A property that can only be redefined; without a prototype, which user code might give a `get` or `set`. */
function constant(value: unknown): PropertyDescriptor {
  return { __proto__: null, value, configurable: true } as PropertyDescriptor;
}

/** Gives the function object of `reference` its properties. The name is the function's index if not said otherwise. */
export function nameAndLength(
  functionObject: object,
  reference: FunctionReference,
  name: string = `${reference.index}`,
): void {
  defineProperties(functionObject, {
    length: constant(reference.type.signature.params.length),
    name: constant(name),
  });
}

/** Makes the function object of `reference`, which has none yet, and binds the two. Nothing is compiled before a call. */
export function makeExportedFunction(reference: FunctionReference): object {
  const wrapper = makeExportWrapper(reference);
  bindExternal(reference, wrapper);
  return wrapper;
}

/**
 * Makes the function objects that the exports of `instance` need, which has none yet, all at once; `adopt` is told of each. Those it
 * does not make are made when somebody looks.
 */
export function makeExportedFunctions(instance: InstanceData, adopt: (functionObject: object) => void): void {
  makeExportWrappers(instance, (reference, wrapper) => {
    bindExternal(reference, wrapper);
    adopt(wrapper);
  });
}
