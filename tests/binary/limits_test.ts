import { assertEquals, assertThrows } from "@std/assert";
import { decodeModule } from "../../lib/binary/decode.ts";
import { CompileError } from "../../lib/syntax/errors.ts";
import type { Module } from "../../lib/syntax/module.ts";
import { type Bytes, flatten, leb, vectorSection } from "./module_bytes.ts";

/** A section of bytes, and a pattern that follows them a number of times. */
interface Repetition {
  readonly id: number;
  readonly start: Bytes;
  readonly pattern: readonly number[];
  readonly count: number;
  readonly end?: Bytes;
}

/** A section that is a vector of equal items. */
const repeated = (id: number, pattern: readonly number[]) => (count: number): Repetition => ({
  id,
  start: leb(count),
  pattern,
  count,
});

/** A long section. */
function longSection({ id, start, pattern, count, end = [] }: Repetition): Uint8Array {
  const size = flatten(start).length + pattern.length * count + flatten(end).length;
  const head = flatten([id, leb(size), start]);
  const bytes = new Uint8Array(head.length + pattern.length * count + flatten(end).length);
  bytes.set(head);
  bytes.set(pattern, head.length);
  for (let filled = head.length + pattern.length; filled < bytes.length; filled = 2 * filled - head.length) {
    bytes.copyWithin(filled, head.length, filled);
  }
  bytes.set(flatten(end), head.length + pattern.length * count);
  return bytes;
}

