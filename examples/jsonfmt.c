// jsonfmt [-i SPACES | -m] [-q] [FILE]: prints a JSON text with one member or element per line, or minified (-m), or
// only checks it (-q). Without a file, or for "-", reads standard input.
//
// Strings and numbers are printed as they were written. Bad input gives "FILE:LINE:COLUMN: what is wrong" on standard
// error, no output, and exit code 1; wrong usage gives 2. Columns count bytes.

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  char *data;
  size_t length, capacity;
} Buffer;

static const char *name;
static Buffer input, output;
static size_t at;

// The open brackets, innermost last: '{' or '['.
static Buffer open_brackets;

static bool minified;
static int indent = 2;

static void out_of_memory(void) {
  fputs("jsonfmt: out of memory\n", stderr);
  exit(1);
}

static void reserve(Buffer *buffer, size_t extra) {
  if (buffer->capacity - buffer->length >= extra) return;
  size_t capacity = buffer->capacity ? buffer->capacity : 4096;
  while (capacity - buffer->length < extra) {
    if (capacity > SIZE_MAX / 2) out_of_memory();
    capacity *= 2;
  }
  buffer->data = realloc(buffer->data, capacity);
  if (!buffer->data) out_of_memory();
  buffer->capacity = capacity;
}

static void push(Buffer *buffer, char c) {
  reserve(buffer, 1);
  buffer->data[buffer->length++] = c;
}

static void append(Buffer *buffer, const char *data, size_t length) {
  if (length == 0) return;
  reserve(buffer, length);
  memcpy(buffer->data + buffer->length, data, length);
  buffer->length += length;
}

// Reports what is wrong at the current position and exits.
__attribute__((noreturn, format(printf, 1, 2))) static void bad(const char *format, ...) {
  size_t line = 1, start = 0;
  for (size_t i = 0; i < at; i++) {
    if (input.data[i] == '\n') {
      line++;
      start = i + 1;
    }
  }
  fprintf(stderr, "%s:%zu:%zu: ", name, line, at - start + 1);
  va_list args;
  va_start(args, format);
  vfprintf(stderr, format, args);
  va_end(args);
  fputc('\n', stderr);
  exit(1);
}

// The byte at the current position, -1 at the end.
static int peek(void) { return at < input.length ? (uint8_t)input.data[at] : -1; }

__attribute__((noreturn)) static void unexpected(const char *expected) {
  int c = peek();
  if (c < 0) bad("expected %s, found the end of the text", expected);
  if (c < 0x20 || c >= 0x7f) bad("expected %s, found byte 0x%02x", expected, c);
  bad("expected %s, found '%c'", expected, c);
}

static void skip_space(void) {
  while (at < input.length && strchr(" \t\n\r", input.data[at]) && input.data[at]) at++;
}

static void new_line(void) {
  if (minified) return;
  push(&output, '\n');
  for (size_t i = 0; i < open_brackets.length * indent; i++) push(&output, ' ');
}

static bool is_digit(int c) { return c >= '0' && c <= '9'; }

