/**
 * The default allocator: plain `ArrayBuffer`s, and `SharedArrayBuffer`s that grow in place.
 *
 * @module
 */

import type { AllocationRequest, Allocator, Buffer } from "./allocator.ts";
import { byteLengthOf, isResizable } from "./buffer_properties.ts";
import { detach, moveToFixedLength, moveToResizable } from "./moving.ts";
import { isSharedBuffer, sharedBuffer } from "./shared_array_buffer.ts";

// Not the properties of the buffers: those of buffers shown to JavaScript are the memory's own.
const { resize } = ArrayBuffer.prototype;
const growShared = globalThis.SharedArrayBuffer?.prototype.grow;
const { apply } = Reflect;

/**
 * Allocates buffers of the language itself. Growth moves an `ArrayBuffer` to a new one and detaches the old; a shared buffer
 * that can grow is made with its maximum and grows in place, the same object in every thread. Therefore JavaScript sees
 * a growable buffer as the `buffer` of a shared memory; `HostMemoryAllocator` shows one of fixed length, as the JS API says.
 * A shared memory of a host without growable shared buffers stays as large as it starts.
 */
export class ArrayBufferAllocator implements Allocator {
  allocate({ byteLength, maximumByteLength, shared }: AllocationRequest): Buffer {
    return shared ? sharedBuffer(byteLength, maximumByteLength) : new ArrayBuffer(byteLength);
  }

  grow(buffer: Buffer, byteLength: number): Buffer | null {
    try {
      if (isSharedBuffer(buffer)) {
        if (byteLength !== byteLengthOf(buffer)) apply(growShared, buffer, [byteLength]);
        return buffer;
      }
      if (isResizable(buffer)) {
        apply(resize, buffer, [byteLength]);
        return buffer;
      }
      return moveToFixedLength(buffer, byteLength);
    } catch {
      return null;
    }
  }

  present(buffer: Buffer, resizable: boolean, maximumByteLength: number): Buffer {
    if (isSharedBuffer(buffer) || isResizable(buffer) === resizable) return buffer;
    return resizable
      ? moveToResizable(buffer, maximumByteLength)
      : moveToFixedLength(buffer, byteLengthOf(buffer));
  }

  release(buffer: Buffer): void {
    if (!isSharedBuffer(buffer)) detach(buffer);
  }
}
