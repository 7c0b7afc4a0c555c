/**
 * Where the bytes of memories come from: the interface every allocator implements. An engine has one allocator;
 * `array_buffer_allocator.ts`, `pooling_allocator.ts` and `host_memory_allocator.ts` are ready made.
 *
 * @module
 */

/** What a memory's bytes are in. */
export type Buffer = ArrayBuffer | SharedArrayBuffer;

/** What a new memory asks for. */
export interface AllocationRequest {
  /** Bytes at once; a multiple of the page size. */
  readonly byteLength: number;
  /** Bytes it may ever grow to, at least `byteLength`; for a shared memory this much address space is set aside. */
  readonly maximumByteLength: number;
  /** Whether the bytes go into a `SharedArrayBuffer`. */
  readonly shared: boolean;
  /** 16, or 0 for pages of one byte. */
  readonly pageSizeLog2: number;
}

/** A shared buffer that has grown. */
export interface GrownBuffer {
  /** The buffer as it is now. */
  readonly buffer: Buffer;
  /** Its length before, in bytes. */
  readonly before: number;
}

/** Gives memories their bytes. Buffers handed to the later methods are always ones that this allocator returned. */
export interface Allocator {
  /**
   * A zeroed buffer of `request.byteLength` bytes.
   *
   * @throws {RangeError} when the host has not that much memory.
   * @throws {TypeError} when the host has no buffer of the kind asked for; the text names it.
   */
  allocate(request: AllocationRequest): Buffer;
  /**
   * The memory's bytes followed by zeros up to `byteLength`, or null when that cannot be had. An `ArrayBuffer` that is not
   * resizable is detached and a new one returned; a shared buffer is never detached.
   */
  grow(buffer: Buffer, byteLength: number): Buffer | null;
  /**
   * The same bytes as JavaScript is to see them: in a buffer of fixed length, or in a resizable (growable, if shared) one up
   * to `maximumByteLength`. Returns `buffer` itself when it is of that form and still as long as the memory; otherwise
   * another one, and an unshared `buffer` is detached. A shared memory that another thread grew comes back with all its bytes.
   *
   * @throws {TypeError} when the host has no buffers of that form.
   */
  present(buffer: Buffer, resizable: boolean, maximumByteLength: number): Buffer;
  /** Nobody uses the bytes from now on; an unshared `buffer` is detached. */
  release(buffer: Buffer): void;
  /**
   * Makes a shared buffer longer by `byteLength` bytes, in one step among all threads that do the same: returns it, and its length
   * before. Null when that cannot be had; undefined when only {@linkcode Allocator.grow} can do it.
   */
  growShared?(buffer: Buffer, byteLength: number): GrownBuffer | null | undefined;
  /** The host's own `WebAssembly.Memory` whose bytes `buffer` shows, if it is one's. */
  hostMemory?(buffer: Buffer): object | undefined;
  /**
   * A shared buffer that another thread's allocator made, or the host's memory that it is of, becomes this allocator's: the buffer
   * that shows its bytes. Without this method, buffers are taken as they are.
   *
   * @throws {TypeError} when it is neither.
   */
  adopt?(memory: object): Buffer;
}
