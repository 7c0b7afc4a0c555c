/**
 * The allocator of an engine that was not told otherwise.
 *
 * @module
 */

import type { AllocationRequest, Allocator, Buffer, GrownBuffer } from "./allocator.ts";
import { ArrayBufferAllocator } from "./array_buffer_allocator.ts";
import { byteLengthOf, isResizable } from "./buffer_properties.ts";
import { HostMemoryAllocator } from "./host_memory_allocator.ts";
import { MAXIMUM_PAGES_32, PAGE_SIZE } from "./limits.ts";
import { copyBytes, detach } from "./moving.ts";
import { isSharedBuffer } from "./shared_array_buffer.ts";

/**
 * A memory that grows to this many bytes, or more, moves to one of the host's. Up to here copying takes 60 ms in all; moving takes
 * 0.1 ms on V8, 4 on JavaScriptCore.
 */
const GROWS_IN_PLACE = 2 ** 22;
const MAXIMUM_BYTES_32 = MAXIMUM_PAGES_32 * PAGE_SIZE;

const HostArrayBuffer = ArrayBuffer;

/**
 * `ArrayBuffer`s for plain memories. Those that grow large move to the host's `WebAssembly.Memory`, where there is one, and grow in
 * place from then on: a program that takes 64 MiB from its memory page by page waits 1 ms for it instead of 15 s. Shared ones
 * come from there at once: only those show JavaScript buffers of fixed length over bytes that grow in place, and grow atomically
 * when several threads ask at once. Elsewhere they are growable `SharedArrayBuffer`s.
 */
export class DefaultAllocator implements Allocator {
  readonly #plain = new ArrayBufferAllocator();
  readonly #host = HostMemoryAllocator.supported ? new HostMemoryAllocator() : null;
  readonly #shared: Allocator = this.#host ?? this.#plain;
  /**
   * Bytes from which on the host is asked: doubled when it refuses, since V8 collects all garbage three times before it does, which
   * takes 120 ms for each page that a memory grows by.
   */
  #growsInPlace = GROWS_IN_PLACE;

  allocate(request: AllocationRequest): Buffer {
    return (request.shared ? this.#shared : this.#plain).allocate(request);
  }

  grow(buffer: Buffer, byteLength: number): Buffer | null {
    if (isSharedBuffer(buffer)) return this.#shared.grow(buffer, byteLength);
    const isWhole = byteLength % PAGE_SIZE === 0;
    if (this.#isHostMemory(buffer)) {
      const grown = isWhole ? this.#host!.grow(buffer, byteLength) : null;
      return grown ?? this.#moveFromHost(buffer, byteLength);
    }
    const moves = byteLength >= this.#growsInPlace && byteLength <= MAXIMUM_BYTES_32 && isWhole;
    if (moves && byteLength > byteLengthOf(buffer) && !isResizable(buffer)) {
      const moved = this.#moveToHost(buffer, byteLength);
      if (moved !== null) return moved;
    }
    return this.#plain.grow(buffer, byteLength);
  }

  growShared(buffer: Buffer, byteLength: number): GrownBuffer | null | undefined {
    return this.#shared.growShared?.(buffer, byteLength);
  }

  present(buffer: Buffer, resizable: boolean, maximumByteLength: number): Buffer {
    if (isSharedBuffer(buffer)) return this.#shared.present(buffer, resizable, maximumByteLength);
    if (!this.#isHostMemory(buffer)) return this.#plain.present(buffer, resizable, maximumByteLength);
    if (!resizable) return buffer;
    const moved = this.#moveFromHost(buffer, byteLengthOf(buffer));
    if (moved === null) throw new RangeError("could not allocate memory");
    return this.#plain.present(moved, true, maximumByteLength);
  }

  release(buffer: Buffer): void {
    const isHostMemory = isSharedBuffer(buffer) || this.#isHostMemory(buffer);
    (isHostMemory ? this.#shared : this.#plain).release(buffer);
  }

  /** Of shared memories: others may be elsewhere after the next growth. */
  hostMemory(buffer: Buffer): object | undefined {
    return isSharedBuffer(buffer) ? this.#shared.hostMemory?.(buffer) : undefined;
  }

  adopt(memory: object): Buffer {
    if (this.#shared.adopt !== undefined) return this.#shared.adopt(memory);
    if (isSharedBuffer(memory)) return memory;
    throw new TypeError("not a SharedArrayBuffer");
  }

  #isHostMemory(buffer: ArrayBuffer): boolean {
    return this.#host?.hostMemory(buffer) !== undefined;
  }

  /** Null when the host has no such memories, or no address space left for one. */
  #moveToHost(buffer: ArrayBuffer, byteLength: number): Buffer | null {
    const moved = this.#allocateFromHost(byteLength);
    if (moved === null) return null;
    try {
      copyBytes(buffer, moved as ArrayBuffer);
      detach(buffer);
      return moved;
    } catch {
      return null;
    }
  }

  #allocateFromHost(byteLength: number): Buffer | null {
    if (this.#host === null) return null;
    const request = { byteLength, maximumByteLength: MAXIMUM_BYTES_32, shared: false, pageSizeLog2: 16 };
    try {
      const buffer = this.#host.allocate(request);
      this.#growsInPlace = GROWS_IN_PLACE;
      return buffer;
    } catch {
      this.#growsInPlace *= 2;
      return null;
    }
  }

  /** Null when there is no room for another buffer. */
  #moveFromHost(buffer: ArrayBuffer, byteLength: number): Buffer | null {
    try {
      const moved = new HostArrayBuffer(byteLength);
      copyBytes(buffer, moved);
      this.#host!.release(buffer);
      return moved;
    } catch {
      return null;
    }
  }
}
