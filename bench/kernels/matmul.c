// Product of two n by n f64 matrices (n up to 512), textbook order: f64 loads with a constant and a long stride.
#include "kernel.h"

enum { MAX = 512 };

static double a[MAX * MAX], b[MAX * MAX], c[MAX * MAX];

static NOINLINE void multiply(int32_t n) {
  for (int32_t i = 0; i < n; i++) {
    for (int32_t j = 0; j < n; j++) {
      double sum = 0;
      for (int32_t k = 0; k < n; k++) sum += a[i * n + k] * b[k * n + j];
      c[i * n + j] = sum;
    }
  }
}

EXPORT(run) double run(int32_t n) {
  if (n < 1 || n > MAX) return -1;
  uint32_t random = 1;
  for (int32_t i = 0; i < n * n; i++) {
    a[i] = (int32_t)next_random(&random) * 0x1p-31;
    b[i] = (int32_t)next_random(&random) * 0x1p-31;
  }
  multiply(n);
  double sum = 0;
  for (int32_t i = 0; i < n * n; i++) sum += c[i] * (i & 7);
  return sum;
}
