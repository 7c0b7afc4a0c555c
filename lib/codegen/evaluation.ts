/**
 * Evaluation of generated text.
 *
 * @module
 */

import { RUNTIME } from "./runtime_library.ts";

const GeneratedFunction = Function;

let evaluations = 0;

/**
 * Evaluates generated text, a function body with the parameters `E` (the runtime library) and `I`. The last line makes
 * the text unique: V8 shares type feedback between functions of equal text, and a call that has seen the functions of two
 * instances is never inlined again.
 */
export function evaluate(text: string, label: string, link: unknown): unknown {
  const unique = `//# sourceURL=tandem:${label}/${++evaluations}\n`;
  return new GeneratedFunction("E", "I", `"use strict";\n${text}${unique}`)(RUNTIME, link);
}
