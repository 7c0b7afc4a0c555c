/**
 * i64 instructions on pairs of int32 expressions, low and high (specification 4.3.2 "Integer Operations").
 *
 * The components of an i64 on the stack only read and load, and such expressions may change places: what may trap
 * otherwise or call is evaluated before it becomes half of a pair.
 *
 * @module
 */

import { COMPILES_BIGINTS } from "../runtime/numerics_i64.ts";
import {
  asInt,
  asUnsigned,
  call,
  conditional,
  derived,
  Effect,
  type Expression,
  int,
  OBSERVABLE,
  Precedence,
  ZERO,
} from "./expression.ts";
import type { FunctionBuilder } from "./function_builder.ts";
import type { Emitter, FunctionCompiler } from "./function_compiler.ts";
import * as i32 from "./i32.ts";

interface Pair {
  readonly low: Expression;
  readonly high: Expression;
}

function popPair(f: FunctionBuilder): Pair {
  const high = f.pop();
  return { low: f.pop(), high };
}

function pushPair(f: FunctionBuilder, low: Expression, high: Expression): void {
  f.push(low);
  f.push(high);
}

/** Component `depth` of the operands, from the top: high halves are even. */
const LOW_B = 1;
const HIGH_B = 0;
const LOW_A = 3;
const HIGH_A = 2;

function simplify(f: FunctionBuilder, ...depths: number[]): void {
  // From the lowest up, so that loads keep their order.
  for (const depth of depths) f.simplify(depth);
}

/** `a < b` of the low halves, unsigned, as 1 or 0: the carry. A conditional is 1.3 to 3 times slower on all hosts. */
function below(a: Expression, b: Expression): Expression {
  return asInt(i32.compare(a, "<", b, false));
}

function add(f: FunctionCompiler): void {
  simplify(f, LOW_B);
  const b = popPair(f);
  const a = popPair(f);
  if (b.low.constant === 0) return pushPair(f, a.low, i32.add(a.high, b.high));
  const low = f.evaluated(i32.add(a.low, b.low));
  if (low.constant !== null) {
    const carry = int(b.low.constant !== null && (low.constant >>> 0) < (b.low.constant >>> 0) ? 1 : 0);
    return pushPair(f, low, i32.add(i32.add(a.high, b.high), carry));
  }
  pushPair(f, low, i32.add(i32.add(a.high, b.high), below(low, b.low)));
}

function sub(f: FunctionCompiler): void {
  simplify(f, LOW_A, LOW_B);
  const b = popPair(f);
  const a = popPair(f);
  const high = i32.sub(a.high, b.high);
  if (b.low.constant === 0) return pushPair(f, a.low, high);
  pushPair(f, i32.sub(a.low, b.low), i32.sub(high, below(a.low, b.low)));
}

/** 2^-32. */
const SCALE = 2.3283064365386963e-10;
/** Products of a uint32 with less than this are exact as doubles. */
const EXACT_FACTOR = 1 << 21;
/** V8's optimising compiler refuses bodies larger than about this. */
const MOST_OPTIMIZED_BYTES = 16_000;

function mul(f: FunctionCompiler): void {
  simplify(f, LOW_A, HIGH_A, LOW_B, HIGH_B);
  let b = popPair(f);
  let a = popPair(f);
  if (a.low.constant !== null) [a, b] = [b, a];
  const imul = (x: Expression, y: Expression) => i32.mul(f.scope, x, y);
  const cross = i32.add(imul(a.low, b.high), imul(a.high, b.low));
  if (b.low.constant === 0) return pushPair(f, ZERO, cross);
  if (b.low.constant === 1) return pushPair(f, a.low, cross);
  const low = f.evaluated(imul(a.low, b.low));
  pushPair(f, low, i32.add(highProduct(f, a.low, b.low, low), cross));
}

