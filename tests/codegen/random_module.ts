/**
 * Random valid modules: instructions are drawn one by one among those whose operands lie on the stack, so that operands wait on
 * it across writes, calls, traps and branches in every combination. The bits of NaNs that arithmetic makes are left to the engine by the
 * specification; they are replaced by zero before anything can look at them.
 *
 * @module
 */

import { ADDRESS, OPCODES } from "../../lib/syntax/opcodes.ts";
import { F32, F64, I32, I64, type ValueType } from "../../lib/syntax/types.ts";

/** A small seeded generator of random numbers. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed * 2654435761 | 1;
  }

  /** An integer from 0 to `bound - 1`. */
  below(bound: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % bound;
  }

  /** One of the elements. */
  pick<T>(elements: readonly T[]): T {
    return elements[this.below(elements.length)];
  }
}

const TYPES = [I32, I64, F32, F64];
const CODES = new Map<ValueType, number>([[I32, 0x7f], [I64, 0x7e], [F32, 0x7d], [F64, 0x7c]]);
const CONST = new Map<ValueType, number>([[I32, 0x41], [I64, 0x42], [F32, 0x43], [F64, 0x44]]);
const EQ = new Map<ValueType, number>([[F32, 0x5b], [F64, 0x61]]);
/** The floats whose sign or bits these instructions show, by how far below the top of the stack they lie. */
const SHOWS_BITS = /store|reinterpret|copysign/;

interface Operation {
  readonly code: number;
  readonly mnemonic: string;
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
  readonly memory: boolean;
}

const OPERATIONS: readonly Operation[] = OPCODES.flatMap((opcode) => {
  const { code, mnemonic, immediates, signature, feature } = opcode;
  if (signature === null || !["mvp", "sign-extension", "saturating-truncation"].includes(feature)) return [];
  const memory = immediates[0]?.startsWith("memarg") ?? false;
  if (immediates.length > 0 && !memory || signature.params.length === 0) return [];
  const plain = (types: readonly ValueType[]) => types.map((type) => type === ADDRESS ? I32 : type);
  return [{ code, mnemonic, params: plain(signature.params), results: plain(signature.results), memory }];
});

function leb(value: number | bigint): number[] {
  let rest = BigInt(value);
  const bytes: number[] = [];
  for (;;) {
    const byte = Number(rest & 127n);
    rest >>= 7n;
    if (rest === 0n && (byte & 64) === 0 || rest === -1n && (byte & 64) !== 0) return [...bytes, byte];
    bytes.push(byte | 128);
  }
}

function unsigned(value: number): number[] {
  const bytes: number[] = [];
  for (; value >= 128; value >>>= 7) bytes.push(value & 127 | 128);
  return [...bytes, value];
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...unsigned(content.length), ...content];
}

function vector(elements: readonly (readonly number[])[]): number[] {
  return [...unsigned(elements.length), ...elements.flat()];
}

interface Signature {
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
}

interface Label {
  readonly types: readonly ValueType[];
}

/** Number of functions; function 0 is exported as `run`. */
const FUNCTIONS = 4;
/** Global 4 counts down; code that goes on for too long ends in a trap. */
const FUEL = 4;
/** Depth of constructs. */
const MAX_DEPTH = 5;

class FunctionGenerator {
  readonly #random: Random;
  readonly #index: number;
  readonly #signatures: readonly Signature[];
  readonly #locals: ValueType[];
  readonly #code: number[] = [];
  #stack: ValueType[] = [];
  readonly #labels: Label[] = [];
  #budget: number;

  constructor(random: Random, index: number, signatures: readonly Signature[]) {
    this.#random = random;
    this.#index = index;
    this.#signatures = signatures;
    this.#locals = [...signatures[index].params, ...TYPES, ...TYPES];
    this.#budget = 30 + random.below(120);
  }

  body(): number[] {
    const { params, results } = this.#signatures[this.#index];
    this.#burn();
    this.#labels.push({ types: results });
    this.#sequence([], results, MAX_DEPTH);
    // The last two are for `#showable`.
    const locals = vector(
      [...this.#locals.slice(params.length), F32, F64].map((type) => [1, CODES.get(type)!]),
    );
    const code = [...locals, ...this.#code, 0x0b];
    return [...unsigned(code.length), ...code];
  }

  #emit(...bytes: number[]): void {
    this.#code.push(...bytes);
  }

  /** Traps when the fuel is used up. */
  #burn(): void {
    this.#emit(0x23, FUEL, 0x45, 0x04, 0x40, 0x00, 0x0b, 0x23, FUEL, 0x41, 1, 0x6b, 0x24, FUEL);
  }

  /** Code from a stack of `params` to one of `results`. */
  #sequence(params: readonly ValueType[], results: readonly ValueType[], depth: number): void {
    const outer = this.#stack;
    this.#stack = [...params];
    const length = 1 + this.#random.below(30);
    for (let i = 0; i < length && this.#budget > 0; i++) this.#instruction(depth);
    this.#finish(results);
    this.#stack = outer;
  }

