// Iteration counts of an n by n view of the Mandelbrot set: f64 arithmetic in locals, no memory at all.
#include "kernel.h"

enum { MAX_ITERATIONS = 200 };

static NOINLINE int32_t iterations(double cx, double cy) {
  double x = 0, y = 0;
  int32_t i = 0;
  for (; i < MAX_ITERATIONS; i++) {
    double xx = x * x, yy = y * y;
    if (xx + yy > 4) break;
    y = 2 * x * y + cy;
    x = xx - yy + cx;
  }
  return i;
}

EXPORT(run) int32_t run(int32_t n) {
  int32_t sum = 0;
  double step = 3.0 / n;
  for (int32_t i = 0; i < n; i++) {
    for (int32_t j = 0; j < n; j++) sum += iterations(j * step - 2.2, i * step - 1.5);
  }
  return sum;
}
