import { assert, assertEquals } from "@std/assert";
import { WebAssembly } from "../../mod.ts";

/** What the host's typings know of the namespace; its `instantiate` takes modules of the host's type, which say less. */
type HostNamespace = Omit<typeof globalThis.WebAssembly, "instantiate" | "instantiateStreaming">;
const asHostNamespace: HostNamespace = WebAssembly;

Deno.test("the exported namespace can be used as the host's is, types included", () => {
  const bytes = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  const module: WebAssembly.Module = new WebAssembly.Module(bytes);
  const instance: WebAssembly.Instance = new WebAssembly.Instance(module, {} satisfies WebAssembly.Imports);
  const exports: WebAssembly.Exports = instance.exports;
  assertEquals(Object.keys(exports), []);
  const hostTyped: globalThis.WebAssembly.Module = new asHostNamespace.Module(bytes);
  assert(hostTyped instanceof WebAssembly.Module);
});
