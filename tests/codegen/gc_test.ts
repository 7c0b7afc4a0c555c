import { assert, assertEquals, assertNotStrictEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { Engine, watToWasm, WebAssembly } from "../../mod.ts";
import { exportsOf } from "./instances.ts";

const { Global, Module, RuntimeError, Table } = WebAssembly;

const NULL = "dereferencing a null pointer";
const OUT_OF_BOUNDS = "array element access out of bounds";

Deno.test("struct fields of every storage type hold what was stored last", () => {
  const storages = ["i8", "i16", "i32", "i64", "f32", "f64", "externref"];
  const values = [-1, -2, 3, -4n, 0.5, 0.1, "text"];
  const text = storages.map((storage, i) => {
    const type = storage.startsWith("i") && i < 2 ? "i32" : storage;
    const suffix = i < 2 ? "_s" : "";
    return `
      (func (export "set ${i}") (param (ref null $s) ${type})
        (struct.set $s ${i} (local.get 0) (local.get 1)))
      (func (export "get ${i}") (param (ref null $s)) (result ${type})
        (struct.get${suffix} $s ${i} (local.get 0)))`;
  }).join("");
  const f = exportsOf(`(module
    (type $s (struct ${storages.map((storage) => `(field (mut ${storage}))`).join(" ")}))
    (func (export "new") (result (ref $s)) (struct.new_default $s))
    (func (export "get_u") (param (ref $s)) (result i32 i32)
      (struct.get_u $s 0 (local.get 0)) (struct.get_u $s 1 (local.get 0)))
    ${text})`);
  const struct = f.new();
  for (const [i, value] of values.entries()) f[`set ${i}`](struct, value);
  assertEquals(values.map((_, i) => f[`get ${i}`](struct)), values);
  assertEquals(f.get_u(struct), [0xff, 0xfffe]);
  for (const [i, value] of values.entries()) {
    assertThrows(() => f[`set ${i}`](null, value), RuntimeError, NULL);
    assertThrows(() => f[`get ${i}`](null), RuntimeError, NULL);
  }
});

Deno.test("array elements of every storage type hold what was stored last, in bounds", () => {
  const cases: [string, unknown, unknown][] = [
    ["i8", 0x1ff, -1],
    ["i16", 0x18000, -0x8000],
    ["i32", -5, -5],
    ["i64", -(2n ** 40n), -(2n ** 40n)],
    ["f32", 0.5, 0.5],
    ["f64", 0.1, 0.1],
    ["f64", NaN, NaN],
    ["externref", "text", "text"],
  ];
  for (const [storage, value, expected] of cases) {
    const type = storage === "i8" || storage === "i16" ? "i32" : storage;
    const f = exportsOf(`(module
      (type $a (array (mut ${storage})))
      (func (export "new") (param i32) (result (ref $a)) (array.new_default $a (local.get 0)))
      (func (export "set") (param (ref null $a) i32 ${type})
        (array.set $a (local.get 0) (local.get 1) (local.get 2)))
      (func (export "get") (param (ref null $a) i32) (result ${type})
        (array.get${type === storage ? "" : "_s"} $a (local.get 0) (local.get 1)))
      (func (export "length") (param arrayref) (result i32) (array.len (local.get 0))))`);
    for (const length of [3, 500]) {
      const array = f.new(length);
      assertEquals(f.length(array), length);
      f.set(array, length - 1, value);
      assertEquals(f.get(array, length - 1), expected);
      for (const index of [length, -1, -(2 ** 31), 2 ** 30]) {
        assertThrows(() => f.get(array, index), RuntimeError, OUT_OF_BOUNDS);
        assertThrows(() => f.set(array, index, value), RuntimeError, OUT_OF_BOUNDS);
      }
      assertEquals(f.get(array, length - 1), expected);
    }
    assertThrows(() => f.get(null, 0), RuntimeError, NULL);
    assertThrows(() => f.set(null, 0, value), RuntimeError, NULL);
    assertThrows(() => f.length(null), RuntimeError, NULL);
  }
});

Deno.test("a cast or test of what is past the end of an array traps there, one of null as it should", () => {
  const user = (name: string, code: string, result: string) =>
    `(func (export "${name}") (param i32) (result ${result})
      (local $a (ref null $a))
      (local.set $a (array.new_fixed $a 3 (struct.new $s (i32.const 7)) (ref.null none) (ref.i31 (i32.const 1))))
      ${code.replace("$e", "(array.get $a (local.get $a) (local.get 0))")})`;
  const f = exportsOf(`(module
    (type $s (sub (struct (field i32))))
    (type $t (sub $s (struct (field i32) (field i64))))
    (type $a (array (mut eqref)))
    ${user("cast", "(struct.get $s 0 (ref.cast (ref $s) $e))", "i32")}
    ${user("castNull", "(ref.is_null (ref.cast (ref null $s) $e))", "i32")}
    ${user("castStruct", "(ref.is_null (ref.cast (ref struct) $e))", "i32")}
    ${user("test", "(ref.test (ref $s) $e)", "i32")}
    ${user("testNull", "(ref.test (ref null $s) $e)", "i32")}
    ${user("i31", "(ref.test i31ref $e)", "i32")}
    ${user("isNull", "(ref.is_null $e)", "i32")}
    ${
    user(
      "branch",
      "(block $b (result (ref $s)) (br_on_cast $b eqref (ref $s) $e) (return (i32.const -1))) (struct.get $s 0)",
      "i32",
    )
  })`);
  const outcomes = (name: string) =>
    [0, 1, 2, 3, -1].map((index) => {
      try {
        return f[name](index);
      } catch (error) {
        assert(error instanceof RuntimeError);
        return (error as Error).message;
      }
    });
  const out = [OUT_OF_BOUNDS, OUT_OF_BOUNDS];
  const no = "illegal cast";
  assertEquals(outcomes("cast"), [7, no, no, ...out]);
  assertEquals(outcomes("castNull"), [0, 1, no, ...out]);
  assertEquals(outcomes("castStruct"), [0, no, no, ...out]);
  assertEquals(outcomes("test"), [1, 0, 0, ...out]);
  assertEquals(outcomes("testNull"), [1, 1, 0, ...out]);
  assertEquals(outcomes("i31"), [0, 1, 1, ...out]);
  assertEquals(outcomes("isNull"), [0, 1, 0, ...out]);
  assertEquals(outcomes("branch"), [7, -1, -1, ...out]);
});

Deno.test("references read in loops trap out of bounds, whatever encloses the loop and uses them", () => {
  const loop = (use: string) =>
    `(loop $next
      ${use.replace("$e", "(array.get $a (local.get $a) (local.get $i))")}
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (local.get $end))))`;
  const locals = "(param $end i32) (result i32) (local $a (ref null $a)) (local $i i32) (local $n i32)";
  const made = "(local.set $a (array.new_fixed $a 3 (ref.null $s) (ref.null $s) (ref.null $s)))";
  const count = "(local.set $n (i32.add (local.get $n) (ref.is_null $e)))";
  const f = exportsOf(`(module
    (type $s (struct (field i32)))
    (type $a (array (ref null $s)))
    (tag $t)
    (func $isNull (param (ref null $s)) (result i32) (ref.is_null (local.get 0)))
    (func (export "plain") ${locals} ${made} ${loop(count)} (local.get $n))
    (func (export "called") ${locals} ${made}
      ${loop("(local.set $n (i32.add (local.get $n) (call $isNull $e)))")} (local.get $n))
    (func (export "caught") ${locals} ${made}
      (block $caught (try_table (catch_all $caught) ${loop(count)} (br_if $caught (i32.const 0))))
      (local.get $n))
    (func (export "nested") ${locals} ${made}
      (loop $outer (block $b (block $c (br_table $b $c (i32.const 1))) ${loop(count)}))
      (local.get $n))
    (func $again (export "again") ${locals}
      (if (i32.gt_u (local.get $end) (i32.const 5))
        (then (return_call $again (i32.sub (local.get $end) (i32.const 5)))))
      ${made} ${loop(count)} (local.get $n))
    (func (export "field") ${locals} ${made} ${
    loop("(local.set $n (struct.get $s 0 $e))")
  } (local.get $n)))`);
  for (const name of ["plain", "called", "caught", "nested", "again"]) {
    assertEquals([1, 2, 3].map((end) => f[name](end)), [1, 2, 3]);
    assertThrows(() => f[name](4), RuntimeError, OUT_OF_BOUNDS);
  }
  assertEquals(f.again(8), 3);
  assertThrows(() => f.again(9), RuntimeError, OUT_OF_BOUNDS);
  assertThrows(() => f.field(4), RuntimeError, NULL);
});

Deno.test("objects of more types than V8 tells apart at a place are tested and cast", () => {
  const leaves = [0, 1, 2, 3, 4, 5];
  const users = (name: string, code: string) =>
    leaves.map((i) =>
      `(func (export "${name}${i}") (param i32) (result i32) ${code.replaceAll("$i", `$t${i}`)})`
    )
      .join("");
  const element = "(array.get $a (global.get $all) (local.get 0))";
  const f = exportsOf(`(module
    (type $top (sub (struct (field i32))))
    ${
    leaves.map((i) =>
      `(type $t${i} (sub ${i % 2 ? `$t${i - 1}` : "$top"} (struct (field i32)
      ${"(field i64) ".repeat(i >> 1)} ${i % 2 ? "(field f32)" : ""})))`
    ).join("")
  }
    (type $a (array (ref null $top)))
    (type $any (array anyref))
    (global $all (ref $a) (array.new_fixed $a 7
      ${leaves.map((i) => `(struct.new_default $t${i})`).join("")} (ref.null $top)))
    (global $mixed (ref $any) (array.new_fixed $any 4
      (struct.new_default $t1) (ref.i31 (i32.const 1)) (ref.null any) (array.new_fixed $any 0)))
    ${users("test", `(ref.test (ref $i) ${element})`)}
    ${users("testNull", `(ref.test (ref null $i) ${element})`)}
    ${
    users(
      "branch",
      `(block $b (result (ref $i)) (br_on_cast $b (ref null $top) (ref $i) ${element})
      (return (i32.const 0))) (i32.add (struct.get $i 0) (i32.const 1))`,
    )
  }
    ${users("mixed", `(ref.test (ref $i) (array.get $any (global.get $mixed) (local.get 0)))`)}
    (func (export "cast") (param i32) (result i32)
      (struct.get $top 0 (ref.cast (ref $top) (array.get $any (global.get $mixed) (local.get 0)))))
    (func (export "castNull") (param i32) (result i32)
      (ref.is_null (ref.cast (ref null $top) (array.get $any (global.get $mixed) (local.get 0))))))`);
  const outcome = (name: string, index: number) => {
    try {
      return f[name](index);
    } catch (error) {
      return (error as Error).message;
    }
  };
  for (let round = 0; round < 3; round++) {
    for (const i of leaves) {
      const above = leaves.map((j) => Number(j === i || i % 2 === 0 && j === i + 1));
      const outcomes = (name: string, count: number) =>
        Array.from({ length: count }, (_, index) => outcome(`${name}${i}`, index));
      assertEquals(outcomes("test", 8), [...above, 0, OUT_OF_BOUNDS]);
      assertEquals(outcomes("testNull", 8), [...above, 1, OUT_OF_BOUNDS]);
      assertEquals(outcomes("branch", 8), [...above, 0, OUT_OF_BOUNDS]);
      assertEquals(outcomes("mixed", 5), [Number(i < 2), 0, 0, 0, OUT_OF_BOUNDS]);
    }
    const no = "illegal cast";
    assertEquals([0, 1, 2, 3, 4].map((i) => outcome("cast", i)), [0, no, no, no, OUT_OF_BOUNDS]);
    assertEquals([0, 1, 2, 3, 4].map((i) => outcome("castNull", i)), [0, no, 1, no, OUT_OF_BOUNDS]);
  }
});

Deno.test("a null that tests and casts let pass traps where a field is read", () => {
  const f = exportsOf(`(module
    (type $shape (sub (struct (field $id i32) (field $big i64))))
    (type $circle (sub $shape (struct (field $id i32) (field $big i64) (field $radius i32))))
    (type $square (sub $shape (struct (field $id i32) (field $big i64) (field $side i32) (field i32))))
    (func (export "circle") (param i32) (result (ref $shape))
      (struct.new $circle (local.get 0) (i64.const -2) (i32.const 20)))
    (func (export "square") (param i32) (result (ref $shape))
      (struct.new $square (local.get 0) (i64.const -3) (i32.const 30) (i32.const 0)))

    (func $cast (export "cast") (param $shape (ref null $shape)) (result i32)
      (local $square (ref null $square))
      (if (ref.test (ref $circle) (local.get $shape))
        (then (return (struct.get $circle $radius (ref.cast (ref null $circle) (local.get $shape))))))
      (local.set $square (ref.cast (ref null $square) (local.get $shape)))
      (i32.add (struct.get $square $side (local.get $square)) (struct.get $shape $id (local.get $square))))
    (func (export "read of the cast") (param $shape (ref null $shape)) (result i32)
      (if (ref.test (ref $circle) (local.get $shape)) (then (return (i32.const 20))))
      (struct.get $square $side (ref.cast (ref null $square) (local.get $shape))))
    (func (export "i64") (param $shape (ref null $shape)) (result i64)
      (if (ref.test (ref $circle) (local.get $shape)) (then (return (i64.const 20))))
      (struct.get $shape $big (local.get $shape)))
    (func (export "branch") (param $shape (ref null $shape)) (result i32)
      (block $circle (result (ref $circle))
        (return (struct.get $shape $id
          (br_on_cast $circle (ref null $shape) (ref $circle) (local.get $shape)))))
      (struct.get $circle $radius))
    (func (export "branch on failure") (param $shape (ref null $shape)) (result i32)
      (block $other (result (ref null $shape))
        (return (struct.get $circle $radius
          (br_on_cast_fail $other (ref null $shape) (ref $circle) (local.get $shape)))))
      (struct.get $shape $id))
    (func (export "replaced") (param $shape (ref null $shape)) (param $other (ref null $shape)) (result i32)
      (drop (ref.test (ref $circle) (local.get $shape)))
      (local.set $shape (local.get $other))
      (struct.get $shape $id (local.get $shape)))
    (func (export "hot") (param $a (ref null $shape)) (param $b (ref null $shape)) (result i32)
      (local $n i32) (local $sum i32)
      (local.set $n (i32.const 100000))
      (loop $again
        (local.set $sum (i32.add (local.get $sum) (i32.add (call $cast (local.get $a)) (call $cast (local.get $b)))))
        (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
      (local.get $sum)))`);
  const circle = f.circle(1), square = f.square(2);
  const reads = ["cast", "read of the cast", "i64", "branch", "branch on failure"];
  const readBoth = () => reads.map((read) => [f[read](circle), f[read](square)]);
  const values = [[20, 32], [20, 30], [20n, -3n], [20, 2], [20, 2]];
  assertEquals(readBoth(), values);
  assertEquals(f.hot(circle, square), 5200000);
  for (const read of reads) assertThrows(() => f[read](null), RuntimeError, NULL);
  assertThrows(() => f.hot(square, null), RuntimeError, NULL);
  assertEquals(readBoth(), values);
  assertEquals(f.replaced(null, square), 2);
  assertThrows(() => f.replaced(circle, null), RuntimeError, NULL);
});

Deno.test("TypeErrors of JavaScript are no traps", () => {
  for (const source of ["null.f0", "undefined[3]", "null.length", "null.code"]) {
    const f = exportsOf(`(module (import "js" "f" (func $f)) (func (export "f") (call $f)))`, {
      js: { f: new Function(`return ${source}`) },
    });
    assertThrows(() => f.f(), TypeError);
  }
});

Deno.test("array.new_fixed takes its operands in order", () => {
  const f = exportsOf(`(module
    (type $a (array i64))
    (func $get (param (ref $a) i32) (result i64) (array.get $a (local.get 0) (local.get 1)))
    (func (export "f") (param i32) (result i64)
      (call $get (array.new_fixed $a 3 (i64.const 1) (i64.const -2) (i64.const 0x300000000)) (local.get 0))))`);
  assertEquals([f.f(0), f.f(1), f.f(2)], [1n, -2n, 0x300000000n]);
  assertThrows(() => f.f(3), RuntimeError, OUT_OF_BOUNDS);
});

Deno.test("operands of struct.set and array.set come before the null trap", () => {
  const log: number[] = [];
  const f = exportsOf(
    `(module
      (import "js" "log" (func $log (param i32) (result i32)))
      (type $s (struct (field (mut i32)) (field (mut i64))))
      (type $a (array (mut i32)))
      (func (export "struct") (struct.set $s 0 (ref.null $s) (call $log (i32.const 1))))
      (func (export "wide") (struct.set $s 1 (ref.null $s) (i64.extend_i32_s (call $log (i32.const 2)))))
      (func (export "set") (array.set $a (ref.null $a) (call $log (i32.const 3)) (call $log (i32.const 4))))
      (func (export "get") (drop (array.get $a (ref.null $a) (call $log (i32.const 5))))))`,
    { js: { log: (n: number) => (log.push(n), n) } },
  );
  for (const name of ["struct", "wide", "set", "get"]) assertThrows(() => f[name](), RuntimeError, NULL);
  assertEquals(log, [1, 2, 3, 4, 5]);
});

Deno.test("a field is read before a later write to it", () => {
  const f = exportsOf(`(module
    (type $s (struct (field (mut i32))))
    (type $a (array (mut i32)))
    (func (export "struct") (result i32) (local $s (ref null $s))
      (local.set $s (struct.new $s (i32.const 1)))
      (struct.get $s 0 (local.get $s))
      (struct.set $s 0 (local.get $s) (i32.const 10))
      (i32.sub (struct.get $s 0 (local.get $s))))
    (func (export "array") (result i32) (local $a (ref null $a))
      (local.set $a (array.new $a (i32.const 1) (i32.const 1)))
      (array.get $a (local.get $a) (i32.const 0))
      (array.set $a (local.get $a) (i32.const 0) (i32.const 10))
      (i32.sub (array.get $a (local.get $a) (i32.const 0))))
    (func (export "fill") (result i32) (local $a (ref null $a))
      (local.set $a (array.new $a (i32.const 1) (i32.const 1)))
      (array.get $a (local.get $a) (i32.const 0))
      (array.fill $a (local.get $a) (i32.const 0) (i32.const 10) (i32.const 1))
      (i32.sub (array.get $a (local.get $a) (i32.const 0)))))`);
  assertEquals([f.struct(), f.array(), f.fill()], [-9, -9, -9]);
});

Deno.test("a typed select of a null is nullable, whichever operand is not", () => {
  const f = exportsOf(`(module
    (type $s (struct (field i32)))
    (func (export "f") (param i32) (result i32)
      (struct.get $s 0
        (select (result (ref null $s)) (struct.new $s (i32.const 7)) (ref.null $s) (local.get 0)))))`);
  assertEquals(f.f(1), 7);
  assertThrows(() => f.f(0), RuntimeError, NULL);
});

Deno.test("call_ref calls functions of subtypes, and traps on null after its arguments", () => {
  let calls = 0;
  const f = exportsOf(
    `(module
      (import "js" "f" (func $count (result i32)))
      (type $base (sub (func (param i32) (result anyref))))
      (type $below (sub $base (func (param i32) (result i31ref))))
      (func $i31 (type $below) (ref.i31 (local.get 0)))
      (elem declare func $i31)
      (func (export "f") (result i32)
        (i31.get_s (ref.cast i31ref (call_ref $base (i32.const -3) (ref.func $i31)))))
      (func (export "null") (drop (call_ref $base (call $count) (ref.null $base)))))`,
    { js: { f: () => ++calls } },
  );
  assertEquals(f.f(), -3);
  assertThrows(() => f.null(), RuntimeError, NULL);
  assertEquals(calls, 1);
});

Deno.test("structs and arrays cross to JavaScript and back as the same objects", () => {
  const f = exportsOf(`(module
    (type $s (struct (field i32)))
    (global $s (export "s") (ref $s) (struct.new $s (i32.const 5)))
    (table (export "t") 1 structref)
    (func (export "get") (result (ref $s)) (global.get $s))
    (func (export "extern") (result externref) (extern.convert_any (global.get $s)))
    (func (export "field") (param (ref $s)) (result i32) (struct.get $s 0 (local.get 0)))
    (func (export "is") (param eqref) (result i32) (ref.eq (local.get 0) (global.get $s)))
    (func (export "isExtern") (param externref) (result i32)
      (ref.test (ref $s) (any.convert_extern (local.get 0)))))`);
  const s = f.get();
  assertStrictEquals(f.get(), s);
  assertStrictEquals(f.extern(), s);
  assertStrictEquals((f.s as unknown as WebAssembly.Global).value, s);
  const table = f.t as unknown as WebAssembly.Table;
  table.set(0, s);
  assertStrictEquals(table.get(0), s);
  assertEquals([f.field(s), f.is(s), f.isExtern(s), f.isExtern({}), f.isExtern(null)], [5, 1, 1, 0, 0]);
  assertEquals(Object.keys(s), []);
});

Deno.test("internal types take only what they should from JavaScript", () => {
  const f = exportsOf(`(module
    (type $s (struct (field i32)))
    (type $other (struct (field i64)))
    (type $a (array i32))
    (func (export "struct") (result (ref $s)) (struct.new_default $s))
    (func (export "array") (result (ref $a)) (array.new_default $a (i32.const 1)))
    (func (export "any") (param anyref) (result anyref) (local.get 0))
    (func (export "eq") (param eqref) (result eqref) (local.get 0))
    (func (export "i31") (param i31ref) (result i31ref) (local.get 0))
    (func (export "structs") (param structref) (result structref) (local.get 0))
    (func (export "arrays") (param arrayref) (result arrayref) (local.get 0))
    (func (export "s") (param (ref $s)))
    (func (export "other") (param (ref null $other))))`);
  const [struct, array] = [f.struct(), f.array()];
  const takes = (name: string, value: unknown) => {
    try {
      return f[name](value) === value;
    } catch (error) {
      assert(error instanceof TypeError);
      return false;
    }
  };
  const values = [null, 7, 2 ** 30, "text", {}, struct, array];
  const table = Object.fromEntries(
    ["any", "eq", "i31", "structs", "arrays"].map((
      name,
    ) => [name, values.map((value) => takes(name, value))]),
  );
  assertEquals(table, {
    any: [true, true, true, true, true, true, true],
    eq: [true, true, false, false, false, true, true],
    i31: [true, true, false, false, false, false, false],
    structs: [true, false, false, false, false, true, false],
    arrays: [true, false, false, false, false, false, true],
  });
  assertThrows(() => f.s(null), TypeError);
  assertThrows(() => f.s(array), TypeError);
  assertThrows(() => f.other(struct), TypeError);
  f.s(struct);
  f.other(null);
});

Deno.test("globals and tables of internal types convert their values", () => {
  const global = new Global({ value: "anyref" as never, mutable: true }, "text");
  assertEquals(global.value, "text");
  global.value = 5;
  assertEquals(global.value, 5);
  const table = new Table({ element: "i31ref" as never, initial: 2 });
  table.set(1, -7);
  assertEquals([table.get(0), table.get(1)], [null, -7]);
  assertThrows(() => table.set(0, 0.5), TypeError);
});

Deno.test("a struct of one module is one of another that declares the same type, but not of another engine's", () => {
  const types = `(rec
    (type $s (sub (struct (field i32) (field (ref null $s)))))
    (type $t (sub final $s (struct (field i32) (field (ref null $s))))))`;
  const maker = `(module ${types}
    (func (export "make") (result anyref) (struct.new $t (i32.const 3) (ref.null $s))))`;
  const user = exportsOf(`(module ${types}
    (func (export "get") (param anyref) (result i32) (struct.get $s 0 (ref.cast (ref $s) (local.get 0)))))`);
  assertEquals(user.get(exportsOf(maker).make()), 3);
  const { Instance, Module } = new Engine().WebAssembly;
  const { make } = new Instance(new Module(watToWasm(maker))).exports as unknown as { make(): unknown };
  assertThrows(() => user.get(make()), RuntimeError, "illegal cast");
});

Deno.test("segments fill arrays until they are dropped", () => {
  const f = exportsOf(`(module
    (type $bytes (array (mut i8)))
    (type $longs (array (mut i64)))
    (type $functions (array (mut funcref)))
    (data $d "\\01\\02\\03\\04\\05\\06\\07\\88\\ff")
    (elem $e func $f)
    (func $f (export "f"))
    (func (export "byte") (param i32 i32) (result i32)
      (array.get_u $bytes (array.new_data $bytes $d (local.get 0) (i32.const 2)) (local.get 1)))
    (func (export "long") (param i32) (result i64)
      (array.get $longs (array.new_data $longs $d (local.get 0) (i32.const 1)) (i32.const 0)))
    (func (export "function") (param i32) (result funcref)
      (array.get $functions (array.new_elem $functions $e (i32.const 0) (local.get 0)) (i32.const 0)))
    (func (export "drop") (data.drop $d) (elem.drop $e)))`);
  assertEquals([f.byte(0, 1), f.byte(7, 0), f.byte(7, 1)], [2, 0x88, 0xff]);
  const signed = (bits: bigint) => BigInt.asIntN(64, bits);
  assertEquals([f.long(0), f.long(1)], [0x8807060504030201n, 0xff88070605040302n].map(signed));
  assertStrictEquals(f.function(1), f.f);
  assertThrows(() => f.byte(8, 0), RuntimeError, "data segment out of bounds");
  assertThrows(() => f.function(2), RuntimeError, "element segment out of bounds");
  f.drop();
  assertThrows(() => f.byte(0, 0), RuntimeError, "data segment out of bounds");
  assertThrows(() => f.function(1), RuntimeError, "element segment out of bounds");
});

Deno.test("array.copy reports a range outside of the target before a null source", () => {
  const { copy } = exportsOf(`(module
    (type $a (array (mut i32)))
    (func (export "copy") (param $index i32)
      (array.copy $a $a (array.new_default $a (i32.const 4)) (local.get $index) (ref.null $a) (i32.const 0)
        (i32.const 1))))`);
  assertThrows(() => copy(9), RuntimeError, OUT_OF_BOUNDS);
  assertThrows(() => copy(0), RuntimeError, NULL);
});

Deno.test("what follows a cast of an i31 constant that never succeeds compiles", () => {
  const { run } = exportsOf(`(module
    (type $s (struct (field (mut i32))))
    (type $a (array (mut i32)))
    (global $g (mut i32) (i32.const 0))
    (func (export "run") (param $case i32) (result i32)
      (block $failed (result anyref)
        (if (i32.eq (local.get $case) (i32.const 0)) (then
          (struct.set $s 0 (br_on_cast_fail $failed anyref (ref $s) (ref.i31 (i32.const 7))) (i32.const 1))))
        (if (i32.eq (local.get $case) (i32.const 1)) (then (global.set $g
          (struct.get $s 0 (br_on_cast_fail $failed anyref (ref $s) (ref.i31 (i32.const 7)))))))
        (global.set $g (array.len (br_on_cast_fail $failed anyref (ref $a) (ref.i31 (i32.const 7)))))
        (unreachable))
      (i31.get_s (ref.cast (ref i31)))))`);
  assertEquals([run(0), run(1), run(2)], [7, 7, 7]);
});

Deno.test("the host collects structs and arrays that nobody holds", () => {
  const f = exportsOf(`(module
    (type $ints (array (mut i32)))
    (type $list (struct (field (ref null $list)) (field (ref $ints))))
    (func (export "allocate") (param $n i32) (param $length i32) (result i32)
      (local $list (ref null $list))
      (loop $again
        ;; lists of up to 1,000 arrays
        (if (i32.eqz (i32.rem_u (local.get $n) (i32.const 1000)))
          (then (local.set $list (ref.null $list))))
        (local.set $list
          (struct.new $list (local.get $list) (array.new $ints (local.get $n) (local.get $length))))
        (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
      (array.get $ints (struct.get $list 1 (local.get $list)) (i32.const 99))))`);
  // 30 GB in arrays of 1 MB, 3 GB in short ones
  assertEquals(f.allocate(30_000, 250_000), 1);
  assertEquals(f.allocate(4_000_000, 100), 1);
});

Deno.test("new objects are all different, even in a loop", () => {
  const f = exportsOf(`(module
    (type $s (struct))
    (func (export "new") (result structref) (struct.new $s))
    (func (export "same") (result i32) (local $s structref)
      (local.set $s (struct.new $s))
      (ref.eq (local.get $s) (local.get $s)))
    (func (export "different") (result i32) (ref.eq (struct.new $s) (struct.new $s))))`);
  assertNotStrictEquals(f.new(), f.new());
  assertEquals([f.same(), f.different()], [1, 0]);
});

Deno.test("a struct may have 10,000 fields", () => {
  const text = `(module
    (type $s (struct ${"(field (mut i32))".repeat(10_000)}))
    (func (export "f") (result i32) (local $s (ref null $s))
      (local.set $s (struct.new_default $s))
      (struct.set $s 9999 (local.get $s) (i32.const 7))
      (struct.get $s 9999 (local.get $s))))`;
  new Module(watToWasm(text));
  assertEquals(exportsOf(text).f(), 7);
});

for (const type of ["externref", "(ref extern)"]) {
  Deno.test(`undefined is an element of an array of ${type}`, () => {
    const f = exportsOf(`(module
      (type $a (array (mut ${type})))
      (func (export "new") (param ${type} i32) (result (ref $a)) (array.new $a (local.get 0) (local.get 1)))
      (func (export "get") (param (ref $a) i32) (result ${type}) (array.get $a (local.get 0) (local.get 1)))
      (func (export "set") (param (ref $a) i32 ${type})
        (array.set $a (local.get 0) (local.get 1) (local.get 2)))
      (func (export "nulls") (param (ref $a) i32) (result i32) (local $i i32) (local $nulls i32)
        (loop $next
          (if (ref.is_null (array.get $a (local.get 0) (local.get $i)))
            (then (local.set $nulls (i32.add (local.get $nulls) (i32.const 1)))))
          (local.set $i (i32.add (local.get $i) (i32.const 1)))
          (br_if $next (i32.lt_u (local.get $i) (local.get 1))))
        (local.get $nulls)))`);
    const array = f.new(undefined, 2);
    assertEquals([f.get(array, 0), f.get(array, 1), f.nulls(array, 2)], [undefined, undefined, 0]);
    f.set(array, 1, "x");
    f.set(array, 0, undefined);
    assertEquals([f.get(array, 0), f.get(array, 1)], [undefined, "x"]);
    for (const index of [2, -1, -(2 ** 31)]) {
      assertThrows(() => f.get(array, index), RuntimeError, OUT_OF_BOUNDS);
      assertThrows(() => f.set(array, index, undefined), RuntimeError, OUT_OF_BOUNDS);
    }
    assertThrows(() => f.nulls(array, 3), RuntimeError, OUT_OF_BOUNDS);
  });
}
