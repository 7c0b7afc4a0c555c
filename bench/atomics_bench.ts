/**
 * Atomic instructions on a shared memory, against the host's own engine, both in one process and in alternating rounds.
 * Prints each kernel's time per operation and the ratio.
 *
 * ```sh
 * deno run -A bench/atomics_bench.ts [KERNEL...]
 * deno bundle --platform deno -o dist/atomics.mjs bench/atomics_bench.ts && node dist/atomics.mjs
 * ```
 *
 * @module
 */

import process from "node:process";
import { Engine } from "../lib/js_api/engine.ts";
import { ALL_FEATURES } from "../lib/syntax/features.ts";
import { watToWasm } from "../lib/text/wat.ts";

/** A loop over `$n` down to 0 with the address `$p`, which stays within a KiB, and the sum `$s`. */
function loop(step: string): string {
  return `(loop $next
    (local.set $p (i32.and (i32.mul (local.get $n) (i32.const 8)) (i32.const 1016)))
    ${step}
    (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))`;
}

const add = (value: string) => `(local.set $s (i32.add (local.get $s) ${value}))`;
const add64 = (value: string) => `(local.set $w (i64.add (local.get $w) ${value}))`;

/** By name: the body of `(func (param $n i32) (result i32) (local $p i32) (local $s i32) (local $w i64))`. */
const KERNELS: Readonly<Record<string, string>> = {
  "i32.atomic.rmw.add": loop(add("(i32.atomic.rmw.add offset=4 (local.get $p) (local.get $n))")),
  "i32.atomic.rmw8.add_u": loop(add("(i32.atomic.rmw8.add_u (local.get $p) (local.get $n))")),
  "i32.atomic.rmw.cmpxchg": loop(
    add("(i32.atomic.rmw.cmpxchg (local.get $p) (local.get $s) (local.get $n))"),
  ),
  "i64.atomic.rmw.add": loop(
    add64("(i64.atomic.rmw.add (local.get $p) (i64.extend_i32_u (local.get $n)))"),
  ),
  "i64.atomic.rmw.cmpxchg": loop(
    add64("(i64.atomic.rmw.cmpxchg (local.get $p) (local.get $w) (i64.extend_i32_u (local.get $n)))"),
  ),
  "i32.atomic.store": loop("(i32.atomic.store offset=4 (local.get $p) (local.get $n))"),
  "i32.atomic.load": loop(add("(i32.atomic.load offset=4 (local.get $p))")),
  "i64.atomic.load": loop(add64("(i64.atomic.load (local.get $p))")),
  "spin lock": loop(`
    (block $locked
      (loop $try
        (br_if $locked (i32.eqz (i32.atomic.rmw.cmpxchg (i32.const 2048) (i32.const 0) (i32.const 1))))
        (br $try)))
    (i32.store offset=4096 (local.get $p) (i32.add (i32.load offset=4096 (local.get $p)) (local.get $n)))
    (i32.atomic.store (i32.const 2048) (i32.const 0))`),
  "queue": loop(`
    (i32.store offset=4096 (local.get $p) (local.get $n))
    (drop (i32.atomic.rmw.add (i32.const 2048) (i32.const 1)))
    (if (i32.gt_u (i32.atomic.load (i32.const 2048)) (i32.atomic.load (i32.const 2112)))
      (then
        ${add("(i32.load offset=4096 (local.get $p))")}
        (drop (i32.atomic.rmw.add (i32.const 2112) (i32.const 1)))))`),
};

const ITERATIONS = 500_000;
const ROUNDS = 9;

type Run = (n: number) => number;

/** The parts of a `WebAssembly` namespace that the benchmark uses. */
interface Namespace {
  readonly Module: new (bytes: BufferSource) => object;
  readonly Instance: new (module: object) => { readonly exports: object };
}

function instance({ Module, Instance }: Namespace, body: string): Run {
  const bytes = watToWasm(`(module
    (memory 1 1 shared)
    (func (export "run") (param $n i32) (result i32) (local $p i32) (local $s i32) (local $w i64)
      ${body}
      (i32.add (local.get $s) (i32.wrap_i64 (local.get $w)))))`);
  const { run } = new Instance(new Module(bytes as Uint8Array<ArrayBuffer>)).exports as { run: Run };
  return run;
}

function milliseconds(run: Run): number {
  const start = performance.now();
  run(ITERATIONS);
  return performance.now() - start;
}

/** Measures one kernel; the best round of each engine counts. */
function measure(name: string, body: string): number {
  const host = instance(globalThis.WebAssembly as unknown as Namespace, body);
  const own = instance(new Engine({ features: ALL_FEATURES }).WebAssembly as unknown as Namespace, body);
  if (host(1000) !== own(1000)) throw new Error(`${name}: results differ`);
  let hostTime = Infinity;
  let ownTime = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    hostTime = Math.min(hostTime, milliseconds(host));
    ownTime = Math.min(ownTime, milliseconds(own));
  }
  const nanoseconds = (time: number) => (time / ITERATIONS * 1e6).toFixed(2).padStart(7);
  const ratio = ownTime / hostTime;
  console.log(
    `${name.padEnd(24)} host ${nanoseconds(hostTime)} ns  tandem ${nanoseconds(ownTime)} ns  ratio ${
      ratio.toFixed(2)
    }`,
  );
  return ratio;
}

const wanted = process.argv.slice(2);
const ratios = Object.entries(KERNELS)
  .filter(([name]) => wanted.length === 0 || wanted.includes(name))
  .map(([name, body]) => measure(name, body));
const mean = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
console.log(`geometric mean ${mean.toFixed(2)}`);
