/**
 * `wasm`: modules as bytes.
 *
 * @module
 */

import { type Command, CommandError, readOptions } from "./command.ts";
import { readModule } from "./module_file.ts";
import { fileOutput } from "./output.ts";

const HELP = `Assembles a module: from the text format to the binary one.

Usage: tandem wasm FILE -o OUT

FILE is a text (.wat); it has to be well-formed. Whether the module is valid, validate says. Errors name line and
column.

Options:
  -o OUT     write the module to the file OUT
  --help     print this
  --version  print the version`;

/** The command. */
export const wasm: Command = {
  help: HELP,
  async run(args) {
    const { values, positional } = readOptions(args, { values: ["o"] });
    if (positional.length !== 1) throw new CommandError("wasm: one FILE, please. See wasm --help");
    if (values.o.length !== 1) throw new CommandError("wasm: where to? Name one file: -o OUT");
    const bytes = await readModule(positional[0]);
    const out = fileOutput(values.o[0]);
    try {
      out.writeBytes(bytes);
    } finally {
      out.close();
    }
    return 0;
  },
};
