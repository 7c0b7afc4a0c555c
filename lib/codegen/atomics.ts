/**
 * Atomic memory accesses (threads proposal). Those of a shared memory are calls of the memory's operations, which trap by themselves;
 * those of a memory that no other thread can see are ordinary loads and stores, with a check of the alignment.
 *
 * Everything on the stack is evaluated first: an atomic access is a point in the order in which other threads see things.
 *
 * @module
 */

import { operationName } from "../runtime/host_atomics.ts";
import { OPCODES } from "../syntax/opcodes.ts";
import { asInt, call, Effect, type Expression, type Kind, Precedence, ZERO } from "./expression.ts";
import type { Emitter, FunctionCompiler } from "./function_compiler.ts";
import { I32_EMITTERS } from "./i32.ts";
import { I64_EMITTERS } from "./i64.ts";
import { effective, is64, type Place, popAddress, readPlace, viewCall } from "./memory.ts";

/** An atomic access, by its mnemonic. */
interface Access {
  readonly type: "i32" | "i64";
  /** Bits that are accessed. */
  readonly width: 8 | 16 | 32 | 64;
  /** `load`, `store`, or the operator of a read-modify-write. */
  readonly operator: string;
  /** Values besides the address. */
  readonly values: number;
}

/** An access whose operands are off the stack. */
interface Operands {
  readonly place: Place;
  readonly address: Expression;
  /** The low three bits are those of the address. */
  readonly lowAddress: Expression;
  /** Components of the values that are passed on: narrow accesses take the low half of an i64 alone. */
  readonly values: readonly Expression[];
}

const MNEMONIC = /^(i32|i64)\.atomic\.(?:(load|store)(8|16|32)?(?:_u)?|rmw(8|16|32)?\.([a-z]+)(?:_u)?)$/;

function accessOf(mnemonic: string): Access | null {
  const match = MNEMONIC.exec(mnemonic);
  if (match === null) return null;
  const type = match[1] as Access["type"];
  const operator = match[2] ?? match[5];
  const width = Number(match[3] ?? match[4] ?? type.slice(1)) as Access["width"];
  const values = operator === "load" ? 0 : operator === "cmpxchg" ? 2 : 1;
  return { type, width, operator, values };
}

function simplify(f: FunctionCompiler, count: number): void {
  for (let depth = count - 1; depth >= 0; depth--) f.simplify(depth);
}

/** Takes the operands of an access off the stack, evaluated. */
function popOperands(f: FunctionCompiler, { type, width, values }: Access): Operands {
  const place = readPlace(f);
  const wide = is64(f, place.memory);
  const perValue = type === "i64" ? 2 : 1;
  const count = values * perValue;
  simplify(f, count + (wide ? 2 : 1));
  const components = f.popComponents(count);
  const passed = width === 64 ? components : components.filter((_, i) => i % perValue === 0);
  const lowAddress = f.operands.at(wide ? -2 : -1)!;
  const address = popAddress(f, wide);
  f.settle(Effect.Call);
  return { place, address, lowAddress, values: passed.map(asInt) };
}

/** A condition that is true when the access is not aligned; null when it cannot be otherwise. */
function misaligned({ place, lowAddress }: Operands, width: number): string | null {
  const mask = width / 8 - 1;
  const offset = place.offset % (mask + 1);
  if (mask === 0) return null;
  return offset === 0
    ? `${lowAddress.operand(Precedence.BitAnd)}&${mask}`
    : `${lowAddress.text}+${offset}&${mask}`;
}

/** Traps now when a 64-bit address is not aligned: the number that stands for one above 2^53 lacks its low bits. */
function trapsWhenMisaligned(f: FunctionCompiler, operands: Operands, width: number): boolean {
  if (!is64(f, operands.place.memory)) return false;
  const unaligned = misaligned(operands, width);
  if (unaligned !== null) f.write(`if(${unaligned})${f.scope.runtime("unalignedAccess")}()`);
  return true;
}

/** What the low part of the result is. */
function lowKind(width: number): Kind {
  return width < 32 ? "small" : "int";
}

function pushResult(
  f: FunctionCompiler,
  type: Access["type"],
  low: Expression,
  high: Expression = ZERO,
): void {
  f.push(low);
  if (type === "i64") f.push(high);
}

/** The effective address of an access with a 64-bit address, after a test that it is in bounds. */
function boundedAddress(f: FunctionCompiler, { place, address }: Operands, size: number): string {
  const target = effective(address, place.offset).text;
  const end = effective(address, place.offset + size).text;
  const check = `${f.scope.runtime("atomicCheck")}(${f.scope.memory(place.memory).text},${target},${size})`;
  f.write(`if(${end}>${f.scope.view(place.memory, "u8")}.length)${check}`);
  return target;
}

