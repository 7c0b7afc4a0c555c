/**
 * Vector instructions that do not depend on the type of lanes or only move them (specification 4.3.5 "Vector Operations"),
 * and the table of all of them. A v128 is four int32s or, while it is worked on as such, four singles or two doubles:
 * see `vector_shapes.ts`.
 *
 * @module
 */

import { asInt, type Expression, int } from "./expression.ts";
import type { Emitter, FunctionCompiler } from "./function_compiler.ts";
import * as i32 from "./i32.ts";
import { VECTOR_FLOAT_EMITTERS } from "./vector_floats.ts";
import { VECTOR_LANE_EMITTERS } from "./vector_lanes.ts";
import { VECTOR_MEMORY_EMITTERS } from "./vector_memory.ts";
import {
  areIn,
  choose,
  commonShape,
  type Components,
  discardLanes,
  doubleBits,
  firstSingles,
  MaskLane,
  NOTHING,
  PackedMask,
  popInts,
  popSingles,
  popVector,
  pushDoubles,
  pushVector,
  shapeOf,
  toDoubles,
  toInts,
  toSingles,
} from "./vector_shapes.ts";
import { blend, extractLane, insertLane, laneOf, splatLane, type Width } from "./vector_words.ts";

function constant(f: FunctionCompiler): void {
  for (let lane = 0; lane < 4; lane++) f.push(int(f.reader.fixed32() | 0));
}

function splat(width: Width): Emitter {
  return (f) => {
    const value = f.evaluated(i32.and(f.popSimple(), int((1 << width) - 1)));
    const word = f.evaluated(splatLane(f, value, width));
    pushVector(f, [word, word, word, word]);
  };
}

/** A splat of a whole component. */
function splatComponent(f: FunctionCompiler): void {
  const value = f.popSimple();
  pushVector(f, [value, value, value, value]);
}

function splatLong(f: FunctionCompiler): void {
  f.simplify(1);
  f.simplify(0);
  const [low, high] = f.popComponents(2);
  pushVector(f, [low, high, low, high]);
}

function splatDouble(f: FunctionCompiler): void {
  const value = f.popSimple();
  pushDoubles(f, [value, value]);
}

/** Pushes some lanes; the others go unused. */
function keep(f: FunctionCompiler, lanes: readonly Expression[], at: number, count = 1): void {
  discardLanes(f, lanes.filter((_, i) => i < at || i >= at + count));
  for (let i = at; i < at + count; i++) f.push(lanes[i]);
}

/** The components from one on, and then those before it. */
function rotated(components: Components, at: number): Expression[] {
  return [...components.slice(at), ...components.slice(0, at)];
}

function extract(width: Width, signed: boolean): Emitter {
  return (f) => {
    const [component, shift] = laneOf(f.reader.u8(), width);
    keep(f, popInts(f), component);
    f.push(extractLane(f.pop(), width, shift, signed));
  };
}

function replace(width: Width): Emitter {
  return (f) => {
    const [component, shift] = laneOf(f.reader.u8(), width);
    const value = f.popSimple();
    const lanes = popInts(f);
    lanes[component] = insertLane(lanes[component], value, width, shift);
    pushVector(f, lanes);
  };
}

/** The lanes with some replaced. */
function withLanes(
  f: FunctionCompiler,
  lanes: Expression[],
  at: number,
  values: readonly Expression[],
): Expression[] {
  discardLanes(f, lanes.splice(at, values.length, ...values));
  return lanes;
}

function replaceLong(f: FunctionCompiler): void {
  const lane = f.reader.u8();
  f.simplify(1);
  f.simplify(0);
  const value = f.popComponents(2);
  pushVector(f, withLanes(f, popInts(f), lane * 2, value));
}

/** `v128.not`, `and`, `andnot`, `or`, `xor`: masks of packed lanes stay such, so that their users need not expand them. */
function bitwise(make: (a: Expression, b: Expression) => Expression): Emitter {
  return (f) => {
    const y = popVector(f);
    const x = popVector(f);
    const width = packedWidth([...x, ...y]);
    if (width !== null) {
      const masks = x.map((lane, i) => {
        const high = make((lane as PackedMask).high, (y[i] as PackedMask).high);
        return new PackedMask(f.evaluated(high), width);
      });
      return pushVector(f, masks);
    }
    const b = toInts(f, y);
    const a = toInts(f, x);
    pushVector(f, a.map((word, i) => make(word, b[i])));
  };
}

