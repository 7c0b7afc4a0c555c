import { assert, assertEquals, assertRejects } from "@std/assert";
import { Engine } from "../../lib/js_api/engine.ts";
import { watToWasm } from "../../lib/text/wat.ts";

const { WebAssembly } = new Engine();
const EMPTY = watToWasm("(module)");
const response = (type: string, status = 200) =>
  new Response(EMPTY, { status, headers: type === "" ? {} : { "content-type": type } });

Deno.test("compileStreaming() compiles a response or a promise of one", async () => {
  assert(await WebAssembly.compileStreaming(response("application/wasm")) instanceof WebAssembly.Module);
  const promised = Promise.resolve(response(" Application/WASM "));
  assert(await WebAssembly.compileStreaming(promised) instanceof WebAssembly.Module);
});

Deno.test("instantiateStreaming() gives module and instance", async () => {
  const result = await WebAssembly.instantiateStreaming(response("application/wasm"));
  assertEquals(Object.keys(result), ["module", "instance"]);
});

for (const type of ["", "text/html", "application/wasm; charset=utf-8"]) {
  Deno.test(`compileStreaming() refuses the type "${type}"`, async () => {
    await assertRejects(
      () => WebAssembly.compileStreaming(response(type)),
      TypeError,
      "Incorrect response MIME type. Expected 'application/wasm'.",
    );
  });
}

Deno.test("compileStreaming() refuses failures and what is no response", async () => {
  await assertRejects(
    () => WebAssembly.compileStreaming(response("application/wasm", 404)),
    TypeError,
    "HTTP status code is not ok",
  );
  for (const source of [undefined, {}, EMPTY]) {
    // deno-lint-ignore no-explicit-any
    await assertRejects(() => WebAssembly.compileStreaming(source as any), TypeError);
  }
});

Deno.test("compileStreaming() names itself in a CompileError", async () => {
  const bad = new Response("abcdefgh", { headers: { "content-type": "application/wasm" } });
  await assertRejects(
    () => WebAssembly.compileStreaming(bad),
    WebAssembly.CompileError,
    "WebAssembly.compileStreaming(): expected magic word 00 61 73 6d, found 61 62 63 64 @+0",
  );
});

Deno.test("instantiateStreaming() names itself in errors of compilation, and like V8 instantiate() in those of instantiation", async () => {
  const source = (bytes: BodyInit) =>
    new Response(bytes, { headers: { "content-type": "application/wasm" } });
  await assertRejects(
    () => WebAssembly.instantiateStreaming(source("abcdefgh")),
    WebAssembly.CompileError,
    "WebAssembly.instantiateStreaming(): expected magic word 00 61 73 6d, found 61 62 63 64 @+0",
  );
  const importing = watToWasm('(module (import "m" "f" (func)))');
  await assertRejects(
    () => WebAssembly.instantiateStreaming(source(importing)),
    TypeError,
    "WebAssembly.instantiate(): Imports argument must be present and must be an object",
  );
  await assertRejects(
    () => WebAssembly.instantiateStreaming(source(importing), { m: {} }),
    WebAssembly.LinkError,
    'WebAssembly.instantiate(): Import #0 "m" "f": function import requires a callable',
  );
  await assertRejects(
    () => WebAssembly.instantiateStreaming(source(importing), null as never),
    TypeError,
    "WebAssembly.instantiateStreaming(): Argument 1 must be an object",
  );
});

Deno.test("compileStreaming() takes bodies in pieces of any size, once", async () => {
  const body = new ReadableStream({
    start(controller) {
      for (const byte of EMPTY) controller.enqueue(Uint8Array.of(byte));
      controller.enqueue(new Uint8Array(0));
      controller.close();
    },
  });
  const chunked = new Response(body, { headers: { "content-type": "application/wasm" } });
  assert(await WebAssembly.compileStreaming(chunked) instanceof WebAssembly.Module);
  assert(chunked.bodyUsed);
  await assertRejects(() => WebAssembly.compileStreaming(chunked), TypeError);
});
