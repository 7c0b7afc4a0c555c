/**
 * Differential execution against the host's WebAssembly: `deno run -A tests/fuzz/execute.ts [count] [seed] [binaryen]`. Modules are the
 * project's own random ones or, with `binaryen`, those of Binaryen's fuzzer. Every tenth one is called often enough to be optimised.
 * What differs is made smaller and written to `dist/fuzz/`.
 *
 * @module
 */

import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import process from "node:process";
import { WebAssembly as Tandem } from "../../mod.ts";
import { randomModule } from "../codegen/random_module.ts";
import { BinaryenModules } from "./binaryen_modules.ts";
import {
  type Divergence,
  divergence,
  type ExecutionPlan,
  INSTANTIATION,
  type Namespace,
} from "./execution.ts";
import { hostFeatures } from "./host_features.ts";
import { shrink } from "./shrink.ts";

const FEW_ROUNDS = 6;
const MANY_ROUNDS = 1000;
const OPTIMISED_EVERY = 10;

function compare(bytes: Uint8Array<ArrayBuffer>, plan: ExecutionPlan): Divergence | null {
  try {
    return divergence(bytes, Tandem as unknown as Namespace, globalThis.WebAssembly, plan);
  } catch (error) {
    return { where: "outside of the module", actual: String((error as Error).stack), expected: "no error" };
  }
}

/** Writes the smallest module that still differs. */
function report(seed: number, bytes: Uint8Array<ArrayBuffer>, plan: ExecutionPlan, found: Divergence): void {
  const few = { ...plan, rounds: Math.min(plan.rounds, 50) };
  // A host may take modules for valid that are not.
  const starts = found.where !== INSTANTIATION;
  const smallest = shrink(bytes, (candidate) => {
    const difference = compare(candidate, few);
    return difference !== null && (difference.where !== INSTANTIATION) === starts;
  });
  const file = `dist/fuzz/${seed}.wasm`;
  mkdirSync("dist/fuzz", { recursive: true });
  writeFileSync(file, smallest);
  const { where, actual, expected } = compare(smallest, plan) ?? found;
  console.log(
    `seed ${seed}: ${where}\n  here: ${actual}\n  host: ${expected}\n  ${file}, ${smallest.length} bytes`,
  );
}

async function main([count = "10000", first = "1", source]: readonly string[]): Promise<number> {
  const features = hostFeatures();
  const binaryen = source === "binaryen" ? new BinaryenModules() : null;
  const command = binaryen?.installation();
  if (command && spawnSync(command[0], command.slice(1), { stdio: "inherit" }).status !== 0) return 1;
  let [run, findings] = [0, 0];
  for (let seed = Number(first); seed < Number(first) + Number(count); seed++) {
    const bytes = binaryen ? await binaryen.module(seed) : randomModule(seed, features);
    if (bytes === null || !globalThis.WebAssembly.validate(bytes)) continue;
    run++;
    const plan = { seed, rounds: seed % OPTIMISED_EVERY === 0 ? MANY_ROUNDS : FEW_ROUNDS };
    const found = compare(bytes, plan);
    if (found === null) continue;
    findings++;
    report(seed, bytes, plan, found);
  }
  console.log(`${run} modules of ${count} seeds from ${first} on: ${findings} findings`);
  return findings > 0 ? 1 : 0;
}

process.exitCode = await main(process.argv.slice(2));
