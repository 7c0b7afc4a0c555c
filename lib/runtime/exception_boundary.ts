/**
 * Exceptions on their way between wasm code and JavaScript (JS API, sections 5.10 "Exceptions" and 5.6 "Exported Functions",
 * "run a host function").
 *
 * @module
 */

import type { EngineState } from "./engine_state.ts";
import { exceptionOf, ExceptionPackage } from "./exception_package.ts";
import { isUncatchable, trapFrom } from "./traps.ts";

/**
 * What wasm code sees of an exception that JavaScript threw at it: the package behind a `WebAssembly.Exception`; a trap or a stack
 * overflow itself, which nothing catches; for everything else a package with the tag of `WebAssembly.JSTag`.
 */
export function foreign(exception: unknown): unknown {
  if (exception instanceof ExceptionPackage || isUncatchable(exception)) return exception;
  return exceptionOf(exception) ?? new ExceptionPackage(null, [exception]);
}

/**
 * The package that wasm code sees of an exception that JavaScript threw at it.
 *
 * @throws {unknown} the exception itself when nothing catches it: a trap, a stack overflow.
 */
export function caught(exception: unknown): ExceptionPackage {
  const seen = foreign(exception);
  if (seen instanceof ExceptionPackage) return seen;
  throw seen;
}

/**
 * What JavaScript sees when wasm code of `engine` ended with `exception`: of a package its `WebAssembly.Exception`, or what JavaScript
 * had thrown; otherwise a trap or a stack overflow ({@linkcode trapFrom}).
 */
export function leaving(exception: unknown, engine: EngineState): unknown {
  if (!(exception instanceof ExceptionPackage)) return trapFrom(exception);
  if (exception.tag === null) return exception.components[0];
  return exception.external ?? engine.externals.exceptionObject(exception);
}
