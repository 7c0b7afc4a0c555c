/**
 * Differential use of the JavaScript API against the host's: `deno run -A tests/fuzz/api.ts [count] [seed] [kind...]`. Messages are
 * compared where the host has V8's, elsewhere the names of errors.
 *
 * @module
 */

import process from "node:process";
import { WebAssembly as Tandem } from "../../mod.ts";
import { API_CASES, apiDifference } from "./api_cases.ts";
import type { Namespace } from "./execution.ts";

function main([count = "10000", first = "1", ...kinds]: readonly string[]): number {
  let findings = 0;
  for (const kind of kinds.length > 0 ? kinds : API_CASES) {
    for (let seed = Number(first); seed < Number(first) + Number(count); seed++) {
      const found = apiDifference(kind, seed, Tandem as unknown as Namespace, globalThis.WebAssembly);
      if (found === null) continue;
      findings++;
      console.log(`${kind} ${seed}:\n  here: ${found.actual}\n  host: ${found.expected}`);
    }
  }
  console.log(`${count} seeds from ${first} on: ${findings} findings`);
  return findings > 0 ? 1 : 0;
}

process.exitCode = main(process.argv.slice(2));
