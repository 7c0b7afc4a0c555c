/**
 * `WebAssembly.Global` (JS API, section 5.5 "Globals").
 *
 * @module
 */

import { Global } from "../runtime/global.ts";
import { type ConversionFailure, hasJSValues, toJSValue, toWebAssemblyValue } from "../runtime/js_values.ts";
import { defaultValue } from "../runtime/values.ts";
import { NO_TYPES, type TypeContext } from "../syntax/canonical_types.ts";
import { EXTERNREF, isReference, V128, type ValueType, valueTypeName } from "../syntax/types.ts";
import { valueTypeNamed } from "./descriptor_types.ts";
import { defineExternalInterface, descriptorArgument, type ExternalInterface } from "./external_interface.ts";
import { globalDescriptor } from "./type_descriptors.ts";
import type { GlobalTypeDescriptor } from "./types.ts";
import { typeError } from "./web_idl.ts";

// V8's names of the accessors, parenthesis and all.
const GETTER = "get WebAssembly.Global.value)";
const SETTER = "set WebAssembly.Global.value)";

/** The interface `Global` of an engine. */
export function globalInterface(): ExternalInterface<Global> {
  const convert = (value: unknown, type: ValueType, types: TypeContext, api: string) => {
    const fail: ConversionFailure = (reason) => {
      throw typeError(api, reason);
    };
    return toWebAssemblyValue(value, type, types, fail);
  };
  const checkVisible = ({ type }: Global, api: string, verb: string) => {
    if (type.value === V128) throw typeError(api, `Can't ${verb} the value of s128 WebAssembly.Global`);
    if (!hasJSValues(type.value)) throw typeError(api, `invalid type ${valueTypeName(type.value)}`);
  };
  const read = (global: Global, api: string) => {
    checkVisible(global, api, "get");
    return toJSValue(global.get(), global.type.value);
  };

  return defineExternalInterface<Global>({
    name: "Global",
    construct(args, api) {
      const descriptor = descriptorArgument(api, args[0], "global descriptor");
      const mutable = Boolean(descriptor.mutable);
      const value = valueTypeNamed(descriptor.value);
      if (value === undefined) {
        throw typeError(api, "Descriptor property 'value' must be a WebAssembly type");
      }
      // As in V8 and the specification's tests, undefined is a missing number but a given reference.
      const isMissing = args.length < 2 || args[1] === undefined && !isReference(value);
      if (!hasJSValues(value) && (value === V128 || !isMissing)) {
        throw typeError(api, `A global of type '${valueTypeName(value)}' cannot be created in JavaScript`);
      }
      const initial = !isMissing
        ? convert(args[1], value, NO_TYPES, api)
        : value === EXTERNREF
        ? undefined
        : defaultValue(value);
      return Global.create({ value, mutable, shared: false }, initial);
    },
    members: (receiver) => ({
      valueOf(this: unknown): unknown {
        const api = "WebAssembly.Global.valueOf()";
        return read(receiver(this, api), api);
      },
      get value(): unknown {
        return read(receiver(this, GETTER), GETTER);
      },
      set value(value: unknown) {
        const global = receiver(this, SETTER);
        if (!global.type.mutable) throw typeError(SETTER, "Can't set the value of an immutable global.");
        checkVisible(global, SETTER, "set");
        global.set(convert(value, global.type.value, global.types, SETTER));
      },
      type(this: unknown): GlobalTypeDescriptor {
        return globalDescriptor(receiver(this, "WebAssembly.Global.type()").type);
      },
    }),
  });
}
