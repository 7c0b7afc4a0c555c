/**
 * The validation algorithm's two stacks, operands and control frames, over a reader of the code (specification appendix
 * 7.3 "Validation Algorithm").
 *
 * @module
 */

import { readOpcode } from "../binary/instructions.ts";
import { TypeReader } from "../binary/type_reader.ts";
import type { Opcode } from "../syntax/opcodes.ts";
import { BOTTOM, type FunctionType, isReference, type ValueType } from "../syntax/types.ts";
import type { Environment } from "./environment.ts";
import { BOTTOM_REFERENCE, operandMatches, operandTypeName } from "./operand_types.ts";

/** What opened a control frame. */
export const FrameKind = {
  Function: 0,
  Block: 1,
  Loop: 2,
  If: 3,
  Else: 4,
  Try: 5,
  Catch: 6,
  CatchAll: 7,
  TryTable: 8,
} as const;
/** A member of {@linkcode FrameKind}. */
export type FrameKind = typeof FrameKind[keyof typeof FrameKind];

/** Most operands a function may have on its stack: 16 MiB of types, which no compiler comes near. */
const MAX_OPERANDS = 4_000_000;
/** Instructions on the fast path push this many operands at most before capacity is looked at again. */
export const STACK_SLACK = 8;

/** Integers per control frame in {@linkcode OperandStack}'s frames. */
const STRIDE = 6;
const KIND = 0;
const BASE = 1;
const UNREACHABLE = 2;
const INITIALIZED = 3;
const START = 4;
/** The serial number of the last `br_table` that checked the frame's label. */
const CHECKED = 5;

/** A validation rule: what follows the opcode, and what the instruction does to the stacks. */
export type Rule = (stack: OperandStack, opcode: Opcode) => void;
/** Rules by mnemonic. */
export type Rules = Readonly<Record<string, Rule>>;

/**
 * Operands and control frames. Operand types are packed integers on typed arrays, so that nothing is allocated per
 * instruction.
 */
export class OperandStack extends TypeReader {
  /** The module in work. */
  readonly environment: Environment;
  /** Offset of the opcode of the instruction in work. */
  at = 0;
  /** Whether a constant expression is validated. */
  constant = false;
  /** Number of globals an expression may name. */
  globalCount = 0;
  /** Whether the function, or the place the constant goes to, is shared: then it may only use what is shared. */
  sharedContext = false;
  /** Types of the operands, bottom to top. */
  operands: Int32Array = new Int32Array(256);
  /** By operand, the offset of the instruction that pushed it. */
  origins: Int32Array = new Int32Array(256);
  /** Number of operands. */
  height = 0;
  /** Height at the entry of the innermost frame. */
  base = 0;
  /** Whether the rest of the innermost frame is unreachable. */
  unreachable = false;
  /** Number of control frames. */
  depth = 0;
  /** Number of locals set so far, of those that need it. */
  initializedCount = 0;
  #frames = new Int32Array(64 * STRIDE);
  #signatures: FunctionType[] = [];
  #tables = 0;

  /** Empty stacks over the code of the environment's module. */
  constructor(environment: Environment) {
    const { module, features, types } = environment;
    super(module.bytes, features, types.length);
    this.environment = environment;
  }

  /** Ends with an error at the instruction in work. @throws {CompileError} always. */
  failHere(message: string): never {
    throw this.fail(message, this.at);
  }

  /** Empties both stacks. */
  reset(): void {
    this.height =
      this.base =
      this.depth =
      this.initializedCount =
        0;
    this.unreachable = false;
  }

  // Operands

  /** Pushes an operand. */
  push(type: ValueType): void {
    if (this.height + STACK_SLACK >= this.operands.length) this.grow(1);
    this.operands[this.height] = type;
    this.origins[this.height++] = this.at;
  }

  /** Pushes operands, the last on top. */
  pushAll(types: readonly ValueType[]): void {
    this.grow(types.length);
    for (let i = 0; i < types.length; i++) {
      this.operands[this.height] = types[i];
      this.origins[this.height++] = this.at;
    }
  }

  /** Makes room for `count` more operands and the slack. */
  grow(count: number): void {
    const needed = this.height + count + STACK_SLACK;
    if (needed < this.operands.length) return;
    if (needed > MAX_OPERANDS) this.failHere(`more than ${MAX_OPERANDS} operands on the stack`);
    const operands = new Int32Array(needed * 2);
    operands.set(this.operands);
    this.operands = operands;
    const origins = new Int32Array(needed * 2);
    origins.set(this.origins);
    this.origins = origins;
  }

