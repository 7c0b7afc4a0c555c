/**
 * Imports wrapped in `WebAssembly.Suspending`, as code (JS promise integration).
 *
 * @module
 */

import type { CanonicalType } from "../syntax/canonical_types.ts";
import { SuspendError } from "../syntax/errors.ts";
import { boxAll, pushComponents, returnComponents, valueList } from "../runtime/components.ts";
import { iterableToList } from "../runtime/call_conversions.ts";
import { foreign } from "../runtime/exception_boundary.ts";
import type { Code } from "../runtime/function_reference.ts";
import type { Callable, ImportedFunction } from "../runtime/imported_function.ts";
import { toJSValue, toWebAssemblyValue } from "../runtime/js_values.ts";
import { asSuspendable, isComputing } from "../runtime/suspension.ts";

const { apply } = Reflect;

/** Whether an import is to be waited for: wrapped in `Suspending`, and a JavaScript function that can be called. */
export function isSuspending({ kind, suspending }: ImportedFunction): boolean {
  switch (kind) {
    case "compile-time builtin":
    case "wasm-to-wasm":
    case "wasm-to-host":
    case "runtime type error":
      return false;
    default:
      return suspending;
  }
}

/** The code for callers that can be suspended: waits for what the callable returns, a promise or anything else. */
export function makeSuspendingCode(callable: Callable, type: CanonicalType): Code {
  const { signature: { params, results }, context } = type;
  return asSuspendable(function* (...components: unknown[]): Generator<unknown, unknown, unknown> {
    try {
      const values = boxAll(components, params);
      for (let i = 0; i < params.length; i++) values[i] = toJSValue(values[i], params[i]);
      const settled = yield apply(callable, undefined, values);
      if (results.length === 0) return undefined;
      const returned = results.length === 1 ? [settled] : iterableToList(settled, results.length);
      const converted = valueList();
      for (let i = 0; i < results.length; i++) {
        pushComponents(converted, toWebAssemblyValue(returned[i], results[i], context), results[i]);
      }
      // The registers are set when all conversions have run: they may run wasm code.
      return returnComponents(converted, results);
    } catch (exception) {
      throw foreign(exception);
    }
  });
}

/** The code for all other callers, who get an exception before anything is called. */
export function cannotSuspend(): never {
  throw foreign(
    new SuspendError(
      isComputing() ? "trying to suspend JS frames" : "trying to suspend without WebAssembly.promising",
    ),
  );
}
