import { assertEquals, assertThrows } from "@std/assert";
import { KEEPS_NAN_BITS } from "../../lib/runtime/float_bits.ts";
import { RuntimeError } from "../../mod.ts";
import { exportsOf } from "./instances.ts";

/** Runs code on a memory whose bytes are 0, 1, 2, ...; the 16 bytes at 64 afterwards as int32s. */
function stored(body: string, locals = "", rest = ""): number[] {
  const { run, memory } = exportsOf(`(module (memory (export "memory") 1)
    (data (i32.const 0) "${bytesFrom(0)}${bytesFrom(16)}${bytesFrom(32)}")
    ${rest}
    (func (export "run") (param $n i32) ${locals} ${body}))`);
  run(3);
  return [...new Int32Array((memory as unknown as { buffer: ArrayBuffer }).buffer, 64, 4)];
}

function bytesFrom(first: number): string {
  return Array.from({ length: 16 }, (_, i) => `\\${(first + i).toString(16).padStart(2, "0")}`).join("");
}

/** What a vector expression is. */
function vector(expression: string, locals = "", rest = ""): number[] {
  return stored(`(v128.store (i32.const 64) ${expression})`, locals, rest);
}

const hex = (lanes: number[]) => lanes.map((lane) => (lane >>> 0).toString(16).padStart(8, "0")).join(" ");

Deno.test("a vector store that is partly out of bounds writes nothing", () => {
  const { run, read } = exportsOf(`(module (memory 1)
    (func (export "run") (param i32) (v128.store (local.get 0) (v128.const i32x4 -1 -1 -1 -1)))
    (func (export "read") (result i32) (i32.load (i32.const 65528))))`);
  assertThrows(() => run(65528), RuntimeError, "memory access out of bounds");
  assertThrows(() => run(-4), RuntimeError, "memory access out of bounds");
  assertEquals(read(), 0);
});

Deno.test("a vector load that is partly out of bounds traps even if only its first lane is used", () => {
  const { ints, floats, doubles } = exportsOf(`(module (memory 1)
    (func (export "ints") (param i32) (result i32) (i32x4.extract_lane 0 (v128.load (local.get 0))))
    (func (export "floats") (param i32) (result f32) (f32x4.extract_lane 0 (v128.load (local.get 0))))
    (func (export "doubles") (param i32) (result f64)
      (f64x2.extract_lane 0 (f64x2.promote_low_f32x4 (v128.load (local.get 0))))))`);
  for (const load of [ints, floats, doubles]) {
    assertEquals(load(65520), 0);
    assertThrows(() => load(65524), RuntimeError, "memory access out of bounds");
  }
});

Deno.test("a vector is copied within memory before the store overwrites what is still to be loaded", () => {
  const lanes = stored(
    "(v128.store (i32.const 64) (v128.load (i32.const 16)))" +
      "(v128.store (i32.const 68) (v128.load (i32.const 64)))(v128.store (i32.const 64) (v128.load (i32.const 68)))",
  );
  assertEquals(hex(lanes), "13121110 17161514 1b1a1918 1f1e1d1c");
});

Deno.test("a load that waits on the stack is done before a store", () => {
  const body = `(v128.load (i32.const 16)) (v128.store (i32.const 16) (v128.const i32x4 0 0 0 0))
    (local.set $v) (v128.store (i32.const 64) (local.get $v))`;
  assertEquals(hex(stored(body, "(local $v v128)")), "13121110 17161514 1b1a1918 1f1e1d1c");
});

Deno.test("shuffles move bytes within and across words", () => {
  const shuffle = (lanes: string) =>
    hex(vector(`(i8x16.shuffle ${lanes} (v128.load (i32.const 0)) (v128.load (i32.const 16)))`));
  assertEquals(shuffle("0 1 2 3 16 17 18 19 0 1 2 3 28 29 30 31"), "03020100 13121110 03020100 1f1e1d1c");
  assertEquals(shuffle("31 30 29 28 15 14 13 12 3 2 1 0 7 6 5 4"), "1c1d1e1f 0c0d0e0f 00010203 04050607");
  assertEquals(shuffle("0 17 2 19 1 18 3 20 5 5 5 5 15 16 0 31"), "13021100 14031201 05050505 1f00100f");
});

Deno.test("a local holds integers, singles and doubles one after the other", () => {
  const body = `
    (local.set $v (i32x4.add (v128.load (i32.const 0)) (v128.const i32x4 1 1 1 1)))
    (local.set $sum (local.get $v))
    (local.set $v (f32x4.splat (f32.const 1.5)))
    (local.set $v (f32x4.mul (local.get $v) (local.get $v)))
    (local.set $sum (v128.xor (local.get $sum) (local.get $v)))
    (local.set $v (f64x2.sqrt (f64x2.splat (f64.const 16))))
    (local.set $v (f64x2.div (local.get $v) (f64x2.splat (f64.const 3))))
    (v128.store (i32.const 64) (v128.xor (local.get $sum) (local.get $v)))`;
  const words = [0x03020101, 0x07060505, 0x0b0a0909, 0x0f0e0d0d];
  const [low, high] = new Int32Array(new Float64Array([4 / 3]).buffer);
  const expected = words.map((word, i) => word ^ 0x40100000 ^ (i % 2 === 0 ? low : high));
  assertEquals(stored(body, "(local $v v128) (local $sum v128)"), expected);
});