  /**
   * Makes sure that the innermost frame holds `count` operands: in unreachable code missing ones come out of nowhere,
   * below those that are there.
   */
  ensure(count: number): void {
    const present = this.height - this.base;
    if (present >= count) return;
    if (!this.unreachable) {
      this.failHere(
        `not enough arguments on the stack for ${
          this.instructionName(this.at)
        } (need ${count}, got ${present})`,
      );
    }
    const missing = count - present;
    this.grow(missing);
    const { operands, origins, base } = this;
    operands.copyWithin(base + missing, base, this.height);
    origins.copyWithin(base + missing, base, this.height);
    operands.fill(BOTTOM, base, base + missing);
    origins.fill(this.at, base, base + missing);
    this.height += missing;
  }

  /** The type of the operand `below` places under the top; `ensure` comes before. */
  peekOperand(below: number): ValueType {
    return this.operands[this.height - 1 - below];
  }

  /** Checks operand `index` of the instruction, `below` places under the top. */
  check(index: number, below: number, expected: ValueType): void {
    const slot = this.height - 1 - below;
    const actual = this.operands[slot];
    if (actual !== expected && !this.matches(actual, expected)) {
      this.operandError(index, below, operandTypeName(expected));
    }
  }

  /** Fails over operand `index`, which should have been an `expected`. @throws {CompileError} always. */
  operandError(index: number, below: number, expected: string): never {
    const slot = this.height - 1 - below;
    const name = this.instructionName(this.at);
    const found = this.instructionName(this.origins[slot]);
    const type = operandTypeName(this.operands[slot]);
    this.fail(
      `${name}[${index}] expected type ${expected}, found ${found} of type ${type}`,
      this.origins[slot],
    );
  }

  /** Takes away `count` operands. */
  drop(count: number): void {
    this.height -= count;
  }

  /** Pops one operand of any type; `index` is its place among the instruction's operands. */
  popAny(): ValueType {
    this.ensure(1);
    return this.operands[--this.height];
  }

  /** Pops one operand. */
  pop(expected: ValueType, index: number = 0): void {
    this.ensure(1);
    this.check(index, 0, expected);
    this.height--;
  }

  /** Pops operands, the last type on top. */
  popAll(types: readonly ValueType[]): void {
    const count = types.length;
    this.ensure(count);
    for (let i = 0; i < count; i++) this.check(i, count - 1 - i, types[i]);
    this.height -= count;
  }

  /** Pops a reference; `what` names what is expected in the message. Gives BOTTOM_REFERENCE in unreachable code. */
  popReference(index: number = 0, what: string = "reference type"): ValueType {
    this.ensure(1);
    const type = this.peekOperand(0);
    if (type !== BOTTOM && !isReference(type)) this.operandError(index, 0, what);
    this.height--;
    return type === BOTTOM ? BOTTOM_REFERENCE : type;
  }

  /** Passes over a floating point constant of `size` bytes. */
  skipFloat(size: number): void {
    if (size > this.end - this.position) this.fail(`immf${size * 8}`);
    this.position += size;
  }

  /** Whether an operand type is accepted for another, in this module. */
  matches(actual: ValueType, expected: ValueType): boolean {
    return operandMatches(actual, expected, this.environment.types);
  }

  /** The mnemonic of the instruction at an offset. */
  instructionName(at: number): string {
    if (at >= this.end) return "<end>";
    const { position } = this;
    this.position = at;
    try {
      return readOpcode(this).mnemonic;
    } finally {
      this.position = position;
    }
  }

  // Control frames

