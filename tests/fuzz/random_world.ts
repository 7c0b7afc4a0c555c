/**
 * What random programs are made around: types, and the functions, memories, tables, globals, tags and segments that code
 * of a module sees. A second module can see those of a first one.
 *
 * @module
 */

import type { FeatureName, FeatureSet } from "../../lib/syntax/features.ts";
import type { Random } from "./mutate.ts";

/** A value type, as the text format has it. */
export type TypeText = string;

/** A field of a struct, or the elements of an array. */
export interface Field {
  /** A value type, or `i8` or `i16`. */
  readonly storage: TypeText;
  readonly mutable: boolean;
}

/** A struct type; its subtypes begin with its fields. */
export interface StructDeclaration {
  readonly name: string;
  readonly supertype: string | null;
  readonly fields: readonly Field[];
}

/** An array type. */
export interface ArrayDeclaration extends Field {
  readonly name: string;
}

/** A function type, declared under its name. */
export interface FunctionDeclaration {
  readonly name: string;
  readonly params: readonly TypeText[];
  readonly results: readonly TypeText[];
}

/** Types that both modules of a program declare. */
export interface Types {
  readonly structs: readonly StructDeclaration[];
  readonly arrays: readonly ArrayDeclaration[];
  readonly functions: readonly FunctionDeclaration[];
  /** Types of values; those that come often more than once. */
  readonly values: readonly TypeText[];
  /** Those that JavaScript can have. */
  readonly exportable: readonly TypeText[];
  /** Whether exceptions are caught by the legacy instructions; V8 refuses modules with both kinds. */
  readonly legacyExceptions: boolean;
}

/** A function that code may call. */
export interface NamedFunction {
  readonly name: string;
  readonly type: FunctionDeclaration;
}

/** A global. */
export interface NamedGlobal {
  readonly name: string;
  readonly type: TypeText;
  readonly mutable: boolean;
}

/** A memory or a table. */
export interface Sized {
  readonly name: string;
  readonly address: "i32" | "i64";
}

/** A memory. */
export interface NamedMemory extends Sized {
  readonly shared: boolean;
}

/** A table. */
export interface NamedTable extends Sized {
  readonly element: TypeText;
}

/** A tag. */
export interface NamedTag {
  readonly name: string;
  readonly params: readonly TypeText[];
}

/** An element segment. */
export interface NamedElements {
  readonly name: string;
  readonly element: TypeText;
}

/** All that code of a module sees. */
export interface World {
  readonly types: Types;
  readonly features: FeatureSet;
  readonly functions: readonly NamedFunction[];
  readonly globals: readonly NamedGlobal[];
  readonly memories: readonly NamedMemory[];
  readonly tables: readonly NamedTable[];
  readonly tags: readonly NamedTag[];
  /** Names of passive data segments. */
  readonly data: readonly string[];
  readonly elements: readonly NamedElements[];
}

/** The unpacked type. */
export function unpackedText(storage: TypeText): TypeText {
  return storage === "i8" || storage === "i16" ? "i32" : storage;
}

/** Whether it is a type of references. */
export function isReferenceText(type: TypeText): boolean {
  return type.startsWith("(") || type.endsWith("ref");
}

/** The heap type of a reference type. */
export function heapText(type: TypeText): string {
  return type.startsWith("(") ? type.replace(/^\(ref (null )?|\)$/g, "") : type.slice(0, -"ref".length);
}

/** Whether null is one of its values. */
export function isNullableText(type: TypeText): boolean {
  return !type.startsWith("(ref $");
}

const NUMBERS: readonly TypeText[] = ["i32", "i64", "f32", "f64"];

/** The struct type that lists `name` as its own, with those above it. */
export function structOf(types: Types, name: string): StructDeclaration | undefined {
  return types.structs.find((struct) => struct.name === name);
}

/** Whether a struct type is `name` or lies below it. */
export function isBelow(types: Types, struct: StructDeclaration, name: string): boolean {
  for (let at: StructDeclaration | undefined = struct; at; at = structOf(types, at.supertype ?? "")) {
    if (at.name === name) return true;
  }
  return false;
}

