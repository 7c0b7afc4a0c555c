import { assertEquals } from "@std/assert";
import { Identifiers } from "../../lib/text/print_identifiers.ts";

Deno.test("Identifiers refer to entries with names by identifier, to others by index", () => {
  const identifiers = new Identifiers(new Map([[1, "a"]]), 3);
  assertEquals([0, 1, 2].map((index) => identifiers.reference(index)), ["0", "$a", "2"]);
  assertEquals([0, 1, 2].map((index) => identifiers.binding(index)), ["", " $a", ""]);
});

Deno.test("Identifiers make repeated names unique and annotate the name", () => {
  const identifiers = new Identifiers(new Map([[2, "a"], [0, "a"], [1, "a.2"]]), 3);
  assertEquals(identifiers.binding(0), " $a");
  assertEquals(identifiers.binding(1), " $a.2");
  assertEquals(identifiers.binding(2), ` $a.2' (@name "a")`);
  assertEquals(identifiers.reference(2), "$a.2'");
});

Deno.test("Identifiers leave an empty name to the annotation", () => {
  const identifiers = new Identifiers(new Map([[0, ""]]), 1);
  assertEquals(identifiers.binding(0), ' (@name "")');
  assertEquals(identifiers.reference(0), "0");
});

Deno.test("Identifiers ignore names of entries that are not there", () => {
  const identifiers = new Identifiers(new Map([[3, "a"]]), 3);
  assertEquals(identifiers.reference(3), "3");
});
