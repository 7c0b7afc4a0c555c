import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { boundCall, declareFastFunction, Engine, watToWasm, WebAssembly } from "../../mod.ts";
import { DATA_VIEW_ACCESSORS, DATA_VIEW_BUILTINS } from "../../lib/link/data_view_access.ts";
import { declareHostFunction } from "../../lib/runtime/host_function.ts";
import { I32, I64 } from "../../lib/syntax/types.ts";
import { type Exported, exportsOf } from "./instances.ts";

/** Calls from compiled code, often enough for everything that is decided late. */
const OFTEN = 300;

function module(text: string, options?: object): WebAssembly.Module {
  return new WebAssembly.Module(watToWasm(text), options);
}

function instantiate(of: WebAssembly.Module, f: unknown): Record<string, Exported> {
  return new WebAssembly.Instance(of, { m: { f } } as never).exports as unknown as Record<string, Exported>;
}

const ADD = `(module (import "m" "f" (func $f (param i32 i32) (result i32)))
  (func (export "run") (param i32 i32) (result i32) (call $f (local.get 0) (local.get 1))))`;

Deno.test("functions of every sort get the signature's arguments, and undefined as receiver", () => {
  const seen: unknown[] = [];
  const target = {
    method(this: unknown, a: number, b: number) {
      seen.push(this);
      return a + b;
    },
  };
  const functions: unknown[] = [
    (a: number, b: number) => a + b,
    (a: number) => a,
    () => 7,
    (a: number, b: number, c: unknown) => c === undefined ? a - b : 0,
    (...list: number[]) => list.length,
    function (this: unknown) {
      "use strict";
      seen.push(this);
      return arguments.length;
    },
    target.method,
    (a: number, b = 5) => a * b,
    ((x: number, a: number, b: number) => x + a + b).bind(null, 100),
    new Proxy((a: number, b: number) => a * b, {
      apply: (target, self, [a, b]) => {
        seen.push(self);
        return target(a, b);
      },
    }),
    exportsOf(`(module (func (export "f") (param i32 i32) (result i32)
      (i32.sub (local.get 0) (local.get 1))))`).f,
  ];
  const shared = module(ADD);
  const run = (f: unknown, { run }: Record<string, Exported>) => {
    const results = new Set<number>();
    for (let i = 0; i < OFTEN; i++) results.add(run(8, 3));
    assertEquals(results.size, 1, String(f));
    return [...results][0];
  };
  const expected = [11, 8, 7, 5, 2, 2, 11, 24, 111, 24, 5];
  assertEquals(functions.map((f) => run(f, instantiate(module(ADD), f))), expected);
  // One module, whose instances do not agree.
  assertEquals(functions.map((f) => run(f, instantiate(shared, f))), expected);
  assertEquals(new Set(seen).size, 1);
  assertStrictEquals(seen[0], undefined);
});

Deno.test("a function of another engine is called like one of JavaScript", () => {
  const other = new Engine().WebAssembly;
  const bytes = watToWasm(`(module (func (export "f") (param i32 i32) (result i32)
    (i32.mul (local.get 0) (local.get 1))))`);
  const { f } = new other.Instance(new other.Module(bytes)).exports;
  assertEquals(instantiate(module(ADD), f).run(6, 7), 42);
});

Deno.test("a class is called, and throws; a generator function gives its object", () => {
  assertThrows(() => instantiate(module(ADD), class {}).run(1, 2), TypeError);
  const { run } = exportsOf(
    `(module (import "m" "f" (func $f (result externref))) (func (export "run") (result externref) (call $f)))`,
    { m: { f: function* () {} } },
  );
  assertEquals(typeof run().next, "function");
});

Deno.test("arguments are evaluated in order, before the call", () => {
  const order: unknown[] = [];
  const { run } = exportsOf(
    `(module (import "m" "a" (func $a (param i32) (result i32)))
      (import "m" "f" (func $f (param i32 i64 i32) (result i32)))
      (global $g (mut i32) (i32.const 1))
      (func $set (result i64) (global.set $g (i32.const 2)) (i64.const 3))
      (func (export "run") (result i32)
        (call $f (global.get $g) (call $set) (call $a (global.get $g)))))`,
    { m: { a: (x: number) => order.push(x), f: (...list: unknown[]) => order.push(...list) } },
  );
  run();
  assertEquals(order, [2, 1, 3n, 1]);
});

