/**
 * `WebAssembly.Exception` (JS API, section 5.9 "Exceptions").
 *
 * @module
 */

import { boxAll, pushComponents } from "../runtime/components.ts";
import type { EngineState } from "../runtime/engine_state.ts";
import { ExceptionPackage } from "../runtime/exception_package.ts";
import { type ConversionFailure, hasJSValues, toJSValue, toWebAssemblyValue } from "../runtime/js_values.ts";
import type { Tag } from "../runtime/tag.ts";
import { valueTypeName } from "../syntax/types.ts";
import type { ExternalInterface } from "./external_interface.ts";
import {
  defineInterface,
  internalSlot,
  isObject,
  rangeError,
  toList,
  typeError,
  unsignedLong,
} from "./web_idl.ts";

interface ExceptionState {
  readonly exception: ExceptionPackage;
  readonly stack: string | undefined;
}

/** The interface `Exception` of `engine`. `jsTag` is the tag of JavaScript exceptions, which no other exception has. */
export function exceptionInterface(
  engine: EngineState,
  tags: ExternalInterface<Tag>,
  jsTag: Tag,
): ExternalInterface<ExceptionPackage> {
  const slot = internalSlot<ExceptionState>();
  const bind = (object: object, exception: ExceptionPackage, stack: string | undefined) => {
    slot.set(object, { exception, stack });
    return exception.external = object;
  };
  const receiver = (self: unknown, api: string): ExceptionState => {
    const state = slot.get(self);
    if (state === null) throw typeError(api, "Receiver is not a WebAssembly.Exception");
    return state;
  };
  const tagArgument = (value: unknown, api: string): Tag => {
    const tag = tags.thingOf(value);
    if (tag === null) throw typeError(api, "Argument 0 must be a WebAssembly.Tag");
    return tag;
  };

  const { constructor, make } = defineInterface({
    name: "Exception",
    length: 2,
    construct([tagObject, payload, options], make) {
      const api = "WebAssembly.Exception()";
      const tag = tags.thingOf(tagObject);
      if (tag === null) throw typeError(api, "Argument 0 must be a WebAssembly tag");
      if (!isObject(payload)) throw typeError(api, "Exception values must be an iterable object");
      const values = toList(payload, () => {
        throw typeError(api, "Exception values must be an iterable object");
      });
      if (options !== undefined && options !== null && !isObject(options)) {
        throw typeError(api, "Argument 2 is not an object");
      }
      const traceStack = Boolean((options as { traceStack?: unknown } | null | undefined)?.traceStack);
      if (tag === jsTag) throw typeError(api, "Argument 0 cannot be WebAssembly.JSTag");
      const { params } = tag.type.signature;
      if (values.length !== params.length) {
        throw typeError(api, "Number of exception values does not match signature length");
      }
      const fail: ConversionFailure = (reason) => {
        throw typeError(api, reason);
      };
      const components: unknown[] = [];
      for (let i = 0; i < params.length; i++) {
        if (!hasJSValues(params[i])) throw typeError(api, `Invalid type ${valueTypeName(params[i])}`);
        const value = toWebAssemblyValue(values[i], params[i], tag.type.context, engine, fail);
        pushComponents(components, value, params[i]);
      }
      bind(make(), new ExceptionPackage(tag, components), traceStack ? new Error().stack : undefined);
    },
    members: {
      is(this: unknown, exceptionTag: unknown): boolean {
        const api = "WebAssembly.Exception.is()";
        const { exception } = receiver(this, api);
        return exception.tag === tagArgument(exceptionTag, api);
      },
      getArg(this: unknown, exceptionTag: unknown, index: unknown): unknown {
        const api = "WebAssembly.Exception.getArg()";
        const { exception } = receiver(this, api);
        const tag = tagArgument(exceptionTag, api);
        const at = unsignedLong(api, "Index", index);
        if (exception.tag !== tag) throw typeError(api, "First argument does not match the exception tag");
        const { params } = tag.type.signature;
        if (at >= params.length) throw rangeError(api, "Index out of range");
        if (!hasJSValues(params[at])) throw typeError(api, `Invalid type ${valueTypeName(params[at])}`);
        return toJSValue(boxAll(exception.components, params)[at], params[at]);
      },
      get stack(): string | undefined {
        return receiver(this, "WebAssembly.Exception.stack()").stack;
      },
    },
  });
  return {
    constructor,
    objectOf: (exception) => exception.external ?? bind(make(), exception, undefined),
    thingOf: (value) => slot.get(value)?.exception ?? null,
  };
}
