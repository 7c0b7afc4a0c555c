/**
 * Suspension (JS promise integration): computations that promising exports start and suspending imports stop for a while.
 *
 * Functions that may come to a suspending import have a second code, a generator function
 * ({@linkcode FunctionReference.suspendable}). They call each other with `yield*`; a suspending import yields what the
 * JavaScript function returned. The computation awaits that, as the language's `await` does, and resumes the
 * generators with the value or the reason of the rejection.
 *
 * @module
 */

import type { Code, FunctionReference } from "./function_reference.ts";
import { lookUpWeakly, rememberWeakly } from "./lookup.ts";

const { apply, defineProperty, deleteProperty } = Reflect;
const { freeze, getOwnPropertyDescriptor, getPrototypeOf } = Object;
const NativePromise = Promise;

/** What suspendable code gives: it yields what to wait for, and returns the first component of the results. */
type Activation = Generator<unknown, unknown, unknown>;

const { next, throw: throwInto, return: leave, [Symbol.iterator]: iterate } = getPrototypeOf(
  function* () {},
).prototype as Activation;

/** Of all activations: `yield*` finds the host's own methods, whatever has become of its prototypes. */
const ACTIVATION_PROTOTYPE: object = freeze({
  __proto__: null,
  [Symbol.iterator]: iterate,
  next,
  throw: throwInto,
  return: leave,
});

/** Makes a generator function suspendable code. */
export function asSuspendable(code: Code): Code {
  code.prototype = ACTIVATION_PROTOTYPE;
  return code;
}

/** Number of computations that have frames on the JavaScript stack. */
let running = 0;

/** Whether a promising export has called what runs now, if only through JavaScript. */
export function isComputing(): boolean {
  return running > 0;
}

/** How the results of a computation become its promise's. */
export interface Outcome {
  /** The result that JavaScript sees; `first` is the first component, the others are in the return registers. */
  readonly result: (first: unknown) => unknown;
  /** What JavaScript sees of an exception. */
  readonly exception: (exception: unknown) => unknown;
}

/** Runs a function up to its end or its first suspension; the promise of its results. */
export function compute(
  reference: FunctionReference,
  components: readonly unknown[],
  outcome: Outcome,
): Promise<unknown> {
  return new NativePromise((resolve, reject) =>
    new Computation(outcome, resolve, reject).start(reference, components)
  );
}

type Settle = (value: unknown) => void;

/** A computation. */
class Computation {
  readonly #outcome: Outcome;
  readonly #resolve: Settle;
  readonly #reject: Settle;
  #activation: Activation | null = null;

  constructor(outcome: Outcome, resolve: Settle, reject: Settle) {
    this.#outcome = outcome;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  start(reference: FunctionReference, components: readonly unknown[]): void {
    this.#run(() => {
      const started: unknown = apply(reference.suspendable(), undefined, components);
      if (!reference.suspends) return { done: true, value: started };
      this.#activation = started as Activation;
      return apply(next, started, []) as IteratorResult<unknown>;
    });
  }

  /** Runs as far as it goes. */
  #run(step: () => IteratorResult<unknown>): void {
    let value: unknown;
    running++;
    try {
      const { done, value: given } = step();
      if (!done) return void this.#wait(given);
      value = this.#outcome.result(given);
    } catch (exception) {
      return this.#reject(this.#outcome.exception(exception));
    } finally {
      running--;
    }
    fulfill(this.#resolve, value);
  }

  async #wait(value: unknown): Promise<void> {
    const activation = this.#activation!;
    let method = next;
    let settled: unknown;
    try {
      settled = await value;
    } catch (reason) {
      method = throwInto;
      settled = reason;
    }
    this.#run(() => apply(method, activation, [settled]) as IteratorResult<unknown>);
  }
}

/**
 * Fulfils a promise: with a promise or another thenable, too, which a promise is otherwise resolved with by asking it. (V8
 * fulfils.) Where the object cannot be kept from answering, the promise follows it.
 */
function fulfill(resolve: Settle, value: unknown): void {
  if (typeof value !== "object" && typeof value !== "function" || value === null) return resolve(value);
  const then = getOwnPropertyDescriptor(value, "then");
  const hidden = (then === undefined || then.configurable === true) &&
    defineProperty(
      value,
      "then",
      { __proto__: null, value: undefined, configurable: true } as PropertyDescriptor,
    );
  resolve(value);
  if (!hidden) return;
  if (then === undefined) deleteProperty(value, "then");
  else defineProperty(value, "then", then);
}

const tailBodies = new WeakMap<Code, Code>();
const NOTHING: readonly unknown[] = [];

/**
 * A tail call on its way from a suspendable function to the loop around it: such a function has a body that returns the one
 * object of this class instead of a result, and a loop that makes the calls, in constant stack.
 */
class TailCall {
  /** Whether the code to be called is suspendable. */
  suspends = false;
  #code: Code = () => undefined;
  #args: readonly unknown[] = NOTHING;

  /** A call of code. */
  to(code: Code, suspends: boolean, args: readonly unknown[]): this {
    this.#code = suspends ? lookUpWeakly(tailBodies, code) ?? code : code;
    this.#args = args;
    this.suspends = suspends;
    return this;
  }

  /** A call of a function. */
  toReference(reference: FunctionReference, args: readonly unknown[]): this {
    const code = reference.suspendable();
    return this.to(code, reference.suspends, args);
  }

  /** Makes the call. */
  go(): unknown {
    const args = this.#args;
    this.#args = NOTHING;
    return apply(this.#code, undefined, args);
  }

  /** Declares `body` to be what is inside the loop that is `code`. */
  loop(code: Code, body: Code): void {
    rememberWeakly(tailBodies, code, asSuspendable(body));
  }
}

/** What bodies return for a tail call. */
export const TAIL_CALL: TailCall = new TailCall();
