/**
 * Casts (specification 4.6.3 "Reference Instructions", 4.6.7 `br_on_cast`), and those by descriptor of the custom
 * descriptors proposal. Structs and arrays carry marks for the types they belong to (`runtime/heap_objects.ts`), function
 * references their canonical type with its display.
 *
 * @module
 */

import { DESCRIPTOR_FIELD } from "../runtime/struct_class.ts";
import { matchHeapType } from "../syntax/canonical_types.ts";
import {
  abstractHeapTypeOf,
  ARRAY,
  EQ,
  type HeapType,
  heapTypeOf,
  I31,
  I32,
  isDefined,
  isExact,
  isNullable,
  nonNullable,
  refType,
  STRING,
  STRUCT,
  typeIndexOf,
  type ValueType,
} from "../syntax/types.ts";
import { branchWhen, simplifyTop, target } from "./control.ts";
import { call, conditional, derived, Effect, type Expression, Precedence, unary } from "./expression.ts";
import { flatten } from "./function_builder.ts";
import type { Emitter, FunctionCompiler } from "./function_compiler.ts";
import { checkByAccess, nonNull } from "./typed_references.ts";

/** How strongly the outermost of the operators in a test binds. */
function test(text: string, reference: Expression, others: readonly Expression[] = []): Expression {
  const precedence = text.includes("||")
    ? Precedence.Or
    : text.includes("&&")
    ? Precedence.And
    : text.includes("=")
    ? Precedence.Equal
    : Precedence.Primary;
  return derived(text, precedence, "bool", [reference, ...others]);
}

/**
 * The test that simple `reference`, of type `from`, is no null and has a property of this value. It may be an i31, which has none
 * such; to ask for its type first (`typeof`) takes V8 twice as long.
 */
function hasProperty({ text }: Expression, from: ValueType, property: string, value: string): string {
  return `${isNullable(from) ? `${text}!==null&&` : ""}${text}${property}===${value}`;
}

function hasMark(reference: Expression, from: ValueType, mark: string): string {
  return hasProperty(reference, from, `[${mark}]`, "true");
}

/** The test that simple `reference`, of type `from`, is no null and of heap type `heap`. */
function heapTypeTest(f: FunctionCompiler, reference: Expression, from: ValueType, heap: HeapType): string {
  const { types } = f.scope.module;
  const { text } = reference;
  if (matchHeapType(heapTypeOf(from), heap, types, types)) {
    return isNullable(from) ? `${text}!==null` : "true";
  }
  if (isDefined(heap)) {
    const index = typeIndexOf(heap);
    const type = types[index];
    if (type.composite.kind === "func") {
      return isExact(heap)
        ? hasProperty(reference, from, ".type", f.scope.type(index))
        : hasProperty(reference, from, `.type.display[${type.depth}]`, f.scope.type(index));
    }
    return hasMark(reference, from, f.scope.mark(index, isExact(heap)));
  }
  switch (abstractHeapTypeOf(heap)) {
    case I31:
      return `typeof ${text}==="number"`;
    case STRING:
      return `typeof ${text}==="string"`;
    case STRUCT:
      return hasMark(reference, from, f.scope.runtime("STRUCT_MARK"));
    case ARRAY:
      return hasMark(reference, from, f.scope.runtime("ARRAY_MARK"));
    case EQ:
      return `typeof ${text}==="number"||${hasMark(reference, from, f.scope.runtime("EQ_MARK"))}`;
    default:
      // the bottoms of the hierarchies
      return "false";
  }
}

/** The test that simple `reference`, of type `from`, is of type `to`. */
function typeTest(f: FunctionCompiler, reference: Expression, from: ValueType, to: ValueType): Expression {
  if (!isNullable(from) || !isNullable(to)) {
    return test(heapTypeTest(f, reference, from, heapTypeOf(to)), reference);
  }
  const { types } = f.scope.module;
  if (matchHeapType(heapTypeOf(from), heapTypeOf(to), types, types)) return test("true", reference);
  return test(orNull(reference, heapTypeTest(f, reference, nonNullable(from), heapTypeOf(to))), reference);
}

function orNull({ text }: Expression, test: string): string {
  return test === "false" ? `${text}===null` : `${text}===null||${test}`;
}

/** Takes the descriptor off the stack: a variable, after the trap when it is null. */
function popDescriptor(f: FunctionCompiler): Expression {
  const type = f.types.pop()!;
  return f.evaluated(nonNull(f, f.pop(), type));
}

