/**
 * What the dispatch benchmark measures: calls of every import kind and signature shape, intrinsics, calls through tables and
 * references, exports called from JavaScript, and instantiation. The lists of INSTANTIATION.md sections 3 and 4 are complete.
 *
 * @module
 */

import { boundCall, declareFastFunction, Engine, watToWasm, WebAssembly as tandem } from "../mod.ts";

/** The part of the `WebAssembly` namespace that the benchmark uses. */
export interface Namespace {
  readonly Module: new (bytes: BufferSource, options?: object) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
}

/** Does something a number of times. */
export type Run = (times: number) => unknown;

/** A measurement. */
export interface DispatchCase {
  /** Heading in the report. */
  readonly group: string;
  readonly name: string;
  /** What is done once. */
  readonly unit: "call" | "access" | "instantiation";
  /** Makes a fresh, independent contestant. Throws if the engine cannot run it. */
  load(namespace: Namespace): Run;
}

// deno-lint-ignore no-explicit-any
type Exports = Record<string, any>;

const encoded = new Map<string, Uint8Array<ArrayBuffer>>();

function bytesOf(wat: string): Uint8Array<ArrayBuffer> {
  let bytes = encoded.get(wat);
  if (bytes === undefined) encoded.set(wat, bytes = new Uint8Array(watToWasm(wat)));
  return bytes;
}

const modules = new WeakMap<Namespace, Map<string, object>>();

/** Instances of one text are instances of one module. */
function moduleOf(namespace: Namespace, wat: string, options?: object): object {
  const known = modules.get(namespace) ?? new Map<string, object>();
  modules.set(namespace, known);
  let module = known.get(wat);
  if (module === undefined) known.set(wat, module = new namespace.Module(bytesOf(wat), options));
  return module;
}

function instantiate(namespace: Namespace, wat: string, imports: object = {}, options?: object): Exports {
  return new namespace.Instance(moduleOf(namespace, wat, options), imports).exports;
}

/** A wasm type in the loops: what is passed in the iteration `$n`, and how a result is used. */
interface Operand {
  readonly type: string;
  readonly argument: string;
  /**
   * How a result on the stack becomes part of a sum, with instructions that take little time on every engine; without, the last
   * one is kept.
   */
  readonly add?: (sum: string) => string;
  /** The type of the local for results, where it is another. */
  readonly local?: string;
  /** What the local of the type's name is set to in each iteration. */
  readonly value?: string;
}

const OPERANDS: Readonly<Record<string, Operand>> = {
  i32: { type: "i32", argument: "(local.get $n)", add: (sum) => `local.get ${sum} i32.add` },
  i64: {
    type: "i64",
    argument: "(local.get $i64)",
    add: (sum) => `local.get ${sum} i64.xor`,
    value: "(i64.extend_i32_u (local.get $n))",
  },
  f32: {
    type: "f32",
    argument: "(local.get $f32)",
    local: "i32",
    add: (sum) => `f32.const 0.5 f32.lt local.get ${sum} i32.add`,
    value: "(f32.convert_i32_s (local.get $n))",
  },
  f64: {
    type: "f64",
    argument: "(local.get $f64)",
    local: "i32",
    add: (sum) => `f64.const 0.5 f64.lt local.get ${sum} i32.add`,
    value: "(f64.add (f64.convert_i32_s (local.get $n)) (f64.const 0.5))",
  },
  // Stores of a number that is there, not of one that is computed first.
  "f32 constant": { type: "f32", argument: "(f32.const 1.5)" },
  "f64 constant": { type: "f64", argument: "(f64.const 1.5)" },
  externref: { type: "externref", argument: "(local.get $x)" },
  // One of two in turn: hosts take what depends on a single value out of the loop.
  either: {
    type: "externref",
    argument:
      "(select (result externref) (local.get $x) (local.get $y) (i32.and (local.get $n) (i32.const 1)))",
  },
  funcref: { type: "funcref", argument: "(ref.func $self)" },
  // Constants that well-known imports take.
  offset: { type: "i32", argument: "(i32.and (local.get $n) (i32.const 56))" },
  little: { type: "i32", argument: "(i32.const 1)" },
  ten: { type: "i32", argument: "(i32.const 10)" },
  zero: { type: "i32", argument: "(i32.const 0)" },
  one: { type: "i32", argument: "(i32.const 1)" },
  four: { type: "i32", argument: "(i32.const 4)" },
  small: { type: "i32", argument: "(i32.and (local.get $n) (i32.const 7))" },
  letter: { type: "i32", argument: "(i32.add (i32.const 97) (i32.and (local.get $n) (i32.const 15)))" },
  "small f64": {
    type: "f64",
    argument: "(f64.div (f64.convert_i32_s (local.get $n)) (f64.const 4294967296))",
  },
  "small f32": {
    type: "f32",
    argument: "(f32.div (f32.convert_i32_s (local.get $n)) (f32.const 4294967296))",
  },
  string: { type: "(ref extern)", argument: "", local: "externref" },
};

