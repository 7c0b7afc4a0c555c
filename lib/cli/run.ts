/**
 * `run`: runs WASI programs, and calls functions of modules.
 *
 * @module
 */

import { statSync } from "node:fs";
import { basename } from "node:path";
import { decodeModule } from "../binary/decode.ts";
import { Engine } from "../js_api/engine.ts";
import type { Instance, ModuleExportDescriptor, ModuleImportDescriptor } from "../js_api/types.ts";
import type { Module } from "../syntax/module.ts";
import type { FunctionType } from "../syntax/types.ts";
import { type Command, CommandError, readOptions } from "./command.ts";
import { formatValue, parseValue } from "./invoke.ts";
import { hostReason } from "./host_reason.ts";
import { readModule } from "./module_file.ts";
import { type ObservationFiles, observe } from "./observation.ts";
import { print, quoted } from "./output.ts";
import { moduleError, programError } from "./report.ts";
import { WASI_MODULES, WasiProgram } from "./wasi/program.ts";

const HELP = `Runs a WASI preview 1 program, or calls a function of a module.

Usage: tandem run [OPTIONS] FILE [--invoke NAME ARGS...] [-- PROGRAM ARGS...]

FILE is a binary module, or a text (.wat). A command (a module that exports _start) runs as a program with
the PROGRAM ARGS; its standard streams are this process's. A reactor is initialised, and then the exported
function NAME is called, if one is asked for; each result is printed on a line.

Options:
  --dir HOST[::GUEST]  let the program use the directory HOST and all below it, which it sees as GUEST
                       (or as HOST); may be repeated
  --env NAME=VALUE     set a variable in the program's environment, which is empty otherwise; may be repeated
  --invoke NAME ARGS   call an export with ARGS, up to the next option that starts with two dashes:
                       integers (decimal or 0x), floating point numbers (also inf, nan), null
  --trace FILE         write what the engine does to FILE, in Chrome's trace-event format
  --profile FILE       count calls, and write them to FILE every ten seconds and at the end
  --use-profile FILE   compile what FILE says is called before it is, and inline its usual targets
  --help               print this
  --version            print the version

Exit code: the program's own; 134 after a trap; 128 and a signal's number if it ended the program (141 when
the reader of its output went away); 1 if there was nothing to run. Errors are one line on standard error.`;

/** The command. */
export const run: Command = {
  help: HELP,
  async run(args) {
    const options = readRunOptions(args);
    const bytes = await readModule(options.file);
    const observation = observe(options.files);
    try {
      return runModule(options, bytes, new Engine(observation.engineOptions));
    } finally {
      observation.end();
    }
  },
};

function runModule(options: RunOptions, bytes: Uint8Array<ArrayBuffer>, { WebAssembly }: Engine): number {
  let instance: Instance;
  let program: WasiProgram;
  try {
    const module = new WebAssembly.Module(bytes);
    program = new WasiProgram(options);
    checkImports(
      options.file,
      program,
      WebAssembly.Module.imports(module),
      WebAssembly.Module.exports(module),
    );
    const imports = Object.fromEntries(WASI_MODULES.map((name) => [name, program.imports]));
    instance = new WebAssembly.Instance(module, imports);
  } catch (error) {
    const reported = moduleError(options.file, error);
    throw reported === error ? programError(options.file, error, bytes) : reported;
  }
  const exports: Record<string, unknown> = instance.exports;
  if (options.invoke !== null) return invoke(options, options.invoke, bytes, program, instance);
  const entry = exports._start ?? exports._initialize;
  if (typeof entry !== "function") {
    throw new CommandError(
      `${options.file}: nothing to run: it exports neither _start nor _initialize; name a function with --invoke`,
    );
  }
  return runEntry(options.file, bytes, program, instance, () => entry()) ?? 0;
}

/** What `run` was asked to do. */
interface RunOptions {
  readonly file: string;
  readonly invoke: { readonly name: string; readonly words: readonly string[] } | null;
  readonly args: readonly string[];
  readonly env: readonly string[];
  readonly directories: readonly { readonly host: string; readonly guest: string }[];
  readonly files: ObservationFiles;
}

function onlyFile(option: string, values: readonly string[]): string | null {
  if (values.length > 1) throw new CommandError(`run: one --${option} FILE, please`);
  return values[0] ?? null;
}

