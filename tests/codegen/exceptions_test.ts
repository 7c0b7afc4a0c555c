import { assert, assertEquals, assertInstanceOf, assertStrictEquals, assertThrows } from "@std/assert";
import { WebAssembly } from "../../mod.ts";
import { type Exported, exportsOf } from "./instances.ts";

const { Exception, JSTag, RuntimeError, Tag } = WebAssembly;

type Exports = Record<string, Exported>;

function instantiate(text: string, imports: object = {}): Exports {
  return exportsOf(text, { js: { JSTag, ...imports } });
}

function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (exception) {
    return exception;
  }
  throw new Error("nothing was thrown");
}

const tag = new Tag({ parameters: ["i32"] });

/** Handlers around a call of the imported function `f`. */
const HANDLERS = `(module
  (import "js" "f" (func $f))
  (import "js" "tag" (tag $tag (param i32)))
  (import "js" "JSTag" (tag $js (param externref)))
  (func (export "catchTag") (result i32)
    (block (result i32) (try_table (catch $tag 0) (call $f)) (i32.const -1)))
  (func (export "catchJS") (result externref)
    (block (result externref) (try_table (catch $js 0) (call $f)) (ref.null extern)))
  (func (export "catchAll") (result i32)
    (block (try_table (catch_all 0) (call $f)) (return (i32.const 0)))
    (i32.const 1))
  (func (export "catchAllLegacy") (result i32)
    (try (result i32) (do (call $f) (i32.const 0)) (catch_all (i32.const 1))))
  (func (export "rethrow")
    (block (result exnref) (try_table (catch_all_ref 0) (call $f)) (return))
    throw_ref)
  (func (export "rethrowLegacy") (try (do (call $f)) (catch_all (rethrow 0))))
  (func (export "unreachable") unreachable)
  (func (export "throw") (param i32) (throw $tag (local.get 0)))
  (func (export "throwJS") (param externref) (throw $js (local.get 0)))
  (memory 1)
  (func (export "load") (drop (i32.load (i32.const -1))))
  (func $overflow (export "overflow") (call $overflow)))`;

/** Its instance with `f`. */
function handlersOf(f: (exports: Exports) => unknown): Exports {
  const exports: Exports = instantiate(HANDLERS, { tag, f: () => f(exports) });
  return exports;
}

function throwing(exception: unknown): Exports {
  return handlersOf(() => {
    throw exception;
  });
}

Deno.test("what wasm code throws is a WebAssembly.Exception with its arguments", () => {
  const exception = thrownBy(() => throwing(null).throw(7)) as InstanceType<typeof Exception>;
  assertInstanceOf(exception, Exception);
  assertEquals([exception.is(tag), exception.getArg(tag, 0), exception.stack], [true, 7, undefined]);
});

Deno.test("arguments of every type arrive", () => {
  const { test } = instantiate(`(module
    (tag $t (param i32 i64 f32 f64 externref funcref i64))
    (func $throw (param externref)
      (throw $t (i32.const -1) (i64.const 0x1_0000_0002) (f32.const 0.5) (f64.const 0.25) (local.get 0)
        (ref.null func) (i64.const -3)))
    (func (export "test") (param externref) (result i32 i64 f32 f64 externref funcref i64)
      (block (result i32 i64 f32 f64 externref funcref i64)
        (try_table (catch $t 0) (call $throw (local.get 0)))
        unreachable)))`);
  assertEquals(test("x") as unknown[], [-1, 0x1_0000_0002n, 0.5, 0.25, "x", null, -3n]);
});

Deno.test("a WebAssembly.Exception that JavaScript throws is caught by its tag", () => {
  assertEquals(throwing(new Exception(tag, [5])).catchTag(), 5);
});

Deno.test("a tag of the same type does not catch", () => {
  const exception = new Exception(new Tag({ parameters: ["i32"] }), [5]);
  assertStrictEquals(thrownBy(() => throwing(exception).catchTag()), exception);
});

Deno.test("an exception thrown through JavaScript keeps its identity", () => {
  const exports = handlersOf((exports) => exports.throw(3));
  assertEquals(exports.catchTag(), 3);
  let seen: unknown;
  const passing = handlersOf((exports) => {
    try {
      exports.throw(3);
    } catch (exception) {
      seen = exception;
      throw exception;
    }
  });
  for (const name of ["rethrow", "rethrowLegacy"]) {
    assertStrictEquals(thrownBy(() => passing[name]()), seen);
  }
});

