/**
 * What validation knows of a module while it looks at expressions (specification 3.1.1 "Contexts").
 *
 * @module
 */

import type { TypeContext } from "../syntax/canonical_types.ts";
import type { FeatureSet } from "../syntax/features.ts";
import type { Module } from "../syntax/module.ts";
import {
  type AddressType,
  definedHeapType,
  type FunctionIndex,
  type FunctionType,
  I32,
  I64,
  refType,
  type TypeIndex,
  type ValueType,
} from "../syntax/types.ts";

/** A module with what validation of its expressions needs at hand. */
export class Environment {
  /** The module whose expressions are validated. */
  readonly module: Module;
  /** By type index. */
  readonly types: TypeContext;
  /** What may be used. */
  readonly features: FeatureSet;
  /** By function index. */
  readonly signatures: readonly FunctionType[];
  /** By function index: 1 for functions that `ref.func` may name in code. */
  readonly declared: Uint8Array;
  /** Whether memory 0 exists and has 32-bit addresses. */
  readonly memoryZeroIs32: boolean;
  /** Whether allocations and `ref.func` give exact references. */
  readonly exactReferences: boolean;

  /** `types` are the module's canonical types. */
  constructor(module: Module, types: TypeContext, features: FeatureSet) {
    this.module = module;
    this.types = types;
    this.features = features;
    this.signatures = module.functions.map(({ type }) => this.signature(type)!);
    this.declared = new Uint8Array(module.functions.length);
    this.memoryZeroIs32 = module.memories[0]?.type.addressType === "i32";
    this.exactReferences = features.has("custom-descriptors");
  }

  /** The function type with an index, in the module's own type indices; null when it is no function type. */
  signature(index: TypeIndex): FunctionType | null {
    const composite = this.module.types[index]?.composite;
    return composite?.kind === "func" ? composite : null;
  }

  /** The type of a reference to a function. */
  functionReference(index: FunctionIndex): ValueType {
    const { type, importIndex, exact } = this.module.functions[index];
    return refType(definedHeapType(type, this.exactReferences && (importIndex < 0 || exact)), false);
  }
}

/** The value type of an address. */
export function addressValueType(type: AddressType): ValueType {
  return type === "i64" ? I64 : I32;
}
