/**
 * `WebAssembly.Tag` (JS API, section 5.8 "Tags").
 *
 * @module
 */

import type { EngineState } from "../runtime/engine_state.ts";
import { Tag } from "../runtime/tag.ts";
import type { ValueType } from "../syntax/types.ts";
import { valueTypeNamed } from "./descriptor_types.ts";
import { defineExternalInterface, descriptorArgument, type ExternalInterface } from "./external_interface.ts";
import { isObject, toList, typeError } from "./web_idl.ts";

/** Most parameters of a function type, and so of a tag (JS API, "Implementation-defined Limits"). */
const MAXIMUM_PARAMETERS = 1000;

/** The interface `Tag` of `engine`. */
export function tagInterface(engine: EngineState): ExternalInterface<Tag> {
  return defineExternalInterface<Tag>({
    name: "Tag",
    construct(args, api) {
      const { parameters } = descriptorArgument(api, args[0], "tag type");
      if (!isObject(parameters)) {
        throw typeError(api, "Argument 0 must be a tag type with 'parameters'");
      }
      const names = toList(parameters, () => {
        throw typeError(api, "Argument 0 contains parameters that are not iterable");
      });
      const types = names.map((name, i): ValueType => {
        const type = valueTypeNamed(name);
        if (type === undefined) {
          throw typeError(api, `Argument 0 parameter type at index #${i} must be a value type`);
        }
        return type;
      });
      if (types.length > MAXIMUM_PARAMETERS) {
        throw typeError(api, "Argument 0 contains too many parameters");
      }
      return new Tag(engine.types.functionType(types, []));
    },
    members: () => ({}),
  });
}
