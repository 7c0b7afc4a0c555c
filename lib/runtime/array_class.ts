/**
 * Classes of arrays. An array is an object with its length and a list of elements, the components of one after the other: two
 * for an i64, four for a v128. Elements of i8 and i16 are sign-extended. Whoever reads past the end of a list gets `undefined`,
 * which no list contains: so the host's own bounds check serves as the one of WebAssembly, at no cost.
 *
 * @module
 */

import type { CanonicalType } from "../syntax/canonical_types.ts";
import { type ArrayType, F32, F64, I16, I8, isReference, unpacked, type ValueType } from "../syntax/types.ts";
import { componentCount, pushComponents, valueList } from "./components.ts";
import { KEEPS_NAN_BITS } from "./float_bits.ts";
import { evaluateClass, type HeapClass, type HeapObject, heapPrototype } from "./heap_objects.ts";
import { wrapPacked } from "./struct_class.ts";
import { trap } from "./traps.ts";
import type { Value } from "./values.ts";

/** What holds the numbers of long arrays. */
export type NumberElements = Int8Array | Int16Array | Int32Array | Float64Array;
/** The components of an array's elements. */
export type Elements = ListElements | NumberElements;

/** An array. */
export interface WasmArray extends HeapObject {
  /** Number of elements. */
  readonly length: number;
  /** Replaced when a short array of f64 gets its first NaN. */
  elements: Elements;
}

/**
 * A list without prototype: indices past its end are undefined whatever the program does to `Array.prototype`, and V8, which need
 * not look there, reads it in half the time.
 */
export class ListElements extends Array<unknown> {}
Object.setPrototypeOf(ListElements.prototype, null);

/**
 * Longest array of numbers whose elements are a list. V8 takes 140 ns and more to make a typed array, however short, where
 * a list takes 10; JavaScriptCore makes typed arrays as fast as lists. Only V8 keeps the bits of NaNs.
 */
const LONGEST_LIST = KEEPS_NAN_BITS ? 256 : -1;
/** Arrays up to this length are filled by a loop. */
const SHORT = 64;

/** Largest size of the elements of an array in bytes, as in V8: objects stay below 2^30. */
const MAXIMUM_BYTES = 2 ** 30 - 17;
/** Most references in an array: V8 turns longer lists into dictionaries. */
const MAXIMUM_REFERENCES = 2 ** 25;

const { Int8Array, Int16Array, Int32Array, Float64Array } = globalThis;
const { isArray } = Array;
const { call } = Function.prototype;
const fill: (elements: NumberElements, value: number) => void = call.bind(
  Object.getPrototypeOf(Int8Array.prototype).fill,
);

/** How the elements of a storage type are held. */
export interface ElementStorage {
  readonly storage: ValueType;
  /** Components of an element. */
  readonly width: number;
  /** Bytes of an element in memory: what `array.new_data` reads. */
  readonly bytes: number;
  readonly maximumLength: number;
  /** Elements of an array of numbers longer than a list; null for references. */
  readonly typedArray: (new (length: number) => NumberElements) | null;
}

/** The storage of elements of type `storage`. */
export function elementStorage(storage: ValueType): ElementStorage {
  const width = componentCount(unpacked(storage));
  if (isReference(storage)) {
    return { storage, width, bytes: 0, maximumLength: MAXIMUM_REFERENCES, typedArray: null };
  }
  const bytes = storage === I8 ? 1 : storage === I16 ? 2 : storage === F64 ? 8 : 4 * width;
  // An f32 needs the 64 bits that it is held in, for the mark of a signalling NaN.
  const typedArray = storage === I8
    ? Int8Array
    : storage === I16
    ? Int16Array
    : storage === F32 || storage === F64
    ? Float64Array
    : Int32Array;
  return { storage, width, bytes, maximumLength: Math.floor(MAXIMUM_BYTES / bytes), typedArray };
}

/** How arrays of a type are made. */
export interface ArrayClass {
  readonly type: CanonicalType;
  readonly storage: ElementStorage;
  readonly constructor: HeapClass<WasmArray>;
  /**
   * An array whose elements all have these components, followed by the length as an int32 to be read unsigned. Traps when that
   * is too large.
   */
  readonly filled: (...componentsAndLength: never[]) => WasmArray;
  /** What makes arrays of `count` elements. */
  fixed(count: number): FixedArrayMaker;
}

/** Makes an array from the components of all of its elements. */
export type FixedArrayMaker = (...components: never[]) => WasmArray;

const classes = new WeakMap<CanonicalType, ArrayClass>();

/** The class of an array type. */
export function arrayClass(type: CanonicalType): ArrayClass {
  let known = classes.get(type);
  if (known === undefined) classes.set(type, known = makeArrayClass(type));
  return known;
}

function makeArrayClass(type: CanonicalType): ArrayClass {
  const { element } = type.composite as ArrayType;
  const storage = elementStorage(element.storage);
  const constructor = evaluateClass<HeapClass<WasmArray>>(
    "return function array(length,elements){this.length=length;this.elements=elements};\n",
    {},
  );
  constructor.prototype = heapPrototype(type);
  const parts = {
    array: constructor,
    List: ListElements,
    fill,
    checkLength: (length: number) => checkLength(storage, length),
    makeLong: (length: number) => longElements(storage, length),
    Typed: storage.typedArray,
  };
  const fixed = new Map<number, FixedArrayMaker>();
  return {
    type,
    storage,
    constructor,
    filled: evaluateClass(filledText(storage), parts),
    fixed(count: number) {
      const known = fixed.get(count) ?? evaluateClass<FixedArrayMaker>(fixedText(storage, count), parts);
      fixed.set(count, known);
      return known;
    },
  };
}

