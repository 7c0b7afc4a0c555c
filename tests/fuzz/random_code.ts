/**
 * Random function bodies as text: expressions of every type, nested, so that operands wait while calls, growth, stores, traps and
 * branches happen in those after them. The bits of NaNs that arithmetic makes are left to the engine by the specification: where
 * bits show, NaNs are replaced.
 *
 * @module
 */

import { ADDRESS, type Opcode, OPCODES } from "../../lib/syntax/opcodes.ts";
import { type ValueType, valueTypeName } from "../../lib/syntax/types.ts";
import type { Random } from "./mutate.ts";
import {
  type ArrayDeclaration,
  type Field,
  type FunctionDeclaration,
  heapText,
  isBelow,
  isNullableText,
  isReferenceText,
  type NamedFunction,
  type NamedMemory,
  type NamedTable,
  type Sized,
  type StructDeclaration,
  type TypeText,
  unpackedText,
  type World,
} from "./random_world.ts";

/** The global that counts down; code that goes on for too long ends in a trap. */
export const FUEL = "$fuel";

/** Functions that replace a NaN, by the type or the shape they do it for. */
export const WITHOUT_NANS: readonly string[] = ["f32", "f64", "f32x4", "f64x2"];

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
const OPERATIONS = new Map<TypeText, Opcode[]>();
for (const opcode of OPCODES) {
  const { signature, immediates, mnemonic, feature } = opcode;
  if (signature === null || signature.params.length === 0 || signature.results.length > 1) continue;
  if (!immediates.every((immediate) => /^(memarg|atomic|lane\d)/.test(immediate))) continue;
  if (/^memory|^string/.test(mnemonic) || feature === "relaxed-simd") continue;
  const type = resultText(opcode);
  OPERATIONS.set(type, [...OPERATIONS.get(type) ?? [], opcode]);
}

const INTEGERS = [0, 1, -1, 2, 3, 7, 31, 32, 63, 64, 255, 65535, 65536, 0x7fffffff, -0x80000000];
const FLOATS = "0 -0 1 -1.5 0.1 1e10 -3e9 2147483648 9223372036854775808 1e-40 inf -inf nan".split(" ");
const OFFSETS = [0, 0, 0, 1, 4, 8, 64, 1000];
const FAR_OFFSETS = [65520, 65528, 65535, 65536, 2 ** 31, 2 ** 32 - 1];
const PAGE = 65536;
/** Nested constructs. */
const MAX_DEPTH = 5;

interface Local {
  readonly name: string;
  readonly type: TypeText;
}

interface Label {
  readonly name: string;
  readonly types: readonly TypeText[];
}

/** Writes the body of one function. */
export class CodeWriter {
  readonly #random: Random;
  readonly #world: World;
  readonly #self: NamedFunction;
  readonly #locals: Local[] = [];
  readonly #labels: Label[] = [];
  #counters = 0;
  #names = 0;
  #budget: number;

  constructor(random: Random, world: World, self: NamedFunction, budget: number) {
    this.#random = random;
    this.#world = world;
    this.#self = self;
    this.#budget = budget;
  }

