import { assertEquals } from "@std/assert";
import { KEEPS_NAN_BITS } from "../../lib/runtime/float_bits.ts";
import { exportsOf } from "./instances.ts";

const SIGNALLING = 0x7ff0_0000_0000_0001n;
const QUIET = 0x7ff8_0000_0000_0001n;
/** After as many calls hosts have optimised a function. */
const CALLS = 30_000;

/** Operations that give back `x` or its negation where it is a number. */
const OPERATIONS = [
  "(f64.add (local.get $x) (f64.const -0))",
  "(f64.add (f64.const -0) (local.get $x))",
  "(f64.sub (local.get $x) (f64.const 0))",
  "(f64.sub (f64.const -0) (local.get $x))",
  ...["1", "-1"].flatMap((one) => [
    `(f64.mul (local.get $x) (f64.const ${one}))`,
    `(f64.mul (f64.const ${one}) (local.get $x))`,
    `(f64.div (local.get $x) (f64.const ${one}))`,
  ]),
  "(f64x2.extract_lane 1 (f64x2.mul (f64x2.splat (local.get $x)) (v128.const f64x2 1 1)))",
];

for (const operation of OPERATIONS) {
  Deno.test({
    name: `a signalling NaN becomes quiet: ${operation}`,
    ignore: !KEEPS_NAN_BITS,
    fn() {
      const { bits } = exportsOf(`(module (func (export "bits") (param i64) (result i64) (local $x f64)
        (local.set $x (f64.reinterpret_i64 (local.get 0)))
        (i64.reinterpret_f64 ${operation})))`);
      const found = new Set<bigint>();
      for (let i = 0; i < CALLS; i++) {
        bits(0x3ff8_0000_0000_0000n + BigInt(i));
        found.add(BigInt.asUintN(63, bits(SIGNALLING) as bigint));
      }
      assertEquals([...found], [QUIET]);
    },
  });
}
