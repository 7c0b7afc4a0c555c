/**
 * The kernel benchmark: programs from `bench/kernels/` on every engine that can run them, in one process, engine
 * after engine in alternating rounds. Prints each engine's time relative to the host's own `WebAssembly`.
 *
 * ```sh
 * deno run -A bench/kernels.ts [--json] [--rounds N] [--engines NAME,...] [KERNEL...]
 * bun bench/kernels.ts
 * deno bundle --platform deno -o dist/kernels.mjs bench/kernels.ts && node dist/kernels.mjs
 * ```
 *
 * @module
 */

import { readFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

/** One benchmark program: `NAME.wasm` in `bench/kernels/`. */
export interface Kernel {
  readonly name: string;
  /** What is passed to `run`: enough for some 5 to 30 ms on the host's engine. */
  readonly n: number;
  /** What `run(n)` has to return. */
  readonly checksum: number;
}

/** Runs a kernel once and returns its checksum. */
export type Run = (n: number) => number;

/** An engine under test. */
export interface Engine {
  readonly name: string;
  /** Makes a fresh instance of the kernel. Rejects if the engine is missing or cannot run it. */
  load(kernel: Kernel): Promise<Run>;
}

/** How long one engine took for one kernel, in milliseconds per `run(n)`. */
export interface Timing {
  readonly engine: string;
  readonly min: number;
  readonly median: number;
}

/** What {@linkcode measure} found out about one kernel. */
export interface KernelResult {
  readonly kernel: string;
  readonly timings: readonly Timing[];
  /** Why an engine has no timing, by its name. */
  readonly failures: Readonly<Record<string, string>>;
}

/** All kernels, in the order of the report. */
export const KERNELS: readonly Kernel[] = [
  { name: "sieve", n: 60, checksum: 736830 },
  { name: "fib", n: 33, checksum: 3524578 },
  { name: "sha256", n: 2000, checksum: 1214229369 },
  { name: "xxhash64", n: 2000, checksum: 412486811 },
  { name: "modpow", n: 60000, checksum: 5569 },
  { name: "matmul", n: 300, checksum: 3387.316213822529 },
  { name: "nbody", n: 200000, checksum: -0.16908371256965263 },
  { name: "mandelbrot", n: 300, checksum: 3421853 },
  { name: "f32sum", n: 500, checksum: 43021260 },
  { name: "trees", n: 20000, checksum: -245390724 },
  { name: "sort", n: 150000, checksum: 1832728611 },
  { name: "indirect", n: 200, checksum: -1359821664 },
  { name: "interp", n: 10000, checksum: 849637 },
  { name: "memcopy", n: 1200, checksum: 653497530 },
  { name: "wordcopy", n: 600, checksum: -1490652284 },
];

/** The engine the others are compared with. */
export const HOST = "host";

/** The part of the `WebAssembly` namespace that the benchmark uses; all engines but wasm2js have it. */
interface Namespace {
  Module: new (bytes: BufferSource) => object;
  Instance: new (module: object, imports: object) => { exports: object };
}

function engine(name: string, namespace: () => Promise<Namespace> | Namespace): Engine {
  return {
    name,
    async load(kernel: Kernel): Promise<Run> {
      const { Module, Instance } = await namespace();
      // A copy, because a Buffer may lie in the middle of a larger ArrayBuffer, which polywasm gets wrong.
      const bytes = new Uint8Array(readFileSync(file(`${kernel.name}.wasm`)));
      const { exports } = new Instance(new Module(bytes), {});
      return (exports as { run: Run }).run;
    },
  };
}

/** All engines; the host's comes first. */
export const ENGINES: readonly Engine[] = [
  engine(HOST, () => globalThis.WebAssembly as unknown as Namespace),
  engine("tandem", async () => (await import("../mod.ts")).WebAssembly as unknown as Namespace),
  engine("polywasm", async () => (await import("polywasm")).WebAssembly as unknown as Namespace),
  {
    name: "wasm2js",
    async load(kernel: Kernel): Promise<Run> {
      // A module is evaluated once per URL; the fragment makes each load a fresh instance.
      const url = `${file(`${kernel.name}.wasm2js.mjs`)}#${loads++}`;
      return (await import(url) as { run: Run }).run;
    },
  },
];

let loads = 0;

/** The address of a file in `bench/kernels/`, from `bench/` as well as from a bundle in `dist/`. */
function file(name: string): URL {
  return new URL(`../bench/kernels/${name}`, import.meta.url);
}

/**
 * Instantiates a kernel on an engine and runs it once.
 *
 * @returns The kernel's `run`.
 * @throws {Error} If the engine is missing, cannot run the kernel or gets a wrong checksum.
 */
export async function loadChecked(engine: Engine, kernel: Kernel): Promise<Run> {
  const run = await engine.load(kernel);
  const checksum = run(kernel.n);
  if (checksum !== kernel.checksum) {
    throw new Error(`wrong checksum: ${checksum} instead of ${kernel.checksum}`);
  }
  return run;
}

/** The first line of what went wrong. */
export function reason(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split("\n", 1)[0];
}

/** Warm-up per engine: this long and at least this often, so that every tier of the JIT is through. */
const WARM_UP_MS = 250;
const WARM_UP_RUNS = 3;

/** An engine that has used up this time in a kernel sits out the remaining rounds, after three of them. */
const BUDGET_MS = 3000;
const LEAST_ROUNDS = 3;

/** Measures one kernel on the given engines. */
export async function measure(
  kernel: Kernel,
  engines: readonly Engine[] = ENGINES,
  rounds = 15,
): Promise<KernelResult> {
  const failures: Record<string, string> = {};
  const contestants: { engine: string; run: Run; times: number[]; spent: number }[] = [];
  for (const engine of engines) {
    try {
      contestants.push({ engine: engine.name, run: await loadChecked(engine, kernel), times: [], spent: 0 });
    } catch (error) {
      failures[engine.name] = reason(error);
    }
  }

  const time = (run: Run): number => {
    const start = performance.now();
    run(kernel.n);
    return performance.now() - start;
  };

  for (const { run } of contestants) {
    let spent = 0;
    for (let runs = 0; runs < WARM_UP_RUNS || spent < WARM_UP_MS; runs++) spent += time(run);
  }
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < contestants.length; i++) {
      const contestant = contestants[(i + round) % contestants.length];
      if (contestant.spent > BUDGET_MS && contestant.times.length >= LEAST_ROUNDS) continue;
      const elapsed = time(contestant.run);
      contestant.times.push(elapsed);
      contestant.spent += elapsed;
    }
    // Lets the host finish what it does between tasks.
    await new Promise((resolve) => setTimeout(resolve, 0));
  }

  const timings = contestants.map(({ engine, times }) => {
    times.sort((a, b) => a - b);
    return { engine, min: times[0], median: times[times.length >> 1] };
  });
  return { kernel: kernel.name, timings, failures };
}

