/**
 * Atomic operations done by the host's own engine on its own memories: one small module, instantiated per memory, with a function
 * for each operation. V8 does not inline `Atomics`: relative to the host's instructions, calls of these functions take 1.35 times
 * as long (64 bits: 1.5 times) where `Atomics.add` takes 1.8 times and on a `BigInt64Array` 3.2 times (JavaScriptCore: 6.8
 * times). Loads, an ordinary move in V8, take 2 ns more; with `Atomics` 5 to 7. That is the call alone: V8 inlines functions of the
 * host's WebAssembly only where they access no memory.
 *
 * The functions trap by themselves: it costs 0.3 ns less than tests in generated code. Their traps are the host's; see `trapFrom`.
 *
 * @module
 */

import { ByteWriter } from "../binary/byte_writer.ts";
import { MAXIMUM_PAGES_32 } from "../memory/limits.ts";
import { CODE } from "../syntax/opcodes.ts";

/** The part of the host's namespace that is used here, as it was when the library was loaded. */
interface HostNamespace {
  validate(bytes: Uint8Array): boolean;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
}

const { validate, Module, Instance } = (globalThis as { WebAssembly?: HostNamespace }).WebAssembly ?? {};

/**
 * An operation at an address, or at its sum with an offset; both are int32s that stand for unsigned numbers. It traps when that is not
 * aligned or out of bounds, in this order. Of a memory with 64-bit addresses the address is a number that is in bounds. Operands
 * and result are int32s; 64-bit operands are pairs.
 */
export type AtomicOperation = (address: number, ...operands: number[]) => number;

/** The operations on one memory. */
export interface AtomicOperations {
  /** By {@linkcode operationName}. Without an offset V8 takes 0.3 ns less. */
  readonly functions: Readonly<Record<string, AtomicOperation>>;
  /** Where 64-bit operations leave the high half of their result: element 0. */
  readonly high: Int32Array;
}

/** The operators and how many operands they take after the address. */
export const ATOMIC_OPERATORS: Readonly<Record<string, number>> = {
  load: 0,
  store: 1,
  add: 1,
  sub: 1,
  and: 1,
  or: 1,
  xor: 1,
  xchg: 1,
  cmpxchg: 2,
};
/** The widths in bits. */
export const ATOMIC_WIDTHS: readonly number[] = [8, 16, 32, 64];

const MAGIC = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const I32 = 0x7f;
const I64 = 0x7e;
const FUNCTION = 0x60;
const IMPORTED_FUNCTION = 0;
const IMPORTED_MEMORY = 2;
const SHARED_WITH_MAXIMUM = 3;
const WITH_MAXIMUM = 1;
const OTHER_MEMORY = 0x40;
const EMPTY_BLOCK = 0x40;

/** An operation as a function of the module. */
interface HostFunction {
  readonly name: string;
  readonly takesOffset: boolean;
  readonly instruction: number;
  readonly width: number;
  readonly operands: number;
  readonly hasResult: boolean;
}

const FUNCTIONS: readonly HostFunction[] = Object.entries(ATOMIC_OPERATORS).flatMap(([operator, operands]) =>
  ATOMIC_WIDTHS.flatMap((width) =>
    [false, true].map((takesOffset) => ({
      name: operationName(operator, width, takesOffset),
      takesOffset,
      instruction: CODE[mnemonic(operator, width)],
      width,
      operands,
      hasResult: operator !== "store",
    }))
  )
);

/** The name of an operation. */
export function operationName(operator: string, width: number, takesOffset: boolean): string {
  return `${operator}${width}${takesOffset ? "at" : ""}`;
}

function mnemonic(operator: string, width: number): string {
  const type = width === 64 ? "i64" : "i32";
  const narrow = width < 32 ? `${width}` : "";
  if (operator === "store") return `${type}.atomic.store${narrow}`;
  const suffix = narrow === "" ? "" : "_u";
  return operator === "load"
    ? `${type}.atomic.load${narrow}${suffix}`
    : `${type}.atomic.rmw${narrow}.${operator}${suffix}`;
}

function section(module: ByteWriter, id: number, items: readonly ((contents: ByteWriter) => void)[]): void {
  const contents = new ByteWriter();
  contents.unsigned(items.length);
  for (const item of items) item(contents);
  module.byte(id);
  module.sized(contents.view());
}

