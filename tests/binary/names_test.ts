import { assertEquals } from "@std/assert";
import { decodeModule } from "../../lib/binary/decode.ts";
import { NameSection } from "../../lib/binary/names.ts";
import { type Bytes, moduleBytes, name, section, sized, vector } from "./module_bytes.ts";

function names(...subsections: Bytes): NameSection {
  return new NameSection(decodeModule(moduleBytes(section(0, name("name"), subsections))));
}

Deno.test("NameSection gives names by index", () => {
  const section = names(
    [0, sized(name("mod"))],
    [1, sized(vector([0, name("f")], [3, name("g")]))],
    [7, sized(vector([1, name("global")]))],
    [11, sized(vector([0, name("tag")]))],
  );
  assertEquals(section.module, "mod");
  assertEquals([...section.functions], [[0, "f"], [3, "g"]]);
  assertEquals(section.globals.get(1), "global");
  assertEquals(section.tags.get(0), "tag");
});

Deno.test("NameSection gives names by two indices", () => {
  const section = names(
    [2, sized(vector([4, vector([0, name("x")], [1, name("y")])]))],
    [10, sized(vector([1, vector([2, name("field")])]))],
  );
  assertEquals(section.locals.get(4)?.get(1), "y");
  assertEquals(section.fields.get(1)?.get(2), "field");
});

Deno.test("NameSection is empty without a name section", () => {
  const section = new NameSection(decodeModule(moduleBytes()));
  assertEquals([section.module, section.functions.size, section.labels.size], [null, 0, 0]);
});

Deno.test("NameSection leaves out names that are not UTF-8", () => {
  const section = names([1, sized(vector([0, [1, 0xff]], [1, name("g")]))]);
  assertEquals([...section.functions], [[1, "g"]]);
});

Deno.test("NameSection keeps what stands before a malformed part", () => {
  const section = names([1, sized(2, 0, name("f"), 1, 9, 0x67)], [7, 99]);
  assertEquals([...section.functions], [[0, "f"]]);
  assertEquals(section.globals.size, 0);
});

Deno.test("NameSection reads the first of two name sections", () => {
  const module = decodeModule(moduleBytes(
    section(0, name("name"), 0, sized(name("first"))),
    section(0, name("name"), 0, sized(name("second"))),
  ));
  assertEquals(new NameSection(module).module, "first");
});
