// Copies 64 KiB with loops over bytes, i32 and i64 words, n rounds: loads straight into stores.
#include "kernel.h"

enum { LENGTH = 1 << 16 };

static uint64_t a[LENGTH / 8], b[LENGTH / 8];

static NOINLINE void copy_bytes(uint8_t *to, const uint8_t *from, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) to[i] = from[i];
}

static NOINLINE void copy_i32(uint32_t *to, const uint32_t *from, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) to[i] = from[i];
}

static NOINLINE void copy_i64(uint64_t *to, const uint64_t *from, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) to[i] = from[i];
}

EXPORT(run) int32_t run(int32_t n) {
  uint32_t *words = (uint32_t *)a;
  uint32_t random = 1, sum = 0;
  for (int i = 0; i < LENGTH / 4; i++) words[i] = next_random(&random);
  for (int32_t i = 0; i < n; i++) {
    copy_i32((uint32_t *)b, (uint32_t *)a, LENGTH / 4);
    copy_bytes((uint8_t *)a + 1, (uint8_t *)b, LENGTH / 4);
    copy_i64(b, a, LENGTH / 8);
    copy_i32((uint32_t *)a + 3, (uint32_t *)b, LENGTH / 4 - 3);
    sum = sum * 31 + words[next_random(&random) & (LENGTH / 4 - 1)];
  }
  return sum;
}
