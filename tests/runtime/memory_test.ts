import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { ArrayBufferAllocator } from "../../lib/memory/array_buffer_allocator.ts";
import { DefaultAllocator } from "../../lib/memory/default_allocator.ts";
import { HAS_RESIZABLE_BUFFERS } from "../../lib/memory/moving.ts";
import { memoryCopy, memoryFill, unsigned64 } from "../../lib/runtime/bulk_operations.ts";
import { Memory } from "../../lib/runtime/memory.ts";
import { RuntimeError } from "../../lib/syntax/errors.ts";
import { memoryType } from "../instance/test_engine.ts";

const PAGE = 65536;
const newMemory = (minimum: number, maximum: number | null = null, shared = false) =>
  new Memory(memoryType(minimum, maximum, shared), new ArrayBufferAllocator());

Deno.test("Memory.grow() returns the size before, in pages, and zeroes the new ones", () => {
  const memory = newMemory(1, 3);
  memory.views.u8[0] = 1;
  assertEquals([memory.grow(2), memory.pages, memory.byteLength], [1, 3, 3 * PAGE]);
  assertEquals([memory.views.u8[0], memory.views.u8[3 * PAGE - 1]], [1, 0]);
});

Deno.test("Memory.grow() past the maximum changes nothing", () => {
  const memory = newMemory(1, 2);
  const { views } = memory;
  assertEquals([memory.grow(2), memory.grow(-1), memory.grow(2 ** 60)], [-1, -1, -1]);
  assertStrictEquals(memory.views, views);
  assertEquals(views.buffer.byteLength, PAGE);
});

Deno.test("Memory.grow(0) detaches the buffer", () => {
  const memory = newMemory(1);
  const { buffer } = memory;
  assertEquals(memory.grow(0), 1);
  assertEquals([buffer.byteLength, memory.buffer.byteLength], [0, PAGE]);
});

Deno.test("a memory of no pages grows", () => {
  const memory = newMemory(0, 1);
  assertEquals([memory.grow(1), memory.grow(1), memory.pages], [0, -1, 1]);
});

Deno.test("Memory tells its users of growth", () => {
  const memory = newMemory(1);
  const seen: number[] = [];
  const users = Array.from({ length: 40 }, () => ({ memoryGrown: (it: Memory) => seen.push(it.pages) }));
  for (const user of users) memory.addUser(user);
  memory.grow(1);
  assertEquals(seen, users.map(() => 2));
});

Deno.test("Memory views of growable shared buffers have fixed lengths until they are refreshed", () => {
  const memory = newMemory(1, 2, true);
  (memory.buffer as SharedArrayBuffer).grow(2 * PAGE);
  assertEquals(memory.pages, 2);
  const other = newMemory(1, 2, true);
  SharedArrayBuffer.prototype.grow.call(other.buffer, 2 * PAGE);
  assertEquals(other.views.u8.length, PAGE);
  assertEquals([other.refresh(), other.refresh(), other.views.u8.length], [true, false, 2 * PAGE]);
});

Deno.test("bulk operations look at a shared memory again before they trap", () => {
  const memory = newMemory(1, 2, true);
  SharedArrayBuffer.prototype.grow.call(memory.buffer, 2 * PAGE);
  memoryFill(memory, PAGE, 0x107, 1);
  assertEquals(memory.views.u8[PAGE], 7);
});

Deno.test("the buffer of a shared memory is frozen and of fixed length where the host has memories", () => {
  const memory = new Memory(memoryType(1, 2, true), new DefaultAllocator());
  const { buffer } = memory;
  assert(buffer instanceof SharedArrayBuffer);
  assert(Object.isFrozen(buffer));
  memory.grow(1);
  assert(Object.isFrozen(memory.buffer));
  if (typeof WebAssembly === "object") {
    assert(memory.buffer !== buffer);
    assertEquals([buffer.byteLength, memory.buffer.byteLength], [PAGE, 2 * PAGE]);
  }
});

if (HAS_RESIZABLE_BUFFERS) {
  Deno.test("Memory.present() makes a resizable buffer that follows growth, and a fixed one again", () => {
    const memory = newMemory(1, 3);
    const fixed = memory.buffer;
    const resizable = memory.present(true) as ArrayBuffer;
    assertEquals([fixed.byteLength, resizable.resizable, resizable.maxByteLength], [0, true, 3 * PAGE]);
    memory.grow(1);
    assertStrictEquals(memory.buffer, resizable);
    assertEquals([resizable.byteLength, memory.views.u8.length], [2 * PAGE, 2 * PAGE]);
    const again = memory.present(false) as ArrayBuffer;
    assertEquals([resizable.byteLength, again.byteLength, again.resizable], [0, 2 * PAGE, false]);
  });

  Deno.test("resize() of a memory's buffer grows the memory, by whole pages", () => {
    const memory = newMemory(1, 2);
    const buffer = memory.present(true) as ArrayBuffer;
    for (const length of [0, PAGE + 1, 3 * PAGE]) {
      assertThrows(
        () => buffer.resize(length),
        RangeError,
        "ArrayBuffer.prototype.resize: Invalid length parameter",
      );
    }
    buffer.resize(2 * PAGE);
    assertEquals([memory.pages, memory.views.i32.length], [2, 2 * PAGE / 4]);
  });
}

Deno.test("Memory.release() leaves an empty memory that cannot grow", () => {
  const memory = newMemory(1);
  const { buffer } = memory;
  memory.release();
  assertEquals([buffer.byteLength, memory.byteLength, memory.grow(1), memory.refresh()], [0, 0, -1, false]);
});

Deno.test("a memory past the limits is a RangeError", () => {
  assertThrows(() => newMemory(65537), RangeError, "could not allocate memory");
});

Deno.test("memoryFill() and memoryCopy() check whole ranges first", () => {
  const memory = newMemory(1);
  assertThrows(() => memoryFill(memory, PAGE - 1, 1, 2), RuntimeError, "memory access out of bounds");
  assertEquals(memory.views.u8[PAGE - 1], 0);
  memoryFill(memory, PAGE, 1, 0);
  assertThrows(() => memoryFill(memory, PAGE + 1, 1, 0), RuntimeError, "memory access out of bounds");
  assertThrows(() => memoryCopy(memory, 0, memory, PAGE - 1, 2), RuntimeError);
  assertThrows(() => memoryCopy(memory, PAGE - 1, memory, 0, 2), RuntimeError);
  assertThrows(() => memoryFill(memory, unsigned64(0, -1), 1, 1), RuntimeError);
});

Deno.test("memoryCopy() copies overlapping ranges and between memories", () => {
  const memory = newMemory(1);
  const other = newMemory(1);
  memory.views.u8.set([1, 2, 3, 4]);
  memoryCopy(memory, 1, memory, 0, 3);
  memoryCopy(other, 10, memory, 0, 4);
  assertEquals([...memory.views.u8.subarray(0, 5)], [1, 1, 2, 3, 0]);
  assertEquals([...other.views.u8.subarray(9, 15)], [0, 1, 1, 2, 3, 0]);
});

Deno.test("unsigned64() puts two int32s together", () => {
  assertEquals(unsigned64(-1, 0), 2 ** 32 - 1);
  assertEquals(unsigned64(5, 2), 2 ** 33 + 5);
  assertEquals(unsigned64(0, -1), 2 ** 64 - 2 ** 32);
});