Deno.test("what an import throws arrives as it is, and can be caught on the way", () => {
  const error = { toString: () => assertEquals("looked at", "untouched") as never };
  const thrower = () => {
    throw error;
  };
  const text = `(module (import "m" "f" (func $f (param i32) (result i32)))
    (func (export "pass") (result i32) (call $f (i32.const 1)))
    (func (export "catch") (result i32)
      (block $h (drop (call $f (i32.const 1))) (return (i32.const 0))) (i32.const 1))
    (func (export "all") (result i32)
      (block $h (try_table (catch_all $h) (return (call $f (i32.const 1))))) (i32.const 2)))`;
  for (const f of [thrower, thrower.bind(null), new Proxy(thrower, {})]) {
    const { pass, all } = exportsOf(text, { m: { f } });
    for (let i = 0; i < OFTEN; i++) {
      try {
        pass();
      } catch (caught) {
        assertStrictEquals(caught, error);
      }
    }
    assertEquals(all(), 2);
  }
});

Deno.test("results that nobody uses are converted nevertheless", () => {
  const types = { i32: 1n, f32: 1n, f64: 1n, i64: 1, funcref: () => {} };
  for (const [type, wrong] of Object.entries(types)) {
    let conversions = 0;
    const right = { valueOf: () => type === "i64" ? BigInt(++conversions) : ++conversions };
    const text = `(module (import "m" "f" (func $f (result ${type})))
      (func (export "run") (drop (call $f))))`;
    assertThrows(() => exportsOf(text, { m: { f: () => wrong } }).run(), TypeError);
    if (type === "funcref") continue;
    exportsOf(text, { m: { f: () => right } }).run();
    assertEquals(conversions, 1, type);
  }
  const { run } = exportsOf(
    `(module (import "m" "f" (func $f (result i32 i64)))
      (func (export "run") (result i32) (call $f) (drop) (drop) (i32.const 5)))`,
    { m: { f: () => [1, 2n] } },
  );
  assertEquals(run(), 5);
});

Deno.test("64-bit integers cross exactly in both directions", () => {
  const values = [
    0n,
    1n,
    -1n,
    2n ** 31n,
    -(2n ** 31n),
    2n ** 32n,
    2n ** 53n + 1n,
    2n ** 63n - 1n,
    -(2n ** 63n),
  ];
  const seen = new Set<bigint>();
  const { run } = exportsOf(
    `(module (import "m" "f" (func $f (param i64 i64) (result i64)))
      (func (export "run") (param i64 i64) (result i64) (call $f (local.get 0) (local.get 1))))`,
    {
      m: {
        f: (a: bigint, b: bigint) => {
          seen.add(a).add(b);
          return a + (b << 64n);
        },
      },
    },
  );
  for (let round = 0; round < 50; round++) {
    for (const value of values) assertEquals(run(value + 2n ** 64n, -value), value);
  }
  const expected = new Set(values.flatMap((value) => [value, BigInt.asIntN(64, -value)]));
  const sorted = (set: Set<bigint>) => [...set].sort((a, b) => a < b ? -1 : 1);
  assertEquals(sorted(seen), sorted(expected));
  assertThrows(() => run(1, 1n), TypeError);
});

/** The reads that a function makes of a list, through a proxy. */
function readsOf(list: unknown[], use: (list: unknown) => unknown): string[] {
  const reads: string[] = [];
  const proxy = new Proxy(list, {
    get(target, key) {
      reads.push(String(key));
      return Reflect.get(target, key);
    },
  });
  try {
    use(proxy);
  } catch (error) {
    reads.push(String(error));
  }
  return reads;
}

const PAIR = `(module (import "m" "f" (func $f (param externref) (result i32 f64)))
  (func (export "run") (param externref) (result i32 f64) (call $f (local.get 0))))`;

Deno.test("an array of several results is read as its iteration reads it", () => {
  const { run } = exportsOf(PAIR, { m: { f: (list: unknown) => list } });
  for (const list of [[1, 2.5], [1], [], [1, 2, 3, 4]]) {
    const expected = readsOf(list, (proxy) => [...proxy as unknown[]]);
    const got = readsOf(list, run);
    if (list.length !== 2) assertEquals(got.pop(), "TypeError: multi-return length mismatch");
    assertEquals(got, expected);
  }
  const grows: unknown[] = [1, 2];
  Object.defineProperty(grows, 0, { get: () => (grows.length = 3, 1) });
  assertThrows(() => run(grows), TypeError, "multi-return length mismatch");
  const shrinks: unknown[] = [1, 2, 3];
  Object.defineProperty(shrinks, 1, { get: () => (shrinks.length = 2, 6) });
  assertEquals(run(shrinks), [1, 6]);
});

