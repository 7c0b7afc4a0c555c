/**
 * Classes of structs. A field is a property per component: `f0t7`, and for the other components of an i64 or v128 `f0t7h`, `f0t7b`,
 * `f0t7c`; 7 is the type that has the field first. Packed fields hold the sign-extended value; floats are held as everywhere, with
 * the bits of NaNs.
 *
 * @module
 */

import type { CanonicalType } from "../syntax/canonical_types.ts";
import {
  F32,
  F64,
  I16,
  I8,
  isReference,
  type StructType,
  unpacked,
  type ValueType,
} from "../syntax/types.ts";
import { componentCount, pushComponents, valueList } from "./components.ts";
import { isSignalling } from "./float_bits.ts";
import { evaluateClass, type HeapClass, type HeapObject, heapPrototype } from "./heap_objects.ts";
import type { Value } from "./values.ts";

/** A property that holds a component of a field. */
export type FieldProperty = `f${number}t${number}${string}`;

/** A struct. Generated code reads and writes its fields by name. */
export interface Struct extends HeapObject {
  [field: FieldProperty]: unknown;
  /** The descriptor, where the type has one (custom descriptors proposal). */
  readonly $descriptor?: HeapObject;
}

/** The property that holds a struct's descriptor: the last parameter of the constructor. */
export const DESCRIPTOR_FIELD = "$descriptor";

const COMPONENT_SUFFIXES = ["", "h", "b", "c"];

/**
 * The properties of a field of a struct type: one per component. Types that have the field from a common ancestor share them; others
 * do not, because V8 keeps one inline cache for all reads of a property from one variable, and from a parameter and another
 * variable of the same number: where they see objects of two types, casts in a loop take 1.4 times as long.
 */
export function fieldProperties(type: CanonicalType, index: number): FieldProperty[] {
  const first = type.display.find((ancestor) => structType(ancestor).fields.length > index)!;
  const { storage } = structType(type).fields[index];
  return COMPONENT_SUFFIXES.slice(0, componentCount(unpacked(storage))).map((suffix): FieldProperty =>
    `f${index}t${first.id}${suffix}`
  );
}

const classes = new WeakMap<CanonicalType, HeapClass<Struct>>();

/** The class of a struct type; the constructor's parameters are the components of the fields, then the descriptor if there is one. */
export function structClass(type: CanonicalType): HeapClass<Struct> {
  let known = classes.get(type);
  if (known === undefined) classes.set(type, known = makeStructClass(type));
  return known;
}

function structType(type: CanonicalType): StructType {
  const { composite } = type;
  if (composite.kind !== "struct") throw new TypeError("not a struct type");
  return composite;
}

function makeStructClass(type: CanonicalType): HeapClass<Struct> {
  const { fields } = structType(type);
  const properties: string[] = fields.flatMap((_, index) => fieldProperties(type, index));
  if (type.definition.descriptor !== null) properties.push(DESCRIPTOR_FIELD);
  const assignments = properties.map((property) => `this.${property}=${property};`).join("");
  const constructor = evaluateClass<HeapClass<Struct>>(
    `return function struct(${properties}){${assignments}};\n`,
    {},
  );
  const above = type.display.at(-2);
  constructor.prototype = heapPrototype(type, above === undefined ? null : structClass(above).prototype);
  // A first object tells the host what the fields hold: it would take the zeros that most programs start with for integers.
  const typical = fields.flatMap(({ storage }) =>
    isReference(storage)
      ? [null]
      : storage === F32 || storage === F64
      ? [0.5]
      : new Array(componentCount(unpacked(storage))).fill(0)
  );
  new constructor(...typical as never[]);
  return constructor;
}

/** The value of a packed field, from any int32. */
export function wrapPacked(value: number, storage: ValueType): number {
  return storage === I8 ? value << 24 >> 24 : storage === I16 ? value << 16 >> 16 : value;
}

/**
 * `struct.set` of an f64 NaN, bit for bit. V8 makes signalling NaNs quiet when it stores them in a field that holds doubles;
 * after the null the field holds any value, in all objects of the class.
 */
export function setNanField(object: Struct, property: FieldProperty, value: number): void {
  if (isSignalling(value)) object[property] = null;
  object[property] = value;
}

/** A struct of `type` with these boxed field values, and the descriptor that the type may demand. */
export function newStruct(
  type: CanonicalType,
  values: readonly Value[],
  descriptor: HeapObject | null = null,
): Struct {
  const { fields } = structType(type);
  const components = valueList();
  for (const [i, { storage }] of fields.entries()) {
    const value = storage === I8 || storage === I16 ? wrapPacked(values[i] as number, storage) : values[i];
    pushComponents(components, value, unpacked(storage));
  }
  if (type.definition.descriptor !== null) components.push(descriptor);
  return new (structClass(type))(...components as never[]);
}
