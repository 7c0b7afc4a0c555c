import { assert, assertEquals, assertRejects } from "@std/assert";
import { watToWasm, WebAssembly } from "../../mod.ts";
import { SuspensionGraph } from "../../lib/codegen/suspension_graph.ts";
import { CompiledModule } from "../../lib/runtime/compiled_module.ts";
import { engineState } from "../../lib/js_api/engine.ts";
import { Engine } from "../../mod.ts";
import { decodeModule } from "../../lib/binary/decode.ts";
import { validateModule } from "../../lib/valid/module.ts";

// deno-lint-ignore no-explicit-any
type Any = any;

/** An instance whose import `m.wait` is suspending and, unless given otherwise, waits and doubles. */
function exportsOf(text: string, imports: Any = {}): Any {
  const wait = new WebAssembly.Suspending(async (value: Any) => {
    await null;
    return value * 2;
  });
  const module = new WebAssembly.Module(watToWasm(text));
  return new WebAssembly.Instance(module, { m: { wait, ...imports } }).exports;
}

function run(f: Any, ...args: unknown[]): Promise<unknown> {
  return WebAssembly.promising(f)(...args);
}

const WAIT = '(import "m" "wait" (func $wait (param i32) (result i32)))';

Deno.test("operands that were evaluated before a suspension keep their values", async () => {
  const { f } = exportsOf(`(module ${WAIT}
    (memory 1) (global $g (mut i32) (i32.const 5))
    (func $touch (result i32) (global.set $g (i32.const 100)) (i32.store (i32.const 0) (i32.const 7)) (call $wait (i32.const 1)))
    (func (export "f") (param i32) (result i32)
      (i32.sub
        (i32.add (i32.add (local.get 0) (global.get $g)) (i32.load (i32.const 0)))
        (i32.add (call $touch) (i32.add (global.get $g) (i32.load (i32.const 0)))))))`);
  assertEquals(await run(f, 10), 15 - 109);
});

Deno.test("loops and branches go on after suspensions", async () => {
  const { sum } = exportsOf(`(module ${WAIT}
    (func (export "sum") (param $n i32) (result i32) (local $sum i32)
      (loop $next
        (if (i32.and (local.get $n) (i32.const 1))
          (then (local.set $sum (i32.add (local.get $sum) (call $wait (local.get $n))))))
        (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
      (local.get $sum)))`);
  assertEquals(await run(sum, 10), 50);
});

Deno.test("several results, and values of several components, come through suspensions", async () => {
  const { f } = exportsOf(
    `(module
      (import "m" "many" (func $many (param i64 f32) (result i32 i64 f64 externref)))
      (func $g (param i64) (result i64 f64 i32 externref) (local $i i32) (local $l i64) (local $d f64) (local $r externref)
        (call $many (local.get 0) (f32.const 0.5))
        (local.set $r) (local.set $d) (local.set $l) (local.set $i)
        (local.get $l) (local.get $d) (local.get $i) (local.get $r))
      (func (export "f") (param i64) (result i64 f64 i32 externref) (call $g (i64.add (local.get 0) (i64.const 1)))))`,
    { many: new WebAssembly.Suspending((l: Any, f: Any) => Promise.resolve([7, l << 40n, f, "x"])) },
  );
  const both = await Promise.all([run(f, 2n), run(f, -2n)]);
  assertEquals(both, [[3n << 40n, 0.5, 7, "x"], [-1n << 40n, 0.5, 7, "x"]]);
});

