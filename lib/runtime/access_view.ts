/**
 * The views through which generated code accesses memories. Their methods are the host's as they were when the library was
 * loaded: patching `DataView.prototype` later changes nothing. (V8 and JavaScriptCore inline them as they do the originals; called by
 * `Function.prototype.call` they would take ten times as long on V8, and bulk operations by `Reflect.apply` 1.8 times on
 * JavaScriptCore.)
 *
 * @module
 */

const {
  create,
  freeze,
  getOwnPropertyDescriptor,
  getOwnPropertyDescriptors,
  getPrototypeOf,
  setPrototypeOf,
} = Object;
const { apply } = Reflect;
const HostDataView = DataView;
const HostUint8Array = Uint8Array;
const METHODS: object = freeze(create(null, getOwnPropertyDescriptors(DataView.prototype)));

/**
 * The methods of views of more than 2 GiB. Generated code passes an i32 address to which it adds nothing as an int32: V8 checks
 * the bounds of those faster than of unsigned numbers (byte sieve 1.13 instead of 1.37 times the host's time, copies 1.4
 * instead of 2.0). A negative one is out of the bounds of smaller views, as its unsigned value is; here it may be an address.
 */
const METHODS_BEYOND_2_GIB: object = freeze(
  create(
    null,
    Object.fromEntries(
      Object.entries(getOwnPropertyDescriptors(DataView.prototype)).map(([name, property]) => [
        name,
        /^[gs]et/.test(name) ? { ...property, value: withUnsignedAddress(property.value) } : property,
      ]),
    ),
  ),
);

type Accessor = (this: DataView, address: number, ...rest: unknown[]) => unknown;

function withUnsignedAddress(accessor: Accessor): Accessor {
  return function (address, ...rest) {
    return apply(accessor, this, [address < 0 ? address + 0x1_0000_0000 : address, ...rest]);
  };
}

/**
 * A view of the first `byteLength` bytes of `buffer`. Negative addresses stand for the unsigned 32-bit number with the same bits.
 */
export function accessView(buffer: ArrayBuffer | SharedArrayBuffer, byteLength: number): DataView {
  const methods = byteLength > 0x8000_0000 ? METHODS_BEYOND_2_GIB : METHODS;
  return setPrototypeOf(new HostDataView(buffer, 0, byteLength), methods);
}

/** Without `constructor`, so that `subarray` makes the host's own arrays. */
const { constructor: _, ...bulkMethods } = getOwnPropertyDescriptors(getPrototypeOf(Uint8Array.prototype));
const BULK_METHODS: object = freeze(create(null, bulkMethods));

/** The first `byteLength` bytes of `buffer` for `fill`, `copyWithin`, `set` and `subarray`. */
export function bulkView(buffer: ArrayBuffer | SharedArrayBuffer, byteLength: number): Uint8Array {
  return setPrototypeOf(new HostUint8Array(buffer, 0, byteLength), BULK_METHODS);
}

const TypedArray = getPrototypeOf(Uint8Array.prototype);
const buffer = getOwnPropertyDescriptor(TypedArray, "buffer")!.get!;
const byteOffset = getOwnPropertyDescriptor(TypedArray, "byteOffset")!.get!;

/** The buffer of an array of bytes. */
export function bufferOf(bytes: Uint8Array | Int8Array): ArrayBuffer | SharedArrayBuffer {
  return apply(buffer, bytes, []);
}

/** `count` bytes of `bytes` from `start` on. (`subarray` asks the array's constructor what to make.) */
export function partOf(bytes: Uint8Array | Int8Array, start: number, count: number): Uint8Array {
  return new HostUint8Array(bufferOf(bytes), (apply(byteOffset, bytes, []) as number) + start, count);
}
