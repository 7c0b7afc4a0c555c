/**
 * Random uses of the JavaScript API, each of which gives a text of all that can be seen: values, errors, and the order in which
 * properties are read and values converted. Left out is where V8 is known to leave the specification: it takes objects with a length
 * for lists, no DataView for a source, undefined in an exception for 0, and as a section's name for a missing one.
 *
 * @module
 */

import { watToWasm } from "../../mod.ts";
import type { Namespace } from "./execution.ts";
import { HOST_HAS_V8_MESSAGES } from "./host_features.ts";
import { RandomValues } from "./random_values.ts";
import { hostHasStringBuiltins, strings } from "./string_cases.ts";

/** The namespace as JavaScript has it: anything may be passed. */
export interface Api {
  readonly Memory: new (...args: unknown[]) => { buffer: ArrayBuffer; grow(delta: unknown): unknown };
  readonly Table: new (...args: unknown[]) => {
    length: unknown;
    get(...args: unknown[]): unknown;
    set(...args: unknown[]): unknown;
    grow(...args: unknown[]): unknown;
  };
  readonly Global: new (...args: unknown[]) => { value: unknown };
  readonly Tag: new (...args: unknown[]) => object;
  readonly Exception: new (...args: unknown[]) => {
    is(tag: unknown): boolean;
    getArg(tag: unknown, index: unknown): unknown;
    stack?: string;
  };
  readonly Module: {
    new (...args: unknown[]): object;
    exports(module: unknown): object[];
    imports(module: unknown): object[];
    customSections(module: unknown, name: unknown): ArrayBuffer[];
  };
  readonly Instance: new (...args: unknown[]) => { exports: Record<string, Callable> };
  validate(...args: unknown[]): boolean;
}

type Callable = (...args: unknown[]) => unknown;
/** Uses the namespace in some way. */
export type Action = (api: Api, values: RandomValues) => unknown;

/** Members of a descriptor that mostly go together. */
function limits(values: RandomValues): Record<string, readonly unknown[]> {
  const sizes = [0, 1, 2, 3, 10];
  const maxima = [...sizes, 4, 10, 100, 100, 65536, 65537, 10000000, 10000001, 2 ** 32];
  if (values.chance(4)) {
    return { address: ["i64"], initial: sizes.map(BigInt), maximum: maxima.slice(0, 9).map(BigInt) };
  }
  return { address: [undefined, undefined, "i32", "i64"], initial: [...sizes, "2"], maximum: maxima };
}
const VALUE_TYPES = [
  "i32",
  "i64",
  "f32",
  "f64",
  "v128",
  "externref",
  "anyfunc",
  "anyref",
  "eqref",
  "i31ref",
  "exnref",
];
const INDICES = [0, 1, 2, 3, 4, 1n, 2n, "1", -1];

function memory({ Memory }: Api, values: RandomValues): unknown {
  const descriptor = values.descriptor({
    ...limits(values),
    shared: [true, false],
  });
  const memory = new Memory(descriptor);
  const before = memory.buffer;
  const grown = outcome(values, () => memory.grow(values.mostly([0, 1, 1n, 2])));
  return [memory, before === memory.buffer, before.byteLength, grown, memory];
}

function table({ Table }: Api, values: RandomValues): unknown {
  const descriptor = values.descriptor({
    ...limits(values),
    element: ["anyfunc", "externref", "anyref", "eqref", "i31ref"],
  });
  const args = values.chance(2) ? [values.value()] : [];
  const table = new Table(descriptor, ...args);
  const index = () => values.mostly(INDICES);
  const steps = Array.from({ length: 4 }, () =>
    outcome(values, () => {
      switch (values.below(4)) {
        case 0:
          return table.get(index());
        case 1:
          return values.chance(3) ? table.set(index()) : table.set(index(), values.value());
        case 2:
          return values.chance(2) ? table.grow(index()) : table.grow(index(), values.value());
        default:
          return table.length;
      }
    }));
  values.known.push(table);
  return [...steps, describeObject(values, table)];
}

function global({ Global }: Api, values: RandomValues): unknown {
  const descriptor = values.descriptor({ mutable: [true, false], value: VALUE_TYPES });
  const args = values.chance(4) ? [] : [values.value()];
  const global = new Global(descriptor, ...args);
  const set = outcome(values, () => global.value = values.value());
  return [global, set, global, outcome(values, () => global.valueOf())];
}

