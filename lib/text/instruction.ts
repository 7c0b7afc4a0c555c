/**
 * Sequences of instructions, flat and folded, from text to bytes (specification 6.5.2 "Control Instructions", 6.5.12
 * "Folded Instructions"). Nesting is kept on a stack of its own: its depth is the text's, not the host's.
 *
 * @module
 */

import { ByteWriter } from "../binary/byte_writer.ts";
import { CODE, type Opcode } from "../syntax/opcodes.ts";
import type { BodyMetadata } from "./code_metadata.ts";
import type { Binding, TokenCursor } from "./cursor.ts";
import { Body, InstructionEncoder, OPCODE_OF_KEYWORD, writeOpcode } from "./immediate.ts";
import type { InstructionPositions } from "./instruction_positions.ts";
import { TokenKind } from "./lexer.ts";
import { unknownOperator } from "./unknown_operator.ts";
import type { ModuleScope } from "./scope.ts";

const BLOCK = CODE["block"];
const LOOP = CODE["loop"];
const IF = CODE["if"];
const ELSE = CODE["else"];
const END = CODE["end"];
const TRY = CODE["try"];
const CATCH = CODE["catch"];
const CATCH_ALL = CODE["catch_all"];
const DELEGATE = CODE["delegate"];
const TRY_TABLE = CODE["try_table"];

/** What the parser is inside of. */
const Frame = {
  /** The whole sequence; the parenthesis that closes it is the caller's. */
  Sequence: 0,
  /** `block ... end` and the like, without parentheses. */
  Flat: 1,
  /** `(i32.add ...)`: operands, then the instruction. */
  Operands: 2,
  /** `(block ...)`, `(loop ...)`, `(try_table ...)`. */
  Folded: 3,
  /** `(if ...)`: condition, `(then ...)`, `(else ...)`. */
  FoldedIf: 4,
  /** `(try ...)`: `(do ...)`, handlers. */
  FoldedTry: 5,
  /** `(then ...)`, `(else ...)`, `(do ...)`, `(catch ...)`, `(catch_all ...)`. */
  Clause: 6,
} as const;

/** Parser of instruction sequences of one module. */
export class InstructionParser {
  readonly #cursor: TokenCursor;
  readonly #encoder: InstructionEncoder;
  #out: ByteWriter = new ByteWriter();
  #body: Body = new Body();
  #metadata: BodyMetadata | null = null;
  /** Kinds of the frames around the next instruction, innermost last. */
  readonly #frames: number[] = [];
  /**
   * By frame. Operands and the condition of an `if`: where the waiting instruction starts in `#waiting`. Otherwise the
   * opcode of the clause that was read last: `if`, `else`, `try`, `catch`, ...
   */
  readonly #states: number[] = [];
  /** Bindings of the labels of folded `if`s whose condition is being read. */
  readonly #ifLabels: Binding[] = [];
  /** Instructions that wait for their operands. */
  readonly #waiting = new ByteWriter();

  readonly #positions: InstructionPositions | null;
  /** By where instructions wait, where they start in the text; only when somebody wants to know. */
  readonly #waitingPositions = new Map<number, number>();
  /** Where the keyword that was looked up last starts in the text. */
  #keywordStart = 0;

  /** Reads from `cursor`; indices and identifiers refer to `scope`; tells `positions` where instructions stand. */
  constructor(cursor: TokenCursor, scope: ModuleScope, positions: InstructionPositions | null = null) {
    this.#cursor = cursor;
    this.#encoder = new InstructionEncoder(cursor, scope);
    this.#positions = positions;
  }

  /** Whether an instruction so far referred to a data segment. */
  get refersToData(): boolean {
    return this.#encoder.refersToData;
  }

