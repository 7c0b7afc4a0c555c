import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { Engine } from "../../lib/js_api/engine.ts";

const { WebAssembly } = new Engine();
// deno-lint-ignore no-explicit-any
const table = (descriptor: any, ...value: unknown[]) =>
  new WebAssembly.Table(descriptor, ...value as [unknown?]);
const functions = (initial: number, maximum?: number) => table({ element: "anyfunc", initial, maximum });

const NOT_A_FUNCTION = "function-typed object must be null (if nullable) or a Wasm function object";

const REFUSALS: readonly (readonly [string, () => unknown, ErrorConstructor])[] = [
  ["WebAssembly.Table(): Argument 0 must be a table descriptor", () => table(1), TypeError],
  [
    "WebAssembly.Table(): Descriptor property 'element' must be a WebAssembly reference type",
    () => table({ element: "i32", initial: 1 }),
    TypeError,
  ],
  ["WebAssembly.Table(): Property 'initial' is required", () => table({ element: "anyfunc" }), TypeError],
  [
    "WebAssembly.Table(): Property 'initial': value 10000001 is above the upper bound 10000000",
    () => functions(10_000_001),
    RangeError,
  ],
  [
    "WebAssembly.Table(): Property 'maximum': value 1 is below the lower bound a",
    () => functions(10, 1),
    RangeError,
  ],
  [
    "WebAssembly.Table(): Argument 2 must be undefined or a value of type compatible with the type of the " +
    `new table: ${NOT_A_FUNCTION}.`,
    () => table({ element: "anyfunc", initial: 1 }, () => {}),
    TypeError,
  ],
  [
    "WebAssembly.Table.get(): invalid address 1 in funcref table of size 1",
    () => functions(1).get(1),
    RangeError,
  ],
  ["WebAssembly.Table.get(): Argument 0 must be non-negative", () => functions(1).get(-1), TypeError],
  [
    "WebAssembly.Table.set(): invalid address 2 in funcref table of size 1",
    () => functions(1).set(2, null),
    RangeError,
  ],
  [
    `WebAssembly.Table.set(): Argument 1 is invalid for table: ${NOT_A_FUNCTION}`,
    () => functions(1).set(0, () => {}),
    TypeError,
  ],
  ["WebAssembly.Table.grow(): failed to grow table by 2", () => functions(1, 2).grow(2), RangeError],
  [
    `WebAssembly.Table.grow(): Argument 1 is invalid: ${NOT_A_FUNCTION}`,
    () => functions(1).grow(1, 1),
    TypeError,
  ],
];

for (const [text, action, errorClass] of REFUSALS) {
  Deno.test(`"${text}"`, () => {
    assertEquals(assertThrows(action, errorClass).message, text);
  });
}

Deno.test("Table() fills with the value given, or the type's default", () => {
  const value = {};
  assertStrictEquals(table({ element: "externref", initial: 2 }, value).get(1), value);
  assertEquals(table({ element: "externref", initial: 1 }).get(0), undefined);
  assertEquals(functions(1).get(0), null);
  assertEquals(table({ element: "i31ref", initial: 1 }, -5).get(0), -5);
});

Deno.test("Table.set() without a value stores the type's default", () => {
  const references = table({ element: "externref", initial: 1 }, 5);
  references.set(0);
  assertEquals(references.get(0), undefined);
});

Deno.test("Table.grow() returns the length before and stores the value in the new elements", () => {
  const references = table({ element: "externref", initial: 1 }, "old");
  assertEquals(references.grow(2, "new"), 1);
  assertEquals([references.length, references.get(0), references.get(2)], [3, "old", "new"]);
});

Deno.test("a 64-bit table has bigint indices and length", () => {
  const references = table({ element: "externref", address: "i64", initial: 1n }, 7);
  assertEquals([references.length, references.grow(1n)] as unknown[], [1n, 1n]);
  assertEquals(references.get(0n), 7);
  assertThrows(() => references.get(0), TypeError);
});

Deno.test("Table.set() looks at the index before the value", () => {
  assertThrows(
    () => functions(2).set(4, {} as never),
    RangeError,
    "invalid address 4 in funcref table of size 2",
  );
});

Deno.test("the value of a new table without elements is not looked at", () => {
  assertEquals(table({ element: "anyfunc", initial: 0 }, {}).length, 0);
  assertThrows(() => table({ element: "anyfunc", initial: 1 }, {}), TypeError, NOT_A_FUNCTION);
});
