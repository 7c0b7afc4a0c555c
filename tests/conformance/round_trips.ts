/**
 * `deno run -A tests/conformance/round_trips.ts [DIR or SCRIPT.json or MODULE.wasm]...`: prints the modules of suites, and binary
 * modules, as text in both styles, and reads that again. Says which modules come out different: as bytes, or, when those have
 * what text has no words for, as text. Exit code 1 if there are any.
 *
 * @module
 */

import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import process from "node:process";
import { moduleRoundTrips, type RoundTrips, scriptRoundTrips } from "./round_trip.ts";
import { SUITE_NAMES } from "./suites.ts";

function files(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return (readdirSync(path, { recursive: true }) as string[]).sort()
    .filter((file) => file.endsWith(".json") || file.endsWith(".wasm"))
    .map((file) => join(path, file));
}

function main(paths: readonly string[]): number {
  const trips: RoundTrips = { count: 0, failures: [] };
  for (const file of paths.flatMap(files)) {
    if (file.endsWith(".json")) scriptRoundTrips(basename(file, ".json"), readFileSync(file, "utf8"), trips);
    else moduleRoundTrips(file, new Uint8Array(readFileSync(file)), trips);
  }
  for (const failure of trips.failures) console.log(failure);
  console.log(`${trips.count} round trips, ${trips.failures.length} differ`);
  return trips.failures.length > 0 ? 1 : 0;
}

if (import.meta.main) {
  const args = process.argv.slice(2);
  const suites = SUITE_NAMES.map((name) => `../shared/conformance/${name}`);
  process.exitCode = main(args.length > 0 ? args : [...suites, "examples", "bench/kernels"]);
}