  /** The string literals of the instructions so far. */
  get strings(): string[] {
    return [...this.#encoder.strings.keys()];
  }

  /**
   * An expression, its end included: instructions up to the parenthesis that closes what they stand in. Annotations are left
   * where they are without `metadata` to take them.
   */
  expression(out: ByteWriter, body: Body = new Body(), metadata: BodyMetadata | null = null): void {
    this.#run(out, body, metadata, false);
    this.#positions?.add(out.length, this.#cursor.start());
    out.byte(END);
  }

  /** An expression that is written as one folded instruction. */
  foldedExpression(out: ByteWriter): void {
    if (this.#cursor.kind !== TokenKind.Open) throw this.#cursor.expected("an instruction in parentheses");
    this.#run(out, new Body(), null, true);
    out.byte(END);
  }

  #run(out: ByteWriter, body: Body, metadata: BodyMetadata | null, single: boolean): void {
    const cursor = this.#cursor;
    this.#out = out;
    this.#body = body;
    this.#metadata = metadata;
    this.#frames.length = 0;
    this.#states.length = 0;
    this.#enter(Frame.Sequence, BLOCK);
    do {
      const frame = this.#frames[this.#frames.length - 1];
      const { kind } = cursor;
      if (metadata !== null && cursor.hasAnnotations) metadata.take();
      if (kind === TokenKind.Keyword && acceptsFlat(frame)) this.#flat();
      else if (kind === TokenKind.Open) this.#open(frame);
      else if (kind === TokenKind.Close && frame === Frame.Sequence) return metadata?.expectNone();
      else if (kind === TokenKind.Close && frame !== Frame.Flat) this.#close(frame);
      else if (kind === TokenKind.End && frame === Frame.Sequence) return metadata?.expectNone();
      else throw cursor.expected(this.#wanted(frame));
    } while (!single || this.#frames.length > 1);
  }

  #enter(frame: number, state: number): void {
    this.#frames.push(frame);
    this.#states.push(state);
  }

  #leave(): void {
    this.#frames.pop();
    this.#states.pop();
  }

  /** State of the innermost frame. */
  get #state(): number {
    return this.#states[this.#states.length - 1];
  }
  set #state(state: number) {
    this.#states[this.#states.length - 1] = state;
  }

  #wanted(frame: number): string {
    switch (frame) {
      case Frame.Operands:
        return 'an operand in parentheses or ")"';
      case Frame.FoldedIf:
        return this.#ifWaits() ? 'a condition in parentheses or "(then"' : '"(else" or ")"';
      case Frame.FoldedTry:
        return this.#state === TRY ? '"(do"' : '"(catch", "(catch_all", "(delegate" or ")"';
      case Frame.Flat:
        return 'an instruction or "end"';
      default:
        return "an instruction";
    }
  }

  /** The instruction whose keyword is next. */
  #opcode(): Opcode {
    const opcode = OPCODE_OF_KEYWORD.get(this.#cursor.word());
    if (opcode === undefined) throw unknownOperator(this.#cursor);
    this.#keywordStart = this.#cursor.start();
    return opcode;
  }

  #flat(): void {
    const cursor = this.#cursor;
    const opcode = this.#opcode();
    switch (opcode.code) {
      case BLOCK:
      case LOOP:
      case IF:
      case TRY:
      case TRY_TABLE: {
        cursor.at++;
        const label = cursor.binding();
        this.#write(opcode);
        this.#body.labels.push(label.id, label.name);
        return this.#enter(Frame.Flat, opcode.code);
      }
      case ELSE:
      case CATCH:
      case CATCH_ALL:
      case DELEGATE:
      case END:
        if (this.#frames.at(-1) !== Frame.Flat || !follows(opcode.code, this.#state)) {
          throw cursor.expected(this.#wanted(this.#frames.at(-1)!));
        }
        this.#metadata?.expectNone();
        cursor.at++;
        if (opcode.code === DELEGATE) return this.#delegate(opcode);
        if (opcode.code === CATCH || opcode.code === CATCH_ALL) {
          this.#encoder.instruction(this.#out, opcode, this.#body);
        } else {
          this.#checkLabel();
          this.#positions?.add(this.#out.length, this.#keywordStart);
          writeOpcode(this.#out, opcode.code);
        }
        if (opcode.code !== END) {
          this.#state = opcode.code;
          return;
        }
        this.#body.labels.pop();
        return this.#leave();
      default:
        cursor.at++;
        this.#write(opcode);
    }
  }

  /** Encodes an instruction whose operands are there. */
  #write(opcode: Opcode): void {
    this.#metadata?.attach(opcode, this.#out.length);
    this.#positions?.add(this.#out.length, this.#keywordStart);
    this.#encoder.instruction(this.#out, opcode, this.#body);
  }

  /** `delegate` ends a `try`; its label counts from outside of it. */
  #delegate(opcode: Opcode): void {
    this.#body.labels.pop();
    this.#encoder.instruction(this.#out, opcode, this.#body);
    this.#leave();
  }

  /** The label after `else` and `end` repeats the block's. */
  #checkLabel(): void {
    const cursor = this.#cursor;
    if (cursor.kind !== TokenKind.Id) return;
    if (cursor.identifier() !== this.#body.labels.innermost) {
      const label = this.#body.labels.innermost;
      const wanted = label === null ? "none, as in front of the block" : `$${label}`;
      throw cursor.error(`mismatching label ${cursor.word()}, expected ${wanted}`);
    }
    cursor.at++;
  }

  /** An opening parenthesis inside of `frame`. */
  #open(frame: number): void {
    const cursor = this.#cursor;
    if (frame === Frame.FoldedIf && this.#ifClause()) return;
    if (frame === Frame.FoldedTry) return this.#tryClause();
    if (cursor.kindAhead(1) !== TokenKind.Keyword) {
      cursor.at++;
      throw cursor.expected("an instruction");
    }
    cursor.at++;
    const opcode = this.#opcode();
    switch (opcode.code) {
      case BLOCK:
      case LOOP:
      case TRY:
      case TRY_TABLE: {
        cursor.at++;
        const label = cursor.binding();
        this.#write(opcode);
        this.#body.labels.push(label.id, label.name);
        return this.#enter(opcode.code === TRY ? Frame.FoldedTry : Frame.Folded, opcode.code);
      }
      case IF: {
        cursor.at++;
        this.#ifLabels.push(cursor.binding());
        this.#enter(Frame.FoldedIf, this.#wait(opcode));
        return;
      }
      case ELSE:
      case CATCH:
      case CATCH_ALL:
      case DELEGATE:
      case END:
        throw cursor.expected(this.#wanted(frame));
      default:
        cursor.at++;
        if (cursor.takeClose()) return this.#write(opcode);
        this.#enter(Frame.Operands, this.#wait(opcode));
    }
  }

  /** Encodes an instruction that must wait for its operands; returns where it waits. */
  #wait(opcode: Opcode): number {
    const start = this.#waiting.length;
    this.#metadata?.wait(opcode, start);
    if (this.#positions !== null) this.#waitingPositions.set(start, this.#keywordStart);
    this.#encoder.instruction(this.#waiting, opcode, this.#body);
    return start;
  }

  /** Writes the instruction that waits from `start` on: its operands are there. */
  #release(start: number): void {
    this.#metadata?.release(start, this.#out.length);
    this.#positions?.add(this.#out.length, this.#waitingPositions.get(start)!);
    this.#out.bytes(this.#waiting.view(), start);
    this.#waiting.truncate(start);
  }

  /** Whether the innermost folded `if` still reads its condition; afterwards its state is below zero. */
  #ifWaits(): boolean {
    return this.#state >= 0;
  }

  /** Enters `(then` or `(else` when it is next. */
  #ifClause(): boolean {
    const cursor = this.#cursor;
    if (this.#ifWaits()) {
      if (!cursor.takeOpen("then")) return false;
      this.#release(this.#state);
      const { id, name } = this.#ifLabels.pop()!;
      this.#body.labels.push(id, name);
      this.#state = -IF;
    } else if (this.#state === -IF && cursor.takeOpen("else")) {
      this.#metadata?.expectNone();
      this.#positions?.add(this.#out.length, this.#cursor.start(this.#cursor.at - 1));
      writeOpcode(this.#out, ELSE);
      this.#state = -ELSE;
    } else {
      throw cursor.expected(this.#wanted(Frame.FoldedIf));
    }
    this.#enter(Frame.Clause, BLOCK);
    return true;
  }

  /** Enters `(do`, `(catch` or `(catch_all`, or takes `(delegate ...)`. */
  #tryClause(): void {
    const cursor = this.#cursor;
    this.#metadata?.expectNone();
    if (this.#state === TRY) {
      cursor.expectOpen("do");
      this.#state = DO;
      return this.#enter(Frame.Clause, BLOCK);
    }
    const opcode = [CATCH, CATCH_ALL, DELEGATE].map((code) => HANDLERS.get(code)!)
      .find(({ code, mnemonic }) =>
        cursor.isOpen(mnemonic) && follows(code, this.#state === DO ? TRY : this.#state)
      );
    if (opcode === undefined) throw cursor.expected(this.#wanted(Frame.FoldedTry));
    cursor.at += 2;
    if (opcode.code === DELEGATE) {
      this.#delegate(opcode);
      cursor.expectClose();
      return cursor.expectClose();
    }
    this.#encoder.instruction(this.#out, opcode, this.#body);
    this.#state = opcode.code;
    this.#enter(Frame.Clause, BLOCK);
  }

  /** A closing parenthesis that ends `frame`. */
  #close(frame: number): void {
    switch (frame) {
      case Frame.Operands:
        this.#release(this.#state);
        break;
      case Frame.FoldedIf:
        if (this.#ifWaits()) throw this.#cursor.expected(this.#wanted(frame));
        this.#endBlock();
        break;
      case Frame.FoldedTry:
        if (this.#state === TRY) throw this.#cursor.expected(this.#wanted(frame));
        this.#endBlock();
        break;
      case Frame.Folded:
        this.#endBlock();
    }
    this.#metadata?.expectNone();
    this.#cursor.at++;
    this.#leave();
  }

  #endBlock(): void {
    this.#positions?.add(this.#out.length, this.#cursor.start());
    writeOpcode(this.#out, END);
    this.#body.labels.pop();
  }
}

/** State of a folded `try` after its `(do ...)`. */
const DO = -1;

const HANDLERS: ReadonlyMap<number, Opcode> = new Map(
  ["catch", "catch_all", "delegate"].map((keyword) => {
    const opcode = OPCODE_OF_KEYWORD.get(keyword)!;
    return [opcode.code, opcode];
  }),
);

/** Whether instructions without parentheses may stand in a frame. */
function acceptsFlat(frame: number): boolean {
  return frame !== Frame.Operands && frame !== Frame.FoldedIf && frame !== Frame.FoldedTry;
}

/** Whether the clause or end `code` may follow what the clause `before` introduced. */
function follows(code: number, before: number): boolean {
  switch (code) {
    case ELSE:
      return before === IF;
    case CATCH:
    case CATCH_ALL:
      return before === TRY || before === CATCH;
    case DELEGATE:
      return before === TRY;
    default:
      return true;
  }
}
