import { assertEquals, assertThrows } from "@std/assert";
import { KEEPS_NAN_BITS } from "../../lib/runtime/float_bits.ts";
import { RuntimeError, WebAssembly } from "../../mod.ts";
import { accessView } from "../../lib/runtime/access_view.ts";
import { type Exported, exportsOf } from "./instances.ts";

interface MemoryObject {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

function assertOutOfBounds(call: () => unknown): void {
  assertThrows(call, RuntimeError as unknown as ErrorConstructor, "memory access out of bounds");
}

const TYPES = ["i32", "i64", "f32", "f64"];
const SIZES: Record<string, number> = { i32: 4, i64: 8, f32: 4, f64: 8 };

/** Functions `TYPE.load`, `TYPE.store` and `TYPE.sum` (a load as an operand of arithmetic) of a constant address. */
function constantAccesses(memory: string, address: number): string {
  const functions = TYPES.map((type) =>
    `(func (export "${type}.load") (result ${type}) (${type}.load (i32.const ${address})))
     (func (export "${type}.sum") (result ${type}) (${type}.add (${type}.const 1) (${type}.load (i32.const ${address}))))
     (func (export "${type}.store") (param ${type}) (${type}.store (i32.const ${address}) (local.get 0)))`
  );
  return `(module ${memory} ${functions.join("\n")})`;
}

function one(type: string): number | bigint {
  return type === "i64" ? 1n : 1;
}

Deno.test("constant addresses are read and written up to the end of the memory", () => {
  for (const type of TYPES) {
    for (const address of [0, 1, 8, 65536 - 2 * SIZES[type] + 1, 65536 - SIZES[type]]) {
      const f = exportsOf(constantAccesses(`(memory 1)`, address));
      f[`${type}.store`](one(type));
      assertEquals(f[`${type}.load`](), one(type));
      assertEquals(f[`${type}.sum`](), type === "i64" ? 2n : 2);
    }
  }
});

Deno.test("constant addresses past the end of the memory trap", () => {
  for (const pages of [0, 1]) {
    for (const type of TYPES) {
      for (const address of [pages * 65536 - SIZES[type] + 1, pages * 65536, -8, -1]) {
        const f = exportsOf(constantAccesses(`(memory ${pages})`, address >>> 0));
        for (const name of ["load", "sum"]) assertOutOfBounds(f[`${type}.${name}`]);
        assertOutOfBounds(() => f[`${type}.store`](one(type)));
      }
    }
  }
});

Deno.test("constant addresses past the minimum can be used when the memory has grown", () => {
  for (const type of TYPES) {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const f = exportsOf(constantAccesses(`(import "m" "m" (memory 1))`, 65536), { m: { m: memory } });
    assertOutOfBounds(f[`${type}.load`]);
    memory.grow(1);
    f[`${type}.store`](one(type));
    assertEquals(f[`${type}.load`](), one(type));
  }
});

Deno.test("constant addresses are those of an imported memory that is larger than declared", () => {
  const memory = new WebAssembly.Memory({ initial: 3 });
  const f = exportsOf(constantAccesses(`(import "m" "m" (memory 0))`, 65536), { m: { m: memory } });
  f["f64.store"](1.5);
  assertEquals(new Float64Array(memory.buffer)[8192], 1.5);
  memory.grow(1);
  f["f64.store"](2.5);
  assertEquals([f["f64.load"](), f["f64.sum"]()], [2.5, 3.5]);
});

Deno.test("sums of an address wrap around", () => {
  const f = exportsOf(`(module (memory 1)
    (func (export "load") (param i32 i32) (result i32) (i32.load8_u (i32.add (local.get 0) (local.get 1))))
    (func (export "minus") (param i32) (result i32) (i32.load8_u (i32.sub (local.get 0) (i32.const 16))))
    (func (export "shift") (param i32) (result i32) (i32.load8_u (i32.shr_u (local.get 0) (i32.const 0))))
    (func (export "float") (param i32 i32) (result f64)
      (f64.neg (f64.load (i32.add (local.get 0) (local.get 1)))))
    (data (i32.const 0) "0123456789abcdef"))`);
  assertEquals(f.load(-2147483648, -2147483648), 48);
  assertEquals(f.load(2147483647, -2147483647), 48);
  assertEquals(f.load(-1, 2), 49);
  assertEquals(f.minus(20), 52);
  assertEquals(f.float(-5, 5), f.float(0, 0));
  for (const address of [-2147483648, -1, 2147483647]) {
    assertOutOfBounds(() => f.load(address, 0));
    assertOutOfBounds(() => f.minus(address));
    assertOutOfBounds(() => f.shift(address));
    assertOutOfBounds(() => f.float(address, 0));
  }
  assertOutOfBounds(() => f.minus(15));
});

Deno.test("a view of less than 2 GiB has no negative addresses", () => {
  const view = accessView(new ArrayBuffer(16), 16);
  for (const address of [-1, -8, -2147483648, -4294967296]) {
    assertThrows(() => view.getInt32(address, true), RangeError);
    assertThrows(() => view.setInt8(address, 0), RangeError);
  }
});

const NANS =
  `(module (memory (export "memory") 1) (global $g (mut f64) (f64.const 0)) (table funcref (elem $id))
  (func $id (param f64) (result f64) (local.get 0))
  (func $two (result i32 f64) (i32.const 1) (f64.load (i32.const 8)))
  (func (export "constant address") (f64.store (i32.const 16) (f64.load (i32.const 8))))
  (func (export "address") (param i32) (f64.store offset=8 (local.get 0) (f64.load (local.get 0))))
  (func (export "unaligned") (param i32) (f64.store offset=19 (local.get 0) (f64.load (local.get 0)))
    (f64.store offset=8 (local.get 0) (f64.load offset=19 (local.get 0))))
  (func (export "call") (param i32)
    (f64.store (i32.const 16) (call_indirect (param f64) (result f64) (f64.load (local.get 0)) (i32.const 0))))
  (func (export "global") (param i32)
    (global.set $g (f64.load (local.get 0))) (f64.store (i32.const 16) (global.get $g)))
  (func (export "second result") (local i32 f64)
    (call $two) (local.set 1) (local.set 0) (f64.store (i32.const 16) (local.get 1)))
  (func (export "select") (param i32)
    (f64.store (i32.const 16) (select (f64.load (local.get 0)) (f64.const 1) (local.get 0))))
  (func (export "reinterpret") (param i32)
    (i64.store (i32.const 16) (i64.reinterpret_f64 (f64.load (local.get 0)))))
  (func (export "sign") (param i32)
    (f64.store (i32.const 16) (f64.abs (f64.neg (f64.copysign (f64.load (local.get 0)) (f64.const -1)))))))`;

Deno.test({
  name: "signalling f64 NaNs keep their bits in all tiers",
  ignore: !KEEPS_NAN_BITS,
  fn() {
    const signalling = 0x7ff4000000000001n;
    const { memory, ...functions } = exportsOf(NANS);
    const view = new DataView((memory as unknown as MemoryObject).buffer);
    for (const [name, f] of Object.entries(functions)) {
      const seen = new Set<bigint>();
      for (let i = 0; i < 20_000; i++) {
        view.setBigUint64(8, i % 3 ? signalling : 0x3ff8000000000000n, true);
        view.setBigUint64(16, 0n, true);
        (f as Exported)(8);
        if (i % 3) seen.add(view.getBigUint64(16, true));
      }
      assertEquals([name, ...seen], [name, signalling]);
    }
  },
});

Deno.test("an f64 store of a NaN that is partly out of bounds writes nothing", () => {
  const { set, get } = exportsOf(`(module (memory 1)
    (func (export "set") (param i32 f64) (f64.store (local.get 0) (local.get 1)))
    (func (export "get") (param i32) (result i32) (i32.load (local.get 0))))`);
  assertOutOfBounds(() => set(65532, NaN));
  assertEquals(get(65532), 0);
});

Deno.test("bulk operations do not see patched prototypes", () => {
  const f = exportsOf(`(module (memory 1) (data "abc")
    (func (export "fill") (memory.fill (i32.const 0) (i32.const 7) (i32.const 8)))
    (func (export "copy") (memory.copy (i32.const 100) (i32.const 0) (i32.const 64)))
    (func (export "init") (memory.init 0 (i32.const 0) (i32.const 0) (i32.const 3)))
    (func (export "get") (param i32) (result i32) (i32.load8_u (local.get 0))))`);
  const prototype = Object.getPrototypeOf(Uint8Array.prototype);
  const { fill, copyWithin, set, subarray } = prototype;
  try {
    prototype.fill =
      prototype.copyWithin =
      prototype.set =
      prototype.subarray =
        () => {
          throw new Error("patched");
        };
    f.fill();
    f.copy();
    f.init();
    assertEquals([f.get(0), f.get(2), f.get(3), f.get(100)], [97, 99, 7, 7]);
  } finally {
    Object.assign(prototype, { fill, copyWithin, set, subarray });
  }
});

Deno.test("short copies that overlap copy what was there", () => {
  for (let length = 0; length <= 40; length++) {
    for (const distance of [-7, -4, -1, 0, 1, 3, 4, 8, 40]) {
      const { copy, memory } = exportsOf(`(module (memory (export "memory") 1)
        (func (export "copy") (param i32 i32 i32) (memory.copy (local.get 0) (local.get 1) (local.get 2))))`);
      const bytes = new Uint8Array((memory as unknown as MemoryObject).buffer);
      for (let i = 0; i < 200; i++) bytes[i] = i;
      const expected = bytes.slice(0, 200).copyWithin(50 + distance, 50, 50 + length);
      copy(50 + distance, 50, length);
      assertEquals(bytes.slice(0, 200), expected);
    }
  }
});

Deno.test("loops see a memory that has grown before or inside them", () => {
  const f = exportsOf(`(module (memory (export "memory") 1) (table funcref (elem $grow))
    (func $grow (drop (memory.grow (i32.const 1))))
    (func (export "fill") (param $p i32)
      (loop $l (i32.store8 (local.get $p) (i32.const 1))
        (br_if $l (i32.and (local.tee $p (i32.add (local.get $p) (i32.const 1))) (i32.const 15)))))
    (func (export "grow") (param $p i32) (result i32) (local $n i32)
      (loop $l (i32.store8 (local.get $p) (i32.const 7))
        (if (i32.eqz (local.get $n)) (then (call_indirect (i32.const 0))))
        (local.set $p (i32.add (local.get $p) (i32.const 65536)))
        (br_if $l (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 2))))
      (i32.load8_u (i32.sub (local.get $p) (i32.const 65536)))))`);
  assertOutOfBounds(() => f.fill(65536));
  (f.memory as unknown as MemoryObject).grow(1);
  f.fill(65536);
  assertEquals(new Uint8Array((f.memory as unknown as MemoryObject).buffer)[65551], 1);
  assertEquals(f.grow(65536), 7);
});
