import {
  assertEquals,
  assertNotEquals,
  assertNotStrictEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { externalize, heapObjectOf, internalize } from "../../lib/runtime/external_references.ts";
import { newStruct } from "../../lib/runtime/struct_class.ts";
import { TypeRegistry } from "../../lib/syntax/canonical_types.ts";
import { I32 } from "../../lib/syntax/types.ts";

const [type] = new TypeRegistry().canonicalize([{
  final: true,
  supertype: null,
  shared: false,
  descriptor: null,
  describes: null,
  composite: { kind: "struct", fields: [{ storage: I32, mutable: true }] },
}], [{ start: 0, size: 1, explicit: false }]);
const makeStruct = () => newStruct(type, [7]);
const exported = () => externalize(makeStruct()) as Record<PropertyKey, unknown>;

Deno.test("a struct is one opaque object outside, and itself inside", () => {
  const struct = makeStruct();
  const opaque = externalize(struct);
  assertNotStrictEquals(opaque, struct);
  assertStrictEquals(externalize(struct), opaque);
  assertStrictEquals(internalize(opaque), struct);
  assertStrictEquals(heapObjectOf(opaque), struct);
});

Deno.test("all other values come out as they went in", () => {
  for (const value of [null, undefined, 1, -0, NaN, 2 ** 40, "string", Symbol.iterator, 1n, {}, () => {}]) {
    assertStrictEquals(externalize(internalize(value)), value);
  }
});

Deno.test("Numbers in range are i31s inside, other values no Numbers", () => {
  for (const value of [0, 2 ** 30 - 1, -(2 ** 30)]) assertStrictEquals(internalize(value), value);
  for (const value of [-0, 0.5, 2 ** 30, NaN, "1", undefined]) {
    assertNotEquals(typeof internalize(value), "number");
  }
});

Deno.test("conversions run no code of a proxy", () => {
  const proxy = new Proxy(
    {},
    new Proxy({}, {
      get(_, trap) {
        throw new Error(`trap ${String(trap)}`);
      },
    }),
  );
  assertStrictEquals(externalize(internalize(proxy)), proxy);
});

Deno.test("an exported struct has no prototype and no properties", () => {
  const object = exported();
  assertEquals(typeof object, "object");
  assertStrictEquals(Object.getPrototypeOf(object), null);
  assertEquals(Reflect.ownKeys(object), []);
  assertEquals(Object.keys(object), []);
  assertEquals([object.f0, object.$type, object[0], object.toString], new Array(4).fill(undefined));
  assertEquals(Object.getOwnPropertyDescriptor(object, "f0"), undefined);
  assertEquals("f0" in object, false);
});

Deno.test("an exported struct takes no properties and no prototype", () => {
  const object = exported();
  assertThrows(() => object.x = 1, TypeError);
  assertThrows(() => object[0] = 1, TypeError);
  assertThrows(() => Object.defineProperty(object, "x", { value: 1 }), TypeError);
  assertThrows(() => delete object.x, TypeError);
  assertThrows(() => Object.setPrototypeOf(object, {}), TypeError);
  assertThrows(() => Object.setPrototypeOf(object, null), TypeError);
  assertEquals(Reflect.set(object, "x", 1), false);
  assertEquals(Reflect.setPrototypeOf(object, null), false);
  assertEquals(Reflect.ownKeys(object), []);
});

Deno.test("an exported struct is not extensible, and cannot be made so again or frozen", () => {
  const object = exported();
  assertEquals(Object.isExtensible(object), false);
  assertThrows(() => Object.preventExtensions(object), TypeError);
  assertThrows(() => Object.freeze(object), TypeError);
  assertThrows(() => Object.seal(object), TypeError);
});

Deno.test("an exported struct is a key of weak collections", () => {
  const struct = makeStruct();
  const keys = new WeakMap([[externalize(struct) as object, 1]]);
  assertEquals(keys.get(externalize(struct) as object), 1);
});
