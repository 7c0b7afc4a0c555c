/**
 * Evaluation of generated text.
 *
 * @module
 */

import { ending } from "../runtime/source_text.ts";
import { RUNTIME } from "./runtime_library.ts";

const GeneratedFunction = Function;

let evaluations = 0;

/**
 * Evaluates generated text, a function body with the parameters `E` (the runtime library) and `I`. Its ending makes
 * the text unique: V8 shares type feedback between functions of equal text, and a call that has seen the functions of two
 * instances is never inlined again.
 */
export function evaluate(text: string, label: string, link: unknown): unknown {
  return evaluator(text, label)(link);
}

/** What evaluates a text again and again; what it returns shares its code. */
export function evaluator(text: string, label: string): (link: unknown) => unknown {
  const evaluated = generated(text, `${label}/${++evaluations}`);
  return (link) => evaluated(RUNTIME, link);
}

/**
 * The same with an ending that others may have. Hosts compile equal text once, which is nine tenths of the time; only V8 shares type
 * feedback then.
 */
export function evaluateShared(text: string, label: string, link: unknown): unknown {
  return generated(text, label)(RUNTIME, link);
}

function generated(text: string, label: string): (runtime: object, link: unknown) => unknown {
  const source = `"use strict";\n${text}${ending(label)}`;
  return new GeneratedFunction("E", "I", source) as (runtime: object, link: unknown) => unknown;
}
