// memory.copy and memory.fill of blocks from 16 bytes to 64 KiB, overlapping ones too, n rounds.
#include "kernel.h"

enum { LENGTH = 1 << 16 };

static uint8_t a[LENGTH], b[LENGTH + 64];

EXPORT(run) int32_t run(int32_t n) {
  uint32_t random = 1, sum = 0;
  for (int i = 0; i < LENGTH; i++) a[i] = next_random(&random) >> 8;
  __builtin_memset(b, 0, sizeof b);
  for (int32_t i = 0; i < n; i++) {
    for (uint32_t size = 16; size <= LENGTH; size *= 2) {
      // At most 64 blocks of a size, so that neither small nor large ones take all the time.
      uint32_t step = size < 1024 ? 1024 : size;
      for (uint32_t at = 0; at < LENGTH; at += step) __builtin_memcpy(b + at, a + at, size);
      __builtin_memmove(b + 3, b, size);
      __builtin_memset(a + (random & 1023), i, size & 255);
      sum = sum * 31 + b[next_random(&random) & (LENGTH - 1)];
    }
  }
  return sum;
}
