import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { Engine } from "../../lib/js_api/engine.ts";

const { WebAssembly } = new Engine();
// deno-lint-ignore no-explicit-any
const global = (descriptor: any, ...value: unknown[]) =>
  new WebAssembly.Global(descriptor, ...value as [unknown?]);

const VALUES: readonly (readonly [type: string, given: unknown, value: unknown])[] = [
  ["i32", "7", 7],
  ["i32", 2 ** 31, -(2 ** 31)],
  ["i64", 2n ** 63n, -(2n ** 63n)],
  ["f32", 1.1, Math.fround(1.1)],
  ["f64", 1.1, 1.1],
  ["anyfunc", null, null],
  ["externref", undefined, undefined],
  ["externref", 1n, 1n],
  ["anyref", "text", "text"],
  ["i31ref", 2 ** 30 - 1, 2 ** 30 - 1],
];

for (const [type, given, value] of VALUES) {
  Deno.test(`a ${type} global given ${String(given)} holds ${String(value)}`, () => {
    assertStrictEquals(global({ value: type }, given).value, value);
    const mutable = global({ value: type, mutable: true });
    mutable.value = given;
    assertStrictEquals(mutable.valueOf(), value);
  });
}

Deno.test("a global without a value holds the type's default", () => {
  const values = ["i32", "i64", "f32", "f64", "anyfunc", "externref", "anyref"]
    .map((value) => global({ value }).value);
  assertEquals(values, [0, 0n, 0, 0, null, undefined, null]);
});

const REFUSALS: readonly (readonly [string, () => unknown])[] = [
  ["WebAssembly.Global(): Argument 0 must be a global descriptor", () => global(1)],
  [
    "WebAssembly.Global(): Descriptor property 'value' must be a WebAssembly type",
    () => global({ value: "x" }),
  ],
  [
    "WebAssembly.Global(): A global of type 'v128' cannot be created in JavaScript",
    () => global({ value: "v128" }),
  ],
  [
    "WebAssembly.Global(): function-typed object must be null (if nullable) or a Wasm function object",
    () => global({ value: "anyfunc" }, undefined),
  ],
  [
    "WebAssembly.Global(): i31ref object must be null (if nullable) or a Number that fits in i31ref range",
    () => global({ value: "i31ref" }, 1.5),
  ],
  [
    "set WebAssembly.Global.value): Can't set the value of an immutable global.",
    () => global({ value: "i32" }).value = 1,
  ],
  ["Cannot convert 1 to a BigInt", () => global({ value: "i64" }, 1)],
  ["Cannot convert a BigInt value to a number", () => global({ value: "i32" }, 1n)],
];

for (const [text, action] of REFUSALS) {
  Deno.test(`a global says "${text}"`, () => {
    const { message } = assertThrows(action, TypeError);
    // The language's own conversion errors have each host's words.
    if (text.includes("WebAssembly")) assertEquals(message, text);
  });
}

Deno.test("a global of exnref starts as null when no value is given, and its value is hidden", () => {
  const exception = global({ value: "exnref", mutable: true });
  assertThrows(() => exception.value, TypeError);
  assertThrows(() => exception.value = null, TypeError);
  assertThrows(() => global({ value: "exnref" }, null), TypeError);
});
