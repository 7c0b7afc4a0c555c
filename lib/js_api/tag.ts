/**
 * `WebAssembly.Tag` (JS API, section 5.8 "Tags").
 *
 * @module
 */

import type { EngineState } from "../runtime/engine_state.ts";
import { Tag } from "../runtime/tag.ts";
import { readTypeList } from "./descriptor_types.ts";
import { defineExternalInterface, descriptorArgument, type ExternalInterface } from "./external_interface.ts";
import { tagDescriptor } from "./type_descriptors.ts";
import type { TagTypeDescriptor } from "./types.ts";

/** The interface `Tag` of `engine`. */
export function tagInterface(engine: EngineState): ExternalInterface<Tag> {
  return defineExternalInterface<Tag>({
    name: "Tag",
    construct(args, api) {
      const type = descriptorArgument(api, args[0], "tag type");
      const types = readTypeList(api, type, "parameters", "tag type");
      return new Tag(engine.types.functionType(types, []));
    },
    members: (receiver) => ({
      type(this: unknown): TagTypeDescriptor {
        return tagDescriptor(receiver(this, "WebAssembly.Tag.type()").type.signature);
      },
    }),
  });
}
