import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import type { Allocator, Buffer } from "../../lib/memory/allocator.ts";
import { ArrayBufferAllocator } from "../../lib/memory/array_buffer_allocator.ts";
import { DefaultAllocator } from "../../lib/memory/default_allocator.ts";
import { HostMemoryAllocator } from "../../lib/memory/host_memory_allocator.ts";
import { HAS_RESIZABLE_BUFFERS } from "../../lib/memory/moving.ts";
import { PoolingAllocator } from "../../lib/memory/pooling_allocator.ts";
import { isSharedBuffer } from "../../lib/memory/shared_array_buffer.ts";

const PAGE = 65536;
const plain = { byteLength: PAGE, maximumByteLength: 3 * PAGE, shared: false, pageSizeLog2: 16 };
const shared = { ...plain, shared: true };

const allocators: [string, () => Allocator][] = [
  ["ArrayBufferAllocator", () => new ArrayBufferAllocator()],
  ["PoolingAllocator", () => new PoolingAllocator()],
  ["DefaultAllocator", () => new DefaultAllocator()],
];
if (HostMemoryAllocator.supported) allocators.push(["HostMemoryAllocator", () => new HostMemoryAllocator()]);

for (const [name, make] of allocators) {
  Deno.test(`${name} grows a plain buffer into a new one and detaches the old`, () => {
    const allocator = make();
    const buffer = allocator.allocate(plain);
    new Uint8Array(buffer)[PAGE - 1] = 7;
    const grown = allocator.grow(buffer, 2 * PAGE)!;
    assert(grown !== buffer);
    assertEquals([buffer.byteLength, grown.byteLength], [0, 2 * PAGE]);
    assertEquals([...new Uint8Array(grown, PAGE - 1, 2)], [7, 0]);
  });

  Deno.test(`${name} grows a plain buffer by nothing into a new one, too`, () => {
    const allocator = make();
    const buffer = allocator.allocate(plain);
    const grown = allocator.grow(buffer, PAGE)!;
    assert(grown !== buffer);
    assertEquals([buffer.byteLength, grown.byteLength], [0, PAGE]);
  });

  Deno.test(`${name} grows a shared buffer without detaching`, () => {
    const allocator = make();
    const buffer = allocator.allocate(shared);
    const old = new Uint8Array(buffer, 0, PAGE);
    const grown = allocator.grow(buffer, 2 * PAGE)!;
    new Uint8Array(grown)[3] = 9;
    assertEquals([old[3], grown.byteLength], [9, 2 * PAGE]);
    assertEquals(allocator.grow(grown, 4 * PAGE), null);
  });

  Deno.test(`${name} detaches what is released`, () => {
    const allocator = make();
    const buffer = allocator.allocate(plain);
    allocator.release(buffer);
    assertEquals(buffer.byteLength, 0);
  });

  Deno.test(`${name} allocates pages of one byte`, () => {
    const allocator = make();
    const buffer = allocator.allocate({ ...plain, byteLength: 5, maximumByteLength: 9, pageSizeLog2: 0 });
    assertEquals(allocator.grow(buffer, 7)!.byteLength, 7);
  });

  if (HAS_RESIZABLE_BUFFERS && (name !== "HostMemoryAllocator" || hostMemoriesResize())) {
    Deno.test(`${name} presents a plain buffer as resizable and back`, () => {
      const allocator = make();
      const buffer = allocator.allocate(plain);
      new Uint8Array(buffer)[1] = 5;
      const resizable = allocator.present(buffer, true, 3 * PAGE) as ArrayBuffer;
      assertEquals([buffer.byteLength, resizable.resizable, resizable.maxByteLength], [0, true, 3 * PAGE]);
      assertStrictEquals(allocator.grow(resizable, 2 * PAGE), resizable);
      const fixed = allocator.present(resizable, false, 3 * PAGE) as ArrayBuffer;
      assertEquals([resizable.byteLength, fixed.resizable, fixed.byteLength], [0, false, 2 * PAGE]);
      assertEquals(new Uint8Array(fixed)[1], 5);
      assertStrictEquals(allocator.present(fixed, false, 3 * PAGE), fixed);
    });
  }
}

function hostMemoriesResize(): boolean {
  return "toResizableBuffer" in WebAssembly.Memory.prototype;
}

