import {
  assert,
  assertEquals,
  assertNotEquals,
  assertNotStrictEquals,
  assertStrictEquals,
} from "@std/assert";
import { type HeapObject, typeMark } from "../../lib/runtime/heap_objects.ts";
import { fieldProperties, newStruct, setNanField, structClass } from "../../lib/runtime/struct_class.ts";
import { f64Bits, f64FromBits, KEEPS_NAN_BITS, SCRATCH_I32 } from "../../lib/runtime/float_bits.ts";
import { type CanonicalType, TypeRegistry } from "../../lib/syntax/canonical_types.ts";
import { F32, F64, I16, I32, I64, I8, type SubType, V128, type ValueType } from "../../lib/syntax/types.ts";

function struct(storages: ValueType[], supertype: number | null = null): SubType {
  return {
    final: false,
    supertype,
    shared: false,
    descriptor: null,
    describes: null,
    composite: { kind: "struct", fields: storages.map((storage) => ({ storage, mutable: true })) },
  };
}

/** The canonical types of a chain of `depth + 1` struct types, each declared below the one before it. */
function chain(depth: number): CanonicalType[] {
  const types = Array.from({ length: depth + 1 }, (_, i) => struct([I32], i === 0 ? null : i - 1));
  return new TypeRegistry().canonicalize(
    types,
    types.map((_, start) => ({ start, size: 1, explicit: false })),
  );
}

const marks = (object: HeapObject) => object as unknown as Record<symbol, unknown>;

Deno.test("a struct holds the components of its fields, packed ones wrapped", () => {
  const [type] = new TypeRegistry().canonicalize(
    [struct([I8, I16, I32, I64, F32, F64, V128])],
    [{ start: 0, size: 1, explicit: false }],
  );
  const vector = new Uint8Array(new Int32Array([1, -2, 3, -4]).buffer);
  const object = newStruct(type, [0x1ff, 0x8000, -5, -2n, 0.5, 0.1, vector]);
  const fields = [0, 1, 2, 3, 4, 5, 6].map((index) =>
    fieldProperties(type, index).map((property) => object[property])
  );
  assertEquals(fields, [[-1], [-0x8000], [-5], [-2, -1], [0.5], [0.1], [1, -2, 3, -4]]);
  assertStrictEquals(object.$type, type);
});

Deno.test("types share the properties of the fields that they have from a common ancestor, and no others", () => {
  const [a, b, c] = new TypeRegistry().canonicalize(
    [struct([I32]), struct([I32, I64], 0), struct([I32, F64], 0)],
    [0, 1, 2].map((start) => ({ start, size: 1, explicit: false })),
  );
  assertEquals(fieldProperties(b, 0), fieldProperties(a, 0));
  assertEquals(fieldProperties(c, 0), fieldProperties(a, 0));
  assertNotEquals(fieldProperties(b, 1)[0], fieldProperties(c, 1)[0]);
});

Deno.test("a canonical type has one class", () => {
  const [type] = chain(0);
  assertStrictEquals(structClass(type), structClass(type));
  assertNotStrictEquals(structClass(type), structClass(chain(0)[0]));
});

Deno.test("objects carry the marks of their type and all types above it, 63 levels deep", () => {
  const types = chain(63);
  const [top, bottom] = [newStruct(types[0], [0]), newStruct(types[63], [0])];
  for (const type of types) assertStrictEquals(marks(bottom)[typeMark(type)], true);
  assertEquals(types.filter((type) => marks(top)[typeMark(type)]), [types[0]]);
  assertStrictEquals(bottom.$type, types[63]);
});

Deno.test("a class inherits from the class of the supertype", () => {
  const types = chain(63);
  const [top, bottom] = [newStruct(types[0], [0]), newStruct(types[63], [0])];
  for (const type of types) assert(bottom instanceof structClass(type));
  assertEquals(types.filter((type) => top instanceof structClass(type)), [types[0]]);
});

Deno.test("types of different engines have different marks", () => {
  assertEquals(marks(newStruct(chain(0)[0], [0]))[typeMark(chain(0)[0])], undefined);
});

Deno.test("objects have nothing from Object.prototype", () => {
  const object = newStruct(chain(0)[0], [0]);
  assertEquals("toString" in object, false);
  assertStrictEquals(Object.getPrototypeOf(Object.getPrototypeOf(object)), null);
});

Deno.test("setNanField() keeps the bits of signalling NaNs where the host can", () => {
  const [type] = new TypeRegistry().canonicalize([struct([F64])], [{ start: 0, size: 1, explicit: false }]);
  const object = newStruct(type, [0.5]);
  const [field] = fieldProperties(type, 0);
  for (const [low, high] of [[1, 0x7ff00000], [5, 0x7ff80000], [-1, -1]]) {
    setNanField(object, field, f64FromBits(low, high));
    const bits = [f64Bits(object[field] as number), SCRATCH_I32[1]];
    if (KEEPS_NAN_BITS) assertEquals(bits, [low, high]);
    else assert(Number.isNaN(object[field]));
  }
});
