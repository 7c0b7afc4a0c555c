/**
 * Random programs of one or two modules, as text: all features that the host has, except those whose results the specification
 * leaves open. The second module imports the memory, the tables, tags, globals and functions of the first one and puts its own
 * functions into that one's table.
 *
 * @module
 */

import type { FeatureName, FeatureSet } from "../../lib/syntax/features.ts";
import { Random } from "./mutate.ts";
import { CodeWriter } from "./random_code.ts";
import { FUEL } from "./random_operands.ts";
import {
  type FunctionDeclaration,
  heapText,
  isNullableText,
  isReferenceText,
  type NamedElements,
  type NamedFunction,
  type NamedGlobal,
  type NamedMemory,
  type NamedTable,
  type NamedTag,
  randomTypes,
  signatureText,
  structOf,
  type Types,
  typesText,
  type TypeText,
  unpackedText,
  type World,
} from "./random_world.ts";

/** Most work that an exported function does, before it traps. */
const FUEL_AT_START = 400;
/** Nodes of a function. */
const MOST_NODES = 250;
const PASSIVE_DATA = Array.from(
  { length: 40 },
  (_, i) => `\\${(i * 151 & 255).toString(16).padStart(2, "0")}`,
);

interface HostImport extends Omit<FunctionDeclaration, "name"> {
  readonly name: string;
  readonly feature?: FeatureName;
}

const HOST_IMPORTS: readonly HostImport[] = [
  { name: "log-i32", params: ["i32"], results: [] },
  { name: "log-i64", params: ["i64", "f64"], results: [] },
  { name: "mix", params: ["i32", "f32"], results: ["i32"] },
  { name: "pair", params: ["i64"], results: ["i64"] },
  { name: "multi", params: ["i32", "f64"], results: ["i64", "f32", "i32"], feature: "bulk-memory" },
  {
    name: "references",
    params: ["externref", "funcref"],
    results: ["externref"],
    feature: "reference-types",
  },
  { name: "objects", params: ["anyref", "i32"], results: ["anyref"], feature: "gc" },
  { name: "call-export", params: ["i32"], results: [] },
  { name: "call-export-catch", params: ["i32"], results: ["i32"] },
  { name: "grow-memory", params: ["i32"], results: ["i32"] },
  { name: "grow-table", params: ["i32"], results: ["i32"] },
  { name: "throw", params: ["i32"], results: [], feature: "exceptions" },
  { name: "Math.imul", params: ["i32", "i32"], results: ["i32"] },
  { name: "Math.max", params: ["f64", "f64"], results: ["f64"] },
  { name: "Math.floor", params: ["f64"], results: ["f64"] },
  { name: "Math.fround", params: ["f32"], results: ["f32"] },
  { name: "Math.clz32", params: ["i32"], results: ["i32"] },
];

const WITHOUT_NANS = `
  (func $nan-f32 (param $x f32) (result f32)
    (select (local.get $x) (f32.const 0) (f32.eq (local.get $x) (local.get $x))))
  (func $nan-f64 (param $x f64) (result f64)
    (select (local.get $x) (f64.const 0) (f64.eq (local.get $x) (local.get $x))))`;
const VECTORS_WITHOUT_NANS = ["f32x4", "f64x2"].map((shape) => `
  (func $nan-${shape} (param $x v128) (result v128)
    (v128.and (local.get $x) (${shape}.eq (local.get $x) (local.get $x))))`).join("");

/** Writes one module. */
class ModuleWriter {
  readonly #random: Random;
  readonly #features: FeatureSet;
  readonly #types: Types;
  /** What the module before this one has. */
  readonly #before: World | null;
  readonly #imports: string[] = [];
  readonly #declarations: string[] = [];
  /** What is declared, and whether as an import. */
  readonly #id: number;
  /** Globals that constant expressions may read. */
  readonly #constants: NamedGlobal[] = [];

  constructor(random: Random, features: FeatureSet, types: Types, before: World | null) {
    this.#random = random;
    this.#features = features;
    this.#types = types;
    this.#before = before;
    this.#id = before ? 1 : 0;
  }

