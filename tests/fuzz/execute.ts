/**
 * Differential execution against the host's WebAssembly: `deno run -A tests/fuzz/execute.ts [count] [seed] [source]`. The source is
 * `modules` (the default), `programs` (all features, and two modules at times), `vectors` or `binaryen` (Binaryen's fuzzer). Every tenth program is
 * called often enough to be optimised. What differs is made smaller and written to `dist/fuzz/`.
 *
 * @module
 */

import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import process from "node:process";
import { watToWasm, WebAssembly as Tandem } from "../../mod.ts";
import { randomModule } from "../codegen/random_module.ts";
import { randomVectors } from "../codegen/random_vectors.ts";
import { BinaryenModules } from "./binaryen_modules.ts";
import {
  type Divergence,
  divergence,
  type ExecutionPlan,
  INSTANTIATION,
  type Namespace,
} from "./execution.ts";
import { hostFeatures } from "./host_features.ts";
import { randomProgram } from "./random_program.ts";
import { shrink } from "./shrink.ts";

const FEW_ROUNDS = 6;
const MANY_ROUNDS = 1000;
const OPTIMISED_EVERY = 10;

type Program = readonly Uint8Array<ArrayBuffer>[];

function compare(program: Program, plan: ExecutionPlan): Divergence | null {
  try {
    return divergence(program, Tandem as unknown as Namespace, globalThis.WebAssembly, plan);
  } catch (error) {
    return { where: "outside of the module", actual: String((error as Error).stack), expected: "no error" };
  }
}

/** Writes the smallest program that still differs. */
function report(seed: number, program: Program, plan: ExecutionPlan, found: Divergence): void {
  const few = { ...plan, rounds: Math.min(plan.rounds, 50) };
  // A host may take modules for valid that are not.
  const starts = found.where !== INSTANTIATION;
  let smallest = program;
  for (let at = program.length - 1; at >= 0; at--) {
    const bytes = shrink(smallest[at], (candidate) => {
      const difference = compare(smallest.with(at, candidate), few);
      return difference !== null && (difference.where !== INSTANTIATION) === starts;
    });
    smallest = smallest.with(at, bytes);
  }
  mkdirSync("dist/fuzz", { recursive: true });
  const files = smallest.map((_, i) => `dist/fuzz/${seed}${i > 0 ? `.${i}` : ""}.wasm`);
  files.forEach((file, i) => writeFileSync(file, smallest[i]));
  const { where, actual, expected } = compare(smallest, plan) ?? found;
  const sizes = smallest.map(({ length }) => length);
  console.log(
    `seed ${seed}: ${where}\n  here: ${actual}\n  host: ${expected}\n  ${files.join(" ")}, ${
      sizes.join(" + ")
    } bytes`,
  );
}

type Source = (seed: number) => Promise<Program | null> | Program;

/** Where programs come from; null when Binaryen cannot be installed. */
function sourceOf(name: string): Source | null {
  const features = hostFeatures();
  if (name === "modules") return (seed) => [randomModule(seed, features)];
  if (name === "vectors") return (seed) => [watToWasm(randomVectors(seed))];
  if (name === "programs") return (seed) => randomProgram(seed, features).map((text) => watToWasm(text));
  const binaryen = new BinaryenModules();
  const command = binaryen.installation();
  if (command && spawnSync(command[0], command.slice(1), { stdio: "inherit" }).status !== 0) return null;
  return async (seed) => {
    const bytes = await binaryen.module(seed);
    return bytes && [bytes];
  };
}

async function main([count = "10000", first = "1", name = "modules"]: readonly string[]): Promise<number> {
  const source = sourceOf(name);
  if (source === null) return 1;
  let [run, findings] = [0, 0];
  for (let seed = Number(first); seed < Number(first) + Number(count); seed++) {
    const program = await source(seed);
    if (program === null || !program.every((bytes) => globalThis.WebAssembly.validate(bytes))) continue;
    run++;
    const plan = { seed, rounds: seed % OPTIMISED_EVERY === 0 ? MANY_ROUNDS : FEW_ROUNDS };
    const found = compare(program, plan);
    if (found === null) continue;
    findings++;
    report(seed, program, plan, found);
  }
  console.log(`${run} programs of ${count} seeds from ${first} on: ${findings} findings`);
  return findings > 0 ? 1 : 0;
}

process.exitCode = await main(process.argv.slice(2));