function writeOpcode(body: ByteWriter, mnemonic: string): void {
  body.byte(CODE[mnemonic]);
}

function writeIndexed(body: ByteWriter, mnemonic: string, index: number): void {
  writeOpcode(body, mnemonic);
  body.unsigned(index);
}

/** How a function leaves the high half of its result where JavaScript finds it: in a second memory, or by a call. */
type HighHalf = "memory" | "call";

/**
 * Sets a local to the address, or to its sum with the offset. It is `unreachable` when that is not aligned (`mask`: the bits that have to
 * be 0), whatever the host would test first, and out of bounds when the sum is above 32 bits.
 */
function writeAddress(body: ByteWriter, takesOffset: boolean, local: number, mask: number): void {
  const writeMisaligned = () => {
    writeIndexed(body, "local.get", local);
    writeConstant(body, mask);
    writeOpcode(body, "i32.and");
  };
  writeIndexed(body, "local.get", 0);
  if (takesOffset) {
    writeIndexed(body, "local.get", 1);
    writeOpcode(body, "i32.add");
  }
  writeIndexed(body, "local.set", local);
  writeMisaligned();
  if (takesOffset) {
    writeIndexed(body, "local.get", local);
    writeIndexed(body, "local.get", 1);
    writeOpcode(body, "i32.lt_u");
    writeOpcode(body, "i32.or");
  }
  writeIndexed(body, "if", EMPTY_BLOCK);
  if (takesOffset) {
    writeMisaligned();
    writeOpcode(body, "i32.eqz");
    writeIndexed(body, "if", EMPTY_BLOCK);
    writeConstant(body, 1);
    writeIndexed(body, "i32.load8_u", 0);
    body.unsigned(0xffff_ffff);
    writeOpcode(body, "drop");
    writeOpcode(body, "end");
  }
  writeOpcode(body, "unreachable");
  writeOpcode(body, "end");
}

/** `i32.const` of a number below 64. */
function writeConstant(body: ByteWriter, value: number): void {
  writeIndexed(body, "i32.const", value);
}

function writeBody(
  body: ByteWriter,
  { takesOffset, instruction, width, operands, hasResult }: HostFunction,
  highHalf: HighHalf,
): void {
  const wide = width === 64;
  const first = takesOffset ? 2 : 1;
  const address = first + operands * (wide ? 2 : 1);
  const result = address + 1;
  body.unsigned(wide ? 2 : 1);
  body.unsigned(1);
  body.byte(I32);
  if (wide) {
    body.unsigned(1);
    body.byte(I64);
  }
  writeAddress(body, takesOffset, address, width / 8 - 1);
  writeIndexed(body, "local.get", address);
  for (let i = 0; i < operands; i++) {
    if (!wide) {
      writeIndexed(body, "local.get", first + i);
      continue;
    }
    writeIndexed(body, "local.get", first + 2 * i);
    writeOpcode(body, "i64.extend_i32_u");
    writeIndexed(body, "local.get", first + 2 * i + 1);
    writeOpcode(body, "i64.extend_i32_u");
    writeIndexed(body, "i64.const", 32);
    writeOpcode(body, "i64.shl");
    writeOpcode(body, "i64.or");
  }
  body.byte(instruction >> 12);
  body.unsigned(instruction & 0xfff);
  body.unsigned(Math.log2(width / 8));
  body.unsigned(0);
  if (wide && hasResult) {
    writeIndexed(body, "local.set", result);
    if (highHalf === "memory") writeIndexed(body, "i32.const", 0);
    writeIndexed(body, "local.get", result);
    writeIndexed(body, "i64.const", 32);
    writeOpcode(body, "i64.shr_u");
    writeOpcode(body, "i32.wrap_i64");
    if (highHalf === "memory") {
      writeIndexed(body, "i32.store", OTHER_MEMORY);
      body.unsigned(1);
      body.unsigned(0);
    } else {
      writeIndexed(body, "call", 0);
    }
    writeIndexed(body, "local.get", result);
    writeOpcode(body, "i32.wrap_i64");
  }
  writeOpcode(body, "end");
}

