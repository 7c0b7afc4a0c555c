/**
 * Writing to the terminal, or to whatever stands in its place.
 *
 * @module
 */

import { closeSync, openSync, writeSync } from "node:fs";
import { env } from "node:process";
import { isatty } from "node:tty";
import * as colors from "@std/fmt/colors";
import { BROKEN_PIPE, CommandError } from "./command.ts";
import { hostReason } from "./host_reason.ts";
import { sleep } from "./wasi/clock.ts";

const STDOUT = 1;
const STDERR = 2;
const encoder = new TextEncoder();

/**
 * Writes text to standard output, and a line end.
 *
 * @throws {CommandError} when it cannot be written; with the exit code of SIGPIPE when nobody reads it any more.
 */
export function print(text: string): void {
  standardOutput().write(`${text}\n`);
}

/** Where a command writes what it makes. Everything throws a {@linkcode CommandError} when it cannot be written. */
export interface Output {
  /** Appends text. */
  write(text: string): void;
  /** Appends bytes. */
  writeBytes(bytes: Uint8Array): void;
  /** Ends it. */
  close(): void;
}

/** Standard output; the exit code is that of SIGPIPE when nobody reads it any more. */
export function standardOutput(): Output {
  return output(STDOUT, "standard output", () => {});
}

/**
 * The file `path`, which is overwritten.
 *
 * @throws {CommandError} when it cannot be opened.
 */
export function fileOutput(path: string): Output {
  let descriptor: number;
  try {
    descriptor = openSync(path, "w");
  } catch (error) {
    throw new CommandError(`${path}: ${hostReason(error)}`);
  }
  return output(descriptor, path, () => closeSync(descriptor));
}

function output(descriptor: number, name: string, close: () => void): Output {
  const writeBytes = (bytes: Uint8Array) => {
    try {
      writeAll(descriptor, bytes);
    } catch (error) {
      if ((error as { code?: unknown }).code === "EPIPE") {
        throw new CommandError(`the reader of ${name} has gone away`, BROKEN_PIPE);
      }
      throw new CommandError(`cannot write to ${name}: ${hostReason(error)}`);
    }
  };
  return { write: (text) => writeBytes(encoder.encode(text)), writeBytes, close };
}

/** Writes one line to standard error. Line ends and other control characters in `message` are made visible. */
export function printError(message: string): void {
  const label = decorate(STDERR, (text) => colors.red(colors.bold(text)), "tandem:");
  try {
    write(STDERR, `${label} ${visible(message)}\n`);
  } catch {
    // Nobody is there to be told.
  }
}

/** `text` as a heading, when standard output is a terminal. */
export function heading(text: string): string {
  return decorate(STDOUT, colors.bold, text);
}

/** `text` set back, when standard output is a terminal. */
export function faint(text: string): string {
  return decorate(STDOUT, colors.dim, text);
}

/** `text` with control characters escaped, so that names in a module cannot steer the terminal. */
export function visible(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/g, (character) => {
    if (character === "\n") return "\\n";
    return `\\u{${character.charCodeAt(0).toString(16)}}`;
  });
}

/** `text` in double quotes, escaped. */
export function quoted(text: string): string {
  return `"${visible(text.replace(/["\\]/g, "\\$&"))}"`;
}

/** Rows of cells, aligned; the last cell of a row is not padded. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, index) => widths[index] = Math.max(widths[index] ?? 0, cell.length));
  }
  return rows.map((row) => `  ${row.map((cell, index) => cell.padEnd(widths[index])).join("  ").trimEnd()}`);
}

function decorate(stream: number, style: (text: string) => string, text: string): string {
  if (env.NO_COLOR || !isatty(stream)) return text;
  colors.setColorEnabled(true);
  return style(text);
}

function write(stream: number, text: string): void {
  writeAll(stream, encoder.encode(text));
}

function writeAll(stream: number, bytes: Uint8Array): void {
  let done = 0;
  while (done < bytes.length) {
    try {
      done += writeSync(stream, bytes, done);
    } catch (error) {
      if ((error as { code?: unknown }).code !== "EAGAIN") throw error;
      sleep(2);
    }
  }
}
