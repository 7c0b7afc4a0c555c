/**
 * What a group of generated functions is linked to: an instance, seen through the few questions that generated text asks.
 *
 * @module
 */

import type { CanonicalType } from "../syntax/canonical_types.ts";
import type { FunctionIndex, TypeIndex } from "../syntax/types.ts";
import { DataViewSite } from "../link/data_view_access.ts";
import { type ArrayClass, arrayClass } from "../runtime/array_class.ts";
import { atomicOperations } from "../runtime/atomics.ts";
import type { Code, FunctionReference, TailCode, TailEntry } from "../runtime/function_reference.ts";
import type { Global } from "../runtime/global.ts";
import type { Counters } from "./profiling.ts";
import type { ImportedFunction } from "../runtime/imported_function.ts";
import { type HeapClass, typeMark } from "../runtime/heap_objects.ts";
import type { AtomicOperations } from "../runtime/host_atomics.ts";
import type { InstanceData } from "../runtime/instance_data.ts";
import type { Memory } from "../runtime/memory.ts";
import { type Struct, structClass } from "../runtime/struct_class.ts";
import type { Table } from "../runtime/table.ts";
import type { Tag } from "../runtime/tag.ts";
import { argumentConverter, resultConverter } from "./import_wrapper.ts";
import { Slot } from "./slot.ts";

/** An instance as generated text sees it, under the name `I`. */
export class InstanceLink {
  readonly instance: InstanceData;
  /** Of the functions that are in open loops, by index. */
  readonly tails: Map<FunctionIndex, TailEntry> = new Map();
  /** Forms of functions that return with exceptions, by index. */
  readonly returning: Map<FunctionIndex, Code> = new Map();
  /** What the code counts calls with; null when it does not. */
  readonly profile: Counters | null;

  constructor(instance: InstanceData, profile: Counters | null = null) {
    this.instance = instance;
    this.profile = profile;
  }

  /** A memory. */
  memory(index: number): Memory {
    return this.instance.memories[index];
  }

  /** The atomic operations on a shared memory. */
  atomics(index: number): AtomicOperations {
    return atomicOperations(this.memory(index));
  }

  /** A table. */
  table(index: number): Table {
    return this.instance.tables[index];
  }

  /** A global. */
  global(index: number): Global {
    return this.instance.globals[index];
  }

  /** What the packages of a tag's exceptions have as their tag; null for `WebAssembly.JSTag`. */
  tag(index: number): Tag | null {
    const tag = this.instance.tags[index];
    return tag.ofJavaScript ? null : tag;
  }

  /** A string literal. */
  string(index: number): string {
    return this.instance.module.record.strings[index];
  }

  /** A canonical type. */
  type(index: number): CanonicalType {
    return this.instance.module.types[index];
  }

  /** The mark of the structs or arrays of a type. */
  mark(index: TypeIndex): symbol {
    return typeMark(this.type(index));
  }

  /** The constructor of a struct type. */
  structClass(index: TypeIndex): HeapClass<Struct> {
    return structClass(this.type(index));
  }

  /** How arrays of a type are made. */
  arrayClass(index: TypeIndex): ArrayClass {
    return arrayClass(this.type(index));
  }

  /** The code of a function, made now if need be. */
  code(index: FunctionIndex): Code {
    return this.instance.functionReference(index).prepared();
  }

  /** Where a group keeps the code of a function of another group, or of unknown nature. */
  slot(): Slot {
    return new Slot();
  }

  /** An imported function. */
  imported(index: FunctionIndex): ImportedFunction {
    return this.instance.importedFunctions[index];
  }

  /** Converts an argument of an imported function to what JavaScript gets. */
  argument(index: FunctionIndex, position: number): (value: unknown) => unknown {
    return argumentConverter(this.#type(index), position);
  }

  /** Converts what JavaScript gives to a result of an imported function. */
  result(index: FunctionIndex, position: number): (value: unknown) => unknown {
    return resultConverter(this.#type(index), position);
  }

  /** A new site of an accessor of `DataView`. */
  dataViewSite(): DataViewSite {
    return new DataViewSite();
  }

  #type(index: FunctionIndex): CanonicalType {
    const { module } = this.instance;
    return module.types[module.record.functions[index].type];
  }

  /** A reference to a function that has its code, made now if need be. */
  prepared(index: FunctionIndex): FunctionReference {
    const reference = this.instance.functionReference(index);
    reference.prepared();
    return reference;
  }

  /** Says how tail calls go on with a function of the instance. */
  tail(index: FunctionIndex, code: TailCode, loop: object, state: number): void {
    this.tails.set(index, { code, loop, state });
  }

  /** `ref.func`. */
  reference(index: FunctionIndex): FunctionReference {
    return this.instance.functionReference(index);
  }

  /** Calls `update` whenever a memory's views are replaced. */
  onGrowth(update: () => void): void {
    this.instance.viewUpdaters.push(update);
  }
}