Deno.test("sums of singles are kept in a local around a loop", () => {
  const body = `(loop $again
      (local.set $sum (f32x4.add (local.get $sum) (f32x4.convert_i32x4_s (i32x4.splat (local.get $n)))))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (v128.store (i32.const 64) (local.get $sum))`;
  const six = new Int32Array(new Float32Array([6]).buffer)[0];
  assertEquals(stored(body, "(local $sum v128)"), [six, six, six, six]);
});

Deno.test("two float locals change places around a loop", () => {
  const body = `(local.set $a (f64x2.splat (f64.const 1))) (local.set $b (f64x2.splat (f64.const 2)))
    (loop $again
      (local.get $a) (local.set $a (local.get $b)) (local.set $b)
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (v128.store (i32.const 64) (f64x2.sub (local.get $a) (local.get $b)))`;
  assertEquals(hex(stored(body, "(local $a v128) (local $b v128)")), "00000000 3ff00000 00000000 3ff00000");
});

Deno.test("vectors of floats travel through calls, globals, blocks and select", () => {
  const rest = `(global $g (mut v128) (v128.const i32x4 0 0 0 0))
    (func $twice (param v128) (result v128) (local v128)
      (local.set 1 (f32x4.add (local.get 0) (local.get 0))) (local.get 1))`;
  const body = `(global.set $g (f32x4.splat (f32.const 1)))
    (v128.store (i32.const 64)
      (f32x4.add
        (block (result v128) (br_if 0 (call $twice (f32x4.add (global.get $g) (global.get $g))) (local.get $n)))
        (select (f32x4.neg (global.get $g)) (f32x4.abs (global.get $g)) (local.get $n))))`;
  const three = new Int32Array(new Float32Array([3]).buffer)[0];
  assertEquals(stored(body, "", rest), [three, three, three, three]);
});

Deno.test("packed comparisons give bit masks, any_true, all_true and whole lanes alike", () => {
  const { run } = exportsOf(`(module (func (export "run") (param i32) (result i32 i32 i32 i32) (local $m v128)
    (local.set $m (i8x16.eq (i8x16.splat (local.get 0)) (v128.const i8x16 1 2 1 2 3 3 3 3 1 1 1 1 0 0 0 -1)))
    (i8x16.bitmask (i8x16.eq (i8x16.splat (local.get 0)) (v128.const i8x16 1 2 1 2 3 3 3 3 1 1 1 1 0 0 0 -1)))
    (v128.any_true (i8x16.eq (i8x16.splat (local.get 0)) (v128.const i8x16 1 2 1 2 3 3 3 3 1 1 1 1 0 0 0 -1)))
    (i8x16.all_true (v128.not (i8x16.eq (i8x16.splat (local.get 0)) (i8x16.splat (i32.const 1)))))
    (i8x16.bitmask (local.get $m))))`);
  assertEquals(run(1), [0x0f05, 1, 0, 0x0f05]);
  assertEquals(run(-1), [0x8000, 1, 1, 0x8000]);
  assertEquals(run(7), [0, 0, 1, 0]);
});

Deno.test("bitselect takes whole lanes by a comparison's mask and single bits by any other", () => {
  const one = "(f32x4.splat (f32.const 1))", two = "(f32x4.splat (f32.const 2))";
  const mask = "(f32x4.lt (v128.const f32x4 0 1 2 3) (f32x4.splat (f32.const 1.5)))";
  const chosen = vector(`(v128.bitselect (f32x4.add ${one} ${one}) (f32x4.mul ${one} ${one}) ${mask})`);
  assertEquals(hex(chosen), "40000000 40000000 3f800000 3f800000");
  const bits = vector(`(v128.bitselect ${one} ${two} (v128.const i32x4 0 -1 0x0f800000 0x40000000))`);
  assertEquals(hex(bits), "40000000 3f800000 4f800000 00000000");
});

Deno.test("signalling NaNs are moved bit for bit, in whatever shape", () => {
  const nans = "(v128.const i32x4 0x7fa00001 0xffa00000 0x7f800001 0x7fffffff)";
  const moves = [
    nans,
    `(local.tee $v (v128.load (i32.const 80)))`,
    `(f32x4.pmin ${nans} (f32x4.splat (f32.const 1)))`,
    `(f32x4.neg (f32x4.neg (v128.load (i32.const 80))))`,
    `(i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 (v128.load (i32.const 80)) (f32x4.splat (f32.const 1)))`,
    `(v128.bitselect (v128.load (i32.const 80)) (f32x4.add (local.get $v) (local.get $v))
      (f32x4.eq (local.get $v) (local.get $v)))`,
  ];
  for (const move of moves) {
    const body = `(v128.store (i32.const 80) ${nans}) (v128.store (i32.const 64) ${move})`;
    assertEquals(hex(stored(body, "(local $v v128)")), "7fa00001 ffa00000 7f800001 7fffffff", move);
  }
});

