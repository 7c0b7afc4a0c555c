/**
 * Vector instructions on integer lanes (specification 4.3.5 "Vector Operations").
 *
 * @module
 */

import { asInt, derived, Effect, type Expression, int, Precedence, ZERO } from "./expression.ts";
import type { Emitter, FunctionCompiler } from "./function_compiler.ts";
import * as i32 from "./i32.ts";
import { I64_EMITTERS } from "./i64.ts";
import {
  choose,
  type Components,
  MaskLane,
  PackedMask,
  popInts,
  popSimpleInts,
  popVector,
  pushVector,
  toInts,
} from "./vector_shapes.ts";
import * as words from "./vector_words.ts";
import { extended, type Width } from "./vector_words.ts";

type Unary = (f: FunctionCompiler, a: Expression) => Expression;
type Binary = (f: FunctionCompiler, a: Expression, b: Expression) => Expression;

/** An operation on each word of simple operands. */
function unary(make: Unary): Emitter {
  return (f) => {
    const a = popSimpleInts(f);
    pushVector(f, a.map((word) => make(f, word)));
  };
}

/** An operation on each two words, simple ones. */
function binary(make: Binary): Emitter {
  return (f) => {
    const b = popInts(f);
    const a = popSimpleInts(f);
    pushVector(f, a.map((word, i) => make(f, word, f.evaluated(b[i]))));
  };
}

/** The same without need of simple operands. */
function plainBinary(make: Binary): Emitter {
  return (f) => {
    const b = popInts(f);
    const a = popInts(f);
    pushVector(f, a.map((word, i) => make(f, word, b[i])));
  };
}

/** The result's words from words 0 and 1, or 2 and 3, of operands of half the width. */
function widened(
  half: "low" | "high",
  make: (f: FunctionCompiler, a: Components, b: Components) => Components,
): Emitter {
  return (f) => {
    const b = popSimpleInts(f);
    const a = popSimpleInts(f);
    const at = half === "low" ? 0 : 2;
    pushVector(f, make(f, a.slice(at, at + 2), b.slice(at, at + 2)));
  };
}

type Comparison = "eq" | "ne" | "lt" | "gt" | "le" | "ge";

/** The highest bits of the lanes for which a comparison holds. */
function packedComparison(width: Width, comparison: Comparison, signed: boolean): Emitter {
  return binary((f, a, b) => {
    const high = () => {
      switch (comparison) {
        case "eq":
          return words.equalLanes(f, a, b, width);
        case "ne":
          return words.otherLanes(words.equalLanes(f, a, b, width), width);
        case "lt":
          return words.lessLanes(a, b, width, signed);
        case "gt":
          return words.lessLanes(b, a, width, signed);
        case "le":
          return words.otherLanes(words.lessLanes(b, a, width, signed), width);
        case "ge":
          return words.otherLanes(words.lessLanes(a, b, width, signed), width);
      }
    };
    return words.maskLanes(f, high(), width);
  });
}

const OPERATORS = { eq: "===", ne: "!==", lt: "<", gt: ">", le: "<=", ge: ">=" } as const;

function comparisons(): Record<string, Emitter> {
  const emitters: Record<string, Emitter> = {};
  for (const comparison of ["eq", "ne", "lt", "gt", "le", "ge"] as const) {
    const operator = OPERATORS[comparison];
    for (const suffix of comparison === "eq" || comparison === "ne" ? [""] : ["_s", "_u"]) {
      const signed = suffix !== "_u";
      emitters[`i8x16.${comparison}${suffix}`] = packedComparison(8, comparison, signed);
      emitters[`i16x8.${comparison}${suffix}`] = packedComparison(16, comparison, signed);
      emitters[`i32x4.${comparison}${suffix}`] = plainBinary((_, a, b) =>
        new MaskLane(i32.compare(a, operator, b, signed))
      );
      if (signed) {
        const i64 = I64_EMITTERS[`i64.${comparison}${suffix}`];
        emitters[`i64x2.${comparison}${suffix}`] = (f) => {
          const [[low], [high]] = pairwise(f, i64, 2, 1);
          pushVector(f, [...wideMask(f, low), ...wideMask(f, high)]);
        };
      }
    }
  }
  return emitters;
}

/** The two components of a mask lane of 64 bits. */
export function wideMask(f: FunctionCompiler, condition: Expression): Components {
  const mask = f.evaluated(new MaskLane(condition));
  const lane = new MaskLane(mask, mask);
  return [lane, lane];
}

