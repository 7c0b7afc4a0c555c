// Counts primes below n by the Fermat test: i64 multiplication, remainder, shifts and comparisons.
#include "kernel.h"

static NOINLINE uint64_t mod_pow(uint64_t base, uint64_t exponent, uint64_t modulus) {
  uint64_t result = 1;
  for (; exponent; exponent >>= 1) {
    if (exponent & 1) result = result * base % modulus;
    base = base * base % modulus;
  }
  return result;
}

EXPORT(run) int32_t run(int32_t n) {
  // Numbers past 2^31, so that products need all 64 bits.
  const uint64_t start = 0x80000001ull;
  int32_t count = 0;
  for (int32_t i = 0; i < n; i++) {
    uint64_t candidate = start + 2 * (uint64_t)i;
    if (mod_pow(2, candidate - 1, candidate) == 1 && mod_pow(3, candidate - 1, candidate) == 1) count++;
  }
  return count;
}
