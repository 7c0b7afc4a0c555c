import { assertEquals, assertThrows } from "@std/assert";
import { ArrayBufferAllocator, Engine, RuntimeError, watToWasm } from "../../mod.ts";
import type { Exported } from "./instances.ts";

const OPERATORS: Readonly<Record<string, (a: bigint, b: bigint) => bigint>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  xchg: (_, b) => b,
};
const ACCESSES = [["i32", 8], ["i32", 16], ["i32", 32], ["i64", 8], ["i64", 16], ["i64", 32], [
  "i64",
  64,
]] as const;

function functions(): string {
  let text = "";
  for (const [type, width] of ACCESSES) {
    const narrow = `i${width}` === type ? "" : `${width}`;
    const suffix = narrow === "" ? "" : "_u";
    const address = "offset=8 (local.get 0)";
    const name = `${type}.${width}`;
    text += `
      (func (export "${name} load") (param i32) (result ${type})
        (${type}.atomic.load${narrow}${suffix} ${address}))
      (func (export "${name} store") (param i32 ${type})
        (${type}.atomic.store${narrow} ${address} (local.get 1)))
      (func (export "${name} cmpxchg") (param i32 ${type} ${type}) (result ${type})
        (${type}.atomic.rmw${narrow}.cmpxchg${suffix} ${address} (local.get 1) (local.get 2)))`;
    for (const operator of Object.keys(OPERATORS)) {
      text += `
      (func (export "${name} ${operator}") (param i32 ${type}) (result ${type})
        (${type}.atomic.rmw${narrow}.${operator}${suffix} ${address} (local.get 1)))`;
    }
  }
  return text;
}

const ENGINES: Readonly<Record<string, [engine: Engine, memory: string]>> = {
  "an unshared memory": [new Engine(), "1 2"],
  "a shared memory": [new Engine(), "1 2 shared"],
  "a shared memory that is not the host's": [
    new Engine({ allocator: new ArrayBufferAllocator() }),
    "1 2 shared",
  ],
  "a shared memory with 64-bit addresses": [new Engine(), "i64 1 2 shared"],
  "a shared memory with pages of one byte": [new Engine(), "20 65536 (pagesize 1) shared"],
};

function exportsOf(engine: Engine, memory: string, text: string = functions()): Record<string, Exported> {
  const wide = memory.startsWith("i64");
  const adapted = wide ? text.replaceAll("(local.get 0)", "(i64.extend_i32_u (local.get 0))") : text;
  const { Module, Instance } = engine.WebAssembly;
  const bytes = watToWasm(
    `(module (memory ${memory.replace(/(\(pagesize 1\)) shared/, "shared $1")})${adapted})`,
  );
  return new Instance(new Module(bytes)).exports as unknown as Record<string, Exported>;
}

function assertTraps(call: () => unknown, message: string): void {
  assertThrows(call, RuntimeError as unknown as ErrorConstructor, message);
}

const PATTERN = 0x8123_4567_89ab_cdefn;
const OPERAND = 0x9876_5432_1fed_cba9n;