/** The module: it imports the memory it works on, and what the high halves of results go to. */
function operationsModule(highHalf: HighHalf): Uint8Array {
  const module = new ByteWriter();
  module.bytes(new Uint8Array(MAGIC));
  const imported = highHalf === "call" ? 1 : 0;
  section(module, 1, [
    (types) => {
      for (const byte of [FUNCTION, 1, I32, 0]) types.byte(byte);
    },
    ...FUNCTIONS.map(({ takesOffset, width, operands, hasResult }) => (types: ByteWriter) => {
      const params = (takesOffset ? 2 : 1) + operands * (width === 64 ? 2 : 1);
      types.byte(FUNCTION);
      types.unsigned(params);
      for (let i = 0; i < params; i++) types.byte(I32);
      types.unsigned(hasResult ? 1 : 0);
      if (hasResult) types.byte(I32);
    }),
  ]);
  section(module, 2, [
    (imports) => {
      imports.name("");
      imports.name("memory");
      imports.byte(IMPORTED_MEMORY);
      imports.byte(SHARED_WITH_MAXIMUM);
      imports.unsigned(0);
      imports.unsigned(MAXIMUM_PAGES_32);
    },
    (imports) => {
      imports.name("");
      imports.name("high");
      if (highHalf === "call") {
        imports.byte(IMPORTED_FUNCTION);
        imports.unsigned(0);
      } else {
        imports.byte(IMPORTED_MEMORY);
        for (const byte of [WITH_MAXIMUM, 1, 1]) imports.byte(byte);
      }
    },
  ]);
  section(module, 3, FUNCTIONS.map((_, i) => (functions) => functions.unsigned(i + 1)));
  section(
    module,
    7,
    FUNCTIONS.map(({ name }, i) => (exports) => {
      exports.name(name);
      exports.byte(IMPORTED_FUNCTION);
      exports.unsigned(imported + i);
    }),
  );
  section(
    module,
    10,
    FUNCTIONS.map((operation) => (code) => {
      const body = new ByteWriter();
      writeBody(body, operation, highHalf);
      code.sized(body.view());
    }),
  );
  return module.view();
}

/** `(memory (export "memory") 1 1) (func (export "high") (param i32) (i32.store (i32.const 0) (local.get 0)))` */
function scratchModule(): Uint8Array {
  const module = new ByteWriter();
  module.bytes(new Uint8Array(MAGIC));
  section(module, 1, [(types) => types.bytes(new Uint8Array([FUNCTION, 1, I32, 0]))]);
  section(module, 3, [(functions) => functions.unsigned(0)]);
  section(module, 5, [(memories) => memories.bytes(new Uint8Array([WITH_MAXIMUM, 1, 1]))]);
  section(module, 7, [
    (exports) => {
      exports.name("memory");
      exports.bytes(new Uint8Array([IMPORTED_MEMORY, 0]));
    },
    (exports) => {
      exports.name("high");
      exports.bytes(new Uint8Array([IMPORTED_FUNCTION, 0]));
    },
  ]);
  section(module, 10, [(code) => {
    const body = new ByteWriter();
    body.unsigned(0);
    writeIndexed(body, "i32.const", 0);
    writeIndexed(body, "local.get", 0);
    writeIndexed(body, "i32.store", 2);
    body.unsigned(0);
    writeOpcode(body, "end");
    code.sized(body.view());
  }]);
  return module.view();
}

/** What instances need besides a memory. */
interface Host {
  readonly module: object;
  /** What the module imports for high halves, and the memory they end up in. */
  readonly high: object;
  readonly scratch: Int32Array;
}

let host: Host | null | undefined;

function findHost(): Host | null {
  if (Module === undefined || Instance === undefined || validate === undefined) return null;
  try {
    const { memory, high } = new Instance(new Module(scratchModule()), {}).exports as {
      memory: { buffer: ArrayBuffer };
      high: object;
    };
    const withTwoMemories = operationsModule("memory");
    const twoMemories = validate(withTwoMemories);
    return {
      module: new Module(twoMemories ? withTwoMemories : operationsModule("call")),
      high: twoMemories ? memory : high,
      scratch: new Int32Array(memory.buffer, 0, 1),
    };
  } catch {
    // A host that forbids WebAssembly, or has no threads.
    return null;
  }
}

/** The operations on a shared memory of the host; null when the host cannot do them. */
export function hostAtomics(memory: object): AtomicOperations | null {
  if (host === undefined) host = findHost();
  if (host === null) return null;
  try {
    const { exports } = new Instance!(host.module, { "": { memory, high: host.high } });
    return { functions: exports as AtomicOperations["functions"], high: host.scratch };
  } catch {
    // A memory with 64-bit addresses.
    return null;
  }
}
