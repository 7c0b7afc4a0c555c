import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { Engine } from "../../lib/js_api/engine.ts";
import { watToWasm } from "../../lib/text/wat.ts";

// deno-lint-ignore no-explicit-any
type Any = any;

const { WebAssembly: tandem } = new Engine();
// deno-lint-ignore no-explicit-any
const host = (globalThis as any).WebAssembly;
/** The engines that must agree: this one, and the host's where it is a V8 with JSPI (JavaScriptCore's differs in details). */
const engines: Any[] = host?.promising?.name === "promising" && isV8() ? [tandem, host] : [tandem];

function isV8(): boolean {
  try {
    new host.Memory();
  } catch (error) {
    return (error as Error).message === "WebAssembly.Memory(): Argument 0 must be a memory descriptor";
  }
  return false;
}

const MODULE = watToWasm(`(module
  (import "m" "wait" (func $wait (param i32) (result i32)))
  (import "m" "call" (func $call (param i32) (result i32)))
  (func (export "f") (param i32) (result i32) (i32.add (call $wait (local.get 0)) (i32.const 1)))
  (func (export "throughJS") (param i32) (result i32) (call $call (local.get 0)))
  (func (export "same") (param i32 i64 f32 f64 externref) (result i32 i64 f32 f64 externref)
    (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4))
  (func (export "reference") (param externref) (result externref) (local.get 0))
  (func (export "trap") (param i32) (drop (call $wait (local.get 0))) unreachable)
  (func (export "bigint") (param i64))
  (export "wait" (func $wait))
  (table (export "table") 1 funcref))`);

interface Setting {
  readonly W: Any;
  readonly exports: Any;
  readonly promising: (name: string) => (...args: unknown[]) => Promise<unknown>;
  wait: (value: number) => unknown;
  call: (value: number) => unknown;
  /** What happens, in order. */
  readonly log: string[];
}

function setting(W: Any): Setting {
  const setting: Setting = {
    W,
    exports: undefined,
    promising: (name) => W.promising(setting.exports[name]),
    wait: (value) => Promise.resolve(value * 2),
    call: (value) => value,
    log: [],
  };
  const imports = {
    m: {
      wait: new W.Suspending((value: number) => setting.wait(value)),
      call: (value: number) => setting.call(value),
    },
  };
  const { exports } = new W.Instance(new W.Module(MODULE), imports);
  return Object.assign(setting, { exports });
}

/** How something ends, in a form that can be compared. */
async function outcome(steps: () => unknown): Promise<unknown> {
  let result: unknown;
  try {
    result = steps();
  } catch (error) {
    return ["throws", (error as Error).name, (error as Error).message];
  }
  try {
    return ["returns", await result];
  } catch (error) {
    return error instanceof Error ? ["rejects", error.name, error.message] : ["rejects", error];
  }
}

/** A test of all engines. */
function agree(name: string, steps: (setting: Setting) => unknown, expected: unknown): void {
  Deno.test(name, async () => {
    for (const W of engines) {
      assertEquals(
        await outcome(() => steps(setting(W))),
        expected,
        W === host ? "the host's engine" : "Tandem",
      );
    }
  });
}

