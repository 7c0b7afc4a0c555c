import { assertEquals } from "@std/assert";
import { watToWasm, WebAssembly as Tandem } from "../../mod.ts";
import { randomVectors } from "./random_vectors.ts";

type Namespace = typeof globalThis.WebAssembly;

/** A word that is a NaN, signalling or not, of one or the other width, or a number, or anything. */
function word(random: number): number {
  switch (random & 15) {
    case 0:
      return 0x7fa00000 | random;
    case 1:
      return 0xfff80000 | random;
    case 2:
      return 0x7ff00001;
    default:
      return (random & 8) !== 0 ? 0x3f000000 | random << 8 : Math.imul(random, 0x9e3779b1);
  }
}

/** The results of three calls, and the memory afterwards. */
function outcome({ Module, Instance }: Namespace, bytes: Uint8Array<ArrayBuffer>): unknown {
  const { run, memory } = new Instance(new Module(bytes)).exports as unknown as {
    run: (address: number, n: number) => number;
    memory: { buffer: ArrayBuffer };
  };
  const words = new Uint32Array(memory.buffer);
  for (let i = 0, state = 12345; i < 4096; i++) {
    state = Math.imul(state, 1103515245) + 12345 | 0;
    words[i] = word(state >>> 16);
  }
  const results = [run(256, 1), run(272, 8), run(288, 15)];
  return [...results, ...words.subarray(0, 6000)];
}

Deno.test("random vector programs do what they do on the host", () => {
  for (let seed = 1; seed <= 60; seed++) {
    const bytes = watToWasm(randomVectors(seed));
    const expected = outcome(globalThis.WebAssembly, bytes);
    assertEquals(outcome(Tandem as unknown as Namespace, bytes), expected, `seed ${seed}`);
  }
});