/** An access to a memory that other threads may use. */
function shared(f: FunctionCompiler, { type, width, operator }: Access, operands: Operands): void {
  const { place, lowAddress, values } = operands;
  const wide = trapsWhenMisaligned(f, operands, width);
  const target = wide ? [boundedAddress(f, operands, width / 8)] : [asInt(lowAddress).text];
  const hasOffset = !wide && place.offset !== 0;
  if (hasOffset) target.push(`${place.offset | 0}`);
  const operation = f.scope.atomicOperation(place.memory, operationName(operator, width, hasOffset));
  const text = `${operation}(${[...target, ...values.map(({ text }) => text)].join(",")})`;
  if (operator === "store") return f.write(text);
  const kind = lowKind(width);
  const low = f.temporary("int");
  f.write(`${low.name}=${text}`);
  if (width !== 64) return pushResult(f, type, low.read(kind));
  const high = f.temporary("int");
  f.write(`${high.name}=${f.scope.atomicHighHalf(place.memory)}`);
  pushResult(f, type, low.read(), high.read());
}

/** Reads the components of a place. */
function read(f: FunctionCompiler, { place, address }: Operands, width: number): Expression[] {
  const method = width < 32 ? `getUint${width}` : "getInt32";
  const places = width === 64 ? [place, { ...place, offset: place.offset + 4 }] : [place];
  return places.map((place) => {
    const variable = f.temporary("int");
    f.write(`${variable.name}=${viewCall(f, place, method, address)}`);
    return variable.read(lowKind(width));
  });
}

function writeText(
  f: FunctionCompiler,
  { place, address }: Operands,
  width: number,
  values: readonly Expression[],
): string {
  const [low, high] = values.map(asInt);
  const text = viewCall(f, place, width < 32 ? `setInt${width}` : "setInt32", address, low);
  if (width !== 64) return text;
  // The high half first: it is the one out of bounds when only one is.
  return `${viewCall(f, { ...place, offset: place.offset + 4 }, "setInt32", address, high)};${text}`;
}

/** What a read-modify-write stores. */
function modified(
  f: FunctionCompiler,
  { operator, width }: Access,
  old: readonly Expression[],
  values: readonly Expression[],
): Expression[] {
  if (operator === "xchg") return [...values];
  const wide = width === 64;
  for (const component of [...old, ...values]) f.push(component);
  if (wide) I64_EMITTERS[`i64.${operator}`](f);
  else I32_EMITTERS[`i32.${operator}`](f);
  return f.popComponents(wide ? 2 : 1);
}

/** Whether what was read is what was expected, both of `width` bits. */
function isExpected(width: number, old: readonly Expression[], expected: readonly Expression[]): string {
  return old.map(({ text }, i) =>
    width < 32 ? `${text}===(${expected[i].text}&${2 ** width - 1})` : `${text}===${expected[i].text}`
  ).join("&&");
}

/** An access to a memory of this thread's own. */
function unshared(f: FunctionCompiler, access: Access, operands: Operands): void {
  const { type, width, operator } = access;
  const unaligned = misaligned(operands, width);
  if (unaligned !== null) f.write(`if(${unaligned})${f.scope.runtime("unalignedAccess")}()`);
  if (operator === "store") return f.write(writeText(f, operands, width, operands.values));
  const old = read(f, operands, width);
  if (operator === "cmpxchg") {
    const half = operands.values.length / 2;
    const replacement = writeText(f, operands, width, operands.values.slice(half));
    f.write(`if(${isExpected(width, old, operands.values)}){${replacement}}`);
  } else if (operator !== "load") {
    f.write(writeText(f, operands, width, modified(f, access, old, operands.values)));
  }
  pushResult(f, type, old[0], old[1]);
}

function access(description: Access): Emitter {
  return (f) => {
    const operands = popOperands(f, description);
    const { type } = f.scope.module.record.memories[operands.place.memory];
    (type.shared ? shared : unshared)(f, description, operands);
  };
}

/** `memory.atomic.wait32`, `wait64` and `notify`: calls. */
function waiting(callee: string, width: 32 | 64, components: number): Emitter {
  return (f) => {
    const place = readPlace(f);
    const wide = is64(f, place.memory);
    simplify(f, components + (wide ? 2 : 1));
    const values = f.popComponents(components).map(asInt);
    const lowAddress = f.operands.at(wide ? -2 : -1)!;
    const address = popAddress(f, wide);
    f.settle(Effect.Call);
    trapsWhenMisaligned(f, { place, address, lowAddress, values }, width);
    const parts = [f.scope.memory(place.memory), effective(address, place.offset), ...values];
    const result = f.temporary("int");
    f.write(`${result.name}=${call(f.scope.runtime(callee), parts, "int").text}`);
    f.push(result.read());
  };
}

/** The atomic instructions on memories. */
export const ATOMIC_EMITTERS: Readonly<Record<string, Emitter>> = {
  ...Object.fromEntries(OPCODES.flatMap(({ mnemonic }): [string, Emitter][] => {
    const description = accessOf(mnemonic);
    return description === null ? [] : [[mnemonic, access(description)]];
  })),
  "memory.atomic.notify": waiting("atomicNotify", 32, 1),
  "memory.atomic.wait32": waiting("atomicWait32", 32, 3),
  "memory.atomic.wait64": waiting("atomicWait64", 64, 4),
  "atomic.fence": (f) => {
    f.reader.position++;
    f.statement(`${f.scope.runtime("atomicFence")}()`, Effect.Call);
  },
};
