import { assertEquals, assertThrows } from "@std/assert";
import { arrayClass, newArray, newFilledArray, type WasmArray } from "../../lib/runtime/array_class.ts";
import { arrayCopy, arrayFill, arrayFillWide, arraySetNan } from "../../lib/runtime/array_operations.ts";
import { valueList } from "../../lib/runtime/components.ts";
import { f64Bits, f64FromBits, KEEPS_NAN_BITS, SCRATCH_I32 } from "../../lib/runtime/float_bits.ts";
import { type CanonicalType, TypeRegistry } from "../../lib/syntax/canonical_types.ts";
import { RuntimeError } from "../../lib/syntax/errors.ts";
import { ANYREF, F32, F64, I16, I32, I64, I8, V128, type ValueType } from "../../lib/syntax/types.ts";

function arrayType(storage: ValueType): CanonicalType {
  const type = {
    final: true,
    supertype: null,
    shared: false,
    descriptor: null,
    describes: null,
    composite: { kind: "array", element: { storage, mutable: true } },
  } as const;
  return new TypeRegistry().canonicalize([type], [{ start: 0, size: 1, explicit: false }])[0];
}

const elements = ({ elements }: WasmArray) => Array.from(elements as ArrayLike<unknown>);
/** Lengths of lists, and of typed arrays on every host. */
const LENGTHS = [0, 1, 7, 300];

Deno.test("arrays hold the components of their elements, one after the other", () => {
  assertEquals(elements(newArray(arrayType(I8), [0x80, 0x17f])), [-0x80, 0x7f]);
  assertEquals(elements(newArray(arrayType(I16), [0x8000])), [-0x8000]);
  assertEquals(elements(newArray(arrayType(I64), [-2n, 1n << 32n])), [-2, -1, 0, 1]);
  const vector = new Uint8Array(new Int32Array([1, -2, 3, -4]).buffer);
  assertEquals(elements(newArray(arrayType(V128), [vector])), [1, -2, 3, -4]);
  assertEquals(elements(newArray(arrayType(F64), [0.1, -0])), [0.1, -0]);
});

Deno.test("filled arrays have as many elements as they should, short and long", () => {
  for (const length of LENGTHS) {
    const repeat = (...components: unknown[]) => Array.from({ length }, () => components).flat();
    assertEquals(elements(newFilledArray(arrayType(I32), -7, length)), repeat(-7));
    assertEquals(elements(newFilledArray(arrayType(I64), 1n << 33n, length)), repeat(0, 2));
    assertEquals(elements(newFilledArray(arrayType(F32), -0, length)), repeat(-0));
    assertEquals(elements(newFilledArray(arrayType(F64), NaN, length)), repeat(NaN));
    assertEquals(elements(newFilledArray(arrayType(ANYREF), null, length)), repeat(null));
    assertEquals(newFilledArray(arrayType(I16), 3, length).length, length);
  }
});

Deno.test("fixed arrays have the elements given", () => {
  for (const count of LENGTHS) {
    const values = Array.from({ length: count }, (_, i) => i + 0.5);
    assertEquals(elements(arrayClass(arrayType(F64)).fixed(count)(...values as never[])), values);
  }
});

Deno.test("arrays that are too large trap", () => {
  for (const storage of [I8, I32, I64, V128, F64, ANYREF]) {
    assertThrows(
      () =>
        newFilledArray(
          arrayType(storage),
          storage === I64 ? 0n : storage === V128 ? new Uint8Array(16) : 0,
          -1,
        ),
      RuntimeError,
      "requested new array is too large",
    );
  }
});

Deno.test("what is past the end of an array is undefined, whatever the program does to Array.prototype", () => {
  const prototype = Array.prototype as unknown as Record<number, unknown>;
  prototype[3] = "patched";
  try {
    for (const storage of [I32, ANYREF]) {
      const array = newFilledArray(arrayType(storage), 0, 3);
      assertEquals([array.elements[3], array.elements[-1]], [undefined, undefined]);
    }
  } finally {
    delete prototype[3];
  }
});

Deno.test("arrayFill() and arrayFillWide() write the range, and nothing when it is out of bounds", () => {
  for (const length of [10, 300]) {
    const array = newFilledArray(arrayType(I32), 0, length);
    arrayFill(array, 2, 5, 3);
    assertEquals(elements(array).slice(0, 6), [0, 0, 5, 5, 5, 0]);
    assertThrows(
      () => arrayFill(array, length - 1, 9, 2),
      RuntimeError,
      "array element access out of bounds",
    );
    assertEquals(elements(array).at(-1), 0);
    const wide = newFilledArray(arrayType(I64), 0n, length);
    arrayFillWide(wide, 1, [1, 2], 2);
    assertEquals(elements(wide).slice(0, 8), [0, 0, 1, 2, 1, 2, 0, 0]);
  }
  assertThrows(() => arrayFill(null, 0, 0, 0), RuntimeError, "dereferencing a null pointer");
});

Deno.test("arrayCopy() copies between arrays short and long, and ranges that overlap", () => {
  for (const storage of [I8, I32, F32, ANYREF]) {
    for (const [targetLength, sourceLength] of [[10, 10], [10, 300], [300, 10], [300, 300]]) {
      const type = arrayType(storage);
      const source = newArray(type, Array.from({ length: sourceLength }, (_, i) => i % 100));
      const target = newFilledArray(type, -1, targetLength);
      arrayCopy(target, 1, source, 2, 4);
      assertEquals(elements(target).slice(0, 6), [-1, 2, 3, 4, 5, -1]);
      arrayCopy(source, 3, source, 1, 5);
      assertEquals(elements(source).slice(0, 9), [0, 1, 2, 1, 2, 3, 4, 5, 8]);
      arrayCopy(source, 0, source, 3, 5);
      assertEquals(elements(source).slice(0, 9), [1, 2, 3, 4, 5, 3, 4, 5, 8]);
    }
  }
});

Deno.test("arrays of f64 keep the bits of NaNs where the host can, short and long", () => {
  if (!KEEPS_NAN_BITS) return;
  const bits = (
    array: WasmArray,
    index: number,
  ) => [f64Bits(array.elements[index] as number), SCRATCH_I32[1]];
  const signalling = f64FromBits(1, 0x7ff00000);
  for (const length of [4, 300]) {
    const type = arrayType(F64);
    const set = newFilledArray(type, 0, length);
    arraySetNan(set, 2, signalling);
    assertEquals(bits(set, 2), [1, 0x7ff00000]);
    assertEquals(bits(newFilledArray(type, signalling, length), 1), [1, 0x7ff00000]);
    const filled = newFilledArray(type, 0.5, length);
    arrayFill(filled, 1, signalling, 2);
    assertEquals(bits(filled, 2), [1, 0x7ff00000]);
    const copy = newFilledArray(type, 0.5, length);
    arrayCopy(copy, 0, filled, 1, 1);
    assertEquals(bits(copy, 0), [1, 0x7ff00000]);
    const values = valueList();
    values.push(0.5, signalling);
    assertEquals(bits(newArray(type, values), 1), [1, 0x7ff00000]);
    const short = newFilledArray(type, 0.5, length);
    arrayCopy(short, 0, newArray(type, values), 1, 1);
    assertEquals(bits(short, 0), [1, 0x7ff00000]);
    assertEquals(bits(arrayClass(type).fixed(2)(...values as never[]), 1), [1, 0x7ff00000]);
  }
});
