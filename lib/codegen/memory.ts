/**
 * Memory instructions (specification 4.6.8 to 4.6.13): loads, stores, size, growth and the bulk operations.
 *
 * Accesses go through a `DataView`: its RangeError is the trap, and it takes any alignment. Two things cost more on V8 than they seem to:
 *
 * - Bounds of an unsigned number: an address to which nothing is added stays an int32 (see `access_view.ts`).
 * - Floats that happen to be integers: the getters return them as small integers, and what follows becomes up to five times
 *   slower. Adding -0 makes them doubles, and signalling NaNs quiet: where every bit counts, a NaN is loaded again.
 *
 * @module
 */

import { KEEPS_NAN_BITS } from "../runtime/float_bits.ts";
import { I32, I64 } from "../syntax/types.ts";
import {
  asInt,
  asUnsigned,
  binary,
  call,
  derived,
  Effect,
  Expression,
  int,
  type Kind,
  Precedence,
  ZERO,
} from "./expression.ts";
import { mayBeMarked, mayBeSignalling } from "./floats.ts";
import type { FunctionBuilder } from "./function_builder.ts";
import type { Emitter, FunctionCompiler } from "./function_compiler.ts";
import * as i32 from "./i32.ts";

const MEMORY_INDEX_FLAG = 0x40;
const LOAD = Effect.ReadMemory | Effect.TrapMemory;
const STORE = Effect.WriteMemory | Effect.TrapMemory;

/** Where an access goes: a memory and a constant offset. */
export interface Place {
  readonly memory: number;
  /** Beyond 2^53 it is rounded, and out of bounds either way. */
  readonly offset: number;
}

/** Reads the immediates of an access. */
export function readPlace(f: FunctionCompiler): Place {
  const alignment = f.reader.u32("alignment");
  const memory = (alignment & MEMORY_INDEX_FLAG) !== 0 ? f.reader.u32("memory index") : 0;
  return { memory, offset: Number(f.reader.u64("offset")) };
}

/** Whether addresses of the memory are i64. */
export function is64(f: FunctionBuilder, memory: number): boolean {
  return f.scope.module.record.memories[memory].type.addressType === "i64";
}

/**
 * A 64-bit address, from its halves. Addresses above 4 GiB come from a call, which V8 leaves out where there are none: byte
 * sieve, copies and list walks take the time they take with 32-bit addresses. As one sum of products they take 2 to 5 times
 * as long on all hosts, and if the choice comes before an offset is added, 6 to 15 times on V8.
 */
class WideAddress extends Expression {
  readonly #f: FunctionBuilder;
  readonly #low: Expression;
  readonly #high: Expression;

  constructor(f: FunctionBuilder, low: Expression, high: Expression, offset: number = 0) {
    const plus = offset === 0 ? "" : `+${offset}`;
    const unsigned = `${low.operand(Precedence.Shift)}>>>0`;
    const near = offset === 0 ? unsigned : `(${unsigned})${plus}`;
    const far = `${f.scope.runtime("unsigned64")}(${low.text},${high.text})${plus}`;
    const text = `${high.operand(Precedence.Equal + 1)}===0?${near}:${far}`;
    super(text, Precedence.Conditional, "f64", Effect.None, low.variables | high.variables);
    this.#f = f;
    this.#low = low;
    this.#high = high;
  }

