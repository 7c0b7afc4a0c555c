import { assertEquals, assertThrows } from "@std/assert";
import { Engine } from "../../lib/js_api/engine.ts";
import { moduleKey, parseProfile, Profile, type ProfileData } from "../../lib/runtime/profile.ts";
import type { TraceEvent } from "../../lib/runtime/trace.ts";
import { watToWasm } from "../../lib/text/wat.ts";

const BYTES = watToWasm(`(module
  (type $t (func (param i32) (result i32)))
  (table 3 funcref) (elem (i32.const 0) $add1 $add2 $down)
  (func $add1 (type $t) (i32.add (local.get 0) (i32.const 1)))
  (func $add2 (type $t) (i32.add (local.get 0) (i32.const 2)))
  (func $down (type $t) (if (result i32) (local.get 0)
    (then (call_indirect (type $t) (i32.sub (local.get 0) (i32.const 1)) (i32.const 2)))
    (else (i32.const 5))))
  (func (export "mixed") (param i32) (result i32)
    (call_indirect (type $t) (i32.const 40) (i32.eqz (local.get 0))))
  (func (export "ref") (param i32) (result i32) (call_ref $t (local.get 0) (ref.func $add2)))
  (func (export "down") (param i32) (result i32) (call $down (local.get 0)))
  (func (export "never")))`);
// deno-lint-ignore no-explicit-any
const exportsIn = (engine: Engine): any =>
  new engine.WebAssembly.Instance(new engine.WebAssembly.Module(BYTES)).exports;

function run(engine: Engine): number[] {
  const { mixed, ref, down } = exportsIn(engine);
  const results = [ref(1), down(3), mixed(1), mixed(0)];
  for (let i = 0; i < 20; i++) results.push(mixed(0));
  return results;
}

function counted(): ProfileData {
  const profile = new Profile();
  run(new Engine({ profile }));
  return JSON.parse(JSON.stringify(profile));
}

Deno.test("a profile counts the calls of functions, the most often called first", () => {
  const { functions } = counted().modules[moduleKey(BYTES)];
  assertEquals(functions, [[1, 22], [3, 22], [2, 4], [0, 1], [4, 1], [5, 1]]);
});

Deno.test("a profile says which functions a call goes to", () => {
  const { targets } = counted().modules[moduleKey(BYTES)];
  assertEquals(targets.map(([, list]) => list), [[[2, 3]], [[1, 21], [0, 1]], [[1, 1]]]);
});

const TAILS = watToWasm(`(module
  (type $t (func (param i32) (result i32)))
  (import "m" "wait" (func $wait))
  (table 2 funcref) (elem (i32.const 0) $down $end)
  (func $down (type $t) (call $wait) (if (result i32) (local.get 0)
    (then (return_call_indirect (type $t) (i32.sub (local.get 0) (i32.const 1)) (i32.const 0)))
    (else (return_call_ref $t (i32.const 9) (ref.func $end)))))
  (func $end (type $t) (local.get 0))
  (func (export "run") (param i32) (result i32)
    (i32.add (call_indirect (type $t) (local.get 0) (i32.const 0)) (call_ref $t (i32.const 1) (ref.func $end)))))`);
const TAIL_FUNCTIONS = [[1, 4], [2, 2], [3, 1]];
const TAIL_TARGETS = [[[1, 3]], [[2, 1]], [[1, 1]], [[2, 1]]];

Deno.test("tail calls are counted like others, and go where the profile says", () => {
  const profile = new Profile();
  const { WebAssembly } = new Engine({ profile });
  const module = new WebAssembly.Module(TAILS);
  // deno-lint-ignore no-explicit-any
  const { run } = new WebAssembly.Instance(module, { m: { wait() {} } }).exports as any;
  assertEquals(run(3), 10);
  const { functions, targets } = profile.toJSON().modules[moduleKey(TAILS)];
  assertEquals([functions, targets.map(([, list]) => list)], [TAIL_FUNCTIONS, TAIL_TARGETS]);
});

Deno.test("calls of code that can be suspended are counted, too", async () => {
  const profile = new Profile();
  const { WebAssembly } = new Engine({ profile });
  const module = new WebAssembly.Module(TAILS);
  const wait = new WebAssembly.Suspending(() => Promise.resolve());
  // deno-lint-ignore no-explicit-any
  const { run } = new WebAssembly.Instance(module, { m: { wait } as any }).exports as any;
  assertEquals(await WebAssembly.promising(run)(3), 10);
  const { functions, targets } = profile.toJSON().modules[moduleKey(TAILS)];
  assertEquals([functions, targets.map(([, list]) => list)], [TAIL_FUNCTIONS, TAIL_TARGETS]);
});

