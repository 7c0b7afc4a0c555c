import { assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { watToWasm, WebAssembly } from "../../mod.ts";

const BYTES = watToWasm(`(module
  (import "wasm:js-string" "length" (func $length (param externref) (result i32)))
  (import "text" "hello" (global $hello (ref extern)))
  (import "env" "log" (func $log (param externref)))
  (func (export "run") (result i32) (call $log (global.get $hello)) (call $length (global.get $hello))))`);
const OPTIONS = { builtins: ["js-string"], importedStringConstants: "text" };

/** Checks an instance of the module above, whose only import from an object is `env` `log`. */
function check(make: (imports: WebAssembly.Imports) => WebAssembly.Instance): void {
  const seen: unknown[] = [];
  const { run } = make({ env: { log: (text: unknown) => seen.push(text) } }).exports;
  assertEquals([(run as () => number)(), seen], [5, ["hello"]]);
}

Deno.test("Module() takes the options, and imports() leaves out what they provide", () => {
  const module = new WebAssembly.Module(BYTES, OPTIONS);
  assertEquals(
    WebAssembly.Module.imports(module).map(({ module, name }) => `${module} ${name}`),
    ["env log"],
  );
  check((imports) => new WebAssembly.Instance(module, imports));
});

Deno.test("compile() and instantiate() take the options", async () => {
  const module = await WebAssembly.compile(BYTES, OPTIONS);
  check((imports) => new WebAssembly.Instance(module, imports));
  const seen: unknown[] = [];
  const { instance } = await WebAssembly.instantiate(
    BYTES,
    { env: { log: (text: unknown) => seen.push(text) } },
    OPTIONS,
  );
  assertEquals((instance.exports.run as () => number)(), 5);
  assertEquals(seen, ["hello"]);
});

Deno.test("the streaming functions take the options", async () => {
  const response = () =>
    new Response(new Uint8Array(BYTES), { headers: { "content-type": "application/wasm" } });
  const module = await WebAssembly.compileStreaming(response(), OPTIONS);
  check((imports) => new WebAssembly.Instance(module, imports));
  const { instance } = await WebAssembly.instantiateStreaming(response(), { env: { log() {} } }, OPTIONS);
  assertEquals((instance.exports.run as () => number)(), 5);
});

Deno.test("validate() says no where a builtin has another type", () => {
  const wrong = watToWasm(`(module (import "wasm:js-string" "length" (func (param i32) (result i32))))`);
  assertEquals([WebAssembly.validate(wrong), WebAssembly.validate(wrong, OPTIONS)], [true, false]);
  const error = assertThrows(() => new WebAssembly.Module(wrong, OPTIONS), WebAssembly.CompileError);
  assertEquals(
    (error as Error).message.replace(/\d+$/, "N"),
    'WebAssembly.Module(): Imported builtin function "wasm:js-string" "length" has incorrect signature @+N',
  );
});

Deno.test("without the options all imports come from the imports object", () => {
  const module = new WebAssembly.Module(BYTES);
  assertEquals(WebAssembly.Module.imports(module).length, 3);
  const imports = {
    "wasm:js-string": { length: (text: string) => -text.length },
    text: { hello: "ab" },
    env: { log() {} },
  };
  assertEquals((new WebAssembly.Instance(module, imports as never).exports.run as () => number)(), -2);
});

Deno.test("members of the options are read in order, and converted", async () => {
  const reads: string[] = [];
  const options = new Proxy({}, {
    get(_target, key) {
      reads.push(String(key));
      return undefined;
    },
  });
  new WebAssembly.Module(watToWasm(`(module)`), options);
  assertEquals(reads, ["builtins", "importedStringConstants"]);
  assertThrows(
    () => new WebAssembly.Module(watToWasm(`(module)`), { builtins: 5 } as never),
    TypeError,
    "compile option 'builtins' must be an iterable object",
  );
  await assertRejects(() => WebAssembly.compile(watToWasm(`(module)`), 5 as never), TypeError);
});

const BYTE_ARRAYS = `(module
  (type $bytes (array (mut i8)))
  (import "wasm:text-encoder" "encodeStringToUTF8Array"
    (func $encode (param externref) (result (ref $bytes))))
  (import "wasm:text-encoder" "measureStringAsUTF8" (func $measure (param externref) (result i32)))
  (import "wasm:text-decoder" "decodeStringFromUTF8Array"
    (func $decode (param (ref null $bytes) i32 i32) (result (ref extern))))
  (func (export "length") (param externref) (result i32) (array.len (call $encode (local.get 0))))
  (func (export "measure") (param externref) (result i32) (call $measure (local.get 0)))
  (func (export "byte") (param externref i32) (result i32)
    (array.get_u $bytes (call $encode (local.get 0)) (local.get 1)))
  (func (export "copy") (param externref) (result externref) (local $a (ref null $bytes))
    (local.set $a (call $encode (local.get 0)))
    (call $decode (local.get $a) (i32.const 0) (array.len (local.get $a)))))`;

Deno.test("text is encoded into arrays, short and long, and decoded from them", () => {
  const module = new WebAssembly.Module(watToWasm(BYTE_ARRAYS), {
    builtins: ["text-encoder", "text-decoder"],
  });
  const { length, measure, byte, copy } = new WebAssembly.Instance(module).exports as unknown as Record<
    string,
    // deno-lint-ignore no-explicit-any
    (...args: any[]) => unknown
  >;
  for (const text of ["", "plain", "\u00e4\u20ac\u{1f600}", "x\u00e9".repeat(300)]) {
    const bytes = new TextEncoder().encode(text);
    assertEquals([length(text), measure(text), copy(text)], [bytes.length, bytes.length, text]);
    for (let i = 0; i < bytes.length; i++) assertEquals(byte(text, i), bytes[i]);
  }
  assertThrows(() => length(5), WebAssembly.RuntimeError, "illegal cast");
});

Deno.test("string constants are strings, whatever the imports object has", () => {
  const module = new WebAssembly.Module(
    watToWasm(`(module (import "'" "it's" (global $a (ref extern))) (import "'" "" (global $b externref))
      (export "a" (global $a)) (export "b" (global $b)))`),
    { importedStringConstants: "'" },
  );
  const { a, b } = new WebAssembly.Instance(module).exports as unknown as Record<string, WebAssembly.Global>;
  assertStrictEquals(a.value, "it's");
  assertStrictEquals(b.value, "");
});
