/**
 * Runs scripts of the specification's test suite. Neutral of the host: works on parsed scripts and takes what it needs from outside as a
 * function, so that it runs in Deno, Bun, Node and a page.
 *
 * @module
 */

import type { Engine } from "../../js_api/engine.ts";
import { engineState } from "../../js_api/engine.ts";
import type { WebAssemblyNamespace } from "../../js_api/types.ts";
import { KEEPS_NAN_BITS } from "../../runtime/float_bits.ts";
import { leaving } from "../../runtime/exception_boundary.ts";
import { invoke } from "../../runtime/components.ts";
import { heapObjectOf } from "../../runtime/external_references.ts";
import type { FunctionReference } from "../../runtime/function_reference.ts";
import { externalOf, referenceOf } from "../../runtime/function_reference.ts";
import { moduleBytes } from "../../text/module_source.ts";
import type { Action, Command, ModuleSource, Script, ScriptValue, ThreadCommand } from "./commands.ts";
import {
  describe,
  isUncovered,
  Mismatch,
  NaNPayload,
  NotCarried,
  NotCovered,
  Results,
  type ScriptResult,
  Uncovered,
} from "./results.ts";
import { spectest } from "./spectest.ts";
import { attachInstance, type Exporting, shareInstance, type ThreadTask } from "./thread.ts";
import { ScriptThreads, type ThreadOptions } from "./threads.ts";
import { isTrap } from "./traps.ts";
import {
  boxedList,
  crossesFromJavaScript,
  crossesToJavaScript,
  expectsNaN,
  type HeapKind,
  isUncommonNaN,
  matchValue,
  observeBoxed,
  type Observed,
  observeExternal,
  show,
  showExpected,
  uncarried,
} from "./values.ts";

type Module = WebAssemblyNamespace["Module"]["prototype"];

/** What the scripts run on. */
export interface RunOptions extends ThreadOptions {
  readonly engine: Engine;
  /** The bytes of a module in a text; throws when the text is malformed. */
  readonly parseText: (text: string) => Uint8Array;
  /** The contents of a file beside the script, for modules that are not in line. */
  readonly readFile?: (name: string) => Uint8Array;
  /** Features that invalid modules may be refused for; other refusals for want of a feature do not count. */
  readonly refusedFeatures?: ReadonlySet<string>;
  /** Read every module that has a text from its text. */
  readonly fromText?: boolean;
  /** Call exports and read globals through the JS API only, and count what it cannot carry. */
  readonly throughAPI?: boolean;
  /**
   * A valid module passes, without an instance, when `spectest` lacks something it imports or has it of another type.
   */
  readonly acceptsUnlinkable?: boolean;
}

/** The switched-off feature that a CompileError names, or null. */
export function disabledFeature(error: unknown): string | null {
  if (!(error instanceof Error) || error.name !== "CompileError") return null;
  return /enable feature ([\w-]+)/.exec(error.message)?.[1] ?? null;
}

/**
 * Runs every command of `script` and says what became of each. The threads that it starts have ended when the promise
 * is fulfilled.
 */
export async function runScript(script: Script, options: RunOptions): Promise<ScriptResult> {
  return await new ScriptRun(options).run(script.commands);
}

/** Runs the commands of a thread, as {@linkcode runScript} those of a script. */
export async function runThread(
  { shared, commands }: ThreadTask,
  options: RunOptions,
): Promise<ScriptResult> {
  const run = new ScriptRun(options);
  for (const instance of shared) run.keep(instance.name, attachInstance(options.engine, instance));
  return await run.run(commands);
}

class ScriptRun {
  readonly #options: RunOptions;
  readonly #wasm: WebAssemblyNamespace;
  readonly #kind: HeapKind;
  /** By module name. */
  readonly #imports: Record<string, WebAssembly.ModuleImports | Uncovered>;
  readonly #instances = new Map<string, Exporting | Uncovered>();
  readonly #definitions = new Map<string, Module | Uncovered>();
  #lastInstance: Exporting | Uncovered | null = null;
  #lastDefinition: Module | Uncovered | null = null;
  readonly #results: Results;
  readonly #threads: ScriptThreads;

