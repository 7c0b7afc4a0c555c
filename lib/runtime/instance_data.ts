/**
 * Instance data: everything an instance owns or uses, in two parts of one shape. The plain part belongs to one
 * thread; the shared part, there when the module declares anything shared besides memories, is what threads have in common.
 *
 * @module
 */

import type { FunctionIndex } from "../syntax/types.ts";
import type { CompiledModule } from "./compiled_module.ts";
import type { CodeSource } from "./function_reference.ts";
import { FunctionReference } from "./function_reference.ts";
import type { Global, UntaggedStorage } from "./global.ts";
import type { ImportedFunction } from "./imported_function.ts";
import type { Memory, MemoryUser } from "./memory.ts";
import type { Table } from "./table.ts";
import type { Tag } from "./tag.ts";

/** One part of an instance. */
export class InstanceData implements CodeSource, MemoryUser {
  readonly module: CompiledModule;
  /** The shared part, reachable from the plain one; null in the shared part and where there is none. */
  sharedPart: InstanceData | null = null;
  memories: Memory[] = [];
  tables: Table[] = [];
  globals: Global[] = [];
  tags: Tag[] = [];
  untaggedGlobals: UntaggedStorage | null = null;
  taggedGlobals: unknown[] = [];
  importedFunctions: ImportedFunction[] = [];
  /** By function index; made on demand. */
  readonly functionReferences: (FunctionReference | undefined)[] = [];
  /** By segment: the references, or null while they have not been computed. */
  elementSegments: (unknown[] | null)[] = [];
  /** By segment: 1 once dropped (its length is 0 from then on). */
  droppedElements: Uint8Array = new Uint8Array(0);
  droppedData: Uint8Array = new Uint8Array(0);
  /** Replaces the memory views of each group of generated code. */
  readonly viewUpdaters: (() => void)[] = [];

  constructor(module: CompiledModule) {
    this.module = module;
  }

  /** The reference to function `index`, the same object every time. */
  functionReference(index: FunctionIndex): FunctionReference {
    return this.functionReferences[index] ??= this.#makeReference(index);
  }

  #makeReference(index: FunctionIndex): FunctionReference {
    if (index < this.importedFunctions.length) return this.importedFunctions[index].reference;
    const { type } = this.module.record.functions[index];
    return new FunctionReference(this.module.types[type], this, index);
  }

  prepare(reference: FunctionReference): void {
    this.module.engine.backend.compile(this, reference.index);
  }

  memoryGrown(_memory: Memory): void {
    for (const update of this.viewUpdaters) update();
  }
}
