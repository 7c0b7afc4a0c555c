/**
 * Memory instructions (specification 4.6.8 to 4.6.13): loads, stores, size, growth and the bulk operations.
 *
 * Integers and all stores go through a `DataView`: its RangeError is the trap, and it takes any alignment. Float loads go
 * through typed arrays, because V8's `DataView` getters return integral floats as small integers and make what follows up to
 * three times slower: the address, rotated right by the size's logarithm, is the index when it is aligned and out of range
 * otherwise; then, and out of bounds, the typed array gives `undefined` and a function does the access.
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
  type Expression,
  int,
  type Kind,
  Precedence,
  ZERO,
} from "./expression.ts";
import { mayBeMarked } from "./floats.ts";
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

/** Takes an address off the stack: an unsigned number, at most 2^64. */
export function popAddress(f: FunctionBuilder, wide: boolean): Expression {
  if (!wide) return asUnsigned(f.pop());
  const high = f.pop();
  const low = asUnsigned(f.pop());
  if (high.constant === 0) return low;
  return derived(
    `${asUnsigned(high).operand(Precedence.Multiply)}*4294967296+${low.operand(Precedence.Add + 1)}`,
    Precedence.Add,
    "f64",
    [low, high],
  );
}

/** Makes the address on top of the stack one that can be written more than once. */
export function simplifyAddress(f: FunctionBuilder, wide: boolean, above = 0): void {
  f.simplify(above);
  if (wide) f.simplify(above + 1);
}

/** `address + offset`, exact. */
export function effective(address: Expression, offset: number): Expression {
  if (offset === 0) return address;
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
    const address = popAddress(f, is64(f, place.memory));
    f.push(load(f, place, method, address, kind));
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

function load64(f: FunctionCompiler): void {
  const place = readPlace(f);
  const wide = is64(f, place.memory);
  simplifyAddress(f, wide);
  const address = popAddress(f, wide);
  f.push(load(f, place, "getInt32", address, "int"));
  f.push(load(f, { ...place, offset: place.offset + 4 }, "getInt32", address, "int"));
}

/** The index of an aligned float in its typed array; out of range when the address is not aligned. */
export function elementIndex(address: Expression, place: Place, log2: number): Expression {
  const offset = place.offset / (1 << log2);
  const rotated = i32.or(i32.shrU(address, int(log2)), i32.shl(address, int(32 - log2)));
  if (offset === 0) return rotated;
  // Unsigned, because a misaligned address near 2^32 is a small negative index.
  return binary(asUnsigned(asInt(rotated)), "+", int(offset), Precedence.Add, "f64");
}

function floatLoad(type: "f32" | "f64"): Emitter {
  const log2 = type === "f32" ? 2 : 3;
  const size = 1 << log2;
  const method = type === "f32" ? "getFloat32" : "getFloat64";
  return (f) => {
    const place = readPlace(f);
    const wide = is64(f, place.memory);
    const slow = (address: Expression) => {
      const callee = f.scope.runtime(type === "f32" && KEEPS_NAN_BITS ? "loadF32" : method);
      const view = f.scope.view(place.memory, "data");
      return `${callee}(${view},${effective(address, place.offset).text})`;
    };
    if (wide || place.offset % size !== 0) {
      f.settleCalls(1);
      const address = popAddress(f, wide);
      const text = type === "f32" && KEEPS_NAN_BITS ? slow(address) : viewCall(f, place, method, address);
      return f.push(derived(text, Precedence.Postfix, type, [address], LOAD));
    }
    const pointer = f.popSimple();
    const address = asUnsigned(pointer);
    const element = pointer.constant !== null && pointer.constant % size === 0
      ? `${f.scope.view(place.memory, type)}[${(address.constant! + place.offset) / size}]`
      : `${f.scope.view(place.memory, type)}[${elementIndex(pointer, place, log2).text}]`;
    const plain = derived(`(${element}??${slow(address)})`, Precedence.Postfix, type, [pointer], LOAD);
    if (type === "f64" || !KEEPS_NAN_BITS) return f.push(plain);
    // False for `undefined` and for every NaN: both need the bits.
    const value = f.temporary("f32");
    const text = `((${value.name}=${element})<=${value.name}?${value.name}:${slow(address)})`;
    const exact = derived(text, Precedence.Postfix, type, [pointer, value.read()], LOAD);
    exact.arithmetic = plain;
    f.push(exact);
  };
}

function store(method: string, components: 1 | 2): Emitter {
  return (f) => {
    const place = readPlace(f);
    if (components === 2) f.discard(f.pop());
    f.settleCalls(2);
    const value = asInt(f.pop());
    const address = popAddress(f, is64(f, place.memory));
    f.statement(viewCall(f, place, method, address, value), STORE | address.effects | value.effects);
  };
}

/** The high half first: it is the one out of bounds when only one is, and then nothing has been written. */
function store64(f: FunctionCompiler): void {
  const place = readPlace(f);
  const wide = is64(f, place.memory);
  f.simplify(1);
  simplifyAddress(f, wide, 2);
  f.settleCalls(2);
  const high = asInt(f.pop());
  const low = asInt(f.pop());
  const address = popAddress(f, wide);
  const highPlace = { ...place, offset: place.offset + 4 };
  f.statement(viewCall(f, highPlace, "setInt32", address, high), STORE | high.effects);
  f.statement(viewCall(f, place, "setInt32", address, low), STORE);
}

function floatStore(type: "f32" | "f64"): Emitter {
  const method = type === "f32" ? "setFloat32" : "setFloat64";
  return (f) => {
    const place = readPlace(f);
    const wide = is64(f, place.memory);
    const marked = mayBeMarked(f.operands.at(-1)!);
    if (marked && type === "f32") {
      f.simplify(0);
      simplifyAddress(f, wide, 1);
    }
    f.settleCalls(2);
    const value = f.pop();
    const address = popAddress(f, wide);
    const text = viewCall(f, place, method, address, value);
    if (!marked || type === "f64") return f.statement(text, STORE | address.effects | value.effects);
    const view = f.scope.view(place.memory, "data");
    const slow = `${f.scope.runtime("storeNanF32")}(${view},${
      effective(address, place.offset).text
    },${value.text})`;
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
