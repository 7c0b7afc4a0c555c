/**
 * The dispatch benchmark: what a call across the boundary costs, for every import kind, signature shape and intrinsic, on every
 * engine, in one process, engine after engine in alternating rounds. Of each module ten instances are alive, with imports of their
 * own, and take turns. Prints each engine's median time, and its time relative to the host's own `WebAssembly`.
 *
 * ```sh
 * deno run -A bench/dispatch.ts [--json] [--rounds N] [--engines NAME,...] [TEXT...]
 * bun bench/dispatch.ts
 * deno bundle --platform deno -o dist/dispatch.mjs bench/dispatch.ts && node dist/dispatch.mjs
 * ```
 *
 * Cases whose group or name contains one of the TEXTs are measured; all of them without.
 *
 * @module
 */

import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { CASES, type DispatchCase, type Namespace, type Run, TANDEM } from "./dispatch_cases.ts";
import { HOST, hostName, reason } from "./kernels.ts";

/** An engine under test. */
export interface DispatchEngine {
  readonly name: string;
  /** Its namespace. Rejects if the engine is missing. */
  load(): Promise<Namespace>;
}

/** All engines; the host's comes first. */
export const DISPATCH_ENGINES: readonly DispatchEngine[] = [
  { name: HOST, load: () => Promise.resolve(globalThis.WebAssembly as unknown as Namespace) },
  { name: "tandem", load: () => Promise.resolve(TANDEM) },
  { name: "polywasm", load: async () => (await import("polywasm")).WebAssembly as unknown as Namespace },
];

/** How long one engine took for one case, in nanoseconds per call or instantiation. */
export interface DispatchTiming {
  readonly engine: string;
  readonly min: number;
  readonly median: number;
  /** The mean of the middle half of the samples, relative to the host's; null when the host has no timing. */
  readonly ratio: number | null;
}

/** What {@linkcode measureCase} found out. */
export interface DispatchResult {
  readonly group: string;
  readonly name: string;
  readonly unit: DispatchCase["unit"];
  readonly timings: readonly DispatchTiming[];
  /** Why an engine has no timing, by its name. */
  readonly failures: Readonly<Record<string, string>>;
}

/** All that was measured on a host. */
export interface DispatchReport {
  readonly host: string;
  readonly results: readonly DispatchResult[];
}

/** Instances of a module that are alive together. */
const INSTANCES = 10;
/** A sample is this long, about. */
const SAMPLE_MS = 2;
/**
 * Each instance runs this long before it is measured, and makes so many calls unless that takes too long: hosts optimise what has run
 * often, and the longer a call takes the later that is.
 */
const WARM_UP_MS = 25;
const WARM_UP_CALLS = 100_000;
const LONGEST_WARM_UP_MS = 250;
/** A sample that takes longer than this is the only one. */
const PATIENCE_MS = 400;

interface Contestant {
  readonly engine: string;
  readonly runs: readonly Run[];
  /** Calls in a sample. */
  times: number;
  readonly samples: number[];
}

function milliseconds(run: Run, times: number): number {
  const start = performance.now();
  run(times);
  return performance.now() - start;
}

/** Warms up all instances; `times` becomes what fits into a sample. */
function warmUp(contestant: Contestant): void {
  for (const run of contestant.runs) {
    let times = 1;
    let calls = 0;
    for (
      let spent = 0;
      spent < WARM_UP_MS || calls < WARM_UP_CALLS && spent < LONGEST_WARM_UP_MS;
    ) {
      const elapsed = milliseconds(run, times);
      spent += elapsed;
      calls += times;
      if (elapsed < SAMPLE_MS / 2) times = Math.ceil(times * (elapsed < SAMPLE_MS / 16 ? 8 : 2));
    }
    contestant.times = times;
  }
}

/** A sample of each contestant, beginning with another one in each round. */
function measureRound(contestants: readonly Contestant[], round: number): void {
  for (let i = 0; i < contestants.length; i++) {
    const { runs, times, samples } = contestants[(i + round) % contestants.length];
    if (samples.length > 0 && samples[0] * times > PATIENCE_MS * 1e6) continue;
    samples.push(milliseconds(runs[round % runs.length], times) / times * 1e6);
  }
}

/**
 * Lets the host finish what it does between tasks, and then calls `action` from almost nowhere. An error takes V8 longer the more
 * callers there are, asynchronous ones above all; those of the benchmark are no part of what is measured.
 */
function inTaskOfItsOwn(action: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const act = () => {
      try {
        action();
        resolve();
      } catch (error) {
        reject(error);
      }
    };
    setTimeout(() => queueMicrotask(act), 0);
  });
}

function ascending(numbers: readonly number[]): number[] {
  return numbers.toSorted((a, b) => a - b);
}

