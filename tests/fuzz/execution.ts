/**
 * Runs a program of one or more modules on two engines in lockstep: every export is called again and again with the same arguments on both, and
 * everything that can be seen afterwards must be equal: results, traps, calls of imports, globals and memories. Later calls run
 * in whatever tier the host's compilers have reached by then.
 *
 * @module
 */

import { decodeModule } from "../../lib/binary/decode.ts";
import { ALL_FEATURES } from "../../lib/syntax/features.ts";
import type { ExternKind, Module } from "../../lib/syntax/module.ts";
import {
  type GlobalType,
  I32,
  I64,
  isNullable,
  isReference,
  type ValueType,
  valueTypeName,
} from "../../lib/syntax/types.ts";
import { HOST_HAS_V8_MESSAGES } from "./host_features.ts";
import { Random } from "./mutate.ts";

/** A `WebAssembly` namespace. */
export type Namespace = typeof globalThis.WebAssembly;

/** What to do with a module. */
export interface ExecutionPlan {
  /** Seed of the arguments. */
  readonly seed: number;
  /** How often every export is called. */
  readonly rounds: number;
}

/** Where two engines part, and what each of them gave there. */
export interface Divergence {
  readonly where: string;
  readonly actual: string;
  readonly expected: string;
}

/** Kinds of traps, by V8's and JavaScriptCore's messages. V8 has had one text for both failures of indirect calls, and has two now. */
const TRAP_KINDS: readonly (readonly [kind: string, message: RegExp])[] = [
  ["unreachable", /^unreachable$|^Unreachable code/],
  [
    "memory",
    // Engines differ in which is reported when an atomic access is both unaligned and out of bounds.
    /^memory access out of bounds|unaligned (memory )?access|^Out of bounds memory access|data segment .*out of bounds|offset .* out of bounds|array.new_data/i,
  ],
  ["division by zero", /^(divide|remainder) by zero|^Division by zero/],
  ["division overflow", /^divide result unrepresentable|^Integer overflow/],
  ["float to integer", /^float unrepresentable|^Out of bounds Trunc/],
  [
    "table",
    /^table index is out of bounds|^Out of bounds (call_indirect|table)/i,
  ],
  ["indirect call", /^null function|^function signature|^call_indirect to|signature that does not match/],
  ["null", /^dereferencing a null pointer|^rethrowing null value|null reference|call_ref to null/],
  ["cast", /^illegal cast|^ref\.cast failed/],
  // V8 looks at the segment before the array.
  [
    "array",
    /^array element access out of bounds|^Out of bounds array|element segment .*out of bounds|array.new_elem/i,
  ],
];

/** Engines with messages of their own divide traps into kinds in their own ways. */
function trapKind(message: string): string {
  const known = TRAP_KINDS.find(([, pattern]) => pattern.test(message));
  if (known === undefined) return message;
  return HOST_HAS_V8_MESSAGES ? known[0] : "any";
}

/** Stacks and the largest arrays differ in size: nothing after such an error can be compared. */
class Exhausted extends Error {}
const EXHAUSTION = /call stack|^requested new array is too large|^Failed to allocate/;

interface FunctionType {
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
}

function functionType(module: Module, index: number): FunctionType {
  return module.types[module.functions[index].type].composite as unknown as FunctionType;
}

/** An exported function and its type. */
interface FunctionExport {
  readonly name: string;
  readonly type: FunctionType;
  /** The number of the module. */
  readonly instance: number;
}

/** The exported functions; where some are called `run-...`, the others are for the program's own modules. */
function functionExports(module: Module, instance: number): FunctionExport[] {
  const all = module.exports.flatMap(({ name, kind, index }) =>
    kind === "function" ? [{ name, type: functionType(module, index), instance }] : []
  );
  const entries = all.filter(({ name }) => name.startsWith("run-"));
  return entries.length > 0 ? entries : all;
}

const INTERESTING = [0, 1, -1, 2, 7, 31, 32, 63, 255, 65532, 65535, 65536, 0x7fffffff, -0x80000000];
const INTERESTING_FLOATS = [
  -0,
  0.5,
  1.5,
  -3.7,
  1e10,
  -3e9,
  2 ** 31,
  2 ** 53,
  2 ** 63,
  1e-40,
  1e300,
  Infinity,
  NaN,
];

