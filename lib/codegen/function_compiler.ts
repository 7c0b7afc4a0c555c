/**
 * One function from bytes to JavaScript, in one pass over its instructions.
 *
 * @module
 */

import { skipImmediate } from "../binary/instructions.ts";
import { TypeReader } from "../binary/type_reader.ts";
import { opcodeOf, prefixed } from "../syntax/opcodes.ts";
import { ALL_FEATURES } from "../syntax/features.ts";
import { type FunctionIndex, V128, type ValueType } from "../syntax/types.ts";
import { Frame } from "./control.ts";
import { Effect, type Expression, type Kind } from "./expression.ts";
import { flatten, FunctionBuilder } from "./function_builder.ts";
import type { GroupScope } from "./group_scope.ts";
import { loopPrologue } from "./middle_tier.ts";
import { type VectorForms, VectorLocals } from "./vector_locals.ts";
import { LOOP_LABEL, register, type TailLoop } from "./tail_loop.ts";
import { settleVectors } from "./vector_shapes.ts";

/** Compiles one instruction: reads its immediates, pops operands, writes statements, pushes results. */
export type Emitter = (f: FunctionCompiler) => void;

const EMPTY_BLOCK = 0x40;

const OUT_OF_BOUNDS_LABEL = "outside";
const OUT_OF_BOUNDS_EXIT = `break ${OUT_OF_BOUNDS_LABEL}`;

/** Compiles a function body. */
export class FunctionCompiler extends FunctionBuilder {
  readonly reader: TypeReader;
  /** Code of the instruction at hand. */
  code = 0;
  /** Open constructs, the function itself first. */
  readonly frames: Frame[] = [];
  /** Number of labels handed out. */
  labels = 0;
  /** By local index, parameters first. */
  readonly localTypes: ValueType[] = [];
  /** Kinds of the result's components. */
  readonly resultKinds: readonly Kind[];
  /** What a call of the function by itself calls. */
  readonly selfCallee: string;
  /** Whether there is such a call. */
  callsItself = false;
  /** Size of the body in bytes. */
  readonly bodySize: number;
  readonly index: FunctionIndex;
  /** The v128 locals; null when there are none. */
  readonly vectors: VectorLocals | null;
  /** The loop that the function is part of; see `tail_loop.ts`. */
  readonly loop: TailLoop | null;
  /** Whether the function starts again by itself. */
  repeats = false;
  /** Whether this is the form that returns with its exceptions; see `returning_forms.ts`. */
  readonly returnsExceptions: boolean;
  /** Whether there are calls from which no exception is thrown; they are not among the effects. */
  callsReturning = false;
  #abandoned = false;
  readonly #end: number;

  constructor(
    scope: GroupScope,
    index: FunctionIndex,
    selfCallee: string = scope.identifier(index),
    forms: VectorForms | null = null,
    returnsExceptions: boolean = false,
  ) {
    super(scope);
    const { record, types } = scope.module;
    const { type, body } = record.functions[index];
    const { params, results } = scope.signature(type);
    this.index = index;
    this.returnsExceptions = returnsExceptions;
    this.loop = returnsExceptions ? null : scope.tailLoops.of(index);
    this.selfCallee = selfCallee;
    this.reader = new TypeReader(body!.bytes, ALL_FEATURES, types.length);
    this.reader.position = body!.start;
    this.#end = body!.end;
    this.bodySize = body!.end - body!.start;
    this.resultKinds = flatten(results);
    for (const param of params) this.#declareLocal(param, true);
    for (let runs = this.reader.u32("local decls count"); runs > 0; runs--) {
      let count = this.reader.u32("local count");
      const type = this.reader.valueType();
      for (; count > 0; count--) this.#declareLocal(type, false);
    }
    this.frames.push(new Frame("function", this, [], results, 0, null, false));
    this.vectors = this.localTypes.includes(V128) ? new VectorLocals(this, this.#end, forms) : null;
  }

  #declareLocal(type: ValueType, parameter: boolean): void {
    this.localTypes.push(type);
    this.addLocal(type, parameter);
  }