static bool is_hex_digit(int c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// One UTF-8 sequence of two to four bytes, without surrogates and overlong forms.
static void utf8_sequence(void) {
  int first = peek();
  int more = first >= 0xc2 && first <= 0xdf ? 1 : first >= 0xe0 && first <= 0xef ? 2 : first >= 0xf0 && first <= 0xf4 ? 3 : 0;
  if (more == 0) bad("invalid UTF-8");
  int low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
  int high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
  for (at++; more > 0; more--, at++) {
    int c = peek();
    if (c < low || c > high) bad("invalid UTF-8");
    low = 0x80;
    high = 0xbf;
  }
}

static void string(void) {
  size_t start = at++;
  for (;;) {
    int c = peek();
    if (c < 0) bad("unterminated string");
    if (c < 0x20) bad("control character 0x%02x in a string", c);
    if (c >= 0x80) {
      utf8_sequence();
      continue;
    }
    at++;
    if (c == '"') break;
    if (c != '\\') continue;
    int escape = peek();
    if (escape == 'u') {
      at++;
      for (int i = 0; i < 4; i++, at++) {
        if (!is_hex_digit(peek())) unexpected("four hexadecimal digits");
      }
    } else if (escape > 0 && strchr("\"\\/bfnrt", escape)) {
      at++;
    } else {
      unexpected("an escape sequence");
    }
  }
  append(&output, input.data + start, at - start);
}

static void digits(void) {
  if (!is_digit(peek())) unexpected("a digit");
  while (is_digit(peek())) at++;
}

static void number(void) {
  size_t start = at;
  if (peek() == '-') at++;
  if (peek() == '0') {
    at++;
    if (is_digit(peek())) bad("leading zero in a number");
  } else {
    digits();
  }
  if (peek() == '.') {
    at++;
    digits();
  }
  if (peek() == 'e' || peek() == 'E') {
    at++;
    if (peek() == '+' || peek() == '-') at++;
    digits();
  }
  append(&output, input.data + start, at - start);
}

static void literal(const char *text) {
  size_t length = strlen(text);
  if (input.length - at < length || memcmp(input.data + at, text, length) != 0) unexpected("a value");
  append(&output, text, length);
  at += length;
}

static void member_name(void) {
  skip_space();
  if (peek() != '"') unexpected("a member name");
  string();
  skip_space();
  if (peek() != ':') unexpected("':'");
  at++;
  push(&output, ':');
  if (!minified) push(&output, ' ');
}

// Opens an array or object; true if it was empty and is closed already.
static bool open_bracket(char bracket) {
  at++;
  push(&output, bracket);
  skip_space();
  char closing = bracket == '{' ? '}' : ']';
  if (peek() == closing) {
    at++;
    push(&output, closing);
    return true;
  }
  push(&open_brackets, bracket);
  new_line();
  if (bracket == '{') member_name();
  return false;
}

// A value; of an array or object that is not empty only the beginning, up to its first value. True if complete.
static bool begin_value(void) {
  skip_space();
  int c = peek();
  switch (c) {
    case '{':
    case '[':
      return open_bracket(c);
    case '"':
      string();
      return true;
    case 't':
      literal("true");
      return true;
    case 'f':
      literal("false");
      return true;
    case 'n':
      literal("null");
      return true;
    default:
      if (c != '-' && !is_digit(c)) unexpected("a value");
      number();
      return true;
  }
}

// After a complete value: closes what ends here. True if another value has to follow, false at the end of the text.
static bool end_value(void) {
  while (open_brackets.length > 0) {
    bool in_object = open_brackets.data[open_brackets.length - 1] == '{';
    skip_space();
    int c = peek();
    if (c == ',') {
      at++;
      push(&output, ',');
      new_line();
      if (in_object) member_name();
      return true;
    }
    if (c != (in_object ? '}' : ']')) unexpected(in_object ? "',' or '}'" : "',' or ']'");
    at++;
    open_brackets.length--;
    new_line();
    push(&output, c);
  }
  skip_space();
  if (peek() >= 0) unexpected("the end of the text");
  return false;
}

// No recursion: the depth of nesting is bounded by memory only.
static void json_text(void) {
  do {
    while (!begin_value()) continue;
  } while (end_value());
  push(&output, '\n');
}

static bool read_all(FILE *file) {
  do {
    reserve(&input, 1 << 16);
    input.length += fread(input.data + input.length, 1, input.capacity - input.length, file);
  } while (!feof(file) && !ferror(file));
  return !ferror(file);
}

static void usage(void) {
  fputs("usage: jsonfmt [-i SPACES | -m] [-q] [FILE]\n", stderr);
  exit(2);
}

int main(int argc, char **argv) {
  bool quiet = false;
  int i = 1;
  for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
    if (strcmp(argv[i], "-m") == 0) {
      minified = true;
    } else if (strcmp(argv[i], "-q") == 0) {
      quiet = minified = true;
    } else if (strcmp(argv[i], "-i") == 0 && i + 1 < argc) {
      char *end;
      indent = strtol(argv[++i], &end, 10);
      if (*end || end == argv[i] || indent < 0 || indent > 16) usage();
    } else {
      usage();
    }
  }
  if (i + 1 < argc) usage();

  bool from_stdin = i >= argc || strcmp(argv[i], "-") == 0;
  name = from_stdin ? "(standard input)" : argv[i];
  FILE *file = from_stdin ? stdin : fopen(name, "rb");
  if (!file || !read_all(file)) {
    fprintf(stderr, "jsonfmt: %s: %s\n", name, strerror(errno));
    return 1;
  }
  if (!from_stdin) fclose(file);

  json_text();
  if (quiet) return 0;
  if (fwrite(output.data, 1, output.length, stdout) != output.length || fflush(stdout) != 0) {
    fprintf(stderr, "jsonfmt: %s\n", strerror(errno));
    return 1;
  }
  return 0;
}
