/**
 * Globals, tables and memories as wholes (specification 3.4.4 "Variable Instructions", 3.4.5 "Table Instructions", 3.4.6
 * "Memory Instructions"), as far as the opcode table does not say it all. Instructions on locals are checked where the
 * locals are.
 *
 * @module
 */

import type { AddressType } from "../syntax/types.ts";
import { valueTypeName } from "../syntax/types.ts";
import { addressValueType } from "./environment.ts";
import { readGlobal, readMemory, readTable } from "./indices.ts";
import type { OperandStack, Rules } from "./operand_stack.ts";

/** Destination, source and length of a copy: the length is 64 bits wide only when both addresses are. */
function popCopy(stack: OperandStack, destination: AddressType, source: AddressType): void {
  const length = destination === "i64" && source === "i64" ? "i64" : "i32";
  stack.popAll([destination, source, length].map((type) => addressValueType(type as AddressType)));
}

/** Rules by mnemonic. */
export const VARIABLE_RULES: Rules = {
  "global.get": (stack) => stack.push(readGlobal(stack).type.value),

  "global.set": (stack) => {
    const at = stack.position;
    const { index, type } = readGlobal(stack);
    if (!type.mutable) stack.fail(`immutable global #${index} cannot be assigned`, at - 1);
    stack.pop(type.value);
  },

  "table.get": (stack) => {
    const { type } = readTable(stack);
    stack.pop(addressValueType(type.addressType));
    stack.push(type.element);
  },

  "table.set": (stack) => {
    const { type } = readTable(stack);
    stack.popAll([addressValueType(type.addressType), type.element]);
  },

  "table.grow": (stack) => {
    const { type } = readTable(stack);
    const address = addressValueType(type.addressType);
    stack.popAll([type.element, address]);
    stack.push(address);
  },

  "table.fill": (stack) => {
    const { type } = readTable(stack);
    const address = addressValueType(type.addressType);
    stack.popAll([address, type.element, address]);
  },

  "table.copy": (stack) => {
    const destination = readTable(stack);
    const source = readTable(stack);
    if (!stack.matches(source.type.element, destination.type.element)) {
      stack.failHere(
        `table ${destination.index} of type ${
          valueTypeName(destination.type.element)
        } cannot take elements of ` +
          `table ${source.index} of type ${valueTypeName(source.type.element)}`,
      );
    }
    popCopy(stack, destination.type.addressType, source.type.addressType);
  },

  "memory.copy": (stack) => {
    const destination = readMemory(stack);
    popCopy(stack, destination.addressType, readMemory(stack).addressType);
  },
};