function typesOf(names: readonly string[]): string {
  return names.map((name) => OPERANDS[name].type).join(" ");
}

function localOf(name: string): string {
  const { type, local = type } = OPERANDS[name];
  return local;
}

/** A loop that calls `call` with arguments and adds up the results. */
function loop(params: readonly string[], results: readonly string[], call: string): string {
  const variables = [...new Set(params)].filter((name) => OPERANDS[name].value !== undefined);
  const locals = [
    ...variables.map((name) => `(local $${name} ${OPERANDS[name].type})`),
    ...results.map((name, i) => `(local $sum${i} ${localOf(name)})`),
  ].join("");
  const sets = variables.map((name) => `(local.set $${name} ${OPERANDS[name].value})`).join(" ");
  const uses = results.map((name, i) => {
    const { add } = OPERANDS[name];
    return `${add === undefined ? "" : add(`$sum${i}`)} local.set $sum${i}`;
  }).reverse().join(" ");
  return `(func (export "run") (param $n i32) (param $x externref) (param $y externref)
    (result ${results.map(localOf).join(" ")}) ${locals}
    (loop $again
      ${sets} ${params.map((name) => OPERANDS[name].argument).join(" ")} ${call} ${uses}
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    ${results.map((_, i) => `local.get $sum${i}`).join(" ")})`;
}

const SELF = `(elem declare func $self) (func $self (export "self"))`;

/** What is imported, made anew for each instance. */
type MakeImport = (namespace: Namespace) => unknown;

interface CallOptions {
  /** What `$x` is. */
  readonly externref?: () => unknown;
  /** What `$y` is; the same when absent. */
  readonly other?: () => unknown;
  /** Of the import. */
  readonly module?: string;
  readonly name?: string;
  readonly compile?: object;
}

/** A loop that calls an import. */
function importCall(
  group: string,
  name: string,
  params: readonly string[],
  results: readonly string[],
  make: MakeImport,
  options: CallOptions = {},
): DispatchCase {
  const { externref = () => ({}), other = externref, module = "m", name: field = "f", compile } = options;
  const wat = `(module
    (import "${module}" "${field}" (func $f (param ${typesOf(params)}) (result ${typesOf(results)})))
    ${SELF} ${loop(params, results, "call $f")})`;
  return {
    group,
    name,
    unit: "call",
    load(namespace) {
      const { run } = instantiate(namespace, wat, { [module]: { [field]: make(namespace) } }, compile);
      const values = [externref(), other()];
      return (times) => run(times, ...values);
    },
  };
}

const INT = ["i32"];
const KIND = "Import kinds";

