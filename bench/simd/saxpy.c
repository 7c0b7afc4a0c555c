// Dot product and scaled addition over f32 vectors, n rounds: f32x4 arithmetic, loads and stores.
#include <wasm_simd128.h>

#include "../kernels/kernel.h"

enum { LENGTH = 1 << 14 };

static float x[LENGTH], y[LENGTH];

// From -1 to 1, in steps of 2^-23.
static float random_unit(uint32_t *random) {
  return (float)((int32_t)next_random(random) >> 8) * 0x1p-23f;
}

static float sum_lanes(v128_t v) {
  return wasm_f32x4_extract_lane(v, 0) + wasm_f32x4_extract_lane(v, 1) + wasm_f32x4_extract_lane(v, 2) +
         wasm_f32x4_extract_lane(v, 3);
}

static NOINLINE float dot(void) {
  v128_t s0 = wasm_f32x4_splat(0), s1 = wasm_f32x4_splat(0);
  for (int i = 0; i < LENGTH; i += 8) {
    s0 = wasm_f32x4_add(s0, wasm_f32x4_mul(wasm_v128_load(x + i), wasm_v128_load(y + i)));
    s1 = wasm_f32x4_add(s1, wasm_f32x4_mul(wasm_v128_load(x + i + 4), wasm_v128_load(y + i + 4)));
  }
  return sum_lanes(wasm_f32x4_add(s0, s1));
}

static NOINLINE void add_scaled(float factor) {
  v128_t factors = wasm_f32x4_splat(factor);
  for (int i = 0; i < LENGTH; i += 4) {
    wasm_v128_store(y + i, wasm_f32x4_add(wasm_v128_load(y + i), wasm_f32x4_mul(wasm_v128_load(x + i), factors)));
  }
}

EXPORT(run) double run(int32_t n) {
  uint32_t random = 1;
  for (int i = 0; i < LENGTH; i++) {
    x[i] = random_unit(&random);
    y[i] = random_unit(&random);
  }
  float sum = 0;
  for (int32_t i = 0; i < n; i++) {
    sum += dot();
    add_scaled(i & 1 ? -0.125f : 0.25f);
  }
  return sum;
}
