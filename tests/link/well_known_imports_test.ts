import { ExceptionPackage } from "../../lib/runtime/exception_package.ts";
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { boundCall } from "../../lib/link/bound_functions.ts";
import {
  describePlaces,
  WELL_KNOWN_IMPORTS,
  wellKnownImportOf,
  wellKnownImportsOf,
} from "../../lib/link/well_known_imports.ts";
import type { Callable } from "../../lib/runtime/imported_function.ts";
import {
  EXTERN,
  EXTERNREF,
  F32,
  F64,
  I32,
  I64,
  refType,
  sharedHeapType,
  STRINGREF,
  type ValueType,
} from "../../lib/syntax/types.ts";

function find(value: unknown, params: ValueType[], results: ValueType[]) {
  return wellKnownImportOf(value, { kind: "func", params, results });
}

const TYPES: Record<string, ValueType> = {
  i32: I32,
  i64: I64,
  f32: F32,
  f64: F64,
  extern: EXTERNREF,
  string: STRINGREF,
  "string or extern": STRINGREF,
};

Deno.test("every entry of the table is recognised under its own signature", () => {
  for (const entry of WELL_KNOWN_IMPORTS) {
    const value = entry.form === "function" ? entry.builtin : boundCall(entry.builtin);
    const params = entry.params.map((place) => TYPES[place]);
    const results = entry.results.map((place) => TYPES[place]);
    assertStrictEquals(find(value, params, results), entry, entry.name);
  }
});

Deno.test("the table has the accessors of DataView and eight others", () => {
  const names = WELL_KNOWN_IMPORTS.map(({ name }) => name);
  assertEquals(new Set(names).size, names.length);
  assertEquals(names.filter((name) => name.startsWith("DataView")).length, 21);
  assertEquals(names.length, 29);
});

Deno.test("another signature is no well-known import", () => {
  const getInt16 = boundCall(DataView.prototype.getInt16);
  assertEquals(find(getInt16, [EXTERNREF, I32], [I32]), null);
  assertEquals(find(getInt16, [EXTERNREF, I32, I64], [I32]), null);
  assertEquals(find(getInt16, [EXTERNREF, I32, I32], [I64]), null);
  assertEquals(find(getInt16, [EXTERNREF, I32, I32], []), null);
  assertEquals(find(parseFloat, [EXTERNREF], [F64]), null);
});

Deno.test("references may be nullable or not, and are not shared", () => {
  const byteLength = boundCall(
    Object.getOwnPropertyDescriptor(DataView.prototype, "byteLength")!.get as Callable,
  );
  assertEquals(find(byteLength, [refType(EXTERN, false)], [F64])?.name, "DataView.prototype.byteLength");
  assertEquals(find(byteLength, [refType(sharedHeapType(EXTERN), true)], [F64]), null);
});

Deno.test("a result may be a string or an external reference where the table says so", () => {
  const toString = boundCall(Number.prototype.toString);
  assertEquals(find(toString, [I32, I32], [EXTERNREF])?.name, "Number.prototype.toString (i32)");
  assertEquals(find(toString, [F64], [STRINGREF])?.name, "Number.prototype.toString (f64)");
});

Deno.test("only the builtin in the right form is recognised", () => {
  const { getInt8 } = DataView.prototype;
  assertEquals(find(getInt8, [EXTERNREF, I32], [I32]), null);
  assertEquals(find(boundCall(parseFloat as Callable), [STRINGREF], [F64]), null);
  assertEquals(find(Function.prototype.call.bind(getInt8), [EXTERNREF, I32], [I32]), null);
  assertEquals(find((text: string) => parseFloat(text), [STRINGREF], [F64]), null);
});

Deno.test("what a value could be is told apart from what it is", () => {
  assertEquals(wellKnownImportsOf(boundCall(DataView.prototype.getInt8)).map(describePlaces), [
    "(extern, i32) -> i32",
  ]);
  assertEquals(wellKnownImportsOf(() => 1), []);
});

Deno.test("numbers become strings as the builtin makes them", () => {
  const code = find(boundCall(Number.prototype.toString), [I32, I32], [EXTERNREF])!.code!;
  assertEquals([code(-255, 10), code(-255, 16), code(5, 2)], ["-255", "-ff", "101"]);
  let thrown: unknown;
  try {
    code(1, 1);
  } catch (error) {
    thrown = error;
  }
  assert(thrown instanceof ExceptionPackage && thrown.components[0] instanceof RangeError);
  const double = find(boundCall(Number.prototype.toString), [F64], [EXTERNREF])!.code!;
  assertEquals([double(-0), double(1e21), double(0.1), double(NaN)], ["0", "1e+21", "0.1", "NaN"]);
});

Deno.test("string methods are called with the receiver first", () => {
  const indexOf = find(boundCall(String.prototype.indexOf), [EXTERNREF, EXTERNREF, I32], [I32])!.code!;
  assertEquals([indexOf("banana", "an", 2), indexOf("banana", "x", 0), indexOf(12321, 2, 2)], [3, -1, 3]);
  const lower = find(boundCall(String.prototype.toLowerCase), [STRINGREF], [STRINGREF])!.code!;
  assertEquals(lower("AbC"), "abc");
  const localeLower = find(
    boundCall(String.prototype.toLocaleLowerCase as Callable),
    [STRINGREF, STRINGREF],
    [
      STRINGREF,
    ],
  )!.code!;
  assertEquals(localeLower("AbC", "en"), "abc");
});
