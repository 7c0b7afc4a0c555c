import { assertEquals, assertStrictEquals } from "@std/assert";
import { evaluate } from "../../lib/instance/constant_expression.ts";
import { f32Bits } from "../../lib/runtime/float_bits.ts";
import type { WasmArray } from "../../lib/runtime/array_class.ts";
import { externalize, internalize } from "../../lib/runtime/external_references.ts";
import type { HeapObject } from "../../lib/runtime/heap_objects.ts";
import { InstanceData } from "../../lib/runtime/instance_data.ts";
import type { Struct } from "../../lib/runtime/struct_class.ts";
import { I16, I32, I64, type SubType } from "../../lib/syntax/types.ts";
import { compiledModule, expression, func, refFunc, signature, testEngine } from "./test_engine.ts";

const base: SubType = { ...signature(), composite: { kind: "struct", fields: [] } };
const types: SubType[] = [
  signature(),
  {
    ...base,
    composite: { kind: "struct", fields: [I32, I64].map((storage) => ({ storage, mutable: true })) },
  },
  { ...base, composite: { kind: "array", element: { storage: I16, mutable: true } } },
];
const instance = new InstanceData(
  compiledModule(testEngine(), { types, functions: Array.from({ length: 300 }, () => func(0)) }),
);
const value = (...code: number[]) => evaluate(expression(...code), instance);

Deno.test("evaluate() reads i32 constants of every length", () => {
  assertEquals(value(0x41, 0x3f), 63);
  assertEquals(value(0x41, 0x40), -64);
  assertEquals(value(0x41, 0x80, 0x7f), -128);
  assertEquals(value(0x41, 0xff, 0xff, 0x03), 65535);
  assertEquals(value(0x41, 0xff, 0xff, 0xff, 0x3f), 2 ** 27 - 1);
  assertEquals(value(0x41, 0x80, 0x80, 0x80, 0x40), -(2 ** 27));
  assertEquals(value(0x41, 0x80, 0x80, 0x80, 0x80, 0x78), -(2 ** 31));
  assertEquals(value(0x41, 0xff, 0xff, 0xff, 0xff, 0x07), 2 ** 31 - 1);
});

Deno.test("evaluate() makes function references, the same each time", () => {
  assertStrictEquals(evaluate(refFunc(3), instance), instance.functionReference(3));
  assertStrictEquals(value(0xd2, 0xab, 0x02), instance.functionReference(299));
});

Deno.test("evaluate() keeps the bits of float constants", () => {
  assertEquals(value(0x43, 0, 0, 0xc0, 0x3f), 1.5);
  assertEquals(f32Bits(value(0x43, 1, 0, 0x80, 0x7f) as number) & 0x7f800000, 0x7f800000);
  assertEquals(value(0x44, 0, 0, 0, 0, 0, 0, 0, 0x80), -0);
  assertEquals(
    value(0xfd, 0x0c, ...Array.from({ length: 16 }, (_, index) => index)),
    Uint8Array.from({ length: 16 }, (_, index) => index),
  );
});

Deno.test("evaluate() computes extended constant expressions modulo 2^32 and 2^64", () => {
  assertEquals(value(0x41, 5, 0x41, 7, 0x6b), -2);
  assertEquals(value(0x41, 0x80, 0x80, 0x80, 0x80, 0x78, 0x41, 0x7f, 0x6a), 2 ** 31 - 1);
  assertEquals(value(0x42, 2, 0x42, 3, 0x7c, 0x42, 4, 0x7e, 0x42, 21, 0x7d), -1n);
});

Deno.test("evaluate() makes null references and i31s", () => {
  assertStrictEquals(value(0xd0, 0x6f), null);
  assertEquals(value(0x41, 0xff, 0xff, 0xff, 0xff, 0x07, 0xfb, 28), -1);
  assertEquals(value(0x41, 0x7f, 0xfe, 0x72), -1);
});

/** What a struct or array holds. */
function content(object: unknown): unknown {
  const { kind } = (object as HeapObject).$type.composite;
  return kind === "array"
    ? { kind, elements: Array.from((object as WasmArray).elements) }
    : { kind, components: Object.values(object as Struct) };
}

Deno.test("evaluate() makes structs and arrays", () => {
  assertEquals(content(value(0x41, 1, 0x42, 2, 0xfb, 0, 1)), { kind: "struct", components: [1, 2, 0] });
  assertEquals(content(value(0xfb, 1, 1)), { kind: "struct", components: [0, 0, 0] });
  assertEquals(content(value(0x41, 7, 0x41, 3, 0xfb, 6, 2)), { kind: "array", elements: [7, 7, 7] });
  assertEquals(content(value(0x41, 2, 0xfb, 7, 2)), { kind: "array", elements: [0, 0] });
  assertEquals(content(value(0x41, 7, 0x41, 8, 0xfb, 8, 2, 2)), { kind: "array", elements: [7, 8] });
});

Deno.test("evaluate() takes structs out of the internal hierarchy, and back", () => {
  const isTheSame = (first: unknown, second: unknown) => assertStrictEquals(internalize(first), second);
  const struct = value(0xfb, 1, 1);
  isTheSame(externalize(struct), struct);
  assertEquals(content(value(0xfb, 1, 1, 0xfb, 27, 0xfb, 26)), content(struct));
});