  /** The text, and what a module after this one can import. */
  module(): { text: string; world: World } {
    const hosts = this.#hostImports();
    const earlier = this.#before?.functions.slice(hosts.length) ?? [];
    const own = Array.from({ length: this.#id === 0 ? 4 : 3 }, (_, i): NamedFunction => ({
      name: `$m${this.#id}f${i}`,
      type: this.#random.pick(this.#types.functions),
    }));
    for (const { name, type } of earlier) this.#import("m0", name, `(func ${name} (type ${type.name}))`);
    const functions = [...hosts, ...earlier, ...own];
    const memories = this.#memories();
    const tables = this.#tables(functions.length);
    const globals = this.#globals();
    const tags = this.#tags();
    const elements = this.#segments(functions, tables, own);
    const world: World = {
      types: this.#types,
      features: this.#features,
      functions,
      globals,
      memories,
      tables,
      tags,
      data: this.#features.has("bulk-memory") ? ["$d0"] : [],
      elements,
    };
    const bodies = own.map((self) =>
      new CodeWriter(this.#random, world, self, 20 + this.#random.below(MOST_NODES)).function()
    );
    const text = `(module
  ${typesText(this.#types)}
  ${this.#hostTypes().join("\n  ")}
  ${this.#imports.join("\n  ")}
  ${this.#declarations.join("\n  ")}
  ${world.data.map((name) => `(data ${name} "${PASSIVE_DATA.join("")}")`).join("")}
  (data (memory ${memories[0].name}) (${memories[0].address}.const 1016) "${PASSIVE_DATA.join("")}")
  ${bodies.join("\n  ")}
  ${own.map((self) => this.#exported(self)).join("\n  ")}
  ${this.#random.below(5) === 0 ? this.#start(this.#random.pick(own)) : ""}
  ${WITHOUT_NANS}${this.#features.has("simd") ? VECTORS_WITHOUT_NANS : ""})`;
    return { text, world };
  }