/** The high half of the product of two uint32, whose low half is `low`. */
function highProduct(f: FunctionCompiler, a: Expression, b: Expression, low: Expression): Expression {
  const constant = b.constant === null ? null : b.constant >>> 0;
  if (constant !== null && constant < EXACT_FACTOR) {
    const scaled = constant * SCALE;
    const text = `${asUnsigned(a).operand(Precedence.Multiply)}*${scaled}|0`;
    return derived(text, Precedence.BitOr, "int", [a]);
  }
  return COMPILES_BIGINTS && f.bodySize < MOST_OPTIMIZED_BYTES
    ? highProductOfBigInts(f, a, b)
    : highProductOfDoubles(a, b, low);
}

/** One machine multiplication in code that V8 has optimised. */
function highProductOfBigInts(f: FunctionBuilder, a: Expression, b: Expression): Expression {
  const { scope } = f;
  const factor = (x: Expression) =>
    x.constant === null ? `${scope.runtime("toBigInt")}(${asUnsigned(x).text})` : `${x.constant >>> 0}n`;
  const product = `${scope.runtime("SCRATCH_I64")}[0]=${factor(a)}*${factor(b)}`;
  return derived(`(${product},${scope.runtime("SCRATCH_I32")}[1])`, Precedence.Postfix, "int", [a, b]);
}

/**
 * The product of doubles, `p`, misses the true product by less than 2^11, and `p - low` would be a multiple of 2^32 if it did not,
 * so that rounding `(p - low) / 2^32` to an integer gives the high half. Products of 16-bit halves take 1.3 times as long on V8 and
 * 1.5 times on JavaScriptCore in a hash with independent lanes.
 */
function highProductOfDoubles(a: Expression, b: Expression, low: Expression): Expression {
  const factor = asUnsigned(a).operand(Precedence.Multiply);
  const product = (text: string, ...parts: Expression[]) => derived(text, Precedence.BitOr, "int", parts);
  if (b.constant !== null) {
    const scaled = (b.constant >>> 0) * SCALE;
    const lowPart = `${asUnsigned(low).operand(Precedence.Multiply)}*${SCALE}`;
    return product(`${factor}*${scaled}-${lowPart}+0.5|0`, a, low);
  }
  const unscaled = `${factor}*${asUnsigned(b).operand(Precedence.Multiply + 1)}`;
  const subtrahend = asUnsigned(low).operand(Precedence.Add + 1);
  return product(`(${unscaled}-${subtrahend})*${SCALE}+0.5|0`, a, b, low);
}

function bitwise(make: (a: Expression, b: Expression) => Expression): Emitter {
  return (f) => {
    const b = popPair(f);
    const a = popPair(f);
    pushPair(f, make(a.low, b.low), make(a.high, b.high));
  };
}

/** The shift count, when it is constant. */
function constantCount(f: FunctionBuilder): number | null {
  const { constant } = f.operands.at(-2)!;
  return constant === null ? null : constant & 63;
}

function popConstantCount(f: FunctionBuilder): void {
  f.discard(f.pop());
  f.pop();
}

/** Pops the operands of a shift by a variable count; all components of the result are simple. */
function popShift(f: FunctionBuilder): { a: Pair; count: Expression } {
  simplify(f, LOW_A, HIGH_A, LOW_B);
  f.discard(f.pop());
  const count = f.pop();
  return { a: popPair(f), count };
}

/** `>>> 32 - count` for a count below 32, zero included. */
function shiftedOut(bits: Expression, count: Expression): Expression {
  const inverse = derived(`~${count.text}`, Precedence.Unary, "int", [count]);
  return i32.shrU(i32.shrU(bits, int(1)), inverse);
}

/** `<< 32 - count`. */
function shiftedIn(bits: Expression, count: Expression): Expression {
  const inverse = derived(`~${count.text}`, Precedence.Unary, "int", [count]);
  return i32.shl(i32.shl(bits, int(1)), inverse);
}