  constructor(options: RunOptions) {
    this.#options = options;
    this.#results = new Results(options.onFailure ?? (() => {}));
    this.#threads = new ScriptThreads(this.#results, options);
    this.#wasm = options.engine.WebAssembly;
    this.#imports = Object.assign(Object.create(null), { spectest: spectest(this.#wasm) });
    this.#kind = (reference) => {
      const kind = heapObjectOf(reference)?.$type.composite.kind;
      return kind === "struct" || kind === "array" ? kind : null;
    };
  }

  async run(commands: readonly Command[]): Promise<ScriptResult> {
    try {
      for (const command of commands) {
        try {
          const ended = this.#execute(command);
          if (ended !== undefined) await ended;
          this.#results.pass();
        } catch (error) {
          this.#results.thrown(command, error);
        }
      }
      await this.#threads.outlast();
    } finally {
      await this.#threads.end();
    }
    return this.#results.result;
  }

  /** Makes `instance` the last one, with that name if it has one; null takes the name from whichever has it. */
  keep(name: string | undefined, instance: Exporting | Uncovered | null): void {
    this.#lastInstance = instance;
    if (name === undefined) return;
    if (instance === null) this.#instances.delete(name);
    else this.#instances.set(name, instance);
  }

  /** Only commands about threads take time: a promise for each of a suite's 65,000 commands would be waste. */
  #execute(command: Command): Promise<void> | undefined {
    switch (command.type) {
      case "thread":
        return this.#startThread(command);
      case "wait":
        return this.#threads.wait(command.thread);
      default:
        this.#executeAtOnce(command);
        return undefined;
    }
  }

  #executeAtOnce(command: Exclude<Command, { readonly type: "thread" | "wait" }>): void {
    switch (command.type) {
      case "module": {
        const module = this.#define(command);
        this.#instantiate(module, command.name);
        return;
      }
      case "module_definition":
        this.#lastDefinition = null;
        this.#lastDefinition = this.#define(command);
        if (command.name !== undefined) this.#definitions.set(command.name, this.#lastDefinition);
        return this.#demandCovered(this.#lastDefinition);
      case "module_instance": {
        return this.#instantiate(this.#definition(command.module), command.instance);
      }
      case "register":
        return this.#register(command.as, command.name);
      case "action":
        this.#act(command.action, []);
        return;
      case "assert_return": {
        const expected: readonly ScriptValue[] = command.expected ??
          [{ type: "either", values: command.either }];
        const results = this.#act(command.action, expected);
        return this.#assertResults(results, expected, command.action.args ?? []);
      }
      case "assert_trap":
        return this.#assertTrap(() => this.#act(command.action, []), command.text);
      case "assert_exhaustion":
        return this.#assertExhaustion(command.action);
      case "assert_exception":
        return this.#assertException(command.action);
      case "assert_invalid":
      case "assert_malformed":
      case "assert_invalid_custom":
      case "assert_malformed_custom":
        return this.#assertRefused(command);
      case "assert_unlinkable":
        return this.#assertUnlinkable(command);
      case "assert_uninstantiable": {
        const module = command.module === undefined
          ? this.#define(command)
          : this.#definition(command.module);
        this.#demandCovered(module);
        return this.#assertTrap(() => this.#instance(module), command.text);
      }
      default:
        throw new Mismatch(`command ${(command as Command).type} is unknown to this runner`);
    }
  }

  #define(source: ModuleSource): Module | Uncovered {
    try {
      return new this.#wasm.Module(this.#bytes(source) as Uint8Array<ArrayBuffer>);
    } catch (error) {
      const feature = disabledFeature(error);
      if (feature === null) throw error;
      return new Uncovered(feature);
    }
  }

  #definition(name: string | undefined): Module | Uncovered {
    const module = name === undefined ? this.#lastDefinition : this.#definitions.get(name);
    if (!module) throw new Mismatch(`there is no module ${name ?? "definition"}`);
    return module;
  }

  #bytes(source: ModuleSource): Uint8Array {
    const { binary, filename, wat } = source;
    if (source.source !== undefined) return moduleBytes(source.source);
    const isText = source.module_type === "text" || filename?.endsWith(".wat");
    if (wat !== undefined && (isText || this.#options.fromText)) return this.#options.parseText(wat);
    if (binary !== undefined) return decodeBase64(binary);
    const { readFile } = this.#options;
    if (filename === undefined || !readFile) throw new Mismatch("the module is not in the script");
    const contents = readFile(filename);
    return isText ? this.#options.parseText(new TextDecoder().decode(contents)) : contents;
  }

  #instance(module: Module | Uncovered): Exporting {
    this.#demandCovered(module);
    for (const { module: name } of this.#wasm.Module.imports(module)) {
      const exports = this.#imports[name];
      if (exports !== undefined) this.#demandCovered(exports);
    }
    return new this.#wasm.Instance(module, this.#imports as WebAssembly.Imports);
  }

  #instantiate(module: Module | Uncovered, name: string | undefined): void {
    const keep = (instance: Exporting | Uncovered | null) => this.keep(name, instance);
    keep(null);
    if (isUncovered(module)) keep(module);
    try {
      keep(this.#instance(module));
    } catch (error) {
      if (error instanceof NotCovered) keep(new Uncovered(error.feature));
      if (this.#options.acceptsUnlinkable && this.#isUnprovided(error)) {
        keep(new Uncovered("imports that spectest lacks"));
        return;
      }
      throw error;
    }
  }

  #isUnprovided(error: unknown): boolean {
    return error instanceof this.#wasm.LinkError &&
      /^WebAssembly\.Instance\(\): Import #\d+ "spectest" /.test(error.message);
  }

  #demandCovered<Covered extends object>(thing: Covered | Uncovered): asserts thing is Covered {
    if (isUncovered(thing)) throw new NotCovered(thing.feature);
  }

  #register(as: string, name: string | undefined): void {
    const instance = this.#instanceNamed(name);
    this.#imports[as] = isUncovered(instance) ? instance : instance.exports as WebAssembly.ModuleImports;
    this.#demandCovered(instance);
  }

  #instanceNamed(name: string | undefined): Exporting | Uncovered {
    const instance = name === undefined ? this.#lastInstance : this.#instances.get(name);
    if (!instance) throw new Mismatch(`there is no instance${name === undefined ? "" : ` ${name}`}`);
    return instance;
  }

  async #startThread(command: ThreadCommand): Promise<void> {
    const { shared_module, commands = [] } = command;
    const names = command.shared_modules ?? (shared_module === undefined ? [] : [shared_module]);
    this.#threads.keep(command.name, null);
    const shared = names.map((name) => {
      const instance = this.#instanceNamed(name);
      if (isUncovered(instance)) this.#threads.keep(command.name, instance);
      this.#demandCovered(instance);
      return shareInstance(this.#options.engine, name, instance);
    });
    await this.#threads.start(command, { shared, commands });
  }

  #act(action: Action, expected: readonly ScriptValue[]): Observed[] {
    const instance = this.#instanceNamed(action.module);
    this.#demandCovered(instance);
    const exported = instance.exports[action.field];
    if (action.type === "get") return this.#look(exported);
    const reference = referenceOf(exported);
    if (reference === undefined) throw new Mismatch(`${action.field} is not an exported function`);
    const args = action.args ?? [];
    return this.#options.throughAPI
      ? this.#callExport(reference, args)
      : this.#call(reference, args, expected);
  }

  #look(exported: unknown): Observed[] {
    const global = engineState(this.#options.engine).externals.globalOf(exported);
    if (global === null) throw new Mismatch("not an exported global");
    const type = global.type.value;
    if (!this.#options.throughAPI) return [observeBoxed(type, global.get())];
    const what = uncarried({ params: [], results: [type] }, []);
    if (what !== null) throw new NotCarried(what);
    return [observeExternal(type, (exported as WebAssembly.Global).value)];
  }

  /** Calls through the JavaScript interface. What that does not carry is run all the same, for its effects. */
  #callExport(reference: FunctionReference, args: readonly ScriptValue[]): Observed[] {
    const { signature } = reference.type;
    const what = uncarried(signature, args);
    if (what !== null) {
      try {
        invoke(reference, boxedList(args));
      } catch {
        // Not judged.
      }
      throw new NotCarried(what);
    }
    const { results } = signature;
    const value = (externalOf(reference) as (...args: unknown[]) => unknown)(...boxedList(args));
    const values = results.length > 1 ? value as unknown[] : [value];
    return results.map((type, i) => observeExternal(type, values[i]));
  }

  /** Calls through the JavaScript interface where that carries every bit of the values, otherwise the code itself. */
  #call(
    reference: FunctionReference,
    args: readonly ScriptValue[],
    expected: readonly ScriptValue[],
  ): Observed[] {
    const { results } = reference.type.signature;
    const throughJS = args.every(crossesFromJavaScript) && results.length === expected.length &&
      results.every((type, i) => crossesToJavaScript(type, expected[i]));
    if (throughJS) {
      const call = externalOf(reference) as (...args: unknown[]) => unknown;
      const value = call(...boxedList(args));
      const values = results.length === 1 ? [value] : (value as unknown[] | undefined) ?? [];
      return results.map((type, i) => observeBoxed(type, values[i]));
    }
    try {
      return invoke(reference, boxedList(args)).map((value, i) => observeBoxed(results[i], value));
    } catch (error) {
      throw leaving(error, engineState(this.#options.engine));
    }
  }

  #assertResults(
    results: readonly Observed[],
    expected: readonly ScriptValue[],
    args: readonly ScriptValue[],
  ): void {
    const matches = results.length === expected.length
      ? results.map((result, i) => matchValue(result, expected[i], this.#kind))
      : ["no"];
    if (this.#options.throughAPI && expected.some(expectsNaN) && !matches.includes("no")) {
      throw new NotCarried("NaN bits");
    }
    if (matches.every((match) => match === "yes")) return;
    const text = `got ${results.map(show).join(", ")}; expected ${expected.map(showExpected).join(", ")}`;
    if (!KEEPS_NAN_BITS && (!matches.includes("no") || args.some(isUncommonNaN))) throw new NaNPayload(text);
    throw new Mismatch(text);
  }

  #thrownBy(action: () => unknown, wanted: string): unknown {
    try {
      action();
    } catch (error) {
      if (error instanceof NotCovered || error instanceof NotCarried || error instanceof Mismatch) {
        throw error;
      }
      return error;
    }
    throw new Mismatch(`nothing was thrown; expected ${wanted}`);
  }

  #assertTrap(action: () => unknown, text: string): void {
    const error = this.#thrownBy(action, `the trap "${text}"`);
    const { RuntimeError } = this.#wasm;
    // A failing active segment or start function of an instantiation carries the API's prefix.
    const message = error instanceof RuntimeError
      ? error.message.replace(/^WebAssembly\.Instance\(\): /, "")
      : null;
    if (message === null || !isTrap(message, text)) {
      throw new Mismatch(`got ${describe(error)}; expected the trap "${text}"`);
    }
  }

  #assertExhaustion(action: Action): void {
    const error = this.#thrownBy(() => this.#act(action, []), "the host's stack overflow");
    // SpiderMonkey's stack overflow is an InternalError.
    const isOverflow = error instanceof RangeError && /stack/i.test(error.message) ||
      (error as Error)?.name === "InternalError";
    if (!isOverflow) throw new Mismatch(`got ${describe(error)}; expected the host's stack overflow`);
  }

  #assertException(action: Action): void {
    const error = this.#thrownBy(() => this.#act(action, []), "an exception");
    if (error instanceof this.#wasm.RuntimeError) throw new Mismatch(`got the trap ${describe(error)}`);
  }

  #assertRefused(command: ModuleSource & { readonly type: string; readonly text: string }): void {
    let bytes;
    try {
      bytes = this.#bytes(command);
    } catch (error) {
      if (error instanceof Mismatch) throw error;
      const isRefusal = error instanceof SyntaxError;
      if (!isRefusal) throw new Mismatch(`the text parser threw ${describe(error)}`);
      return;
    }
    const error = this.#thrownBy(
      () => new this.#wasm.Module(bytes as Uint8Array<ArrayBuffer>),
      `a CompileError, "${command.text}"`,
    );
    const feature = disabledFeature(error);
    if (feature !== null && !this.#options.refusedFeatures?.has(feature)) throw new NotCovered(feature);
    const isRefusal = error instanceof this.#wasm.CompileError &&
      /^WebAssembly\.Module\(\): (.* @\+\d+|BufferSource argument is empty)$/s.test(error.message);
    if (!isRefusal) throw new Mismatch(`got ${describe(error)}; expected a CompileError with an offset`);
  }

  #assertUnlinkable(
    command: ModuleSource & { readonly text: string; readonly module?: string },
  ): void {
    const module = command.module === undefined ? this.#define(command) : this.#definition(command.module);
    this.#demandCovered(module);
    const error = this.#thrownBy(() => this.#instance(module), `a LinkError, "${command.text}"`);
    // The JavaScript interface reports a module that is not there at all as a TypeError.
    const isRefusal = error instanceof this.#wasm.LinkError ||
      error instanceof TypeError && command.text === "unknown import" &&
        error.message.endsWith("module is not an object or function");
    if (!isRefusal) throw new Mismatch(`got ${describe(error)}; expected a LinkError, "${command.text}"`);
  }
}

function decodeBase64(text: string): Uint8Array {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