/** Runs an i64 instruction on each of the two lanes of `operands` vectors; the results' components. */
function pairwise(f: FunctionCompiler, emit: Emitter, operands: 1 | 2, results: 1 | 2): Expression[][] {
  const vectors = Array.from({ length: operands }, () => popInts(f)).reverse();
  return [0, 2].map((at) => {
    for (const vector of vectors) {
      f.push(vector[at]);
      f.push(vector[at + 1]);
    }
    emit(f);
    return f.popComponents(results);
  });
}

function i64Lanes(mnemonic: string): Emitter {
  return (f) => pushVector(f, pairwise(f, I64_EMITTERS[mnemonic], 2, 2).flat());
}

/** A shift of 64-bit lanes. */
function i64Shift(mnemonic: string): Emitter {
  return (f) => {
    const count = f.popSimple();
    const a = popInts(f);
    const lanes = [0, 2].flatMap((at) => {
      for (const component of [a[at], a[at + 1], count, ZERO]) f.push(component);
      I64_EMITTERS[mnemonic](f);
      return f.popComponents(2);
    });
    pushVector(f, lanes);
  };
}

function i64Negate(f: FunctionCompiler): void {
  const a = popInts(f);
  const lanes = [0, 2].flatMap((at) => {
    for (const component of [ZERO, ZERO, a[at], a[at + 1]]) f.push(component);
    I64_EMITTERS["i64.sub"](f);
    return f.popComponents(2);
  });
  pushVector(f, lanes);
}

/** `(a ^ sign) - sign`. */
function i64Absolute(f: FunctionCompiler): void {
  const a = popSimpleInts(f);
  const lanes = [0, 2].flatMap((at) => {
    const sign = f.evaluated(i32.shrS(a[at + 1], int(31)));
    for (const component of [i32.xor(a[at], sign), i32.xor(a[at + 1], sign), sign, sign]) f.push(component);
    I64_EMITTERS["i64.sub"](f);
    return f.popComponents(2);
  });
  pushVector(f, lanes);
}

function packedShift(width: Width, operation: "shl" | "shr_s" | "shr_u"): Emitter {
  return (f) => {
    const count = f.evaluated(i32.and(f.popSimple(), int(width - 1)));
    const a = popSimpleInts(f);
    const shift = words.shiftLanes(f, width, operation, count);
    pushVector(f, a.map(shift));
  };
}

function i32Shift(make: (a: Expression, b: Expression) => Expression): Emitter {
  return (f) => {
    const count = f.popSimple();
    pushVector(f, popInts(f).map((word) => make(word, count)));
  };
}

function extreme(signed: boolean, larger: boolean): Binary {
  return (_, a, b) => choose(i32.compare(a, larger ? ">" : "<", b, signed), a, b);
}

/** The instructions that 8-bit and 16-bit lanes have. */
function packed(shape: "i8x16" | "i16x8", width: Width): Record<string, Emitter> {
  const instructions: Record<string, Emitter> = {
    add: binary((_, a, b) => words.addLanes(a, b, width)),
    sub: binary((_, a, b) => words.subLanes(a, b, width)),
    neg: unary((_, a) => words.subLanes(ZERO, a, width)),
    abs: unary((f, a) => words.absLanes(f, a, width)),
    add_sat_s: binary((f, a, b) => words.addSaturatingS(f, a, b, width)),
    add_sat_u: binary((f, a, b) => words.addSaturatingU(f, a, b, width)),
    sub_sat_s: binary((f, a, b) => words.subSaturatingS(f, a, b, width)),
    sub_sat_u: binary((f, a, b) => words.subSaturatingU(f, a, b, width)),
    min_s: binary((f, a, b) => words.extremeLanes(f, a, b, width, true, false)),
    min_u: binary((f, a, b) => words.extremeLanes(f, a, b, width, false, false)),
    max_s: binary((f, a, b) => words.extremeLanes(f, a, b, width, true, true)),
    max_u: binary((f, a, b) => words.extremeLanes(f, a, b, width, false, true)),
    avgr_u: binary((_, a, b) => words.averageLanes(a, b, width)),
    shl: packedShift(width, "shl"),
    shr_s: packedShift(width, "shr_s"),
    shr_u: packedShift(width, "shr_u"),
    all_true: (f) => f.push(allTrue(popVector(f), f, width)),
    bitmask: (f) => f.push(packedBitmask(f, popVector(f), width)),
  };
  return Object.fromEntries(Object.entries(instructions).map(([name, emit]) => [`${shape}.${name}`, emit]));
}

