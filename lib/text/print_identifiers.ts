/**
 * Which identifiers stand for the entries of index spaces: the names of the name section, made unique.
 *
 * @module
 */

import type { IndirectNameMap, ModuleNames, NameMap } from "../binary/encode_names.ts";
import type { Module } from "../syntax/module.ts";
import { identifier, nameLiteral } from "./print_string.ts";

/** The identifiers of an index space. */
export class Identifiers {
  readonly #identifiers = new Map<number, string>();
  readonly #bindings = new Map<number, string>();

  /**
   * Makes the identifiers of an index space.
   *
   * @param names names by index
   * @param size number of entries; names of others are left out
   */
  constructor(names: NameMap | undefined, size: number) {
    if (names === undefined || names.size === 0) return;
    const entries = [...names].filter(([index]) => index < size).sort(([a], [b]) => a - b);
    const all = new Set(names.values());
    const taken = new Set<string>();
    for (const [index, name] of entries) {
      let id = name;
      if (taken.has(name)) {
        id = `${name}.${index}`;
        while (taken.has(id) || all.has(id)) id += "'";
      }
      taken.add(id);
      this.#add(index, id, name);
    }
  }

  /** An identifier that is not the name itself leaves the name to an annotation; an empty name has none. */
  #add(index: number, id: string, name: string): void {
    const annotation = id === name && id !== "" ? "" : ` (@name ${nameLiteral(name)})`;
    if (id === "") {
      this.#bindings.set(index, annotation);
      return;
    }
    const text = identifier(id);
    this.#identifiers.set(index, text);
    this.#bindings.set(index, ` ${text}${annotation}`);
  }

  /** An entry as instructions and declarations refer to it: its identifier, or its index. */
  reference(index: number): string {
    return this.#identifiers.get(index) ?? String(index);
  }

  /**
   * What follows the keyword of an entry's definition, with a space in front; empty when the entry has no
   * name.
   */
  binding(index: number): string {
    return this.#bindings.get(index) ?? "";
  }

  /** Whether the entry has a name. */
  has(index: number): boolean {
    return this.#bindings.has(index);
  }
}

const NONE = new Identifiers(undefined, 0);

/** The identifiers of a module. */
export class ModuleIdentifiers {
  /** Of types. */
  readonly types: Identifiers;
  /** Of functions. */
  readonly functions: Identifiers;
  /** Of tables. */
  readonly tables: Identifiers;
  /** Of memories. */
  readonly memories: Identifiers;
  /** Of globals. */
  readonly globals: Identifiers;
  /** Of tags. */
  readonly tags: Identifiers;
  /** Of element segments. */
  readonly elements: Identifiers;
  /** Of data segments. */
  readonly data: Identifiers;
  /** What stands after the keyword `module`, with a space in front, or nothing. */
  readonly module: string;
  readonly #fieldNames: IndirectNameMap | undefined;
  readonly #localNames: IndirectNameMap | undefined;
  readonly #labelNames: IndirectNameMap | undefined;
  readonly #fields = new Map<number, Identifiers>();

  /** The identifiers that `names` makes for the entries of `module`. */
  constructor(names: ModuleNames, module: Module) {
    this.types = new Identifiers(names.types, module.types.length);
    this.functions = new Identifiers(names.functions, module.functions.length);
    this.tables = new Identifiers(names.tables, module.tables.length);
    this.memories = new Identifiers(names.memories, module.memories.length);
    this.globals = new Identifiers(names.globals, module.globals.length);
    this.tags = new Identifiers(names.tags, module.tags.length);
    this.elements = new Identifiers(names.elements, module.elements.length);
    this.data = new Identifiers(names.data, module.data.length);
    this.module = names.module == null ? "" : new Identifiers(new Map([[0, names.module]]), 1).binding(0);
    this.#fieldNames = names.fields;
    this.#localNames = names.locals;
    this.#labelNames = names.labels;
  }

  /** The `count` fields of a struct type. */
  fields(type: number, count: number): Identifiers {
    const names = this.#fieldNames?.get(type);
    if (names === undefined) return NONE;
    let fields = this.#fields.get(type);
    if (fields === undefined) this.#fields.set(type, fields = new Identifiers(names, count));
    return fields;
  }

  /** The parameters and locals of a function, `count` in all. */
  locals(func: number, count: number): Identifiers {
    const names = this.#localNames?.get(func);
    return names === undefined ? NONE : new Identifiers(names, count);
  }

  /** The names of a function's labels, which may repeat. */
  labels(func: number): NameMap | undefined {
    return this.#labelNames?.get(func);
  }
}
