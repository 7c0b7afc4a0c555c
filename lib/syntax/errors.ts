/**
 * The error classes of the WebAssembly JavaScript interface (section 5.12 "Error Objects"): like the
 * language's native errors they can be called without `new`, and their properties are not enumerable.
 *
 * @module
 */

/** The shape shared by the classes: a native error's constructor. */
export interface NativeErrorConstructor<Name extends string> extends ErrorConstructor {
  /** Makes an error. */
  new (message?: string, options?: ErrorOptions): Error & { readonly name: Name };
  /** The same, without `new`. */
  (message?: string, options?: ErrorOptions): Error & { readonly name: Name };
}

const { construct } = Reflect;
const NativeError = Error;

function nativeError<Name extends string>(name: Name): NativeErrorConstructor<Name> {
  const constructor = {
    [name]: function (message?: string, options?: ErrorOptions): Error {
      return construct(NativeError, [message, options], new.target ?? constructor);
    },
  }[name] as unknown as NativeErrorConstructor<Name>;
  Object.setPrototypeOf(constructor, Error);
  const prototype = Object.create(Error.prototype, {
    constructor: { value: constructor, writable: true, configurable: true },
    name: { value: name, writable: true, configurable: true },
    message: { value: "", writable: true, configurable: true },
  });
  Object.defineProperties(constructor, {
    prototype: { value: prototype, writable: false, enumerable: false, configurable: false },
    length: { value: 1, configurable: true },
  });
  return constructor;
}

/** A module is malformed or invalid. */
export const CompileError: NativeErrorConstructor<"CompileError"> = nativeError("CompileError");
/** An import does not fit its declaration. */
export const LinkError: NativeErrorConstructor<"LinkError"> = nativeError("LinkError");
/** A trap: running code met a condition that has no result. */
export const RuntimeError: NativeErrorConstructor<"RuntimeError"> = nativeError("RuntimeError");
/** A suspending import was called where its caller cannot be suspended. */
export const SuspendError: NativeErrorConstructor<"SuspendError"> = nativeError("SuspendError");

/** An error found while reading a module, at a byte offset from its start. */
export function compileErrorAt(message: string, offset: number): Error {
  return new CompileError(`${message} @+${offset}`);
}
