/**
 * Modules in files, binary or text.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import { CommandError } from "./command.ts";
import type { TextPosition } from "../text/error.ts";
import type { AssembledModule } from "../text/instruction_positions.ts";
import { hostReason } from "./host_reason.ts";

/** The texts that were assembled, by file. */
const assembled = new Map<string, AssembledModule>();

/** Where the instruction at `offset` of the module in `file` stands in its text; null when there is no text, or no instruction. */
export function placeInText(file: string, offset: number): TextPosition | null {
  return assembled.get(file)?.placeOf(offset) ?? null;
}

/**
 * The bytes of the module in `file`. Text (a file that begins with neither the binary format's magic number nor
 * other binary data, or is called `.wat`) is assembled.
 *
 * @throws {CommandError} when the file cannot be read, or is no module; with line and column for text.
 */
export async function readModule(file: string): Promise<Uint8Array<ArrayBuffer>> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = new Uint8Array(readFileSync(file));
  } catch (error) {
    throw new CommandError(`${file}: ${hostReason(error)}`);
  }
  if (isBinary(bytes)) return bytes;
  const text = file.endsWith(".wat") || startsAsText(bytes);
  if (text) return await assembleFile(file, bytes);
  if (bytes.length === 0) throw new CommandError(`${file}: not a WebAssembly module: the file is empty`);
  const start = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  throw new CommandError(`${file}: not a WebAssembly module: it starts with ${start}, not 00 61 73 6d`);
}

function isBinary(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && bytes[0] === 0 && bytes[1] === 0x61 && bytes[2] === 0x73 && bytes[3] === 0x6d;
}

function startsAsText(bytes: Uint8Array): boolean {
  const start = new TextDecoder().decode(bytes.subarray(0, 4096));
  return /^\s*(\(\s*module\b|;;|\(;)/.test(start);
}

async function assembleFile(file: string, bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const [{ watToWasm }, { assemble }, { WatError }] = await Promise.all([
    import("../text/wat.ts"),
    import("../text/instruction_positions.ts"),
    import("../text/error.ts"),
  ]);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new CommandError(`${file}: not WebAssembly text: it is not valid UTF-8`);
  }
  try {
    // of the forms that are no text of instructions only the bytes are wanted
    if (/^\s*\(\s*module\b[^()]*\b(?:binary|quote)\b/.test(text)) return watToWasm(text);
    const module = assemble(text);
    assembled.set(file, module);
    return module.bytes;
  } catch (error) {
    if (error instanceof WatError) throw new CommandError(`${file}:${error.message}`);
    throw error;
  }
}
