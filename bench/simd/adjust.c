// Brightness, contrast and a threshold on 32-bit pixels, n rounds: i32x4 arithmetic, comparisons and selection, and
// the sums of the result.
#include <wasm_simd128.h>

#include "../kernels/kernel.h"

enum { PIXELS = 1 << 14 };

static int32_t pixels[PIXELS], output[PIXELS];

static NOINLINE int32_t adjust(int32_t gain, int32_t offset) {
  v128_t gains = wasm_i32x4_splat(gain), offsets = wasm_i32x4_splat(offset);
  v128_t least = wasm_i32x4_splat(0), greatest = wasm_i32x4_splat(255), sums = wasm_i32x4_splat(0);
  v128_t dark = wasm_i32x4_splat(64);
  for (int i = 0; i < PIXELS; i += 4) {
    v128_t value = wasm_i32x4_shr(wasm_i32x4_add(wasm_i32x4_mul(wasm_v128_load(pixels + i), gains), offsets), 8);
    value = wasm_i32x4_max(wasm_i32x4_min(value, greatest), least);
    value = wasm_v128_bitselect(wasm_i32x4_shl(value, 1), value, wasm_i32x4_lt(value, dark));
    sums = wasm_i32x4_add(sums, value);
    wasm_v128_store(output + i, value);
  }
  return wasm_i32x4_extract_lane(sums, 0) + wasm_i32x4_extract_lane(sums, 1) + wasm_i32x4_extract_lane(sums, 2) +
         wasm_i32x4_extract_lane(sums, 3);
}

EXPORT(run) int32_t run(int32_t n) {
  uint32_t random = 1;
  for (int i = 0; i < PIXELS; i++) pixels[i] = next_random(&random) & 255;
  uint32_t result = 0;
  for (int32_t round = 0; round < n; round++) {
    result = result * 31 + (uint32_t)adjust(200 + round % 100, 3 * (round % 50));
  }
  return result;
}