Deno.test("ArrayBufferAllocator grows a shared buffer in place", () => {
  const allocator = new ArrayBufferAllocator();
  const buffer = allocator.allocate(shared);
  assertStrictEquals(allocator.grow(buffer, 2 * PAGE), buffer);
});

Deno.test("PoolingAllocator hands out released buffers again, zeroed", () => {
  const allocator = new PoolingAllocator({ capacity: 2 * PAGE });
  const buffer = allocator.allocate(plain);
  new Uint8Array(buffer).fill(255);
  allocator.release(buffer);
  assertEquals(allocator.pooledBytes, PAGE);
  const again = allocator.allocate(plain);
  assertEquals(allocator.pooledBytes, 0);
  assertEquals(new Uint8Array(again).findIndex((byte) => byte !== 0), -1);
});

Deno.test("PoolingAllocator keeps no more than its capacity", () => {
  const allocator = new PoolingAllocator({ capacity: PAGE });
  const buffers = [allocator.allocate(plain), allocator.allocate(plain)];
  for (const buffer of buffers) allocator.release(buffer);
  assertEquals(allocator.pooledBytes, PAGE);
  assertEquals(buffers.map(({ byteLength }) => byteLength), [0, 0]);
});

Deno.test("a buffer the host cannot allocate is a RangeError", () => {
  assertThrows(
    () => new ArrayBufferAllocator().allocate({ ...plain, byteLength: 2 ** 53 - 1 }),
    RangeError,
  );
});

if (HostMemoryAllocator.supported) {
  Deno.test("HostMemoryAllocator gives the host's memory behind a buffer", () => {
    const allocator = new HostMemoryAllocator();
    const buffer = allocator.allocate(plain);
    const memory = allocator.hostMemory(buffer) as WebAssembly.Memory;
    assertStrictEquals(memory.buffer, buffer);
    const grown = allocator.grow(buffer, 2 * PAGE)!;
    assertStrictEquals(allocator.hostMemory(grown), memory);
  });

  Deno.test("HostMemoryAllocator finds out about growth by the host", () => {
    const allocator = new HostMemoryAllocator();
    const buffer = allocator.allocate(shared);
    (allocator.hostMemory(buffer) as WebAssembly.Memory).grow(1);
    assertEquals(allocator.present(buffer, false, 3 * PAGE).byteLength, 2 * PAGE);
  });

  Deno.test("HostMemoryAllocator.growShared() adds to what another thread has made of the buffer", () => {
    const allocator = new HostMemoryAllocator();
    const buffer = allocator.allocate(shared);
    (allocator.hostMemory(buffer) as WebAssembly.Memory).grow(1);
    const grown = allocator.growShared(buffer, PAGE)!;
    assertEquals([grown.before, grown.buffer.byteLength], [2 * PAGE, 3 * PAGE]);
    assertEquals(allocator.growShared(grown.buffer, PAGE), null);
  });

  Deno.test("HostMemoryAllocator.adopt() takes shared memories of the host and shared buffers", () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 2, shared: true });
    const allocator = new HostMemoryAllocator();
    const buffer = allocator.adopt(memory);
    assertEquals([buffer.byteLength, allocator.hostMemory(buffer)], [PAGE, memory]);
    const other = new SharedArrayBuffer(PAGE);
    assertStrictEquals(allocator.adopt(other), other);
    assertThrows(() => allocator.adopt(new ArrayBuffer(PAGE)), TypeError);
  });
}

/** A buffer of an allocator that has grown page by page to some 5 MiB, each page marked with its number. */
function grownPageByPage(allocator: Allocator): ArrayBuffer {
  let buffer = allocator.allocate({ ...plain, maximumByteLength: 200 * PAGE });
  for (let pages = 1; pages < 80; pages++) {
    new DataView(buffer).setUint8(pages * PAGE - 1, pages);
    const grown = allocator.grow(buffer, (pages + 1) * PAGE)!;
    assertEquals([buffer.byteLength, grown.byteLength], [0, (pages + 1) * PAGE]);
    buffer = grown;
  }
  return buffer as ArrayBuffer;
}

function marks(buffer: Buffer): number[] {
  const bytes = new Uint8Array(buffer);
  return Array.from({ length: buffer.byteLength / PAGE }, (_, page) => bytes[(page + 1) * PAGE - 1]);
}

