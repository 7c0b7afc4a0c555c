import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { wasi } from "@bjorn3/browser_wasi_shim";
import { readFileSync, writeFileSync } from "node:fs";
import { HostDirectory } from "../../../lib/cli/wasi/directory.ts";
import { errnoOf } from "../../../lib/cli/wasi/errno.ts";
import { HostFile } from "../../../lib/cli/wasi/file.ts";
import { withDirectory } from "../command_line.ts";

const READ = BigInt(wasi.RIGHTS_FD_READ);
const WRITE = BigInt(wasi.RIGHTS_FD_WRITE);

function open(
  root: HostDirectory,
  path: string,
  openFlags: number,
  rights: bigint,
  flags: number = 0,
): HostFile {
  const { fd_obj: file } = root.path_open(1, path, openFlags, rights, 0n, flags);
  assertInstanceOf(file, HostFile);
  return file as HostFile;
}

function errnoFrom(call: () => unknown): number | null {
  return errnoOf(assertThrows(call));
}

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("path_open() creates a file only once with EXCL, also to read it", () => {
  withDirectory((directory) => {
    const root = new HostDirectory(directory);
    open(root, "new", wasi.OFLAGS_CREAT | wasi.OFLAGS_EXCL, READ).fd_close();
    const again = () => open(root, "new", wasi.OFLAGS_CREAT | wasi.OFLAGS_EXCL, READ);
    assertEquals(errnoFrom(again), wasi.ERRNO_EXIST);
  });
});

Deno.test("path_open() truncates, whatever the access", () => {
  withDirectory((directory) => {
    const root = new HostDirectory(directory);
    for (const rights of [READ, WRITE, READ | WRITE]) {
      writeFileSync(`${directory}/file`, "content");
      open(root, "file", wasi.OFLAGS_TRUNC, rights, wasi.FDFLAGS_APPEND).fd_close();
      assertEquals(readFileSync(`${directory}/file`, "utf8"), "");
    }
  });
});

Deno.test("a file opened to read cannot be written, nor the reverse", () => {
  withDirectory((directory) => {
    const root = new HostDirectory(directory);
    writeFileSync(`${directory}/file`, "content");
    const reader = open(root, "file", 0, READ, wasi.FDFLAGS_APPEND);
    assertEquals(errnoFrom(() => reader.write(bytes("x"))), wasi.ERRNO_BADF);
    const writer = open(root, "file", 0, WRITE);
    assertEquals(errnoFrom(() => writer.read(new Uint8Array(1))), wasi.ERRNO_BADF);
    assertEquals(readFileSync(`${directory}/file`, "utf8"), "content");
    reader.fd_close();
    writer.fd_close();
  });
});

Deno.test("appending writes at the end, wherever the position is", () => {
  withDirectory((directory) => {
    const root = new HostDirectory(directory);
    writeFileSync(`${directory}/file`, "12");
    const file = open(root, "file", 0, READ | WRITE, wasi.FDFLAGS_APPEND);
    file.fd_seek(0n, wasi.WHENCE_SET);
    file.write(bytes("3"));
    assertEquals(file.fd_tell().offset, 3n);
    file.fd_fdstat_set_flags(0);
    file.fd_seek(0n, wasi.WHENCE_SET);
    const target = new Uint8Array(10);
    assertEquals(file.read(target), 3);
    file.fd_close();
    assertEquals(readFileSync(`${directory}/file`, "utf8"), "123");
  });
});

Deno.test("the append flag can be set on an open file", () => {
  withDirectory((directory) => {
    const root = new HostDirectory(directory);
    writeFileSync(`${directory}/file`, "12");
    const file = open(root, "file", 0, WRITE);
    file.fd_fdstat_set_flags(wasi.FDFLAGS_APPEND);
    file.write(bytes("3"));
    file.fd_close();
    assertEquals(readFileSync(`${directory}/file`, "utf8"), "123");
  });
});

Deno.test("directories open as directories, and only so", () => {
  withDirectory((directory) => {
    const root = new HostDirectory(directory);
    root.path_create_directory("d");
    writeFileSync(`${directory}/file`, "");
    assertInstanceOf(root.path_open(1, "d", wasi.OFLAGS_DIRECTORY, READ, 0n, 0).fd_obj, HostDirectory);
    assertEquals(errnoFrom(() => root.path_open(1, "d", 0, WRITE, 0n, 0)), wasi.ERRNO_ISDIR);
    assertEquals(errnoFrom(() => root.path_open(1, "d", wasi.OFLAGS_CREAT, READ, 0n, 0)), wasi.ERRNO_ISDIR);
    const asDirectory = () => root.path_open(1, "file", wasi.OFLAGS_DIRECTORY, READ, 0n, 0);
    assertEquals(errnoFrom(asDirectory), wasi.ERRNO_NOTDIR);
  });
});

Deno.test("a directory opened in another is its own boundary", () => {
  withDirectory((directory) => {
    const root = new HostDirectory(directory);
    root.path_create_directory("d");
    const inner = root.path_open(1, "d", wasi.OFLAGS_DIRECTORY, READ, 0n, 0).fd_obj as HostDirectory;
    assertEquals(errnoFrom(() => inner.path_filestat_get(1, "..")), wasi.ERRNO_NOTCAPABLE);
  });
});

Deno.test("reading a directory sees it as it was at the start", () => {
  withDirectory((directory) => {
    const root = new HostDirectory(directory);
    for (const name of ["a", "b", "c"]) writeFileSync(`${directory}/${name}`, "");
    const seen: string[] = [];
    for (let cookie = 0n;;) {
      const { dirent } = root.fd_readdir_single(cookie);
      if (dirent === null) break;
      const name = new TextDecoder().decode(dirent.dir_name);
      seen.push(name);
      if (!name.startsWith(".")) root.path_unlink_file(name);
      cookie = dirent.d_next;
    }
    assertEquals(seen.sort(), [".", "..", "a", "b", "c"]);
    assertEquals(root.fd_readdir_single(0n).dirent !== null, true);
    assertEquals(root.fd_readdir_single(2n).dirent, null);
  });
});

Deno.test("path_unlink_file() leaves directories alone, and path_remove_directory() files", () => {
  withDirectory((directory) => {
    const root = new HostDirectory(directory);
    root.path_create_directory("d");
    writeFileSync(`${directory}/file`, "");
    assertEquals(errnoFrom(() => root.path_unlink_file("d")), wasi.ERRNO_ISDIR);
    assertEquals(errnoFrom(() => root.path_remove_directory("file")), wasi.ERRNO_NOTDIR);
  });
});

Deno.test("only preopened directories have a preopen name", () => {
  withDirectory((directory) => {
    assertEquals(errnoFrom(() => new HostDirectory(directory).fd_prestat_get()), wasi.ERRNO_BADF);
    const { prestat } = new HostDirectory(directory, "/data").fd_prestat_get();
    assertEquals(new TextDecoder().decode(prestat!.inner.pr_name), "/data");
  });
});
