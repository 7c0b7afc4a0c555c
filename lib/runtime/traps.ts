/**
 * Traps: conditions that end wasm code with a RuntimeError, in V8's words.
 *
 * Generated code does not test for everything that traps: an out-of-bounds `DataView` access throws the host's
 * RangeError by itself. Where wasm code returns to JavaScript, {@linkcode trapFrom} turns such an error into the
 * trap it stands for. Errors that imported functions throw are not mistaken for it: inside wasm code they travel in
 * packages (see `exception_boundary.ts`).
 *
 * @module
 */

import { RuntimeError } from "../syntax/errors.ts";
import { matcher } from "./pattern.ts";

/** What a trap says, by its name in generated code. */
export const TRAP_MESSAGES = {
  unreachable: "unreachable",
  memoryOutOfBounds: "memory access out of bounds",
  unalignedAccess: "operation does not support unaligned accesses",
  waitNotAllowed: "Atomics.wait cannot be called in this context",
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
  invalidUtf8: "invalid UTF-8 string",
  invalidWtf8: "invalid WTF-8 string",
  unpairedSurrogate: "Failed to encode string as UTF-8: contains unpaired surrogate",
  stringOutOfBounds: "string offset out of bounds",
} as const;

/** The name of a trap. */
export type Trap = keyof typeof TRAP_MESSAGES;

const { captureStackTrace } = Error as { captureStackTrace?: (error: object, above: object) => void };

/** Traps now. The stack begins, where the host can do that, with the caller of `above`: the wasm function. */
export function trap(name: Trap, above: object = trap): never {
  const error = new RuntimeError(TRAP_MESSAGES[name]);
  captureStackTrace?.(error, above);
  throw error;
}

const { create, defineProperty, getOwnPropertyDescriptor, getPrototypeOf } = Object;
const rangeErrorPrototype = RangeError.prototype;
const typeErrorPrototype = TypeError.prototype;
const { add, has } = WeakSet.prototype;
const { call } = Function.prototype;
const uncatchable = new WeakSet<object>();
const mark: (set: typeof uncatchable, error: object) => unknown = call.bind(add);
const isMarked: (set: typeof uncatchable, error: object) => boolean = call.bind(has);

/** V8 and JavaScriptCore say this, one of them with a full stop. */
const STACK_OVERFLOW = "Maximum call stack size exceeded";
/** Tells errors from proxies of errors, whose handlers must not run. */
const isError = (Error as { isError?: (value: unknown) => boolean }).isError ?? (() => true);

/**
 * Whether no wasm code catches `exception`, thrown by JavaScript: it has left wasm code before as a trap, or it is a stack overflow,
 * wherever that happened (as in V8). A RuntimeError made by JavaScript is an exception like any other.
 */
export function isUncatchable(exception: unknown): boolean {
  if (typeof exception !== "object" || exception === null) return false;
  return isMarked(uncatchable, exception) || isStackOverflow(exception);
}

function isStackOverflow(exception: object): boolean {
  if (!isError(exception) || getPrototypeOf(exception) !== rangeErrorPrototype) return false;
  const message = getOwnPropertyDescriptor(exception, "message")?.value as unknown;
  return message === STACK_OVERFLOW || message === STACK_OVERFLOW + ".";
}

/** The messages of the host's errors for accesses out of bounds, as keys. */
const outOfBoundsMessages: Readonly<Record<string, true>> = create(null);
for (
  const access of [
    () => new DataView(new ArrayBuffer(8)).getInt32(8, true),
    () => new DataView(new ArrayBuffer(8)).setInt32(2 ** 33, 0, true),
    () => new DataView(new ArrayBuffer(8)).getInt8(-1),
    () => new DataView(new ArrayBuffer(8)).getInt8(2 ** 64),
    () => new DataView(new ArrayBuffer(8)).getFloat64(1, true),
  ]
) {
  try {
    access();
  } catch (error) {
    (outOfBoundsMessages as Record<string, true>)[(error as RangeError).message] = true;
    continue;
  }
  throw new Error("the host's DataView accepts accesses out of its bounds");
}

