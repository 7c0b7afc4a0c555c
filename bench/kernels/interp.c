// A bytecode interpreter that computes Collatz lengths of the first n numbers: one loop around a br_table.
#include "kernel.h"

enum { PUSH, LOAD, STORE, ADD, TRIPLE, HALVE, AND, LESS, EQUAL, JUMP, JUMP_IF, HALT };

enum { X, LIMIT, N, STEPS, TOTAL, VARIABLES };

// for (n = 1; n < limit; n++)
//   for (x = n; x != 1; x = x & 1 ? 3 * x + 1 : x / 2) total++;
static const int32_t program[] = {
    /*  0 */ PUSH, 1, STORE, N,
    /*  4 */ LOAD, N, STORE, X,
    /*  8 */ LOAD, X, PUSH, 1, EQUAL, JUMP_IF, 44,
    /* 15 */ LOAD, TOTAL, PUSH, 1, ADD, STORE, TOTAL,
    /* 22 */ LOAD, X, PUSH, 1, AND, JUMP_IF, 34,
    /* 29 */ LOAD, X, HALVE, JUMP, 40,
    /* 34 */ LOAD, X, TRIPLE, PUSH, 1, ADD,
    /* 40 */ STORE, X, JUMP, 8,
    /* 44 */ LOAD, N, PUSH, 1, ADD, STORE, N,
    /* 51 */ LOAD, N, LOAD, LIMIT, LESS, JUMP_IF, 4,
    /* 58 */ HALT,
};

static int32_t stack[16];
static int32_t variables[VARIABLES];

static NOINLINE void interpret(const int32_t *code) {
  int32_t pc = 0;
  int32_t *top = stack;
  for (;;) {
    switch (code[pc++]) {
      case PUSH: *top++ = code[pc++]; break;
      case LOAD: *top++ = variables[code[pc++]]; break;
      case STORE: variables[code[pc++]] = *--top; break;
      case ADD: top--, top[-1] += top[0]; break;
      case TRIPLE: top[-1] *= 3; break;
      case HALVE: top[-1] >>= 1; break;
      case AND: top--, top[-1] &= top[0]; break;
      case LESS: top--, top[-1] = top[-1] < top[0]; break;
      case EQUAL: top--, top[-1] = top[-1] == top[0]; break;
      case JUMP: pc = code[pc]; break;
      case JUMP_IF: pc = *--top ? code[pc] : pc + 1; break;
      case HALT: return;
      default: __builtin_trap();
    }
  }
}

EXPORT(run) int32_t run(int32_t n) {
  for (int i = 0; i < VARIABLES; i++) variables[i] = 0;
  variables[LIMIT] = n;
  interpret(program);
  return variables[TOTAL];
}
