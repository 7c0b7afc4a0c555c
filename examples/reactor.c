// A library rather than a program: no main, but functions to call. A host calls _initialize once, then any of them.

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT(name) __attribute__((export_name(#name)))

static int32_t calls;

// Runs in _initialize.
__attribute__((constructor)) static void start_counting(void) { calls = 100; }

EXPORT(add) int32_t add(int32_t a, int32_t b) { return a + b; }

EXPORT(mul64) int64_t mul64(int64_t a, int64_t b) { return (int64_t)((uint64_t)a * (uint64_t)b); }

EXPORT(hypotenuse) double hypotenuse(double a, double b) { return __builtin_sqrt(a * a + b * b); }

// 101 at the first call, and so on.
EXPORT(count) int32_t count(void) { return ++calls; }

// Memory for strings that the host passes in; 0 if there is none.
EXPORT(allocate) void *allocate(size_t size) { return malloc(size); }

EXPORT(release) void release(void *memory) { free(memory); }

// A new string with the bytes of a zero-terminated one in reverse order; to be released.
EXPORT(reverse) char *reverse(const char *text) {
  size_t length = strlen(text);
  char *result = malloc(length + 1);
  if (!result) return NULL;
  for (size_t i = 0; i < length; i++) result[i] = text[length - 1 - i];
  result[length] = 0;
  return result;
}
