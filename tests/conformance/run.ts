/**
 * Runs scripts of a suite, on any host, and adds up what became of their commands.
 *
 * @module
 */

import { Engine } from "../../lib/js_api/engine.ts";
import { parseScript } from "../../lib/cli/script/commands.ts";
import { commandCount, type ScriptResult } from "../../lib/cli/script/results.ts";
import { runScript } from "../../lib/cli/script/runner.ts";
import type { FeatureSet } from "../../lib/syntax/features.ts";
import { watToWasm } from "../../lib/text/wat.ts";
import { acceptsUnlinkable, predatedFeatures, suiteFeatures } from "./suites.ts";

/**
 * How modules are read and exports called: from `binaries`; from their `texts`; from binaries, with everything that
 * goes in and out passed through the `api`.
 */
export type Mode = "binaries" | "texts" | "api";

/** Every mode. */
export const MODES: readonly Mode[] = ["binaries", "texts", "api"];

/** How to run scripts. */
export interface SuiteOptions {
  /** The suite's folder name (suites.ts). */
  readonly suite: string;
  readonly mode: Mode;
  /** Switched on instead of the suite's. */
  readonly features?: FeatureSet;
  /** The contents of a file beside the script. */
  readonly readFile?: (name: string) => Uint8Array;
}

/** Runs the script whose JSON is `json` on an engine of its own. */
export async function runSuiteScript(
  json: string,
  { suite, mode, features, readFile }: SuiteOptions,
): Promise<ScriptResult> {
  return await runScript(parseScript(json), {
    engine: new Engine({ features: suiteFeatures(suite, features) }),
    refusedFeatures: new Set(predatedFeatures(suite)),
    acceptsUnlinkable: acceptsUnlinkable(suite),
    parseText: (text) => watToWasm(text),
    readFile,
    fromText: mode === "texts",
    throughAPI: mode === "api",
  });
}

/** The sum of results. */
export function sum(results: readonly ScriptResult[]): ScriptResult {
  const counts = (maps: readonly ReadonlyMap<string, number>[]) => {
    const total = new Map<string, number>();
    for (const map of maps) {
      for (const [key, count] of map) total.set(key, (total.get(key) ?? 0) + count);
    }
    return total;
  };
  return {
    passed: results.reduce((total, { passed }) => total + passed, 0),
    failures: results.flatMap(({ failures }) => failures),
    notCovered: counts(results.map(({ notCovered }) => notCovered)),
    notCarried: counts(results.map(({ notCarried }) => notCarried)),
    nanPayloads: results.flatMap(({ nanPayloads }) => nanPayloads),
  };
}

/** A result as data: numbers of commands. */
export interface Tally {
  readonly total: number;
  readonly passed: number;
  readonly failed: number;
  /** Right but for bits of NaNs, on a host that forgets those. */
  readonly nanPayloads: number;
  /** By feature that is switched off. */
  readonly notCovered: Readonly<Record<string, number>>;
  /** By what the JS API cannot carry. */
  readonly notCarried: Readonly<Record<string, number>>;
}

/** The numbers of a result. */
export function tally(result: ScriptResult): Tally {
  return {
    total: commandCount(result),
    passed: result.passed,
    failed: result.failures.length,
    nanPayloads: result.nanPayloads.length,
    notCovered: Object.fromEntries(result.notCovered),
    notCarried: Object.fromEntries(result.notCarried),
  };
}

/** What became of a suite. */
export interface SuiteReport extends Tally {
  /** `FILE:LINE COMMAND: MESSAGE` of each failure. */
  readonly failures: readonly string[];
}

/** Runs a suite given as an iterable of its scripts. */
export async function runSuite(
  scripts: Iterable<{ readonly name: string; readonly json: string }>,
  options: SuiteOptions,
): Promise<SuiteReport> {
  const results: ScriptResult[] = [];
  const failures: string[] = [];
  for (const { name, json } of scripts) {
    const result = await runSuiteScript(json, options);
    results.push(result);
    for (const { line, command, message } of result.failures) {
      failures.push(`${name}:${line} ${command}: ${message}`);
    }
  }
  return { ...tally(sum(results)), failures };
}
