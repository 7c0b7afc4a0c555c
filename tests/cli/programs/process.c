// Shows a program's surroundings, and ends in the way its first argument asks for.
//
//   clang --target=wasm32-wasi -std=gnu11 -O2 -Wall -Wextra -Werror -Wl,--strip-debug process.c -o process.wasm

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static __attribute__((noinline)) int divide(int a, int b) { return a / b + 1; }

int main(int argc, char **argv) {
  const char *how = argc > 1 ? argv[1] : "";
  if (!strcmp(how, "show")) {
    for (int i = 0; i < argc; i++) printf("argument %d: %s\n", i, argv[i]);
    for (char **variable = environ; *variable; variable++) printf("variable: %s\n", *variable);
  } else if (!strcmp(how, "exit")) {
    exit(atoi(argv[2]));
  } else if (!strcmp(how, "abort")) {
    abort();
  } else if (!strcmp(how, "divide")) {
    printf("%d\n", divide(argc, argc - 2));
  } else if (!strcmp(how, "copy")) {
    static char buffer[100000];
    size_t size;
    while ((size = fread(buffer, 1, sizeof buffer, stdin)) > 0) fwrite(buffer, 1, size, stdout);
  } else if (!strcmp(how, "flood")) {
    static char line[1000000];
    memset(line, 'x', sizeof line);
    for (int i = 0; i < 100; i++) {
      if (write(1, line, sizeof line) < 0) return 1;
    }
  } else if (!strcmp(how, "clock")) {
    struct timespec before, after, nap = {0, 20000000};
    clock_gettime(CLOCK_MONOTONIC, &before);
    nanosleep(&nap, NULL);
    clock_gettime(CLOCK_MONOTONIC, &after);
    long long passed = (after.tv_sec - before.tv_sec) * 1000000000LL + after.tv_nsec - before.tv_nsec;
    printf("slept: %s\n", passed >= 20000000 ? "yes" : "no");
    printf("this century: %s\n", time(NULL) > 1700000000 ? "yes" : "no");
  } else if (!strcmp(how, "poll")) {
    struct pollfd both[2] = {{0, POLLIN, 0}, {1, POLLOUT, 0}};
    printf("ready: %d\n", poll(both, 2, 1000));
    printf("input: %d, output: %d\n", both[0].revents & POLLIN, both[1].revents & POLLOUT);
  } else if (!strcmp(how, "random")) {
    unsigned char bytes[32] = {0}, more[32] = {0};
    getentropy(bytes, sizeof bytes);
    getentropy(more, sizeof more);
    printf("different: %s\n", memcmp(bytes, more, sizeof bytes) ? "yes" : "no");
  } else if (!strcmp(how, "terminal")) {
    printf("input: %d, output: %d\n", isatty(0), isatty(1));
    printf("seek: %s\n", lseek(0, 0, SEEK_CUR) < 0 ? strerror(errno) : "works");
  } else {
    fprintf(stderr, "process: no way to end\n");
    return 2;
  }
  return 0;
}
