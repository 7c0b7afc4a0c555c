/**
 * Engines: separate worlds of types, memory, code and options, each with its own `WebAssembly` namespace.
 *
 * @module
 */

import { JavaScriptBackend } from "../codegen/javascript_backend.ts";
import type { Allocator } from "../memory/allocator.ts";
import { DefaultAllocator } from "../memory/default_allocator.ts";
import type { EngineState, InstantiationMetrics } from "../runtime/engine_state.ts";
import type { CompiledModule } from "../runtime/compiled_module.ts";
import type { Profile, ProfileData } from "../runtime/profile.ts";
import type { TraceSink } from "../runtime/trace.ts";
import { TypeRegistry } from "../syntax/canonical_types.ts";
import { DEFAULT_FEATURES, type FeatureName } from "../syntax/features.ts";
import { measured } from "./measurement.ts";
import { makeCompiler } from "./compiler.ts";
import { makeInterfaces } from "./namespace.ts";
import type { WebAssemblyNamespace } from "./types.ts";

/** What an engine can be told. */
export interface EngineOptions {
  /** Where the bytes of memories come from; {@linkcode DefaultAllocator} when absent. */
  readonly allocator?: Allocator;
  /** The language features modules may use; those the engine runs when absent. */
  readonly features?: Iterable<FeatureName>;
  /** Told of each instantiation, before its start function runs, and of failed ones. */
  readonly onInstantiated?: (metrics: InstantiationMetrics) => void;
  /**
   * Whether each instantiation becomes a `performance.measure` entry called `tandem:instantiate`, with the metrics as its `detail`; true when
   * absent. The engine keeps the latest few hundred of them.
   */
  readonly measure?: boolean;
  /** Takes events in Chrome's trace-event format: decoding, validation, compilation, instantiation, start functions. */
  readonly trace?: TraceSink;
  /** Counts calls. The code that counts is slower than other code. */
  readonly profile?: Profile;
  /** What a {@linkcode Profile} has counted before: decides what is compiled before its first call, and what may be inlined. */
  readonly useProfile?: ProfileData;
}

let stateOf: (engine: Engine) => EngineState;
let moduleIn: (engine: Engine, value: unknown) => CompiledModule | null;

/**
 * An engine. Modules, instances, memories and so on of different engines have nothing to do with each other.
 *
 * @example
 * ```ts
 * import { Engine } from "@tandem/wasm";
 *
 * const { WebAssembly } = new Engine({ onInstantiated: (metrics) => console.log(metrics) });
 * new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])));
 * ```
 */
export class Engine {
  /** The engine's `WebAssembly` namespace. */
  readonly WebAssembly: WebAssemblyNamespace;
  readonly #state: EngineState;
  readonly #moduleOf: (value: unknown) => CompiledModule | null;

  static {
    stateOf = (engine) => engine.#state;
    moduleIn = (engine, value) => engine.#moduleOf(value);
  }

  /** Makes an engine. */
  constructor(options: EngineOptions = {}) {
    const { allocator, features, onInstantiated, measure = true, trace, profile, useProfile } = options;
    const state: { -readonly [Field in keyof EngineState]: EngineState[Field] } = {
      types: new TypeRegistry(),
      allocator: allocator ?? new DefaultAllocator(),
      backend: new JavaScriptBackend({ profile: profile ?? null, data: useProfile ?? null }),
      externals: undefined!,
      instantiated: measure ? measured(onInstantiated) : onInstantiated,
      trace,
    };
    const compiler = makeCompiler(state, features === undefined ? DEFAULT_FEATURES : new Set(features));
    const { namespace, externals, moduleOf } = makeInterfaces(state, compiler);
    state.externals = externals;
    this.#state = state;
    this.#moduleOf = moduleOf;
    this.WebAssembly = namespace;
  }
}

/** What the engine's instances share; for tools that look below the JavaScript interface. */
export function engineState(engine: Engine): EngineState {
  return stateOf(engine);
}

/** What the engine has compiled as `module`, a `WebAssembly.Module`; null for any other value. */
export function compiledModule(engine: Engine, module: unknown): CompiledModule | null {
  return moduleIn(engine, module);
}