/** The mean of the middle half. Where a collection of garbage falls into every other sample, a median is one with or one without. */
function middle(numbers: readonly number[]): number {
  const outside = numbers.length >> 2;
  const inside = ascending(numbers).slice(outside, numbers.length - outside);
  return inside.reduce((sum, number) => sum + number, 0) / inside.length;
}

/** Measures one case on the given engines. */
export async function measureCase(
  dispatch: DispatchCase,
  engines: readonly DispatchEngine[] = DISPATCH_ENGINES,
  rounds = 20,
): Promise<DispatchResult> {
  const failures: Record<string, string> = {};
  const contestants: Contestant[] = [];
  for (const engine of engines) {
    try {
      const namespace = await engine.load();
      const instances = dispatch.unit === "instantiation" ? 1 : INSTANCES;
      const runs = Array.from({ length: instances }, () => dispatch.load(namespace));
      runs[0](1);
      contestants.push({ engine: engine.name, runs, times: 1, samples: [] });
    } catch (error) {
      failures[engine.name] = reason(error);
    }
  }
  for (const contestant of contestants) warmUp(contestant);
  for (let round = 0; round < rounds; round++) {
    await inTaskOfItsOwn(() => measureRound(contestants, round));
  }
  const host = contestants.find(({ engine }) => engine === HOST);
  const timings = contestants.map(({ engine, samples }) => ({
    engine,
    min: Math.min(...samples),
    median: ascending(samples)[samples.length >> 1],
    ratio: host === undefined ? null : middle(samples) / middle(host.samples),
  }));
  return { group: dispatch.group, name: dispatch.name, unit: dispatch.unit, timings, failures };
}

/** An engine's time relative to the host's; undefined if either of them has no timing. */
export function dispatchRatio(result: DispatchResult, engine: string): number | undefined {
  return result.timings.find((timing) => timing.engine === engine)?.ratio ?? undefined;
}

/** The geometric mean of an engine's ratios over the calls that it has run; undefined if there are none. */
export function meanRatio(results: readonly DispatchResult[], engine: string): number | undefined {
  const logs = results.filter(({ unit }) => unit === "call").map((result) => dispatchRatio(result, engine))
    .filter((ratio) => ratio !== undefined).map(Math.log);
  return logs.length === 0 ? undefined : Math.exp(logs.reduce((sum, log) => sum + log, 0) / logs.length);
}

/** The cases whose group or name contains one of `texts`; all of them for none. */
export function casesNamed(texts: readonly string[]): readonly DispatchCase[] {
  return texts.length === 0
    ? CASES
    : CASES.filter(({ group, name }) => texts.some((text) => `${group}: ${name}`.includes(text)));
}

/** A number of nanoseconds for people. */
export function duration(nanoseconds: number): string {
  if (nanoseconds >= 1e6) return `${(nanoseconds / 1e6).toFixed(2)} ms`;
  if (nanoseconds >= 1e4) return `${(nanoseconds / 1e3).toFixed(1)} us`;
  return `${nanoseconds.toFixed(nanoseconds < 10 ? 2 : 0)} ns`;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: {
      json: { type: "boolean", default: false },
      rounds: { type: "string", default: "20" },
      engines: { type: "string" },
    },
    allowPositionals: true,
  });
  const wanted = values.engines?.split(",");
  const engines = DISPATCH_ENGINES.filter(({ name }) => name === HOST || !wanted || wanted.includes(name));
  const results: DispatchResult[] = [];
  if (!values.json) console.log(`${hostName()}: median time, and relative to the host's WebAssembly`);
  for (const dispatch of casesNamed(positionals)) {
    const result = await measureCase(dispatch, engines, Number(values.rounds));
    results.push(result);
    if (!values.json) console.log(line(result, engines.map(({ name }) => name)));
  }
  if (values.json) {
    const report: DispatchReport = { host: hostName(), results };
    console.log(JSON.stringify(report));
    return;
  }
  for (const { name } of engines.slice(1)) {
    const mean = meanRatio(results, name);
    if (mean !== undefined) console.log(`geometric mean of ${name}: ${mean.toFixed(3)}`);
  }
}

function line(result: DispatchResult, engines: readonly string[]): string {
  const cells = engines.map((engine) => {
    const timing = result.timings.find((timing) => timing.engine === engine);
    if (timing === undefined) return result.failures[engine];
    const ratio = engine === HOST ? "" : ` (${dispatchRatio(result, engine)!.toFixed(2)})`;
    return duration(timing.median) + ratio;
  });
  return `${result.group}: ${result.name}`.padEnd(64) + cells.map((cell) => cell.padStart(20)).join("");
}

// Node before 24.2 has no import.meta.main.
if (import.meta.main ?? process.argv[1] === fileURLToPath(import.meta.url)) await main();
