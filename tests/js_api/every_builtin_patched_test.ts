import { assertEquals } from "@std/assert";
import { Engine } from "../../lib/js_api/engine.ts";
import { watToWasm } from "../../lib/text/wat.ts";

/** Something of everything that compiled code does. */
const MODULE = `(module
  (import "env" "id" (func $id (param i32) (result i32)))
  (import "env" "id" (func $idl (param i64) (result i64)))
  (import "env" "id" (func $ide (param externref) (result externref)))
  (import "env" "id" (func $idfn (param funcref) (result funcref)))
  (import "env" "id" (func $idf (param f32) (result f32)))
  (import "env" "five" (func $obj (result i32)))
  (import "env" "two" (func $two (result i32 i64)))
  (import "env" "thrower" (func $thrower))
  (import "env" "mem" (memory $sh 1 4 shared))
  (import "env" "g" (global $g (mut i64)))
  (import "env" "tag" (tag $tag (param i32)))
  (import "wasm:js-string" "concat" (func $concat (param externref externref) (result (ref extern))))
  (import "wasm:js-string" "charCodeAt" (func $cca (param externref i32) (result i32)))
  (import "wasm:js-string" "substring" (func $sub (param externref i32 i32) (result (ref extern))))
  (import "wasm:js-string" "equals" (func $eqs (param externref externref) (result i32)))
  (import "wasm:js-string" "compare" (func $cmps (param externref externref) (result i32)))
  (import "wasm:js-string" "fromCharCode" (func $fcc (param i32) (result (ref extern))))
  (import "wasm:js-string" "fromCodePoint" (func $fcp (param i32) (result (ref extern))))
  (import "wasm:js-string" "codePointAt" (func $cpa (param externref i32) (result i32)))
  (import "wasm:js-string" "length" (func $slen (param externref) (result i32)))
  (type $a16 (array (mut i16)))
  (import "wasm:js-string" "fromCharCodeArray" (func $fcca (param (ref null $a16) i32 i32) (result (ref extern))))
  (import "wasm:js-string" "intoCharCodeArray" (func $icca (param externref (ref null $a16) i32) (result i32)))
  (memory $m (export "memory") 1 10)
  (memory $m64 i64 1 10)
  (table $t (export "table") 4 20 funcref)
  (table $te (export "tablee") 4 20 externref)
  (type $s (struct (field (mut i32)) (field (mut i64)) (field (mut f32))))
  (type $s2 (sub (struct (field i32))))
  (type $s3 (sub $s2 (struct (field i32) (field (ref null any)))))
  (type $a8 (array (mut i8))) (type $a32 (array (mut i32))) (type $a64 (array (mut i64))) (type $aref (array (mut anyref)))
  (type $fi (func (param i32) (result i32)))
  (data $d "hello world hello world hello world") (elem $e func $inc $dec)
  (elem declare func $inc $dec $inc2)
  (elem (table $t) (i32.const 0) func $inc $dec $inc2)
  (tag $own (param i32 i64)) (tag $none)
  (func $inc (type $fi) (i32.add (local.get 0) (i32.const 1)))
  (func $inc2 (param i64) (result i64) (i64.add (local.get 0) (i64.const 1)))
  (func $dec (type $fi) (i32.sub (local.get 0) (i32.const 1)))
  (func (export "imports") (param i32) (result i32) (i32.add (call $obj) (call $id (local.get 0))))
  (func (export "i64id") (param i64) (result i64) (call $idl (local.get 0)))
  (func (export "f32id") (param f32) (result f32) (call $idf (local.get 0)))
  (func (export "two") (result i32 i64) (call $two))
  (func (export "ext") (param externref) (result externref) (call $ide (local.get 0)))
  (func (export "fnid") (result i32) (ref.is_null (call $idfn (ref.func $inc))))
  (func (export "throws") (call $thrower))
  (func (export "loads") (param i32) (result i32)
    (i32.add (i32.load $m (local.get 0)) (i32.add (i32.load8_s $m (local.get 0)) (i32.add (i32.load16_u $m (local.get 0)) (i32.trunc_f64_s (f64.load $m (local.get 0)))))))
  (func (export "stores") (param i32) (i32.store (local.get 0) (i32.const 77)) (i64.store (local.get 0) (i64.const 5)) (f32.store (local.get 0) (f32.const 1.5)) (i32.store8 (local.get 0) (i32.const 7)))
  (func (export "mem64") (param i64) (result i64) (i64.store $m64 (local.get 0) (i64.const 5)) (i64.load $m64 (local.get 0)))
  (func (export "shload") (param i32) (result i32) (i32.store $sh (local.get 0) (i32.const 5)) (i32.load $sh (local.get 0)))
  (func (export "atomics") (param i32) (result i32)
    (i32.atomic.store $sh (local.get 0) (i32.const 5))
    (drop (i32.atomic.rmw.add $sh (local.get 0) (i32.const 5)))
    (drop (i32.atomic.rmw.cmpxchg $sh (local.get 0) (i32.const 10) (i32.const 11)))
    (drop (i64.atomic.rmw.add $sh (local.get 0) (i64.const 5)))
    (drop (i32.atomic.rmw8.xchg_u $sh (local.get 0) (i32.const 5)))
    (drop (memory.atomic.notify $sh (local.get 0) (i32.const 5)))
    (drop (i64.atomic.load $sh (local.get 0)))
    (i32.atomic.load $sh (local.get 0)))
  (func (export "atomicwait") (param i32) (result i32) (memory.atomic.wait32 $sh (local.get 0) (i32.const 123) (i64.const 10)))
  (func (export "bulk") (param i32) (result i32)
    (memory.fill $m (local.get 0) (i32.const 1) (i32.const 100)) (memory.copy $m $m (i32.const 5) (local.get 0) (i32.const 100))
    (memory.init $m $d (i32.const 200) (i32.const 0) (i32.const 10)) (memory.copy $m $sh (i32.const 0) (local.get 0) (i32.const 100))
    (i32.load $m (i32.const 203)))
  (func (export "grow") (param i32) (result i32) (memory.grow $m (local.get 0)))
  (func (export "growsh") (param i32) (result i32) (memory.grow $sh (local.get 0)))
  (func (export "tables") (param i32) (result i32)
    (table.set $t (i32.const 3) (ref.func $inc)) (table.fill $te (i32.const 0) (ref.null extern) (i32.const 3)) (table.copy $t $t (i32.const 1) (i32.const 0) (i32.const 1))
    (table.init $t $e (i32.const 2) (i32.const 0) (i32.const 2))
    (drop (table.grow $te (ref.null extern) (i32.const 1)))
    (i32.add (call_indirect $t (type $fi) (i32.const 5) (local.get 0)) (table.size $te)))
  (func (export "callref") (param i32) (result i32) (call_ref $fi (i32.const 4) (if (result (ref $fi)) (local.get 0) (then (ref.func $inc)) (else (ref.func $dec)))))
  (func (export "gc") (param i32) (result i32) (local $x (ref null $s))
    (local.set $x (struct.new $s (local.get 0) (i64.const 4) (f32.const 3)))
    (struct.set $s 0 (local.get $x) (i32.const 3))
    (i32.add (struct.get $s 0 (local.get $x)) (i32.wrap_i64 (struct.get $s 1 (local.get $x)))))
  (func (export "gcnull") (result i32) (struct.get $s 0 (ref.null $s)))
  (func (export "casts") (param i32) (result i32) (local $x anyref)
    (local.set $x (if (result anyref) (local.get 0) (then (struct.new $s2 (i32.const 3))) (else (if (result anyref) (i32.eqz (local.get 0)) (then (struct.new $s3 (i32.const 3) (ref.null any))) (else (ref.i31 (i32.const 5)))))))
    (i32.add (ref.test (ref $s3) (local.get $x)) (i32.add (ref.test (ref i31) (local.get $x)) (struct.get $s2 0 (ref.cast (ref $s2) (local.get $x))))))
  (func (export "badcast") (result i32) (struct.get $s2 0 (ref.cast (ref $s2) (ref.i31 (i32.const 3)))))
  (func (export "arrays") (param i32) (result i32) (local $a (ref $a32)) (local $b (ref $a8)) (local $c (ref $a64)) (local $d (ref $aref))
    (local.set $a (array.new $a32 (i32.const 3) (local.get 0))) (local.set $b (array.new_default $a8 (local.get 0))) (local.set $c (array.new $a64 (i64.const 3) (local.get 0)))
    (local.set $d (array.new $aref (ref.i31 (i32.const 3)) (local.get 0)))
    (array.fill $a32 (local.get $a) (i32.const 0) (i32.const 9) (i32.const 2))
    (array.copy $a32 $a32 (local.get $a) (i32.const 0) (local.get $a) (i32.const 1) (i32.const 2))
    (array.copy $aref $aref (local.get $d) (i32.const 0) (local.get $d) (i32.const 1) (i32.const 2))
    (array.init_data $a8 $d (local.get $b) (i32.const 0) (i32.const 0) (i32.const 3))
    (i32.add (array.get $a32 (local.get $a) (i32.const 1)) (i32.add (array.get_u $a8 (local.get $b) (i32.const 1)) (i32.wrap_i64 (array.get $a64 (local.get $c) (i32.const 2))))))
  (func (export "arroob") (param i32) (result i32) (array.get $a32 (array.new $a32 (i32.const 3) (i32.const 3)) (local.get 0)))
  (func (export "exc") (param i32) (result i32)
    (block $h (result i32 i64) (try_table (catch $own $h) (throw $own (local.get 0) (i64.const 4))) (unreachable)) (i32.wrap_i64) (i32.add))
  (func (export "excout") (param i32) (throw $tag (local.get 0)))
  (func (export "excown") (param i32) (throw $own (local.get 0) (i64.const 3)))
  (func (export "excjs") (param i32) (result i32)
    (block $h (try_table (catch_all $h) (call $thrower)) (return (i32.const 0))) (i32.const 1))
  (func (export "tail") (param i32) (result i32) (if (result i32) (local.get 0) (then (return_call $tail2 (i32.sub (local.get 0) (i32.const 1)))) (else (i32.const 7))))
  (func $tail2 (param i32) (result i32) (return_call_indirect $t (type $fi) (local.get 0) (i32.const 0)))
  (func (export "i64s") (param i64 i64) (result i64) (i64.add (i64.mul (local.get 0) (local.get 1)) (i64.add (i64.div_s (local.get 0) (local.get 1)) (i64.add (i64.rem_u (local.get 0) (local.get 1)) (i64.shl (local.get 0) (i64.rotl (local.get 1) (i64.clz (local.get 0))))))))
  (func (export "floats") (param f64 f64) (result f64) (f64.add (f64.sqrt (local.get 0)) (f64.add (f64.nearest (local.get 1)) (f64.add (f64.min (local.get 0) (local.get 1)) (f64.copysign (f64.trunc (local.get 0)) (f64.ceil (local.get 1)))))))
  (func (export "conv") (param f64) (result i64) (i64.add (i64.trunc_sat_f64_s (local.get 0)) (i64.add (i64.trunc_f64_u (local.get 0)) (i64.add (i64.reinterpret_f64 (local.get 0)) (i64.extend_i32_s (i32.reinterpret_f32 (f32.demote_f64 (local.get 0))))))))
  (func (export "conv2") (param i64) (result f64) (f64.add (f64.convert_i64_u (local.get 0)) (f64.promote_f32 (f32.convert_i64_s (local.get 0)))))
  (func (export "bits") (param i32) (result i32) (i32.add (i32.popcnt (local.get 0)) (i32.add (i32.ctz (local.get 0)) (i32.rotr (local.get 0) (i32.clz (local.get 0))))))
  (func (export "simd") (param i32) (result i32) (i32x4.extract_lane 2 (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (i16x8.mul (i32x4.splat (local.get 0)) (v128.load $m (i32.const 16))) (f32x4.sqrt (f32x4.convert_i32x4_s (i8x16.popcnt (i32x4.splat (local.get 0))))))))
  (func (export "strs") (param externref externref) (result i32)
    (drop (call $concat (local.get 0) (local.get 1)))
    (i32.add (call $cca (local.get 0) (i32.const 0)) (i32.add (call $eqs (local.get 0) (local.get 1)) (i32.add (call $cmps (local.get 0) (local.get 1))
     (i32.add (call $slen (call $sub (local.get 0) (i32.const 0) (i32.const 2))) (i32.add (call $slen (call $fcc (i32.const 65))) (i32.add (call $cpa (call $fcp (i32.const 0x10001)) (i32.const 0))
      (call $slen (call $fcca (array.new $a16 (i32.const 66) (i32.const 40)) (i32.const 0) (call $icca (local.get 0) (array.new $a16 (i32.const 66) (i32.const 40)) (i32.const 3)))))))))))
  (func (export "stroob") (param externref) (result i32) (call $cca (local.get 0) (i32.const 1000)))
  (func (export "strbad") (param externref) (result i32) (call $slen (local.get 0)))
  (func (export "globals") (param i64) (result i64) (global.set $g (local.get 0)) (global.get $g))
  (func (export "trapdiv") (param i32) (result i32) (i32.div_s (i32.const 1) (local.get 0)))
  (func (export "trapdiv64") (param i64) (result i64) (i64.div_s (i64.const 1) (local.get 0)))
  (func (export "unreach") (unreachable))
  (func (export "indirectbad") (param i32) (result i32) (call_indirect $t (type $fi) (i32.const 5) (local.get 0)))
  (func (export "extern") (param externref) (result i32) (ref.test (ref i31) (any.convert_extern (local.get 0))))
  (func $rec (export "overflow") (param i32) (result i32) (i32.add (call $rec (local.get 0)) (i32.const 1)))
)`;

