/**
 * f32 and f64 instructions (specification 4.3.3 "Floating-Point Operations"). An f32 is a number rounded to single
 * precision; one operation computed in double precision and rounded is the single operation, rounded once.
 *
 * @module
 */

import { f32FromBits, f64FromBits, KEEPS_NAN_BITS } from "../runtime/float_bits.ts";
import {
  asInt,
  asOperand,
  asUnsigned,
  binary,
  call,
  conditional,
  derived,
  Effect,
  Expression,
  type Kind,
  Precedence,
  unary,
} from "./expression.ts";
import type { FunctionBuilder } from "./function_builder.ts";
import type { Emitter } from "./function_compiler.ts";

const { isInteger } = Number;

/** A float constant. */
export function float(value: number, kind: Kind): Expression {
  if (value === 0 && 1 / value < 0) {
    return new Expression("-0", Precedence.Unary, kind, 0, 0, 0, value);
  }
  const text = value === Infinity ? "1e999" : value === -Infinity ? "-1e999" : `${value}`;
  return new Expression(
    text,
    value < 0 ? Precedence.Unary : Precedence.Primary,
    kind,
    0,
    0,
    0,
    value,
  );
}

function f32Constant(f: FunctionBuilder, bits: number): Expression {
  const value = f32FromBits(bits);
  return value === value ? float(value, "quiet f32") : f.scope.nanF32(bits);
}

function f64Constant(f: FunctionBuilder, low: number, high: number): Expression {
  const value = f64FromBits(low, high);
  return value === value ? float(value, "quiet f64") : f.scope.nanF64(low, high);
}

/** Rounds to single precision. */
function rounded(f: FunctionBuilder, value: Expression): Expression {
  return call(f.scope.runtime("fround"), [value], "quiet f32");
}

type Round = (f: FunctionBuilder, value: Expression) => Expression;
const asIs: Round = (_, value) => value;

type Operator = "+" | "-" | "*" | "/";

/** By operator: the numbers with which, on the left and on the right, it gives the other operand or its negation. */
const NEUTRAL: Readonly<Record<Operator, readonly [left: readonly number[], right: readonly number[]]>> = {
  "+": [[-0], [-0]],
  "-": [[-0], [0]],
  "*": [[1, -1], [1, -1]],
  "/": [[], [1, -1]],
};

function isNeutral({ constant }: Expression, numbers: readonly number[]): boolean {
  return constant !== null && numbers.some((number) => Object.is(number, constant));
}

/**
 * The operand that V8's optimised code takes, or negates, for the result, although it may be a signalling NaN, which would stay one;
 * simple then.
 */
function passedOn(f: FunctionBuilder, operator: Operator): Expression | null {
  const [left, right] = NEUTRAL[operator];
  const depth = isNeutral(f.operands.at(-1)!, right) ? 1 : isNeutral(f.operands.at(-2)!, left) ? 0 : -1;
  if (depth < 0 || !mayBeSignalling(f.operands.at(-1 - depth)!)) return null;
  f.simplify(depth);
  return f.operands.at(-1 - depth)!;
}

type Arithmetic = (f: FunctionBuilder, a: Expression, b: Expression) => Expression;

function arithmetic(operator: Operator, compute: Arithmetic, round: Round): Emitter {
  return (f) => {
    const operand = round === asIs ? passedOn(f, operator) : null;
    const b = asOperand(f.pop());
    const a = asOperand(f.pop());
    const result = compute(f, a, b);
    f.push(round(f, operand === null ? result : numberOrQuiet(operand, result)));
  };
}

/** `result` where `operand`, a simple expression, is a number, and otherwise the operand as a quiet NaN. */
function numberOrQuiet(operand: Expression, result: Expression): Expression {
  const isNumber = binary(operand, "===", operand, Precedence.Equal, "bool");
  const quiet = binary(operand, "+", operand, Precedence.Add, "quiet f64");
  return conditional(isNumber, result, quiet, "quiet f64");
}

/**
 * A sum. Where numbers have been whole, V8 takes the sum with a constant for an integer of 64 bits, but not a difference: loops that
 * count by 1 take 0.8 to 0.95 of the time in f64, and 0.25 to 0.4 in f32, when -1 is subtracted. The numbers are the same.
 */
