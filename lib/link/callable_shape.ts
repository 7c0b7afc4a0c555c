/**
 * What can be told about a JavaScript function from outside without running code of anybody: whether it is an
 * ordinary function whose parameters can be counted. Calls mean the same whatever the answer; a function with the
 * signature's own number of parameters can be called without adapting the arguments.
 *
 * @module
 */

import type { Callable } from "../runtime/imported_function.ts";

const { getOwnPropertyDescriptor } = Object;
const { call, toString } = Function.prototype;
const { apply } = Reflect;
// JavaScriptCore inlines a builtin in `method.call()` alone.
const sourceOf = (callable: Callable): string =>
  toString.call === call ? toString.call(callable) : apply(toString, callable, []);

const SHORTEST_NATIVE = "(){[native code]}".length;
/** The source text every engine gives for all of its proxies; V8 also for bound functions. */
const PROXY_SOURCE = sourceOf(new Proxy(() => {}, {}));
/** How the source texts of functions that are not written in JavaScript end (ECMA-262, NativeFunction). */
const NATIVE = /\{\s*\[native code\]\s*\}$/;

/**
 * The formal parameter count of a plain function: that of `length`, so parameters from the first one with a default value
 * on, and a rest parameter, do not count. -1 for everything else that can be called: class constructors, bound
 * functions, proxies.
 */
export function formalParameterCount(callable: Callable): number {
  const source = sourceOf(callable);
  // Before any property is looked at: that would run a proxy's traps.
  if (source === PROXY_SOURCE || isClass(callable, source) || isBound(callable, source)) return -1;
  const length = ownValue(callable, "length");
  return typeof length === "number" ? length : -1;
}

/** What a callable is, as far as that shows from outside. */
export type CallableShape = "function" | "class" | "bound function" | "bound function or proxy";

/** What `callable` is; for people. */
export function describeCallable(callable: Callable): CallableShape {
  const source = sourceOf(callable);
  // V8 gives bound functions the same text, and to look further would run a proxy's traps.
  if (source === PROXY_SOURCE) return "bound function or proxy";
  if (isClass(callable, source)) return "class";
  return isBound(callable, source) ? "bound function" : "function";
}

/** What V8 names a `WebAssembly.Function` that is made of `callable`: the same, or else `Function` if it is bound or a proxy. */
export function callableName(callable: Callable): string {
  const source = sourceOf(callable);
  if (source === PROXY_SOURCE || isBound(callable, source)) return "Function";
  const name = ownValue(callable, "name");
  return typeof name === "string" ? name : "";
}

/** Its source text begins like that of a method named "class", which has no read-only `prototype`. */
function isClass(callable: Callable, source: string): boolean {
  return (source.startsWith("class") || source.startsWith("@")) &&
    getOwnPropertyDescriptor(callable, "prototype")?.writable === false;
}

function isBound(callable: Callable, source: string): boolean {
  if (source.length < SHORTEST_NATIVE || !NATIVE.test(source.slice(-40))) return false;
  const name = ownValue(callable, "name");
  return typeof name === "string" && name.startsWith("bound ");
}

/** The value of an own data property. */
function ownValue(callable: Callable, key: string): unknown {
  return getOwnPropertyDescriptor(callable, key)?.value;
}
