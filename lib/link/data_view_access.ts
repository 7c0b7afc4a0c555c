/**
 * The accessors of `DataView`, for imports of `Function.prototype.call.bind(DataView.prototype.getInt32)` and the like
 * (INSTANTIATION.md section 4). They do what the builtins do, with the same errors, whatever the receiver is, and
 * whatever has been done to `DataView.prototype` since the engine was loaded.
 *
 * V8 inlines the builtin only in a method call on an object it knows to be a `DataView`. So a view that is used again and again gets a
 * second one over the same bytes, which nobody else can reach and whose methods are the builtins; calls go there. (JavaScriptCore
 * inlines the builtin wherever it is called, save as a bound function.) Measured in a loop, ns per call, against the bound function:
 * Deno 0.3 (4.4), Node 0.9 (4.1).
 *
 * @module
 */

import type { Callable } from "../runtime/imported_function.ts";

const { apply } = Reflect;

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
 * The private view for `receiver`; null when it is no view, when its length is not fixed (whether it follows its buffer's
 * cannot be told from outside), or when its bytes are gone.
 */
function makePrivateView(receiver: unknown): PrivateView | null {
  try {
    const buffer = apply(bufferOf, receiver, []) as ArrayBufferLike;
    if (!hasFixedLength(buffer)) return null;
    return new PrivateView(
      buffer,
      apply(byteOffsetOf, receiver, []) as number,
      apply(byteLengthOf, receiver, []) as number,
    );
  } catch {
    return null;
  }
}

/** Calls to a receiver before it gets a private view, which takes as long as some hundred calls of the builtin. */
const PATIENCE = 100;

/** What stands in the place of the private view of other receivers: calls the builtin. The receiver comes last. */
class OtherReceivers {
  readonly #site: DataViewSite;

  constructor(site: DataViewSite) {
    this.#site = site;
  }

  static {
    const pass = (target: OtherReceivers, receiver: unknown) => target.#site.passed(receiver);
    for (const name of DATA_VIEW_ACCESSORS) {
      const builtin = DATA_VIEW_BUILTINS[name];
      const methods = [
        {
          get(this: OtherReceivers): unknown {
            const { lastReceiver } = this.#site;
            pass(this, lastReceiver);
            return apply(builtin, lastReceiver, []);
          },
        },
        {
          value(this: OtherReceivers, offset: number, receiver: unknown): unknown {
            pass(this, receiver);
            return apply(builtin, receiver, [offset]);
          },
        },
        {
          value(this: OtherReceivers, first: unknown, second: unknown, receiver: unknown): unknown {
            pass(this, receiver);
            return apply(builtin, receiver, [first, second]);
          },
        },
        {
          value(
            this: OtherReceivers,
            offset: number,
            value: unknown,
            littleEndian: boolean,
            receiver: unknown,
          ): unknown {
            pass(this, receiver);
            return apply(builtin, receiver, [offset, value, littleEndian]);
          },
        },
      ];
      defineProperty(OtherReceivers.prototype, name, methods[argumentCount(name)]);
    }
    setPrototypeOf(OtherReceivers.prototype, null);
  }
}

/** Arguments that an import passes to the builtin, besides the receiver. */
export function argumentCount(name: DataViewAccessor): 0 | 1 | 2 | 3 {
  if (name === "byteLength") return 0;
  const hasByteOrder = !name.endsWith("Int8") && !name.endsWith("Uint8");
  return (name.startsWith("set") ? 2 : 1) + +hasByteOrder as 1 | 2 | 3;
}

/**
 * An import of an accessor, on V8. A call is `others.getInt32(...arguments, receiver)` at first, and
 * `views[+(receiver !== known)].getInt32(...)` once there is a private view: the choice is an index because V8 checks that and
 * the class of the view without leaving the loop it is in, and so takes all checks out of it.
 */
export class DataViewSite {
  readonly others: OtherReceivers;
  /** The private view of the known receiver, then `others`. */
  readonly views: (PrivateView | OtherReceivers)[];
  /**
   * The receiver that has a private view; the site keeps it alive. Absent until there is one: what is set once V8 takes for a constant.
   * A store takes 0.3 ns, 1.0 with another value at first.
   */
  declare known?: unknown;
  /** Set once, with the first private view. */
  declare ready?: true;
  /** Set before the getter `byteLength` is used, which has no arguments. */
  lastReceiver: unknown = null;
  #candidate: unknown = null;
  #calls = 0;

  constructor() {
    this.others = new OtherReceivers(this);
    this.views = [this.others, this.others];
  }

  /** Notes a call to a receiver that is not the known one, and makes it that if it is time. */
  passed(receiver: unknown): void {
    if (receiver !== this.#candidate) {
      this.#candidate = receiver;
      this.#calls = 0;
    } else if (++this.#calls === PATIENCE) {
      const view = makePrivateView(receiver);
      if (view === null) return;
      this.known = receiver;
      this.views[0] = view;
      this.#candidate = null;
      if (this.ready !== true) this.ready = true;
    }
  }
}
setPrototypeOf(DataViewSite.prototype, null);