Deno.test("several results come from whatever the value's iterator gives", () => {
  const { run } = exportsOf(PAIR, { m: { f: (list: unknown) => list } });
  const array = [1, 2];
  assertEquals(run(array), [1, 2]);
  assertEquals(run(new Map([[3, 4], [5, 6]]).keys()), [3, 5]);
  assertEquals(run(Object.assign([9, 9], { [Symbol.iterator]: () => [7, 8].values() })), [7, 8]);
  assertEquals(run(new Uint8Array([4, 5])), [4, 5]);
  assertThrows(() => run({}), TypeError, "object is not iterable");
  assertThrows(() => run("é"), TypeError, "multi-return length mismatch");

  const iteratorPrototype = Object.getPrototypeOf([][Symbol.iterator]());
  const { next } = iteratorPrototype;
  let steps = 0;
  let results: unknown;
  iteratorPrototype.next = function () {
    steps++;
    return next.call(this);
  };
  try {
    results = run(array);
  } finally {
    iteratorPrototype.next = next;
  }
  assertEquals([results, steps], [[1, 2], 3]);
});

Deno.test("an iterator is asked as a spread asks it, to its end, and its method is read once", () => {
  const { run } = exportsOf(PAIR, { m: { f: (list: unknown) => list } });
  const logged = (count: number, use: (iterable: unknown) => unknown): string[] => {
    const log: string[] = [];
    const watch = (name: string, object: object) =>
      new Proxy(object, {
        get(target, key, receiver) {
          log.push(`${name}.${String(key)}`);
          return Reflect.get(target, key, receiver);
        },
      });
    let given = 0;
    const iterator = {
      next: (
        ...args: unknown[]
      ) => (log.push(`next(${args.length})`), watch("result", { done: given === count, value: given++ })),
      return: () => log.push("return()"),
    };
    const iterable = { [Symbol.iterator]: () => watch("iterator", iterator) };
    try {
      use(watch("iterable", iterable));
    } catch {
      log.push("thrown");
    }
    return log;
  };
  for (let round = 0; round < 3; round++) {
    for (const count of [0, 1, 2, 3, 5]) {
      const expected = logged(count, (iterable) => [...iterable as unknown[]]);
      if (count !== 2) expected.push("thrown");
      assertEquals(logged(count, run), expected);
    }
  }
  assertThrows(() => run({ [Symbol.iterator]: () => 1 }), TypeError);
  assertThrows(() => run({ [Symbol.iterator]: () => ({}) }), TypeError);
});

Deno.test("setters on prototypes do not see the results", () => {
  const { run } = exportsOf(PAIR, { m: { f: (list: unknown) => list } });
  run(new Set([1, 2]));
  let sets = 0;
  const watched = [[Array.prototype, "0"], [Object.prototype, "method"]] as const;
  for (const [object, key] of watched) {
    Object.defineProperty(object, key, { set: () => sets++, configurable: true });
  }
  let results: unknown;
  try {
    results = run(new Set([1, 2]));
  } finally {
    for (const [object, key] of watched) Reflect.deleteProperty(object, key);
  }
  assertEquals(results, [1, 2]);
  assertEquals(sets, 0);
});

const MATH = {
  "(param f64) (result f64)": [
    "acos",
    "asin",
    "atan",
    "cos",
    "sin",
    "tan",
    "exp",
    "log",
    "abs",
    "ceil",
    "floor",
    "sqrt",
  ],
  "(param f32) (result f32)": ["abs", "ceil", "floor", "sqrt"],
  "(param f64) (result f32)": ["fround"],
  "(param f64 f64) (result f64)": ["atan2", "pow", "min", "max"],
  "(param f32 f32) (result f32)": ["min", "max"],
};

