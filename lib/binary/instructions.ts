/**
 * Instructions in the binary format (specification 5.4 "Instructions"): how far one reaches, whatever it means. Driven
 * by the opcode table.
 *
 * @module
 */

import { type Immediate, type Opcode, opcodeOf, prefixed, prefixOf } from "../syntax/opcodes.ts";
import type { TypeReader } from "./type_reader.ts";

const EMPTY_BLOCK = 0x40;
/** Behind the prefix of garbage collection, from here on. */
const FIRST_STRING_OPCODE = 0x80;
/** Set in the alignment field of an access that names its memory. */
const MEMORY_INDEX_FLAG = 0x40;

/** Reads an opcode with its prefix. @throws {CompileError} when no such instruction exists. */
export function readOpcode(reader: TypeReader): Opcode {
  const at = reader.position;
  const byte = reader.u8();
  const code = byte >= 0xfb && byte <= 0xfe ? readPrefixedCode(reader, byte) : byte;
  return opcodeOf(code) ?? reader.fail(invalidOpcode(code), at);
}

/** The code of the instruction behind a prefix byte, which has been read. */
export function readPrefixedCode(reader: TypeReader, prefix: number): number {
  const at = reader.position - 1;
  const number = reader.u32("prefixed opcode index");
  if (number > 0xfff) reader.fail(`Invalid prefixed opcode ${number}`, at);
  return prefixed(prefix, number);
}

/** V8's text for a code that no instruction has. */
export function invalidOpcode(code: number): string {
  if (code < 0x100) return `Invalid opcode 0x${code.toString(16)}`;
  const text = prefixOf(code).toString(16) + (code & 0xfff).toString(16).padStart(2, "0");
  switch (prefixOf(code)) {
    case 0xfb:
      return `invalid ${(code & 0xfff) < FIRST_STRING_OPCODE ? "gc" : "stringref"} opcode: ${text}`;
    case 0xfd:
      return "invalid simd opcode";
    case 0xfe:
      return `invalid atomic opcode: 0x${text}`;
    default:
      return `invalid numeric opcode: 0x${text}`;
  }
}

/** Passes over an expression, its final `end` included. */
export function skipExpression(reader: TypeReader): void {
  for (let depth = 0;;) {
    if (!reader.more) reader.fail("Beyond end of code");
    const opcode = readOpcode(reader);
    for (const immediate of opcode.immediates) skipImmediate(reader, immediate);
    switch (opcode.mnemonic) {
      case "block":
      case "loop":
      case "if":
      case "try":
      case "try_table":
        depth++;
        break;
      case "end":
      case "delegate":
        if (depth-- === 0) return;
    }
  }
}

/** Passes over one immediate. */
export function skipImmediate(reader: TypeReader, immediate: Immediate): void {
  switch (immediate) {
    case "block": {
      const code = reader.peek("block type");
      if (code === EMPTY_BLOCK) reader.position++;
      else if ((code & 0xc0) === 0x40) reader.valueType();
      else reader.i33("block type index");
      return;
    }
    case "labels": {
      for (let count = reader.u32("table count"); count >= 0; count--) reader.u32("branch depth");
      return;
    }
    case "types": {
      for (let count = reader.u32("number of select types"); count > 0; count--) reader.valueType();
      return;
    }
    case "catches": {
      for (let count = reader.u32("catch table length"); count > 0; count--) {
        if (reader.u8() < 2) reader.u32("tag index");
        reader.u32("branch depth");
      }
      return;
    }
    case "heap":
      reader.heapType();
      return;
    case "castflags":
    case "fence":
    case "ordering":
    case "lane2":
    case "lane4":
    case "lane8":
    case "lane16":
      reader.u8();
      return;
    case "i32":
      reader.i32("immi32");
      return;
    case "i64":
      reader.i64("immi64");
      return;
    case "f32":
      return reader.skip(4);
    case "f64":
      return reader.skip(8);
    case "v128":
    case "lanes16":
      return reader.skip(16);
    case "memarg1":
    case "memarg2":
    case "memarg4":
    case "memarg8":
    case "memarg16":
    case "atomic1":
    case "atomic2":
    case "atomic4":
    case "atomic8":
      if (reader.u32("alignment") & MEMORY_INDEX_FLAG) reader.u32("memory index");
      reader.u64("offset");
      return;
    default:
      reader.u32(immediate);
  }
}
