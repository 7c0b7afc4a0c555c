import { assertEquals } from "@std/assert";
import { wasi } from "@bjorn3/browser_wasi_shim";
import { statSync, utimesSync, writeFileSync } from "node:fs";
import { HostFilestat, requestedTimes } from "../../../lib/cli/wasi/stat.ts";
import { withDirectory } from "../command_line.ts";

Deno.test("HostFilestat writes every field at its offset", () => {
  withDirectory((directory) => {
    const file = `${directory}/file`;
    writeFileSync(file, "12345");
    utimesSync(file, 1_000_000_000, 1_500_000_000);
    const stat = statSync(file, { bigint: true });
    const view = new DataView(new ArrayBuffer(64));
    new HostFilestat(stat).write_bytes(view, 0);
    assertEquals(view.getBigUint64(8, true), stat.ino);
    assertEquals(view.getUint8(16), wasi.FILETYPE_REGULAR_FILE);
    assertEquals(view.getBigUint64(24, true), 1n);
    assertEquals(view.getBigUint64(32, true), 5n);
    assertEquals(view.getBigUint64(40, true), 1_000_000_000_000_000_000n);
    assertEquals(view.getBigUint64(48, true), 1_500_000_000_000_000_000n);
    assertEquals(view.getBigUint64(56, true), stat.ctimeNs);
  });
});

Deno.test("requestedTimes() keeps the times that are not asked for", () => {
  withDirectory((directory) => {
    utimesSync(directory, 1000, 2000);
    const current = statSync(directory, { bigint: true });
    assertEquals(requestedTimes(current, 5_000_000_000n, 7_000_000_000n, 0), [1000, 2000]);
    assertEquals(requestedTimes(current, 5_000_000_000n, 7_000_000_000n, wasi.FSTFLAGS_ATIM), [5, 2000]);
    assertEquals(requestedTimes(current, 5_000_000_000n, 7_000_000_000n, wasi.FSTFLAGS_MTIM), [1000, 7]);
  });
});
