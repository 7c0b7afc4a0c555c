import { assert, assertEquals, assertThrows } from "@std/assert";
import { decodeModule } from "../../lib/binary/decode.ts";
import { CompileError } from "../../lib/syntax/errors.ts";
import { ALL_FEATURES, type FeatureName, without } from "../../lib/syntax/features.ts";
import {
  ANY,
  definedHeapType,
  EXTERNREF,
  FUNCREF,
  I16,
  I32,
  I64,
  I8,
  refType,
  sharedHeapType,
} from "../../lib/syntax/types.ts";
import { body, type Bytes, leb, moduleBytes, name, section, sized, vectorSection } from "./module_bytes.ts";

const options = { features: ALL_FEATURES };

function assertFails(bytes: Uint8Array, message: string): void {
  const error = assertThrows(() => decodeModule(bytes, options), CompileError);
  assertEquals(error.message, message);
}

function sectionsFail(sections: Bytes, message: string): void {
  assertFails(moduleBytes(sections), message);
}

const TYPES = vectorSection(1, [0x60, 0, 0]);

Deno.test("decodeModule() reads the empty module", () => {
  const module = decodeModule(moduleBytes());
  assertEquals(module.functions.length + module.types.length + module.sections.length, 0);
  assertEquals(module.start, null);
});

Deno.test("decodeModule() rejects a wrong magic word", () => {
  assertFails(
    new Uint8Array([1, 2, 3, 4]),
    "expected magic word 00 61 73 6d, found 01 02 03 04 @+0",
  );
});

Deno.test("decodeModule() rejects another version", () => {
  assertFails(
    new Uint8Array([0, 0x61, 0x73, 0x6d, 2, 0, 0, 0]),
    "expected version 01 00 00 00, found 02 00 00 00 @+4",
  );
});

Deno.test("decodeModule() rejects a truncated header", () => {
  assertFails(new Uint8Array([0, 0x61]), "expected 4 bytes, fell off end @+0");
});

Deno.test("decodeModule() rejects a section that is longer than the module", () => {
  sectionsFail(
    [1, 5, 1],
    'section (code 1, "Type") extends past end of the module (length 5, remaining bytes 1) @+8',
  );
});

Deno.test("decodeModule() rejects a section with bytes left over", () => {
  sectionsFail(
    section(1, 1, 0x60, 0, 0, 0x7f),
    "section was shorter than expected size (5 bytes expected, 4 decoded) @+14",
  );
});

Deno.test("decodeModule() rejects contents that pass their section's end", () => {
  sectionsFail([1, 3, 1, 0x60, 0, 3, 1, 0], "reached end while decoding return count @+13");
});

Deno.test("decodeModule() rejects sections out of order", () => {
  sectionsFail([vectorSection(2), TYPES], "unexpected section <Type> @+13");
});

Deno.test("decodeModule() rejects an unknown section", () => {
  sectionsFail([16, 0], "unknown section code #0x10 @+10");
});

Deno.test("decodeModule() takes the tag section between memories and globals only", () => {
  const tags = vectorSection(13, [0, 0]);
  const globals = vectorSection(6);
  assertEquals(decodeModule(moduleBytes(TYPES, vectorSection(5), tags, globals), options).tags.length, 1);
  sectionsFail([TYPES, globals, tags], "The Tag section must appear before the Global section @+19");
  sectionsFail([TYPES, tags, vectorSection(5)], "unexpected section <Memory> @+21");
});

Deno.test("decodeModule() keeps custom sections with their place", () => {
  const bytes = moduleBytes(section(0, name("a"), 7, 8), TYPES, section(0, name("b")));
  const { customSections } = decodeModule(bytes);
  assertEquals(customSections.map(({ name, after }) => [name, after]), [["a", 0], ["b", 1]]);
  const { content } = customSections[0];
  assertEquals([...bytes.subarray(content.start, content.end)], [7, 8]);
});

