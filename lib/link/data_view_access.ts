/**
 * The accessors of `DataView` as code, for imports of `Function.prototype.call.bind(DataView.prototype.getInt32)` and the like
 * (INSTANTIATION.md section 4). Each does what the builtin does, with the same errors, whatever the receiver is, and
 * whatever has been done to `DataView.prototype` since the engine was loaded.
 *
 * A host inlines the builtin only in a method call on an object it knows to be a `DataView`. So each view gets a second one over the
 * same bytes, which nobody else can reach and whose methods are the builtins; calls go there. Measured in a loop, ns per
 * call, against the bound function: Deno 1.2 (4.1), Bun 0.9 (22), Node 1.2 (4.4).
 *
 * @module
 */

import type { Code } from "../runtime/function_reference.ts";
import type { Callable } from "../runtime/imported_function.ts";
import { RESULT_I32 } from "../runtime/return_registers.ts";
import { foreign } from "../runtime/exception_boundary.ts";

const { apply } = Reflect;
const { call } = Function.prototype;
const { defineProperty, getOwnPropertyDescriptor, setPrototypeOf } = Object;

/** The methods that are here, and the getter `byteLength`. */
export const DATA_VIEW_ACCESSORS = [
  "getInt8",
  "getUint8",
  "getInt16",
  "getUint16",
  "getInt32",
  "getUint32",
  "getBigInt64",
  "getBigUint64",
  "getFloat32",
  "getFloat64",
  "setInt8",
  "setUint8",
  "setInt16",
  "setUint16",
  "setInt32",
  "setUint32",
  "setBigInt64",
  "setBigUint64",
  "setFloat32",
  "setFloat64",
  "byteLength",
] as const;
/** The name of an accessor. */
export type DataViewAccessor = typeof DATA_VIEW_ACCESSORS[number];

function getterOf(prototype: object | undefined, name: string): Callable | null {
  const getter = prototype && getOwnPropertyDescriptor(prototype, name)?.get;
  return getter === undefined ? null : getter as Callable;
}

/** The builtins, as they were when this module was loaded. */
export const DATA_VIEW_BUILTINS: Readonly<Record<DataViewAccessor, Callable>> = Object.fromEntries(
  DATA_VIEW_ACCESSORS.map((name) => {
    const { value, get } = getOwnPropertyDescriptor(DataView.prototype, name)!;
    return [name, value ?? get];
  }),
) as Record<DataViewAccessor, Callable>;

const bufferOf = getterOf(DataView.prototype, "buffer")!;
const byteOffsetOf = getterOf(DataView.prototype, "byteOffset")!;
const byteLengthOf = getterOf(DataView.prototype, "byteLength")!;
const resizable = getterOf(ArrayBuffer.prototype, "resizable");
const growable = getterOf(globalThis.SharedArrayBuffer?.prototype, "growable");

/** A view with nothing but the builtins. A derived class, because V8 gives the objects of other constructors a new map each. */
class PrivateView extends DataView<ArrayBuffer> {
  constructor(buffer: ArrayBufferLike, byteOffset: number, byteLength: number) {
    super(buffer as ArrayBuffer, byteOffset, byteLength);
  }
}
for (const name of DATA_VIEW_ACCESSORS) {
  const builtin = DATA_VIEW_BUILTINS[name];
  defineProperty(
    PrivateView.prototype,
    name,
    name === "byteLength" ? { get: builtin as () => unknown } : { value: builtin },
  );
}
setPrototypeOf(PrivateView.prototype, null);

const privateViews = new WeakMap<object, PrivateView>();
const lookUp: (map: typeof privateViews, key: unknown) => PrivateView | undefined = call.bind(
  WeakMap.prototype.get,
);
const remember: (map: typeof privateViews, key: unknown, view: PrivateView) => unknown = call.bind(
  WeakMap.prototype.set,
);

/** Whether a buffer keeps its length until it is detached. */
function hasFixedLength(buffer: ArrayBufferLike): boolean {
  if (resizable === null) return true;
  try {
    return !apply(resizable, buffer, []);
  } catch {
    return growable === null || !apply(growable, buffer, []);
  }
}

/**
 * The private view of `receiver`; null when it is no view, when its length is not fixed (whether it follows its buffer's
 * cannot be told from outside), or when its bytes are gone.
 */
function privateViewOf(receiver: unknown): PrivateView | null {
  const known = lookUp(privateViews, receiver);
  if (known !== undefined) return known;
  try {
    const buffer = apply(bufferOf, receiver, []) as ArrayBufferLike;
    if (!hasFixedLength(buffer)) return null;
    const view = new PrivateView(
      buffer,
      apply(byteOffsetOf, receiver, []) as number,
      apply(byteLengthOf, receiver, []) as number,
    );
    remember(privateViews, receiver, view);
    return view;
  } catch {
    return null;
  }
}

/** The two views that a call site used last; it keeps them alive. */
interface SiteCache {
  receiver: unknown;
  view: PrivateView;
  olderReceiver: unknown;
  olderView: PrivateView;
}

