import { assertEquals, assertStrictEquals } from "@std/assert";
import { WebAssembly } from "../../mod.ts";

Deno.test("the polyfill installs the namespace as hosts have theirs", async () => {
  const before = Object.getOwnPropertyDescriptor(globalThis, "WebAssembly");
  try {
    await import("../../polyfill.ts");
    const { value, ...attributes } = Object.getOwnPropertyDescriptor(globalThis, "WebAssembly")!;
    assertStrictEquals(value, WebAssembly);
    assertEquals(attributes, { writable: true, enumerable: false, configurable: true });
  } finally {
    if (before === undefined) Reflect.deleteProperty(globalThis, "WebAssembly");
    else Object.defineProperty(globalThis, "WebAssembly", before);
  }
});