Deno.test("handlers catch what imports reject with", async () => {
  const text = `(module ${WAIT}
    (import "m" "tag" (tag $js (param externref)))
    (tag $own (param i32))
    (func $thrower (param i32) (drop (call $wait (local.get 0))) (throw $own (i32.const 77)))
    (func (export "caught") (param i32) (result externref)
      (block $h (result externref)
        (try_table (catch $js $h) (drop (call $wait (local.get 0))))
        (ref.null extern)))
    (func (export "own") (param i32) (result i32)
      (block $h (result i32)
        (try_table (catch $own $h) (call $thrower (local.get 0)))
        (i32.const 0)))
    (func (export "waits") (param i32) (result i32)
      (block $h (try_table (catch_all $h) (throw $own (i32.const 1))))
      (call $wait (local.get 0))))`;
  const good = exportsOf(text, { tag: WebAssembly.JSTag });
  assertEquals([await run(good.caught, 1), await run(good.own, 1), await run(good.waits, 4)], [null, 77, 8]);
  const reason = { reason: 1 };
  const bad = exportsOf(text, {
    tag: WebAssembly.JSTag,
    wait: new WebAssembly.Suspending(() => Promise.reject(reason)),
  });
  assertEquals(await run(bad.caught, 1) === reason, true);
  assertEquals(await run(bad.own, 1).catch((error) => error === reason), true);
});

Deno.test("traps end a computation, memory accesses out of bounds included", async () => {
  const { load } = exportsOf(`(module ${WAIT} (memory 1)
    (func (export "load") (param i32) (result i32) (i32.load (call $wait (local.get 0)))))`);
  assertEquals(await run(load, 8), 0);
  await assertRejects(() => run(load, 40000), WebAssembly.RuntimeError, "memory access out of bounds");
});

Deno.test("memory that grows during a suspension is seen afterwards", async () => {
  let exports: Any = null;
  const wait = new WebAssembly.Suspending(async (value: Any) => {
    await null;
    exports.memory.grow(1);
    new Uint8Array(exports.memory.buffer)[70000] = 9;
    return value;
  });
  exports = exportsOf(
    `(module ${WAIT} (memory (export "memory") 1)
    (func (export "f") (result i32)
      (i32.store (i32.const 0) (i32.const 4))
      (i32.add (i32.load (i32.const 0)) (i32.load8_u (call $wait (i32.const 70000))))))`,
    { wait },
  );
  assertEquals(await run(exports.f), 13);
});

const TABLE = `(module ${WAIT}
  (type $t (func (param i32) (result i32)))
  (table (export "table") 4 funcref)
  (elem (i32.const 0) $wait $plain $waits)
  (elem declare func $plain $waits)
  (func $plain (export "plain") (type $t) (i32.add (local.get 0) (i32.const 1)))
  (func $waits (export "waits") (type $t) (i32.add (call $wait (local.get 0)) (i32.const 1)))
  (func (export "indirect") (param $i i32) (param $x i32) (result i32)
    (i32.mul (call_indirect (type $t) (local.get $x) (local.get $i)) (i32.const 10)))
  (func (export "reference") (param $which i32) (param $x i32) (result i32)
    (call_ref $t (local.get $x)
      (if (result (ref null $t)) (local.get $which) (then (ref.func $waits)) (else (ref.func $plain)))))
  (func (export "null") (result i32) (call_ref $t (i32.const 1) (ref.null $t))))`;

Deno.test("calls through tables and references reach functions that suspend and others", async () => {
  const { indirect, reference, table, waits, plain } = exportsOf(TABLE);
  assertEquals(await run(indirect, 0, 3), 60);
  assertEquals(await run(indirect, 1, 3), 40);
  assertEquals(await run(indirect, 2, 3), 70);
  assertEquals([await run(reference, 0, 3), await run(reference, 1, 3)], [4, 7]);
  const other = exportsOf(
    `(module ${WAIT} (func (export "f") (param i32) (result i32) (call $wait (call $wait (local.get 0)))))`,
  );
  for (const f of [other.f, WebAssembly.promising(other.f)]) {
    table.set(3, f);
    assertEquals(await run(indirect, 3, 3), 120);
  }
  assertEquals([indirect(1, 3), plain(1), await run(waits, 1)], [40, 2, 3]);
});

Deno.test("calls through tables and references trap as always", async () => {
  const exports = exportsOf(TABLE);
  await assertRejects(() => run(exports.indirect, 3, 1), WebAssembly.RuntimeError, "null function");
  await assertRejects(
    () => run(exports.indirect, 4, 1),
    WebAssembly.RuntimeError,
    "table index is out of bounds",
  );
  await assertRejects(() => run(exports.null), WebAssembly.RuntimeError, "dereferencing a null pointer");
  exports.table.set(3, exports.null);
  await assertRejects(
    () => run(exports.indirect, 3, 1),
    WebAssembly.RuntimeError,
    "function signature mismatch",
  );
});

