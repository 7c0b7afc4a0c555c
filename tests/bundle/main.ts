/**
 * Runs the tests, and the command line, on Node and Bun: from bundles that `deno bundle` (esbuild) makes in `dist/`.
 *
 * ```sh
 * deno run -A tests/bundle/main.ts              # on both
 * deno run -A tests/bundle/main.ts node memory  # on Node, only tests/memory/
 * ```
 *
 * @module
 */

import { BUN, bundle, execute, NODE } from "./hosts.ts";

const HOSTS = { node: NODE, bun: BUN };
const ENTRY = "dist/tests/entry.ts";
const TESTS = "dist/tests/tests.mjs";
/** Modules that tests start as workers: beside the bundle of the tests. */
const WORKERS = ["threads/memory_worker"];

function* testFiles(folder: string): Generator<string> {
  const entries = [...Deno.readDirSync(folder)].sort((a, b) => a.name < b.name ? -1 : 1);
  for (const { name, isDirectory } of entries) {
    if (isDirectory) yield* testFiles(`${folder}/${name}`);
    else if (name.endsWith("_test.ts")) yield `${folder}/${name}`;
  }
}

async function main(args: readonly string[]): Promise<number> {
  const hosts = args.filter((arg) => arg in HOSTS) as (keyof typeof HOSTS)[];
  const folders = args.filter((arg) => !(arg in HOSTS));
  const files = (folders.length > 0 ? folders.map((folder) => `tests/${folder}`) : ["tests"]).flatMap((
    folder,
  ) => [
    ...testFiles(folder),
  ]);
  Deno.mkdirSync("dist/tests", { recursive: true });
  Deno.writeTextFileSync(
    ENTRY,
    [
      `import { runCollected } from "../../tests/bundle/collect.ts";`,
      ...files.map((file) => `import "../../${file}";`),
      `import process from "node:process";`,
      `await runCollected(process.argv[2]);`,
      "",
    ].join("\n"),
  );
  await bundle(ENTRY, TESTS);
  for (const worker of WORKERS) {
    await bundle(`tests/${worker}.ts`, `dist/tests/${worker.slice(worker.lastIndexOf("/") + 1)}.mjs`);
  }
  await bundle("lib/cli/start.ts", "dist/tandem.mjs");
  let exitCode = 0;
  for (const name of hosts.length > 0 ? hosts : Object.keys(HOSTS) as (keyof typeof HOSTS)[]) {
    const { command, title } = HOSTS[name];
    if (await execute([...command, TESTS, title]) !== 0) exitCode = 1;
  }
  return exitCode;
}

if (import.meta.main) Deno.exitCode = await main(Deno.args);
