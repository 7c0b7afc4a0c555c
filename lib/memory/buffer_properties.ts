/**
 * Properties of buffers as the host has them, whatever JavaScript makes of the buffers' prototypes.
 *
 * @module
 */

import type { Buffer } from "./allocator.ts";
import { isSharedBuffer, sharedByteLengthOf } from "./shared_array_buffer.ts";

type Getter = (this: object) => unknown;

const { apply, getOwnPropertyDescriptor } = Reflect;
const sharedPrototype = globalThis.SharedArrayBuffer?.prototype as object | undefined;

function getterOf(prototype: object | undefined, name: PropertyKey): Getter | undefined {
  return prototype && getOwnPropertyDescriptor(prototype, name)?.get;
}

const byteLength = getterOf(ArrayBuffer.prototype, "byteLength")!;
const resizable = getterOf(ArrayBuffer.prototype, "resizable");
const growable = getterOf(sharedPrototype, "growable");

/** The present length in bytes; 0 when the buffer is detached. */
export function byteLengthOf(buffer: Buffer): number {
  return isSharedBuffer(buffer) ? sharedByteLengthOf(buffer) : apply(byteLength, buffer, []) as number;
}

/** Whether the buffer can change its length. */
export function isResizable(buffer: Buffer): boolean {
  const getter = isSharedBuffer(buffer) ? growable : resizable;
  return getter !== undefined && apply(getter, buffer, []) as boolean;
}
