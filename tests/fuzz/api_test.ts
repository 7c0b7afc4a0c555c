import { assertEquals } from "@std/assert";
import { WebAssembly as Tandem } from "../../mod.ts";
import { API_CASES, apiDifference } from "./api_cases.ts";
import type { Namespace } from "./execution.ts";
import { hostHasWasm3 } from "./host_features.ts";

const SEEDS = 200;

for (const kind of API_CASES) {
  Deno.test({
    name: `random uses of the JavaScript API do what they do on the host: ${kind}`,
    ignore: !hostHasWasm3(),
    fn() {
      for (let seed = 1; seed <= SEEDS; seed++) {
        const found = apiDifference(kind, seed, Tandem as unknown as Namespace, globalThis.WebAssembly);
        assertEquals(found, null, `seed ${seed}`);
      }
    },
  });
}
