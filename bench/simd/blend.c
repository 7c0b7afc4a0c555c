// Alpha blending of two images of 8-bit channels, n rounds over 128 x 128 pixels: widening, i16x8 products, narrowing.
#include <wasm_simd128.h>

#include "../kernels/kernel.h"

enum { PIXELS = 128 * 128 };

static uint32_t front[PIXELS], back[PIXELS];

// (a * alpha + b * (255 - alpha)) / 255, rounded, of eight channels.
static v128_t mix(v128_t a, v128_t b, v128_t alpha) {
  v128_t sum = wasm_i16x8_add(wasm_i16x8_mul(a, alpha),
                              wasm_i16x8_mul(b, wasm_i16x8_sub(wasm_i16x8_splat(255), alpha)));
  sum = wasm_i16x8_add(sum, wasm_i16x8_splat(128));
  return wasm_u16x8_shr(wasm_i16x8_add(sum, wasm_u16x8_shr(sum, 8)), 8);
}

static NOINLINE void blend(void) {
  for (int i = 0; i < PIXELS; i += 4) {
    v128_t a = wasm_v128_load(front + i), b = wasm_v128_load(back + i);
    v128_t alpha = wasm_i8x16_shuffle(a, a, 3, 3, 3, 3, 7, 7, 7, 7, 11, 11, 11, 11, 15, 15, 15, 15);
    v128_t low = mix(wasm_u16x8_extend_low_u8x16(a), wasm_u16x8_extend_low_u8x16(b),
                     wasm_u16x8_extend_low_u8x16(alpha));
    v128_t high = mix(wasm_u16x8_extend_high_u8x16(a), wasm_u16x8_extend_high_u8x16(b),
                      wasm_u16x8_extend_high_u8x16(alpha));
    wasm_v128_store(back + i, wasm_u8x16_narrow_i16x8(low, high));
  }
}

EXPORT(run) int32_t run(int32_t n) {
  uint32_t random = 1;
  for (int i = 0; i < PIXELS; i++) {
    front[i] = next_random(&random);
    back[i] = next_random(&random);
  }
  uint32_t hash = 0;
  for (int32_t round = 0; round < n; round++) {
    blend();
    for (int i = 0; i < PIXELS; i += 97) hash = hash * 31 + back[i];
    front[round % PIXELS] += 0x01010101;
  }
  return hash;
}