function sum(f: FunctionBuilder, a: Expression, b: Expression): Expression {
  const negated = opposite(f, b);
  return negated === null
    ? binary(a, "+", b, Precedence.Add, "quiet f64")
    : binary(a, "-", negated, Precedence.Add, "quiet f64");
}

/** A constant with the other sign, where that is better subtracted than `b` added. A NaN is left as it is. */
function opposite({ scope }: FunctionBuilder, b: Expression): Expression | null {
  if (b.constant === null) return scope.oppositeGlobal(b);
  return isInteger(b.constant) ? float(-b.constant, b.kind) : null;
}

function operation(operator: Operator, precedence: number): Arithmetic {
  return (_, a, b) => binary(a, operator, b, precedence, "quiet f64");
}

/** A call of a function of floats. */
function calling(callee: string, operands: number, round: Round): Emitter {
  return (f) => {
    const parts = f.popComponents(operands).map(asOperand);
    f.push(round(f, call(f.scope.runtime(callee), parts, "quiet f64")));
  };
}

/** The smaller or greater; V8's middle tier makes an all-ones NaN where the specification wants the sum's. */
function extremum(callee: "min" | "max", round: Round): Emitter {
  if (!KEEPS_NAN_BITS) return calling(callee, 2, round);
  return (f) => {
    f.simplify(1);
    f.simplify(0);
    const b = asOperand(f.pop());
    const a = asOperand(f.pop());
    const result = f.evaluated(call(f.scope.runtime(callee), [a, b], "quiet f64"));
    const isNumber = binary(result, "===", result, Precedence.Equal, "bool");
    const sum = binary(a, "+", b, Precedence.Add, "quiet f64");
    f.push(round(f, conditional(isNumber, result, sum, "quiet f64")));
  };
}

/** -0 and the bits of a NaN: an operation on the sign bit, which JavaScript's operators get right except for NaN. */
function signOperation(
  make: (f: FunctionBuilder, a: Expression) => Expression,
  ofNan: string,
  kind: Kind,
): Emitter {
  return (f) => {
    if (!KEEPS_NAN_BITS) return f.push(make(f, f.pop()));
    const a = f.popSimple();
    const isNumber = binary(a, "===", a, Precedence.Equal, "bool");
    f.push(conditional(isNumber, make(f, a), call(f.scope.runtime(ofNan), [a], kind), kind));
  };
}

function comparison(operator: string): Emitter {
  const precedence = operator.length === 3 ? Precedence.Equal : Precedence.Relate;
  return (f) => {
    const b = asOperand(f.pop());
    const a = asOperand(f.pop());
    f.push(binary(a, operator, b, precedence, "bool"));
  };
}

function emitters(type: "f32" | "f64", round: Round): Record<string, Emitter> {
  const negate = (_: FunctionBuilder, a: Expression) => unary("-", a, type);
  const absolute = (f: FunctionBuilder, a: Expression) => call(f.scope.runtime("abs"), [a], type);
  // V8's interpreter returns a signalling NaN as it is; the product is quiet, and costs optimised code nothing.
  const integral: Round = type === "f64" && KEEPS_NAN_BITS
    ? (_, value) => derived(`${value.text}*1`, Precedence.Multiply, "quiet f64", [value])
    : round;
  const copySign: Emitter = (f) => f.push(call(f.scope.runtime("copySign"), f.popComponents(2), type));
  const instructions: Record<string, Emitter> = {
    eq: comparison("==="),
    ne: comparison("!=="),
    lt: comparison("<"),
    gt: comparison(">"),
    le: comparison("<="),
    ge: comparison(">="),
    abs: signOperation(absolute, "absoluteNan", type),
    neg: signOperation(negate, "negateNan", type),
    copysign: copySign,
    ceil: calling("ceil", 1, integral),
    floor: calling("floor", 1, integral),
    trunc: calling("trunc", 1, integral),
    nearest: calling("nearest", 1, round),
    sqrt: calling("sqrt", 1, round),
    add: arithmetic("+", sum, round),
    sub: arithmetic("-", operation("-", Precedence.Add), round),
    mul: arithmetic("*", operation("*", Precedence.Multiply), round),
    div: arithmetic("/", operation("/", Precedence.Multiply), round),
    min: extremum("min", round),
    max: extremum("max", round),
  };
  return Object.fromEntries(Object.entries(instructions).map(([name, emit]) => [`${type}.${name}`, emit]));
}

