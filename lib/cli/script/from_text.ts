/**
 * Scripts written as text (`.wast`) in the vocabulary that the runner knows.
 *
 * @module
 */

import { parseScript } from "../../text/script.ts";
import type { Script } from "./commands.ts";

/**
 * Reads a script; `name` is what messages call it. Its modules are read when their commands run.
 *
 * @throws {WatError} when a command is malformed.
 */
export function readScript(name: string, text: string): Script {
  return { source_filename: name, commands: parseScript(text) };
}