function readRunOptions(args: readonly string[]): RunOptions {
  const end = args.includes("--") ? args.indexOf("--") : args.length;
  const own = args.slice(0, end);
  const invoke = takeInvocation(own);
  const { values, positional } = readOptions(own, {
    values: ["dir", "env", "trace", "profile", "use-profile"],
  });
  if (positional.length === 0) throw new CommandError("run: which FILE? See run --help");
  if (positional.length > 1) {
    throw new CommandError(
      `run: unexpected argument ${positional[1]}; what is for the program follows --`,
    );
  }
  const [file] = positional;
  const programArgs = args.slice(end + 1);
  if (invoke !== null && programArgs.length > 0) {
    throw new CommandError("run: --invoke calls a function, which takes no PROGRAM ARGS");
  }
  for (const variable of values.env) {
    if (!/^[^=]+=/.test(variable)) throw new CommandError(`--env ${variable}: not of the form NAME=VALUE`);
  }
  return {
    file,
    invoke,
    args: [basename(file), ...programArgs],
    env: values.env,
    directories: values.dir.map(readDirectory),
    files: {
      trace: onlyFile("trace", values.trace),
      profile: onlyFile("profile", values.profile),
      useProfile: onlyFile("use-profile", values["use-profile"]),
    },
  };
}

/** Takes `--invoke NAME ARGS...` out of `args`: its ARGS may look like short options. */
function takeInvocation(args: string[]): RunOptions["invoke"] {
  const start = args.findIndex((arg) => arg === "--invoke" || arg.startsWith("--invoke="));
  if (start < 0) return null;
  let end = args.findIndex((arg, index) => index > start && arg.startsWith("--"));
  if (end < 0) end = args.length;
  const [option, ...rest] = args.splice(start, end - start);
  const [name, ...words] = option === "--invoke" ? rest : [option.slice("--invoke=".length), ...rest];
  if (name === undefined) throw new CommandError("option --invoke needs the name of an export");
  return { name, words };
}

function readDirectory(text: string): { host: string; guest: string } {
  const [host, guest = host] = text.split("::", 2);
  try {
    if (!statSync(host).isDirectory()) throw new CommandError(`--dir ${host}: not a directory`);
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(`--dir ${host}: ${hostReason(error)}`);
  }
  return { host, guest };
}

function checkImports(
  file: string,
  program: WasiProgram,
  imports: readonly ModuleImportDescriptor[],
  exports: readonly ModuleExportDescriptor[],
): void {
  for (const { module, name, kind } of imports) {
    const provided = WASI_MODULES.includes(module) && kind === "function" &&
      Object.hasOwn(program.imports, name);
    if (!provided) {
      const what = `${kind} ${quoted(module)} ${quoted(name)}`;
      throw new CommandError(`${file}: missing import: ${what}; run provides only WASI preview 1`);
    }
  }
  const hasMemory = exports.some(({ kind, name }) => kind === "memory" && name === "memory");
  if (imports.length > 0 && !hasMemory) {
    throw new CommandError(`${file}: not a WASI program: it exports no memory "memory"`);
  }
}

/** Runs `entry`; returns the program's exit code if it called `proc_exit`, else null. */
function runEntry(
  file: string,
  bytes: Uint8Array,
  program: WasiProgram,
  instance: Instance,
  entry: () => unknown,
): number | null {
  try {
    const outcome = program.call(instance, entry);
    return "exitCode" in outcome ? outcome.exitCode : null;
  } catch (error) {
    throw programError(file, error, bytes);
  }
}

function invoke(
  { file }: RunOptions,
  { name, words }: NonNullable<RunOptions["invoke"]>,
  bytes: Uint8Array,
  program: WasiProgram,
  instance: Instance,
): number {
  const { params, results } = exportedType(file, decodeModule(bytes), name);
  if (params.length !== words.length) {
    const expected = `${params.length} argument${params.length === 1 ? "" : "s"}`;
    throw new CommandError(`${file}: ${quoted(name)} takes ${expected}, not ${words.length}`);
  }
  const values = words.map((word, index) => parseValue(word, params[index]));
  const exports = instance.exports as Record<string, CallableFunction>;
  if (typeof exports._start !== "function" && typeof exports._initialize === "function") {
    const exitCode = runEntry(file, bytes, program, instance, () => exports._initialize());
    if (exitCode !== null) return exitCode;
  }
  let result: unknown;
  const exitCode = runEntry(file, bytes, program, instance, () => result = exports[name](...values));
  if (exitCode !== null) return exitCode;
  const all = results.length === 1 ? [result] : results.length === 0 ? [] : result as unknown[];
  all.forEach((value, index) => print(formatValue(value, results[index])));
  return 0;
}

function exportedType(file: string, module: Module, name: string): FunctionType {
  const exported = module.exports.find((one) => one.name === name);
  if (exported === undefined) throw new CommandError(`${file}: no export ${quoted(name)}`);
  if (exported.kind !== "function") {
    throw new CommandError(`${file}: export ${quoted(name)} is a ${exported.kind}, not a function`);
  }
  return module.types[module.functions[exported.index].type].composite as FunctionType;
}
