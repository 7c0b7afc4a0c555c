/**
 * What generated texts end with.
 *
 * @module
 */

/** Tells the texts of this copy of the library from equal ones of another: sharing type feedback, both run 18 times slower on V8. */
const COPY = Math.random().toString(36).slice(2);

/** The last lines of a text, by which stack traces and profilers call it `tandem:LABEL`. */
export function ending(label: string): string {
  return `//${COPY}\n//# sourceURL=tandem:${label}\n`;
}
