import { assert, assertEquals, assertNotStrictEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { Engine } from "../../lib/js_api/engine.ts";

const { WebAssembly } = new Engine();
const { Memory } = WebAssembly;
// deno-lint-ignore no-explicit-any
const memory = (descriptor: any) => new Memory(descriptor);

const REFUSALS: readonly (readonly [unknown, ErrorConstructor, string])[] = [
  [undefined, TypeError, "Argument 0 must be a memory descriptor"],
  [{}, TypeError, "Property 'initial' is required"],
  [{ initial: -1 }, TypeError, "Property 'initial' must be non-negative"],
  [{ initial: -0.5 }, TypeError, "Property 'initial' must be non-negative"],
  [{ initial: 2 ** 32 }, TypeError, "Property 'initial' must be in the unsigned long range"],
  [{ initial: "foo" }, TypeError, "Property 'initial' must be convertible to a valid number"],
  [{ initial: 65537 }, RangeError, "Property 'initial': value 65537 is above the upper bound 65536"],
  [{ initial: 20, maximum: 1 }, RangeError, "Property 'maximum': value 1 is below the lower bound 14"],
  [
    { initial: 1, maximum: 65537 },
    RangeError,
    "Property 'maximum': value 65537 is above the upper bound 65536",
  ],
  [{ initial: 1, shared: true }, TypeError, "If shared is true, maximum property should be defined."],
  [{ initial: 1, address: "i65" }, TypeError, "Unknown address type 'i65'; pass 'i32' or 'i64'"],
  [{ initial: -1n, address: "i64" }, TypeError, "Property 'initial' must be in u64 range"],
  [
    { initial: 262145n, address: "i64" },
    RangeError,
    "Property 'initial': value 262145 is above the upper bound 262144",
  ],
];

for (const [descriptor, errorClass, text] of REFUSALS) {
  Deno.test(`Memory() says "${text}"`, () => {
    const error = assertThrows(() => memory(descriptor), errorClass);
    assertEquals(error.message, `WebAssembly.Memory(): ${text}`);
  });
}

Deno.test("Memory() reads its descriptor member by member, each converted at once", () => {
  const log: string[] = [];
  const member = (name: string, value: unknown) => ({
    enumerable: true,
    get() {
      log.push(name);
      return {
        valueOf: () => (log.push(`${name} value`), value),
        toString: () => (log.push(`${name} text`), value),
      };
    },
  });
  memory(Object.defineProperties({}, {
    shared: member("shared", true),
    maximum: member("maximum", 2),
    initial: member("initial", 1),
    address: member("address", "i32"),
  }));
  assertEquals(log, [
    "address",
    "address text",
    "initial",
    "initial value",
    "maximum",
    "maximum value",
    "shared",
  ]);
});

Deno.test("Memory.grow() detaches the old buffer and returns the size before", () => {
  const grown = memory({ initial: 1, maximum: 3 });
  const before = grown.buffer;
  new Uint8Array(before)[7] = 42;
  assertEquals(grown.grow(2), 1);
  assertEquals(before.byteLength, 0);
  assertNotStrictEquals(grown.buffer, before);
  assertEquals(grown.buffer.byteLength, 3 * 65536);
  assertEquals(new Uint8Array(grown.buffer)[7], 42);
});

Deno.test("Memory.grow(0) replaces the buffer too", () => {
  const grown = memory({ initial: 1 });
  const before = grown.buffer;
  grown.grow(0);
  assertEquals(before.byteLength, 0);
  assertEquals(grown.buffer.byteLength, 65536);
});

Deno.test("Memory.grow() past the maximum changes nothing", () => {
  const grown = memory({ initial: 1, maximum: 2 });
  const { buffer } = grown;
  const error = assertThrows(() => grown.grow(2), RangeError);
  assertEquals(error.message, "WebAssembly.Memory.grow(): Maximum memory size exceeded");
  assertStrictEquals(grown.buffer, buffer);
});

Deno.test("Memory.grow() of a 64-bit memory takes and gives bigints", () => {
  const grown = memory({ initial: 1n, maximum: 2n, address: "i64" });
  assertThrows(() => grown.grow(1), TypeError);
  assertEquals(grown.grow(1n), 1n);
});

Deno.test("Memory.buffer is the same object until the memory grows", () => {
  const { prototype } = Memory;
  const one = memory({ initial: 1 });
  assertStrictEquals(one.buffer, one.buffer);
  assertThrows(() => prototype.buffer, TypeError, "Receiver is not a WebAssembly.Memory");
});

Deno.test("Memory.toResizableBuffer() needs a maximum", () => {
  assertThrows(
    () => memory({ initial: 1 }).toResizableBuffer(),
    TypeError,
    "WebAssembly.Memory.toResizableBuffer(): Memory must have a maximum",
  );
});

Deno.test("Memory.toResizableBuffer() shows the bytes in a buffer whose resize() grows the memory", () => {
  if (!("resize" in ArrayBuffer.prototype)) return;
  const shown = memory({ initial: 1, maximum: 3 });
  const fixed = shown.buffer;
  const resizable = shown.toResizableBuffer() as ArrayBuffer;
  assertEquals([fixed.byteLength, resizable.resizable, resizable.maxByteLength], [0, true, 3 * 65536]);
  assertStrictEquals(shown.toResizableBuffer(), resizable);
  resizable.resize(2 * 65536);
  assertStrictEquals(shown.buffer, resizable);
  assertEquals(shown.grow(1), 2);
  assertEquals(resizable.byteLength, 3 * 65536);
  for (const length of [65536, 3 * 65536 + 1, 4 * 65536]) {
    assertThrows(() => resizable.resize(length), RangeError);
  }
  assertEquals((shown.toFixedLengthBuffer() as ArrayBuffer).resizable, false);
  assertEquals(resizable.byteLength, 0);
});

Deno.test("a shared memory's buffer is shared and not detached by growth", () => {
  const shared = memory({ initial: 1, maximum: 2, shared: true });
  const before = shared.buffer;
  assert(before instanceof SharedArrayBuffer);
  assertEquals(shared.grow(1), 1);
  assert(before.byteLength >= 65536);
  assertEquals(shared.buffer.byteLength, 2 * 65536);
});