const THROWN: readonly unknown[] = [
  5,
  null,
  undefined,
  "text",
  Symbol("s"),
  {},
  Object.create(null),
  () => {},
];
for (const value of [...THROWN, new Error("made"), new RuntimeError("made"), new RangeError("made")]) {
  const name = Object.prototype.toString.call(value);
  Deno.test(`JSTag catches ${name} (${typeof value}) thrown by JavaScript`, () => {
    const exports = throwing(value);
    assertStrictEquals(exports.catchJS(), value);
    assertEquals([exports.catchAll(), exports.catchAllLegacy()], [1, 1]);
    assertStrictEquals(thrownBy(() => exports.catchTag()), value);
    assertStrictEquals(thrownBy(() => exports.rethrow()), value);
    assertStrictEquals(thrownBy(() => exports.rethrowLegacy()), value);
  });
}

Deno.test("JSTag does not catch a WebAssembly.Exception", () => {
  const exception = new Exception(tag, [1]);
  assertStrictEquals(thrownBy(() => throwing(exception).catchJS()), exception);
});

Deno.test("an exception with the tag JSTag is its argument to JavaScript", () => {
  const value = {};
  assertStrictEquals(thrownBy(() => throwing(null).throwJS(value)), value);
  assertStrictEquals(handlersOf((exports) => exports.throwJS(value)).catchJS(), value);
});

Deno.test("JavaScript's own out-of-bounds RangeError is caught, and stays what it is", () => {
  const access = () => new DataView(new ArrayBuffer(1)).getInt32(0);
  const error = thrownBy(access);
  assertEquals(handlersOf(access).catchAll(), 1);
  assertStrictEquals(thrownBy(() => throwing(error).catchTag()), error);
});

const CATCHERS = ["catchAll", "catchAllLegacy", "catchJS", "catchTag", "rethrow", "rethrowLegacy"];
for (const [trap, message] of [["unreachable", "unreachable"], ["load", "memory access out of bounds"]]) {
  Deno.test(`the trap "${message}" is not caught, not even when it comes through JavaScript`, () => {
    const through = handlersOf((exports) => exports[trap]());
    const rethrown = handlersOf((exports) => {
      try {
        exports[trap]();
      } catch (error) {
        throw error;
      }
    });
    for (const catcher of CATCHERS) {
      assertThrows(() => through[catcher](), RuntimeError, message);
      assertThrows(() => rethrown[catcher](), RuntimeError, message);
    }
  });
}

Deno.test("a trap in a protected block is not caught", () => {
  const { test } = instantiate(`(module (memory 1)
    (func (export "test") (param i32) (result i32)
      (try (result i32) (do (i32.div_s (i32.load (local.get 0)) (i32.const 0))) (catch_all (i32.const 1)))))`);
  assertThrows(() => test(0), RuntimeError, "divide by zero");
  assertThrows(() => test(-1), RuntimeError, "memory access out of bounds");
});

Deno.test("a stack overflow is not caught, in wasm code or in JavaScript", () => {
  const { test } = instantiate(`(module
    (func $recurse (call $recurse))
    (func (export "test") (block (try_table (catch_all 0) (call $recurse)))))`);
  assertThrows(() => test(), RangeError);
  const endless = (): number => endless() + 1;
  assertThrows(() => handlersOf(endless).catchAll(), RangeError);
  assertThrows(() => handlersOf((exports) => exports.overflow()).catchAll(), RangeError);
});

Deno.test("throw_ref of null traps", () => {
  const { test } = instantiate(`(module (func (export "test")
    (block (try_table (catch_all 0) (throw_ref (ref.null exn))))))`);
  assertThrows(() => test(), RuntimeError, "rethrowing null value");
});

Deno.test("two imports of one tag are one tag", () => {
  const { test } = instantiate(
    `(module
      (import "js" "tag" (tag $a (param i32)))
      (import "js" "tag" (tag $b (param i32)))
      (func (export "test") (result i32)
        (block $h (result i32) (try_table (catch $b $h) (throw $a (i32.const 1))) (i32.const 0))))`,
    { tag },
  );
  assertEquals(test(), 1);
});

Deno.test("the first clause that fits catches", () => {
  const { test } = instantiate(`(module
    (tag $a (param i32)) (tag $b (param i32))
    (func $throw (param i32)
      (if (i32.eqz (local.get 0)) (then (throw $a (i32.const 10))))
      (if (i32.eq (local.get 0) (i32.const 1)) (then (throw $b (i32.const 20)))))
    (func (export "test") (param i32) (result i32)
      (block $all
        (block $b (result i32)
          (block $a (result i32)
            (try_table (catch $b $b) (catch $a $a) (catch_all $all)
              (call $throw (local.get 0)))
            (return (i32.const 0)))
          (return (i32.add (i32.const 1))))
        (return (i32.add (i32.const 2))))
      (i32.const -1)))`);
  assertEquals([0, 1, 2].map((i) => test(i)), [11, 22, 0]);
});

