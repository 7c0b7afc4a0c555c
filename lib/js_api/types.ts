/**
 * The types of the `WebAssembly` namespace, as TypeScript sees it: those of `lib.dom` where it has them, and what the
 * JavaScript interface of WebAssembly 3.0 adds.
 *
 * @module
 */

import type { NativeErrorConstructor } from "../syntax/errors.ts";

/** Bytes: a buffer or a view of one, shared or not. */
export type BytesSource = ArrayBuffer | SharedArrayBuffer | ArrayBufferView<ArrayBufferLike>;
/** What imports and exports can be; tags are "tag", which typings leave out as `lib.dom` does. */
export type ImportExportKind = "function" | "global" | "memory" | "table";
/** The type of addresses of a memory or table. */
export type AddressType = "i32" | "i64";
/** The names of reference types in descriptors. */
export type TableKind =
  | "anyfunc"
  | "funcref"
  | "externref"
  | "anyref"
  | "eqref"
  | "i31ref"
  | "structref"
  | "arrayref"
  | "stringref";
/** The names of value types in descriptors. */
export type ValueType = "i32" | "i64" | "f32" | "f64" | "v128" | "exnref" | TableKind;

/** Options of compilation. */
export interface CompileOptions {
  /** Sets of builtins that imports may come from, such as `js-string`. */
  builtins?: Iterable<string>;
  /** The module name whose imported globals are strings named as themselves. */
  importedStringConstants?: string | null;
}

/** The type of a function, as an object. */
export interface FunctionTypeDescriptor {
  /** The types of the parameters. */
  parameters: ValueType[];
  /** The types of the results. */
  results: ValueType[];
}

/** The type of a memory, as an object. */
export interface MemoryTypeDescriptor {
  /** Pages: of a memory those that it has now, of an import those that it needs. Bigints for a 64-bit memory. */
  minimum: number | bigint;
  /** Pages it may grow to; absent without a limit. */
  maximum?: number | bigint;
  /** Whether its bytes are in a `SharedArrayBuffer`. */
  shared: boolean;
  /** The type of addresses. */
  address: AddressType;
}

/** The type of a table, as an object. */
export interface TableTypeDescriptor {
  /** The type of the elements. */
  element: TableKind;
  /** Elements: of a table those that it has now, of an import those that it needs. Bigints for a 64-bit table. */
  minimum: number | bigint;
  /** Elements it may grow to; absent without a limit. */
  maximum?: number | bigint;
  /** The type of indices. */
  address: AddressType;
}

/** The type of a global, as an object. */
export interface GlobalTypeDescriptor {
  /** Whether it can be assigned to. */
  mutable: boolean;
  /** The type of its value. */
  value: ValueType;
}

/** The type of a tag, as an object. */
export interface TagTypeDescriptor {
  /** The types of the values that an exception with the tag carries. */
  parameters: ValueType[];
}

/** The type of an import or export, as an object. */
export type ExternTypeDescriptor =
  | FunctionTypeDescriptor
  | MemoryTypeDescriptor
  | TableTypeDescriptor
  | GlobalTypeDescriptor
  | TagTypeDescriptor;

/** An export of a module. */
export interface ModuleExportDescriptor {
  /** What is exported. */
  kind: ImportExportKind;
  /** The name it is exported under. */
  name: string;
  /** Its type. */
  type?: ExternTypeDescriptor;
}

/** An import of a module. */
export interface ModuleImportDescriptor {
  /** What is imported. */
  kind: ImportExportKind;
  /** The first of the import's two names. */
  module: string;
  /** The second of the import's two names. */
  name: string;
  /** The type it has to have. */
  type?: ExternTypeDescriptor;
}

/** What a new memory is to be. */
export interface MemoryDescriptor {
  /** `"i32"` when absent. */
  address?: AddressType;
  /** Pages of 65,536 bytes; a bigint for 64-bit memories. */
  initial: number | bigint;
  /** Pages it may grow to. */
  maximum?: number | bigint;
  /** Whether its bytes are in a `SharedArrayBuffer`. */
  shared?: boolean;
}

/** What a new table is to be. */
export interface TableDescriptor {
  /** `"i32"` when absent. */
  address?: AddressType;
  /** The type of the elements. */
  element: TableKind;
  /** Elements; a bigint for 64-bit tables. */
  initial: number | bigint;
  /** Elements it may grow to. */
  maximum?: number | bigint;
}

/** What a new global is to be. */
export interface GlobalDescriptor {
  /** False when absent. */
  mutable?: boolean;
  /** The type of its value. */
  value: ValueType;
}

/** What a new tag is to be. */
export interface TagType {
  /** The types of the values that an exception with the tag carries. */
  parameters: Iterable<ValueType>;
}

/** Options of a new exception. */
export interface ExceptionOptions {
  /** Whether the exception gets a `stack`. */
  traceStack?: boolean;
}

/** A decoded and validated module. */
export interface Module {
  /** Brands the interface. */
  readonly [Symbol.toStringTag]: string;
}

