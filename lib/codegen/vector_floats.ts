/**
 * Vector instructions on floating point lanes (specification 4.3.5 "Vector Operations").
 *
 * Of what relaxed instructions may do, they do what the deterministic profile of the specification says (4.3.6
 * "Relaxed Operations"), and so the same on every host: multiply-add rounds twice, minimum, maximum and truncation are those of
 * the instructions that are not relaxed, lane selection is `v128.bitselect`, swizzling gives zero for every index from 16
 * on, `q15mulr` saturates, and dot products take both operands as signed and saturate.
 *
 * @module
 */

import { KEEPS_NAN_BITS } from "../runtime/float_bits.ts";
import {
  asInt,
  asUnsigned,
  binary,
  call,
  conditional,
  Expression,
  int,
  type Kind,
  Precedence,
  unary,
  ZERO,
} from "./expression.ts";
import { float, FLOAT_EMITTERS } from "./floats.ts";
import type { Emitter, FunctionCompiler } from "./function_compiler.ts";
import * as i32 from "./i32.ts";
import { wideMask } from "./vector_lanes.ts";
import {
  areIn,
  choose,
  type Components,
  discardLanes,
  firstSingles,
  MaskLane,
  popDoubles,
  popInts,
  popSingles,
  popVector,
  pushDoubles,
  pushVector,
  toDoubles,
  toInts,
  toSingles,
} from "./vector_shapes.ts";

const SINGLE_ZERO = float(0, "quiet f32");

/** How the lanes of a shape come off the stack and go back. */
interface Lanes {
  readonly type: "f32" | "f64";
  readonly shape: "f32x4" | "f64x2";
  pop(f: FunctionCompiler, exact: boolean): Expression[];
  from(f: FunctionCompiler, components: Components, exact: boolean): Expression[];
  push(f: FunctionCompiler, lanes: readonly Expression[]): void;
  /** Components of the mask of a lane. */
  mask(f: FunctionCompiler, condition: Expression): Components;
}

const SINGLES: Lanes = {
  type: "f32",
  shape: "f32x4",
  pop: popSingles,
  from: toSingles,
  push: pushVector,
  mask: (_, condition) => [new MaskLane(condition)],
};

const DOUBLES: Lanes = {
  type: "f64",
  shape: "f64x2",
  pop: popDoubles,
  from: toDoubles,
  push: pushDoubles,
  mask: wideMask,
};

/** Takes operands off the stack: by lane, the operand of each vector. */
function popLanes(f: FunctionCompiler, lanes: Lanes, count: number): Expression[][] {
  const vectors = Array.from({ length: count }, () => lanes.pop(f, false)).reverse();
  return vectors[0].map((_, lane) => vectors.map((vector) => vector[lane]));
}

/** The scalar instruction `name` on every lane. */
function lanewise(lanes: Lanes, name: string, operands: number): Emitter {
  const emit = FLOAT_EMITTERS[`${lanes.type}.${name}`];
  return (f) => {
    const results = popLanes(f, lanes, operands).map((values) => {
      for (const value of values) f.push(value);
      emit(f);
      return f.pop();
    });
    lanes.push(f, results);
  };
}

/** A function whose result is one of its operands or an integer: a single stays one without being rounded. */
function exactly(lanes: Lanes, name: string, operands: number): Emitter {
  if (lanes.type === "f64") return lanewise(lanes, name, operands);
  return (f) => {
    const results = popLanes(f, lanes, operands).map((values) => {
      const result = call(f.scope.runtime(name), values, "quiet f32");
      const quiet = values.every(({ kind }) => kind === "quiet f32");
      return quiet ? result : call(f.scope.runtime("fround"), [result], "quiet f32");
    });
    lanes.push(f, results);
  };
}

function comparison(lanes: Lanes, operator: string): Emitter {
  const precedence = operator.length === 3 ? Precedence.Equal : Precedence.Relate;
  return (f) => {
    const conditions = popLanes(f, lanes, 2).map(([a, b]) => binary(a, operator, b, precedence, "bool"));
    pushVector(f, conditions.flatMap((condition) => lanes.mask(f, condition)));
  };
}

