// Builds binary search trees of n keys, walks and frees them: pointer chasing and recursion over a free-list
// allocator that grows memory when it runs out.
#include "kernel.h"

enum { ROUNDS = 4, PAGE = 65536 };

typedef struct Node {
  struct Node *left, *right;
  uint32_t key, count;
} Node;

extern uint8_t __heap_base;

static Node *free_list;
static uintptr_t heap_top, heap_end;

static NOINLINE Node *node_new(uint32_t key) {
  Node *node = free_list;
  if (node) {
    free_list = node->left;
  } else {
    if (heap_top == 0) {
      heap_top = ((uintptr_t)&__heap_base + 15) & ~(uintptr_t)15;
      heap_end = __builtin_wasm_memory_size(0) * PAGE;
    }
    if (heap_top + sizeof(Node) > heap_end) {
      if (__builtin_wasm_memory_grow(0, 4) == (size_t)-1) __builtin_trap();
      heap_end += 4 * PAGE;
    }
    node = (Node *)heap_top;
    heap_top += sizeof(Node);
  }
  node->left = node->right = NULL;
  node->key = key;
  node->count = 1;
  return node;
}

static NOINLINE Node *insert(Node *root, uint32_t key) {
  Node **link = &root;
  while (*link) {
    Node *node = *link;
    if (node->key == key) {
      node->count++;
      return root;
    }
    link = key < node->key ? &node->left : &node->right;
  }
  *link = node_new(key);
  return root;
}

static NOINLINE int32_t depth(const Node *node) {
  if (!node) return 0;
  int32_t left = depth(node->left), right = depth(node->right);
  return (left > right ? left : right) + 1;
}

static NOINLINE uint32_t walk(const Node *node, uint32_t sum) {
  if (!node) return sum;
  sum = walk(node->left, sum);
  sum = sum * 31 + node->key * node->count;
  return walk(node->right, sum);
}

static NOINLINE void release(Node *node) {
  if (!node) return;
  release(node->left);
  release(node->right);
  node->left = free_list;
  free_list = node;
}

EXPORT(run) int32_t run(int32_t n) {
  uint32_t random = 1, sum = 0;
  for (int i = 0; i < ROUNDS; i++) {
    Node *root = NULL;
    for (int32_t j = 0; j < n; j++) root = insert(root, next_random(&random) >> 8);
    sum = walk(root, sum) + depth(root);
    release(root);
  }
  return sum;
}
