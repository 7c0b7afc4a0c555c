/**
 * i32 instructions as JavaScript (specification 4.3.2 "Integer Operations").
 *
 * @module
 */

import {
  asInt,
  asUnsigned,
  binary,
  call,
  conditional,
  derived,
  Effect,
  type Expression,
  int,
  type Kind,
  OBSERVABLE,
  Precedence,
  unary,
  ZERO,
} from "./expression.ts";
import type { FunctionBuilder } from "./function_builder.ts";
import type { Emitter } from "./function_compiler.ts";

const { imul, clz32 } = Math;

/** `a + b`. */
export function add(a: Expression, b: Expression): Expression {
  if (a.constant !== null && b.constant !== null) return int(a.constant + b.constant | 0);
  if (b.constant === 0) return a;
  if (a.constant === 0) return b;
  return binary(asInt(a), "+", asInt(b), Precedence.Add, "sum");
}

/** `a - b`. */
export function sub(a: Expression, b: Expression): Expression {
  if (a.constant !== null && b.constant !== null) return int(a.constant - b.constant | 0);
  if (b.constant === 0) return a;
  return binary(asInt(a), "-", asInt(b), Precedence.Add, "sum");
}

/** `a * b`. */
export function mul(scope: { runtime(name: "imul"): string }, a: Expression, b: Expression): Expression {
  if (a.constant !== null && b.constant !== null) return int(imul(a.constant, b.constant));
  if (isZeroWith(a, b) || isZeroWith(b, a)) return ZERO;
  if (b.constant === 1) return a;
  if (a.constant === 1) return b;
  return call(scope.runtime("imul"), [a, b], "int");
}

/** Whether `a` is zero and `b` need not be evaluated. */
function isZeroWith(a: Expression, b: Expression): boolean {
  return a.constant === 0 && (b.effects & OBSERVABLE) === 0;
}

/** `a & b`. */
export function and(a: Expression, b: Expression): Expression {
  if (a.constant !== null && b.constant !== null) return int(a.constant & b.constant);
  if (isZeroWith(a, b) || isZeroWith(b, a)) return ZERO;
  if (b.constant === -1) return asInt(a);
  if (a.constant === -1) return asInt(b);
  const small = a.kind === "small" || b.kind === "small" || a.kind === "bool" || b.kind === "bool";
  return binary(a, "&", b, Precedence.BitAnd, small ? "small" : "int");
}

/** `a | b`. */
export function or(a: Expression, b: Expression): Expression {
  if (a.constant !== null && b.constant !== null) return int(a.constant | b.constant);
  if (b.constant === 0) return asInt(a);
  if (a.constant === 0) return asInt(b);
  return binary(a, "|", b, Precedence.BitOr, bothSmall(a, b));
}

/** `a ^ b`. */
export function xor(a: Expression, b: Expression): Expression {
  if (a.constant !== null && b.constant !== null) return int(a.constant ^ b.constant);
  if (b.constant === 0) return asInt(a);
  if (a.constant === 0) return asInt(b);
  if (b.constant === -1) return unary("~", a, "int");
  return binary(a, "^", b, Precedence.BitXor, bothSmall(a, b));
}

function bothSmall(a: Expression, b: Expression): Kind {
  const small = (e: Expression) => e.kind === "small" || e.kind === "bool";
  return small(a) && small(b) ? "small" : "int";
}

/** `a << b`. */
export function shl(a: Expression, b: Expression): Expression {
  if (a.constant !== null && b.constant !== null) return int(a.constant << b.constant);
  if (b.constant !== null && (b.constant & 31) === 0) return asInt(a);
  return binary(a, "<<", shiftCount(b), Precedence.Shift, "int");
}

/** `a >> b`. */
export function shrS(a: Expression, b: Expression): Expression {
  if (a.constant !== null && b.constant !== null) return int(a.constant >> b.constant);
  if (b.constant !== null && (b.constant & 31) === 0) return asInt(a);
  return binary(a, ">>", shiftCount(b), Precedence.Shift, a.kind === "small" ? "small" : "int");
}

