/**
 * Random expressions of every type, nested, so that operands wait while calls, growth, stores, traps and branches happen in those
 * after them. The bits of NaNs that arithmetic makes are left to the engine by the specification: where bits show, NaNs are replaced.
 *
 * @module
 */

import { ADDRESS, type Opcode, OPCODES } from "../../lib/syntax/opcodes.ts";
import { type ValueType, valueTypeName } from "../../lib/syntax/types.ts";
import { Objects } from "./random_objects.ts";
import {
  isReferenceText,
  type NamedFunction,
  type NamedTable,
  type Sized,
  type TypeText,
} from "./random_world.ts";

const ARITHMETIC =
  /^f(32x4|64x2)\.(add|sub|mul|div|sqrt|min|max|ceil|floor|trunc|nearest|demote|promote|splat|replace)/;
const SHOWS_BITS = /\.(store|reinterpret)|copysign|f32x4.splat|f64x2.splat|replace_lane/;
const TRAPS = /trunc_f/;
const DIVIDES = /^(i32|i64)\.(div|rem)_[su]$/;

const typeText = (type: ValueType | typeof ADDRESS): TypeText =>
  type === ADDRESS ? "address" : valueTypeName(type as ValueType);

const resultText = ({ signature }: Opcode): TypeText =>
  signature!.results.length === 0 ? "" : typeText(signature!.results[0]);

/** Instructions with a fixed signature and at most an access and a lane as immediates, by the type of their result. */
export const OPERATIONS: Map<TypeText, Opcode[]> = new Map<TypeText, Opcode[]>();
for (const opcode of OPCODES) {
  const { signature, immediates, mnemonic, feature } = opcode;
  if (signature === null || signature.params.length === 0 || signature.results.length > 1) continue;
  if (!immediates.every((immediate) => /^(memarg|atomic|lane\d)/.test(immediate))) continue;
  if (/^memory|^string/.test(mnemonic) || feature === "relaxed-simd") continue;
  const type = resultText(opcode);
  OPERATIONS.set(type, [...OPERATIONS.get(type) ?? [], opcode]);
}

const PAGE = 65536;

/** Adds expressions. */
export abstract class Expressions extends Objects {
  protected abstract statement(depth: number): string;
  protected abstract leaving(type: TypeText, depth: number): string;
  protected abstract construct(types: readonly TypeText[], depth: number): string;

  /** Values of `types`, in order. */
  protected args(types: readonly TypeText[], depth: number): string {
    if (types.length > 1 && depth > 0 && this.chance(4)) {
      const joined = `${types}`;
      const callee = this.world.functions.find(({ type }) => `${type.results}` === joined);
      if (callee && this.chance(2)) return this.call(callee, depth);
      return this.construct(types, depth - 1);
    }
    return types.map((type) => this.expression(type, depth)).join(" ");
  }

  /** One value. */
  protected expression(type: TypeText, depth: number): string {
    if (depth <= 0 || this.budget-- <= 0) return this.leaf(type);
    const random = this.random;
    switch (random.below(16)) {
      case 0:
      case 1:
        return this.leaf(type);
      case 2: {
        const local = this.localOf(type);
        return local ? `(local.tee ${local} ${this.expression(type, depth - 1)})` : this.leaf(type);
      }
      case 3:
        return this.construct([type], depth - 1);
      case 4: {
        const fitting = this.world.functions.filter((callee) => `${callee.type.results}` === type);
        return fitting.length > 0
          ? this.call(random.pick(fitting), depth - 1)
          : this.operation(type, depth - 1);
      }
      case 5: {
        const operands = `${this.expression(type, depth - 1)} ${this.expression(type, depth - 1)}`;
        const annotation = isReferenceText(type) ? `(result ${type})` : "";
        return `(select ${annotation} ${operands} ${this.condition(depth - 1)})`;
      }
      case 6:
        return this.interrupted(type, depth - 1);
      case 7:
        return this.leaving(type, depth - 1);
      default:
        return this.operation(type, depth - 1);
    }
  }

