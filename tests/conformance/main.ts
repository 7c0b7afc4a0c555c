/**
 * `deno task conformance [DIR or SCRIPT.json]... [OPTIONS]`: runs the scripts of suites on this host, which may be Deno, Bun or
 * Node, and prints a line per script and a total. Exit code 1 when a command failed, 2 when the arguments are wrong.
 *
 * @module
 */

import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import process from "node:process";
import type { Failure, ScriptResult } from "../../lib/cli/script/results.ts";
import { ALL_FEATURES, type FeatureName, type FeatureSet } from "../../lib/syntax/features.ts";
import { type Mode, runSuite, runSuiteScript, type SuiteReport, sum, type Tally, tally } from "./run.ts";

/** Failures printed per script without --verbose. */
const SHOWN_FAILURES = 5;

const USAGE = `usage: conformance [DIR or SCRIPT.json]... [options]
  --only NAME       only scripts whose name contains NAME
  --text            read modules from their texts where the scripts have them
  --api             pass all values through the JS API, and count what it cannot carry
  --all             count what needs a switched-off feature as failed
  --features LIST   switch on exactly these features (comma-separated), or "all"
  --verbose         print every failure, and where the host forgets bits of NaNs
  --json            print only the numbers and failures of each suite, as JSON`;

interface Options {
  paths: string[];
  only: string;
  mode: Mode;
  all: boolean;
  features: FeatureSet | undefined;
  verbose: boolean;
  json: boolean;
}

function parseArguments(args: readonly string[]): Options {
  const options: Options = {
    paths: [],
    only: "",
    mode: "binaries",
    all: false,
    features: undefined,
    verbose: false,
    json: false,
  };
  for (let i = 0; i < args.length; i++) {
    const argument = args[i];
    const value = () => {
      if (++i === args.length) throw new SyntaxError(`${argument} needs a value`);
      return args[i];
    };
    switch (argument) {
      case "--only":
        options.only = value();
        break;
      case "--text":
        options.mode = "texts";
        break;
      case "--api":
        options.mode = "api";
        break;
      case "--all":
        options.all = true;
        break;
      case "--features":
        options.features = parseFeatures(value());
        break;
      case "--verbose":
        options.verbose = true;
        break;
      case "--json":
        options.json = true;
        break;
      case "--help":
        console.log(USAGE);
        process.exit(0);
        break;
      default:
        if (argument.startsWith("-")) throw new SyntaxError(`unknown option ${argument}`);
        options.paths.push(argument);
    }
  }
  if (options.paths.length === 0) options.paths.push("../shared/conformance/core");
  return options;
}

function parseFeatures(list: string): FeatureSet {
  if (list === "all") return ALL_FEATURES;
  const names = list.split(",") as FeatureName[];
  const unknown = names.find((name) => !ALL_FEATURES.has(name));
  if (unknown !== undefined) throw new SyntaxError(`unknown feature ${unknown}`);
  return new Set<FeatureName>(["mvp", ...names]);
}

function scriptPaths(path: string, only: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  const files = readdirSync(path, { recursive: true }) as string[];
  const paths = files
    .filter((file) => file.endsWith(".json") && basename(file, ".json").includes(only))
    .sort()
    .map((file) => join(path, file));
  if (paths.length === 0) throw new SyntaxError(`no scripts in ${path}`);
  return paths;
}

const suiteOf = (scripts: readonly string[]) => basename(dirname(scripts[0]));

const list = (counts: Readonly<Record<string, number>>) =>
  Object.entries(counts).map(([name, count]) => `${name} ${count}`).join(", ");

function summary({ passed, total, notCovered, notCarried, nanPayloads }: Tally): string {
  const notes = [`${passed}/${total}`];
  const uncovered = list(notCovered);
  if (uncovered !== "") notes.push(`not covered: ${uncovered}`);
  const uncarried = list(notCarried);
  if (uncarried !== "") notes.push(`not carried: ${uncarried}`);
  if (nanPayloads > 0) notes.push(`NaN payloads: ${nanPayloads}`);
  return notes.join("; ");
}

function isClean(result: ScriptResult, { all }: Options): boolean {
  return result.failures.length === 0 && !(all && result.notCovered.size > 0);
}

async function runScript(path: string, suite: string, options: Options): Promise<ScriptResult> {
  const { mode, features, verbose } = options;
  const result = await runSuiteScript(readFileSync(path, "utf8"), {
    suite,
    mode,
    features,
    readFile: (file) => readFileSync(join(dirname(path), file)),
  });
  const name = basename(path, ".json");
  console.log(`${isClean(result, options) ? "ok    " : "FAILED"} ${name} ${summary(tally(result))}`);
  const print = (note: string, list: readonly Failure[]) => {
    for (const { line, command, message } of list) {
      console.log(`    ${note}${name}.wast:${line} ${command}: ${message}`);
    }
  };
  const shown = verbose ? result.failures : result.failures.slice(0, SHOWN_FAILURES);
  print("", shown);
  const hidden = result.failures.length - shown.length;
  if (hidden > 0) console.log(`    ... and ${hidden} more`);
  if (verbose) print("NaN payload: ", result.nanPayloads);
  return result;
}

async function printResults(
  suites: readonly (readonly string[])[],
  options: Options,
): Promise<number> {
  const results: ScriptResult[] = [];
  for (const scripts of suites) {
    for (const path of scripts) results.push(await runScript(path, suiteOf(scripts), options));
  }
  const all = sum(results);
  const total = tally(all);
  const whole = results.map(tally).filter(({ total, passed }) => total === passed).length;
  console.log(`total ${summary(total)}; ${whole} of ${results.length} scripts passed whole`);
  const uncovered = Object.values(total.notCovered).reduce((count, commands) => count + commands, 0);
  const failed = total.failed + (options.all ? uncovered : 0);
  const skipped = total.total - total.passed - failed;
  console.log(`Conformance: ${total.passed} passed, ${failed} failed, ${skipped} skipped`);
  return isClean(all, options) ? 0 : 1;
}

async function printJSON(
  suites: readonly (readonly string[])[],
  { mode, features }: Options,
): Promise<number> {
  const reports = new Map<string, SuiteReport>();
  for (const paths of suites) {
    const suite = suiteOf(paths);
    const scripts = paths.map((path) => ({
      name: basename(path, ".json"),
      json: readFileSync(path, "utf8"),
    }));
    reports.set(suite, await runSuite(scripts, { suite, mode, features }));
  }
  console.log(JSON.stringify(Object.fromEntries(reports), null, 2));
  return [...reports.values()].some(({ failed }) => failed > 0) ? 1 : 0;
}

let options: Options;
let suites: string[][];
try {
  options = parseArguments(process.argv.slice(2));
  const { only } = options;
  suites = options.paths.map((path) => scriptPaths(path, only));
} catch (error) {
  console.error(error instanceof SyntaxError ? `${error.message}\n${USAGE}` : (error as Error).message);
  process.exit(2);
}
// Not process.exit(), which cuts off output that a pipe has not taken yet.
process.exitCode = await (options.json ? printJSON(suites, options) : printResults(suites, options));
