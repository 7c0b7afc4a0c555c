import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { instantiate } from "../../lib/instance/builder.ts";
import { dataDrop, elementDrop, memoryInit, tableInit } from "../../lib/runtime/bulk_operations.ts";
import { FunctionReference } from "../../lib/runtime/function_reference.ts";
import { Global } from "../../lib/runtime/global.ts";
import { Memory } from "../../lib/runtime/memory.ts";
import { Table } from "../../lib/runtime/table.ts";
import { Tag } from "../../lib/runtime/tag.ts";
import { LinkError, RuntimeError } from "../../lib/syntax/errors.ts";
import { NO_TYPES } from "../../lib/syntax/canonical_types.ts";
import {
  type CompositeType,
  EXTERNREF,
  F64,
  FUNCREF,
  I32,
  I64,
  nonNullable,
} from "../../lib/syntax/types.ts";
import {
  compiledModule,
  content,
  expression,
  func,
  i32Const,
  memoryType,
  refFunc,
  signature,
  tableType,
  testEngine,
  type Wrapper,
} from "./test_engine.ts";

const ARRAY: CompositeType = { kind: "array", element: { storage: I32, mutable: true } };

Deno.test("instantiate() makes a frozen exports object without prototype, in export order", () => {
  const module = compiledModule(testEngine(), {
    types: [signature()],
    functions: [func(0)],
    memories: [{ type: memoryType(1), importIndex: -1 }],
    exports: [
      { name: "z", kind: "function", index: 0 },
      { name: "__proto__", kind: "memory", index: 0 },
      { name: "a", kind: "function", index: 0 },
    ],
  });
  const { exports } = instantiate(module, undefined);
  assertStrictEquals(Object.getPrototypeOf(exports), null);
  assert(Object.isFrozen(exports));
  assertEquals(Reflect.ownKeys(exports), ["z", "__proto__", "a"]);
  assertStrictEquals(exports.a, exports.z);
});

Deno.test("instantiate() compiles nothing", () => {
  const engine = testEngine();
  const functions = Array.from({ length: 30_000 }, () => func(0));
  const module = compiledModule(engine, {
    types: [signature()],
    functions,
    tables: [{ type: tableType(30_000), importIndex: -1, init: null }],
    elements: [{
      mode: { kind: "active", index: 0, offset: i32Const(0) },
      type: FUNCREF,
      shared: false,
      elements: { kind: "functions", indices: Uint32Array.from(functions, (_, index) => index) },
      at: 0,
    }],
  });
  const { instance } = instantiate(module, undefined);
  assertEquals(engine.compiled, []);
  assertStrictEquals(instance.tables[0].elements[29_999], instance.functionReference(29_999));
  assertStrictEquals(instance.functionReference(29_999).external, null);
});

Deno.test("instantiate() evaluates globals in order, from earlier ones", () => {
  const type = (value: number, mutable = false) => ({ value, mutable, shared: false });
  const { instance } = instantiate(
    compiledModule(testEngine(), {
      types: [signature()],
      functions: [func(0)],
      globals: [
        { type: type(I32), importIndex: -1, init: i32Const(-3) },
        { type: type(I64, true), importIndex: -1, init: expression(0x42, 0x7e) },
        { type: type(I32), importIndex: -1, init: expression(0x23, 0, 0x41, 5, 0x6c) },
        { type: type(FUNCREF), importIndex: -1, init: refFunc(0) },
        { type: type(F64), importIndex: -1, init: expression(0x44, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f) },
      ],
    }),
    undefined,
  );
  assertEquals(instance.globals.slice(0, 3).map((global) => global.get()), [-3, -2n, -15]);
  assertStrictEquals(instance.globals[3].get(), instance.functionReference(0));
  assertEquals(instance.globals[4].get(), 1.5);
});

Deno.test("instantiate() aliases an imported mutable global and copies an immutable one, keeping its object", () => {
  const engine = testEngine();
  const mutable = Global.create({ value: I32, mutable: true, shared: false }, 1);
  const immutable = Global.create({ value: F64, mutable: false, shared: false }, 2.5);
  const module = compiledModule(engine, {
    imports: [
      { module: "m", name: "a", kind: "global", index: 0 },
      { module: "m", name: "b", kind: "global", index: 1 },
    ],
    globals: [
      { type: mutable.type, importIndex: 0, init: null },
      { type: immutable.type, importIndex: 1, init: null },
    ],
    exports: [
      { name: "a", kind: "global", index: 0 },
      { name: "b", kind: "global", index: 1 },
    ],
  });
  const imports = { a: engine.externals.globalObject(mutable), b: engine.externals.globalObject(immutable) };
  const { instance, exports } = instantiate(module, { m: imports });
  mutable.set(7);
  assertEquals(instance.globals.map((global) => global.get()), [7, 2.5]);
  assertStrictEquals(exports.a, imports.a);
  assertStrictEquals(exports.b, imports.b);
});

