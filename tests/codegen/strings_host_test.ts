import { assertEquals } from "@std/assert";
import { watToWasm, WebAssembly as Tandem } from "../../mod.ts";
import { hostFeatures } from "../fuzz/host_features.ts";

// Hosts have strings behind a flag, if at all: `deno test --v8-flags=--experimental-wasm-stringref`.
const ignore = !hostFeatures().has("stringref");

const STRINGS = [
  "",
  "ascii",
  "latin\xa91",
  "2 \ucccc b",
  "a \ud800\udc00 b",
  "a \ud800 b",
  "a \udc00 b",
  "\ud800 bc",
  "ab \ud800",
  "\udc00\ud800",
  "\ufeffbom",
  "\0",
  "a string that is longer than the longest of the short ones \u{1f600}",
];
const BYTES = [
  [0x61, 0x62],
  [0xc0, 0x80],
  [0xe2, 0x82],
  [0xe2, 0x82, 0x41],
  [0xf0, 0x9f, 0x98, 0x80],
  [0xf0, 0x9f, 0x41],
  [0xed, 0xa0, 0x80],
  [0xed, 0xa0, 0x80, 0xed, 0xb0, 0x80],
  [0xed, 0xb0, 0x80, 0xed, 0xa0, 0x80],
  [0xf4, 0x90, 0x80, 0x80],
  [0xf0, 0x9d, 0xa0, 0x80, 0xed, 0xb0, 0x80],
  [0xe0, 0x80, 0x80],
  [0xf0, 0x80, 0x80, 0x80],
  [0xef, 0xbb, 0xbf, 0x41],
  [0xff],
];

const FROM_MEMORY = ["new_utf8", "new_utf8_try", "new_lossy_utf8", "new_wtf8", "new_wtf16"];
const INTO_MEMORY = ["encode_utf8", "encode_lossy_utf8", "encode_wtf8", "encode_wtf16"];
const ONE = ["measure_utf8", "measure_wtf8", "measure_wtf16", "is_usv_sequence"];
const PAIR = ["concat", "eq", "compare"];

