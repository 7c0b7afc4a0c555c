/**
 * Loops and the middle tier of V8. It inlines functions of up to 100 bytes of bytecode, and loops inlined there neither count towards
 * optimisation nor can be replaced while they run: they stay as they are until their callers have been called often. An exported
 * loop got 10 times slower when it had been called some 500 times, and stayed so for 20,000 calls.
 *
 * @module
 */

import { KEEPS_NAN_BITS } from "../runtime/float_bits.ts";

/** Characters of a body that may be so few bytes. */
const SHORT_BODY = 320;
/** Seven bytes of bytecode for each assignment, of which optimised code keeps nothing. */
const STATEMENTS = `let w0=1e9;${"w0=1e9;".repeat(13)}\n`;

/** What a function with loops begins with, so that only the top tier inlines it. */
export function loopPrologue(body: string): string {
  return KEEPS_NAN_BITS && body.length < SHORT_BODY ? STATEMENTS : "";
}