function exception(api: Api, values: RandomValues): unknown {
  const { Tag, Exception } = api;
  const parameters = Array.from({ length: values.below(4) }, () => values.mostly(VALUE_TYPES, 20));
  // Lists are what the specification calls so, iterables; V8 takes what has a length. Arrays are both.
  const tag = new Tag({
    get parameters() {
      values.log("get parameters");
      return parameters;
    },
  });
  const payload = parameters.map((type) =>
    (type === "i64" ? values.mostly([1n, -1n]) : values.value()) ?? null
  );
  const options = values.chance(2) ? [] : [values.descriptor({ traceStack: [true, false] })];
  const exception = new Exception(
    values.mostly([tag], 15),
    values.chance(12) ? values.pick([undefined, null, 5, "text", [], payload.slice(1)]) : payload,
    ...options,
  );
  const steps = Array.from(
    { length: 3 },
    () =>
      outcome(
        values,
        () =>
          values.chance(3)
            ? exception.is(values.mostly([tag]))
            : exception.getArg(values.mostly([tag], 10), values.mostly([0, 1, 2], 3)),
      ),
  );
  return [tag, exception, exception.stack === undefined, ...steps];
}

const BYTES = watToWasm(`(module
  (import "a" "f" (func (param i32))) (import "a" "g" (global i64)) (import "" "é" (memory 1 2))
  (table (export "t") 1 funcref) (memory (export "m") 1) (global (export "g") (mut f32) (f32.const 1))
  (func (export "f") (param i32 i64) (result f64) (f64.const 1)) (tag (export "e") (param i32))
  (@custom "name\\u{e9}" "123") (@custom "x" "") (@custom "x" "second"))`);

/** Exports or imports without their types, which only type reflection gives. */
function described(descriptors: readonly object[]): string {
  return JSON.stringify(descriptors, (key, value) => key === "type" ? undefined : value);
}

function module({ Module, validate }: Api, values: RandomValues): unknown {
  const sources = [
    BYTES,
    BYTES.buffer,
    new Uint16Array(BYTES.buffer, 0, 8),
    BYTES.subarray(1),
    new Uint8Array(0),
  ];
  const bytes = values.mostly(sources);
  const valid = outcome(values, () => validate(bytes));
  const module = new Module(values.mostly([BYTES], 4));
  const any = () => values.mostly([module], 6);
  return [
    valid,
    outcome(values, () => described(Module.exports(any()))),
    outcome(values, () => described(Module.imports(any()))),
    outcome(values, () =>
      Module.customSections(any(), values.mostly(["x", "nameé", "y"]) ?? "x")
        .map((content) => new Uint8Array(content).join())),
  ];
}

const TYPES = ["i32", "i64", "f32", "f64", "externref", "funcref"];
const WASM_3_TYPES = [
  ...TYPES,
  "anyref",
  "eqref",
  "i31ref",
  "(ref extern)",
  "(ref func)",
  "(ref i31)",
  "(ref $s)",
  "nullref",
];

/** Modules with functions of some types, by their text. */
const compiled = new Map<string, Uint8Array<ArrayBuffer>>();

function assembled(text: string): Uint8Array<ArrayBuffer> {
  let bytes = compiled.get(text);
  if (bytes === undefined) compiled.set(text, bytes = watToWasm(text));
  return bytes;
}

function call({ Module, Instance }: Api, values: RandomValues): unknown {
  const type = values.pick(WASM_3_TYPES);
  const bytes = assembled(`(module
    (type $s (struct (field i32)))
    (func (export "one") (param ${type}) (result ${type}) (local.get 0))
    (func (export "two") (param i32 ${type}) (result ${type} i32) (local.get 1) (local.get 0))
    (func (export "none") (param ${type}))
    (func (export "make") (result (ref $s)) (struct.new_default $s)))`);
  const { exports } = new Instance(new Module(bytes));
  values.known.push(exports.one, exports.make());
  const args = Array.from({ length: values.chance(3) ? values.below(4) : 2 }, () => values.value());
  const name = values.pick(["one", "two", "none"]);
  const self = values.chance(8) ? values.value() : undefined;
  return values.chance(12)
    ? Reflect.construct(exports[name], args)
    : Reflect.apply(exports[name], self, args);
}

