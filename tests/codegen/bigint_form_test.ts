import { assertEquals, assertThrows } from "@std/assert";
import { Engine, Profile, watToWasm, WebAssembly } from "../../mod.ts";
import { bigIntForm } from "../../lib/codegen/bigint_form.ts";
import { compiledModule } from "../../lib/js_api/engine.ts";
import { COMPILES_BIGINTS } from "../../lib/runtime/numerics_i64.ts";
import { type Exported, exportsOf } from "./instances.ts";

/** Around powers of two, and what does not fit into 64 bits. */
const VALUES: bigint[] = [0, 1, 7, 8, 15, 16, 31, 32, 33, 62, 63, 64, 65, 100].flatMap((log2) =>
  [-1n, 0n, 1n].flatMap((delta) => [(1n << BigInt(log2)) + delta, -(1n << BigInt(log2)) - delta])
).concat([0x9e3779b185ebca87n, 0xc2b2ae3d27d4eb4fn, 0x165667b19e3779f9n, 0x5555555555555555n]);

/** The same function twice: as it is, and with a block, which functions on bigints have not. */
function twins(type: string, body: string): { readonly f: Exported; readonly halves: Exported } {
  const { f, halves } = exportsOf(`(module
    (func (export "f") ${type} ${body}) (func (export "halves") ${type} ${body} (block)))`);
  return { f, halves };
}

const A = "(local.get 0)", B = "(local.get 1)";
const BINARY = "(param i64 i64) (result i64)";
const BODIES: readonly (readonly [type: string, body: string])[] = [
  ...["add", "sub", "mul", "and", "or", "xor"].map((name) => [BINARY, `(i64.${name} ${A} ${B})`] as const),
  ...["shl", "shr_s", "shr_u", "rotl", "rotr"].flatMap((name) =>
    [0, 1, 13, 31, 32, 33, 63, 64, 77, -1].map((count) =>
      [BINARY, `(i64.${name} ${A} (i64.const ${count}))`] as const
    )
  ),
  ...[8, 16, 32].map((bits) => [BINARY, `(i64.extend${bits}_s ${A})`] as const),
  ...["eq", "ne", "lt_s", "lt_u", "gt_s", "gt_u", "le_s", "le_u", "ge_s", "ge_u"].flatMap((name) =>
    [
      ["(param i64 i64) (result i32)", `(i64.${name} ${A} ${B})`],
      [BINARY, `(select ${A} ${B} (i64.${name} ${A} ${B}))`],
      [BINARY, `(i64.extend_i32_u (i64.${name} ${A} ${B}))`],
    ] as const
  ),
  ["(param i64 i64) (result i32)", `(i64.eqz ${A})`],
  ["(param i64 i64) (result i32)", `(select (i32.const -7) (i32.const 7) (i64.eqz ${B}))`],
  [BINARY, A],
  [BINARY, B],
  [BINARY, `(select (result i64) ${A} ${B} (i64.lt_s ${A} ${B}))`],
  [
    BINARY,
    "(local i64 i32 i64) (i64.sub (local.get 4) (i64.add (local.get 2) (i64.extend_i32_s (local.get 3))))",
  ],
  [BINARY, `(i64.sub (i64.sub ${A} (i64.const -1)) (i64.const -0x8000000000000000))`],
  [
    BINARY,
    `(local i64) (local.set 2 ${A}) (local.set 0 ${B}) (local.set 1 (local.tee 2 (i64.add ${A} (local.get 2))))
    (drop ${A}) nop (i64.xor (i64.mul ${A} ${B}) (i64.const 0x9e3779b185ebca87))`,
  ],
  [
    BINARY,
    `(local.set 0 (i64.mul (i64.xor ${A} (i64.shr_u ${A} (i64.const 30))) (i64.const 0xbf58476d1ce4e5b9)))
    (local.set 0 (i64.mul (i64.xor ${A} (i64.shr_u ${A} (i64.const 27))) (i64.const 0x94d049bb133111eb)))
    (i64.add (i64.xor ${A} (i64.shr_u ${A} (i64.const 31))) ${B})`,
  ],
];

