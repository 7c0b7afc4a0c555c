/**
 * Call shapes: how an import is called, as far as generated text depends on it.
 *
 * @module
 */

import type { CSignature } from "../runtime/c_signature.ts";
import { INTEGER_TO_STRING } from "../link/well_known_imports.ts";
import type { ImportedFunction } from "../runtime/imported_function.ts";
import { isStringExpression } from "./string_builtins.ts";

/**
 * A call shape:
 *
 * | shape             | what stands at the call site                                               |
 * |-------------------|----------------------------------------------------------------------------|
 * | `generic`         | the code of its function reference, whatever it is, made at the first call |
 * | `refused`         | the exception of a call whose signature JavaScript has no values for       |
 * | `js`              | a function of the group that converts and calls the callable               |
 * | `host`            | a function of the group that calls the callable                            |
 * | `code`            | the code of the builtin                                                    |
 * | `wasm:... NAME`   | an expression that does what the builtin does                              |
 * | `Math.NAME`       | the host's function; an expression without effects                         |
 * | `Number...`       | an expression for the radix 10, otherwise the code of the builtin          |
 * | `DataView...`     | a function of the group that makes the access                              |
 * | `c ...`           | a function of the group that converts as the C signature says              |
 */
export type CallShape = string;

/** For imports whose instances do not agree, and for those whose code lies elsewhere. */
export const GENERIC: CallShape = "generic";
/** For those that throw at every call. */
export const REFUSED: CallShape = "refused";

/** The shape of an import. */
export function callShape({ kind, suspending, intrinsic }: ImportedFunction): CallShape {
  if (suspending) return GENERIC;
  switch (kind) {
    case "wasm-to-wasm":
      return GENERIC;
    case "runtime type error":
      return REFUSED;
    case "compile-time builtin":
      return isStringExpression(intrinsic!.name) ? intrinsic!.name : "code";
    case "well-known import":
      return intrinsic!.code === null || intrinsic!.name === INTEGER_TO_STRING ? intrinsic!.name : "code";
    case "wasm-to-host":
      return "host";
    case "math intrinsic":
      return intrinsic!.name;
    case "fast API": {
      const { signature, receiver, receiverCheck } = intrinsic!.fastCall!;
      const described = receiver === "any"
        ? "none"
        : receiverCheck === null
        ? receiver
        : `checked ${receiver}`;
      return `c ${JSON.stringify([described, signature])}`;
    }
    case "arity match":
    case "arity mismatch":
    case "generic call":
      return "js";
  }
}

/** Where the receiver of a function with a C signature is. */
export type FastReceiver = "none" | "first parameter" | "checked first parameter";

/** What the shape `c ...` says. */
export function fastCallOf(
  shape: CallShape,
): { readonly receiver: FastReceiver; readonly signature: CSignature } {
  const [receiver, signature] = JSON.parse(shape.slice(2)) as [FastReceiver, CSignature];
  return { receiver, signature };
}
