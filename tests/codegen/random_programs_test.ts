import { assertEquals } from "@std/assert";
import { WebAssembly as Tandem } from "../../mod.ts";
import { KEEPS_NAN_BITS } from "../../lib/runtime/float_bits.ts";
import { divergence, type Namespace } from "../fuzz/execution.ts";
import { hostFeatures } from "../fuzz/host_features.ts";
import { randomModule } from "./random_module.ts";

const SEEDS = 150;

Deno.test({
  name: "random programs do what they do on the host",
  // A host that forgets NaN bits lets programs that look at them go another way.
  ignore: !KEEPS_NAN_BITS,
  fn: () => {
    const features = hostFeatures();
    for (let seed = 1; seed <= SEEDS; seed++) {
      const bytes = randomModule(seed, features);
      const engine = Tandem as unknown as Namespace;
      assertEquals(
        divergence(bytes, engine, globalThis.WebAssembly, { seed, rounds: 20 }),
        null,
        `seed ${seed}`,
      );
    }
  },
});
