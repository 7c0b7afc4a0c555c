// hashfiles [FILE...]: the SHA-256 of each file, as sha256sum prints it.
// hashfiles -c [LIST...]: checks the files named in such lists.
//
// Without arguments, or for "-", reads standard input. Exits with 1 if a file could not be read, did not match or a
// list was malformed, and with 2 on wrong usage.

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { BLOCK = 64, DIGEST = 32, HEX = 2 * DIGEST, LONGEST_LINE = 4096 };

typedef struct {
  uint32_t state[8];
  uint64_t length;  // in bytes
  uint8_t block[BLOCK];
} Sha256;

static const uint32_t K[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotr(uint32_t x, int k) { return x >> k | x << (32 - k); }

static void compress(uint32_t state[8], const uint8_t *block) {
  uint32_t w[64];
  for (int i = 0; i < 16; i++) {
    const uint8_t *p = block + 4 * i;
    w[i] = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
  }
  for (int i = 16; i < 64; i++) {
    uint32_t s0 = rotr(w[i - 15], 7) ^ rotr(w[i - 15], 18) ^ w[i - 15] >> 3;
    uint32_t s1 = rotr(w[i - 2], 17) ^ rotr(w[i - 2], 19) ^ w[i - 2] >> 10;
    w[i] = w[i - 16] + s0 + w[i - 7] + s1;
  }
  uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
  uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
  for (int i = 0; i < 64; i++) {
    uint32_t t1 = h + (rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + w[i];
    uint32_t t2 = (rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    h = g;
    g = f;
    f = e;
    e = d + t1;
    d = c;
    c = b;
    b = a;
    a = t1 + t2;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
}

static void sha256_start(Sha256 *sha) {
  static const uint32_t initial[8] = {
      0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
  };
  memcpy(sha->state, initial, sizeof initial);
  sha->length = 0;
}

static void sha256_add(Sha256 *sha, const uint8_t *data, size_t size) {
  size_t filled = sha->length % BLOCK;
  sha->length += size;
  if (filled > 0) {
    size_t part = BLOCK - filled < size ? BLOCK - filled : size;
    memcpy(sha->block + filled, data, part);
    data += part;
    size -= part;
    if (filled + part < BLOCK) return;
    compress(sha->state, sha->block);
  }
  for (; size >= BLOCK; data += BLOCK, size -= BLOCK) compress(sha->state, data);
  memcpy(sha->block, data, size);
}

static void sha256_finish(Sha256 *sha, char hex[HEX + 1]) {
  static const uint8_t padding[BLOCK] = {0x80};
  uint64_t bits = sha->length * 8;
  uint8_t length[8];
  for (int i = 0; i < 8; i++) length[i] = bits >> (56 - 8 * i);
  sha256_add(sha, padding, 1 + (BLOCK - 1 - 8 - sha->length % BLOCK + BLOCK) % BLOCK);
  sha256_add(sha, length, sizeof length);
  for (int i = 0; i < 8; i++) sprintf(hex + 8 * i, "%08lx", (unsigned long)sha->state[i]);
}

static bool is_stdin(const char *name) { return strcmp(name, "-") == 0; }

static bool fail(const char *name) {
  fprintf(stderr, "hashfiles: %s: %s\n", name, strerror(errno));
  return false;
}

static bool hash_file(const char *name, char hex[HEX + 1]) {
  static uint8_t buffer[1 << 16];
  FILE *file = is_stdin(name) ? stdin : fopen(name, "rb");
  if (!file) return fail(name);
  Sha256 sha;
  sha256_start(&sha);
  size_t got;
  while ((got = fread(buffer, 1, sizeof buffer, file)) > 0) sha256_add(&sha, buffer, got);
  bool good = !ferror(file) || fail(name);
  if (file != stdin) fclose(file);
  if (good) sha256_finish(&sha, hex);
  return good;
}

static bool print_hash(const char *name) {
  char hex[HEX + 1];
  if (!hash_file(name, hex)) return false;
  printf("%s  %s\n", hex, name);
  return true;
}

// Splits "DIGEST  NAME" (or "DIGEST *NAME") in place; false if the line is something else.
static bool parse_line(char *line, char **name) {
  size_t length = strlen(line);
  while (length > 0 && (line[length - 1] == '\n' || line[length - 1] == '\r')) line[--length] = 0;
  if (length < HEX + 3 || strspn(line, "0123456789abcdefABCDEF") != HEX) return false;
  if (line[HEX] != ' ' || (line[HEX + 1] != ' ' && line[HEX + 1] != '*')) return false;
  line[HEX] = 0;
  *name = line + HEX + 2;
  return true;
}

static bool check_list(const char *list) {
  FILE *file = is_stdin(list) ? stdin : fopen(list, "r");
  if (!file) return fail(list);
  char line[LONGEST_LINE], *name, hex[HEX + 1];
  unsigned long checked = 0, mismatched = 0, unreadable = 0, malformed = 0;
  while (fgets(line, sizeof line, file)) {
    if (!parse_line(line, &name)) {
      malformed++;
      continue;
    }
    checked++;
    if (!hash_file(name, hex)) {
      unreadable++;
      printf("%s: FAILED open or read\n", name);
    } else if (strcasecmp(hex, line) != 0) {
      mismatched++;
      printf("%s: FAILED\n", name);
    } else {
      printf("%s: OK\n", name);
    }
  }
  bool good = !ferror(file) || fail(list);
  if (file != stdin) fclose(file);
  if (malformed) fprintf(stderr, "hashfiles: %s: lines that are no checksum: %lu\n", list, malformed);
  if (unreadable) fprintf(stderr, "hashfiles: %s: files that could not be read: %lu\n", list, unreadable);
  if (mismatched) fprintf(stderr, "hashfiles: %s: checksums that did NOT match: %lu\n", list, mismatched);
  return good && checked > 0 && !malformed && !unreadable && !mismatched;
}

int main(int argc, char **argv) {
  int first = 1;
  bool check = first < argc && strcmp(argv[first], "-c") == 0;
  if (check) first++;
  if (first < argc && argv[first][0] == '-' && argv[first][1]) {
    fputs("usage: hashfiles [FILE...]\n       hashfiles -c [LIST...]\n", stderr);
    return 2;
  }
  static char *standard_input[] = {"-"};
  char **names = first < argc ? argv + first : standard_input;
  int count = first < argc ? argc - first : 1;
  bool good = true;
  for (int i = 0; i < count; i++) {
    if (!(check ? check_list(names[i]) : print_hash(names[i]))) good = false;
  }
  return good ? 0 : 1;
}