  #import(module: string, name: string, description: string): void {
    this.#imports.push(`(import "${module}" "${name.replace("$", "")}" ${description})`);
  }

  #hosts(): readonly HostImport[] {
    return HOST_IMPORTS.filter(({ feature }) => feature === undefined || this.#features.has(feature));
  }

  #hostTypes(): string[] {
    return this.#hosts().map((type) => `(type $h-${type.name} (func ${signatureText(type)}))`);
  }

  #hostImports(): NamedFunction[] {
    return this.#hosts().map(({ name, params, results }) => {
      this.#import("test", name, `(func $${name} (type $h-${name}))`);
      return { name: `$${name}`, type: { name: `$h-${name}`, params, results } };
    });
  }

  /** Imports what the module before has, under the same name. */
  #again<Item extends { readonly name: string }>(
    items: readonly Item[] | undefined,
    type: (item: Item) => string,
  ): Item[] {
    for (const item of items ?? []) this.#import("m0", item.name, type(item));
    return [...items ?? []];
  }

  /** A declaration that is exported under its name. */
  #declare(kind: string, name: string, rest: string): void {
    this.#declarations.push(`(${kind} ${name} (export "${name.slice(1)}") ${rest})`);
  }

  #memories(): NamedMemory[] {
    const random = this.#random;
    const limits = ({ address, shared }: NamedMemory) =>
      `${address === "i64" ? "i64 " : ""}1 3${shared ? " shared" : ""}`;
    const memories = this.#again(
      this.#before?.memories,
      (memory) => `(memory ${memory.name} ${limits(memory)})`,
    );
    const count = this.#features.has("multi-memory") ? random.below(3) : 1;
    for (let i = memories.length; i < count || i === 0; i++) {
      const memory: NamedMemory = {
        name: `$m${this.#id}m${i}`,
        address: this.#features.has("memory64") && random.below(3) === 0 ? "i64" : "i32",
        shared: this.#features.has("threads") && random.below(5) === 0,
      };
      memories.push(memory);
      this.#declare("memory", memory.name, limits(memory));
    }
    return memories;
  }

  #tables(functions: number): NamedTable[] {
    const random = this.#random;
    const wide = () => this.#features.has("memory64") && random.below(4) === 0 ? "i64" : "i32";
    const type = ({ address, element }: NamedTable, least: number, most: number) =>
      `${address === "i64" ? "i64 " : ""}${least} ${most} ${element}`;
    const tables = this.#again(
      this.#before?.tables,
      (table) => `(table ${table.name} ${type(table, 1, 200_000)})`,
    );
    if (tables.length === 0) {
      const table: NamedTable = { name: "$t0", address: wide(), element: "funcref" };
      tables.push(table);
      // Seldom one that is too large for lists of its elements' code.
      const least = random.below(12) === 0 ? 100_000 : functions + 4;
      this.#declare("table", "$t0", type(table, least, least + 20));
    }
    if (!this.#features.has("reference-types")) return tables;
    const elements = ["externref", "funcref"];
    if (this.#features.has("gc")) {
      elements.push("(ref null $s0)", "anyref", "(ref null $f0)", "(ref null $f1)");
    }
    for (let i = random.below(4); i > 0; i--) {
      const table: NamedTable = {
        name: `$t${this.#id}${i}`,
        address: wide(),
        element: random.pick(elements),
      };
      tables.push(table);
      this.#declare("table", table.name, type(table, 6, 40));
    }
    return tables;
  }

  #globals(): NamedGlobal[] {
    const random = this.#random;
    const text = ({ mutable, type }: NamedGlobal) => mutable ? `(mut ${type})` : type;
    const globals = this.#again(this.#before?.globals, (global) => `(global ${global.name} ${text(global)})`);
    const { exportable, values } = this.#types;
    this.#constants.push(...globals.filter(({ mutable }) => !mutable));
    if (this.#id === 0) {
      const name = "$imported";
      const type = random.pick(exportable.filter((type) => /^[if]\d|^externref/.test(type)));
      this.#import("test", name, `(global ${name} ${type})`);
      this.#declarations.push(`(export "imported" (global $imported))`);
      globals.push({ name, type, mutable: false });
      this.#constants.push({ name, type, mutable: false });
      this.#declare("global", FUEL, "(mut i32) (i32.const 0)");
    } else {
      this.#import("m0", FUEL, `(global ${FUEL} (mut i32))`);
    }
    const types = this.#id === 0 ? ["i32", "i64", "f32", "f64", ...values] : values;
    for (let i = 0; i < (this.#id === 0 ? 10 : 3); i++) {
      const type = i < 4 ? types[i] : random.pick(types);
      const global: NamedGlobal = { name: `$m${this.#id}g${i}`, type, mutable: random.below(4) > 0 };
      this.#declare("global", global.name, `${text(global)} ${this.#initial(type)}`);
      globals.push(global);
      if (!global.mutable && this.#features.has("gc")) this.#constants.push(global);
    }
    return globals;
  }

  /** A constant expression. */
  #initial(type: TypeText, depth = 2): string {
    const random = this.#random;
    const constants = this.#constants.filter((global) => global.type === type);
    if (constants.length > 0 && random.below(3) === 0) return `(global.get ${random.pick(constants).name})`;
    if (type === "v128") return "(v128.const i32x4 1 -2 0x3f800000 7)";
    if (!isReferenceText(type)) {
      if (depth === 0 || /^f/.test(type) || !this.#features.has("extended-const") || random.below(2) > 0) {
        return `(${type}.const ${random.pick([random.below(100), -1, 0x7fffffff])})`;
      }
      const operation = random.pick(["add", "sub", "mul"]);
      return `(${type}.${operation} ${this.#initial(type, depth - 1)} ${this.#initial(type, depth - 1)})`;
    }
    const heap = heapText(type);
    if (!isNullableText(type) || random.below(3) > 0) {
      const made = this.#newObject(heap, depth);
      if (made !== null) return made;
    }
    if (heap === "i31") return `(ref.i31 ${this.#initial("i32", depth)})`;
    if (heap === "extern" && this.#features.has("gc") && random.below(2) === 0) {
      return "(extern.convert_any (ref.i31 (i32.const 12)))";
    }
    return `(ref.null ${heap})`;
  }

  /** A constant expression of a new struct or array; null when `heap` is none of them. */
  #newObject(heap: string, depth: number): string | null {
    const random = this.#random;
    const struct = structOf(this.#types, heap);
    if (struct !== undefined) {
      if (depth === 0 || random.below(2) === 0) return `(struct.new_default ${heap})`;
      const values = struct.fields.map(({ storage }) => this.#initial(unpackedText(storage), depth - 1));
      return `(struct.new ${heap} ${values.join(" ")})`;
    }
    const array = this.#types.arrays.find(({ name }) => name === heap);
    if (array === undefined) return null;
    if (depth === 0 || random.below(3) === 0) return `(array.new_default ${heap} (i32.const 5))`;
    const value = () => this.#initial(unpackedText(array.storage), depth - 1);
    if (random.below(2) === 0) return `(array.new ${heap} ${value()} (i32.const 4))`;
    return `(array.new_fixed ${heap} 4 ${value()} ${value()} ${value()} ${value()})`;
  }

  #tags(): NamedTag[] {
    if (!this.#features.has("exceptions")) return [];
    const type = ({ name, params }: NamedTag) =>
      `(tag ${name} ${params.map((param) => `(param ${param})`).join(" ")})`;
    const tags = this.#again(this.#before?.tags, type);
    if (this.#id > 0) return tags;
    const imported: NamedTag = { name: "$tag", params: ["i32"] };
    this.#import("test", "tag", type(imported));
    this.#declarations.push(`(export "tag" (tag $tag))`);
    tags.push(imported);
    if ("JSTag" in WebAssembly) {
      const javascript: NamedTag = { name: "$jstag", params: ["externref"] };
      this.#import("test", "jstag", type(javascript));
      this.#declarations.push(`(export "jstag" (tag $jstag))`);
      tags.push(javascript);
    }
    const { values } = this.#types;
    const some = () => Array.from({ length: this.#random.below(4) }, () => this.#random.pick(values));
    for (const [i, params] of [["i64", "f64"], [], some()].entries()) {
      tags.push({ name: `$e${i}`, params });
      this.#declarations.push(
        `(tag $e${i} (export "e${i}") ${params.map((param) => `(param ${param})`).join(" ")})`,
      );
    }
    return tags;
  }

  /** All functions lie in the first table; passive segments have some for every table. */
  #segments(
    functions: readonly NamedFunction[],
    tables: readonly NamedTable[],
    own: readonly NamedFunction[],
  ): NamedElements[] {
    const names = (list: readonly NamedFunction[]) => list.map(({ name }) => name).join(" ");
    const active = this.#id === 0 ? functions : own;
    const offset = functions.length - active.length;
    this.#declarations.push(
      `(elem (table $t0) (${tables[0].address}.const ${offset}) func ${names(active)})`,
    );
    if (!this.#features.has("reference-types")) return [];
    this.#declarations.push(`(elem declare func ${names(functions)})`);
    const elements: NamedElements[] = [];
    const arrays = this.#types.arrays.map(({ storage }) => storage).filter(isReferenceText);
    for (const element of new Set([...tables.map((table) => table.element), ...arrays])) {
      const heap = heapText(element);
      const items = functions.filter(({ type }) => heap === "func" || type.name === heap)
        .map(({ name }) => `(item (ref.func ${name}))`);
      while (items.length < 3) items.push(`(item ${this.#initial(element)})`);
      const name = `$n${elements.length}`;
      elements.push({ name, element });
      this.#declarations.push(`(elem ${name} ${element} ${items.join(" ")})`);
    }
    return elements;
  }

  /** A start function. */
  #start({ name, type: { params, results } }: NamedFunction): string {
    const args = params.map((param) => this.#initial(param)).join(" ");
    return `(func $start (global.set ${FUEL} (i32.const ${FUEL_AT_START})) (call ${name} ${args}) ${
      "(drop)".repeat(results.length)
    }) (start $start)`;
  }

  /** The function for later modules, and one for JavaScript, which has not all types: it puts the fuel back and calls. */
  #exported({ name, type }: NamedFunction): string {
    const { exportable } = this.#types;
    const random = this.#random;
    // What is no number may be refused, and then nothing runs.
    const taken = type.params.map((param) =>
      /^[if]\d|^externref/.test(param) || exportable.includes(param) && random.below(8) === 0
    );
    const params = type.params.map((param, i) => taken[i] ? `(param $p${i} ${param})` : "");
    const args = type.params.map((param, i) => taken[i] ? `(local.get $p${i})` : this.#initial(param));
    const given = type.results.map((result) => exportable.includes(result));
    const results = type.results.map((result, i) => given[i] ? `(result ${result})` : "");
    const locals = type.results.map((result, i) =>
      `(local $r${i} ${result.replace("(ref $", "(ref null $")})`
    );
    const sets = type.results.map((_, i) => `(local.set $r${i})`).reverse();
    const gets = type.results.map((result, i) => {
      const get = `(local.get $r${i})`;
      return !given[i] ? "" : result.startsWith("(ref $") ? `(ref.as_non_null ${get})` : get;
    });
    return `(export "${name.slice(1)}" (func ${name}))
  (func (export "run-${name.slice(1)}") ${params.join(" ")} ${results.join(" ")} ${locals.join(" ")}
    (global.set ${FUEL} (i32.const ${FUEL_AT_START}))
    (call ${name} ${args.join(" ")}) ${sets.join(" ")} ${gets.join(" ")})`;
  }
}

/** The texts of a program's modules, in the order of their instantiation. */
export function randomProgram(seed: number, features: FeatureSet): string[] {
  const random = new Random(seed * 2654435761 | 1);
  for (let i = 0; i < 5; i++) random.next();
  const types = randomTypes(random, features);
  const first = new ModuleWriter(random, features, types, null).module();
  if (random.below(3) > 0) return [first.text];
  return [first.text, new ModuleWriter(random, features, types, first.world).module().text];
}
