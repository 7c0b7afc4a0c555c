/**
 * A growing run of bytes and the binary format's value encodings (specification 5.2 "Values").
 *
 * @module
 */

const encoder = new TextEncoder();

/** Appends bytes, LEB128 integers, names and raw runs to a buffer that grows by doubling. */
export class ByteWriter {
  #bytes: Uint8Array;
  #length = 0;

  /** An empty run; `capacity` is the number of bytes to start with, at least 1. */
  constructor(capacity: number = 256) {
    this.#bytes = new Uint8Array(capacity);
  }

  /** Number of bytes written. */
  get length(): number {
    return this.#length;
  }

  /** The bytes written so far, as a view that later writes may outdate. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Drops everything after the first `length` bytes. */
  truncate(length: number): void {
    this.#length = length;
  }

  /** One byte. */
  byte(value: number): void {
    if (this.#length === this.#bytes.length) this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  /** An unsigned LEB128 integer below 2^53. */
  unsigned(value: number): void {
    while (value >= 0x80) {
      this.byte(value % 0x80 | 0x80);
      value = Math.floor(value / 0x80);
    }
    this.byte(value);
  }

  /** An unsigned LEB128 integer of any size. */
  unsigned64(value: bigint): void {
    while (value >= 0x80n) {
      this.byte(Number(value & 0x7fn) | 0x80);
      value >>= 7n;
    }
    this.byte(Number(value));
  }

  /** A signed LEB128 integer of at most 53 bits. */
  signed(value: number): void {
    while (value < -0x40 || value >= 0x40) {
      const rest = Math.floor(value / 0x80);
      this.byte(value - rest * 0x80 | 0x80);
      value = rest;
    }
    this.byte(value & 0x7f);
  }

  /** A signed LEB128 integer of any size. */
  signed64(value: bigint): void {
    while (value < -0x40n || value >= 0x40n) {
      this.byte(Number(value & 0x7fn) | 0x80);
      value >>= 7n;
    }
    this.byte(Number(value & 0x7fn));
  }

  /** The low `size` bytes of `bits`, lowest first. */
  littleEndian(bits: bigint, size: number): void {
    for (let i = 0; i < size; i++) {
      this.byte(Number(bits & 0xffn));
      bits >>= 8n;
    }
  }

  /** Raw bytes: `source[start]` up to, but not including, `source[end]`. */
  bytes(source: Uint8Array, start: number = 0, end: number = source.length): void {
    const count = end - start;
    this.#reserve(count);
    // measured: a loop beats subarray + set below some 32 bytes, which most operands are
    if (count <= 32) {
      for (let i = start; i < end; i++) this.#bytes[this.#length++] = source[i];
    } else {
      this.#bytes.set(source.subarray(start, end), this.#length);
      this.#length += count;
    }
  }

  /** Raw bytes preceded by their number. */
  sized(source: Uint8Array, start: number = 0, end: number = source.length): void {
    this.unsigned(end - start);
    this.bytes(source, start, end);
  }

  /** A name: its UTF-8 bytes preceded by their number. */
  name(text: string): void {
    this.sized(encoder.encode(text));
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}
