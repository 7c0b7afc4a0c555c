/**
 * References, aggregates and casts (specification 3.4.7 "Reference Instructions", 3.4.8 "Aggregate Instructions"), with the
 * descriptors of the custom descriptors proposal and the shared forms of shared-everything threads.
 *
 * @module
 */

import { isSharedHeapType, isSharedType, topHeapType } from "../syntax/canonical_types.ts";
import {
  ANY,
  ARRAY,
  definedHeapType,
  EQ,
  EXTERN,
  type FieldType,
  type HeapType,
  heapTypeOf,
  I31,
  I32,
  isDefaultable,
  isDefined,
  isExact,
  isNullable,
  isReference,
  isStringView,
  nonNullable,
  refType,
  sharedHeapType,
  type TypeIndex,
  typeIndexOf,
  unpacked,
  type ValueType,
} from "../syntax/types.ts";
import {
  checkPacking,
  readArray,
  readDataSegment,
  readElementSegment,
  readField,
  readFunction,
  readStruct,
} from "./indices.ts";
import type { OperandStack, Rules } from "./operand_stack.ts";
import {
  BOTTOM_REFERENCE,
  eitherSharing,
  hasEitherSharing,
  operandTypeName,
  sharedVersion,
} from "./operand_types.ts";

const MAX_NEW_FIXED = 10_000;

/** Two binary forms of one instruction differ in the last bit: odd ones take or give null too. */
function nullableForm(code: number, first: number): boolean {
  return code !== first;
}

function definedReference(index: TypeIndex, nullable: boolean): ValueType {
  return refType(definedHeapType(index), nullable);
}

/** The type of a new object: exact where exact types exist. */
function newReference(stack: OperandStack, index: TypeIndex): ValueType {
  return refType(definedHeapType(index, stack.environment.exactReferences), false);
}

/** Pops a reference to `heap` or its shared version; gives its type. */
function popEitherSharing(stack: OperandStack, heap: HeapType, index: number = 0): ValueType {
  stack.ensure(1);
  const type = stack.peekOperand(0);
  const expected = refType(heap, true);
  if (!stack.matches(type, expected) && !stack.matches(type, refType(sharedHeapType(heap), true))) {
    stack.operandError(index, 0, operandTypeName(expected));
  }
  stack.drop(1);
  return isReference(type) ? type : BOTTOM_REFERENCE;
}

function convert(stack: OperandStack, from: HeapType, to: HeapType): void {
  const type = popEitherSharing(stack, from);
  const result = refType(to, isNullable(type));
  if (type === BOTTOM_REFERENCE || hasEitherSharing(type)) stack.push(eitherSharing(result));
  else stack.push(isSharedType(type, stack.environment.types) ? sharedVersion(result) : result);
}

/** A field that `array.new_data` and its like can fill from bytes. */
function checkNumeric(stack: OperandStack, { storage }: FieldType, name: string): void {
  if (isReference(storage)) {
    stack.failHere(`${name} can only be used with numeric-type arrays, found ${operandTypeName(storage)}`);
  }
}

function checkMutable(stack: OperandStack, { mutable }: FieldType, message: string): void {
  if (!mutable) stack.failHere(message);
}

function checkDefaultable(stack: OperandStack, fields: readonly FieldType[], name: string): void {
  for (const { storage } of fields) {
    if (!isDefaultable(storage)) {
      stack.failHere(`${name}: field of type ${operandTypeName(storage)} has no default value`);
    }
  }
}

function checkElementType(stack: OperandStack, segment: number, element: FieldType): void {
  const { type } = stack.environment.module.elements.at(segment)!;
  if (!stack.matches(type, element.storage)) {
    stack.failHere(
      `type ${operandTypeName(type)} of element segment ${segment} is not a subtype of ` +
        `the array's element type ${operandTypeName(element.storage)}`,
    );
  }
}

function top(stack: OperandStack, heap: HeapType): HeapType {
  const { types } = stack.environment;
  const plain = topHeapType(heap, types);
  return isSharedHeapType(heap, types) ? sharedHeapType(plain) : plain;
}

