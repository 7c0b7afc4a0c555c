/**
 * Function bodies of random modules. The bits of NaNs that arithmetic makes are left to the engine by the specification: such
 * values have types of their own, and what shows bits takes only the others.
 *
 * @module
 */

import type { FeatureSet } from "../../lib/syntax/features.ts";
import { ADDRESS, OPCODES } from "../../lib/syntax/opcodes.ts";
import { F32, F64, I32, I64, type ValueType } from "../../lib/syntax/types.ts";
import { flatten, leb, vector } from "../binary/module_bytes.ts";
import type { Random } from "./random_module.ts";

/** The type of a value on the stack: its code in the binary format; 256 is added where every bit is determined. */
export type StackType = number;

const EXACT = 256;
/** An i32. */
export const I32_VALUE: StackType = 0x7f;
/** An i64. */
export const I64_VALUE: StackType = 0x7e;
/** An f32, maybe any NaN. */
export const F32_VALUE: StackType = 0x7d;
/** An f64, maybe any NaN. */
export const F64_VALUE: StackType = 0x7c;
/** An f32 whose bits are known even when it is a NaN. */
export const EXACT_F32: StackType = F32_VALUE + EXACT;
/** An f64 whose bits are known even when it is a NaN. */
export const EXACT_F64: StackType = F64_VALUE + EXACT;
/** A funcref. */
export const FUNCREF_VALUE: StackType = 0x70;
const EXNREF_VALUE: StackType = 0x69;

/** A stack type as the binary format has it. */
export function code(type: StackType): number {
  return type & 255;
}

/** Whether a value of type `a` can stand where one of type `b` is wanted. */
function matches(a: StackType, b: StackType): boolean {
  return a === b || a === b + EXACT;
}

/** A function type. */
export interface Signature {
  readonly params: readonly StackType[];
  readonly results: readonly StackType[];
}

/** The module around a function. */
export interface Environment {
  readonly features: FeatureSet;
  /** Of all functions, imported ones first. */
  readonly signatures: readonly Signature[];
  /** Number of imported functions. */
  readonly imported: number;
  /** The index of a function type, declared if it is not. */
  readonly typeIndex: (signature: Signature) => number;
  /** Types that values have; those that come often more than once. */
  readonly types: readonly StackType[];
  readonly globals: readonly StackType[];
  /** The global that counts down; code that goes on for too long ends in a trap. */
  readonly fuel: number;
  readonly tags: readonly (readonly StackType[])[];
  /** Whether the host's numbers keep the bits of NaNs. */
  readonly keepsNanBits: boolean;
  /** Number of memories. */
  readonly memories: number;
  /** Number of locals besides parameters. */
  readonly locals: number;
}

interface Operation {
  readonly code: number;
  readonly params: readonly StackType[];
  readonly results: readonly StackType[];
  readonly memory: boolean;
  /** Whether the bits of a NaN on top of the stack decide what it does. */
  readonly showsBits: boolean;
  /** Whether it traps for many operands. */
  readonly traps: boolean;
}

const CODES = new Map<ValueType, StackType>([
  [I32, I32_VALUE],
  [I64, I64_VALUE],
  [F32, F32_VALUE],
  [F64, F64_VALUE],
  [ADDRESS, I32_VALUE],
]);
const PLAIN_FEATURES: readonly string[] = ["mvp", "sign-extension", "saturating-truncation"];
const SHOWS_BITS = /store|reinterpret|copysign/;
/** Their results are exact. */
const KNOWN_BITS = /load|reinterpret|convert/;

const exact = (type: StackType) => type === F32_VALUE || type === F64_VALUE ? type + EXACT : type;

const OPERATIONS: readonly Operation[] = OPCODES.flatMap((opcode) => {
  const { code, mnemonic, immediates, signature, feature } = opcode;
  if (signature === null || !PLAIN_FEATURES.includes(feature)) return [];
  const memory = immediates[0]?.startsWith("memarg") ?? false;
  if (immediates.length > 0 && !memory || signature.params.length === 0) return [];
  let params = signature.params.map((type) => CODES.get(type)!);
  let results = signature.results.map((type) => CODES.get(type)!);
  if (/store|reinterpret/.test(mnemonic)) params = params.map(exact);
  if (KNOWN_BITS.test(mnemonic)) results = results.map(exact);
  const traps = /trunc_f/.test(mnemonic);
  const showsBits = SHOWS_BITS.test(mnemonic);
  const operation = { code, params, results, memory, showsBits, traps };
  const [, type] = /^(f32|f64)\.(neg|abs|copysign)$/.exec(mnemonic) ?? [];
  if (type === undefined) return [operation];
  // These only change the sign: exact when their first operand is.
  const both = [params[0], exact(params[0])];
  return both.map((first) => ({
    ...operation,
    params: [first, ...params.slice(1).map(exact)],
    results: [first],
  }));
});