agree("promising() gives a function whose promise has the result", (s) => s.promising("f")(4), [
  "returns",
  9,
]);
agree("a suspending import may return anything, which is awaited", (s) => {
  s.wait = () => 41;
  return s.promising("f")(0);
}, ["returns", 42]);
agree("a suspending import may return a thenable", (s) => {
  // deno-lint-ignore no-explicit-any
  s.wait = () => ({ then: (resolve: any) => resolve(5) });
  return s.promising("f")(0);
}, ["returns", 6]);
agree("the reason of a rejection is what the promise of the export rejects with", (s) => {
  s.wait = () => Promise.reject(new Error("no"));
  return s.promising("f")(0);
}, ["rejects", "Error", "no"]);
agree("a reason need not be an error", (s) => {
  s.wait = () => Promise.reject("no");
  return s.promising("f")(0);
}, ["rejects", "no"]);
agree("what a suspending import throws rejects the promise", (s) => {
  s.wait = () => {
    throw new RangeError("thrown");
  };
  return s.promising("f")(0);
}, ["rejects", "RangeError", "thrown"]);
agree("the settled value is converted to the import's result type", async (s) => {
  s.wait = () => Promise.resolve("0x10");
  const converted = await s.promising("f")(0);
  s.wait = () => Promise.resolve(Symbol());
  const [how, name] = await outcome(() => s.promising("f")(0)) as string[];
  return [converted, how, name];
}, ["returns", [17, "rejects", "TypeError"]]);
agree("a trap after a suspension rejects the promise", (s) => s.promising("trap")(0), [
  "rejects",
  "RuntimeError",
  "unreachable",
]);
agree(
  "multiple results become an array",
  (s) => s.promising("same")(-1, 2n ** 63n, 1.5, Math.PI, "x"),
  ["returns", [-1, -(2n ** 63n), 1.5, Math.PI, "x"]],
);
agree("a result that is a thenable fulfils the promise without being asked", async (s) => {
  const thenable = { then: () => s.log.push("then") };
  const promise = Promise.resolve(4);
  const same: boolean[] = [];
  for (const value of [thenable, promise]) {
    await s.promising("reference")(value).then((result) => void same.push(result === value));
  }
  return [same, s.log, Object.keys(thenable), Object.getOwnPropertyNames(promise)];
}, ["returns", [[true, true], [], ["then"], []]]);

Deno.test("arguments are converted before there is a promise", () => {
  for (const W of engines) {
    const { promising } = setting(W);
    const error = new Error("valueOf");
    const argument = {
      valueOf() {
        throw error;
      },
    };
    assertStrictEquals(assertThrows(() => promising("f")(argument)), error);
    assertThrows(() => promising("bigint")(1), TypeError);
  }
});

for (
  const [kind, given, ticks] of [
    ["a number", 1, 1],
    ["a promise", Promise.resolve(1), 1],
    // deno-lint-ignore no-explicit-any
    ["a thenable", { then: (resolve: any) => resolve(1) }, 2],
  ] as const
) {
  agree(
    `wasm code runs at once, and goes on ${ticks} microtask${
      ticks > 1 ? "s" : ""
    } after an import has returned ${kind}`,
    async (s) => {
      s.wait = () => {
        s.log.push("called");
        return given;
      };
      const done = s.promising("f")(1).then(() => void s.log.push("done"));
      s.log.push("returned");
      for (let i = 1; i < 5; i++) {
        await null;
        s.log.push(`${i}`);
      }
      await done;
      return s.log.join(" ");
    },
    ["returns", ["called returned", "1", "2", "3", "4"].toSpliced(ticks + 1, 0, "done").join(" ")],
  );
}

const OUTSIDE = ["throws", "SuspendError", "trying to suspend without WebAssembly.promising"];
const INSIDE = ["rejects", "SuspendError", "trying to suspend JS frames"];

agree("an exported function called as such cannot be suspended", (s) => s.exports.f(1), OUTSIDE);
agree("a suspending import that is exported cannot either", (s) => s.exports.wait(1), OUTSIDE);
agree("and is not called", async (s) => {
  s.wait = () => s.log.push("called");
  await outcome(() => s.exports.f(1));
  return s.log.length;
}, ["returns", 0]);
agree("frames of JavaScript cannot be suspended", (s) => {
  s.call = (value) => s.exports.f(value);
  return s.promising("throughJS")(1);
}, INSIDE);
agree("a computation that waits does not count", (s) => {
  s.wait = async () => {
    await null;
    try {
      s.exports.f(1);
    } catch (error) {
      s.log.push((error as Error).message);
    }
    return 1;
  };
  return s.promising("f")(1).then((result) => [result, ...s.log]);
}, ["returns", [2, OUTSIDE[2]]]);
agree("a computation can start another one through JavaScript", async (s) => {
  let inner: unknown;
  s.call = (value) => {
    inner = s.promising("f")(value);
    return 5;
  };
  return [await s.promising("throughJS")(1), await inner];
}, ["returns", [5, 3]]);
agree("an exported suspending import can be made promising", (s) => s.promising("wait")(21), ["returns", 42]);
agree("computations take turns", async (s) => {
  const waiting = new Map<number, (value: number) => void>();
  s.wait = (value) => new Promise((resolve) => waiting.set(value, resolve));
  const f = s.promising("f");
  const results = [1, 2, 3].map((value) => f(value).then((result) => s.log.push(`${value}: ${result}`)));
  for (const value of [2, 3, 1]) {
    waiting.get(value)!(value * 100);
    await null;
  }
  await Promise.all(results);
  return s.log;
}, ["returns", ["2: 201", "3: 301", "1: 101"]]);
agree("a promising function is an exported function to WebAssembly", async (s) => {
  const { table } = s.exports;
  const f = s.promising("f");
  table.set(0, f);
  const other = setting(s.W);
  const { exports } = new s.W.Instance(new s.W.Module(MODULE), { m: { wait: f, call: () => 0 } });
  const again = s.W.promising(f);
  return [
    table.get(0) === f,
    exports.wait === f,
    await s.W.promising(exports.f)(4),
    await again(4),
    f.name,
    f.length,
    f === s.promising("f"),
    await outcome(() => exports.f(4)),
    other.exports.f === s.exports.f,
  ];
}, ["returns", [true, true, 10, 9, "2", 1, false, OUTSIDE, false]]);

