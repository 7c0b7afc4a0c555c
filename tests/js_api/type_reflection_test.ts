import { assert, assertEquals, assertInstanceOf, assertStrictEquals, assertThrows } from "@std/assert";
import { Engine } from "../../lib/js_api/engine.ts";
import { watToWasm } from "../../lib/text/wat.ts";

const { WebAssembly } = new Engine();
// deno-lint-ignore no-explicit-any
type Loose = any;
const moduleOf = (text: string) => new WebAssembly.Module(watToWasm(text));
const exportsOf = (text: string, imports?: Loose): Loose =>
  new WebAssembly.Instance(moduleOf(text), imports).exports;
const I32_TO_I32 = { parameters: ["i32"], results: ["i32"] } as const;

Deno.test("Memory.type() has the pages that the memory has now", () => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 3 });
  memory.grow(1);
  assertEquals(memory.type(), { minimum: 2, maximum: 3, shared: false, address: "i32" });
  assertEquals(Object.keys(new WebAssembly.Memory({ initial: 1 }).type()), ["minimum", "shared", "address"]);
});

Deno.test("the limits of 64-bit memories and tables are bigints", () => {
  const memory = new WebAssembly.Memory({ address: "i64", initial: 1n, maximum: 2n });
  assertEquals(memory.type(), { minimum: 1n, maximum: 2n, shared: false, address: "i64" });
  const table = new WebAssembly.Table({ address: "i64", initial: 1n, element: "externref" });
  assertEquals(table.type(), { element: "externref", minimum: 1n, address: "i64" });
});

Deno.test("Table.type() has the elements that the table has now", () => {
  const table = new WebAssembly.Table({ initial: 1, maximum: 5, element: "anyfunc" });
  table.grow(2);
  assertEquals(table.type(), { element: "funcref", minimum: 3, maximum: 5, address: "i32" });
});

Deno.test("Global.type() and Tag.type() are their types", () => {
  const global = new WebAssembly.Global({ value: "i64", mutable: true }, 0n);
  assertEquals(global.type(), { mutable: true, value: "i64" });
  const tag = new WebAssembly.Tag({ parameters: ["f32", "anyfunc"] });
  assertEquals(tag.type(), { parameters: ["f32", "funcref"] });
});

Deno.test("the constructors take what type() returns", () => {
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 3, shared: true });
  assertEquals(new WebAssembly.Memory(memory.type() as Loose).type(), memory.type());
  const table = new WebAssembly.Table({ initial: 2, element: "anyfunc" });
  assertEquals(new WebAssembly.Table(table.type() as Loose).type(), table.type());
  const global = new WebAssembly.Global({ value: "anyfunc" }, null);
  assertEquals(new WebAssembly.Global(global.type(), null).type(), global.type());
  const tag = new WebAssembly.Tag({ parameters: ["funcref"] });
  assertEquals(new WebAssembly.Tag(tag.type()).type(), tag.type());
});

Deno.test("the size of a memory or table is given once: as initial or as minimum", () => {
  for (const name of ["Memory", "Table"] as const) {
    const make = (size: object) => new (WebAssembly[name] as Loose)({ element: "anyfunc", ...size }).type();
    assertEquals(make({ minimum: 2 }).minimum, 2);
    assertThrows(
      () => make({ minimum: 2, initial: 2 }),
      TypeError,
      `WebAssembly.${name}(): The properties 'initial' and 'minimum' are not allowed at the same time`,
    );
  }
});

Deno.test("type() refuses other receivers", () => {
  for (const name of ["Memory", "Table", "Global", "Tag", "Function"] as const) {
    const { type } = WebAssembly[name].prototype as { type(): unknown };
    assertThrows(
      () => type.call({}),
      TypeError,
      `WebAssembly.${name}.type(): Receiver is not a WebAssembly.${name}`,
    );
  }
});

Deno.test("descriptors of imports and exports have types", () => {
  const module = moduleOf(`(module
    (import "m" "f" (func (param i32 externref) (result f64)))
    (import "m" "t" (table 1 2 funcref))
    (import "m" "g" (global (mut i32)))
    (import "m" "e" (tag (param i64)))
    (memory (export "m") 1))`);
  assertEquals(WebAssembly.Module.imports(module).map(({ type }) => type), [
    { parameters: ["i32", "externref"], results: ["f64"] },
    { element: "funcref", minimum: 1, maximum: 2, address: "i32" },
    { mutable: true, value: "i32" },
    { parameters: ["i64"] },
  ]);
  assertEquals(WebAssembly.Module.exports(module), [
    { name: "m", kind: "memory", type: { minimum: 1, shared: false, address: "i32" } },
  ]);
});

Deno.test("exported functions are instances of WebAssembly.Function and have a type", () => {
  const { f } = exportsOf('(module (func (export "f") (param i32 i64) (result f32 f64) unreachable))');
  assertInstanceOf(f, WebAssembly.Function);
  assertEquals(f.type(), { parameters: ["i32", "i64"], results: ["f32", "f64"] });
});

Deno.test("a WebAssembly.Function converts arguments and results", () => {
  const seen: unknown[] = [];
  const f = new WebAssembly.Function({ parameters: ["i32", "i64"], results: ["f32"] }, (a, b) => {
    seen.push(a, b);
    return "0.1";
  });
  assertEquals(f(1.9, 2n), Math.fround(0.1));
  assertEquals(seen, [1, 2n]);
  assertThrows(() => f(1, 2), TypeError);
  assertThrows(() => new (f as Loose)(), TypeError);
});

