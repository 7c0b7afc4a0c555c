/**
 * Checks of imported memories, tables, globals and tags (INSTANTIATION.md section 6; specification 3.4 "External
 * Types" under matching): from the JavaScript value to the runtime object, or a LinkError.
 *
 * @module
 */

import type { Global as GlobalDeclaration } from "../syntax/module.ts";
import { type CanonicalType, equalValueTypes, matchValueType } from "../syntax/canonical_types.ts";
import { F32, F64, I32, I64, isReference, type MemoryType, type TableType, V128 } from "../syntax/types.ts";
import type { CompiledModule } from "../runtime/compiled_module.ts";
import type { Global } from "../runtime/global.ts";
import { toWebAssemblyValue } from "../runtime/js_values.ts";
import type { Memory } from "../runtime/memory.ts";
import type { Table } from "../runtime/table.ts";
import type { Tag } from "../runtime/tag.ts";
import type { Value } from "../runtime/values.ts";
import type { InstantiationErrors } from "./errors.ts";

/** Where an import is checked. */
export interface ImportContext {
  readonly module: CompiledModule;
  readonly errors: InstantiationErrors;
}

/** The memory behind `value`, if it fits `type`. */
export function checkMemory(
  { module, errors }: ImportContext,
  index: number,
  value: unknown,
  type: MemoryType,
): Memory {
  const memory = module.engine.externals.memoryOf(value);
  if (memory === null) throw errors.notAMemory(index);
  const imported = memory.type;
  if (imported.addressType !== type.addressType) {
    throw errors.memoryAddressType(index, imported.addressType, type.addressType);
  }
  if (imported.pageSizeLog2 !== type.pageSizeLog2) {
    throw errors.memoryPageSize(index, memory.pageSize, 2 ** type.pageSizeLog2);
  }
  memory.refresh();
  const { minimum, maximum } = type.limits;
  if (memory.pages < minimum) throw errors.memoryTooSmall(index, memory.pages, minimum);
  if (maximum !== null) {
    const importedMaximum = imported.limits.maximum;
    if (importedMaximum === null) throw errors.memoryWithoutMaximum(index, maximum);
    if (importedMaximum > maximum) throw errors.memoryMaximumTooLarge(index, importedMaximum, maximum);
  }
  if (imported.shared !== type.shared) throw errors.memorySharedState(index, type.shared, imported.shared);
  return memory;
}

/** The table behind `value`, if it fits `type`. */
export function checkTable(
  { module, errors }: ImportContext,
  index: number,
  value: unknown,
  type: TableType,
): Table {
  const table = module.engine.externals.tableOf(value);
  if (table === null) throw errors.notATable(index);
  const imported = table.type;
  const { minimum, maximum } = type.limits;
  if (table.size < minimum) throw errors.tableTooSmall(index, table.size, minimum);
  if (maximum !== null) {
    const importedMaximum = imported.limits.maximum;
    if (importedMaximum === null) throw errors.tableWithoutMaximum(index, maximum);
    if (importedMaximum > maximum) throw errors.tableMaximumTooLarge(index, importedMaximum, maximum);
  }
  if (imported.addressType !== type.addressType) {
    throw errors.tableAddressType(index, imported.addressType, type.addressType);
  }
  if (
    !equalValueTypes(imported.element, type.element, table.types, module.types) ||
    imported.shared !== type.shared
  ) {
    throw errors.tableTypeMismatch(index);
  }
  return table;
}

/** An imported global: an existing one, or the (boxed) value that a new immutable one gets. */
export type ImportedGlobal =
  | { readonly kind: "global"; readonly global: Global }
  | { readonly kind: "value"; readonly value: Value };

/** What `value` means for the declared global. */
export function checkGlobal(
  { module, errors }: ImportContext,
  index: number,
  value: unknown,
  { type }: GlobalDeclaration,
): ImportedGlobal {
  const { engine, types } = module;
  const global = engine.externals.globalOf(value);
  if (type.value === V128 && global === null) throw errors.vectorNotAGlobal(index);
  if (global !== null) {
    if (global.type.mutable !== type.mutable) throw errors.globalMutability(index);
    const matches = type.mutable
      ? equalValueTypes(global.type.value, type.value, global.types, types)
      : matchValueType(global.type.value, type.value, global.types, types);
    if (!matches || global.type.shared !== type.shared) throw errors.globalTypeMismatch(index);
    return { kind: "global", global };
  }
  if (type.mutable) throw errors.mutableNotAGlobal(index);
  const convertible = isReference(type.value) ||
    typeof value === "bigint" && type.value === I64 ||
    typeof value === "number" && (type.value === I32 || type.value === F32 || type.value === F64);
  if (!convertible) throw errors.notAGlobal(index);
  const converted = toWebAssemblyValue(value, type.value, types, (reason) => {
    throw errors.globalConversion(index, reason);
  });
  return { kind: "value", value: converted };
}

/** The tag behind `value`, if it is of `type`. */
export function checkTag(
  { module, errors }: ImportContext,
  index: number,
  value: unknown,
  type: CanonicalType,
): Tag {
  const tag = module.engine.externals.tagOf(value);
  if (tag === null) throw errors.notATag(index);
  if (tag.type !== type) throw errors.tagTypeMismatch(index);
  return tag;
}