/** An argument: a number, a bigint, or for a reference a number that {@linkcode Run} turns into one. */
function argument(random: Random, type: ValueType): number | bigint {
  const integer = random.below(3) > 0 ? random.pick(INTERESTING) : random.next() | 0;
  if (type === I64) return BigInt(integer) << BigInt(random.pick([0, 0, 1, 16, 31, 32]));
  if (type === I32 || isReference(type)) return integer;
  return random.below(2) > 0 ? random.pick(INTERESTING_FLOATS) : integer / 8;
}

const MOST_CALLS_BY_IMPORTS = 8;
/** Of a table. */
const SHOWN_ELEMENTS = 64;

/** One engine's instance of a module. */
class Run {
  readonly #namespace: Namespace;
  readonly #modules: readonly Module[];
  /** What imported functions were called with since the last look. */
  #log: string[] = [];
  /** Of the instances, in the order of their instantiation; modules import those of earlier ones from `m0`, `m1` and so on. */
  readonly #instances: Record<string, unknown>[] = [];
  readonly #functions: readonly FunctionExport[];
  /** References that were seen, which arguments are taken from. */
  readonly #references: unknown[] = [null, 5, "text"];
  #tag: object | null = null;
  /** How many more exports the imported functions call until the next look; a hang limit starts again after every trap. */
  #calls = 0;
  /** Whether a limit was met, perhaps by an imported function. */
  #exhausted = false;

  constructor(namespace: Namespace, modules: readonly Module[]) {
    this.#namespace = namespace;
    this.#modules = modules;
    this.#functions = modules.flatMap(functionExports);
  }

  /** How many instances there are. */
  get instances(): number {
    return this.#instances.length;
  }

