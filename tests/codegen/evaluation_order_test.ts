import { assertEquals, assertThrows } from "@std/assert";
import { RuntimeError } from "../../mod.ts";
import { exportsOf } from "./instances.ts";

const Trap = RuntimeError as unknown as ErrorConstructor;

Deno.test("an operand keeps the value of a local that is set later", () => {
  const { run } = exportsOf(`(module (func (export "run") (param i32) (result i32)
    (local.get 0) (local.set 0 (i32.const 100)) (i32.add (local.get 0))))`);
  assertEquals(run(1), 101);
});

Deno.test("an operand keeps the value of memory that is stored to later", () => {
  const { run } = exportsOf(`(module (memory 1) (data (i32.const 0) "\\07")
    (func (export "run") (result i32)
      (i32.load (i32.const 0)) (i32.store (i32.const 0) (i32.const 50)) (i32.add (i32.load (i32.const 0)))))`);
  assertEquals(run(), 57);
});

Deno.test("an operand keeps the value of a global that a call sets later", () => {
  const { run } = exportsOf(`(module (global $g (mut i64) (i64.const 3))
    (func $set (global.set $g (i64.const 40)))
    (func (export "run") (result i64) (global.get $g) (call $set) (i64.add (global.get $g))))`);
  assertEquals(run(), 43n);
});

Deno.test("a store happens before a later division traps", () => {
  const { run, read } = exportsOf(`(module (memory 1)
    (func (export "run") (param i32) (result i32)
      (i32.store (i32.const 0) (i32.const 9)) (i32.div_s (i32.const 1) (local.get 0)))
    (func (export "read") (result i32) (i32.load (i32.const 0))))`);
  assertThrows(() => run(0), Trap, "divide by zero");
  assertEquals(read(), 9);
});

Deno.test("a load traps before a later store, call or division", () => {
  const { run, read } = exportsOf(`(module (memory 1) (global $g (mut i32) (i32.const 0))
    (func (export "run") (param i32) (result i32)
      (i32.load (local.get 0)) (global.set $g (i32.const 1)) (i32.div_u (i32.const 1) (i32.const 0)) (i32.add))
    (func (export "read") (result i32) (global.get $g)))`);
  assertThrows(() => run(65533), Trap, "memory access out of bounds");
  assertEquals(read(), 0);
});

Deno.test("the dividend traps before the divisor is looked at", () => {
  const { run } = exportsOf(`(module (memory 1)
    (func (export "run") (param i32 i32) (result i32) (i32.div_u (i32.load (local.get 0)) (local.get 1)))
    (func (export "rem") (param i32 i32) (result i32) (i32.rem_s (i32.load (local.get 0)) (local.get 1))))`);
  assertThrows(() => run(-1, 0), Trap, "memory access out of bounds");
});

Deno.test("multiplying by zero does not drop a call", () => {
  const { run } = exportsOf(`(module (global $calls (mut i32) (i32.const 0))
    (func $f (result i32) (global.set $calls (i32.add (global.get $calls) (i32.const 1))) (i32.const 5))
    (func (export "run") (result i32)
      (drop (i32.mul (call $f) (i32.const 0))) (drop (i32.and (call $f) (i32.const 0)))
      (drop (i64.shl (i64.extend_i32_u (call $f)) (i64.const 40))) (global.get $calls)))`);
  assertEquals(run(), 3);
});

Deno.test("both operands of select are evaluated", () => {
  const { run } = exportsOf(`(module (memory 1) (func (export "run") (param i32) (result i32)
    (select (i32.const 1) (i32.load (i32.const 65536)) (local.get 0))))`);
  assertThrows(() => run(1), Trap, "memory access out of bounds");
});

Deno.test("a store uses the memory that its operands have grown", () => {
  const { run } = exportsOf(`(module (memory 1)
    (func $grow (result i32) (drop (memory.grow (i32.const 1))) (i32.const 65536))
    (func (export "run") (result i32)
      (i32.store (call $grow) (i32.const 77)) (i32.store offset=4 (i32.const 65536) (memory.grow (i32.const 1)))
      (i32.add (i32.load (i32.const 65536)) (i32.load (i32.const 65540)))))`);
  assertEquals(run(), 79);
});

Deno.test("arguments are evaluated before an indirect call traps", () => {
  const seen: number[] = [];
  const { run } = exportsOf(
    `(module (import "m" "f" (func $f (param i32) (result i32))) (table 1 funcref) (type $t (func (param i32)))
      (func (export "run") (param i32)
        (call_indirect (type $t) (call $f (i32.const 8)) (local.get 0))))`,
    { m: { f: (value: number) => seen.push(value) } },
  );
  assertThrows(() => run(0), Trap, "null function or function signature mismatch");
  assertThrows(() => run(1), Trap, "table index is out of bounds");
  assertEquals(seen, [8, 8]);
});
