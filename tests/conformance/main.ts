/**
 * `deno task conformance [DIR] [--only NAME] [--text] [--all] [--features LIST] [--verbose] [--json]`: runs the scripts of a
 * folder, or one script, and prints a line per script and a total. Runs on Deno, Bun and Node. Exit code 1 when a
 * command failed, 2 when the arguments are wrong.
 *
 * @module
 */

import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import process from "node:process";
import { Engine } from "../../lib/js_api/engine.ts";
import { ALL_FEATURES, type FeatureName, type FeatureSet } from "../../lib/syntax/features.ts";
import { watToWasm } from "../../lib/text/wat.ts";
import { commandCount, type Failure, runScript, type ScriptResult } from "../../lib/cli/script/runner.ts";
import { parseScript } from "../../lib/cli/script/commands.ts";
import { predatedFeatures, suiteFeatures } from "./suites.ts";

/** Failures printed per script without --verbose. */
const SHOWN_FAILURES = 5;

const USAGE = `usage: conformance [DIR or SCRIPT.json] [options]
  --only NAME       only scripts whose name contains NAME
  --text            read modules from their texts where the scripts have them
  --all             count what needs a switched-off feature as failed
  --features LIST   switch on exactly these features (comma-separated), or "all"
  --verbose         print every failure, and where the host forgets bits of NaNs
  --json            print the results as JSON`;

interface Options {
  path: string;
  only: string;
  fromText: boolean;
  all: boolean;
  features: FeatureSet | undefined;
  verbose: boolean;
  json: boolean;
}

function parseArguments(args: readonly string[]): Options {
  const options: Options = {
    path: "../shared/conformance/core",
    only: "",
    fromText: false,
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
        options.fromText = true;
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
        options.path = argument;
    }
  }
  return options;
}

function parseFeatures(list: string): FeatureSet {
  if (list === "all") return ALL_FEATURES;
  const names = list.split(",") as FeatureName[];
  const unknown = names.find((name) => !ALL_FEATURES.has(name));
  if (unknown !== undefined) throw new SyntaxError(`unknown feature ${unknown}`);
  return new Set<FeatureName>(["mvp", ...names]);
}

function scriptPaths({ path, only }: Options): string[] {
  if (!statSync(path).isDirectory()) return [path];
  const files = readdirSync(path, { recursive: true }) as string[];
  return files
    .filter((file) => file.endsWith(".json") && basename(file, ".json").includes(only))
    .sort()
    .map((file) => join(path, file));
}

function summary(result: ScriptResult): string {
  const notes = [`${result.passed}/${commandCount(result)}`];
  const features = [...result.notCovered].map(([feature, count]) => `${feature} ${count}`);
  if (features.length > 0) notes.push(`not covered: ${features.join(", ")}`);
  if (result.nanPayloads.length > 0) notes.push(`NaN payloads: ${result.nanPayloads.length}`);
  return notes.join("; ");
}

function sum(results: readonly ScriptResult[]): ScriptResult {
  const notCovered = new Map<string, number>();
  for (const result of results) {
    for (const [feature, count] of result.notCovered) {
      notCovered.set(feature, (notCovered.get(feature) ?? 0) + count);
    }
  }
  return {
    passed: results.reduce((total, { passed }) => total + passed, 0),
    failures: results.flatMap(({ failures }) => failures),
    notCovered,
    nanPayloads: results.flatMap(({ nanPayloads }) => nanPayloads),
  };
}

function isClean(result: ScriptResult, options: Options): boolean {
  return result.failures.length === 0 && !(options.all && result.notCovered.size > 0);
}

function main(options: Options, paths: readonly string[]): number {
  const results = new Map<string, ScriptResult>();
  for (const path of paths) {
    const script = parseScript(readFileSync(path, "utf8"));
    const name = basename(path, ".json");
    const suite = basename(dirname(path));
    const result = runScript(script, {
      engine: new Engine({ features: suiteFeatures(suite, options.features) }),
      refusedFeatures: new Set(predatedFeatures(suite)),
      parseText: (text) => watToWasm(text),
      readFile: (file) => readFileSync(join(dirname(path), file)),
      fromText: options.fromText,
    });
    results.set(name, result);
    if (options.json) continue;
    console.log(`${isClean(result, options) ? "ok    " : "FAILED"} ${name} ${summary(result)}`);
    const print = (note: string, list: readonly Failure[]) => {
      for (const { line, command, message } of list) {
        console.log(`    ${note}${script.source_filename}:${line} ${command}: ${message}`);
      }
    };
    const shown = options.verbose ? result.failures : result.failures.slice(0, SHOWN_FAILURES);
    print("", shown);
    const hidden = result.failures.length - shown.length;
    if (hidden > 0) console.log(`    ... and ${hidden} more`);
    if (options.verbose) print("NaN payload: ", result.nanPayloads);
  }
  const all = [...results.values()];
  const total = sum(all);
  if (options.json) {
    const plain = (result: ScriptResult) => ({
      total: commandCount(result),
      ...result,
      notCovered: Object.fromEntries(result.notCovered),
    });
    const scripts = Object.fromEntries([...results].map(([name, result]) => [name, plain(result)]));
    console.log(
      JSON.stringify(
        { ...plain(total), failures: total.failures.length, nanPayloads: total.nanPayloads.length, scripts },
        null,
        2,
      ),
    );
  } else {
    const whole = all.filter((result) => commandCount(result) === result.passed).length;
    console.log(`total ${summary(total)}; ${whole} of ${all.length} scripts passed whole`);
    const uncovered = [...total.notCovered.values()].reduce((count, commands) => count + commands, 0);
    const failed = total.failures.length + (options.all ? uncovered : 0);
    const skipped = commandCount(total) - total.passed - failed;
    console.log(`Conformance: ${total.passed} passed, ${failed} failed, ${skipped} skipped`);
  }
  return isClean(total, options) ? 0 : 1;
}

let options: Options;
let paths: string[];
try {
  options = parseArguments(process.argv.slice(2));
  paths = scriptPaths(options);
  if (paths.length === 0) throw new SyntaxError(`no scripts in ${options.path}`);
} catch (error) {
  console.error(error instanceof SyntaxError ? `${error.message}\n${USAGE}` : (error as Error).message);
  process.exit(2);
}
process.exit(main(options, paths));
