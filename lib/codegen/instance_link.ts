/**
 * What a group of generated functions is linked to: an instance, seen through the few questions that generated text asks.
 *
 * @module
 */

import type { CanonicalType } from "../syntax/canonical_types.ts";
import type { FunctionIndex, TypeIndex } from "../syntax/types.ts";
import { type ArrayClass, arrayClass } from "../runtime/array_class.ts";
import type { Code, FunctionReference } from "../runtime/function_reference.ts";
import type { Global } from "../runtime/global.ts";
import type { HeapClass } from "../runtime/heap_objects.ts";
import type { InstanceData } from "../runtime/instance_data.ts";
import type { Memory } from "../runtime/memory.ts";
import { type Struct, structClass } from "../runtime/struct_class.ts";
import type { Table } from "../runtime/table.ts";
import type { Tag } from "../runtime/tag.ts";

/** An instance as generated text sees it, under the name `I`. */
export class InstanceLink {
  readonly instance: InstanceData;

  constructor(instance: InstanceData) {
    this.instance = instance;
  }

  /** A memory. */
  memory(index: number): Memory {
    return this.instance.memories[index];
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

  /** A canonical type. */
  type(index: number): CanonicalType {
    return this.instance.module.types[index];
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

  /** `ref.func`. */
  reference(index: FunctionIndex): FunctionReference {
    return this.instance.functionReference(index);
  }

  /** Calls `update` whenever a memory's views are replaced. */
  onGrowth(update: () => void): void {
    this.instance.viewUpdaters.push(update);
  }
}
