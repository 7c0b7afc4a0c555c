// The n-th Fibonacci number by naive recursion: direct calls and little else.
#include "kernel.h"

// Without the attribute clang turns one of the two calls into a loop.
__attribute__((disable_tail_calls)) static NOINLINE int32_t fib(int32_t n) {
  return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

EXPORT(run) int32_t run(int32_t n) { return fib(n); }