Deno.test("functions on bigints and on halves compute the same, for values of all sizes", () => {
  for (const [type, body] of BODIES) {
    const { f, halves } = twins(type, body);
    for (const a of VALUES) {
      for (const b of VALUES) assertEquals(f(a, b), halves(a, b), `${body} of ${a} and ${b}`);
    }
  }
});

Deno.test("functions on bigints compute the same when they have been optimised", () => {
  const rounds = 20_000;
  for (const [type, body] of BODIES) {
    const { f, halves } = twins(type, body);
    const sum = (run: Exported): bigint => {
      let sum = 0n;
      for (let i = 0; i < rounds; i++) {
        const x: unknown = run(VALUES[i % VALUES.length], VALUES[(i >> 5) % VALUES.length] ^ sum);
        sum = BigInt.asIntN(64, sum * 3n + BigInt(x as bigint));
      }
      return sum;
    };
    assertEquals(sum(f), sum(halves), body);
  }
});

Deno.test("an i32 among the parameters of a function on bigints is extended as the instruction says", () => {
  for (const [sign, extended] of [["s", -5n], ["u", 0xfffffffbn]] as const) {
    const { f, halves } = twins("(param i32) (result i64)", `(i64.extend_i32_${sign} ${A})`);
    assertEquals([f(-5), halves(-5), f(2 ** 32 - 4.5), f("7"), f()], [extended, extended, extended, 7n, 0n]);
  }
  const { f } = twins("(param i32 i64) (result i32)", `(select ${A} (i32.const 3) (i64.eqz ${B}))`);
  assertEquals([f(2 ** 31, 0n), f(1, 1n)], [-(2 ** 31), 3]);
});

Deno.test("a bigint of any size is taken modulo 2^64, and given back as a signed one", () => {
  const { f } = twins("(param i64) (result i64)", A);
  for (const value of VALUES) assertEquals(f(value), BigInt.asIntN(64, value));
  assertEquals([
    f(1n << 63n),
    f(-(1n << 63n)),
    f((1n << 64n) - 1n),
    f((1n << 64n) + 5n),
    f(-(1n << 200n) - 1n),
  ], [
    -(1n << 63n),
    -(1n << 63n),
    -1n,
    5n,
    -1n,
  ]);
});

Deno.test("arguments of a function on bigints are converted once and in order, as ToBigInt64 says", () => {
  const { f } = twins("(param i64 i32 i64) (result i64)", `(i64.sub ${A} (local.get 2))`);
  const log: string[] = [];
  const value = (name: string, primitive: unknown) => ({
    valueOf() {
      log.push(name);
      return primitive;
    },
  });
  assertEquals(f(value("a", 1n), value("b", 2), value("c", "3")), -2n);
  assertEquals(log, ["a", "b", "c"]);
  assertEquals([f(true, 0, " 0x10 "), f(false, 0, ""), f("7", 0, -2n)], [-15n, 0n, 9n]);
  log.length = 0;
  assertThrows(() => f(value("a", 1n), value("b", 2n), value("c", 3n)), TypeError);
  assertEquals(log, ["a", "b"]);
  assertThrows(() => f("1.5", 0, 1n), SyntaxError);
  const thrown = new Error();
  const refuse = {
    [Symbol.toPrimitive]: () => {
      throw thrown;
    },
  };
  assertEquals(assertThrows(() => f(1n, 0, refuse)), thrown);
});

Deno.test("a Number is no i64, before and after the function has been optimised", () => {
  const { f } = twins("(param i64 i64) (result i64)", `(i64.add ${A} ${B})`);
  for (let round = 0; round < 3; round++) {
    for (const wrong of [5, 5.5, NaN, undefined, null, Symbol(), {}]) {
      assertThrows(() => f(1n, wrong), wrong === Object(wrong) ? SyntaxError : TypeError);
      assertThrows(() => f(wrong, 1n), wrong === Object(wrong) ? SyntaxError : TypeError);
    }
    let sum = 0n;
    for (let i = 0n; i < 20_000n; i++) sum = f(sum, i);
    assertEquals(sum, 199990000n);
  }
});

