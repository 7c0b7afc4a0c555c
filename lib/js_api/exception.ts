/**
 * `WebAssembly.Exception` (JS API, section 5.9 "Exceptions").
 *
 * @module
 */

import { boxAll, pushComponents, valueList } from "../runtime/components.ts";
import { bindException, exceptionOf, ExceptionPackage } from "../runtime/exception_package.ts";
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

const NativeError = Error;
const { captureStackTrace } = Error as {
  captureStackTrace?: (error: object, caller: object) => void;
};

/** The interface `Exception` of an engine. */
export function exceptionInterface(
  tags: ExternalInterface<Tag>,
): ExternalInterface<ExceptionPackage> {
  /** The stacks that were asked for. */
  const stacks = internalSlot<string>();
  const receiver = (self: unknown, api: string): ExceptionPackage => {
    const exception = exceptionOf(self);
    if (exception === null) throw typeError(api, "Receiver is not a WebAssembly.Exception");
    return exception;
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
      if (tag.ofJavaScript) throw typeError(api, "Argument 0 cannot be WebAssembly.JSTag");
      const { params } = tag.type.signature;
      if (values.length !== params.length) {
        throw typeError(api, "Number of exception values does not match signature length");
      }
      const fail: ConversionFailure = (reason) => {
        throw typeError(api, reason);
      };
      const components = valueList();
      for (let i = 0; i < params.length; i++) {
        if (!hasJSValues(params[i])) throw typeError(api, `Invalid type ${valueTypeName(params[i])}`);
        const value = toWebAssemblyValue(values[i], params[i], tag.type.context, fail);
        pushComponents(components, value, params[i]);
      }
      // As in V8, read last.
      if (options !== undefined && options !== null && !isObject(options)) {
        throw typeError(api, "Argument 2 is not an object");
      }
      const traceStack = Boolean((options as { traceStack?: unknown } | null | undefined)?.traceStack);
      const object = make();
      bindException(new ExceptionPackage(tag, components), object);
      if (traceStack) stacks.set(object, stackOf(constructor));
    },
    members: {
      getArg(this: unknown, exceptionTag: unknown, index: unknown): unknown {
        const api = "WebAssembly.Exception.getArg()";
        const exception = receiver(this, api);
        const tag = tagArgument(exceptionTag, api);
        const at = unsignedLong(api, "Index", index);
        if (exception.tag !== tag) throw typeError(api, "First argument does not match the exception tag");
        const { params } = tag.type.signature;
        if (at >= params.length) throw rangeError(api, "Index out of range");
        if (!hasJSValues(params[at])) throw typeError(api, `Invalid type ${valueTypeName(params[at])}`);
        return toJSValue(boxAll(exception.components, params)[at], params[at]);
      },
      is(this: unknown, exceptionTag: unknown): boolean {
        const api = "WebAssembly.Exception.is()";
        const exception = receiver(this, api);
        return exception.tag === tagArgument(exceptionTag, api);
      },
      get stack(): string | undefined {
        receiver(this, "WebAssembly.Exception.stack()");
        return stacks.get(this) ?? undefined;
      },
    },
  });
  return {
    constructor,
    objectOf(exception) {
      if (exception.external === null) bindException(exception, make());
      return exception.external!;
    },
    thingOf: exceptionOf,
  };
}

/** The stack of an error made now, from the caller of `constructor` on where the host can tell. */
function stackOf(constructor: object): string {
  const error = new NativeError();
  captureStackTrace?.(error, constructor);
  return error.stack ?? "";
}
