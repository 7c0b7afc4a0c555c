/**
 * Validation of function bodies and constant expressions (specification 3.4 "Instructions"), in one pass over their
 * bytes.
 *
 * @module
 */

import { invalidOpcode, readPrefixedCode } from "../binary/instructions.ts";
import { NameSection } from "../binary/names.ts";
import { isSharedType } from "../syntax/canonical_types.ts";
import { compileErrorAt } from "../syntax/errors.ts";
import type { ByteRange, ConstantExpression } from "../syntax/module.ts";
import { type Opcode, opcodeOf } from "../syntax/opcodes.ts";
import { F32, F64, type FunctionIndex, I32, I64, isDefaultable, type ValueType } from "../syntax/types.ts";
import { ATOMIC_RULES } from "./atomic_rules.ts";
import { CONTROL_RULES } from "./control_rules.ts";
import { constantFeature } from "./constant_expression.ts";
import type { Environment } from "./environment.ts";
import { FrameKind, OperandStack, type Rule, type Rules } from "./operand_stack.ts";
import { readOffset, tableOperator } from "./operators.ts";
import { ALIGNMENT, CONSTANT_SHAPES, OPERAND, RESULT, Shape, shapesOf } from "./operator_shapes.ts";
import { REFERENCE_RULES } from "./reference_rules.ts";
import { STRING_RULES } from "./string_rules.ts";
import { VARIABLE_RULES } from "./variable_rules.ts";

/** Most locals of a function, parameters included. */
const MAX_LOCALS = 50_000;
/** Longest function name in an error, in characters. */
const MAX_NAME_LENGTH = 50;

const RULES: Rules = {
  ...CONTROL_RULES,
  ...VARIABLE_RULES,
  ...REFERENCE_RULES,
  ...STRING_RULES,
  ...ATOMIC_RULES,
};

/** Rules of one-byte instructions by opcode. */
const ONE_BYTE_RULES: readonly (Rule | undefined)[] = Array.from(
  { length: 256 },
  (_, code) => RULES[opcodeOf(code)?.mnemonic ?? ""],
);

/** Validates the expressions of one module, one after the other. */
export class ExpressionValidator extends OperandStack {
  readonly #functionShapes: Uint8Array;
  #function: FunctionIndex | null = null;
  #locals = new Int32Array(1024);
  #localCount = 0;
  /** By local: whether it may be read. Only looked at when the function has locals without default. */
  #initialized = new Uint8Array(1024);
  #tracksLocals = false;
  /** Locals in the order in which they were set, for those without default. */
  #initializedLocals: number[] = [];

  /** A validator for the expressions of the environment's module. */
  constructor(environment: Environment) {
    super(environment);
    this.#functionShapes = shapesOf(environment.features);
  }

  /** Validates the body of a function. @throws {CompileError} that names the function. */
  function(index: FunctionIndex, body: ByteRange): void {
    const { environment } = this;
    const { module } = environment;
    this.#function = index;
    this.constant = false;
    this.sharedContext = module.types[module.functions[index].type].shared;
    this.globalCount = module.globals.length;
    const signature = environment.signatures[index];
    this.#enter(body);
    this.#readLocals(signature.params);
    this.pushFrame(FrameKind.Function, { kind: "func", params: [], results: signature.results });
    this.#run(this.#functionShapes);
    if (this.depth > 0) this.fail('function body must end with "end" opcode', this.end);
    if (this.position < this.end) this.fail("trailing code after function end");
    this.#function = null;
  }

  /**
   * Validates a constant expression of type `expected` that may name the first `globalCount` globals, and marks the
   * functions it names as declared.
   */
  constantExpression(
    expression: ConstantExpression,
    expected: ValueType,
    globalCount: number,
    shared: boolean,
  ): void {
    this.#function = null;
    this.constant = true;
    this.sharedContext = shared;
    this.globalCount = globalCount;
    this.#localCount = 0;
    this.#tracksLocals = false;
    this.#enter(expression);
    this.pushFrame(FrameKind.Function, { kind: "func", params: [], results: [expected] });
    this.#run(CONSTANT_SHAPES);
    if (this.depth > 0) this.fail("constant expression is missing 'end'", this.end);
  }