Deno.test("math intrinsics compute what the functions do", () => {
  for (const [signature, names] of Object.entries(MATH)) {
    const gets = signature.split(" ").filter((type) => /f(32|64)\)?$/.test(type)).slice(0, -1)
      .map((_, i) => `(local.get ${i})`).join(" ");
    const of = module(`(module (import "m" "f" (func $f ${signature}))
      (func (export "run") ${signature} (call $f ${gets})))`);
    for (const name of names) {
      const f = Math[name as "pow"];
      const { run } = instantiate(of, f);
      const { run: generic } = instantiate(of, (...args: [number, number]) => f(...args));
      for (const a of [0, -0, 0.3, -2.7, 1e40, NaN, -Infinity]) {
        for (const b of [0, -0, 2, NaN]) assertEquals([name, a, b, run(a, b)], [name, a, b, generic(a, b)]);
      }
    }
  }
});

Deno.test("a function of Math that has been replaced is an ordinary one", () => {
  const { sin } = Math;
  const of = module(`(module (import "m" "f" (func $f (param f64) (result f64)))
    (func (export "run") (param f64) (result f64) (call $f (local.get 0))))`);
  const { run } = instantiate(of, Math.sin);
  Math.sin = () => 5;
  try {
    assertEquals([run(1), instantiate(of, Math.sin).run(1)], [sin(1), 5]);
  } finally {
    Math.sin = sin;
  }
});

Deno.test("accessors of a DataView that is used often do what the builtins do", () => {
  for (const name of DATA_VIEW_ACCESSORS) {
    const type = name.includes("Big")
      ? "i64"
      : name.includes("Float32")
      ? "f32"
      : name.includes("64")
      ? "f64"
      : "i32";
    const setter = name.startsWith("set");
    const order = name === "byteLength" || name.endsWith("t8") ? "" : "i32";
    const params = name === "byteLength" ? "" : `i32 ${setter ? type : ""} ${order}`;
    const result = setter ? "" : `(result ${name === "byteLength" ? "f64" : type})`;
    const count = params.split(" ").filter(Boolean).length;
    const gets = Array.from({ length: count + 1 }, (_, i) => `(local.get ${i})`).join(" ");
    const { run } = exportsOf(
      `(module (import "m" "f" (func $f (param externref ${params}) ${result}))
        (func (export "run") (param externref ${params}) ${result} (call $f ${gets})))`,
      { m: { f: boundCall(DATA_VIEW_BUILTINS[name]) } },
    );
    const make = () =>
      new DataView(new Uint8Array([1, 2, 3, 0x84, 5, 6, 7, 0x88, 9, 10, 0x8b, 12]).buffer, 2, 9);
    const mine = [make(), make()];
    const theirs = [make(), make()];
    const value = type === "i64" ? -5n : -1.5;
    const check = (view: 0 | 1, offset: number, littleEndian: number) => {
      const args: unknown[] = name === "byteLength" ? [] : [offset];
      if (setter) args.push(type === "i32" ? -7 : value);
      if (order) args.push(littleEndian);
      const outcome = (call: () => unknown) => {
        try {
          const outcome = call();
          return typeof outcome === "bigint"
            ? BigInt.asIntN(64, outcome)
            : type === "i32" && name !== "byteLength" && outcome !== undefined
            ? (outcome as number) | 0
            : outcome;
        } catch (error) {
          return String(error);
        }
      };
      assertEquals(
        outcome(() => run(mine[view], ...args)),
        outcome(() => Reflect.apply(DATA_VIEW_BUILTINS[name], theirs[view], args)),
        `${name} ${offset}`,
      );
      const bytes = (view: DataView) => view.buffer.byteLength === 0 ? null : new Uint8Array(view.buffer);
      assertEquals(bytes(mine[view]), bytes(theirs[view]), `${name} ${offset}`);
    };
    for (let i = 0; i < OFTEN; i++) check(0, i % 2, i & 1);
    for (const offset of [-1, -4, 1, 2, 5, 6, 8, 9, 2 ** 31 - 1, -(2 ** 31)]) {
      check(0, offset, 1);
      check(1, offset, 0);
    }
    for (let i = 0; i < OFTEN; i++) check(i & 1 ? 1 : 0, 0, 1);
    for (const [view] of [mine, theirs]) structuredClone(view.buffer, { transfer: [view.buffer] });
    check(0, 0, 1);
    assertThrows(() => run({}, 0), TypeError);
  }
});

