/**
 * Names in generated code. Text from a module reaches generated source here and nowhere else.
 *
 * @module
 */

const RESERVED = new Set(
  ("arguments await break case catch class const continue debugger default delete do else enum eval export extends " +
    "false finally for function if implements import in instanceof interface let new null package private protected " +
    "public return static super switch this throw true try typeof undefined var void while with yield").split(
      " ",
    ),
);

/** The names that the code generator gives: one letter, a number, perhaps a letter and a number; and what groups are passed. */
const INTERNAL = /^(?:[A-Za-z][0-9]+(?:[a-z][0-9]*)?|[A-Z])$/;
const IDENTIFIER = /^[A-Za-z_$][A-Za-z0-9_$]*$/;
const MAX_LENGTH = 200;

/**
 * An identifier for a function: its name when that is one and `taken` does not refuse it, otherwise what is left of it, made
 * unique by the index. Without a name it is `f` and the index, as imports and functions of other groups are called.
 */
export function functionIdentifier(
  name: string | undefined,
  index: number,
  taken: (identifier: string) => boolean,
): string {
  if (name === undefined) return `f${index}`;
  const usable = name.length <= MAX_LENGTH && IDENTIFIER.test(name) && !RESERVED.has(name) &&
    !INTERNAL.test(name);
  if (usable && !taken(name)) return name;
  return `${name.slice(0, MAX_LENGTH).replace(/[^A-Za-z0-9_$]/g, "_")}$${index}`.replace(/^(?=[0-9])/, "_");
}
