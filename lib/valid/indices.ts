/**
 * Indices in code: reading them, with the checks that what they name exists and, in a shared context, is shared.
 *
 * @module
 */

import { isSharedType } from "../syntax/canonical_types.ts";
import type { Table } from "../syntax/module.ts";
import {
  type ArrayType,
  type CompositeType,
  type FieldType,
  type FunctionIndex,
  type FunctionType,
  type GlobalType,
  isPacked,
  type MemoryIndex,
  type MemoryType,
  type StructType,
  type SubType,
  type TableIndex,
  type TableType,
  type TagIndex,
  type TypeIndex,
} from "../syntax/types.ts";
import type { OperandStack } from "./operand_stack.ts";

function checkShared(stack: OperandStack, shared: boolean, what: string, at: number): void {
  if (stack.sharedContext && !shared) {
    const where = stack.constant ? "constant expression" : "function";
    stack.fail(`Cannot access non-shared ${what} in a shared ${where}`, at);
  }
}

/** A type index and its definition. */
export interface IndexedType<Composite> {
  /** The index as it was read. */
  readonly index: TypeIndex;
  /** The whole definition. */
  readonly definition: SubType;
  /** What the definition is made of. */
  readonly composite: Composite;
}

function readType<Kind extends CompositeType["kind"]>(
  stack: OperandStack,
  kind: Kind,
  name: string,
): IndexedType<Extract<CompositeType, { kind: Kind }>> {
  const at = stack.position;
  const index = stack.u32(`${name} index`);
  const definition = stack.environment.module.types[index];
  if (definition?.composite.kind !== kind) stack.fail(`invalid ${name} index: ${index}`, at);
  checkShared(stack, definition.shared, `type ${index}`, at);
  return { index, definition, composite: definition.composite as Extract<CompositeType, { kind: Kind }> };
}

/** The index of a function type. */
export function readSignature(stack: OperandStack): IndexedType<FunctionType> {
  return readType(stack, "func", "signature");
}

/** The index of a struct type. */
export function readStruct(stack: OperandStack): IndexedType<StructType> {
  return readType(stack, "struct", "struct");
}

/** The index of an array type. */
export function readArray(stack: OperandStack): IndexedType<ArrayType> {
  return readType(stack, "array", "array");
}

/** The indices of a struct type and of one of its fields. */
export function readField(stack: OperandStack): { readonly index: TypeIndex; readonly field: FieldType } {
  const { index, composite } = readStruct(stack);
  const at = stack.position;
  const fieldIndex = stack.u32("field index");
  const field = composite.fields[fieldIndex];
  if (!field) stack.fail(`invalid field index: ${fieldIndex}`, at);
  return { index, field };
}

/** Fails when a get instruction does not fit the packedness of what it reads. */
export function checkPacking(stack: OperandStack, name: string, field: FieldType): void {
  const extends_ = name.endsWith("_s") || name.endsWith("_u");
  if (extends_ === isPacked(field.storage)) return;
  stack.failHere(
    extends_
      ? `${name} is only valid for packed fields`
      : `${name}: Immediate field has packed type. Use ${name}_s or ${name}_u instead.`,
  );
}

/** A function index. */
export function readFunction(stack: OperandStack): FunctionIndex {
  const at = stack.position;
  const index = stack.u32("function index");
  const { module } = stack.environment;
  const callee = module.functions[index];
  if (!callee) stack.fail(`function index #${index} is out of bounds`, at);
  checkShared(stack, module.types[callee.type].shared, `function ${index}`, at);
  return index;
}

/** A global index: one that the expression may name. */
export function readGlobal(stack: OperandStack): { readonly index: number; readonly type: GlobalType } {
  const at = stack.position;
  const index = stack.u32("global index");
  if (index >= stack.globalCount) stack.fail(`Invalid global index: ${index}`, at);
  const { type } = stack.environment.module.globals[index];
  checkShared(stack, type.shared, `global ${index}`, at);
  if (stack.constant && type.mutable) {
    stack.fail("mutable globals cannot be used in constant expressions", at);
  }
  return { index, type };
}

/** A table index. */
export function readTable(stack: OperandStack): { readonly index: TableIndex; readonly type: TableType } {
  const at = stack.position;
  const index = stack.u32("table index");
  const { tables } = stack.environment.module;
  const table: Table | undefined = tables[index];
  if (!table) stack.fail(`table index ${index} exceeds number of tables (${tables.length})`, at);
  checkShared(stack, table.type.shared, `table ${index}`, at);
  return { index, type: table.type };
}

/** A memory index; the index has been read and stood at `at`. */
export function checkMemory(stack: OperandStack, index: MemoryIndex, at: number): MemoryType {
  const { memories } = stack.environment.module;
  const memory = memories[index];
  if (!memory) {
    stack.fail(`memory index ${index} exceeds number of declared memories (${memories.length})`, at);
  }
  checkShared(stack, memory.type.shared, `memory ${index}`, at);
  return memory.type;
}

/** A memory index. */
export function readMemory(stack: OperandStack): MemoryType {
  const at = stack.position;
  return checkMemory(stack, stack.u32("memory index"), at);
}

/** The index of a string literal. */
export function readString(stack: OperandStack): void {
  const at = stack.position;
  const index = stack.u32("string literal index");
  if (index >= stack.environment.module.strings.length) {
    stack.fail(`Invalid string literal index: ${index}`, at);
  }
}

/** A tag index and the types of the values an exception carries. */
export function readTag(
  stack: OperandStack,
): { readonly index: TagIndex; readonly params: FunctionType["params"] } {
  const at = stack.position;
  const index = stack.u32("tag index");
  const { module } = stack.environment;
  const tag = module.tags[index];
  if (!tag) stack.fail(`Invalid tag index: ${index}`, at);
  checkShared(stack, module.types[tag.type].shared, `tag ${index}`, at);
  return { index, params: stack.environment.signature(tag.type)!.params };
}

/** An element segment index. */
export function readElementSegment(stack: OperandStack): number {
  const at = stack.position;
  const index = stack.u32("element segment index");
  const segment = stack.environment.module.elements.at(index);
  if (!segment) stack.fail(`invalid element segment index: ${index}`, at);
  const shared = segment.shared || isSharedType(segment.type, stack.environment.types);
  checkShared(stack, shared, `element segment ${index}`, at);
  return index;
}

/** A data segment index; there must be a data count section. */
export function readDataSegment(stack: OperandStack): number {
  const at = stack.position;
  const index = stack.u32("data segment index");
  const { dataCount } = stack.environment.module;
  if (dataCount === null) stack.fail("data count section required", at);
  if (index >= dataCount) stack.fail(`invalid data segment index: ${index}`, at);
  return index;
}