/** `pmin` and `pmax`: one of the operands, with all its bits. */
function pseudoExtreme(lanes: Lanes, operator: "<" | ">"): Emitter {
  const compare = (b: Expression, a: Expression) => binary(b, operator, a, Precedence.Relate, "bool");
  return (f) => {
    const y = popVector(f);
    const x = popVector(f);
    if (areIn(f, lanes.shape, x, y)) {
      const b = lanes.from(f, y, true);
      const results = lanes.from(f, x, true).map((lane, i) => {
        const [first, second] = [f.evaluated(lane), f.evaluated(b[i])];
        return choose(compare(second, first), second, first);
      });
      return lanes.push(f, results);
    }
    const b = toInts(f, y).map((word) => f.evaluated(word));
    const a = toInts(f, x).map((word) => f.evaluated(word));
    const second = lanes.from(f, b, false);
    const conditions = lanes.from(f, a, false).map((lane, i) => f.evaluated(compare(second[i], lane)));
    const perLane = 4 / conditions.length;
    pushVector(f, a.map((word, i) => choose(conditions[Math.floor(i / perLane)], b[i], word)));
  };
}

/** `abs` and `neg`: in floats where the vector is in floats already or may be had as such, else of the sign bits. */
function signOperation(
  lanes: Lanes,
  name: "abs" | "neg",
  ofBits: (word: Expression) => Expression,
): Emitter {
  const ofNan = name === "abs" ? "absoluteNan" : "negateNan";
  const kind: Kind = lanes.type;
  return (f) => {
    const components = popVector(f);
    if (!areIn(f, lanes.shape, components)) {
      const words = toInts(f, components);
      const signed = (index: number) => lanes.type === "f32" || index % 2 === 1;
      return pushVector(f, words.map((word, i) => signed(i) ? ofBits(word) : word));
    }
    const results = lanes.from(f, components, true).map((lane) => {
      const a = KEEPS_NAN_BITS ? f.evaluated(lane) : lane;
      const result = name === "abs" ? call(f.scope.runtime("abs"), [a], a.kind) : unary("-", a, a.kind);
      if (!KEEPS_NAN_BITS) return result;
      const isNumber = binary(a, "===", a, Precedence.Equal, "bool");
      return conditional(isNumber, result, call(f.scope.runtime(ofNan), [a], kind), a.kind);
    });
    lanes.push(f, results);
  };
}

function instructions(lanes: Lanes): Record<string, Emitter> {
  const emitters: Record<string, Emitter> = {
    eq: comparison(lanes, "==="),
    ne: comparison(lanes, "!=="),
    lt: comparison(lanes, "<"),
    gt: comparison(lanes, ">"),
    le: comparison(lanes, "<="),
    ge: comparison(lanes, ">="),
    abs: signOperation(lanes, "abs", (word) => i32.and(word, int(0x7fffffff))),
    neg: signOperation(lanes, "neg", (word) => i32.xor(word, int(-0x80000000))),
    ceil: exactly(lanes, "ceil", 1),
    floor: exactly(lanes, "floor", 1),
    trunc: exactly(lanes, "trunc", 1),
    nearest: exactly(lanes, "nearest", 1),
    sqrt: lanewise(lanes, "sqrt", 1),
    add: lanewise(lanes, "add", 2),
    sub: lanewise(lanes, "sub", 2),
    mul: lanewise(lanes, "mul", 2),
    div: lanewise(lanes, "div", 2),
    min: exactly(lanes, "min", 2),
    max: exactly(lanes, "max", 2),
    pmin: pseudoExtreme(lanes, "<"),
    pmax: pseudoExtreme(lanes, ">"),
    relaxed_min: exactly(lanes, "min", 2),
    relaxed_max: exactly(lanes, "max", 2),
    relaxed_madd: multiplyAdd(lanes, "+"),
    relaxed_nmadd: multiplyAdd(lanes, "-"),
  };
  return Object.fromEntries(Object.entries(emitters).map(([name, emit]) => [`${lanes.shape}.${name}`, emit]));
}

