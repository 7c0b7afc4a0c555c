/**
 * One plain instruction: its opcode and immediates from text to bytes (specification 6.5 "Instructions"), as the opcode
 * table lists them.
 *
 * @module
 */

import { ByteWriter } from "../binary/byte_writer.ts";
import { writeHeapType, writeValueType, writeValueTypes } from "../binary/encode_types.ts";
import { decodeWtf8 } from "../binary/wtf8.ts";
import { CODE, type Immediate, type Opcode, OPCODES, prefixOf } from "../syntax/opcodes.ts";
import { heapTypeOf, isNullable, type TypeIndex } from "../syntax/types.ts";
import type { TokenCursor } from "./cursor.ts";
import { TokenKind } from "./lexer.ts";
import {
  parseFloat32,
  parseFloat64,
  parseInteger,
  parseInteger64,
  parseUnsigned64,
} from "./number_literal.ts";
import { IndexSpace, type ModuleScope } from "./scope.ts";
import {
  checkInlineSignature,
  parseHeapType,
  parseReferenceType,
  parseResults,
  parseSignature,
  parseTypeUse,
  takeTypeIndex,
} from "./type.ts";

/** The instructions by keyword; of the two forms that share a keyword, the first. */
export const OPCODE_OF_KEYWORD: ReadonlyMap<string, Opcode> = new Map(
  // the first one of a keyword is set last
  OPCODES.map((opcode): [string, Opcode] => [opcode.mnemonic, opcode]).reverse(),
);

/** The labels that enclose an instruction. */
export class Labels {
  /** Identifiers, innermost last; null for blocks without one. */
  readonly #ids: (string | null)[] = [];
  /** Names for the name section, by the order of the blocks. */
  readonly names: Map<number, string> = new Map();
  #count = 0;

  /** Enters a block. */
  push(id: string | null, name: string | null): void {
    if (name !== null) this.names.set(this.#count, name);
    this.#count++;
    this.#ids.push(id);
  }

  /** Leaves the innermost block. */
  pop(): void {
    this.#ids.pop();
  }

  /** The identifier of the innermost block. */
  get innermost(): string | null {
    return this.#ids.at(-1) ?? null;
  }

  /** Takes a label; its index counts blocks from the innermost. */
  index(cursor: TokenCursor): number {
    if (cursor.kind !== TokenKind.Id) return cursor.u32("a label");
    const place = this.#ids.lastIndexOf(cursor.identifier());
    if (place < 0) throw cursor.error(`unknown label ${cursor.word()}`);
    cursor.at++;
    return this.#ids.length - 1 - place;
  }
}

/** What the instructions of a body can refer to besides the module. */
export class Body {
  /** Parameters and locals. */
  readonly locals: IndexSpace = new IndexSpace("local");
  /** The blocks around the current instruction. */
  readonly labels: Labels = new Labels();
}

/** Writes an opcode. */
export function writeOpcode(out: ByteWriter, code: number): void {
  const prefix = prefixOf(code);
  if (prefix === 0) {
    out.byte(code);
  } else {
    out.byte(prefix);
    out.unsigned(code % 4096);
  }
}

const EMPTY_BLOCK_TYPE = 0x40;

/** Takes instructions' immediates, the opcode's keyword being taken, and writes the instructions in binary form. */
export class InstructionEncoder {
  /** Whether an instruction referred to a data segment, which makes a data count section necessary. */
  refersToData = false;
  /** The string literals so far, with their indices, which are in order. */
  readonly strings: Map<string, number> = new Map();
  readonly #cursor: TokenCursor;
  readonly #scope: ModuleScope;

  /** Reads from `cursor`; indices and identifiers refer to `scope`. */
  constructor(cursor: TokenCursor, scope: ModuleScope) {
    this.#cursor = cursor;
    this.#scope = scope;
  }

