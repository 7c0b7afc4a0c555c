// Base64 encoding, n rounds over 12 KB: i8x16 shuffles, swizzles, comparisons and saturating arithmetic
// (W. Mula and D. Lemire, "Faster Base64 Encoding and Decoding Using AVX2 Instructions").
#include <wasm_simd128.h>

#include "../kernels/kernel.h"

enum { LENGTH = 12 << 10 };

static uint8_t input[LENGTH + 16], output[LENGTH / 3 * 4];

// Twelve bytes as sixteen numbers of six bits.
static v128_t split(v128_t in) {
  v128_t bytes = wasm_i8x16_shuffle(in, in, 1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10);
  v128_t t0 = wasm_v128_and(bytes, wasm_i32x4_splat(0x0fc0fc00));
  v128_t t1 = wasm_v128_or(wasm_u32x4_shr(wasm_v128_and(t0, wasm_i32x4_splat(0x0000fc00)), 10),
                           wasm_u32x4_shr(wasm_v128_and(t0, wasm_i32x4_splat(0x0fc00000)), 6));
  v128_t t2 = wasm_v128_and(bytes, wasm_i32x4_splat(0x003f03f0));
  v128_t t3 = wasm_v128_or(wasm_i32x4_shl(wasm_v128_and(t2, wasm_i32x4_splat(0x000003f0)), 4),
                           wasm_i32x4_shl(wasm_v128_and(t2, wasm_i32x4_splat(0x003f0000)), 8));
  return wasm_v128_or(t1, t3);
}

// Numbers of six bits as letters: an offset chosen by range is added.
static v128_t letters(v128_t numbers) {
  const v128_t offsets = wasm_i8x16_make('a' - 26, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52,
                                         '0' - 52, '0' - 52, '0' - 52, '0' - 52, '+' - 62, '/' - 63, 'A', 0, 0);
  v128_t range = wasm_u8x16_sub_sat(numbers, wasm_u8x16_splat(51));
  v128_t upper = wasm_i8x16_gt(wasm_i8x16_splat(26), numbers);
  range = wasm_v128_or(range, wasm_v128_and(upper, wasm_i8x16_splat(13)));
  return wasm_i8x16_add(wasm_i8x16_swizzle(offsets, range), numbers);
}

static NOINLINE void encode(void) {
  for (int from = 0, to = 0; from < LENGTH; from += 12, to += 16) {
    wasm_v128_store(output + to, letters(split(wasm_v128_load(input + from))));
  }
}

EXPORT(run) int32_t run(int32_t n) {
  uint32_t random = 1;
  for (int i = 0; i < LENGTH; i++) input[i] = next_random(&random);
  uint32_t hash = 0;
  for (int32_t round = 0; round < n; round++) {
    encode();
    for (unsigned i = 0; i < sizeof output; i += 61) hash = hash * 31 + output[i];
    input[round % LENGTH]++;
  }
  return hash;
}
