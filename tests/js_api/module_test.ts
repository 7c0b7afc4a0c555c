import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { Engine } from "../../lib/js_api/engine.ts";
import { watToWasm } from "../../lib/text/wat.ts";

const { WebAssembly } = new Engine();
const { CompileError, Module } = WebAssembly;
const EMPTY = watToWasm("(module)");

Deno.test("Module.exports() lists exports in order", () => {
  const module = new Module(watToWasm(`(module
    (memory (export "m") 1)
    (func (export "") (export "f"))
    (global (export "g") i32 (i32.const 1))
    (table (export "t") 0 funcref))`));
  assertEquals(Module.exports(module).map(({ name, kind }) => ({ name, kind })), [
    { name: "m", kind: "memory" },
    { name: "", kind: "function" },
    { name: "f", kind: "function" },
    { name: "g", kind: "global" },
    { name: "t", kind: "table" },
  ]);
});

Deno.test("Module.imports() lists imports in order", () => {
  const module = new Module(watToWasm(`(module
    (import "a" "f" (func)) (import "b" "m" (memory 1)) (import "a" "t" (table 1 funcref))
    (import "" "g" (global i32)))`));
  assertEquals(Module.imports(module).map(({ module, name, kind }) => ({ module, name, kind })), [
    { module: "a", name: "f", kind: "function" },
    { module: "b", name: "m", kind: "memory" },
    { module: "a", name: "t", kind: "table" },
    { module: "", name: "g", kind: "global" },
  ]);
});

Deno.test("Module.customSections() copies the contents of the sections with the name", () => {
  const module = new Module(
    watToWasm('(module (@custom "x" "one") (@custom "y" "two") (@custom "x" "three"))'),
  );
  const text = (buffer: ArrayBuffer) => new TextDecoder().decode(buffer);
  assertEquals(Module.customSections(module, "x").map(text), ["one", "three"]);
  new Uint8Array(Module.customSections(module, "x")[0]).fill(0);
  assertEquals(Module.customSections(module, "x").map(text), ["one", "three"]);
  assertEquals(Module.customSections(module, ""), []);
});

Deno.test("Module() copies the bytes", () => {
  const bytes = watToWasm('(module (@custom "x" "abc"))');
  const module = new Module(bytes);
  bytes.fill(0);
  assertEquals(new Uint8Array(Module.customSections(module, "x")[0]), new Uint8Array([97, 98, 99]));
});

Deno.test("Module() takes buffers and views, shared ones too", () => {
  const padded = new Uint8Array(EMPTY.length + 4);
  padded.set(EMPTY, 2);
  const shared = new Uint8Array(new SharedArrayBuffer(EMPTY.length));
  shared.set(EMPTY);
  const sources = [
    EMPTY.slice().buffer,
    padded.subarray(2, -2),
    new DataView(padded.buffer, 2, EMPTY.length),
    shared,
    shared.buffer,
  ];
  for (const source of sources) new Module(source);
});

// deno-lint-ignore no-explicit-any
const any = (value: unknown) => value as any;
const REFUSALS: readonly (readonly [string, () => unknown])[] = [
  ["WebAssembly.Module(): Argument 0 must be a buffer source", () => new Module(any({}))],
  ["WebAssembly.Module.exports(): Argument 0 must be a WebAssembly.Module", () => Module.exports(any({}))],
  ["WebAssembly.Module.imports(): Argument 0 must be a WebAssembly.Module", () => Module.imports(any(1))],
  [
    "WebAssembly.Module.customSections(): Argument 1 is required",
    () => any(Module).customSections(new Module(EMPTY)),
  ],
];
for (const [text, action] of REFUSALS) {
  Deno.test(`"${text}"`, () => {
    assertEquals(assertThrows(action, TypeError).message, text);
  });
}