/** Caches start with a view that nobody has, so that hosts specialise their fields on views at once. */
const NO_VIEW = new PrivateView(new ArrayBuffer(0), 0, 0);

function siteCache(): SiteCache {
  return { receiver: NO_VIEW, view: NO_VIEW, olderReceiver: NO_VIEW, olderView: NO_VIEW };
}

function viewFor(site: SiteCache, receiver: unknown): PrivateView | null {
  if (receiver === site.receiver) return site.view;
  return receiver === site.olderReceiver ? site.olderView : replace(site, receiver);
}

function replace(site: SiteCache, receiver: unknown): PrivateView | null {
  const view = privateViewOf(receiver);
  if (view === null) return null;
  site.olderReceiver = site.receiver;
  site.olderView = site.view;
  site.receiver = receiver;
  site.view = view;
  return view;
}

/** Calls the builtin itself: the general case, and the one that throws. */
function callBuiltin(name: DataViewAccessor, receiver: unknown, ...args: unknown[]): unknown {
  try {
    return apply(DATA_VIEW_BUILTINS[name], receiver, args);
  } catch (exception) {
    throw foreign(exception);
  }
}

const LOW = new Int32Array(2);
const BITS = new BigInt64Array(LOW.buffer);

function returnBigInt(value: unknown): number {
  BITS[0] = value as bigint;
  RESULT_I32[1] = LOW[1];
  return LOW[0];
}

function bigIntOf(low: number, high: number): bigint {
  LOW[0] = low;
  LOW[1] = high;
  return BITS[0];
}

function getBigInt(name: "getBigInt64" | "getBigUint64"): Code {
  const site = siteCache();
  return (receiver: unknown, offset: number, littleEndian: number): number => {
    const view = viewFor(site, receiver);
    if (view !== null) {
      try {
        const first = view.getInt32(offset, littleEndian !== 0);
        const second = view.getInt32(offset + 4, littleEndian !== 0);
        RESULT_I32[1] = littleEndian !== 0 ? second : first;
        return littleEndian !== 0 ? first : second;
      } catch {
        // Out of bounds or detached: the builtin says so.
      }
    }
    return returnBigInt(callBuiltin(name, receiver, offset, littleEndian !== 0));
  };
}

function setBigInt(name: "setBigInt64" | "setBigUint64"): Code {
  const site = siteCache();
  return (receiver: unknown, offset: number, low: number, high: number, littleEndian: number): void => {
    const view = viewFor(site, receiver);
    if (view !== null) {
      try {
        // Nothing is written unless all of it can be: the first byte is looked at, and the second half goes first.
        view.getInt8(offset);
        view.setInt32(offset + 4, littleEndian !== 0 ? high : low, littleEndian !== 0);
        view.setInt32(offset, littleEndian !== 0 ? low : high, littleEndian !== 0);
        return;
      } catch {
        // Out of bounds, detached or immutable: the builtin says so.
      }
    }
    callBuiltin(name, receiver, offset, bigIntOf(low, high), littleEndian !== 0);
  };
}

/*
 * One function text per accessor, because hosts keep one type feedback per text: shared, the method called would not be a
 * constant any more.
 */
