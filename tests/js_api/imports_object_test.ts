import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { watToWasm, WebAssembly } from "../../mod.ts";

const API = 'WebAssembly.Instance(): Import #0 "m"';

function instance(text: string, imports: unknown): WebAssembly.Instance {
  return new WebAssembly.Instance(new WebAssembly.Module(watToWasm(text)), imports as never);
}

/** Imports one thing as `m` `x`. */
function link(declaration: string, x: unknown): WebAssembly.Instance {
  return instance(`(module (import "m" "x" ${declaration}))`, { m: { x } });
}

function exported(text: string): unknown {
  return instance(`(module ${text})`, {}).exports.x;
}

const shared = (pages: number, maximum: number) =>
  new WebAssembly.Memory({ initial: pages, maximum, shared: true } as never);

const i32Adder = () => exported(`(func (export "x") (param i32) (result i32) (local.get 0))`);
const TYPES = "(type $t (func)) (type $u (func (param i32)))";

/** What does not fit, and why: INSTANTIATION.md sections 3 and 6. */
const REFUSED: readonly (readonly [declaration: string, value: () => unknown, text: string])[] = [
  ["(func)", () => undefined, "function import requires a callable"],
  ["(func)", () => ({}), "function import requires a callable"],
  [
    "(func (param i32))",
    () => exported(`(func (export "x") (param i64))`),
    "imported function does not match the expected type",
  ],
  [
    "(func (param i32))",
    () => new WebAssembly.Function({ parameters: [], results: [] }, () => {}),
    "imported function does not match the expected type",
  ],
  // The type of a wasm function is looked at before it is found that vectors cannot cross.
  ["(func (param v128))", i32Adder, "imported function does not match the expected type"],
  ["(memory 1)", () => ({}), "memory import must be a WebAssembly.Memory object"],
  ["(memory 1)", () => exported(`(memory (export "x") i64 1)`), "cannot import i64 memory as i32"],
  ["(memory i64 1)", () => exported(`(memory (export "x") 1)`), "cannot import i32 memory as i64"],
  [
    "(memory 2)",
    () => exported(`(memory (export "x") 1)`),
    "memory import has 1 pages which is smaller than the declared initial of 2",
  ],
  [
    "(memory 1 2)",
    () => exported(`(memory (export "x") 1)`),
    "memory import has no maximum limit, expected at most 2",
  ],
  [
    "(memory 1 2)",
    () => exported(`(memory (export "x") 1 3)`),
    "memory import has a larger maximum size 3 than the module's declared maximum 2",
  ],
  [
    "(memory 1 2)",
    () => shared(1, 2),
    "mismatch in shared state of memory, declared = 0, imported = 1",
  ],
  [
    "(memory 1 2 shared)",
    () => exported(`(memory (export "x") 1 2)`),
    "mismatch in shared state of memory, declared = 1, imported = 0",
  ],
  [
    "(memory 1)",
    () => exported(`(memory (export "x") 1 1 (pagesize 1))`),
    "cannot import memory with pages of 1 bytes as 65536",
  ],
  // In this order.
  [
    "(memory i64 2 2)",
    () => exported(`(memory (export "x") 1)`),
    "cannot import i32 memory as i64",
  ],
  [
    "(memory 2 2 shared)",
    () => exported(`(memory (export "x") 1)`),
    "memory import has 1 pages which is smaller than the declared initial of 2",
  ],
  [
    "(memory 1 2 shared)",
    () => exported(`(memory (export "x") 1)`),
    "memory import has no maximum limit, expected at most 2",
  ],
  ["(table 1 funcref)", () => null, "table import requires a WebAssembly.Table"],
  [
    "(table 2 funcref)",
    () => exported(`(table (export "x") 1 funcref)`),
    "table import 0 is smaller than initial 2, got 1",
  ],
  [
    "(table 1 2 funcref)",
    () => exported(`(table (export "x") 1 funcref)`),
    "table import 0 has no maximum length; required: 2",
  ],
  [
    "(table 1 2 funcref)",
    () => exported(`(table (export "x") 1 26 funcref)`),
    "table import 0 has a larger maximum size 1a than the module's declared maximum 2",
  ],
  [
    "(table i64 1 funcref)",
    () => exported(`(table (export "x") 1 funcref)`),
    "cannot import i32 table as i64",
  ],
  [
    "(table 1 funcref)",
    () => exported(`(table (export "x") 1 externref)`),
    "imported table does not match the expected type",
  ],
  [
    "(table 1 funcref)",
    () => exported(`(table (export "x") i64 1 funcref)`),
    "cannot import i64 table as i32",
  ],
  // In this order.
  [
    "(table i64 2 externref)",
    () => exported(`(table (export "x") 1 funcref)`),
    "table import 0 is smaller than initial 2, got 1",
  ],
  [
    "(table i64 1 2 externref)",
    () => exported(`(table (export "x") 1 funcref)`),
    "table import 0 has no maximum length; required: 2",
  ],
  [
    "(table i64 1 externref)",
    () => exported(`(table (export "x") 1 funcref)`),
    "cannot import i32 table as i64",
  ],
  [
    "(table 1 funcref)",
    () => exported(`${TYPES} (table (export "x") 1 (ref null $t))`),
    "imported table does not match the expected type",
  ],
  ["(global v128)", () => 1, "global import of type v128 must be a WebAssembly.Global"],
  [
    "(global i32)",
    () => new WebAssembly.Global({ value: "i32", mutable: true }, 1),
    "imported global does not match the expected mutability",
  ],
  [
    "(global i32)",
    () => new WebAssembly.Global({ value: "i64" }, 1n),
    "imported global does not match the expected type",
  ],
  [
    "(global (mut i32))",
    () => 1,
    "imported mutable global must be a WebAssembly.Global object",
  ],
  // In this order.
  ["(global (mut v128))", () => 1, "global import of type v128 must be a WebAssembly.Global"],
  [
    "(global (mut i64))",
    () => new WebAssembly.Global({ value: "i32" }, 1),
    "imported global does not match the expected mutability",
  ],
  [
    "(global (mut funcref))",
    () => exported(`(func $f) (elem declare func $f) (global (export "x") (mut (ref func)) (ref.func $f))`),
    "imported global does not match the expected type",
  ],
  ["(global (mut externref))", () => "any", "imported mutable global must be a WebAssembly.Global object"],
  ["(global (ref extern))", () => null, "null is not allowed for (ref extern)"],
  ["(global (ref any))", () => null, "null is not allowed for (ref any)"],
  [
    "(global i31ref)",
    () => 2 ** 30,
    "i31ref object must be null (if nullable) or a Number that fits in i31ref range",
  ],
  [
    "(global eqref)",
    () => ({}),
    "eqref object must be null (if nullable), or a wasm struct/array, or a Number that fits in i31ref range",
  ],
  ["(global structref)", () => ({}), "structref object must be null (if nullable) or a wasm struct"],
  ["(global arrayref)", () => ({}), "arrayref object must be null (if nullable) or a wasm array"],
  ["(global nullref)", () => 5, "only null allowed for null types"],
  ["(global exnref)", () => ({}), "invalid type (ref exn)"],
  ["(global exnref)", () => null, "invalid type (ref null exn)"],
  [
    "(global funcref)",
    () => () => {},
    "function-typed object must be null (if nullable) or a Wasm function object",
  ],
  [
    "(global i32)",
    () => 1n,
    "global import must be a number, valid Wasm reference, or WebAssembly.Global object",
  ],
  [
    "(global i64)",
    () => 1,
    "global import must be a number, valid Wasm reference, or WebAssembly.Global object",
  ],
  [
    "(global f64)",
    () => "1",
    "global import must be a number, valid Wasm reference, or WebAssembly.Global object",
  ],
  ["(tag)", () => ({}), "tag import requires a WebAssembly.Tag"],
  [
    "(tag (param i32))",
    () => new WebAssembly.Tag({ parameters: [] }),
    "imported tag does not match the expected type",
  ],
];