  /** An expression with a statement among its operands, which mostly writes what the first of them, which waits, has read. */
  protected interrupted(type: TypeText, depth: number): string {
    const [before, statement] = this.readAndWrite(type, depth) ??
      [this.expression(type, depth), this.statement(depth)];
    const operands = `${before} ${statement} ${this.expression(type, depth)}`;
    if (/^[if](32|64)$/.test(type)) return `(${type}.add ${operands})`;
    return `(select (result ${type}) ${operands} ${this.condition(depth)})`;
  }

  /** An i32 that is nonzero about half of the time. */
  protected condition(depth: number): string {
    const value = this.expression("i32", depth - 1);
    switch (this.random.below(4)) {
      case 0:
        return value;
      case 1:
        return `(i32.eqz ${value})`;
      default:
        return `(i32.and ${value} (i32.const ${this.random.pick([1, 2, 3, 8])}))`;
    }
  }

  /** An instruction that leaves one value of `type`. */
  protected operation(type: TypeText, depth: number): string {
    if (isReferenceText(type)) return this.referenceOperation(type, depth);
    if (this.chance(3)) {
      const read = this.read(type, depth);
      if (read) return read;
    }
    if (type === "i32" && this.chance(4)) return this.question(depth);
    if (type === "v128" && this.chance(8)) return this.shuffle(depth);
    const { features } = this.world;
    const fitting = OPERATIONS.get(type)!.filter(({ feature }) => features.has(feature));
    let opcode = this.random.pick(fitting);
    if (TRAPS.test(opcode.mnemonic)) opcode = this.random.pick(fitting);
    return this.apply(opcode, depth);
  }

  protected apply({ mnemonic, immediates, signature, accessWidth, feature }: Opcode, depth: number): string {
    const random = this.random;
    const memory = random.pick(this.world.memories);
    const words: (string | number)[] = [mnemonic];
    if (accessWidth > 0) words.push(this.access(memory, accessWidth, feature === "threads"));
    for (const immediate of immediates) {
      if (immediate.startsWith("lane")) words.push(random.below(Number(immediate.slice("lane".length))));
    }
    const showsBits = SHOWS_BITS.test(mnemonic);
    for (const [i, param] of signature!.params.entries()) {
      if (param === ADDRESS) {
        words.push(this.address(memory, accessWidth, feature === "threads", depth));
        continue;
      }
      const type = typeText(param);
      const operand = this.expression(type, depth);
      const last = i === signature!.params.length - 1;
      if (last && DIVIDES.test(mnemonic) && !this.chance(15)) {
        words.push(`(${type}.or ${operand} (${type}.const ${random.pick([1, 3, 0x100, -0x80000000])}))`);
        continue;
      }
      words.push(showsBits && last && /^f/.test(type) ? `(call $nan-${type} ${operand})` : operand);
    }
    const text = `(${words.join(" ")})`;
    return ARITHMETIC.test(mnemonic) ? `(call $nan-${mnemonic.slice(0, "f32x4".length)} ${text})` : text;
  }

  protected address({ address }: Sized, width: number, atomic: boolean, depth: number): string {
    const random = this.random;
    const constant = (value: number) => `(${address}.const ${value})`;
    const step = atomic && !this.chance(100) ? Math.max(width, 1) : 1;
    switch (random.below(10)) {
      case 0:
        if (this.chance(3)) return constant(PAGE - width);
        if (this.chance(10)) {
          return constant(random.pick([-1, -8, PAGE - width + 1, PAGE - 1, PAGE, 2 * PAGE - width]));
        }
        break;
      case 1:
        return constant(random.below(PAGE / 8) * 8);
      case 2:
        if (this.chance(20)) return this.expression(address, depth);
    }
    return `(${address}.and ${this.expression(address, depth)} ${constant(0x7fff & -step)})`;
  }

  /** A small number of the address type of a memory or table. */
  protected index({ address }: Sized, mask: number, depth: number): string {
    if (this.chance(300)) return this.expression(address, depth);
    return `(${address}.and ${this.expression(address, depth)} (${address}.const ${mask}))`;
  }

  protected small(mask: number, depth: number): string {
    if (this.chance(300)) return this.expression("i32", depth);
    return `(i32.and ${this.expression("i32", depth)} (i32.const ${mask}))`;
  }

