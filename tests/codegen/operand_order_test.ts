import { assertEquals } from "@std/assert";
import { watToWasm, WebAssembly } from "../../mod.ts";

Deno.test("an operand below a block survives writes to any of many locals inside the block", () => {
  for (let local = 1; local <= 33; local++) {
    const module = new WebAssembly.Module(watToWasm(`(module
      (func $first (param i32 i32) (result i32) (local.get 0))
      (func $next (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
      (func (export "f") (param $p i32) (result i32) (local ${"i32 ".repeat(33)})
        (call $first
          (call $next (i32.const 41))
          (block (result i32)
            (block $b
              (br_if $b (local.get $p))
              (local.set ${local} (call $next (i32.const 0))))
            (local.get ${local})))))`));
    const { f } = new WebAssembly.Instance(module).exports as { f(p: number): number };
    assertEquals([f(1), f(0)], [42, 42], `local ${local}`);
  }
});