/** Writes `if (count & 32) { large } else { small }`, both assigning low and high, and pushes those. */
function pushByCount(
  f: FunctionBuilder,
  count: Expression,
  large: readonly [low: Expression, high: Expression],
  small: readonly [low: Expression, high: Expression],
): void {
  const low = f.temporary("int");
  const high = f.temporary("int");
  const assignments = (pair: readonly [Expression, Expression]) =>
    `${low.name}=${asInt(pair[0]).text};${high.name}=${asInt(pair[1]).text}`;
  f.text += `if(${count.operand(Precedence.BitAnd)}&32){${assignments(large)}}else{${assignments(small)}}\n`;
  pushPair(f, low.read(), high.read());
}

function shl(f: FunctionCompiler): void {
  const count = constantCount(f);
  if (count === null) {
    const { a, count } = popShift(f);
    const low = i32.shl(a.low, count);
    return pushByCount(f, count, [ZERO, low], [
      low,
      i32.or(i32.shl(a.high, count), shiftedOut(a.low, count)),
    ]);
  }
  popConstantCount(f);
  if (count >= 32) {
    f.discard(f.pop());
    return pushPair(f, ZERO, i32.shl(f.pop(), int(count)));
  }
  if (count === 0) return;
  f.simplify(1);
  const { low, high } = popPair(f);
  pushPair(
    f,
    i32.shl(low, int(count)),
    i32.or(i32.shl(high, int(count)), i32.shrU(low, int(32 - count))),
  );
}

function shiftRight(
  f: FunctionCompiler,
  shiftHigh: typeof i32.shrU,
  fill: (high: Expression) => Expression,
): void {
  const count = constantCount(f);
  if (count === null) {
    const { a, count } = popShift(f);
    const high = shiftHigh(a.high, count);
    return pushByCount(f, count, [high, fill(a.high)], [
      i32.or(i32.shrU(a.low, count), shiftedIn(a.high, count)),
      high,
    ]);
  }
  popConstantCount(f);
  if (count === 0) return;
  f.simplify(0);
  const { low, high } = popPair(f);
  if (count >= 32) {
    f.discard(low);
    return pushPair(f, shiftHigh(high, int(count)), fill(high));
  }
  pushPair(
    f,
    i32.or(i32.shrU(low, int(count)), i32.shl(high, int(32 - count))),
    shiftHigh(high, int(count)),
  );
}

const signOf = (high: Expression) => i32.shrS(high, int(31));

function rotate(f: FunctionCompiler, left: boolean): void {
  const constant = constantCount(f);
  if (constant === null) {
    const { a, count } = popShift(f);
    const out = (x: Expression, y: Expression): Expression =>
      left
        ? i32.or(i32.shl(x, count), shiftedOut(y, count))
        : i32.or(i32.shrU(x, count), shiftedIn(y, count));
    return pushByCount(f, count, [out(a.high, a.low), out(a.low, a.high)], [
      out(a.low, a.high),
      out(a.high, a.low),
    ]);
  }
  popConstantCount(f);
  const count = left ? constant : 64 - constant & 63;
  if (count === 0) return;
  simplify(f, 1, 0);
  const { low, high } = popPair(f);
  const [x, y] = count < 32 ? [low, high] : [high, low];
  if (count === 32) return pushPair(f, x, y);
  const part = (a: Expression, b: Expression) =>
    i32.or(i32.shl(a, int(count)), i32.shrU(b, int(32 - (count & 31))));
  pushPair(f, part(x, y), part(y, x));
}

function clz(f: FunctionCompiler): void {
  // The low half is only looked at when the high one is zero: what may trap comes before.
  if ((f.operands.at(-2)!.effects & OBSERVABLE) !== 0) f.simplify(1);
  f.simplify(0);
  const { low, high } = popPair(f);
  const ofLow = i32.add(int(32), i32.clz(f, low));
  pushPair(f, conditional(i32.eqz(high), asInt(ofLow), i32.clz(f, high), "small"), ZERO);
}

