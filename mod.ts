/**
 * Tandem: WebAssembly on any host that runs JavaScript. Decodes, validates, links and instantiates modules with V8's
 * observable behaviour, and compiles their functions to JavaScript.
 *
 * {@linkcode WebAssembly} is the standard namespace; `new Engine({ ... }).WebAssembly` is a separate world with its own
 * options. Run as a program, this module is the command line.
 *
 * @example
 * ```ts
 * import { WebAssembly, watToWasm } from "@tandem/wasm";
 *
 * const bytes = watToWasm(`(module
 *   (func (export "add") (param i32 i32) (result i32)
 *     (i32.add (local.get 0) (local.get 1))))`);
 * const { instance } = await WebAssembly.instantiate(bytes);
 * const add = instance.exports.add as CallableFunction;
 * console.log(add(2, 3)); // 5
 * ```
 *
 * @module
 */

import { compiledModule, Engine } from "./lib/js_api/engine.ts";
import type * as types from "./lib/js_api/types.ts";
import { explainImports as explain, type ImportExplanation } from "./lib/link/explain.ts";
import {
  attachMemory as memoryOver,
  type PostedMemory,
  shareMemory as describeMemory,
} from "./lib/threads/shared_memory.ts";

export { Engine, type EngineOptions } from "./lib/js_api/engine.ts";
export {
  declareHostFunction,
  type HostFunctionType,
  type HostParameterType,
  type HostResultType,
} from "./lib/js_api/host_function.ts";
export type * from "./lib/js_api/types.ts";
export { type BoundCall, boundCall, trackBoundFunctions } from "./lib/link/bound_functions.ts";
export {
  type CSignature,
  type CType,
  declareFastFunction,
  type FastFunctionDeclaration,
} from "./lib/link/fast_api.ts";
export type { FailedImport } from "./lib/link/errors.ts";
export type { ImportExplanation } from "./lib/link/explain.ts";
export type { AllocationRequest, Allocator, Buffer, GrownBuffer } from "./lib/memory/allocator.ts";
export { ArrayBufferAllocator } from "./lib/memory/array_buffer_allocator.ts";
export { DefaultAllocator } from "./lib/memory/default_allocator.ts";
export { HostMemoryAllocator } from "./lib/memory/host_memory_allocator.ts";
export { PoolingAllocator, type PoolOptions } from "./lib/memory/pooling_allocator.ts";
export type { InstantiationMetrics } from "./lib/runtime/engine_state.ts";
export { type ModuleProfileData, parseProfile, Profile, type ProfileData } from "./lib/runtime/profile.ts";
export type { TracedStep, TraceEvent, TraceSink } from "./lib/runtime/trace.ts";
export type { Callable, ImportCallKind } from "./lib/runtime/imported_function.ts";
export type { ExternKind } from "./lib/syntax/module.ts";
export { CompileError, LinkError, type NativeErrorConstructor, RuntimeError } from "./lib/syntax/errors.ts";
export type { Feature } from "./lib/syntax/opcodes.ts";
export { ALL_FEATURES, DEFAULT_FEATURES, type FeatureName, type FeatureSet } from "./lib/syntax/features.ts";
export { type TextPosition, WatError } from "./lib/text/error.ts";
export type { ParseOptions } from "./lib/text/module.ts";
export { watToWasm } from "./lib/text/wat.ts";
export type { PostedMemory } from "./lib/threads/shared_memory.ts";

const defaultEngine = new Engine();

/** The `WebAssembly` namespace of the default engine. */
export const WebAssembly: types.WebAssemblyNamespace = defaultEngine.WebAssembly;

/**
 * What to post of a shared memory to another thread, which makes it a memory of its own over the same bytes with
 * {@linkcode attachMemory}. (A `WebAssembly.Memory` of Tandem is an ordinary object and cannot be cloned itself.)
 *
 * @example
 * ```ts ignore
 * import { attachMemory, shareMemory, WebAssembly } from "@tandem/wasm";
 *
 * const memory = new WebAssembly.Memory({ initial: 1, maximum: 16, shared: true });
 * worker.postMessage(shareMemory(memory));
 * // In the worker:
 * onmessage = ({ data }) => {
 *   const memory = attachMemory(data);
 * };
 * ```
 *
 * @throws {TypeError} when `memory` is not a shared memory of `engine`.
 */