  /** The function's text: a declaration of `identifier`. */
  compile(identifier: string): string {
    const { reader } = this;
    const params = this.parameters().map(({ name }) => name);
    while (reader.position < this.#end) {
      if (!this.frames.at(-1)!.reachable) this.#skipUnreachable();
      this.#instruction();
    }
    const forms = this.#abandoned ? null : this.vectors?.better() ?? null;
    if (this.#abandoned || forms !== null) {
      const { scope, index, selfCallee, returnsExceptions } = this;
      return new FunctionCompiler(scope, index, selfCallee, forms, returnsExceptions).compile(identifier);
    }
    const text = this.text.includes(OUT_OF_BOUNDS_EXIT)
      ? `${OUT_OF_BOUNDS_LABEL}:{\n${this.text}}\narrayOutOfBounds();\n`
      : this.text;
    const body = this.declarations() + this.scope.prologue(this.index) + text;
    if (this.loop !== null) {
      this.loop.define(this.index, params, body);
      return "";
    }
    if (!this.returnsExceptions) this.scope.tailLoops.leaveAlone(this.index);
    const repeated = this.repeats ? `${LOOP_LABEL}:for(;;){\n${body}}\n` : body;
    // Without calls no memory grows meanwhile. V8 before 12 takes 1.1 to 1.3 times as long with the variables of the group.
    const fixesViews = this.hasLoops && (this.effects & Effect.Call) === 0 && !this.callsReturning;
    const views = fixesViews ? this.scope.viewConstants(this.text) : "";
    const prologue = this.hasLoops || this.repeats ? loopPrologue(body) : "";
    return this.scope.functionText(this.index, identifier, params, prologue + views + repeated);
  }

  #instruction(): void {
    const { reader } = this;
    let code = reader.bytes[reader.position++];
    if (code >= 0xfb && code <= 0xfe) code = prefixed(code, reader.u32("prefixed opcode index"));
    const instruction = this.scope.instructions.get(code);
    if (instruction === undefined) throw new TypeError(`cannot compile opcode 0x${code.toString(16)}`);
    this.code = code;
    this.beginInstruction();
    if (instruction.settlesVectors) settleVectors(this);
    instruction.emit(this);
    if (instruction.results !== null) {
      this.types.length -= instruction.operands;
      for (const type of instruction.results) this.types.push(type);
    }
  }

  /** Whether the instruction at hand is in a loop that {@linkcode outOfBoundsExit} can leave. */
  get isInLoop(): boolean {
    return this.frames.some(({ kind }) => kind === "loop") && this.frames.every(({ kind }) => kind !== "try");
  }

  /**
   * The statement that traps outside of all loops, where an access to an array is out of bounds. V8 keeps what does not change in a
   * loop out of it only where the loop has no call that has never been made.
   */
  outOfBoundsExit(): string {
    this.scope.runtime("arrayOutOfBounds");
    return OUT_OF_BOUNDS_EXIT;
  }

  /** Stops: the function has to be compiled as part of a loop. */
  abandon(): void {
    this.#abandoned = true;
    this.reader.position = this.#end;
  }

  /** The rest of the innermost construct cannot be reached. */
  leave(): void {
    const frame = this.frames.at(-1)!;
    frame.reachable = false;
    this.operands.length = frame.height;
    this.types.length = frame.typeHeight;
  }

  /** Passes over instructions up to the `else` or `end` of the innermost construct. */
  #skipUnreachable(): void {
    const { reader } = this;
    for (let depth = 0;;) {
      const at = reader.position;
      let code = reader.bytes[reader.position++];
      if (code >= 0xfb && code <= 0xfe) code = prefixed(code, reader.u32("prefixed opcode index"));
      const { mnemonic, immediates } = opcodeOf(code)!;
      switch (mnemonic) {
        case "block":
        case "loop":
        case "if":
        case "try":
        case "try_table":
          depth++;
          break;
        case "else":
        case "catch":
        case "catch_all":
          if (depth > 0) break;
          reader.position = at;
          return;
        case "end":
        case "delegate":
          if (depth-- > 0) break;
          reader.position = at;
          return;
      }
      for (const immediate of immediates) skipImmediate(reader, immediate);
    }
  }

  /** Reads a block type. */
  blockType(): { params: readonly ValueType[]; results: readonly ValueType[] } {
    const { reader } = this;
    const code = reader.bytes[reader.position];
    if (code === EMPTY_BLOCK) {
      reader.position++;
      return { params: [], results: [] };
    }
    if ((code & 0xc0) === 0x40) return { params: [], results: [reader.valueType()] };
    return this.scope.signature(reader.i33("block type index"));
  }

  /** The return register of the result's component `index`. */
  resultRegister(kind: Kind, index: number): string {
    return register(this.scope, kind, index);
  }

  /** Operands off the stack, to be written in another order: evaluated when it matters. */
  inOrder(operands: readonly Expression[]): Expression[] {
    return operands.map((operand) => operand.effects === Effect.None ? operand : this.evaluated(operand));
  }
}
