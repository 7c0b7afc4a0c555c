/**
 * The allocator of an engine that was not told otherwise.
 *
 * @module
 */

import type { AllocationRequest, Allocator, Buffer, GrownBuffer } from "./allocator.ts";
import { ArrayBufferAllocator } from "./array_buffer_allocator.ts";
import { HostMemoryAllocator } from "./host_memory_allocator.ts";
import { isSharedBuffer } from "./shared_array_buffer.ts";

/**
 * `ArrayBuffer`s for plain memories. Shared ones come from the host's `WebAssembly.Memory` where there is one: only those show
 * JavaScript buffers of fixed length over bytes that grow in place, and grow atomically when several threads ask at
 * once. Elsewhere they are growable `SharedArrayBuffer`s.
 */
export class DefaultAllocator implements Allocator {
  readonly #plain = new ArrayBufferAllocator();
  readonly #shared: Allocator = HostMemoryAllocator.supported ? new HostMemoryAllocator() : this.#plain;

  allocate(request: AllocationRequest): Buffer {
    return (request.shared ? this.#shared : this.#plain).allocate(request);
  }

  grow(buffer: Buffer, byteLength: number): Buffer | null {
    return this.#of(buffer).grow(buffer, byteLength);
  }

  growShared(buffer: Buffer, byteLength: number): GrownBuffer | null | undefined {
    return this.#shared.growShared?.(buffer, byteLength);
  }

  present(buffer: Buffer, resizable: boolean, maximumByteLength: number): Buffer {
    return this.#of(buffer).present(buffer, resizable, maximumByteLength);
  }

  release(buffer: Buffer): void {
    this.#of(buffer).release(buffer);
  }

  hostMemory(buffer: Buffer): object | undefined {
    return this.#of(buffer).hostMemory?.(buffer);
  }

  adopt(memory: object): Buffer {
    if (this.#shared.adopt !== undefined) return this.#shared.adopt(memory);
    if (isSharedBuffer(memory)) return memory;
    throw new TypeError("not a SharedArrayBuffer");
  }

  #of(buffer: Buffer): Allocator {
    return isSharedBuffer(buffer) ? this.#shared : this.#plain;
  }
}
