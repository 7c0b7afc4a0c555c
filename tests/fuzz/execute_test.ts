import { assertEquals } from "@std/assert";
import { watToWasm, WebAssembly as Tandem } from "../../mod.ts";
import { randomModule } from "../codegen/random_module.ts";
import { divergence, type Namespace } from "./execution.ts";
import { HOST_HAS_V8_MESSAGES, hostFeatures } from "./host_features.ts";
import { randomProgram } from "./random_program.ts";

const features = hostFeatures();

type Program = readonly Uint8Array<ArrayBuffer>[];

const simple = (seed: number): Program => [randomModule(seed, features)];
const large = (seed: number): Program => randomProgram(seed, features).map((text) => watToWasm(text));

/** Tandem and the host do the same in the programs of `count` seeds. */
function assertNoDivergence(
  program: (seed: number) => Program,
  first: number,
  count: number,
  rounds: number,
) {
  const engine = Tandem as unknown as Namespace;
  for (let seed = first; seed < first + count; seed++) {
    if (!isValid(program(seed))) continue;
    const found = divergence(program(seed), engine, globalThis.WebAssembly, { seed, rounds });
    assertEquals(found, null, `seed ${seed}`);
  }
}

function isValid(program: Program): boolean {
  return program.every((bytes) => globalThis.WebAssembly.validate(bytes));
}

function assertValid(program: (seed: number) => Program, count: number): void {
  for (let seed = 1; seed <= count; seed++) assertEquals(isValid(program(seed)), true, `seed ${seed}`);
}

Deno.test("random modules are valid", () => assertValid(simple, 200));

Deno.test({
  name: "random programs are valid",
  // JavaScriptCore refuses some targets of `delegate` and `rethrow`, and some branches that are not reached.
  ignore: !HOST_HAS_V8_MESSAGES,
  fn: () => assertValid(large, 100),
});

Deno.test("random modules do what they do on the host", () => assertNoDivergence(simple, 1, 300, 4));

Deno.test("random programs do what they do on the host", () => assertNoDivergence(large, 1, 150, 4));

Deno.test("random modules do what they do on the host when they are called often", () => {
  assertNoDivergence(simple, 1000, 8, 400);
});

Deno.test("random programs do what they do on the host when they are called often", () => {
  assertNoDivergence(large, 1000, 4, 400);
});