/** Whether function 0 of a module has a form on bigints. */
function hasForm(fields: string): boolean {
  const engine = new Engine();
  const module = compiledModule(engine, new engine.WebAssembly.Module(watToWasm(`(module ${fields})`)))!;
  return bigIntForm(module, 0 as never, (entry) => entry) !== null;
}

Deno.test("functions that compute with i64s straight ahead have a form on bigints where hosts compile those", () => {
  assertEquals(hasForm(`(func (param i64) (result i64) ${A})`), COMPILES_BIGINTS);
  assertEquals(hasForm("(func (result i64) (i64.const 1))"), COMPILES_BIGINTS);
  assertEquals(hasForm("(func (param i64) (result i32) (i64.eqz (local.get 0)))"), COMPILES_BIGINTS);
});

Deno.test("functions with branches, traps, calls, other types or much code have no form on bigints", () => {
  for (
    const fields of [
      "(func (param i32) (result i32) (local.get 0))",
      "(func (param i64))",
      "(func (param i64) (result i64 i64) (local.get 0) (local.get 0))",
      "(func (param i64 f64) (result i64) (local.get 0))",
      "(func (param i64) (result i64) (local f32) (local.get 0))",
      "(func (param i64) (result i64) (local i32) (block) (local.get 0))",
      "(func (param i64) (result i64) (return (local.get 0)))",
      "(func (param i64 i64) (result i64) (i64.div_s (local.get 0) (local.get 1)))",
      "(func (param i64 i64) (result i64) (i64.shl (local.get 0) (local.get 1)))",
      "(func (param i64) (result i32) (i32.wrap_i64 (local.get 0)))",
      "(func $f (param i64) (result i64) (call $f (local.get 0)))",
      "(func (param i32) (result i64) (i64.load (local.get 0))) (memory 1)",
      "(func (result i64) (global.get 0)) (global i64 (i64.const 1))",
      `(func (param i64) (result i64) ${"nop ".repeat(200)} (local.get 0))`,
      '(import "m" "f" (func (param i64) (result i64)))',
    ]
  ) assertEquals(hasForm(fields), false, fields);
});

Deno.test("wasm code and tables call what JavaScript calls", () => {
  const { f, viaCall, viaTable, table } = exportsOf(`(module
    (type $t (func (param i64 i64) (result i64)))
    (func $f (export "f") (type $t) (i64.mul (local.get 0) (local.get 1)))
    (table (export "table") funcref (elem $f))
    (func (export "viaCall") (type $t) (call $f (local.get 0) (local.get 1)))
    (func (export "viaTable") (type $t) (call_indirect (type $t) (local.get 0) (local.get 1) (i32.const 0))))`);
  const stored = (table as unknown as { get(index: number): Exported }).get(0);
  assertEquals(stored, f);
  assertEquals([f.name, f.length], ["0", 2]);
  for (const run of [f, viaCall, viaTable, stored]) assertEquals(run(-3n, 1n << 62n), 1n << 62n);
});

Deno.test("an engine with a profile counts the calls of functions that would have a form on bigints", () => {
  const profile = new Profile();
  const engine = new Engine({ profile });
  const bytes = watToWasm(`(module (func (export "f") (param i64) (result i64) ${A}))`);
  const { f } = new engine.WebAssembly.Instance(new engine.WebAssembly.Module(bytes)).exports as unknown as {
    f: Exported;
  };
  assertEquals([f(1n), f(2n)], [1n, 2n]);
  const { modules } = JSON.parse(JSON.stringify(profile));
  assertEquals(Object.values(modules).map((module) => (module as { functions: unknown }).functions), [[[
    0,
    2,
  ]]]);
});

Deno.test("instances of a module share nothing through functions on bigints", () => {
  const module = new WebAssembly.Module(
    watToWasm(`(module (func (export "f") (param i64) (result i64) ${A}))`),
  );
  const [one, two] = [1, 2].map(() => (new WebAssembly.Instance(module).exports as { f: unknown }).f);
  assertEquals(one === two, false);
});
