/**
 * Loops of tail calls against the host's own engine.
 *
 * ```sh
 * deno run -A bench/tail_calls_bench.ts [--rounds N] [KERNEL...]
 * bun bench/tail_calls_bench.ts
 * deno bundle --platform deno -o dist/tail_calls.mjs bench/tail_calls_bench.ts && node dist/tail_calls.mjs
 * ```
 *
 * @module
 */

import { type Kernel, measure } from "./side_by_side.ts";

const CALLS = 4_000_000;

measure([{
  file: "tail_calls.wat",
  kernels: {
    self: CALLS,
    mutual: CALLS,
    table: CALLS,
    interpreter: CALLS,
    instances: CALLS,
  },
  make({ wasm, instantiate }) {
    const table = new wasm.Table({ element: "anyfunc", initial: 2 });
    const first = instantiate({ bench: { table } });
    const second = instantiate({ bench: { table } });
    table.set(0, first.away as Kernel);
    table.set(1, second.away as Kernel);
    return first as Record<string, Kernel>;
  },
}, {
  file: "reference_tail_calls.wat",
  kernels: { reference: CALLS },
  make: ({ instantiate }) => instantiate() as Record<string, Kernel>,
}]);