  /** Makes an instance of the next module. */
  start(bytes: Uint8Array<ArrayBuffer>): string {
    return this.#outcome(() => {
      const { Instance, Module } = this.#namespace;
      const imports = this.#imports(this.#modules[this.#instances.length]);
      const { exports } = new Instance(new Module(bytes), imports as WebAssembly.Imports);
      this.#instances.push(exports as Record<string, unknown>);
      return "instance";
    });
  }

  call({ name, type, instance }: FunctionExport, args: readonly (number | bigint)[]): string {
    const values = args.map((arg, i) => isReference(type.params[i]) ? this.#reference(arg as number) : arg);
    return this.#outcome(() => (this.#instances[instance][name] as CallableFunction)(...values));
  }

  #reference(number: number): unknown {
    return (number & 1) === 0 ? null : this.#references[(number >>> 1) % this.#references.length];
  }

  /** What `action` gives or throws, and the calls of imports meanwhile. */
  #outcome(action: () => unknown): string {
    let outcome: string;
    this.#calls = MOST_CALLS_BY_IMPORTS;
    try {
      outcome = this.#show(action());
    } catch (error) {
      outcome = this.#showError(error);
    }
    if (this.#exhausted) throw new Exhausted();
    if (this.#log.length === 0) return outcome;
    outcome += ` after ${this.#log.join(" ")}`;
    this.#log = [];
    return outcome;
  }

  #show(value: unknown): string {
    switch (typeof value) {
      case "number":
        return Object.is(value, -0) ? "-0" : `${value}`;
      case "bigint":
        return `${value}n`;
      case "string":
        return JSON.stringify(value);
      case "undefined":
        return "undefined";
    }
    if (Array.isArray(value)) return `[${value.map((element) => this.#show(element)).join()}]`;
    if (value === null) return "null";
    let known = this.#references.indexOf(value);
    if (known < 0 && this.#references.length < 30) known = this.#references.push(value) - 1;
    return `${typeof value} ${known}`;
  }

  #showError(error: unknown): string {
    if (!(error instanceof Error)) {
      const { Exception } = this.#namespace as unknown as { Exception?: new () => object };
      return Exception && error instanceof Exception ? "exception" : `thrown ${this.#show(error)}`;
    }
    if (EXHAUSTION.test(error.message)) this.#exhausted = true;
    return error.name === "RuntimeError" ? `trap: ${trapKind(error.message)}` : error.name;
  }

  /** The globals and the sizes of memories and tables, and with `contents` a hash of the memories. */
  state(contents: boolean): string {
    const { Global, Memory, Table } = this.#namespace;
    let text = "";
    for (const [name, value] of this.#allExports()) {
      if (value instanceof Memory) {
        text += `${name}: ${value.buffer.byteLength} ${contents ? hash(value.buffer) : ""} `;
      } else if (value instanceof Table) {
        text += `${name}: ${value.length} ${contents ? this.#elements(value) : ""} `;
      } else if (value instanceof Global) text += `${name}: ${this.#globalValue(value)} `;
    }
    return text;
  }

  #allExports(): [name: string, value: unknown][] {
    return this.#instances.flatMap((exports) => Object.entries(exports));
  }

  #elements(table: WebAssembly.Table): string {
    try {
      return Array.from(
        { length: Math.min(Number(table.length), SHOWN_ELEMENTS) },
        (_, i) => this.#show(table.get(i)),
      ).join();
    } catch (error) {
      return (error as Error).name;
    }
  }

  #globalValue(global: WebAssembly.Global): string {
    try {
      return this.#show(global.value);
    } catch {
      return "hidden";
    }
  }

  #imports(importing: Module): Record<string, Record<string, unknown>> {
    const imports: Record<string, Record<string, unknown>> = {};
    for (const { module, name, kind, index } of importing.imports) {
      const from = /^m([0-9])$/.exec(module);
      (imports[module] ??= {})[name] = from
        ? this.#instances[Number(from[1])][name]
        : this.#import(importing, name, kind, index);
    }
    return imports;
  }

  #import(importing: Module, name: string, kind: ExternKind, index: number): unknown {
    const { Tag, JSTag } = this.#namespace as unknown as {
      Tag: new (type: { parameters: string[] }) => object;
      JSTag: unknown;
    };
    switch (kind) {
      case "function":
        return this.#function(name, functionType(importing, index));
      case "global":
        return this.#global(importing.globals[index].type);
      case "tag":
        return name === "jstag" ? JSTag : this.#tag ??= new Tag({ parameters: ["i32"] });
      default:
        throw new TypeError(`cannot import a ${kind}`);
    }
  }

  #global({ value, mutable }: GlobalType): unknown {
    const content = isReference(value) ? isNullable(value) ? null : "text" : value === I64 ? 42n : 42;
    const type = valueTypeName(value).replace(/^funcref$/, "anyfunc") as "i32";
    return mutable ? new this.#namespace.Global({ value: type, mutable }, content as number) : content;
  }

  /** An imported function: one of Binaryen's fuzzer by its name; any other logs its arguments. */
  #function(name: string, { results }: FunctionType): unknown {
    switch (name) {
      case "throw":
        return (which: number) => this.#throw(which);
      case "call-export":
        return (index: number) => void this.#callExport(index);
      case "call-export-catch":
        return (index: number) => this.#catches(() => this.#callExport(index));
      case "call-ref":
        return (callee: unknown) => void this.#callReference(callee);
      case "call-ref-catch":
        return (callee: unknown) => this.#catches(() => this.#callReference(callee));
      case "table-get":
        return (index: number) => this.#table()?.get(index >>> 0) ?? null;
      case "table-set":
        return (index: number, value: unknown) => this.#table()?.set(index >>> 0, value as null);
      case "grow-memory":
        return (pages: number) => this.#grow(this.#namespace.Memory, pages & 1);
      case "grow-table":
        return (elements: number) => this.#grow(this.#namespace.Table, elements & 1);
    }
    if (name.startsWith("Math.")) return Math[name.slice("Math.".length) as "abs"];
    let count = 0;
    return (...args: unknown[]) => {
      this.#log.push(`${name}(${args.map((arg) => this.#show(arg)).join()})`);
      const random = new Random(++count * 7919);
      const values = results.map((type) => isReference(type) ? null : argument(random, type));
      return values.length > 1 ? values : values[0];
    };
  }

  #throw(which: number): never {
    this.#log.push(`throw ${which}`);
    if (which === 0 || this.#tag === null) throw `from JavaScript ${which}`;
    const { Exception } = this.#namespace as unknown as {
      Exception: new (tag: object, payload: unknown[]) => object;
    };
    throw new Exception(this.#tag, [which]);
  }

  #catches(action: () => void): number {
    try {
      action();
      return 0;
    } catch (error) {
      this.#log.push(`caught ${this.#showError(error)}`);
      return 1;
    }
  }

  /** Makes an exported memory or table larger, and gives the size it had. */
  #grow(kind: new (descriptor: never) => WebAssembly.Memory | WebAssembly.Table, by: number): number {
    const resized = this.#exported(kind);
    try {
      return Number(resized?.grow(by) ?? 0);
    } catch (error) {
      this.#log.push((error as Error).name);
      return -1;
    }
  }

  #exported<Kind>(kind: new (...args: never[]) => Kind): Kind | undefined {
    const found = this.#allExports().find(([, value]) => value instanceof kind);
    return found?.[1] as Kind | undefined;
  }

  #table(): WebAssembly.Table | undefined {
    return this.#exported(this.#namespace.Table);
  }

  #callExport(index: number): void {
    if (this.#functions.length === 0 || this.#calls-- <= 0) throw new TypeError("not called");
    const { name, type, instance } = this.#functions[(index >>> 0) % this.#functions.length];
    if (instance >= this.#instances.length) throw new TypeError("no instance");
    const args = type.params.map((param) => param === I64 ? 1n : isReference(param) ? null : 1);
    this.#log.push(this.#show((this.#instances[instance][name] as CallableFunction)(...args)));
  }

  #callReference(callee: unknown): void {
    const index = this.#functions.findIndex(({ name, instance }) =>
      this.#instances[instance]?.[name] === callee
    );
    this.#log.push(`function ${index}`);
    if (index >= 0) this.#callExport(index);
  }
}

