import { assert, assertEquals, assertThrows } from "@std/assert";
import { exportsOf } from "./instances.ts";

Deno.test("functions keep their names in stack traces, whatever they are", () => {
  const names = ["plain", "core::fmt::write", "let", "l0", "D0", "imul", "}; throw 1; //", "arguments", "é"];
  const functions = names.map((name, i) => {
    const callee = i + 1 < names.length ? `(call ${i + 2})` : "(call 0)";
    return `(func $"${name}" ${i === 0 ? '(export "run")' : ""} ${callee})`;
  });
  const stack: string[] = [];
  const { run } = exportsOf(
    `(module (import "m" "f" (func $f)) ${functions.join("")})`,
    { m: { f: () => stack.push(new Error().stack!) } },
  );
  run();
  const lines = stack[0].split("\n");
  for (const name of names) assert(lines.some((line) => line.includes(name)), `${name} in ${stack[0]}`);
});

Deno.test("instances of one module have their own state", () => {
  const text = `(module (global $g (mut i32) (i32.const 0)) (func (export "next") (result i32)
    (global.set $g (i32.add (global.get $g) (i32.const 1))) (global.get $g)))`;
  const [a, b] = [exportsOf(text), exportsOf(text)];
  assertEquals([a.next(), a.next(), b.next()], [1, 2, 1]);
});

Deno.test("recursion without end is a RangeError and leaves the instance usable", () => {
  const { forever, one } = exportsOf(`(module
    (func $forever (export "forever") (result i32) (i32.add (call $forever) (i32.const 1)))
    (func (export "one") (result i32) (i32.const 1)))`);
  assertThrows(() => forever(), RangeError);
  assertEquals(one(), 1);
});

Deno.test("a function that calls itself", () => {
  const { fib } = exportsOf(`(module (func $fib (export "fib") (param i32) (result i32)
    (if (result i32) (i32.lt_s (local.get 0) (i32.const 2)) (then (local.get 0)) (else
      (i32.add (call $fib (i32.sub (local.get 0) (i32.const 1))) (call $fib (i32.sub (local.get 0) (i32.const 2))))))))`);
  assertEquals(fib(20), 6765);
});
