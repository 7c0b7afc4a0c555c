import { assertEquals } from "@std/assert";
import { TypeReader } from "../../lib/binary/type_reader.ts";
import { liveRanges } from "../../lib/codegen/live_ranges.ts";
import { ALL_FEATURES } from "../../lib/syntax/features.ts";

const get = (local = 0) => [0x20, local];
const set = (local = 0) => [0x21, local];
const ZERO = [0x41, 0];
const DROP = 0x1a;
const VOID = 0x40;
const BLOCK = [0x02, VOID], LOOP = [0x03, VOID], IF = [0x04, VOID], ELSE = 0x05, END = 0x0b;
const br = (depth: number) => [0x0c, depth];
const brIf = (depth: number) => [0x0d, depth];
const TRY_TABLE = [0x1f, VOID, 1, 2, 0];

/** The range of every access of local 0, in order. */
function rangesOf(...body: (number | number[])[]): number[] {
  const bytes = new Uint8Array([...body.flat(), END]);
  const reader = new TypeReader(bytes, ALL_FEATURES, 0);
  const { at } = liveRanges(reader, bytes.length, [0]);
  assertEquals(reader.position, 0);
  return [...at].sort(([a], [b]) => a - b).map(([, range]) => range);
}

Deno.test("liveRanges() tells values apart that follow each other in a local", () => {
  const [a, b, c, d] = rangesOf(ZERO, set(), get(), DROP, ZERO, set(), get(), DROP);
  assertEquals([a === b, b === c, c === d], [true, false, true]);
});

Deno.test("liveRanges() connects what an if assigns and what was there before", () => {
  const [before, inside, after] = rangesOf(ZERO, set(), ZERO, IF, ZERO, set(), END, get(), DROP);
  assertEquals([before === inside, inside === after], [true, true]);
});

Deno.test("liveRanges() connects the two arms of an if and leaves out what both replace", () => {
  const body = [ZERO, set(), ZERO, IF, ZERO, set(), ELSE, ZERO, set(), END, get(), DROP];
  const [before, whenTrue, whenFalse, after] = rangesOf(...body);
  assertEquals([before === after, whenTrue === after, whenFalse === after], [false, true, true]);
});

Deno.test("liveRanges() connects what goes around a loop", () => {
  const [before, read, written] = rangesOf(ZERO, set(), LOOP, get(), DROP, ZERO, set(), ZERO, brIf(0), END);
  assertEquals([before === read, read === written], [true, true]);
});

Deno.test("liveRanges() does not connect what goes around a loop but is not read there", () => {
  const [before, first, read] = rangesOf(ZERO, set(), LOOP, ZERO, set(), get(), DROP, ZERO, brIf(0), END);
  assertEquals([before === first, first === read], [false, true]);
});

Deno.test("liveRanges() follows branches out of blocks", () => {
  const body = [BLOCK, ZERO, set(), ZERO, brIf(0), ZERO, set(), br(0), END, get(), DROP];
  const [first, second, read] = rangesOf(...body);
  assertEquals([first === read, second === read], [true, true]);
});

Deno.test("liveRanges() does not follow branches that cannot be reached", () => {
  const [first, unreached, read] = rangesOf(BLOCK, ZERO, set(), br(0), ZERO, set(), br(0), END, get(), DROP);
  assertEquals([first === read, unreached === read], [true, false]);
});

Deno.test("liveRanges() starts a range at the function's entry", () => {
  const bytes = new Uint8Array([...get(), DROP, ...ZERO, ...set(), ...get(), DROP, END]);
  const { at, entry } = liveRanges(new TypeReader(bytes, ALL_FEATURES, 0), bytes.length, [0]);
  const [read, written] = [...at.values()];
  assertEquals([read === entry.get(0), written === entry.get(0)], [true, false]);
});

Deno.test("liveRanges() leaves locals in one piece where there are handlers", () => {
  const ranges = rangesOf(ZERO, set(), BLOCK, TRY_TABLE, ZERO, set(), END, END, ZERO, set(), get(), DROP);
  assertEquals(new Set(ranges).size, 1);
});

Deno.test("liveRanges() leaves locals in one piece when there are thousands of values", () => {
  const values = (count: number) => Array.from({ length: count }, () => [...ZERO, ...set()]);
  assertEquals(new Set(rangesOf(...values(5000))).size, 5000);
  assertEquals(new Set(rangesOf(...values(10_000), LOOP, get(), DROP, END)).size, 1);
});