Deno.test("throw to a handler of the same function keeps arguments, references and order", () => {
  const { test } = instantiate(`(module
    (tag $t (param i32 i64))
    (global $g (mut i32) (i32.const 0))
    (func $next (result i32) (global.set $g (i32.add (global.get $g) (i32.const 1))) (global.get $g))
    (func (export "test") (result i32 i64 i32)
      (block $h (result i32 i64 exnref)
        (try_table (catch_ref $t $h)
          (throw $t (call $next) (i64.extend_i32_u (call $next))))
        unreachable)
      (drop)
      (call $next)))`);
  assertEquals(test() as unknown[], [1, 2n, 3]);
});

Deno.test("a handler sees the locals as they were when the exception was thrown", () => {
  const { test, later } = instantiate(`(module
    (tag $t)
    (func $throw (result i32) (throw $t))
    (func (export "test") (result i32) (local i32)
      (block $h (try_table (catch $t $h)
        (local.set 0 (i32.const 1))
        (call $throw)
        (local.set 0 (i32.const 2))
        (local.set 0)))
      (local.get 0))
    (func (export "later") (param i32 i32) (result i32)
      (try (do
        (local.get 0)
        (call $throw)
        (local.set 0 (local.get 1))
        (local.set 1)
        (drop))
      (catch_all))
      (local.get 0)))`);
  assertEquals([test(), later(3, 4)], [1, 3]);
});

Deno.test("operands below a protected block survive the exception", () => {
  const { test } = instantiate(`(module
    (tag $t (param i32))
    (func $throw (param i32) (throw $t (local.get 0)))
    (func (export "test") (param i32) (result i32)
      (local.get 0)
      (local.set 0 (i32.const 100))
      (block $h (result i32) (try_table (catch $t $h) (call $throw (i32.const 7))) (i32.const 0))
      (i32.add)))`);
  assertEquals(test(1), 8);
});

Deno.test("a value computed in a protected block is computed there", () => {
  const { test } = instantiate(`(module
    (tag $t)
    (func $throw (result i32) (throw $t))
    (func (export "test") (result i32)
      (try (result i32) (do (call $throw)) (catch $t (i32.const 9)))))`);
  assertEquals(test(), 9);
});

Deno.test("a handler that is a loop's label starts the loop again", () => {
  const { test } = instantiate(`(module
    (tag $t (param i32))
    (func $throw (param i32) (throw $t (local.get 0)))
    (func (export "test") (param $n i32) (result i32) (local $sum i32)
      (local.get $n)
      (loop $l (param i32)
        (local.tee $n)
        (local.set $sum (i32.add (local.get $sum)))
        (if (i32.eqz (local.get $n)) (then (return (local.get $sum))))
        (try_table (catch $t $l) (call $throw (i32.sub (local.get $n) (i32.const 1)))))
      unreachable))`);
  assertEquals(test(10), 55);
});

Deno.test("exceptions pass handlers of other tags, in many frames", () => {
  const { test } = instantiate(`(module
    (tag $a (param i32)) (tag $b)
    (func $f (param i32)
      (if (i32.eqz (local.get 0)) (then (throw $a (i32.const 42))))
      (block $h (try_table (catch $b $h) (call $f (i32.sub (local.get 0) (i32.const 1))))))
    (func (export "test") (param i32) (result i32)
      (block $h (result i32) (try_table (catch $a $h) (call $f (local.get 0))) (i32.const 0))))`);
  assertEquals(test(100), 42);
});

Deno.test("an exception thrown in a catch goes to the handlers outside", () => {
  const { test } = instantiate(`(module
    (tag $t (param i32))
    (func $throw (param i32) (throw $t (local.get 0)))
    (func (export "test") (result i32)
      (try (result i32)
        (do
          (try (result i32)
            (do (call $throw (i32.const 1)) (i32.const 0))
            (catch $t (call $throw (i32.add (i32.const 10))) (i32.const 0))))
        (catch $t))))`);
  assertEquals(test(), 11);
});

Deno.test("rethrow names the exception of an outer catch", () => {
  const { test } = instantiate(`(module
    (tag $t (param i32))
    (func $throw (param i32) (throw $t (local.get 0)))
    (func (export "test") (result i32)
      (try $outside (result i32)
        (do
          (try $outer (result i32)
            (do (call $throw (i32.const 1)) (i32.const 0))
            (catch $t
              (drop)
              (try (result i32)
                (do (call $throw (i32.const 2)) (i32.const 0))
                (catch $t (drop) (rethrow $outer))))))
        (catch $t))))`);
  assertEquals(test(), 1);
});