Deno.test("instantiate() re-exports imported memories, tables and tags as the very objects", () => {
  const engine = testEngine();
  const types = [signature([I32])];
  const [type] = compiledModule(engine, { types }).types;
  const imports = {
    memory: engine.externals.memoryObject(new Memory(memoryType(1, 2), engine.allocator)),
    table: engine.externals.tableObject(new Table(tableType(3, 4), NO_TYPES, null)),
    tag: engine.externals.tagObject(new Tag(type)),
  };
  const kinds = ["memory", "table", "tag"] as const;
  const { exports } = instantiate(
    compiledModule(engine, {
      types,
      imports: kinds.map((kind) => ({ module: "m", name: kind, kind, index: 0 })),
      memories: [{ type: memoryType(1, 2), importIndex: 0 }],
      tables: [{ type: tableType(3, 4), importIndex: 1, init: null }],
      tags: [{ type: 0, importIndex: 2 }],
      exports: kinds.map((kind) => ({ name: kind, kind, index: 0 })),
    }),
    { m: imports },
  );
  for (const kind of kinds) assertStrictEquals(exports[kind], imports[kind]);
});

Deno.test("instantiate() gives every instance tags of its own", () => {
  const module = compiledModule(testEngine(), { types: [signature()], tags: [{ type: 0, importIndex: -1 }] });
  const first = instantiate(module, undefined).instance.tags[0];
  const second = instantiate(module, undefined).instance.tags[0];
  assert(first !== second);
  assertStrictEquals(first.type, second.type);
});

Deno.test("instantiate() leaves earlier data segments written when a later one is out of bounds", () => {
  const engine = testEngine();
  const memory = new Memory(memoryType(1), engine.allocator);
  const segment = (at: number, text: string) => ({
    mode: {
      kind: "active" as const,
      index: 0,
      offset: expression(0x41, at & 0x7f | 0x80, at >> 7 & 0x7f | 0x80, at >> 14),
    },
    shared: false,
    content: content(text),
    at: 0,
  });
  const module = compiledModule(engine, {
    imports: [{ module: "m", name: "memory", kind: "memory", index: 0 }],
    memories: [{ type: memoryType(1), importIndex: 0 }],
    data: [segment(2, "abc"), segment(65535, "de")],
  });
  assertThrows(
    () =>
      instantiate(module, { m: { memory: engine.externals.memoryObject(memory) } }, "WebAssembly.Instance()"),
    RuntimeError,
    "WebAssembly.Instance(): data segment 1 is out of bounds (offset 65535, length 2, memory size 65536)",
  );
  assertEquals([...memory.views.u8.subarray(0, 6)], [0, 0, 97, 98, 99, 0]);
  assertEquals(memory.views.u8[65535], 0);
  assertEquals(engine.reported.map(({ success }) => success), [false]);
});

Deno.test("instantiate() reads an i32 offset as unsigned", () => {
  const module = compiledModule(testEngine(), {
    memories: [{ type: memoryType(1), importIndex: -1 }],
    data: [{
      mode: { kind: "active", index: 0, offset: i32Const(-1) },
      shared: false,
      content: content(""),
      at: 0,
    }],
  });
  assertThrows(
    () => instantiate(module, undefined),
    RuntimeError,
    "data segment 0 is out of bounds (offset 4294967295, length 0, memory size 65536)",
  );
});

Deno.test("instantiate() checks the whole range of an element segment before it writes", () => {
  const engine = testEngine();
  const table = new Table(tableType(2), NO_TYPES, null);
  const module = compiledModule(engine, {
    types: [signature()],
    imports: [{ module: "m", name: "t", kind: "table", index: 0 }],
    functions: [func(0)],
    tables: [{ type: tableType(2), importIndex: 0, init: null }],
    elements: [{
      mode: { kind: "active", index: 0, offset: i32Const(1) },
      type: FUNCREF,
      shared: false,
      elements: { kind: "functions", indices: Uint32Array.of(0, 0) },
      at: 0,
    }],
  });
  assertThrows(
    () => instantiate(module, { m: { t: engine.externals.tableObject(table) } }),
    RuntimeError,
    "table index is out of bounds",
  );
  assertEquals(Array.from(table.elements), [null, null]);
});

