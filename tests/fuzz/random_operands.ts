/**
 * What random code starts from: constants, locals, globals, labels, and references that need no operands.
 *
 * @module
 */

import type { Random } from "./mutate.ts";
import {
  type FunctionDeclaration,
  heapText,
  isBelow,
  isNullableText,
  isReferenceText,
  type NamedFunction,
  type NamedMemory,
  type NamedTable,
  type TypeText,
  type World,
} from "./random_world.ts";

/** The global that counts down; code that goes on for too long ends in a trap. */
export const FUEL = "$fuel";

const INTEGERS = [0, 1, -1, 2, 3, 7, 31, 32, 63, 64, 255, 65535, 65536, 0x7fffffff, -0x80000000];
const FLOATS = "0 -0 1 -1.5 0.1 1e10 -3e9 2147483648 9223372036854775808 1e-40 inf -inf nan".split(" ");
const OFFSETS = [0, 0, 0, 1, 4, 8, 64, 1000];
const FAR_OFFSETS = [65520, 65528, 65535, 65536, 2 ** 31, 2 ** 32 - 1];

/** A local variable. */
export interface Local {
  readonly name: string;
  readonly type: TypeText;
}

/** A label, and what a branch to it carries. */
export interface Label {
  readonly name: string;
  readonly types: readonly TypeText[];
}

/** The state of a function that is being written. */
export abstract class Operands {
  protected readonly random: Random;
  protected readonly world: World;
  /** The function. */
  protected readonly self: NamedFunction;
  protected readonly locals: Local[] = [];
  protected readonly labels: Label[] = [];
  /** Number of locals that count iterations. */
  protected counters = 0;
  /** Nodes that may still be written. */
  protected budget: number;
  #names = 0;

  constructor(random: Random, world: World, self: NamedFunction, budget: number) {
    this.random = random;
    this.world = world;
    this.self = self;
    this.budget = budget;
  }

  protected chance(one: number): boolean {
    return this.random.below(one) === 0;
  }

  protected has(feature: Parameters<World["features"]["has"]>[0]): boolean {
    return this.world.features.has(feature);
  }

  protected anyType(): TypeText {
    return this.random.pick(this.world.types.values);
  }

  protected someTypes(most: number): TypeText[] {
    if (!this.has("bulk-memory")) most = Math.min(most, 1);
    return Array.from({ length: this.random.below(most + 1) }, () => this.anyType());
  }

  protected burn(): string {
    return `(if (i32.eqz (global.get ${FUEL})) (then (unreachable))) ` +
      `(global.set ${FUEL} (i32.sub (global.get ${FUEL}) (i32.const 1)))`;
  }

  protected fresh(prefix: string): string {
    return `$${prefix}${this.#names++}`;
  }

  /** What `write` gives for an open label. */
  protected within(label: Label, write: () => string): string {
    this.labels.push(label);
    const text = write();
    this.labels.pop();
    return text;
  }

  protected localOf(type: TypeText): string | undefined {
    const fitting = this.locals.filter((local) => local.type === type);
    return fitting.length > 0 ? this.random.pick(fitting).name : undefined;
  }

  protected globalOf(type: TypeText): string | undefined {
    const fitting = this.world.globals.filter((global) => global.type === type);
    return fitting.length > 0 ? this.random.pick(fitting).name : undefined;
  }

  protected leaf(type: TypeText): string {
    const random = this.random;
    const local = random.below(3) > 0 ? this.localOf(type) : undefined;
    if (local) return `(local.get ${local})`;
    const global = random.below(3) === 0 ? this.globalOf(type) : undefined;
    if (global) return `(global.get ${global})`;
    return this.constant(type);
  }

  protected constant(type: TypeText): string {
    const random = this.random;
    switch (type) {
      case "i32":
        return `(i32.const ${random.pick([...INTEGERS, random.next() | 0])})`;
      case "i64": {
        const shift = BigInt(random.pick([0, 0, 16, 31, 32, 33]));
        const value = BigInt(random.pick([...INTEGERS, random.next() | 0])) << shift;
        return `(i64.const ${BigInt.asIntN(64, value)})`;
      }
      case "f32":
      case "f64":
        return `(${type}.const ${random.pick([...FLOATS, `${random.below(1000) / 8}`])})`;
      case "v128":
        return `(v128.const i32x4 ${
          Array.from({ length: 4 }, () => random.pick([0, -1, 0x3f800000, 0x01020304, random.next() | 0]))
            .join(" ")
        })`;
      default:
        return this.reference(type);
    }
  }

  /** A reference that needs no operands. */
  protected reference(type: TypeText): string {
    const random = this.random;
    const heap = heapText(type);
    const { types, functions } = this.world;
    if (isNullableText(type) && random.below(12) === 0) return `(ref.null ${heap})`;
    const structs = types.structs.filter((struct) =>
      /^(any|eq|struct)$/.test(heap) || heap.startsWith("$s") && isBelow(types, struct, heap)
    );
    const arrays = types.arrays.filter(({ name }) => /^(any|eq|array)$/.test(heap) || name === heap);
    const choices: string[] = [
      ...structs.map(({ name }) => `(struct.new_default ${name})`),
      ...arrays.map(({ name }) => `(array.new_default ${name} (i32.const ${4 + random.below(6)}))`),
    ];
    if (/^(any|eq|i31)$/.test(heap)) choices.push(`(ref.i31 ${this.constant("i32")})`);
    if (heap === "func" || heap.startsWith("$f")) {
      for (const { name, type } of functions) {
        if (heap === "func" || type.name === heap) choices.push(`(ref.func ${name})`);
      }
    }
    if (heap === "extern" && this.has("gc")) {
      choices.push(`(extern.convert_any (ref.i31 ${this.constant("i32")}))`);
    }
    return choices.length > 0 ? random.pick(choices) : `(ref.null ${heap})`;
  }

  protected anyReference(): TypeText {
    return this.random.pick(this.world.types.values.filter(isReferenceText));
  }

  /** A type below anyref. */
  protected castTarget(): TypeText {
    const { structs, arrays } = this.world.types;
    const target = this.random.pick([
      ...structs.map(({ name }) => name),
      ...arrays.map(({ name }) => name),
      "i31",
      "struct",
      "array",
      "eq",
      "none",
    ]);
    return `(ref ${this.chance(2) ? "null " : ""}${target})`;
  }

  /** The memory and the offset of an access. */
  protected access({ name, address }: NamedMemory, width: number, atomic: boolean): string {
    const random = this.random;
    let offset = random.pick(this.chance(150) ? FAR_OFFSETS : OFFSETS);
    if (atomic && !this.chance(100)) offset -= offset % width;
    if (address === "i64" && this.chance(200)) offset = 2 ** 40;
    const align = atomic ? "" : random.pick(["", "", "align=1"]);
    return `${name} offset=${offset} ${align}`;
  }

  protected tableOf({ name }: FunctionDeclaration): NamedTable | undefined {
    const fitting = this.world.tables.filter(({ element }) =>
      element === "funcref" || element === `(ref null ${name})`
    );
    return fitting.length > 0 ? this.random.pick(fitting) : undefined;
  }
}
