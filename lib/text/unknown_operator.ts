/**
 * What to say about a keyword that is no instruction.
 *
 * @module
 */

import { OPCODES } from "../syntax/opcodes.ts";
import type { TokenCursor } from "./cursor.ts";
import type { WatError } from "./error.ts";

/** Instructions that had other names before WebAssembly 1.0 was finished. */
const RENAMED: ReadonlyMap<string, string> = new Map([
  ["get_local", "local.get"],
  ["set_local", "local.set"],
  ["tee_local", "local.tee"],
  ["get_global", "global.get"],
  ["set_global", "global.set"],
  ["current_memory", "memory.size"],
  ["grow_memory", "memory.grow"],
]);

/** What stands in front of a function's instructions. */
const HEADERS: ReadonlySet<string> = new Set(["type", "param", "result", "local", "export", "import"]);

/** Most characters that differ in what somebody may have meant. */
const MAX_DISTANCE = 2;

/** The error that the current token is no instruction; it names what may have been meant. */
export function unknownOperator(cursor: TokenCursor): WatError {
  const word = cursor.word();
  if (HEADERS.has(word)) {
    return cursor.error(
      `unknown operator ${word}; before the instructions stand exports, import, type, param, result and local, in this order`,
    );
  }
  const meant = RENAMED.get(word) ?? closest(word);
  return cursor.error(`unknown operator ${word}${meant === null ? "" : `; expected ${meant}?`}`);
}

/** The mnemonic that differs least from `word`; null when all differ much. */
function closest(word: string): string | null {
  let best: string | null = null;
  let least = Math.min(MAX_DISTANCE, word.length >> 1) + 1;
  for (const { mnemonic } of OPCODES) {
    if (Math.abs(mnemonic.length - word.length) >= least) continue;
    const distance = editDistance(word, mnemonic);
    if (distance >= least) continue;
    least = distance;
    best = mnemonic;
  }
  return best;
}

/** How many characters have to be inserted, removed or replaced to turn one word into the other. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = row[j - 1] + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[to.length];
}
