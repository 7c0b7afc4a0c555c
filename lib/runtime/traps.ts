/**
 * Traps: conditions that end wasm code with a RuntimeError, in V8's words.
 *
 * Generated code does not test for everything that traps: an out-of-bounds `DataView` access throws the host's
 * RangeError by itself. Where wasm code returns to JavaScript, {@linkcode trapFrom} turns such an error into the
 * trap it stands for; errors that imported functions threw pass through untouched, because the calls to them mark
 * what they throw ({@linkcode foreign}).
 *
 * @module
 */

import { RuntimeError } from "../syntax/errors.ts";

/** What a trap says, by its name in generated code. */
export const TRAP_MESSAGES = {
  unreachable: "unreachable",
  memoryOutOfBounds: "memory access out of bounds",
  unalignedAccess: "operation does not support unaligned accesses",
  divideByZero: "divide by zero",
  remainderByZero: "remainder by zero",
  divisionUnrepresentable: "divide result unrepresentable",
  floatUnrepresentable: "float unrepresentable in integer range",
  tableOutOfBounds: "table index is out of bounds",
  functionSignatureMismatch: "null function or function signature mismatch",
  nullDereference: "dereferencing a null pointer",
  illegalCast: "illegal cast",
  arrayOutOfBounds: "array element access out of bounds",
  arrayTooLarge: "requested new array is too large",
  dataSegmentOutOfBounds: "data segment out of bounds",
  elementSegmentOutOfBounds: "element segment out of bounds",
  rethrowNull: "rethrowing null value",
} as const;

/** The name of a trap. */
export type Trap = keyof typeof TRAP_MESSAGES;

/** Traps now. */
export function trap(name: Trap): never {
  throw new RuntimeError(TRAP_MESSAGES[name]);
}

let lastForeign: unknown = undefined;

/** Marks an exception as thrown by an imported function, and returns it. */
export function foreign(exception: unknown): unknown {
  lastForeign = exception;
  return exception;
}

/** Whether `exception` came out of an imported function. */
export function isForeign(exception: unknown): boolean {
  return exception === lastForeign;
}

const outOfBoundsMessages: ReadonlySet<string> = new Set(
  [
    () => new DataView(new ArrayBuffer(8)).getInt32(8, true),
    () => new DataView(new ArrayBuffer(8)).setInt32(2 ** 33, 0, true),
    () => new DataView(new ArrayBuffer(8)).getInt8(-1),
    () => new DataView(new ArrayBuffer(8)).getFloat64(1, true),
  ].map((access) => {
    try {
      access();
    } catch (error) {
      return (error as RangeError).message;
    }
    throw new Error("the host's DataView accepts accesses out of its bounds");
  }),
);

const { getPrototypeOf } = Object;
const rangeErrorPrototype = RangeError.prototype;

/**
 * What wasm code that ended with `exception` throws to JavaScript: a RuntimeError when the exception is the
 * host's RangeError of a memory access, with the place where it happened as its stack; otherwise the exception itself.
 */
export function trapFrom(exception: unknown): unknown {
  if (exception === lastForeign) return exception;
  if (typeof exception !== "object" || exception === null) return exception;
  if (getPrototypeOf(exception) !== rangeErrorPrototype) return exception;
  const { message, stack } = exception as RangeError;
  if (!outOfBoundsMessages.has(message)) return exception;
  const trap = new RuntimeError(TRAP_MESSAGES.memoryOutOfBounds);
  if (typeof stack === "string") {
    const frames = stack.startsWith("RangeError") ? stack.slice(stack.indexOf("\n") + 1) : stack;
    Object.defineProperty(trap, "stack", {
      value: stack.startsWith("RangeError") ? `RuntimeError: ${trap.message}\n${frames}` : frames,
      writable: true,
      configurable: true,
    });
  }
  return trap;
}
