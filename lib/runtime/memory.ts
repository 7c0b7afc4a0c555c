/**
 * Memories (specification 4.2.8 "Memory Instances"): a buffer from the engine's allocator, the views generated
 * code reads and writes it through, and the instances that must hear of growth.
 *
 * @module
 */

import type { Allocator, Buffer } from "../memory/allocator.ts";
import type { MemoryType } from "../syntax/types.ts";

/** One view of each kind over a memory's current buffer; replaced together when the memory grows. */
export class MemoryViews {
  readonly buffer: Buffer;
  readonly data: DataView;
  readonly i8: Int8Array;
  readonly u8: Uint8Array;
  readonly i16: Int16Array;
  readonly u16: Uint16Array;
  readonly i32: Int32Array;
  readonly f32: Float32Array;
  readonly f64: Float64Array;

  constructor(buffer: Buffer) {
    const wholeElements = (size: number) => Math.floor(buffer.byteLength / size);
    this.buffer = buffer;
    this.data = new DataView(buffer);
    this.i8 = new Int8Array(buffer);
    this.u8 = new Uint8Array(buffer);
    this.i16 = new Int16Array(buffer, 0, wholeElements(2));
    this.u16 = new Uint16Array(buffer, 0, wholeElements(2));
    this.i32 = new Int32Array(buffer, 0, wholeElements(4));
    this.f32 = new Float32Array(buffer, 0, wholeElements(4));
    this.f64 = new Float64Array(buffer, 0, wholeElements(8));
  }
}

/** Who uses a memory's views and must replace them when it grows. */
export interface MemoryUser {
  memoryGrown(memory: Memory): void;
}
