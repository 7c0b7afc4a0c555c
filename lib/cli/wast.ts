/**
 * `wast`: runs scripts of the specification's test suite.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import { Engine } from "../js_api/engine.ts";
import { ALL_FEATURES, DEFAULT_FEATURES, type FeatureName, type FeatureSet } from "../syntax/features.ts";
import { WatError } from "../text/error.ts";
import { watToWasm } from "../text/wat.ts";
import { type Command, CommandError, readOptions } from "./command.ts";
import { hostReason } from "./host_reason.ts";
import { print, printError, visible } from "./output.ts";
import type { Script } from "./script/commands.ts";
import { readScript } from "./script/from_text.ts";
import { commandCount, type ScriptResult } from "./script/results.ts";
import { runScript } from "./script/runner.ts";
import { threadStarter } from "./script/worker.ts";

const HELP = `Runs scripts in the format of the specification's test suite.

Usage: tandem wast FILE... [--features LIST]

Prints a line for each FILE on standard output: how many of its commands did what it says. What did not is a line
on standard error, FILE:LINE: COMMAND: MESSAGE. Exits with 1 if there was any, or a FILE cannot be read.

Threads of scripts run on workers. Those that a script does not wait for must end at most ten seconds after it.

Options:
  --features LIST  the features that modules may use, separated by commas, or "all"; those that are on by
                   default if not given
  --help           print this
  --version        print the version`;

/** The command. */
export const wast: Command = {
  help: HELP,
  async run(args) {
    const { values, positional: files } = readOptions(args, { values: ["features"] });
    if (files.length === 0) throw new CommandError("wast: which FILE? See wast --help");
    const features = values.features.length === 0 ? DEFAULT_FEATURES : readFeatures(values.features.join());
    let exitCode = 0;
    for (const file of files) {
      try {
        if (!report(file, await run(file, features))) exitCode = 1;
      } catch (error) {
        if (!(error instanceof CommandError)) throw error;
        printError(error.message);
        exitCode = 1;
      }
    }
    return exitCode;
  },
};

/** Runs a script, and prints what does not do what it says. */
async function run(file: string, features: FeatureSet): Promise<ScriptResult> {
  return await runScript(readFile(file), {
    engine: new Engine({ features }),
    parseText: watToWasm,
    startThread: threadStarter(features),
    onFailure: ({ line, command, message }) => printError(`${file}:${line}: ${command}: ${message}`),
  });
}

function readFeatures(list: string): FeatureSet {
  if (list === "all") return ALL_FEATURES;
  const names = list.split(",") as FeatureName[];
  const unknown = names.find((name) => !ALL_FEATURES.has(name));
  if (unknown !== undefined) throw new CommandError(`--features: unknown feature ${unknown}`);
  return new Set<FeatureName>(["mvp", ...names]);
}

function readFile(file: string): Script {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new CommandError(`${file}: ${hostReason(error)}`);
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new CommandError(`${file}: not a script: it is not valid UTF-8`);
  }
  try {
    return readScript(file, text);
  } catch (error) {
    throw error instanceof WatError ? new CommandError(`${file}:${error.message}`) : error;
  }
}

/** Whether every command did what the script says. */
function report(file: string, result: ScriptResult): boolean {
  const { passed, failures, notCovered, nanPayloads } = result;
  for (const [feature, count] of notCovered) {
    const commands = `${count} command${count === 1 ? "" : "s"}`;
    printError(`${file}: ${commands} need the feature ${feature}, which is switched off`);
  }
  const forgotten = nanPayloads.length === 0
    ? ""
    : `; ${nanPayloads.length} with NaN bits that the host forgets`;
  print(`${visible(file)}: ${passed} of ${commandCount(result)} passed${forgotten}`);
  return failures.length === 0 && notCovered.size === 0;
}