/** A function with the signature (i32, i32) -> i32 of each kind. */
function kinds(): DispatchCase[] {
  const kind = (name: string, make: MakeImport) => importCall(KIND, name, ["i32", "i32"], INT, make);
  const ADD = `(module (func (export "f") (param i32 i32) (result i32)
    (i32.add (local.get 0) (local.get 1))))`;
  return [
    kind("arity match", () => (a: number, b: number) => a + b | 0),
    kind("arity match, result to be converted", () => (a: number, b: number) => a + b),
    kind("arity match, method", () =>
      ({
        f(a: number, b: number) {
          return a + b | 0;
        },
      }).f),
    kind("fewer parameters", () => (a: number) => a),
    kind("more parameters", () => (a: number, b: number, c: unknown) => c === undefined ? a + b | 0 : 0),
    kind("rest parameter", () => (...list: number[]) => list[0]),
    kind("arguments object", () =>
      function () {
        return arguments[1] as number;
      }),
    kind("default value", () => (a: number, b = 1) => a + b | 0),
    kind("strict function that looks at this", () =>
      function (this: unknown, a: number, b: number) {
        return this === undefined ? a + b | 0 : 0;
      }),
    kind("bound function", () =>
      function (this: unknown, a: number, b: number) {
        return a + b | 0;
      }.bind({})),
    kind(
      "bound function with an argument",
      () => ((_: number, a: number, b: number) => a + b | 0).bind(null, 1),
    ),
    kind("proxy", () => new Proxy((a: number, b: number) => a + b | 0, {})),
    kind(
      "proxy with an apply trap",
      () => new Proxy((a: number, b: number) => a + b | 0, { apply: (_f, _receiver, [a, b]) => a + b | 0 }),
    ),
    kind("function of another instance", (namespace) => instantiate(namespace, ADD).f),
    kind("import that is exported again", (namespace) =>
      instantiate(
        namespace,
        `(module (import "m" "f" (func (param i32 i32) (result i32))) (export "f" (func 0)))`,
        { m: { f: (a: number, b: number) => a + b | 0 } },
      ).f),
    kind(
      "function of another engine",
      () => instantiate(new Engine().WebAssembly as unknown as Namespace, ADD).f,
    ),
    kind(
      "function with a declared C signature",
      () =>
        declareFastFunction((a: number, b: number) => a + b | 0, {
          overloads: [{ params: ["i32", "i32"], result: "i32", int64: "bigint" }],
          acceptsAnyReceiver: true,
        }),
    ),
    importCall(KIND, "async function", [], ["externref"], () => async () => {}),
    importCall(KIND, "generator function", [], ["externref"], () => function* () {}),
  ];
}

const SHAPE = "Signatures";

function shapes(): DispatchCase[] {
  const names = ["a", "b", "c", "d", "e", "f", "g", "h"];
  const sum = (count: number, type: string) => {
    const parameters = names.slice(0, count);
    const zero = type === "i64" ? "0n" : "0";
    return () => new Function(`return(${parameters})=>${parameters.join("+") || zero}`)() as unknown;
  };
  const cases: DispatchCase[] = [];
  for (let count = 0; count <= 8; count++) {
    const params = new Array<string>(count).fill("i32");
    cases.push(importCall(SHAPE, `${count} i32 -> i32`, params, INT, sum(count, "i32")));
  }
  for (const type of ["i64", "f32", "f64"]) {
    for (const count of [0, 1, 2, 4, 8]) {
      const params = new Array<string>(count).fill(type);
      cases.push(importCall(SHAPE, `${count} ${type} -> ${type}`, params, [type], sum(count, type)));
    }
  }
  for (const type of ["i32", "i64", "f32", "f64", "externref"]) {
    cases.push(importCall(SHAPE, `${type} -> nothing`, [type], [], () => (_: unknown) => {}));
  }
  cases.push(
    importCall(SHAPE, "nothing -> nothing", [], [], () => () => {}),
    importCall(SHAPE, "externref -> externref", ["externref"], ["externref"], () => (x: unknown) => x),
    importCall(SHAPE, "funcref -> i32", ["funcref"], INT, () => (x: unknown) => x === null ? 0 : 1),
    importCall(SHAPE, "funcref -> funcref", ["funcref"], ["funcref"], () => (x: unknown) => x),
    importCall(
      SHAPE,
      "i32 i64 f32 f64 externref -> f64",
      ["i32", "i64", "f32", "f64", "externref"],
      ["f64"],
      () => (a: number, b: bigint, c: number, d: number, e: unknown) => b === 0n && e === null ? a : c + d,
    ),
    importCall(SHAPE, "i32 -> i32 i32, an array", INT, ["i32", "i32"], () => (a: number) => [a, 1]),
    importCall(
      SHAPE,
      "i32 -> f64 f64 f64, an array",
      INT,
      ["f64", "f64", "f64"],
      () => (a: number) => [a, 1, 2.5],
    ),
    importCall(SHAPE, "i32 -> i32 i64, an array", INT, ["i32", "i64"], () => (a: number) => [a, 1n]),
    importCall(SHAPE, "i32 -> i32 i32, a set", INT, ["i32", "i32"], () => (a: number) => new Set([a, -1])),
    importCall(SHAPE, "i32 -> i32 i32, a generator", INT, ["i32", "i32"], () =>
      function* (a: number) {
        yield a;
        yield 1;
      }),
    vectorRefusal(),
  );
  return cases;
}

