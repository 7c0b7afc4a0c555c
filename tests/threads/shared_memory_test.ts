import { assertEquals, assertNotStrictEquals, assertThrows } from "@std/assert";
import { Worker } from "node:worker_threads";
import {
  ArrayBufferAllocator,
  attachMemory,
  Engine,
  shareMemory,
  watToWasm,
  WebAssembly,
} from "../../mod.ts";
import type { Task } from "./memory_worker.ts";

const WORKER = new URL(
  import.meta.url.endsWith(".ts") ? "./memory_worker.ts" : "./memory_worker.mjs",
  import.meta.url,
);

const MODULE = watToWasm(`(module
  (import "host" "memory" (memory 1 8 shared))
  (import "host" "ready" (func $ready))
  (func (export "count") (param $n i32) (result i32)
    (loop $next
      (drop (i32.atomic.rmw.add (i32.const 8) (i32.const 1)))
      (drop (i64.atomic.rmw.add (i32.const 16) (i64.const 0x1_0000_0001)))
      (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (i32.const 0))
  (func (export "count locked") (param $n i32) (result i32)
    (loop $next
      (loop $try
        (br_if $try (i32.atomic.rmw.cmpxchg (i32.const 0) (i32.const 0) (i32.const 1))))
      (i32.store (i32.const 24) (i32.add (i32.load (i32.const 24)) (i32.const 1)))
      (i32.atomic.store (i32.const 0) (i32.const 0))
      (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (i32.const 0))
  (func (export "wait") (param $at i32) (param $expected i32) (result i32)
    (call $ready)
    (memory.atomic.wait32 (local.get $at) (local.get $expected) (i64.const -1)))
  (func (export "notify") (param $at i32) (param $count i32) (result i32)
    (memory.atomic.notify (local.get $at) (local.get $count)))
  (func (export "grow") (param $pages i32) (result i32)
    (memory.grow (local.get $pages)))
  (func (export "grow one by one") (param $n i32) (result i32) (local $sizes i32) (local $size i32)
    (loop $next
      (local.set $size (memory.grow (i32.const 1)))
      (if (i32.ge_s (local.get $size) (i32.const 0))
        (then (local.set $sizes
          (i32.or (local.get $sizes) (i32.shl (i32.const 1) (local.get $size))))))
      (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sizes))
  (func (export "size") (result i32) (memory.size))
  (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
  (func (export "load float") (param i32) (result f64) (f64.load (local.get 0)))
  (func (export "load atomic") (param i32) (result i32) (i32.atomic.load (local.get 0)))
  (func (export "store") (param i32 i32) (i32.store8 (local.get 0) (local.get 1)))
  (func (export "read when grown") (param $address i32) (result i32)
    (drop (i32.load (i32.const 65532)))
    (call $ready)
    (drop (memory.atomic.wait32 (i32.const 32) (i32.const 0) (i64.const -1)))
    (i32.store (local.get $address) (i32.const 40))
    (i32.add
      (i32.load (local.get $address))
      (i32.add (i32.load8_u offset=4 (local.get $address)) (memory.size)))))`) as Uint8Array<ArrayBuffer>;

type Export = (...args: number[]) => number;

function instantiate(memory: WebAssembly.Memory): Record<string, Export> {
  const imports = { host: { memory, ready: () => {} } };
  return new WebAssembly.Instance(new WebAssembly.Module(MODULE), imports).exports as Record<string, Export>;
}

/** A worker that runs one export; `ready` resolves when that calls the import of this name. */
function start(memory: Task["memory"], name: string, ...args: number[]) {
  const worker = new Worker(WORKER);
  let reportReady = () => {};
  const ready = new Promise<void>((resolve) => reportReady = resolve);
  const result = new Promise<unknown>((resolve, reject) => {
    worker.on("error", reject);
    worker.on("message", (message: "ready" | { result?: unknown; error?: string }) => {
      if (message === "ready") return reportReady();
      void worker.terminate();
      resolve(message.error ?? message.result);
    });
  });
  worker.postMessage({ bytes: MODULE, memory, name, args } satisfies Task);
  return { ready, result };
}

function sharedMemory(): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: 1, maximum: 8, shared: true });
}

Deno.test("two workers count in one memory without losing a step", async () => {
  const memory = sharedMemory();
  const posted = shareMemory(memory);
  const workers = [start(posted, "count", 20_000), start(posted, "count", 20_000)];
  await Promise.all(workers.map(({ result }) => result));
  const view = new DataView(memory.buffer);
  assertEquals([view.getInt32(8, true), view.getInt32(16, true), view.getInt32(20, true)], [
    40_000,
    40_000,
    40_000,
  ]);
});

Deno.test("a lock of compare-exchange and store keeps two workers apart", async () => {
  const memory = sharedMemory();
  const posted = shareMemory(memory);
  const workers = [start(posted, "count locked", 5000), start(posted, "count locked", 5000)];
  await Promise.all(workers.map(({ result }) => result));
  assertEquals(new DataView(memory.buffer).getInt32(24, true), 10_000);
});

