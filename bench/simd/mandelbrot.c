// Iterations until the points of an n by n grid leave the circle, four points at a time: f32x4 in locals, masks, i32x4.
#include <wasm_simd128.h>

#include "../kernels/kernel.h"

enum { LIMIT = 100 };

static v128_t iterations(v128_t cr, v128_t ci) {
  v128_t zr = cr, zi = ci, counts = wasm_i32x4_splat(0), four = wasm_f32x4_splat(4);
  for (int i = 0; i < LIMIT; i++) {
    v128_t rr = wasm_f32x4_mul(zr, zr), ii = wasm_f32x4_mul(zi, zi);
    v128_t inside = wasm_f32x4_le(wasm_f32x4_add(rr, ii), four);
    if (!wasm_v128_any_true(inside)) break;
    counts = wasm_i32x4_sub(counts, inside);
    v128_t ri = wasm_f32x4_mul(zr, zi);
    zr = wasm_f32x4_add(wasm_f32x4_sub(rr, ii), cr);
    zi = wasm_f32x4_add(wasm_f32x4_add(ri, ri), ci);
  }
  return counts;
}

EXPORT(run) int32_t run(int32_t n) {
  v128_t sum = wasm_i32x4_splat(0);
  float step = 2.0f / (float)n;
  v128_t lanes = wasm_f32x4_make(0, 1, 2, 3), steps = wasm_f32x4_splat(step);
  for (int32_t y = 0; y < n; y++) {
    v128_t ci = wasm_f32x4_splat((float)y * step - 1.0f);
    for (int32_t x = 0; x < n; x += 4) {
      v128_t columns = wasm_f32x4_add(wasm_f32x4_splat((float)x), lanes);
      v128_t cr = wasm_f32x4_sub(wasm_f32x4_mul(columns, steps), wasm_f32x4_splat(1.5f));
      sum = wasm_i32x4_add(sum, iterations(cr, ci));
    }
  }
  return wasm_i32x4_extract_lane(sum, 0) + wasm_i32x4_extract_lane(sum, 1) + wasm_i32x4_extract_lane(sum, 2) +
         wasm_i32x4_extract_lane(sum, 3);
}
