import { assertEquals, assertStrictEquals } from "@std/assert";
import { compiledModule, Engine } from "../../lib/js_api/engine.ts";
import type { ImportedFunction } from "../../lib/runtime/imported_function.ts";
import { explainImports } from "../../lib/link/explain.ts";
import { watToWasm } from "../../lib/text/wat.ts";

const engine = new Engine();
const { WebAssembly } = engine;
const HostWebAssembly = globalThis.WebAssembly;
// deno-lint-ignore no-explicit-any
type Loose = any;

const MODULE = new WebAssembly.Module(watToWasm(`(module
  (import "m" "f" (func $f (param i32) (result i32)))
  (func (export "run") (param i32) (result i32) (call $f (local.get 0)))
  (export "f" (func $f)))`));
const BYTES = watToWasm(
  `(module (func (export "f") (param i32) (result i32) (i32.add (local.get 0) (i32.const 1))))`,
);

/** How `f` is called, imported as (i32) -> (i32); what it gives for 7; and whether it is exported again as itself. */
function imported(f: unknown): [ImportedFunction["kind"] | null, unknown, boolean] {
  const [{ callKind }] = explainImports(compiledModule(engine, MODULE)!, { m: { f } });
  const { run, f: again } = new WebAssembly.Instance(MODULE, { m: { f } } as Loose).exports as Loose;
  return [callKind, run(7), again === f];
}

function exportedBy({ Instance, Module }: { Instance: Loose; Module: Loose }): Loose {
  return new Instance(new Module(BYTES)).exports.f;
}

Deno.test("functions of this engine are called directly and stay themselves, through any number of modules", () => {
  const f = exportedBy(WebAssembly);
  assertEquals(imported(f), ["wasm-to-wasm", 8, true]);
  const again = (new WebAssembly.Instance(MODULE, { m: { f } }).exports as Loose).f;
  assertStrictEquals(again, f);
  assertEquals(imported(again), ["wasm-to-wasm", 8, true]);
});

Deno.test("functions of another engine, and of the host's own, are functions of JavaScript", () => {
  const [kind, result, same] = imported(exportedBy(new Engine().WebAssembly));
  assertEquals([kind, result, same], ["arity match", 8, false]);
  if (HostWebAssembly === undefined) return;
  const [hostKind, hostResult, hostSame] = imported(exportedBy(HostWebAssembly));
  assertEquals([hostKind, hostResult, hostSame], ["arity match", 8, false]);
});

Deno.test("a function of JavaScript that went through an instance keeps its kind, and its first wrapper", () => {
  const js = (x: number) => x * 2;
  const { f } = new WebAssembly.Instance(MODULE, { m: { f: js } }).exports as Loose;
  assertEquals(f === js, false);
  assertEquals(imported(f), ["arity match", 14, true]);
});

Deno.test("WebAssembly.Function is unwrapped and stays itself", () => {
  const type = { parameters: ["i32"], results: ["i32"] } as const;
  const of = (f: Loose) => imported(new WebAssembly.Function(type as Loose, f));
  assertEquals(of((x: number) => x + 3), ["arity match", 10, true]);
  assertEquals(of(() => 4), ["arity mismatch", 4, true]);
  assertEquals(of(((x: number) => x).bind(null)), ["generic call", 7, true]);
});

Deno.test("a function that was made promising is the function itself to wasm", () => {
  assertEquals(imported(WebAssembly.promising(exportedBy(WebAssembly))), ["wasm-to-wasm", 8, true]);
});

Deno.test("plain functions of every sort, and everything else that can be called", () => {
  const object = {
    method(x: number) {
      return x + 1;
    },
    get getter() {
      return (x: number) => x + 2;
    },
  };
  const withProperties = Object.assign((x: number) => x + 4, { call: null, apply: null, x: 1 });
  const { get } = Object.getOwnPropertyDescriptor(
    {
      get x() {
        return 9;
      },
    },
    "x",
  )!;
  const callable = new Proxy(function () {} as Loose, { apply: (_target, _this, [x]) => x + 5 });
  const cases: [unknown, string, number][] = [
    [(x: number) => x, "arity match", 7],
    [(x: number, y: unknown) => y === undefined ? x : 0, "arity mismatch", 7],
    [(...list: number[]) => list.length, "arity mismatch", 1],
    [(x = 3, y: unknown) => y === undefined ? x : 0, "arity mismatch", 7],
    [object.method, "arity match", 8],
    [object.getter, "arity match", 9],
    [get, "arity mismatch", 9],
    [withProperties, "arity match", 11],
    // Promises and generators are objects: numbers are NaN, which is 0.
    [async (x: number) => await x, "arity match", 0],
    [
      function* (x: number) {
        yield x;
      },
      "arity match",
      0,
    ],
    [
      async function* (x: number) {
        yield await x;
      },
      "arity match",
      0,
    ],
    [Number, "arity match", 7],
    [Math.clz32, "arity match", 29],
    [((y: number, x: number) => x + y).bind(null, 10), "generic call", 17],
    [new Proxy((x: number) => x, {}), "generic call", 7],
    [callable, "generic call", 12],
  ];
  for (const [f, kind, result] of cases) assertEquals(imported(f), [kind as "arity match", result, false]);
});

Deno.test("what goes by names alone: the parameters that WASI has", () => {
  const explain = (type: string, name: string) => {
    const text = `(module (import "wasi_snapshot_preview1" "${name}" (func ${type})))`;
    return explainImports(compiledModule(engine, new WebAssembly.Module(watToWasm(text)))!, undefined)[0];
  };
  const seek = explain("(param i32 i64 i32 i32) (result i32)", "fd_seek");
  assertEquals([seek.callKind, seek.reasons, seek.remedies], ["wasm-to-host", [], []]);
  const wrong = explain("(param i32 i64 i32) (result i32)", "fd_seek");
  assertEquals([wrong.callKind, wrong.error, wrong.reasons[0]], [
    null,
    "imported function does not match the expected type",
    "WASI preview 1 has it as (i32, i64, i32, i32) -> (i32)",
  ]);
  assertEquals(explain("(param i32)", "proc_exit").reasons, []);
  assertEquals(explain("(result i32)", "sched_yield").callKind, "wasm-to-host");
  assertEquals(explain("", "fd_nothing").reasons, ["the name is unknown"]);
});