/** What the functions are called with; those left out have no parameters. */
const CALLS: Readonly<Record<string, readonly (readonly unknown[])[]>> = {
  imports: [[1], [2]],
  i64id: [[5n], [-7n]],
  f32id: [[1.5]],
  ext: [[1], ["x"]],
  loads: [[0], [8], [-1], [70000]],
  stores: [[0], [16], [65535]],
  mem64: [[8n], [1000000n], [-1n]],
  shload: [[0], [8], [-1]],
  atomics: [[0], [8], [3], [-8]],
  atomicwait: [[0], [8]],
  bulk: [[0], [300], [65530]],
  grow: [[0], [1]],
  growsh: [[0], [1]],
  tables: [[0], [3], [1]],
  callref: [[0], [1]],
  gc: [[1], [4]],
  casts: [[0], [1]],
  arrays: [[4], [30]],
  arroob: [[1], [3], [-1]],
  exc: [[1], [4]],
  excout: [[1], [4]],
  excown: [[1]],
  excjs: [[1]],
  tail: [[0], [3]],
  i64s: [[5n, 3n], [-5n, 7n]],
  floats: [[1.5, 2.5], [-0.5, 7]],
  conv: [[1.5], [100000]],
  conv2: [[5n], [-1n]],
  bits: [[5], [-1]],
  simd: [[5], [7]],
  strs: [["ab", "ab"], ["abc", "abd"]],
  stroob: [["ab"]],
  strbad: [[4]],
  globals: [[5n]],
  trapdiv: [[0], [1]],
  trapdiv64: [[0n], [1n]],
  indirectbad: [[0], [100], [-1]],
  extern: [[5], ["x"], [1.5]],
  overflow: [[1]],
};

