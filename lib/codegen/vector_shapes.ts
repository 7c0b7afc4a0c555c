/**
 * v128 operands: four components on the operand stack whose kinds tell the shape in which the vector is held.
 *
 * | shape | components                                                        |
 * |-------|-------------------------------------------------------------------|
 * | int   | four int32s, lane 0 first                                         |
 * | f32x4 | four singles                                                      |
 * | f64x2 | a double, nothing, a double, nothing                              |
 *
 * Chains of float operations stay in the shape they work in; whatever takes a vector in another shape converts it. Only vector
 * instructions and accesses of locals know shapes: before any other instruction that may take a vector, the vectors on the
 * stack become ints ({@linkcode settleVectors}), and so they are in calls, globals and results.
 *
 * @module
 */

import { f32FromBits, f64FromBits, KEEPS_NAN_BITS } from "../runtime/float_bits.ts";
import { V128 } from "../syntax/types.ts";
import {
  asInt,
  call,
  conditional,
  derived,
  Effect,
  Expression,
  joined,
  type Kind,
  Precedence,
  unary,
  ZERO,
} from "./expression.ts";
import { float, mayBeSignalling } from "./floats.ts";
import { componentKinds } from "./function_builder.ts";
import type { FunctionCompiler } from "./function_compiler.ts";

/** How the components hold a vector. */
export type Shape = "int" | "f32x4" | "f64x2";

/** The components of a vector: four expressions. */
export type Components = readonly Expression[];

/** Stands where an f64x2 has no component. */
export const NOTHING: Expression = ZERO;

/** A vector load, from which a lane can be had as an integer or as a float. */
export interface VectorLoad {
  /** The single at component `index`; `exact` when a signalling NaN must stay one. */
  single(f: FunctionCompiler, index: number, exact: boolean): Expression;
  /** The double at components `index` and `index + 1`. */
  double(f: FunctionCompiler, index: number): Expression;
}

/** A component of a vector in memory that has not been read yet. */
export class LoadedLane extends Expression {
  /** What it is a part of. */
  readonly load: VectorLoad;
  /** Its place there. */
  readonly index: number;

  /** `read` is the component as an int32. */
  constructor(load: VectorLoad, index: number, read: Expression) {
    super(read.text, read.precedence, read.kind, read.effects, read.variables, read.depth);
    this.load = load;
    this.index = index;
  }
}

/** A component whose bits are all ones when a condition holds and zeros otherwise. */
export class MaskLane extends Expression {
  /** The condition. */
  readonly condition: Expression;

  /** `mask` is the component, where it has been evaluated. */
  constructor(condition: Expression, mask: Expression = unary("-", condition, "sum")) {
    super(mask.text, mask.precedence, mask.kind, mask.effects, mask.variables, mask.depth);
    this.condition = condition;
  }
}

/**
 * A component made of 8-bit or 16-bit lanes that are all ones or zeros. `high` has the lanes' highest bits alone, which is
 * all that most users of such masks need.
 */
export class PackedMask extends Expression {
  /** The highest bits, simple. */
  readonly high: Expression;
  /** Bits of a lane. */
  readonly width: 8 | 16;

  /** Of the highest bits, which are simple. */
  constructor(high: Expression, width: 8 | 16) {
    // Per lane: 2^width - 1 times the bit.
    const text = `(${high.operand(Precedence.Shift)}<<1)-(${high.operand(Precedence.Shift)}>>>${width - 1})`;
    super(text, Precedence.Add, "sum", high.effects, high.variables, high.depth + 1);
    this.high = high;
    this.width = width;
  }
}

/** The shape that the components are in. */
export function shapeOf(components: Components): Shape {
  switch (components[0].kind) {
    case "f32":
    case "quiet f32":
      return "f32x4";
    case "f64":
    case "quiet f64":
      return "f64x2";
    default:
      return "int";
  }
}

/** Takes a vector off the stack in whatever shape it is in. */
export function popVector(f: FunctionCompiler): Components {
  return f.popComponents(4);
}

/** Takes a vector off the stack as four int32s. */
export function popInts(f: FunctionCompiler): Expression[] {
  return toInts(f, popVector(f));
}

/** Takes a vector off the stack as four int32s that may be written more than once. */
export function popSimpleInts(f: FunctionCompiler): Expression[] {
  return popInts(f).map((lane) => f.evaluated(lane));
}

/** Takes a vector off the stack as four singles; see {@linkcode toSingles}. */
export function popSingles(f: FunctionCompiler, exact: boolean): Expression[] {
  return toSingles(f, popVector(f), exact);
}

/** Takes a vector off the stack as two doubles; see {@linkcode toDoubles}. */
export function popDoubles(f: FunctionCompiler, exact: boolean): Expression[] {
  return toDoubles(f, popVector(f), exact);
}

/** Pushes the components of a vector. */
export function pushVector(f: FunctionCompiler, components: Components): void {
  for (const component of components) f.push(component);
}

/** Pushes two doubles. */
export function pushDoubles(f: FunctionCompiler, [low, high]: readonly Expression[]): void {
  pushVector(f, [low, NOTHING, high, NOTHING]);
}