/** Pops a reference from the hierarchy of `heap`. */
function popCastOperand(stack: OperandStack, heap: HeapType): void {
  stack.pop(refType(top(stack, heap), true));
}

/** What remains of `from` after values of type `to` have been taken out. */
function difference(from: ValueType, to: ValueType): ValueType {
  return isNullable(to) ? nonNullable(from) : from;
}

/** The descriptor type of a cast's target, whose descriptor is on the stack; pops it. */
function popDescriptor(stack: OperandStack, target: HeapType, at: number): void {
  if (!isDefined(target)) stack.fail("descriptor cast target must be a defined type", at);
  const index = typeIndexOf(target);
  const { descriptor } = stack.environment.module.types[index];
  if (descriptor === null) stack.fail(`descriptor cast target type ${index} has no descriptor`, at);
  stack.pop(refType(definedHeapType(descriptor, isExact(target)), true), 1);
}

function readCastType(stack: OperandStack, nullable: boolean): ValueType {
  const at = stack.position;
  const heap = stack.heapType();
  if (nullable && isStringView(heap)) stack.fail("nullable string views don't exist", at);
  return refType(heap, nullable);
}

function castBranch(stack: OperandStack, onFail: boolean, descriptor: boolean): void {
  const flagsAt = stack.position;
  const flags = stack.u8();
  if (flags > 3) stack.fail(`invalid br_on_cast flags ${flags}`, flagsAt);
  const label = stack.readLabel();
  const from = readCastType(stack, (flags & 1) !== 0);
  const targetAt = stack.position;
  const to = readCastType(stack, (flags & 2) !== 0);
  const related = stack.environment.exactReferences
    ? top(stack, heapTypeOf(from)) === top(stack, heapTypeOf(to))
    : stack.matches(to, from);
  if (!related) {
    stack.fail(
      `invalid types for ${stack.instructionName(stack.at)}: ${operandTypeName(to)} is not a subtype of ` +
        operandTypeName(from),
      targetAt,
    );
  }
  if (descriptor) popDescriptor(stack, heapTypeOf(to), targetAt);
  stack.pop(from);
  const types = stack.labelTypes(label);
  if (types.length === 0) {
    stack.failHere(`${stack.instructionName(stack.at)} must target a branch of arity at least 1`);
  }
  stack.push(onFail ? difference(from, to) : to);
  stack.checkBranch(types, "branch");
  stack.retype(types);
  stack.drop(1);
  stack.push(onFail ? to : difference(from, to));
}

function newStruct(stack: OperandStack, withDescriptor: boolean, defaults: boolean): void {
  const at = stack.position;
  const { index, definition, composite } = readStruct(stack);
  const name = stack.instructionName(stack.at);
  if (withDescriptor) {
    if (definition.descriptor === null) stack.fail(`${name}: type ${index} has no descriptor`, at);
    stack.pop(refType(definedHeapType(definition.descriptor, true), true));
  } else if (definition.descriptor !== null) {
    stack.fail(`${name}: type ${index} has a descriptor`, at);
  }
  if (defaults) checkDefaultable(stack, composite.fields, name);
  else stack.popAll(composite.fields.map(({ storage }) => unpacked(storage)));
  stack.push(newReference(stack, index));
}

function getField(stack: OperandStack, name: string): void {
  const { index, field } = readField(stack);
  checkPacking(stack, name, field);
  stack.pop(definedReference(index, true));
  stack.push(unpacked(field.storage));
}

function getElement(stack: OperandStack, name: string): void {
  const { index, composite: { element } } = readArray(stack);
  checkPacking(stack, name, element);
  stack.popAll([definedReference(index, true), I32]);
  stack.push(unpacked(element.storage));
}

function test(stack: OperandStack): HeapType {
  const heap = stack.heapType();
  popCastOperand(stack, heap);
  if (isStringView(heap)) {
    stack.failHere(`Invalid type for ${stack.instructionName(stack.at)}: string views are not classifiable`);
  }
  return heap;
}

