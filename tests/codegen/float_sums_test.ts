import { assertEquals } from "@std/assert";
import { KEEPS_NAN_BITS } from "../../lib/runtime/float_bits.ts";
import { WebAssembly } from "../../mod.ts";
import { exportsOf } from "./instances.ts";

const VALUES = [0, -0, 1, -1, 0.5, -2.5, 3, 2 ** 24, 2 ** 53, -(2 ** 53), 2 ** 100, Infinity, -Infinity, NaN];

/** The value as the text format writes it. */
function literal(value: number): string {
  if (value !== value) return "nan";
  return Object.is(value, -0) ? "-0" : `${value}`.replace("Infinity", "inf").replace("e+", "e");
}

for (const type of ["f32", "f64"] as const) {
  const round = type === "f32" ? Math.fround : (value: number) => value;

  Deno.test(`${type}.add with constants on either side`, () => {
    for (const constant of VALUES) {
      const sums = exportsOf(`(module
        (func (export "right") (param ${type}) (result ${type})
          (${type}.add (local.get 0) (${type}.const ${literal(constant)})))
        (func (export "left") (param ${type}) (result ${type})
          (${type}.add (${type}.const ${literal(constant)}) (local.get 0))))`);
      for (const value of VALUES) {
        const sum = round(round(value) + round(constant));
        assertEquals([sums.right(value), sums.left(value)], [sum, sum], `${value} + ${constant}`);
      }
    }
  });

  Deno.test(`${type}.add with immutable globals`, () => {
    for (const constant of VALUES) {
      const imported = new WebAssembly.Global({ value: type }, constant);
      const { sum, own } = exportsOf(
        `(module
          (import "m" "g" (global $g ${type}))
          (global $own ${type} (${type}.const ${literal(constant)}))
          (func (export "sum") (param ${type}) (result ${type}) (${type}.add (local.get 0) (global.get $g)))
          (func (export "own") (param ${type}) (result ${type}) (${type}.add (local.get 0) (global.get $own))))`,
        { m: { g: imported } },
      );
      for (const value of VALUES) {
        const expected = round(round(value) + round(constant));
        assertEquals([sum(value), own(value)], [expected, expected], `${value} + ${constant}`);
      }
    }
  });
}

Deno.test({
  name: "a sum with a NaN in a constant or immutable global has the NaN's sign and payload",
  ignore: !KEEPS_NAN_BITS,
  fn() {
    const { constant, global, whole } = exportsOf(`(module
      (global $g f64 (f64.const -nan:0xc000000000123))
      (func (export "constant") (param f64) (result i64)
        (i64.reinterpret_f64 (f64.add (local.get 0) (f64.const -nan:0xc000000000123))))
      (func (export "global") (param f64) (result i64)
        (i64.reinterpret_f64 (f64.add (local.get 0) (global.get $g))))
      (func (export "whole") (param i64) (result i64)
        (i64.reinterpret_f64 (f64.add (f64.reinterpret_i64 (local.get 0)) (f64.const 1)))))`);
    const bits = BigInt.asIntN(64, 0xfffc_0000_0000_0123n);
    assertEquals([constant(1), global(1), whole(bits)], [bits, bits, bits]);
  },
});
