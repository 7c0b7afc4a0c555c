/**
 * Strings from and into arrays (stringref proposal, as V8 has it); the types of all other string instructions are in the
 * opcode table.
 *
 * @module
 */

import {
  I16,
  I32,
  I8,
  isDefined,
  NONE,
  refType,
  STRING,
  STRINGREF,
  typeIndexOf,
  type ValueType,
  valueTypeName,
} from "../syntax/types.ts";
import type { OperandStack, Rule, Rules } from "./operand_stack.ts";
import { operandTypeName } from "./operand_types.ts";

/** Pops operand `index`: an array of any type with these elements. */
function popArray(stack: OperandStack, index: number, storage: ValueType, written: boolean): void {
  stack.ensure(1);
  const type = stack.peekOperand(0);
  if (!isArrayOf(stack, type, storage, written)) {
    const origin = stack.origins[stack.height - 1];
    const expected = `array of ${written ? "mutable " : ""}${valueTypeName(storage)}`;
    stack.fail(
      `${stack.instructionName(stack.at)}[${index}] expected ${expected}, found ` +
        `${stack.instructionName(origin)} of type ${operandTypeName(type)}`,
      origin,
    );
  }
  stack.drop(1);
}

function isArrayOf(stack: OperandStack, type: ValueType, storage: ValueType, written: boolean): boolean {
  // Null, and what comes out of nowhere, is an array of everything.
  if (stack.matches(type, refType(NONE, true))) return true;
  if (!isDefined(type)) return false;
  const { composite } = stack.environment.types[typeIndexOf(type)];
  if (composite.kind !== "array" || composite.element.storage !== storage) return false;
  return composite.element.mutable || !written;
}

function fromArray(storage: ValueType, nullable: boolean): Rule {
  return (stack) => {
    stack.pop(I32, 2);
    stack.pop(I32, 1);
    popArray(stack, 0, storage, false);
    stack.push(refType(STRING, nullable));
  };
}

function intoArray(storage: ValueType): Rule {
  return (stack) => {
    stack.pop(I32, 2);
    popArray(stack, 1, storage, true);
    stack.pop(STRINGREF, 0);
    stack.push(I32);
  };
}

/** Rules by mnemonic. */
export const STRING_RULES: Rules = {
  "string.new_utf8_array": fromArray(I8, false),
  "string.new_utf8_array_try": fromArray(I8, true),
  "string.new_lossy_utf8_array": fromArray(I8, false),
  "string.new_wtf8_array": fromArray(I8, false),
  "string.new_wtf16_array": fromArray(I16, false),
  "string.encode_utf8_array": intoArray(I8),
  "string.encode_lossy_utf8_array": intoArray(I8),
  "string.encode_wtf8_array": intoArray(I8),
  "string.encode_wtf16_array": intoArray(I16),
};
