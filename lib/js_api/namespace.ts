/**
 * The `WebAssembly` namespace object (JS API, section 4 "The WebAssembly Namespace"; Web API, section 3 "Streaming Module
 * Compilation and Instantiation").
 *
 * @module
 */

import { BuiltinFunctions, byteArrays, findBuiltin } from "../link/compile_time_builtins.ts";
import type { CompiledModule } from "../runtime/compiled_module.ts";
import type { EngineState, Externals } from "../runtime/engine_state.ts";
import { Tag } from "../runtime/tag.ts";
import { CompileError, LinkError, RuntimeError, SuspendError } from "../syntax/errors.ts";
import { EXTERNREF } from "../syntax/types.ts";
import { bufferSource, copyBytes, isBufferSource } from "./buffer_source.ts";
import { readCompileOptions } from "./compile_options.ts";
import type { Compiler } from "./compiler.ts";
import { exceptionInterface } from "./exception.ts";
import { makeExportedFunction, makeExportedFunctions } from "./exported_function.ts";
import { functionInterface } from "./function.ts";
import { globalInterface } from "./global.ts";
import { checkImports, instanceInterface } from "./instance.ts";
import { memoryInterface } from "./memory.ts";
import { moduleInterface } from "./module.ts";
import { promiseIntegration } from "./promise_integration.ts";
import { responseBytes } from "./response.ts";
import { tableInterface } from "./table.ts";
import { tagInterface } from "./tag.ts";
import type { WebAssemblyNamespace } from "./types.ts";
import { isObject, typeError } from "./web_idl.ts";

/** What JavaScript sees of an engine, and how the engine sees JavaScript's objects. */
export interface Interfaces {
  readonly namespace: WebAssemblyNamespace;
  readonly externals: Externals;
  /** The compiled module behind a `WebAssembly.Module`; null for any other value. */
  readonly moduleOf: (value: unknown) => CompiledModule | null;
}

const { create, defineProperty, getOwnPropertyDescriptors, keys, prototype: objectPrototype } = Object;
const NativePromise = Promise;

/** As in V8, which has no `Function`. */
const PROPERTY_ORDER: readonly (keyof WebAssemblyNamespace)[] = [
  "compile",
  "validate",
  "instantiate",
  "Module",
  "Instance",
  "Table",
  "Memory",
  "Global",
  "Tag",
  "JSTag",
  "Exception",
  "CompileError",
  "LinkError",
  "RuntimeError",
  "compileStreaming",
  "instantiateStreaming",
  "Suspending",
  "promising",
  "SuspendError",
  "Function",
];