Deno.test("what a well-known import throws can be caught by wasm code", () => {
  const { run, pass } = exportsOf(
    `(module (import "m" "f" (func $f (param i32 i32) (result externref)))
      (func (export "pass") (param i32) (result externref) (call $f (i32.const 255) (local.get 0)))
      (func (export "run") (param i32) (result i32)
        (block $h (try_table (catch_all $h)
          (drop (call $f (i32.const 255) (local.get 0))) (return (i32.const 0)))) (i32.const 1)))`,
    { m: { f: boundCall(Number.prototype.toString) } },
  );
  assertEquals([pass(10), pass(16), run(2), run(37)], ["255", "ff", 0, 1]);
  assertThrows(() => pass(1), RangeError);
});

const STRINGS = `(module
  (import "wasm:js-string" "test" (func $test (param externref) (result i32)))
  (import "wasm:js-string" "cast" (func $cast (param externref) (result (ref extern))))
  (import "wasm:js-string" "length" (func $length (param externref) (result i32)))
  (import "wasm:js-string" "charCodeAt" (func $charCodeAt (param externref i32) (result i32)))
  (import "wasm:js-string" "concat" (func $concat (param externref externref) (result (ref extern))))
  (table 1 funcref) (elem (i32.const 0) $length) (type $t (func (param externref) (result i32)))
  (func (export "test") (param externref) (result i32) (call $test (local.get 0)))
  (func (export "cast") (param externref) (result externref) (call $cast (local.get 0)))
  (func (export "length") (param externref) (result i32) (call $length (local.get 0)))
  (func (export "code") (param externref i32) (result i32) (call $charCodeAt (local.get 0) (local.get 1)))
  (func (export "twice") (param externref) (result i32)
    (call $length (call $concat (local.get 0) (local.get 0))))
  (func (export "indirect") (param externref) (result i32)
    (call_indirect (type $t) (local.get 0) (i32.const 0))))`;

Deno.test("string builtins take strings, and trap for everything else", () => {
  const of = module(STRINGS, { builtins: ["js-string"] });
  const { test, cast, length, code, twice, indirect } = new WebAssembly.Instance(of)
    .exports as unknown as Record<
      string,
      Exported
    >;
  assertEquals([test("a"), test(""), test(1), test(null), test(new String("a"))], [1, 1, 0, 0, 0]);
  assertEquals([cast("abc"), length("abc"), code("abc", 1), twice("abc"), indirect("abc")], [
    "abc",
    3,
    98,
    6,
    3,
  ]);
  for (const value of [null, undefined, 1, {}, new String("a")]) {
    for (const f of [cast, length, twice, indirect]) {
      assertThrows(() => f(value), WebAssembly.RuntimeError, "illegal cast");
    }
  }
  assertThrows(() => code("abc", 3), WebAssembly.RuntimeError, "string offset out of bounds");
});

const MORE_STRINGS = `(module
  (import "wasm:js-string" "test" (func $test (param externref) (result i32)))
  (import "wasm:js-string" "length" (func $length (param externref) (result i32)))
  (import "wasm:js-string" "equals" (func $equals (param externref externref) (result i32)))
  (import "wasm:js-string" "compare" (func $compare (param externref externref) (result i32)))
  (import "wasm:js-string" "concat" (func $concat (param externref externref) (result (ref extern))))
  (import "wasm:js-string" "substring" (func $substring (param externref i32 i32) (result (ref extern))))
  (import "wasm:js-string" "codePointAt" (func $codePointAt (param externref i32) (result i32)))
  (import "m" "next" (func $next (result externref)))
  (func (export "test") (param externref externref i32) (result i32)
    (i32.add (local.get 2) (call $test (select (result externref) (local.get 0) (local.get 1) (local.get 2)))))
  (func (export "isNext") (result i32) (if (result i32) (call $test (call $next))
    (then (i32.const 10)) (else (i32.const 20))))
  (func (export "equals") (param externref externref) (result i32) (call $equals (local.get 0) (local.get 1)))
  (func (export "compare") (param externref externref) (result i32) (call $compare (local.get 0) (local.get 1)))
  (func (export "concat") (param externref externref) (result externref) (call $concat (local.get 0) (local.get 1)))
  (func (export "part") (param externref i32 i32) (result externref)
    (call $substring (local.get 0) (local.get 1) (local.get 2)))
  (func (export "point") (param externref i32) (result i32)
    (call $codePointAt (local.get 0) (i32.add (local.get 1) (i32.const 1))))
  (func (export "nexts") (result i32) (call $compare (call $next) (call $next)))
  (func (export "drops") (param externref)
    (drop (call $test (local.get 0))) (drop (call $length (local.get 0)))))`;

