import { assertEquals } from "@std/assert";
import { WebAssembly as Tandem } from "../../mod.ts";
import { randomModule } from "./random_module.ts";

type Namespace = typeof globalThis.WebAssembly;

/** V8 has had one text for both cases, and has two now. */
const SIGNATURE_MISMATCH =
  /^(null function or function signature mismatch|null function|function signature mismatch)$/;

/** Everything a run leaves behind: the result or the trap, the globals and the memory. */
function outcome({ Module, Instance }: Namespace, bytes: Uint8Array<ArrayBuffer>): unknown {
  const { exports } = new Instance(new Module(bytes));
  const run = exports.run as (...args: unknown[]) => unknown;
  const results: unknown[] = [];
  for (const args of [[7, 9n, 0.5, -2.25], [-1, -(2n ** 40n), 3e9, 1e300], [65534, 2n ** 62n + 5n, -0, 77]]) {
    try {
      const result = run(...args);
      results.push(Number.isNaN(result) ? "NaN" : result);
    } catch (error) {
      results.push((error as Error).message.replace(SIGNATURE_MISMATCH, "signature mismatch"));
    }
  }
  for (let i = 0; i < 4; i++) {
    const { value } = exports[`global${i}`] as { value: unknown };
    results.push(value);
  }
  const memory = new Uint32Array((exports.memory as { buffer: ArrayBuffer }).buffer);
  let hash = 0;
  for (const word of memory) hash = Math.imul(hash ^ word, 0x01000193);
  return [...results, hash];
}

Deno.test("random programs do what they do on the host", () => {
  const host = globalThis.WebAssembly;
  for (let seed = 1; seed <= 300; seed++) {
    const bytes = randomModule(seed);
    assertEquals(outcome(Tandem as unknown as Namespace, bytes), outcome(host, bytes), `seed ${seed}`);
  }
});