  /** One instruction. @throws {WatError} when its immediates are not what the opcode table says */
  instruction(out: ByteWriter, opcode: Opcode, body: Body): void {
    const special = this.#special[opcode.mnemonic];
    if (special !== undefined) return special(out, opcode, body);
    writeOpcode(out, opcode.code);
    let type: TypeIndex = 0;
    for (const immediate of opcode.immediates) {
      if (immediate === "type") out.unsigned(type = this.#scope.types.index(this.#cursor));
      else if (immediate === "field") out.unsigned(this.#field(type));
      else this.#immediate(out, immediate, opcode, body);
    }
  }

  /** The instructions whose text differs from their binary form in more than spelling. */
  readonly #special: Readonly<Record<string, (out: ByteWriter, opcode: Opcode, body: Body) => void>> = {
    "select": (out, { code }) => {
      if (!this.#cursor.isOpen("result")) return writeOpcode(out, code);
      writeOpcode(out, CODE["select"] + 1);
      writeValueTypes(out, parseResults(this.#cursor, this.#scope));
    },
    "ref.test": (out, { code }) => this.#nullableForm(out, code),
    "ref.cast": (out, { code }) => this.#nullableForm(out, code),
    "ref.cast_desc_eq": (out, { code }) => this.#nullableForm(out, code),
    "br_on_cast": (out, { code }, body) => this.#branchOnCast(out, code, body),
    "br_on_cast_fail": (out, { code }, body) => this.#branchOnCast(out, code, body),
    "br_on_cast_desc_eq": (out, { code }, body) => this.#branchOnCast(out, code, body),
    "br_on_cast_desc_eq_fail": (out, { code }, body) => this.#branchOnCast(out, code, body),
    "call_indirect": (out, { code }) => this.#callIndirect(out, code),
    "return_call_indirect": (out, { code }) => this.#callIndirect(out, code),
    "memory.copy": (out, { code }) => this.#copy(out, code, this.#scope.memories),
    "table.copy": (out, { code }) => this.#copy(out, code, this.#scope.tables),
    "memory.init": (out, { code }) => {
      this.refersToData = true;
      this.#init(out, code, this.#scope.memories, this.#scope.data);
    },
    "table.init": (out, { code }) => this.#init(out, code, this.#scope.tables, this.#scope.elements),
  };

  /** The form with the next higher code takes a nullable type. */
  #nullableForm(out: ByteWriter, code: number): void {
    const type = parseReferenceType(this.#cursor, this.#scope);
    writeOpcode(out, isNullable(type) ? code + 1 : code);
    writeHeapType(out, heapTypeOf(type));
  }

  #branchOnCast(out: ByteWriter, code: number, body: Body): void {
    const label = body.labels.index(this.#cursor);
    const from = parseReferenceType(this.#cursor, this.#scope);
    const to = parseReferenceType(this.#cursor, this.#scope);
    writeOpcode(out, code);
    out.byte((isNullable(from) ? 1 : 0) | (isNullable(to) ? 2 : 0));
    out.unsigned(label);
    writeHeapType(out, heapTypeOf(from));
    writeHeapType(out, heapTypeOf(to));
  }

  /** The table stands first in the text and last in the binary. */
  #callIndirect(out: ByteWriter, code: number): void {
    const table = this.#optional(this.#scope.tables);
    const { index } = parseTypeUse(this.#cursor, this.#scope, false);
    writeOpcode(out, code);
    out.unsigned(index);
    out.unsigned(table);
  }

  #copy(out: ByteWriter, code: number, space: IndexSpace): void {
    writeOpcode(out, code);
    const explicit = space.isNext(this.#cursor);
    out.unsigned(explicit ? space.index(this.#cursor) : 0);
    out.unsigned(explicit ? space.index(this.#cursor) : 0);
  }

  /** The destination stands first in the text, when it is there, and last in the binary. */
  #init(out: ByteWriter, code: number, destinations: IndexSpace, segments: IndexSpace): void {
    const cursor = this.#cursor;
    const next = cursor.kindAhead(1);
    const explicit = next === TokenKind.Number || next === TokenKind.Id;
    const destination = explicit ? destinations.index(cursor) : 0;
    writeOpcode(out, code);
    out.unsigned(segments.index(cursor));
    out.unsigned(destination);
  }

  #immediate(
    out: ByteWriter,
    immediate: Exclude<Immediate, "type" | "field">,
    opcode: Opcode,
    body: Body,
  ): void {
    const cursor = this.#cursor;
    const scope = this.#scope;
    switch (immediate) {
      case "block":
        return this.blockType(out);
      case "label":
        return out.unsigned(body.labels.index(cursor));
      case "labels":
        return this.#labels(out, body);
      case "func":
        return out.unsigned(scope.functions.index(cursor));
      case "types":
        return writeValueTypes(out, parseResults(cursor, scope));
      case "local":
        return out.unsigned(body.locals.index(cursor));
      case "global":
        return out.unsigned(scope.globals.index(cursor));
      case "table":
        return out.unsigned(this.#optional(scope.tables));
      case "memory":
        return out.unsigned(this.#optional(scope.memories));
      case "elem":
        return out.unsigned(scope.elements.index(cursor));
      case "data":
        this.refersToData = true;
        return out.unsigned(scope.data.index(cursor));
      case "tag":
        return out.unsigned(scope.tags.index(cursor));
      case "string":
        return out.unsigned(this.#string());
      case "count":
        return out.unsigned(cursor.u32("a count"));
      case "catches":
        return this.#catches(out, body);
      case "heap":
        return writeHeapType(out, parseHeapType(cursor, scope));
      case "castflags":
        throw new Error("an instruction with cast flags that is not encoded as one");
      case "i32":
        return out.signed(this.#integer(32));
      case "i64":
        return this.#i64(out);
      case "f32":
        return this.#f32(out);
      case "f64":
        return this.#f64(out);
      case "v128":
        return this.#v128(out);
      case "lanes16":
        for (let i = 0; i < 16; i++) out.byte(this.#laneIndex());
        return;
      case "lane2":
      case "lane4":
      case "lane8":
      case "lane16":
        return out.byte(this.#laneIndex());
      case "memarg1":
      case "memarg2":
      case "memarg4":
      case "memarg8":
      case "memarg16":
      case "atomic1":
      case "atomic2":
      case "atomic4":
      case "atomic8":
        return this.#memoryArgument(out, opcode);
      case "fence":
        return out.byte(0);
      case "ordering":
        return out.byte(this.#ordering());
      default:
        immediate satisfies never;
    }
  }

  /** The index of a string literal, which is added if it is new. */
  #string(): number {
    const { at } = this.#cursor;
    const bytes = new ByteWriter();
    this.#cursor.string(bytes);
    const string = decodeWtf8(bytes.view(), 0, bytes.length);
    if (string === null) throw this.#cursor.error("malformed WTF-8 encoding", at);
    let index = this.strings.get(string);
    if (index === undefined) this.strings.set(string, index = this.strings.size);
    return index;
  }

  /** An index that may be left out when it is 0. */
  #optional(space: IndexSpace): number {
    return space.isNext(this.#cursor) ? space.index(this.#cursor) : 0;
  }

  #field(type: TypeIndex): number {
    const fields = this.#scope.fields.get(type);
    if (fields !== undefined) return fields.index(this.#cursor);
    return new IndexSpace("field").index(this.#cursor);
  }

  /** A block type: nothing, one result, or a type (6.5.3). */
  blockType(out: ByteWriter): void {
    const cursor = this.#cursor;
    const start = cursor.at;
    const index = takeTypeIndex(cursor, this.#scope);
    const { type: { params, results } } = parseSignature(cursor, this.#scope, false);
    if (index !== null) {
      checkInlineSignature(cursor, this.#scope, index, params, results, start);
      out.signed(index);
    } else if (params.length > 0 || results.length > 1) {
      out.signed(this.#scope.functionType(params, results));
    } else if (results.length === 1) {
      writeValueType(out, results[0]);
    } else {
      out.byte(EMPTY_BLOCK_TYPE);
    }
  }

  #labels(out: ByteWriter, body: Body): void {
    const labels: number[] = [];
    do labels.push(body.labels.index(this.#cursor)); while (
      this.#cursor.kind === TokenKind.Number || this.#cursor.kind === TokenKind.Id
    );
    out.unsigned(labels.length - 1);
    for (const label of labels) out.unsigned(label);
  }

  #catches(out: ByteWriter, body: Body): void {
    const cursor = this.#cursor;
    const handlers: [code: number, tag: number | null, label: number][] = [];
    for (;;) {
      const code = CATCHES.findIndex((keyword) => cursor.takeOpen(keyword));
      if (code < 0) break;
      const tag = code < 2 ? this.#scope.tags.index(cursor) : null;
      handlers.push([code, tag, body.labels.index(cursor)]);
      cursor.expectClose();
    }
    out.unsigned(handlers.length);
    for (const [code, tag, label] of handlers) {
      out.byte(code);
      if (tag !== null) out.unsigned(tag);
      out.unsigned(label);
    }
  }

  #integer(bits: number): number {
    const cursor = this.#cursor;
    const what = `an i${bits} number`;
    if (cursor.kind !== TokenKind.Number) throw cursor.expected(what);
    const value = parseInteger(cursor.text, cursor.start(), cursor.end(), bits);
    if (typeof value === "string") throw cursor.literalError(value, what);
    cursor.at++;
    return value;
  }

  #integer64(): bigint {
    const cursor = this.#cursor;
    const what = "an i64 number";
    if (cursor.kind !== TokenKind.Number) throw cursor.expected(what);
    const value = parseInteger64(cursor.text, cursor.start(), cursor.end());
    if (typeof value === "string") throw cursor.literalError(value, what);
    cursor.at++;
    return value;
  }

  #i64(out: ByteWriter): void {
    const { text, kind } = this.#cursor;
    const start = this.#cursor.start();
    const end = this.#cursor.end();
    if (kind === TokenKind.Number && end - start <= 10) {
      // most constants are small: no BigInt
      const value = parseInteger(text, start, end, 64);
      if (typeof value === "number") {
        this.#cursor.at++;
        return out.signed(value);
      }
    }
    out.signed64(this.#integer64());
  }

  #f32(out: ByteWriter): void {
    const bits = parseFloat32(this.#floatLiteral("an f32 number"));
    if (typeof bits === "string") throw this.#cursor.literalError(bits, "an f32 number");
    this.#cursor.at++;
    out.littleEndian(BigInt(bits), 4);
  }

  #f64(out: ByteWriter): void {
    const bits = parseFloat64(this.#floatLiteral("an f64 number"));
    if (typeof bits === "string") throw this.#cursor.literalError(bits, "an f64 number");
    this.#cursor.at++;
    out.littleEndian(bits, 8);
  }

  #floatLiteral(what: string): string {
    const { kind } = this.#cursor;
    // inf and nan look like keywords
    if (kind !== TokenKind.Number && kind !== TokenKind.Keyword) throw this.#cursor.expected(what);
    return this.#cursor.word();
  }

  #v128(out: ByteWriter): void {
    const cursor = this.#cursor;
    const shape = cursor.kind === TokenKind.Keyword ? LANES.get(cursor.word()) : undefined;
    if (shape === undefined) throw cursor.expected("a vector shape");
    cursor.at++;
    for (let i = 0; i < shape.count; i++) {
      switch (shape.lane) {
        case "i8":
          out.littleEndian(BigInt(this.#integer(8)), 1);
          break;
        case "i16":
          out.littleEndian(BigInt(this.#integer(16)), 2);
          break;
        case "i32":
          out.littleEndian(BigInt(this.#integer(32)), 4);
          break;
        case "i64":
          out.littleEndian(this.#integer64(), 8);
          break;
        case "f32":
          this.#f32(out);
          break;
        case "f64":
          this.#f64(out);
      }
    }
  }

  #laneIndex(): number {
    const at = this.#cursor.at;
    const lane = this.#cursor.u32("a lane index");
    if (lane > 255) throw this.#cursor.error(`lane index out of range: ${lane}`, at);
    return lane;
  }

  /** `memory? offset=N? align=N?` (6.5.7). */
  #memoryArgument(out: ByteWriter, { accessWidth, immediates }: Opcode): void {
    const cursor = this.#cursor;
    const laneFollows = immediates.length > 1;
    const explicit = this.#scope.memories.isNext(cursor) && !(laneFollows && this.#isLaneNext());
    const memory = explicit ? this.#scope.memories.index(cursor) : 0;
    const offset = this.#assignment("offset=") ?? 0n;
    const at = cursor.at;
    const log2 = Math.log2(Number(this.#assignment("align=") ?? accessWidth));
    if (!Number.isInteger(log2)) {
      throw cursor.error(`expected a power of two as alignment, found "${cursor.word(at)}"`, at);
    }
    out.unsigned(log2 + (memory === 0 ? 0 : 64));
    if (memory !== 0) out.unsigned(memory);
    out.unsigned64(offset);
  }

  /** Whether the next number is a lane index: nothing of a memory argument or another lane follows it. */
  #isLaneNext(): boolean {
    const cursor = this.#cursor;
    if (cursor.kind !== TokenKind.Number) return false;
    if (cursor.kindAhead(1) === TokenKind.Number) return false;
    const next = cursor.start(cursor.at + 1);
    return !cursor.text.startsWith("offset=", next) && !cursor.text.startsWith("align=", next);
  }

  /** The number after a prefix such as `offset=`, or null when the next token has not that prefix. */
  #assignment(prefix: string): bigint | null {
    const cursor = this.#cursor;
    if (cursor.kind !== TokenKind.Keyword || !cursor.text.startsWith(prefix, cursor.start())) return null;
    const value = parseUnsigned64(cursor.text, cursor.start() + prefix.length, cursor.end());
    if (typeof value === "string") throw cursor.literalError(value, `"${prefix}" and a number`);
    cursor.at++;
    return value;
  }

  #ordering(): number {
    if (this.#cursor.takeKeyword("seq_cst")) return 0;
    if (this.#cursor.takeKeyword("acq_rel")) return 1;
    throw this.#cursor.expected('"seq_cst" or "acq_rel"');
  }
}

/** Handlers of `try_table` by their codes. */
const CATCHES = ["catch", "catch_ref", "catch_all", "catch_all_ref"];

/** Vector shapes by keyword. */
const LANES: ReadonlyMap<string, { lane: "i8" | "i16" | "i32" | "i64" | "f32" | "f64"; count: number }> =
  new Map([
    ["i8x16", { lane: "i8", count: 16 }],
    ["i16x8", { lane: "i16", count: 8 }],
    ["i32x4", { lane: "i32", count: 4 }],
    ["i64x2", { lane: "i64", count: 2 }],
    ["f32x4", { lane: "f32", count: 4 }],
    ["f64x2", { lane: "f64", count: 2 }],
  ]);
