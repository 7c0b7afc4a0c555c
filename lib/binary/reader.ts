/**
 * A cursor over a module's bytes. Every failure is a CompileError with V8's text and the offset of the byte that is
 * wrong (specification 5.2 "Values").
 *
 * @module
 */

import { compileErrorAt } from "../syntax/errors.ts";
import { decodeUtf8 } from "./utf8.ts";

/** Reads `bytes[position]` up to, not including, `bytes[end]`. */
export class Reader {
  /** The bytes that offsets refer to. */
  bytes: Uint8Array;
  /** Offset of the next byte, from the start of the module. */
  position: number;
  /** Offset behind the last byte that may be read. */
  end: number;

  /** A reader of `bytes` from `start` to `end`. */
  constructor(bytes: Uint8Array, start: number = 0, end: number = bytes.length) {
    this.bytes = bytes;
    this.position = start;
    this.end = end;
  }

  /** Ends reading with an error. @throws {CompileError} always. */
  fail(message: string, offset: number = this.position): never {
    throw compileErrorAt(message, offset);
  }

  /** Whether bytes are left. */
  get more(): boolean {
    return this.position < this.end;
  }

  /** One byte. */
  u8(): number {
    if (this.position >= this.end) this.fail("expected 1 bytes, fell off end");
    return this.bytes[this.position++];
  }

  /** The next byte, which stays to be read. `name` is the error's text. */
  peek(name: string): number {
    if (this.position >= this.end) this.fail(name);
    return this.bytes[this.position];
  }

  /** Four bytes, little-endian, as an unsigned number. */
  fixed32(): number {
    const at = this.position;
    this.skip(4);
    const { bytes } = this;
    return (bytes[at] | bytes[at + 1] << 8 | bytes[at + 2] << 16 | bytes[at + 3] << 24) >>> 0;
  }

  /** Passes over `count` bytes. */
  skip(count: number): void {
    if (count > this.end - this.position) this.fail(`expected ${count} bytes, fell off end`);
    this.position += count;
  }

  /** An unsigned LEB128 number below 2^32. `name` says what it is in messages. */
  u32(name: string): number {
    const { bytes, position } = this;
    if (position < this.end) {
      const byte = bytes[position];
      if (byte < 0x80) {
        this.position = position + 1;
        return byte;
      }
    }
    return this.#varint(name, 5, 0x70, false);
  }

  /** A signed LEB128 number of 32 bits. */
  i32(name: string): number {
    return this.#varint(name, 5, 0x78, true) | 0;
  }

  /** A signed LEB128 number of 33 bits. */
  i33(name: string): number {
    return this.#varint(name, 5, 0x70, true);
  }

  /** Passes over a signed LEB128 number of 32 bits. */
  skipI32(name: string): void {
    this.#skipVarint(name, 5, 0x78);
  }

  /** Passes over a signed LEB128 number of 64 bits. */
  skipI64(name: string): void {
    this.#skipVarint(name, 10, 0x7f);
  }

  #skipVarint(name: string, maximumLength: number, extra: number): void {
    const last = this.position + maximumLength - 1;
    for (;; this.position++) {
      const byte = this.#varintByte(name, last);
      if (this.position === last) this.#checkExtraBits(byte, extra, true);
      if (byte < 0x80) {
        this.position++;
        return;
      }
    }
  }

  /** An unsigned LEB128 number below 2^64. */
  u64(name: string): bigint {
    return this.#varint64(name, false);
  }

  /** An unsigned LEB128 number below 2^64, rounded to a double. */
  approximateU64(name: string): number {
    return this.#varint(name, 10, 0x7e, false);
  }

  /** A signed LEB128 number of 64 bits. */
  i64(name: string): bigint {
    return this.#varint64(name, true);
  }

  /**
   * Up to `maximumLength` bytes. `extra` are the bits of the last possible byte that lie beyond the number's width (with the
   * sign bit, for a signed number): they must be zero, or copies of the sign.
   */
  #varint(name: string, maximumLength: number, extra: number, signed: boolean): number {
    let result = 0;
    let scale = 1;
    const last = this.position + maximumLength - 1;
    for (;; this.position++, scale *= 128) {
      const byte = this.#varintByte(name, last);
      if (this.position === last) this.#checkExtraBits(byte, extra, signed);
      result += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        this.position++;
        return signed && (byte & 0x40) !== 0 ? result - scale * 128 : result;
      }
    }
  }

  #varint64(name: string, signed: boolean): bigint {
    let result = 0n;
    let shift = 0n;
    const last = this.position + 9;
    for (;; this.position++, shift += 7n) {
      const byte = this.#varintByte(name, last);
      if (this.position === last) this.#checkExtraBits(byte, signed ? 0x7f : 0x7e, signed);
      result |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) {
        this.position++;
        return signed ? BigInt.asIntN(64, byte & 0x40 ? result - (128n << shift) : result) : result;
      }
    }
  }

  #varintByte(name: string, last: number): number {
    if (this.position >= this.end) this.fail(`reached end while decoding ${name}`);
    const byte = this.bytes[this.position];
    if (this.position === last && byte >= 0x80) this.fail(`length overflow while decoding ${name}`);
    return byte;
  }

  #checkExtraBits(byte: number, extra: number, signed: boolean): void {
    const bits = byte & extra;
    if (bits !== 0 && !(signed && bits === extra)) this.fail("extra bits in varint");
  }

  /** A vector's length, at most `maximum`. */
  count(name: string, maximum: number): number {
    const at = this.position;
    const count = this.u32(name);
    if (count > maximum) this.fail(`${name} of ${count} exceeds internal limit of ${maximum}`, at);
    return count;
  }

  /** A length-prefixed UTF-8 name. */
  name(what: string): string {
    const length = this.u32("length");
    const start = this.position;
    this.skip(length);
    return decodeUtf8(this.bytes, start, this.position) ??
      this.fail(`${what}: no valid UTF-8 string`, start);
  }
}
