// Sorts n integers (up to 2^18) with quicksort, ending in insertion sort: i32 loads, stores and branches that
// cannot be predicted.
#include "kernel.h"

enum { MAX = 1 << 18, SMALL = 12 };

static int32_t values[MAX];

static inline void swap(int32_t *a, int32_t *b) {
  int32_t t = *a;
  *a = *b;
  *b = t;
}

static NOINLINE void insertion_sort(int32_t *v, int32_t n) {
  for (int32_t i = 1; i < n; i++) {
    int32_t x = v[i], j = i;
    for (; j > 0 && v[j - 1] > x; j--) v[j] = v[j - 1];
    v[j] = x;
  }
}

static NOINLINE void quicksort(int32_t *v, int32_t n) {
  while (n > SMALL) {
    int32_t *middle = v + n / 2, *last = v + n - 1;
    if (*middle < *v) swap(middle, v);
    if (*last < *v) swap(last, v);
    if (*last < *middle) swap(last, middle);
    int32_t pivot = *middle, i = 0, j = n - 1;
    while (i <= j) {
      while (v[i] < pivot) i++;
      while (v[j] > pivot) j--;
      if (i <= j) swap(v + i++, v + j--);
    }
    if (j + 1 < n - i) {
      quicksort(v, j + 1);
      v += i;
      n -= i;
    } else {
      quicksort(v + i, n - i);
      n = j + 1;
    }
  }
  insertion_sort(v, n);
}

EXPORT(run) int32_t run(int32_t n) {
  if (n < 1 || n > MAX) return -1;
  uint32_t random = 1;
  for (int32_t i = 0; i < n; i++) values[i] = next_random(&random);
  quicksort(values, n);
  uint32_t sum = 0;
  for (int32_t i = 0; i < n; i++) {
    if (i > 0 && values[i - 1] > values[i]) return -1;
    sum = sum * 31 + values[i];
  }
  return sum;
}
