/**
 * Exceptions (specification 4.2.13 "Exception Instances"): what `throw` throws and an exnref refers to.
 *
 * Inside wasm code every exception that can be caught is a package; whatever else JavaScript may throw there - a trap,
 * the RangeError that becomes one, a stack overflow - passes all handlers. At the borders packages turn into what JavaScript
 * sees, and back: see `exception_boundary.ts`.
 *
 * @module
 */

import type { Tag } from "./tag.ts";

/** A thrown tag with its arguments. No Error: nothing is captured when one is made. */
export class ExceptionPackage {
  /** Null for an exception of JavaScript's: its tag is `WebAssembly.JSTag`, its argument what was thrown. */
  readonly tag: Tag | null;
  /** The arguments as components, flattened as in calls (see `Code`); there may be more elements than that. */
  readonly components: readonly unknown[];
  /** The `WebAssembly.Exception`, once there is one: what JavaScript catches when the exception leaves wasm code. */
  external: object | null = null;

  constructor(tag: Tag | null, components: readonly unknown[]) {
    this.tag = tag;
    this.components = components;
  }
}

/** Where a function leaves the exception that it returns with; see `returning_forms.ts`. Its caller takes it before anything else runs. */
class ReturnedException {
  exception: ExceptionPackage | null = null;
}
Object.setPrototypeOf(ReturnedException.prototype, null);

/** The exception that the function just called returned with; null when it returned with results. One for every engine in the realm. */
export const RETURNED: { exception: ExceptionPackage | null } = new ReturnedException();

class Stamped {
  constructor(object: object) {
    return object;
  }
}

/** The way back from a `WebAssembly.Exception`: a private field, which no property of the object shows. */
class Binding extends Stamped {
  #exception: ExceptionPackage;

  constructor(object: object, exception: ExceptionPackage) {
    super(object);
    this.#exception = exception;
  }

  static read(object: object): ExceptionPackage | null {
    return #exception in object ? object.#exception : null;
  }
}

/** Makes `object` the one `WebAssembly.Exception` of `exception`. */
export function bindException(exception: ExceptionPackage, object: object): void {
  exception.external = object;
  new Binding(object, exception);
}

/** The exception behind a `WebAssembly.Exception` of any engine; null for any other value. */
export function exceptionOf(value: unknown): ExceptionPackage | null {
  const isObject = typeof value === "object" ? value !== null : typeof value === "function";
  return isObject ? Binding.read(value as object) : null;
}