for (const [index, [declaration, value, text]] of REFUSED.entries()) {
  Deno.test(`refused import ${index}, ${declaration}: ${text}`, () => {
    const error = assertThrows(() => link(declaration, value()), WebAssembly.LinkError);
    assertEquals((error as Error).message, `${API} "x": ${text}`);
  });
}

Deno.test("no refused import leaves a trace in what is imported with it", () => {
  for (const [declaration, value] of REFUSED) {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const table = new WebAssembly.Table({ initial: 1, element: "anyfunc" });
    const global = new WebAssembly.Global({ value: "i32", mutable: true }, 5);
    const m = { memory, table, global, f: () => assertEquals("called", "not called"), x: value() };
    assertThrows(
      () =>
        instance(
          `(module (import "m" "memory" (memory 1)) (import "m" "table" (table 1 funcref))
            (import "m" "global" (global $g (mut i32))) (import "m" "f" (func $f)) (import "m" "x" ${declaration})
            (elem (table 0) (i32.const 0) func $f) (data (memory 0) (i32.const 0) "x") (start $f))`,
          { m },
        ),
      WebAssembly.LinkError,
    );
    const { buffer } = memory;
    assertEquals([new Uint8Array(buffer)[0], table.get(0), table.length, global.value], [0, null, 1, 5]);
    assertStrictEquals(memory.buffer, buffer);
    assertEquals([memory.grow(1), buffer.byteLength, table.grow(1)], [1, 0, 1]);
  }
});

