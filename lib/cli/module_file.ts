/**
 * Modules in files, binary or text.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import { CommandError } from "./command.ts";
import { hostReason } from "./host_reason.ts";

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
  if (text) return await assemble(file, bytes);
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

async function assemble(file: string, bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const [{ watToWasm }, { WatError }] = await Promise.all([
    import("../text/wat.ts"),
    import("../text/error.ts"),
  ]);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new CommandError(`${file}: not WebAssembly text: it is not valid UTF-8`);
  }
  try {
    return watToWasm(text);
  } catch (error) {
    if (error instanceof WatError) throw new CommandError(`${file}:${error.message}`);
    throw error;
  }
}
