import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { KEEPS_NAN_BITS } from "../../lib/runtime/float_bits.ts";
import { WebAssembly } from "../../mod.ts";
import { type Exported, exportsOf } from "./instances.ts";

const DEEP = 10_000_000;

function instantiate(text: string, imports: object = {}): Record<string, Exported> {
  return exportsOf(text, { m: imports });
}

const LESS = "(i32.sub (local.get 0) (i32.const 1))";

Deno.test("a function that calls itself ten million deep", () => {
  const { sum } = instantiate(`(module
    (func $sum (export "sum") (param i32 i64) (result i64) (local i64)
      (if (i32.eqz (local.get 0)) (then (return (i64.add (local.get 1) (local.get 2)))))
      (local.set 2 (i64.const 1000))
      (return_call $sum ${LESS} (i64.add (local.get 1) (i64.extend_i32_u (local.get 0))))))`);
  assertEquals(sum(DEEP, 0n), 50000005000000n);
});

Deno.test("arguments of a call to itself are all computed before parameters change", () => {
  const { swap } = instantiate(`(module
    (func $swap (export "swap") (param i32 f64 f64) (result f64)
      (if (i32.eqz (local.get 0)) (then (return (local.get 1))))
      (return_call $swap ${LESS} (local.get 2) (local.get 1))))`);
  assertEquals([swap(4, 1, 2), swap(5, 1, 2)], [1, 2]);
});

Deno.test("two functions that call each other ten million deep", () => {
  const { even, odd } = instantiate(`(module
    (func $even (export "even") (param i32) (result i32)
      (if (i32.eqz (local.get 0)) (then (return (i32.const 1))))
      (return_call $odd ${LESS}))
    (func $odd (export "odd") (param i32) (result i32)
      (if (i32.eqz (local.get 0)) (then (return (i32.const 0))))
      (return_call $even ${LESS})))`);
  assertEquals([even(DEEP), odd(DEEP), even(7), odd(7)], [1, 0, 0, 1]);
});

Deno.test("functions of different signatures in one loop", () => {
  const { a } = instantiate(`(module
    (func $a (export "a") (param i32 f32 externref) (result externref i64) (local i32)
      (if (local.get 3) (then unreachable))
      (local.set 3 (i32.const 1))
      (if (i32.eqz (local.get 0)) (then (return (local.get 2) (i64.trunc_f32_s (local.get 1)))))
      (return_call $b (local.get 2) (i64.const 0x1_0000_0001) ${LESS} (local.get 1)))
    (func $b (param externref i64 i32 f32) (result externref i64)
      (return_call $c (local.get 2) (local.get 0) (f32.add (local.get 3) (f32.convert_i64_s (i64.and (local.get 1) (i64.const 3))))))
    (func $c (param i32 externref f32) (result externref i64)
      (return_call $a (local.get 0) (local.get 2) (local.get 1))))`);
  assertEquals(a(1000, 0.5, "x") as unknown[], ["x", 1000n]);
});

Deno.test("a chain of functions that ends", () => {
  const { a } = instantiate(`(module
    (func $a (export "a") (param i32) (result i32 i32) (return_call $b (local.get 0) (i32.const 1)))
    (func $b (param i32 i32) (result i32 i32) (return_call $c (local.get 1) (local.get 0)))
    (func $c (param i32 i32) (result i32 i32) (local.get 0) (local.get 1)))`);
  assertEquals(a(5) as unknown[], [1, 5]);
});

/** The first step is `$a`'s, after that `$a` and `$b` take turns. */
const THREE_RESULT = BigInt(DEEP / 2) * 0x1_0000_0001n - 0xffff_ffffn;
const THREE = `(type $t (func (param i32 i64) (result i64)))
  (func $a (export "a") (type $t)
    (if (i32.eqz (local.get 0)) (then (return (local.get 1))))
    (CALL ${LESS} (i64.add (local.get 1) (i64.const 1)) TARGET))
  (func $b (export "b") (type $t)
    (if (i32.eqz (local.get 0)) (then (return (local.get 1))))
    (CALL ${LESS} (i64.add (local.get 1) (i64.const 0x1_0000_0000)) TARGET))
  (func $plain (export "plain") (type $t) (i64.sub (i64.const 0) (local.get 1)))`;

Deno.test("functions that call each other through a table ten million deep", () => {
  const { a } = instantiate(`(module (table funcref (elem $a $b))
    ${
    THREE.replaceAll("CALL", "return_call_indirect (type $t)").replaceAll(
      "TARGET",
      "(i32.and (local.get 0) (i32.const 1))",
    )
  })`);
  assertEquals(a(DEEP, 0n), THREE_RESULT);
});