/** Makes the namespace of `engine`, whose modules `compiler` compiles. */
export function makeInterfaces(engine: EngineState, compiler: Compiler): Interfaces {
  const modules = moduleInterface(compiler);
  const instances = instanceInterface(modules);
  const memories = memoryInterface(engine);
  const tables = tableInterface();
  const globals = globalInterface();
  const tags = tagInterface(engine);
  const builtins = new BuiltinFunctions(byteArrays(engine.types));
  const jsTag = new Tag(engine.types.functionType([EXTERNREF], []), true);
  const exceptions = exceptionInterface(tags);
  const functions = functionInterface(engine);
  const suspension = promiseIntegration(engine);

  /** Runs the synchronous part of an operation that returns a promise: what it throws rejects the promise. */
  const promise = <Result>(steps: () => Result | Promise<Result>): Promise<Result> =>
    new NativePromise((resolve) => resolve(steps()));

  const compile = async (
    api: string,
    bytes: Uint8Array,
    options: CompiledModule["options"],
  ): Promise<object> => modules.objectOf(await compiler.compileInSlices(api, bytes, options));

  /** In V8 both operations that compile and instantiate have the second step in common, and its messages. */
  const instantiatedSource = async (compiled: Promise<object>, imports: unknown) => {
    const module = await compiled;
    const compiledModule = modules.moduleOf(module)!;
    return { module, instance: instances.instantiate("WebAssembly.instantiate()", compiledModule, imports) };
  };

  const operations = {
    compile(bytes: unknown, ...[options]: unknown[]): Promise<object> {
      return promise(() => {
        const api = "WebAssembly.compile()";
        const source = bufferSource(api, bytes);
        const linkOptions = readCompileOptions(api, options);
        return compile(api, copyBytes(api, source), linkOptions);
      });
    },
    validate(bytes: unknown, ...[options]: unknown[]): boolean {
      const api = "WebAssembly.validate()";
      const source = bufferSource(api, bytes);
      const linkOptions = readCompileOptions(api, options);
      try {
        return compiler.validate(copyBytes(api, source), linkOptions);
      } catch (error) {
        // An empty source.
        if (error instanceof CompileError) return false;
        throw error;
      }
    },
    instantiate(source: unknown, ...[imports, options]: unknown[]): Promise<object> {
      return promise(() => {
        const api = "WebAssembly.instantiate()";
        if (!isObject(source)) {
          throw typeError(api, "Argument 0 must be a buffer source or a WebAssembly.Module object");
        }
        const module = modules.moduleOf(source);
        if (module === null && !isBufferSource(source)) {
          throw typeError(api, "Argument 0 must be a buffer source");
        }
        checkImports(api, imports);
        if (module !== null) return instances.instantiate(api, module, imports);
        const linkOptions = readCompileOptions(api, options);
        const bytes = copyBytes(api, source as ArrayBufferLike | ArrayBufferView);
        return instantiatedSource(compile(api, bytes, linkOptions), imports);
      });
    },
    compileStreaming(source: unknown, ...[options]: unknown[]): Promise<object> {
      return promise(async () => {
        const api = "WebAssembly.compileStreaming()";
        const linkOptions = readCompileOptions(api, options);
        return compile(api, await responseBytes("compileStreaming", source), linkOptions);
      });
    },
    instantiateStreaming(source: unknown, ...[imports, options]: unknown[]): Promise<object> {
      return promise(async () => {
        const api = "WebAssembly.instantiateStreaming()";
        checkImports(api, imports);
        const linkOptions = readCompileOptions(api, options);
        const bytes = await responseBytes("instantiateStreaming", source);
        return instantiatedSource(compile(api, bytes, linkOptions), imports);
      });
    },
    promising(wasmFunction: unknown): object {
      return functions.adopt(suspension.promising(wasmFunction));
    },
  };

  const properties: Record<string, unknown> = {
    Module: modules.constructor,
    Instance: instances.constructor,
    Table: tables.constructor,
    Memory: memories.constructor,
    Global: globals.constructor,
    Tag: tags.constructor,
    Exception: exceptions.constructor,
    Function: functions.constructor,
    CompileError,
    LinkError,
    RuntimeError,
    Suspending: suspension.constructor,
    SuspendError,
  };
  const descriptors: PropertyDescriptorMap = getOwnPropertyDescriptors(operations);
  for (const name of keys(properties)) {
    descriptors[name] = { value: properties[name], writable: true, configurable: true };
  }
  // An attribute in the specification; in V8 a plain property, as here.
  descriptors.JSTag = { value: tags.objectOf(jsTag), configurable: true };
  const namespace = create(objectPrototype);
  for (const name of PROPERTY_ORDER) defineProperty(namespace, name, descriptors[name]);
  defineProperty(namespace, Symbol.toStringTag, { value: "WebAssembly", configurable: true });

  return {
    namespace,
    moduleOf: modules.moduleOf,
    externals: {
      functionObject: (reference) => functions.adopt(makeExportedFunction(reference)),
      functionObjects: (instance) => makeExportedFunctions(instance, functions.adopt),
      memoryObject: memories.objectOf,
      tableObject: tables.objectOf,
      globalObject: globals.objectOf,
      tagObject: tags.objectOf,
      exceptionObject: exceptions.objectOf,
      memoryOf: memories.thingOf,
      tableOf: tables.thingOf,
      globalOf: globals.thingOf,
      tagOf: tags.thingOf,
      suspendedCallable: suspension.suspendedCallable,
      builtin(module, name, sets) {
        const found = findBuiltin(module, name, sets);
        return found === null ? null : builtins.functionOf(found);
      },
    },
  };
}
