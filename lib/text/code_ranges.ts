/**
 * Bodies, expressions and data of a module, while its text is read.
 *
 * @module
 */

import { ByteWriter } from "../binary/byte_writer.ts";
import type { ByteRange } from "../syntax/module.ts";
import { CODE } from "../syntax/opcodes.ts";
import type { AddressType, FunctionIndex } from "../syntax/types.ts";
import { writeOpcode } from "./immediate.ts";
import type { InstructionParser } from "./instruction.ts";

/** A byte range whose bytes come when all of them are written. */
export interface PendingRange extends ByteRange {
  bytes: Uint8Array;
}

const NO_BYTES = new Uint8Array(0);

/** What a module's byte ranges are written into, one after the other. */
export class CodeRanges {
  readonly bytes = new ByteWriter(4096);
  readonly #ranges: PendingRange[] = [];
  readonly #instructions: InstructionParser;

  /** None yet; expressions are read by `instructions`. */
  constructor(instructions: InstructionParser) {
    this.#instructions = instructions;
  }

  /** What was written from `start` on. */
  from(start: number): PendingRange {
    const range = { bytes: NO_BYTES, start, end: this.bytes.length };
    this.#ranges.push(range);
    return range;
  }

  /** An expression up to the next closing parenthesis. */
  expression(): PendingRange {
    const start = this.bytes.length;
    this.#instructions.expression(this.bytes);
    return this.from(start);
  }

  /** An expression that is one folded instruction. */
  foldedExpression(): PendingRange {
    const start = this.bytes.length;
    this.#instructions.foldedExpression(this.bytes);
    return this.from(start);
  }

  /** A constant 0 of an address type. */
  zero(addressType: AddressType): PendingRange {
    const start = this.bytes.length;
    writeOpcode(this.bytes, CODE[`${addressType}.const`]);
    this.bytes.signed(0);
    writeOpcode(this.bytes, CODE["end"]);
    return this.from(start);
  }

  /** A reference to a function. */
  functionReference(index: FunctionIndex): PendingRange {
    const start = this.bytes.length;
    writeOpcode(this.bytes, CODE["ref.func"]);
    this.bytes.unsigned(index);
    writeOpcode(this.bytes, CODE["end"]);
    return this.from(start);
  }

  /** Gives all ranges their bytes. */
  finish(): void {
    const bytes = this.bytes.view().slice();
    for (const range of this.#ranges) range.bytes = bytes;
  }
}
