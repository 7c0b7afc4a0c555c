/**
 * Functions on bigints. Code holds an i64 as two int32s; between JavaScript and a small function, taking bigints apart and putting
 * them together again is most of the time. A function that only computes with i64s, straight ahead and without traps, therefore has
 * a second form for calls from JavaScript, with bigints of 64 bits, which V8 has in registers: such a call takes 0.65 to 1.0 of
 * the time that the host's own code takes, and with halves 0.85 to 1.3.
 *
 * @module
 */

import { readOpcode, skipImmediate } from "../binary/instructions.ts";
import { TypeReader } from "../binary/type_reader.ts";
import type { CompiledModule } from "../runtime/compiled_module.ts";
import { COMPILES_BIGINTS } from "../runtime/numerics_i64.ts";
import { ALL_FEATURES } from "../syntax/features.ts";
import { type FunctionIndex, type FunctionType, I32, I64, type ValueType } from "../syntax/types.ts";

/** Larger functions take so long that conversions do not matter. (Before it is optimised, code on bigints takes longer.) */
const MAXIMUM_BYTES = 150;

/** A value: a variable that never changes, or a constant. */
interface Value {
  readonly text: string;
  readonly type: ValueType;
  /** Of an `i64.const`. */
  readonly constant?: bigint;
}

/** The names by which text calls entries of the runtime library. */
export type RuntimeNames = (entry: string) => string;

/**
 * The form of function `index` on bigints: statements that convert the arguments `a0`, `a1`, ..., in this order, and return the
 * result. Null when the function has none.
 */
export function bigIntForm(module: CompiledModule, index: FunctionIndex, names: RuntimeNames): string | null {
  if (!COMPILES_BIGINTS) return null;
  const { type, body } = module.record.functions[index];
  const { signature } = module.types[type];
  if (body === null || body.end - body.start > MAXIMUM_BYTES || !isOfIntegers(signature)) return null;
  const reader = new TypeReader(body.bytes, ALL_FEATURES, module.types.length);
  reader.position = body.start;
  return new BigIntForm(reader, names).compile(signature, body.end);
}

function isOfIntegers({ params, results }: FunctionType): boolean {
  return results.length === 1 && (params.includes(I64) || results[0] === I64) &&
    isInteger(results[0]) && params.every(isInteger);
}

function isInteger(type: ValueType): boolean {
  return type === I32 || type === I64;
}

/** The instructions; false for what the operands do not allow. */
const EMITTERS: Readonly<Record<string, (f: BigIntForm) => boolean | void>> = {
  "nop": () => {},
  "end": () => {},
  "drop": (f) => void f.pop(),
  "select": (f) => {
    const condition = f.pop().text, b = f.pop(), a = f.pop();
    const text = `${condition}!==0?${a.text}:${b.text}`;
    if (a.type === I64) f.pushI64(text);
    else f.push(text, I32);
  },
  "local.get": (f) => void f.stack.push(f.locals[f.reader.u32("local index")]),
  "local.set": (f) => void (f.locals[f.reader.u32("local index")] = f.pop()),
  "local.tee": (f) => void (f.locals[f.reader.u32("local index")] = f.stack[f.stack.length - 1]),
  "i32.const": (f) => {
    const value = f.reader.i32("immi32");
    f.stack.push({ text: `(${value})`, type: I32 });
  },
  "i64.const": (f) => {
    const constant = f.reader.i64("immi64");
    f.stack.push({ text: `(${constant}n)`, type: I64, constant });
  },
  "i64.add": (f) => f.binary("+"),
  "i64.sub": (f) => f.binary("-"),
  "i64.mul": (f) => f.binary("*"),
  "i64.and": (f) => f.binary("&"),
  "i64.or": (f) => f.binary("|"),
  "i64.xor": (f) => f.binary("^"),
  "i64.shl": (f) => f.byConstant((a, count) => `${a}<<${count}n`),
  "i64.shr_s": (f) => f.byConstant((a, count) => `${a}>>${count}n`),
  "i64.shr_u": (f) => f.byConstant((a, count) => `${f.unsigned(a)}>>${count}n`),
  "i64.rotl": (f) => f.byConstant((a, count) => f.rotated(a, count)),
  "i64.rotr": (f) => f.byConstant((a, count) => f.rotated(a, 64n - count)),
  "i64.extend8_s": (f) => f.extend(8),
  "i64.extend16_s": (f) => f.extend(16),
  "i64.extend32_s": (f) => f.extend(32),
  "i64.extend_i32_s": (f) => f.pushI64(`${f.names("toBigInt")}(${f.pop().text})`),
  "i64.extend_i32_u": (f) => f.pushI64(`${f.names("toBigInt")}(${f.pop().text}>>>0)`),
  "i64.eqz": (f) => f.push(`${f.pop().text}===0n?1:0`, I32),
  "i64.eq": (f) => f.compare("==="),
  "i64.ne": (f) => f.compare("!=="),
  "i64.lt_s": (f) => f.compare("<"),
  "i64.gt_s": (f) => f.compare(">"),
  "i64.le_s": (f) => f.compare("<="),
  "i64.ge_s": (f) => f.compare(">="),
  "i64.lt_u": (f) => f.compareUnsigned("<"),
  "i64.gt_u": (f) => f.compareUnsigned(">"),
  "i64.le_u": (f) => f.compareUnsigned("<="),
  "i64.ge_u": (f) => f.compareUnsigned(">="),
};

