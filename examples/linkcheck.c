// Follows the links of a web page and reports what is there: a plain C program that calls a function, gets its answer and goes on. That
// the answer takes a while is the host's business: `fetch_page` is a suspending import (see linkcheck.ts).

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define IMPORT(name) __attribute__((import_module("page"), import_name(#name)))
#define EXPORT(name) __attribute__((export_name(#name)))

// Fetches a page and leaves up to `size` bytes of it in `page`; the number of bytes, or minus the HTTP status.
IMPORT(fetch) int32_t fetch_page(const char *url, size_t length, char *page, size_t size);
// Says what `fetch_page` has returned for a page that is `depth` links away.
IMPORT(report) void report(const char *url, size_t length, int32_t result, int32_t depth);

enum { MAX_PAGE = 8192, MAX_URL = 2048, MAX_DEPTH = 2 };

static char argument[MAX_URL];

// Where the host puts the address of the first page, and how much room there is.
EXPORT(argument) char *get_argument(void) { return argument; }
EXPORT(argument_size) size_t get_argument_size(void) { return sizeof argument; }

// The number of broken links, from this page on.
static int32_t check(const char *url, size_t length, int32_t depth) {
  char page[MAX_PAGE + 1];
  int32_t size = fetch_page(url, length, page, MAX_PAGE);
  report(url, length, size, depth);
  if (size < 0) return 1;
  if (depth == MAX_DEPTH) return 0;
  page[size] = '\0';
  int32_t broken = 0;
  for (char *link = page; (link = strstr(link, "href=\"")) != NULL;) {
    link += strlen("href=\"");
    char *end = strchr(link, '"');
    if (end == NULL) break;
    broken += check(link, (size_t)(end - link), depth + 1);
    link = end;
  }
  return broken;
}

// Checks the page that the first `length` bytes of the argument name.
EXPORT(check) int32_t check_argument(size_t length) { return check(argument, length, 0); }