/** Each call ends in a TypeError. */
function vectorRefusal(): DispatchCase {
  const wat = `(module (import "m" "f" (func $f (param v128)))
    (func (export "run") (call $f (v128.const i32x4 0 0 0 0))))`;
  return {
    group: SHAPE,
    name: "v128, refused",
    unit: "call",
    load(namespace) {
      const { run } = instantiate(namespace, wat, { m: { f: () => {} } });
      return ownLoop((times) => {
        for (let i = 0; i < times; i++) {
          try {
            run();
          } catch { /* The TypeError. */ }
        }
      }, { run });
    },
  };
}

/** A function of its own text for each contestant, so that none of them sees the types of another's. */
function ownLoop(run: (times: number) => unknown, names: Record<string, unknown>): Run {
  return new Function(...Object.keys(names), `return ${run}//${loops++}`)(...Object.values(names));
}

let loops = 0;

const MATH = "Math intrinsics";

function math(): DispatchCase[] {
  const cases: DispatchCase[] = [];
  const add = (name: string & keyof Math, params: string[], result: string) => {
    const signature = `${name} (${typesOf(params)}) -> ${result}`;
    cases.push(importCall(MATH, signature, params, [result], () => Math[name]));
  };
  for (const name of ["acos", "asin", "atan", "cos", "sin", "tan", "exp", "log"] as const) {
    add(name, ["small f64"], "f64");
  }
  for (const name of ["atan2", "pow"] as const) add(name, ["small f64", "small f64"], "f64");
  for (const name of ["min", "max"] as const) {
    add(name, ["f64", "small f64"], "f64");
    add(name, ["f32", "small f32"], "f32");
  }
  for (const name of ["abs", "ceil", "floor", "sqrt"] as const) {
    add(name, ["f64"], "f64");
    add(name, ["f32"], "f32");
  }
  add("fround", ["f64"], "f32");
  return cases;
}

const WELL_KNOWN = "Well-known imports";

function wellKnown(): DispatchCase[] {
  const cases: DispatchCase[] = [];
  const accessor = (name: string, params: string[], results: string[]) => {
    const method = name === "byteLength"
      ? Object.getOwnPropertyDescriptor(DataView.prototype, name)!.get!
      : DataView.prototype[name as "getInt8"];
    cases.push(
      importCall(
        WELL_KNOWN,
        `DataView.prototype.${name}`,
        ["externref", ...params],
        results,
        () => boundCall(method as (this: unknown) => unknown),
        { externref: () => new DataView(new ArrayBuffer(64)) },
      ),
    );
  };
  for (const name of ["getInt8", "getUint8"]) accessor(name, ["offset"], INT);
  for (const name of ["getInt16", "getUint16", "getInt32", "getUint32"]) {
    accessor(name, ["offset", "little"], INT);
  }
  for (const name of ["getBigInt64", "getBigUint64"]) accessor(name, ["offset", "little"], ["i64"]);
  accessor("getFloat32", ["offset", "little"], ["f32"]);
  accessor("getFloat64", ["offset", "little"], ["f64"]);
  for (const name of ["setInt8", "setUint8"]) accessor(name, ["offset", "i32"], []);
  for (const name of ["setInt16", "setUint16", "setInt32", "setUint32"]) {
    accessor(name, ["offset", "i32", "little"], []);
  }
  for (const name of ["setBigInt64", "setBigUint64"]) accessor(name, ["offset", "i64", "little"], []);
  accessor("setFloat32", ["offset", "f32 constant", "little"], []);
  accessor("setFloat64", ["offset", "f64 constant", "little"], []);
  accessor("byteLength", [], ["f64"]);
  const string = (
    name: string,
    params: string[],
    results: string[],
    method: unknown,
    externref: () => unknown = () => "The quick brown fox",
  ) =>
    cases.push(
      importCall(WELL_KNOWN, name, params, results, () => boundCall(method as (this: unknown) => unknown), {
        externref,
        other: () => "jumps over the Lazy dog",
      }),
    );
  string("Number.prototype.toString (i32, radix)", ["i32", "ten"], ["externref"], Number.prototype.toString);
  string("Number.prototype.toString (f64)", ["f64"], ["externref"], Number.prototype.toString);
  string("String.prototype.indexOf", ["either", "externref", "zero"], INT, String.prototype.indexOf);
  string("String.prototype.toLowerCase", ["either"], ["externref"], String.prototype.toLowerCase);
  return cases;
}

