/**
 * The kernels of `bench/kernels/` as Deno benchmarks, one group per kernel:
 *
 * ```sh
 * deno bench -A bench/kernels_bench.ts [--filter KERNEL]
 * ```
 *
 * `bench/kernels.ts` measures the same on other hosts too, and alternates between the engines.
 *
 * @module
 */

import { ENGINES, HOST, KERNELS, loadChecked, reason } from "./kernels.ts";

for (const kernel of KERNELS) {
  for (const engine of ENGINES) {
    try {
      const run = await loadChecked(engine, kernel);
      Deno.bench(`${kernel.name} ${engine.name}`, {
        group: kernel.name,
        baseline: engine.name === HOST,
      }, () => void run(kernel.n));
    } catch (error) {
      console.warn(`${kernel.name}: ${engine.name} left out: ${reason(error)}`);
    }
  }
}