Deno.test("instances of equal modules count together", () => {
  const profile = new Profile();
  const engine = new Engine({ profile });
  exportsIn(engine).never();
  exportsIn(engine).never();
  assertEquals(profile.toJSON().modules[moduleKey(BYTES)].functions, [[6, 2]]);
});

Deno.test("code made with a profile does the same", () => {
  assertEquals(run(new Engine({ useProfile: counted() })), run(new Engine()));
});

Deno.test("a profile that does not belong to the module does no harm", () => {
  const { targets } = counted().modules[moduleKey(BYTES)];
  const wrong = targets.map(([offset]) => [offset, [[6, 9]]] as const);
  const data: ProfileData = {
    format: "tandem-profile",
    version: 1,
    modules: { [moduleKey(BYTES)]: { functions: [[99, 1], [-4, 1], [0, 1]], targets: wrong } },
  };
  assertEquals(run(new Engine({ useProfile: data })), run(new Engine()));
});

Deno.test("functions that a profile knows are compiled before they are called", () => {
  const compiled = (useProfile?: ProfileData) => {
    const events: TraceEvent[] = [];
    exportsIn(new Engine({ useProfile, trace: (event) => events.push(event) }));
    return events.filter(({ name }) => name === "compile").length;
  };
  assertEquals(compiled(), 0);
  assertEquals(compiled(counted()) > 0, true);
});

Deno.test("a profile reports progress while functions are called", () => {
  let reports = 0;
  const { never } = exportsIn(new Engine({ profile: new Profile(() => reports++) }));
  for (let i = 0; i < 10_000; i++) never();
  assertEquals(reports, 2);
});

Deno.test("parseProfile() refuses what is no profile", () => {
  assertEquals(parseProfile(JSON.stringify(counted())), counted());
  const modules = [
    "null",
    "1",
    '{"x":{}}',
    '{"x":null}',
    '{"x":{"functions":[[1]],"targets":[]}}',
    '{"x":{"functions":[],"targets":[[1,[[2]]]]}}',
  ].map((modules) => `{"format":"tandem-profile","version":1,"modules":${modules}}`);
  for (const text of ["", "null", "{}", ...modules]) assertThrows(() => parseProfile(text), SyntaxError);
});

Deno.test("a module's key is the FNV-1a hash of its bytes and their number", () => {
  assertEquals(moduleKey(new TextEncoder().encode("")), "cbf29ce484222325-0");
  assertEquals(moduleKey(new TextEncoder().encode("foobar")), "85944171f73967e8-6");
});

Deno.test("steps of the engine become complete events of Chrome's trace format", () => {
  const events: TraceEvent[] = [];
  const { WebAssembly } = new Engine({ trace: (event) => events.push(event) });
  const bytes = watToWasm("(module (func $f) (start $f))");
  new WebAssembly.Instance(new WebAssembly.Module(bytes));
  assertEquals(events.map(({ name }) => name), ["decode", "validate", "instantiate", "compile", "start"]);
  for (const { ph, cat, ts, dur } of events) {
    assertEquals([ph, cat, ts >= 0, dur >= 0], ["X", "tandem", true, true]);
  }
});

Deno.test("an instantiation is a performance entry with its metrics", () => {
  performance.clearMeasures("tandem:instantiate");
  const entries = () => performance.getEntriesByName("tandem:instantiate") as PerformanceMeasure[];
  const { WebAssembly } = new Engine();
  const module = new WebAssembly.Module(
    watToWasm('(module (import "m" "f" (func)) (import "m" "g" (func (param i32))))'),
  );
  new WebAssembly.Instance(module, { m: { f() {}, g() {} } });
  const [{ detail }] = entries();
  assertEquals([detail.success, detail.importedFunctions], [true, 2]);
  assertEquals(detail.importKinds, { "arity match": 1, "arity mismatch": 1 });
  const silent = new Engine({ measure: false }).WebAssembly;
  new silent.Instance(new silent.Module(watToWasm("(module)")));
  assertEquals(entries().length, 1);
});
