// Goes through what a program can do with files, in the directory given as its argument, and prints what it saw.
//
//   clang --target=wasm32-wasi -std=gnu11 -O2 -Wall -Wextra -Werror -Wl,--strip-debug files.c -o files.wasm

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static char root[200];

static const char *in(const char *name) {
  static char paths[4][400];
  static int next;
  char *path = paths[next++ % 4];
  snprintf(path, sizeof paths[0], "%s/%s", root, name);
  return path;
}

static void show(const char *what, long long result) {
  if (result < 0) printf("%s: %s\n", what, strerror(errno));
  else printf("%s: %lld\n", what, result);
}

static void put(const char *name, int flags, const char *text) {
  int fd = open(in(name), flags, 0666);
  if (fd < 0) { show(name, -1); return; }
  show(name, write(fd, text, strlen(text)));
  close(fd);
}

static void get(const char *name) {
  char text[100];
  int fd = open(in(name), O_RDONLY);
  ssize_t size = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
  if (size < 0) { show(name, -1); return; }
  text[size] = 0;
  printf("%s: \"%s\"\n", name, text);
  close(fd);
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static void list(const char *name) {
  char *names[100];
  int count = 0;
  DIR *directory = opendir(in(name));
  if (!directory) { show(name, -1); return; }
  struct dirent *entry;
  while ((entry = readdir(directory)) && count < 100) names[count++] = strdup(entry->d_name);
  closedir(directory);
  qsort(names, count, sizeof *names, by_name);
  printf("%s:", *name ? name : "(root)");
  for (int i = 0; i < count; i++) printf(" %s", names[i]);
  printf("\n");
}

int main(int argc, char **argv) {
  snprintf(root, sizeof root, "%s", argc > 1 ? argv[1] : ".");

  printf("-- create, write, append, truncate\n");
  put("a", O_WRONLY | O_CREAT | O_EXCL, "hello");
  put("a", O_WRONLY | O_CREAT | O_EXCL, "again");
  put("a", O_WRONLY | O_APPEND, ", world");
  get("a");
  put("a", O_WRONLY, "J");
  get("a");
  put("a", O_WRONLY | O_TRUNC, "short");
  get("a");
  put("missing", O_WRONLY, "x");
  get("missing");

  printf("-- seek, positioned access, sizes\n");
  int fd = open(in("a"), O_RDWR);
  char bytes[8] = {0};
  show("seek 2", lseek(fd, 2, SEEK_SET));
  show("read 2", read(fd, bytes, 2));
  printf("\"%s\"\n", bytes);
  show("tell", lseek(fd, 0, SEEK_CUR));
  show("seek end - 1", lseek(fd, -1, SEEK_END));
  show("seek before the start", lseek(fd, -100, SEEK_CUR));
  show("pwrite", pwrite(fd, "XY", 2, 7));
  show("pread", pread(fd, bytes, 4, 5));
  printf("%d %d %c%c\n", bytes[0], bytes[1], bytes[2], bytes[3]);
  show("ftruncate", ftruncate(fd, 3));
  struct stat stat_buffer;
  fstat(fd, &stat_buffer);
  show("size", stat_buffer.st_size);
  show("is a file", S_ISREG(stat_buffer.st_mode));
  show("past 4 GiB", lseek(fd, 5000000000LL, SEEK_SET));
  show("read there", read(fd, bytes, 1));
  show("close", close(fd));
  show("close twice", close(fd));
  fd = open(in("a"), O_RDONLY);
  show("write to a read-only file", write(fd, "x", 1));
  close(fd);
  fd = open(in("a"), O_WRONLY);
  show("read from a write-only file", read(fd, bytes, 1));
  close(fd);

  printf("-- times\n");
  struct timespec times[2] = {{1000000000, 0}, {1500000000, 500000000}};
  show("utimensat", utimensat(AT_FDCWD, in("a"), times, 0));
  stat(in("a"), &stat_buffer);
  printf("%lld %lld.%09ld size %lld links %d\n", (long long)stat_buffer.st_atim.tv_sec,
         (long long)stat_buffer.st_mtim.tv_sec, stat_buffer.st_mtim.tv_nsec, (long long)stat_buffer.st_size,
         (int)stat_buffer.st_nlink);

  printf("-- directories\n");
  show("mkdir d", mkdir(in("d"), 0777));
  show("mkdir d", mkdir(in("d"), 0777));
  show("mkdir x/y", mkdir(in("x/y"), 0777));
  put("d/one", O_WRONLY | O_CREAT, "1");
  put("d/two", O_WRONLY | O_CREAT, "22");
  list("d");
  list("a");
  show("rmdir d", rmdir(in("d")));
  show("unlink d", unlink(in("d")));
  show("open d for writing", open(in("d"), O_WRONLY));
  show("rename d/one e", rename(in("d/one"), in("e")));
  show("rename nothing", rename(in("nothing"), in("f")));
  show("unlink d/two", unlink(in("d/two")));
  show("unlink d/two", unlink(in("d/two")));
  show("rmdir d", rmdir(in("d")));
  list("");

  printf("-- links\n");
  show("link", link(in("a"), in("hard")));
  show("symlink", symlink("a", in("soft")));
  get("soft");
  memset(bytes, 0, sizeof bytes);
  show("readlink", readlink(in("soft"), bytes, sizeof bytes));
  printf("\"%s\"\n", bytes);
  lstat(in("soft"), &stat_buffer);
  show("is a link", S_ISLNK(stat_buffer.st_mode));
  show("O_NOFOLLOW", open(in("soft"), O_RDONLY | O_NOFOLLOW));
  show("symlink to itself", symlink("loop", in("loop")));
  get("loop");

  printf("-- outside\n");
  get("../secret");
  get("d/../../secret");
  get("escape");
  get("absolute");
  get("inside/e");
  show("absolute symlink", symlink("/etc/passwd", in("f")));
  show("rename to the outside", rename(in("e"), in("../stolen")));
  show("mkdir outside", mkdir(in("../made"), 0777));
  list("");
  return 0;
}
