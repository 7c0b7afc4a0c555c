/**
 * An engine without code generator and JavaScript interface, and module records written by hand, for tests of linking
 * and instantiation.
 */

import { ArrayBufferAllocator } from "../../lib/memory/array_buffer_allocator.ts";
import { CompiledModule, type LinkOptions } from "../../lib/runtime/compiled_module.ts";
import type { EngineState, Externals, InstantiationMetrics } from "../../lib/runtime/engine_state.ts";
import type { ExceptionPackage } from "../../lib/runtime/exception_package.ts";
import { bindExternal, type Code } from "../../lib/runtime/function_reference.ts";
import type { Global } from "../../lib/runtime/global.ts";
import type { Callable } from "../../lib/runtime/imported_function.ts";
import type { Memory } from "../../lib/runtime/memory.ts";
import type { Table } from "../../lib/runtime/table.ts";
import type { Tag } from "../../lib/runtime/tag.ts";
import { functionSubType, TypeRegistry } from "../../lib/syntax/canonical_types.ts";
import type { ConstantExpression, Module } from "../../lib/syntax/module.ts";
import type { Limits, MemoryType, SubType, TableType, ValueType } from "../../lib/syntax/types.ts";
import { FUNCREF } from "../../lib/syntax/types.ts";

/** The object that stands for a thing of the engine. */
export class Wrapper<Thing> {
  readonly thing: Thing;
  constructor(thing: Thing) {
    this.thing = thing;
  }
}

/** A stand-in for `WebAssembly.Suspending`. */
export class TestSuspending {
  readonly callable: Callable;
  constructor(callable: Callable) {
    this.callable = callable;
  }
}

/** An engine whose functions are the given ones, by index. */
export interface TestEngine extends EngineState {
  /** Indices of the functions that were compiled, in that order. */
  readonly compiled: number[];
  readonly reported: InstantiationMetrics[];
}

export function testEngine(
  code: Record<number, Code> = {},
  builtins: Record<string, Callable> = {},
): TestEngine {
  const wrap = <Thing extends { external: object | null }>(thing: Thing) =>
    thing.external ??= new Wrapper(thing);
  const unwrap = <Thing>(value: unknown) => value instanceof Wrapper ? value.thing as Thing : null;
  const externals: Externals = {
    functionObject(reference) {
      const object = (...args: unknown[]) => reference.prepared()(...args);
      bindExternal(reference, object);
      return object;
    },
    functionObjects() {},
    memoryObject: wrap<Memory>,
    tableObject: wrap<Table>,
    globalObject: wrap<Global>,
    tagObject: wrap<Tag>,
    exceptionObject: wrap<ExceptionPackage>,
    memoryOf: unwrap<Memory>,
    tableOf: unwrap<Table>,
    globalOf: unwrap<Global>,
    tagOf: unwrap<Tag>,
    suspendedCallable: (value) => value instanceof TestSuspending ? value.callable : null,
    builtin: (module, name) => builtins[`${module} ${name}`] ?? null,
  };
  const compiled: number[] = [];
  const reported: InstantiationMetrics[] = [];
  return {
    types: new TypeRegistry(),
    allocator: new ArrayBufferAllocator(),
    backend: {
      refusal: null,
      compile(instance, index) {
        compiled.push(index);
        const reference = instance.functionReference(index);
        reference.code = code[index] ?? instance.importedFunctions[index]?.callable ?? (() => undefined);
        reference.signatureId = reference.type.id;
      },
      canSuspend: () => false,
      compileSuspendable(instance, index) {
        const reference = instance.functionReference(index);
        reference.suspendableCode = reference.prepared();
      },
    },
    externals,
    compiled,
    reported,
    instantiated: (metrics) => void reported.push(metrics),
  };
}

/** A module with these declarations and no others. */
export function compiledModule(
  engine: EngineState,
  record: Partial<Module>,
  options?: LinkOptions,
): CompiledModule {
  const types = record.types ?? [];
  const recursionGroups = types.map((_, start) => ({ start, size: 1, explicit: false }));
  const complete: Module = {
    bytes: new Uint8Array(0),
    types,
    recursionGroups,
    imports: [],
    functions: [],
    tables: [],
    memories: [],
    globals: [],
    tags: [],
    exports: [],
    start: null,
    elements: [],
    strings: [],
    dataCount: null,
    data: [],
    customSections: [],
    sections: [],
    ...record,
  };
  return new CompiledModule(engine, complete, engine.types.canonicalize(types, recursionGroups), options);
}

/** A constant expression; its `end` is added. */
export function expression(...code: number[]): ConstantExpression {
  const bytes = Uint8Array.of(0xaa, ...code, 0x0b, 0xbb);
  return { bytes, start: 1, end: bytes.length - 1 };
}

/** `i32.const` of a small number. */
export function i32Const(value: number): ConstantExpression {
  return expression(0x41, value & 0x7f);
}

/** `ref.func` of a small index. */
export function refFunc(index: number): ConstantExpression {
  return expression(0xd2, index);
}

export function signature(
  params: ValueType[] = [],
  results: ValueType[] = [],
  shared: boolean = false,
): SubType {
  return { ...functionSubType(params, results), shared };
}

export function limits(minimum: number, maximum: number | null = null): Limits {
  return { minimum: BigInt(minimum), maximum: maximum === null ? null : BigInt(maximum) };
}

export function memoryType(
  minimum: number,
  maximum: number | null = null,
  shared: boolean = false,
): MemoryType {
  return { addressType: "i32", limits: limits(minimum, maximum), shared, pageSizeLog2: 16 };
}

export function tableType(
  minimum: number,
  maximum: number | null = null,
  element: ValueType = FUNCREF,
): TableType {
  return { addressType: "i32", limits: limits(minimum, maximum), shared: false, element };
}

/** A declared (not imported) function of type `type`. */
export function func(type: number): Module["functions"][number] {
  return { type, importIndex: -1, exact: false, body: null };
}

/** The bytes of `text` as the contents of a data segment. */
export function content(text: string): { bytes: Uint8Array; start: number; end: number } {
  const bytes = new TextEncoder().encode(text);
  return { bytes, start: 0, end: bytes.length };
}