const MARKS = Array.from({ length: 80 }, (_, page) => (page + 1) % 80);

Deno.test("DefaultAllocator keeps the bytes of a memory that grows large", () => {
  const allocator = new DefaultAllocator();
  const buffer = grownPageByPage(allocator);
  assertEquals(marks(buffer), MARKS);
  const same = allocator.grow(buffer, 80 * PAGE)!;
  assertEquals([buffer.byteLength, marks(same)], [0, MARKS]);
  assertStrictEquals(allocator.present(same, false, 200 * PAGE), same);
  assertEquals(allocator.hostMemory(same), undefined);
  allocator.release(same);
  assertEquals(same.byteLength, 0);
});

Deno.test("DefaultAllocator does not grow a memory past what the host has", () => {
  const allocator = new DefaultAllocator();
  assertEquals(allocator.grow(grownPageByPage(allocator), 2 ** 53 - PAGE), null);
});

if (HAS_RESIZABLE_BUFFERS) {
  Deno.test("DefaultAllocator presents a memory that has grown large as resizable and back", () => {
    const allocator = new DefaultAllocator();
    const buffer = grownPageByPage(allocator);
    const resizable = allocator.present(buffer, true, 200 * PAGE) as ArrayBuffer;
    assertEquals([buffer.byteLength, resizable.maxByteLength, marks(resizable)], [0, 200 * PAGE, MARKS]);
    assertStrictEquals(allocator.grow(resizable, 90 * PAGE), resizable);
    const fixed = allocator.present(resizable, false, 200 * PAGE);
    const grown = allocator.grow(fixed, 91 * PAGE)!;
    assertEquals(marks(grown), [...MARKS, ...new Array(11).fill(0)]);
  });
}

Deno.test("DefaultAllocator grows a large memory with pages of one byte", () => {
  const allocator = new DefaultAllocator();
  const length = 80 * PAGE;
  const buffer = allocator.allocate({
    ...plain,
    byteLength: length,
    maximumByteLength: 2 * length,
    pageSizeLog2: 0,
  });
  new Uint8Array(buffer)[length - 1] = 3;
  const grown = allocator.grow(buffer, length + 1)!;
  assertEquals([...new Uint8Array(grown, length - 1)], [3, 0]);
  const whole = allocator.grow(grown, length + PAGE)!;
  const odd = allocator.grow(whole, length + PAGE + 1)!;
  assertEquals([odd.byteLength, new Uint8Array(odd)[length - 1]], [length + PAGE + 1, 3]);
});

const sources: [string, () => Allocator][] = allocators.filter(([name]) => name !== "PoolingAllocator");
for (const [name, make] of sources) {
  Deno.test(`PoolingAllocator takes back what has grown large in memories of ${name}`, () => {
    const pool = new PoolingAllocator({ source: make() });
    const buffer = grownPageByPage(pool);
    pool.release(buffer);
    assertEquals(buffer.byteLength, 0);
    const again = pool.allocate({ ...plain, byteLength: 80 * PAGE, maximumByteLength: 200 * PAGE });
    assertEquals([pool.pooledBytes, marks(again)], [0, new Array(80).fill(0)]);
  });
}

if (HostMemoryAllocator.supported) {
  Deno.test("PoolingAllocator shares memories as the allocator does that it has them from", () => {
    const pool = new PoolingAllocator({ source: new DefaultAllocator() });
    const buffer = pool.allocate(shared);
    const memory = pool.hostMemory(buffer) as WebAssembly.Memory;
    const other = new PoolingAllocator({ source: new DefaultAllocator() });
    const adopted = other.adopt(memory);
    assertEquals(other.growShared(adopted, PAGE)!.before, PAGE);
    assertEquals(pool.growShared(buffer, PAGE)!.before, 2 * PAGE);
  });
}

Deno.test("isSharedBuffer() tells by the bytes, not by the prototype", () => {
  const disguised = Object.setPrototypeOf(
    new ArrayBuffer(8),
    globalThis.SharedArrayBuffer?.prototype ?? null,
  );
  assertEquals([isSharedBuffer(disguised), isSharedBuffer(new ArrayBuffer(8)), isSharedBuffer({})], [
    false,
    false,
    false,
  ]);
  if (globalThis.SharedArrayBuffer !== undefined) assert(isSharedBuffer(new SharedArrayBuffer(8)));
});
