import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { bindExternal, FunctionReference } from "../../lib/runtime/function_reference.ts";
import { crossesToJS, hasJSValues, toJSValue, toWebAssemblyValue } from "../../lib/runtime/js_values.ts";
import { NO_TYPES } from "../../lib/syntax/canonical_types.ts";
import {
  ANYREF,
  definedHeapType,
  EQREF,
  EXNREF,
  EXTERN,
  EXTERNREF,
  F32,
  F64,
  FUNC,
  FUNCREF,
  I31REF,
  I32,
  I64,
  NONE,
  refType,
  STRINGREF,
  STRUCTREF,
  V128,
  type ValueType,
} from "../../lib/syntax/types.ts";
import { testEngine } from "../instance/test_engine.ts";

const engine = testEngine();
const convert = (value: unknown, type: ValueType) => toWebAssemblyValue(value, type, NO_TYPES);
/** Why the conversion fails; it must. */
function reason(value: unknown, type: ValueType, types: typeof NO_TYPES = NO_TYPES): string {
  let text = "";
  assertThrows(() =>
    toWebAssemblyValue(value, type, types, (given) => {
      text = given;
      throw new Error(given);
    })
  );
  return text;
}

Deno.test("toWebAssemblyValue() converts numbers as the language does", () => {
  assertEquals(convert("0x10", I32), 16);
  assertEquals(convert(2 ** 32 + 5.5, I32), 5);
  assertEquals(convert(undefined, I32), 0);
  assertEquals(convert({ valueOf: () => 3 }, F64), 3);
  assertEquals(convert(0.1, F32), Math.fround(0.1));
  assertEquals(convert(2n ** 64n + 1n, I64), 1n);
  assertEquals(convert("-1", I64), -1n);
  assertEquals(convert(true, I64), 1n);
});

Deno.test("toWebAssemblyValue() refuses to mix numbers and bigints, and symbols", () => {
  for (const type of [I32, F32, F64]) assertThrows(() => convert(1n, type), TypeError);
  assertThrows(() => convert(1, I64), TypeError);
  assertThrows(() => convert(Symbol(), I32), TypeError);
});

Deno.test("toWebAssemblyValue() says type incompatibility unless told otherwise", () => {
  const message = "type incompatibility when transforming from/to JS";
  assertThrows(() => convert({}, FUNCREF), TypeError, message);
  assertThrows(() => convert(null, V128), TypeError, message);
});

Deno.test("toWebAssemblyValue() takes null for nullable references only", () => {
  for (const type of [EXTERNREF, FUNCREF, ANYREF, EQREF, STRINGREF, refType(NONE, true)]) {
    assertStrictEquals(convert(null, type), null);
  }
  assertEquals(reason(null, refType(EXTERN, false)), "null is not allowed for (ref extern)");
  assertEquals(
    reason(null, refType(FUNC, false)),
    "function-typed object must be null (if nullable) or a Wasm function object",
  );
  assertStrictEquals(convert(undefined, EXTERNREF), undefined);
});

Deno.test("toWebAssemblyValue() takes exported functions for funcref, and their subtypes", () => {
  const type = engine.types.functionType([I32], []);
  const other = engine.types.functionType([], []);
  const reference = new FunctionReference(type, null, -1);
  const object = () => {};
  bindExternal(reference, object);
  assertStrictEquals(convert(object, FUNCREF), reference);
  assertStrictEquals(toJSValue(reference, FUNCREF), object);
  const defined = refType(definedHeapType(0), true);
  assertStrictEquals(toWebAssemblyValue(object, defined, [type]), reference);
  assertEquals(
    reason(object, defined, [other]),
    "assigned exported function has to be a subtype of the expected type",
  );
  assertEquals(reason({}, defined, [type]), "JS object does not match expected wasm type");
});

Deno.test("toWebAssemblyValue() makes i31s of Numbers in range", () => {
  assertEquals([convert(2 ** 30 - 1, I31REF), convert(-(2 ** 30), EQREF)], [2 ** 30 - 1, -(2 ** 30)]);
  for (const value of [2 ** 30, -(2 ** 30) - 1, 0.5, -0, NaN, "1"]) {
    assertEquals(
      reason(value, I31REF),
      "i31ref object must be null (if nullable) or a Number that fits in i31ref range",
    );
  }
  assertStrictEquals(toJSValue(convert("any", ANYREF), ANYREF), "any");
});

Deno.test("toWebAssemblyValue() has V8's reasons", () => {
  assertEquals(reason(1, STRUCTREF), "structref object must be null (if nullable) or a wasm struct");
  assertEquals(reason(1, STRINGREF), "wrong type (expected a string)");
  assertEquals(reason(1, refType(NONE, true)), "only null allowed for null types");
  assertEquals(reason(null, EXNREF), "invalid type (ref null exn)");
});

Deno.test("vectors and exceptions have no JavaScript values", () => {
  assertEquals([V128, EXNREF, I64, FUNCREF].map(hasJSValues), [false, false, true, true]);
  assertEquals(crossesToJS({ kind: "func", params: [I32], results: [V128] }), false);
  assertThrows(() => toJSValue(null, EXNREF), TypeError);
});
