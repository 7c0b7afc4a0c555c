/**
 * `validate`: whether modules are valid.
 *
 * @module
 */

import { Engine } from "../js_api/engine.ts";
import { CompileError } from "../syntax/errors.ts";
import { type Command, CommandError, readOptions } from "./command.ts";
import { readModule } from "./module_file.ts";
import { print, printError } from "./output.ts";
import { moduleError } from "./report.ts";

const HELP = `Says whether modules are valid.

Usage: tandem validate FILE...

Prints a line for each valid FILE (binary, or text as .wat) on standard output, and what is wrong with the
others on standard error: for a binary with the offset (@+BYTES), for a text with line and column.
Exits with 1 if a FILE is invalid or cannot be read.

Options:
  --help     print this
  --version  print the version`;

/** The command. */
export const validate: Command = {
  help: HELP,
  async run(args) {
    const { positional: files } = readOptions(args, {});
    if (files.length === 0) throw new CommandError("validate: which FILE? See validate --help");
    const { WebAssembly } = new Engine();
    let exitCode = 0;
    for (const file of files) {
      try {
        new WebAssembly.Module(await readModule(file));
        print(`${file}: valid`);
      } catch (error) {
        const reported = error instanceof CompileError ? moduleError(file, error) : error;
        if (!(reported instanceof CommandError)) throw reported;
        printError(reported.message);
        exitCode = 1;
      }
    }
    return exitCode;
  },
};
