/**
 * Shared memories between threads. A `WebAssembly.Memory` of the engine is an object of its thread; what can be posted is a description
 * of it, from which another thread's engine makes a `WebAssembly.Memory` over the same bytes.
 *
 * @module
 */

import { type Engine, engineState } from "../js_api/engine.ts";
import type { AddressType, Memory as MemoryObject } from "../js_api/types.ts";
import { PAGE_SIZE } from "../memory/limits.ts";
import { isSharedBuffer } from "../memory/shared_array_buffer.ts";
import { Memory } from "../runtime/memory.ts";
import type { MemoryType } from "../syntax/types.ts";

/** A shared memory as it is posted to another thread: data that can be cloned. */
export interface PostedMemory {
  /** The bytes: a `SharedArrayBuffer`, or the host's own shared `WebAssembly.Memory` where the engine's memories are the host's. */
  readonly memory: object;
  /** The type of the memory's addresses. */
  readonly address: AddressType;
  /** The sizes it was declared with, in pages. */
  readonly initial: bigint;
  /** See `initial`. */
  readonly maximum: bigint;
  /** Bytes of a page: 65536, or 1. */
  readonly pageSize: number;
  /** What threads hold while they grow the memory, where the host does not take care of that. */
  readonly growthLock: SharedArrayBuffer | null;
}

/**
 * What to post of `memory`, a shared memory of `engine`.
 *
 * @throws {TypeError} when it is not one.
 */
export function shareMemory(engine: Engine, memory: MemoryObject): PostedMemory {
  const shared = engineState(engine).externals.memoryOf(memory);
  if (shared === null) throw new TypeError("not a WebAssembly.Memory of this engine");
  const { type, pageSize } = shared;
  if (!type.shared) throw new TypeError("the memory is not shared");
  const { hostMemory } = shared;
  return {
    memory: hostMemory ?? shared.buffer,
    address: type.addressType,
    initial: type.limits.minimum,
    maximum: type.limits.maximum!,
    pageSize,
    growthLock: hostMemory === null ? shared.growthLock : null,
  };
}

/** The type of a memory over a buffer of which nothing else is known: it grows as far as the buffer does. */
function typeOfBuffer(buffer: SharedArrayBuffer): MemoryType {
  const { byteLength } = buffer;
  const maximum = buffer.growable ? buffer.maxByteLength : byteLength;
  if (byteLength % PAGE_SIZE !== 0) {
    throw new RangeError(`the buffer is no whole number of pages of ${PAGE_SIZE} bytes`);
  }
  return {
    addressType: "i32",
    limits: { minimum: BigInt(byteLength / PAGE_SIZE), maximum: BigInt(Math.floor(maximum / PAGE_SIZE)) },
    shared: true,
    pageSizeLog2: 16,
  };
}

/**
 * A shared memory of `engine` over bytes that other threads use, too: those that {@linkcode shareMemory} describes, or
 * all of a `SharedArrayBuffer`, with 32-bit addresses. When one thread grows it, the others see that at their next access behind
 * the old end, `memory.size` or look at `buffer`; a buffer grows only if it is growable, and by one thread at a time:
 * only what {@linkcode shareMemory} describes may be grown by several at once.
 *
 * @throws {TypeError} when `posted` is neither, or the engine's allocator cannot use it.
 * @throws {RangeError} when a buffer's length is no multiple of 65,536 bytes.
 */
export function attachMemory(engine: Engine, posted: PostedMemory | SharedArrayBuffer): MemoryObject {
  const { allocator, externals } = engineState(engine);
  let type: MemoryType;
  let bytes: object = posted;
  let growthLock: SharedArrayBuffer | null = null;
  if (isSharedBuffer(posted)) {
    type = typeOfBuffer(posted);
  } else {
    const { memory, address, initial, maximum, pageSize } = posted;
    type = {
      addressType: address,
      limits: { minimum: initial, maximum },
      shared: true,
      pageSizeLog2: Math.log2(pageSize),
    };
    bytes = memory;
    growthLock = posted.growthLock;
  }
  const buffer = allocator.adopt !== undefined ? allocator.adopt(bytes) : bytes;
  if (!isSharedBuffer(buffer)) throw new TypeError("neither a shared memory nor a SharedArrayBuffer");
  return externals.memoryObject(new Memory(type, allocator, { buffer, growthLock })) as MemoryObject;
}