Deno.test("decodeModule() reads recursion groups with supertypes", () => {
  const group = [0x4e, 2, 0x50, 0, 0x5f, 2, 0x78, 1, 0x63, 1, 0, 0x4f, 1, 0, 0x5e, 0x77, 0];
  const module = decodeModule(moduleBytes(vectorSection(1, group, [0x60, 1, 0x64, 0, 0])));
  assertEquals(module.recursionGroups, [
    { start: 0, size: 2, explicit: true },
    { start: 2, size: 1, explicit: false },
  ]);
  const [struct, array, func] = module.types;
  assertEquals(struct.final, false);
  assertEquals(struct.composite, {
    kind: "struct",
    fields: [
      { storage: I8, mutable: true },
      { storage: refType(definedHeapType(1), true), mutable: false },
    ],
  });
  assertEquals([array.final, array.supertype], [true, 0]);
  assertEquals(array.composite, { kind: "array", element: { storage: I16, mutable: false } });
  assertEquals(func.composite, { kind: "func", params: [refType(definedHeapType(0), false)], results: [] });
});

Deno.test("decodeModule() reads shared, exact and descriptor types", () => {
  const group = [
    [0x4e, 2],
    [0x65, 0x4d, 1, 0x5f, 1, 0x65, 0x6e, 0],
    [0x65, 0x4c, 0, 0x5f, 1, 0x63, 0x62, 0, 0],
  ];
  const [described, descriptor] = decodeModule(moduleBytes(vectorSection(1, group)), options).types;
  assertEquals([described.shared, described.descriptor, described.describes], [true, 1, null]);
  assertEquals([descriptor.descriptor, descriptor.describes], [null, 0]);
  const field = (storage: number) => ({ kind: "struct", fields: [{ storage, mutable: false }] });
  assertEquals<unknown>(described.composite, field(refType(sharedHeapType(ANY), true)));
  assertEquals<unknown>(descriptor.composite, field(refType(definedHeapType(0, true), true)));
});

Deno.test("decodeModule() rejects a type index beyond the recursion group", () => {
  sectionsFail(
    vectorSection(1, [0x60, 1, 0x63, 1, 0]),
    "Type index 1 is out of bounds @+14",
  );
});

Deno.test("decodeModule() rejects a supertype that comes later", () => {
  sectionsFail(
    vectorSection(1, [0x4e, 2, 0x50, 1, 1, 0x60, 0, 0, 0x50, 0, 0x60, 0, 0]),
    "type 0: invalid supertype 1 @+16",
  );
});

Deno.test("decodeModule() numbers imports within their kinds", () => {
  const module = decodeModule(moduleBytes(
    TYPES,
    vectorSection(
      2,
      [name("m"), name("t"), 1, 0x6f, 1, 1, 2],
      [name("m"), name("f"), 0, 0],
      [name("m"), name("g"), 3, 0x7e, 1],
      [name("m"), name("h"), 0, 0],
    ),
  ));
  assertEquals(module.imports.map(({ name, kind, index }) => `${name} ${kind} ${index}`), [
    "t table 0",
    "f function 0",
    "g global 0",
    "h function 1",
  ]);
  assertEquals(module.tables[0].type.element, EXTERNREF);
  assertEquals(module.tables[0].type.limits, { minimum: 1n, maximum: 2n });
  assertEquals(module.globals[0].type, { value: I64, mutable: true, shared: false });
  assertEquals(module.functions[1], { type: 0, importIndex: 3, exact: false, body: null });
});

Deno.test("decodeModule() reads compact imports of both forms", () => {
  const module = decodeModule(
    moduleBytes(
      TYPES,
      vectorSection(
        2,
        [name("m"), name(""), 0x7f, 2, name("a"), 0, 0, name("b"), 3, 0x7f, 0],
        [name("n"), name(""), 0x7e, 2, 1, 1, 2, 2, name("c"), name("d")],
      ),
    ),
    options,
  );
  assertEquals(module.imports.map(({ module, name, kind, index }) => [module, name, kind, index]), [
    ["m", "a", "function", 0],
    ["m", "b", "global", 0],
    ["n", "c", "memory", 0],
    ["n", "d", "memory", 1],
  ]);
  assertEquals(module.memories[1].type.limits, { minimum: 1n, maximum: 2n });
});

Deno.test("decodeModule() rejects an import of an unknown kind", () => {
  sectionsFail(vectorSection(2, [name("m"), name("f"), 9]), "unknown import kind 0x09 @+16");
});