Deno.test("passive segments are there until they are dropped, active and declarative ones are empty", () => {
  const elements = { kind: "expressions" as const, expressions: [refFunc(0), expression(0xd0, 0x70)] };
  const segment = { type: FUNCREF, shared: false, elements, at: 0 };
  const { instance } = instantiate(
    compiledModule(testEngine(), {
      types: [signature()],
      functions: [func(0)],
      memories: [{ type: memoryType(1), importIndex: -1 }],
      tables: [{ type: tableType(4), importIndex: -1, init: null }],
      elements: [
        { ...segment, mode: { kind: "passive" } },
        { ...segment, mode: { kind: "declarative" } },
        { ...segment, mode: { kind: "active", index: 0, offset: i32Const(2) } },
      ],
      data: [{ mode: { kind: "passive" }, shared: false, content: content("xyz"), at: 0 }],
    }),
    undefined,
  );
  const [table] = instance.tables;
  const [memory] = instance.memories;
  tableInit(instance, table, 0, 0, 0, 2);
  assertStrictEquals(table.elements[0], table.elements[2]);
  for (const index of [1, 2]) {
    tableInit(instance, table, 0, index, 0, 0);
    assertThrows(() => tableInit(instance, table, 0, index, 0, 1), RuntimeError, "element segment");
  }
  elementDrop(instance, 0);
  assertThrows(() => tableInit(instance, table, 0, 0, 0, 1), RuntimeError, "element segment");
  memoryInit(instance, memory, 5, 0, 1, 2);
  assertEquals([...memory.views.u8.subarray(4, 8)], [0, 121, 122, 0]);
  dataDrop(instance, 0);
  memoryInit(instance, memory, 65536, 0, 0, 0);
  assertThrows(() => memoryInit(instance, memory, 0, 0, 0, 1), RuntimeError, "memory access out of bounds");
});

Deno.test("a table's initial value fills it", () => {
  const { instance } = instantiate(
    compiledModule(testEngine(), {
      types: [signature()],
      functions: [func(0)],
      tables: [{ type: tableType(3), importIndex: -1, init: refFunc(0) }],
    }),
    undefined,
  );
  assertEquals(new Set(Array.from(instance.tables[0].elements)), new Set([instance.functionReference(0)]));
});

Deno.test("the start function runs after the metrics were reported", () => {
  const events: string[] = [];
  const engine = testEngine({ 0: () => events.push(`start, ${engine.reported.length} reported`) });
  instantiate(compiledModule(engine, { types: [signature()], functions: [func(0)], start: 0 }), undefined);
  assertEquals(events, ["start, 1 reported"]);
});

Deno.test("an imported JavaScript function as start function is called as itself", () => {
  const engine = testEngine();
  const thrown = new RangeError("Offset is outside the bounds of the DataView");
  const module = compiledModule(engine, {
    types: [signature()],
    imports: [{ module: "m", name: "f", kind: "function", index: 0 }],
    functions: [{ type: 0, importIndex: 0, exact: false, body: null }],
    start: 0,
  });
  let caught: unknown;
  try {
    instantiate(module, {
      m: {
        f() {
          throw thrown;
        },
      },
    });
  } catch (error) {
    caught = error;
  }
  assertStrictEquals(caught, thrown);
  assertEquals(engine.compiled, []);
});

Deno.test("a memory access out of bounds in the start function is a trap", () => {
  const engine = testEngine({ 0: () => new DataView(new ArrayBuffer(1)).getInt32(0, true) });
  const module = compiledModule(engine, { types: [signature()], functions: [func(0)], start: 0 });
  assertThrows(() => instantiate(module, undefined), RuntimeError, "memory access out of bounds");
});

Deno.test("metrics count function imports by kind", () => {
  const engine = testEngine();
  const module = compiledModule(engine, {
    types: [signature([I32])],
    imports: ["a", "b", "c"].map((name, index) => ({ module: "m", name, kind: "function", index })),
    functions: [0, 1, 2].map((importIndex) => ({ type: 0, importIndex, exact: false, body: null })),
  });
  const { metrics } = instantiate(module, {
    m: { a: (x: number) => x, b: () => 1, c: (x: number) => x + 1 },
  });
  assertEquals(metrics.success, true);
  assertEquals(metrics.importedFunctions, 3);
  assertEquals([...metrics.importKinds], [["arity match", 2], ["arity mismatch", 1]]);
  assertEquals(engine.reported, [metrics]);
});

