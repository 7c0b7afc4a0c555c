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
import { population } from "./type_population.ts";
import { checkByAccess, nonNull } from "./typed_references.ts";

/** How strongly the outermost of the operators in a test binds. */
function test(text: string, reference: Expression, others: readonly Expression[] = []): Expression {
  const precedence = text.includes("||")
    ? Precedence.Or
    : text.includes("&&")
    ? Precedence.And
    : text.includes("=")
    ? Precedence.Equal
    : text.includes(" in")
    ? Precedence.Relate
    : Precedence.Primary;
  return derived(text, precedence, "bool", [reference, ...others]);
}

/** A reference that is tested. */
interface Subject {
  /** A variable. */
  readonly reference: Expression;
  /** What it is known to be, but for `mayFail`. */
  readonly type: ValueType;
  /** Objects of all types below this heap type are expected. */
  readonly seen: HeapType;
  /** Whether it may also be a null or undefined, of which the test has to access a member, to fail there. */
  readonly mayFail: boolean;
}

/** `test`, or false where the subject is null. */
function unlessNull({ reference, type }: Subject, test: string): string {
  return `${isNullable(type) ? `${reference.text}!==null&&` : ""}${test}`;
}

/** The test that the subject is no null and has a property of this value. */
function hasProperty(subject: Subject, property: string, value: string): string {
  return unlessNull(subject, `${subject.reference.text}${property}===${value}`);
}

/**
 * The test that the subject is no null and has a mark. It may be an i31, which has none; to ask for its type first (`typeof`)
 * takes V8 twice as long. Where there are objects alone, `in` takes 0.8 to 0.9 of the time.
 */
function hasMark(f: FunctionCompiler, subject: Subject, mark: string): string {
  return !subject.mayFail && isAggregate(f, heapTypeOf(subject.type))
    ? unlessNull(subject, `${mark} in ${subject.reference.text}`)
    : hasProperty(subject, `[${mark}]`, "true");
}

/** Whether all values of a heap type are structs or arrays. */
function isAggregate(f: FunctionCompiler, heap: HeapType): boolean {
  const { types } = f.scope.module;
  return matchHeapType(heap, STRUCT, types, types) || matchHeapType(heap, ARRAY, types, types);
}

/** V8 knows the marks of objects of up to four types at a place; for more it takes 9 ns to look for one. */
const MARKED_TYPES = 4;

/**
 * Whether objects of all types below `seen` are asked by `instanceof` for heap type `heap`. It takes V8 1.7 ns however many there are:
 * four times as long as for the mark of one type, a fifth of that for many.
 */
function walksPrototypes(f: FunctionCompiler, heap: HeapType, seen: HeapType): boolean {
  const { module } = f.scope;
  return isDefined(heap) && !isExact(heap) && module.types[typeIndexOf(heap)].composite.kind === "struct" &&
    population(module, seen) > MARKED_TYPES;
}

/** The test that the subject is no null and of heap type `heap`. */
function heapTypeTest(f: FunctionCompiler, subject: Subject, heap: HeapType): string {
  const { types } = f.scope.module;
  const { reference: { text }, type: from } = subject;
  if (matchHeapType(heapTypeOf(from), heap, types, types)) {
    return isNullable(from) ? `${text}!==null` : "true";
  }
  if (isDefined(heap)) {
    const index = typeIndexOf(heap);
    const type = types[index];
    if (type.composite.kind === "func") {
      return isExact(heap)
        ? hasProperty(subject, ".type", f.scope.type(index))
        : hasProperty(subject, `.type.display[${type.depth}]`, f.scope.type(index));
    }
    if (walksPrototypes(f, heap, subject.seen)) return `${text} instanceof ${f.scope.structClass(index)}`;
    if (isExact(heap)) return hasProperty(subject, ".$type", f.scope.type(index));
    return hasMark(f, subject, f.scope.mark(index));
  }
  switch (abstractHeapTypeOf(heap)) {
    case I31:
      return `typeof ${text}==="number"`;
    case STRING:
      return `typeof ${text}==="string"`;
    case STRUCT:
      return hasMark(f, subject, f.scope.runtime("STRUCT_MARK"));
    case ARRAY:
      return hasMark(f, subject, f.scope.runtime("ARRAY_MARK"));
    case EQ:
      return `typeof ${text}==="number"||${hasMark(f, subject, f.scope.runtime("EQ_MARK"))}`;
    default:
      // the bottoms of the hierarchies
      return "false";
  }
}

