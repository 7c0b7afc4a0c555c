import { assertEquals } from "@std/assert";
import { ALL_FEATURES } from "../../lib/syntax/features.ts";
import { validate } from "../valid/validation.ts";
import { fuzzDecode, type FuzzResult } from "./decode_fuzzer.ts";
import { hostFeatures, hostHasWasm3 } from "./host_features.ts";
import { seeds } from "./seeds.ts";

function assertNoFindings({ findings }: FuzzResult): void {
  assertEquals(findings.map(({ seed, problem }) => `${seed}: ${problem}`), []);
}

Deno.test("every seed is valid", () => {
  for (const seed of seeds(ALL_FEATURES)) validate(seed);
});

Deno.test("10,000 mutants with all features give a module or a CompileError with an offset", () => {
  const plan = { seeds: seeds(ALL_FEATURES), features: ALL_FEATURES, count: 10_000, seed: 1, compare: false };
  assertNoFindings(fuzzDecode(plan));
});

Deno.test("10,000 mutants are judged as by a host that has WebAssembly 3.0", () => {
  const features = hostFeatures();
  const compare = hostHasWasm3();
  assertNoFindings(fuzzDecode({ seeds: seeds(features), features, count: 10_000, seed: 1, compare }));
});