/** Evaluates loads that occur more than once into variables. */
function shared(f: FunctionCompiler, lanes: readonly Expression[]): Expression[] {
  const once = new Map<string, Expression>();
  for (const lane of lanes) {
    if (lane.simple || lane.effects === Effect.None) continue;
    if (lanes.filter(({ text }) => text === lane.text).length > 1 && !once.has(lane.text)) {
      once.set(lane.text, f.evaluated(lane));
    }
  }
  return lanes.map((lane) => once.get(lane.text) ?? lane);
}

/** The vector as four int32s. */
export function toInts(f: FunctionCompiler, components: Components): Expression[] {
  f.vectors?.used(components, "int", true);
  switch (shapeOf(components)) {
    case "int":
      return shared(f, components);
    case "f32x4":
      return components.map((lane) => singleBits(f, lane));
    case "f64x2":
      return [components[0], components[2]].flatMap((lane) => doubleBits(f, lane));
  }
}

/** The bits of a single. */
function singleBits(f: FunctionCompiler, lane: Expression): Expression {
  if (KEEPS_NAN_BITS && lane.kind === "f32") return call(f.scope.runtime("f32Bits"), [lane], "int");
  const text = `(${f.scope.runtime("SCRATCH_F32")}[0]=${lane.text},${f.scope.runtime("SCRATCH_I32")}[0])`;
  return derived(text, Precedence.Postfix, "int", [lane]);
}

/** The low half of a double's bits; the high one is then in the scratch bytes. */
function lowBits(f: FunctionCompiler, lane: Expression): string {
  if (mayBeSignalling(lane)) return `${f.scope.runtime("f64Bits")}(${lane.text})`;
  return `(${f.scope.runtime("SCRATCH_F64")}[0]=${lane.text},${f.scope.runtime("SCRATCH_I32")}[0])`;
}

/** The bits of a double, low half first. */
export function doubleBits(f: FunctionCompiler, lane: Expression): Expression[] {
  const low = f.temporary("int");
  const high = f.temporary("int");
  const text = lowBits(f, lane);
  f.settle(lane.effects);
  f.write(`${low.name}=${text}`);
  f.write(`${high.name}=${f.scope.runtime("SCRATCH_I32")}[1]`);
  return [low.read(), high.read()];
}

/**
 * The vector as four singles. Where `exact` does not ask for it, signalling NaNs may have become quiet: arithmetic makes
 * them so anyway.
 */
export function toSingles(f: FunctionCompiler, components: Components, exact: boolean): Expression[] {
  f.vectors?.used(components, "f32x4", exact);
  switch (shapeOf(components)) {
    case "int": {
      const singles = components.map((lane) =>
        lane instanceof LoadedLane ? lane.load.single(f, lane.index, exact) : singleFromBits(f, lane, exact)
      );
      return shared(f, singles);
    }
    case "f32x4":
      return [...components];
    case "f64x2":
      return toInts(f, components).map((lane) => singleFromBits(f, lane, exact));
  }
}

/** The first `count` lanes as singles; the others go unused. */
export function firstSingles(
  f: FunctionCompiler,
  components: Components,
  count: number,
  exact: boolean,
): Expression[] {
  if (shapeOf(components) === "f64x2") components = toInts(f, components);
  discardLanes(f, components.slice(count));
  return toSingles(f, components.slice(0, count), exact);
}

/**
 * Whether all of `vectors` are in a float shape or may be had in it as easily and with all their bits. V8 quiets a signalling
 * NaN when it reads a double, and JavaScriptCore forgets the bits of all NaNs: there memory may not be had as floats when no
 * arithmetic follows.
 */
export function areIn(
  f: FunctionCompiler,
  shape: "f32x4" | "f64x2",
  ...vectors: readonly Components[]
): boolean {
  return vectors.every((components) => {
    const present = shapeOf(components);
    if (present !== "int") return present === shape;
    if (f.vectors?.undecided(components) === true) return true;
    if (keepsBits(shape)) {
      return components.every((lane) => lane instanceof LoadedLane || lane.constant !== null);
    }
    return components.every(({ constant }) => constant !== null) && !hasNan(components, shape);
  });
}

/** Whether every int32 can be held as a single, every two as a double. */
export function keepsBits(shape: "f32x4" | "f64x2"): boolean {
  return KEEPS_NAN_BITS && shape === "f32x4";
}

/** Whether a constant has NaNs as a vector of floats. */
function hasNan(components: Components, shape: "f32x4" | "f64x2"): boolean {
  const bits = components.map(({ constant }) => constant!);
  const floats = shape === "f32x4"
    ? bits.map(f32FromBits)
    : [f64FromBits(bits[0], bits[1]), f64FromBits(bits[2], bits[3])];
  return floats.some(isNotANumber);
}

function isNotANumber(value: number): boolean {
  return value !== value;
}

/** The float shape that one of two vectors is in and both may be; otherwise they are best taken as ints. */
export function commonShape(f: FunctionCompiler, a: Components, b: Components): Shape {
  const shapes = [shapeOf(a), shapeOf(b)];
  for (const shape of ["f32x4", "f64x2"] as const) {
    if (shapes.includes(shape) && areIn(f, shape, a, b)) return shape;
  }
  return "int";
}