Deno.test("decodeModule() reads limits of 64-bit and byte-granular memories", () => {
  const { memories } = decodeModule(
    moduleBytes(vectorSection(5, [5, 1, 0x80, 0x80, 4], [8, 7, 0], [3, 1, 1])),
    options,
  );
  assertEquals(memories.map(({ type }) => [type.addressType, type.shared, type.pageSizeLog2]), [
    ["i64", false, 16],
    ["i32", false, 0],
    ["i32", true, 16],
  ]);
  assertEquals(memories[0].type.limits, { minimum: 1n, maximum: 65536n });
});

Deno.test("decodeModule() rejects a maximum below the minimum", () => {
  sectionsFail(
    vectorSection(5, [1, 2, 1]),
    "maximum memory size (1 pages) is less than initial (2 pages) @+13",
  );
});

Deno.test("decodeModule() rejects a 32-bit memory of more than 65536 pages", () => {
  sectionsFail(
    vectorSection(5, [0, leb(65537)]),
    "initial memory size (65537 pages) is larger than implementation limit (65536 pages) @+12",
  );
});

Deno.test("decodeModule() rejects a shared memory without maximum", () => {
  sectionsFail(vectorSection(5, [2, 1]), "shared memory must have a maximum defined @+11");
});

Deno.test("decodeModule() reads tables with an initial value", () => {
  const { tables } = decodeModule(moduleBytes(vectorSection(4, [0x40, 0, 0x70, 0, 3, 0xd0, 0x70, 0x0b])));
  assertEquals(tables[0].type.element, FUNCREF);
  assertEquals(tables[0].init && [tables[0].init.start, tables[0].init.end], [16, 19]);
});

Deno.test("decodeModule() rejects an export of something that is not there", () => {
  sectionsFail(
    vectorSection(7, [name("f"), 0, 0]),
    "function index 0 out of bounds (0 entries) @+14",
  );
  sectionsFail(
    vectorSection(7, [name("m"), 2, 1]),
    "invalid exported memory index 1 (having 0 memories) @+14",
  );
});

Deno.test("decodeModule() rejects bodies and functions that differ in number", () => {
  sectionsFail(
    [TYPES, vectorSection(3, [0]), vectorSection(10)],
    "function body count 0 mismatch (1 expected) @+20",
  );
  sectionsFail([TYPES, vectorSection(3, [0])], "function count is 1, but code section is absent @+18");
});

Deno.test("decodeModule() rejects a body beyond the section", () => {
  sectionsFail(
    [TYPES, vectorSection(3, [0]), section(10, 1, 9, 0, 0x0b)],
    "expected 9 bytes, fell off end @+22",
  );
});

Deno.test("decodeModule() says where function bodies are", () => {
  const bytes = moduleBytes(TYPES, vectorSection(3, [0]), vectorSection(10, body(0x01)));
  const range = decodeModule(bytes).functions[0].body!;
  assertEquals([...range.bytes.subarray(range.start, range.end)], [0, 0x01, 0x0b]);
});

Deno.test("decodeModule() reads every form of element segment", () => {
  const end = [0x41, 0, 0x0b];
  const reference = [0xd0, 0x70, 0x0b];
  const { elements: sequence } = decodeModule(moduleBytes(
    TYPES,
    vectorSection(3, [0]),
    vectorSection(4, [0x70, 0, 9], [0x70, 0, 9]),
    vectorSection(
      9,
      [0, end, 1, 0],
      [1, 0, 1, 0],
      [2, 1, end, 0, 1, 0],
      [3, 0, 0],
      [4, end, 1, reference],
      [5, 0x70, 1, reference],
      [6, 1, end, 0x70, 0],
      [7, 0x6f, 0],
    ),
    vectorSection(10, body()),
  ));
  const elements = [...sequence];
  assertEquals(elements.map(({ mode }) => mode.kind === "active" ? `active ${mode.index}` : mode.kind), [
    "active 0",
    "passive",
    "active 1",
    "declarative",
    "active 0",
    "passive",
    "active 1",
    "declarative",
  ]);
  assertEquals(elements[1].elements, { kind: "functions", indices: new Uint32Array([0]) });
  assert(elements[5].elements.kind === "expressions");
  assertEquals(elements[7].type, EXTERNREF);
});

Deno.test("decodeModule() rejects an element segment of numbers", () => {
  sectionsFail(
    vectorSection(9, [5, 0x7f, 0]),
    "Element segment of type i32 is not a reference type @+12",
  );
});

