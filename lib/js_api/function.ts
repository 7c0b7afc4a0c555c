/**
 * `WebAssembly.Function` (type reflection proposal): the interface of all exported functions, and the constructor that makes one
 * of a JavaScript function and a type.
 *
 * @module
 */

import { makeExportWrapper } from "../codegen/export_wrapper.ts";
import { importCode } from "../codegen/import_wrapper.ts";
import { cannotSuspend, makeSuspendingCode } from "../codegen/suspending_import.ts";
import { callableName, formalParameterCount } from "../link/callable_shape.ts";
import type { EngineState } from "../runtime/engine_state.ts";
import {
  bindExternal,
  type CodeSource,
  FunctionReference,
  referenceOf,
  type WrappedCallable,
} from "../runtime/function_reference.ts";
import type { Callable, ImportedFunction } from "../runtime/imported_function.ts";
import { crossesToJS } from "../runtime/js_values.ts";
import { readTypeList } from "./descriptor_types.ts";
import { nameAndLength } from "./exported_function.ts";
import { descriptorArgument } from "./external_interface.ts";
import { functionDescriptor } from "./type_descriptors.ts";
import type { FunctionTypeDescriptor } from "./types.ts";
import { defineInterface, typeError } from "./web_idl.ts";

const { getPrototypeOf, setPrototypeOf } = Object;
const { deleteProperty } = Reflect;
const functionPrototype = Function.prototype;

/** The interface `Function` of an engine. */
export interface FunctionInterface {
  /** `WebAssembly.Function`. */
  readonly constructor: object;
  /** Makes a function object an instance of the interface, and returns it. */
  adopt(functionObject: object): object;
}

/** Defines the interface for `engine`. */
export function functionInterface(engine: EngineState): FunctionInterface {
  const { constructor, make } = defineInterface({
    name: "Function",
    length: 1,
    construct([descriptor, callable], make) {
      const api = "WebAssembly.Function()";
      const members = descriptorArgument(api, descriptor, "function type");
      const params = readTypeList(api, members, "parameters", "function type");
      const results = readTypeList(api, members, "results", "function type");
      const type = engine.types.functionType(params, results);
      const suspended = engine.externals.suspendedCallable(callable);
      if (typeof callable !== "function" && suspended === null) {
        throw typeError(api, "Argument 1 must be a function");
      }
      const reference = referenceOf(callable);
      if (reference?.instance?.engine === engine) {
        if (reference.type === type) return callable as object;
        throw typeError(
          api,
          "The signature of Argument 1 (a WebAssembly function) does not match the signature specified in Argument 0",
        );
      }
      const wrapped = { callable: suspended ?? callable as Callable, suspending: suspended !== null };
      const made = new FunctionReference(type, new CallableSource(engine, wrapped), -1);
      const functionObject = makeExportWrapper(made);
      nameAndLength(functionObject, made, callableName(wrapped.callable));
      bindExternal(made, functionObject);
      return setPrototypeOf(functionObject, getPrototypeOf(make()));
    },
    members: {
      type(this: unknown): FunctionTypeDescriptor {
        const reference = referenceOf(this);
        if (reference === undefined) {
          throw typeError("WebAssembly.Function.type()", "Receiver is not a WebAssembly.Function");
        }
        return functionDescriptor(reference.type.signature);
      },
    },
  });
  const prototype = getPrototypeOf(make());
  setPrototypeOf(prototype, functionPrototype);
  // As in V8: programs tell functions from objects by this.
  deleteProperty(prototype, Symbol.toStringTag);
  return { constructor, adopt: (functionObject) => setPrototypeOf(functionObject, prototype) };
}

/** The code of a function that is a JavaScript function with a type: what it is as an import. */
class CallableSource implements CodeSource {
  readonly engine: EngineState;
  readonly #wrapped: WrappedCallable;

  constructor(engine: EngineState, wrapped: WrappedCallable) {
    this.engine = engine;
    this.#wrapped = wrapped;
  }

  prepare(reference: FunctionReference): void {
    const { callable, suspending } = this.#wrapped;
    const { signature } = reference.type;
    const expectedArity = formalParameterCount(callable);
    const imported: ImportedFunction = {
      kind: !crossesToJS(signature)
        ? "runtime type error"
        : expectedArity < 0
        ? "generic call"
        : expectedArity === signature.params.length
        ? "arity match"
        : "arity mismatch",
      reference,
      callable,
      expectedArity,
      suspending,
      intrinsic: null,
    };
    reference.code = suspending ? cannotSuspend : importCode(imported);
    reference.signatureId = reference.type.id;
  }

  wrappedCallable(): WrappedCallable {
    return this.#wrapped;
  }

  canSuspend(): boolean {
    return this.#wrapped.suspending;
  }

  prepareSuspendable(reference: FunctionReference): void {
    const { callable, suspending } = this.#wrapped;
    reference.suspends = suspending;
    reference.suspendableCode = suspending
      ? makeSuspendingCode(callable, reference.type)
      : reference.prepared();
  }
}
