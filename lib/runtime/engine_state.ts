/**
 * What the instances of an engine share.
 *
 * @module
 */

import type { TypeRegistry } from "../syntax/canonical_types.ts";
import type { Allocator } from "../memory/allocator.ts";
import type { FunctionIndex } from "../syntax/types.ts";
import type { ExceptionPackage } from "./exception_package.ts";
import type { FunctionReference } from "./function_reference.ts";
import type { Global } from "./global.ts";
import type { Callable, ImportCallKind } from "./imported_function.ts";
import type { InstanceData } from "./instance_data.ts";
import type { Memory } from "./memory.ts";
import type { Table } from "./table.ts";
import type { Tag } from "./tag.ts";
import type { TraceSink } from "./trace.ts";

/**
 * How functions are run: the seam between what a function means and what executes it. `lib/codegen/` implements it
 * with generated JavaScript.
 */
export interface Backend {
  /** Why the host lets it make no code; null when it does. */
  readonly refusal: string | null;
  /** Whether the wrapper of an exported function may contain its code. Absent where all calls have to go to what is installed. */
  readonly inlinesIntoWrappers?: boolean;
  /**
   * Makes code for function `index` of `instance`, and for as many others as pays, and installs it in their function
   * references. For an imported JavaScript function the code is its import wrapper.
   */
  compile(instance: InstanceData, index: FunctionIndex): void;
  /** Told of each new instance, before its start function runs: what is known to be called may be compiled now. */
  instantiated?(instance: InstanceData): void;
  /** Whether function `index` of `instance` may come to a suspending import without leaving WebAssembly. */
  canSuspend(instance: InstanceData, index: FunctionIndex): boolean;
  /** The same as `compile` for `suspendableCode`, which promising exports run. */
  compileSuspendable(instance: InstanceData, index: FunctionIndex): void;
}

/**
 * How runtime objects appear to JavaScript; `lib/js_api/` implements it. Towards JavaScript: the one object of each thing,
 * made when somebody first looks and kept in its `external`. From JavaScript: the thing behind an object, or null when
 * the value is none of this engine's objects of that class. Nothing here runs code of the user or looks at a property.
 */
export interface Externals {
  /** Makes the exported function of `reference`, whose `external` is null, and binds it (`bindExternal`). */
  functionObject(reference: FunctionReference): object;
  /** Makes and binds the exported functions that the exports of `instance` need, or some of them, faster than one by one. */
  functionObjects(instance: InstanceData): void;
  /** The `WebAssembly.Memory` of `memory`. */
  memoryObject(memory: Memory): object;
  /** The `WebAssembly.Table` of `table`. */
  tableObject(table: Table): object;
  /** The `WebAssembly.Global` of `global`. */
  globalObject(global: Global): object;
  /** The `WebAssembly.Tag` of `tag`. */
  tagObject(tag: Tag): object;
  /** Makes the `WebAssembly.Exception` of `exception`, whose `external` is null, and binds it (`bindException`). */
  exceptionObject(exception: ExceptionPackage): object;
  /** The memory behind a `WebAssembly.Memory`. */
  memoryOf(value: unknown): Memory | null;
  /** The table behind a `WebAssembly.Table`. */
  tableOf(value: unknown): Table | null;
  /** The global behind a `WebAssembly.Global`. */
  globalOf(value: unknown): Global | null;
  /** The tag behind a `WebAssembly.Tag`. */
  tagOf(value: unknown): Tag | null;
  /** The function inside a `WebAssembly.Suspending`. */
  suspendedCallable(value: unknown): Callable | null;
  /**
   * The compile-time builtin that `module` (such as `wasm:js-string`) has under `name`, when the sets that were asked for at
   * compile time (`js-string`, ...) include it; null otherwise.
   */
  builtin(module: string, name: string, sets: readonly string[]): Callable | null;
}

/** What is measured of each instantiation (INSTANTIATION.md section 9). */
export interface InstantiationMetrics {
  /** Whether the instance came to be; its start function may still fail. */
  readonly success: boolean;
  /** Wall time up to the start function, in microseconds. */
  readonly microseconds: number;
  /** Number of function imports. */
  readonly importedFunctions: number;
  /** How many function imports were resolved to each kind; kinds without one are left out. */
  readonly importKinds: ReadonlyMap<ImportCallKind, number>;
}

/** The state of an engine. */
export interface EngineState {
  /** Canonical types, which are the runtime types, too. */
  readonly types: TypeRegistry;
  /** Where the bytes of memories come from. */
  readonly allocator: Allocator;
  /** What makes code. */
  readonly backend: Backend;
  /** How runtime objects appear to JavaScript. */
  readonly externals: Externals;
  /** Told of each instantiation before its start function runs, and of failed ones. */
  readonly instantiated?: (metrics: InstantiationMetrics) => void;
  /** Takes trace events; absent when nobody traces. */
  readonly trace?: TraceSink;
}
