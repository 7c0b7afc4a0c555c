/**
 * An allocator over the host's own `WebAssembly.Memory`, for interchange with modules that the host runs.
 *
 * @module
 */

import type { AllocationRequest, Allocator, Buffer, GrownBuffer } from "./allocator.ts";
import { ArrayBufferAllocator } from "./array_buffer_allocator.ts";
import { byteLengthOf, isResizable } from "./buffer_properties.ts";
import { MAXIMUM_PAGES_32, PAGE_SIZE } from "./limits.ts";
import { isSharedBuffer } from "./shared_array_buffer.ts";

/** The host's memory class, as far as it is used here. */
interface HostMemory {
  readonly buffer: Buffer;
  grow(delta: number | bigint): number | bigint;
  toFixedLengthBuffer?(): Buffer;
  toResizableBuffer?(): Buffer;
}

interface HostMemoryDescriptor {
  /** What JavaScript adds to `Object.prototype` is not read. */
  readonly __proto__: null;
  readonly initial: number | bigint;
  readonly maximum: number | bigint;
  readonly shared: boolean;
  readonly address?: "i64";
}

/** Captured at load: the polyfill replaces the global later. */
const GlobalMemory = (globalThis as {
  WebAssembly?: { Memory?: { new (descriptor: HostMemoryDescriptor): HostMemory; prototype: HostMemory } };
}).WebAssembly?.Memory;
const bufferGetter = GlobalMemory && Object.getOwnPropertyDescriptor(GlobalMemory.prototype, "buffer")?.get;
/** Some that JavaScript provides have no such getter, and do not do what is expected of the host's. */
const HostMemory = bufferGetter && GlobalMemory;
const { grow: hostGrow, toFixedLengthBuffer, toResizableBuffer } = HostMemory?.prototype ?? {};
const { apply } = Reflect;
const { get, set } = WeakMap.prototype;
const HostTypeError = TypeError;
const toBigInt = BigInt;
const toNumber = Number;

function bufferOf(memory: HostMemory): Buffer {
  return apply(bufferGetter!, memory, []) as Buffer;
}

/**
 * Takes memories from the host's engine. They grow in place, cannot be detached by JavaScript, and a shared one shows
 * buffers of fixed length, all exactly as the JS API says. Each is a `WebAssembly.Memory` of the host, too
 * ({@linkcode HostMemoryAllocator.hostMemory}), which a module run by the host can import. Pages of one byte
 * come from an {@linkcode ArrayBufferAllocator}.
 */
export class HostMemoryAllocator implements Allocator {
  readonly #memories = new WeakMap<Buffer, HostMemory>();
  readonly #other = new ArrayBufferAllocator();

  /** Whether the host has a `WebAssembly.Memory`. */
  static get supported(): boolean {
    return HostMemory !== undefined;
  }

  /** @throws {TypeError} when the host has no `WebAssembly.Memory`. */
  constructor() {
    if (HostMemory === undefined) throw new TypeError("this host has no WebAssembly.Memory");
  }

  /** The host's `WebAssembly.Memory` whose bytes `buffer` shows; undefined when it is of another kind. */
  hostMemory(buffer: Buffer): object | undefined {
    return this.#memoryOf(buffer);
  }

  allocate(request: AllocationRequest): Buffer {
    if (request.pageSizeLog2 !== 16) return this.#other.allocate(request);
    const initial = request.byteLength / PAGE_SIZE;
    const maximum = request.maximumByteLength / PAGE_SIZE;
    const { shared } = request;
    const memory = new HostMemory!(
      maximum <= MAXIMUM_PAGES_32
        ? { __proto__: null, initial, maximum, shared }
        : { __proto__: null, initial: toBigInt(initial), maximum: toBigInt(maximum), shared, address: "i64" },
    );
    return this.#remember(memory, bufferOf(memory));
  }

  grow(buffer: Buffer, byteLength: number): Buffer | null {
    const memory = this.#memoryOf(buffer);
    if (memory === undefined) return this.#other.grow(buffer, byteLength);
    const delta = (byteLength - byteLengthOf(bufferOf(memory))) / PAGE_SIZE;
    try {
      grow(memory, delta);
    } catch {
      return null;
    }
    return this.#remember(memory, bufferOf(memory));
  }

  growShared(buffer: Buffer, byteLength: number): GrownBuffer | null | undefined {
    const memory = this.#memoryOf(buffer);
    if (memory === undefined) return undefined;
    try {
      const before = grow(memory, byteLength / PAGE_SIZE) * PAGE_SIZE;
      return { buffer: this.#remember(memory, bufferOf(memory)), before };
    } catch {
      return null;
    }
  }

  present(buffer: Buffer, resizable: boolean, maximumByteLength: number): Buffer {
    const memory = this.#memoryOf(buffer);
    if (memory === undefined) return this.#other.present(buffer, resizable, maximumByteLength);
    if (!resizable) return this.#remember(memory, fixedLengthBuffer(memory));
    if (toResizableBuffer === undefined) {
      throw new TypeError("this host's WebAssembly.Memory has no resizable buffers");
    }
    return this.#remember(memory, apply(toResizableBuffer, memory, []));
  }

  release(buffer: Buffer): void {
    const memory = this.#memoryOf(buffer);
    if (memory === undefined) this.#other.release(buffer);
    else grow(memory, 0);
  }

  adopt(memory: object): Buffer {
    if (memory instanceof HostMemory!) return this.#remember(memory, bufferOf(memory));
    if (isSharedBuffer(memory)) return memory;
    throw new TypeError("neither a SharedArrayBuffer nor a shared memory of the host");
  }

  #memoryOf(buffer: Buffer): HostMemory | undefined {
    return apply(get, this.#memories, [buffer]);
  }

  #remember(memory: HostMemory, buffer: Buffer): Buffer {
    apply(set, this.#memories, [buffer, memory]);
    return buffer;
  }
}

/** JavaScriptCore's `toFixedLengthBuffer` misses that another thread has grown the memory; `buffer` shows it. */
function fixedLengthBuffer(memory: HostMemory): Buffer {
  const buffer = bufferOf(memory);
  return isResizable(buffer) && toFixedLengthBuffer !== undefined
    ? apply(toFixedLengthBuffer, memory, [])
    : buffer;
}

/** Grows by `delta` pages and returns the number before. A memory with 64-bit addresses counts in bigints. */
function grow(memory: HostMemory, delta: number): number {
  try {
    return toNumber(apply(hostGrow!, memory, [delta]));
  } catch (error) {
    if (!(error instanceof HostTypeError)) throw error;
    return toNumber(apply(hostGrow!, memory, [toBigInt(delta)]));
  }
}
