import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { checkGlobal, checkMemory, checkTable, checkTag, type ImportContext } from "../../lib/link/checks.ts";
import { InstantiationErrors } from "../../lib/link/errors.ts";
import { Global } from "../../lib/runtime/global.ts";
import { Memory } from "../../lib/runtime/memory.ts";
import { Table } from "../../lib/runtime/table.ts";
import { Tag } from "../../lib/runtime/tag.ts";
import { NO_TYPES } from "../../lib/syntax/canonical_types.ts";
import { LinkError } from "../../lib/syntax/errors.ts";
import {
  EXTERNREF,
  F32,
  F64,
  FUNCREF,
  type GlobalType,
  I32,
  I64,
  type MemoryType,
  nonNullable,
  type TableType,
  V128,
} from "../../lib/syntax/types.ts";
import { compiledModule, memoryType, tableType, testEngine } from "../instance/test_engine.ts";

const engine = testEngine();
const module = compiledModule(engine, {
  imports: [0, 1, 2].map((index) => ({ module: "m", name: `f${index}`, kind: "global", index })),
  globals: [0, 1, 2].map((importIndex) => ({
    type: { value: I32, mutable: false, shared: false },
    importIndex,
    init: null,
  })),
});
const context: ImportContext = { module, errors: new InstantiationErrors(module.record) };

const refused = (check: () => unknown, text: string) => {
  const error = assertThrows(check, LinkError);
  assertEquals((error as Error).message, `Import #2 "m" "f2": ${text}`);
};

const memory = (imported: MemoryType, declared: MemoryType) =>
  checkMemory(context, 2, engine.externals.memoryObject(new Memory(imported, engine.allocator)), declared);

Deno.test("checkMemory() accepts what is at least as large and can grow no further", () => {
  assertEquals(memory(memoryType(2), memoryType(1)).pages, 2);
  assertEquals(memory(memoryType(2, 3), memoryType(2, 3)).pages, 2);
});

Deno.test("checkMemory() refuses in V8's words", () => {
  const sixtyFour: MemoryType = { ...memoryType(1), addressType: "i64" };
  refused(
    () => checkMemory(context, 2, {}, memoryType(1)),
    "memory import must be a WebAssembly.Memory object",
  );
  refused(() => memory(memoryType(1), sixtyFour), "cannot import i32 memory as i64");
  refused(() => memory(sixtyFour, memoryType(1)), "cannot import i64 memory as i32");
  refused(
    () => memory(memoryType(1), memoryType(2)),
    "memory import has 1 pages which is smaller than the declared initial of 2",
  );
  refused(
    () => memory(memoryType(1), memoryType(1, 2)),
    "memory import has no maximum limit, expected at most 2",
  );
  refused(
    () => memory(memoryType(1, 10), memoryType(1, 2)),
    "memory import has a larger maximum size 10 than the module's declared maximum 2",
  );
  refused(
    () => memory(memoryType(1, 2), memoryType(1, 2, true)),
    "mismatch in shared state of memory, declared = 1, imported = 0",
  );
});

Deno.test("checkMemory() counts the pages a memory has grown to", () => {
  const grown = new Memory(memoryType(1), engine.allocator);
  grown.grow(4);
  assertStrictEquals(checkMemory(context, 2, engine.externals.memoryObject(grown), memoryType(5)), grown);
});

const table = (imported: TableType, declared: TableType) =>
  checkTable(context, 2, engine.externals.tableObject(new Table(imported, NO_TYPES, null)), declared);

Deno.test("checkTable() refuses in V8's words, the larger maximum in hexadecimal", () => {
  refused(() => checkTable(context, 2, {}, tableType(1)), "table import requires a WebAssembly.Table");
  refused(() => table(tableType(10), tableType(20)), "table import 2 is smaller than initial 20, got 10");
  refused(() => table(tableType(10), tableType(1, 20)), "table import 2 has no maximum length; required: 20");
  refused(
    () => table(tableType(10, 30), tableType(1, 20)),
    "table import 2 has a larger maximum size 1e than the module's declared maximum 20",
  );
  refused(
    () => table(tableType(1), { ...tableType(1), addressType: "i64" }),
    "cannot import i32 table as i64",
  );
  refused(
    () => table(tableType(1, null, FUNCREF), tableType(1, null, EXTERNREF)),
    "imported table does not match the expected type",
  );
});

Deno.test("checkTable() accepts element types that are equal", () => {
  assertEquals(table(tableType(1, 2, EXTERNREF), tableType(0, 2, EXTERNREF)).size, 1);
});

const declared = (value: GlobalType["value"], mutable = false) => ({
  type: { value, mutable, shared: false },
  importIndex: 2,
  init: null,
});
const globalObject = (value: GlobalType["value"], mutable: boolean, initial: unknown = 0) =>
  engine.externals.globalObject(Global.create({ value, mutable, shared: false }, initial));

Deno.test("checkGlobal() refuses in V8's words", () => {
  const check = (value: unknown, declaration: ReturnType<typeof declared>) => () =>
    checkGlobal(context, 2, value, declaration);
  refused(check(1, declared(V128)), "global import of type v128 must be a WebAssembly.Global");
  refused(
    check(globalObject(I32, true), declared(F64)),
    "imported global does not match the expected mutability",
  );
  refused(check(globalObject(I32, false), declared(F64)), "imported global does not match the expected type");
  refused(
    check(globalObject(nonNullable(EXTERNREF), true, {}), declared(EXTERNREF, true)),
    "imported global does not match the expected type",
  );
  refused(check(1, declared(I32, true)), "imported mutable global must be a WebAssembly.Global object");
  refused(
    check({}, declared(FUNCREF)),
    "function-typed object must be null (if nullable) or a Wasm function object",
  );
  refused(check(null, declared(nonNullable(EXTERNREF))), "null is not allowed for (ref extern)");
  const notAGlobal = "global import must be a number, valid Wasm reference, or WebAssembly.Global object";
  refused(check("1", declared(I32)), notAGlobal);
  refused(check(1n, declared(I32)), notAGlobal);
  refused(check(1, declared(I64)), notAGlobal);
  refused(check(undefined, declared(F32)), notAGlobal);
});

Deno.test("checkGlobal() converts numbers, bigints and references", () => {
  const value = (given: unknown, type: GlobalType["value"]) => checkGlobal(context, 2, given, declared(type));
  assertEquals(value(2 ** 31 + 0.5, I32), { kind: "value", value: -(2 ** 31) });
  assertEquals(value(0.1, F32), { kind: "value", value: Math.fround(0.1) });
  assertEquals(value(2n ** 63n, I64), { kind: "value", value: -(2n ** 63n) });
  assertEquals(value("any", EXTERNREF), { kind: "value", value: "any" });
});

Deno.test("checkGlobal() accepts an immutable global of a subtype", () => {
  const imported = checkGlobal(
    context,
    2,
    globalObject(nonNullable(EXTERNREF), false, "x"),
    declared(EXTERNREF),
  );
  assertEquals(imported.kind, "global");
});

Deno.test("checkTag() wants a tag of the very type", () => {
  const type = engine.types.functionType([I32], []);
  const tag = new Tag(type);
  const object = engine.externals.tagObject(tag);
  assertStrictEquals(checkTag(context, 2, object, type), tag);
  refused(() => checkTag(context, 2, {}, type), "tag import requires a WebAssembly.Tag");
  refused(
    () => checkTag(context, 2, object, engine.types.functionType([], [])),
    "imported tag does not match the expected type",
  );
});