/** The width of the lanes, when all components are masks of lanes of one width. */
function packedWidth(components: Components): Width | null {
  const [first] = components;
  if (!(first instanceof PackedMask)) return null;
  const same = components.every((lane) => lane instanceof PackedMask && lane.width === first.width);
  return same ? first.width : null;
}

const not = (a: Expression) => i32.xor(a, int(-1));

/** `v128.bitselect`: whole components are chosen where the mask is a comparison's, in the shape that both are in. */
function bitselect(f: FunctionCompiler): void {
  const mask = popVector(f);
  const y = popVector(f);
  const x = popVector(f);
  if (mask.every((lane) => lane instanceof MaskLane)) {
    const conditions = mask.map((lane) => (lane as MaskLane).condition);
    const shape = commonShape(f, x, y);
    if (shape === "f64x2" && mask[0] === mask[1] && mask[2] === mask[3]) {
      const b = toDoubles(f, y, true);
      const a = toDoubles(f, x, true);
      return pushDoubles(f, a.map((lane, i) => chosen(f, conditions[i * 2], lane, b[i])));
    }
    const as = shape === "f32x4"
      ? (components: Components) => toSingles(f, components, true)
      : toInts.bind(null, f);
    const b = as(y);
    const a = as(x);
    return pushVector(f, a.map((lane, i) => chosen(f, conditions[i], lane, b[i])));
  }
  const m = toInts(f, mask);
  const b = toInts(f, y);
  const a = toInts(f, x);
  pushVector(f, a.map((word, i) => blend(m[i], word, f.evaluated(b[i]))));
}

/** `condition ? a : b`, whatever traps in `a` and `b` being done. */
function chosen(f: FunctionCompiler, condition: Expression, a: Expression, b: Expression): Expression {
  const [x, y] = [a, b].map((lane) => lane.effects === 0 ? lane : f.evaluated(lane));
  return choose(condition, x, y);
}

/** `i8x16.shuffle`: whole components change places as they are; words are put together from bytes. */
function shuffle(f: FunctionCompiler): void {
  const lanes = Array.from({ length: 16 }, () => f.reader.u8());
  const y = popVector(f);
  const x = popVector(f);
  const words = wholeLanes(lanes, 4);
  if (words !== null) {
    const shape = commonShape(f, x, y);
    const doubles = shape === "f64x2" ? wholeLanes(lanes, 8) : null;
    if (doubles !== null) {
      const b = toDoubles(f, y, true);
      return pushDoubles(f, picked(f, [...toDoubles(f, x, true), ...b], doubles));
    }
    if (shape === "f32x4" || shape === "int") {
      const as = (components: Components) => {
        if (shape === "f32x4") return toSingles(f, components, true);
        return shapeOf(components) === "int" ? components : toInts(f, components);
      };
      const b = as(y);
      return pushVector(f, picked(f, [...as(x), ...b], words));
    }
  }
  const b = toInts(f, y);
  const sources = [...toInts(f, x), ...b];
  const simple = sources.map((word, i) => lanes.some((lane) => lane >> 2 === i) ? f.evaluated(word) : word);
  discardLanes(f, simple.filter((_, i) => !lanes.some((lane) => lane >> 2 === i)));
  pushVector(f, [0, 4, 8, 12].map((at) => assembled(simple, lanes.slice(at, at + 4))));
}

/** The lanes of `size` bytes that a shuffle moves as wholes; null when it tears some apart. */
function wholeLanes(bytes: readonly number[], size: 4 | 8): number[] | null {
  const lanes: number[] = [];
  for (let at = 0; at < 16; at += size) {
    for (let i = 0; i < size; i++) {
      if (bytes[at + i] !== bytes[at] + i || bytes[at] % size !== 0) return null;
    }
    lanes.push(bytes[at] / size);
  }
  return lanes;
}

function picked(f: FunctionCompiler, sources: readonly Expression[], lanes: readonly number[]): Expression[] {
  const simple = sources.map((source, i) =>
    lanes.filter((lane) => lane === i).length > 1 ? f.evaluated(source) : source
  );
  discardLanes(f, simple.filter((_, i) => !lanes.includes(i)));
  return lanes.map((lane) => simple[lane]);
}