  plus(offset: number): WideAddress {
    return new WideAddress(this.#f, this.#low, this.#high, offset);
  }
}

/** Takes an address off the stack: an unsigned number, at most 2^64. */
export function popAddress(f: FunctionBuilder, wide: boolean): Expression {
  if (!wide) return asUnsigned(f.pop());
  if (f.operands.at(-1)!.constant !== 0) simplifyAddress(f, true);
  const high = f.pop();
  const low = f.pop();
  return high.constant === 0 ? asUnsigned(low) : new WideAddress(f, asInt(low), high);
}

/** The address of an access in memory of 32-bit addresses, as its view takes it. */
export function viewAddress(pointer: Expression, offset: number): Expression {
  return offset === 0 && pointer.constant === null ? asInt(pointer) : asUnsigned(pointer);
}

/** Takes the address of an access off the stack. */
function popAccess(f: FunctionBuilder, place: Place): Expression {
  return is64(f, place.memory) ? popAddress(f, true) : viewAddress(f.pop(), place.offset);
}

/** Makes the address on top of the stack one that can be written more than once. */
export function simplifyAddress(f: FunctionBuilder, wide: boolean, above = 0): void {
  f.simplify(above);
  if (wide) f.simplify(above + 1);
}

/** `address + offset`, exact. */
export function effective(address: Expression, offset: number): Expression {
  if (offset === 0) return address;
  if (address instanceof WideAddress) return address.plus(offset);
  if (address.constant !== null) {
    const sum = address.constant + offset;
    return derived(`${sum}`, Precedence.Primary, "f64", []);
  }
  return derived(`${address.operand(Precedence.Add)}+${offset}`, Precedence.Add, "f64", [address]);
}

/** `getInt32(address, true)`; accesses of one byte have no byte order. */
export function viewCall(
  f: FunctionBuilder,
  place: Place,
  method: string,
  address: Expression,
  value?: Expression,
): string {
  const operands = [effective(address, place.offset).text];
  if (value) operands.push(value.text);
  if (!method.endsWith("8")) operands.push("true");
  return `${f.scope.view(place.memory, "data")}.${method}(${operands.join(",")})`;
}

function load(f: FunctionBuilder, place: Place, method: string, address: Expression, kind: Kind): Expression {
  return derived(viewCall(f, place, method, address), Precedence.Postfix, kind, [address], LOAD);
}

/** An i32 load, or the low part of an i64 one. */
function integerLoad(method: string, kind: Kind): Emitter {
  return (f) => {
    const place = readPlace(f);
    f.settleCalls(1);
    f.push(load(f, place, method, popAccess(f, place), kind));
  };
}

/** An i64 load of fewer than 64 bits. */
function narrowLoad(method: string, signed: boolean): Emitter {
  const low = integerLoad(method, method.startsWith("getUint") ? "small" : "int");
  return (f) => {
    low(f);
    if (!signed) return f.push(ZERO);
    f.simplify(0);
    f.push(i32.shrS(f.operands.at(-1)!, int(31)));
  };
}

/** Where the high half of an i64 is. */
function secondHalf(place: Place): Place {
  return { ...place, offset: place.offset + 4 };
}

/** Takes the address of an access to both halves of an i64 off the stack: the address for each, simple. */
function popHalves(f: FunctionBuilder, place: Place): [low: Expression, high: Expression] {
  const wide = is64(f, place.memory);
  simplifyAddress(f, wide);
  if (wide) {
    const address = popAddress(f, true);
    return [address, address];
  }
  const pointer = f.pop();
  return [viewAddress(pointer, place.offset), asUnsigned(pointer)];
}

function load64(f: FunctionCompiler): void {
  const place = readPlace(f);
  const [low, high] = popHalves(f, place);
  f.push(load(f, place, "getInt32", low, "int"));
  f.push(load(f, secondHalf(place), "getInt32", high, "int"));
}

/** The index of an aligned float in its typed array; out of range when the address is not aligned. */
export function elementIndex(address: Expression, place: Place, log2: number): Expression {
  const offset = place.offset / (1 << log2);
  const rotated = i32.or(i32.shrU(address, int(log2)), i32.shl(address, int(32 - log2)));
  if (offset === 0) return rotated;
  // Unsigned, because a misaligned address near 2^32 is a small negative index.
  return binary(asUnsigned(asInt(rotated)), "+", int(offset), Precedence.Add, "f64");
}

/**
 * The index in a typed array of an aligned access at a constant address below the memory's declared minimum: it is in bounds for
 * ever. -1 for any other access.
 */
function fixedIndex(f: FunctionBuilder, place: Place, address: Expression, size: number): number {
  if (address.constant === null) return -1;
  const { limits, pageSizeLog2 } = f.scope.module.record.memories[place.memory].type;
  const start = address.constant + place.offset;
  const minimum = Number(limits.minimum) * 2 ** pageSizeLog2;
  return start % size === 0 && start + size <= minimum ? start / size : -1;
}

function floatLoad(type: "f32" | "f64"): Emitter {
  const size = type === "f32" ? 4 : 8;
  const method = type === "f32" ? "getFloat32" : "getFloat64";
  const slowMethod = type === "f32" ? "loadF32" : "getFloat64";
  return (f) => {
    const place = readPlace(f);
    if (!KEEPS_NAN_BITS) {
      f.settleCalls(1);
      return f.push(load(f, place, method, popAccess(f, place), type));
    }
    simplifyAddress(f, is64(f, place.memory));
    const address = popAccess(f, place);
    const value = f.temporary(type);
    const index = fixedIndex(f, place, address, size);
    const text = index >= 0
      ? `${f.scope.view(place.memory, type)}[${index}]`
      : `${viewCall(f, place, method, address)}+-0`;
    const precedence = index >= 0 ? Precedence.Postfix : Precedence.Add;
    const arithmetic = derived(text, precedence, type, [address], index >= 0 ? Effect.ReadMemory : LOAD);
    // The element of the Float64Array has all bits.
    if (index >= 0 && type === "f64") return f.push(arithmetic);
    const view = f.scope.view(place.memory, "data");
    const target = effective(asUnsigned(address), place.offset).text;
    const slow = `${f.scope.runtime(slowMethod)}(${view},${target})`;
    const exact = `((${value.name}=${text})===${value.name}?${value.name}:${slow})`;
    f.push(derived(exact, Precedence.Postfix, type, [address, value.read()], LOAD));
    f.operands.at(-1)!.arithmetic = arithmetic;
  };
}

function store(method: string, components: 1 | 2): Emitter {
  return (f) => {
    const place = readPlace(f);
    if (components === 2) f.discard(f.pop());
    f.settleCalls(2);
    const value = asInt(f.pop());
    const address = popAccess(f, place);
    f.statement(viewCall(f, place, method, address, value), STORE | address.effects | value.effects);
  };
}

/** The high half first: it is the one out of bounds when only one is, and then nothing has been written. */
function store64(f: FunctionCompiler): void {
  const place = readPlace(f);
  f.simplify(1);
  simplifyAddress(f, is64(f, place.memory), 2);
  f.settleCalls(2);
  const high = asInt(f.pop());
  const low = asInt(f.pop());
  const [address, highAddress] = popHalves(f, place);
  f.statement(viewCall(f, secondHalf(place), "setInt32", highAddress, high), STORE | high.effects);
  f.statement(viewCall(f, place, "setInt32", address, low), STORE);
}

function floatStore(type: "f32" | "f64"): Emitter {
  const size = type === "f32" ? 4 : 8;
  const [method, slowMethod] = type === "f32" ? ["setFloat32", "storeNanF32"] : ["setFloat64", "storeNanF64"];
  const mayNeedBits = type === "f32" ? mayBeMarked : mayBeSignalling;
  return (f) => {
    const place = readPlace(f);
    const wide = is64(f, place.memory);
    const tested = mayNeedBits(f.operands.at(-1)!);
    if (tested) {
      f.simplify(0);
      simplifyAddress(f, wide, 1);
    }
    f.settleCalls(2);
    const value = f.pop();
    const address = popAccess(f, place);
    const fixed = fixedIndex(f, place, address, size);
    const text = fixed >= 0
      ? `${f.scope.view(place.memory, type)}[${fixed}]=${value.text}`
      : viewCall(f, place, method, address, value);
    if (!tested) return f.statement(text, STORE | address.effects | value.effects);
    const view = f.scope.view(place.memory, "data");
    const target = effective(wide ? address : asUnsigned(address), place.offset).text;
    const slow = `${f.scope.runtime(slowMethod)}(${view},${target},${value.text})`;
    f.statement(`if(${value.text}===${value.text})${text};else ${slow}`, STORE);
  };
}

/** Pushes a number of pages or elements: an int32, or the pair of an i64; `size` is at least -1, and below 2^34 if a "sum". */
export function pushSize(f: FunctionBuilder, wide: boolean, size: Expression): void {
  if (!wide) return f.pushValue(I32, asInt(size));
  if (size.kind !== "sum") {
    const low = f.evaluated(size);
    return f.pushValue(I64, low, i32.shrS(low, int(31)));
  }
  const { name } = f.temporary("f64");
  f.settle(size.effects);
  f.write(`${name}=${size.text}`);
  const [low, high] = [f.temporary("int"), f.temporary("int")];
  f.write(`${low.name}=${name}|0`);
  f.write(`${high.name}=(${name}-(${name}>>>0))/4294967296|0`);
  f.pushValue(I64, low.read(), high.read());
}

/** The kind of a number of pages, or -1: with pages of one byte there may be more than an int32 counts. */
function pagesKind(f: FunctionBuilder, memory: number): Kind {
  return f.scope.module.record.memories[memory].type.pageSizeLog2 < 2 ? "sum" : "int";
}

/** Another thread may have grown a shared memory. */
function memorySize(f: FunctionCompiler): void {
  const memory = f.reader.u32("memory index");
  const { text } = f.scope.memory(memory);
  const kind = pagesKind(f, memory);
  const pages = f.scope.module.record.memories[memory].type.shared
    ? call(`${text}.currentPages`, [], kind, Effect.Call)
    : derived(`${text}.pages`, Precedence.Postfix, kind, [], Effect.ReadMemory);
  pushSize(f, is64(f, memory), pages);
}

function memoryGrow(f: FunctionCompiler): void {
  const memory = f.reader.u32("memory index");
  const wide = is64(f, memory);
  const delta = popAddress(f, wide);
  f.types.pop();
  const before = call(`${f.scope.memory(memory).text}.grow`, [delta], pagesKind(f, memory), Effect.Call);
  pushSize(f, wide, before);
}

/** Writes a call of a bulk operation that reads and writes memories. */
function bulk(f: FunctionBuilder, callee: string, operands: readonly Expression[]): void {
  const statement = call(f.scope.runtime(callee), operands, "int", STORE | LOAD | Effect.Trap);
  f.statement(statement.text, statement.effects);
}

function memoryCopy(f: FunctionCompiler): void {
  const target = f.reader.u32("memory index");
  const source = f.reader.u32("memory index");
  const count = popAddress(f, is64(f, target) && is64(f, source));
  const from = popAddress(f, is64(f, source));
  const to = popAddress(f, is64(f, target));
  f.types.length -= 3;
  bulk(f, "memoryCopy", [f.scope.memory(target), to, f.scope.memory(source), from, count]);
}

function memoryFill(f: FunctionCompiler): void {
  const memory = f.reader.u32("memory index");
  const wide = is64(f, memory);
  const count = popAddress(f, wide);
  const value = asInt(f.pop());
  const start = popAddress(f, wide);
  bulk(f, "memoryFill", [f.scope.memory(memory), start, value, count]);
}

function memoryInit(f: FunctionCompiler): void {
  const segment = f.reader.u32("data segment index");
  const memory = f.reader.u32("memory index");
  const count = asUnsigned(f.pop());
  const from = asUnsigned(f.pop());
  const to = popAddress(f, is64(f, memory));
  bulk(f, "memoryInit", [f.scope.instance(), f.scope.memory(memory), to, int(segment), from, count]);
}

function dataDrop(f: FunctionCompiler): void {
  const segment = f.reader.u32("data segment index");
  const statement = `${f.scope.runtime("dataDrop")}(${f.scope.instance().text},${segment})`;
  f.statement(statement, Effect.WriteMemory);
}

/** The memory instructions. */
export const MEMORY_EMITTERS: Readonly<Record<string, Emitter>> = {
  "i32.load": integerLoad("getInt32", "int"),
  "i32.load8_s": integerLoad("getInt8", "int"),
  "i32.load8_u": integerLoad("getUint8", "small"),
  "i32.load16_s": integerLoad("getInt16", "int"),
  "i32.load16_u": integerLoad("getUint16", "small"),
  "i64.load": load64,
  "i64.load8_s": narrowLoad("getInt8", true),
  "i64.load8_u": narrowLoad("getUint8", false),
  "i64.load16_s": narrowLoad("getInt16", true),
  "i64.load16_u": narrowLoad("getUint16", false),
  "i64.load32_s": narrowLoad("getInt32", true),
  "i64.load32_u": narrowLoad("getInt32", false),
  "f32.load": floatLoad("f32"),
  "f64.load": floatLoad("f64"),
  "i32.store": store("setInt32", 1),
  "i32.store8": store("setInt8", 1),
  "i32.store16": store("setInt16", 1),
  "i64.store": store64,
  "i64.store8": store("setInt8", 2),
  "i64.store16": store("setInt16", 2),
  "i64.store32": store("setInt32", 2),
  "f32.store": floatStore("f32"),
  "f64.store": floatStore("f64"),
  "memory.size": memorySize,
  "memory.grow": memoryGrow,
  "memory.copy": memoryCopy,
  "memory.fill": memoryFill,
  "memory.init": memoryInit,
  "data.drop": dataDrop,
};