  #enter({ bytes, start, end }: ByteRange): void {
    this.reset();
    this.bytes = bytes;
    this.position = this.at = start;
    this.end = end;
    this.#initializedLocals.length = 0;
  }

  /** Ends with an error; one in a function body names the function, as V8 does. @throws {CompileError} always. */
  override fail(message: string, offset: number = this.position): never {
    const index = this.#function;
    if (index === null) throw compileErrorAt(message, offset);
    const name = new NameSection(this.environment.module).functions.get(index);
    throw compileErrorAt(
      `Compiling function #${index}${name === undefined ? "" : `:"${shorten(name)}"`} failed: ${message}`,
      offset,
    );
  }

  // Locals

  #readLocals(params: readonly ValueType[]): void {
    this.#localCount = 0;
    this.#tracksLocals = false;
    for (const type of params) this.#addLocals(1, type, true);
    const countAt = this.position;
    let count = this.u32("local decls count");
    // Each takes two bytes at least.
    if (count * 2 > this.end - this.position) {
      this.fail("local decls count bigger than remaining function size", countAt);
    }
    for (; count > 0; count--) {
      const at = this.position;
      const repetitions = this.u32("local count");
      if (this.#localCount + repetitions > MAX_LOCALS) this.fail("local count too large", at);
      const type = this.valueType();
      if (this.sharedContext && !isSharedType(type, this.environment.types)) {
        this.fail("local must have shared type", at);
      }
      this.#addLocals(repetitions, type, isDefaultable(type));
    }
  }

  #addLocals(count: number, type: ValueType, initialized: boolean): void {
    const end = this.#localCount + count;
    if (end > this.#locals.length) {
      const locals = new Int32Array(end * 2);
      locals.set(this.#locals);
      this.#locals = locals;
      const flags = new Uint8Array(end * 2);
      flags.set(this.#initialized);
      this.#initialized = flags;
    }
    this.#locals.fill(type, this.#localCount, end);
    this.#initialized.fill(initialized ? 1 : 0, this.#localCount, end);
    this.#localCount = end;
    if (!initialized) this.#tracksLocals = true;
  }

  #checkInitialized(local: number): void {
    if (this.#initialized[local] === 0) {
      this.fail(`uninitialized non-defaultable local: ${local}`, this.at + 1);
    }
  }

  #initialize(local: number): void {
    if (this.#initialized[local] === 1) return;
    this.#initialized[local] = 1;
    this.initializedCount = this.#initializedLocals.push(local);
  }

  /** Forgets what was set since the innermost frame was opened. */
  #rollBackLocals(): void {
    const count = this.frameInitializedCount();
    while (this.#initializedLocals.length > count) this.#initialized[this.#initializedLocals.pop()!] = 0;
    this.initializedCount = count;
  }

  // Instructions

  /**
   * The loop. Instructions that make up most code are checked here, on local variables; leaving all but those on locals
   * to the slow path made the validation of a 14 MB module 1.5 times as long.
   */
  #run(shapes: Uint8Array): void {
    const { bytes, end } = this;
    const locals = this.#locals;
    const localCount = this.#localCount;
    const tracksLocals = this.#tracksLocals;
    const memoryZeroIs32 = this.environment.memoryZeroIs32;
    let { position, height, base, operands, origins } = this;
    let limit = operands.length - 2;
    while (position < end) {
      const at = position;
      const code = bytes[position++];
      const shape = shapes[code];
      if (height >= limit) {
        this.height = height;
        this.grow(1);
        ({ operands, origins } = this);
        limit = operands.length - 2;
      }
      this.at = at;
      if (shape <= Shape.LocalTee && shape !== Shape.Other) {
        let local: number;
        if (position < end && bytes[position] < 0x80) local = bytes[position++];
        else {
          this.position = position;
          local = this.u32("local index");
          position = this.position;
        }
        if (local >= localCount) this.fail(`invalid local index: ${local}`, at + 1);
        const type = locals[local];
        if (shape === Shape.LocalGet) {
          if (tracksLocals) this.#checkInitialized(local);
          operands[height] = type;
          origins[height++] = at;
          continue;
        }
        if (height === base || operands[height - 1] !== type) {
          this.height = height;
          this.pop(type);
          height = this.height;
          operands = this.operands;
        } else height--;
        if (tracksLocals) this.#initialize(local);
        if (shape === Shape.LocalTee) {
          operands[height] = type;
          origins[height++] = at;
        }
        continue;
      }
      switch (shape) {
        case Shape.I32Const:
          if (position < end && bytes[position] < 0x80) position++;
          else {
            this.position = position;
            this.skipI32("immi32");
            position = this.position;
          }
          operands[height] = I32;
          origins[height++] = at;
          continue;
        case Shape.Binary: {
          const type = OPERAND[code];
          if (height - base >= 2 && operands[height - 1] === type && operands[height - 2] === type) {
            height--;
            operands[height - 1] = RESULT[code];
            origins[height - 1] = at;
            continue;
          }
          break;
        }
        case Shape.Unary:
          if (height > base && operands[height - 1] === OPERAND[code]) {
            operands[height - 1] = RESULT[code];
            origins[height - 1] = at;
            continue;
          }
          break;
        case Shape.Load:
        case Shape.Store: {
          const stored = shape === Shape.Store ? 1 : 0;
          if (
            memoryZeroIs32 && position < end && bytes[position] <= ALIGNMENT[code] &&
            height - base > stored && operands[height - 1 - stored] === I32 &&
            (stored === 0 || operands[height - 1] === OPERAND[code])
          ) {
            position++;
            if (position < end && bytes[position] < 0x80) position++;
            else {
              this.position = position;
              readOffset(this, "i32");
              position = this.position;
            }
            height -= 1 + stored;
            if (stored === 0) {
              operands[height] = RESULT[code];
              origins[height++] = at;
            }
            continue;
          }
          break;
        }
        case Shape.I64Const:
          this.position = position;
          this.skipI64("immi64");
          position = this.position;
          operands[height] = I64;
          origins[height++] = at;
          continue;
        case Shape.F32Const:
        case Shape.F64Const:
          this.position = position;
          this.skipFloat(shape === Shape.F32Const ? 4 : 8);
          position = this.position;
          operands[height] = shape === Shape.F32Const ? F32 : F64;
          origins[height++] = at;
          continue;
        case Shape.Drop:
          if (height > base) {
            height--;
            continue;
          }
      }
      this.position = position;
      this.height = height;
      if (shape === Shape.End) {
        this.#end();
        if (this.depth === 0) return;
      } else this.#operator(code);
      ({ position, height, base, operands, origins } = this);
      limit = operands.length - 2;
    }
  }

  /** An instruction that the loop does not check itself; its first byte has been read. */
  #operator(byte: number): void {
    const isPrefixed = byte >= 0xfb && byte <= 0xfe;
    const code = isPrefixed ? readPrefixedCode(this, byte) : byte;
    const opcode = opcodeOf(code);
    if (opcode === undefined) return this.failHere(invalidOpcode(code));
    if (opcode.feature !== "mvp") this.#checkFeature(opcode);
    if (this.constant) this.#checkConstant(opcode);
    const rule = isPrefixed ? RULES[opcode.mnemonic] : ONE_BYTE_RULES[code];
    if (rule !== undefined) {
      if (this.#tracksLocals && SEQUENCE_ENDS.has(opcode.mnemonic)) this.#rollBackLocals();
      rule(this, opcode);
    } else if (opcode.signature !== null) tableOperator(this, opcode, opcode.signature);
    else this.#end();
  }

  #checkFeature({ code, feature }: Opcode): void {
    if (this.features.has(feature)) return;
    // Both kinds of exception handling throw with the same instruction.
    if (code === THROW && this.features.has("legacy-exceptions")) return;
    this.failHere(`Invalid opcode 0x${code.toString(16)} (enable feature ${feature})`);
  }

  #checkConstant(opcode: Opcode): void {
    const feature = constantFeature(opcode);
    if (feature !== null && this.features.has(feature)) return;
    const remedy = feature === null ? "" : ` (enable feature ${feature})`;
    this.failHere(`opcode ${opcode.mnemonic} is not allowed in constant expressions${remedy}`);
  }

  #end(): void {
    const kind = this.frameKind();
    const { params, results } = this.frameSignature();
    if (kind === FrameKind.If) {
      // Without else the parameters are the results.
      this.checkFallthrough(results, "fallthru");
      this.checkTypes(params, results, "one-armed if");
    } else this.checkFallthrough(results, this.constant ? "constant expression" : "fallthru");
    if (this.#tracksLocals) this.#rollBackLocals();
    this.popFrame();
    if (this.depth > 0) this.pushAll(results);
  }
}

const THROW = 0x08;

/** Instructions behind which locals set since the frame's start count as unset. */
const SEQUENCE_ENDS = new Set(["else", "catch", "catch_all", "delegate"]);

function shorten(name: string): string {
  return name.length <= MAX_NAME_LENGTH ? name : `${name.slice(0, MAX_NAME_LENGTH - 3)}...`;
}