/** A word from four bytes of `sources`: bytes that move equally far from one word move at once. */
function assembled(sources: readonly Expression[], bytes: readonly number[]): Expression {
  const masks = new Map<string, { word: Expression; distance: number; mask: number }>();
  for (const [to, from] of bytes.entries()) {
    const [index, distance] = [from >> 2, (to - (from & 3)) * 8];
    const key = `${index},${distance}`;
    const group = masks.get(key) ?? { word: sources[index], distance, mask: 0 };
    group.mask |= 255 << to * 8;
    masks.set(key, group);
  }
  return [...masks.values()].map(({ word, distance, mask }) => {
    const moved = distance >= 0 ? i32.shl(word, int(distance)) : i32.shrU(word, int(-distance));
    // The bits that a shift leaves need no mask when they are the ones wanted.
    const left = distance >= 0 ? -1 << distance : -1 >>> -distance;
    return mask === (left | 0) ? asInt(moved) : i32.and(moved, int(mask));
  }).reduce(i32.or);
}

/** Vector instructions. */
export const VECTOR_EMITTERS: Readonly<Record<string, Emitter>> = {
  ...VECTOR_MEMORY_EMITTERS,
  ...VECTOR_LANE_EMITTERS,
  ...VECTOR_FLOAT_EMITTERS,
  "v128.const": constant,
  "i8x16.shuffle": shuffle,
  "i8x16.splat": splat(8),
  "i16x8.splat": splat(16),
  "i32x4.splat": splatComponent,
  "i64x2.splat": splatLong,
  "f32x4.splat": splatComponent,
  "f64x2.splat": splatDouble,
  "i8x16.extract_lane_s": extract(8, true),
  "i8x16.extract_lane_u": extract(8, false),
  "i16x8.extract_lane_s": extract(16, true),
  "i16x8.extract_lane_u": extract(16, false),
  "i32x4.extract_lane": (f) => {
    const lane = f.reader.u8();
    keep(f, popInts(f), lane);
  },
  "i64x2.extract_lane": (f) => {
    const lane = f.reader.u8();
    keep(f, popInts(f), lane * 2, 2);
  },
  "f32x4.extract_lane": (f) => {
    const lane = f.reader.u8();
    const vector = popVector(f);
    const components = shapeOf(vector) === "f64x2" ? toInts(f, vector) : vector;
    f.push(firstSingles(f, rotated(components, lane), 1, true)[0]);
  },
  "f64x2.extract_lane": (f) => {
    const lane = f.reader.u8();
    const components = rotated(popVector(f), lane * 2);
    if (shapeOf(components) === "int") discardLanes(f, components.splice(2, 2, NOTHING, NOTHING));
    const [low, high] = toDoubles(f, components, false);
    f.discard(high);
    f.push(low);
  },
  "i8x16.replace_lane": replace(8),
  "i16x8.replace_lane": replace(16),
  "i32x4.replace_lane": (f) => {
    const lane = f.reader.u8();
    const value = f.popSimple();
    pushVector(f, withLanes(f, popInts(f), lane, [value]));
  },
  "i64x2.replace_lane": replaceLong,
  "f32x4.replace_lane": (f) => {
    const lane = f.reader.u8();
    const value = f.popSimple();
    pushVector(f, withLanes(f, popSingles(f, true), lane, [value]));
  },
  "f64x2.replace_lane": (f) => {
    const lane = f.reader.u8();
    const value = f.popSimple();
    const components = popVector(f);
    if (areIn(f, "f64x2", components)) {
      return pushDoubles(f, withLanes(f, toDoubles(f, components, true), lane, [value]));
    }
    pushVector(f, withLanes(f, toInts(f, components), lane * 2, doubleBits(f, value)));
  },
  "v128.not": (f) => {
    const components = popVector(f);
    const width = packedWidth(components);
    if (width === null) return pushVector(f, toInts(f, components).map(not));
    const high = int(width === 8 ? 0x80808080 | 0 : 0x80008000 | 0);
    pushVector(
      f,
      components.map((lane) => new PackedMask(f.evaluated(i32.xor((lane as PackedMask).high, high)), width)),
    );
  },
  "v128.and": bitwise(i32.and),
  "v128.andnot": bitwise((a, b) => i32.and(a, not(b))),
  "v128.or": bitwise(i32.or),
  "v128.xor": bitwise(i32.xor),
  "v128.bitselect": bitselect,
  "i8x16.relaxed_laneselect": bitselect,
  "i16x8.relaxed_laneselect": bitselect,
  "i32x4.relaxed_laneselect": bitselect,
  "i64x2.relaxed_laneselect": bitselect,
};
