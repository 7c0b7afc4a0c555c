/**
 * The command line. Each command is a file of its own, loaded when it is asked for.
 *
 * @module
 */

import config from "../../deno.json" with { type: "json" };
import { type Command, CommandError } from "./command.ts";
import { print, printError } from "./output.ts";

const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  run: async () => (await import("./run.ts")).run,
  validate: async () => (await import("./validate.ts")).validate,
  inspect: async () => (await import("./inspect.ts")).inspect,
  explain: async () => (await import("./explain.ts")).explain,
  wat: async () => (await import("./wat.ts")).wat,
  wasm: async () => (await import("./wasm.ts")).wasm,
  wast: async () => (await import("./wast.ts")).wast,
};

const HELP = `Tandem ${config.version}, a WebAssembly engine in TypeScript

Usage: tandem COMMAND [ARGUMENTS]

Commands:
  run        run a WASI program, or call a function of a module
  validate   say whether modules are valid
  inspect    list what a module is made of
  explain    say how each import of a module is called, and why it is not faster
  wat        print a module as text
  wasm       assemble a module
  wast       run scripts of the specification's test suite

Options:
  --help     print this, or with a command its own help
  --version  print the version

"tandem" stands for: deno run -A mod.ts`;

/**
 * Runs the command line with `args`, which do not include the program's name.
 *
 * @returns the exit code: 0, the program's own, 128 and the number of the signal that ended the program (6 for a
 * trap), or 1 for every other error. Errors have been reported as one line on standard error.
 */
export async function main(args: readonly string[]): Promise<number> {
  try {
    return await dispatch(args);
  } catch (error) {
    if (error instanceof CommandError) {
      printError(error.message);
      return error.exitCode;
    }
    printError(`internal error: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
}

async function dispatch(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined) throw new CommandError("which command? See --help");
  if (name === "--help" || name === "-h" || name === "help" && rest.length === 0) {
    print(HELP);
    return 0;
  }
  if (isVersionOption(name)) return printVersion();
  if (name.startsWith("-")) throw new CommandError(`unknown option ${name}; see --help`);
  if (name === "help") return dispatch([rest[0], "--help"]);
  if (!Object.hasOwn(COMMANDS, name)) throw new CommandError(`unknown command ${name}; see --help`);
  const command = await COMMANDS[name]();
  const own = rest.includes("--") ? rest.slice(0, rest.indexOf("--")) : rest;
  if (own.includes("--help") || own.includes("-h")) {
    print(command.help);
    return 0;
  }
  if (own.some(isVersionOption)) return printVersion();
  return await command.run(rest);
}

function isVersionOption(arg: string): boolean {
  return arg === "--version" || arg === "-V";
}

function printVersion(): number {
  print(`tandem ${config.version}`);
  return 0;
}
