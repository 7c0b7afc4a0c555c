/**
 * Memories (specification 4.2.8 "Memory Instances"): a buffer from the engine's allocator, the views generated
 * code reads and writes it through, and the instances that must hear of growth.
 *
 * @module
 */

import type { Allocator, Buffer } from "../memory/allocator.ts";
import { byteLengthOf, isResizable } from "../memory/buffer_properties.ts";
import { maximumByteLength } from "../memory/limits.ts";
import { isSharedBuffer, sharedBuffer } from "../memory/shared_array_buffer.ts";
import type { MemoryType } from "../syntax/types.ts";
import { LanguageAtomics } from "./language_atomics.ts";
import { accessView, bulkView } from "./access_view.ts";
import { type AccessView, type RefreshableMemory, RetryingView } from "./retrying_view.ts";

const HostArrayBuffer = ArrayBuffer;
const HostInt8Array = Int8Array;
const HostUint8Array = Uint8Array;
const HostInt16Array = Int16Array;
const HostUint16Array = Uint16Array;
const HostInt32Array = Int32Array;
const HostFloat32Array = Float32Array;
const HostFloat64Array = Float64Array;
const HostBigInt64Array = BigInt64Array;

/** One view of each kind over a memory's current buffer; replaced together when the memory grows. */
export class MemoryViews {
  readonly buffer: Buffer;
  /** Length of the views in bytes; a shared buffer may have grown beyond it since. */
  readonly byteLength: number;
  readonly data: AccessView;
  /** For bulk operations. */
  readonly bytes: Uint8Array;
  readonly i8: Int8Array;
  readonly u8: Uint8Array;
  readonly i16: Int16Array;
  readonly u16: Uint16Array;
  readonly i32: Int32Array;
  readonly f32: Float32Array;
  readonly f64: Float64Array;
  #i64: BigInt64Array | null = null;

  /**
   * The lengths are explicit: V8 accesses views that track the length of a growable buffer more slowly. `growing` is the memory
   * whose bytes these are, if other threads may grow it.
   */
  constructor(buffer: Buffer, growing: RefreshableMemory | null) {
    const byteLength = byteLengthOf(buffer);
    const wholeElements = (size: number) => floor(byteLength / size);
    this.buffer = buffer;
    this.byteLength = byteLength;
    const data = accessView(buffer, byteLength);
    this.data = growing === null ? data : new RetryingView(growing, data);
    this.bytes = bulkView(buffer, byteLength);
    this.i8 = new HostInt8Array(buffer, 0, byteLength);
    this.u8 = new HostUint8Array(buffer, 0, byteLength);
    this.i16 = new HostInt16Array(buffer, 0, wholeElements(2));
    this.u16 = new HostUint16Array(buffer, 0, wholeElements(2));
    this.i32 = new HostInt32Array(buffer, 0, wholeElements(4));
    this.f32 = new HostFloat32Array(buffer, 0, wholeElements(4));
    this.f64 = new HostFloat64Array(buffer, 0, wholeElements(8));
  }

  /** Only atomic operations need it, on few hosts. */
  get i64(): BigInt64Array {
    return this.#i64 ??= new HostBigInt64Array(this.buffer, 0, floor(this.byteLength / 8));
  }
}

/** Who uses a memory's views and must replace them when it grows. */
export interface MemoryUser {
  /** `memory.views` is another object now. */
  memoryGrown(memory: Memory): void;
}

// Not `Object.defineProperty`: the host's own shared buffers are frozen, and grow as they should anyway.
const { apply, defineProperty } = Reflect;
const { freeze } = Object;
const { compareExchange, store } = LanguageAtomics;
const { floor } = Math;
const { isInteger } = Number;
const { deref } = WeakRef.prototype as WeakRef<MemoryUser>;
const NativeRangeError = RangeError;

/** The bytes of a memory that other threads use. */
export interface AdoptedBytes {
  readonly buffer: Buffer;
  /** The other threads' {@linkcode Memory.growthLock}. */
  readonly growthLock: SharedArrayBuffer | null;
}