/** `a >>> b`. */
export function shrU(a: Expression, b: Expression): Expression {
  if (a.constant !== null && b.constant !== null) return int(a.constant >>> b.constant | 0);
  if (b.constant !== null && (b.constant & 31) === 0) return asInt(a);
  return binary(a, ">>>", shiftCount(b), Precedence.Shift, b.constant !== null ? "small" : "uint");
}

function shiftCount(b: Expression): Expression {
  return b.constant !== null ? int(b.constant & 31) : b;
}

/** `a` rotated to the left; both simple. */
export function rotl(a: Expression, b: Expression): Expression {
  return or(shl(a, b), shrU(a, sub(int(32), b)));
}

/** `a` rotated to the right; both simple. */
export function rotr(a: Expression, b: Expression): Expression {
  return or(shrU(a, b), shl(a, sub(int(32), b)));
}

/** Whether `a` is zero. */
export function eqz(a: Expression): Expression {
  if (a.constant !== null) return int(a.constant === 0 ? 1 : 0);
  return a.kind === "bool" ? unary("!", a, "bool") : binary(asInt(a), "===", ZERO, Precedence.Equal, "bool");
}

/** A comparison of int32s, or of unsigned numbers. */
export function compare(
  a: Expression,
  operator: "===" | "!==" | "<" | ">" | "<=" | ">=",
  b: Expression,
  signed: boolean,
): Expression {
  const as = signed ? asInt : asUnsigned;
  const precedence = operator[1] === "=" && operator.length === 3 ? Precedence.Equal : Precedence.Relate;
  return binary(as(a), operator, as(b), precedence, "bool");
}

/** Leading zeros. */
export function clz(f: FunctionBuilder, a: Expression): Expression {
  if (a.constant !== null) return int(clz32(a.constant));
  return call(f.scope.runtime("clz32"), [a], "small");
}

/** Trailing zeros; `a` simple. */
export function ctz(f: FunctionBuilder, a: Expression): Expression {
  const belowLowest = binary(unary("~", a, "int"), "&", sub(a, int(1)), Precedence.BitAnd, "int");
  return asInt(sub(int(32), call(f.scope.runtime("clz32"), [belowLowest], "small")));
}

/** The low `bits` bits, sign-extended. */
export function extend(a: Expression, bits: 8 | 16): Expression {
  const shift = int(32 - bits);
  return shrS(shl(a, shift), shift);
}

/** A conditional that traps when `condition` holds and is `value` otherwise. */
function trapping(f: FunctionBuilder, condition: Expression, trap: string, value: Expression): Expression {
  return conditional(condition, call(f.scope.runtime(trap), [], "int", Effect.Trap), value, "int");
}

function alwaysTrapping(f: FunctionBuilder, dividend: Expression, trap: string): Expression {
  f.discard(dividend);
  return call(f.scope.runtime(trap), [], "int", Effect.Trap);
}

const MINIMUM = int(-2147483648);

/** The divisor is tested before the dividend is evaluated: one that may trap, or is written `twice`, is evaluated first. */
function simplifyDivision(f: FunctionBuilder, twice: boolean): void {
  const [dividend, divisor] = f.operands.slice(-2);
  if (twice || divisor.constant === null && (dividend.effects & OBSERVABLE) !== 0) f.simplify(1);
  f.simplify(0);
}

function divide(f: FunctionBuilder, signed: boolean): Expression {
  const { constant } = f.operands.at(-1)!;
  simplifyDivision(f, signed && (constant === null || constant === -1));
  const b = f.pop();
  const a = f.pop();
  if (b.constant === 0) return alwaysTrapping(f, a, "divideByZero");
  const as = signed ? asInt : asUnsigned;
  let value = asInt(binary(as(a), "/", as(b), Precedence.Multiply, "sum"));
  if (b.constant !== null && !(signed && b.constant === -1)) return value;
  if (signed) {
    const overflow = derived(
      b.constant === null
        ? `${b.text}===-1&&${a.operand(Precedence.Equal)}===${MINIMUM.text}`
        : `${a.operand(Precedence.Equal)}===${MINIMUM.text}`,
      Precedence.And,
      "bool",
      [a, b],
    );
    value = trapping(f, overflow, "divisionUnrepresentable", value);
  }
  if (b.constant !== null) return value;
  return trapping(f, compare(b, "===", ZERO, true), "divideByZero", value);
}