function ctz(f: FunctionCompiler): void {
  simplify(f, 1, 0);
  const { low, high } = popPair(f);
  const ofHigh = i32.add(int(32), i32.ctz(f, high));
  pushPair(f, conditional(i32.eqz(low), asInt(ofHigh), i32.ctz(f, low), "small"), ZERO);
}

function popcnt(f: FunctionCompiler): void {
  const { low, high } = popPair(f);
  const ones = (half: Expression) => call(f.scope.runtime("popcnt"), [asInt(half)], "small");
  pushPair(f, i32.add(ones(low), ones(high)), ZERO);
}

function eqz(f: FunctionCompiler): void {
  const { low, high } = popPair(f);
  f.push(i32.eqz(i32.or(low, high)));
}

function equality(f: FunctionCompiler, operator: "===" | "!=="): void {
  const b = popPair(f);
  const a = popPair(f);
  const effects = a.high.effects | b.high.effects;
  const equal = operator === "===";
  if (b.low.constant === 0 && b.high.constant === 0 || (effects & Effect.TrapMemory) !== 0) {
    const difference = i32.or(i32.xor(a.low, b.low), i32.xor(a.high, b.high));
    f.push(i32.compare(difference, operator, ZERO, true));
    return;
  }
  const lows = i32.compare(a.low, operator, b.low, true);
  const highs = i32.compare(a.high, operator, b.high, true);
  f.push(
    equal
      ? derived(`${lows.text}&&${highs.text}`, Precedence.And, "bool", [lows, highs])
      : derived(`${lows.text}||${highs.text}`, Precedence.Or, "bool", [lows, highs]),
  );
}

function compare(operator: "<" | ">" | "<=" | ">=", signed: boolean): Emitter {
  return (f) => {
    const { constant } = f.operands.at(-1 - LOW_B)!;
    if (
      signed && constant === 0 && f.operands.at(-1)!.constant === 0 && (operator === "<" || operator === ">=")
    ) {
      popPair(f);
      const { low, high } = popPair(f);
      f.discard(low);
      f.push(i32.compare(high, operator, ZERO, true));
      return;
    }
    simplify(f, LOW_A, HIGH_A, LOW_B, HIGH_B);
    const b = popPair(f);
    const a = popPair(f);
    const equal = i32.compare(a.high, "===", b.high, true);
    const lows = i32.compare(a.low, operator, b.low, false);
    f.push(conditional(equal, lows, i32.compare(a.high, operator, b.high, signed), "bool"));
  };
}

/** Calls a function that returns a pair: the low half, the high one in return register 1. */
export function pushPairCall(
  f: FunctionBuilder,
  callee: string,
  operands: readonly Expression[],
  effects: number,
): void {
  const result = call(callee, operands.map(asInt), "int", effects);
  f.settle(result.effects);
  const low = f.temporary("int");
  const high = f.temporary("int");
  f.write(`${low.name}=${result.text}`);
  f.write(`${high.name}=${f.scope.runtime("RESULT_I32")}[1]`);
  pushPair(f, low.read(), high.read());
}

function division(name: string): Emitter {
  return (f) => pushPairCall(f, f.scope.runtime(name), f.popComponents(4), Effect.Trap);
}

function extendLow(f: FunctionCompiler, bits: 8 | 16 | 32): void {
  f.discard(f.pop());
  if (bits === 32) {
    f.simplify(0);
    const low = f.pop();
    return pushPair(f, low, signOf(low));
  }
  const low = f.evaluated(i32.extend(f.pop(), bits));
  pushPair(f, low, signOf(low));
}

/** `i64.extend_i32_s`. */
function extendSigned(f: FunctionCompiler): void {
  const low = f.popSimple();
  pushPair(f, low, signOf(low));
}

function extendUnsigned(f: FunctionCompiler): void {
  const { effects } = f.operands.at(-1)!;
  if ((effects & (Effect.Call | Effect.Trap)) !== 0) f.simplify(0);
  pushPair(f, asInt(f.pop()), ZERO);
}