for (const [title, [engine, memory]] of Object.entries(ENGINES)) {
  const asValue = (type: string, bits: bigint) =>
    type === "i64" ? BigInt.asIntN(64, bits) : Number(BigInt.asIntN(32, bits));

  Deno.test(`atomic read-modify-writes of ${title} return the old value and store the new one`, () => {
    const exports = exportsOf(engine, memory);
    for (const [type, width] of ACCESSES) {
      for (const [operator, compute] of Object.entries(OPERATORS)) {
        exports["i64.64 store"](0, PATTERN);
        const old = BigInt.asUintN(width, PATTERN);
        const name = `${type}.${width} ${operator}`;
        assertEquals(exports[name](0, asValue(type, OPERAND)), asValue(type, old), name);
        const changed = BigInt.asUintN(width, compute(old, OPERAND));
        assertEquals(exports[`${type}.${width} load`](0), asValue(type, changed), name);
        const all = BigInt.asIntN(64, PATTERN >> BigInt(width) << BigInt(width) | changed);
        assertEquals(exports["i64.64 load"](0), all, name);
      }
    }
  });

  Deno.test(`compare-exchanges of ${title} store when the low bits are as expected`, () => {
    const exports = exportsOf(engine, memory);
    for (const [type, width] of ACCESSES) {
      exports["i64.64 store"](0, PATTERN);
      const old = BigInt.asUintN(width, PATTERN);
      const name = `${type}.${width} cmpxchg`;
      assertEquals(exports[name](0, asValue(type, old ^ 1n), asValue(type, OPERAND)), asValue(type, old));
      assertEquals(exports["i64.64 load"](0), BigInt.asIntN(64, PATTERN));
      assertEquals(exports[name](0, asValue(type, PATTERN), asValue(type, OPERAND)), asValue(type, old));
      assertEquals(
        exports[`${type}.${width} load`](0),
        asValue(type, BigInt.asUintN(width, OPERAND)),
        name,
      );
    }
  });

  Deno.test(`atomic accesses of ${title} trap when they are not aligned, then when they are out of bounds`, () => {
    const exports = exportsOf(engine, memory);
    const end = memory.startsWith("20") ? 20 : 65536;
    for (const [type, width] of ACCESSES) {
      for (const [name, call] of Object.entries(exports)) {
        if (!name.startsWith(`${type}.${width} `)) continue;
        const value = asValue(type, 0n);
        for (const outside of [end - 8, end, -8, -16]) {
          if ((outside + 8) % (width / 8) !== 0) continue;
          assertTraps(() => call(outside, value, value), "memory access out of bounds");
        }
        if (width === 8) continue;
        assertTraps(() => call(1, value, value), "operation does not support unaligned accesses");
        assertTraps(() => call(-7, value, value), "operation does not support unaligned accesses");
      }
    }
  });
}

for (const [title, [engine, memory]] of Object.entries(ENGINES)) {
  Deno.test(`atomic accesses of ${title} without an offset, and with offsets that go beyond 32 bits`, () => {
    const end = memory.startsWith("20") ? 16 : 65528;
    const { load, add, far, farther } = exportsOf(
      engine,
      memory,
      `(func (export "load") (param i32) (result i64) (i64.atomic.load (local.get 0)))
       (func (export "add") (param i32) (result i64) (i64.atomic.rmw.add (local.get 0) (i64.const -1)))
       (func (export "far") (param i32) (result i32) (i32.atomic.load offset=0xfffffff8 (local.get 0)))
       (func (export "farther") (param i32) (result i32) (i32.atomic.load8_u offset=0xffffffff (local.get 0)))`,
    );
    assertEquals([add(end - 8), load(end - 8), load(end - 16)], [0n, -1n, 0n]);
    for (const access of [load, add]) {
      for (const address of [end + 8, -8]) {
        assertTraps(() => access(address), "memory access out of bounds");
      }
      for (const address of [1, end + 4, -4]) {
        assertTraps(() => access(address), "operation does not support unaligned accesses");
      }
    }
    for (const address of [0, 8, 16]) assertTraps(() => far(address), "memory access out of bounds");
    for (const address of [2, 9, 10]) {
      assertTraps(() => far(address), "operation does not support unaligned accesses");
    }
    for (const address of [0, 1, 2]) assertTraps(() => farther(address), "memory access out of bounds");
  });
}

Deno.test("the stack of an atomic access that traps begins with the function that has it", () => {
  const { access } = exportsOf(
    new Engine(),
    "1 1 shared",
    `(func $here (export "access") (param i32) (result i32) (i32.atomic.load (local.get 0)))`,
  );
  for (const address of [1, 65536]) {
    const error = assertThrows(() => access(address)) as Error;
    const frame = error.stack!.split("\n").find((line) => !line.startsWith("RuntimeError"))!;
    assertEquals(frame.includes("here"), true, error.stack);
  }
});

