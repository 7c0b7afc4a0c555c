/**
 * Runs npm packages that are WebAssembly inside on Deno, Node and Bun, once with the host's own `WebAssembly` and once with
 * `polyfill.ts` loaded before, and compares what they print.
 *
 * @module
 */

import { BUN, bundle, DENO, execute, type Host, NODE } from "../bundle/hosts.ts";

const PACKAGES = {
  "@dqbd/tiktoken": "1.0.22",
  "brotli-wasm": "3.0.1",
  "hash-wasm": "4.13.0",
  "quickjs-emscripten": "0.32.0",
  "sql.js": "1.16.0",
};
const PROGRAMS = ["hash_wasm", "quickjs", "brotli", "sqlite", "tiktoken"];
const FOLDER = "dist/programs";

/** What a program printed, and whose `WebAssembly` it says it used. */
interface Printed {
  readonly output: string;
  readonly engine: string;
}

async function runProgram(host: Host, script: string, preload: string | null): Promise<Printed> {
  const [program, ...args] = [...host.command, ...preload === null ? [] : [host.preload, preload], script];
  const { code, stdout, stderr } = await new Deno.Command(program, { args }).output();
  const errors = new TextDecoder().decode(stderr);
  const output = new TextDecoder().decode(stdout);
  return {
    output: code === 0 ? output : `${output}exit code ${code}\n${errors}`,
    engine: /^WebAssembly: (\w+)$/m.exec(errors)?.[1] ?? "unknown",
  };
}

function firstDifference(expected: string, actual: string): string {
  const [left, right] = [expected.split("\n"), actual.split("\n")];
  const line = left.findIndex((text, index) => text !== right[index]);
  const at = line < 0 ? left.length : line;
  return `  host:     ${left[at] ?? "(end)"}\n  polyfill: ${
    right.slice(at, at + 8).join("\n    ") || "(end)"
  }`;
}

async function prepare(): Promise<void> {
  Deno.mkdirSync(FOLDER, { recursive: true });
  Deno.writeTextFileSync(
    `${FOLDER}/package.json`,
    JSON.stringify({ type: "module", dependencies: PACKAGES }),
  );
  const install = ["npm", "install", "--prefix", FOLDER, "--no-audit", "--no-fund", "--silent"];
  if (await execute(install) !== 0) throw new Error("npm install failed");
  for (const name of PROGRAMS) {
    await bundle(`tests/programs/${name}.ts`, `${FOLDER}/${name}.mjs`, Object.keys(PACKAGES));
  }
  await bundle("polyfill.ts", `${FOLDER}/polyfill.mjs`);
}

async function main(): Promise<number> {
  await prepare();
  let failed = 0;
  for (const host of [DENO, NODE, BUN]) {
    for (const name of PROGRAMS) {
      const deno = host === DENO;
      const script = deno ? `tests/programs/${name}.ts` : `${FOLDER}/${name}.mjs`;
      const [expected, actual] = await Promise.all([
        runProgram(host, script, null),
        runProgram(host, script, deno ? "./polyfill.ts" : `./${FOLDER}/polyfill.mjs`),
      ]);
      const same = expected.output === actual.output && expected.engine === "host" &&
        actual.engine === "polyfill";
      if (!same) failed++;
      console.log(`${host.title}: ${name} with the polyfill ... ${same ? "ok" : "FAILED"}`);
      if (!same) {
        console.log(
          firstDifference(expected.output, actual.output),
          `(${expected.engine}, ${actual.engine})`,
        );
      }
    }
  }
  console.log(`Programs: ${3 * PROGRAMS.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exitCode = await main();
