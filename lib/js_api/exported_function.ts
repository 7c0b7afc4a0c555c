/**
 * Exported functions (JS API, section 5.6 "Exported Functions"): the one JavaScript function object of each function
 * reference. Its name is the function's index, its length the number of parameters; it cannot be constructed.
 *
 * @module
 */

import { makeExportWrapper } from "../codegen/export_wrapper.ts";
import { bindExternal, type FunctionReference } from "../runtime/function_reference.ts";

const { defineProperties } = Object;

/** Makes the function object of `reference`, which has none yet, and binds the two. Nothing is compiled before a call. */
export function makeExportedFunction(reference: FunctionReference): object {
  const wrapper = makeExportWrapper(reference);
  defineProperties(wrapper, {
    length: { value: reference.type.signature.params.length, configurable: true },
    name: { value: String(reference.index), configurable: true },
  });
  bindExternal(reference, wrapper);
  return wrapper;
}
