/**
 * Shared buffers, where the host has them.
 *
 * @module
 */

const NativeSharedArrayBuffer = globalThis.SharedArrayBuffer as typeof SharedArrayBuffer | undefined;
const { apply, getOwnPropertyDescriptor } = Reflect;
const { isPrototypeOf } = Object.prototype;
const sharedPrototype = NativeSharedArrayBuffer?.prototype;
const byteLength = sharedPrototype && getOwnPropertyDescriptor(sharedPrototype, "byteLength")!.get;

/** The present length in bytes. @throws {TypeError} for what is no shared buffer. */
export function sharedByteLengthOf(buffer: object): number {
  return apply(byteLength!, buffer, []) as number;
}

/** Whether the host's shared buffers can grow. */
export const HAS_GROWABLE_SHARED_BUFFERS: boolean = NativeSharedArrayBuffer !== undefined &&
  "growable" in NativeSharedArrayBuffer.prototype;

/** Whether `buffer` is a `SharedArrayBuffer`, whatever JavaScript makes of `instanceof` and of other objects' prototypes. */
export function isSharedBuffer(buffer: object): buffer is SharedArrayBuffer {
  return sharedPrototype !== undefined && apply(isPrototypeOf, sharedPrototype, [buffer]) &&
    hasSharedBytes(buffer);
}

/** The getter throws for everything else; those without the prototype, nearly all, are not asked. */
function hasSharedBytes(buffer: object): boolean {
  try {
    sharedByteLengthOf(buffer);
    return true;
  } catch {
    return false;
  }
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
