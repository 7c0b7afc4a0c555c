/**
 * Random modules that compute with vectors, as text: all vector instructions but the relaxed ones on locals that change between
 * integers and floats, around loops, branches, calls and stores. NaNs that arithmetic makes are replaced by zero, since the
 * specification leaves their bits to the engine.
 *
 * @module
 */

import { type Opcode, OPCODES } from "../../lib/syntax/opcodes.ts";
import { F32, I32, I64, V128, type ValueType } from "../../lib/syntax/types.ts";
import { Random } from "./random_module.ts";

const LOCALS = 5;
const DEPTH = 3;
const FAMILIES = ["f32x4", "f64x2", "i32x4", "i8x16", "f32x4", "f64x2", ""];
const LOADS = ["", "8x8_s", "8x8_u", "16x4_s", "16x4_u", "32x2_s", "32x2_u"];
const SPLATS = ["8_splat", "16_splat", "32_splat", "64_splat", "32_zero", "64_zero"];
const WORDS =
  "0 -1 0x3f800000 0x40490fdb 0xc0000000 0x80000000 0x7f800001 0x7fc00000 0x7ff00000 0x7ff40000 0x01020304"
    .split(" ");
/** Instructions that may make NaNs. */
const ARITHMETIC =
  /^f(32x4|64x2)\.(add|sub|mul|div|sqrt|min|max|ceil|floor|trunc|nearest|demote|promote|splat|replace)/;

const OPERATIONS = OPCODES.filter(({ feature, signature, mnemonic }) =>
  feature === "simd" && signature !== null && !/^v128\.(load|store|const)|shuffle/.test(mnemonic)
);
const resulting = (type: ValueType) => OPERATIONS.filter(({ signature }) => signature!.results[0] === type);
const VECTORS = resulting(V128);
const INTEGERS = resulting(I32);

class RandomVectors extends Random {
  readonly #family: readonly Opcode[];

  constructor(seed: number) {
    super(seed);
    const family = this.pick(FAMILIES);
    this.#family = VECTORS.filter(({ mnemonic }) => mnemonic.startsWith(family));
  }

