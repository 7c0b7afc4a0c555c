/**
 * Atomic accesses to shared memories (threads proposal), waiting and waking.
 *
 * @module
 */

import { SCRATCH_I32, SCRATCH_I64 } from "./float_bits.ts";
import { type AtomicOperation, type AtomicOperations, hostAtomics } from "./host_atomics.ts";
import { HAS_ATOMICS, LanguageAtomics } from "./language_atomics.ts";
import { lookUpWeakly, rememberWeakly } from "./lookup.ts";
import type { Memory, MemoryViews } from "./memory.ts";
import { trap } from "./traps.ts";

const { load, store, add, sub, and, or, xor, exchange, compareExchange, wait, notify } = LanguageAtomics;

type IntegerArray = Uint8Array | Uint16Array | Int32Array;

/** Traps, unless `size` bytes at `address` are aligned and in bounds; another thread may have grown the memory. */
export function atomicCheck(memory: Memory, address: number, size: number): void {
  // Alignment first, as in V8.
  if (address % size !== 0) trap("unalignedAccess");
  if (address + size <= memory.byteLength) return;
  if (!memory.refresh() || !(address + size <= memory.byteLength)) trap("memoryOutOfBounds");
}

/** Gives the index of an element from an address and an offset; traps like {@linkcode atomicCheck}. */
function elementIndex(memory: Memory, size: number): (address: number, offset: number) => number {
  const wide = memory.type.addressType === "i64";
  return (base, offset) => {
    const address = wide ? base : (base >>> 0) + (offset >>> 0);
    if (address % size !== 0 || address + size > memory.views.u8.length) atomicCheck(memory, address, size);
    return address / size;
  };
}

/** An operation that takes an offset. */
type OffsetOperation = (address: number, offset: number, ...operands: number[]) => number;

/** Operations on elements of up to 32 bits. */
function narrowOperations(
  memory: Memory,
  width: 8 | 16 | 32,
  array: (views: MemoryViews) => IntegerArray,
): Record<string, OffsetOperation> {
  const index = elementIndex(memory, width / 8);
  // Another thread may have grown the memory: its array is that of after the check.
  const at = (i: number, operation: (array: IntegerArray, i: number) => number) =>
    operation(array(memory.views), i);
  return {
    [`load${width}`]: (a, o) => at(index(a, o), load),
    [`store${width}`]: (a, o, v) => at(index(a, o), (array, i) => store(array, i, v)),
    [`add${width}`]: (a, o, v) => at(index(a, o), (array, i) => add(array, i, v)),
    [`sub${width}`]: (a, o, v) => at(index(a, o), (array, i) => sub(array, i, v)),
    [`and${width}`]: (a, o, v) => at(index(a, o), (array, i) => and(array, i, v)),
    [`or${width}`]: (a, o, v) => at(index(a, o), (array, i) => or(array, i, v)),
    [`xor${width}`]: (a, o, v) => at(index(a, o), (array, i) => xor(array, i, v)),
    [`xchg${width}`]: (a, o, v) => at(index(a, o), (array, i) => exchange(array, i, v)),
    [`cmpxchg${width}`]: (a, o, e, v) => at(index(a, o), (array, i) => compareExchange(array, i, e, v)),
  };
}

function toBigInt(low: number, high: number): bigint {
  SCRATCH_I32[0] = low;
  SCRATCH_I32[1] = high;
  return SCRATCH_I64[0];
}

function wideOperations(memory: Memory, highHalf: Int32Array): Record<string, OffsetOperation> {
  const result = (value: bigint): number => {
    SCRATCH_I64[0] = value;
    highHalf[0] = SCRATCH_I32[1];
    return SCRATCH_I32[0];
  };
  const index = elementIndex(memory, 8);
  const at = (i: number, operation: (array: BigInt64Array, i: number) => bigint) =>
    result(operation(memory.views.i64, i));
  return {
    load64: (a, o) => at(index(a, o), load),
    store64: (a, o, low, high) => at(index(a, o), (array, i) => store(array, i, toBigInt(low, high))),
    add64: (a, o, low, high) => at(index(a, o), (array, i) => add(array, i, toBigInt(low, high))),
    sub64: (a, o, low, high) => at(index(a, o), (array, i) => sub(array, i, toBigInt(low, high))),
    and64: (a, o, low, high) => at(index(a, o), (array, i) => and(array, i, toBigInt(low, high))),
    or64: (a, o, low, high) => at(index(a, o), (array, i) => or(array, i, toBigInt(low, high))),
    xor64: (a, o, low, high) => at(index(a, o), (array, i) => xor(array, i, toBigInt(low, high))),
    xchg64: (a, o, low, high) => at(index(a, o), (array, i) => exchange(array, i, toBigInt(low, high))),
    cmpxchg64: (a, o, expectedLow, expectedHigh, low, high) =>
      at(
        index(a, o),
        (array, i) => compareExchange(array, i, toBigInt(expectedLow, expectedHigh), toBigInt(low, high)),
      ),
  };
}

