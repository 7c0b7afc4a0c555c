/**
 * From bytes to a compiled module, at once or in slices, with the texts of the API function that asked.
 *
 * @module
 */

import { decodeModule } from "../binary/decode.ts";
import { CompiledModule, type LinkOptions } from "../runtime/compiled_module.ts";
import type { EngineState } from "../runtime/engine_state.ts";
import { traced } from "../runtime/trace.ts";
import { CompileError } from "../syntax/errors.ts";
import type { FeatureSet } from "../syntax/features.ts";
import { ModuleValidation, validateModule } from "../valid/module.ts";
import { validateOptions } from "./compile_options.ts";

/** Compiles modules for one engine. */
export interface Compiler {
  /** Decodes and validates. @throws {CompileError} with the byte offset and `api` as prefix, or when the host forbids code. */
  compile(api: string, bytes: Uint8Array, options: LinkOptions): CompiledModule;
  /** Whether the module is valid, even where the host forbids code. */
  validate(bytes: Uint8Array, options: LinkOptions): boolean;
  /** The same as `compile`, giving way to other tasks between slices of work. */
  compileInSlices(api: string, bytes: Uint8Array, options: LinkOptions): Promise<CompiledModule>;
}

/** Bytes of code validated before other tasks get a turn: a few milliseconds' work on V8, some tens elsewhere. */
const SLICE = 1 << 19;

const { setTimeout } = globalThis as { setTimeout?: typeof globalThis.setTimeout };

/** Resolves after other tasks had their turn; at once where there are no timers, as in audio worklets. */
function giveWay(): Promise<void> {
  if (setTimeout === undefined) return Promise.resolve();
  return new Promise((resolve) => void setTimeout(resolve, 0));
}

/** The compiler of `engine`, for modules that use `features`. */
export function makeCompiler(engine: EngineState, features: FeatureSet): Compiler {
  const decode = (bytes: Uint8Array) =>
    traced(engine, "decode", () => ({ bytes: bytes.length }), () => decodeModule(bytes, { features }));
  const compileAtOnce = (bytes: Uint8Array, options: LinkOptions) => {
    const record = decode(bytes);
    const types = traced(
      engine,
      "validate",
      () => ({ bytes: bytes.length }),
      () => validateModule(record, engine.types, { features }),
    );
    validateOptions(options, record, types, engine.types);
    return new CompiledModule(engine, record, types, options);
  };
  const demandPermission = () => {
    const { refusal } = engine.backend;
    if (refusal !== null) throw new CompileError(refusal);
  };
  return {
    compile(api, bytes, options) {
      try {
        demandPermission();
        return compileAtOnce(bytes, options);
      } catch (error) {
        throw named(api, error);
      }
    },
    validate(bytes, options) {
      try {
        compileAtOnce(bytes, options);
        return true;
      } catch (error) {
        if (error instanceof CompileError) return false;
        throw error;
      }
    },
    async compileInSlices(api, bytes, options) {
      try {
        demandPermission();
        const record = decode(bytes);
        const validation = new ModuleValidation(record, engine.types, { features });
        const slice = () => validation.advance(SLICE);
        while (traced(engine, "validate", () => ({ bytes: SLICE }), slice)) await giveWay();
        validateOptions(options, record, validation.types, engine.types);
        return new CompiledModule(engine, record, validation.types, options);
      } catch (error) {
        throw named(api, error);
      }
    },
  };
}

/** An error of decoding or validation as the API function `api` reports it. */
function named(api: string, error: unknown): unknown {
  return error instanceof CompileError ? new CompileError(`${api}: ${error.message}`) : error;
}
