/**
 * Interfaces and conversions as Web IDL and V8's JavaScript interface define them: constructors, prototypes with
 * the right property attributes, brand checks, argument conversions.
 *
 * @module
 */

import type { AddressType } from "../syntax/types.ts";

const {
  create,
  defineProperty,
  defineProperties,
  getOwnPropertyDescriptors,
  getPrototypeOf,
  prototype: objectPrototype,
} = Object;
const { isFinite, MAX_SAFE_INTEGER } = Number;
const { asIntN } = BigInt;
const { trunc } = Math;
const { apply } = Reflect;
const NativeTypeError = TypeError;

/** Whether `value` is an object or function. */
export function isObject(value: unknown): value is object {
  return typeof value === "object" ? value !== null : typeof value === "function";
}

/** A TypeError of the API function `api`, such as `WebAssembly.Memory()`. */
export function typeError(api: string, message: string): TypeError {
  return new NativeTypeError(`${api}: ${message}`);
}

/** A RangeError of the API function `api`. */
export function rangeError(api: string, message: string): RangeError {
  return new RangeError(`${api}: ${message}`);
}

class Stamped {
  constructor(object: object) {
    return object;
  }
}

/** An internal slot that objects of one interface have; the brand of that interface. */
export interface InternalSlot<Value> {
  /** Gives `object` the slot; once per object. */
  set(object: object, value: Value): void;
  /** The value in the slot; null for anything without it. */
  get(value: unknown): Value | null;
}

/** A slot of its own: a private field stamped on objects, so that no property of theirs shows it. */
export function internalSlot<Value>(): InternalSlot<Value> {
  class Slot extends Stamped {
    #value: Value;

    constructor(object: object, value: Value) {
      super(object);
      this.#value = value;
    }

    static read(object: object): Value | null {
      return #value in object ? object.#value : null;
    }
  }
  return {
    set: (object, value) => void new Slot(object, value),
    get: (value) => isObject(value) ? Slot.read(value) : null,
  };
}

/** The description of an interface. */
export interface InterfaceDefinition {
  /** Its name below `WebAssembly`. */
  readonly name: string;
  /** `length` of the constructor. */
  readonly length: number;
  /**
   * Constructor steps: converts the arguments, then stamps the object that `make` gives; or returns another object, which is then
   * what the constructor returns.
   */
  readonly construct: (args: readonly unknown[], make: () => object) => object | void;
  /** Operations and attributes, as an object literal. */
  readonly members?: object;
  /** Static operations, as an object literal. */
  readonly statics?: object;
}

/** An interface object with its prototype. */
export interface InterfaceObject {
  readonly constructor: object;
  /** A new object with the interface's own prototype. */
  make(): object;
}

/** Makes an interface object (Web IDL 3.7.1 "Interface object"): a constructor that only `new` may call. */
export function defineInterface(definition: InterfaceDefinition): InterfaceObject {
  const { name, length, construct, members = {}, statics = {} } = definition;
  const api = `WebAssembly.${name}()`;
  const interfaceObject = function (this: unknown, ...args: unknown[]): object {
    const target = new.target as unknown as { readonly prototype: unknown } | undefined;
    if (target === undefined) throw typeError(api, `WebAssembly.${name} must be invoked with 'new'`);
    let object: object | undefined;
    const result = construct(args, () => {
      // `this` has the prototype of the target already, read once; that is not an object when it is the language's own.
      const isOwn = getPrototypeOf(this) !== objectPrototype || target.prototype === objectPrototype;
      return object = isOwn ? this as object : create(prototype) as object;
    });
    return result ?? object!;
  };
  const prototype: object = create(objectPrototype, {
    constructor: { value: interfaceObject, writable: true, configurable: true },
  });
  defineProperties(prototype, getOwnPropertyDescriptors(members));
  defineProperty(prototype, Symbol.toStringTag, { value: `WebAssembly.${name}`, configurable: true });
  defineProperties(interfaceObject, {
    length: { value: length, configurable: true },
    name: { value: name, configurable: true },
    prototype: { value: prototype, writable: false },
    ...getOwnPropertyDescriptors(statics),
  });
  return { constructor: interfaceObject, make: () => create(prototype) };
}

/**
 * `[EnforceRange] unsigned long` (Web IDL 3.2.4.9): converts with ToNumber, rounds towards zero; as in V8 after the checks, so that -0.5
 * is refused.
 *
 * @param what how the message calls the value, such as "Argument 0".
 * @throws {TypeError} when it is not a finite number or outside 0 to 2^32 - 1.
 */
export function unsignedLong(api: string, what: string, value: unknown): number {
  const number = +(value as number);
  if (!isFinite(number)) throw typeError(api, `${what} must be convertible to a valid number`);
  if (number < 0) throw typeError(api, `${what} must be non-negative`);
  if (number > 0xffff_ffff) throw typeError(api, `${what} must be in the unsigned long range`);
  return trunc(number) + 0;
}

/** ToBigInt: unlike `BigInt()`, refuses numbers. */
function toBigInt(value: unknown): bigint {
  return asIntN(MAX_SAFE_INTEGER, value as bigint);
}

/**
 * AddressValueToU64 (JS API, "Address values"): an `unsigned long` for i32, a bigint below 2^64 for i64.
 *
 * @throws {TypeError} when it is out of range.
 */
export function addressValue(api: string, what: string, value: unknown, type: AddressType): bigint {
  if (type === "i32") return BigInt(unsignedLong(api, what, value));
  const address = toBigInt(value);
  if (address < 0n || address >= 1n << 64n) throw typeError(api, `${what} must be in u64 range`);
  return address;
}

/** U64ToAddressValue: the number or bigint that JavaScript sees. */
export function fromAddress(address: number, type: AddressType): number | bigint {
  return type === "i32" ? address : BigInt(address);
}

/** The elements of an iterable (Web IDL 3.2.24 "Sequences"). `refuse` throws for an object that is not iterable. */
export function toList(value: object, refuse: () => never): unknown[] {
  const method = (value as { [Symbol.iterator]?: unknown })[Symbol.iterator];
  if (method === undefined || method === null) refuse();
  const iterator: unknown = apply(method as () => unknown, value, []);
  if (!isObject(iterator)) throw new NativeTypeError(`${typeof iterator} is not an iterator`);
  const { next } = iterator as { readonly next: () => unknown };
  const list: unknown[] = [];
  for (;;) {
    const result: unknown = apply(next, iterator, []);
    if (!isObject(result)) throw new NativeTypeError("Iterator result is not an object");
    if ((result as IteratorResult<unknown>).done) return list;
    list[list.length] = (result as IteratorResult<unknown>).value;
  }
}