/** Whether no lane is zero. */
function allTrue(components: Components, f: FunctionCompiler, width: Width): Expression {
  if (components.every((lane) => lane instanceof PackedMask && lane.width === width)) {
    const high = (components as PackedMask[]).map((lane) => lane.high).reduce(i32.and);
    return i32.compare(high, "===", int(width === 8 ? 0x80808080 | 0 : 0x80008000 | 0), true);
  }
  const zeros = toInts(f, components).map((word) => words.zeroLanes(f.evaluated(word), width));
  return i32.eqz(zeros.reduce(i32.or));
}

function packedBitmask(f: FunctionCompiler, components: Components, width: Width): Expression {
  const high = components.every((lane) => lane instanceof PackedMask && lane.width === width)
    ? (components as PackedMask[]).map((lane) => lane.high)
    : toInts(f, components).map((word) => f.evaluated(word));
  const perWord = 32 / width;
  return high.map((word, i) => i32.shl(words.gatherHigh(f, word, width), int(i * perWord))).reduce(i32.or);
}

/** `i32x4.bitmask`, and with two components per lane `i64x2.bitmask`. */
function bitmask(signs: readonly Expression[]): Expression {
  return signs.map((sign, i) => i32.shl(i32.shrU(sign, int(31)), int(i))).reduce(i32.or);
}

/** `v128.any_true`. */
function anyTrue(f: FunctionCompiler): void {
  const components = popVector(f);
  const lanes = components.map((lane) => lane instanceof PackedMask ? lane.high : lane);
  const bits = lanes.every((lane, i) => lane === components[i]) ? toInts(f, components) : lanes;
  f.push(i32.compare(bits.reduce(i32.or), "!==", ZERO, true));
}

function product(
  signed: boolean,
  width: 8 | 16,
): (f: FunctionCompiler, a: Components, b: Components) => Components {
  return (f, a, b) =>
    a.flatMap((word, i) => {
      if (width === 8) {
        const [x, y] = [extended(word, 8, signed), extended(b[i], 8, signed)];
        return x.map((lanes, half) => words.mulLanes(f, f.evaluated(lanes), f.evaluated(y[half])));
      }
      const [x, y] = [extended(word, 16, signed), extended(b[i], 16, signed)];
      return x.map((lane, half) => i32.mul(f.scope, lane, y[half]));
    });
}

function wideProduct(signed: boolean): (f: FunctionCompiler, a: Components, b: Components) => Components {
  return (f, a, b) =>
    a.flatMap((word, i) => {
      for (const component of [...extended(word, 32, signed), ...extended(b[i], 32, signed)]) {
        f.push(component);
      }
      I64_EMITTERS["i64.mul"](f);
      return f.popComponents(2);
    });
}

function extensions(): Record<string, Emitter> {
  const emitters: Record<string, Emitter> = {};
  const shapes = [["i16x8", "i8x16", 8], ["i32x4", "i16x8", 16], ["i64x2", "i32x4", 32]] as const;
  for (const [shape, from, width] of shapes) {
    for (const half of ["low", "high"] as const) {
      for (const suffix of ["s", "u"] as const) {
        const signed = suffix === "s";
        emitters[`${shape}.extend_${half}_${from}_${suffix}`] = (f) => {
          const at = half === "low" ? 0 : 2;
          const a = popSimpleInts(f).slice(at, at + 2);
          pushVector(f, a.flatMap((word) => extended(word, width, signed)));
        };
        const multiply = width === 32 ? wideProduct(signed) : product(signed, width);
        emitters[`${shape}.extmul_${half}_${from}_${suffix}`] = widened(half, multiply);
        if (width !== 32) {
          emitters[`${shape}.extadd_pairwise_${from}_${suffix}`] = unary((f, a) =>
            words.addPairs(f, a, width, signed)
          );
        }
      }
    }
  }
  return emitters;
}

/** The words of the first operand and then those of the second, two and two narrowed into one. */
function narrow(callee: string): Emitter {
  return (f) => {
    const b = popInts(f);
    const [w0, w1, w2, w3, w4, w5, w6, w7] = [...popInts(f), ...b];
    pushVector(f, [[w0, w1], [w2, w3], [w4, w5], [w6, w7]].map((two) => words.wordCall(f, callee, two)));
  };
}

/** `i32x4.dot_i16x8_s`. */
const dotProduct: Binary = (f, a, b) => {
  const [x, y] = [extended(a, 16, true), extended(b, 16, true)];
  return asInt(i32.add(i32.mul(f.scope, x[0], y[0]), i32.mul(f.scope, x[1], y[1])));
};

const relaxedDotProduct = plainBinary((f, a, b) => words.wordCall(f, "dotBytes", [a, b]));