/**
 * What wasm code that ended with `exception`, no exception of WebAssembly or JavaScript, throws to JavaScript: a RuntimeError when it
 * is the host's RangeError of a memory access, with the place where it happened as its stack; otherwise the exception
 * itself, a trap or a stack overflow. No wasm code catches what it returns.
 */
export function trapFrom(exception: unknown): unknown {
  if (typeof exception !== "object" || exception === null) return exception;
  const name = trapOf(exception);
  const trap = name === null ? exception : trapAt(name, exception as Error);
  mark(uncatchable, trap);
  return trap;
}

/** The prototype of the host's own traps. */
const hostTrapPrototype: unknown =
  (globalThis as { WebAssembly?: { RuntimeError?: { prototype: unknown } } }).WebAssembly?.RuntimeError
    ?.prototype ??
    {};

/** The trap that a host's error stands for; null for other exceptions. */
function trapOf(exception: object): Trap | null {
  switch (getPrototypeOf(exception)) {
    case hostTrapPrototype:
      // All that traps in the host's code is an atomic operation: see `host_atomics.ts`.
      return saysUnreachable((exception as Error).message) === null ? "memoryOutOfBounds" : "unalignedAccess";
    case rangeErrorPrototype:
      return (exception as RangeError).message in outOfBoundsMessages ? "memoryOutOfBounds" : null;
    case typeErrorPrototype:
      return trapOfAccess((exception as TypeError).message);
    default:
      return null;
  }
}

const saysUnreachable = matcher(/unreachable/i);

/** How V8, SpiderMonkey and JavaScriptCore complain of a member access: what it was tried on and the member, or code that ends with it. */
const ACCESS_ERRORS = [
  matcher<AccessPart>(
    /^Cannot (?:read|set) properties of (?<object>null|undefined) \((?:reading|setting) '(?<member>.*)'\)$/s,
  ),
  matcher<AccessPart>(/^can't access property (?<member>.*?), .* is (?<object>null|undefined)$/s),
  matcher<AccessPart>(/^(?<object>null|undefined) is not an object \(evaluating '(?<code>.*)'\)$/s),
];
type AccessPart = "object" | "member" | "code";
/** The members that generated code accesses: fields, elements and so on. */
const isMember = matcher(/^"?(?:f[0-9]+t[0-9]+[hbc]?|-?[0-9]+|length|code|\$descriptor|\$widthLog2)"?$/);
/** Those whose values are tested in casts: marks, and the types of functions. */
const isTested = matcher(/^"?\$?type"?$|^Symbol\("?(?:type [0-9]+|struct|array|eq)"?\)$/);
const isTestedCode = matcher(/(?:\[(?:Y[0-9]+|[A-Z]+_MARK)\]|\.\$?type)$/);

/** Of null it is a null dereference, or a cast of it; of undefined an access to what was read past the end of an array. */
function trapOfAccess(message: string): Trap | null {
  for (let i = 0; i < ACCESS_ERRORS.length; i++) {
    const found = ACCESS_ERRORS[i](message);
    if (found === null) continue;
    const { object, member = "", code } = found;
    const tested = (code === undefined ? isTested(member) : isTestedCode(code)) !== null;
    if (!tested && code === undefined && isMember(member) === null) return null;
    return object === "undefined" ? "arrayOutOfBounds" : tested ? "illegalCast" : "nullDereference";
  }
  return null;
}

/** A stack: its title, where the host begins it with one, and the frames but for the innermost ones of the host's WebAssembly. */
const stackParts = matcher<"title" | "frames">(
  // Of those, Bun says nothing else.
  /^(?<title>(?:Range|Type|Runtime)Error.*(?:\n|$))?(?:(?:.*(?:wasm:\/\/|\[wasm code\]).*| *at unknown)\n)*(?<frames>[^]*)$/,
);

function trapAt(name: Trap, { stack }: Error): Error {
  const trap = new RuntimeError(TRAP_MESSAGES[name]);
  if (typeof stack === "string") {
    const { title, frames } = stackParts(stack)!;
    const value = title === undefined ? frames : `RuntimeError: ${trap.message}\n${frames}`;
    defineProperty(trap, "stack", { value, writable: true, configurable: true });
  }
  return trap;
}
