import { assertEquals } from "@std/assert";
import {
  branchHint,
  type CodeMetadata,
  decodeCodeMetadata,
  encodeCodeMetadata,
} from "../../lib/binary/code_metadata.ts";
import { decodeModule } from "../../lib/binary/decode.ts";
import { type Bytes, flatten, moduleBytes, name, section } from "./module_bytes.ts";

function decode(...contents: Bytes): CodeMetadata | null {
  const bytes = Uint8Array.from(flatten(contents));
  return decodeCodeMetadata({
    name: "metadata.code.branch_hint",
    content: { bytes, start: 0, end: bytes.length },
    after: 12,
  });
}

const HINTS: Bytes = [2, [1, 2, [3, 1, 0], [0x85, 0x01, 1, 1]], [7, 1, [2, 1, 1]]];

Deno.test("decodeCodeMetadata() gives the branch hints of each function by offset", () => {
  const hints = [...decode(HINTS)!].map(([index, items]) => [
    index,
    items.map(({ offset, payload }) => [offset, branchHint(payload)]),
  ]);
  assertEquals(hints, [[1, [[3, false], [133, true]]], [7, [[2, true]]]]);
});

Deno.test("encodeCodeMetadata() writes functions in the order of their indices", () => {
  const metadata = new Map([...decode(HINTS)!].reverse());
  assertEquals([...encodeCodeMetadata(metadata)], flatten(HINTS));
});

Deno.test("branchHint() takes one byte that is 0 or 1", () => {
  const hint = (...bytes: number[]) =>
    branchHint({ bytes: Uint8Array.from(bytes), start: 0, end: bytes.length });
  assertEquals([hint(0), hint(1), hint(2), hint(), hint(0, 0)], [false, true, null, null, null]);
});

const MALFORMED: Readonly<Record<string, Bytes>> = {
  "functions out of order": [2, [7, 0], [1, 0]],
  "a function twice": [2, [1, 0], [1, 0]],
  "instructions out of order": [1, [1, 2, [4, 1, 0], [3, 1, 0]]],
  "an instruction twice": [1, [1, 2, [4, 1, 0], [4, 1, 0]]],
  "bytes behind its end": [0, 0],
  "a missing end": [1, [1, 1, [4, 1]]],
};

for (const [what, contents] of Object.entries(MALFORMED)) {
  Deno.test(`a code metadata section with ${what} is no error, and says nothing`, () => {
    assertEquals(decode(contents), null);
    decodeModule(moduleBytes(section(0, name("metadata.code.branch_hint"), contents)));
  });
}
