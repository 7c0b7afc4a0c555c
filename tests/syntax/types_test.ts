import { assert, assertEquals } from "@std/assert";
import {
  ABSTRACT_HEAP_TYPES,
  ANYREF,
  BOTTOM,
  definedHeapType,
  EXTERNREF,
  F64,
  FUNC,
  FUNCREF,
  heapTypeName,
  heapTypeOf,
  I16,
  I31REF,
  I32,
  I8,
  isDefaultable,
  isDefined,
  isExact,
  isNullable,
  isReference,
  isSharedAbstract,
  NONE,
  nonNullable,
  refType,
  sharedHeapType,
  typeIndexOf,
  unpacked,
  V128,
  valueTypeName,
  withTypeIndex,
} from "../../lib/syntax/types.ts";

Deno.test("valueTypeName() writes types as the text format does", () => {
  const names = new Map([
    [I32, "i32"],
    [F64, "f64"],
    [V128, "v128"],
    [I8, "i8"],
    [FUNCREF, "funcref"],
    [EXTERNREF, "externref"],
    [I31REF, "i31ref"],
    [refType(NONE, true), "nullref"],
    [refType(FUNC, false), "(ref func)"],
    [refType(definedHeapType(3), true), "(ref null 3)"],
    [refType(definedHeapType(3, true), false), "(ref (exact 3))"],
    [refType(sharedHeapType(FUNC), true), "(ref null (shared func))"],
    [BOTTOM, "<bot>"],
  ]);
  for (const [type, name] of names) assertEquals(valueTypeName(type), name);
});

Deno.test("heapTypeName() renders indices by the given names", () => {
  assertEquals(heapTypeName(definedHeapType(2), (index) => `$t${index}`), "$t2");
});

Deno.test("reference types take apart into what they were made of", () => {
  const type = refType(definedHeapType(999_999, true), true);
  assert(isReference(type) && isDefined(type) && isExact(type) && isNullable(type));
  assertEquals(typeIndexOf(type), 999_999);
  assertEquals(heapTypeOf(type), definedHeapType(999_999, true));
  assertEquals(nonNullable(type), refType(definedHeapType(999_999, true), false));
  assertEquals(withTypeIndex(type, 7), refType(definedHeapType(7, true), true));
});

Deno.test("only abstract types carry the shared mark", () => {
  assert(isSharedAbstract(refType(sharedHeapType(FUNC), true)));
  assert(!isSharedAbstract(FUNCREF) && !isSharedAbstract(refType(definedHeapType(16), true)));
});

Deno.test("numbers, vectors and nullable references have defaults", () => {
  assert(isDefaultable(I32) && isDefaultable(V128) && isDefaultable(ANYREF));
  assert(!isDefaultable(refType(FUNC, false)));
});

Deno.test("packed types are read as i32", () => {
  assertEquals([unpacked(I8), unpacked(I16), unpacked(F64)], [I32, I32, F64]);
});

Deno.test("abstract heap types have distinct codes", () => {
  assertEquals(new Set(ABSTRACT_HEAP_TYPES).size, ABSTRACT_HEAP_TYPES.length);
});