const MODULE = `(module
  (memory (export "memory") 1)
  (type $b (array (mut i8))) (type $w (array (mut i16)))
  (global $iter (mut stringview_iter) (string.as_iter (string.const "")))
  ${
  FROM_MEMORY.map((op) =>
    `(func (export "${op}") (param i32 i32) (result stringref)
    (string.${op} (local.get 0) (local.get 1)))`
  ).join("\n")
}
  ${
  INTO_MEMORY.map((op) =>
    `(func (export "${op}") (param stringref i32) (result i32)
    (string.${op} (local.get 0) (local.get 1)))`
  ).join("\n")
}
  ${
  FROM_MEMORY.map((op) =>
    `(func (export "${arrayForm(op)}") (param anyref i32 i32) (result stringref)
    (string.${arrayForm(op)} (ref.cast (ref null ${
      arrayType(op)
    }) (local.get 0)) (local.get 1) (local.get 2)))`
  )
    .join("\n")
}
  ${
  INTO_MEMORY.map((op) =>
    `(func (export "${op}_array") (param stringref anyref i32) (result i32)
    (string.${op}_array (local.get 0) (ref.cast (ref null ${arrayType(op)}) (local.get 1)) (local.get 2)))`
  )
    .join("\n")
}
  ${
  ONE.map((op) => `(func (export "${op}") (param stringref) (result i32) (string.${op} (local.get 0)))`)
    .join("\n")
}
  ${
  PAIR.map((op) =>
    `(func (export "${op}") (param stringref stringref) (result ${
      op === "concat" ? "stringref" : "i32"
    }) (string.${op} (local.get 0) (local.get 1)))`
  ).join("\n")
}
  (func (export "same_hash") (param stringref stringref) (result i32)
    (i32.eq (string.hash (local.get 0)) (string.hash (string.concat (local.get 1) (string.const "")))))
  (func (export "from_code_point") (param i32) (result stringref) (string.from_code_point (local.get 0)))
  (func (export "bytes") (param i32) (result (ref $b)) (array.new_default $b (local.get 0)))
  (func (export "units") (param i32) (result (ref $w)) (array.new_default $w (local.get 0)))
  (func (export "byte") (param anyref i32) (result i32)
    (array.get_u $b (ref.cast (ref $b) (local.get 0)) (local.get 1)))
  (func (export "unit") (param anyref i32) (result i32)
    (array.get_u $w (ref.cast (ref $w) (local.get 0)) (local.get 1)))
  (func (export "set_byte") (param anyref i32 i32)
    (array.set $b (ref.cast (ref $b) (local.get 0)) (local.get 1) (local.get 2)))
  (func (export "set_unit") (param anyref i32 i32)
    (array.set $w (ref.cast (ref $w) (local.get 0)) (local.get 1) (local.get 2)))
  (func (export "advance") (param stringref i32 i32) (result i32)
    (stringview_wtf8.advance (string.as_wtf8 (local.get 0)) (local.get 1) (local.get 2)))
  (func (export "slice8") (param stringref i32 i32) (result stringref)
    (stringview_wtf8.slice (string.as_wtf8 (local.get 0)) (local.get 1) (local.get 2)))
  ${
  ["utf8", "lossy_utf8", "wtf8"].map((op) => `
  (func (export "view_${op}") (param stringref i32 i32 i32) (result i32 i32)
    (stringview_wtf8.encode_${op} (string.as_wtf8 (local.get 0))
      (local.get 1) (local.get 2) (local.get 3)))`).join("\n")
}
  (func (export "length") (param stringref) (result i32)
    (stringview_wtf16.length (string.as_wtf16 (local.get 0))))
  (func (export "get_codeunit") (param stringref i32) (result i32)
    (stringview_wtf16.get_codeunit (string.as_wtf16 (local.get 0)) (local.get 1)))
  (func (export "encode16") (param stringref i32 i32 i32) (result i32)
    (stringview_wtf16.encode (string.as_wtf16 (local.get 0)) (local.get 1) (local.get 2) (local.get 3)))
  (func (export "slice16") (param stringref i32 i32) (result stringref)
    (stringview_wtf16.slice (string.as_wtf16 (local.get 0)) (local.get 1) (local.get 2)))
  (func (export "iterate") (param stringref) (global.set $iter (string.as_iter (local.get 0))))
  (func (export "next") (result i32) (stringview_iter.next (global.get $iter)))
  (func (export "forth") (param i32) (result i32) (stringview_iter.advance (global.get $iter) (local.get 0)))
  (func (export "back") (param i32) (result i32) (stringview_iter.rewind (global.get $iter) (local.get 0)))
  (func (export "slice_iter") (param i32) (result stringref)
    (stringview_iter.slice (global.get $iter) (local.get 0)))
  (func (export "is_string") (param externref) (result i32)
    (ref.test (ref string) (any.convert_extern (local.get 0))))
  (func (export "to_string") (param externref) (result stringref)
    (ref.cast stringref (any.convert_extern (local.get 0))))
  (func (export "as_any") (param stringref) (result anyref) (local.get 0))
  (func (export "as_extern") (param stringref) (result externref) (extern.convert_any (local.get 0)))
  (func (export "any_is") (param anyref) (result i32 i32 i32 i32)
    (ref.test (ref string) (local.get 0)) (ref.test (ref eq) (local.get 0))
    (ref.test (ref i31) (local.get 0)) (ref.test stringref (local.get 0)))
  (func (export "branch") (param anyref) (result i32)
    (block $no (result anyref)
      (br_on_cast_fail $no anyref (ref string) (local.get 0))
      (return (string.measure_wtf16)))
    drop (i32.const -1)))`.replaceAll(
  // not a constant expression: the iterator of the empty string comes from a start function
  `(global $iter (mut stringview_iter) (string.as_iter (string.const "")))`,
  `(table $iters 1 stringref)`,
).replaceAll("(global.get $iter)", "(call $iter)").replaceAll(
  "(global.set $iter (string.as_iter (local.get 0)))",
  "(drop (string.as_iter (local.get 0))) (table.set $iters (i32.const 0) (local.get 0))",
).replace(
  `(func (export "next")`,
  `(func $iter (result stringview_iter) (string.as_iter (table.get $iters (i32.const 0))))
  (func (export "walk") (param i32 i32 i32) (result i32 i32 i32 stringref) (local $i stringview_iter)
    (local.set $i (call $iter))
    (stringview_iter.advance (local.get $i) (local.get 0))
    (stringview_iter.rewind (local.get $i) (local.get 1))
    (stringview_iter.next (local.get $i))
    (stringview_iter.slice (local.get $i) (local.get 2)))
  (func (export "next")`,
);

function arrayForm(op: string): string {
  return op === "new_utf8_try" ? "new_utf8_array_try" : `${op}_array`;
}
function arrayType(op: string): string {
  return op.endsWith("16") ? "$w" : "$b";
}

// deno-lint-ignore no-explicit-any
type Exports = Record<string, (...args: any[]) => unknown> & { memory: { buffer: ArrayBuffer } };

function outcome(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return String(error);
  }
}