function moreStrings(next: () => unknown = () => ""): Record<string, Exported> {
  const of = module(MORE_STRINGS, { builtins: ["js-string"] });
  return new WebAssembly.Instance(of, { m: { next } } as never).exports as unknown as Record<
    string,
    Exported
  >;
}

Deno.test("string builtins compare, join and cut strings in compiled code", () => {
  const { equals, compare, concat, part, point } = moreStrings();
  for (let i = 0; i < OFTEN; i++) {
    assertEquals([equals("a", "a"), equals("a", "b"), equals("a" + i, "a" + i)], [1, 0, 1]);
    assertEquals([compare("a", "b"), compare("b", "a"), compare("b", "b")], [-1, 1, 0]);
    assertEquals([concat("a", "b"), part("abcdef", 1, 4), part("abcdef", 4, 1)], ["ab", "bcd", ""]);
    assertEquals([part("abcdef", 3, -1), part("abcdef", -1, -1), part("abc", 3, 9)], ["def", "", ""]);
    assertEquals(point("a\u{1f600}", 0), 0x1f600);
  }
  for (const index of [1, 5, -2, -3]) {
    assertThrows(() => point("ab", index), WebAssembly.RuntimeError, "string offset out of bounds");
  }
});

Deno.test("equals takes null for a value of its own, and traps for what is neither null nor a string", () => {
  const { equals } = moreStrings();
  for (let i = 0; i < OFTEN; i++) {
    assertEquals([equals(null, null), equals("", null), equals(null, ""), equals("a", "a")], [1, 0, 0, 1]);
  }
  for (const value of [undefined, 1, {}, new String("a")]) {
    for (const [a, b] of [[value, value], [value, "a"], ["a", value], [null, value], [value, null]]) {
      assertThrows(() => equals(a, b), WebAssembly.RuntimeError, "illegal cast");
    }
  }
});

Deno.test("a string builtin works on after it has trapped, and traps again", () => {
  const { compare, concat, part, drops } = moreStrings();
  for (let i = 0; i < OFTEN; i++) {
    assertEquals([compare("a", "b"), concat("a", "b"), part("abc", 0, 1)], [-1, "ab", "a"]);
    if (i % 50 !== 49) continue;
    for (const value of [null, 1, {}, ["a"]]) {
      assertThrows(() => compare(value, "a"), WebAssembly.RuntimeError, "illegal cast");
      assertThrows(() => compare("a", value), WebAssembly.RuntimeError, "illegal cast");
      assertThrows(() => concat("a", value), WebAssembly.RuntimeError, "illegal cast");
      assertThrows(() => part(value, 0, 0), WebAssembly.RuntimeError, "illegal cast");
      assertThrows(() => drops(value), WebAssembly.RuntimeError, "illegal cast");
    }
  }
});

Deno.test("test tells strings from other values, first with strings alone and then with others", () => {
  let value: unknown = "a";
  const { test, isNext } = moreStrings(() => value);
  const values: unknown[] = ["", "a", 1, null, undefined, {}, new String("a")];
  for (const others of [[""], values, ["b"], values]) {
    for (let i = 0; i < OFTEN; i++) {
      for (const other of others) {
        const expected = typeof other === "string" ? 1 : 0;
        assertEquals([test("a", other, 1), test("a", other, 0)], [2, expected]);
        value = other;
        assertEquals(isNext(), expected === 1 ? 10 : 20);
      }
    }
  }
});

Deno.test("the arguments of a string builtin are evaluated before it checks one of them", () => {
  const given: unknown[] = [1, "b", "a", "b"];
  let calls = 0;
  const { nexts } = moreStrings(() => given[calls++ % given.length]);
  assertThrows(() => nexts(), WebAssembly.RuntimeError, "illegal cast");
  assertEquals([calls, nexts(), calls], [2, -1, 4]);
});

