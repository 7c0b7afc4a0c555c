import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { watToWasm, WebAssembly } from "../../mod.ts";
import { type Exported, exportsOf } from "./instances.ts";

/** More than the wrappers of one text. */
const MANY = 700;

const SIGNATURES = [
  { type: "(param i32) (result i32)", body: (i: number) => `(i32.add (local.get 0) (i32.const ${i}))` },
  { type: "(param i64 i32) (result i64)", body: (i: number) => `(i64.sub (local.get 0) (i64.const ${i}))` },
  { type: "(result f64)", body: (i: number) => `(f64.const ${i}.5)` },
  { type: "(param funcref) (result funcref i32)", body: (i: number) => `(local.get 0) (i32.const ${i})` },
  { type: "(param anyref) (result anyref)", body: () => "(local.get 0)" },
];

function manyExports(): string {
  let text = "";
  for (let i = 0; i < MANY; i++) {
    const { type, body } = SIGNATURES[i % SIGNATURES.length];
    text += `(func (export "f${i}") ${type} ${body(i)})`;
  }
  return `(module (func) ${text})`;
}

Deno.test("each of many exports has the name, the length and the results of its function, in every instance", () => {
  const module = new WebAssembly.Module(watToWasm(manyExports()));
  const lengths = [1, 2, 0, 1, 1];
  const seen = new Set<unknown>();
  for (let instance = 0; instance < 3; instance++) {
    const exports = new WebAssembly.Instance(module).exports as unknown as Record<string, Exported>;
    for (let i = 0; i < MANY; i++) {
      const f = exports[`f${i}`];
      const kind = i % SIGNATURES.length;
      assertEquals([f.name, f.length], [`${i + 1}`, lengths[kind]]);
      seen.add(f);
      if (kind === 0) assertEquals(f("1"), i + 1);
      if (kind === 1) assertEquals(f(-1n, 0), BigInt(-1 - i));
      if (kind === 2) assertEquals(f(), i + 0.5);
      if (kind === 3) assertEquals(f(f), [f, i]);
      if (kind === 4) assertEquals(f(i), i);
    }
  }
  assertEquals(seen.size, 3 * MANY);
});

Deno.test("exported functions have a name and a length, which can only be redefined, and nothing else", () => {
  const { f, table, g } = exportsOf(`(module (table (export "table") funcref (elem $g $f))
    (func $f (export "f") (param i32 f64)) (func $g (param i64))
    (func (export "g") (result funcref) (table.get (i32.const 0))))`);
  const attributes = { writable: false, enumerable: false, configurable: true };
  const unexported = (table as unknown as { get(index: number): Exported }).get(0);
  assertStrictEquals(g(), unexported);
  for (const [functionObject, name, length] of [[f, "0", 2], [unexported, "1", 1]] as const) {
    assertEquals(Reflect.ownKeys(functionObject).sort(), ["length", "name"]);
    assertEquals(Object.getOwnPropertyDescriptor(functionObject, "name"), { value: name, ...attributes });
    assertEquals(Object.getOwnPropertyDescriptor(functionObject, "length"), { value: length, ...attributes });
    assertThrows(() => Reflect.construct(functionObject, []), TypeError);
  }
});

Deno.test("a function exported under several names is one object", () => {
  const { a, b, again } = exportsOf(`(module
    (func $f (export "a") (export "b")) (func (export "again") (result funcref) (ref.func $f)))`);
  assertStrictEquals(a, b);
  assertStrictEquals(again(), a);
});

Deno.test("imported functions are exported among the module's own", () => {
  const { own } = exportsOf(`(module (func) (func (export "own") (result i32) (i32.const 1)))`);
  const { first, second, third } = exportsOf(
    `(module
      (import "m" "own" (func $own (result i32))) (import "m" "host" (func $host (result i32)))
      (func (export "third") (result i32) (i32.add (call $own) (call $host)))
      (export "second" (func $host)) (export "first" (func $own)))`,
    { m: { own, host: () => 2 } },
  );
  assertStrictEquals(first, own);
  assertEquals([second.name, second(), third.name, third()], ["1", 2, "2", 3]);
});

Deno.test("an export whose type does not cross to JavaScript is refused when it is called", () => {
  const { vector, number } = exportsOf(`(module
    (func (export "vector") (param i32 v128)) (func (export "number") (result i32) (i32.const 5)))`);
  assertEquals([vector.name, vector.length, number()], ["0", 2, 5]);
  assertThrows(() => vector(1, 2), TypeError, "type incompatibility when transforming from/to JS");
});

Deno.test("arguments are converted in order, and outside of what catches exceptions of the code", () => {
  const { f } = exportsOf(`(module (tag) (func (export "f") (param i32 i64 f32 f64)))`);
  const log: string[] = [];
  const value = (name: string, primitive: unknown) => ({
    valueOf() {
      log.push(name);
      return primitive;
    },
  });
  f(value("a", 1), value("b", 2n), value("c", 3), value("d", 4));
  assertEquals(log, ["a", "b", "c", "d"]);
  const thrown = {};
  const refuse = () => {
    throw thrown;
  };
  for (const position of [0, 1, 2, 3]) {
    const args: unknown[] = [1, 2n, 3, 4];
    args[position] = { valueOf: refuse };
    let caught: unknown;
    try {
      f(...args);
    } catch (error) {
      caught = error;
    }
    assertStrictEquals(caught, thrown);
  }
});

Deno.test("exceptions leave the exports of the instance that threw them", () => {
  const module = new WebAssembly.Module(watToWasm(`(module
    (global $id (import "m" "id") i32) (tag $t (export "t") (param i32))
    (func (export "throw") (param i32)
      (if (local.get 0) (then (throw $t (global.get $id)))))
    (func (export "call") (param i32) (call 0 (local.get 0))))`));
  const instances = Array.from(
    { length: 4 },
    (_, id) =>
      new WebAssembly.Instance(module, { m: { id } } as never).exports as unknown as Record<string, Exported>,
  );
  for (let round = 0; round < 100; round++) {
    for (const [id, { t, ...functions }] of instances.entries()) {
      for (const f of [functions.throw, functions.call]) {
        f(0);
        const exception = assertThrows(() => f(1), WebAssembly.Exception as never) as unknown as {
          getArg(tag: unknown, index: number): unknown;
        };
        assertEquals(exception.getArg(t, 0), id);
      }
    }
  }
});