/** Builtins, and everything that can be reached from them. */
const ROOTS = [
  "Object Function Array String Number Boolean Symbol BigInt Math JSON Reflect Map Set WeakMap WeakSet WeakRef",
  "FinalizationRegistry Promise Proxy RegExp Date Error TypeError RangeError ArrayBuffer SharedArrayBuffer",
  "DataView Int8Array Uint8Array Int16Array Uint16Array Int32Array Uint32Array Float32Array Float64Array",
  "BigInt64Array BigUint64Array Atomics Iterator",
].join(" ").split(" ");

interface Builtin {
  readonly holder: object;
  readonly key: PropertyKey;
  readonly property: PropertyDescriptor;
  readonly path: string;
}

/** The functions and accessors of the language that JavaScript can replace, without V8's hook for stack traces. */
function replaceableBuiltins(): Builtin[] {
  const found: Builtin[] = [];
  const seen = new Set<unknown>([globalThis]);
  const visit = (holder: unknown, path: string): void => {
    if (typeof holder !== "object" && typeof holder !== "function" || holder === null || seen.has(holder)) {
      return;
    }
    seen.add(holder);
    for (const key of Reflect.ownKeys(holder)) {
      const property = Reflect.getOwnPropertyDescriptor(holder, key)!;
      const builtin = { holder, key, property, path: `${path}.${String(key)}` };
      const replaceable = property.configurable && key !== "constructor" &&
        key !== "prepareStackTrace" &&
        (typeof property.value === "function" || property.get !== undefined);
      if (replaceable) found.push(builtin);
      visit(property.value, builtin.path);
    }
    visit(Object.getPrototypeOf(holder), `${path}.__proto__`);
  };
  for (const key of ROOTS) {
    const property = Reflect.getOwnPropertyDescriptor(globalThis, key);
    if (property === undefined) continue;
    found.push({ holder: globalThis, key, property, path: key });
    visit(property.value, key);
  }
  visit([][Symbol.iterator](), "an array iterator");
  visit(new Map()[Symbol.iterator](), "a map iterator");
  visit(""[Symbol.iterator](), "a string iterator");
  return found;
}