Deno.test("a call that JavaScript has no values for evaluates its arguments and throws what wasm code can catch", () => {
  const log: unknown[] = [];
  const exports = exportsOf(
    `(module (import "m" "f" (func $f (param i32 v128) (result i64 f32 externref)))
      (import "m" "log" (func $log (param i32) (result i32)))
      (func $call (export "call") (result f32) (local f32)
        (call $f (call $log (i32.const 1)) (v128.const i32x4 0 0 0 0)) drop local.set 0 drop
        (drop (call $log (i32.const 2))) (local.get 0))
      (func (export "within") (result i32)
        (block $h (try_table (catch_all $h)
          (call $f (call $log (i32.const 3)) (v128.const i32x4 0 0 0 0)) drop drop drop (return (i32.const 0))))
        (i32.const 1))
      (func (export "around") (result i32)
        (block $h (try_table (catch_all $h) (drop (call $call)) (return (i32.const 0)))) (i32.const 1)))`,
    { m: { f: () => log.push("called"), log: (x: number) => (log.push(x), x) } },
  );
  const error = assertThrows(
    () => exports.call(),
    TypeError,
    "type incompatibility when transforming from/to JS",
  );
  assertStrictEquals(Object.getPrototypeOf(error), TypeError.prototype);
  assertEquals([exports.within(), exports.around(), log], [1, 1, [1, 3, 1]]);
});

Deno.test("an i32 becomes a decimal string wherever it comes from", () => {
  const { signed, computed } = exportsOf(
    `(module (import "m" "f" (func $f (param i32 i32) (result externref)))
      (func (export "signed") (param i32) (result externref) (call $f (local.get 0) (i32.const 10)))
      (func (export "computed") (param i32) (result externref)
        (call $f (i32.lt_u (i32.add (local.get 0) (i32.const 1)) (i32.const 5)) (i32.const 10))))`,
    { m: { f: boundCall(Number.prototype.toString) } },
  );
  assertEquals([0, 7, -1, -0x80000000, 0x7fffffff].map((value) => signed(value)), [
    "0",
    "7",
    "-1",
    "-2147483648",
    "2147483647",
  ]);
  assertEquals([computed(-1), computed(4), computed(-3)], ["1", "0", "0"]);
});

Deno.test("functions with C signatures get and give what these say", () => {
  const seen: unknown[] = [];
  const record = (result: unknown) => (...args: unknown[]) => (seen.push(...args), result);
  const run = (signature: string, args: string, f: unknown) =>
    exportsOf(
      `(module (import "m" "f" (func $f ${signature})) (func (export "run") ${
        signature.slice(signature.indexOf("(result"))
      } (call $f ${args})))`,
      { m: { f } },
    ).run();
  const unsigned = declareFastFunction(record(0xffff_fff0), {
    overloads: [{ params: ["u32", "bool", "i32"], result: "u32", int64: "bigint" }],
    acceptsAnyReceiver: true,
  });
  const minusOne = "(i32.const -1)";
  assertEquals(
    run("(param i32 i32 i32) (result i32)", `${minusOne} (i32.const 2) ${minusOne}`, unsigned),
    -16,
  );
  assertEquals(seen.splice(0), [0xffff_ffff, true, -1]);
  const wide = declareFastFunction(record(2n ** 64n - 1n), {
    overloads: [{ params: ["u64", "i64"], result: "u64", int64: "bigint" }],
    acceptsAnyReceiver: true,
  });
  const wideMinusOne = "(i64.const -1)";
  assertEquals(run("(param i64 i64) (result i64)", `${wideMinusOne} ${wideMinusOne}`, wide), -1n);
  assertEquals(seen.splice(0), [2n ** 64n - 1n, -1n]);
  const truth = declareFastFunction(record(true), {
    overloads: [{ params: [], result: "bool", int64: "bigint" }],
    acceptsAnyReceiver: true,
  });
  assertEquals(run("(result i32)", "", truth), 1);
});

Deno.test("the receiver of a function with a C signature is checked, if it is to be", () => {
  class Counter {
    constructor(public count: number) {}
  }
  const get = declareFastFunction(
    function (this: Counter) {
      return this.count;
    },
    {
      overloads: [{ params: ["i32"], result: "i32", int64: "bigint" }, {
        params: [],
        result: "i32",
        int64: "bigint",
      }],
      acceptsAnyReceiver: false,
      receiverCheck: (receiver) => receiver instanceof Counter,
    },
  );
  const { run } = exportsOf(
    `(module (import "m" "f" (func $f (param externref) (result i32)))
      (func (export "run") (param externref) (result i32) (call $f (local.get 0))))`,
    { m: { f: boundCall(get) } },
  );
  assertEquals(run(new Counter(4)), 4);
  assertThrows(() => run({ count: 4 }), TypeError, "Illegal invocation");
});