  #local(): string {
    return `$v${this.below(LOCALS)}`;
  }

  #leaf(): string {
    switch (this.below(6)) {
      case 0:
        return `(v128.const i32x4 ${Array.from({ length: 4 }, () => this.pick(WORDS)).join(" ")})`;
      case 1: {
        const load = this.pick([...LOADS, ...SPLATS]);
        const address = this.pick(["(local.get $p)", "(i32.const 64)", "(i32.const 3)"]);
        return `(v128.load${load} offset=${this.below(600) * this.pick([1, 4, 16])} ${address})`;
      }
      case 2:
        return `(v128.load offset=${this.below(60) * 16} (local.get $p))`;
      default:
        return `(local.get ${this.#local()})`;
    }
  }

  #operand(type: ValueType | number, depth: number): string {
    switch (type) {
      case V128:
        return this.#vector(depth);
      case I32:
        return this.#integer(depth);
      case I64:
        return `(i64.const ${this.below(1e9) * this.pick([3, -7777777])})`;
      default:
        return `(${type === F32 ? "f32" : "f64"}.const ${this.pick(["1.5", "-0.25", "3e5", "0", "-0"])})`;
    }
  }

  #apply({ mnemonic, immediates, signature }: Opcode, depth: number): string {
    const lanes = immediates.map((immediate) => this.below(Number(immediate.slice("lane".length))));
    const operands = signature!.params.map((type) => this.#operand(type, depth));
    const text = `(${[mnemonic, ...lanes, ...operands].join(" ")})`;
    if (!ARITHMETIC.test(mnemonic)) return text;
    return `(call $${mnemonic.slice(0, "f32x4".length)} ${text})`;
  }

  #shuffle(): number[] {
    const size = this.pick([1, 4, 4, 8]);
    return Array.from({ length: 16 / size }, () => this.below(32 / size))
      .flatMap((lane) => Array.from({ length: size }, (_, i) => lane * size + i));
  }

  #vector(depth: number): string {
    if (depth <= 0 || this.below(8) === 0) return this.#leaf();
    const next = () => this.#vector(depth - 1);
    switch (this.below(30)) {
      case 0:
        return `(local.tee ${this.#local()} ${next()})`;
      case 1:
        return `(select ${next()} ${next()} ${this.#integer(depth - 1)})`;
      case 2:
        return `(call $${this.pick(["integers", "floats"])} ${next()} ${next()})`;
      case 3:
        return "(global.get $g)";
      case 4:
        return `(block (result v128) (br_if 0 ${next()} ${this.#integer(depth - 1)}))`;
      case 5:
        return `(if (result v128) ${this.#integer(depth - 1)} (then ${next()}) (else ${next()}))`;
      case 6:
        return `(v128.load${this.pick([8, 16, 32, 64])}_lane offset=${this.below(500)} ${this.below(2)} ` +
          `(local.get $p) ${next()})`;
      case 7:
      case 8:
        return `(i8x16.shuffle ${this.#shuffle().join(" ")} ${next()} ${next()})`;
      default:
        return this.#apply(this.pick(this.below(3) > 0 ? this.#family : VECTORS), depth - 1);
    }
  }

  #integer(depth: number): string {
    if (depth > 0 && this.below(3) > 0) return this.#apply(this.pick(INTEGERS), depth - 1);
    return this.pick([`(i32.const ${this.below(70)})`, "(local.get $n)", "(local.get $i)"]);
  }

  #statement(depth: number): string {
    switch (this.below(depth > 0 ? 12 : 9)) {
      case 0:
      case 1:
      case 2:
      case 3:
        return `(local.set ${this.#local()} ${this.#vector(DEPTH)})`;
      case 4:
      case 5:
        return `(v128.store offset=${this.below(1000) * this.pick([1, 16])} (local.get $p) ${
          this.#vector(DEPTH)
        })`;
      case 6:
        return `(v128.store${this.pick([8, 16, 32, 64])}_lane offset=${this.below(500)} ${this.below(2)} ` +
          `(local.get $p) ${this.#vector(2)})`;
      case 7:
        return `(global.set $g ${this.#vector(2)})`;
      case 8:
        return `(local.set $i (i32.add (local.get $i) ${this.#integer(2)}))`;
      case 9:
        return `(if ${this.#integer(2)} (then ${this.statements(depth - 1)}) (else ${
          this.statements(depth - 1)
        }))`;
      case 10:
        return `(local.set $k${depth} (i32.const ${1 + this.below(3)}))
          (loop $l${depth} ${this.statements(depth - 1)}
            (br_if $l${depth} (local.tee $k${depth} (i32.sub (local.get $k${depth}) (i32.const 1)))))`;
      default:
        return `(block $b${depth} ${this.statements(depth - 1)} (br_if $b${depth} ${this.#integer(1)})
          ${this.statements(depth - 1)})`;
    }
  }

  statements(depth: number): string {
    return Array.from({ length: 1 + this.below(4) }, () => this.#statement(depth)).join("\n");
  }
}

/** A module that exports `run(p, n)` and its `memory`; what it has in locals and the global ends up in memory, too. */
export function randomVectors(seed: number): string {
  const random = new RandomVectors(seed);
  const locals = Array.from({ length: LOCALS }, (_, i) => `$v${i}`);
  const counters = Array.from({ length: DEPTH }, (_, i) => `(local $k${i + 1} i32)`);
  const withoutNans = (shape: string) =>
    `(func $${shape} (param $x v128) (result v128)
    (v128.and (local.get $x) (${shape}.eq (local.get $x) (local.get $x))))`;
  return `(module
    (memory (export "memory") 1)
    (global $g (mut v128) (v128.const i64x2 5 6))
    ${withoutNans("f32x4")} ${withoutNans("f64x2")}
    (func $integers (param $a v128) (param $b v128) (result v128) (i32x4.add (local.get $a) (local.get $b)))
    (func $floats (param $a v128) (param $b v128) (result v128) (local $r v128)
      (local.set $r (call $f32x4 (f32x4.mul (local.get $a) (local.get $b))))
      (call $f32x4 (f32x4.add (local.get $r) (local.get $a))))
    (func (export "run") (param $p i32) (param $n i32) (result i32) (local $i i32) ${counters.join(" ")}
      ${locals.map((local) => `(local ${local} v128)`).join(" ")}
      ${random.statements(DEPTH)} ${random.statements(DEPTH)} ${random.statements(DEPTH)}
      ${
    locals.map((local, i) => `(v128.store offset=${5000 + i * 16} (local.get $p) (local.get ${local}))`).join(
      " ",
    )
  }
      (v128.store offset=5200 (local.get $p) (global.get $g))
      (local.get $i)))`;
}
