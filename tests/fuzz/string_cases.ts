/**
 * Random calls of the JS string builtins, with lone surrogates, huge indices and what is no string; hot enough, at times, to be optimised.
 *
 * @module
 */

import { watToWasm } from "../../mod.ts";
import type { Action, Api } from "./api_cases.ts";
import type { RandomValues } from "./random_values.ts";

const BUILTINS: Readonly<Record<string, string>> = {
  cast: "(param externref) (result (ref extern))",
  test: "(param externref) (result i32)",
  fromCharCode: "(param i32) (result (ref extern))",
  fromCodePoint: "(param i32) (result (ref extern))",
  charCodeAt: "(param externref i32) (result i32)",
  codePointAt: "(param externref i32) (result i32)",
  length: "(param externref) (result i32)",
  concat: "(param externref externref) (result (ref extern))",
  substring: "(param externref i32 i32) (result (ref extern))",
  equals: "(param externref externref) (result i32)",
  compare: "(param externref externref) (result i32)",
};

const BYTES: Uint8Array<ArrayBuffer> = watToWasm(`(module
  (type $codes (array (mut i16)))
  ${
  Object.entries(BUILTINS).map(([name, type]) =>
    `(import "wasm:js-string" "${name}" (func $${name} ${type}))`
  )
    .join(" ")
}
  (import "wasm:js-string" "intoCharCodeArray" (func $into (param externref (ref null $codes) i32) (result i32)))
  (import "wasm:js-string" "fromCharCodeArray" (func $from (param (ref null $codes) i32 i32) (result (ref extern))))
  (import "constants" "aé𝄞" (global $constant (ref extern)))
  (global (export "constant") externref (global.get $constant))
  (table (export "table") 11 funcref)
  (elem (i32.const 0) func ${Object.keys(BUILTINS).map((name) => `$${name}`).join(" ")})
  ${
  Object.entries(BUILTINS).map(([name, type]) => {
    const params = /\(param (.*?)\)/.exec(type)![1].split(" ").map((_, i) => `(local.get ${i})`).join(" ");
    return `(func (export "${name}") ${type} (call $${name} ${params}))`;
  }).join("\n")
}
  (func (export "into") (param externref i32 i32) (result i32 externref) (local $codes (ref null $codes))
    (local.set $codes (array.new $codes (i32.const 0x61) (local.get 1)))
    (call $into (local.get 0) (local.get $codes) (local.get 2))
    (call $from (local.get $codes) (i32.const 0) (local.get 1)))
  (func (export "from") (param externref i32 i32) (result externref) (local $codes (ref null $codes))
    (local.set $codes (array.new_default $codes (i32.const 30)))
    (drop (call $into (local.get 0) (local.get $codes) (i32.const 0)))
    (call $from (local.get $codes) (local.get 1) (local.get 2)))
  (func (export "null") (param i32) (result i32 externref)
    (call $into (global.get $constant) (ref.null $codes) (local.get 0)) (ref.null extern))
  (func (export "codes") (param externref i32) (result i32) (local $i i32) (local $hash i32)
    (loop $next
      (local.set $hash (i32.add (i32.mul (local.get $hash) (i32.const 31))
        (call $charCodeAt (local.get 0) (i32.rem_u (local.get $i) (call $length (local.get 0))))))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get 1))))
    (local.get $hash)))`);

const OPTIONS = { builtins: ["js-string"], importedStringConstants: "constants" };
const PIECES = ["", "a", "é", "𝄞", "\ud834", "\udd1e", "\0", "\uffff", "abcdefghijklmnop", "日本語"];
const INDICES = [
  0,
  1,
  2,
  3,
  5,
  16,
  -1,
  2 ** 31 - 1,
  -(2 ** 31),
  0x10ffff,
  0x110000,
  0xd800,
  0xdc00,
  0xffff,
  0x10000,
];

function text(values: RandomValues): string {
  let text = "";
  for (let i = values.below(5); i > 0; i--) text += values.pick(PIECES);
  return values.chance(4) ? text.repeat(values.below(20)) : text;
}

/** Calls some builtins, directly, by other functions or through a table. */
export const strings: Action = ({ Module, Instance }: Api, values: RandomValues): unknown => {
  const { exports } = new Instance(new Module(BYTES, OPTIONS), {});
  const table = exports.table as unknown as { get(index: number): (...args: unknown[]) => unknown };
  const names = [...Object.keys(BUILTINS), "into", "from", "null"];
  const results: unknown[] = [exports.constant];
  for (let i = 0; i < 6; i++) {
    const at = values.below(names.length);
    const callee = at < 11 && values.chance(3) ? table.get(at) : exports[names[at]];
    const args = Array.from(
      { length: 3 },
      (_, i) =>
        names[at] === "null" || /^from.*o/.test(names[at]) ||
          i > 0 && !/^(concat|equals|compare)$/.test(names[at])
          ? values.pick(INDICES)
          : values.chance(8)
          ? values.value()
          : text(values),
    );
    try {
      results.push(callee(...args));
    } catch (error) {
      results.push(`${(error as Error).name}: ${(error as Error).message}`);
    }
  }
  if (values.chance(10)) results.push(exports.codes(`${text(values)}.`, 3000));
  return results;
};

/** Whether the host has the builtins. */
export function hostHasStringBuiltins(): boolean {
  try {
    const { Module } = WebAssembly as unknown as Api;
    return Module.imports(new Module(BYTES, OPTIONS)).length === 0;
  } catch {
    return false;
  }
}
