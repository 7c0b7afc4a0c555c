/**
 * Types as JavaScript objects: what `type()` returns and the descriptors of `Module.imports` and `Module.exports` have (type
 * reflection proposal, "Types as JavaScript objects"). The constructors take them back.
 *
 * @module
 */

import type { ExternKind, Module } from "../syntax/module.ts";
import {
  type AddressType,
  type FunctionType,
  type GlobalType,
  type Limits,
  type MemoryType,
  type TableType,
  type ValueType,
  valueTypeName,
} from "../syntax/types.ts";
import type * as api from "./types.ts";

function names(types: readonly ValueType[]): api.ValueType[] {
  return types.map((type) => valueTypeName(type) as api.ValueType);
}

/** `minimum`, and `maximum` when there is one: bigints for 64-bit addresses. */
function limitsDescriptor(
  { minimum, maximum }: Limits,
  type: AddressType,
): { minimum: number | bigint; maximum?: number | bigint } {
  const address = (value: bigint) => type === "i32" ? Number(value) : value;
  return { minimum: address(minimum), ...maximum === null ? {} : { maximum: address(maximum) } };
}

/** The type of a function. */
export function functionDescriptor({ params, results }: FunctionType): api.FunctionTypeDescriptor {
  return { parameters: names(params), results: names(results) };
}

/** The type of a memory, with `minimum` in pages. */
export function memoryDescriptor({ limits, addressType, shared }: MemoryType): api.MemoryTypeDescriptor {
  return { ...limitsDescriptor(limits, addressType), shared, address: addressType };
}

/** The type of a table. */
export function tableDescriptor({ element, limits, addressType }: TableType): api.TableTypeDescriptor {
  return {
    element: valueTypeName(element) as api.TableKind,
    ...limitsDescriptor(limits, addressType),
    address: addressType,
  };
}

/** The type of a global. */
export function globalDescriptor({ value, mutable }: GlobalType): api.GlobalTypeDescriptor {
  return { mutable, value: valueTypeName(value) as api.ValueType };
}

/** The type of a tag. */
export function tagDescriptor({ params }: FunctionType): api.TagTypeDescriptor {
  return { parameters: names(params) };
}

/** The type of an import or export as its module declares it. */
export function externDescriptor(module: Module, kind: ExternKind, index: number): api.ExternTypeDescriptor {
  const signature = (type: number) => module.types[type].composite as FunctionType;
  switch (kind) {
    case "function":
      return functionDescriptor(signature(module.functions[index].type));
    case "table":
      return tableDescriptor(module.tables[index].type);
    case "memory":
      return memoryDescriptor(module.memories[index].type);
    case "global":
      return globalDescriptor(module.globals[index].type);
    case "tag":
      return tagDescriptor(signature(module.tags[index].type));
  }
}