/** A signed LEB128 number. */
function signed(value: number | bigint): number[] {
  let rest = BigInt(value);
  const bytes: number[] = [];
  for (;;) {
    const byte = Number(rest & 127n);
    rest >>= 7n;
    if (rest === 0n && (byte & 64) === 0 || rest === -1n && (byte & 64) !== 0) return [...bytes, byte];
    bytes.push(byte | 128);
  }
}

const INTEGERS = [0, 1, -1, 2, 31, 32, 63, 64, 255, 65535, 65536, 0x7fffffff, -0x80000000];
const FLOATS = [0, -0, 1, -1.5, 0.1, 1e10, -3e9, 2 ** 31, 2 ** 63, 1e-40, Infinity, -Infinity];
/** Bits of NaNs: the usual one, a negative one with a payload, and a signalling one. */
const NANS_F32 = [0x7fc00000, 0xffc12345, 0x7fa00001];
const NANS_F64 = [0x7ff80000_00000000n, 0xfff81234_56789abcn, 0x7ff40000_00000001n];
/** Of accesses. */
const OFFSETS = [0, 0, 0, 1, 4, 8, 64, 1000];
/** Of accesses that mostly lead beyond the memory. */
const FAR_OFFSETS = [65528, 65535, 65536, 2 ** 31, 2 ** 32 - 1];
const MEMORY_SIZE = 65536;

/** Depth of constructs. */
const MAX_DEPTH = 5;

/** Makes one function body. */
export class FunctionGenerator {
  readonly #random: Random;
  readonly #environment: Environment;
  readonly #signature: Signature;
  /** Of parameters, then of others. */
  readonly #locals: StackType[];
  readonly #code: number[] = [];
  #stack: StackType[] = [];
  /** By open construct: what a branch to it carries. */
  readonly #labels: (readonly StackType[])[] = [];
  #budget: number;

  constructor(random: Random, index: number, environment: Environment) {
    this.#random = random;
    this.#environment = environment;
    this.#signature = environment.signatures[index];
    const own = [I32_VALUE, I64_VALUE, F32_VALUE, F64_VALUE, EXACT_F32, EXACT_F64];
    if (this.#has("reference-types")) own.push(FUNCREF_VALUE);
    if (environment.tags.length > 0) own.push(EXNREF_VALUE);
    while (own.length < environment.locals) own.push(random.pick(environment.types));
    // Types in any order, so that i64s fall on any number of variables before them.
    for (let i = own.length - 1; i > 0; i--) {
      const j = random.below(i + 1);
      [own[i], own[j]] = [own[j], own[i]];
    }
    this.#locals = [...this.#signature.params, ...own];
    this.#budget = 30 + random.below(150);
  }

  #has(feature: Parameters<FeatureSet["has"]>[0]): boolean {
    return this.#environment.features.has(feature);
  }

  /** Local declarations and instructions. */
  body(): number[] {
    const { params, results } = this.#signature;
    this.#burn();
    this.#labels.push(results);
    this.#sequence([], results, MAX_DEPTH);
    const locals = this.#locals.slice(params.length).map((type) => [1, code(type)]);
    return flatten([vector(...locals), this.#code, 0x0b]);
  }

  #emit(...bytes: number[]): void {
    this.#code.push(...bytes);
  }

  #push(...types: StackType[]): void {
    this.#stack.push(...types);
  }

