/**
 * Which of the engine's messages stand for an error text of the specification's scripts.
 *
 * @module
 */

const NULL_POINTER = /^dereferencing a null pointer$/;
const TABLE = /^(table index is out of bounds|element segment out of bounds)$/;
const INDIRECT = /^null function or function signature mismatch$/;
const UNREPRESENTABLE = /^float unrepresentable in integer range$/;

/** By the reference interpreter's text, V8's texts for the same condition. */
const MESSAGES: readonly (readonly [text: string, message: RegExp])[] = [
  [
    "out of bounds memory access",
    /^(memory access out of bounds|data segment out of bounds|data segment \d+ is out of bounds \(.*\))$/,
  ],
  ["out of bounds table access", TABLE],
  ["out of bounds array access", /^array element access out of bounds$/],
  ["undefined element", TABLE],
  ["uninitialized element", INDIRECT],
  ["indirect call type mismatch", INDIRECT],
  ["unreachable", /^unreachable$/],
  ["null function reference", NULL_POINTER],
  ["null array reference", NULL_POINTER],
  ["null i31 reference", NULL_POINTER],
  ["null structure reference", NULL_POINTER],
  ["null descriptor reference", NULL_POINTER],
  ["null exception reference", /^(dereferencing a null pointer|rethrowing null value)$/],
  ["null reference", /^(dereferencing a null pointer|rethrowing null value)$/],
  ["integer overflow", /^(float unrepresentable in integer range|divide result unrepresentable)$/],
  ["invalid conversion to integer", UNREPRESENTABLE],
  ["integer divide by zero", /^(divide by zero|remainder by zero)$/],
  ["cast failure", /^illegal cast$/],
  ["descriptor cast failure", /^illegal cast$/],
  ["unaligned atomic", /^operation does not support unaligned accesses$/],
  ["expected shared memory", /^Atomics.wait cannot be called in this context$/],
];

/** Whether a trap that says `message` is the one the script calls `text`. */
export function isTrap(message: string, text: string): boolean {
  return MESSAGES.some(([known, pattern]) => text.startsWith(known) && pattern.test(message));
}