Deno.test("operands of an atomic access are evaluated before it traps, in order", () => {
  const exports = exportsOf(
    new Engine(),
    "1 1 shared",
    `(global $log (mut i32) (i32.const 0))
     (func $note (param i32) (result i32)
       (global.set $log (i32.add (i32.mul (global.get $log) (i32.const 10)) (local.get 0)))
       (local.get 0))
     (func (export "access") (result i32)
       (i32.atomic.rmw.cmpxchg (call $note (i32.const 1)) (call $note (i32.const 2)) (call $note (i32.const 3))))
     (func (export "log") (result i32) (global.get $log))`,
  );
  assertTraps(() => exports.access(), "operation does not support unaligned accesses");
  assertEquals(exports.log(), 123);
});

Deno.test("a plain load before an atomic store is evaluated before it", () => {
  const exports = exportsOf(
    new Engine(),
    "1 1 shared",
    `(func (export "run") (result i32)
       (i32.load (i32.const 0))
       (i32.atomic.store (i32.const 0) (i32.const 7))
       (atomic.fence)
       (i32.add (i32.atomic.load (i32.const 0))))`,
  );
  assertEquals(exports.run(), 7);
  assertEquals(exports.run(), 14);
});

const WAITING = `
  (func (export "wait32") (param i32 i32 i64) (result i32)
    (memory.atomic.wait32 (local.get 0) (local.get 1) (local.get 2)))
  (func (export "wait64") (param i32 i64 i64) (result i32)
    (memory.atomic.wait64 (local.get 0) (local.get 1) (local.get 2)))
  (func (export "notify") (param i32 i32) (result i32)
    (memory.atomic.notify (local.get 0) (local.get 1)))`;

Deno.test("waiting ends at once when the value differs, and when the time is over", () => {
  const { wait32, wait64 } = exportsOf(new Engine(), "1 1 shared", WAITING);
  assertEquals([wait32(0, 1, -1n), wait64(0, 2n ** 40n, -1n)], [1, 1]);
  assertEquals([wait32(0, 0, 1000n), wait64(0, 0n, 0n)], [2, 2]);
});

Deno.test("waiting on an unshared memory traps; nobody is notified there", () => {
  const { wait32, wait64, notify } = exportsOf(new Engine(), "1 1", WAITING);
  const message = "Atomics.wait cannot be called in this context";
  assertTraps(() => wait32(0, 0, 0n), message);
  assertTraps(() => wait64(0, 0n, 0n), message);
  assertEquals(notify(0, -1), 0);
});

Deno.test("wait and notify trap when they are not aligned or out of bounds", () => {
  for (const memory of ["1 1", "1 1 shared"]) {
    const { wait32, wait64, notify } = exportsOf(new Engine(), memory, WAITING);
    for (const call of [() => wait32(2, 0, 0n), () => wait64(4, 0n, 0n), () => notify(65537, 0)]) {
      assertTraps(call, "operation does not support unaligned accesses");
    }
    for (const call of [() => wait32(-4, 0, 0n), () => wait64(65536, 0n, 0n), () => notify(65536, 0)]) {
      assertTraps(call, "memory access out of bounds");
    }
  }
});

Deno.test("64-bit addresses above 2^53 trap when they are not aligned, too", () => {
  const exports = exportsOf(
    new Engine(),
    "i64 1 1 shared",
    `(func (export "load") (param $address i64) (result i64)
       (i64.atomic.load32_u offset=4 (local.get $address)))
     (func (export "notify") (param $address i64) (result i32)
       (memory.atomic.notify (local.get $address) (i32.const 1)))`,
  );
  for (const call of [() => exports.load(2n ** 62n + 1n), () => exports.notify(-127n)]) {
    assertTraps(call, "operation does not support unaligned accesses");
  }
  for (const call of [() => exports.load(2n ** 62n), () => exports.notify(-128n)]) {
    assertTraps(call, "memory access out of bounds");
  }
});
