/**
 * Instance data: everything an instance owns or uses, in two parts of one shape. The plain part belongs to one
 * thread; the shared part, there when the module declares anything shared besides memories, is what threads have in common.
 *
 * The plain part's index spaces are complete: they list what the shared part owns, too. The shared part's list shared
 * things alone, at the same indices. Storage, element segments and dropped bits lie with the part that owns the thing.
 *
 * @module
 */

import type { FunctionIndex } from "../syntax/types.ts";
import type { CompiledModule } from "./compiled_module.ts";
import type { EngineState } from "./engine_state.ts";
import type { CodeSource, WrappedCallable } from "./function_reference.ts";
import { FunctionReference } from "./function_reference.ts";
import type { Global, UntaggedStorage } from "./global.ts";
import type { ImportedFunction } from "./imported_function.ts";
import { type List, newList } from "./list.ts";
import type { Memory, MemoryUser } from "./memory.ts";
import type { Table } from "./table.ts";
import type { Tag } from "./tag.ts";

/** Computes the references of element segment `index`, when it is first used. */
export type ElementSegmentSource = (index: number) => unknown[];

const NO_ELEMENTS: readonly unknown[] = [];

/** One part of an instance. */
export class InstanceData implements CodeSource, MemoryUser {
  readonly module: CompiledModule;
  /** The shared part, reachable from the plain one; null in the shared part and where there is none. */
  sharedPart: InstanceData | null = null;
  memories: Memory[] = [];
  tables: Table[] = [];
  globals: Global[] = [];
  tags: Tag[] = [];
  /** Storage of this part's own numeric and vector globals; null without any. */
  untaggedGlobals: UntaggedStorage | null = null;
  /** Storage of this part's own reference globals. */
  taggedGlobals: unknown[] = [];
  /** By function index: how each function import is called. */
  importedFunctions: ImportedFunction[] = [];
  /** By function index; made on demand. */
  readonly functionReferences: List<FunctionReference | undefined> = newList(0);
  /** By segment: the references, or null while they have not been computed; see {@linkcode elementSegment}. */
  elementSegments: (unknown[] | null)[] = [];
  /** Set by the builder. */
  elementSegmentSource: ElementSegmentSource | null = null;
  /** By segment: 1 once dropped (its length is 0 from then on). */
  droppedElements: Uint8Array = new Uint8Array(0);
  /** The same for data segments. */
  droppedData: Uint8Array = new Uint8Array(0);
  /** By declared function: what its code has seen of call targets; null until it has run. */
  feedback: unknown[] = [];
  /** Replaces the memory views of each group of generated code. */
  readonly viewUpdaters: (() => void)[] = [];

  constructor(module: CompiledModule) {
    this.module = module;
  }

  /** The module's engine. */
  get engine(): EngineState {
    return this.module.engine;
  }

  /** The part that owns shared (or plain) things, seen from the plain part. */
  part(shared: boolean): InstanceData {
    return shared && this.sharedPart !== null ? this.sharedPart : this;
  }

  /** The reference to function `index`, the same object every time. */
  functionReference(index: FunctionIndex): FunctionReference {
    return this.functionReferences[index] ??= this.#makeReference(index);
  }

  #makeReference(index: FunctionIndex): FunctionReference {
    if (index < this.importedFunctions.length) return this.importedFunctions[index].reference;
    const type = this.module.types[this.module.record.functions[index].type];
    if (this.sharedPart !== null && type.definition.shared) return this.sharedPart.functionReference(index);
    return new FunctionReference(type, this, index);
  }

  /** What function `index` was imported as; undefined when the module defines it. */
  importedFunction(index: FunctionIndex): ImportedFunction | undefined {
    return index < this.importedFunctions.length ? this.importedFunctions[index] : undefined;
  }

  /** The references of element segment `index`, computed at the first use; none once it has been dropped. */
  elementSegment(index: number): readonly unknown[] {
    const owner = this.part(this.module.record.elements.at(index)!.shared);
    if (owner.droppedElements[index] !== 0) return NO_ELEMENTS;
    return owner.elementSegments[index] ??= this.elementSegmentSource!(index);
  }

  /** Has the engine's backend make the code of one of this instance's functions. */
  prepare(reference: FunctionReference): void {
    this.engine.backend.compile(this, reference.index);
  }

  /** Asks the engine's backend. */
  canSuspend(reference: FunctionReference): boolean {
    return this.engine.backend.canSuspend(this, reference.index);
  }

  /** Has the engine's backend make the code that promising exports run. */
  prepareSuspendable(reference: FunctionReference): void {
    this.engine.backend.compileSuspendable(this, reference.index);
  }

  /** What an imported JavaScript function is called as; null for wasm functions and builtins. */
  wrappedCallable(reference: FunctionReference): WrappedCallable | null {
    const imported = this.importedFunction(reference.index);
    if (imported === undefined || imported.kind === "compile-time builtin" || imported.callable === null) {
      return null;
    }
    return { callable: imported.callable, suspending: imported.suspending };
  }

  /** Has all generated code of the instance take the new views. */
  memoryGrown(_memory: Memory): void {
    for (let i = 0; i < this.viewUpdaters.length; i++) this.viewUpdaters[i]();
  }
}