  /** A function in the text format. */
  function(): string {
    const { type, name } = this.#self;
    const random = this.#random;
    type.params.forEach((param, i) => this.#locals.push({ name: `$p${i}`, type: param }));
    const count = 3 + random.below(random.below(4) === 0 ? 40 : 8);
    const own: Local[] = [];
    for (let i = 0; i < count; i++) {
      own.push({ name: `$x${i}`, type: random.pick(this.#world.types.values) });
      if (isNullableText(own[i].type)) this.#locals.push(own[i]);
    }
    const prologue: string[] = [];
    for (const local of own) {
      if (isNullableText(local.type) && (!isReferenceText(local.type) || random.below(10) === 0)) continue;
      prologue.push(`(local.set ${local.name} ${this.#leaf(local.type)})`);
      if (!isNullableText(local.type)) this.#locals.push(local);
    }
    const body = this.#nested(
      this.#chance(15) ? random.pick([100, 196, 203, 220]) : 0,
      () => `${this.#statements(MAX_DEPTH)}\n  ${this.#args(type.results, MAX_DEPTH)}`,
    );
    const counters = Array.from({ length: this.#counters }, (_, i) => `(local $k${i} i32)`);
    const params = type.params.map((param, i) => `(param $p${i} ${param})`);
    return `(func ${name} (type ${type.name}) ${params.join(" ")} ${
      type.results.map((result) => `(result ${result})`).join(" ")
    }
  ${own.map((local) => `(local ${local.name} ${local.type})`).join(" ")} ${counters.join(" ")}
  ${this.#burn()}
  ${[...prologue, body].join("\n  ")})`;
  }

  /** What `write` gives in many blocks around each other, all of which leave the function's results. */
  #nested(depth: number, write: () => string): string {
    if (depth === 0) return write();
    const { results } = this.#self.type;
    const label = { name: this.#fresh("q"), types: results };
    const text = this.#within(label, () => this.#nested(depth - 1, write));
    return `(block ${label.name} ${results.map((type) => `(result ${type})`).join(" ")} ${text})`;
  }

  #chance(one: number): boolean {
    return this.#random.below(one) === 0;
  }

  #has(feature: Parameters<World["features"]["has"]>[0]): boolean {
    return this.#world.features.has(feature);
  }

  #anyType(): TypeText {
    return this.#random.pick(this.#world.types.values);
  }

  #someTypes(most: number): TypeText[] {
    if (!this.#has("bulk-memory")) most = Math.min(most, 1);
    return Array.from({ length: this.#random.below(most + 1) }, () => this.#anyType());
  }

  #burn(): string {
    return `(if (i32.eqz (global.get ${FUEL})) (then (unreachable))) ` +
      `(global.set ${FUEL} (i32.sub (global.get ${FUEL}) (i32.const 1)))`;
  }

  #fresh(prefix: string): string {
    return `$${prefix}${this.#names++}`;
  }

  /** What `write` gives for an open label. */
  #within(label: Label, write: () => string): string {
    this.#labels.push(label);
    const text = write();
    this.#labels.pop();
    return text;
  }

  // Expressions

  /** Values of `types`, in order. */
  #args(types: readonly TypeText[], depth: number): string {
    if (types.length > 1 && depth > 0 && this.#chance(4)) {
      const joined = `${types}`;
      const callee = this.#world.functions.find(({ type }) => `${type.results}` === joined);
      if (callee && this.#chance(2)) return this.#call(callee, depth);
      return this.#construct(types, depth - 1);
    }
    return types.map((type) => this.#expression(type, depth)).join(" ");
  }

  /** One value. */
  #expression(type: TypeText, depth: number): string {
    if (depth <= 0 || this.#budget-- <= 0) return this.#leaf(type);
    const random = this.#random;
    switch (random.below(12)) {
      case 0:
      case 1:
        return this.#leaf(type);
      case 2: {
        const local = this.#localOf(type);
        return local ? `(local.tee ${local} ${this.#expression(type, depth - 1)})` : this.#leaf(type);
      }
      case 3:
        return this.#construct([type], depth - 1);
      case 4: {
        const fitting = this.#world.functions.filter((callee) => `${callee.type.results}` === type);
        return fitting.length > 0
          ? this.#call(random.pick(fitting), depth - 1)
          : this.#operation(type, depth - 1);
      }
      case 5: {
        const operands = `${this.#expression(type, depth - 1)} ${this.#expression(type, depth - 1)}`;
        const annotation = isReferenceText(type) ? `(result ${type})` : "";
        return `(select ${annotation} ${operands} ${this.#condition(depth - 1)})`;
      }
      default:
        return this.#operation(type, depth - 1);
    }
  }

  #localOf(type: TypeText): string | undefined {
    const fitting = this.#locals.filter((local) => local.type === type);
    return fitting.length > 0 ? this.#random.pick(fitting).name : undefined;
  }

  #globalOf(type: TypeText): string | undefined {
    const fitting = this.#world.globals.filter((global) => global.type === type);
    return fitting.length > 0 ? this.#random.pick(fitting).name : undefined;
  }