Deno.test("functions that call each other through references ten million deep", () => {
  const { a } = instantiate(`(module (table funcref (elem $a $b))
    ${
    THREE.replaceAll("CALL", "return_call_ref $t").replaceAll(
      "TARGET",
      "(ref.cast (ref null $t) (table.get (i32.and (local.get 0) (i32.const 1))))",
    )
  })`);
  assertEquals(a(DEEP, 0n), THREE_RESULT);
});

Deno.test("functions of two instances that call each other ten million deep", () => {
  const table = new WebAssembly.Table({ element: "anyfunc", initial: 3 });
  const text = `(module (import "m" "table" (table 3 funcref))
    ${
    THREE.replaceAll("CALL", "return_call_indirect (type $t)").replaceAll(
      "TARGET",
      "(select (i32.const 2) (i32.and (local.get 0) (i32.const 1)) (i32.eq (local.get 0) (i32.const 1)))",
    )
  })`;
  const first = instantiate(text, { table });
  const second = instantiate(text, { table });
  table.set(0, first.a);
  table.set(1, second.b);
  table.set(2, second.plain);
  assertEquals(first.a(DEEP, 0n), -THREE_RESULT);
});

Deno.test("a tail call of an imported function of another instance, back and forth", () => {
  const table = new WebAssembly.Table({ element: "anyfunc", initial: 1 });
  const first = instantiate(
    `(module (type $t (func (param i32) (result i32))) (import "m" "table" (table 1 funcref))
      (func (export "f") (type $t)
        (if (i32.eqz (local.get 0)) (then (return (i32.const 99))))
        (return_call_indirect (type $t) ${LESS} (i32.const 0))))`,
    { table },
  );
  const second = instantiate(
    `(module (import "m" "f" (func $f (param i32) (result i32)))
      (func (export "g") (param i32) (result i32) (return_call $f (local.get 0))))`,
    first,
  );
  table.set(0, second.g);
  assertEquals(second.g(1_000_000), 99);
});

Deno.test("a tail call of a JavaScript function", () => {
  const seen: unknown[] = [];
  const { test } = instantiate(
    `(module (import "m" "f" (func $f (param i32 i64 f32) (result f64)))
      (func (export "test") (param i32) (result f64)
        (return_call $f (local.get 0) (i64.const -5) (f32.const 0.5))))`,
    {
      f(...args: unknown[]) {
        seen.push(...args);
        return 1.25;
      },
    },
  );
  assertEquals([test(3), ...seen], [1.25, 3, -5n, 0.5]);
});

Deno.test("functions in many groups call each other in constant stack", () => {
  // Bodies too large for one loop, or one group.
  const count = 12;
  const filler = "(local.set 1 (i32.xor (i32.mul (local.get 1) (i32.const 31)) (local.get 0)))".repeat(300);
  const functions = Array.from(
    { length: count },
    (_, i) =>
      `(func $f${i} ${i === 0 ? '(export "f")' : ""} (param i32 i32) (result i32)
      (if (i32.eqz (local.get 0)) (then (return (local.get 1))))
      (if (i32.eq (local.get 0) (i32.const -1)) (then ${filler}))
      (return_call $f${(i + 1) % count} ${LESS} (i32.add (local.get 1) (i32.const ${i}))))`,
  );
  const { f } = instantiate(`(module ${functions.join("\n")})`);
  assertEquals(f(120_000, 0), 120_000 / count * 66);
});

Deno.test("unreachable tail calls make no difference", () => {
  const { a } = instantiate(`(module
    (func $a (export "a") (param i32) (result i32)
      (if (local.get 0) (then (return_call $b ${LESS})))
      (call $b (i32.const 5)))
    (func $b (param i32) (result i32)
      (return (i32.add (local.get 0) (i32.const 10)))
      (return_call $a (local.get 0))))`);
  assertEquals([a(0), a(1)], [15, 10]);
});