/** A memory. */
export class Memory {
  /** The declared type; its minimum is the size at the start, not the current one. */
  readonly type: MemoryType;
  /** Largest size in bytes: the declared maximum or the engine's limit, whichever is smaller. */
  readonly maximumByteLength: number;
  /** The current views; another object after each growth. */
  views: MemoryViews;
  /** The `WebAssembly.Memory`, once there is one. */
  external: object | null = null;
  readonly #allocator: Allocator;
  #growthLock: SharedArrayBuffer | null;
  #resizable = false;
  #released = false;
  #users: WeakRef<MemoryUser>[] = [];
  #pruneAt = 16;

  /**
   * A memory of `type` with its minimum size, zeroed; or over the bytes of a buffer of the allocator's, at least that many and not more
   * than the maximum.
   *
   * @throws {RangeError} "could not allocate memory", when it is larger than the limits or than what the host gives.
   * @throws {TypeError} when the memory is shared and the host has no `SharedArrayBuffer`.
   */
  constructor(type: MemoryType, allocator: Allocator, adopted: AdoptedBytes | null = null) {
    const pageSize = 2 ** type.pageSizeLog2;
    const byteLength = Number(type.limits.minimum) * pageSize;
    this.type = type;
    this.maximumByteLength = maximumByteLength(type);
    this.#allocator = allocator;
    this.views = adopted === null ? this.#allocate(byteLength) : this.#viewsOf(adopted.buffer);
    this.#growthLock = adopted?.growthLock ?? null;
    this.#dress(this.views.buffer);
  }

  /** The buffer that holds the memory's bytes now. */
  get buffer(): Buffer {
    return this.views.buffer;
  }

  /** Current size in bytes. */
  get byteLength(): number {
    return this.views.byteLength;
  }

  /** Bytes of a page. */
  get pageSize(): number {
    return 2 ** this.type.pageSizeLog2;
  }

  /** Current size in pages. */
  get pages(): number {
    return this.views.byteLength / this.pageSize;
  }

  /** Current size in pages, growth by other threads included. */
  currentPages(): number {
    this.refresh();
    return this.pages;
  }

  /** The host's own memory whose bytes these are, where the allocator takes memories from the host. */
  get hostMemory(): object | null {
    return this.#allocator.hostMemory?.(this.views.buffer) ?? null;
  }

  /** Tells `user` of growth from now on, as long as somebody else keeps it alive. */
  addUser(user: MemoryUser): void {
    if (this.#users.length >= this.#pruneAt) {
      this.#users = this.#users.filter((reference) => reference.deref() !== undefined);
      this.#pruneAt = Math.max(16, this.#users.length * 2);
    }
    this.#users.push(new WeakRef(user));
  }

  /**
   * Grows by `delta` pages (specification 4.6.16 "Growing memories") and returns the size before, in pages; -1, with nothing
   * changed, when the maximum or the host forbids it. An unshared buffer of fixed length is detached, even by `grow(0)`
   * (JS API, "refresh the Memory buffer").
   */
  grow(delta: number): number {
    return this.type.shared ? this.#growShared(delta) : this.#growTo(delta);
  }

