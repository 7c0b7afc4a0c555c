/**
 * Shared buffers, where the host has them.
 *
 * @module
 */

const NativeSharedArrayBuffer = globalThis.SharedArrayBuffer as typeof SharedArrayBuffer | undefined;

/** Whether the host's shared buffers can grow. */
export const HAS_GROWABLE_SHARED_BUFFERS: boolean = NativeSharedArrayBuffer !== undefined &&
  "growable" in NativeSharedArrayBuffer.prototype;

/** Whether `buffer` is a `SharedArrayBuffer`. */
export function isSharedBuffer(buffer: object): buffer is SharedArrayBuffer {
  return NativeSharedArrayBuffer !== undefined && buffer instanceof NativeSharedArrayBuffer;
}

/**
 * A zeroed shared buffer of `byteLength` bytes, able to grow up to `maximumByteLength` where the host can do that.
 *
 * @throws {TypeError} when the host has no `SharedArrayBuffer`.
 * @throws {RangeError} when the host has not that much memory.
 */
export function sharedBuffer(byteLength: number, maximumByteLength: number = byteLength): SharedArrayBuffer {
  if (NativeSharedArrayBuffer === undefined) {
    throw new TypeError(
      "this host has no SharedArrayBuffer, which shared memories and globals need " +
        "(a page in a browser gets it when it is cross-origin isolated)",
    );
  }
  return HAS_GROWABLE_SHARED_BUFFERS && maximumByteLength > byteLength
    ? new NativeSharedArrayBuffer(byteLength, { maxByteLength: maximumByteLength })
    : new NativeSharedArrayBuffer(byteLength);
}
