/**
 * Vector loads and stores (specification 4.6.8 "Memory Instructions").
 *
 * What a load pushes has not been read yet: whoever takes it chooses integers or floats. A vector is stored from its last
 * component on, which is out of bounds if any is, so that a store that traps has written nothing.
 *
 * @module
 */

import { KEEPS_NAN_BITS } from "../runtime/float_bits.ts";
import {
  asInt,
  asUnsigned,
  derived,
  Effect,
  type Expression,
  int,
  type Kind,
  Precedence,
  ZERO,
} from "./expression.ts";
import { mayBeMarked, mayBeSignalling } from "./floats.ts";
import type { Emitter, FunctionCompiler } from "./function_compiler.ts";
import * as i32 from "./i32.ts";
import {
  effective,
  is64,
  type Place,
  popAddress,
  readPlace,
  simplifyAddress,
  viewAddress,
  viewCall,
} from "./memory.ts";

import {
  type Components,
  discardLanes,
  LoadedLane,
  popInts,
  popVector,
  pushVector,
  shapeOf,
  singleFromBits,
  type VectorLoad,
} from "./vector_shapes.ts";
import { extended, insertLane, laneOf, splatLane } from "./vector_words.ts";

const LOAD = Effect.ReadMemory | Effect.TrapMemory;
const STORE = Effect.WriteMemory | Effect.TrapMemory;

/** Where a vector is in memory: its address, simple. */
class VectorAccess implements VectorLoad {
  readonly #place: Place;
  readonly #address: Expression;
  /** Whether it is an int32, to be read as unsigned. */
  readonly #narrow: boolean;

  constructor(place: Place, address: Expression, narrow: boolean) {
    this.#place = place;
    this.#address = address;
    this.#narrow = narrow;
  }

  /** The call of a method of the view, for an access some bytes behind the start. */
  #call(f: FunctionCompiler, method: string, bytes: number, value?: Expression): string {
    const { memory, offset } = this.#place;
    const place = { memory, offset: offset + bytes };
    const address = this.#narrow ? viewAddress(this.#address, place.offset) : this.#address;
    return viewCall(f, place, method, address, value);
  }

  /** An integer read `bytes` behind the start. */
  read(f: FunctionCompiler, method: string, bytes: number, kind: Kind = "int"): Expression {
    return derived(this.#call(f, method, bytes), Precedence.Postfix, kind, [this.#address], LOAD);
  }

  /** Components that are read when they are used. */
  lanes(f: FunctionCompiler, count: number): Expression[] {
    return Array.from(
      { length: count },
      (_, index) => new LoadedLane(this, index, this.read(f, "getInt32", index * 4)),
    );
  }

  write(f: FunctionCompiler, method: string, bytes: number, value: Expression): void {
    f.write(this.#call(f, method, bytes, value));
  }

  /** A float, simple if it may be a signalling NaN. */
  writeFloat(f: FunctionCompiler, type: "f32" | "f64", bytes: number, value: Expression): void {
    const plain = this.#call(f, type === "f32" ? "setFloat32" : "setFloat64", bytes, value);
    if (!mayBeMarked(value) && !mayBeSignalling(value)) return f.write(plain);
    const { memory, offset } = this.#place;
    const address = this.#narrow ? asUnsigned(this.#address) : this.#address;
    const place = `${f.scope.view(memory, "data")},${effective(address, offset + bytes).text}`;
    const slow = `${f.scope.runtime(type === "f32" ? "storeNanF32" : "storeNanF64")}(${place},${value.text})`;
    f.write(`if(${value.text}===${value.text})${plain};else ${slow}`);
  }

  single(f: FunctionCompiler, index: number, exact: boolean): Expression {
    if (exact && KEEPS_NAN_BITS) return singleFromBits(f, this.read(f, "getInt32", index * 4), true);
    return this.#float(f, "getFloat32", index, "quiet f32");
  }

  double(f: FunctionCompiler, index: number): Expression {
    return this.#float(f, "getFloat64", index, "quiet f64");
  }

  /** V8 returns integral floats as small integers, with which all that follows is slower: adding -0 makes them doubles. */
  #float(f: FunctionCompiler, method: string, index: number, kind: Kind): Expression {
    const read = this.read(f, method, index * 4, kind);
    return KEEPS_NAN_BITS ? derived(`${read.text}+-0`, Precedence.Add, kind, [read]) : read;
  }
}

/** Takes the address of an access off the stack. */
function popAccess(f: FunctionCompiler, place: Place): VectorAccess {
  const wide = is64(f, place.memory);
  simplifyAddress(f, wide);
  return new VectorAccess(place, wide ? popAddress(f, true) : f.pop(), !wide);
}

function load(make: (f: FunctionCompiler, access: VectorAccess) => Components): Emitter {
  return (f) => {
    const access = popAccess(f, readPlace(f));
    pushVector(f, make(f, access));
  };
}

