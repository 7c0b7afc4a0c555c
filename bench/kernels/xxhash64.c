// xxHash64 of a 64 KiB buffer, n times, each seeded with the last: i64 multiplications, rotations and loads.
#include "kernel.h"

#define P1 0x9E3779B185EBCA87ull
#define P2 0xC2B2AE3D27D4EB4Full
#define P3 0x165667B19E3779F9ull
#define P4 0x85EBCA77C2B2AE63ull
#define P5 0x27D4EB2F165667C5ull

enum { LENGTH = 65536 + 13 };

static uint64_t storage[LENGTH / 8 + 1];

static inline uint64_t rotl(uint64_t x, int k) { return x << k | x >> (64 - k); }

static inline uint64_t round64(uint64_t acc, uint64_t lane) { return rotl(acc + lane * P2, 31) * P1; }

static inline uint64_t merge(uint64_t acc, uint64_t lane) { return (acc ^ round64(0, lane)) * P1 + P4; }

static NOINLINE uint64_t hash(const uint8_t *p, uint32_t length, uint64_t seed) {
  const uint8_t *end = p + length;
  uint64_t a = seed + P1 + P2, b = seed + P2, c = seed, d = seed - P1;
  for (; p + 32 <= end; p += 32) {
    const uint64_t *lanes = (const uint64_t *)p;
    a = round64(a, lanes[0]);
    b = round64(b, lanes[1]);
    c = round64(c, lanes[2]);
    d = round64(d, lanes[3]);
  }
  uint64_t h = rotl(a, 1) + rotl(b, 7) + rotl(c, 12) + rotl(d, 18);
  h = merge(merge(merge(merge(h, a), b), c), d) + length;
  for (; p + 8 <= end; p += 8) h = rotl(h ^ round64(0, *(const uint64_t *)p), 27) * P1 + P4;
  if (p + 4 <= end) {
    h = rotl(h ^ *(const uint32_t *)p * P1, 23) * P2 + P3;
    p += 4;
  }
  for (; p < end; p++) h = rotl(h ^ *p * P5, 11) * P1;
  h = (h ^ h >> 33) * P2;
  h = (h ^ h >> 29) * P3;
  return h ^ h >> 32;
}

EXPORT(run) int32_t run(int32_t n) {
  uint8_t *bytes = (uint8_t *)storage;
  uint32_t random = 1;
  for (int i = 0; i < LENGTH; i++) bytes[i] = next_random(&random) >> 8;
  uint64_t h = 0;
  for (int32_t i = 0; i < n; i++) h = hash(bytes, LENGTH, h);
  return (int32_t)(h ^ h >> 32);
}
