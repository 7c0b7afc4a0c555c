/**
 * Structs and arrays as the engine holds them (specification 4.2.12 "Structure Instances", "Array Instances"): JavaScript
 * objects of one class per canonical type, so that the host's collector, hidden classes and allocation folding do the work.
 * JavaScript never sees them: what leaves the engine is an opaque object that stands for one (`external_references.ts`).
 * The fields are therefore ordinary properties; private ones on objects that are not extensible take 3.5 times as long to make.
 *
 * A class is a constructor function whose prototype carries the runtime type and marks: one property, true, for each type that the
 * objects belong to. A cast tests for a mark. V8 knows which objects have it from the hidden class alone and does not even load
 * it: 0.5 ns with one type of objects at a place, 0.9 with four, but 9 with more, where it has to look for the mark. There, structs
 * are asked by `instanceof` for the class of the type: 1.7 ns in any case (a type in a field: 0.9 to 6; a display: 0.6 to 7).
 * Prototypes have that of the supertype as their own prototype, up to null. Marks are symbols that nobody else has, so that a
 * Number, an i31, can be asked for one too.
 *
 * @module
 */

import type { CanonicalType } from "../syntax/canonical_types.ts";
import { ending } from "./source_text.ts";

/** A struct or array. */
export interface HeapObject {
  readonly $type: CanonicalType;
}

/** A constructor function of structs or arrays. */
export interface HeapClass<Instance extends HeapObject> {
  new (...components: never[]): Instance;
  prototype: object;
}

/** The mark of all structs. */
export const STRUCT_MARK: unique symbol = Symbol("struct");
/** The mark of all arrays. */
export const ARRAY_MARK: unique symbol = Symbol("array");
/** The mark of structs and arrays: those references, i31s apart, that `ref.eq` compares. */
export const EQ_MARK: unique symbol = Symbol("eq");

const marks = new WeakMap<CanonicalType, symbol>();

/** The mark of the objects of `type` and the types below it. */
export function typeMark(type: CanonicalType): symbol {
  let mark = marks.get(type);
  if (mark === undefined) marks.set(type, mark = Symbol(`type ${type.id}`));
  return mark;
}

const { create } = Object;

/** The prototype of the objects of `type`; its own prototype is `above`, that of the supertype. */
export function heapPrototype(type: CanonicalType, above: object | null): object {
  const prototype = create(above);
  addMarks(prototype, type);
  return prototype;
}

/** Gives a prototype the type and the marks. All are its own, so that V8 finds them there. */
export function addMarks(prototype: { [property: PropertyKey]: unknown }, type: CanonicalType): void {
  prototype.$type = type;
  prototype[EQ_MARK] = true;
  prototype[type.composite.kind === "struct" ? STRUCT_MARK : ARRAY_MARK] = true;
  for (const ancestor of type.display) prototype[typeMark(ancestor)] = true;
}

const GeneratedFunction = Function;
let evaluations = 0;

/**
 * Evaluates the text of a class; `parts` are what it refers to. Its ending makes the text unique: V8 shares type feedback
 * between functions of equal text.
 */
export function evaluateClass<Class>(text: string, parts: Readonly<Record<string, unknown>>): Class {
  const names = Object.keys(parts);
  return new GeneratedFunction(...names, `"use strict";\n${text}${ending(`type/${++evaluations}`)}`)(
    ...names.map((name) => parts[name]),
  ) as Class;
}
