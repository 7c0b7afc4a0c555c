import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  boundCall,
  boundCallTarget,
  boundFunctionOf,
  trackBoundFunctions,
} from "../../lib/link/bound_functions.ts";
import type { Callable } from "../../lib/runtime/imported_function.ts";

const { getInt8 } = DataView.prototype;

Deno.test("boundCall() makes a bound function of Function.prototype.call", () => {
  const bound = boundCall(getInt8);
  assertEquals([bound.name, bound.length], ["bound call", 1]);
  assertEquals(bound(new DataView(new Uint8Array([1, 255]).buffer), 1), -1);
  assertStrictEquals(boundCallTarget(bound), getInt8);
});

Deno.test("boundCall() refuses what is no function", () => {
  assertThrows(() => boundCall({} as Callable), TypeError, "boundCall() requires a function");
});

Deno.test("functions bound by others are not known", () => {
  assertEquals(boundCallTarget(Function.prototype.call.bind(getInt8)), null);
  assertEquals(boundFunctionOf((() => 1).bind(null)), undefined);
});

Deno.test("looking at a value runs none of its code", () => {
  const fail = () => {
    throw new Error("looked");
  };
  const handler = new Proxy({}, { get: fail });
  assertEquals(boundCallTarget(new Proxy(() => {}, handler)), null);
  assertEquals(boundCallTarget(Function.prototype.call.bind(fail)), null);
});

Deno.test("while bound functions are tracked, those that others make are known", () => {
  const stop = trackBoundFunctions();
  const receiver = {};
  const f = (a: number) => a;
  const bound = f.bind(receiver, 1);
  const called = Function.prototype.call.bind(getInt8);
  stop();
  assertEquals(boundFunctionOf(bound), { target: f as Callable, receiver, argumentCount: 1 });
  assertStrictEquals(boundCallTarget(called), getInt8);
  assertEquals(boundFunctionOf(f.bind(null)), undefined);
});

Deno.test("the tracking bind looks and behaves like the original", () => {
  const original = Function.prototype.bind;
  const before = Object.getOwnPropertyDescriptor(Function.prototype, "bind")!;
  const stop = trackBoundFunctions();
  const { bind } = Function.prototype;
  const during = Object.getOwnPropertyDescriptor(Function.prototype, "bind")!;
  const results = [bind.name, bind.length, Function.prototype.toString.call(bind).includes("[native code]")];
  const thrown = (() => {
    try {
      return bind.call({} as Callable, null);
    } catch (error) {
      return error;
    }
  })();
  stop();
  assertEquals(results, ["bind", 1, true]);
  assertEquals({ ...during, value: 0 }, { ...before, value: 0 });
  assert(thrown instanceof TypeError);
  assertStrictEquals(Function.prototype.bind, original);
});

Deno.test("tracking twice, or over somebody else's bind, is refused", () => {
  const stop = trackBoundFunctions();
  assertThrows(() => trackBoundFunctions(), TypeError, "Function.prototype.bind has been replaced");
  stop();
});
