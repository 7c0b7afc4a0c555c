/**
 * Instructions whose types the opcode table gives: their immediates, operands and results.
 *
 * @module
 */

import { ADDRESS, type Immediate, type Opcode, type Signature } from "../syntax/opcodes.ts";
import {
  type AddressType,
  I32,
  type MemoryType,
  type TableType,
  type ValueType,
  valueTypeName,
} from "../syntax/types.ts";
import { addressValueType } from "./environment.ts";
import {
  checkMemory,
  readDataSegment,
  readElementSegment,
  readMemory,
  readString,
  readTable,
} from "./indices.ts";
import type { OperandStack } from "./operand_stack.ts";
import { alignmentOf } from "./operator_shapes.ts";

/** Set in the alignment field of an access that names its memory. */
const MEMORY_INDEX_FLAG = 0x40;

/** Validates an instruction that the table describes completely. */
export function tableOperator(stack: OperandStack, opcode: Opcode, signature: Signature): void {
  let address: ValueType = I32;
  let segment = -1;
  for (const immediate of opcode.immediates) {
    switch (immediate) {
      case "data":
        readDataSegment(stack);
        break;
      case "string":
        readString(stack);
        break;
      case "elem":
        segment = readElementSegment(stack);
        break;
      case "memory":
        address = addressValueType(readMemory(stack).addressType);
        break;
      case "table": {
        const { index, type } = readTable(stack);
        address = addressValueType(type.addressType);
        if (segment >= 0) checkSegmentType(stack, segment, index, type);
        break;
      }
      default:
        address = plainImmediate(stack, opcode, immediate) ?? address;
    }
  }
  const { params, results } = signature;
  const count = params.length;
  stack.ensure(count);
  for (let i = 0; i < count; i++) {
    stack.check(i, count - 1 - i, params[i] === ADDRESS ? address : params[i]);
  }
  stack.drop(count);
  for (let i = 0; i < results.length; i++) stack.push(results[i] === ADDRESS ? address : results[i]);
}

/** An immediate without an index space; gives the address type when it is a memory access. */
function plainImmediate(stack: OperandStack, opcode: Opcode, immediate: Immediate): ValueType | null {
  switch (immediate) {
    case "i32":
      stack.skipI32("immi32");
      return null;
    case "i64":
      stack.skipI64("immi64");
      return null;
    case "f32":
      stack.skipFloat(4);
      return null;
    case "f64":
      stack.skipFloat(8);
      return null;
    case "v128":
      stack.skip(16);
      return null;
    case "lanes16":
      for (let i = 0; i < 16; i++) lane(stack, 32, "invalid shuffle mask");
      return null;
    case "lane2":
    case "lane4":
    case "lane8":
    case "lane16":
      lane(stack, Number(immediate.slice(4)), "invalid lane index");
      return null;
    case "fence": {
      const at = stack.position;
      if (stack.u8() !== 0) stack.fail("invalid atomic operand", at);
      return null;
    }
    default:
      return addressValueType(
        memoryAccess(stack, alignmentOf(opcode.accessWidth), immediate.startsWith("atomic")).addressType,
      );
  }
}

function lane(stack: OperandStack, count: number, message: string): void {
  const at = stack.position;
  if (stack.u8() >= count) stack.fail(message, at);
}

/** The memory argument of an access: alignment, memory, offset. */
export function memoryAccess(stack: OperandStack, maximumAlignment: number, exact: boolean): MemoryType {
  const at = stack.position;
  const flags = stack.u32("alignment");
  const explicit = (flags & MEMORY_INDEX_FLAG) !== 0 && stack.features.has("multi-memory");
  const alignment = explicit ? flags - MEMORY_INDEX_FLAG : flags;
  if (alignment > maximumAlignment || (exact && alignment < maximumAlignment)) {
    const rule = exact && alignment < maximumAlignment
      ? "invalid alignment for atomic operation; expected alignment is"
      : "invalid alignment; expected maximum alignment is";
    stack.fail(`${rule} ${maximumAlignment}, actual alignment is ${alignment}`, at);
  }
  const index = explicit ? stack.u32("memory index") : 0;
  const type = checkMemory(stack, index, at);
  readOffset(stack, type.addressType);
  return type;
}

/** The offset of an access; the encoding has room for 64 bits wherever the 64-bit memories are switched on. */
export function readOffset(stack: OperandStack, addressType: AddressType): void {
  const at = stack.position;
  if (!stack.features.has("memory64")) stack.u32("offset");
  else if (stack.approximateU64("offset") > 0xffff_ffff && addressType === "i32") {
    stack.position = at;
    stack.fail(`memory offset outside 32-bit range: ${stack.u64("offset")}`, at);
  }
}

/** Fails unless an element segment's values may be written to a table. */
export function checkSegmentType(
  stack: OperandStack,
  segment: number,
  index: number,
  table: TableType,
): void {
  const { type } = stack.environment.module.elements.at(segment)!;
  if (!stack.matches(type, table.element)) {
    const element = valueTypeName(table.element);
    stack.failHere(
      `type ${
        valueTypeName(type)
      } of element segment ${segment} is not a subtype of table ${index}'s ${element}`,
    );
  }
}