/** The single with these bits. */
export function singleFromBits(f: FunctionCompiler, bits: Expression, exact: boolean): Expression {
  if (bits.constant !== null) {
    const value = f32FromBits(bits.constant);
    return value === value ? float(value, "quiet f32") : f.scope.nanF32(bits.constant);
  }
  if (exact && KEEPS_NAN_BITS) return call(f.scope.runtime("f32FromBits"), [asInt(bits)], "f32");
  const text = `(${f.scope.runtime("SCRATCH_I32")}[0]=${bits.text},${f.scope.runtime("SCRATCH_F32")}[0])`;
  return derived(text, Precedence.Postfix, "quiet f32", [bits]);
}

/** The vector as two doubles; `exact` when that is all that is done with them: see {@linkcode areIn}. */
export function toDoubles(f: FunctionCompiler, components: Components, exact: boolean): Expression[] {
  f.vectors?.used(components, "f64x2", exact);
  switch (shapeOf(components)) {
    case "f64x2":
      return [components[0], components[2]];
    case "int": {
      const [a, b, c, d] = components;
      return shared(f, [doubleFromBits(f, a, b), doubleFromBits(f, c, d)]);
    }
    case "f32x4": {
      const [a, b, c, d] = toInts(f, components);
      return [doubleFromBits(f, a, b), doubleFromBits(f, c, d)];
    }
  }
}

function doubleFromBits(f: FunctionCompiler, low: Expression, high: Expression): Expression {
  if (low.constant !== null && high.constant !== null) {
    const value = f64FromBits(low.constant, high.constant);
    return value === value ? float(value, "quiet f64") : f.scope.nanF64(low.constant, high.constant);
  }
  if (
    low instanceof LoadedLane && high instanceof LoadedLane && low.load === high.load &&
    low.index % 2 === 0 && high.index === low.index + 1
  ) {
    return low.load.double(f, low.index);
  }
  return call(f.scope.runtime("f64FromBits"), [low, high], "f64");
}

/** The vector in a given shape. */
export function toShape(
  f: FunctionCompiler,
  components: Components,
  shape: Shape,
  exact: boolean,
): Expression[] {
  switch (shape) {
    case "int":
      return toInts(f, components);
    case "f32x4":
      return toSingles(f, components, exact);
    case "f64x2": {
      const [low, high] = toDoubles(f, components, exact);
      return [low, NOTHING, high, NOTHING];
    }
  }
}

/** The kinds of a vector's variables in a given shape; `quiet` when they never are signalling NaNs. */
export function shapeKinds(shape: Shape, quiet: boolean): readonly Kind[] {
  switch (shape) {
    case "int":
      return componentKinds(V128);
    case "f32x4":
      return new Array(4).fill(quiet ? "quiet f32" : "f32");
    case "f64x2":
      return new Array(2).fill(quiet ? "quiet f64" : "f64");
  }
}

/** Lets components go unused; a load still traps. The last lane being in bounds, the others are. */
export function discardLanes(f: FunctionCompiler, lanes: readonly Expression[]): void {
  const last = lanes.findLast((lane) => lane.effects !== Effect.None);
  for (const lane of lanes) {
    if (
      lane === last || !(lane instanceof LoadedLane && last instanceof LoadedLane && lane.load === last.load)
    ) {
      f.discard(lane);
    }
  }
}

/** Converts the vectors that an instruction without knowledge of shapes may take: all operands of the innermost construct. */
export function settleVectors(f: FunctionCompiler): void {
  const end = Math.max(f.frames.at(-1)!.height, f.settledVectors);
  const vectors: number[] = [];
  for (let i = f.types.length - 1, index = f.operands.length; index > end; i--) {
    index -= componentKinds(f.types[i]).length;
    if (f.types[i] === V128) vectors.push(index);
  }
  for (let i = vectors.length - 1; i >= 0; i--) settleVector(f, vectors[i]);
  f.settledVectors = f.operands.length;
}

function settleVector(f: FunctionCompiler, index: number): void {
  const components = f.operands.slice(index, index + 4);
  const shape = shapeOf(components);
  if (shape !== "f64x2") {
    for (const [lane, int] of toInts(f, components).entries()) f.replace(index + lane, int);
    return;
  }
  const fromTop = f.operands.length - 1 - index;
  for (const [lane, place] of [[0, fromTop], [2, fromTop - 2]]) {
    f.simplify(place);
    const value = f.operands[index + lane];
    const low = lowBits(f, value);
    const high = `(${low},${f.scope.runtime("SCRATCH_I32")}[1])`;
    f.replace(index + lane, derived(low, Precedence.Postfix, "int", [value]));
    f.replace(index + lane + 1, derived(high, Precedence.Postfix, "int", [value]));
  }
}

/** `condition ? a : b` of components of one kind. */
export function choose(condition: Expression, a: Expression, b: Expression): Expression {
  const [x, y] = [asInt(a), asInt(b)];
  return conditional(condition, x, y, joined(x.kind, y.kind));
}
