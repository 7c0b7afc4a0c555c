import { assertEquals, assertInstanceOf, assertStrictEquals, assertThrows } from "@std/assert";
import { watToWasm, WebAssembly } from "../../mod.ts";
import { type Exported, exportsOf } from "./instances.ts";

const { Exception, JSTag, RuntimeError, Tag } = WebAssembly;
const RuntimeErrorClass = RuntimeError as unknown as ErrorConstructor;
const tag = new Tag({ parameters: ["i32"] });

function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (exception) {
    return exception;
  }
  throw new Error("nothing was thrown");
}

Deno.test("functions that throw or return, called in a protected block, with results of every type", () => {
  const types = ["i32", "i64", "f32", "f64", "externref"];
  const functions = types.map((type, i) => `
    (func $f${i} (param i32 ${type}) (result ${type} i32)
      (if (local.get 0) (then (throw $t (local.get 0))))
      (local.get 1) (i32.const 7))
    (func (export "${type}") (param i32 ${type}) (result ${type} i32) (local $caught i32)
      (block $h (result i32)
        (try_table (result ${type} i32) (catch $t $h) (call $f${i} (local.get 0) (local.get 1)))
        (return))
      (local.set $caught)
      (local.get 1) (local.get $caught))`);
  const exports = exportsOf(`(module (tag $t (param i32)) ${functions.join("")})`) as Record<
    string,
    (which: number, value: unknown) => unknown
  >;
  const values = [-5, -(2n ** 40n), 0.5, 0.1, "x"];
  for (const [i, type] of types.entries()) {
    for (const which of [0, 3, 0]) {
      assertEquals(exports[type](which, values[i]), [values[i], which || 7], type);
    }
  }
});

/** `$chain` throws by way of functions that do not come back; `$pass` catches and throws on. */
const CHAINS = `(module
  (tag $t (param i32))
  (tag $other)
  (memory 1)
  (func $raise (param i32) (throw $t (local.get 0)))
  (func $further (param i32) (result i64) (call $raise (i32.add (local.get 0) (i32.const 1))) unreachable)
  (func $chain (param i32) (result f64)
    (if (i32.gt_s (local.get 0) (i32.const 0)) (then (drop (call $further (local.get 0))) unreachable))
    (if (i32.lt_s (local.get 0) (i32.const 0)) (then (drop (i32.load (local.get 0)))))
    (f64.const 0.5))
  (func $pass (param i32) (result f64)
    (block $h (result exnref)
      (return (try_table (result f64) (catch_all_ref $h) (call $chain (local.get 0)))))
    throw_ref)
  (func $passLegacy (param i32) (result f64)
    (try (result f64) (do (call $pass (local.get 0)))
      (catch $other (f64.const 0.125))
      (catch_all (rethrow 0))))
  (func (export "caught") (param i32) (result f64)
    (block $h (result i32)
      (return (try_table (result f64) (catch $t $h) (call $passLegacy (local.get 0)))))
    f64.convert_i32_s)
  (func (export "uncaught") (param i32) (result f64) (call $passLegacy (local.get 0)))
  (func (export "delegated") (param i32) (result f64)
    (try $outer (result f64)
      (do
        (try (result f64)
          (do (try (result f64) (do (call $pass (local.get 0))) (delegate $outer)))
          (catch $t (f64.convert_i32_s))))
      (catch $t (f64.neg (f64.convert_i32_s))))))`;

const chains = exportsOf(CHAINS) as Record<string, (which: number) => number>;

Deno.test("an exception passes functions that do not expect a call back, and such as throw it on", () => {
  assertEquals([chains.caught(4), chains.caught(0), chains.caught(9)], [5, 0.5, 10]);
});

Deno.test("a delegated exception passes the handlers in between when its thrower is called", () => {
  assertEquals([chains.delegated(4), chains.delegated(0)], [-5, 0.5]);
});

Deno.test("a function that delegates its own exception to its caller", () => {
  const { run } = exportsOf(`(module
    (tag $t (param i32))
    (func $f (param i32)
      (try (do (try (do (throw $t (local.get 0))) (delegate 1))) (catch_all)))
    (func (export "run") (param i32) (result i32)
      (block $h (result i32) (try_table (catch $t $h) (call $f (local.get 0))) (i32.const -1))))`);
  assertEquals([run(5), run(6)], [5, 6]);
});

Deno.test("a trap in a function that also throws is not caught", () => {
  for (const name of ["caught", "uncaught", "delegated"]) {
    assertThrows(() => chains[name](-1), RuntimeErrorClass, "memory access out of bounds");
  }
  assertEquals(chains.caught(1), 2);
});