/** The test that simple `reference`, of type `from`, has this descriptor, or is null where `to` is nullable. */
function descriptorTest(
  reference: Expression,
  from: ValueType,
  to: ValueType,
  descriptor: Expression,
): Expression {
  const text = isNullable(from) && isNullable(to)
    ? orNull(reference, hasProperty(reference, nonNullable(from), `.${DESCRIPTOR_FIELD}`, descriptor.text))
    : hasProperty(reference, from, `.${DESCRIPTOR_FIELD}`, descriptor.text);
  return test(text, reference, [descriptor]);
}

/** Whether a test for `to` accesses a member of every reference of type `from` that is not null. */
function accessesMember(f: FunctionCompiler, from: ValueType, to: ValueType): boolean {
  const { types } = f.scope.module;
  const heap = heapTypeOf(to);
  if (matchHeapType(heapTypeOf(from), heap, types, types)) return false;
  const plain = isDefined(heap) ? STRUCT : abstractHeapTypeOf(heap);
  return plain === STRUCT || plain === ARRAY;
}

/** Takes the reference that is tested off the stack. */
function popTested(f: FunctionCompiler, from: ValueType, to: ValueType): Expression {
  if (accessesMember(f, from, to)) checkByAccess(f);
  return f.popSimple();
}

/** Two binary forms of one instruction: the first takes no null. */
function readTarget(f: FunctionCompiler, first: number): ValueType {
  return refType(f.reader.heapType(), f.code !== first);
}

const REF_TEST = 0xfb014;
const REF_CAST = 0xfb016;
const REF_CAST_DESC_EQ = 0xfb023;

function referenceTest(f: FunctionCompiler): void {
  const to = readTarget(f, REF_TEST);
  const from = f.types.pop()!;
  f.pushValue(I32, typeTest(f, popTested(f, from, to), from, to));
}

/** Pushes the reference, or the trap. */
function pushCast(f: FunctionCompiler, reference: Expression, holds: Expression, to: ValueType): void {
  if (holds.text === "true") return f.pushValue(to, reference);
  const failure = call(f.scope.runtime("illegalCast"), [], "ref", Effect.Trap);
  f.pushValue(to, conditional(holds, reference, failure, "ref"));
}

function referenceCast(f: FunctionCompiler): void {
  const to = readTarget(f, REF_CAST);
  const from = f.types.pop()!;
  const reference = popTested(f, from, to);
  // A null that is refused fails in the access, like an object of another type in the test.
  const natural = !isNullable(to) && accessesMember(f, from, to);
  pushCast(f, reference, typeTest(f, reference, natural ? nonNullable(from) : from, to), to);
}

function descriptorCast(f: FunctionCompiler): void {
  const to = readTarget(f, REF_CAST_DESC_EQ);
  const descriptor = popDescriptor(f);
  const from = f.types.pop()!;
  const reference = f.popSimple();
  pushCast(f, reference, descriptorTest(reference, from, to, descriptor), to);
}

/** `br_on_cast` and its like. */
function castBranch(onFail: boolean, byDescriptor: boolean): Emitter {
  return (f) => {
    const flags = f.reader.u8();
    const frame = target(f, f.reader.u32("branch depth"));
    f.reader.heapType();
    const to = refType(f.reader.heapType(), (flags & 2) !== 0);
    const descriptor = byDescriptor ? popDescriptor(f) : null;
    const from = f.types.pop()!;
    const count = flatten(frame.labelTypes).length;
    simplifyTop(f, count);
    f.settle(Effect.Branch);
    const reference = f.operands.at(-1)!;
    const holds = descriptor === null
      ? typeTest(f, reference, from, to)
      : descriptorTest(reference, from, to, descriptor);
    branchWhen(f, onFail ? unary("!", holds, "bool") : holds, frame, count);
    f.types.push(onFail ? to : isNullable(to) ? nonNullable(from) : from);
  };
}

/** Casts, tests and the branches on them. */
export const CAST_EMITTERS: Readonly<Record<string, Emitter>> = {
  "ref.test": referenceTest,
  "ref.cast": referenceCast,
  "ref.cast_desc_eq": descriptorCast,
  "br_on_cast": castBranch(false, false),
  "br_on_cast_fail": castBranch(true, false),
  "br_on_cast_desc_eq": castBranch(false, true),
  "br_on_cast_desc_eq_fail": castBranch(true, true),
};
