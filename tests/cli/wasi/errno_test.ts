import { assertEquals } from "@std/assert";
import { wasi } from "@bjorn3/browser_wasi_shim";
import { errnoOf, WasiError } from "../../../lib/cli/wasi/errno.ts";

const hostError = (code: string) => Object.assign(new Error(code), { code });

Deno.test("errnoOf() maps host error codes", () => {
  assertEquals(errnoOf(hostError("ENOENT")), wasi.ERRNO_NOENT);
  assertEquals(errnoOf(hostError("E2BIG")), wasi.ERRNO_2BIG);
  assertEquals(errnoOf(hostError("EWOULDBLOCK")), wasi.ERRNO_AGAIN);
  assertEquals(errnoOf(hostError("ERR_SOMETHING_NEW")), wasi.ERRNO_IO);
  assertEquals(errnoOf(new WasiError(wasi.ERRNO_LOOP)), wasi.ERRNO_LOOP);
});

Deno.test("errnoOf() takes an access outside memory for EFAULT, and stack overflow for none", () => {
  const outside = () => new DataView(new ArrayBuffer(1)).getInt32(0);
  try {
    outside();
  } catch (error) {
    assertEquals(errnoOf(error), wasi.ERRNO_FAULT);
  }
  assertEquals(errnoOf(new RangeError("Maximum call stack size exceeded")), null);
});

Deno.test("errnoOf() leaves other exceptions alone", () => {
  assertEquals(errnoOf(new TypeError("x")), null);
  assertEquals(errnoOf("text"), null);
});
