import { assert, assertEquals } from "@std/assert";
import { ALL_FEATURES, without } from "../../lib/syntax/features.ts";

Deno.test("without() leaves the given set as it is", () => {
  const rest = without(ALL_FEATURES, "simd", "gc");
  assert(!rest.has("simd") && !rest.has("gc") && rest.has("threads"));
  assert(ALL_FEATURES.has("simd"));
  assertEquals(rest.size, ALL_FEATURES.size - 2);
});