function importResult({ Module, Instance }: Api, values: RandomValues): unknown {
  const types = Array.from({ length: values.below(4) }, () => values.pick(WASM_3_TYPES));
  const results = types.map((type) => `(result ${type})`).join(" ");
  const bytes = assembled(`(module
    (type $s (struct (field i32)))
    (import "m" "f" (func $f ${results}))
    (func (export "run") ${results} (call $f))
    (func (export "make") (result (ref $s)) (struct.new_default $s)))`);
  const returned = () =>
    types.length === 1 ? values.value() : values.chance(6) ? values.value() : iterable(values, types.length);
  const { run, make } = new Instance(new Module(bytes), { m: { f: () => returned() } }).exports;
  values.known.push(run, make());
  return run();
}

/** An array, or something else that can be iterated, of about `length` values. */
function iterable(values: RandomValues, length: number): unknown {
  const list = Array.from({ length: values.chance(6) ? values.below(5) : length }, () => values.value());
  switch (values.below(4)) {
    case 0:
      return new Set(list);
    case 1: {
      let at = 0;
      const next = () => {
        values.log(`next ${at}`);
        return at < list.length ? { value: list[at++], done: false } : { done: true };
      };
      return { [Symbol.iterator]: () => ({ next, return: () => (values.log("return"), {}) }) };
    }
    default:
      return list;
  }
}

/** What a module may import, and the indices of the {@linkcode importables} that fit or nearly do. */
const IMPORTS: readonly (readonly [type: string, fitting: readonly number[]])[] = [
  ["(func (param i32) (result i32))", [0, 16]],
  ["(func (result i64 f32))", [1, 16]],
  ["(global i32)", [4, 7, 17]],
  ["(global i64)", [8, 18]],
  ["(global f32)", [17]],
  ["(global (mut i32))", [7]],
  ["(global externref)", [0, 17, 5]],
  ["(global funcref)", [0, 1]],
  ["(global (mut externref))", [5]],
  ["(memory 1)", [2, 9]],
  ["(memory 1 2)", [2, 9]],
  ["(memory i64 1 2)", [11]],
  ["(memory 1 2 shared)", [10]],
  ["(table 1 funcref)", [3, 12]],
  ["(table 1 10 externref)", [13]],
  ["(table i64 1 10 funcref)", [14]],
  ["(tag (param i32))", [6, 15]],
  ["(tag)", [15]],
];

/** Objects of all kinds, some of which fit some imports. */
function importables(api: Api, values: RandomValues): unknown[] {
  const { Global, Memory, Table, Tag, Module, Instance } = api;
  const bytes = assembled(`(module
    (func (export "f") (param i32) (result i32) (local.get 0)) (func (export "g") (result i64 f32) (i64.const 1) (f32.const 2))
    (memory (export "m") 1 2) (table (export "t") 1 10 funcref) (global (export "i") i32 (i32.const 7))
    (global (export "e") (mut externref) (ref.null extern)) (tag (export "tag") (param i32)))`);
  return [
    ...Object.values(new Instance(new Module(bytes)).exports),
    new Global({ value: "i32", mutable: values.chance(2) }, 3),
    new Global({ value: "i64" }, 3n),
    new Memory({ initial: values.below(3), maximum: 2 }),
    new Memory({ initial: 1, maximum: values.below(2) + 2, shared: true }),
    new Memory({ initial: 1n, maximum: 2n, address: "i64" }),
    new Table({ initial: values.below(3), element: "anyfunc" }),
    new Table({ initial: 1, maximum: 10, element: "externref" }),
    new Table(
      {
        initial: 1n,
        maximum: 10n,
        element: "anyfunc",
        address: "i64",
      },
    ),
    new Tag({ parameters: values.chance(2) ? ["i32"] : [] }),
    () => 5,
    3,
    3n,
  ];
}

function imports(api: Api, values: RandomValues): unknown {
  const { Module, Instance } = api;
  const wanted = Array.from({ length: 1 + values.below(3) }, (_, i) => {
    const [type, fitting] = values.pick(IMPORTS);
    return { module: `m${values.below(2)}`, name: `n${i}`, type, fitting };
  });
  const declared = wanted.map(({ module, name, type }) => `(import "${module}" "${name}" ${type})`).join(" ");
  const bytes = assembled(`(module ${declared} (export "n0" (${/\w+/.exec(wanted[0].type)} 0)))`);
  const objects = importables(api, values);
  values.known.push(...objects);
  const names = Object.fromEntries(wanted.map(({ name, fitting }) => {
    const likely = fitting.map((index) => objects[index]);
    return [name, values.chance(6) ? objects : likely];
  }));
  const given = values.chance(15)
    ? values.value()
    : values.descriptor({ m0: [values.descriptor(names)], m1: [values.descriptor(names)] });
  const instance = new Instance(new Module(bytes), given);
  return [Object.keys(instance.exports).join(), Object.isFrozen(instance.exports), instance.exports.n0];
}

