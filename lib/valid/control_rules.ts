/**
 * Control instructions: blocks, branches, calls, exceptions (specification 3.4.1 "Parametric Instructions" and 3.4.2 "Control
 * Instructions", legacy exception handling).
 *
 * @module
 */

import {
  BOTTOM,
  definedHeapType,
  EXN,
  EXNREF,
  FUNC,
  FUNCREF,
  type FunctionType,
  I32,
  isReference,
  nonNullable,
  refType,
  sharedHeapType,
  type ValueType,
} from "../syntax/types.ts";
import { addressValueType } from "./environment.ts";
import { readFunction, readSignature, readTable, readTag } from "./indices.ts";
import { FrameKind, type OperandStack, type Rules } from "./operand_stack.ts";

const MAX_BR_TABLE_SIZE = 65_520;
const MAX_SELECT_TYPES = 1000;
const MAX_CATCHES = 7_654_321;

const SHARED_FUNCREF = refType(sharedHeapType(FUNC), true);
const EXN_REFERENCE = refType(EXN, false);

const NO_VALUES: FunctionType = { kind: "func", params: [], results: [] };
const blockTypes = new Map<ValueType, FunctionType>();

/** A block type: nothing, one result, or a function type. */
function readBlockType(stack: OperandStack): FunctionType {
  const at = stack.position;
  const code = stack.peek("reached end while decoding block type");
  if (code === 0x40) {
    stack.position++;
    return NO_VALUES;
  }
  if ((code & 0xc0) === 0x40) {
    const result = stack.valueType();
    let type = blockTypes.get(result);
    if (!type) blockTypes.set(result, type = { kind: "func", params: [], results: [result] });
    return type;
  }
  const index = stack.i33("block type index");
  if (index < 0) stack.fail(`invalid block type ${index}`, at);
  return stack.environment.signature(index) ??
    stack.fail(`block type index ${index} is not a signature definition`, at);
}

function openBlock(stack: OperandStack, kind: FrameKind): void {
  const type = readBlockType(stack);
  stack.popAll(type.params);
  stack.pushFrame(kind, type);
}

/** Ends the reachable part of a frame that goes on as another kind. */
function nextPart(stack: OperandStack, kind: FrameKind): void {
  stack.checkFallthrough(stack.frameSignature().results, "fallthru");
  stack.restartFrame(kind);
}

function checkTailCall(stack: OperandStack, { results }: FunctionType, name: string): void {
  const expected = stack.returnTypes();
  const ok = results.length === expected.length &&
    results.every((type, i) => stack.matches(type, expected[i]));
  if (!ok) stack.failHere(`${name}: tail call type error`);
}

function call(stack: OperandStack, type: FunctionType): void {
  stack.popAll(type.params);
  stack.pushAll(type.results);
}

function tailCall(stack: OperandStack, type: FunctionType, name: string): void {
  checkTailCall(stack, type, name);
  stack.popAll(type.params);
  stack.setUnreachable();
}

function indirectCallee(stack: OperandStack, name: string): FunctionType {
  const { composite } = readSignature(stack);
  const at = stack.position;
  const { index, type } = readTable(stack);
  if (!stack.matches(type.element, FUNCREF) && !stack.matches(type.element, SHARED_FUNCREF)) {
    stack.fail(`${name}: immediate table index ${index} is not of function type`, at);
  }
  stack.pop(addressValueType(type.addressType), 0);
  return composite;
}

function referencedCallee(stack: OperandStack): FunctionType {
  const { index, composite } = readSignature(stack);
  stack.pop(refType(definedHeapType(index), true), 0);
  return composite;
}

/** A handler of try_table: its label must take what it hands over. */
function readCatch(stack: OperandStack): void {
  const at = stack.position;
  const kind = stack.u8();
  if (kind > 3) stack.fail(`invalid catch kind in try table`, at);
  const types: ValueType[] = [];
  if (kind < 2) types.push(...readTag(stack).params);
  if ((kind & 1) === 1) types.push(EXN_REFERENCE);
  stack.checkTypes(types, stack.labelTypes(stack.readLabel()), "branch");
}

