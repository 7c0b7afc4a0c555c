/**
 * `wat`: modules as text.
 *
 * @module
 */

import { decodeModule } from "../binary/decode.ts";
import { CompileError } from "../syntax/errors.ts";
import { ALL_FEATURES } from "../syntax/features.ts";
import { printModulePieces } from "../text/print_module.ts";
import { type Command, CommandError, readOptions } from "./command.ts";
import { readModule } from "./module_file.ts";
import { fileOutput, type Output, standardOutput } from "./output.ts";
import { moduleError } from "./report.ts";

const HELP = `Prints a module in the text format.

Usage: tandem wat FILE [--folded] [--offsets] [-o OUT]

FILE is a binary module, or a text (.wat). It has to be well-formed; whether it is valid, validate says.
Assembled again (see wasm --help), the text gives the same module.

Options:
  --folded   put instructions in parentheses around their operands
  --offsets  put its offset in the module behind each instruction, as messages of errors have it
  -o OUT     write to the file OUT instead of standard output
  --help     print this
  --version  print the version`;

/** The command. */
export const wat: Command = {
  help: HELP,
  async run(args) {
    const { flags, values, positional } = readOptions(args, { flags: ["folded", "offsets"], values: ["o"] });
    if (positional.length !== 1) throw new CommandError("wat: one FILE, please. See wat --help");
    if (values.o.length > 1) throw new CommandError("wat: one OUT, please. See wat --help");
    const [file] = positional;
    const bytes = await readModule(file);
    const options = { folded: flags.has("folded"), offsets: flags.has("offsets") };
    let out: Output | null = null;
    try {
      const module = decodeModule(bytes, { features: ALL_FEATURES });
      out = values.o.length === 0 ? standardOutput() : fileOutput(values.o[0]);
      for (const piece of printModulePieces(module, options)) out.write(piece);
      out.write("\n");
    } catch (error) {
      throw error instanceof CompileError ? moduleError(file, error) : error;
    } finally {
      out?.close();
    }
    return 0;
  },
};