Deno.test("functions of the embedding are called with components, and what they throw can be caught", () => {
  const swap = declareHostFunction([I64], [I32], (low: number, high: number) => {
    if (low === 0) throw new Error("zero");
    return high;
  });
  const { run } = exportsOf(
    `(module (import "m" "f" (func $f (param i64) (result i32)))
      (func (export "run") (param i64) (result i32)
        (block $h (try_table (catch_all $h) (return (call $f (local.get 0))))) (i32.const -1)))`,
    { m: { f: swap } },
  );
  assertEquals([run(5n * 2n ** 32n + 1n), run(0n)], [5, -1]);
});

Deno.test("instances whose imports disagree keep their own", () => {
  const text = `(module (import "m" "f" (func $f (param f64) (result f64)))
    (func $twice (param f64) (result f64) (f64.add (call $f (local.get 0)) (call $f (local.get 0))))
    (func (export "run") (param f64) (result f64) (call $twice (local.get 0))))`;
  const of = module(text);
  const sources: (() => unknown)[] = [
    () => Math.floor,
    () => (x: number) => x + 1,
    () => exportsOf(`(module (func (export "f") (param f64) (result f64) (f64.neg (local.get 0))))`).f,
    () => Math.floor,
    () => Math.ceil,
    () =>
      declareFastFunction((x: number) => x * 2, {
        overloads: [{ params: ["f64"], result: "f64", int64: "bigint" }],
        acceptsAnyReceiver: true,
      }),
  ];
  const instances = sources.map((make) => instantiate(of, make()));
  const expected = [2, 5, -3, 2, 4, 6];
  for (let round = 0; round < 3; round++) assertEquals(instances.map(({ run }) => run(1.5)), expected);
  assertEquals(sources.map((make) => instantiate(of, make()).run(1.5)), expected);
});

Deno.test("imports are called through tables and references, and keep their identity", () => {
  const js = (a: number, b: number) => a * b;
  const text = `(module (type $t (func (param i32 i32) (result i32)))
    (import "m" "f" (func $f (type $t)))
    (table (export "table") 2 funcref) (elem (i32.const 0) $f) (elem declare func $f)
    (export "f" (func $f))
    (func (export "indirect") (result i32) (call_indirect (type $t) (i32.const 6) (i32.const 7) (i32.const 0)))
    (func (export "reference") (result i32) (call_ref $t (i32.const 6) (i32.const 7) (ref.func $f))))`;
  const first = exportsOf(text, { m: { f: js } });
  assertEquals([first.indirect(), first.reference(), first.f(2, 3)], [42, 42, 6]);
  const second = exportsOf(text, { m: { f: first.f } });
  assertStrictEquals(second.f, first.f);
  assertStrictEquals((second.table as unknown as WebAssembly.Table).get(0), first.f);
  assertEquals([second.indirect(), second.reference()], [42, 42]);
});

Deno.test("imported globals: mutable ones are the same variable, immutable ones each instance's constant", () => {
  const text = `(module (import "m" "c" (global $c i64)) (import "m" "v" (global $v (mut f64)))
    (func (export "run") (result i64)
      (global.set $v (f64.add (global.get $v) (f64.const 1))) (global.get $c)))`;
  const of = module(text);
  const v = new WebAssembly.Global({ value: "f64", mutable: true }, 0.5);
  const runs = [1n, -(2n ** 40n)].map((c) =>
    (new WebAssembly.Instance(of, { m: { c, v } } as never).exports as unknown as Record<string, Exported>)
      .run
  );
  assertEquals(runs.map((run) => run()), [1n, -(2n ** 40n)]);
  assertEquals(v.value, 2.5);
});

Deno.test("many imports of one type, called through a table, are each called as themselves", () => {
  const count = 200;
  const names = Array.from({ length: count }, (_, i) => `$f${i}`);
  const of = module(`(module (type $t (func (param i32) (result i32)))
    ${names.map((name, i) => `(import "m" "f${i}" (func ${name} (type $t)))`).join("")}
    (table ${count} funcref) (elem (i32.const 0) ${names.join(" ")})
    (func (export "run") (param i32) (result i32) (call_indirect (type $t) (local.get 0) (local.get 0))))`);
  const make = (base: number) => {
    const m = Object.fromEntries(names.map((_, i) => [`f${i}`, (x: number) => base + i + x]));
    return new WebAssembly.Instance(of, { m }).exports.run as unknown as Exported;
  };
  const runs = [make(0), make(1000)];
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < count; i++) assertEquals(runs.map((run) => run(i)), [2 * i, 1000 + 2 * i]);
  }
});
