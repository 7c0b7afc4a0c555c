import { assertEquals, assertStrictEquals } from "@std/assert";
import { Global } from "../../lib/runtime/global.ts";
import { EXTERNREF, F32, F64, I32, I64, V128, type ValueType } from "../../lib/syntax/types.ts";

const globalOf = (value: ValueType, initial: unknown) =>
  Global.create({ value, mutable: true, shared: false }, initial);

Deno.test("Global keeps values of every type", () => {
  assertEquals(globalOf(I32, -5).get(), -5);
  assertEquals(globalOf(F32, 0.5).get(), 0.5);
  assertEquals(globalOf(F64, -0).get(), -0);
  const reference = {};
  assertStrictEquals(globalOf(EXTERNREF, reference).get(), reference);
});

Deno.test("Global keeps all 64 bits of an i64, signed", () => {
  for (const value of [0n, -1n, 0x8000_0000n, -0x8000_0000n, 2n ** 63n - 1n, -(2n ** 63n)]) {
    assertEquals(globalOf(I64, value).get(), value);
  }
});

Deno.test("Global.get() of a v128 is a copy", () => {
  const bytes = Uint8Array.from({ length: 16 }, (_, index) => index);
  const global = globalOf(V128, bytes);
  (global.get() as Uint8Array)[0] = 99;
  assertEquals(global.get(), bytes);
});