/** The dot product's neighbours added, and the third operand. */
function relaxedDotProductAdd(f: FunctionCompiler): void {
  const c = popInts(f);
  relaxedDotProduct(f);
  const dots = popSimpleInts(f);
  pushVector(f, dots.map((word, i) => asInt(i32.add(asInt(words.addPairs(f, word, 16, true)), c[i]))));
}

/** `i8x16.swizzle`: indices from 16 on pick zeros. */
function swizzle(f: FunctionCompiler): void {
  const indices = popSimpleInts(f);
  const table = f.scope.runtime("SWIZZLE_WORDS");
  const a = popInts(f);
  f.settle(a.reduce((effects, { effects: more }) => effects | more, Effect.None));
  for (const [i, word] of a.entries()) f.write(`${table}[${i}]=${word.text}`);
  pushVector(f, indices.map((word) => f.evaluated(words.pickBytes(f, word))));
}

function absolute(_: FunctionCompiler, a: Expression): Expression {
  const sign = i32.shrS(a, int(31));
  return asInt(i32.sub(i32.xor(a, sign), sign));
}

/** Vector instructions on integer lanes. */
export const VECTOR_LANE_EMITTERS: Readonly<Record<string, Emitter>> = {
  ...packed("i8x16", 8),
  ...packed("i16x8", 16),
  ...comparisons(),
  ...extensions(),
  "i8x16.popcnt": unary(words.popcntLanes),
  "i8x16.swizzle": swizzle,
  "i8x16.narrow_i16x8_s": narrow("narrow8S"),
  "i8x16.narrow_i16x8_u": narrow("narrow8U"),
  "i16x8.narrow_i32x4_s": narrow("narrow16S"),
  "i16x8.narrow_i32x4_u": narrow("narrow16U"),
  "i16x8.mul": binary(words.mulLanes),
  "i16x8.q15mulr_sat_s": plainBinary((f, a, b) => words.wordCall(f, "q15MultiplyS", [a, b])),
  "i32x4.add": plainBinary((_, a, b) => asInt(i32.add(a, b))),
  "i32x4.sub": plainBinary((_, a, b) => asInt(i32.sub(a, b))),
  "i32x4.mul": plainBinary((f, a, b) => i32.mul(f.scope, a, b)),
  "i32x4.neg": unary((_, a) => asInt(i32.sub(ZERO, a))),
  "i32x4.abs": unary(absolute),
  "i32x4.min_s": binary(extreme(true, false)),
  "i32x4.min_u": binary(extreme(false, false)),
  "i32x4.max_s": binary(extreme(true, true)),
  "i32x4.max_u": binary(extreme(false, true)),
  "i32x4.shl": i32Shift(i32.shl),
  "i32x4.shr_s": i32Shift(i32.shrS),
  "i32x4.shr_u": i32Shift(i32.shrU),
  "i32x4.dot_i16x8_s": binary(dotProduct),
  "i32x4.all_true": (f) => f.push(allNonzero(popSimpleInts(f))),
  "i32x4.bitmask": (f) => f.push(bitmask(popInts(f))),
  "i64x2.add": i64Lanes("i64.add"),
  "i64x2.sub": i64Lanes("i64.sub"),
  "i64x2.mul": i64Lanes("i64.mul"),
  "i64x2.neg": i64Negate,
  "i64x2.abs": i64Absolute,
  "i64x2.shl": i64Shift("i64.shl"),
  "i64x2.shr_s": i64Shift("i64.shr_s"),
  "i64x2.shr_u": i64Shift("i64.shr_u"),
  "i64x2.all_true": (f) => {
    const [a, b, c, d] = popSimpleInts(f);
    f.push(allNonzero([i32.or(a, b), i32.or(c, d)]));
  },
  "i64x2.bitmask": (f) => {
    const a = popInts(f);
    f.discard(a[0]);
    f.discard(a[2]);
    f.push(bitmask([a[1], a[3]]));
  },
  "v128.any_true": anyTrue,
  "i8x16.relaxed_swizzle": swizzle,
  "i16x8.relaxed_q15mulr_s": plainBinary((f, a, b) => words.wordCall(f, "q15MultiplyS", [a, b])),
  "i16x8.relaxed_dot_i8x16_i7x16_s": relaxedDotProduct,
  "i32x4.relaxed_dot_i8x16_i7x16_add_s": relaxedDotProductAdd,
};

/** Whether all are nonzero; they have been read, since the later ones may not be looked at. */
function allNonzero(lanes: readonly Expression[]): Expression {
  const conditions = lanes.map((lane) => i32.compare(lane, "!==", ZERO, true));
  return derived(
    conditions.map((condition) => condition.operand(Precedence.And)).join("&&"),
    Precedence.And,
    "bool",
    conditions,
  );
}
