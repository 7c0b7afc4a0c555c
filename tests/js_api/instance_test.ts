import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { Engine } from "../../lib/js_api/engine.ts";
import { watToWasm } from "../../lib/text/wat.ts";

const { WebAssembly } = new Engine();
const { Instance, LinkError, Module } = WebAssembly;
const EMPTY = watToWasm("(module)");
const moduleOf = (text: string) => new Module(watToWasm(text));
// deno-lint-ignore no-explicit-any
const exportsOf = (text: string, imports?: any): any => new Instance(moduleOf(text), imports).exports;
// deno-lint-ignore no-explicit-any
const any = (value: unknown) => value as any;

Deno.test("Instance.exports is one frozen object without prototype, in export order", () => {
  const instance = new Instance(
    moduleOf('(module (func (export "b")) (memory (export "a") 1) (export "1" (func 0)))'),
  );
  const { exports } = instance;
  assertStrictEquals(instance.exports, exports);
  assert(Object.isFrozen(exports));
  assertEquals(Object.getPrototypeOf(exports), null);
  assertEquals(Object.keys(exports), ["1", "b", "a"]);
  assert(any(exports.a) instanceof WebAssembly.Memory);
  assertStrictEquals(exports.b, exports["1"]);
});

Deno.test("what is imported is what is exported again", () => {
  const imports = {
    m: {
      memory: new WebAssembly.Memory({ initial: 1 }),
      table: new WebAssembly.Table({ element: "anyfunc", initial: 1 }),
      global: new WebAssembly.Global({ value: "i32" }, 5),
    },
  };
  const exports = exportsOf(
    `(module
      (import "m" "memory" (memory 1)) (import "m" "table" (table 1 funcref)) (import "m" "global" (global i32))
      (export "memory" (memory 0)) (export "table" (table 0)) (export "global" (global 0)))`,
    imports,
  );
  for (const name of ["memory", "table", "global"] as const) {
    assertStrictEquals(exports[name], imports.m[name]);
  }
});

Deno.test("instantiate() gives an instance for a module, and both for bytes", async () => {
  assert(await WebAssembly.instantiate(new Module(EMPTY)) instanceof Instance);
  const result = await WebAssembly.instantiate(EMPTY);
  assertEquals(Object.keys(result), ["module", "instance"]);
  assert(result.module instanceof Module && result.instance instanceof Instance);
});

Deno.test("instantiate() rejects instead of throwing", async () => {
  const { message } = await assertRejects(() => WebAssembly.instantiate(any(1)), TypeError);
  assertEquals(
    message,
    "WebAssembly.instantiate(): Argument 0 must be a buffer source or a WebAssembly.Module object",
  );
  await assertRejects(
    () => WebAssembly.instantiate(EMPTY, any(1)),
    TypeError,
    "WebAssembly.instantiate(): Argument 1 must be an object",
  );
});

Deno.test("link errors name the API that was called and the import", async () => {
  const module = moduleOf('(module (import "m" "f" (func)))');
  const text = 'Import #0 "m" "f": function import requires a callable';
  assertEquals(
    assertThrows(() => new Instance(module, { m: {} }), LinkError).message,
    `WebAssembly.Instance(): ${text}`,
  );
  const rejected = await assertRejects(() => WebAssembly.instantiate(module, { m: {} }), LinkError);
  assertEquals(rejected.message, `WebAssembly.instantiate(): ${text}`);
  assertThrows(
    () => new Instance(module),
    TypeError,
    "WebAssembly.Instance(): Imports argument must be present and must be an object",
  );
  assertThrows(
    () => new Instance(module, {}),
    TypeError,
    'WebAssembly.Instance(): Import #0 "m": module is not an object or function',
  );
});

Deno.test("what a getter of the imports object throws passes untouched", () => {
  const thrown = new LinkError("mine");
  const imports = {
    get m(): never {
      throw thrown;
    },
  };
  let caught;
  try {
    exportsOf('(module (import "m" "f" (func)))', imports);
  } catch (error) {
    caught = error;
  }
  assertStrictEquals(caught, thrown);
  assertEquals(thrown.message, "mine");
});

Deno.test("onInstantiated hears of instantiations", () => {
  const heard: boolean[] = [];
  const engine = new Engine({ onInstantiated: ({ success }) => heard.push(success) });
  const { Instance, Module } = engine.WebAssembly;
  new Instance(new Module(EMPTY));
  assertThrows(() => new Instance(new Module(watToWasm('(module (import "m" "f" (func)))')), { m: {} }));
  assertEquals(heard, [true, false]);
});
