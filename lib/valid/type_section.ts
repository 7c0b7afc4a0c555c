/**
 * Validation of type definitions (specification 3.2 "Types"), with the rules of shared types and descriptors.
 *
 * @module
 */

import {
  type CanonicalType,
  equalValueTypes,
  isSharedType,
  matchValueType,
  type TypeContext,
  type TypeRegistry,
} from "../syntax/canonical_types.ts";
import { compileErrorAt } from "../syntax/errors.ts";
import type { Module } from "../syntax/module.ts";
import {
  type CompositeType,
  type FieldType,
  isPacked,
  type SubType,
  type TypeIndex,
  type ValueType,
  valueTypeName,
} from "../syntax/types.ts";

const MAX_SUBTYPING_DEPTH = 63;

/** The canonical types of a module's definitions, in index order. @throws {CompileError} when one is invalid. */
export function validateTypes(module: Module, registry: TypeRegistry): CanonicalType[] {
  const canonical: CanonicalType[] = [];
  checkDepths(module);
  for (const { start, size } of module.recursionGroups) {
    registry.addGroup(module.types.slice(start, start + size), start, canonical);
    for (let index = start; index < start + size; index++) {
      new DefinitionValidator(module, canonical, index).validate();
    }
  }
  return canonical;
}

/** A canonical type lists its supertypes, so there must not be too many of them. */
function checkDepths({ types, offsets }: Module): void {
  const depths = new Uint8Array(types.length);
  types.forEach(({ supertype }, index) => {
    if (supertype === null) return;
    depths[index] = depths[supertype] + 1;
    if (depths[index] > MAX_SUBTYPING_DEPTH) {
      throw compileErrorAt(
        `type ${index}: subtyping depth is greater than allowed`,
        offsets?.types[index] ?? 0,
      );
    }
  });
}

class DefinitionValidator {
  readonly #module: Module;
  readonly #types: TypeContext;
  readonly #index: TypeIndex;
  readonly #definition: SubType;

  constructor(module: Module, types: TypeContext, index: TypeIndex) {
    this.#module = module;
    this.#types = types;
    this.#index = index;
    this.#definition = module.types[index];
  }

  validate(): void {
    if (this.#definition.shared) this.#checkShared(this.#definition.composite);
    this.#checkDescriptor();
    this.#checkSupertype();
  }

  #fail(message: string): never {
    throw compileErrorAt(message, this.#module.offsets?.types[this.#index] ?? 0);
  }

  /** A shared type has shared parts only. */
  #checkShared(composite: CompositeType): void {
    const check = (type: ValueType, what: string, part: string) => {
      if (!isPacked(type) && !isSharedType(type, this.#types)) {
        const actual = valueTypeName(type);
        this.#fail(
          `Type ${this.#index}: shared ${what} must have shared ${part}, actual type is ${actual}`,
        );
      }
    };
    switch (composite.kind) {
      case "func":
        for (const type of composite.params) check(type, "signature", "parameter types");
        for (const type of composite.results) check(type, "signature", "return types");
        return;
      case "struct":
        for (const { storage } of composite.fields) check(storage, "struct", "field types");
        return;
      case "array":
        check(composite.element.storage, "array", "element type");
    }
  }

  #checkDescriptor(): void {
    const { descriptor, describes, shared } = this.#definition;
    const index = this.#index;
    const { types } = this.#module;
    if (descriptor !== null) {
      if (types[descriptor].describes !== index) {
        this.#fail(
          `Type ${index} has descriptor ${descriptor} but ${descriptor} doesn't describe ${index}`,
        );
      }
      if (types[descriptor].shared !== shared) {
        this.#fail(`Type ${index} and its descriptor ${descriptor} must have same sharedness`);
      }
    }
    if (describes !== null && types[describes].descriptor !== index) {
      this.#fail(`Type ${index} describes ${describes} but ${describes} isn't a descriptor for ${index}`);
    }
  }

  #checkSupertype(): void {
    const index = this.#index;
    const { supertype } = this.#definition;
    if (supertype === null) return;
    const parent = this.#module.types[supertype];
    if (parent.final) this.#fail(`type ${index} extends final type ${supertype}`);
    const fits = parent.shared === this.#definition.shared &&
      matchComposite(this.#definition.composite, parent.composite, this.#types) &&
      this.#descriptorsFit(parent);
    if (!fits) this.#fail(`type ${index} has invalid explicit supertype ${supertype}`);
  }

  /** Descriptors are subtyped along with what they describe: both relations commute with the supertype's. */
  #descriptorsFit(parent: SubType): boolean {
    const { descriptor, describes } = this.#definition;
    if (parent.descriptor !== null) {
      if (descriptor === null || !this.#extends(descriptor, parent.descriptor)) return false;
    }
    if ((describes === null) !== (parent.describes === null)) return false;
    return describes === null || this.#extends(describes, parent.describes!);
  }

  #extends(index: TypeIndex, parent: TypeIndex): boolean {
    const { supertype } = this.#module.types[index];
    return supertype !== null && this.#types[supertype] === this.#types[parent];
  }
}

/** Structural subtyping of composite types (section 3.3.7 "Composite Types"). */
function matchComposite(a: CompositeType, b: CompositeType, types: TypeContext): boolean {
  switch (a.kind) {
    case "func":
      return b.kind === "func" &&
        matchValueTypes(b.params, a.params, types) && matchValueTypes(a.results, b.results, types);
    case "struct":
      return b.kind === "struct" && a.fields.length >= b.fields.length &&
        b.fields.every((field, i) => matchField(a.fields[i], field, types));
    case "array":
      return b.kind === "array" && matchField(a.element, b.element, types);
  }
}

function matchValueTypes(a: readonly ValueType[], b: readonly ValueType[], types: TypeContext): boolean {
  return a.length === b.length && a.every((type, i) => matchValueType(type, b[i], types, types));
}

/** Field subtyping (section 3.3.8 "Field Types"): mutable fields are invariant. */
function matchField(a: FieldType, b: FieldType, types: TypeContext): boolean {
  if (a.mutable !== b.mutable) return false;
  return a.mutable
    ? equalValueTypes(a.storage, b.storage, types, types)
    : matchValueType(a.storage, b.storage, types, types);
}
