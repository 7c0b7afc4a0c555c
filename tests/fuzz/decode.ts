/**
 * The decoder's fuzzer: `deno run -A tests/fuzz/decode.ts [count] [seed] [file or directory of .wasm ...]`.
 *
 * @module
 */

import { ALL_FEATURES } from "../../lib/syntax/features.ts";
import { fuzzDecode } from "./decode_fuzzer.ts";
import { hostFeatures, hostHasWasm3 } from "./host_features.ts";
import { seeds } from "./seeds.ts";

const MAX_SEED_SIZE = 20_000;

function wasmFiles(path: string): Uint8Array[] {
  if (Deno.statSync(path).isFile) return path.endsWith(".wasm") ? [Deno.readFileSync(path)] : [];
  return [...Deno.readDirSync(path)].flatMap(({ name }) => wasmFiles(`${path}/${name}`));
}

if (import.meta.main) {
  const [count = "1000000", seed = "1", ...paths] = Deno.args;
  const compare = hostHasWasm3();
  const features = compare ? hostFeatures() : ALL_FEATURES;
  const roots = paths.length > 0 ? paths : ["bench", "examples"];
  const corpus = roots.flatMap(wasmFiles)
    .filter((bytes) => bytes.length <= MAX_SEED_SIZE && WebAssembly.validate(bytes as BufferSource));
  const modules = [...seeds(features), ...corpus];
  const plan = { seeds: modules, features, count: Number(count), seed: Number(seed), compare };
  const result = fuzzDecode(plan, ({ seed, bytes, problem }) => {
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    console.log(`seed ${seed}: ${problem}\n  ${hex}`);
  });
  console.log(
    `${count} mutants of ${modules.length} modules from seed ${seed}: ${result.valid} valid, ${result.invalid} ` +
      `invalid, ${result.findings.length} findings`,
  );
  for (const [reason, times] of result.differences) {
    console.log(`known difference, ${times} times: ${reason}`);
  }
  Deno.exit(result.findings.length > 0 ? 1 : 0);
}