  #pop(count = 1): void {
    this.#stack.length -= count;
  }

  #get(local: number): void {
    this.#emit(0x20, ...leb(local));
  }

  #set(local: number): void {
    this.#emit(0x21, ...leb(local));
  }

  /** Traps when the fuel is used up. */
  #burn(): void {
    const { fuel } = this.#environment;
    this.#emit(0x23, fuel, 0x45, 0x04, 0x40, 0x00, 0x0b, 0x23, fuel, 0x41, 1, 0x6b, 0x24, fuel);
  }

  /** Code from a stack of `params` to one of `results`. */
  #sequence(params: readonly StackType[], results: readonly StackType[], depth: number): void {
    const outer = this.#stack;
    this.#stack = [...params];
    const length = 1 + this.#random.below(30);
    for (let i = 0; i < length && this.#budget > 0; i++) this.#instruction(depth);
    this.#finish(results);
    this.#stack = outer;
  }

  /** Brings the stack to `results` and nothing else. */
  #finish(results: readonly StackType[]): void {
    while (this.#stack.length > results.length && !this.#endsWith(results)) this.#consume();
    this.#want(results);
    const extra = this.#stack.length - results.length;
    if (extra === 0) return;
    const kept = [...results].reverse().map((type) => {
      const local = this.#localOf(type);
      this.#set(local);
      this.#pop();
      return local;
    });
    // Values may be overwritten, the same way in every engine.
    for (let i = 0; i < extra; i++) this.#consume();
    for (const [i, local] of kept.reverse().entries()) {
      this.#get(local);
      this.#push(results[i]);
    }
  }

  #endsWith(types: readonly StackType[]): boolean {
    const at = this.#stack.length - types.length;
    return at >= 0 && types.every((type, i) => matches(this.#stack[at + i], type));
  }

  /** Makes the stack end with `types`. */
  #want(types: readonly StackType[]): void {
    if (!this.#endsWith(types)) { for (const type of types) this.#simple(type); }
  }

  /** Makes the stack end with `types`; what lies there becomes the first of them if it can. */
  #operands(types: readonly StackType[]): void {
    if (this.#endsWith(types)) return;
    const given = types.findLastIndex((_, i) => this.#endsWith(types.slice(0, i)));
    for (const type of types.slice(Math.max(given, 0))) this.#simple(type);
  }

  /** Takes the top value off, seldom unseen. */
  #consume(): void {
    const type = this.#stack.at(-1)!;
    const global = this.#environment.globals.indexOf(type);
    if (this.#random.below(4) === 0 || global < 0) {
      this.#emit(0x1a);
    } else {
      // Integers are mixed into what the global has.
      if (type === I32_VALUE) this.#emit(0x23, global, 0x73, 0x24, global);
      else if (type === I64_VALUE) this.#emit(0x23, global, 0x7c, 0x24, global);
      else this.#emit(0x24, global);
    }
    this.#pop();
  }

  #localOf(type: StackType): number {
    return this.#random.pick(this.#locals.flatMap((local, i) => local === type ? [i] : []));
  }

  /** A constant or a local. */
  #simple(type: StackType): void {
    if (this.#random.below(2) === 0) return this.#constant(type);
    this.#get(this.#localOf(type));
    this.#push(type);
  }

  #constant(type: StackType): void {
    const random = this.#random;
    switch (type) {
      case I32_VALUE:
        this.#emit(0x41, ...signed(random.pick([...INTEGERS, random.below(1 << 30)])));
        break;
      case I64_VALUE: {
        const shift = BigInt(random.pick([0, 0, 16, 31, 32, 33]));
        const value = BigInt(random.pick([...INTEGERS, random.below(1 << 30)])) << shift;
        this.#emit(0x42, ...signed(BigInt.asIntN(64, value)));
        break;
      }
      case FUNCREF_VALUE:
        if (random.below(3) === 0) this.#emit(0xd0, 0x70);
        else this.#emit(0xd2, ...leb(random.below(this.#environment.signatures.length)));
        break;
      case EXNREF_VALUE:
        this.#emit(0xd0, 0x69);
        break;
      default:
        this.#float(code(type));
    }
    this.#push(type);
  }

  #float(type: number): void {
    const random = this.#random;
    const single = type === F32_VALUE;
    const view = new DataView(new ArrayBuffer(single ? 4 : 8));
    if (random.below(8) === 0) {
      if (single) view.setUint32(0, random.pick(NANS_F32), true);
      else view.setBigUint64(0, random.pick(NANS_F64), true);
    } else {
      const value = random.pick([...FLOATS, random.below(1000) / 8]);
      if (single) view.setFloat32(0, value, true);
      else view.setFloat64(0, value, true);
    }
    this.#emit(single ? 0x43 : 0x44, ...new Uint8Array(view.buffer));
  }

  #instruction(depth: number): void {
    this.#budget--;
    const random = this.#random;
    switch (random.below(20)) {
      case 0:
        return this.#constant(random.pick(this.#environment.types));
      case 1:
      case 2: {
        const local = random.below(this.#locals.length);
        this.#get(local);
        return this.#push(this.#locals[local]);
      }
      case 3: {
        const { globals } = this.#environment;
        const global = random.below(globals.length);
        this.#emit(0x23, global);
        return this.#push(globals[global]);
      }
      case 4:
      case 5:
        return this.#assign();
      case 6:
        return this.#call();
      case 7:
        return depth > 0 ? this.#construct(depth) : this.#branch();
      case 8:
        return this.#branch();
      case 9:
        return this.#select();
      case 10:
        return this.#bulk();
      case 11:
        return this.#special(depth);
      default:
        return this.#operation();
    }
  }

  #assign(): void {
    const type = this.#stack.at(-1);
    if (type === undefined) return this.#simple(this.#random.pick(this.#environment.types));
    switch (this.#random.below(4)) {
      case 0:
        this.#emit(0x22, ...leb(this.#localOf(type)));
        return;
      case 1:
        return this.#consume();
      default:
        this.#set(this.#localOf(type));
        return this.#pop();
    }
  }

  #operation(): void {
    const random = this.#random;
    const fitting = random.below(2) > 0
      ? OPERATIONS
      : OPERATIONS.filter(({ params }) => this.#endsWith(params));
    if (fitting.length === 0) return this.#simple(random.pick(this.#environment.types));
    const { code, params, results, memory, showsBits, traps } = random.pick(fitting);
    if (traps && random.below(3) > 0) return this.#simple(random.pick(this.#environment.types));
    this.#operands(params);
    if (showsBits && !this.#environment.keepsNanBits) this.#replaceNan(params.at(-1)!);
    if (memory) {
      this.#address(params);
      this.#emit(code);
      this.#memoryImmediates();
    } else if (code > 255) {
      this.#emit(code >> 12, code & 4095);
    } else {
      this.#emit(code);
    }
    this.#pop(params.length);
    this.#push(...results);
  }

  /** Replaces a NaN on top of the stack by zero. */
  #replaceNan(type: StackType): void {
    if (type !== EXACT_F32 && type !== EXACT_F64) return;
    const single = type === EXACT_F32;
    const local = this.#localOf(type);
    this.#emit(0x22, ...leb(local), single ? 0x43 : 0x44, ...new Array(single ? 4 : 8).fill(0));
    this.#get(local);
    this.#get(local);
    this.#emit(single ? 0x5b : 0x61, 0x1b);
  }

  #memoryImmediates(): void {
    const memory = this.#random.below(this.#environment.memories);
    if (memory > 0) this.#emit(0x40, memory);
    else this.#emit(0);
    this.#emit(...leb(this.#random.pick(this.#random.below(30) === 0 ? FAR_OFFSETS : OFFSETS)));
  }

  /** Changes the operands of an access so that it mostly is in bounds. */
  #address(params: readonly StackType[]): void {
    const random = this.#random;
    const kind = random.below(12);
    if (kind === 0 && random.below(4) === 0) return;
    const value = params.length === 2 ? this.#localOf(params[1]) : -1;
    if (value >= 0) this.#set(value);
    if (kind < 8) this.#emit(0x41, ...signed(MEMORY_SIZE / 2 - 1), 0x71);
    else this.#emit(0x1a, 0x41, ...signed(this.#constantAddress()));
    if (value >= 0) this.#get(value);
  }

  #constantAddress(): number {
    const random = this.#random;
    switch (random.below(8)) {
      case 0:
        return -random.below(9);
      case 1:
        return MEMORY_SIZE - random.below(18);
      case 2:
        return random.below(64);
      default:
        return random.below(1 << 12) * 8;
    }
  }

  #call(): void {
    const { signatures, typeIndex, imported } = this.#environment;
    const random = this.#random;
    const fitting = signatures.flatMap(({ params }, i) => this.#endsWith(params) ? [i] : []);
    if (fitting.length === 0) return this.#simple(random.pick(this.#environment.types));
    const callee = random.pick(fitting);
    const { params, results } = signatures[callee];
    switch (random.below(5)) {
      case 0: {
        // Mostly the function, sometimes another one, null or nothing.
        const any = random.below(8) === 0;
        this.#emit(0x41, ...signed(any ? random.below(signatures.length + 4) : callee));
        this.#emit(0x11, ...leb(typeIndex(signatures[callee])), 0);
        break;
      }
      case 1:
        if (this.#has("typed-function-references") && callee >= imported) {
          this.#emit(0xd2, ...leb(callee), 0x14, ...leb(typeIndex(signatures[callee])));
        } else {
          this.#emit(0x10, ...leb(callee));
        }
        break;
      default:
        this.#emit(0x10, ...leb(callee));
    }
    this.#pop(params.length);
    this.#push(...results);
  }

  #blockType(params: readonly StackType[], results: readonly StackType[]): number[] {
    if (params.length === 0 && results.length === 0) return [0x40];
    if (params.length === 0 && results.length === 1) return [code(results[0])];
    return signed(this.#environment.typeIndex({ params, results }));
  }

  #someTypes(): StackType[] {
    const most = this.#has("bulk-memory") ? 3 : 1;
    const length = this.#random.below(most + 1);
    return Array.from({ length }, () => this.#random.pick(this.#environment.types));
  }

  #construct(depth: number): void {
    const random = this.#random;
    const kind = random.pick([0x02, 0x03, 0x04]);
    const results = random.below(2) === 0 ? [] : this.#someTypes();
    if (kind === 0x04) {
      this.#want([I32_VALUE]);
      this.#pop();
    }
    const takes = this.#has("bulk-memory") && random.below(3) === 0;
    const params = takes ? this.#stack.slice(-1 - random.below(3)) : [];
    this.#emit(kind, ...this.#blockType(params, results));
    this.#labels.push(kind === 0x03 ? params : results);
    if (kind === 0x03) this.#burn();
    this.#sequence(params, results, depth - 1);
    if (kind === 0x04 && (results.length + params.length > 0 || random.below(2) === 0)) {
      this.#emit(0x05);
      this.#sequence(params, results, depth - 1);
    }
    this.#labels.pop();
    this.#emit(0x0b);
    this.#pop(params.length);
    this.#push(...results);
  }

  #branch(): void {
    const random = this.#random;
    const depth = random.below(this.#labels.length);
    const types = this.#labels[this.#labels.length - 1 - depth];
    this.#want(types);
    if (random.below(5) === 0) {
      const same = this.#labels.flatMap((label, i) =>
        `${label}` === `${types}` ? [this.#labels.length - 1 - i] : []
      );
      this.#get(this.#localOf(I32_VALUE));
      this.#emit(0x0e, 2, random.pick(same), random.pick(same), depth);
      return this.#refill();
    }
    this.#condition();
    this.#emit(0x0d, depth);
    // What was carried has the label's types now.
    this.#pop(types.length);
    this.#push(...types);
  }

  /** An i32 that is nonzero more often than not. */
  #condition(): void {
    this.#get(this.#localOf(I32_VALUE));
    if (this.#random.below(2) === 0) this.#emit(0x41, 3, 0x71);
    else this.#emit(0x45);
  }

  /** After an unconditional branch: the stack is whatever is needed. */
  #refill(): void {
    const stack = this.#stack;
    this.#stack = [];
    for (const type of stack) this.#constant(type);
  }

  #select(): void {
    const type = this.#stack.at(-1);
    if (type === undefined || type === EXNREF_VALUE) return this.#operation();
    if (!this.#endsWith([type, type])) this.#simple(type);
    this.#want([type, type]);
    if (this.#random.below(2) === 0) this.#get(this.#localOf(I32_VALUE));
    else this.#condition();
    if (type === FUNCREF_VALUE) this.#emit(0x1c, 1, type);
    else this.#emit(0x1b);
    this.#pop(2);
    this.#push(type);
  }

  /** Sizes, growth, tables and the bulk operations. */
  #bulk(): void {
    const random = this.#random;
    const memory = random.below(this.#environment.memories);
    const small = (mask: number) => this.#emit(0x41, ...signed(mask), 0x71);
    const i32 = () => this.#want([I32_VALUE]);
    switch (random.below(this.#has("reference-types") && this.#has("bulk-memory") ? 11 : 2)) {
      case 0:
        this.#emit(0x3f, memory);
        return this.#push(I32_VALUE);
      case 1:
        i32();
        small(random.pick([0, 1, 1, -1]));
        this.#emit(0x40, memory);
        return;
      case 2:
      case 3: {
        const fill = random.below(2) === 0;
        const value = this.#localOf(I32_VALUE);
        this.#want([I32_VALUE, I32_VALUE]);
        small(255);
        this.#set(value);
        small(0xffff);
        this.#get(this.#localOf(I32_VALUE));
        if (!fill) small(0xffff);
        this.#get(value);
        if (fill) this.#emit(0xfc, 11, memory);
        else this.#emit(0xfc, 10, memory, random.below(this.#environment.memories));
        return this.#pop(2);
      }
      case 4:
        i32();
        small(0xffff);
        this.#emit(0x41, random.below(20), 0x41, random.below(24), 0xfc, 8, 0, memory);
        return this.#pop();
      case 5:
        if (random.below(8) > 0) return this.#operation();
        return this.#emit(0xfc, 9, 0);
      case 6:
        i32();
        small(15);
        this.#emit(0x25, 0);
        this.#pop();
        return this.#push(FUNCREF_VALUE);
      case 7:
        this.#want([I32_VALUE, FUNCREF_VALUE]);
        this.#emit(0x26, 0);
        return this.#pop(2);
      case 8:
        this.#emit(0xfc, 16, 0);
        return this.#push(I32_VALUE);
      case 9:
        this.#want([FUNCREF_VALUE]);
        this.#get(this.#localOf(I32_VALUE));
        small(1);
        this.#emit(0xfc, 15, 0);
        this.#pop();
        return this.#push(I32_VALUE);
      default:
        this.#want([FUNCREF_VALUE]);
        this.#emit(0xd1);
        this.#pop();
        return this.#push(I32_VALUE);
    }
  }

  /** Exceptions, tail calls, return. */
  #special(depth: number): void {
    const { tags } = this.#environment;
    switch (this.#random.below(4)) {
      case 0:
        return tags.length > 0 && depth > 0 ? this.#try(depth) : this.#operation();
      case 1:
        return tags.length > 0 ? this.#throw() : this.#operation();
      case 2:
        return this.#has("tail-calls") ? this.#tailCall() : this.#operation();
      default:
        return this.#sometimes(() => {
          this.#want(this.#signature.results);
          this.#emit(0x0f);
        });
    }
  }

  /** Code that leaves, behind a condition: `block (br_if 0 condition) ... end`. */
  #sometimes(leave: () => void): void {
    this.#emit(0x02, 0x40);
    this.#condition();
    this.#emit(0x0d, 0);
    const stack = this.#stack;
    this.#stack = [];
    leave();
    this.#stack = stack;
    this.#emit(0x0b);
  }

  #throw(): void {
    const { tags } = this.#environment;
    this.#sometimes(() => {
      if (this.#random.below(4) === 0) {
        this.#get(this.#localOf(EXNREF_VALUE));
        return this.#emit(0x0a);
      }
      const tag = this.#random.below(tags.length);
      this.#want(tags[tag]);
      this.#emit(0x08, tag);
    });
  }

  #tailCall(): void {
    const { signatures, typeIndex } = this.#environment;
    const { results } = this.#signature;
    const fitting = signatures.flatMap((callee, i) =>
      callee.results.length === results.length &&
        callee.results.every((type, k) => matches(type, results[k]) && code(type) === code(results[k]))
        ? [i]
        : []
    );
    if (fitting.length === 0) return this.#operation();
    const callee = this.#random.pick(fitting);
    this.#sometimes(() => {
      this.#want(signatures[callee].params);
      if (this.#random.below(3) > 0) return this.#emit(0x12, ...leb(callee));
      this.#emit(0x41, ...signed(callee), 0x13, ...leb(typeIndex(signatures[callee])), 0);
    });
  }

  /** `block results (block caught (try_table results (catch ...) body) (br 1)) handler end`. */
  #try(depth: number): void {
    const random = this.#random;
    const { tags } = this.#environment;
    const results = this.#someTypes();
    const clause = random.below(4);
    const tag = random.below(tags.length);
    const caught = [...clause < 2 ? tags[tag] : [], ...clause % 2 === 1 ? [EXNREF_VALUE] : []];
    this.#emit(0x02, ...this.#blockType([], results));
    this.#labels.push(results);
    this.#emit(0x02, ...this.#blockType([], caught));
    this.#labels.push(caught);
    this.#emit(0x1f, ...this.#blockType([], results), 1, clause, ...clause < 2 ? [tag] : [], 0);
    this.#labels.push(results);
    this.#sequence([], results, depth - 1);
    this.#labels.pop();
    this.#emit(0x0b, 0x0c, 1);
    this.#labels.pop();
    this.#emit(0x0b);
    this.#sequence(caught, results, depth - 1);
    this.#labels.pop();
    this.#emit(0x0b);
    this.#push(...results);
  }
}