/** An instance of a module. */
export interface Instance {
  /** The exports: a frozen object without prototype. */
  readonly exports: Exports;
  /** Brands the interface. */
  readonly [Symbol.toStringTag]: string;
}

/** A linear memory. */
export interface Memory {
  /** The current buffer; replaced by growth. */
  readonly buffer: ArrayBuffer | SharedArrayBuffer;
  /** Grows by `delta` pages and returns the pages before; bigints for a 64-bit memory. Throws RangeError. */
  grow(delta: number): number;
  /** The same for a 64-bit memory. */
  grow(delta: bigint): bigint;
  /** Makes {@linkcode Memory.buffer} a buffer of fixed length and returns it. */
  toFixedLengthBuffer(): ArrayBuffer | SharedArrayBuffer;
  /** Makes {@linkcode Memory.buffer} a resizable buffer and returns it. Throws TypeError without a maximum. */
  toResizableBuffer(): ArrayBuffer | SharedArrayBuffer;
  /** Its type, as an object. */
  type(): MemoryTypeDescriptor;
  /** Brands the interface. */
  readonly [Symbol.toStringTag]: string;
}

/** A table of references. The indices of a 64-bit table are bigints, its `length` too. */
export interface Table {
  /** Number of elements. */
  readonly length: number;
  /** The element at `index`. Throws RangeError out of bounds. */
  // deno-lint-ignore no-explicit-any
  get(index: number | bigint): any;
  /** Adds `delta` elements and returns the length before. Throws RangeError. */
  // deno-lint-ignore no-explicit-any
  grow(delta: number | bigint, value?: any): number;
  /** Stores `value` at `index`. Throws RangeError out of bounds. */
  // deno-lint-ignore no-explicit-any
  set(index: number | bigint, value?: any): void;
  /** Its type, as an object. */
  type(): TableTypeDescriptor;
  /** Brands the interface. */
  readonly [Symbol.toStringTag]: string;
}

/** A global variable. */
export interface Global {
  /** The value; assigning to an immutable one throws TypeError. */
  // deno-lint-ignore no-explicit-any
  value: any;
  /** The value. */
  // deno-lint-ignore no-explicit-any
  valueOf(): any;
  /** Its type, as an object. */
  type(): GlobalTypeDescriptor;
  /** Brands the interface. */
  readonly [Symbol.toStringTag]: string;
}

/** The identity of a kind of exception. */
export interface Tag {
  /** Its type, as an object. */
  type(): TagTypeDescriptor;
  /** Brands the interface. */
  readonly [Symbol.toStringTag]: string;
}

/** A WebAssembly exception. */
export interface Exception {
  /** The stack trace, when asked for. */
  readonly stack: string | undefined;
  /** Argument `index` of an exception with this tag. */
  // deno-lint-ignore no-explicit-any
  getArg(exceptionTag: Tag, index: number): any;
  /** Whether the exception has this tag. */
  is(exceptionTag: Tag): boolean;
  /** Brands the interface. */
  readonly [Symbol.toStringTag]: string;
}

/** What an instance exports. */
// deno-lint-ignore ban-types
export type ExportValue = Function | Global | Memory | Table;
/** An instance's exports by name. */
export type Exports = Record<string, ExportValue>;
/** What can be imported. */
// deno-lint-ignore no-explicit-any
export type ImportValue = any;
/** A module of an imports object: values by name. */
export type ModuleImports = Record<string, ImportValue>;
/** An imports object: modules by name. */
export type Imports = Record<string, ModuleImports>;

/** What instantiating bytes gives. */
export interface WebAssemblyInstantiatedSource {
  /** The instance. */
  instance: Instance;
  /** The module, for more instances. */
  module: Module;
}

/** `WebAssembly.Module`. */
export interface ModuleConstructor {
  /** Compiles a module. Throws CompileError. */
  new (bytes: BytesSource, options?: CompileOptions): Module;
  /** The prototype of modules. */
  readonly prototype: Module;
  /** Copies of the contents of the custom sections called `sectionName`. */
  customSections(moduleObject: Module, sectionName: string): ArrayBuffer[];
  /** The module's exports, in order. */
  exports(moduleObject: Module): ModuleExportDescriptor[];
  /** The module's imports, in order. */
  imports(moduleObject: Module): ModuleImportDescriptor[];
}

/** `WebAssembly.Instance`. */
export interface InstanceConstructor {
  /** Instantiates a module. Throws LinkError, TypeError, RuntimeError, and what the start function throws. */
  new (module: Module, importObject?: Imports): Instance;
  /** The prototype of instances. */
  readonly prototype: Instance;
}

/** `WebAssembly.Memory`. */
export interface MemoryConstructor {
  /** Allocates a memory. Throws TypeError, RangeError. */
  new (descriptor: MemoryDescriptor): Memory;
  /** The prototype of memories. */
  readonly prototype: Memory;
}

/** `WebAssembly.Table`. */
export interface TableConstructor {
  /** Makes a table filled with `value`. Throws TypeError, RangeError. */
  // deno-lint-ignore no-explicit-any
  new (descriptor: TableDescriptor, value?: any): Table;
  /** The prototype of tables. */
  readonly prototype: Table;
}

