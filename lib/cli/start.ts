/**
 * Runs the command line when imported, with the process's arguments and exit code.
 *
 * @module
 */

import process from "node:process";
import { main } from "./main.ts";

process.exitCode = await main(process.argv.slice(2));
