/**
 * Vector loads and stores (specification 4.6.8 "Memory Instructions").
 *
 * What a load pushes has not been read yet: whoever takes it chooses integers or floats. A vector is stored from its last
 * component on, which is out of bounds if any is, so that a store that traps has written nothing.
 *
 * @module
 */

import { KEEPS_NAN_BITS } from "../runtime/float_bits.ts";
import { asInt, derived, Effect, type Expression, int, type Kind, Precedence, ZERO } from "./expression.ts";
import { mayBeMarked } from "./floats.ts";
import type { Emitter, FunctionCompiler } from "./function_compiler.ts";
import * as i32 from "./i32.ts";
import {
  effective,
  elementIndex,
  is64,
  type Place,
  popAddress,
  readPlace,
  simplifyAddress,
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

/** Where a vector is in memory: its address is simple, `pointer` is the same as an int32 where that is enough. */
class VectorAccess implements VectorLoad {
  readonly #place: Place;
  readonly #address: Expression;
  readonly #pointer: Expression | null;

  constructor(place: Place, address: Expression, pointer: Expression | null) {
    this.#place = place;
    this.#address = address;
    this.#pointer = pointer;
  }

  #at(bytes: number): Place {
    return { memory: this.#place.memory, offset: this.#place.offset + bytes };
  }

  /** An integer read `bytes` behind the start. */
  read(f: FunctionCompiler, method: string, bytes: number, kind: Kind = "int"): Expression {
    const text = viewCall(f, this.#at(bytes), method, this.#address);
    return derived(text, Precedence.Postfix, kind, [this.#address], LOAD);
  }

  /** Components that are read when they are used. */
  lanes(f: FunctionCompiler, count: number): Expression[] {
    return Array.from(
      { length: count },
      (_, index) => new LoadedLane(this, index, this.read(f, "getInt32", index * 4)),
    );
  }

  write(f: FunctionCompiler, method: string, bytes: number, value: Expression): void {
    f.write(viewCall(f, this.#at(bytes), method, this.#address, value));
  }

  writeSingle(f: FunctionCompiler, bytes: number, value: Expression): void {
    if (!mayBeMarked(value)) return this.write(f, "setFloat32", bytes, value);
    const place = this.#at(bytes);
    const text = viewCall(f, place, "setFloat32", this.#address, value);
    const view = f.scope.view(place.memory, "data");
    const address = effective(this.#address, place.offset).text;
    const slow = `${f.scope.runtime("storeNanF32")}(${view},${address},${value.text})`;
    f.write(`if(${value.text}===${value.text})${text};else ${slow}`);
  }

  /** Measured: through the scratch bytes as fast as from a typed array on V8; on JavaScriptCore 1.5 times as long. */
  single(f: FunctionCompiler, index: number, exact: boolean): Expression {
    const bits = this.read(f, "getInt32", index * 4);
    return KEEPS_NAN_BITS
      ? singleFromBits(f, bits, exact)
      : this.#element(f, "f32", index * 4) ?? singleFromBits(f, bits, exact);
  }

  double(f: FunctionCompiler, index: number): Expression {
    const bytes = index * 4;
    const text = viewCall(f, this.#at(bytes), "getFloat64", this.#address);
    return this.#element(f, "f64", bytes) ?? derived(text, Precedence.Postfix, "f64", [this.#address], LOAD);
  }

  /** A float from a typed array, where the address may be aligned. */
  #element(f: FunctionCompiler, type: "f32" | "f64", bytes: number): Expression | null {
    const place = this.#at(bytes);
    const log2 = type === "f32" ? 2 : 3;
    const pointer = this.#pointer;
    if (pointer === null || place.offset % (1 << log2) !== 0) return null;
    const index = pointer.constant !== null && pointer.constant % (1 << log2) === 0
      ? `${((pointer.constant >>> 0) + place.offset) / (1 << log2)}`
      : elementIndex(pointer, place, log2).text;
    const view = f.scope.view(place.memory, "data");
    const callee = f.scope.runtime(type === "f32" ? "getFloat32" : "getFloat64");
    const slow = `${callee}(${view},${effective(this.#address, place.offset).text})`;
    const text = `(${f.scope.view(place.memory, type)}[${index}]??${slow})`;
    return derived(text, Precedence.Postfix, type === "f32" ? "quiet f32" : "f64", [pointer], LOAD);
  }
}

/** Takes the address of an access off the stack, `above` components below the top; those are still there. */
function popAccess(f: FunctionCompiler, place: Place): VectorAccess {
  const wide = is64(f, place.memory);
  simplifyAddress(f, wide);
  const pointer = wide ? null : f.operands.at(-1)!;
  return new VectorAccess(place, popAddress(f, wide), pointer);
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
    lane.effects !== Effect.None || mayBeMarked(lane) ? f.evaluated(lane) : asInt(lane)
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
      for (let lane = 3; lane >= 0; lane--) access.writeSingle(f, lane * 4, lanes[lane]);
      return;
    case "f64x2":
      access.write(f, "setFloat64", 8, lanes[2]);
      access.write(f, "setFloat64", 0, lanes[0]);
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
