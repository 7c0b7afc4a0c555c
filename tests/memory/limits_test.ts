import { assertEquals } from "@std/assert";
import { maximumByteLength } from "../../lib/memory/limits.ts";

const type = {
  addressType: "i32",
  limits: { minimum: 0n, maximum: null },
  shared: false,
  pageSizeLog2: 16,
} as const;

Deno.test("maximumByteLength() is 4 GiB for 32-bit and 16 GiB for 64-bit memories", () => {
  assertEquals(maximumByteLength(type), 2 ** 32);
  assertEquals(maximumByteLength({ ...type, addressType: "i64" }), 2 ** 34);
});

Deno.test("maximumByteLength() heeds a smaller declared maximum", () => {
  assertEquals(maximumByteLength({ ...type, limits: { minimum: 0n, maximum: 3n } }), 3 * 65536);
  assertEquals(
    maximumByteLength({ ...type, addressType: "i64", limits: { minimum: 0n, maximum: 1n << 37n } }),
    2 ** 34,
  );
});

Deno.test("maximumByteLength() leaves a size in pages of one byte that fits an i32", () => {
  assertEquals(maximumByteLength({ ...type, pageSizeLog2: 0 }), 2 ** 32 - 1);
});
