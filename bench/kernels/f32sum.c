// Dot product, sum and scaled addition over f32 vectors, n rounds: f32 loads, stores and rounding.
#include "kernel.h"

enum { LENGTH = 1 << 14 };

static float x[LENGTH], y[LENGTH];

// From -1 to 1, in steps of 2^-23.
static float random_unit(uint32_t *random) {
  return (float)((int32_t)next_random(random) >> 8) * 0x1p-23f;
}

// Four partial sums: not bound by the latency of one addition, as total() is.
static NOINLINE float dot(void) {
  float s0 = 0, s1 = 0, s2 = 0, s3 = 0;
  for (int i = 0; i < LENGTH; i += 4) {
    s0 += x[i] * y[i];
    s1 += x[i + 1] * y[i + 1];
    s2 += x[i + 2] * y[i + 2];
    s3 += x[i + 3] * y[i + 3];
  }
  return s0 + s1 + s2 + s3;
}

static NOINLINE float total(const float *v) {
  float sum = 0;
  for (int i = 0; i < LENGTH; i++) sum += v[i];
  return sum;
}

static NOINLINE void add_scaled(float factor) {
  for (int i = 0; i < LENGTH; i++) y[i] = y[i] + x[i] * factor;
}

EXPORT(run) double run(int32_t n) {
  uint32_t random = 1;
  for (int i = 0; i < LENGTH; i++) {
    x[i] = random_unit(&random);
    y[i] = random_unit(&random);
  }
  float sum = 0;
  for (int32_t i = 0; i < n; i++) {
    sum += dot() - total(y);
    add_scaled(i & 1 ? -0.125f : 0.25f);
  }
  return sum;
}