  /** Opens a frame; its parameters have been popped. */
  pushFrame(kind: FrameKind, signature: FunctionType): void {
    const frame = this.depth * STRIDE;
    if (frame === this.#frames.length) {
      const frames = new Int32Array(this.#frames.length * 2);
      frames.set(this.#frames);
      this.#frames = frames;
    }
    const frames = this.#frames;
    if (this.depth > 0) frames[frame - STRIDE + UNREACHABLE] = this.unreachable ? 1 : 0;
    frames[frame + KIND] = kind;
    frames[frame + BASE] = this.height;
    frames[frame + INITIALIZED] = this.initializedCount;
    frames[frame + START] = this.at;
    frames[frame + CHECKED] = 0;
    this.#signatures[this.depth++] = signature;
    this.base = this.height;
    this.unreachable = false;
    this.pushAll(signature.params);
  }

  /** Closes the innermost frame and drops its operands; its results are to be pushed. */
  popFrame(): void {
    this.height = this.base;
    this.depth--;
    if (this.depth === 0) return;
    const frame = (this.depth - 1) * STRIDE;
    this.base = this.#frames[frame + BASE];
    this.unreachable = this.#frames[frame + UNREACHABLE] === 1;
  }

  /** Goes on with the innermost frame as another kind (else, catch), with nothing on its stack. */
  restartFrame(kind: FrameKind): void {
    this.#frames[(this.depth - 1) * STRIDE + KIND] = kind;
    this.height = this.base;
    this.unreachable = false;
  }

  /** The rest of the innermost frame cannot be reached. */
  setUnreachable(): void {
    this.height = this.base;
    this.unreachable = true;
  }

  /** The kind of the frame `label` frames out from the innermost. */
  frameKind(label: number = 0): FrameKind {
    return this.#frames[(this.depth - 1 - label) * STRIDE + KIND] as FrameKind;
  }

  /** Offset of the instruction that opened the innermost frame. */
  frameStart(): number {
    return this.#frames[(this.depth - 1) * STRIDE + START];
  }

  /** How many locals were initialized when the innermost frame was opened. */
  frameInitializedCount(): number {
    return this.#frames[(this.depth - 1) * STRIDE + INITIALIZED];
  }

  /** The type of the frame `label` frames out. */
  frameSignature(label: number = 0): FunctionType {
    return this.#signatures[this.depth - 1 - label];
  }

  /** What a branch to the frame `label` frames out takes along. */
  labelTypes(label: number): readonly ValueType[] {
    const signature = this.frameSignature(label);
    return this.frameKind(label) === FrameKind.Loop ? signature.params : signature.results;
  }

  /** The types of what the function, or the expression, returns. */
  returnTypes(): readonly ValueType[] {
    return this.#signatures[0].results;
  }

  /** A branch depth immediate. */
  readLabel(): number {
    const at = this.position;
    const label = this.u32("branch depth");
    if (label >= this.depth) this.fail(`invalid branch depth: ${label}`, at);
    return label;
  }

  /** Starts a `br_table`, so that each label is checked once in it. */
  startTable(): void {
    this.#tables++;
  }

  /** Whether this `br_table` meets the label for the first time. */
  firstInTable(label: number): boolean {
    const slot = (this.depth - 1 - label) * STRIDE + CHECKED;
    if (this.#frames[slot] === this.#tables) return false;
    this.#frames[slot] = this.#tables;
    return true;
  }

  /** Checks the operands on top against the types of a label; `merge` names it in messages. */
  checkBranch(types: readonly ValueType[], merge: "branch" | "return"): void {
    const arity = types.length;
    const present = this.height - this.base;
    if (present < arity && !this.unreachable) this.#countError(arity, merge, present);
    this.#checkMerge(types, Math.min(arity, present), merge);
  }

  /** Checks that the innermost frame ends with exactly its results. */
  checkFallthrough(types: readonly ValueType[], merge: "fallthru" | "constant expression"): void {
    const arity = types.length;
    const present = this.height - this.base;
    if (present > arity || (present < arity && !this.unreachable)) this.#countError(arity, merge, present);
    this.#checkMerge(types, present, merge);
  }

  #checkMerge(types: readonly ValueType[], present: number, merge: string): void {
    const arity = types.length;
    for (let i = arity - present; i < arity; i++) {
      const actual = this.operands[this.height - arity + i];
      if (actual !== types[i] && !this.matches(actual, types[i])) {
        const expected = operandTypeName(types[i]);
        if (arity === 1) this.operandError(0, 0, expected);
        this.failHere(`type error in ${merge}[${i}] (expected ${expected}, got ${operandTypeName(actual)})`);
      }
    }
  }

  #countError(arity: number, merge: string, present: number): never {
    this.failHere(`expected ${arity} elements on the stack for ${merge}, found ${present}`);
  }

  /** After a conditional branch the operands have the label's types (they may have had subtypes of them). */
  retype(types: readonly ValueType[]): void {
    const arity = types.length;
    if (arity === 0) return;
    this.ensure(arity);
    for (let i = 0; i < arity; i++) this.operands[this.height - arity + i] = types[i];
  }

  /** Fails unless values of types `actual` may go where `expected` go. */
  checkTypes(actual: readonly ValueType[], expected: readonly ValueType[], what: string): void {
    const ok = actual.length === expected.length &&
      actual.every((type, i) => this.matches(type, expected[i]));
    if (!ok) {
      const list = (types: readonly ValueType[]) => `[${types.map(operandTypeName).join(" ")}]`;
      this.failHere(`type error in ${what} (expected ${list(expected)}, got ${list(actual)})`);
    }
  }
}