/** A conversion to a float by a change of kind alone. */
function convert(make: (f: FunctionBuilder, a: Expression) => Expression): Emitter {
  return (f) => f.push(make(f, asOperand(f.pop())));
}

function asKind(a: Expression, kind: Kind): Expression {
  return new Expression(a.text, a.precedence, kind, a.effects, a.variables, a.depth, a.constant);
}

/** A conversion to an integer by a call; what traps is a call that traps. */
function toInteger(callee: string, traps: boolean): Emitter {
  const effects = traps ? Effect.Trap : Effect.None;
  return (f) => f.push(call(f.scope.runtime(callee), [asOperand(f.pop())], "int", effects));
}

/** `f64.reinterpret_i64`: both halves into the scratch bytes, and the double out of them. */
function reinterpretI64(f: FunctionBuilder): void {
  f.push(call(f.scope.runtime("f64FromBits"), f.popComponents(2).map(asInt), "f64"));
}

/** `i64.reinterpret_f64`. */
function reinterpretF64(f: FunctionBuilder): void {
  const bits = call(f.scope.runtime("f64Bits"), [f.pop()], "int");
  f.settle(bits.effects);
  const low = f.temporary("int");
  const high = f.temporary("int");
  f.write(`${low.name}=${bits.text}`);
  f.write(`${high.name}=${f.scope.runtime("SCRATCH_I32")}[1]`);
  f.push(low.read());
  f.push(high.read());
}

/** Floating point instructions and the conversions between 32-bit integers and floats. */
export const FLOAT_EMITTERS: Readonly<Record<string, Emitter>> = {
  ...emitters("f32", rounded),
  ...emitters("f64", asIs),
  "f32.const": (f) => f.push(f32Constant(f, f.reader.fixed32() | 0)),
  "f64.const": (f) => {
    const low = f.reader.fixed32() | 0;
    f.push(f64Constant(f, low, f.reader.fixed32() | 0));
  },
  "i32.trunc_f32_s": toInteger("truncateS", true),
  "i32.trunc_f32_u": toInteger("truncateU", true),
  "i32.trunc_f64_s": toInteger("truncateS", true),
  "i32.trunc_f64_u": toInteger("truncateU", true),
  "i32.trunc_sat_f32_s": toInteger("saturateS", false),
  "i32.trunc_sat_f32_u": toInteger("saturateU", false),
  "i32.trunc_sat_f64_s": toInteger("saturateS", false),
  "i32.trunc_sat_f64_u": toInteger("saturateU", false),
  "f32.convert_i32_s": convert((f, a) => rounded(f, asInt(a))),
  "f32.convert_i32_u": convert((f, a) => rounded(f, asUnsigned(a))),
  "f64.convert_i32_s": convert((_, a) => asKind(asInt(a), "quiet f64")),
  "f64.convert_i32_u": convert((_, a) => asKind(asUnsigned(a), "quiet f64")),
  "f32.demote_f64": convert(rounded),
  "f64.promote_f32": convert((_, a) => asKind(a, "quiet f64")),
  "i32.reinterpret_f32": (f) => f.push(call(f.scope.runtime("f32Bits"), [f.pop()], "int")),
  "f32.reinterpret_i32": convert((f, a) => call(f.scope.runtime("f32FromBits"), [asInt(a)], "f32")),
  "f64.reinterpret_i64": reinterpretI64,
  "i64.reinterpret_f64": reinterpretF64,
};

/** Whether `value` may be a signalling f64 NaN, which an ordinary store makes quiet in some of V8's tiers. */
export function mayBeSignalling(value: Expression): boolean {
  return KEEPS_NAN_BITS && value.kind === "f64" && value.constant === null;
}

/** The statement that stores a float, simple if it {@linkcode mayBeSignalling}, in `place`: `array[index]`. */
export function elementStore(f: FunctionBuilder, place: string, value: Expression): string {
  const plain = `${place}=${value.text}`;
  if (!mayBeSignalling(value)) return plain;
  const [array, index] = place.slice(0, -1).split("[");
  const slow = `${f.scope.runtime("setNan")}(${array},${index},${value.text})`;
  return `if(${value.text}===${value.text})${plain};else ${slow}`;
}

/** Whether `value` may be a signalling NaN in its marked representation. */
export function mayBeMarked(value: Expression): boolean {
  return KEEPS_NAN_BITS && value.kind === "f32" && value.constant === null;
}
