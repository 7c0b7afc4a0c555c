// Shared by all kernels. A kernel is freestanding (no libc, no imports) and exports `run(n)`, which does an
// amount of work given by n and returns a checksum; calling it again with the same n returns the same one.
// No i64 crosses the boundary, so that every engine can run every kernel.
#ifndef KERNEL_H
#define KERNEL_H

#include <stddef.h>
#include <stdint.h>

#define EXPORT(name) __attribute__((export_name(#name)))
#define NOINLINE __attribute__((noinline))

// xorshift32: never yields 0 when started from another number.
static inline uint32_t next_random(uint32_t *state) {
  uint32_t x = *state;
  x ^= x << 13;
  x ^= x >> 17;
  x ^= x << 5;
  return *state = x;
}

#endif