const BUILTIN = "JS string builtins";

/** What a host without the option `builtins` gets. */
const STRING_FUNCTIONS: Readonly<Record<string, unknown>> = {
  cast: (s: unknown) => s,
  test: (s: unknown) => typeof s === "string" ? 1 : 0,
  fromCharCode: String.fromCharCode,
  fromCodePoint: String.fromCodePoint,
  charCodeAt: (s: string, i: number) => s.charCodeAt(i),
  codePointAt: (s: string, i: number) => s.codePointAt(i),
  length: (s: string) => s.length,
  concat: (a: string, b: string) => a + b,
  substring: (s: string, start: number, end: number) => s.substring(start, end),
  equals: (a: string, b: string) => a === b ? 1 : 0,
  compare: (a: string, b: string) => a === b ? 0 : a < b ? -1 : 1,
};

function builtins(): DispatchCase[] {
  const builtin = (name: string, params: string[], results: string[]) =>
    importCall(BUILTIN, name, params, results, () => STRING_FUNCTIONS[name], {
      module: "wasm:js-string",
      name,
      compile: { builtins: ["js-string"] },
      externref: () => "The quick brown fox",
      other: () => "jumps over the lazy dog",
    });
  return [
    builtin("cast", ["either"], ["string"]),
    builtin("test", ["either"], INT),
    builtin("fromCharCode", ["letter"], ["string"]),
    builtin("fromCodePoint", ["letter"], ["string"]),
    builtin("charCodeAt", ["externref", "small"], INT),
    builtin("codePointAt", ["externref", "small"], INT),
    builtin("length", ["either"], INT),
    builtin("concat", ["either", "externref"], ["string"]),
    builtin("substring", ["either", "one", "four"], ["string"]),
    builtin("equals", ["either", "externref"], INT),
    builtin("compare", ["either", "externref"], INT),
  ];
}

const TABLE = "Tables and function references";

function references(): DispatchCase[] {
  const call = (name: string, instruction: string, kind: "own" | "js" | "wasm"): DispatchCase => {
    const definition = kind === "own"
      ? `(func $f (type $t) (i32.add (local.get 0) (local.get 1)))`
      : `(import "m" "f" (func $f (type $t)))`;
    const wat = `(module (type $t (func (param i32 i32) (result i32)))
      ${definition}
      (table $table 4 funcref) (elem (i32.const 1) $f) (elem declare func $f)
      ${loop(["i32", "i32"], INT, instruction)})`;
    return {
      group: TABLE,
      name,
      unit: "call",
      load(namespace) {
        const f = kind === "js" ? (a: number, b: number) => a + b | 0 : instantiate(
          namespace,
          `(module (func (export "f") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))`,
        ).f;
        const { run } = instantiate(namespace, wat, { m: { f } });
        return (times) => run(times, null);
      },
    };
  };
  const INDIRECT = "(i32.const 1) (call_indirect $table (type $t))";
  const REFERENCE = "(ref.func $f) (call_ref $t)";
  return [
    call("call_indirect, own function", INDIRECT, "own"),
    call("call_indirect, imported JavaScript function", INDIRECT, "js"),
    call("call_indirect, function of another instance", INDIRECT, "wasm"),
    call("call_ref, own function", REFERENCE, "own"),
    call("call_ref, imported JavaScript function", REFERENCE, "js"),
    call("call_ref, function of another instance", REFERENCE, "wasm"),
  ];
}

const GLOBALS = "Imported globals";

function globals(): DispatchCase[] {
  const access = (name: string, type: string, mutable: boolean): DispatchCase => {
    const wat = `(module
      (import "m" "g" (global $g ${mutable ? `(mut ${type})` : type}))
      (func (export "run") (param $n i32) (param externref) (result ${type}) (local $sum ${type})
        (loop $again
          (local.set $sum (${type}.add (local.get $sum) (global.get $g)))
          ${mutable ? "(global.set $g (local.get $sum))" : ""}
          (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (local.get $sum)))`;
    return {
      group: GLOBALS,
      name,
      unit: "access",
      load(namespace) {
        const { Global } = namespace as unknown as {
          Global: new (descriptor: object, value: number) => object;
        };
        const { run } = instantiate(namespace, wat, { m: { g: new Global({ value: type, mutable }, 1) } });
        return (times) => run(times, null);
      },
    };
  };
  return [
    access("i32, immutable", "i32", false),
    access("i32, mutable", "i32", true),
    access("f64, immutable", "f64", false),
    access("f64, mutable", "f64", true),
  ];
}

