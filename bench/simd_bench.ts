/**
 * 128-bit vectors: the programs of `bench/simd/` on Tandem, which computes lane by lane, against the host's own engine, which
 * has vector instructions; in one process, in alternating rounds. Prints the median time of each and their ratio.
 *
 * ```sh
 * deno run -A bench/simd_bench.ts [--rounds N] [KERNEL...]
 * bun bench/simd_bench.ts
 * ```
 *
 * @module
 */

import { readFileSync } from "node:fs";
import process from "node:process";
import { parseArgs } from "node:util";
import { WebAssembly as Tandem } from "../mod.ts";

/** A program, what `run` is passed for the host to take some 5 ms, and what it has to return. */
const KERNELS = [
  { name: "saxpy", n: 2000, checksum: 688968384 },
  { name: "mandelbrot", n: 400, checksum: 6932239 },
  { name: "nbody", n: 100_000, checksum: -0.16907985939168532 },
  { name: "adjust", n: 2000, checksum: 203092204 },
  { name: "bytesearch", n: 2000, checksum: -795322967 },
  { name: "base64", n: 2500, checksum: 1190604622 },
  { name: "blend", n: 600, checksum: 2096938999 },
] as const;

type Run = (n: number) => number;

const { values, positionals } = parseArgs({
  args: process.argv.slice(2),
  options: { rounds: { type: "string", default: "15" } },
  allowPositionals: true,
});

function load(wasm: typeof globalThis.WebAssembly, name: string): Run {
  const bytes = readFileSync(new URL(`../bench/simd/${name}.wasm`, import.meta.url));
  return new wasm.Instance(new wasm.Module(bytes)).exports.run as Run;
}

function milliseconds(run: () => number): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}

function median(times: number[]): number {
  return times.toSorted((a, b) => a - b)[times.length >> 1];
}

const engines = [globalThis.WebAssembly, Tandem as unknown as typeof globalThis.WebAssembly];
console.log("kernel           host ms  tandem ms  ratio");
for (const { name, n, checksum } of KERNELS) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  const runs = engines.map((engine) => load(engine, name));
  for (const run of runs) {
    const result = run(n);
    if (result !== checksum) throw new Error(`${name}: ${result} instead of ${checksum}`);
  }
  const times: number[][] = [[], []];
  for (let round = -3; round < Number(values.rounds); round++) {
    for (const [i, run] of runs.entries()) {
      const elapsed = milliseconds(() => run(n));
      if (round >= 0) times[i].push(elapsed);
    }
  }
  const [host, tandem] = times.map(median);
  const columns = [
    host.toFixed(2).padStart(9),
    tandem.toFixed(2).padStart(10),
    (tandem / host).toFixed(2).padStart(6),
  ];
  console.log(name.padEnd(15), ...columns);
}
