/**
 * Kernels on the host's engine and on Tandem, in one process, in alternating rounds. Where the host cannot run a module,
 * Tandem's time stands alone.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import process from "node:process";
import { parseArgs } from "node:util";
import { WebAssembly as Tandem } from "../mod.ts";
import { watToWasm } from "../lib/text/wat.ts";

/** A kernel: takes the number of operations, returns a checksum of its own. */
export type Kernel = (n: number) => number;

/** What one engine is given to make the kernels of a module. */
export interface Making {
  /** The engine's namespace. */
  readonly wasm: typeof globalThis.WebAssembly;
  /** A new instance of the module. */
  instantiate(imports?: object): Record<string, WebAssembly.ExportValue>;
}

/** A module under `bench/control/`, and its kernels with the number of operations that take the host some 10 ms. */
export interface Suite {
  readonly file: string;
  readonly kernels: Readonly<Record<string, number>>;
  /** The kernels by name: exports of the instance, unless there is more to them. */
  make(making: Making): Record<string, Kernel>;
}

function load(wasm: typeof globalThis.WebAssembly, { file, make }: Suite): Record<string, Kernel> | null {
  const text = readFileSync(new URL(`../bench/control/${file}`, import.meta.url), "utf8");
  try {
    const module = new wasm.Module(watToWasm(text));
    return make({
      wasm,
      instantiate: (imports = {}) => new wasm.Instance(module, imports as WebAssembly.Imports).exports,
    });
  } catch (error) {
    if (wasm === globalThis.WebAssembly) return null;
    throw error;
  }
}

function milliseconds(run: () => unknown): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}

/** Measures the kernels whose names are among the arguments, or all, and prints nanoseconds per operation. */
export function measure(suites: readonly Suite[]): void {
  const { values, positionals } = parseArgs({
    args: process.argv.slice(2),
    options: { rounds: { type: "string", default: "25" } },
    allowPositionals: true,
  });
  console.log("kernel                   host ns  tandem ns  ratio");
  for (const suite of suites) {
    const engines = [globalThis.WebAssembly, Tandem as unknown as typeof globalThis.WebAssembly];
    const [host, tandem] = engines.map((wasm) => load(wasm, suite));
    for (const [name, n] of Object.entries(suite.kernels)) {
      if (positionals.length > 0 && !positionals.includes(name)) continue;
      const runs = [host, tandem].map((kernels) => kernels === null ? null : kernels[name]);
      const checksums = runs.map((run) => run?.(n));
      if (host !== null && checksums[0] !== checksums[1]) {
        throw new Error(`${name}: ${checksums.join(" and ")}`);
      }
      const best = [Infinity, Infinity];
      for (let round = 0; round < Number(values.rounds); round++) {
        for (const [i, run] of runs.entries()) {
          if (run !== null) best[i] = Math.min(best[i], milliseconds(() => run(n)));
        }
      }
      const [hostTime, time] = best.map((time) => time * 1e6 / n);
      const compared = host === null ? "       -" : hostTime.toFixed(2).padStart(8);
      const ratio = host === null ? "-" : (time / hostTime).toFixed(2);
      console.log(`${name.padEnd(23)} ${compared} ${time.toFixed(2).padStart(10)} ${ratio.padStart(6)}`);
    }
  }
}