function remainder(f: FunctionBuilder, signed: boolean): Expression {
  simplifyDivision(f, !signed);
  const b = f.pop();
  const a = f.pop();
  if (b.constant === 0) return alwaysTrapping(f, a, "remainderByZero");
  let value: Expression;
  if (signed) {
    value = asInt(binary(asInt(a), "%", asInt(b), Precedence.Multiply, "sum"));
  } else {
    const quotient = binary(asUnsigned(a), "/", asUnsigned(b), Precedence.Multiply, "sum");
    value = asInt(sub(a, mul(f.scope, quotient, b)));
  }
  return b.constant !== null ? value : trapping(f, compare(b, "===", ZERO, true), "remainderByZero", value);
}

type Unary = (a: Expression, f: FunctionBuilder) => Expression;
type Binary = (a: Expression, b: Expression, f: FunctionBuilder) => Expression;

function unaryEmitter(make: Unary, simple = false): Emitter {
  return (f) => {
    const a = simple ? f.popSimple() : f.pop();
    f.push(make(a, f));
  };
}

function binaryEmitter(make: Binary, simple = false): Emitter {
  return (f) => {
    if (simple) {
      f.simplify(0);
      f.simplify(1);
    }
    const b = f.pop();
    const a = f.pop();
    f.push(make(a, b, f));
  };
}

function comparison(operator: Parameters<typeof compare>[1], signed = true): Emitter {
  return binaryEmitter((a, b) => compare(a, operator, b, signed));
}

/** The i32 instructions, `conversions.ts` has those that change the type. */
export const I32_EMITTERS: Readonly<Record<string, Emitter>> = {
  "i32.const": (f) => f.push(int(f.reader.i32("immi32"))),
  "i32.eqz": unaryEmitter(eqz),
  "i32.eq": comparison("==="),
  "i32.ne": comparison("!=="),
  "i32.lt_s": comparison("<"),
  "i32.lt_u": comparison("<", false),
  "i32.gt_s": comparison(">"),
  "i32.gt_u": comparison(">", false),
  "i32.le_s": comparison("<="),
  "i32.le_u": comparison("<=", false),
  "i32.ge_s": comparison(">="),
  "i32.ge_u": comparison(">=", false),
  "i32.clz": unaryEmitter((a, f) => clz(f, a)),
  "i32.ctz": unaryEmitter((a, f) => ctz(f, a), true),
  "i32.popcnt": unaryEmitter((a, f) => call(f.scope.runtime("popcnt"), [asInt(a)], "small")),
  "i32.add": binaryEmitter(add),
  "i32.sub": binaryEmitter(sub),
  "i32.mul": binaryEmitter((a, b, f) => mul(f.scope, a, b)),
  "i32.div_s": (f) => f.push(divide(f, true)),
  "i32.div_u": (f) => f.push(divide(f, false)),
  "i32.rem_s": (f) => f.push(remainder(f, true)),
  "i32.rem_u": (f) => f.push(remainder(f, false)),
  "i32.and": binaryEmitter(and),
  "i32.or": binaryEmitter(or),
  "i32.xor": binaryEmitter(xor),
  "i32.shl": binaryEmitter(shl),
  "i32.shr_s": binaryEmitter(shrS),
  "i32.shr_u": binaryEmitter(shrU),
  "i32.rotl": binaryEmitter(rotl, true),
  "i32.rotr": binaryEmitter(rotr, true),
  "i32.extend8_s": unaryEmitter((a) => extend(a, 8)),
  "i32.extend16_s": unaryEmitter((a) => extend(a, 16)),
};
