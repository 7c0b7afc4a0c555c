/**
 * JS promise integration: `WebAssembly.Suspending`, which marks imports whose result is to be waited for, and
 * `WebAssembly.promising`, which makes the functions that can be stopped meanwhile.
 *
 * @module
 */

import { boxAll, pushComponents, resultComponents, valueList } from "../runtime/components.ts";
import type { EngineState } from "../runtime/engine_state.ts";
import { leaving } from "../runtime/exception_boundary.ts";
import {
  bindExternal,
  type CodeSource,
  FunctionReference,
  referenceOf,
  type WrappedCallable,
} from "../runtime/function_reference.ts";
import type { Callable } from "../runtime/imported_function.ts";
import { crossesToJS, toJSValue, toWebAssemblyValue, TYPE_INCOMPATIBILITY } from "../runtime/js_values.ts";
import { compute } from "../runtime/suspension.ts";
import { nameAndLength } from "./exported_function.ts";
import { defineInterface, internalSlot, typeError } from "./web_idl.ts";

/** The interface and the operation. */
export interface PromiseIntegration {
  /** `WebAssembly.Suspending`. */
  readonly constructor: object;
  /** The function inside a `WebAssembly.Suspending`; null for any other value. */
  suspendedCallable(value: unknown): Callable | null;
  /** `WebAssembly.promising`. */
  promising(wasmFunction: unknown): object;
}

/** Defines both for `engine`. */
export function promiseIntegration(engine: EngineState): PromiseIntegration {
  const slot = internalSlot<Callable>();
  const { constructor } = defineInterface({
    name: "Suspending",
    length: 1,
    construct: ([callable], make) => {
      const api = "WebAssembly.Suspending()";
      if (typeof callable !== "function") throw typeError(api, "Argument 0 must be a function");
      if (referenceOf(callable)?.instance?.engine === engine) {
        throw typeError(api, "Argument 0 must not be a WebAssembly function");
      }
      slot.set(make(), callable as Callable);
    },
  });
  return {
    constructor,
    suspendedCallable: slot.get,
    promising(wasmFunction) {
      const api = "WebAssembly.promising()";
      if (typeof wasmFunction !== "function") throw typeError(api, "Argument 0 must be a function");
      const reference = referenceOf(wasmFunction);
      if (reference === undefined || reference.index < 0 || reference.instance?.engine !== engine) {
        throw typeError(api, "Argument 0 must be a WebAssembly exported function");
      }
      return promisingFunction(reference, engine);
    },
  };
}

/** A promising function is an exported function itself: to WebAssembly it is the function that it was made from. */
class PromisingSource implements CodeSource {
  readonly engine: EngineState;
  readonly #original: FunctionReference;

  constructor(engine: EngineState, original: FunctionReference) {
    this.engine = engine;
    this.#original = original;
  }

  prepare(reference: FunctionReference): void {
    const original = this.#original;
    reference.code = original.prepared();
    reference.tailCode = original.tailCode;
    reference.loop = original.loop;
    reference.state = original.state;
    reference.signatureId = reference.type.id;
  }

  wrappedCallable(): WrappedCallable | null {
    return this.#original.instance!.wrappedCallable(this.#original);
  }

  canSuspend(): boolean {
    return this.#original.instance!.canSuspend?.(this.#original) === true;
  }

  prepareSuspendable(reference: FunctionReference): void {
    reference.suspendableCode = this.#original.suspendable();
    reference.suspends = this.#original.suspends;
  }
}

/** Arguments are converted before there is a promise: what that throws is thrown, as in V8. */
function promisingFunction(original: FunctionReference, engine: EngineState): object {
  const { type, index } = original;
  const { context, signature: { params, results } } = type;
  const crosses = crossesToJS(type.signature);
  const outcome = {
    result(first: unknown): unknown {
      const values = boxAll(resultComponents(first, results), results);
      for (let i = 0; i < results.length; i++) values[i] = toJSValue(values[i], results[i]);
      return results.length > 1 ? values : values[0];
    },
    exception: (exception: unknown) => leaving(exception, engine),
  };
  const reference = new FunctionReference(type, new PromisingSource(engine, original), index);
  const functionObject = (...args: unknown[]): Promise<unknown> => {
    if (!crosses) throw new TypeError(TYPE_INCOMPATIBILITY);
    const components = valueList();
    for (let i = 0; i < params.length; i++) {
      pushComponents(components, toWebAssemblyValue(args[i], params[i], context), params[i]);
    }
    return compute(reference, components, outcome);
  };
  nameAndLength(functionObject, reference);
  bindExternal(reference, functionObject);
  return functionObject;
}
