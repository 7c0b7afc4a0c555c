import { assertEquals, assertThrows } from "@std/assert";
import { MAXIMUM_TABLE_SIZE, Table } from "../../lib/runtime/table.ts";
import { type CanonicalType, NO_TYPES } from "../../lib/syntax/canonical_types.ts";
import { RuntimeError } from "../../lib/syntax/errors.ts";
import { EXTERNREF } from "../../lib/syntax/types.ts";
import { tableType } from "../instance/test_engine.ts";

function tableOf(...values: unknown[]): Table {
  const table = new Table(tableType(values.length, null, EXTERNREF), NO_TYPES, null);
  for (const [i, value] of values.entries()) table.set(i, value);
  return table;
}

function elementsOf({ elements }: Table): unknown[] {
  return Array.from(elements);
}

const outOfBounds = (run: () => void, message = "table index is out of bounds") =>
  void assertThrows(run, RuntimeError, message);

Deno.test("A table is filled with its initial value", () => {
  assertEquals(elementsOf(new Table(tableType(2), NO_TYPES, null)), [null, null]);
  assertEquals(elementsOf(new Table(tableType(1), NO_TYPES, undefined)), [undefined]);
});

Deno.test("A table past the limit is a RangeError", () => {
  assertThrows(() => new Table(tableType(MAXIMUM_TABLE_SIZE + 1), NO_TYPES, null), RangeError);
});

Deno.test("Table.get() and set() trap out of bounds", () => {
  const table = tableOf(1, 2);
  table.set(1, 3);
  assertEquals(table.get(1), 3);
  outOfBounds(() => table.get(2));
  outOfBounds(() => table.set(2 ** 32 - 1, 0));
});

Deno.test("Table.grow() extends the same array, up to the maximum", () => {
  const table = new Table(tableType(1, 3, EXTERNREF), NO_TYPES, "a");
  const { elements } = table;
  assertEquals([table.grow(2, "b"), table.grow(1, "c"), table.grow(0, "d")], [1, -1, 3]);
  assertEquals(Array.from(elements), ["a", "b", "b"]);
  assertEquals(tableOf().grow(2 ** 32 - 1, null), -1);
});

Deno.test("Table.fill() writes nothing when the range is out of bounds", () => {
  const table = tableOf(1, 2, 3);
  outOfBounds(() => table.fill(2, 0, 2));
  outOfBounds(() => table.fill(4, 0, 0));
  table.fill(3, 0, 0);
  assertEquals(elementsOf(table), [1, 2, 3]);
  table.fill(1, 0, 2);
  assertEquals(elementsOf(table), [1, 0, 0]);
});

Deno.test("Table.copy() copies overlapping ranges both ways, and between tables", () => {
  const table = tableOf(1, 2, 3, 4);
  table.copy(1, table, 0, 3);
  assertEquals(elementsOf(table), [1, 1, 2, 3]);
  table.copy(0, table, 1, 3);
  assertEquals(elementsOf(table), [1, 2, 3, 3]);
  table.copy(2, tableOf(8, 9), 0, 2);
  assertEquals(elementsOf(table), [1, 2, 8, 9]);
  outOfBounds(() => table.copy(0, tableOf(1), 0, 2));
  outOfBounds(() => table.copy(3, table, 0, 2));
});

Deno.test("Table.init() checks the table, then the segment", () => {
  const table = tableOf(1, 2);
  outOfBounds(() => table.init(1, [7], 0, 2));
  outOfBounds(() => table.init(0, [7], 0, 2), "element segment out of bounds");
  outOfBounds(() => table.init(0, [7], 2 ** 31 - 1, 0), "element segment out of bounds");
  outOfBounds(() => table.init(0, [7], 2 ** 31, 0), "table index is out of bounds");
  table.init(1, [7, 8], 1, 1);
  assertEquals(elementsOf(table), [1, 8]);
});

Deno.test("Table.codeList() is one list per type, with a place for every element", () => {
  const table = tableOf(null, null);
  const [first, second] = [1, 2].map((id) => ({ id }) as CanonicalType);
  const list = table.codeList(first);
  assertEquals(Array.from(list.codes), [null, null]);
  assertEquals([table.codeList(first) === list, table.codeList(second) === list], [true, false]);
  table.grow(1, null);
  assertEquals([first, second].map((type) => table.codeList(type).codes.length), [3, 3]);
});

Deno.test("a table updates its code lists where it is written and only there", () => {
  const table = tableOf(null, null, null, null);
  const { codes } = table.codeList({ id: 1 } as CanonicalType);
  const code = () => 0;
  const kept = (write: () => void) => {
    for (let i = 0; i < codes.length; i++) codes[i] = code;
    write();
    return Array.from(codes, (place) => place === code);
  };
  assertEquals(kept(() => table.set(1, null)), [true, false, true, true]);
  assertEquals(kept(() => table.fill(2, null, 2)), [true, true, false, false]);
  assertEquals(kept(() => table.copy(1, table, 0, 2)), [true, false, false, true]);
  assertEquals(kept(() => table.init(0, [null], 0, 1)), [false, true, true, true]);
  assertEquals(kept(() => table.grow(1, null)), [true, true, true, true, false]);
});