Deno.test("functions of other instances suspend their callers", async () => {
  const inner = exportsOf(`(module ${WAIT}
    (func (export "waits") (param i32) (result i32) (i32.add (call $wait (local.get 0)) (i32.const 1)))
    (func (export "plain") (param i32) (result i32) (local.get 0))
    (export "wait" (func $wait)))`);
  const outer = `(module ${WAIT} (func (export "f") (param i32) (result i32)
    (i32.add (local.get 0) (call $wait (i32.const 5)))))`;
  for (const [name, expected] of [["waits", 21], ["plain", 15], ["wait", 20]] as const) {
    const { f } = exportsOf(outer, { wait: inner[name] });
    assertEquals(await run(f, 10), expected, name);
  }
});

Deno.test("instances of one module can differ in what suspends", async () => {
  const text =
    `(module ${WAIT} (func (export "f") (param i32) (result i32) (i32.add (call $wait (local.get 0)) (i32.const 1))))`;
  const module = new WebAssembly.Module(watToWasm(text));
  const make = (wait: Any): Any => new WebAssembly.Instance(module, { m: { wait } }).exports;
  const plain = make((x: number) => x);
  const suspending = make(new WebAssembly.Suspending((x: Any) => Promise.resolve(x + 100)));
  const again = make(new WebAssembly.Suspending((x: Any) => Promise.resolve(x + 200)));
  assertEquals([await run(plain.f, 1), await run(suspending.f, 1), await run(again.f, 1), plain.f(1)], [
    2,
    102,
    202,
    2,
  ]);
});

Deno.test("tail calls that may suspend take constant stack", async () => {
  let waits = 0;
  const { even, indirect, reference, caught } = exportsOf(
    `(module ${WAIT}
    (type $t (func (param i32 f64) (result i32 f64)))
    (table 2 funcref) (elem (i32.const 0) $even $odd)
    (elem declare func $byReference)
    (func $even (export "even") (type $t)
      (if (i32.eqz (local.get 0)) (then (return (call $wait (i32.const 1)) (local.get 1))))
      (return_call $odd (i32.sub (local.get 0) (i32.const 1)) (f64.add (local.get 1) (f64.const 0.5))))
    (func $odd (type $t)
      (if (i32.eqz (local.get 0)) (then (return (call $wait (i32.const 0)) (local.get 1))))
      (if (i32.eqz (i32.rem_u (local.get 0) (i32.const 9999))) (then (drop (call $wait (i32.const 0)))))
      (return_call $even (i32.sub (local.get 0) (i32.const 1)) (f64.add (local.get 1) (f64.const 0.5))))
    (func $indirect (export "indirect") (type $t)
      (if (i32.eqz (local.get 0)) (then (return_call $even (i32.const 1) (local.get 1))))
      (return_call_indirect (type $t) (i32.sub (local.get 0) (i32.const 1)) (local.get 1) (i32.and (local.get 0) (i32.const 1))))
    (func $byReference (export "reference") (type $t)
      (if (i32.eqz (local.get 0)) (then (return_call $leaf (call $wait (i32.const 21)) (local.get 1))))
      (return_call_ref $t (i32.sub (local.get 0) (i32.const 1)) (f64.neg (local.get 1)) (ref.func $byReference)))
    (func $leaf (type $t) (local.get 0) (local.get 1))
    (func (export "caught") (param i32) (result i32)
      (block $h (try_table (catch_all $h) (return_call $wait (local.get 0))))
      (i32.const -1)))`,
    {
      wait: new WebAssembly.Suspending((value: Any) => {
        waits++;
        if (value === 13) throw new Error("13");
        return Promise.resolve(value * 2);
      }),
    },
  );
  assertEquals(await run(even, 50000, 0), [2, 25000]);
  assertEquals(await run(even, 50001, 0), [0, 25000.5]);
  assertEquals(waits, 2 + 5 + 0);
  assertEquals(await run(indirect, 20001, 1.5), [0, 1.5 + 10000]);
  assertEquals(await run(reference, 20001, 1.5), [42, -1.5]);
  assertEquals(await run(caught, 3), 6);
  await assertRejects(() => run(caught, 13), Error, "13");
});

