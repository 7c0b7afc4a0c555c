/**
 * Instructions on references that are not aggregates or casts: null tests and traps, calls through function references,
 * i31s, and the conversions between the internal and the external hierarchy (specification 4.6.3 and 4.6.7).
 *
 * @module
 */

import {
  ANY,
  EXTERN,
  type HeapType,
  heapTypeOf,
  I31,
  I32,
  isNullable,
  isSharedAbstract,
  nonNullable,
  refType,
  sharedHeapType,
  type ValueType,
} from "../syntax/types.ts";
import { popArguments, pushResults, resultKind } from "./calls.ts";
import { branchWhen, simplifyTop, target } from "./control.ts";
import {
  asInt,
  binary,
  call,
  conditional,
  derived,
  Effect,
  type Expression,
  int,
  name,
  OBSERVABLE,
  Precedence,
} from "./expression.ts";
import { flatten } from "./function_builder.ts";
import type { Emitter, FunctionCompiler } from "./function_compiler.ts";
import * as i32 from "./i32.ts";
import { foundCallText } from "./usual_target.ts";

/** The null reference. */
export const NULL: Expression = name("null", "ref");

/**
 * The object of a member access. Null needs no test: the host's TypeError becomes the trap (`trapFrom`). In loops without a
 * branch of their own, V8 is up to twice as fast without one.
 */
export function dereferenced(reference: Expression): string {
  return reference.operand(Precedence.Postfix);
}

/** What a member access may do. */
export function dereferenceEffects(type: ValueType): number {
  return isNullable(type) ? Effect.Trap : Effect.None;
}

/** The reference, of any type but an external one, or the trap when it is null. */
export function nonNull(f: FunctionCompiler, reference: Expression, type: ValueType): Expression {
  if (!isNullable(type)) return reference;
  const text = `(${reference.operand(Precedence.BitOr)}??${f.scope.runtime("nullDereference")}())`;
  return derived(text, Precedence.Primary, "ref", [reference], Effect.Trap);
}

/** A load that is undefined where it should trap, and the statements, if any, that load and trap now. */
interface UncheckedLoad {
  readonly load: Expression;
  readonly statements: string;
}

const unchecked = new WeakMap<Expression, UncheckedLoad>();

/**
 * Says that a reference may be replaced by a load that is undefined where it should trap, by a user that accesses a member of it at
 * once. `statements`, which are to be left out then, have been written last.
 */
export function mayBeUnchecked(reference: Expression, load: Expression, statements: string = ""): void {
  unchecked.set(reference, { load, statements });
}

/**
 * Leaves it to a member access, which follows, to trap when the operand `depth` places below the top one is out of bounds. Says
 * whether it can be.
 */
export function checkByAccess(f: FunctionCompiler, depth: number = 0): boolean {
  const index = f.operands.length - 1 - depth;
  const found = unchecked.get(f.operands[index]);
  if (found === undefined || !f.text.endsWith(found.statements)) return false;
  f.text = f.text.slice(0, f.text.length - found.statements.length);
  f.replace(index, found.load);
  return true;
}

/**
 * Makes sure that the top `count` components come before the trap of what lies below them, which stands first in the text but
 * comes last.
 */
export function settleBeforeTrap(f: FunctionCompiler, count: number, reference: ValueType): void {
  if (!isNullable(reference)) return;
  const above = f.operands.slice(f.operands.length - count);
  if (above.every(({ effects }) => (effects & OBSERVABLE) === 0)) return;
  for (let depth = count; depth >= 0; depth--) f.simplify(depth);
}

function asNonNull(f: FunctionCompiler): void {
  const type = f.types.pop()!;
  const result = nonNullable(type);
  if (!isNullable(type)) return f.pushValue(result, f.pop());
  // undefined is a reference: an external one.
  const reference = f.popSimple();
  const trap = call(f.scope.runtime("nullDereference"), [], "ref", Effect.Trap);
  f.pushValue(result, conditional(isNull(reference), trap, reference, "ref"));
}

/** Whether a simple reference is null. */
export function isNull(reference: Expression): Expression {
  return binary(reference, "===", NULL, Precedence.Equal, "bool");
}

