import { assert, assertEquals, assertNotStrictEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { Engine } from "../../lib/js_api/engine.ts";

const { WebAssembly } = new Engine();
const host = (globalThis as { WebAssembly?: object }).WebAssembly as Record<string, unknown> | undefined;
/** A host whose namespace is as recent as ours, which V8's are that know JSTag and resizable buffers. */
const hostIsRecentV8 = host !== undefined && "JSTag" in host && !("Bun" in globalThis) &&
  "toResizableBuffer" in (host.Memory as { prototype: object }).prototype;

type Attributes = Record<string, unknown>;

function describe(descriptor: PropertyDescriptor): Attributes {
  const describeFunction = (value: unknown) =>
    typeof value === "function"
      ? { name: value.name, length: value.length, constructs: Object.hasOwn(value, "prototype") }
      : typeof value === "object"
      ? "object"
      : value;
  const { value, get, set, writable, enumerable, configurable } = descriptor;
  return get || set
    ? { enumerable, configurable, get: describeFunction(get), set: describeFunction(set) }
    : { enumerable, configurable, writable, value: describeFunction(value) };
}

/** The attributes of every property below `object`, by path; `like` says which properties to look at. */
function attributesBelow(object: object, like: object, path: string): Record<string, Attributes> {
  const result: Record<string, Attributes> = {};
  for (const key of Reflect.ownKeys(like)) {
    const descriptor = Object.getOwnPropertyDescriptor(object, key);
    const likeDescriptor = Object.getOwnPropertyDescriptor(like, key)!;
    const at = `${path}.${String(key)}`;
    result[at] = descriptor === undefined ? { missing: true } : describe(descriptor);
    const value = descriptor?.value as unknown;
    const isBelow = typeof value === "function" && Object.hasOwn(value, "prototype") || key === "prototype";
    if (isBelow && key !== "constructor") {
      Object.assign(result, attributesBelow(value as object, likeDescriptor.value as object, at));
    }
  }
  return result;
}

Deno.test("the namespace has every property a recent V8 has, type reflection aside, with the same attributes", () => {
  if (!hostIsRecentV8) return;
  const known = Object.create(null, Object.getOwnPropertyDescriptors(host));
  delete known.Function;
  assertEquals(
    attributesBelow(WebAssembly, known, "WebAssembly"),
    attributesBelow(known, known, "WebAssembly"),
  );
});

Deno.test("the namespace has no property that a recent V8 lacks but those of type reflection", () => {
  if (!hostIsRecentV8) return;
  for (const path of Object.keys(attributesBelow(WebAssembly, WebAssembly, ""))) {
    const [, ...keys] = path.split(".");
    if (keys[0] === "Function" || keys.at(-1) === "type") continue;
    let there: unknown = host;
    for (const key of keys) {
      if (key.startsWith("Symbol(")) break;
      assert(Object.hasOwn(there as object, key), path);
      there = Object.getOwnPropertyDescriptor(there as object, key)!.value;
      if (there === undefined) break;
    }
  }
});

Deno.test("properties come in the order that they have in a recent V8, those of type reflection last", () => {
  if (!hostIsRecentV8) return;
  const names = (object: object) => Reflect.ownKeys(object).filter((key) => typeof key === "string");
  const ofReflection = (name: string) => name === "Function" || name === "type";
  const order = (object: object, theirs: object) => {
    const own = names(object);
    assertEquals(
      own.filter((name) => !ofReflection(name)),
      names(theirs).filter((name) => !ofReflection(name)),
    );
    assertEquals(own.findIndex(ofReflection), own.some(ofReflection) ? own.length - 1 : -1);
  };
  order(WebAssembly, host);
  for (const name of ["Module", "Instance", "Memory", "Table", "Global", "Tag", "Exception"] as const) {
    const theirs = host[name] as { prototype: object };
    order(WebAssembly[name], theirs);
    if (name !== "Tag") order(WebAssembly[name].prototype, theirs.prototype);
  }
});

Deno.test("the namespace is an ordinary object called WebAssembly", () => {
  assertStrictEquals(Object.getPrototypeOf(WebAssembly), Object.prototype);
  assertEquals(Object.prototype.toString.call(WebAssembly), "[object WebAssembly]");
  assertEquals(Object.keys(WebAssembly).sort(), [
    "compile",
    "compileStreaming",
    "instantiate",
    "instantiateStreaming",
    "promising",
    "validate",
  ]);
});

for (const name of ["Module", "Instance", "Memory", "Table", "Global", "Tag", "Exception"] as const) {
  const constructor = WebAssembly[name] as unknown as { (): unknown; new (): unknown; prototype: object };

  Deno.test(`${name} can only be called with new`, () => {
    const { message } = assertThrows(() => constructor(), TypeError);
    assertEquals(message, `WebAssembly.${name}(): WebAssembly.${name} must be invoked with 'new'`);
  });

  Deno.test(`${name}.prototype says its class and constructor`, () => {
    assertEquals(Object.prototype.toString.call(constructor.prototype), `[object WebAssembly.${name}]`);
    assertEquals(Object.getOwnPropertyDescriptor(constructor.prototype, "constructor"), {
      value: constructor,
      writable: true,
      enumerable: false,
      configurable: true,
    });
  });
}

Deno.test("objects of a derived class have its prototype", () => {
  class Derived extends WebAssembly.Memory {}
  const memory = new Derived({ initial: 1 });
  assertStrictEquals(Object.getPrototypeOf(memory), Derived.prototype);
  assertEquals(memory.grow(1), 1);
});

Deno.test("a new target without a prototype object gives the interface's own prototype", () => {
  const target = function () {};
  target.prototype = null;
  const memory = Reflect.construct(WebAssembly.Memory, [{ initial: 0 }], target);
  assertStrictEquals(Object.getPrototypeOf(memory), WebAssembly.Memory.prototype);
});

Deno.test("a constructor reads the prototype of its new target once", () => {
  let reads = 0;
  const target = new Proxy(function () {}, {
    get(target, key, receiver) {
      if (key === "prototype") reads++;
      return Reflect.get(target, key, receiver);
    },
  });
  Reflect.construct(WebAssembly.Memory, [{ initial: 0 }], target);
  assertEquals(reads, 1);
});

Deno.test("the error classes are native errors that need no new", () => {
  for (const name of ["CompileError", "LinkError", "RuntimeError"] as const) {
    const error = WebAssembly[name]("text", { cause: 1 });
    assert(error instanceof WebAssembly[name] && error instanceof Error);
    assertEquals([error.name, error.message, error.cause], [name, "text", 1]);
    assertEquals(Object.keys(error), []);
  }
});

Deno.test("two engines have namespaces of their own", () => {
  const other = new Engine().WebAssembly;
  assertNotStrictEquals(other.Memory, WebAssembly.Memory);
  const memory = new other.Memory({ initial: 0 });
  const buffer = Object.getOwnPropertyDescriptor(WebAssembly.Memory.prototype, "buffer")!.get!;
  assertThrows(() => buffer.call(memory), TypeError, "Receiver is not a WebAssembly.Memory");
});