Deno.test("a memory that cannot be allocated is a RangeError in V8's words", () => {
  const module = compiledModule(testEngine(), {
    memories: [{
      type: { ...memoryType(1), addressType: "i64", limits: { minimum: 300_000n, maximum: null } },
      importIndex: -1,
    }],
  });
  assertThrows(
    () => instantiate(module, undefined, "WebAssembly.Instance()"),
    RangeError,
    "WebAssembly.Instance(): Out of memory: Cannot allocate Wasm memory for new instance",
  );
});

Deno.test("a table that cannot be allocated is a RangeError that says so", () => {
  const module = compiledModule(testEngine(), {
    tables: [{ type: tableType(10_000_001), importIndex: -1, init: null }],
  });
  assertThrows(
    () => instantiate(module, undefined, "WebAssembly.Instance()"),
    RangeError,
    "WebAssembly.Instance(): Out of memory: wasm tables",
  );
});

// A module has at most 16 MB of globals, so that it takes a host without memory.
Deno.test("globals that cannot be allocated are a RangeError in V8's words, and leave no trace in what is imported", () => {
  const engine = testEngine();
  const memory = new Memory(memoryType(1), engine.allocator);
  const { buffer } = memory;
  const module = compiledModule(engine, {
    imports: [{ module: "m", name: "memory", kind: "memory", index: 0 }],
    memories: [{ type: memoryType(1), importIndex: 0 }],
    globals: [{ type: { value: I32, mutable: false, shared: false }, importIndex: -1, init: i32Const(1) }],
    data: [{
      mode: { kind: "active", index: 0, offset: i32Const(0) },
      shared: false,
      content: content("a"),
      at: 0,
    }],
  });
  const NativeArrayBuffer = ArrayBuffer;
  globalThis.ArrayBuffer = class extends ArrayBuffer {
    constructor(byteLength: number) {
      super(byteLength);
      throw new RangeError("Array buffer allocation failed");
    }
  } as typeof ArrayBuffer;
  try {
    const error = assertThrows(
      () =>
        instantiate(
          module,
          { m: { memory: engine.externals.memoryObject(memory) } },
          "WebAssembly.Instance()",
        ),
      RangeError,
      "WebAssembly.Instance(): Out of memory: wasm globals",
    );
    assertEquals((error.cause as Error).message, "Array buffer allocation failed");
  } finally {
    globalThis.ArrayBuffer = NativeArrayBuffer;
  }
  assertEquals(engine.reported.map(({ success }) => success), [false]);
  assertEquals([memory.views.u8[0], memory.grow(1)], [0, 1]);
  assert(memory.buffer !== buffer);
});

Deno.test("growth reaches both users of an imported memory", () => {
  const engine = testEngine();
  const owner = instantiate(
    compiledModule(engine, {
      memories: [{ type: memoryType(1), importIndex: -1 }],
      exports: [{ name: "memory", kind: "memory", index: 0 }],
    }),
    undefined,
  );
  const user = instantiate(
    compiledModule(engine, {
      imports: [{ module: "m", name: "memory", kind: "memory", index: 0 }],
      memories: [{ type: memoryType(1), importIndex: 0 }],
    }),
    { m: owner.exports },
  );
  const lengths: number[] = [];
  for (const { instance } of [owner, user]) {
    instance.viewUpdaters.push(() => lengths.push(instance.memories[0].views.byteLength));
  }
  assertEquals((owner.exports.memory as Wrapper<Memory>).thing.grow(1), 1);
  assertEquals(lengths, [131072, 131072]);
});

Deno.test("what is declared shared lives in the shared part, at the same index", () => {
  const shared = (value: number) => ({ value, mutable: true, shared: true });
  const { instance } = instantiate(
    compiledModule(testEngine(), {
      types: [signature(), signature([], [], true)],
      functions: [func(0), func(1)],
      globals: [
        { type: { value: I32, mutable: true, shared: false }, importIndex: -1, init: i32Const(1) },
        { type: shared(I64), importIndex: -1, init: expression(0x42, 2) },
      ],
      data: [
        { mode: { kind: "passive" }, shared: false, content: content("a"), at: 0 },
        { mode: { kind: "passive" }, shared: true, content: content("b"), at: 0 },
      ],
    }),
    undefined,
  );
  const part = instance.sharedPart!;
  assertStrictEquals(part.globals[0], undefined);
  assertStrictEquals(part.globals[1], instance.globals[1]);
  assert(part.untaggedGlobals!.buffer instanceof SharedArrayBuffer);
  assert(instance.untaggedGlobals!.buffer instanceof ArrayBuffer);
  assertEquals(instance.globals[1].get(), 2n);
  assertStrictEquals(instance.functionReference(1), part.functionReference(1));
  assertStrictEquals(instance.functionReference(1).instance, part);
  assertStrictEquals(instance.functionReference(0).instance, instance);
  dataDrop(instance, 1);
  assertEquals([...instance.droppedData, ...part.droppedData], [0, 0, 0, 1]);
});