/** A load of 8 bytes, whose integers of `width` bits become twice as wide. */
function loadExtended(width: 8 | 16 | 32, signed: boolean): Emitter {
  return load((f, access) => {
    const [low, high] = access.lanes(f, 2).map((lane) => width === 32 && !signed ? lane : f.evaluated(lane));
    return [...extended(low, width, signed), ...extended(high, width, signed)];
  });
}

function loadSplat(width: 8 | 16): Emitter {
  const method = width === 8 ? "getUint8" : "getUint16";
  return load((f, access) => {
    const lane = f.evaluated(splatLane(f, f.evaluated(access.read(f, method, 0, "small")), width));
    return [lane, lane, lane, lane];
  });
}

const METHODS = { 8: "Int8", 16: "Int16", 32: "Int32" } as const;

function loadLane(width: 8 | 16 | 32 | 64): Emitter {
  return (f) => {
    const place = readPlace(f);
    const lane = f.reader.u8();
    const components = popInts(f);
    const access = popAccess(f, place);
    if (width === 64) {
      components.splice(lane * 2, 2, ...replaced(f, components, lane * 2, access.lanes(f, 2)));
    } else if (width === 32) components.splice(lane, 1, ...replaced(f, components, lane, access.lanes(f, 1)));
    else {
      const value = access.read(f, `get${METHODS[width]}`, 0);
      const [index, shift] = laneOf(lane, width);
      components[index] = insertLane(components[index], f.evaluated(value), width, shift);
    }
    pushVector(f, components);
  };
}

function replaced(f: FunctionCompiler, components: Components, at: number, lanes: Components): Components {
  discardLanes(f, components.slice(at, at + lanes.length));
  return lanes;
}

/** Components that can be evaluated between the writes of a store. */
function storable(f: FunctionCompiler, components: Components): Expression[] {
  return components.map((lane) =>
    lane.effects !== Effect.None || mayBeMarked(lane) || mayBeSignalling(lane)
      ? f.evaluated(lane)
      : asInt(lane)
  );
}

function store(f: FunctionCompiler): void {
  const place = readPlace(f);
  const components = popVector(f);
  const access = popAccess(f, place);
  const lanes = storable(f, components);
  f.settle(STORE);
  switch (shapeOf(components)) {
    case "int":
      for (let lane = 3; lane >= 0; lane--) access.write(f, "setInt32", lane * 4, lanes[lane]);
      return;
    case "f32x4":
      for (let lane = 3; lane >= 0; lane--) access.writeFloat(f, "f32", lane * 4, lanes[lane]);
      return;
    case "f64x2":
      access.writeFloat(f, "f64", 8, lanes[2]);
      access.writeFloat(f, "f64", 0, lanes[0]);
  }
}

function storeLane(width: 8 | 16 | 32 | 64): Emitter {
  return (f) => {
    const place = readPlace(f);
    const lane = f.reader.u8();
    const components = popInts(f);
    const access = popAccess(f, place);
    const [index, shift] = width === 64 ? [lane * 2, 0] : laneOf(lane, width);
    const lanes = storable(f, components.slice(index, index + (width === 64 ? 2 : 1)));
    discardLanes(f, components.filter((_, i) => i < index || i >= index + lanes.length));
    f.settle(STORE);
    if (width === 64) {
      access.write(f, "setInt32", 4, lanes[1]);
      access.write(f, "setInt32", 0, lanes[0]);
    } else {
      access.write(f, `set${METHODS[width]}`, 0, i32.shrS(lanes[0], int(shift)));
    }
  };
}

/** Vector loads and stores. */
export const VECTOR_MEMORY_EMITTERS: Readonly<Record<string, Emitter>> = {
  "v128.load": load((f, access) => access.lanes(f, 4)),
  "v128.load8x8_s": loadExtended(8, true),
  "v128.load8x8_u": loadExtended(8, false),
  "v128.load16x4_s": loadExtended(16, true),
  "v128.load16x4_u": loadExtended(16, false),
  "v128.load32x2_s": loadExtended(32, true),
  "v128.load32x2_u": loadExtended(32, false),
  "v128.load8_splat": loadSplat(8),
  "v128.load16_splat": loadSplat(16),
  "v128.load32_splat": load((f, access) => {
    const [lane] = access.lanes(f, 1);
    return [lane, lane, lane, lane];
  }),
  "v128.load64_splat": load((f, access) => {
    const lanes = access.lanes(f, 2);
    return [...lanes, ...lanes];
  }),
  "v128.load32_zero": load((f, access) => [...access.lanes(f, 1), ZERO, ZERO, ZERO]),
  "v128.load64_zero": load((f, access) => [...access.lanes(f, 2), ZERO, ZERO]),
  "v128.load8_lane": loadLane(8),
  "v128.load16_lane": loadLane(16),
  "v128.load32_lane": loadLane(32),
  "v128.load64_lane": loadLane(64),
  "v128.store": store,
  "v128.store8_lane": storeLane(8),
  "v128.store16_lane": storeLane(16),
  "v128.store32_lane": storeLane(32),
  "v128.store64_lane": storeLane(64),
};