Deno.test("integers that are NaNs as floats survive in locals that arithmetic reads too", () => {
  const body = `(local.set $v (v128.load (i32.const 80)))
    (local.set $s (f64x2.add (local.get $v) (local.get $v)))
    (v128.store (i32.const 64) (local.get $v))`;
  const nans = "(v128.store (i32.const 80) (v128.const i32x4 1 0x7ff00000 2 0xfff40000))";
  assertEquals(
    hex(stored(nans + body, "(local $v v128) (local $s v128)")),
    "00000001 7ff00000 00000002 fff40000",
  );
});

Deno.test("a NaN lane keeps its payload through extraction and replacement where the host's numbers do", () => {
  if (!KEEPS_NAN_BITS) return;
  const lanes = vector(`(f32x4.replace_lane 3 (f32x4.splat (f32.const 0))
    (f32x4.extract_lane 1 (v128.const i32x4 0 0x7fa00001 0 0)))`);
  assertEquals(hex(lanes), "00000000 00000000 00000000 7fa00001");
});

Deno.test("relaxed instructions do what the deterministic profile says", () => {
  const v = (text: string) => hex(vector(text));
  assertEquals(
    v("(i8x16.relaxed_swizzle (v128.load (i32.const 16)) (v128.const i8x16 0 15 16 17 128 255 31 1 0 0 0 0 0 0 0 0))"),
    "00001f10 11000000 10101010 10101010",
  );
  assertEquals(
    v("(i32x4.relaxed_trunc_f32x4_s (v128.const f32x4 nan 3e9 -3e9 -1.9))"),
    "00000000 7fffffff 80000000 ffffffff",
  );
  assertEquals(
    v("(i16x8.relaxed_q15mulr_s (i16x8.splat (i32.const -32768)) (i16x8.splat (i32.const -32768)))"),
    "7fff7fff 7fff7fff 7fff7fff 7fff7fff",
  );
  // 1 + 2^-23 squared, less 1: the product is rounded first.
  assertEquals(
    v(`(f32x4.relaxed_madd (f32x4.splat (f32.const 0x1.000002p0)) (f32x4.splat (f32.const 0x1.000002p0))
      (f32x4.splat (f32.const -0x1.000004p0)))`),
    "00000000 00000000 00000000 00000000",
  );
  assertEquals(
    v("(i16x8.relaxed_dot_i8x16_i7x16_s (i8x16.splat (i32.const -128)) (i8x16.splat (i32.const -128)))"),
    "7fff7fff 7fff7fff 7fff7fff 7fff7fff",
  );
});

Deno.test("all_true of a load that is partly out of bounds traps whatever its first lane is", () => {
  const { ints, longs } = exportsOf(`(module (memory 1)
    (func (export "ints") (param i32) (result i32) (i32x4.all_true (v128.load (local.get 0))))
    (func (export "longs") (param i32) (result i32) (i64x2.all_true (v128.load (local.get 0)))))`);
  for (const allTrue of [ints, longs]) {
    assertEquals(allTrue(0), 0);
    assertThrows(() => allTrue(65524), RuntimeError, "memory access out of bounds");
  }
});

Deno.test("lanes of one shape are extracted from vectors in any other", () => {
  const vectors = [
    "(f64x2.convert_low_i32x4_s (v128.const i32x4 0x01020304 0x3f800000 0 0))",
    "(f64x2.promote_low_f32x4 (v128.const f32x4 1.5 7 0 0))",
    "(f32x4.add (v128.load (i32.const 0)) (v128.const f32x4 1 2 3 4))",
    "(i32x4.add (v128.load (i32.const 0)) (v128.const i32x4 1 2 3 4))",
    "(f64x2.lt (v128.const f64x2 1 2) (f64x2.splat (f64.const 1.5)))",
    "(i8x16.eq (v128.load (i32.const 0)) (i8x16.splat (i32.const 3)))",
  ];
  const lanes: readonly (readonly [shape: string, load: string, count: number])[] = [
    ["i8x16.extract_lane_u", "i32.load8_u", 16],
    ["i16x8.extract_lane_s", "i32.load16_s", 8],
    ["i32x4.extract_lane", "i32.load", 4],
    ["i64x2.extract_lane", "i64.load", 2],
    ["f32x4.extract_lane", "f32.load", 4],
    ["f64x2.extract_lane", "f64.load", 2],
  ];
  for (const expression of vectors) {
    for (const [extract, load, count] of lanes) {
      for (let lane = 0; lane < count; lane++) {
        const type = load.slice(0, 3);
        const { extracted, loaded } = exportsOf(`(module (memory 1)
          (data (i32.const 0) "${bytesFrom(0)}")
          (func (export "extracted") (result ${type}) (${extract} ${lane} ${expression}))
          (func (export "loaded") (result ${type})
            (v128.store (i32.const 64) ${expression}) (${load} offset=${
          lane * 16 / count
        } (i32.const 64))))`);
        assertEquals(extracted(), loaded(), `${extract} ${lane} ${expression}`);
      }
    }
  }
});