Deno.test("Suspending() and promising() refuse what they cannot take, in V8's words", () => {
  const text = (steps: () => unknown) => assertThrows(steps, TypeError).message;
  for (const W of engines) {
    const { exports } = setting(W);
    assertEquals([
      text(() => W.Suspending(() => 1)),
      text(() => new W.Suspending()),
      text(() => new W.Suspending({})),
      text(() => new W.Suspending(exports.f)),
      text(() => new W.Suspending(W.promising(exports.f))),
      text(() => new W.Suspending(new W.Suspending(() => 1))),
      text(() => W.promising()),
      text(() => W.promising({})),
      text(() => W.promising(() => 1)),
      text(() => W.promising(new Proxy(exports.f, {}))),
    ], [
      "WebAssembly.Suspending(): WebAssembly.Suspending must be invoked with 'new'",
      "WebAssembly.Suspending(): Argument 0 must be a function",
      "WebAssembly.Suspending(): Argument 0 must be a function",
      "WebAssembly.Suspending(): Argument 0 must not be a WebAssembly function",
      "WebAssembly.Suspending(): Argument 0 must not be a WebAssembly function",
      "WebAssembly.Suspending(): Argument 0 must be a function",
      "WebAssembly.promising(): Argument 0 must be a function",
      "WebAssembly.promising(): Argument 0 must be a function",
      "WebAssembly.promising(): Argument 0 must be a WebAssembly exported function",
      "WebAssembly.promising(): Argument 0 must be a WebAssembly exported function",
    ]);
  }
});

Deno.test("a promising function cannot be constructed", () => {
  for (const W of engines) {
    const f: Any = setting(W).promising("f");
    assertThrows(() => new f(), TypeError);
    assertEquals(Object.getOwnPropertyNames(f).sort(), ["length", "name"]);
  }
});

Deno.test("a start function cannot be suspended", () => {
  const bytes = watToWasm('(module (import "m" "wait" (func $wait)) (func $f (call $wait)) (start $f))');
  for (const W of engines) {
    const error = assertThrows(() =>
      new W.Instance(new W.Module(bytes), { m: { wait: new W.Suspending(() => 1) } })
    );
    assert(error instanceof W.SuspendError);
    assertEquals((error as Error).message, OUTSIDE[2]);
  }
});

Deno.test("patching promises and generators changes nothing", async () => {
  const s = setting(tandem);
  const f = s.promising("f");
  const given = Promise.resolve(8);
  s.wait = () => given;
  await f(0);
  const generator = Object.getPrototypeOf(function* () {}).prototype;
  const patches: [Any, PropertyKey][] = [
    [generator, "next"],
    [generator, "throw"],
    [Object.getPrototypeOf(generator), Symbol.iterator],
    [Promise.prototype, "then"],
    [Promise, "resolve"],
  ];
  const saved = patches.map(([object, key]) => Object.getOwnPropertyDescriptor(object, key)!);
  let result: unknown;
  let used = 0;
  try {
    for (const [object, key] of patches) {
      const original = object[key];
      Object.defineProperty(object, key, {
        configurable: true,
        writable: true,
        value(this: unknown, ...args: unknown[]) {
          used++;
          return Reflect.apply(original, this, args);
        },
      });
    }
    result = await f(4);
  } finally {
    patches.forEach(([object, key], i) => Object.defineProperty(object, key, saved[i]));
  }
  assertEquals([result, used], [9, 0]);
});
