/**
 * Function references: what a funcref is inside the engine (V8's WasmFuncRef). One per function and
 * instance, made on demand; an imported wasm function is represented by its original's reference.
 *
 * To JavaScript a function reference appears as one function object. `lib/js_api/` makes it when somebody first looks
 * ({@linkcode externalOf}, through the engine's `externals`) and ties the two together ({@linkcode bindExternal}); from
 * the object back to the reference leads {@linkcode referenceOf}.
 *
 * @module
 */

import type { CanonicalType } from "../syntax/canonical_types.ts";
import type { FunctionIndex } from "../syntax/types.ts";
import type { CompiledModule } from "./compiled_module.ts";
import type { EngineState } from "./engine_state.ts";
import type { Callable } from "./imported_function.ts";
import { Itself } from "./private_fields.ts";

/**
 * Compiled code: a JavaScript function with the engine's calling convention. Parameters are flattened (i64: low and
 * high int32; v128: four int32s), the first component of the results is returned, the rest is left in the return
 * registers. References are passed as the engine holds them (a funcref is a {@linkcode FunctionReference}).
 */
// deno-lint-ignore no-explicit-any
export type Code = (...components: any[]) => any;

/**
 * Code of several functions, the one to run chosen by its state. Takes the arguments from the return registers, component `k` at
 * index `k`. Leaves all components of the results there and returns null; or, for a tail call, leaves arguments there and
 * returns the function that takes them, which has tail code itself.
 */
export type TailCode = (state: number) => FunctionReference | null;

/** How tail calls go on with a function that may make tail calls to functions unknown to it. */
export interface TailEntry {
  readonly code: TailCode;
  /** The same for all functions of one type that run in one loop, where a call is a change of its state. */
  readonly loop: object;
  readonly state: number;
}

/** A JavaScript function that a function reference only wraps: an import, or a `WebAssembly.Function`. */
export interface WrappedCallable {
  readonly callable: Callable;
  /** Whether it came wrapped in `WebAssembly.Suspending`. */
  readonly suspending: boolean;
}

/** Who makes a function's code when it is first called. */
export interface CodeSource {
  /** The engine the function belongs to. */
  readonly engine: EngineState;
  /** The module whose instance owns the function; absent where there is none. */
  readonly module?: CompiledModule;
  /** Sets `reference.code` and `reference.signatureId`, for this function and perhaps for others with it. */
  prepare(reference: FunctionReference): void;
  /** The JavaScript function behind `reference` when there is one; null for a function that is WebAssembly itself. */
  wrappedCallable(reference: FunctionReference): WrappedCallable | null;
  /** Whether a call of the function may come to a suspending import. Absent where none can. */
  canSuspend?(reference: FunctionReference): boolean;
  /** Sets `reference.suspendableCode` and `reference.suspends`. Absent where no function can suspend. */
  prepareSuspendable?(reference: FunctionReference): void;
}

/** A function as wasm code holds it. */
export class FunctionReference {
  /**
   * The canonical type's id once `code` is there, -1 before: so the signature check of an indirect call also finds
   * functions that have no code yet.
   */
  signatureId: number = -1;
  /** Null until {@linkcode FunctionReference.prepared}. */
  code: Code | null = null;
  /** Code that leaves its exceptions in `RETURNED` and returns, once `code` is there; null when that is all there is. */
  returningCode: Code | null = null;
  /** The parts of its {@linkcode TailEntry}, once `code` is there; null for a function that is called in tail position as anywhere else. */
  tailCode: TailCode | null = null;
  loop: object | null = null;
  state: number = 0;
  /** The code that promising exports run; null until {@linkcode FunctionReference.suspendable}. */
  suspendableCode: Code | null = null;
  /** Whether `suspendableCode` is a generator function; otherwise it is `code`. */
  suspends = false;
  readonly type: CanonicalType;
  /**
   * Who makes the code: the instance data that owns the function (or imports it from the host), or the maker of a
   * `WebAssembly.Function`. Null for a function whose code is there from the start and whose `external` is set by its maker.
   */
  readonly instance: CodeSource | null;
  /** The function's index in that instance; -1 without instance. */
  readonly index: FunctionIndex;
  /** The JavaScript function object, made when somebody first looks; see `lib/js_api/exported_function.ts`. */
  external: object | null = null;

  constructor(type: CanonicalType, instance: CodeSource | null, index: FunctionIndex) {
    this.type = type;
    this.instance = instance;
    this.index = index;
  }

  /** The function's code, made now if need be. */
  prepared(): Code {
    if (this.code === null) this.instance!.prepare(this);
    return this.code!;
  }

  /** The function's code for callers that can be suspended, made now if need be; see `suspends`. */
  suspendable(): Code {
    if (this.suspendableCode === null) {
      if (this.instance?.prepareSuspendable === undefined) this.suspendableCode = this.prepared();
      else this.instance.prepareSuspendable(this);
    }
    return this.suspendableCode!;
  }
}

/**
 * A JavaScript function object with a private field: hosts find it by the object's hidden class, 10 (V8) to 30 ns (JavaScriptCore)
 * faster than in a `WeakMap`.
 */
class FunctionObject extends Itself {
  readonly #reference: FunctionReference;

  constructor(functionObject: object, reference: FunctionReference) {
    super(functionObject);
    this.#reference = reference;
  }

  static referenceOf(value: unknown): FunctionReference | undefined {
    return typeof value === "function" && #reference in value
      ? (value as unknown as FunctionObject).#reference
      : undefined;
  }
}

/**
 * Makes `functionObject` the one JavaScript function object of `reference`: sets `reference.external`, and from now on
 * {@linkcode referenceOf} finds the way back. Called once per reference, by the maker of the object.
 */
export function bindExternal(reference: FunctionReference, functionObject: object): void {
  reference.external = functionObject;
  new FunctionObject(functionObject, reference);
}

/** The reference behind an exported function or a `WebAssembly.Function`; undefined for any other value. */
export const referenceOf: (value: unknown) => FunctionReference | undefined = FunctionObject.referenceOf;

/** The JavaScript function object of `reference`, the same one every time; the engine makes it now if need be. */
export function externalOf(reference: FunctionReference): object {
  return reference.external ?? reference.instance!.engine.externals.functionObject(reference);
}