function branchOnNull(f: FunctionCompiler): void {
  const frame = target(f, f.reader.u32("branch depth"));
  const count = flatten(frame.labelTypes).length;
  const type = f.types.pop()!;
  const reference = f.popSimple();
  simplifyTop(f, count);
  f.settle(Effect.Branch);
  branchWhen(f, isNull(reference), frame, count);
  f.pushValue(nonNullable(type), reference);
}

function branchOnNonNull(f: FunctionCompiler): void {
  const frame = target(f, f.reader.u32("branch depth"));
  const count = flatten(frame.labelTypes).length;
  simplifyTop(f, count);
  f.settle(Effect.Branch);
  const reference = f.operands.at(-1)!;
  branchWhen(f, binary(reference, "!==", NULL, Precedence.Equal, "bool"), frame, count);
  f.pop();
  f.types.pop();
}

/** Subtypes of a function type have the same components: code needs no check of its signature. */
function callReference(f: FunctionCompiler): void {
  const offset = f.reader.position - 1;
  const typeIndex = f.reader.u32("type index");
  const type = f.scope.signature(typeIndex);
  const count = flatten(type.params).length;
  for (let depth = count; depth > 0; depth--) {
    if ((f.operands.at(-1 - depth)!.effects & OBSERVABLE) !== 0) f.simplify(depth);
  }
  f.settleCalls(1);
  f.types.pop();
  checkByAccess(f);
  const reference = f.popSimple();
  const args = popArguments(f, type);
  const code = `(${reference.text}.code??${reference.text}.prepared())`;
  const text = foundCallText(f, {
    offset,
    expected: f.scope.module.types[typeIndex],
    lookup: reference.text,
    target: reference.text,
    code: () => code,
    args,
  });
  const parts = [reference, ...args];
  pushResults(f, derived(text, Precedence.Postfix, resultKind(type), parts, Effect.Call), type.results);
}

function referenceEqual(f: FunctionCompiler): void {
  const b = f.pop();
  const a = f.pop();
  f.types.length -= 2;
  f.pushValue(I32, binary(a, "===", b, Precedence.Equal, "bool"));
}

function newI31(heap: HeapType): Emitter {
  return (f) => {
    f.types.pop();
    const value = i32.shrS(i32.shl(asInt(f.pop()), int(1)), int(1));
    // Where a cast never succeeds, a member access may follow: a number cannot stand before its dot.
    const reference = value.constant === null
      ? derived(value.text, value.precedence, "ref", [value])
      : derived(`(${value.text})`, Precedence.Primary, "ref", [value]);
    f.pushValue(refType(heap, false), reference);
  };
}

function popI31(f: FunctionCompiler): Expression {
  const type = f.types.pop()!;
  const reference = nonNull(f, f.pop(), type);
  return derived(reference.text, reference.precedence, "int", [reference]);
}

function convert(to: HeapType, conversion: string): Emitter {
  return (f) => {
    const type = f.types.pop()!;
    const heap = isSharedAbstract(heapTypeOf(type)) ? sharedHeapType(to) : to;
    f.pushValue(refType(heap, isNullable(type)), call(f.scope.runtime(conversion), [f.pop()], "ref"));
  };
}

/** Null tests, calls through references, i31s and conversions. */
export const TYPED_REFERENCE_EMITTERS: Readonly<Record<string, Emitter>> = {
  "ref.as_non_null": asNonNull,
  "br_on_null": branchOnNull,
  "br_on_non_null": branchOnNonNull,
  "call_ref": callReference,
  "ref.eq": referenceEqual,
  "ref.i31": newI31(I31),
  "ref.i31_shared": newI31(sharedHeapType(I31)),
  "i31.get_s": (f) => f.pushValue(I32, popI31(f)),
  "i31.get_u": (f) => f.pushValue(I32, i32.and(popI31(f), int(0x7fff_ffff))),
  "any.convert_extern": convert(ANY, "internalize"),
  "extern.convert_any": convert(EXTERN, "externalize"),
};
