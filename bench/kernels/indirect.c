// Indirect calls through a table of functions, n rounds: first one hot target, then eight in random order.
#include "kernel.h"

enum { LENGTH = 1 << 12, TARGETS = 8 };

typedef uint32_t (*Operation)(uint32_t a, uint32_t b);

static uint32_t op_add(uint32_t a, uint32_t b) { return a + b; }
static uint32_t op_sub(uint32_t a, uint32_t b) { return a - b; }
static uint32_t op_xor(uint32_t a, uint32_t b) { return a ^ b; }
static uint32_t op_mul(uint32_t a, uint32_t b) { return a * (b | 1); }
static uint32_t op_rotl(uint32_t a, uint32_t b) { return a << (b & 31) | a >> (-b & 31); }
static uint32_t op_shift(uint32_t a, uint32_t b) { return a ^ a >> (b & 15); }
static uint32_t op_max(uint32_t a, uint32_t b) { return a > b ? a : b; }
static uint32_t op_mix(uint32_t a, uint32_t b) { return (a ^ b) * 0x9E3779B1u; }

// Filled by run(), so that clang cannot call the targets directly.
static Operation operations[TARGETS];
static uint8_t program[LENGTH];

static NOINLINE uint32_t run_one(Operation operation, uint32_t a) {
  for (uint32_t i = 0; i < LENGTH; i++) a = operation(a, i);
  return a;
}

static NOINLINE uint32_t run_program(uint32_t a) {
  for (uint32_t i = 0; i < LENGTH; i++) a = operations[program[i]](a, i);
  return a;
}

EXPORT(run) int32_t run(int32_t n) {
  static Operation const all[TARGETS] = {op_add, op_sub, op_xor, op_mul, op_rotl, op_shift, op_max, op_mix};
  uint32_t random = 1;
  for (int i = 0; i < TARGETS; i++) operations[i] = all[i];
  for (int i = 0; i < LENGTH; i++) program[i] = next_random(&random) >> 8 & (TARGETS - 1);
  uint32_t a = 1;
  for (int32_t i = 0; i < n; i++) {
    a = run_one(operations[7], a);
    a = run_program(a);
  }
  return a;
}