Deno.test("recursion is suspended at every depth, and overflows as always", async () => {
  const { fac, endless } = exportsOf(`(module ${WAIT}
    (func $fac (export "fac") (param i64) (result i64)
      (drop (call $wait (i32.const 0)))
      (if (result i64) (i64.eqz (local.get 0)) (then (i64.const 1))
        (else (i64.mul (local.get 0) (call $fac (i64.sub (local.get 0) (i64.const 1)))))))
    (func $endless (export "endless") (param i32) (result i32)
      (if (i32.eqz (local.get 0)) (then (return (call $wait (i32.const 0)))))
      (i32.add (i32.const 1) (call $endless (i32.add (local.get 0) (i32.const 1))))))`);
  assertEquals(await run(fac, 20n), 2432902008176640000n);
  await assertRejects(() => run(endless, 1), RangeError);
  assertEquals(await run(fac, 3n), 6n);
});

Deno.test("many computations of one instance share its state and nothing else", async () => {
  const { f, total } = exportsOf(`(module ${WAIT} (global $total (export "total") (mut i32) (i32.const 0))
    (func $add (param i32) (global.set $total (i32.add (global.get $total) (local.get 0))))
    (func (export "f") (param i32) (result i32) (local $before i32)
      (call $add (local.get 0))
      (local.set $before (call $wait (local.get 0)))
      (call $add (local.get 0))
      (i32.sub (local.get $before) (local.get 0))))`);
  const promises = Array.from({ length: 20 }, (_, i) => run(f, i));
  assertEquals(total.value, 190);
  assertEquals(await Promise.all(promises), Array.from({ length: 20 }, (_, i) => i));
  assertEquals(total.value, 380);
});

function suspendable(text: string): number[] {
  const engine = engineState(new Engine());
  const record = decodeModule(watToWasm(text));
  const module = new CompiledModule(engine, record, validateModule(record, engine.types));
  const found = new SuspensionGraph(module).suspendable([0]);
  return record.functions.map((_, i) => i).filter((i) => found.has(i));
}

Deno.test("only functions that may come to a suspending import are suspendable", () => {
  assertEquals(
    suspendable(`(module ${WAIT} (import "m" "other" (func $other))
    (func (call $other))
    (func $a (drop (call $wait (i32.const 0))))
    (func (call $a) (call $other))
    (func $leaf))`),
    [0, 3, 4],
  );
});

Deno.test("a call through a table that is the module's own may come to what the module puts there", () => {
  const text = (more: string) =>
    `(module ${WAIT}
    (table $t 4 funcref) ${more}
    (type $v (func)) (type $i (func (result i32)))
    (elem (table $t) (i32.const 0) func $waits $leaf $number)
    (func $waits (drop (call $wait (i32.const 0))))
    (func $leaf)
    (func $number (result i32) (i32.const 1))
    (func $callsV (call_indirect $t (type $v) (i32.const 0)))
    (func $callsI (drop (call_indirect $t (type $i) (i32.const 0)))))`;
  assertEquals(suspendable(text("")), [0, 1, 4]);
  assertEquals(suspendable(text('(export "t" (table $t))')), [0, 1, 4, 5]);
  assertEquals(suspendable(text("(func (param funcref) (table.set $t (i32.const 0) (local.get 0)))")), [
    0,
    2,
    5,
    6,
  ]);
});

Deno.test("a call through a reference may come to anything", () => {
  const text =
    '(module (type $t (func)) (import "m" "wait" (func (param i32) (result i32))) (func (param (ref $t)) (call_ref $t (local.get 0))))';
  assertEquals(suspendable(text), [0, 1]);
  assert(suspendable('(module (import "m" "f" (func)) (func))').length === 1);
});
