/**
 * The dispatch benchmark as Deno benchmarks, one group per case:
 *
 * ```sh
 * deno bench -A bench/dispatch_bench.ts [--filter TEXT]
 * ```
 *
 * A run is a thousand calls. `bench/dispatch.ts` measures the same on other hosts too, alternates between the engines and keeps
 * ten instances alive.
 *
 * @module
 */

import { DISPATCH_ENGINES } from "./dispatch.ts";
import { CASES } from "./dispatch_cases.ts";
import { HOST, reason } from "./kernels.ts";

const CALLS = 1000;

for (const dispatch of CASES) {
  const title = `${dispatch.group}: ${dispatch.name}`;
  for (const engine of DISPATCH_ENGINES) {
    try {
      const run = dispatch.load(await engine.load());
      const times = dispatch.unit === "instantiation" ? 1 : CALLS;
      run(times);
      Deno.bench(`${title} (${engine.name})`, {
        group: title,
        baseline: engine.name === HOST,
      }, () => void run(times));
    } catch (error) {
      console.warn(`${title}: ${engine.name} left out: ${reason(error)}`);
    }
  }
}
