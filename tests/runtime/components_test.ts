import { assertEquals } from "@std/assert";
import {
  boxAll,
  invoke,
  pushComponents,
  resultComponents,
  returnComponents,
} from "../../lib/runtime/components.ts";
import { FunctionReference } from "../../lib/runtime/function_reference.ts";
import { TypeRegistry } from "../../lib/syntax/canonical_types.ts";
import { EXTERNREF, F64, I32, I64, V128 } from "../../lib/syntax/types.ts";

const types = [I64, F64, V128, EXTERNREF, I32];
const values = [-(2n ** 40n) + 3n, 1.5, Uint8Array.from({ length: 16 }, (_, index) => 240 + index), "x", -1];

Deno.test("components of values and back", () => {
  const components: unknown[] = [];
  types.forEach((type, index) => pushComponents(components, values[index], type));
  assertEquals(components.length, 9);
  assertEquals(components.slice(0, 3), [3, -256, 1.5]);
  assertEquals(boxAll(components, types), values);
});

Deno.test("results travel through the return registers", () => {
  const components: unknown[] = [];
  types.forEach((type, index) => pushComponents(components, values[index], type));
  const first = returnComponents(components, types);
  assertEquals(resultComponents(first, types), components);
});

Deno.test("invoke() calls code with boxed values", () => {
  const type = new TypeRegistry().functionType([I64, I32], [I32, I64]);
  const reference = new FunctionReference(type, null, -1);
  reference.code = (low: number, high: number, x: number) => returnComponents([x, high, low], [I32, I64]);
  assertEquals(invoke(reference, [2n ** 32n + 7n, 5]), [5, 7n * 2n ** 32n + 1n]);
});