Deno.test("a CompileError names the function that was called and the offset", async () => {
  const bad = new Uint8Array([1, 2, 3, 4]);
  const text = "expected magic word 00 61 73 6d, found 01 02 03 04 @+0";
  assertEquals(
    assertThrows(() => new Module(bad), CompileError).message,
    `WebAssembly.Module(): ${text}`,
  );
  const compiling = await assertRejects(() => WebAssembly.compile(bad), CompileError);
  assertEquals(compiling.message, `WebAssembly.compile(): ${text}`);
  const instantiating = await assertRejects(() => WebAssembly.instantiate(bad), CompileError);
  assertEquals(instantiating.message, `WebAssembly.instantiate(): ${text}`);
});

Deno.test("an empty source is a CompileError", () => {
  const { message } = assertThrows(() => new Module(new Uint8Array()), CompileError);
  assertEquals(message, "WebAssembly.Module(): BufferSource argument is empty");
});

Deno.test("validate() says whether bytes are a valid module", () => {
  assertEquals(WebAssembly.validate(EMPTY), true);
  assertEquals(WebAssembly.validate(EMPTY.subarray(0, 7)), false);
  assertEquals(WebAssembly.validate(new Uint8Array()), false);
  assertEquals(WebAssembly.validate(watToWasm("(module (func (result i32)))")), false);
  assertThrows(() => WebAssembly.validate(any("")), TypeError);
});

/** A module of `functions` functions, each of which drops `drops` constants. */
function moduleOfDrops(functions: number, drops: number): Uint8Array {
  const unsigned = (value: number): number[] =>
    value < 0x80 ? [value] : [value & 0x7f | 0x80, ...unsigned(value >>> 7)];
  const size = 3 * drops + 2;
  const body = new Uint8Array(size).fill(0x41);
  for (let i = 1; i < size - 1; i += 3) body.set([0x41, 0x01, 0x1a], i);
  body[0] = 0x00;
  body[size - 1] = 0x0b;
  const count = unsigned(functions), bodySize = unsigned(size);
  const codeSize = count.length + functions * (bodySize.length + size);
  const parts: ArrayLike<number>[] = [
    [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0],
    [3, ...unsigned(count.length + functions), ...count, ...new Array<number>(functions).fill(0)],
    [10, ...unsigned(codeSize), ...count],
  ];
  for (let i = 0; i < functions; i++) parts.push(bodySize, body);
  const bytes = new Uint8Array(parts.reduce((total, { length }) => total + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

Deno.test("compile() lets timers run while it validates a large module", async () => {
  const large = moduleOfDrops(8, 100_000);
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  try {
    assert(await WebAssembly.compile(large) instanceof Module);
  } finally {
    clearInterval(timer);
  }
  assert(turns > 0);
});

Deno.test("importedStringConstants gives imports that are strings named as themselves", () => {
  const bytes = watToWasm('(module (import "\'" "hello" (global externref)) (export "s" (global 0)))');
  const module = new Module(bytes, { importedStringConstants: "'" });
  assertEquals(Module.imports(module), []);
  const { s } = new WebAssembly.Instance(module).exports;
  assertStrictEquals(s.valueOf(), "hello");
});

Deno.test("importedStringConstants demands immutable globals of externref", () => {
  const bytes = watToWasm('(module (import "\'" "hello" (global i32)))');
  const { message } = assertThrows(
    () => new Module(bytes, { importedStringConstants: "'" }),
    CompileError,
  );
  assert(
    message.startsWith(
      'WebAssembly.Module(): String constant import #0 "hello" must be an immutable global subtyping externref @+',
    ),
  );
});

Deno.test("a builtin import must have the builtin's type", () => {
  const bytes = watToWasm('(module (import "wasm:js-string" "length" (func)))');
  assertThrows(
    () => new Module(bytes, { builtins: ["js-string"] }),
    CompileError,
    'Imported builtin function "wasm:js-string" "length" has incorrect signature @+',
  );
  assert(WebAssembly.validate(bytes));
});