  /** Brings the stack to end with `results`, and to nothing else. */
  #finish(results: readonly ValueType[]): void {
    while (this.#stack.length > 0 && !this.#endsWith(results)) this.#drop();
    if (!this.#endsWith(results)) { for (const type of results) this.#constant(type); }
    const extra = this.#stack.length - results.length;
    if (extra === 0) return;
    const kept = [...results].reverse().map((type) => {
      const local = this.#localOf(type);
      this.#showable(type);
      this.#emit(0x21, local);
      this.#stack.pop();
      return local;
    });
    // Locals of one type are few: values may be overwritten, the same way in every engine.
    for (let i = 0; i < extra; i++) this.#drop();
    for (const [i, local] of kept.reverse().entries()) {
      this.#emit(0x20, local);
      this.#stack.push(results[i]);
    }
  }

  #endsWith(types: readonly ValueType[]): boolean {
    const at = this.#stack.length - types.length;
    return at >= 0 && types.every((type, i) => this.#stack[at + i] === type);
  }

  #drop(): void {
    this.#emit(0x1a);
    this.#stack.pop();
  }

  #localOf(type: ValueType): number {
    return this.#random.pick(this.#locals.flatMap((local, i) => local === type ? [i] : []));
  }

  #constant(type: ValueType): void {
    const random = this.#random;
    const interesting = [
      0,
      1,
      -1,
      2,
      31,
      32,
      63,
      64,
      255,
      65535,
      65536,
      0x7fffffff,
      -0x80000000,
      random.below(1 << 30),
    ];
    this.#emit(CONST.get(type)!);
    if (type === I32) {
      this.#emit(...leb(random.pick(interesting)));
    } else if (type === I64) {
      const wide = BigInt.asIntN(
        64,
        BigInt(random.pick(interesting)) << BigInt(random.pick([0, 0, 16, 31, 32, 33])),
      );
      this.#emit(...leb(wide));
    } else {
      const value = random.pick([
        0,
        -0,
        1,
        -1.5,
        0.1,
        1e10,
        -3e9,
        2 ** 63,
        1e-40,
        Infinity,
        random.below(1000) / 8,
      ]);
      const bytes = type === F32 ? new Float32Array([value]).buffer : new Float64Array([value]).buffer;
      this.#emit(...new Uint8Array(bytes));
    }
    this.#stack.push(type);
  }

  /** Replaces a NaN on top of the stack by zero. */
  #showable(type: ValueType): void {
    if (type !== F32 && type !== F64) return;
    const local = this.#locals.length + (type === F32 ? 0 : 1);
    this.#emit(0x22, local, CONST.get(type)!, ...new Array(type === F32 ? 4 : 8).fill(0));
    this.#emit(0x20, local, 0x20, local, EQ.get(type)!, 0x1b);
  }

  #instruction(depth: number): void {
    this.#budget--;
    const random = this.#random;
    switch (random.below(16)) {
      case 0:
        return this.#constant(random.pick(TYPES));
      case 1:
      case 2: {
        const local = random.below(this.#locals.length);
        this.#emit(0x20, local);
        this.#stack.push(this.#locals[local]);
        return;
      }
      case 3: {
        const global = random.below(4);
        this.#emit(0x23, global);
        this.#stack.push(TYPES[global]);
        return;
      }
      case 4:
      case 5:
        return this.#set();
      case 6:
        return this.#call();
      case 7:
        if (depth > 0) return this.#construct(depth);
        return this.#branch();
      case 8:
        return this.#branch();
      default:
        return this.#operation();
    }
  }

  #set(): void {
    const type = this.#stack.at(-1);
    if (type === undefined) return this.#constant(this.#random.pick(TYPES));
    switch (this.#random.below(4)) {
      case 0:
        this.#emit(0x22, this.#localOf(type));
        return;
      case 1:
        this.#showable(type);
        this.#emit(0x24, TYPES.indexOf(type));
        break;
      case 2:
        if (this.#random.below(4) > 0) return;
        this.#emit(0x1a);
        break;
      default:
        this.#emit(0x21, this.#localOf(type));
    }
    this.#stack.pop();
  }

  #operation(): void {
    const random = this.#random;
    const fitting = OPERATIONS.filter(({ params }) => this.#endsWith(params));
    if (fitting.length === 0) return this.#constant(random.pick(TYPES));
    const { code, mnemonic, params, results, memory } = random.pick(fitting);
    if (SHOWS_BITS.test(mnemonic)) this.#showable(params.at(-1)!);
    if (memory) {
      if (params.length === 1 && random.below(4) > 0) this.#emit(0x41, ...leb(65535), 0x71);
      this.#emit(code, 0, ...unsigned(random.pick([0, 1, 4, 8, 64, 65000])));
    } else if (code > 255) {
      this.#emit(code >> 12, code & 4095);
    } else {
      this.#emit(code);
    }
    this.#stack.length -= params.length;
    this.#stack.push(...results);
  }

  #call(): void {
    const random = this.#random;
    const fitting = this.#signatures.flatMap(({ params }, i) => this.#endsWith(params) ? [i] : []);
    if (fitting.length === 0) return this.#constant(random.pick(TYPES));
    const callee = random.pick(fitting);
    const { params, results } = this.#signatures[callee];
    if (random.below(3) === 0) {
      this.#constantIndex(callee);
      this.#emit(0x11, callee, 0);
    } else {
      this.#emit(0x10, callee);
    }
    this.#stack.length -= params.length;
    this.#stack.push(...results);
  }

  /** An index into the table: mostly that of a function of the type, sometimes of another one, of null or of nothing. */
  #constantIndex(callee: number): void {
    this.#emit(0x41, ...leb(this.#random.below(8) > 0 ? callee : this.#random.below(FUNCTIONS + 2)));
  }

  #construct(depth: number): void {
    const random = this.#random;
    const kind = random.pick([0x02, 0x03, 0x04]);
    const results = random.below(2) === 0 ? [] : [random.pick(TYPES)];
    if (kind === 0x04) {
      if (this.#stack.at(-1) !== I32) this.#constant(I32);
      this.#stack.pop();
    }
    this.#emit(kind, results.length === 0 ? 0x40 : CODES.get(results[0])!);
    this.#labels.push({ types: kind === 0x03 ? [] : results });
    if (kind === 0x03) this.#burn();
    this.#sequence([], results, depth - 1);
    if (kind === 0x04) {
      this.#emit(0x05);
      this.#sequence([], results, depth - 1);
    }
    this.#labels.pop();
    this.#emit(0x0b);
    this.#stack.push(...results);
  }

  #branch(): void {
    const random = this.#random;
    const depth = random.below(this.#labels.length);
    const { types } = this.#labels[this.#labels.length - 1 - depth];
    if (!this.#endsWith(types)) { for (const type of types) this.#constant(type); }
    const same = this.#labels.flatMap((label, i) =>
      `${label.types}` === `${types}` ? [this.#labels.length - 1 - i] : []
    );
    if (random.below(6) === 0) {
      // A branch that is always taken, inside a block so that what follows is reachable for the generator.
      this.#emit(0x20, this.#localOf(I32), 0x0e, 2, random.pick(same), random.pick(same), depth);
      this.#refill();
      return;
    }
    this.#emit(0x20, this.#localOf(I32), 0x41, ...leb(3), 0x71, 0x0d, depth);
  }

  /** After an unconditional branch: the stack is whatever is needed. */
  #refill(): void {
    const stack = this.#stack;
    this.#stack = [];
    for (const type of stack) this.#constant(type);
  }
}

