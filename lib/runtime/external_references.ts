/**
 * References between the internal hierarchy (any) and the external one (extern), which is also how they cross to JavaScript:
 * `any.convert_extern` and `extern.convert_any`, and the conversions of the JS API ("Exported GC Objects").
 *
 * | inside                | outside                                        |
 * |-----------------------|------------------------------------------------|
 * | null                  | null                                           |
 * | an i31                | the Number                                     |
 * | a struct or array     | an opaque object, always the same one          |
 * | a string              | the same string                                |
 * | a {@linkcode HostReference} | what it holds: any other JavaScript value |
 *
 * So inside there is nothing but strings, Numbers that are i31s, and objects of the engine's own: what tests look at is theirs.
 *
 * @module
 */

import type { HeapObject } from "./heap_objects.ts";
import { lookUpWeakly, rememberWeakly } from "./lookup.ts";

/** A JavaScript value in the internal hierarchy. */
export class HostReference {
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }
}
Object.setPrototypeOf(HostReference.prototype, null);

const { is } = Object;

/** Whether `value` is a Number that is an i31 in the internal hierarchy; -0 is none. */
export function isI31(value: unknown): value is number {
  return typeof value === "number" && value >= -0x4000_0000 && value < 0x4000_0000 && is(value | 0, value);
}

const opaqueObjects = new WeakMap<HeapObject, object>();
const heapObjects = new WeakMap<object, HeapObject>();

/** No operation on an exported GC object finds or changes anything (JS API, its internal methods). */
const OPAQUE: ProxyHandler<object> = Object.freeze({
  __proto__: null,
  setPrototypeOf: refuse,
  preventExtensions: refuse,
  defineProperty: refuse,
  set: refuse,
  deleteProperty: refuse,
});
const NOTHING = Object.freeze(Object.create(null));
const HostProxy = Proxy;

function refuse(): boolean {
  return false;
}

/** The object that stands for a struct or array outside. */
function opaqueObject(object: HeapObject): object {
  const known = lookUpWeakly(opaqueObjects, object);
  if (known !== undefined) return known;
  const opaque: object = new HostProxy(NOTHING, OPAQUE);
  rememberWeakly(opaqueObjects, object, opaque);
  rememberWeakly(heapObjects, opaque, object);
  return opaque;
}

/** The struct or array that a JavaScript value stands for; null for all other values. */
export function heapObjectOf(value: unknown): HeapObject | null {
  return typeof value === "object" && value !== null ? lookUpWeakly(heapObjects, value) ?? null : null;
}

/** `extern.convert_any`: an internal reference as the external one. */
export function externalize(reference: unknown): unknown {
  if (reference === null || typeof reference === "number" || typeof reference === "string") return reference;
  return reference instanceof HostReference ? reference.value : opaqueObject(reference as HeapObject);
}

/** `any.convert_extern`: an external reference, which is any JavaScript value, as the internal one. */
export function internalize(value: unknown): unknown {
  if (value === null || typeof value === "string" || isI31(value)) return value;
  return heapObjectOf(value) ?? new HostReference(value);
}