/** A module of sections. */
function longModule(...sections: readonly (Bytes | Repetition)[]): Uint8Array {
  const parts = [[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0], ...sections].map((section) =>
    "pattern" in section ? longSection(section) : Uint8Array.from(flatten(section))
  );
  const bytes = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

const FUNCTION_TYPE = vectorSection(1, [0x60, 0, 0]);
const ONE_FUNCTION = [FUNCTION_TYPE, vectorSection(3, [0])];
const BODY = vectorSection(10, [2, 0, 0x0b]);
const BODIES = repeated(10, [2, 0, 0x0b])(1_000_000);

/** What is limited, how many there may be, how to write that many, and how many a module has. */
interface Limit {
  readonly most: number;
  readonly before?: Bytes;
  readonly section: (count: number) => Repetition;
  /** What has to follow when the limit is reached. */
  readonly after?: Bytes | Repetition;
  readonly count: (module: Module) => number;
  /** The error for one more, without its offset. */
  readonly message: string;
}

const exceeds = (what: string, most: number) => `${what} of ${most + 1} exceeds internal limit of ${most}`;

const LIMITS: Readonly<Record<string, Limit>> = {
  "types": {
    most: 1_000_000,
    section: repeated(1, [0x5f, 0]),
    count: ({ types }) => types.length,
    message: exceeds("types count", 1_000_000),
  },
  "recursion groups": {
    most: 1_000_000,
    section: repeated(1, [0x4e, 0]),
    count: ({ recursionGroups }) => recursionGroups.length,
    message: exceeds("types count", 1_000_000),
  },
  "types of a recursion group": {
    most: 1_000_000,
    section: (count) => ({ id: 1, start: [1, 0x4e, leb(count)], pattern: [0x5f, 0], count }),
    count: ({ types }) => types.length,
    message: exceeds("recursive group size", 1_000_000),
  },
  "parameters": {
    most: 1000,
    section: (count) => ({ id: 1, start: [1, 0x60, leb(count)], pattern: [0x7f], count, end: [0] }),
    count: ({ types: [{ composite }] }) => composite.kind === "func" ? composite.params.length : 0,
    message: exceeds("param count", 1000),
  },
  "results": {
    most: 1000,
    section: (count) => ({ id: 1, start: [1, 0x60, 0, leb(count)], pattern: [0x7f], count }),
    count: ({ types: [{ composite }] }) => composite.kind === "func" ? composite.results.length : 0,
    message: exceeds("return count", 1000),
  },
  "fields": {
    most: 10_000,
    section: (count) => ({ id: 1, start: [1, 0x5f, leb(count)], pattern: [0x7f, 0], count }),
    count: ({ types: [{ composite }] }) => composite.kind === "struct" ? composite.fields.length : 0,
    message: exceeds(", field count", 10_000),
  },
  "imports": {
    most: 1_000_000,
    before: FUNCTION_TYPE,
    section: repeated(2, [0, 0, 0, 0]),
    count: ({ imports }) => imports.length,
    message: exceeds("imports count", 1_000_000),
  },
  "functions": {
    most: 1_000_000,
    before: FUNCTION_TYPE,
    section: repeated(3, [0]),
    after: BODIES,
    count: ({ functions }) => functions.length,
    message: exceeds("functions count", 1_000_000),
  },
  "tables": {
    most: 100_000,
    section: repeated(4, [0x70, 0, 0]),
    count: ({ tables }) => tables.length,
    message: exceeds("table count", 100_000),
  },
  "memories": {
    most: 100,
    section: repeated(5, [0, 0]),
    count: ({ memories }) => memories.length,
    message: exceeds("memory count", 100),
  },
  "tags": {
    most: 1_000_000,
    before: FUNCTION_TYPE,
    section: repeated(13, [0, 0]),
    count: ({ tags }) => tags.length,
    message: exceeds("tag count", 1_000_000),
  },
  "globals": {
    most: 1_000_000,
    section: repeated(6, [0x7f, 0, 0x41, 0, 0x0b]),
    count: ({ globals }) => globals.length,
    message: exceeds("globals count", 1_000_000),
  },
  "exports": {
    most: 1_000_000,
    before: vectorSection(5, [0, 0]),
    section: repeated(7, [0, 2, 0]),
    count: ({ exports }) => exports.length,
    message: exceeds("exports count", 1_000_000),
  },
  "element segments": {
    most: 10_000_000,
    section: repeated(9, [1, 0, 0]),
    count: ({ elements }) => elements.length,
    message: exceeds("segment count", 10_000_000),
  },
  "functions of an element segment": {
    most: 10_000_000,
    before: ONE_FUNCTION,
    section: (count) => ({ id: 9, start: [1, 1, 0, leb(count)], pattern: [0], count }),
    after: BODY,
    count: ({ elements }) => {
      const { elements: list } = elements.at(0)!;
      return list.kind === "functions" ? list.indices.length : 0;
    },
    message: exceeds(" number of elements", 10_000_000),
  },
  "expressions of an element segment": {
    most: 10_000_000,
    section: (count) => ({ id: 9, start: [1, 5, 0x70, leb(count)], pattern: [0xd0, 0x70, 0x0b], count }),
    count: ({ elements }) => {
      const { elements: list } = elements.at(0)!;
      return list.kind === "expressions" ? list.expressions.length : 0;
    },
    message: exceeds(" number of elements", 10_000_000),
  },
  "data segments": {
    most: 100_000,
    section: repeated(11, [1, 0]),
    count: ({ data }) => data.length,
    message: exceeds("data segments count", 100_000),
  },
  "bytes of a function body": {
    most: 7_654_321,
    before: ONE_FUNCTION,
    section: (count) => ({ id: 10, start: [1, leb(count)], pattern: [0x01], count }),
    count: ({ functions: [{ body }] }) => body!.end - body!.start,
    message: "size 7654322 > maximum function size 7654321",
  },
};

for (const [name, { most, before = [], section, after = [], count, message }] of Object.entries(LIMITS)) {
  Deno.test(`a module may have ${most} ${name}`, () => {
    assertEquals(count(decodeModule(longModule(before, section(most), after))), most);
  });
  Deno.test(`a module may not have more than ${most} ${name}`, () => {
    const error = assertThrows(
      () => decodeModule(longModule(before, section(most + 1), after)),
      CompileError,
    );
    assertEquals(error.message.replace(/ @\+\d+$/, ""), message);
  });
}