Deno.test("delegate passes the handlers in between", () => {
  const { test } = instantiate(`(module
    (tag $t (param i32))
    (func $throw (param i32) (throw $t (local.get 0)))
    (func (export "test") (param i32) (result i32)
      (try $a (result i32)
        (do
          (try $b (result i32)
            (do
              (try $c (result i32)
                (do
                  (try (result i32)
                    (do (call $throw (local.get 0)) (i32.const 0))
                    (delegate $a)))
                (catch $t (i32.add (i32.const 300)))))
            (catch_all (i32.const 200))))
        (catch $t (i32.add (i32.const 100))))))`);
  assertEquals(test(5), 105);
});

Deno.test("delegate to the function's label leaves the function", () => {
  const { toCaller, chain } = instantiate(`(module
    (tag $t (param i32))
    (func $throw (param i32) (throw $t (local.get 0)))
    (func $inner (param i32) (result i32)
      (try (result i32)
        (do (try (result i32) (do (call $throw (local.get 0)) (i32.const 0)) (delegate 1)))
        (catch_all (i32.const 100))))
    (func (export "toCaller") (param i32) (result i32)
      (try (result i32) (do (call $inner (local.get 0))) (catch $t (i32.add (i32.const 1)))))
    (func (export "chain") (param i32) (result i32)
      (try $a (result i32)
        (do
          (try $b (result i32)
            (do
              (try $c (result i32)
                (do (try (result i32) (do (call $throw (local.get 0)) (i32.const 0)) (delegate $c)))
                (delegate $a)))
            (catch_all (i32.const 200))))
        (catch $t (i32.add (i32.const 100))))))`);
  assertEquals([toCaller(5), chain(5)], [6, 105]);
});

Deno.test("handlers inside constructs that are nested very deep", () => {
  const nest = (depth: number, inner: string) => "(block ".repeat(depth) + inner + ")".repeat(depth);
  const { test } = instantiate(`(module
    (tag $t (param i32))
    (func $throw (param i32) (throw $t (local.get 0)))
    (func (export "test") (param i32) (result i32) (local i32)
      ${
    nest(
      300,
      `(block $h (result i32)
        (try_table (catch $t $h)
          ${nest(300, "(br_if 200 (i32.eqz (local.get 0))) (call $throw (local.get 0))")}
          (local.set 1 (i32.const 1)))
        (i32.const 0))
      (local.set 1 (i32.add (local.get 1)))
      (br_if 150 (i32.eq (local.get 1) (i32.const 1)))
      (local.set 1 (i32.add (local.get 1) (i32.const 1000)))`,
    )
  }
      (local.get 1)))`);
  assertEquals([test(0), test(1), test(7)], [1, 1, 1007]);
});

Deno.test("an exnref cannot cross to JavaScript", () => {
  const exports = instantiate(`(module
    (global (export "global") (mut exnref) (ref.null exn))
    (table (export "table") 1 exnref)
    (func (export "param") (param exnref))
    (func (export "result") (result exnref) (ref.null exn)))`);
  assertThrows(() => exports.param(null), TypeError);
  assertThrows(() => exports.result(), TypeError);
  assertThrows(() => (exports.global as unknown as WebAssembly.Global).value, TypeError);
  assertThrows(() => (exports.table as unknown as WebAssembly.Table).get(0), TypeError);
});

Deno.test("an exported tag is one object, and imported again the same tag", () => {
  const first = instantiate(`(module
    (tag (export "t") (param i32))
    (func (export "throw") (throw 0 (i32.const 8))))`);
  assertInstanceOf(first.t, Tag);
  const second = instantiate(
    `(module
      (import "js" "t" (tag $t (param i32)))
      (import "js" "throw" (func $throw))
      (export "t" (tag $t))
      (func (export "test") (result i32)
        (block $h (result i32) (try_table (catch $t $h) (call $throw)) (i32.const 0))))`,
    first,
  );
  assertStrictEquals(second.t, first.t);
  assertEquals(second.test(), 8);
});

Deno.test("an exception leaves the start function as it is", () => {
  const error = thrownBy(() =>
    instantiate(
      `(module (import "js" "tag" (tag $t (param i32))) (func $s (throw $t (i32.const 4))) (start $s))`,
      {
        tag,
      },
    )
  );
  assert(error instanceof Exception && error.getArg(tag, 0) === 4);
});