Deno.test("a tail call from a protected block is outside of it", () => {
  const { test, self, indirect } = instantiate(`(module
    (tag $t)
    (type $f (func (param i32) (result i32)))
    (table funcref (elem $throw $indirect))
    (func $throw (param i32) (result i32) (throw $t))
    (func $inner (param i32) (result i32)
      (try (result i32) (do (return_call $throw (local.get 0))) (catch_all (i32.const 1))))
    (func (export "test") (param i32) (result i32)
      (try (result i32) (do (call $inner (local.get 0))) (catch_all (i32.const 2))))
    (func $self (export "self") (param i32) (result i32)
      (if (i32.eqz (local.get 0)) (then (return (i32.const 7))))
      (try (result i32)
        (do (return_call $self ${LESS}))
        (catch_all (i32.const 1))))
    (func $indirect (type $f)
      (if (i32.eqz (local.get 0)) (then (return (call $throw (i32.const 0)))))
      (try (result i32)
        (do
          (try (result i32)
            (do (return_call_indirect (type $f) ${LESS} (i32.gt_s (local.get 0) (i32.const 1))))
            (catch $t (i32.const 3))))
        (catch_all (i32.const 4))))
    (func (export "indirect") (param i32) (result i32)
      (try (result i32) (do (call $indirect (local.get 0))) (catch_all (i32.const 5)))))`);
  assertEquals([test(0), self(1_000_000), indirect(1), indirect(1000)], [2, 7, 5, 5]);
});

Deno.test("arguments of a tail call from a protected block are inside of it", () => {
  const { test } = instantiate(`(module
    (tag $t)
    (func $throw (result i32) (throw $t))
    (func $id (param i32) (result i32) (local.get 0))
    (func $test (export "test") (param i32 i32) (result i32)
      (try
        (do
          (if (local.get 0) (then (return_call $test (i32.const 8) (call $throw))))
          (return_call $id (call $throw)))
        (catch_all))
      (local.get 0)))`);
  assertEquals([test(0, 1), test(3, 1)], [0, 3]);
});

Deno.test("an exception passes any number of tail calls", () => {
  const { test } = instantiate(`(module
    (tag $t (param i32))
    (table funcref (elem $f))
    (func $f (param i32) (result i32)
      (if (i32.eqz (local.get 0)) (then (throw $t (i32.const 13))))
      (return_call_indirect (param i32) (result i32) ${LESS} (i32.const 0)))
    (func (export "test") (param i32) (result i32)
      (try (result i32) (do (call $f (local.get 0))) (catch $t))))`);
  assertEquals(test(100_000), 13);
});

const FAILING = instantiate(`(module
  (type $t (func (param i32) (result i32)))
  (type $u (func (param i64) (result i32)))
  (table 3 funcref)
  (elem (i32.const 1) $u)
  (func $u (type $u) (i32.const 0))
  (func (export "indirect") (type $t) (return_call_indirect (type $t) (i32.const 0) (local.get 0)))
  (func (export "reference") (type $t) (return_call_ref $t (i32.const 0) (ref.null $t))))`);

for (
  const [what, action, message] of [
    ["a null element", () => FAILING.indirect(0), "null function or function signature mismatch"],
    ["another type", () => FAILING.indirect(1), "null function or function signature mismatch"],
    ["no element", () => FAILING.indirect(3), "table index is out of bounds"],
    ["a null reference", () => FAILING.reference(0), "dereferencing a null pointer"],
  ] as const
) {
  Deno.test(`a tail call of ${what} traps`, () => {
    assertEquals(assertThrows(action, WebAssembly.RuntimeError).message, message);
  });
}

Deno.test("ordinary calls around tail calls still overflow the stack", () => {
  const { f } = instantiate(`(module
    (func $f (export "f") (param i32) (result i32)
      (drop (call $g (local.get 0)))
      (return_call $g (local.get 0)))
    (func $g (param i32) (result i32) (return_call $f (local.get 0))))`);
  assertInstanceOf(assertThrows(() => f(1)), RangeError);
});

Deno.test("NaNs keep their bits through tail calls, where the host keeps them", () => {
  if (!KEEPS_NAN_BITS) return;
  const { test } = instantiate(`(module
    (type $t (func (param i32 f64 f32) (result i64 i32)))
    (table funcref (elem $f))
    (func $f (type $t)
      (if (i32.eqz (local.get 0))
        (then (return (i64.reinterpret_f64 (local.get 1)) (i32.reinterpret_f32 (local.get 2)))))
      (return_call_indirect (type $t) ${LESS} (local.get 1) (local.get 2) (i32.const 0)))
    (func (export "test") (result i64 i32)
      (call $f (i32.const 5) (f64.reinterpret_i64 (i64.const 0x7ff8_0000_0000_1234))
        (f32.reinterpret_i32 (i32.const 0x7fa0_0001)))))`);
  assertEquals(test() as unknown[], [0x7ff8_0000_0000_1234n, 0x7fa0_0001]);
});
