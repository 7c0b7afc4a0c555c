// Counts the lines of a text and finds rare bytes in it, n rounds: i8x16 comparison, bit masks, any_true.
#include <wasm_simd128.h>

#include "../kernels/kernel.h"

enum { LENGTH = 1 << 16 };

static uint8_t text[LENGTH];

static NOINLINE int32_t count(uint8_t byte) {
  v128_t wanted = wasm_u8x16_splat(byte);
  int32_t found = 0;
  for (int i = 0; i < LENGTH; i += 16) {
    found += __builtin_popcount(wasm_i8x16_bitmask(wasm_i8x16_eq(wasm_v128_load(text + i), wanted)));
  }
  return found;
}

// The position of the first byte at or behind `start` that is `a` or `b`; LENGTH if there is none.
static NOINLINE int32_t find(int32_t start, uint8_t a, uint8_t b) {
  v128_t as = wasm_u8x16_splat(a), bs = wasm_u8x16_splat(b);
  for (int32_t i = start; i < LENGTH; i += 16) {
    v128_t bytes = wasm_v128_load(text + i);
    v128_t equal = wasm_v128_or(wasm_i8x16_eq(bytes, as), wasm_i8x16_eq(bytes, bs));
    if (wasm_v128_any_true(equal)) return i + __builtin_ctz(wasm_i8x16_bitmask(equal));
  }
  return LENGTH;
}

EXPORT(run) int32_t run(int32_t n) {
  uint32_t random = 1;
  for (int i = 0; i < LENGTH; i++) {
    uint32_t r = next_random(&random);
    text[i] = r % 61 == 0 ? '\n' : r % 4001 == 0 ? '"' : r % 5003 == 0 ? '\\' : 'a' + r % 26;
  }
  int32_t result = 0;
  for (int32_t round = 0; round < n; round++) {
    result += count('\n');
    for (int32_t at = 0; at < LENGTH; at++) {
      at = find(at & -16, '"', '\\');
      at |= 15;
      result = result * 31 + at;
    }
    text[round & LENGTH - 1] ^= 1;
  }
  return result;
}