function hash(buffer: ArrayBufferLike): number {
  const words = new Int32Array(buffer);
  let hash = 0;
  for (let i = 0; i < words.length; i++) hash = Math.imul(hash ^ words[i], 0x01000193) + i | 0;
  return hash;
}

/** Where engines part when only one of them gives an instance. */
export const INSTANTIATION = "instantiation";

/** Between rounds whose memories are compared, only sizes and globals are. */
const ROUNDS_BETWEEN_HASHES = 64;

/** Runs `program` on both engines; null when they agree to the end. Its modules must be valid for both. */
export function divergence(
  program: readonly Uint8Array<ArrayBuffer>[],
  engine: Namespace,
  host: Namespace,
  { seed, rounds }: ExecutionPlan,
): Divergence | null {
  const modules = program.map((bytes) => decodeModule(bytes, { features: ALL_FEATURES }));
  const [ours, theirs] = [new Run(engine, modules), new Run(host, modules)];
  const random = new Random(seed);
  const differ = (where: string, of: (run: Run) => string): Divergence | null => {
    const [actual, expected] = [of(ours), of(theirs)];
    return actual === expected ? null : { where, actual, expected };
  };
  try {
    for (const [i, bytes] of program.entries()) {
      const difference = differ(INSTANTIATION, (run) => run.start(bytes));
      if (difference) return difference;
      // What has no instance may have changed those before.
      if (ours.instances === i) break;
    }
    const callees = modules.slice(0, ours.instances).flatMap(functionExports);
    for (let round = 0; round < rounds; round++) {
      for (const callee of callees) {
        const args = callee.type.params.map((type) => argument(random, type));
        const where = `round ${round}: ${callee.name}(${
          args.map((arg) => Object.is(arg, -0) ? "-0" : `${arg}`)
        })`;
        const difference = differ(where, (run) => run.call(callee, args));
        if (difference) return difference;
      }
      const hashed = (round & ROUNDS_BETWEEN_HASHES - 1) === 0 || round === rounds - 1;
      const difference = differ(`after round ${round}`, (run) => run.state(hashed));
      if (difference) return difference;
    }
    return null;
  } catch (error) {
    if (error instanceof Exhausted) return null;
    throw error;
  }
}