  protected shuffle(depth: number): string {
    const random = this.random;
    const size = random.pick([1, 4, 8]);
    const lanes = Array.from({ length: 16 / size }, () => random.below(32 / size))
      .flatMap((lane) => Array.from({ length: size }, (_, i) => lane * size + i));
    return `(i8x16.shuffle ${lanes.join(" ")} ${this.expression("v128", depth)} ${
      this.expression("v128", depth)
    })`;
  }

  /** An i32 about something else. */
  protected question(depth: number): string {
    const random = this.random;
    const memory = random.pick(this.world.memories);
    const table = this.world.tables.length > 0 ? random.pick(this.world.tables) : null;
    const wrap = ({ address }: Sized, text: string) => address === "i64" ? `(i32.wrap_i64 ${text})` : text;
    const questions: (() => string)[] = [
      () => wrap(memory, `(memory.size ${memory.name})`),
      () => wrap(memory, `(memory.grow ${memory.name} ${this.index(memory, 1, depth)})`),
    ];
    if (table) {
      questions.push(() => wrap(table, `(table.size ${table.name})`));
      questions.push(() =>
        wrap(
          table,
          `(table.grow ${table.name} ${this.expression(table.element, depth)} ${
            this.index(table, 1, depth)
          })`,
        )
      );
      questions.push(() => `(ref.is_null ${this.expression(this.anyReference(), depth)})`);
    }
    if (this.has("gc")) {
      questions.push(
        () => `(ref.eq ${this.expression("eqref", depth)} ${this.expression("eqref", depth)})`,
        () => `(ref.test ${this.castTarget()} ${this.expression("anyref", depth)})`,
        () => `(array.len ${this.expression(random.pick(["arrayref", "(ref $a0)", "(ref $a2)"]), depth)})`,
        () => `(i31.get_${random.pick(["s", "u"])} ${this.expression("i31ref", depth)})`,
      );
    }
    if (this.has("threads")) {
      questions.push(() =>
        `(memory.atomic.notify ${this.access(memory, 4, true)} ${this.address(memory, 4, true, depth)} ${
          this.expression("i32", depth)
        })`
      );
      // V8 of 2023 forgets an operand that waits below `memory.atomic.wait64`.
      if (memory.shared && this.has("gc")) {
        const type = random.pick(["i32", "i64"]);
        const width = type === "i32" ? 4 : 8;
        questions.push(() =>
          `(memory.atomic.wait${width * 8} ${this.access(memory, width, true)} ${
            this.address(memory, width, true, depth)
          } ${this.expression(type, depth)} (i64.const 0))`
        );
      }
    }
    return random.pick(questions)();
  }

  protected call(callee: NamedFunction, depth: number): string {
    const { type, name } = callee;
    const args = this.args(type.params, depth);
    const table = this.tableOf(type);
    switch (this.random.below(5)) {
      case 0:
        if (table) {
          return `(call_indirect ${table.name} (type ${type.name}) ${args} ${
            this.callIndex(callee, table, depth)
          })`;
        }
        break;
      case 1:
        if (this.has("typed-function-references")) {
          return `(call_ref ${type.name} ${args} ${this.callReference(callee, depth)})`;
        }
    }
    return `(call ${name} ${args})`;
  }

  /** Mostly the index of the function: tables start with all functions, in the order of their declaration. */
  protected callIndex({ name }: NamedFunction, table: NamedTable, depth: number): string {
    if (table.element !== "funcref" || this.chance(40)) return this.index(table, 7, depth);
    const at = this.world.functions.findIndex((callee) => callee.name === name);
    const constant = `(${table.address}.const ${at})`;
    if (!this.chance(3)) return constant;
    return `(${table.address}.add ${constant} (${table.address}.and ${
      this.expression(table.address, depth)
    } (${table.address}.const 0)))`;
  }

  protected callReference({ name, type }: NamedFunction, depth: number): string {
    return this.chance(8) ? this.expression(`(ref null ${type.name})`, depth) : `(ref.func ${name})`;
  }
}
