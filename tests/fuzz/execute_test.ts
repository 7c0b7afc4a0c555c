import { assertEquals } from "@std/assert";
import { WebAssembly as Tandem } from "../../mod.ts";
import { randomModule } from "../codegen/random_module.ts";
import { divergence, type Namespace } from "./execution.ts";
import { hostFeatures } from "./host_features.ts";

const features = hostFeatures();

/** Where Tandem and the host part in the modules of `count` seeds. */
function assertNoDivergence(first: number, count: number, rounds: number): void {
  for (let seed = first; seed < first + count; seed++) {
    const bytes = randomModule(seed, features);
    const found = divergence(bytes, Tandem as unknown as Namespace, globalThis.WebAssembly, { seed, rounds });
    assertEquals(found, null, `seed ${seed}`);
  }
}

Deno.test("random modules are valid", () => {
  for (let seed = 1; seed <= 200; seed++) {
    assertEquals(globalThis.WebAssembly.validate(randomModule(seed, features)), true, `seed ${seed}`);
  }
});

Deno.test("random modules do what they do on the host", () => assertNoDivergence(1, 300, 4));

Deno.test("random modules do what they do on the host when they are called often", () => {
  assertNoDivergence(1000, 8, 400);
});
