import { assertThrows } from "@std/assert";
import { watToWasm, WebAssembly } from "../../mod.ts";

const { CompileError, Module } = WebAssembly;

function refuses(text: string, message: string): void {
  assertThrows(() => new Module(watToWasm(`(module ${text})`)), CompileError, message);
}

Deno.test("array forms of string instructions take arrays of their elements alone", () => {
  const types = "(type $b (array i8)) (type $w (array (mut i16)))";
  refuses(
    `${types} (func (param (ref $w)) (result stringref)
      (string.new_utf8_array (local.get 0) (i32.const 0) (i32.const 0)))`,
    "string.new_utf8_array[0] expected array of i8, found local.get of type (ref 1)",
  );
  refuses(
    `${types} (func (param stringref (ref $b)) (result i32)
      (string.encode_wtf8_array (local.get 0) (local.get 1) (i32.const 0)))`,
    "string.encode_wtf8_array[1] expected array of mutable i8, found local.get of type (ref 0)",
  );
  new Module(watToWasm(`(module (func (result stringref)
    (string.new_wtf16_array (ref.null none) (i32.const 0) (i32.const 0))))`));
});

Deno.test("strings are below anyref, and apart from externref and eqref", () => {
  new Module(watToWasm("(module (func (param stringref) (result anyref) (local.get 0)))"));
  for (const type of ["eqref", "externref"]) {
    refuses(`(func (param stringref) (result ${type}) (local.get 0))`, `expected type ${type}`);
  }
});

Deno.test("string views are never null, have no default and are not cast", () => {
  refuses("(func (drop (ref.null stringview_iter)))", "cannot create null string view");
  refuses("(func (param (ref null stringview_wtf8)))", "nullable string views don't exist");
  refuses("(func (local stringview_wtf16) (drop (local.get 0)))", "uninitialized non-defaultable local");
  refuses(
    "(func (param stringview_iter) (drop (ref.cast (ref stringview_iter) (local.get 0))))",
    "string views are not classifiable",
  );
});

Deno.test("string.const names a literal, and is constant", () => {
  new Module(watToWasm('(module (global stringref (string.const "a")))'));
  refuses(
    '(global stringref (string.concat (string.const "a") (string.const "b")))',
    "opcode string.concat is not allowed in constant expressions",
  );
});