/** Rules by mnemonic. */
export const CONTROL_RULES: Rules = {
  "unreachable": (stack) => stack.setUnreachable(),

  "block": (stack) => openBlock(stack, FrameKind.Block),
  "loop": (stack) => openBlock(stack, FrameKind.Loop),

  "if": (stack) => {
    const type = readBlockType(stack);
    stack.pop(I32);
    stack.popAll(type.params);
    stack.pushFrame(FrameKind.If, type);
  },

  "else": (stack) => {
    const kind = stack.frameKind();
    if (kind === FrameKind.Else) stack.failHere("else already present for if");
    if (kind !== FrameKind.If) stack.failHere("else does not match an if");
    nextPart(stack, FrameKind.Else);
    stack.pushAll(stack.frameSignature().params);
  },

  "try": (stack) => openBlock(stack, FrameKind.Try),

  "catch": (stack) => {
    const { params } = readTag(stack);
    const kind = stack.frameKind();
    if (kind === FrameKind.CatchAll) stack.failHere("catch after catch-all for try");
    if (kind !== FrameKind.Try && kind !== FrameKind.Catch) stack.failHere("catch does not match a try");
    nextPart(stack, FrameKind.Catch);
    stack.pushAll(params);
  },

  "catch_all": (stack) => {
    const kind = stack.frameKind();
    if (kind === FrameKind.CatchAll) stack.failHere("catch-all already present for try");
    if (kind !== FrameKind.Try && kind !== FrameKind.Catch) stack.failHere("catch-all does not match a try");
    nextPart(stack, FrameKind.CatchAll);
  },

  "delegate": (stack) => {
    const at = stack.position;
    const label = stack.u32("branch depth");
    // The label counts from outside of the try; the function itself stands for its caller.
    if (label >= stack.depth - 1) stack.fail(`invalid branch depth: ${label}`, at);
    if (stack.frameKind() !== FrameKind.Try) stack.failHere("delegate does not match a try");
    const { results } = stack.frameSignature();
    stack.checkFallthrough(results, "fallthru");
    stack.popFrame();
    stack.pushAll(results);
  },

  "rethrow": (stack) => {
    const label = stack.readLabel();
    const kind = stack.frameKind(label);
    if (kind !== FrameKind.Catch && kind !== FrameKind.CatchAll) {
      stack.failHere("rethrow not targeting catch or catch-all");
    }
    stack.setUnreachable();
  },

  "throw": (stack) => {
    stack.popAll(readTag(stack).params);
    stack.setUnreachable();
  },

  "throw_ref": (stack) => {
    stack.pop(EXNREF);
    stack.setUnreachable();
  },

  "try_table": (stack) => {
    const type = readBlockType(stack);
    for (let count = stack.count("catch table length", MAX_CATCHES); count > 0; count--) readCatch(stack);
    stack.popAll(type.params);
    stack.pushFrame(FrameKind.TryTable, type);
  },

  "br": (stack) => {
    stack.checkBranch(stack.labelTypes(stack.readLabel()), "branch");
    stack.setUnreachable();
  },

  "br_if": (stack) => {
    const types = stack.labelTypes(stack.readLabel());
    stack.pop(I32);
    stack.checkBranch(types, "branch");
    stack.retype(types);
  },

  "br_table": (stack) => {
    const at = stack.position;
    const count = stack.u32("table count");
    if (count > MAX_BR_TABLE_SIZE) stack.fail(`invalid table count (> max br_table size): ${count}`, at);
    stack.pop(I32);
    stack.startTable();
    let arity = -1;
    for (let i = 0; i <= count; i++) {
      const labelAt = stack.position;
      const label = stack.readLabel();
      if (!stack.firstInTable(label)) continue;
      const types = stack.labelTypes(label);
      if (arity >= 0 && types.length !== arity) {
        stack.fail(
          `br_table: label arity inconsistent with previous ${arity}, found ${types.length}`,
          labelAt,
        );
      }
      arity = types.length;
      stack.checkBranch(types, "branch");
    }
    stack.setUnreachable();
  },

  "return": (stack) => {
    stack.checkBranch(stack.returnTypes(), "return");
    stack.setUnreachable();
  },

  "call": (stack) => call(stack, stack.environment.signatures[readFunction(stack)]),
  "call_indirect": (stack, { mnemonic }) => call(stack, indirectCallee(stack, mnemonic)),
  "call_ref": (stack) => call(stack, referencedCallee(stack)),

  "return_call": (stack, { mnemonic }) => {
    tailCall(stack, stack.environment.signatures[readFunction(stack)], mnemonic);
  },
  "return_call_indirect": (stack, { mnemonic }) => {
    tailCall(stack, indirectCallee(stack, mnemonic), mnemonic);
  },
  "return_call_ref": (stack, { mnemonic }) => tailCall(stack, referencedCallee(stack), mnemonic),

  "br_on_null": (stack) => {
    const label = stack.readLabel();
    const type = stack.popReference(0, "object reference");
    const types = stack.labelTypes(label);
    stack.checkBranch(types, "branch");
    stack.retype(types);
    stack.push(nonNullable(type));
  },

  "br_on_non_null": (stack) => {
    const label = stack.readLabel();
    const type = stack.popReference(0, "object reference");
    const types = stack.labelTypes(label);
    stack.push(nonNullable(type));
    if (types.length === 0) stack.failHere("br_on_non_null must target a branch of arity at least 1");
    stack.checkBranch(types, "branch");
    stack.retype(types);
    stack.drop(1);
  },

  "nop": () => {},
  "drop": (stack) => void stack.popAny(),

  "select": (stack, { immediates }) => {
    if (immediates.length > 0) {
      const at = stack.position;
      const count = stack.count("number of select types", MAX_SELECT_TYPES);
      if (count !== 1) stack.fail("Invalid number of types. Select accepts exactly one type", at);
      const type = stack.valueType();
      stack.popAll([type, type, I32]);
      stack.push(type);
      return;
    }
    stack.ensure(3);
    stack.check(2, 0, I32);
    const second = stack.peekOperand(1);
    const first = stack.peekOperand(2);
    if (isReference(first) || isReference(second)) {
      stack.failHere("select without type is restricted to number and simd types");
    }
    const type = first === BOTTOM ? second : first;
    stack.check(0, 2, type);
    stack.check(1, 1, type);
    stack.drop(3);
    stack.push(type);
  },
};
