/**
 * Classes of arrays. An array is a JavaScript array, or a typed array when it holds many numbers: of the components of its
 * elements, one after the other - two for an i64, four for a v128. Elements of i8 and i16 are sign-extended. What is past the end
 * reads as `undefined`, which no element is but an external reference: so the host's own bounds check serves as the one of
 * WebAssembly, at no cost.
 *
 * Like those of structs, the classes have prototypes without prototype. Nothing that the program does to `Array.prototype` is seen
 * in them, and V8, which need not look there, reads lists in half the time.
 *
 * @module
 */

import type { CanonicalType } from "../syntax/canonical_types.ts";
import { type ArrayType, F32, F64, I16, I8, isReference, unpacked, type ValueType } from "../syntax/types.ts";
import { componentCount, pushComponents, valueList } from "./components.ts";
import { isSignalling } from "./float_bits.ts";
import { addMarks, evaluateClass, type HeapObject } from "./heap_objects.ts";
import { wrapPacked } from "./struct_class.ts";
import { trap } from "./traps.ts";
import type { Value } from "./values.ts";

/** The components of an array that is a JavaScript array. */
export type ListElements = unknown[];
/** The components of an array that is a typed array. */
export type NumberElements = Int8Array | Int16Array | Int32Array | Float64Array;
/** The components of an array's elements. */
export type Elements = ListElements | NumberElements;

/** An array. */
export interface WasmArray extends HeapObject {
  /** Number of components. */
  readonly length: number;
  [component: number]: unknown;
  /** The array itself, for those who look at its components alone. */
  readonly elements: Elements;
  readonly $storage: ElementStorage;
  /** Logarithm of the number of components of an element. */
  readonly $widthLog2: number;
}

/**
 * Longest array of numbers that is a JavaScript array. V8 takes 140 ns and more to make a typed array, however short, where
 * a list takes 10; from here on the size counts.
 */
const LONGEST_LIST = 256;

/** Largest size of the elements of an array in bytes, as in V8: objects stay below 2^30. */
const MAXIMUM_BYTES = 2 ** 30 - 17;
/** Most references in an array: V8 turns longer lists into dictionaries. */
const MAXIMUM_REFERENCES = 2 ** 25;

const { Array: HostArray, Int8Array, Int16Array, Int32Array, Float64Array } = globalThis;
const { isArray } = HostArray;
const { defineProperties, getOwnPropertyDescriptor, getPrototypeOf, setPrototypeOf } = Object;
const { call } = Function.prototype;
const TypedArray = getPrototypeOf(Int8Array.prototype);
const typedLength = getOwnPropertyDescriptor(TypedArray, "length")!;
const fill: (elements: NumberElements, value: number) => void = call.bind(TypedArray.fill);

/** How the elements of a storage type are held. */
export interface ElementStorage {
  readonly storage: ValueType;
  /** Components of an element. */
  readonly width: number;
  /** Bytes of an element in memory: what `array.new_data` reads. */
  readonly bytes: number;
  /** Most elements of an array. */
  readonly maximumLength: number;
  /** What holds long arrays of numbers; null for references. */
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

/** Makes arrays: of a number of components, not set yet in a list and zero otherwise. */
type ArrayConstructor = new (components: number) => WasmArray;
/** Makes an array from the components of all of its elements. */
export type FixedArrayMaker = (...components: never[]) => WasmArray;

/** How arrays of a type are made. */
export interface ArrayClass {
  readonly type: CanonicalType;
  readonly storage: ElementStorage;
  /**
   * An array whose elements all have these components, followed by the length as an int32 to be read unsigned. Traps when that
   * is too large.
   */
  readonly filled: (...componentsAndLength: never[]) => WasmArray;
  /** What makes arrays of `count` elements. */
  fixed(count: number): FixedArrayMaker;
  /** An array of `length` elements: of numbers, all zero, or of references that have not been set. Traps when it is too large. */
  empty(length: number): WasmArray;
}

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
  const { typedArray } = storage;
  const list = subclass(HostArray, type, storage);
  const long = typedArray === null ? null : subclass(typedArray, type, storage);
  const makeLong = (length: number) => longArray(long!, storage, length);
  const parts = {
    List: list,
    Long: long,
    makeLong,
    fill,
    checkLength: (length: number) => checkLength(storage, length),
    keepSignalling,
  };
  const fixed = new Map<number, FixedArrayMaker>();
  return {
    type,
    storage,
    filled: evaluateClass(filledText(storage), parts),
    fixed(count: number) {
      const known = fixed.get(count) ?? evaluateClass<FixedArrayMaker>(fixedText(storage, count), parts);
      fixed.set(count, known);
      return known;
    },
    empty(length: number) {
      if (typedArray !== null && length > LONGEST_LIST) return makeLong(length);
      checkLength(storage, length);
      const array = new list(length * storage.width) as unknown as ListElements & WasmArray;
      if (typedArray !== null) { for (let i = 0; i < length * storage.width; i++) array[i] = 0; }
      return array;
    },
  };
}

