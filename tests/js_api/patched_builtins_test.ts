import { assertEquals } from "@std/assert";
import { Engine } from "../../lib/js_api/engine.ts";
import { watToWasm } from "../../lib/text/wat.ts";

const { WebAssembly } = new Engine();

const ADDER = `(module
  (memory (export "memory") 1 4)
  (table (export "table") 1 8 funcref)
  (func $f (export "f") (param i32) (result i32)
    (drop (memory.grow (i32.const 1)))
    (drop (table.grow (ref.null func) (i32.const 1)))
    (i32.store (i32.const 65536) (local.get 0))
    (i32.add (i32.load (i32.const 65536)) (memory.size)))
  (elem (i32.const 0) $f))`;

const refuse = () => {
  throw new Error("the engine called a patched builtin");
};

/** Runs `use` while `object[key]` is `value`. */
function patched(object: object, key: PropertyKey, value: unknown, use: () => void): void {
  const before = Object.getOwnPropertyDescriptor(object, key);
  const replacement = Object.assign(Object.create(null), { value, configurable: true, writable: true });
  Object.defineProperty(object, key, replacement);
  try {
    use();
  } finally {
    if (before === undefined) Reflect.deleteProperty(object, key);
    else Object.defineProperty(object, key, before);
  }
}

const arrayIterator = Object.getPrototypeOf([][Symbol.iterator]()) as object;
const PATCHES: readonly (readonly [string, object, PropertyKey, unknown])[] = [
  ["Array.prototype[Symbol.iterator]", Array.prototype, Symbol.iterator, refuse],
  ["%ArrayIteratorPrototype%.next", arrayIterator, "next", refuse],
  ["Array.prototype.push", Array.prototype, "push", refuse],
  ["Function.prototype.call", Function.prototype, "call", refuse],
  ["DataView.prototype.getInt32", DataView.prototype, "getInt32", refuse],
  ["Math.floor", Math, "floor", refuse],
  ["WeakRef.prototype.deref", WeakRef.prototype, "deref", refuse],
];

for (const [name, object, key, value] of PATCHES) {
  Deno.test(`compiled code, memories and tables do not notice a patched ${name}`, () => {
    const instance = new WebAssembly.Instance(new WebAssembly.Module(watToWasm(ADDER)));
    const { f, memory, table } = instance.exports as unknown as {
      f(value: number): number;
      memory: { grow(delta: number): number };
      table: { grow(delta: number): number };
    };
    assertEquals(f(40), 42);
    const results: number[] = [0, 0, 0];
    patched(object, key, value, () => {
      results[0] = f(39);
      results[1] = memory.grow(1);
      results[2] = table.grow(1);
    });
    assertEquals(results, [42, 3, 3]);
  });
}

Deno.test("modules are instantiated while the host's clock and timeline are patched", () => {
  const module = new WebAssembly.Module(watToWasm("(module)"));
  const prototype = Object.getPrototypeOf(performance) as object;
  for (const object of [performance, prototype]) {
    for (const name of ["now", "measure", "clearMeasures"]) {
      patched(object, name, refuse, () => new WebAssembly.Instance(module));
    }
  }
});

Deno.test("exported functions are made while Object.prototype has a get", () => {
  const instance = new WebAssembly.Instance(
    new WebAssembly.Module(
      watToWasm(`(module (table (export "table") 1 funcref) (func $f) (elem (i32.const 0) $f))`),
    ),
  );
  const { table } = instance.exports as unknown as { table: { get(index: number): { name: string } } };
  let name = "";
  patched(Object.prototype, "get", refuse, () => {
    name = table.get(0).name;
  });
  assertEquals(name, "0");
});

Deno.test("arrays are made while the iterator of JavaScript's arrays is patched", () => {
  const instance = new WebAssembly.Instance(
    new WebAssembly.Module(watToWasm(`(module (type $a (array (mut i32)))
      (func (export "f") (param i32) (result i32) (i32.add
        (array.len (array.new $a (i32.const 7) (local.get 0)))
        (array.get $a (array.new_fixed $a 2 (i32.const 1) (local.get 0)) (i32.const 1)))))`)),
  );
  const { f } = instance.exports as unknown as { f(length: number): number };
  assertEquals(f(3), 6);
  for (const key of ["next", Symbol.iterator]) {
    const results: number[] = [0];
    patched(key === "next" ? arrayIterator : Array.prototype, key, refuse, () => {
      results[0] = f(20);
    });
    assertEquals(results, [40]);
  }
});

const LARGE = `(module (memory (export "memory") 60 200)
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))`;

/** A memory of some 4 MiB and what grows it: past 4 MiB it moves to one of the host's. */
function largeMemory(): { grow(delta: number): number; memory: { readonly buffer: ArrayBuffer } } {
  return new WebAssembly.Instance(new WebAssembly.Module(watToWasm(LARGE))).exports as never;
}

Deno.test("memories that grow large read nothing from Object.prototype", () => {
  const { grow, memory } = largeMemory();
  const read: string[] = [];
  const names = ["address", "index", "minimum"];
  for (const name of names) {
    const get = () => {
      read.push(name);
      grow(1);
    };
    Object.defineProperty(Object.prototype, name, { get, configurable: true });
  }
  let before: number;
  try {
    before = grow(10);
  } finally {
    for (const name of names) Reflect.deleteProperty(Object.prototype, name);
  }
  assertEquals([read, before, memory.buffer.byteLength], [[], 60, 70 * 65536]);
});

if (globalThis.SharedArrayBuffer !== undefined) {
  Deno.test("memories grow while instanceof takes everything for a shared buffer", () => {
    const { grow } = largeMemory();
    const results = [grow(0), 0, 0];
    patched(SharedArrayBuffer, Symbol.hasInstance, () => true, () => {
      results[1] = grow(10);
      results[2] = grow(1);
    });
    assertEquals(results, [60, 60, 70]);
  });

  Deno.test("memories grow whose buffers have another prototype", () => {
    const { grow, memory } = largeMemory();
    for (const prototype of [SharedArrayBuffer.prototype, null]) {
      for (const delta of [1, 10]) {
        const { buffer } = memory;
        Object.setPrototypeOf(buffer, prototype);
        const before = grow(delta);
        Object.setPrototypeOf(buffer, ArrayBuffer.prototype);
        assertEquals([buffer.byteLength, memory.buffer.byteLength], [0, (before + delta) * 65536]);
      }
    }
  });
}