/** A list of doubles cannot hold all NaNs: V8 makes the signalling ones quiet. Lists of f64 therefore hold none. */
function hasNoNan(components: readonly string[], { storage }: ElementStorage): string {
  return storage === F64 ? components.map((component) => `${component}===${component}`).join("&&") : "";
}

function filledText(storage: ElementStorage): string {
  const { width, typedArray } = storage;
  const values = Array.from({ length: width }, (_, i) => `v${i}`);
  const count = width === 1 ? "n" : `n*${width}`;
  const assignments = values.map((value, i) => `e[${i === 0 ? "i" : `i+${i}`}]=${value}`).join(";");
  const loop = `for(let i=0;i<${count};i+=${width}){${assignments}}`;
  const head = `return function newArray(${values},length){const n=length>>>0;\n`;
  if (typedArray === null) {
    return `${head}checkLength(n);const e=new List(n);${loop}return new array(n,e)};\n`;
  }
  const exact = hasNoNan(values, storage);
  const short = LONGEST_LIST < 0
    ? ""
    : `if(n<=${LONGEST_LIST}${
      exact && `&&${exact}`
    }){const e=new List(${count});${loop}return new array(n,e)}\n`;
  // A call of the host's function takes longer than the loop for short arrays.
  const fill = width === 1 ? `if(n>${SHORT})fill(e,v0);else ${loop};` : loop;
  return `${head}${short}const e=makeLong(n);${fill}return new array(n,e)};\n`;
}

function fixedText(storage: ElementStorage, count: number): string {
  const { width, typedArray } = storage;
  const values = Array.from({ length: count * width }, (_, i) => `v${i}`);
  const exact = hasNoNan(values, storage);
  const typed = `new Typed(${values.length})`;
  const list = `new List(${values.length})`;
  const elements = typedArray === null
    ? list
    : count > LONGEST_LIST
    ? typed
    : exact === ""
    ? list
    : `${exact}?${list}:${typed}`;
  const assignments = values.map((value, i) => `e[${i}]=${value};`).join("");
  return `return function newArray(${values}){const e=${elements};${assignments}return new array(${count},e)};\n`;
}

function checkLength({ maximumLength }: ElementStorage, length: number): void {
  if (length > maximumLength) trap("arrayTooLarge");
}

/** Elements, all zero, of a long array of numbers. Traps when there is no room for them. */
function longElements(storage: ElementStorage, length: number): NumberElements {
  checkLength(storage, length);
  try {
    return new storage.typedArray!(length * storage.width);
  } catch {
    return trap("arrayTooLarge");
  }
}

/** An array of `length` zeros, numbers all; what kind of elements it gets depends on the length alone. Traps when too long. */
export function zeroArray({ constructor, storage }: ArrayClass, length: number): WasmArray {
  const { width } = storage;
  if (length > LONGEST_LIST) {
    return new constructor(...[length, longElements(storage, length)] as never[]);
  }
  const elements = new ListElements(length * width);
  for (let i = 0; i < length * width; i++) elements[i] = 0;
  return new constructor(...[length, elements] as never[]);
}

/** An array of `type` with these boxed elements. */
export function newArray(type: CanonicalType, values: readonly Value[]): WasmArray {
  const made = arrayClass(type);
  const { storage, width, typedArray } = made.storage;
  const components = valueList();
  for (const value of values) {
    const wrapped = storage === I8 || storage === I16 ? wrapPacked(value as number, storage) : value;
    pushComponents(components, wrapped, unpacked(storage));
  }
  const elements: { [index: number]: unknown } =
    typedArray === null || values.length <= LONGEST_LIST && storage !== F64
      ? new ListElements(values.length * width)
      : longElements(made.storage, values.length);
  for (let i = 0; i < components.length; i++) elements[i] = components[i];
  return new made.constructor(...[values.length, elements] as never[]);
}

/** An array of `type` with `length`, an int32 read unsigned, elements of this boxed value. Traps when it is too large. */
export function newFilledArray(type: CanonicalType, value: Value, length: number): WasmArray {
  const { filled, storage: { storage } } = arrayClass(type);
  const components = valueList();
  const wrapped = storage === I8 || storage === I16 ? wrapPacked(value as number, storage) : value;
  pushComponents(components, wrapped, unpacked(storage));
  return filled(...components as never[], length as never);
}

/** Whether elements are a list: of references, or of a short array of numbers. */
export function isList(elements: Elements | ArrayBufferView): elements is ListElements {
  return isArray(elements);
}

/** Gives an array of f64 elements that hold every NaN. */
export function holdNans(array: WasmArray): Float64Array {
  const { elements } = array;
  if (!isList(elements)) return elements as Float64Array;
  const exact = new Float64Array(elements.length);
  for (let i = 0; i < exact.length; i++) exact[i] = elements[i] as number;
  array.elements = exact;
  return exact;
}
