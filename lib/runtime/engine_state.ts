/**
 * What the instances of an engine share.
 *
 * @module
 */

import type { TypeRegistry } from "../syntax/canonical_types.ts";
import type { Allocator } from "../memory/allocator.ts";
import type { FunctionIndex } from "../syntax/types.ts";
import type { InstanceData } from "./instance_data.ts";

/**
 * How functions are run: the seam between what a function means and what executes it. `lib/codegen/` implements it
 * with generated JavaScript.
 */
export interface Backend {
  /**
   * Makes code for function `index` of `instance`, and for as many others as pays, and installs it in their function
   * references. For an imported JavaScript function the code is its import wrapper.
   */
  compile(instance: InstanceData, index: FunctionIndex): void;
}

/** The state of an engine. */
export interface EngineState {
  readonly types: TypeRegistry;
  readonly allocator: Allocator;
  readonly backend: Backend;
}