/** The operations by `Atomics`. */
function languageAtomics(memory: Memory): AtomicOperations {
  const high = new Int32Array(1);
  const operations = {
    ...narrowOperations(memory, 8, (views) => views.u8),
    ...narrowOperations(memory, 16, (views) => views.u16),
    ...narrowOperations(memory, 32, (views) => views.i32),
    ...wideOperations(memory, high),
  };
  const functions: Record<string, AtomicOperation> = {};
  for (const [name, operation] of Object.entries(operations)) {
    functions[`${name}at`] = operation as AtomicOperation;
    functions[name] = (a, v, w, x, y) => operation(a, 0, v, w, x, y);
  }
  return { functions, high };
}

const operations = new WeakMap<Memory, AtomicOperations>();

/** The operations on a shared memory: the host's own where the memory is its own. */
export function atomicOperations(memory: Memory): AtomicOperations {
  let known = lookUpWeakly(operations, memory);
  if (known === undefined) {
    const { hostMemory } = memory;
    known = (hostMemory === null ? null : hostAtomics(hostMemory)) ?? languageAtomics(memory);
    rememberWeakly(operations, memory, known);
  }
  return known;
}

/** Results of the wait instructions. */
const WAIT_RESULTS = { "ok": 0, "not-equal": 1, "timed-out": 2 } as const;

/** A timeout in nanoseconds as milliseconds; a negative one never ends. */
function milliseconds(low: number, high: number): number {
  return high < 0 ? Infinity : (high * 0x1_0000_0000 + (low >>> 0)) / 1e6;
}

function checkWait(memory: Memory, address: number, size: number): void {
  atomicCheck(memory, address, size);
  if (!memory.type.shared) trap("waitNotAllowed");
}

/** The language throws a TypeError where waiting is not allowed. */
function waitNotAllowed(error: unknown): never {
  if (error instanceof TypeError) trap("waitNotAllowed");
  throw error;
}

/** `memory.atomic.wait32`; the timeout is an i64 in nanoseconds. */
export function atomicWait32(
  memory: Memory,
  address: number,
  expected: number,
  timeoutLow: number,
  timeoutHigh: number,
): number {
  checkWait(memory, address, 4);
  const timeout = milliseconds(timeoutLow, timeoutHigh);
  try {
    return WAIT_RESULTS[wait(memory.views.i32, address / 4, expected, timeout)];
  } catch (error) {
    return waitNotAllowed(error);
  }
}

/** `memory.atomic.wait64`. */
export function atomicWait64(
  memory: Memory,
  address: number,
  expectedLow: number,
  expectedHigh: number,
  timeoutLow: number,
  timeoutHigh: number,
): number {
  checkWait(memory, address, 8);
  const expected = toBigInt(expectedLow, expectedHigh);
  const timeout = milliseconds(timeoutLow, timeoutHigh);
  try {
    return WAIT_RESULTS[wait(memory.views.i64, address / 8, expected, timeout)];
  } catch (error) {
    return waitNotAllowed(error);
  }
}

/** `memory.atomic.notify`: wakes up to `count` (unsigned) waiters; nobody waits on a memory that is not shared. */
export function atomicNotify(memory: Memory, address: number, count: number): number {
  atomicCheck(memory, address, 4);
  return memory.type.shared ? notify(memory.views.i32, address / 4, count >>> 0) : 0;
}

const FENCE = new Int32Array(1);

/** `atomic.fence`: neither the host's compiler nor the processor moves accesses past it. Where nothing is shared nobody can tell. */
export function atomicFence(): void {
  if (HAS_ATOMICS) add(FENCE, 0, 0);
}