/** The form under construction. Every result of an instruction is a variable. */
class BigIntForm {
  readonly reader: TypeReader;
  readonly names: RuntimeNames;
  readonly locals: Value[] = [];
  readonly stack: Value[] = [];
  #text = "";
  #variables = 0;

  constructor(reader: TypeReader, names: RuntimeNames) {
    this.reader = reader;
    this.names = names;
  }

  compile({ params }: FunctionType, end: number): string | null {
    for (const [i, type] of params.entries()) {
      const text = type === I64 ? `${this.names("bigIntFromJS")}(a${i})` : `+a${i}|0`;
      this.locals.push(this.#variable(text, type));
    }
    for (let runs = this.reader.u32("local decls count"); runs > 0; runs--) {
      let count = this.reader.u32("local count");
      const type = this.reader.valueType();
      if (!isInteger(type) || count > MAXIMUM_BYTES) return null;
      for (; count > 0; count--) this.locals.push({ text: type === I64 ? "0n" : "0", type });
    }
    while (this.reader.position < end) {
      const { mnemonic, immediates } = readOpcode(this.reader);
      if (mnemonic === "select") {
        for (const immediate of immediates) skipImmediate(this.reader, immediate);
      }
      const emit = EMITTERS[mnemonic];
      if (emit === undefined || emit(this) === false) return null;
    }
    return `${this.#text}return ${this.pop().text}`;
  }

  /** A value of 64 bits: where V8 sees that each is one, it computes with machine words. */
  #wrapped(text: string, bits: number = 64): string {
    return `${this.names("asIntN")}(${bits},${text})`;
  }

  #variable(text: string, type: ValueType): Value {
    const name = `v${this.#variables++}`;
    this.#text += `const ${name}=${text};`;
    return { text: name, type };
  }

  pop(): Value {
    return this.stack.pop()!;
  }

  push(text: string, type: ValueType): void {
    this.stack.push(this.#variable(text, type));
  }

  pushI64(text: string): void {
    this.push(this.#wrapped(text), I64);
  }

  binary(operator: string): void {
    const b = this.pop().text;
    this.pushI64(`${this.pop().text}${operator}${b}`);
  }

  /** A shift or rotation. False when its count is no constant: V8 computes such with objects. */
  byConstant(shifted: (a: string, count: bigint) => string): boolean {
    const { constant } = this.pop();
    if (constant === undefined) return false;
    const a = this.pop();
    const count = constant & 63n;
    if (count === 0n) this.stack.push(a);
    else this.pushI64(shifted(a.text, count));
    return true;
  }

  unsigned(text: string): string {
    return `${this.names("asUintN")}(64,${text})`;
  }

  /** A rotation to the left, by 1 to 63. */
  rotated(text: string, count: bigint): string {
    const left = this.#wrapped(`${text}<<${count}n`);
    const right = this.#wrapped(`${this.unsigned(text)}>>${64n - count}n`);
    return `${left}|${right}`;
  }

  extend(bits: number): void {
    this.push(this.#wrapped(this.pop().text, bits), I64);
  }

  compare(operator: string): void {
    const b = this.pop().text;
    this.push(`${this.pop().text}${operator}${b}?1:0`, I32);
  }

  compareUnsigned(operator: string): void {
    const b = this.unsigned(this.pop().text);
    this.push(`${this.unsigned(this.pop().text)}${operator}${b}?1:0`, I32);
  }
}