/** The pair as a double, rounded once. */
function toDouble(high: Expression, low: Expression): Expression {
  return derived(
    `${high.operand(Precedence.Multiply)}*4294967296+${asUnsigned(low).operand(Precedence.Add + 1)}`,
    Precedence.Add,
    "f64",
    [high, low],
  );
}

/** The i64 instructions, conversions from and to i32 included. */
export const I64_EMITTERS: Readonly<Record<string, Emitter>> = {
  "i64.const": (f) => {
    const value = f.reader.i64("immi64");
    pushPair(f, int(Number(BigInt.asIntN(32, value))), int(Number(value >> 32n)));
  },
  "i64.eqz": eqz,
  "i64.eq": (f) => equality(f, "==="),
  "i64.ne": (f) => equality(f, "!=="),
  "i64.lt_s": compare("<", true),
  "i64.lt_u": compare("<", false),
  "i64.gt_s": compare(">", true),
  "i64.gt_u": compare(">", false),
  "i64.le_s": compare("<=", true),
  "i64.le_u": compare("<=", false),
  "i64.ge_s": compare(">=", true),
  "i64.ge_u": compare(">=", false),
  "i64.clz": clz,
  "i64.ctz": ctz,
  "i64.popcnt": popcnt,
  "i64.add": add,
  "i64.sub": sub,
  "i64.mul": mul,
  "i64.div_s": division("i64DivS"),
  "i64.div_u": division("i64DivU"),
  "i64.rem_s": division("i64RemS"),
  "i64.rem_u": division("i64RemU"),
  "i64.and": bitwise(i32.and),
  "i64.or": bitwise(i32.or),
  "i64.xor": bitwise(i32.xor),
  "i64.shl": shl,
  "i64.shr_s": (f) => shiftRight(f, i32.shrS, signOf),
  "i64.shr_u": (f) => shiftRight(f, i32.shrU, () => ZERO),
  "i64.rotl": (f) => rotate(f, true),
  "i64.rotr": (f) => rotate(f, false),
  "i64.extend8_s": (f) => extendLow(f, 8),
  "i64.extend16_s": (f) => extendLow(f, 16),
  "i64.extend32_s": (f) => extendLow(f, 32),
  "i32.wrap_i64": (f) => f.discard(f.pop()),
  "i64.extend_i32_s": extendSigned,
  "i64.extend_i32_u": extendUnsigned,
  "f64.convert_i64_s": (f) => {
    const { low, high } = popPair(f);
    f.push(toDouble(asInt(high), low));
  },
  "f64.convert_i64_u": (f) => {
    const { low, high } = popPair(f);
    f.push(toDouble(asUnsigned(high), low));
  },
  "f32.convert_i64_s": (f) =>
    f.push(call(f.scope.runtime("f32ConvertI64S"), f.popComponents(2).map(asInt), "quiet f32")),
  "f32.convert_i64_u": (f) =>
    f.push(call(f.scope.runtime("f32ConvertI64U"), f.popComponents(2).map(asInt), "quiet f32")),
  "i64.trunc_f32_s": truncation("i64TruncateS", Effect.Trap),
  "i64.trunc_f32_u": truncation("i64TruncateU", Effect.Trap),
  "i64.trunc_f64_s": truncation("i64TruncateS", Effect.Trap),
  "i64.trunc_f64_u": truncation("i64TruncateU", Effect.Trap),
  "i64.trunc_sat_f32_s": truncation("i64SaturateS", Effect.None),
  "i64.trunc_sat_f32_u": truncation("i64SaturateU", Effect.None),
  "i64.trunc_sat_f64_s": truncation("i64SaturateS", Effect.None),
  "i64.trunc_sat_f64_u": truncation("i64SaturateU", Effect.None),
};

function truncation(name: string, effects: number): Emitter {
  return (f) => pushPairCall(f, f.scope.runtime(name), [f.pop()], effects);
}
