/**
 * Arrays (specification 4.6.8 "Aggregate Instructions"). What is read past the end is `undefined`: that is the bounds check. (An
 * external reference can be that, too: there the length decides.) For numbers it is part of the expression, `array[i]??trap()`,
 * and costs nothing where V8 has only seen numbers; comparing the index with the length before every access takes two to four
 * times as long.
 *
 * @module
 */

import { type ElementStorage, elementStorage } from "../runtime/array_class.ts";
import { KEEPS_NAN_BITS } from "../runtime/float_bits.ts";
import {
  abstractHeapTypeOf,
  EXTERN,
  F64,
  type FieldType,
  heapTypeOf,
  I32,
  isDefined,
  isNullable,
  isReference,
  type TypeIndex,
  typeIndexOf,
  unpacked,
  type ValueType,
} from "../syntax/types.ts";
import {
  asInt,
  asUnsigned,
  call,
  derived,
  Effect,
  type Expression,
  int,
  name,
  OBSERVABLE,
  Precedence,
} from "./expression.ts";
import { simplifyTop } from "./control.ts";
import { componentKinds } from "./function_builder.ts";
import * as i32 from "./i32.ts";
import type { Emitter, FunctionCompiler } from "./function_compiler.ts";
import { defaultComponents, newReference, unsignedPacked, wrapped } from "./structs.ts";
import {
  checkByAccess,
  dereferenced,
  dereferenceEffects,
  mayBeUnchecked,
  settleBeforeTrap,
} from "./typed_references.ts";

const READ = Effect.ReadHeap | Effect.Trap;
const WRITE = Effect.WriteHeap | Effect.Trap;

function elementOf(f: FunctionCompiler, type: TypeIndex): FieldType {
  const { composite } = f.scope.module.record.types[type];
  if (composite.kind !== "array") throw new TypeError("not an array type");
  return composite.element;
}

function popElement(f: FunctionCompiler, storage: ValueType): Expression[] {
  const width = componentKinds(unpacked(storage)).length;
  return f.popComponents(width).map((value) => wrapped(value, storage));
}

function newArray(defaults: boolean): Emitter {
  return (f) => {
    const index = f.reader.u32("type index");
    const { storage } = elementOf(f, index);
    const length = asInt(f.pop());
    const values = defaults ? defaultComponents(storage) : popElement(f, storage);
    f.types.length -= defaults ? 1 : 2;
    const array = call(f.scope.newArray(index), [...values, length], "ref", Effect.Trap);
    f.pushValue(newReference(index), array);
  };
}

function newFixedArray(f: FunctionCompiler): void {
  const index = f.reader.u32("type index");
  const count = f.reader.u32("array length");
  const { storage } = elementOf(f, index);
  const { width } = elementStorage(storage);
  const values = f.popComponents(count * width).map((value) => wrapped(value, storage));
  f.types.length -= count;
  f.pushValue(newReference(index), call(f.scope.newFixedArray(index, count), values, "ref"));
}

/** `array.new_data` and `array.new_elem`. */
function newFromSegment(operation: string, read: number): Emitter {
  return (f) => {
    const index = f.reader.u32("type index");
    const segment = int(f.reader.u32("segment index"));
    const [start, count] = f.popComponents(2).map(asInt);
    f.types.length -= 2;
    const operands = [name(f.scope.type(index), "ref"), f.scope.instance(), segment, start, count];
    f.pushValue(newReference(index), call(f.scope.runtime(operation), operands, "ref", read | Effect.Trap));
  };
}

/** Where the first component of an element is, from its index. */
function position(index: Expression, { width }: ElementStorage, component: number): string {
  if (width === 1) return index.text;
  const first = index.constant === null
    ? `${index.operand(Precedence.Multiply)}*${width}`
    : `${index.constant * width}`;
  return component === 0 ? first : `${first}+${component}`;
}

/** An index as it may stand in brackets: an int32, where negative ones are out of bounds, or an unsigned number. */
function asIndex(index: Expression): Expression {
  return index.kind === "uint" ? index : asInt(index);
}

/** Whether `undefined` is an element, too: an external reference. What reads as that is looked at again. */
function mayBeUndefined(storage: ValueType): boolean {
  return isReference(storage) && abstractHeapTypeOf(heapTypeOf(storage)) === EXTERN;
}

/** The condition that an index is in the bounds of an array, both written more than once. */
function inBounds(array: Expression, index: Expression): string {
  return `${asUnsigned(index).operand(Precedence.Relate)}<${dereferenced(array)}.length`;
}

function getElement(f: FunctionCompiler, unsigned: boolean): void {
  const { storage, mutable } = elementOf(f, f.reader.u32("type index"));
  const layout = elementStorage(storage);
  const kinds = componentKinds(unpacked(storage));
  f.types.pop();
  const type = f.types.pop()!;
  settleBeforeTrap(f, 1, type);
  checkByAccess(f, 1);
  const isExternal = mayBeUndefined(storage);
  if (layout.width > 1 || isExternal) simplifyTop(f, 2);
  const index = asIndex(f.pop());
  const array = f.pop();
  const effects = (mutable ? READ : Effect.Trap) | dereferenceEffects(type);
  const elements = dereferenced(array);
  const outOfBounds = `${f.scope.runtime("arrayOutOfBounds")}()`;
  if (isExternal || isReference(storage) && isNullable(storage)) {
    const element = f.temporary("ref");
    const missing = isExternal ? `undefined&&!(${inBounds(array, index)})` : "undefined";
    const plain = `${elements}[${index.text}]`;
    const uncheckedLoad = derived(plain, Precedence.Postfix, "ref", [array, index], effects);
    if (f.isInLoop) {
      f.settle(uncheckedLoad.effects);
      const load = `${element.name}=${plain}`;
      const statements = `if((${load})===${missing})${f.outOfBoundsExit()};\n`;
      f.text += statements;
      const reference = element.read();
      mayBeUnchecked(reference, uncheckedLoad, statements);
      return f.pushValue(storage, reference);
    }
    const text = `(${element.name}=${plain})===${missing}?${outOfBounds}:${element.name}`;
    const load = derived(text, Precedence.Conditional, "ref", [array, index, element.read()], effects);
    mayBeUnchecked(load, uncheckedLoad);
    return f.pushValue(storage, load);
  }
  const components = kinds.map((kind, i) => {
    const text = `(${elements}[${position(index, layout, i)}]??${outOfBounds})`;
    return derived(text, Precedence.Postfix, kind, [array, index], effects);
  });
  if (unsigned) components[0] = unsignedPacked(components[0], storage);
  f.pushValue(unpacked(storage), ...components);
}