Deno.test("JavaScript gets the exception of an exported function, and then results again", () => {
  const { f, g } = exportsOf(
    `(module
      (import "m" "tag" (tag $t (param i32)))
      (func $f (export "f") (param i32) (result i32)
        (if (local.get 0) (then (throw $t (local.get 0))))
        (i32.const 42))
      (func (export "g") (param i32) (result i32) (i32.add (i32.const 1) (call $f (local.get 0)))))`,
    { m: { tag } },
  );
  for (const call of [f, g]) {
    for (let i = 1; i < 3000; i++) {
      const exception = thrownBy(() => call(i)) as InstanceType<typeof Exception>;
      assertInstanceOf(exception, Exception);
      assertEquals(exception.getArg(tag, 0), i);
    }
    assertEquals(call(0), call === f ? 42 : 43);
  }
});

/** Calls the imported `$f` in a protected block; the results are its result and what it threw. */
function caller(f: () => unknown, type: string): Exported {
  return exportsOf(
    `(module
      (import "m" "f" (func $f (result ${type})))
      (import "m" "JSTag" (tag $js (param externref)))
      (func (export "call") (result ${type} externref) (local $caught externref)
        (block $h (result externref)
          (try_table (result ${type}) (catch $js $h) (call $f))
          (return (ref.null extern)))
        (local.set $caught)
        (${type}.const -1) (local.get $caught)))`,
    { m: { f, JSTag } },
  ).call;
}

Deno.test("what an imported function throws in a protected block is caught, once", () => {
  let thrown: unknown;
  const call = caller(() => {
    if (thrown !== null) throw thrown;
    return 5;
  }, "i32");
  for (const value of [null, {}, "text", null, new Error("made"), null]) {
    thrown = value;
    assertEquals(call() as unknown, value === null ? [5, null] : [-1, value]);
  }
});

Deno.test("what the conversion of a result throws in a protected block is caught", () => {
  const error = new Error("valueOf");
  const object = {
    valueOf() {
      throw error;
    },
  };
  for (const type of ["i32", "f64"]) {
    assertStrictEquals((caller(() => object, type)() as unknown as unknown[])[1], error);
  }
  const [value, refusal] = caller(() => 5, "i64")() as unknown as unknown[];
  assertEquals(value, -1n);
  assertInstanceOf(refusal, TypeError);
});

Deno.test("a trap that comes through an imported function in a protected block is not caught", () => {
  const { trap } = exportsOf('(module (func (export "trap") unreachable))');
  assertThrows(() => caller(() => trap(), "i32")(), RuntimeErrorClass, "unreachable");
});

Deno.test("a memory that grows in a function that may throw has its new size for the caller's loop", () => {
  const { run } = exportsOf(`(module
    (tag $t)
    (memory 1 3)
    (func $grow (param i32)
      (if (i32.eqz (local.get 0)) (then (throw $t)))
      (drop (memory.grow (i32.const 1))))
    (func (export "run") (result i32) (local $n i32) (local $sum i32)
      (local.set $n (i32.const 2))
      (loop $next
        (block $h (try_table (catch $t $h) (call $grow (local.get $n))))
        (i32.store (i32.sub (i32.mul (memory.size) (i32.const 65536)) (i32.const 4)) (i32.const 5))
        (local.set $sum
          (i32.add (local.get $sum)
            (i32.load (i32.sub (i32.mul (memory.size) (i32.const 65536)) (i32.const 4)))))
        (local.set $n (i32.sub (local.get $n) (i32.const 1)))
        (br_if $next (i32.ge_s (local.get $n) (i32.const 0))))
      (i32.add (local.get $sum) (memory.size))))`);
  assertEquals(run(), 18);
});

Deno.test("a function that throws at the bottom of its own recursion", () => {
  const { depth } = exportsOf(`(module
    (tag $t (param i32))
    (func $f (param i32 i32) (result i32)
      (if (i32.eqz (local.get 0)) (then (throw $t (local.get 1))))
      (block $h (result i32)
        (return (try_table (result i32) (catch $t $h)
          (call $f (i32.sub (local.get 0) (i32.const 1)) (i32.add (local.get 1) (i32.const 1))))))
      (throw $t (i32.add (i32.const 100))))
    (func (export "depth") (param i32) (result i32)
      (block $h (result i32)
        (return (try_table (result i32) (catch $t $h) (call $f (local.get 0) (i32.const 0)))))))`);
  assertEquals([depth(0), depth(1), depth(50)], [0, 101, 5050]);
});

Deno.test("names of functions that throw are those of the module in stack traces", () => {
  const stacks: string[] = [];
  const { run } = exportsOf(
    `(module
      (import "m" "note" (func $note))
      (tag $t)
      (func $"core::throwing" (call $note) (throw $t))
      (func (export "run") (block $h (try_table (catch $t $h) (call $"core::throwing")))))`,
    { m: { note: () => stacks.push(new Error().stack!) } },
  );
  run();
  assertEquals(stacks[0].includes("core::throwing"), true, stacks[0]);
});

