import { assertEquals } from "@std/assert";
import { validate } from "../valid/validation.ts";
import { fuzzDecode } from "./decode_fuzzer.ts";
import { hostFeatures } from "./host_features.ts";
import { seeds } from "./seeds.ts";

Deno.test("every seed is valid here and for the host", () => {
  const features = hostFeatures();
  for (const seed of seeds(features)) {
    validate(seed, features);
    assertEquals(WebAssembly.validate(seed as BufferSource), true);
  }
});

Deno.test("20,000 mutants give a module or a CompileError with an offset, as the host says", () => {
  const features = hostFeatures();
  const { valid, invalid, findings } = fuzzDecode(seeds(features), features, 20_000, 20_260_000);
  assertEquals(findings.map(({ seed, problem }) => `${seed}: ${problem}`), []);
  assertEquals(valid + invalid, 20_000);
});
