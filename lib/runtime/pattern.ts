/**
 * Regular expressions that match as the host has them, whatever becomes of `RegExp.prototype` and `String.prototype`.
 *
 * @module
 */

const { apply } = Reflect;
const { exec } = RegExp.prototype;

/** A function that gives the groups of the first match of `pattern` in a text; null where there is none. */
export function matcher<Name extends string>(
  pattern: RegExp,
): (text: string) => Readonly<Partial<Record<Name, string>>> | null {
  return (text) => {
    const found = apply(exec, pattern, [text]) as RegExpExecArray | null;
    return found === null ? null : (found.groups ?? {}) as Partial<Record<Name, string>>;
  };
}
