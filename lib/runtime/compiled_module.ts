/**
 * A module ready to be instantiated: its record, its canonical types, and what the engine learns about it.
 *
 * @module
 */

import type { CanonicalType } from "../syntax/canonical_types.ts";
import type { Module } from "../syntax/module.ts";
import type { EngineState } from "./engine_state.ts";

/** A decoded and validated module. */
export class CompiledModule {
  readonly engine: EngineState;
  readonly record: Module;
  /** By type index. */
  readonly types: readonly CanonicalType[];

  constructor(engine: EngineState, record: Module, types: readonly CanonicalType[]) {
    this.engine = engine;
    this.record = record;
    this.types = types;
  }
}