  #leaf(type: TypeText): string {
    const random = this.#random;
    const local = random.below(3) > 0 ? this.#localOf(type) : undefined;
    if (local) return `(local.get ${local})`;
    const global = random.below(3) === 0 ? this.#globalOf(type) : undefined;
    if (global) return `(global.get ${global})`;
    return this.#constant(type);
  }

  #constant(type: TypeText): string {
    const random = this.#random;
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
        return this.#reference(type);
    }
  }

  /** A reference that needs no operands. */
  #reference(type: TypeText): string {
    const random = this.#random;
    const heap = heapText(type);
    const { types, functions } = this.#world;
    if (isNullableText(type) && random.below(12) === 0) return `(ref.null ${heap})`;
    const structs = types.structs.filter((struct) =>
      /^(any|eq|struct)$/.test(heap) || heap.startsWith("$s") && isBelow(types, struct, heap)
    );
    const arrays = types.arrays.filter(({ name }) => /^(any|eq|array)$/.test(heap) || name === heap);
    const choices: string[] = [
      ...structs.map(({ name }) => `(struct.new_default ${name})`),
      ...arrays.map(({ name }) => `(array.new_default ${name} (i32.const ${4 + random.below(6)}))`),
    ];
    if (/^(any|eq|i31)$/.test(heap)) choices.push(`(ref.i31 ${this.#constant("i32")})`);
    if (heap === "func" || heap.startsWith("$f")) {
      for (const { name, type } of functions) {
        if (heap === "func" || type.name === heap) choices.push(`(ref.func ${name})`);
      }
    }
    if (heap === "extern" && this.#has("gc")) {
      choices.push(`(extern.convert_any (ref.i31 ${this.#constant("i32")}))`);
    }
    return choices.length > 0 ? random.pick(choices) : `(ref.null ${heap})`;
  }

  /** An i32 that is nonzero about half of the time. */
  #condition(depth: number): string {
    const value = this.#expression("i32", depth - 1);
    switch (this.#random.below(4)) {
      case 0:
        return value;
      case 1:
        return `(i32.eqz ${value})`;
      default:
        return `(i32.and ${value} (i32.const ${this.#random.pick([1, 2, 3, 8])}))`;
    }
  }

  /** An instruction that leaves one value of `type`. */
  #operation(type: TypeText, depth: number): string {
    if (isReferenceText(type)) return this.#referenceOperation(type, depth);
    if (this.#chance(3)) {
      const read = this.#read(type, depth);
      if (read) return read;
    }
    if (type === "i32" && this.#chance(4)) return this.#question(depth);
    if (type === "v128" && this.#chance(8)) return this.#shuffle(depth);
    const { features } = this.#world;
    const fitting = OPERATIONS.get(type)!.filter(({ feature }) => features.has(feature));
    let opcode = this.#random.pick(fitting);
    if (TRAPS.test(opcode.mnemonic)) opcode = this.#random.pick(fitting);
    return this.#apply(opcode, depth);
  }

  #apply({ mnemonic, immediates, signature, accessWidth, feature }: Opcode, depth: number): string {
    const random = this.#random;
    const memory = random.pick(this.#world.memories);
    const words: (string | number)[] = [mnemonic];
    if (accessWidth > 0) words.push(this.#access(memory, accessWidth, feature === "threads"));
    for (const immediate of immediates) {
      if (immediate.startsWith("lane")) words.push(random.below(Number(immediate.slice("lane".length))));
    }
    const showsBits = SHOWS_BITS.test(mnemonic);
    for (const [i, param] of signature!.params.entries()) {
      if (param === ADDRESS) {
        words.push(this.#address(memory, accessWidth, feature === "threads", depth));
        continue;
      }
      const type = typeText(param);
      const operand = this.#expression(type, depth);
      const last = i === signature!.params.length - 1;
      if (last && DIVIDES.test(mnemonic) && !this.#chance(15)) {
        words.push(`(${type}.or ${operand} (${type}.const ${random.pick([1, 3, 0x100, -0x80000000])}))`);
        continue;
      }
      words.push(showsBits && last && /^f/.test(type) ? `(call $nan-${type} ${operand})` : operand);
    }
    const text = `(${words.join(" ")})`;
    return ARITHMETIC.test(mnemonic) ? `(call $nan-${mnemonic.slice(0, "f32x4".length)} ${text})` : text;
  }

  /** The memory and the offset of an access. */
  #access({ name, address }: NamedMemory, width: number, atomic: boolean): string {
    const random = this.#random;
    let offset = random.pick(this.#chance(150) ? FAR_OFFSETS : OFFSETS);
    if (atomic && !this.#chance(100)) offset -= offset % width;
    if (address === "i64" && this.#chance(200)) offset = 2 ** 40;
    const align = atomic ? "" : random.pick(["", "", "align=1"]);
    return `${name} offset=${offset} ${align}`;
  }

  #address({ address }: Sized, width: number, atomic: boolean, depth: number): string {
    const random = this.#random;
    const constant = (value: number) => `(${address}.const ${value})`;
    const step = atomic && !this.#chance(100) ? Math.max(width, 1) : 1;
    switch (random.below(10)) {
      case 0:
        if (this.#chance(3)) return constant(PAGE - width);
        if (this.#chance(10)) {
          return constant(random.pick([-1, -8, PAGE - width + 1, PAGE - 1, PAGE, 2 * PAGE - width]));
        }
        break;
      case 1:
        return constant(random.below(PAGE / 8) * 8);
      case 2:
        if (this.#chance(20)) return this.#expression(address, depth);
    }
    return `(${address}.and ${this.#expression(address, depth)} ${constant(0x7fff & -step)})`;
  }

  /** A small number of the address type of a memory or table. */
  #index({ address }: Sized, mask: number, depth: number): string {
    if (this.#chance(300)) return this.#expression(address, depth);
    return `(${address}.and ${this.#expression(address, depth)} (${address}.const ${mask}))`;
  }

  #small(mask: number, depth: number): string {
    if (this.#chance(300)) return this.#expression("i32", depth);
    return `(i32.and ${this.#expression("i32", depth)} (i32.const ${mask}))`;
  }

  /** Of an array: 4 to some more. */
  #length(depth: number, most = 15): string {
    if (most === 15 && this.#chance(25)) return `(i32.const ${this.#random.pick([255, 256, 257, 3000])})`;
    return `(i32.add ${this.#small(most, depth)} (i32.const 4))`;
  }

  #shuffle(depth: number): string {
    const random = this.#random;
    const size = random.pick([1, 4, 8]);
    const lanes = Array.from({ length: 16 / size }, () => random.below(32 / size))
      .flatMap((lane) => Array.from({ length: size }, (_, i) => lane * size + i));
    return `(i8x16.shuffle ${lanes.join(" ")} ${this.#expression("v128", depth)} ${
      this.#expression("v128", depth)
    })`;
  }

  /** A field, an element or a result of the host that has the type. */
  #read(type: TypeText, depth: number): string | null {
    const { structs, arrays } = this.#world.types;
    const reads: (() => string)[] = [];
    const suffix = (storage: string) =>
      storage === unpackedText(storage) ? "" : this.#random.pick(["_s", "_u"]);
    for (const { name, fields } of structs) {
      for (const [i, { storage }] of fields.entries()) {
        if (unpackedText(storage) !== type) continue;
        reads.push(() => `(struct.get${suffix(storage)} ${name} ${i} ${this.#object(name, depth)})`);
      }
    }
    for (const { name, storage } of arrays) {
      if (unpackedText(storage) !== type) continue;
      reads.push(() =>
        `(array.get${suffix(storage)} ${name} ${this.#object(name, depth)} ${this.#small(3, depth)})`
      );
    }
    return reads.length > 0 ? this.#random.pick(reads)() : null;
  }

  /** A reference to a struct or array, mostly not null. */
  #object(name: string, depth: number): string {
    return this.#expression(this.#chance(10) ? `(ref null ${name})` : `(ref ${name})`, depth);
  }

  /** An i32 about something else. */
  #question(depth: number): string {
    const random = this.#random;
    const memory = random.pick(this.#world.memories);
    const table = this.#world.tables.length > 0 ? random.pick(this.#world.tables) : null;
    const wrap = ({ address }: Sized, text: string) => address === "i64" ? `(i32.wrap_i64 ${text})` : text;
    const questions: (() => string)[] = [
      () => wrap(memory, `(memory.size ${memory.name})`),
      () => wrap(memory, `(memory.grow ${memory.name} ${this.#index(memory, 1, depth)})`),
    ];
    if (table) {
      questions.push(() => wrap(table, `(table.size ${table.name})`));
      questions.push(() =>
        wrap(
          table,
          `(table.grow ${table.name} ${this.#expression(table.element, depth)} ${
            this.#index(table, 1, depth)
          })`,
        )
      );
      questions.push(() => `(ref.is_null ${this.#expression(this.#anyReference(), depth)})`);
    }
    if (this.#has("gc")) {
      questions.push(
        () => `(ref.eq ${this.#expression("eqref", depth)} ${this.#expression("eqref", depth)})`,
        () => `(ref.test ${this.#castTarget()} ${this.#expression("anyref", depth)})`,
        () => `(array.len ${this.#expression(random.pick(["arrayref", "(ref $a0)", "(ref $a2)"]), depth)})`,
        () => `(i31.get_${random.pick(["s", "u"])} ${this.#expression("i31ref", depth)})`,
      );
    }
    if (this.#has("threads")) {
      questions.push(() =>
        `(memory.atomic.notify ${this.#access(memory, 4, true)} ${this.#address(memory, 4, true, depth)} ${
          this.#expression("i32", depth)
        })`
      );
      if (memory.shared) {
        const type = random.pick(["i32", "i64"]);
        const width = type === "i32" ? 4 : 8;
        questions.push(() =>
          `(memory.atomic.wait${width * 8} ${this.#access(memory, width, true)} ${
            this.#address(memory, width, true, depth)
          } ${this.#expression(type, depth)} (i64.const 0))`
        );
      }
    }
    return random.pick(questions)();
  }

  #anyReference(): TypeText {
    return this.#random.pick(this.#world.types.values.filter(isReferenceText));
  }

  /** A type below anyref. */
  #castTarget(): TypeText {
    const { structs, arrays } = this.#world.types;
    const target = this.#random.pick([
      ...structs.map(({ name }) => name),
      ...arrays.map(({ name }) => name),
      "i31",
      "struct",
      "array",
      "eq",
      "none",
    ]);
    return `(ref ${this.#chance(2) ? "null " : ""}${target})`;
  }

  #referenceOperation(type: TypeText, depth: number): string {
    const random = this.#random;
    const heap = heapText(type);
    const { types, tables } = this.#world;
    const ways: (() => string)[] = [];
    for (const struct of types.structs) {
      if (/^(any|eq|struct)$/.test(heap) || isBelow(types, struct, heap)) {
        ways.push(() => this.#newStruct(struct, depth), () => this.#newStruct(struct, depth));
      }
    }
    for (const array of types.arrays) {
      if (/^(any|eq|array)$/.test(heap) || array.name === heap) {
        ways.push(() => this.#newArray(array, depth), () => this.#newArray(array, depth));
      }
    }
    if (/^(any|eq|i31)$/.test(heap)) ways.push(() => `(ref.i31 ${this.#expression("i32", depth)})`);
    if (heap === "any") ways.push(() => `(any.convert_extern ${this.#expression("externref", depth)})`);
    if (heap === "extern" && this.#has("gc")) {
      ways.push(() => `(extern.convert_any ${this.#expression("anyref", depth)})`);
    }
    if (this.#has("gc") && /^(eq|struct|array|i31|\$[sa]\d)$/.test(heap)) {
      ways.push(() => `(ref.cast ${type} ${this.#expression(this.#chance(8) ? "anyref" : type, depth)})`);
      ways.push(() => this.#branchOnCast(type, depth));
    }
    if (heap.startsWith("$f")) {
      ways.push(() => `(ref.cast ${type} ${this.#expression(this.#chance(8) ? "funcref" : type, depth)})`);
    }
    if (isNullableText(type)) {
      for (const table of tables) {
        if (table.element === type) {
          ways.push(() => `(table.get ${table.name} ${this.#index(table, 7, depth)})`);
        }
      }
      ways.push(() => this.#read(type, depth) ?? this.#leaf(type));
    } else {
      const nullable = `(ref null ${heap})`;
      if (this.#chance(4)) ways.push(() => `(ref.as_non_null ${this.#expression(nullable, depth)})`);
      ways.push(() => {
        const label = this.#fresh("n");
        const value = () => this.#expression(nullable, depth);
        const done = { name: label, types: [type] };
        if (this.#chance(2)) {
          const text = this.#within(done, value);
          const fallback = this.#reference(type);
          return `(block ${label} (result ${type}) (br_on_non_null ${label} ${text}) ${fallback})`;
        }
        const failed = this.#fresh("o");
        const text = this.#within(done, () => this.#within({ name: failed, types: [] }, value));
        return `(block ${label} (result ${type}) (block ${failed} (br ${label} (br_on_null ${failed} ${text}))) ${
          this.#reference(type)
        })`;
      });
    }
    return ways.length > 0 ? random.pick(ways)() : this.#leaf(type);
  }

  #newStruct({ name, fields }: StructDeclaration, depth: number): string {
    return `(struct.new ${name} ${this.#args(fields.map(({ storage }) => unpackedText(storage)), depth)})`;
  }

  #newArray({ name, storage }: ArrayDeclaration, depth: number): string {
    const random = this.#random;
    const { data, elements } = this.#world;
    const value = unpackedText(storage);
    const bits = !isReferenceText(storage);
    switch (random.below(5)) {
      case 0:
        return `(array.new_default ${name} ${this.#length(depth)})`;
      case 1:
        return `(array.new ${name} ${this.#expression(value, depth)} ${this.#length(depth)})`;
      case 2:
        if (bits && data.length > 0) {
          return `(array.new_data ${name} ${random.pick(data)} ${this.#small(15, depth)} ${
            this.#length(depth, 2)
          })`;
        }
        for (const segment of elements) {
          if (segment.element === storage) {
            return `(array.new_elem ${name} ${segment.name} (i32.const 0) ${this.#small(3, depth)})`;
          }
        }
    }
    const length = this.#chance(10) ? random.below(4) : 4 + random.below(3);
    const values = Array.from({ length }, () => this.#expression(value, depth));
    return `(array.new_fixed ${name} ${length} ${values.join(" ")})`;
  }

  /** A value of `type` if a cast succeeds, else another one. */
  #branchOnCast(type: TypeText, depth: number): string {
    const label = this.#fresh("c");
    const done = { name: label, types: [type] };
    if (this.#chance(2)) {
      const value = this.#within(done, () => this.#expression("anyref", depth));
      return `(block ${label} (result ${type}) (br_on_cast ${label} anyref ${type} ${value}) (drop) ${
        this.#leaf(type)
      })`;
    }
    const failed = this.#fresh("d");
    const value = this.#within(
      done,
      () => this.#within({ name: failed, types: ["anyref"] }, () => this.#expression("anyref", depth)),
    );
    return `(block ${label} (result ${type}) (block ${failed} (result anyref)
      (br ${label} (br_on_cast_fail ${failed} anyref ${type} ${value}))) (drop) ${this.#leaf(type)})`;
  }

  #call(callee: NamedFunction, depth: number): string {
    const { type, name } = callee;
    const args = this.#args(type.params, depth);
    const table = this.#tableOf(type);
    switch (this.#random.below(5)) {
      case 0:
        if (table) {
          return `(call_indirect ${table.name} (type ${type.name}) ${args} ${
            this.#callIndex(callee, table, depth)
          })`;
        }
        break;
      case 1:
        if (this.#has("typed-function-references")) {
          return `(call_ref ${type.name} ${args} ${this.#callReference(callee, depth)})`;
        }
    }
    return `(call ${name} ${args})`;
  }

  #tableOf({ name }: FunctionDeclaration): NamedTable | undefined {
    const fitting = this.#world.tables.filter(({ element }) =>
      element === "funcref" || element === `(ref null ${name})`
    );
    return fitting.length > 0 ? this.#random.pick(fitting) : undefined;
  }

  /** Mostly the index of the function: tables start with all functions, in the order of their declaration. */
  #callIndex({ name }: NamedFunction, table: NamedTable, depth: number): string {
    if (table.element !== "funcref" || this.#chance(40)) return this.#index(table, 7, depth);
    const at = this.#world.functions.findIndex((callee) => callee.name === name);
    const constant = `(${table.address}.const ${at})`;
    if (!this.#chance(3)) return constant;
    return `(${table.address}.add ${constant} (${table.address}.and ${
      this.#expression(table.address, depth)
    } (${table.address}.const 0)))`;
  }

  #callReference({ name, type }: NamedFunction, depth: number): string {
    return this.#chance(8) ? this.#expression(`(ref null ${type.name})`, depth) : `(ref.func ${name})`;
  }

  // Control

  /** A block, an if, a loop or a try that leaves `types`. */
  #construct(types: readonly TypeText[], depth: number): string {
    const results = types.map((type) => `(result ${type})`).join(" ");
    const label = this.#fresh("l");
    const body = (types: readonly TypeText[], inner: readonly TypeText[] = types) =>
      this.#within(
        { name: label, types: inner },
        () => `${this.#statements(depth)} ${this.#args(types, depth)}`,
      );
    switch (this.#random.below(7)) {
      case 0:
      case 1:
        return `(block ${label} ${results} ${body(types)})`;
      case 2: {
        const condition = this.#condition(depth);
        return `(if ${label} ${results} ${condition} (then ${body(types)}) (else ${body(types)}))`;
      }
      case 3:
        return this.#loop(types, depth);
      case 4:
        return this.#taking(types, depth);
      case 5: {
        // A branch out of the block that carries its values, if something is so.
        const text = body(types);
        return `(block ${label} ${results} ${text} (br_if ${label} ${this.#condition(depth)}))`;
      }
      default:
        if (!this.#has("exceptions") || this.#world.tags.length === 0) {
          return `(block ${label} ${results} ${body(types)})`;
        }
        return this.#world.types.legacyExceptions
          ? this.#legacyTry(types, depth)
          : this.#tryTable(types, depth);
    }
  }

  /** A loop with parameters. */
  #loop(types: readonly TypeText[], depth: number): string {
    const label = this.#fresh("l");
    const params = this.#someTypes(3).filter((type) => this.#localOf(type) !== undefined);
    const taken = [...params].reverse().map((type) => `(local.set ${this.#localOf(type)})`);
    const signature = [
      ...params.map((type) => `(param ${type})`),
      ...types.map((type) => `(result ${type})`),
    ];
    const before = this.#args(params, depth);
    const body = this.#within({ name: label, types: params }, () => {
      const statements = this.#statements(depth);
      const again = `${this.#args(params, depth)} (br_if ${label} ${this.#condition(depth)})${
        " (drop)".repeat(params.length)
      }`;
      return `${this.#burn()} ${taken.join(" ")} ${statements} ${again} ${this.#args(types, depth)}`;
    });
    return `${before} (loop ${label} ${signature.join(" ")} ${body})`;
  }

  /** A block or an if whose parameters are used as operands there. */
  #taking(types: readonly TypeText[], depth: number): string {
    const label = this.#fresh("l");
    const params = this.#has("bulk-memory")
      ? this.#random.pick([["i32"], ["i64"], ["i32", "i64"], ["f64", "i32"]])
      : [];
    const use = (type: string) => `(${type}.add ${this.#expression(type, depth)})`;
    const taken = () =>
      [...params].reverse().map((type) => {
        const local = this.#localOf(type);
        return `${use(type)} ${local && this.#chance(2) ? `(local.set ${local})` : "(drop)"}`;
      }).join(" ");
    const signature = [...params.map((type) => `(param ${type})`), ...types.map((type) => `(result ${type})`)]
      .join(" ");
    const body = () =>
      this.#within(
        { name: label, types },
        () => `${taken()} ${this.#statements(depth)} ${this.#args(types, depth)}`,
      );
    const before = this.#args(params, depth);
    if (this.#chance(2)) return `${before} (block ${label} ${signature} ${body()})`;
    return `${before} (if ${label} ${signature} ${this.#condition(depth)} (then ${body()}) (else ${body()}))`;
  }

  #tryTable(types: readonly TypeText[], depth: number): string {
    const { tags } = this.#world;
    const random = this.#random;
    const done = { name: this.#fresh("t"), types };
    const handlers = Array.from({ length: 1 + random.below(3) }, () => {
      const tag = this.#chance(4) ? null : random.pick(tags);
      const reference = this.#chance(2);
      const caught = [...tag?.params ?? [], ...reference ? ["exnref"] : []];
      const name = this.#fresh("h");
      const clause = `(catch${tag ? "" : "_all"}${reference ? "_ref" : ""} ${tag?.name ?? ""} ${name})`;
      return { label: { name, types: caught }, clause };
    });
    // Clauses may also branch to what is around, if it takes the same.
    const clauses = handlers.map(({ label, clause }) => {
      const outer = this.#labels.filter(({ types }) => `${types}` === `${label.types}`);
      return outer.length > 0 && this.#chance(4)
        ? clause.replace(label.name, random.pick(outer).name)
        : clause;
    });
    const results = (types: readonly TypeText[]) => types.map((type) => `(result ${type})`).join(" ");
    const inner = this.#fresh("y");
    const nest = (at: number): string => {
      if (at === handlers.length) {
        const body = this.#within(
          { name: inner, types },
          () => `${this.#statements(depth)} ${this.#args(types, depth)}`,
        );
        return `(br ${done.name} (try_table ${inner} ${results(types)} ${clauses.join(" ")} ${body}))`;
      }
      const { label } = handlers[at];
      const text = this.#within(label, () => nest(at + 1));
      return `(block ${label.name} ${results(label.types)} ${text}) ${this.#caught(label.types)}
        (br ${done.name} ${this.#args(types, depth)})`;
    };
    return this.#within(done, () => `(block ${done.name} ${results(types)} ${nest(0)})`);
  }

  /** Takes what was caught off the stack, sometimes to throw it again. */
  #caught(types: readonly TypeText[]): string {
    return [...types].reverse().map((type) => {
      const local = this.#localOf(type);
      if (type === "exnref" && !this.#world.types.legacyExceptions && this.#chance(4)) return "(throw_ref)";
      return local ? `(local.set ${local})` : "(drop)";
    }).join(" ");
  }

  #legacyTry(types: readonly TypeText[], depth: number): string {
    const random = this.#random;
    const label = this.#fresh("t");
    const results = types.map((type) => `(result ${type})`).join(" ");
    const body = () =>
      this.#within({ name: label, types }, () => `${this.#statements(depth)} ${this.#args(types, depth)}`);
    const text = `(try ${label} ${results} (do ${body()})`;
    if (this.#chance(5)) return `${text} (delegate ${random.below(this.#labels.length + 1)}))`;
    const handler = (params: readonly TypeText[]) =>
      `${this.#caught(params)} ${
        this.#chance(4) ? `(if ${this.#condition(depth)} (then (rethrow ${label})))` : ""
      } ${body()}`;
    const tags = this.#world.tags.filter(() => this.#chance(2));
    const catches = tags.map(({ name, params }) => `(catch ${name} ${handler(params)})`);
    if (tags.length === 0 || this.#chance(2)) catches.push(`(catch_all ${handler([])})`);
    return `${text} ${catches.join(" ")})`;
  }

  // Statements

  #statements(depth: number): string {
    if (depth <= 0) return "";
    return Array.from({ length: this.#random.below(depth + 2) }, () => this.#statement(depth)).join("\n  ");
  }

  #statement(depth: number): string {
    if (this.#budget-- <= 0) return "";
    const random = this.#random;
    const next = depth - 1;
    switch (random.below(18)) {
      case 0:
      case 1:
      case 2:
      case 3: {
        const { name, type } = random.pick(this.#locals);
        return `(local.set ${name} ${this.#expression(type, depth)})`;
      }
      case 4: {
        const { name, type } = random.pick(this.#world.globals.filter(({ mutable }) => mutable));
        return `(global.set ${name} ${this.#expression(type, depth)})`;
      }
      case 5:
      case 6:
        return this.#apply(
          random.pick(OPERATIONS.get("")!.filter(({ feature }) => this.#has(feature))),
          next,
        );
      case 7: {
        const callee = random.pick(this.#world.functions);
        return `${this.#call(callee, next)}${" (drop)".repeat(callee.type.results.length)}`;
      }
      case 8:
      case 9:
        return this.#branch(next);
      case 10: {
        const types = this.#someTypes(2);
        return `${this.#construct(types, next)} ${
          this.#caught(types.map((type) => type === "exnref" ? "" : type))
        }`;
      }
      case 11:
        return this.#counted(next);
      case 12:
        return `(if ${this.#condition(next)} (then ${this.#leave(next)}))`;
      case 13:
      case 14:
        return this.#has("gc") ? this.#write(next) : this.#bulk(next);
      case 15:
        return this.#has("threads") && this.#chance(4) ? "(atomic.fence)" : this.#bulk(next);
      default:
        return this.#bulk(next);
    }
  }

  #counted(depth: number): string {
    const counter = `$k${this.#counters++}`;
    const label = this.#fresh("l");
    const body = this.#within({ name: label, types: [] }, () => this.#statements(depth));
    return `(local.set ${counter} (i32.const ${
      1 + this.#random.below(6)
    })) (loop ${label} ${this.#burn()} ${body}
      (br_if ${label} (local.tee ${counter} (i32.sub (local.get ${counter}) (i32.const 1)))))`;
  }

  #branch(depth: number): string {
    if (this.#labels.length === 0) return "";
    const random = this.#random;
    const { name, types } = random.pick(this.#labels);
    const values = this.#args(types, depth);
    if (this.#chance(3)) {
      const same = this.#labels.filter((label) => `${label.types}` === `${types}`).map((label) => label.name);
      const targets = Array.from({ length: 1 + random.below(5) }, () => random.pick(same));
      const index = this.#small(random.pick([3, 7]), depth);
      return `(if ${this.#condition(depth)} (then (br_table ${targets.join(" ")} ${values} ${index})))`;
    }
    return `${values} (br_if ${name} ${this.#condition(depth)})${" (drop)".repeat(types.length)}`;
  }

  /** Return, throw or a tail call. */
  #leave(depth: number): string {
    const random = this.#random;
    const { type } = this.#self;
    const { tags, functions } = this.#world;
    switch (random.below(5)) {
      case 0:
      case 1: {
        if (tags.length === 0) return "(unreachable)";
        if (!this.#world.types.legacyExceptions && this.#chance(8)) {
          return `(throw_ref ${this.#leaf("exnref")})`;
        }
        const tag = random.pick(tags);
        return `(throw ${tag.name} ${this.#args(tag.params, depth)})`;
      }
      case 2:
      case 3: {
        if (!this.#has("tail-calls")) break;
        const fitting = functions.filter((callee) => `${callee.type.results}` === `${type.results}`);
        if (fitting.length === 0) break;
        const callee = this.#chance(2) ? this.#self : random.pick(fitting);
        return this.#call(callee, depth).replace(/^\(call/, "(return_call");
      }
    }
    return `(return ${this.#args(type.results, depth)})`;
  }

  /** Changes an object. */
  #write(depth: number): string {
    const random = this.#random;
    const { structs, arrays } = this.#world.types;
    const mutable = ({ mutable }: Field) => mutable;
    if (this.#chance(2)) {
      const { name, fields } = random.pick(structs);
      const at = random.below(fields.length);
      if (!fields[at].mutable) return "";
      return `(struct.set ${name} ${at} ${this.#object(name, depth)} ${
        this.#expression(unpackedText(fields[at].storage), depth)
      })`;
    }
    const { name, storage } = random.pick(arrays.filter(mutable));
    const object = this.#object(name, depth);
    const value = () => this.#expression(unpackedText(storage), depth);
    switch (random.below(5)) {
      case 0:
        return `(array.fill ${name} ${object} ${this.#small(1, depth)} ${value()} ${this.#small(1, depth)})`;
      case 1:
        return `(array.copy ${name} ${name} ${object} ${this.#small(1, depth)} ${this.#object(name, depth)} ${
          this.#small(1, depth)
        } ${this.#small(1, depth)})`;
      case 2: {
        const kind = isReferenceText(storage) ? "elem" : "data";
        const segment = kind === "data"
          ? this.#world.data[0]
          : this.#world.elements.find(({ element }) => element === storage)?.name;
        if (!segment) return "";
        return `(array.init_${kind} ${name} ${segment} ${object} ${this.#small(1, depth)} ${
          this.#small(1, depth)
        } ${this.#small(1, depth)})`;
      }
      default:
        return `(array.set ${name} ${object} ${this.#small(3, depth)} ${value()})`;
    }
  }

  /** Operations on ranges of memories and tables, and on single elements of tables. */
  #bulk(depth: number): string {
    const random = this.#random;
    if (!this.#has("bulk-memory")) return "";
    const { memories, tables, data, elements } = this.#world;
    const memory = random.pick(memories);
    const address = () => this.#address(memory, 1, false, depth);
    if (tables.length === 0 || this.#chance(2)) {
      switch (random.below(5)) {
        case 0:
        case 1:
          return `(memory.fill ${memory.name} ${address()} ${this.#expression("i32", depth)} ${
            this.#index(memory, 255, depth)
          })`;
        case 2: {
          const source = random.pick(memories);
          const narrow: Sized = memory.address === "i32" || source.address === "i32"
            ? { name: "", address: "i32" }
            : memory;
          return `(memory.copy ${memory.name} ${source.name} ${address()} ${
            this.#address(source, 1, false, depth)
          } ${this.#index(narrow, 255, depth)})`;
        }
        case 3:
          return `(memory.init ${memory.name} ${random.pick(data)} ${address()} ${this.#small(15, depth)} ${
            this.#small(15, depth)
          })`;
        default:
          return this.#chance(5) ? `(data.drop ${random.pick(data)})` : "";
      }
    }
    const table = random.pick(tables);
    const index = (mask = 7) => this.#index(table, mask, depth);
    const segment = elements.find(({ element }) => element === table.element);
    switch (random.below(6)) {
      case 0:
        return `(table.fill ${table.name} ${index()} ${this.#expression(table.element, depth)} ${index(3)})`;
      case 1: {
        const source = random.pick(tables.filter(({ element }) => element === table.element));
        const narrow: Sized = table.address === "i32" || source.address === "i32"
          ? { name: "", address: "i32" }
          : table;
        return `(table.copy ${table.name} ${source.name} ${index()} ${this.#index(source, 7, depth)} ${
          this.#index(narrow, 3, depth)
        })`;
      }
      case 2:
        if (segment) {
          return `(table.init ${table.name} ${segment.name} ${index()} ${this.#small(1, depth)} ${
            this.#small(1, depth)
          })`;
        }
        return "";
      case 3:
        return segment && this.#chance(5) ? `(elem.drop ${segment.name})` : "";
      default:
        return `(table.set ${table.name} ${index()} ${this.#expression(table.element, depth)})`;
    }
  }
}