Deno.test("a WebAssembly.Function is called as the function it is made of", () => {
  const { add } = { add: (x: number) => x + 1 };
  const f = new WebAssembly.Function(I32_TO_I32, add);
  assertEquals([f.name, f.length, f.type()], ["add", 1, { parameters: ["i32"], results: ["i32"] } as Loose]);
});

Deno.test("a WebAssembly.Function of what is no ordinary function is called Function", () => {
  const { add } = { add: (x: number) => x };
  const nameOf = (f: Loose) => new WebAssembly.Function(I32_TO_I32, f).name;
  const functions = [(() => (x: number) => x)(), Math.abs, class A {}, add.bind(null), new Proxy(add, {})];
  assertEquals(functions.map(nameOf), ["", "abs", "A", "Function", "Function"]);
});

Deno.test("an exported function of the same type is its own WebAssembly.Function", () => {
  const { f } = exportsOf('(module (func (export "f") (param i32) (result i32) local.get 0))');
  assertStrictEquals(new WebAssembly.Function(I32_TO_I32, f), f);
  assertThrows(
    () => new WebAssembly.Function({ parameters: [], results: [] }, f),
    TypeError,
    "WebAssembly.Function(): The signature of Argument 1 (a WebAssembly function) does not match",
  );
});

Deno.test("a WebAssembly.Function goes into tables and is called from there", () => {
  const { table, call } = exportsOf(`(module
    (type $t (func (param i32) (result i32)))
    (table (export "table") 2 funcref)
    (func (export "call") (param i32) (result i32)
      (call_indirect (type $t) (i32.const 20) (local.get 0))))`);
  const f = new WebAssembly.Function(I32_TO_I32, (x: number) => x + 1);
  table.set(0, f);
  table.set(1, new WebAssembly.Function({ parameters: [], results: [] }, () => {}));
  assertStrictEquals(table.get(0), f);
  assertEquals(call(0), 21);
  assertThrows(() => call(1), WebAssembly.RuntimeError, "null function or function signature mismatch");
});

Deno.test("an imported WebAssembly.Function must have the import's type and stays itself", () => {
  const text = `(module
    (import "m" "f" (func $f (param i32) (result i32)))
    (export "f" (func $f))
    (func (export "call") (result i32) (call $f (i32.const 4))))`;
  const f = new WebAssembly.Function(I32_TO_I32, (x: number) => x * 2);
  const exports = exportsOf(text, { m: { f } });
  assertStrictEquals(exports.f, f);
  assertEquals(exports.call(), 8);
  const other = new WebAssembly.Function({ parameters: [], results: ["i32"] }, () => 1);
  assertThrows(() => exportsOf(text, { m: { f: other } }), WebAssembly.LinkError, "does not match");
});

Deno.test("what a WebAssembly.Function throws passes through wasm code", () => {
  const error = new RangeError("mine");
  const f = new WebAssembly.Function({ parameters: [], results: [] }, () => {
    throw error;
  });
  const { call } = exportsOf(
    '(module (import "m" "f" (func $f)) (func (export "call") call $f))',
    { m: { f } },
  );
  for (const thrower of [f, call]) {
    let thrown;
    try {
      thrower();
    } catch (exception) {
      thrown = exception;
    }
    assertStrictEquals(thrown, error);
  }
});

Deno.test("a WebAssembly.Function may suspend its caller", async () => {
  const f = new WebAssembly.Function(
    { parameters: [], results: ["i32"] },
    new WebAssembly.Suspending(() => Promise.resolve(42)),
  );
  const { call } = exportsOf(
    '(module (import "m" "f" (func $f (result i32))) (func (export "call") (result i32) call $f))',
    { m: { f } },
  );
  assertEquals(await WebAssembly.promising(call)(), 42);
});

Deno.test("WebAssembly.Function() says what is wrong with its arguments", () => {
  const make = (...args: unknown[]) => new (WebAssembly.Function as Loose)(...args);
  for (
    const [args, message] of [
      [[], "Argument 0 must be a function type"],
      [[{ results: [] }, () => {}], "Argument 0 must be a function type with 'parameters'"],
      [[{ parameters: [] }, () => {}], "Argument 0 must be a function type with 'results'"],
      [[{ parameters: {}, results: [] }, () => {}], "Argument 0 contains parameters that are not iterable"],
      [
        [{ parameters: ["x"], results: [] }, () => {}],
        "Argument 0 parameter type at index #0 must be a value type",
      ],
      [
        [{ parameters: [], results: ["x"] }, () => {}],
        "Argument 0 result type at index #0 must be a value type",
      ],
      [
        [{ parameters: new Array(1001).fill("i32"), results: [] }, () => {}],
        "Argument 0 contains too many parameters",
      ],
      [[{ parameters: [], results: [] }, {}], "Argument 1 must be a function"],
    ] as const
  ) {
    assertThrows(() => make(...args), TypeError, `WebAssembly.Function(): ${message}`);
  }
});

Deno.test("subclasses of WebAssembly.Function make instances of themselves", () => {
  class Typed extends (WebAssembly.Function as Loose) {}
  const f: Loose = Reflect.construct(Typed, [{ parameters: [], results: [] }, () => {}]);
  assert(f instanceof Typed);
  assertEquals(f.type(), { parameters: [], results: [] });
});
