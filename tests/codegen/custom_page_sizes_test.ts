import { assertEquals, assertThrows } from "@std/assert";
import { LinkError, RuntimeError, watToWasm, WebAssembly } from "../../mod.ts";
import { exportsOf } from "./instances.ts";

const text = (type: string, address: string) =>
  `(module (memory (export "memory") ${type} (pagesize 1))
  (func (export "size") (result ${address}) (memory.size))
  (func (export "grow") (param ${address}) (result ${address}) (memory.grow (local.get 0)))
  (func (export "load8") (param ${address}) (result i32) (i32.load8_u (local.get 0)))
  (func (export "load64") (param ${address}) (result i64) (i64.load (local.get 0)))
  (func (export "load double") (param ${address}) (result f64) (f64.load (local.get 0)))
  (func (export "store double") (param ${address} f64) (f64.store (local.get 0) (local.get 1))))`;

function assertOutOfBounds(call: () => unknown): void {
  assertThrows(call, RuntimeError as unknown as ErrorConstructor, "memory access out of bounds");
}

Deno.test("a memory with pages of one byte has any length", () => {
  const { size, grow, load8, load64, memory } = exportsOf(text("13 100", "i32"));
  assertEquals([size(), load8(12), load64(5)], [13, 0, 0n]);
  assertOutOfBounds(() => load8(13));
  assertOutOfBounds(() => load64(6));
  assertEquals([grow(4), size(), grow(84), grow(83), grow(1)], [13, 17, -1, 17, -1]);
  assertEquals((memory as unknown as { buffer: ArrayBuffer }).buffer.byteLength, 100);
});

Deno.test("the last bytes of a length that is no multiple of eight are read and written", () => {
  const exports = exportsOf(text("13 100", "i32"));
  exports["store double"](5, 0.25);
  assertEquals(exports["load double"](5), 0.25);
  assertOutOfBounds(() => exports["load double"](8));
  assertOutOfBounds(() => exports["store double"](8, 1));
});

Deno.test("sizes beyond 2^31 are unsigned", () => {
  const pages = 2 ** 31 + 5;
  let exports;
  try {
    exports = exportsOf(text(`${pages}`, "i32"));
  } catch (error) {
    // A host may refuse that much.
    if (error instanceof RangeError) return;
    throw error;
  }
  assertEquals([exports.size(), exports.grow(0), exports.load8(pages - 1)], [pages | 0, pages | 0, 0]);
  assertOutOfBounds(() => exports.load8(pages));
});

Deno.test("sizes of a 64-bit memory with pages of one byte are i64", () => {
  const { size, grow } = exportsOf(text("i64 3 2000", "i64"));
  assertEquals([size(), grow(7n), size(), grow(2000n), grow(-1n), size()], [3n, 3n, 10n, -1n, -1n, 10n]);
});

Deno.test("a memory is imported only by a module with pages of the same size", () => {
  const { memory } = exportsOf(text("65536 131072", "i32"));
  const importing = new WebAssembly.Module(watToWasm(`(module (import "" "memory" (memory 1 2)))`));
  assertThrows(
    () => new WebAssembly.Instance(importing, { "": { memory: memory as unknown as WebAssembly.Memory } }),
    LinkError as unknown as ErrorConstructor,
  );
  const same = new WebAssembly.Module(
    watToWasm(`(module (import "" "memory" (memory 65536 131072 (pagesize 1))))`),
  );
  new WebAssembly.Instance(same, { "": { memory: memory as unknown as WebAssembly.Memory } });
});

Deno.test("Memory.prototype.grow() counts in the memory's own pages", () => {
  const memory = exportsOf(text("3 9", "i32")).memory as unknown as WebAssembly.Memory;
  assertEquals([memory.grow(2), memory.buffer.byteLength], [3, 5]);
  assertThrows(() => memory.grow(5), RangeError, "Maximum memory size exceeded");
});
