/**
 * `deno task conformance:hosts [HOST]... [--print]`: runs all suites on Deno, Node, Bun and Chromium, from binaries, from texts
 * and through the JS API. Prints a table, and writes it into README.md and the numbers into
 * tests/conformance/results.json, unless told to print only, or to run on some hosts only.
 *
 * @module
 */

import { BUN, bundle, DENO, execute, type Host, NODE } from "../bundle/hosts.ts";
import { openPage } from "./chromium.ts";
import { type Mode, MODES, type SuiteReport } from "./run.ts";
import { SUITE_NAMES } from "./suites.ts";
import { addTallies, type HostResult, markdownTable } from "./table.ts";

const SUITES = "../shared/conformance";
const COMMAND = "dist/conformance/main.mjs";
const WORKER = "dist/conformance/page_worker.mjs";
const RESULTS = "tests/conformance/results.json";
const README = "README.md";
const BEGIN = "<!-- measured: conformance -->";
const END = "<!-- end: conformance -->";

/** Failures printed per suite. */
const SHOWN_FAILURES = 10;

type Suites = Readonly<Record<string, SuiteReport>>;

const MODE_OPTIONS: Readonly<Record<Mode, readonly string[]>> = {
  binaries: [],
  texts: ["--text"],
  api: ["--api"],
};

/** What a command prints on standard output; its standard error is this process's. */
async function output([program, ...args]: readonly string[]): Promise<string> {
  const { stdout } = await new Deno.Command(program, { args, stderr: "inherit" }).output();
  return new TextDecoder().decode(stdout);
}

/** Runs `suites` in every mode with `run`, and says so. */
async function inEveryMode(
  title: string,
  version: string,
  run: (mode: Mode) => Promise<Suites>,
): Promise<HostResult> {
  const results = {} as Record<Mode, Suites>;
  for (const mode of MODES) {
    const start = performance.now();
    const suites = results[mode] = await run(mode);
    const { passed, total } = addTallies(Object.values(suites));
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    console.log(`${title} ${version}, ${mode}: ${passed} of ${total} in ${seconds} s`);
    for (const [suite, { failures }] of Object.entries(suites)) {
      for (const failure of failures.slice(0, SHOWN_FAILURES)) console.log(`    ${suite}/${failure}`);
      const hidden = failures.length - SHOWN_FAILURES;
      if (hidden > 0) console.log(`    ... and ${hidden} more of ${suite}`);
    }
  }
  return { version, suites: results };
}

async function runOnCommand({ title, command }: Host): Promise<HostResult> {
  const versionOutput = await output([...command.slice(0, command.indexOf("run") >>> 0), "--version"]);
  const version = /\d+\.\d+\.\d+/.exec(versionOutput)?.[0] ?? "";
  return inEveryMode(title, version, async (mode) => {
    const folders = SUITE_NAMES.map((name) => `${SUITES}/${name}`);
    const json = await output([...command, COMMAND, "--json", ...MODE_OPTIONS[mode], ...folders]);
    try {
      return JSON.parse(json);
    } catch {
      throw new Error(`${title} did not get to the end of the suites`);
    }
  });
}

async function runOnChromium(): Promise<HostResult> {
  await using page = await openPage(WORKER, SUITES);
  return await inEveryMode("Chromium", page.version, async (mode) => {
    const suites: Record<string, SuiteReport> = {};
    for (const suite of SUITE_NAMES) {
      const scripts = [...Deno.readDirSync(`${SUITES}/${suite}`)]
        .map(({ name }) => name).filter((name) => name.endsWith(".json")).sort();
      suites[suite] = await page.run(suite, scripts, mode);
    }
    return suites;
  });
}

const HOSTS: Readonly<Record<string, () => Promise<HostResult>>> = {
  Deno: () => runOnCommand(DENO),
  Node: () => runOnCommand(NODE),
  Bun: () => runOnCommand(BUN),
  Chromium: runOnChromium,
};

/** Puts the table between the marks in the README, and the numbers beside this file, as `deno fmt` likes them. */
async function write(results: Readonly<Record<string, HostResult>>): Promise<void> {
  Deno.writeTextFileSync(RESULTS, JSON.stringify(results));
  const readme = Deno.readTextFileSync(README);
  const begin = readme.indexOf(BEGIN);
  const end = readme.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`${README} lacks the marks ${BEGIN} and ${END}`);
  const table = `${BEGIN}\n\n${markdownTable(results)}\n\n`;
  Deno.writeTextFileSync(README, readme.slice(0, begin) + table + readme.slice(end));
  await execute([Deno.execPath(), "fmt", "--quiet", README, RESULTS]);
}

async function main(args: readonly string[]): Promise<number> {
  const isHost = (name: string, arg: string) => name.toLowerCase() === arg.toLowerCase();
  const chosen = args.filter((arg) => arg !== "--print");
  const names = Object.keys(HOSTS).filter((name) =>
    chosen.length === 0 || chosen.some((arg) => isHost(name, arg))
  );
  const unknown = chosen.find((arg) => !names.some((name) => isHost(name, arg)));
  if (unknown !== undefined) {
    console.error(`unknown host ${unknown}; there are ${Object.keys(HOSTS).join(", ")}`);
    return 2;
  }
  await bundle("tests/conformance/main.ts", COMMAND);
  await bundle("tests/conformance/page_worker.ts", WORKER);
  const results: Record<string, HostResult> = {};
  const broken: string[] = [];
  for (const name of names) {
    try {
      results[name] = await HOSTS[name]();
    } catch (error) {
      broken.push(name);
      console.error(`${name}: ${error instanceof Error ? error.message : error}`);
    }
  }
  const isComplete = broken.length === 0;
  if (Object.keys(results).length > 0) console.log(`\n${markdownTable(results)}\n`);
  if (isComplete && args.length === 0) await write(results);
  const { passed, failed } = addTallies(
    Object.values(results).flatMap(({ suites }) => MODES.flatMap((mode) => Object.values(suites[mode]))),
  );
  // A host that could not run counts as one failure.
  console.log(`Conformance: ${passed} passed, ${failed + broken.length} failed`);
  return isComplete && failed === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exitCode = await main(Deno.args);