export function shareMemory(memory: types.Memory, engine: Engine = defaultEngine): PostedMemory {
  return describeMemory(engine, memory);
}

/**
 * A shared memory over bytes that other threads use, too: those that {@linkcode shareMemory} describes, or all of a
 * `SharedArrayBuffer`. When one thread grows it, the others see that at their next access behind the old end, `memory.size` or
 * look at `buffer`.
 *
 * @throws {TypeError} when `posted` is neither, or the engine's allocator cannot use it.
 * @throws {RangeError} when a buffer's length is no multiple of 65,536 bytes.
 */
export function attachMemory(
  posted: PostedMemory | SharedArrayBuffer,
  engine: Engine = defaultEngine,
): types.Memory {
  return memoryOver(engine, posted);
}

/**
 * How each import of `module` is called, what is against a faster way, and what it would take: for the imports object `imports`,
 * or, without one, for what is usually imported by such names (those of WASI, as host functions with declared types, of the builtins such
 * as `wasm:js-string`, and of Emscripten's `env`). Nothing is instantiated, and no imported function is called; getters run as in
 * instantiation.
 *
 * @example
 * ```ts
 * import { explainImports, WebAssembly, watToWasm } from "@tandem/wasm";
 *
 * const module = new WebAssembly.Module(watToWasm('(module (import "m" "f" (func (param i32))))'));
 * const [{ callKind, reasons }] = explainImports(module, { m: { f: () => {} } });
 * console.log(callKind, reasons); // "arity mismatch" [ "the function takes 0 arguments, the import passes 1" ]
 * ```
 *
 * @throws {TypeError} when `module` is not a module of `engine`.
 */
export function explainImports(
  module: types.Module,
  imports?: types.Imports,
  engine: Engine = defaultEngine,
): ImportExplanation[] {
  const compiled = compiledModule(engine, module);
  if (compiled === null) {
    throw new TypeError("explainImports(): Argument 0 must be a WebAssembly.Module of the engine");
  }
  return explain(compiled, imports);
}

/** The types of the {@linkcode WebAssembly} namespace, under the names they have in the host's. */
export declare namespace WebAssembly {
  /** A decoded and validated module. */
  export type Module = types.Module;
  /** An instance of a module. */
  export type Instance = types.Instance;
  /** A linear memory. */
  export type Memory = types.Memory;
  /** A table of references. */
  export type Table = types.Table;
  /** A global variable. */
  export type Global = types.Global;
  /** The identity of a kind of exception. */
  export type Tag = types.Tag;
  /** A WebAssembly exception. */
  export type Exception = types.Exception;
  /** What instantiating bytes gives. */
  export type WebAssemblyInstantiatedSource = types.WebAssemblyInstantiatedSource;
  /** Options of compilation. */
  export type CompileOptions = types.CompileOptions;
  /** What a new memory is to be. */
  export type MemoryDescriptor = types.MemoryDescriptor;
  /** What a new table is to be. */
  export type TableDescriptor = types.TableDescriptor;
  /** What a new global is to be. */
  export type GlobalDescriptor = types.GlobalDescriptor;
  /** What a new tag is to be. */
  export type TagType = types.TagType;
  /** Options of a new exception. */
  export type ExceptionOptions = types.ExceptionOptions;
  /** An export of a module. */
  export type ModuleExportDescriptor = types.ModuleExportDescriptor;
  /** An import of a module. */
  export type ModuleImportDescriptor = types.ModuleImportDescriptor;
  /** What imports and exports can be. */
  export type ImportExportKind = types.ImportExportKind;
  /** The type of addresses of a memory or table. */
  export type AddressType = types.AddressType;
  /** The names of reference types in descriptors. */
  export type TableKind = types.TableKind;
  /** The names of value types in descriptors. */
  export type ValueType = types.ValueType;
  /** What an instance exports. */
  export type ExportValue = types.ExportValue;
  /** An instance's exports by name. */
  export type Exports = types.Exports;
  /** What can be imported. */
  export type ImportValue = types.ImportValue;
  /** A module of an imports object: values by name. */
  export type ModuleImports = types.ModuleImports;
  /** An imports object: modules by name. */
  export type Imports = types.Imports;
}

// A template, because esbuild leaves those alone: the command line is no part of the library, and needs packages and the
// host's files.
if (import.meta.main && import.meta.url.endsWith("/mod.ts")) void import(`./lib/cli/${"start"}.ts`);