type Exported = (...args: readonly unknown[]) => unknown;

/** What running code may use: the language itself iterates several results. */
const USED_BY_THE_LANGUAGE = ["two: Array.prototype.Symbol(Symbol.iterator)"];

Deno.test("compiled code that has run before uses no builtin that JavaScript can replace", () => {
  const { WebAssembly } = new Engine();
  const env = {
    id: (value: unknown) => value,
    five: () => ({ valueOf: () => 5 }),
    two: () => [1, 2n],
    thrower() {
      throw null;
    },
    mem: new WebAssembly.Memory({ initial: 1, maximum: 4, shared: true }),
    g: new WebAssembly.Global({ value: "i64", mutable: true }, 5n),
    tag: new WebAssembly.Tag({ parameters: ["i32"] }),
  };
  const module = new WebAssembly.Module(watToWasm(MODULE), { builtins: ["js-string"] });
  const { exports } = new WebAssembly.Instance(module, { env });
  const calls: { name: string; run: Exported; args: readonly unknown[] }[] = [];
  for (const [name, run] of Object.entries(exports)) {
    if (typeof run !== "function") continue;
    for (const args of CALLS[name] ?? [[]]) calls.push({ name, run: run as Exported, args });
  }
  const outcome = (index: number): unknown => {
    const { run, args } = calls[index];
    try {
      return args.length === 0 ? run() : args.length === 1 ? run(args[0]) : run(args[0], args[1]);
    } catch (error) {
      return error;
    }
  };
  for (let i = 0; i < calls.length; i++) outcome(i);

  const used: Record<string, true> = Object.create(null);
  let current = "";
  const builtins = replaceableBuiltins();
  const replacements = builtins.map(({ property, path }): PropertyDescriptor => {
    const replacement = () => {
      used[`${current}: ${path}`] = true;
      throw path;
    };
    return Object.assign(
      Object.create(null),
      "value" in property ? { value: replacement, writable: true } : { get: replacement },
      { configurable: true },
    );
  });
  const { defineProperty } = Reflect;
  for (let i = 0; i < builtins.length; i++) {
    defineProperty(builtins[i].holder, builtins[i].key, replacements[i]);
  }
  for (let i = 0; i < calls.length; i++) {
    current = calls[i].name;
    outcome(i);
  }
  for (let i = 0; i < builtins.length; i++) {
    defineProperty(builtins[i].holder, builtins[i].key, builtins[i].property);
  }
  assertEquals(Object.keys(used), USED_BY_THE_LANGUAGE);
});