/** Random types; GC types only where there are any. */
export function randomTypes(random: Random, features: FeatureSet): Types {
  const has = (feature: FeatureName) => features.has(feature);
  const exportable = [...NUMBERS];
  const structs: StructDeclaration[] = [];
  const arrays: ArrayDeclaration[] = [];
  const numbers = [...NUMBERS, ...has("simd") ? ["v128"] : []];
  if (has("reference-types")) exportable.push("funcref", "externref");
  if (has("gc")) {
    exportable.push("anyref", "eqref", "i31ref");
    const storages = [
      ...numbers,
      "i8",
      "i16",
      "i32",
      "i64",
      "anyref",
      "(ref null $s0)",
      "(ref null $a1)",
      "i31ref",
    ];
    const fields = (count: number): Field[] =>
      Array.from({ length: count }, () => ({ storage: random.pick(storages), mutable: random.below(5) > 0 }));
    for (let i = 0; i < 4; i++) {
      const above = i > 0 && random.below(3) > 0 ? structs[random.below(i)] : null;
      structs.push({
        name: `$s${i}`,
        supertype: above?.name ?? null,
        fields: [...above?.fields ?? [], ...fields(above ? random.below(3) : 1 + random.below(4))],
      });
      exportable.push(`(ref null $s${i})`);
    }
    const elements = ["i8", random.pick(["i32", "i64"]), random.pick(storages), "(ref null $s1)"];
    for (const [i, storage] of elements.entries()) {
      arrays.push({ name: `$a${i}`, storage, mutable: i < 2 || random.below(4) > 0 });
      exportable.push(`(ref null $a${i})`);
    }
    exportable.push("structref", "arrayref", "(ref $s0)", "(ref $a0)");
  }
  const legacyExceptions = has("legacy-exceptions") && random.below(4) === 0;
  const inner = has("simd") ? ["v128", "v128"] : [];
  if (has("exceptions") && !legacyExceptions) inner.push("exnref");
  const values = [...exportable, ...inner, "i32", "i64"];
  const often = random.pick([
    ["i32"],
    ["i64"],
    ["i32", "i64"],
    ["f32", "f64"],
    numbers,
    numbers.slice(2),
    exportable,
  ]);
  for (let i = 0; i < 12; i++) values.push(random.pick(often));
  const some = (from: readonly TypeText[], most: number): TypeText[] =>
    Array.from({ length: random.below(most + 1) }, () => random.pick(from));
  const functions = Array.from({ length: 8 }, (_, i): FunctionDeclaration => {
    const from = i < 5 ? exportable : values;
    const params = some(from, random.below(5) === 0 ? 9 : 3);
    return { name: `$f${i}`, params, results: some(from, has("bulk-memory") ? 3 : 1) };
  });
  if (has("typed-function-references")) values.push("(ref null $f0)", "(ref null $f1)", "(ref null $f5)");
  return { structs, arrays, functions, values, exportable, legacyExceptions };
}

/** The declarations of types. */
export function typesText({ structs, arrays, functions }: Types): string {
  const field = ({ storage, mutable }: Field) => mutable ? `(mut ${storage})` : storage;
  const aggregates = [
    ...structs.map(({ name, supertype, fields }) =>
      `(type ${name} (sub ${supertype ?? ""} (struct ${fields.map((f) => `(field ${field(f)})`).join(" ")})))`
    ),
    ...arrays.map((array) => `(type ${array.name} (array ${field(array)}))`),
  ];
  const rec = aggregates.length > 0 ? `(rec ${aggregates.join("\n  ")})` : "";
  return [rec, ...functions.map((type) => `(type ${type.name} (func ${signatureText(type)}))`)].join("\n");
}

/** Parameters and results. */
export function signatureText({ params, results }: Omit<FunctionDeclaration, "name">): string {
  return [...params.map((type) => `(param ${type})`), ...results.map((type) => `(result ${type})`)].join(" ");
}
