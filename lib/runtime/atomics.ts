/**
 * Atomic accesses to shared memories (threads proposal), waiting and waking.
 *
 * @module
 */

import { SCRATCH_I32, SCRATCH_I64 } from "./float_bits.ts";
import { type AtomicOperation, type AtomicOperations, hostAtomics } from "./host_atomics.ts";
import type { Memory, MemoryViews } from "./memory.ts";
import { trap } from "./traps.ts";

const { load, store, add, sub, and, or, xor, exchange, compareExchange, wait, notify } = Atomics;
const { apply } = Reflect;
const { get, set } = WeakMap.prototype;

type IntegerArray = Uint8Array | Uint16Array | Int32Array;

/** Traps, unless `size` bytes at `address` are aligned and in bounds: then another thread has grown the memory. */
export function atomicCheck(memory: Memory, address: number, size: number): void {
  // Alignment first, as in V8.
  if (address % size !== 0) trap("unalignedAccess");
  if (address + size <= memory.byteLength) return;
  if (!memory.refresh() || !(address + size <= memory.byteLength)) trap("memoryOutOfBounds");
}

/** Operations on elements of up to 32 bits. */
function narrowOperations(
  memory: Memory,
  width: 8 | 16 | 32,
  view: (views: MemoryViews) => IntegerArray,
): Record<string, AtomicOperation> {
  const size = width / 8;
  return {
    [`load${width}`]: (a) => load(view(memory.views), a / size),
    [`store${width}`]: (a, v) => store(view(memory.views), a / size, v),
    [`add${width}`]: (a, v) => add(view(memory.views), a / size, v),
    [`sub${width}`]: (a, v) => sub(view(memory.views), a / size, v),
    [`and${width}`]: (a, v) => and(view(memory.views), a / size, v),
    [`or${width}`]: (a, v) => or(view(memory.views), a / size, v),
    [`xor${width}`]: (a, v) => xor(view(memory.views), a / size, v),
    [`xchg${width}`]: (a, v) => exchange(view(memory.views), a / size, v),
    [`cmpxchg${width}`]: (a, expected, v) => compareExchange(view(memory.views), a / size, expected, v),
  };
}

function toBigInt(low: number, high: number): bigint {
  SCRATCH_I32[0] = low;
  SCRATCH_I32[1] = high;
  return SCRATCH_I64[0];
}

function wideOperations(memory: Memory, highHalf: Int32Array): Record<string, AtomicOperation> {
  const result = (value: bigint): number => {
    SCRATCH_I64[0] = value;
    highHalf[0] = SCRATCH_I32[1];
    return SCRATCH_I32[0];
  };
  return {
    load64: (a) => result(load(memory.views.i64, a / 8)),
    store64: (a, low, high) => result(store(memory.views.i64, a / 8, toBigInt(low, high))),
    add64: (a, low, high) => result(add(memory.views.i64, a / 8, toBigInt(low, high))),
    sub64: (a, low, high) => result(sub(memory.views.i64, a / 8, toBigInt(low, high))),
    and64: (a, low, high) => result(and(memory.views.i64, a / 8, toBigInt(low, high))),
    or64: (a, low, high) => result(or(memory.views.i64, a / 8, toBigInt(low, high))),
    xor64: (a, low, high) => result(xor(memory.views.i64, a / 8, toBigInt(low, high))),
    xchg64: (a, low, high) => result(exchange(memory.views.i64, a / 8, toBigInt(low, high))),
    cmpxchg64: (a, expectedLow, expectedHigh, low, high) =>
      result(
        compareExchange(memory.views.i64, a / 8, toBigInt(expectedLow, expectedHigh), toBigInt(low, high)),
      ),
  };
}

/** The operations by `Atomics`. */
function languageAtomics(memory: Memory): AtomicOperations {
  const high = new Int32Array(1);
  return {
    functions: {
      ...narrowOperations(memory, 8, (views) => views.u8),
      ...narrowOperations(memory, 16, (views) => views.u16),
      ...narrowOperations(memory, 32, (views) => views.i32),
      ...wideOperations(memory, high),
    },
    high,
  };
}

const operations = new WeakMap<Memory, AtomicOperations>();

/** The operations on a shared memory, which expect addresses that have been checked: by the host where the memory is its own. */
export function atomicOperations(memory: Memory): AtomicOperations {
  let known = apply(get, operations, [memory]) as AtomicOperations | undefined;
  if (known === undefined) {
    const { hostMemory } = memory;
    known = (hostMemory === null ? null : hostAtomics(hostMemory)) ?? languageAtomics(memory);
    apply(set, operations, [memory, known]);
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

/** `atomic.fence`: neither the host's compiler nor the processor moves accesses past it. */
export function atomicFence(): void {
  add(FENCE, 0, 0);
}