/** `WebAssembly.Global`. */
export interface GlobalConstructor {
  /** Makes a global. Throws TypeError. */
  // deno-lint-ignore no-explicit-any
  new (descriptor: GlobalDescriptor, v?: any): Global;
  /** The prototype of globals. */
  readonly prototype: Global;
}

/** `WebAssembly.Tag`. */
export interface TagConstructor {
  /** Makes a tag. Throws TypeError. */
  new (type: TagType): Tag;
  /** The prototype of tags. */
  readonly prototype: Tag;
}

/** `WebAssembly.Exception`. */
export interface ExceptionConstructor {
  /** Makes an exception. Throws TypeError. */
  // deno-lint-ignore no-explicit-any
  new (exceptionTag: Tag, payload: Iterable<any>, options?: ExceptionOptions): Exception;
  /** The prototype of exceptions. */
  readonly prototype: Exception;
}

/** An exported function, or a JavaScript function with a type. */
export interface WasmFunction extends Function {
  // deno-lint-ignore no-explicit-any
  (...args: any[]): any;
  /** Its type, as an object. */
  type(): FunctionTypeDescriptor;
}

/** `WebAssembly.Function`. */
export interface FunctionConstructor {
  /**
   * Makes a function of a type: as an import, and in tables, it has this type; called, it converts arguments and results. An
   * exported function of the same type is returned as it is. Throws TypeError.
   */
  new (
    type: { parameters: Iterable<ValueType>; results: Iterable<ValueType> },
    // deno-lint-ignore no-explicit-any
    jsFunction: ((...args: any[]) => unknown) | Suspending,
  ): WasmFunction;
  /** The prototype of exported functions. */
  readonly prototype: WasmFunction;
}

/** `WebAssembly.Suspending`: as an import, a function whose caller is suspended until the promise it returns is settled. */
// deno-lint-ignore no-empty-interface
export interface Suspending {}

/** `WebAssembly.Suspending`. */
export interface SuspendingConstructor {
  /** Wraps a function to be imported. Throws TypeError when it is none, or a WebAssembly function. */
  // deno-lint-ignore no-explicit-any
  new (jsFunction: (...args: any[]) => unknown): Suspending;
  /** The prototype of wrapped functions. */
  readonly prototype: Suspending;
}

/** The `WebAssembly` namespace object. */
export interface WebAssemblyNamespace {
  /** Whether `bytes` are a valid module. */
  validate(bytes: BytesSource, options?: CompileOptions): boolean;
  /** Compiles a module, giving way to other tasks meanwhile. Rejects with CompileError. */
  compile(bytes: BytesSource, options?: CompileOptions): Promise<Module>;
  /** Compiles and instantiates a module. Rejects with what compile and {@linkcode Instance} throw. */
  instantiate(
    bytes: BytesSource,
    importObject?: Imports,
    options?: CompileOptions,
  ): Promise<WebAssemblyInstantiatedSource>;
  /** Instantiates a module. */
  instantiate(moduleObject: Module, importObject?: Imports): Promise<Instance>;
  /** Compiles the body of a response of type `application/wasm`. */
  compileStreaming(source: Response | PromiseLike<Response>, options?: CompileOptions): Promise<Module>;
  /** Compiles and instantiates the body of a response of type `application/wasm`. */
  instantiateStreaming(
    source: Response | PromiseLike<Response>,
    importObject?: Imports,
    options?: CompileOptions,
  ): Promise<WebAssemblyInstantiatedSource>;
  /** Modules. */
  readonly Module: ModuleConstructor;
  /** Instances. */
  readonly Instance: InstanceConstructor;
  /** Memories. */
  readonly Memory: MemoryConstructor;
  /** Tables. */
  readonly Table: TableConstructor;
  /** Globals. */
  readonly Global: GlobalConstructor;
  /** Tags. */
  readonly Tag: TagConstructor;
  /** Exceptions. */
  readonly Exception: ExceptionConstructor;
  /** Exported functions. */
  readonly Function: FunctionConstructor;
  /** The tag of JavaScript exceptions. */
  readonly JSTag: Tag;
  /** A module is malformed or invalid. */
  readonly CompileError: NativeErrorConstructor<"CompileError">;
  /** An import does not fit. */
  readonly LinkError: NativeErrorConstructor<"LinkError">;
  /** A trap. */
  readonly RuntimeError: NativeErrorConstructor<"RuntimeError">;
  /** Functions to be imported whose callers are suspended until the promise they return is settled. */
  readonly Suspending: SuspendingConstructor;
  /**
   * A function that runs an exported function and returns a promise of its results. Throws TypeError for anything
   * but an exported function.
   */
  // deno-lint-ignore no-explicit-any
  promising(wasmFunction: (...args: any[]) => unknown): (...args: any[]) => Promise<any>;
  /** A suspending import was called where its caller cannot be suspended. */
  readonly SuspendError: NativeErrorConstructor<"SuspendError">;
}
