import { assertEquals } from "@std/assert";
import { decodeModule } from "../../lib/binary/decode.ts";
import { encodeModule } from "../../lib/binary/encode.ts";
import { Engine } from "../../lib/js_api/engine.ts";
import { flatten, leb, moduleBytes, section, vectorSection } from "./module_bytes.ts";

/** Passive segments of one function each, between them and at the end one that is active. */
function manySegments(count: number): Uint8Array<ArrayBuffer> {
  const segments = [
    leb(count),
    Array.from({ length: count }, (_, i) => i === count - 1 ? [0, 0x41, 1, 0x0b, 1, 0] : [1, 0, 1, 0]),
  ];
  return Uint8Array.from(moduleBytes(
    vectorSection(1, [0x60, 0, 1, 0x7f]),
    vectorSection(3, [0]),
    vectorSection(4, [0x70, 0, 2]),
    vectorSection(7, [1, 0x74, 1, 0], [1, 0x66, 0, 0]),
    section(9, flatten(segments)),
    vectorSection(10, [4, 0, 0x41, 7, 0x0b]),
  ));
}

const COUNT = 100_003;

Deno.test("segments past those that stay decoded are read when somebody asks", () => {
  const { elements } = decodeModule(manySegments(COUNT));
  assertEquals(elements.length, COUNT);
  assertEquals(elements.at(COUNT - 2)?.mode.kind, "passive");
  assertEquals(elements.at(COUNT - 1)?.mode.kind, "active");
  assertEquals(elements.at(COUNT), undefined);
  assertEquals(elements.at(COUNT - 1)?.elements, { kind: "functions", indices: Uint32Array.of(0) });
  assertEquals([...elements].length, COUNT);
});

Deno.test("they are instantiated, and encoded again", () => {
  const { WebAssembly } = new Engine();
  const bytes = manySegments(COUNT);
  const { t, f } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as unknown as {
    t: { get(index: number): unknown };
    f: unknown;
  };
  assertEquals(t.get(0), null);
  assertEquals(t.get(1) === f, true);
  assertEquals(encodeModule(decodeModule(bytes)), bytes);
});
