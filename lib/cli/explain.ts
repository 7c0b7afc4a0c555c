/**
 * `explain`: how a module's imports are called.
 *
 * @module
 */

import { resolve } from "node:path";
import { cwd } from "node:process";
import { pathToFileURL } from "node:url";
import { decodeModule } from "../binary/decode.ts";
import { compiledModule, Engine } from "../js_api/engine.ts";
import type { Module } from "../js_api/types.ts";
import { explainImports, type ImportExplanation } from "../link/explain.ts";
import { BUILTIN_SETS } from "../link/compile_time_builtins.ts";
import { CompileError } from "../syntax/errors.ts";
import { type Command, CommandError, readOptions } from "./command.ts";
import { readModule } from "./module_file.ts";
import { columns, faint, heading, print, quoted, visible } from "./output.ts";
import { moduleError } from "./report.ts";

const HELP = `Says how each import of a module is called, why not in a faster way, and what that would take.

Usage: tandem explain FILE [--imports MODULE] [--json]

FILE is a binary module, or a text (.wat). Without MODULE, what the names of the imports tell: those of WASI, of
the builtins (wasm:js-string and so on), of Emscripten's env, of Go and of wasm-bindgen. WASI's functions are
those that run provides.

Options:
  --imports MODULE  a JavaScript or TypeScript module whose default export is the imports object, or a function
                    that takes the namespace WebAssembly and returns one, or a promise of one
  --json            print JSON
  --help            print this
  --version         print the version`;

/** The command. */
export const explain: Command = {
  help: HELP,
  async run(args) {
    const { flags, values, positional } = readOptions(args, { flags: ["json"], values: ["imports"] });
    if (positional.length !== 1) throw new CommandError("explain: one FILE, please. See explain --help");
    if (values.imports.length > 1) throw new CommandError("explain: one --imports, please");
    const [file] = positional;
    const bytes = await readModule(file);
    const engine = new Engine();
    let module: Module;
    try {
      module = new engine.WebAssembly.Module(bytes, { builtins: builtinsOf(bytes) });
    } catch (error) {
      throw error instanceof CompileError ? moduleError(file, error) : error;
    }
    const [path] = values.imports;
    const imports = path === undefined ? undefined : await loadImports(path, engine);
    const explanations = explainImports(compiledModule(engine, module)!, imports);
    print(flags.has("json") ? JSON.stringify(explanations, null, 2) : formatExplanations(file, explanations));
    return 0;
  },
};

/** The sets of builtins that a module imports from. */
function builtinsOf(bytes: Uint8Array): string[] {
  const used = new Set<string>();
  try {
    for (const { module } of decodeModule(bytes).imports) used.add(module);
  } catch {
    // The module's constructor says why.
  }
  return BUILTIN_SETS.filter((set) => used.has(`wasm:${set}`));
}

async function loadImports(path: string, { WebAssembly }: Engine): Promise<object> {
  try {
    const { href } = pathToFileURL(resolve(cwd(), path));
    const { default: exported } = await import(href) as { default?: unknown };
    // A function is called without an object to be called on.
    const imports = typeof exported === "function" ? await exported(WebAssembly) as unknown : exported;
    if (typeof imports === "object" && imports !== null) return imports;
  } catch (error) {
    throw new CommandError(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
  throw new CommandError(
    `${path}: its default export is neither an imports object nor a function that makes one`,
  );
}

const UNKNOWN = "the name is unknown";

function formatExplanations(file: string, explanations: readonly ImportExplanation[]): string {
  const title = `${heading(visible(file))}: ${count(explanations.length, "import")}`;
  if (explanations.length === 0) return title;
  const rows = columns(explanations.map((one) => [
    `${quoted(one.module)} ${quoted(one.field)}`,
    one.kind === "function" ? one.type : `${one.kind} ${one.type}`,
    outcome(one),
    one.knownAs === null ? "" : visible(one.knownAs),
  ]));
  const lines = explanations.flatMap((one, i) => [
    rows[i],
    ...one.error === null ? [] : [`      error: ${visible(one.error)}`],
    ...isUnknown(one) ? [] : [
      ...one.reasons.map((reason) => faint(`      why: ${visible(reason)}`)),
      ...one.remedies.map((remedy) => faint(`      try: ${visible(remedy)}`)),
    ],
  ]);
  return [title, "", ...lines, "", ...summary(explanations)].join("\n");
}

/** Whether nothing is known of a function because there is no imports object. */
function isUnknown({ reasons }: ImportExplanation): boolean {
  return reasons.includes(UNKNOWN);
}

function outcome(one: ImportExplanation): string {
  if (one.error !== null) return "cannot be linked";
  return isUnknown(one) ? "?" : one.callKind ?? "";
}

/** How many imports are called in which way, and what to do about those of unknown names. */
function summary(explanations: readonly ImportExplanation[]): string[] {
  const numbers = new Map<string, number>();
  for (const one of explanations) {
    const kind = outcome(one);
    if (kind !== "" && kind !== "?") numbers.set(kind, (numbers.get(kind) ?? 0) + 1);
  }
  const unknown = explanations.filter(isUnknown).length;
  const kinds = [...numbers].map(([kind, number]) => `${kind}: ${number}`).join(", ");
  return [
    ...kinds === "" ? [] : [kinds],
    ...unknown === 0
      ? []
      : [`?: ${count(unknown, "function")} of unknown names; --imports MODULE says how they are called`],
  ];
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}
