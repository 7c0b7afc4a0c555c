// Sieve of Eratosthenes over one byte per number, n rounds: byte loads and stores in short loops.
#include "kernel.h"

enum { LIMIT = 1 << 17 };

static uint8_t composite[LIMIT];

static NOINLINE int32_t count_primes(void) {
  for (uint32_t i = 0; i < LIMIT; i++) composite[i] = 0;
  int32_t count = 0;
  for (uint32_t i = 2; i < LIMIT; i++) {
    if (composite[i]) continue;
    count++;
    for (uint32_t j = i + i; j < LIMIT; j += i) composite[j] = 1;
  }
  return count;
}

EXPORT(run) int32_t run(int32_t n) {
  int32_t sum = 0;
  for (int32_t i = 0; i < n; i++) sum += count_primes() + i;
  return sum;
}
