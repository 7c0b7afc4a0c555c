import { assertEquals, assertThrows } from "@std/assert";
import { wasi } from "@bjorn3/browser_wasi_shim";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { errnoOf } from "../../../lib/cli/wasi/errno.ts";
import { resolveBeneath } from "../../../lib/cli/wasi/path.ts";
import { withDirectory } from "../command_line.ts";

/** A directory `root` with `dir/file`, and links of all kinds. */
function withTree(use: (root: string) => void): void {
  withDirectory((directory) => {
    const root = `${directory}/root`;
    mkdirSync(`${root}/dir/inner`, { recursive: true });
    writeFileSync(`${root}/dir/file`, "");
    writeFileSync(`${directory}/secret`, "");
    symlinkSync("dir/file", `${root}/link`);
    symlinkSync("dir/", `${root}/dirlink`);
    symlinkSync("../file", `${root}/dir/inner/up`);
    symlinkSync("../secret", `${root}/out`);
    symlinkSync("..", `${root}/parent`);
    symlinkSync(`${root}/dir`, `${root}/absolute`);
    symlinkSync("nowhere", `${root}/dangling`);
    symlinkSync("a", `${root}/b`);
    symlinkSync("b", `${root}/a`);
    use(root);
  });
}

function errnoFrom(call: () => unknown): number | null {
  return errnoOf(assertThrows(call));
}

Deno.test("resolveBeneath() walks names, dots and links", () => {
  withTree((root) => {
    const host = (path: string, follow = true) => resolveBeneath(root, path, follow).host;
    assertEquals(host("."), root);
    assertEquals(host("dir/./inner/../file"), `${root}/dir/file`);
    assertEquals(host("dir//file"), `${root}/dir/file`);
    assertEquals(host("link"), `${root}/dir/file`);
    assertEquals(host("link", false), `${root}/link`);
    assertEquals(host("dirlink/inner/up", true), `${root}/dir/file`);
    assertEquals(host("dirlink/", false), `${root}/dir`);
    assertEquals(host("dir/.."), root);
    assertEquals(host("dangling"), `${root}/nowhere`);
  });
});

Deno.test("resolveBeneath() tells what is there", () => {
  withTree((root) => {
    assertEquals(resolveBeneath(root, "dir/file", true).stat?.isFile(), true);
    assertEquals(resolveBeneath(root, "dir/..", true).stat?.isDirectory(), true);
    assertEquals(resolveBeneath(root, "link", false).stat?.isSymbolicLink(), true);
    assertEquals(resolveBeneath(root, "new", true).stat, null);
    assertEquals(resolveBeneath(root, "new/", true).demandsDirectory, true);
  });
});

Deno.test("resolveBeneath() refuses what leads outside", () => {
  withTree((root) => {
    for (
      const path of [
        "..",
        "../secret",
        "dir/../../secret",
        "/etc/passwd",
        "out",
        "parent/secret",
        "absolute/file",
        "dirlink/../../secret",
      ]
    ) {
      assertEquals(errnoFrom(() => resolveBeneath(root, path, true)), wasi.ERRNO_NOTCAPABLE, path);
    }
  });
});

Deno.test("resolveBeneath() reports what is wrong on the way", () => {
  withTree((root) => {
    assertEquals(errnoFrom(() => resolveBeneath(root, "", true)), wasi.ERRNO_NOENT);
    assertEquals(errnoFrom(() => resolveBeneath(root, "none/file", true)), wasi.ERRNO_NOENT);
    assertEquals(errnoFrom(() => resolveBeneath(root, "dir/file/x", true)), wasi.ERRNO_NOTDIR);
    assertEquals(errnoFrom(() => resolveBeneath(root, "dir/file/", true)), wasi.ERRNO_NOTDIR);
    assertEquals(errnoFrom(() => resolveBeneath(root, "dir/file/..", true)), wasi.ERRNO_NOTDIR);
    assertEquals(errnoFrom(() => resolveBeneath(root, "a", true)), wasi.ERRNO_LOOP);
    assertEquals(errnoFrom(() => resolveBeneath(root, "dir\0", true)), wasi.ERRNO_INVAL);
  });
});
