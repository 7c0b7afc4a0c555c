// wordcount [-n COUNT] [FILE...]: lines, words and bytes of each file, then the most frequent words of all.
//
// A word is counted as wc does, a run of anything but white space; in the list of frequent words it is a run of
// letters, non-ASCII characters and apostrophes inside, with ASCII letters made small. Without files, or for "-", reads
// standard input. Exits with 1 if a file could not be read and with 2 on wrong usage.

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_WORD = 255 };

typedef struct {
  char *text;
  uint32_t hash;
  unsigned long count;
} Word;

// An open-addressing hash table; a slot is free when its text is NULL.
static Word *words;
static size_t word_count, capacity;

typedef struct {
  unsigned long lines, words, bytes;
} Counts;

static void *check(void *allocated) {
  if (!allocated) {
    fputs("wordcount: out of memory\n", stderr);
    exit(1);
  }
  return allocated;
}

static Word *slot(Word *table, size_t size, const char *text, uint32_t hash) {
  size_t i = hash & (size - 1);
  while (table[i].text && (table[i].hash != hash || strcmp(table[i].text, text) != 0)) i = (i + 1) & (size - 1);
  return &table[i];
}

static void grow(void) {
  size_t size = capacity ? capacity * 2 : 1024;
  Word *table = check(calloc(size, sizeof *table));
  for (size_t i = 0; i < capacity; i++) {
    if (words[i].text) *slot(table, size, words[i].text, words[i].hash) = words[i];
  }
  free(words);
  words = table;
  capacity = size;
}

// Counts the word in the first bytes of a buffer with room for one more.
static void add_word(char *text, size_t length) {
  while (length > 0 && text[length - 1] == '\'') length--;
  if (length == 0) return;
  text[length] = 0;
  uint32_t hash = 2166136261u;  // FNV-1a
  for (const char *p = text; *p; p++) hash = (hash ^ (uint8_t)*p) * 16777619u;
  if (word_count * 4 >= capacity * 3) grow();
  Word *word = slot(words, capacity, text, hash);
  if (!word->text) {
    word->text = check(strdup(text));
    word->hash = hash;
    word_count++;
  }
  word->count++;
}

static bool is_space(int c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// The small letter for a character of a listed word, 0 for any other character.
static int word_character(int c) {
  if (c >= 'A' && c <= 'Z') return c - 'A' + 'a';
  return (c >= 'a' && c <= 'z') || c == '\'' || c >= 0x80 ? c : 0;
}

static bool count_file(FILE *file, Counts *counts) {
  static uint8_t buffer[1 << 16];
  char word[LONGEST_WORD + 1];
  size_t length = 0, got;
  bool inside = false;
  while ((got = fread(buffer, 1, sizeof buffer, file)) > 0) {
    counts->bytes += got;
    for (size_t i = 0; i < got; i++) {
      int c = buffer[i];
      if (c == '\n') counts->lines++;
      if (is_space(c)) {
        inside = false;
      } else if (!inside) {
        inside = true;
        counts->words++;
      }
      int letter = word_character(c);
      if (letter && !(length == 0 && letter == '\'')) {
        if (length < LONGEST_WORD) word[length++] = letter;
      } else {
        add_word(word, length);
        length = 0;
      }
    }
  }
  add_word(word, length);
  return !ferror(file);
}

static void print_counts(const Counts *counts, const char *name) {
  printf("%8lu %8lu %8lu  %s\n", counts->lines, counts->words, counts->bytes, name);
}

static int by_frequency(const void *a, const void *b) {
  const Word *x = a, *y = b;
  if (x->count != y->count) return x->count < y->count ? 1 : -1;
  if (!x->text || !y->text) return !x->text - !y->text;
  return strcmp(x->text, y->text);
}

static void usage(void) {
  fputs("usage: wordcount [-n COUNT] [FILE...]\n", stderr);
  exit(2);
}

int main(int argc, char **argv) {
  unsigned long top = 10;
  int first = 1;
  if (first < argc && strcmp(argv[first], "-n") == 0) {
    char *end;
    if (first + 1 >= argc) usage();
    top = strtoul(argv[first + 1], &end, 10);
    if (*end || end == argv[first + 1]) usage();
    first += 2;
  } else if (first < argc && argv[first][0] == '-' && argv[first][1]) {
    usage();
  }

  int status = 0;
  Counts total = {0, 0, 0};
  static char *standard_input[] = {"-"};
  char **names = first < argc ? argv + first : standard_input;
  int count = first < argc ? argc - first : 1;
  printf("   lines    words    bytes\n");
  for (int i = 0; i < count; i++) {
    bool from_stdin = strcmp(names[i], "-") == 0;
    FILE *file = from_stdin ? stdin : fopen(names[i], "rb");
    Counts counts = {0, 0, 0};
    if (!file || !count_file(file, &counts)) {
      fprintf(stderr, "wordcount: %s: %s\n", names[i], strerror(errno));
      status = 1;
    } else {
      print_counts(&counts, from_stdin ? "(standard input)" : names[i]);
      total.lines += counts.lines;
      total.words += counts.words;
      total.bytes += counts.bytes;
    }
    if (file && !from_stdin) fclose(file);
  }
  if (count > 1) print_counts(&total, "total");

  if (word_count > 0 && top > 0) {
    qsort(words, capacity, sizeof *words, by_frequency);
    putchar('\n');
    for (size_t i = 0; i < word_count && i < top; i++) printf("%8lu  %s\n", words[i].count, words[i].text);
  }
  return status;
}
