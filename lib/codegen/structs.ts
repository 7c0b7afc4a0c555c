/**
 * Structs (specification 4.6.8 "Aggregate Instructions"), with the descriptors of the custom descriptors proposal. A
 * field is a property of the JavaScript object that the struct is.
 *
 * @module
 */

import { KEEPS_NAN_BITS } from "../runtime/float_bits.ts";
import { DESCRIPTOR_FIELD, fieldProperties } from "../runtime/struct_class.ts";
import {
  definedHeapType,
  F64,
  type FieldType,
  I16,
  I8,
  isNullable,
  refType,
  type TypeIndex,
  unpacked,
  type ValueType,
} from "../syntax/types.ts";
import {
  asInt,
  asStored,
  call,
  derived,
  Effect,
  type Expression,
  int,
  Precedence,
  ZERO,
} from "./expression.ts";
import { componentKinds, flatten } from "./function_builder.ts";
import type { Emitter, FunctionCompiler } from "./function_compiler.ts";
import * as i32 from "./i32.ts";
import {
  checkByAccess,
  dereferenced,
  dereferenceEffects,
  nonNull,
  NULL,
  settleBeforeTrap,
} from "./typed_references.ts";

/** A component in the form that fields and elements of type `storage` hold. */
export function wrapped(value: Expression, storage: ValueType): Expression {
  const stored = asStored(value);
  if (storage !== I8 && storage !== I16) return stored;
  const shift = int(storage === I8 ? 24 : 16);
  return i32.shrS(i32.shl(asInt(stored), shift), shift);
}

/** The value of `get` or `get_u` of a packed field, from what the field holds. */
export function unsignedPacked(value: Expression, storage: ValueType): Expression {
  const result = i32.and(value, int(storage === I8 ? 0xff : 0xffff));
  return derived(result.text, result.precedence, "small", [result]);
}

/** The components of the default value of a storage type. */
export function defaultComponents(storage: ValueType): Expression[] {
  return componentKinds(unpacked(storage)).map((kind) => kind === "ref" ? NULL : ZERO);
}

/** The type of new objects. */
export function newReference(index: TypeIndex): ValueType {
  return refType(definedHeapType(index, true), false);
}

function fieldsOf(f: FunctionCompiler, type: TypeIndex): readonly FieldType[] {
  const { composite } = f.scope.module.record.types[type];
  if (composite.kind !== "struct") throw new TypeError("not a struct type");
  return composite.fields;
}

function newStruct(withDescriptor: boolean, defaults: boolean): Emitter {
  return (f) => {
    const index = f.reader.u32("type index");
    const fields = fieldsOf(f, index);
    const descriptor: Expression[] = [];
    if (withDescriptor) {
      const type = f.types.pop()!;
      descriptor.push(nonNull(f, f.pop(), type));
    }
    let values: Expression[];
    if (defaults) {
      values = fields.flatMap(({ storage }) => defaultComponents(storage));
    } else {
      f.types.length -= fields.length;
      const storages = fields.flatMap(({ storage }) => flatten([unpacked(storage)]).map(() => storage));
      values = f.popComponents(storages.length).map((value, i) => wrapped(value, storages[i]));
    }
    f.pushValue(
      newReference(index),
      call(`new ${f.scope.structClass(index)}`, [...values, ...descriptor], "ref"),
    );
  };
}

/** Reads the immediates; the field's properties with its type. */
function readField(f: FunctionCompiler): FieldType & { readonly properties: readonly string[] } {
  const type = f.reader.u32("type index");
  const index = f.reader.u32("field index");
  const field = fieldsOf(f, type)[index];
  return { ...field, properties: fieldProperties(f.scope.module.types[type], index) };
}

/**
 * The text of the first read of a field after a test that may have found null. V8 knows an object's class from the test, but forgets
 * it where the path of null joins. So the read stands on both paths, and traps on that of null: tests, casts and reads in a loop
 * take 0.7 to 0.95 of the time with it; a cast without a test before, 1.2 times. Both share an inline cache, like all reads of a
 * property from one variable; without one of its own, the path of null would keep V8 from peeling loops around.
 */
function nullPathRead(object: string, read: string): string {
  return `(${object}===null?${read}:${read})`;
}

function getField(f: FunctionCompiler, unsigned: boolean): void {
  const { storage, mutable, properties } = readField(f);
  const kinds = componentKinds(unpacked(storage));
  const type = f.types.pop()!;
  const read = mutable ? Effect.ReadHeap : Effect.None;
  checkByAccess(f);
  const isTested = f.testedReferences.delete(f.operands.at(-1)!.text) && isNullable(type);
  const object = isTested || properties.length > 1 ? f.popSimple() : f.pop();
  const effects = read | dereferenceEffects(type);
  const text = dereferenced(object);
  const components = properties.map((property, i) => {
    const plain = `${text}.${property}`;
    const component = isTested && i === 0 ? nullPathRead(text, plain) : plain;
    return derived(component, Precedence.Postfix, kinds[i], [object], effects);
  });
  if (unsigned) components[0] = unsignedPacked(components[0], storage);
  f.pushValue(unpacked(storage), ...components);
}

function setField(f: FunctionCompiler): void {
  const { storage, properties } = readField(f);
  const width = properties.length;
  f.types.pop();
  const type = f.types.pop()!;
  settleBeforeTrap(f, width, type);
  checkByAccess(f, width);
  const nanCare = storage === F64 && KEEPS_NAN_BITS && f.operands.at(-1)!.constant === null;
  if (nanCare) f.simplify(0);
  if (width > 1 || nanCare) {
    for (let depth = width; depth >= 0; depth--) f.simplify(depth);
  }
  const values = f.popComponents(width).map((value) => wrapped(value, storage));
  const object = f.pop();
  const effects = values.reduce((all, value) => all | value.effects, object.effects) | Effect.WriteHeap |
    dereferenceEffects(type);
  f.settle(effects);
  const text = dereferenced(object);
  if (nanCare) {
    const [property] = properties, [value] = values;
    const slow = `${f.scope.runtime("setNanField")}(${text},"${property}",${value.text})`;
    return f.write(`if(${value.text}===${value.text})${text}.${property}=${value.text};else ${slow}`);
  }
  for (const [i, property] of properties.entries()) {
    f.write(`${i === 0 ? text : object.text}.${property}=${values[i].text}`);
  }
}

function getDescriptor(f: FunctionCompiler): void {
  const index = f.reader.u32("type index");
  const { descriptor } = f.scope.module.record.types[index];
  const type = f.types.pop()!;
  checkByAccess(f);
  const object = f.pop();
  const text = `${dereferenced(object)}.${DESCRIPTOR_FIELD}`;
  f.pushValue(
    refType(definedHeapType(descriptor!), false),
    derived(text, Precedence.Postfix, "ref", [object], dereferenceEffects(type)),
  );
}

/** Struct instructions. */
export const STRUCT_EMITTERS: Readonly<Record<string, Emitter>> = {
  "struct.new": newStruct(false, false),
  "struct.new_default": newStruct(false, true),
  "struct.new_desc": newStruct(true, false),
  "struct.new_default_desc": newStruct(true, true),
  "struct.get": (f) => getField(f, false),
  "struct.get_s": (f) => getField(f, false),
  "struct.get_u": (f) => getField(f, true),
  "struct.set": setField,
  "ref.get_desc": getDescriptor,
};