Deno.test("a function that throws and holds vectors as floats", () => {
  const { run } = exportsOf(`(module
    (tag $t (param f32))
    (func $scale (param v128 i32) (result v128) (local v128)
      (loop $again
        (local.set 0 (f32x4.add (local.get 0) (local.get 0)))
        (local.set 2 (f32x4.mul (local.get 0) (local.get 0)))
        (br_if $again (local.tee 1 (i32.sub (local.get 1) (i32.const 1)))))
      (if (f32.gt (f32x4.extract_lane 0 (local.get 0)) (f32.const 10))
        (then (throw $t (f32x4.extract_lane 1 (local.get 2)))))
      (local.get 0))
    (func (export "run") (param f32) (result f32)
      (block $h (result f32)
        (f32.neg (f32x4.extract_lane 0
          (try_table (result v128) (catch $t $h) (call $scale (f32x4.splat (local.get 0)) (i32.const 2))))))))`);
  assertEquals([1, 2, 3, 4].map((x) => run(x)), [-4, -8, 144, 256]);
});

Deno.test("a stack overflow on the way of an exception to JavaScript leaves none behind", () => {
  const { raise, guarded } = exportsOf(`(module
    (tag $t)
    (func $raise (export "raise") (param i32) (if (local.get 0) (then (throw $t))))
    (func (export "guarded") (param i32) (result i32)
      (block $h (try_table (catch_all $h) (call $raise (local.get 0))) (return (i32.const 1)))
      (i32.const 2)))`);
  for (let i = 0; i < 2000; i++) assertInstanceOf(thrownBy(() => raise(1)), Exception);
  for (let locals = 0; locals < 60; locals++) {
    // Frames of every size, so that the stack ends everywhere.
    const names = Array.from({ length: locals }, (_, i) => `v${i}`);
    const text = `return function down(n){${names.map((name) => `let ${name}=n;`).join("")}` +
      `try{raise(1)}catch(e){if(e instanceof RangeError)throw e}down(n+1);return ${names.join("+") || 0}}`;
    const down = new Function("raise", text)(raise) as (n: number) => void;
    assertThrows(() => down(0), RangeError);
    assertEquals([raise(0), guarded(0)], [undefined, 1]);
  }
});

const REFUSED = `(module
  (import "m" "f" (func $f (param v128) (result i32)))
  (global $before (mut i32) (i32.const 0))
  (func $call (export "call") (param i32) (result i32)
    (if (i32.eqz (local.get 0)) (then (return (i32.const 7))))
    (global.set $before (local.get 0))
    (call $f (i32x4.splat (local.get 0))))
  (func $further (param i32) (drop (call $call (local.get 0))) unreachable)
  (func (export "caught") (param i32) (result i32)
    (block $h (try_table (catch_all $h) (return (call $call (local.get 0)))))
    (i32.sub (i32.const 0) (global.get $before)))
  (func (export "further") (param i32) (call $further (local.get 0))))`;

Deno.test("a refused call is a TypeError for JavaScript each time, and results come after it as before", () => {
  const { call, further } = exportsOf(REFUSED, { m: { f: () => 1 } });
  for (let i = 1; i < 3000; i++) {
    const error = thrownBy(() => call(i)) as Error;
    assertEquals([error.constructor, error.message], [
      TypeError,
      "type incompatibility when transforming from/to JS",
    ]);
  }
  assertEquals(call(0), 7);
  assertInstanceOf(thrownBy(() => further(1)), TypeError);
  assertThrows(() => further(0), RuntimeErrorClass, "unreachable");
});

Deno.test("a refused call is caught by the function's caller", () => {
  const { caught } = exportsOf(REFUSED, { m: { f: () => 1 } });
  assertEquals([caught(5), caught(0), caught(6)], [-5, 7, -6]);
});

Deno.test("instances of a module for which an import is refused, and for which it is WebAssembly", () => {
  const { f } = exportsOf(
    '(module (func (export "f") (param v128) (result i32) (i32x4.extract_lane 2 (local.get 0))))',
  );
  const module = new WebAssembly.Module(watToWasm(REFUSED));
  const instances = [() => 1, f, () => 1, f].map((f) =>
    new WebAssembly.Instance(module, { m: { f } }).exports as unknown as Record<string, Exported>
  );
  for (const i of [0, 1, 2, 3, 0]) {
    const { call, caught } = instances[i];
    assertEquals(caught(9), i % 2 === 0 ? -9 : 9);
    if (i % 2 === 0) assertInstanceOf(thrownBy(() => call(9)), TypeError);
    else assertEquals(call(9), 9);
  }
});

Deno.test("the stack of a refused call begins with the function that calls", () => {
  const { run } = exportsOf(
    `(module (import "m" "f" (func $f (param v128)))
      (func $"module::calling" (export "run") (call $f (v128.const i32x4 0 0 0 0))))`,
    { m: { f: () => {} } },
  );
  const { stack } = thrownBy(() => run()) as Error;
  assertEquals(stack!.slice(0, 200).includes("module::calling"), true, stack);
});