  #mayGrow(delta: number): boolean {
    this.refresh();
    const byteLength = this.views.byteLength + delta * this.pageSize;
    return !this.#released && delta >= 0 && byteLength <= this.maximumByteLength;
  }

  #growTo(delta: number): number {
    if (!this.#mayGrow(delta)) return -1;
    const before = this.views.byteLength;
    const buffer = this.#allocator.grow(this.views.buffer, before + delta * this.pageSize);
    if (buffer === null) return -1;
    this.#replaceViews(buffer);
    return before / this.pageSize;
  }

  /** Of several threads that grow a memory at once, each adds its own pages. */
  #growShared(delta: number): number {
    if (!this.#mayGrow(delta)) return -1;
    const grown = this.#allocator.growShared?.(this.views.buffer, delta * this.pageSize);
    if (grown === null) return -1;
    if (grown !== undefined) {
      this.#replaceViews(grown.buffer);
      return grown.before / this.pageSize;
    }
    const lock = new HostInt32Array(this.growthLock);
    while (compareExchange(lock, 0, 0, 1) !== 0);
    try {
      return this.#growTo(delta);
    } finally {
      store(lock, 0, 0);
    }
  }

  /** What threads hold while they grow a shared memory whose allocator cannot do that in one step: an int32 that is 1. */
  get growthLock(): SharedArrayBuffer {
    return this.#growthLock ??= sharedBuffer(4);
  }

  /**
   * Catches up with growth that happened elsewhere: another thread grew the shared buffer, or the host grew a memory of its
   * own. Returns whether the views changed.
   */
  refresh(): boolean {
    if (this.#released) return false;
    const { buffer, byteLength } = this.views;
    const current = this.type.shared || byteLengthOf(buffer) !== byteLength
      ? this.#allocator.present(buffer, this.#resizable, this.maximumByteLength)
      : buffer;
    if (current === buffer && byteLengthOf(current) === byteLength) return false;
    this.#replaceViews(current);
    return true;
  }

  /** Whether JavaScript sees a resizable buffer. */
  get resizable(): boolean {
    return this.#resizable;
  }

  /**
   * The buffer as `toFixedLengthBuffer` and `toResizableBuffer` of the JS API show it: the present one when it is of that
   * form already. Otherwise an unshared one is detached. A resizable buffer's `resize` (`grow`) grows the memory.
   *
   * @throws {TypeError} when the host has no resizable buffers.
   */
  present(resizable: boolean): Buffer {
    this.refresh();
    if (resizable !== this.#resizable) {
      const buffer = this.#allocator.present(this.views.buffer, resizable, this.maximumByteLength);
      this.#resizable = resizable;
      if (buffer !== this.views.buffer) this.#replaceViews(buffer);
    }
    return this.views.buffer;
  }

  /** Gives the bytes back to the allocator; the memory is empty afterwards and cannot grow. Nobody may use it any more. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#allocator.release(this.views.buffer);
    this.#replaceViews(new HostArrayBuffer(0));
  }

  #allocate(byteLength: number): MemoryViews {
    if (byteLength > this.maximumByteLength) throw new NativeRangeError("could not allocate memory");
    try {
      const { shared, pageSizeLog2 } = this.type;
      const { maximumByteLength } = this;
      return this.#viewsOf(
        this.#allocator.allocate({ byteLength, maximumByteLength, shared, pageSizeLog2 }),
      );
    } catch (error) {
      if (error instanceof NativeRangeError) {
        throw new NativeRangeError("could not allocate memory", { cause: error });
      }
      throw error;
    }
  }

  #viewsOf(buffer: Buffer): MemoryViews {
    const grows = this.type.shared && byteLengthOf(buffer) < this.maximumByteLength;
    return new MemoryViews(buffer, grows ? this : null);
  }

  #replaceViews(buffer: Buffer): void {
    if (buffer !== this.views.buffer) this.#dress(buffer);
    this.views = this.#viewsOf(buffer);
    for (let i = 0; i < this.#users.length; i++) apply(deref, this.#users[i], [])?.memoryGrown(this);
  }

  /** Gives `buffer` the properties that JavaScript finds on a memory's buffer (JS API, "Memories"). */
  #dress(buffer: Buffer): void {
    if (isSharedBuffer(buffer)) {
      if (isResizable(buffer)) this.#interceptResize(buffer, "grow");
      freeze(buffer);
    } else if (isResizable(buffer)) {
      this.#interceptResize(buffer, "resize");
    }
  }

  /** JS API, "HostResizeArrayBuffer" and "HostGrowSharedArrayBuffer": only whole pages, never smaller. */
  #interceptResize(buffer: Buffer, name: "resize" | "grow"): void {
    const className = name === "grow" ? "SharedArrayBuffer" : "ArrayBuffer";
    const value = {
      [name]: (newLength: number): void => {
        const delta = (Number(newLength) - this.views.byteLength) / this.pageSize;
        if (this.views.buffer !== buffer || !isInteger(delta) || this.grow(delta) < 0) {
          throw new NativeRangeError(`${className}.prototype.${name}: Invalid length parameter`);
        }
      },
    }[name];
    const property = { __proto__: null, value, writable: true, configurable: true };
    defineProperty(buffer, name, property as PropertyDescriptor);
  }
}
