/**
 * Validation of modules (specification 3.5 "Modules").
 *
 * @module
 */

import {
  type CanonicalType,
  isSharedType,
  matchValueType,
  type TypeRegistry,
} from "../syntax/canonical_types.ts";
import { compileErrorAt } from "../syntax/errors.ts";
import { DEFAULT_FEATURES, type FeatureOptions } from "../syntax/features.ts";
import type { ElementSegment, Module } from "../syntax/module.ts";
import { isDefaultable, valueTypeName } from "../syntax/types.ts";
import { addressValueType, Environment } from "./environment.ts";
import { ExpressionValidator } from "./function_body.ts";
import { validateTypes } from "./type_section.ts";

/**
 * Validates a module with all of its functions.
 *
 * @returns The canonical types in index order.
 * @throws {CompileError} when the module is invalid, with the offset of the error.
 */
export function validateModule(
  module: Module,
  registry: TypeRegistry,
  options: FeatureOptions = {},
): CanonicalType[] {
  const validation = new ModuleValidation(module, registry, options);
  validation.advance(Infinity);
  return validation.types;
}

/**
 * A validation that can be spread over time: creating it validates everything but the function bodies, and each
 * {@linkcode ModuleValidation.advance} some of those.
 */
export class ModuleValidation {
  /** The canonical types in index order. */
  readonly types: CanonicalType[];
  readonly #module: Module;
  readonly #environment: Environment;
  readonly #expressions: ExpressionValidator;
  #next = 0;

  /** Validates the declarations. @throws {CompileError} when one is invalid. */
  constructor(module: Module, registry: TypeRegistry, options: FeatureOptions = {}) {
    this.#module = module;
    this.types = validateTypes(module, registry);
    this.#environment = new Environment(module, this.types, options.features ?? DEFAULT_FEATURES);
    this.#expressions = new ExpressionValidator(this.#environment);
    this.#tables();
    this.#tags();
    this.#globals();
    this.#exports();
    this.#start();
    for (const segment of module.elements) this.#element(segment);
    this.#data();
  }

  /**
   * Validates functions until `byteCount` bytes of code have been seen or all are done.
   *
   * @returns Whether functions are left.
   * @throws {CompileError} when a function is invalid.
   */
  advance(byteCount: number): boolean {
    const { functions } = this.#module;
    for (let left = byteCount; this.#next < functions.length && left > 0; this.#next++) {
      const { body } = functions[this.#next];
      if (body === null) continue;
      this.#expressions.function(this.#next, body);
      left -= body.end - body.start;
    }
    return this.#next < functions.length;
  }

  #fail(message: string, offset: number | undefined): never {
    throw compileErrorAt(message, offset ?? 0);
  }

  #tables(): void {
    const { tables, globals, offsets } = this.#module;
    const importedGlobals = globals.filter(({ importIndex }) => importIndex >= 0).length;
    tables.forEach(({ type, importIndex, init }, index) => {
      const { element, shared } = type;
      const at = offsets?.tables[index];
      if (shared && !isSharedType(element, this.types)) {
        const actual = valueTypeName(element);
        this.#fail(`Shared table ${index} must have shared element type, actual type ${actual}`, at);
      }
      if (importIndex >= 0) return;
      if (init !== null) this.#expressions.constantExpression(init, element, importedGlobals, shared);
      else if (!isDefaultable(element)) {
        this.#fail(`Table of non-defaultable table ${valueTypeName(element)} needs initial value`, at);
      }
    });
  }

  #tags(): void {
    const { tags, offsets } = this.#module;
    tags.forEach(({ type }, index) => {
      if (this.#environment.signature(type)!.results.length > 0) {
        this.#fail(`tag signature ${type} has non-void return`, offsets?.tags[index]);
      }
    });
  }

  #globals(): void {
    const { globals, offsets } = this.#module;
    globals.forEach(({ type, init }, index) => {
      const { value, shared } = type;
      if (shared && !isSharedType(value, this.types)) {
        const actual = valueTypeName(value);
        this.#fail(
          `Shared global ${index} must have shared type, actual type ${actual}`,
          offsets?.globals[index],
        );
      }
      if (init !== null) this.#expressions.constantExpression(init, value, index, shared);
    });
  }

  #exports(): void {
    const { exports, offsets } = this.#module;
    const seen = new Map<string, number>();
    exports.forEach(({ name, kind, index }, i) => {
      const first = seen.get(name);
      if (first !== undefined) {
        const other = exports[first];
        this.#fail(
          `Duplicate export name '${name}' for ${other.kind} ${other.index} and ${kind} ${index}`,
          offsets?.exports[i],
        );
      }
      seen.set(name, i);
      if (kind === "function") this.#environment.declared[index] = 1;
    });
  }

  #start(): void {
    const { start, offsets } = this.#module;
    if (start === null) return;
    const { params, results } = this.#environment.signatures[start];
    if (params.length > 0 || results.length > 0) {
      this.#fail("invalid start function: non-zero parameter or return count", offsets?.start);
    }
  }

  #element({ mode, type, shared, elements, at }: ElementSegment): void {
    const { tables, globals } = this.#module;
    const { declared } = this.#environment;
    let sharedContext = shared || isSharedType(type, this.types);
    if (mode.kind === "active") {
      const table = tables[mode.index].type;
      sharedContext ||= table.shared;
      const address = addressValueType(table.addressType);
      this.#expressions.constantExpression(mode.offset, address, globals.length, sharedContext);
      if (!matchValueType(type, table.element, this.types, this.types)) {
        this.#fail(
          `Element segment of type ${valueTypeName(type)} is not a subtype of referenced ` +
            `table ${mode.index} (of type ${valueTypeName(table.element)})`,
          at,
        );
      }
    }
    if (elements.kind === "expressions") {
      for (const expression of elements.expressions) {
        this.#expressions.constantExpression(expression, type, globals.length, sharedContext);
      }
      return;
    }
    for (const index of elements.indices) {
      const actual = this.#environment.functionReference(index);
      if (!matchValueType(actual, type, this.types, this.types)) {
        this.#fail(
          `Invalid type in element entry: expected ${valueTypeName(type)}, got ${
            valueTypeName(actual)
          } instead.`,
          at,
        );
      }
      declared[index] = 1;
    }
  }

  #data(): void {
    const { data, memories, globals } = this.#module;
    for (const { mode, shared } of data) {
      if (mode.kind !== "active") continue;
      const { addressType } = memories[mode.index].type;
      this.#expressions.constantExpression(
        mode.offset,
        addressValueType(addressType),
        globals.length,
        shared,
      );
    }
  }
}
