/**
 * What went wrong in a module, in one line.
 *
 * @module
 */

import { decodeModule } from "../binary/decode.ts";
import { NameSection } from "../binary/names.ts";
import { CompileError, LinkError, RuntimeError } from "../syntax/errors.ts";
import { ABORTED, BROKEN_PIPE, CommandError } from "./command.ts";
import { placeInText } from "./module_file.ts";
import { quoted } from "./output.ts";
import { BrokenPipe } from "./wasi/file.ts";
import { SignalRaised } from "./wasi/program.ts";

/** Turns an error of compiling or instantiating the module in `file` into one line; other errors go through. */
export function moduleError(file: string, error: unknown): unknown {
  if (error instanceof CompileError) {
    const message = withoutPrefix(error.message);
    const place = placeInText(file, Number(/ @\+(\d+)$/.exec(message)?.[1]));
    const where = place === null ? file : `${file}:${place.line}:${place.column}`;
    return new CommandError(`${where}: invalid module: ${message}`);
  }
  if (error instanceof LinkError || error instanceof TypeError) {
    return new CommandError(`${file}: cannot be linked: ${withoutPrefix(error.message)}`);
  }
  return error;
}

/** Turns what ended a program early into one line; `file` is its module, with these bytes. */
export function programError(file: string, error: unknown, bytes: Uint8Array): unknown {
  if (error instanceof RuntimeError) {
    return new CommandError(`${file}: trap: ${withoutPrefix(error.message)}${place(error, bytes)}`, ABORTED);
  }
  if (error instanceof BrokenPipe) return new CommandError(`${file}: ${error.message}`, BROKEN_PIPE);
  if (error instanceof SignalRaised) {
    return new CommandError(`${file}: ended by signal ${error.signal}`, 128 + error.signal);
  }
  if (error instanceof RangeError && error.message.includes("call stack")) {
    return new CommandError(
      `${file}: trap: ${error.message.replace(/\.$/, "")}${place(error, bytes)}`,
      ABORTED,
    );
  }
  if (error instanceof CommandError) return error;
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new CommandError(`${file}: uncaught exception: ${what}`, ABORTED);
}

/** An API error's message without the name of the API function. */
function withoutPrefix(message: string): string {
  return message.replace(/^WebAssembly\.\w+\(\): /, "");
}

function place(error: Error, bytes: Uint8Array): string {
  const name = wasmFunction(error.stack ?? "");
  if (name === null) return "";
  // Generated code calls a function without a name so; with a name it has that one.
  const [, index] = /^f(\d+)$/.exec(name) ?? [];
  const isName = index === undefined ||
    [...new NameSection(decodeModule(bytes)).functions.values()].includes(name);
  return isName ? ` in function ${quoted(name)}` : ` in function ${index}`;
}

/** The name of the innermost wasm function in a stack trace: generated code has `tandem:` URLs. */
function wasmFunction(stack: string): string | null {
  return /^\s*at (.+) \(tandem:(?!export\/|import\/)/m.exec(stack)?.[1] ?? null;
}