function setElement(f: FunctionCompiler): void {
  const { storage } = elementOf(f, f.reader.u32("type index"));
  const layout = elementStorage(storage);
  const { width } = layout;
  f.types.length -= 3;
  const nanCare = storage === F64 && KEEPS_NAN_BITS && f.operands.at(-1)!.constant === null;
  const values = f.operands.slice(-width);
  checkByAccess(f, width + 1);
  // The element is looked up before the value is evaluated.
  const late = width === 1 && !nanCare && (values[0].effects & OBSERVABLE) === 0;
  for (let depth = width + 1; depth >= (late ? width : 0); depth--) f.simplify(depth);
  const stored = popElement(f, storage);
  const index = asIndex(f.pop());
  const array = f.pop();
  f.settle(stored.reduce((all, { effects }) => all | effects, WRITE));
  const present = `${dereferenced(array)}[${position(index, layout, 0)}]!==undefined`;
  const checked = mayBeUndefined(storage) ? `${present}||${inBounds(array, index)}` : present;
  const assignments = stored.map((value, i) => `${array.text}[${position(index, layout, i)}]=${value.text}`);
  const assignment = assignments.length === 1 ? assignments[0] : `{${assignments.join(";")}}`;
  const end = assignments.length === 1 ? ";" : "";
  let text = `if(${checked})${assignment}${end}else ${f.scope.runtime("arrayOutOfBounds")}()`;
  if (nanCare) {
    const [{ text: value }] = stored;
    const slow = `${f.scope.runtime("arraySetNan")}(${dereferenced(array)},${index.text},${value})`;
    text = `if(${value}!==${value})${slow};else ${text}`;
  }
  f.write(text);
}

/** A JavaScript array's length counts components: two for an i64, four for a v128. */
function arrayLength(f: FunctionCompiler): void {
  const type = f.types.pop()!;
  const elements = isDefined(type) ? elementOf(f, typeIndexOf(type)) : null;
  checkByAccess(f);
  if (elements === null) f.simplify(0);
  const array = f.pop();
  const effects = dereferenceEffects(type);
  const length = derived(`${dereferenced(array)}.length`, Precedence.Postfix, "small", [array], effects);
  const shift = elements === null
    ? derived(`${array.text}.$widthLog2`, Precedence.Postfix, "small", [array])
    : int(Math.log2(elementStorage(elements.storage).width));
  f.pushValue(I32, shift.constant === 0 ? length : i32.shrS(length, shift));
}

function statement(f: FunctionCompiler, operation: string, operands: Expression[], effects: number): void {
  const { text, effects: all } = call(f.scope.runtime(operation), operands, "ref", effects);
  f.statement(text, all);
}

function fill(f: FunctionCompiler): void {
  const { storage } = elementOf(f, f.reader.u32("type index"));
  const count = asInt(f.pop());
  const values = popElement(f, storage);
  const index = asInt(f.pop());
  const array = f.pop();
  f.types.length -= 4;
  if (values.length === 1) return statement(f, "arrayFill", [array, index, values[0], count], WRITE);
  const list = derived(`[${values.map(({ text }) => text).join(",")}]`, Precedence.Primary, "ref", values);
  statement(f, "arrayFillWide", [array, index, list, count], WRITE);
}

function copy(f: FunctionCompiler): void {
  f.reader.u32("type index");
  f.reader.u32("type index");
  const [target, start, source, from, count] = f.popComponents(5).map(asInt);
  f.types.length -= 5;
  statement(f, "arrayCopy", [target, start, source, from, count], WRITE | Effect.ReadHeap);
}

/** `array.init_data` and `array.init_elem`. */
function initialize(operation: string, read: number): Emitter {
  return (f) => {
    f.reader.u32("type index");
    const segment = int(f.reader.u32("segment index"));
    const [array, index, start, count] = f.popComponents(4).map(asInt);
    f.types.length -= 4;
    statement(f, operation, [array, f.scope.instance(), segment, index, start, count], WRITE | read);
  };
}

/** Array instructions. */
export const ARRAY_EMITTERS: Readonly<Record<string, Emitter>> = {
  "array.new": newArray(false),
  "array.new_default": newArray(true),
  "array.new_fixed": newFixedArray,
  "array.new_data": newFromSegment("arrayNewData", Effect.ReadMemory),
  "array.new_elem": newFromSegment("arrayNewElem", Effect.ReadTable),
  "array.get": (f) => getElement(f, false),
  "array.get_s": (f) => getElement(f, false),
  "array.get_u": (f) => getElement(f, true),
  "array.set": setElement,
  "array.len": arrayLength,
  "array.fill": fill,
  "array.copy": copy,
  "array.init_data": initialize("arrayInitData", Effect.ReadMemory),
  "array.init_elem": initialize("arrayInitElem", Effect.ReadTable),
};