const EXPORT = "Exports called from JavaScript";

function exportCalls(): DispatchCase[] {
  const called = (params: string[], results: string[], args: string[], body: string): DispatchCase => {
    const wat = `(module (func (export "f") (param ${typesOf(params)}) (result ${
      typesOf(results)
    }) ${body}))`;
    return {
      group: EXPORT,
      name: `${params.join(" ") || "nothing"} -> ${results.join(" ") || "nothing"}`,
      unit: "call",
      load(namespace) {
        const { f } = instantiate(namespace, wat);
        const call = `f(${args})`;
        const statement = results[0] === "i64"
          ? `sum=BigInt.asIntN(64,sum+${call})`
          : ["i32", "f32", "f64"].includes(results[0]) && results.length === 1
          ? `sum=${call}`
          : call;
        const zero = results[0] === "i64" ? "0n" : "0";
        const text = `let sum=${zero};for(let i=0;i<n;i++)${statement};return sum//${loops++}`;
        const list = Array.from({ length: 64 }, (_, i) => BigInt(i * 1_000_003));
        return new Function("f", "list", `return (n,x={})=>{${text}\n}`)(f, list) as Run;
      },
    };
  };
  const i32 = (count: number) => new Array<string>(count).fill("i32");
  const cases = [called([], [], [], "")];
  for (const count of [1, 2, 3, 4, 6, 8]) {
    const adds = "i32.add ".repeat(count - 1);
    const gets = i32(count).map((_, i) => `local.get ${i}`).join(" ");
    cases.push(called(i32(count), INT, i32(count).map(() => "i"), `${gets} ${adds}`));
  }
  cases.push(
    called(["f32"], ["f32"], ["i"], "local.get 0"),
    called(["f64"], ["f64"], ["i"], "local.get 0"),
    called(["f64", "f64"], ["f64"], ["i", "2.5"], "local.get 0 local.get 1 f64.add"),
    called(["i64"], ["i32"], ["list[i&63]"], "local.get 0 i32.wrap_i64"),
    called(["i32"], ["i64"], ["i"], "local.get 0 i64.extend_i32_s"),
    called(["i64"], ["i64"], ["list[i&63]"], "local.get 0"),
    called(["i64", "i64"], ["i64"], ["list[i&63]", "list[i+1&63]"], "local.get 0 local.get 1 i64.add"),
    called(["externref"], ["externref"], ["x"], "local.get 0"),
    called(["externref"], [], ["x"], ""),
    called(["funcref"], ["funcref"], ["f"], "local.get 0"),
    called(["i32"], ["i32", "i32"], ["i"], "local.get 0 local.get 0"),
    called(["i32", "f32", "f64", "externref"], ["f64"], ["i", "1.5", "2.5", "x"], "local.get 2"),
  );
  return cases;
}

const INSTANTIATION = "Instantiation";

function instantiations(): DispatchCase[] {
  return [1, 100, 10_000].map((count) => {
    const names = Array.from({ length: count }, (_, i) => `f${i}`);
    const imports = names.map((name) => `(import "m" "${name}" (func (param i32) (result i32)))`).join("");
    const wat = `(module ${imports} (func (export "run")))`;
    return {
      group: INSTANTIATION,
      name: `${count.toLocaleString("en")} function ${count === 1 ? "import" : "imports"}`,
      unit: "instantiation",
      load(namespace) {
        const module = moduleOf(namespace, wat);
        const m = Object.fromEntries(names.map((name) => [name, (x: number) => x]));
        const { Instance } = namespace;
        return (times) => {
          for (let i = 0; i < times; i++) new Instance(module, { m });
        };
      },
    };
  });
}

/** All cases, in the order of the report. */
export const CASES: readonly DispatchCase[] = [
  ...kinds(),
  ...shapes(),
  ...math(),
  ...wellKnown(),
  ...builtins(),
  ...references(),
  ...globals(),
  ...exportCalls(),
  ...instantiations(),
];

/** This engine's namespace. */
export const TANDEM: Namespace = tandem as unknown as Namespace;
