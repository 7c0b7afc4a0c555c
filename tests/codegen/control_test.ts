import { assertEquals, assertThrows } from "@std/assert";
import { RuntimeError } from "../../mod.ts";
import { exportsOf } from "./instances.ts";

/** `depth` nested blocks around a br_table that leaves any of them; outside block i, local 1 counts up. */
function nestedBlocks(depth: number): string {
  const labels = Array.from({ length: depth }, (_, i) => i).join(" ");
  return `(module (func (export "run") (param i32) (result i32) (local i32)
    ${"(block ".repeat(depth)} (br_table ${labels} ${depth - 1} (local.get 0))
    ${`) (local.set 1 (i32.add (local.get 1) (i32.const 1)))`.repeat(depth)}
    (local.get 1)))`;
}

Deno.test("blocks nested deeper than the host's parser goes are compiled", () => {
  const { run } = exportsOf(nestedBlocks(4000));
  assertEquals([run(0), run(1), run(250), run(3998), run(3999), run(-1)], [4000, 3999, 3750, 2, 1, 1]);
});

Deno.test("loops and ifs nested deeper than the host's parser goes are compiled", () => {
  const depth = 1500;
  // Each level adds 1 in a loop of two rounds, in one arm of an if.
  const { run } = exportsOf(
    `(module (func (export "run") (param i32) (result i32) (local $sum i32) (local $round i32)
    ${
      `(if (local.get 0) (then (local.set $round (i32.const 2)) (loop
      (local.set $sum (i32.add (local.get $sum) (i32.const 1)))
      (br_if 0 (local.tee $round (i32.sub (local.get $round) (i32.const 1)))))`.repeat(depth)
    }
    ${`) (else (local.set $sum (i32.const -7)))) `.repeat(depth)}
    (local.get $sum)))`,
  );
  assertEquals([run(1), run(0)], [2 * depth, -7]);
});

Deno.test("deep expressions are compiled", () => {
  const depth = 20_000;
  const { run } = exportsOf(`(module (func (export "run") (param i32) (result i32)
    (local.get 0) ${"(i32.mul (i32.const 3)) (i32.add (i32.const 1))".repeat(depth)}))`);
  let expected = 5;
  for (let i = 0; i < depth; i++) expected = Math.imul(expected, 3) + 1 | 0;
  assertEquals(run(5), expected);
});

Deno.test("branches carry several values", () => {
  const { run } = exportsOf(`(module (func (export "run") (param i32) (result i32 i64 f64)
    (block (result i32 i64 f64)
      (i32.const 1) (i64.const 2) (f64.const 3)
      (br_if 0 (local.get 0))
      (drop) (drop) (drop)
      (i32.const 4) (i64.const 5) (f64.const 6))))`);
  assertEquals([run(1), run(0)], [[1, 2n, 3], [4, 5n, 6]]);
});

Deno.test("loop parameters are assigned at once", () => {
  const { run } = exportsOf(
    `(module (func (export "run") (param $n i32) (result i32) (local $a i32) (local $b i32)
    (i32.const 0) (i32.const 1)
    (loop (param i32 i32) (result i32)
      (local.set $b) (local.set $a)
      (local.get $b) (i32.add (local.get $a) (local.get $b))
      (br_if 0 (local.tee $n (i32.sub (local.get $n) (i32.const 1))))
      (drop))))`,
  );
  assertEquals([1, 2, 3, 10].map(run), [1, 1, 2, 55]);
});

Deno.test("an if without else passes its parameters on", () => {
  const { run } = exportsOf(`(module (func (export "run") (param i32) (result i32)
    (i32.const 10) (if (param i32) (result i32) (local.get 0) (then (i32.add (i32.const 1))))))`);
  assertEquals([run(1), run(0)], [11, 10]);
});

Deno.test("code after an unconditional branch is left out", () => {
  const { run } = exportsOf(`(module (func (export "run") (param i32) (result i32)
    (block (br 0) (drop (i32.add)) (loop (br 0)) (unreachable))
    (loop (result i32) (return (local.get 0)) (br 0))))`);
  assertEquals(run(3), 3);
});

Deno.test("unreachable traps after what comes before it", () => {
  const seen: number[] = [];
  const { run } = exportsOf(
    `(module (import "m" "f" (func $f (param i32) (result i32)))
      (func (export "run") (drop (i32.add (call $f (i32.const 1)) (unreachable)))))`,
    { m: { f: (value: number) => seen.push(value) } },
  );
  assertThrows(() => run(), RuntimeError as unknown as ErrorConstructor, "unreachable");
  assertEquals(seen, [1]);
});