const MAKERS: Readonly<Record<DataViewAccessor, () => Code>> = {
  getInt8() {
    const site = siteCache();
    return (receiver: unknown, offset: number) => {
      const view = viewFor(site, receiver);
      try {
        if (view !== null) return view.getInt8(offset);
      } catch { /* The builtin throws it again. */ }
      return callBuiltin("getInt8", receiver, offset);
    };
  },
  getUint8() {
    const site = siteCache();
    return (receiver: unknown, offset: number) => {
      const view = viewFor(site, receiver);
      try {
        if (view !== null) return view.getUint8(offset);
      } catch { /* The builtin throws it again. */ }
      return callBuiltin("getUint8", receiver, offset);
    };
  },
  getInt16() {
    const site = siteCache();
    return (receiver: unknown, offset: number, littleEndian: number) => {
      const view = viewFor(site, receiver);
      try {
        if (view !== null) return view.getInt16(offset, littleEndian !== 0);
      } catch { /* The builtin throws it again. */ }
      return callBuiltin("getInt16", receiver, offset, littleEndian !== 0);
    };
  },
  getUint16() {
    const site = siteCache();
    return (receiver: unknown, offset: number, littleEndian: number) => {
      const view = viewFor(site, receiver);
      try {
        if (view !== null) return view.getUint16(offset, littleEndian !== 0);
      } catch { /* The builtin throws it again. */ }
      return callBuiltin("getUint16", receiver, offset, littleEndian !== 0);
    };
  },
  getInt32() {
    const site = siteCache();
    return (receiver: unknown, offset: number, littleEndian: number) => {
      const view = viewFor(site, receiver);
      try {
        if (view !== null) return view.getInt32(offset, littleEndian !== 0);
      } catch { /* The builtin throws it again. */ }
      return callBuiltin("getInt32", receiver, offset, littleEndian !== 0);
    };
  },
  getUint32() {
    const site = siteCache();
    return (receiver: unknown, offset: number, littleEndian: number) => {
      const view = viewFor(site, receiver);
      try {
        if (view !== null) return view.getInt32(offset, littleEndian !== 0);
      } catch { /* The builtin throws it again. */ }
      return (callBuiltin("getUint32", receiver, offset, littleEndian !== 0) as number) | 0;
    };
  },
  getBigInt64: () => getBigInt("getBigInt64"),
  getBigUint64: () => getBigInt("getBigUint64"),
  getFloat32() {
    const site = siteCache();
    return (receiver: unknown, offset: number, littleEndian: number) => {
      const view = viewFor(site, receiver);
      try {
        if (view !== null) return view.getFloat32(offset, littleEndian !== 0);
      } catch { /* The builtin throws it again. */ }
      return callBuiltin("getFloat32", receiver, offset, littleEndian !== 0);
    };
  },
  getFloat64() {
    const site = siteCache();
    return (receiver: unknown, offset: number, littleEndian: number) => {
      const view = viewFor(site, receiver);
      try {
        if (view !== null) return view.getFloat64(offset, littleEndian !== 0);
      } catch { /* The builtin throws it again. */ }
      return callBuiltin("getFloat64", receiver, offset, littleEndian !== 0);
    };
  },
  setInt8() {
    const site = siteCache();
    return (receiver: unknown, offset: number, value: number) => {
      const view = viewFor(site, receiver);
      try {
        if (view !== null) return view.setInt8(offset, value);
      } catch { /* The builtin throws it again. */ }
      callBuiltin("setInt8", receiver, offset, value);
    };
  },
  setUint8() {
    const site = siteCache();
    return (receiver: unknown, offset: number, value: number) => {
      const view = viewFor(site, receiver);
      try {
        if (view !== null) return view.setUint8(offset, value);
      } catch { /* The builtin throws it again. */ }
      callBuiltin("setUint8", receiver, offset, value);
    };
  },
  setInt16() {
    const site = siteCache();
    return (receiver: unknown, offset: number, value: number, littleEndian: number) => {
      const view = viewFor(site, receiver);
      try {
        if (view !== null) return view.setInt16(offset, value, littleEndian !== 0);
      } catch { /* The builtin throws it again. */ }
      callBuiltin("setInt16", receiver, offset, value, littleEndian !== 0);
    };
  },
  setUint16() {
    const site = siteCache();
    return (receiver: unknown, offset: number, value: number, littleEndian: number) => {
      const view = viewFor(site, receiver);
      try {
        if (view !== null) return view.setUint16(offset, value, littleEndian !== 0);
      } catch { /* The builtin throws it again. */ }
      callBuiltin("setUint16", receiver, offset, value, littleEndian !== 0);
    };
  },
  setInt32() {
    const site = siteCache();
    return (receiver: unknown, offset: number, value: number, littleEndian: number) => {
      const view = viewFor(site, receiver);
      try {
        if (view !== null) return view.setInt32(offset, value, littleEndian !== 0);
      } catch { /* The builtin throws it again. */ }
      callBuiltin("setInt32", receiver, offset, value, littleEndian !== 0);
    };
  },
  setUint32() {
    const site = siteCache();
    return (receiver: unknown, offset: number, value: number, littleEndian: number) => {
      const view = viewFor(site, receiver);
      try {
        if (view !== null) return view.setUint32(offset, value, littleEndian !== 0);
      } catch { /* The builtin throws it again. */ }
      callBuiltin("setUint32", receiver, offset, value, littleEndian !== 0);
    };
  },
  setBigInt64: () => setBigInt("setBigInt64"),
  setBigUint64: () => setBigInt("setBigUint64"),
  setFloat32() {
    const site = siteCache();
    return (receiver: unknown, offset: number, value: number, littleEndian: number) => {
      const view = viewFor(site, receiver);
      try {
        if (view !== null) return view.setFloat32(offset, value, littleEndian !== 0);
      } catch { /* The builtin throws it again. */ }
      callBuiltin("setFloat32", receiver, offset, value, littleEndian !== 0);
    };
  },
  setFloat64() {
    const site = siteCache();
    return (receiver: unknown, offset: number, value: number, littleEndian: number) => {
      const view = viewFor(site, receiver);
      try {
        if (view !== null) return view.setFloat64(offset, value, littleEndian !== 0);
      } catch { /* The builtin throws it again. */ }
      callBuiltin("setFloat64", receiver, offset, value, littleEndian !== 0);
    };
  },
  byteLength() {
    const site = siteCache();
    return (receiver: unknown) => {
      const view = viewFor(site, receiver);
      try {
        if (view !== null) return view.byteLength;
      } catch { /* The builtin throws it again. */ }
      return callBuiltin("byteLength", receiver);
    };
  },
};

/** New code for one import of an accessor: receiver, offset, value and byte order (nonzero is little-endian) as components. */
export function makeDataViewCode(name: DataViewAccessor): Code {
  return MAKERS[name]();
}