Deno.test("decodeModule() reads data segments and their count", () => {
  const module = decodeModule(moduleBytes(
    vectorSection(5, [0, 1], [0, 1]),
    section(12, 2),
    vectorSection(11, [1, name("ab")], [2, 1, 0x41, 3, 0x0b, name("c")]),
  ));
  assertEquals(module.dataCount, 2);
  assertEquals(module.data.map(({ mode }) => mode.kind), ["passive", "active"]);
  const { content } = module.data[0];
  assertEquals([...content.bytes.subarray(content.start, content.end)], [0x61, 0x62]);
});

Deno.test("decodeModule() rejects another number of data segments than counted", () => {
  sectionsFail([section(12, 1)], "data segments count 0 mismatch (1 expected) @+11");
});

Deno.test("decodeModule() rejects an invalid opcode in a constant expression", () => {
  sectionsFail(vectorSection(6, [0x7f, 0, 0xff, 0x0b]), "Invalid opcode 0xff @+13");
});

Deno.test("decodeModule() rejects counts past the limits at once", () => {
  sectionsFail(section(1, leb(1_000_001)), "types count of 1000001 exceeds internal limit of 1000000 @+10");
  sectionsFail(
    section(1, 1, 0x60, leb(1001)),
    "param count of 1001 exceeds internal limit of 1000 @+12",
  );
  sectionsFail(section(5, leb(101)), "memory count of 101 exceeds internal limit of 100 @+10");
});

const FEATURE_MODULES: readonly (readonly [FeatureName, Bytes, string])[] = [
  ["simd", vectorSection(1, [0x60, 1, 0x7b, 0]), "invalid value type 'v128'"],
  ["exceptions", vectorSection(1, [0x60, 1, 0x69, 0]), "invalid value type 'exnref'"],
  ["memory64", vectorSection(5, [4, 1]), "invalid memory limits flags 0x4"],
  ["threads", vectorSection(5, [3, 1, 1]), "invalid memory limits flags 0x3"],
  ["custom-page-sizes", vectorSection(5, [8, 1, 0]), "invalid memory limits flags 0x8"],
  ["multi-memory", vectorSection(5, [0, 1], [0, 1]), "multiple memories are not allowed"],
  ["shared-everything-threads", vectorSection(1, [0x65, 0x5f, 0]), "unknown type form: 101"],
  ["custom-descriptors", vectorSection(1, [0x4d, 0, 0x5f, 0]), "unknown type form: 77"],
  ["compact-imports", vectorSection(2, [name("m"), name(""), 0x7f, 0]), "Invalid import kind 127"],
  ["reference-types", vectorSection(4, [0x70, 0, 1], [0x70, 0, 1]), "multiple tables are not allowed"],
  ["bulk-memory", section(12, 0), "unexpected section <DataCount>"],
];

for (const [feature, sections, message] of FEATURE_MODULES) {
  Deno.test(`decodeModule() names the feature ${feature} when it is off`, () => {
    const features = without(ALL_FEATURES, feature);
    const error = assertThrows(() => decodeModule(moduleBytes(sections), { features }), CompileError);
    assertEquals(error.message.replace(/ @\+\d+$/, ""), `${message} (enable feature ${feature})`);
  });
}

Deno.test("decodeModule() gives declarations their offsets", () => {
  const bytes = moduleBytes(
    TYPES,
    vectorSection(3, [0]),
    vectorSection(4, [0x70, 0, 1]),
    vectorSection(6, [0x7f, 0, 0x41, 0, 0x0b]),
    vectorSection(7, [name("f"), 0, 0]),
    section(8, 0),
    vectorSection(10, sized(0, 0x0b)),
  );
  assertEquals(decodeModule(bytes).offsets, {
    types: [11],
    tables: [21],
    globals: [27],
    tags: [],
    exports: [35],
    start: 41,
  });
});

Deno.test("decodeModule() reads a typed table of i32 results", () => {
  const { types } = decodeModule(moduleBytes(vectorSection(1, [0x60, 1, 0x7f, 2, 0x7f, 0x7e])));
  assertEquals(types[0].composite, { kind: "func", params: [I32], results: [I32, I64] });
});