/** The class of the arrays of `type` that are JavaScript arrays, or typed ones. */
function subclass(
  parent: new (length: number) => unknown,
  type: CanonicalType,
  storage: ElementStorage,
): ArrayConstructor {
  // The constructor is written out: the one that V8 made of nothing in 2023 (Node 20) iterated over its arguments.
  const parameters = parent === HostArray ? "length" : "buffer,offset,length";
  const text = `return class array extends Parent{constructor(${parameters}){super(${parameters})}};\n`;
  const constructor = evaluateClass<ArrayConstructor>(text, { Parent: parent });
  const { prototype } = constructor;
  setPrototypeOf(prototype, null);
  addMarks(prototype as unknown as { [property: PropertyKey]: unknown }, type);
  defineProperties(prototype, {
    elements: {
      get() {
        return this;
      },
    },
    $storage: { value: storage },
    $widthLog2: { value: Math.log2(storage.width) },
    ...(parent === HostArray ? {} : { length: typedLength }),
  });
  return constructor;
}

function filledText(storage: ElementStorage): string {
  const { width, typedArray } = storage;
  const values = Array.from({ length: width }, (_, i) => `v${i}`);
  const count = width === 1 ? "n" : `n*${width}`;
  const assignments = values.map((value, i) => `a[${i === 0 ? "i" : `i+${i}`}]=${value}`).join(";");
  const loop = `for(let i=0;i<${count};i+=${width}){${assignments}}`;
  const head = `return function newArray(${values},length){const n=length>>>0;\n`;
  if (typedArray === null) return `${head}checkLength(n);const a=new List(n);${loop}return a};\n`;
  const nan = storage.storage === F64 ? "if(v0!==v0)keepSignalling(a,v0);" : "";
  const short = `if(n<=${LONGEST_LIST}){const a=new List(${count});${nan}${loop}return a}\n`;
  return `${head}${short}const a=makeLong(n);${width === 1 ? "fill(a,v0);" : loop}return a};\n`;
}

function fixedText(storage: ElementStorage, count: number): string {
  const { width, typedArray } = storage;
  const values = Array.from({ length: count * width }, (_, i) => `v${i}`);
  const made = `new ${typedArray !== null && count > LONGEST_LIST ? "Long" : "List"}(${values.length})`;
  const nans = storage.storage === F64 && count <= LONGEST_LIST
    ? values.map((value) => `if(${value}!==${value})keepSignalling(a,${value});`).join("")
    : "";
  const assignments = values.map((value, i) => `a[${i}]=${value};`).join("");
  return `return function newArray(${values}){const a=${made};${nans}${assignments}return a};\n`;
}

function checkLength({ maximumLength }: ElementStorage, length: number): void {
  if (length > maximumLength) trap("arrayTooLarge");
}

function longArray(constructor: ArrayConstructor, storage: ElementStorage, length: number): WasmArray {
  checkLength(storage, length);
  try {
    return new constructor(length * storage.width);
  } catch {
    return trap("arrayTooLarge");
  }
}

/** An array of `type` with these boxed elements. */
export function newArray(type: CanonicalType, values: readonly Value[]): WasmArray {
  const components = valueList();
  for (const value of values) pushElement(components, value, type);
  return arrayClass(type).fixed(values.length)(...components as never[]);
}

/** An array of `type` with `length`, an int32 read unsigned, elements of this boxed value. Traps when it is too large. */
export function newFilledArray(type: CanonicalType, value: Value, length: number): WasmArray {
  const components = valueList();
  pushElement(components, value, type);
  return arrayClass(type).filled(...components as never[], length as never);
}

function pushElement(components: unknown[], value: Value, type: CanonicalType): void {
  const { storage } = (type.composite as ArrayType).element;
  const wrapped = storage === I8 || storage === I16 ? wrapPacked(value as number, storage) : value;
  pushComponents(components, wrapped, unpacked(storage));
}

/** Whether an array or its elements are a JavaScript array: they are references, or few. */
export function isList(elements: Elements | WasmArray | ArrayBufferView): elements is ListElements {
  return isArray(elements);
}

/**
 * Prepares an array of f64 for a NaN. V8 makes signalling NaNs quiet when it stores them in a list of doubles; after the null the list
 * holds any values.
 */
export function keepSignalling(array: WasmArray | ListElements, nan: number): void {
  if (isList(array) && array.length > 0 && isSignalling(nan)) {
    const first = array[0];
    array[0] = null;
    array[0] = first;
  }
}