/** The bytes of a random module. */
export function randomModule(seed: number): Uint8Array<ArrayBuffer> {
  const random = new Random(seed);
  const types = () => Array.from({ length: random.below(4) }, () => random.pick(TYPES));
  const signatures: Signature[] = [{ params: TYPES, results: [random.pick(TYPES)] }];
  while (signatures.length < FUNCTIONS) signatures.push({ params: types(), results: types().slice(0, 3) });
  const valueTypes = (list: readonly ValueType[]) => vector(list.map((type) => [CODES.get(type)!]));
  const globals = TYPES.map((type) => {
    const zero = type === F32 ? [0, 0, 0, 0] : type === F64 ? [0, 0, 0, 0, 0, 0, 0, 0] : [0];
    return [CODES.get(type)!, 1, CONST.get(type)!, ...zero, 0x0b];
  });
  globals.push([0x7f, 1, 0x41, ...leb(300), 0x0b]);
  const name = (text: string) => vector([...text].map((letter) => [letter.charCodeAt(0)]));
  const exports = [[...name("run"), 0, 0], [...name("memory"), 2, 0]];
  for (let i = 0; i < TYPES.length; i++) exports.push([...name(`global${i}`), 3, i]);
  const elements = signatures.map((_, i) => [i]);
  return new Uint8Array([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(
      1,
      vector(signatures.map(({ params, results }) => [0x60, ...valueTypes(params), ...valueTypes(results)])),
    ),
    ...section(3, vector(signatures.map((_, i) => [i]))),
    ...section(4, [1, 0x70, 0, FUNCTIONS + 1]),
    ...section(5, [1, 0, 1]),
    ...section(6, vector(globals)),
    ...section(7, vector(exports)),
    ...section(9, [1, 0, 0x41, 0, 0x0b, ...vector(elements)]),
    ...section(10, vector(signatures.map((_, i) => new FunctionGenerator(random, i, signatures).body()))),
  ]);
}