/** `c + a * b` or `c - a * b`, rounded twice. */
function multiplyAdd(lanes: Lanes, operator: "+" | "-"): Emitter {
  return (f) => {
    const rounded = (value: Expression) =>
      lanes.type === "f32" ? call(f.scope.runtime("fround"), [value], "quiet f32") : value;
    const results = popLanes(f, lanes, 3).map(([a, b, c]) => {
      const product = rounded(binary(a, "*", b, Precedence.Multiply, "quiet f64"));
      return rounded(binary(c, operator, product, Precedence.Add, "quiet f64"));
    });
    lanes.push(f, results);
  };
}

/** Singles to integers, the nearest one where there is none. */
function truncation(callee: string): Emitter {
  return (f) => {
    const results = popSingles(f, false).map((lane) => call(f.scope.runtime(callee), [lane], "int"));
    pushVector(f, results);
  };
}

/** Doubles to integers and zeros. */
function truncationZero(callee: string): Emitter {
  return (f) => {
    const results = popDoubles(f, false).map((lane) => call(f.scope.runtime(callee), [lane], "int"));
    pushVector(f, [...results, ZERO, ZERO]);
  };
}

/** Integers to singles. */
function convert(number: (word: Expression) => Expression): Emitter {
  return (f) => {
    const results = popInts(f).map((word) => call(f.scope.runtime("fround"), [number(word)], "quiet f32"));
    pushVector(f, results);
  };
}

function asDouble(a: Expression): Expression {
  return new Expression(a.text, a.precedence, "quiet f64", a.effects, a.variables, a.depth, a.constant);
}

/** Two integers to doubles. */
function convertLow(number: (word: Expression) => Expression): Emitter {
  return (f) => {
    const [a, b, ...others] = popInts(f);
    discardLanes(f, others);
    pushDoubles(f, [asDouble(number(a)), asDouble(number(b))]);
  };
}

function promoteLow(f: FunctionCompiler): void {
  const [a, b] = firstSingles(f, popVector(f), 2, false);
  pushDoubles(f, [asDouble(a), asDouble(b)]);
}

function demoteZero(f: FunctionCompiler): void {
  const singles = popDoubles(f, false).map((lane) => call(f.scope.runtime("fround"), [lane], "quiet f32"));
  pushVector(f, [...singles, SINGLE_ZERO, SINGLE_ZERO]);
}

/** Vector instructions on floating point lanes. */
export const VECTOR_FLOAT_EMITTERS: Readonly<Record<string, Emitter>> = {
  ...instructions(SINGLES),
  ...instructions(DOUBLES),
  "i32x4.trunc_sat_f32x4_s": truncation("saturateS"),
  "i32x4.trunc_sat_f32x4_u": truncation("saturateU"),
  "i32x4.trunc_sat_f64x2_s_zero": truncationZero("saturateS"),
  "i32x4.trunc_sat_f64x2_u_zero": truncationZero("saturateU"),
  "i32x4.relaxed_trunc_f32x4_s": truncation("saturateS"),
  "i32x4.relaxed_trunc_f32x4_u": truncation("saturateU"),
  "i32x4.relaxed_trunc_f64x2_s_zero": truncationZero("saturateS"),
  "i32x4.relaxed_trunc_f64x2_u_zero": truncationZero("saturateU"),
  "f32x4.convert_i32x4_s": convert(asInt),
  "f32x4.convert_i32x4_u": convert(asUnsigned),
  "f64x2.convert_low_i32x4_s": convertLow(asInt),
  "f64x2.convert_low_i32x4_u": convertLow(asUnsigned),
  "f32x4.demote_f64x2_zero": demoteZero,
  "f64x2.promote_low_f32x4": promoteLow,
};
