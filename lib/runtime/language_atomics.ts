/**
 * `Atomics`, as it was when the library was loaded. Hosts without threads may have none; only shared memories need it.
 *
 * @module
 */

const OPERATIONS = [
  "load",
  "store",
  "add",
  "sub",
  "and",
  "or",
  "xor",
  "exchange",
  "compareExchange",
  "wait",
  "notify",
] as const;

function absent(): never {
  throw new TypeError("this host has no Atomics, which shared memories need");
}

const host = (globalThis as { Atomics?: Atomics }).Atomics;

/** Whether the host has `Atomics`. */
export const HAS_ATOMICS: boolean = host !== undefined;

/** The host's operations; without any, all throw a TypeError that says so. */
export const LanguageAtomics: Pick<Atomics, typeof OPERATIONS[number]> = host ??
  Object.fromEntries(OPERATIONS.map((name) => [name, absent])) as unknown as Atomics;