/** An engine's times relative to the host's, both minimum to minimum and median to median. */
export interface Ratio {
  readonly min: number;
  readonly median: number;
}

/** How an engine compares with the host in one kernel; undefined if either of them has no timing. */
export function ratio(result: KernelResult, engine: string): Ratio | undefined {
  const host = result.timings.find((timing) => timing.engine === HOST);
  const other = result.timings.find((timing) => timing.engine === engine);
  return host && other && { min: other.min / host.min, median: other.median / host.median };
}

/** The geometric mean of an engine's ratios over the kernels that it has run; undefined if there are none. */
export function geometricMean(results: readonly KernelResult[], engine: string): Ratio | undefined {
  const ratios = results.map((result) => ratio(result, engine)).filter((ratio) => ratio !== undefined);
  if (ratios.length === 0) return undefined;
  const mean = (values: number[]): number =>
    Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
  return { min: mean(ratios.map(({ min }) => min)), median: mean(ratios.map(({ median }) => median)) };
}

/** The host's name and version. */
export function hostName(): string {
  const { deno, bun, node, v8 } = process.versions;
  if (bun) return `Bun ${bun}`;
  return deno ? `Deno ${deno} (V8 ${v8})` : `Node ${node} (V8 ${v8})`;
}

function row(name: string, hostMs: string, cells: string[]): string {
  return name.padEnd(16) + hostMs.padStart(9) + cells.map((cell) => cell.padStart(17)).join("");
}

function cell(ratio: Ratio | undefined): string {
  return ratio ? `${ratio.min.toFixed(2)} / ${ratio.median.toFixed(2)}` : "-";
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: {
      json: { type: "boolean", default: false },
      rounds: { type: "string", default: "15" },
      engines: { type: "string" },
    },
    allowPositionals: true,
  });
  for (const name of positionals) {
    if (!KERNELS.some((kernel) => kernel.name === name)) throw new Error(`no kernel called ${name}`);
  }
  const wanted = values.engines?.split(",");
  const engines = ENGINES.filter(({ name }) => name === HOST || !wanted || wanted.includes(name));
  const kernels = KERNELS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  const others = engines.map(({ name }) => name).filter((name) => name !== HOST);

  if (!values.json) {
    console.log(`${hostName()}: time relative to the host's WebAssembly, minimum / median`);
    console.log(row("kernel", "host ms", others));
  }
  const results: KernelResult[] = [];
  for (const kernel of kernels) {
    const result = await measure(kernel, engines, Number(values.rounds));
    results.push(result);
    if (values.json) continue;
    const host = result.timings.find(({ engine }) => engine === HOST);
    console.log(
      row(kernel.name, host ? host.min.toFixed(2) : "-", others.map((name) => cell(ratio(result, name)))),
    );
  }
  const means = others.map((name) => [name, geometricMean(results, name)] as const);
  if (values.json) {
    console.log(JSON.stringify({ host: hostName(), results, means: Object.fromEntries(means) }, null, 2));
    return;
  }
  console.log(row("geometric mean", "", means.map(([, mean]) => cell(mean))));
  for (const line of failureLines(results)) console.log(line);
}

/** One line per engine and reason: which kernels it could not run. */
function failureLines(results: readonly KernelResult[]): string[] {
  const kernels = new Map<string, string[]>();
  for (const { kernel, failures } of results) {
    for (const [engine, message] of Object.entries(failures)) {
      const key = `${engine}: ${message}`;
      kernels.set(key, [...kernels.get(key) ?? [], kernel]);
    }
  }
  return [...kernels].map(([key, names]) => `left out: ${key} (${names.join(", ")})`);
}

// Node before 24.2 has no import.meta.main.
if (import.meta.main ?? process.argv[1] === fileURLToPath(import.meta.url)) await main();
