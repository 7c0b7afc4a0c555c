/**
 * A module ready to be instantiated: its record, its canonical types, and what the engine learns about it.
 *
 * @module
 */

import type { CanonicalType } from "../syntax/canonical_types.ts";
import type { Module } from "../syntax/module.ts";
import type { EngineState } from "./engine_state.ts";

/** What the compile options of the JavaScript interface leave for linking. */
export interface LinkOptions {
  /** The builtin sets asked for, as in the option `builtins`: `js-string` and so on. */
  readonly builtins: readonly string[];
  /** The module name whose global imports are strings named as themselves; null without the option. */
  readonly importedStringConstants: string | null;
}

const NO_OPTIONS: LinkOptions = { builtins: [], importedStringConstants: null };

let modules = 0;

/** A decoded and validated module. */
export class CompiledModule {
  /** Tells modules apart in the names of generated text. */
  readonly number: number = ++modules;
  readonly engine: EngineState;
  readonly record: Module;
  /** By type index. */
  readonly types: readonly CanonicalType[];
  readonly options: LinkOptions;

  constructor(
    engine: EngineState,
    record: Module,
    types: readonly CanonicalType[],
    options: LinkOptions = NO_OPTIONS,
  ) {
    this.engine = engine;
    this.record = record;
    this.types = types;
    this.options = options;
  }
}