/** The test that the subject is of type `to`. */
function typeTest(f: FunctionCompiler, subject: Subject, to: ValueType): Expression {
  const { reference, type: from } = subject;
  const heap = heapTypeOf(to);
  if (!isNullable(from) || !isNullable(to)) return test(heapTypeTest(f, subject, heap), reference);
  const { types } = f.scope.module;
  if (matchHeapType(heapTypeOf(from), heap, types, types)) return test("true", reference);
  const others = { ...subject, type: nonNullable(from) };
  return test(orNull(reference, heapTypeTest(f, others, heap)), reference);
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
  const takesNull = isNullable(from) && isNullable(to);
  const type = takesNull ? nonNullable(from) : from;
  const subject: Subject = { reference, type, seen: heapTypeOf(to), mayFail: true };
  const has = hasProperty(subject, `.${DESCRIPTOR_FIELD}`, descriptor.text);
  return test(takesNull ? orNull(reference, has) : has, reference, [descriptor]);
}

/** Whether a test for `to` can access a member of every reference of type `from` that is not null. */
function accessesMember(f: FunctionCompiler, from: ValueType, to: ValueType, seen: HeapType): boolean {
  const { types } = f.scope.module;
  const heap = heapTypeOf(to);
  if (matchHeapType(heapTypeOf(from), heap, types, types) || walksPrototypes(f, heap, seen)) return false;
  const plain = isDefined(heap) ? STRUCT : abstractHeapTypeOf(heap);
  return plain === STRUCT || plain === ARRAY;
}

/**
 * Remembers that code after a test may have a null or an object whose class V8 knows: where null was compared first, and the class by
 * its mark.
 */
function rememberTest(f: FunctionCompiler, { reference, type, seen }: Subject, to: ValueType): void {
  const { types } = f.scope.module;
  const heap = heapTypeOf(to);
  if (!isNullable(type) || !isAggregate(f, heap) || matchHeapType(heapTypeOf(type), heap, types, types)) {
    return;
  }
  if (!walksPrototypes(f, heap, seen)) f.testedReferences.add(reference.text);
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
  const type = f.types.pop()!;
  // A test is made where objects of all sorts come.
  const seen = heapTypeOf(type);
  const mayFail = accessesMember(f, type, to, seen) && checkByAccess(f);
  const subject: Subject = { reference: f.popSimple(), type, seen, mayFail };
  rememberTest(f, subject, to);
  f.pushValue(I32, typeTest(f, subject, to));
}

/** Pushes the reference, or the trap. */
function pushCast(f: FunctionCompiler, reference: Expression, holds: Expression, to: ValueType): void {
  if (holds.text === "true") return f.pushValue(to, reference);
  const failure = call(f.scope.runtime("illegalCast"), [], "ref", Effect.Trap);
  const result = conditional(holds, reference, failure, "ref");
  if (isNullable(to) && f.testedReferences.has(reference.text)) f.testedReferences.add(result.text);
  f.pushValue(to, result);
}

function referenceCast(f: FunctionCompiler): void {
  const to = readTarget(f, REF_CAST);
  const from = f.types.pop()!;
  // Most casts succeed.
  const seen = heapTypeOf(to);
  const accesses = accessesMember(f, from, to, seen);
  const isUnchecked = accesses && checkByAccess(f);
  // A null that is refused fails in the access, like an object of another type in the test.
  const refusesNull = accesses && isNullable(from) && !isNullable(to);
  const subject: Subject = {
    reference: f.popSimple(),
    type: refusesNull ? nonNullable(from) : from,
    seen,
    mayFail: isUnchecked || refusesNull,
  };
  pushCast(f, subject.reference, typeTest(f, subject, to), to);
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
    const subject: Subject = { reference, type: from, seen: heapTypeOf(from), mayFail: false };
    if (descriptor === null) rememberTest(f, subject, to);
    const holds = descriptor === null
      ? typeTest(f, subject, to)
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