/** Rules by mnemonic. */
export const REFERENCE_RULES: Rules = {
  "ref.null": (stack) => {
    const at = stack.position;
    const heap = stack.heapType();
    if (isStringView(heap)) stack.fail("cannot create null string view", at);
    stack.push(refType(heap, true));
  },

  "ref.is_null": (stack) => {
    stack.popReference();
    stack.push(I32);
  },

  "ref.func": (stack) => {
    const at = stack.position;
    const index = readFunction(stack);
    const { declared } = stack.environment;
    if (stack.constant) declared[index] = 1;
    else if (declared[index] === 0) stack.fail(`undeclared reference to function #${index}`, at);
    stack.push(stack.environment.functionReference(index));
  },

  "ref.eq": (stack) => {
    stack.ensure(2);
    const second = popEitherSharing(stack, EQ, 1);
    const first = popEitherSharing(stack, EQ, 0);
    const both = (heap: HeapType) =>
      stack.matches(first, refType(heap, true)) && stack.matches(second, refType(heap, true));
    if (!both(EQ) && !both(sharedHeapType(EQ))) {
      stack.failHere(
        `ref.eq needs two shared or two non-shared references, got ${operandTypeName(first)} and ` +
          operandTypeName(second),
      );
    }
    stack.push(I32);
  },

  "ref.as_non_null": (stack) => stack.push(nonNullable(stack.popReference())),

  "struct.new": (stack) => newStruct(stack, false, false),
  "struct.new_default": (stack) => newStruct(stack, false, true),
  "struct.new_desc": (stack) => newStruct(stack, true, false),
  "struct.new_default_desc": (stack) => newStruct(stack, true, true),

  "struct.get": (stack, { mnemonic }) => getField(stack, mnemonic),
  "struct.get_s": (stack, { mnemonic }) => getField(stack, mnemonic),
  "struct.get_u": (stack, { mnemonic }) => getField(stack, mnemonic),

  "struct.set": (stack) => {
    const { index, field } = readField(stack);
    checkMutable(stack, field, "struct.set: Field is immutable.");
    stack.popAll([definedReference(index, true), unpacked(field.storage)]);
  },

  "array.new": (stack) => {
    const { index, composite: { element } } = readArray(stack);
    stack.popAll([unpacked(element.storage), I32]);
    stack.push(newReference(stack, index));
  },

  "array.new_default": (stack, { mnemonic }) => {
    const { index, composite: { element } } = readArray(stack);
    checkDefaultable(stack, [element], mnemonic);
    stack.pop(I32);
    stack.push(newReference(stack, index));
  },

  "array.new_fixed": (stack) => {
    const { index, composite: { element } } = readArray(stack);
    const at = stack.position;
    const count = stack.u32("array length");
    if (count > MAX_NEW_FIXED) {
      stack.fail(`Requested length ${count} for array.new_fixed too large, maximum is ${MAX_NEW_FIXED}`, at);
    }
    const type = unpacked(element.storage);
    stack.ensure(count);
    for (let i = 0; i < count; i++) stack.check(i, count - 1 - i, type);
    stack.drop(count);
    stack.push(newReference(stack, index));
  },

  "array.new_data": (stack, { mnemonic }) => {
    const { index, composite: { element } } = readArray(stack);
    checkNumeric(stack, element, mnemonic);
    readDataSegment(stack);
    stack.popAll([I32, I32]);
    stack.push(newReference(stack, index));
  },

  "array.new_elem": (stack) => {
    const { index, composite: { element } } = readArray(stack);
    checkElementType(stack, readElementSegment(stack), element);
    stack.popAll([I32, I32]);
    stack.push(newReference(stack, index));
  },

  "array.get": (stack, { mnemonic }) => getElement(stack, mnemonic),
  "array.get_s": (stack, { mnemonic }) => getElement(stack, mnemonic),
  "array.get_u": (stack, { mnemonic }) => getElement(stack, mnemonic),

  "array.set": (stack) => {
    const { index, composite: { element } } = readArray(stack);
    checkMutable(stack, element, `array.set: immediate array type ${index} is immutable`);
    stack.popAll([definedReference(index, true), I32, unpacked(element.storage)]);
  },

  "array.len": (stack) => {
    popEitherSharing(stack, ARRAY);
    stack.push(I32);
  },

  "array.fill": (stack) => {
    const { index, composite: { element } } = readArray(stack);
    checkMutable(stack, element, `array.fill: immediate array type ${index} is immutable`);
    stack.popAll([definedReference(index, true), I32, unpacked(element.storage), I32]);
  },

  "array.copy": (stack) => {
    const destination = readArray(stack);
    const source = readArray(stack);
    const to = destination.composite.element;
    const from = source.composite.element.storage;
    checkMutable(
      stack,
      to,
      `array.copy: immediate destination array type #${destination.index} is immutable`,
    );
    if (!stack.matches(from, to.storage)) {
      stack.failHere(
        `array.copy: source array's #${source.index} element type is not a subtype of ` +
          `destination array's #${destination.index} element type`,
      );
    }
    stack.popAll([
      definedReference(destination.index, true),
      I32,
      definedReference(source.index, true),
      I32,
      I32,
    ]);
  },

  "array.init_data": (stack, { mnemonic }) => {
    const { index, composite: { element } } = readArray(stack);
    checkMutable(
      stack,
      element,
      `array.init_data can only be used with mutable arrays, found array type ${index}`,
    );
    checkNumeric(stack, element, mnemonic);
    readDataSegment(stack);
    stack.popAll([definedReference(index, true), I32, I32, I32]);
  },

  "array.init_elem": (stack) => {
    const { index, composite: { element } } = readArray(stack);
    checkMutable(
      stack,
      element,
      `array.init_elem can only be used with mutable arrays, found array type ${index}`,
    );
    checkElementType(stack, readElementSegment(stack), element);
    stack.popAll([definedReference(index, true), I32, I32, I32]);
  },

  "ref.test": (stack) => {
    test(stack);
    stack.push(I32);
  },

  "ref.cast": (stack, { code }) => stack.push(refType(test(stack), nullableForm(code, 0xfb016))),

  "br_on_cast": (stack) => castBranch(stack, false, false),
  "br_on_cast_fail": (stack) => castBranch(stack, true, false),
  "br_on_cast_desc_eq": (stack) => castBranch(stack, false, true),
  "br_on_cast_desc_eq_fail": (stack) => castBranch(stack, true, true),

  "ref.get_desc": (stack: OperandStack) => {
    const at = stack.position;
    const { index, definition } = readStruct(stack);
    const { descriptor } = definition;
    if (descriptor === null) stack.fail(`ref.get_desc: type ${index} has no descriptor`, at);
    stack.ensure(1);
    stack.check(0, 0, definedReference(index, true));
    const exact = stack.matches(stack.peekOperand(0), refType(definedHeapType(index, true), true));
    stack.drop(1);
    stack.push(refType(definedHeapType(descriptor, exact), false));
  },

  "ref.cast_desc_eq": (stack, { code }) => {
    const at = stack.position;
    const heap = stack.heapType();
    popDescriptor(stack, heap, at);
    popCastOperand(stack, heap);
    stack.push(refType(heap, nullableForm(code, 0xfb023)));
  },

  "any.convert_extern": (stack) => convert(stack, EXTERN, ANY),
  "extern.convert_any": (stack) => convert(stack, ANY, EXTERN),

  "ref.i31": (stack) => {
    stack.pop(I32);
    stack.push(refType(I31, false));
  },
  "ref.i31_shared": (stack) => {
    stack.pop(I32);
    stack.push(refType(sharedHeapType(I31), false));
  },
  "i31.get_s": (stack) => {
    popEitherSharing(stack, I31);
    stack.push(I32);
  },
  "i31.get_u": (stack) => {
    popEitherSharing(stack, I31);
    stack.push(I32);
  },
};