Deno.test("memories are checked first, everything else in the order of the imports", () => {
  const fails = (declarations: string[]) =>
    assertThrows(
      () =>
        instance(`(module ${declarations.map((one, i) => `(import "m" "x${i}" ${one})`).join(" ")})`, {
          m: {},
        }),
      WebAssembly.LinkError,
    ).message.replace(/^.*?: Import (#\d).*/, "$1");
  assertEquals(fails(["(func)", "(table 1 funcref)", "(memory 1)", "(memory 1)"]), "#2");
  const others = ["(global i32)", "(tag)", "(func)", "(table 1 funcref)"];
  for (const first of others) assertEquals(fails([first, ...others]), "#0");
});

Deno.test("every import is read before the first one is checked, and nothing after a failing read", () => {
  const reads: string[] = [];
  const m = {
    get a() {
      return reads.push("a");
    },
    get b() {
      return reads.push("b");
    },
  };
  assertThrows(
    () => instance(`(module (import "m" "a" (func)) (import "m" "b" (func)))`, { m }),
    WebAssembly.LinkError,
    "#0",
  );
  assertEquals(reads, ["a", "b"]);
  const imports = {
    m,
    get n() {
      return reads.push("n");
    },
  };
  reads.length = 0;
  assertThrows(
    () =>
      instance(`(module (import "m" "a" (func)) (import "n" "x" (func)) (import "m" "b" (func)))`, imports),
    TypeError,
    'Import #1 "n": module is not an object or function',
  );
  assertEquals(reads, ["a", "n"]);
});

Deno.test("a name that is imported twice is read twice, and each import has what its own read gave", () => {
  let reads = 0;
  const m = {
    get x() {
      const value = ++reads;
      return () => value;
    },
  };
  const { exports } = instance(
    `(module (import "m" "x" (func $a (result i32))) (import "m" "x" (func $b (result i32)))
      (func (export "run") (result i32 i32) (call $a) (call $b)))`,
    { m },
  );
  assertEquals([(exports.run as () => number[])(), reads], [[1, 2], 2]);
});

Deno.test("a function can be a module of the imports object, and instances can", () => {
  const m = Object.assign(() => {}, { x: () => 7 });
  const first = instance(`(module (import "m" "x" (func $f (result i32))) (export "x" (func $f)))`, { m });
  const second = instance(
    `(module (import "m" "x" (func $f (result i32))) (func (export "run") (result i32) (call $f)))`,
    { m: first.exports },
  );
  assertEquals((second.exports.run as () => number)(), 7);
});

Deno.test("a module of the imports object that is no object is a TypeError that says so", () => {
  const text = `(module (import "m" "x" (func)))`;
  for (const m of [undefined, null, 1, "m"]) {
    const error = assertThrows(() => instance(text, { m }), TypeError);
    assertEquals(error.message, `${API}: module is not an object or function`);
  }
  const error = assertThrows(() => instance(text, undefined), TypeError);
  assertEquals(
    error.message,
    "WebAssembly.Instance(): Imports argument must be present and must be an object",
  );
});

Deno.test("a failed instantiation leaves no trace in what was imported", () => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const table = new WebAssembly.Table({ initial: 1, element: "anyfunc" });
  const global = new WebAssembly.Global({ value: "i32", mutable: true }, 5);
  assertThrows(
    () =>
      instance(
        `(module (import "m" "memory" (memory 1)) (import "m" "table" (table 1 funcref))
          (import "m" "global" (global $g (mut i32))) (import "m" "missing" (func))
          (func $f) (elem (i32.const 0) $f) (data (i32.const 0) "x")
          (func $start (global.set $g (i32.const 6))) (start $start))`,
        { m: { memory, table, global } },
      ),
    WebAssembly.LinkError,
  );
  assertEquals([new Uint8Array(memory.buffer)[0], table.get(0), global.value], [0, null, 5]);
  memory.grow(1);
  assertEquals(memory.buffer.byteLength, 131072);
});

Deno.test("each import is read once, in order, and getters may give something else every time", () => {
  const reads: string[] = [];
  let counter = 0;
  const imports = {
    get m() {
      reads.push("m");
      return {
        get a() {
          reads.push("a");
          return ++counter === 1 ? () => 1 : undefined;
        },
        get b() {
          reads.push("b");
          return ++counter;
        },
      };
    },
  };
  const { exports } = instance(
    `(module (import "m" "a" (func $a (result i32))) (import "m" "b" (global $b i32))
      (func (export "run") (result i32) (i32.add (call $a) (global.get $b))))`,
    imports,
  );
  assertEquals([(exports.run as () => number)(), ...reads], [3, "m", "a", "m", "b"]);
});

Deno.test("what getters and proxies throw passes untouched", () => {
  const thrown = {};
  const text = `(module (import "m" "x" (func)))`;
  const throwing = {
    get(): never {
      throw thrown;
    },
  };
  const attempts: object[] = [
    Object.defineProperty({}, "m", throwing),
    { m: Object.defineProperty({}, "x", throwing) },
    new Proxy({}, throwing),
    { m: new Proxy(() => {}, throwing) },
  ];
  for (const imports of attempts) {
    try {
      instance(text, imports);
      assertEquals("linked", "refused");
    } catch (error) {
      assertStrictEquals(error, thrown);
    }
  }
});

Deno.test("revoked proxies: reading one is a TypeError, importing one links, and calling it is a TypeError", () => {
  const text = `(module (import "m" "x" (func $f)) (func (export "run") (call $f)))`;
  const revoked = (target: object) => {
    const { proxy, revoke } = Proxy.revocable(target, {});
    revoke();
    return proxy;
  };
  assertThrows(() => instance(text, revoked({})), TypeError);
  assertThrows(() => instance(text, { m: revoked({}) }), TypeError);
  const { run } = instance(text, { m: { x: revoked(() => {}) } }).exports;
  assertThrows(() => (run as () => void)(), TypeError);
  assertThrows(() => link("(memory 1)", revoked({})), WebAssembly.LinkError);
});

Deno.test("a getter that instantiates the same module gets an instance of its own", () => {
  const module = new WebAssembly.Module(watToWasm(`(module (import "m" "x" (func $f (result i32)))
    (global $g (mut i32) (i32.const 0))
    (func (export "run") (result i32)
      (global.set $g (i32.add (global.get $g) (i32.const 1))) (i32.add (call $f) (global.get $g))))`));
  const make = (x: () => number): () => number =>
    new WebAssembly.Instance(module, { m: { x } }).exports.run as never;
  let inner: (() => number) | null = null;
  const { exports } = new WebAssembly.Instance(module, {
    m: {
      get x() {
        inner = make(() => 100);
        inner();
        return () => 10;
      },
    },
  });
  const outer = exports.run as () => number;
  assertEquals([outer(), inner!(), outer()], [11, 102, 12]);
});

Deno.test("imports that instantiate the same module while they are called, or as start function", () => {
  const module = new WebAssembly.Module(watToWasm(`(module (import "m" "x" (func $f (param i32) (result i32)))
    (import "m" "start" (func $start)) (start $start)
    (global $g (mut i32) (i32.const 0))
    (func (export "run") (param i32) (result i32)
      (global.set $g (i32.add (global.get $g) (i32.const 1)))
      (i32.add (call $f (local.get 0)) (global.get $g))))`));
  let started = 0;
  const make = (depth: number): (n: number) => number => {
    const m = {
      x: (n: number): number => n === 0 ? 0 : make(depth)(n - 1),
      start: () => {
        started++;
        if (depth > 0) make(depth - 1);
      },
    };
    return new WebAssembly.Instance(module, { m }).exports.run as never;
  };
  assertEquals([make(0)(5), started], [6, 6]);
  started = 0;
  make(3);
  assertEquals(started, 4);
});

Deno.test("a table's elements must be of an equivalent type, across modules", () => {
  const table = exported(`${TYPES} (table (export "x") 1 (ref null $u))`);
  instance(`(module (type $u (func (param i32))) (import "m" "x" (table 1 (ref null $u))))`, {
    m: { x: table },
  });
  assertThrows(
    () => instance(`(module ${TYPES} (import "m" "x" (table 1 (ref null $t))))`, { m: { x: table } }),
    WebAssembly.LinkError,
    "imported table does not match the expected type",
  );
});

Deno.test("objects that only look like those of WebAssembly, or stand for them, are none", () => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  for (const x of [Object.create(WebAssembly.Memory.prototype), new Proxy(memory, {})]) {
    assertThrows(() => link("(memory 1)", x), WebAssembly.LinkError, "must be a WebAssembly.Memory object");
  }
  const global = new WebAssembly.Global({ value: "i32" }, 1);
  assertThrows(() => link("(global i32)", new Proxy(global, {})), WebAssembly.LinkError);
});

Deno.test("a trap of a constant expression is reported with the API's name", () => {
  const tooLarge = "(array.new_default $a (i32.const -1))";
  for (
    const declarations of [
      `(global (ref $a) ${tooLarge})`,
      `(table 1 (ref $a) ${tooLarge})`,
      `(table 1 (ref null $a)) (elem (i32.const 0) (ref null $a) (item ${tooLarge}))`,
    ]
  ) {
    const error = assertThrows(
      () => instance(`(module (type $a (array i32)) ${declarations})`, {}),
      WebAssembly.RuntimeError,
    );
    assertEquals((error as Error).message, "WebAssembly.Instance(): requested new array is too large");
  }
});

Deno.test("numbers for globals are not computed: an object is refused, and not asked for its value", () => {
  const x = { valueOf: () => assertEquals("asked", "not asked") };
  assertThrows(() => link("(global i32)", x), WebAssembly.LinkError);
  assertThrows(() => link("(global i64)", x), WebAssembly.LinkError);
});
