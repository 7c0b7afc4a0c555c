/**
 * Structs, arrays and casts against the host's own engine, in one process, in alternating rounds. Prints the median
 * time of each and their ratio. A host without garbage-collected types of its own shows Tandem's time alone.
 *
 * ```sh
 * deno run -A bench/gc_bench.ts [--rounds N] [KERNEL...]
 * bun bench/gc_bench.ts
 * ```
 *
 * @module
 */

import { readFileSync } from "node:fs";
import process from "node:process";
import { parseArgs } from "node:util";
import { watToWasm } from "../lib/text/wat.ts";
import { WebAssembly as Tandem } from "../mod.ts";

/**
 * A kernel: an export of `bench/gc/gc.wat`, how many repetitions take the host some 10 ms, and their result. The trees need
 * more, so that collections fall on both engines alike.
 */
const KERNELS = [
  { name: "trees", n: 60, checksum: 3932100 },
  { name: "bytes", n: 2, checksum: 82025 },
  { name: "ints", n: 2, checksum: -1616460913 },
  { name: "short arrays", n: 5, checksum: -744053776 },
  { name: "casts", n: 100, checksum: 10000000 },
  { name: "type tests", n: 100, checksum: 99990000 },
] as const;

type Kernels = Record<string, (n: number) => number>;

const { values, positionals } = parseArgs({
  args: process.argv.slice(2),
  options: { rounds: { type: "string", default: "25" } },
  allowPositionals: true,
});
const bytes = watToWasm(readFileSync(new URL("../bench/gc/gc.wat", import.meta.url), "utf8"));

function hostKernels(): Kernels | null {
  try {
    return new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as Kernels;
  } catch {
    return null;
  }
}

function milliseconds(run: () => number): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}

/** NaN when there are none. */
function median(times: number[]): number {
  return times.toSorted((a, b) => a - b)[times.length >> 1] ?? NaN;
}

const tandem = new Tandem.Instance(new Tandem.Module(bytes)).exports as Kernels;
const host = hostKernels();

console.log("kernel          host ms  tandem ms  ratio");
for (const { name, n, checksum } of KERNELS) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  const times = { host: [] as number[], tandem: [] as number[] };
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [engine, kernels] of [["host", host], ["tandem", tandem]] as const) {
      if (kernels === null) continue;
      let result = 0;
      times[engine].push(milliseconds(() => result = kernels[name](n)));
      if (result !== checksum) throw new Error(`${name}: ${engine} computes ${result}`);
    }
  }
  const [ofHost, ofTandem] = [median(times.host), median(times.tandem)];
  const column = (value: number) => Number.isNaN(value) ? "-" : value.toFixed(2);
  console.log(
    name.padEnd(14),
    column(ofHost).padStart(8),
    column(ofTandem).padStart(10),
    column(ofTandem / ofHost).padStart(6),
  );
}