Deno.test("modules that share only memories have no shared part", () => {
  const { instance } = instantiate(
    compiledModule(testEngine(), { memories: [{ type: memoryType(1, 2, true), importIndex: -1 }] }),
    undefined,
  );
  assertStrictEquals(instance.sharedPart, null);
  assert(instance.memories[0].buffer instanceof SharedArrayBuffer);
});

Deno.test("a failing import leaves imported tables and memories untouched", () => {
  const engine = testEngine();
  const memory = new Memory(memoryType(1), engine.allocator);
  const module = compiledModule(engine, {
    types: [signature()],
    imports: [
      { module: "m", name: "memory", kind: "memory", index: 0 },
      { module: "m", name: "f", kind: "function", index: 0 },
    ],
    functions: [{ type: 0, importIndex: 1, exact: false, body: null }],
    memories: [{ type: memoryType(1), importIndex: 0 }],
    data: [{
      mode: { kind: "active", index: 0, offset: i32Const(0) },
      shared: false,
      content: content("a"),
      at: 0,
    }],
  });
  assertThrows(
    () => instantiate(module, { m: { memory: engine.externals.memoryObject(memory), f: 1 } }),
    LinkError,
    'Import #1 "m" "f": function import requires a callable',
  );
  assertEquals(memory.views.u8[0], 0);
});

Deno.test("only an instantiation that comes to its segments is told of growth", () => {
  const engine = testEngine();
  const memory = new Memory(memoryType(1), engine.allocator);
  let users = 0;
  const addUser = memory.addUser.bind(memory);
  memory.addUser = (user) => {
    users++;
    addUser(user);
  };
  const link = (f: unknown, init: ReturnType<typeof expression>) =>
    instantiate(
      compiledModule(engine, {
        types: [signature(), { ...signature(), composite: ARRAY }],
        imports: [
          { module: "m", name: "memory", kind: "memory", index: 0 },
          { module: "m", name: "f", kind: "function", index: 0 },
        ],
        functions: [{ type: 0, importIndex: 1, exact: false, body: null }],
        memories: [{ type: memoryType(1), importIndex: 0 }],
        globals: [{
          type: { value: nonNullable(EXTERNREF), mutable: false, shared: false },
          importIndex: -1,
          init,
        }],
      }),
      { m: { memory: engine.externals.memoryObject(memory), f } },
    );
  const array = (length: number) => expression(0x41, length & 0x7f, 0xfb, 7, 1);
  assertThrows(() => link(1, array(1)), LinkError);
  assertThrows(() => link(() => {}, array(-1)), RuntimeError, "requested new array is too large");
  assertEquals(users, 0);
  link(() => {}, array(1));
  assertEquals(users, 1);
});

Deno.test("a re-exported wasm function is the imported function object", () => {
  const engine = testEngine();
  const types = [signature()];
  const owner = instantiate(
    compiledModule(engine, {
      types,
      functions: [func(0)],
      exports: [{ name: "f", kind: "function", index: 0 }],
    }),
    undefined,
  );
  const user = instantiate(
    compiledModule(engine, {
      types,
      imports: [{ module: "m", name: "f", kind: "function", index: 0 }],
      functions: [{ type: 0, importIndex: 0, exact: false, body: null }],
      exports: [{ name: "g", kind: "function", index: 0 }],
    }),
    { m: owner.exports },
  );
  assertStrictEquals(user.exports.g, owner.exports.f);
  assert(user.instance.functionReference(0) instanceof FunctionReference);
});

Deno.test("an externref global takes any JavaScript value", () => {
  const value = Symbol("value");
  const { instance } = instantiate(
    compiledModule(testEngine(), {
      imports: [{ module: "m", name: "g", kind: "global", index: 0 }],
      globals: [{ type: { value: EXTERNREF, mutable: false, shared: false }, importIndex: 0, init: null }],
    }),
    { m: { g: value } },
  );
  assertStrictEquals(instance.globals[0].get(), value);
});