Deno.test("memory.atomic.notify wakes a worker that waits", async () => {
  const memory = sharedMemory();
  const { notify } = instantiate(memory);
  const { ready, result } = start(shareMemory(memory), "wait", 64, 0);
  await ready;
  // The worker has said that it is about to wait.
  let woken = 0;
  while (woken === 0) {
    woken = notify(64, 1);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assertEquals([woken, await result], [1, 0]);
});

Deno.test("memory.atomic.wait32 does not wait for another value", async () => {
  const memory = sharedMemory();
  assertEquals(await start(shareMemory(memory), "wait", 64, 1).result, 1);
});

Deno.test("a worker's accesses behind the old end succeed after another thread has grown the memory", async () => {
  const memory = sharedMemory();
  const { grow, notify, store } = instantiate(memory);
  const { ready, result } = start(shareMemory(memory), "read when grown", 2 * 65536);
  await ready;
  assertEquals(grow(2), 1);
  store(2 * 65536 + 4, 5);
  while (notify(32, 1) === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  assertEquals(await result, 40 + 5 + 3);
});

Deno.test("a thread sees at once that a worker has grown the memory", async () => {
  const memory = sharedMemory();
  const exports = instantiate(memory);
  const { buffer } = memory;
  assertThrows(() => exports.load(65536), WebAssembly.RuntimeError, "memory access out of bounds");
  assertEquals(await start(shareMemory(memory), "grow", 1).result, 1);
  assertEquals(exports["load atomic"](65536), 0);
  assertEquals(exports.load(2 * 65536 - 4), 0);
  assertEquals(exports["load float"](2 * 65536 - 8), 0);
  assertEquals(exports.size(), 2);
  assertThrows(() => exports.load(2 * 65536), WebAssembly.RuntimeError, "memory access out of bounds");
  assertThrows(
    () => exports["load float"](2 * 65536 - 7),
    WebAssembly.RuntimeError,
    "memory access out of bounds",
  );
  assertThrows(
    () => exports["load atomic"](2 * 65536),
    WebAssembly.RuntimeError,
    "memory access out of bounds",
  );
  assertEquals([memory.buffer.byteLength, buffer.byteLength], [2 * 65536, 65536]);
  assertNotStrictEquals(memory.buffer, buffer);
});

async function growAtOnce(memory: WebAssembly.Memory, engine?: Engine): Promise<void> {
  const posted = shareMemory(memory, engine);
  const [a, b] = await Promise.all(
    [start(posted, "grow one by one", 7), start(posted, "grow one by one", 7)].map(({ result }) => result),
  ) as number[];
  assertEquals([a & b, a | b, memory.buffer.byteLength], [0, 0b1111_1110, 8 * 65536]);
}

Deno.test("two workers that grow a memory at once get different pages", async () => {
  await growAtOnce(sharedMemory());
});

Deno.test("two workers that grow a memory over a growable buffer at once get different pages", async () => {
  const engine = new Engine({ allocator: new ArrayBufferAllocator() });
  await growAtOnce(new engine.WebAssembly.Memory({ initial: 1, maximum: 8, shared: true }), engine);
});

Deno.test("a worker attaches to a SharedArrayBuffer", async () => {
  const buffer = new SharedArrayBuffer(65536, { maxByteLength: 8 * 65536 });
  const memory = attachMemory(buffer);
  assertEquals(memory.buffer, buffer);
  new Int32Array(buffer)[2] = 7;
  assertEquals(await start(buffer, "count", 10).result, 0);
  assertEquals(new Int32Array(buffer)[2], 17);
});

Deno.test("attachMemory() over a growable SharedArrayBuffer grows with it", () => {
  const buffer = new SharedArrayBuffer(65536, { maxByteLength: 8 * 65536 });
  const first = instantiate(attachMemory(buffer));
  const second = instantiate(attachMemory(structuredClone(buffer)));
  assertEquals(first.grow(1), 1);
  assertEquals([second.load(65536), second.size()], [0, 2]);
});

Deno.test("attachMemory() makes a memory that an allocator without the host's memories uses", () => {
  const engine = new Engine({ allocator: new ArrayBufferAllocator() });
  const memory = new engine.WebAssembly.Memory({ initial: 1, maximum: 2, shared: true });
  const other = attachMemory(shareMemory(memory, engine), engine);
  memory.grow(1);
  assertEquals(other.buffer.byteLength, 2 * 65536);
});

Deno.test("shareMemory() refuses memories that are not shared or another engine's", () => {
  const plain = new WebAssembly.Memory({ initial: 1 });
  assertThrows(() => shareMemory(plain), TypeError, "the memory is not shared");
  assertThrows(
    () => shareMemory(sharedMemory(), new Engine()),
    TypeError,
    "not a WebAssembly.Memory of this engine",
  );
});

Deno.test("attachMemory() refuses what is no shared memory", () => {
  assertThrows(() => attachMemory(new SharedArrayBuffer(100)), RangeError, "no whole number of pages");
  const posted = { ...shareMemory(sharedMemory()), memory: new ArrayBuffer(65536) };
  assertThrows(() => attachMemory(posted), TypeError);
});
