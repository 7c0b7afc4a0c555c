/**
 * Whether the host lets text become code.
 *
 * @module
 */

const GeneratedFunction = Function;

const REFUSAL = "Wasm code generation disallowed by embedder: new Function is forbidden here " +
  "(by a content security policy without 'unsafe-eval', or an option of the host)";

let known: string | null | undefined;

/** Why the host lets no text become code; null when it does. Looks once. */
export function evaluationRefusal(): string | null {
  if (known === undefined) known = refusalOf(GeneratedFunction);
  return known;
}

/** The same about a constructor of functions. */
export function refusalOf(constructor: new (text: string) => unknown): string | null {
  try {
    new constructor("");
    return null;
  } catch {
    return REFUSAL;
  }
}