/** What calls of all functions give. */
function* outcomes(f: Exports): Generator<[name: string, result: unknown]> {
  const memory = new Uint8Array(f.memory.buffer);
  const size = memory.length;
  const written = (result: unknown, at: number) => {
    const copy = [...memory.subarray(Math.max(0, at - 4), at + 80)];
    memory.fill(0);
    return [result, ...copy];
  };
  for (const bytes of [...BYTES, ...STRINGS.map((text) => [...new TextEncoder().encode(text)])]) {
    for (const op of FROM_MEMORY) {
      const [make, set] = op.endsWith("16") ? [f.units, f.set_unit] : [f.bytes, f.set_byte];
      for (const at of [0, 1, 2, size - bytes.length, size, size + 1, -1]) {
        memory.set(bytes, at >= 0 && at + bytes.length <= size ? at : 0);
        for (const count of [bytes.length, bytes.length >> 1, 0, -1]) {
          yield [`${op} ${bytes} ${at} ${count}`, outcome(() => f[op](at, count))];
        }
        memory.fill(0);
      }
      const array = make(bytes.length);
      for (const [i, byte] of bytes.entries()) set(array, i, byte * 257);
      for (const [from, to] of [[0, bytes.length], [1, bytes.length], [0, -1], [2, 1], [-1, -1], [0, 0]]) {
        yield [`${op} array ${bytes} ${from} ${to}`, outcome(() => f[arrayForm(op)](array, from, to))];
      }
      yield [`${op} null`, outcome(() => f[arrayForm(op)](null, 0, 0))];
    }
  }
  for (const text of [...STRINGS, null, undefined, 5]) {
    for (const op of ONE) yield [`${op} ${text}`, outcome(() => f[op](text))];
    for (const other of [...STRINGS, null]) {
      for (const op of PAIR) yield [`${op} ${text} ${other}`, outcome(() => f[op](text, other))];
    }
    yield [`hash ${text}`, outcome(() => f.same_hash(text, text))];
    for (const op of ["length", "as_any", "as_extern", "is_string", "to_string", "any_is", "branch"]) {
      yield [`${op} ${text}`, outcome(() => f[op](text))];
    }
    for (const op of INTO_MEMORY) {
      for (const at of [0, 1, 6, size - 20, size - 3, size - 4, size, size + 1, size + 2, -1, -2]) {
        yield [`${op} ${text} ${at}`, written(outcome(() => f[op](text, at)), Math.max(at, 0))];
      }
      const [make, get] = op.endsWith("16") ? [f.units, f.unit] : [f.bytes, f.byte];
      for (const length of [0, 4, 80, 1000]) {
        for (const at of [0, 1, -1, length]) {
          const array = make(length);
          const result = outcome(() => f[`${op}_array`](text, array, at));
          const contents = Array.from({ length }, (_, i) => get(array, i));
          yield [`${op} array ${text} ${length} ${at}`, [result, ...contents]];
        }
      }
      yield [`${op} null`, outcome(() => f[`${op}_array`](text, null, 0))];
    }
    const positions = [0, 1, 2, 3, 4, 5, 7, 9, 70, -1];
    for (const a of positions) {
      yield [`unit ${text} ${a}`, outcome(() => f.get_codeunit(text, a))];
      for (const b of positions) {
        for (const op of ["advance", "slice8", "slice16"]) {
          yield [`${op} ${text} ${a} ${b}`, outcome(() => f[op](text, a, b))];
        }
        for (const op of ["view_utf8", "view_lossy_utf8", "view_wtf8", "encode16"]) {
          for (const at of [0, 3, size - 4, size - 3, size, size + 2]) {
            yield [`${op} ${text} ${at} ${a} ${b}`, written(outcome(() => f[op](text, at, a, b)), at)];
          }
        }
      }
    }
    yield ["iterate", outcome(() => f.iterate(text))];
    yield ["next", outcome(() => f.next())];
    for (const a of positions) {
      yield [`forth ${text} ${a}`, outcome(() => f.forth(a))];
      yield [`back ${text} ${a}`, outcome(() => f.back(a))];
      yield [`slice ${text} ${a}`, outcome(() => f.slice_iter(a))];
      for (const b of positions) yield [`walk ${text} ${a} ${b}`, outcome(() => f.walk(a, b, a))];
    }
  }
  for (const point of [0, 65, 0xd800, 0xffff, 0x10000, 0x10ffff, 0x110000, -1]) {
    yield [`point ${point}`, outcome(() => f.from_code_point(point))];
  }
  for (const value of [1, 0.5, {}, Symbol.iterator, "x", true]) {
    for (const op of ["is_string", "to_string", "any_is"]) {
      yield [`${op} ${String(value)}`, outcome(() => f[op](value))];
    }
  }
}

Deno.test({
  name: "string instructions give what the host's own give",
  ignore,
  fn() {
    const bytes = watToWasm(MODULE);
    const ours = new Tandem.Instance(new Tandem.Module(bytes)).exports as unknown as Exports;
    const host = new WebAssembly.Instance(new WebAssembly.Module(bytes as BufferSource))
      .exports as unknown as Exports;
    const expected = outcomes(host);
    for (const [name, actual] of outcomes(ours)) {
      const [expectedName, result] = expected.next().value!;
      assertEquals(name, expectedName);
      assertEquals(actual, result, name);
    }
  },
});
