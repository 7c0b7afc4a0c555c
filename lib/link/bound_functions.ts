/**
 * Bound functions that the engine knows from inside. The language shows nobody what a bound function is bound to, and calling
 * one to find out would run code of the user; so only functions are known that were bound here: by
 * {@linkcode boundCall}, or by `bind` itself while {@linkcode trackBoundFunctions} is in force. All others are called as they are.
 *
 * @module
 */

import type { Callable } from "../runtime/imported_function.ts";
import { lookUpWeakly, rememberWeakly } from "../runtime/lookup.ts";

/** What a bound function was made of. */
export interface BoundFunction {
  /** The function that `bind` was called on. */
  readonly target: Callable;
  /** What `target` gets as `this`. */
  readonly receiver: unknown;
  /** How many arguments were bound. */
  readonly argumentCount: number;
}

const { bind, call } = Function.prototype;
const { apply } = Reflect;
const { defineProperty, getOwnPropertyDescriptor } = Object;
const functionPrototype = Function.prototype;

const known = new WeakMap<object, BoundFunction>();
const bindCall: (target: Callable, receiver: Callable) => Callable = call.bind(bind);

/** What `value` was bound from, when it was bound where the engine saw it; undefined for every other value. */
export function boundFunctionOf(value: unknown): BoundFunction | undefined {
  return typeof value === "function" ? lookUpWeakly(known, value) : undefined;
}

/** The function behind a known `Function.prototype.call.bind(F)`; null for every other value. */
export function boundCallTarget(value: unknown): Callable | null {
  const bound = boundFunctionOf(value);
  if (bound === undefined || bound.target !== call || bound.argumentCount > 0) return null;
  return typeof bound.receiver === "function" ? bound.receiver as Callable : null;
}

/** A method `F` as a function whose first parameter is the receiver. */
export type BoundCall<F> = F extends (this: infer Receiver, ...args: infer Args) => infer Result
  ? (receiver: unknown extends Receiver ? unknown : Receiver, ...args: Args) => Result
  : never;

/**
 * `Function.prototype.call.bind(method)`, a new bound function like any other, which the engine recognises when it is imported: as a
 * well-known import, or as a fast API function called with a receiver. `method` is a function; nothing of it is looked at.
 *
 * @example
 * ```ts
 * import { boundCall } from "@tandem/wasm";
 *
 * const imports = { data: { getInt32: boundCall(DataView.prototype.getInt32) } };
 * ```
 *
 * @throws {TypeError} when `method` is not a function.
 */
// deno-lint-ignore no-explicit-any
export function boundCall<F extends (this: any, ...args: any[]) => unknown>(method: F): BoundCall<F> {
  if (typeof method !== "function") throw new TypeError("boundCall() requires a function");
  const bound = bindCall(call as Callable, method as Callable);
  rememberWeakly(known, bound, { target: call as Callable, receiver: method, argumentCount: 0 });
  return bound as BoundCall<F>;
}

/**
 * From now on the engine knows the functions that anybody in this realm makes with `bind`: for programs whose imports are made by
 * code that cannot be changed, such as the output of a compiler. `Function.prototype.bind` is replaced by a proxy of itself,
 * which behaves the same and is slower.
 *
 * @returns ends it: puts the original back, unless somebody else has replaced the method since. Functions bound in the meantime
 * stay known.
 * @throws {TypeError} when `Function.prototype.bind` is not the builtin it was when the engine was loaded.
 */
export function trackBoundFunctions(): () => void {
  const property = getOwnPropertyDescriptor(functionPrototype, "bind");
  if (property === undefined || property.value !== bind) {
    throw new TypeError("Function.prototype.bind has been replaced");
  }
  const tracking = new Proxy(bind, {
    apply(_bind, target: Callable, args: unknown[]) {
      const bound = apply(bind, target, args) as Callable;
      const argumentCount = args.length > 1 ? args.length - 1 : 0;
      rememberWeakly(known, bound, { target, receiver: args[0], argumentCount });
      return bound;
    },
  });
  defineProperty(functionPrototype, "bind", { ...property, value: tracking });
  return () => {
    const current = getOwnPropertyDescriptor(functionPrototype, "bind");
    if (current?.value === tracking) defineProperty(functionPrototype, "bind", { ...current, value: bind });
  };
}
