import { assertEquals } from "@std/assert";
import { ByteWriter } from "../../lib/binary/byte_writer.ts";

function written(write: (out: ByteWriter) => void): number[] {
  const out = new ByteWriter(1);
  write(out);
  return [...out.view()];
}

Deno.test("ByteWriter writes unsigned LEB128", () => {
  assertEquals(written((out) => out.unsigned(0)), [0]);
  assertEquals(written((out) => out.unsigned(624485)), [0xe5, 0x8e, 0x26]);
  assertEquals(written((out) => out.unsigned(2 ** 32 - 1)), [0xff, 0xff, 0xff, 0xff, 0x0f]);
  assertEquals(written((out) => out.unsigned64(2n ** 64n - 1n)), [...Array(9).fill(0xff), 1]);
});

Deno.test("ByteWriter writes signed LEB128", () => {
  assertEquals(written((out) => out.signed(63)), [0x3f]);
  assertEquals(written((out) => out.signed(64)), [0xc0, 0]);
  assertEquals(written((out) => out.signed(-64)), [0x40]);
  assertEquals(written((out) => out.signed(-65)), [0xbf, 0x7f]);
  assertEquals(written((out) => out.signed(-(2 ** 31))), [0x80, 0x80, 0x80, 0x80, 0x78]);
  assertEquals(written((out) => out.signed64(-(2n ** 63n))), [...Array(9).fill(0x80), 0x7f]);
  assertEquals(written((out) => out.signed64(-123456n)), [0xc0, 0xbb, 0x78]);
});

Deno.test("ByteWriter writes little-endian numbers", () => {
  assertEquals(written((out) => out.littleEndian(0x0102n, 4)), [2, 1, 0, 0]);
  assertEquals(written((out) => out.littleEndian(-2n, 2)), [0xfe, 0xff]);
});

Deno.test("ByteWriter grows, and writes what a run of any length holds", () => {
  const run = Uint8Array.from({ length: 100 }, (_, i) => i);
  assertEquals(written((out) => out.bytes(run, 10, 90)), [...run.subarray(10, 90)]);
  assertEquals(written((out) => out.sized(run, 1, 4)), [3, 1, 2, 3]);
});

Deno.test("ByteWriter drops what is truncated", () => {
  assertEquals(
    written((out) => {
      out.name("abc");
      out.truncate(2);
      out.byte(7);
    }),
    [3, 0x61, 7],
  );
});