const ACTIONS: Readonly<Record<string, Action>> = {
  memory,
  table,
  global,
  exception,
  module,
  call,
  importResult,
  imports,
  strings,
};

/** What `action` gives or throws, and what is asked of values meanwhile. */
function outcome(values: RandomValues, action: () => unknown): string {
  let text: string;
  try {
    text = describe(values, action());
  } catch (error) {
    text = error instanceof Error
      ? `${error.name}: ${messageOf(error)}`
      : `thrown ${describe(values, error)}`;
  }
  const log = values.takeLog();
  return log === "" ? text : `${text} [${log}]`;
}

/** The message without what is known to differ: which import it is, and the source of functions. */
function messageOf({ message }: Error): string {
  if (!HOST_HAS_V8_MESSAGES) return "";
  return message.replace(/ Import #\d+ "\w*" "\w*":/, "").replace(
    /^(Cannot convert )?.*( is not a constructor| to a BigInt)$/s,
    "$1$2",
  )
    .replace(/[\ud800-\udfff\ufffd]+/, "?").replace(/(A global of|[Ii]nvalid) type .*exn.*/, "exnref");
}

function describe(values: RandomValues, value: unknown): string {
  switch (typeof value) {
    case "number":
      return Object.is(value, -0) ? "-0" : `${value}`;
    case "bigint":
      return `${value}n`;
    case "string":
      return JSON.stringify(value);
    case "symbol":
    case "undefined":
    case "boolean":
      return String(value);
  }
  if (value === null) return "null";
  if (Array.isArray(value)) return `[${value.map((element) => describe(values, element)).join(", ")}]`;
  const known = values.known.indexOf(value);
  return known >= 0 ? `known ${known}` : describeObject(values, value as object);
}

function describeObject(values: RandomValues, value: object): string {
  const tag = Object.prototype.toString.call(value).slice("[object ".length, -1);
  switch (tag) {
    case "WebAssembly.Memory": {
      const { buffer } = value as WebAssembly.Memory;
      return `${tag} ${buffer.byteLength} ${buffer.constructor.name} ${Object.isFrozen(buffer)} ${
        Object.isExtensible(buffer)
      }`;
    }
    case "WebAssembly.Table": {
      const table = value as WebAssembly.Table;
      const index = (i: number) => (typeof table.length === "bigint" ? BigInt(i) : i) as number;
      const some = Array.from(
        { length: Math.min(Number(table.length), 4) },
        (_, i) => outcome(values, () => table.get(index(i))),
      );
      return `${tag} ${typeof table.length} ${table.length} ${some.join()}`;
    }
    case "WebAssembly.Global":
      return `${tag} ${outcome(values, () => (value as WebAssembly.Global).value)}`;
    case "Function":
      return `function ${(value as CallableFunction).name} ${(value as CallableFunction).length}`;
  }
  return tag;
}

/** The kinds of uses that can be compared on this host. */
export const API_CASES: readonly string[] = Object.keys(ACTIONS).filter((kind) =>
  kind !== "strings" || hostHasStringBuiltins()
);

/** What can be seen of one random use of the API. */
export function apiOutcome(kind: string, seed: number, namespace: Namespace): string {
  const values = new RandomValues(Math.imul(seed, 0x9e3779b1));
  for (let i = 0; i < 4; i++) values.next();
  return outcome(values, () => ACTIONS[kind](namespace as unknown as Api, values));
}

/** What two engines show of the same use of the API. */
export interface ApiDifference {
  readonly actual: string;
  readonly expected: string;
}

/** How `engine` and `host` differ in one random use of the API; null when they do not, or as they should. */
export function apiDifference(
  kind: string,
  seed: number,
  engine: Namespace,
  host: Namespace,
): ApiDifference | null {
  const [actual, expected] = [apiOutcome(kind, seed, engine), apiOutcome(kind, seed, host)];
  // V8's limit of a 64-bit memory's maximum; the specification has 2^37 - 1.
  if (actual === expected || /above the upper bound 262144/.test(expected)) return null;
  return { actual, expected };
}
