import { assertEquals } from "@std/assert";
import { decodeModule } from "../../lib/binary/decode.ts";
import { encodeModule } from "../../lib/binary/encode.ts";
import { ALL_FEATURES } from "../../lib/syntax/features.ts";
import { parseModule } from "../../lib/text/module.ts";
import { printModule } from "../../lib/text/print_module.ts";

/** The lines of the first function's body, printed folded. */
function foldedBody(fields: string): string[] {
  const module = decodeModule(encodeModule(parseModule(fields)), { features: ALL_FEATURES });
  const lines = printModule(module, { folded: true }).split("\n");
  const start = lines.findIndex((line) => line.startsWith("  (func"));
  return lines.slice(start + 1, lines.indexOf("  )", start)).map((line) => line.slice(4));
}

Deno.test("the folded style puts instructions around their operands", () => {
  assertEquals(foldedBody("(func (param i32) local.get 0 i32.const 1 i32.add drop)"), [
    "(drop (i32.add (local.get 0) (i32.const 1)))",
  ]);
});

Deno.test("the folded style breaks long lines", () => {
  const long = "i32.const 1111111111 i32.const 1111111111 i32.add ".repeat(2);
  assertEquals(foldedBody(`(func ${long} i32.mul drop)`), [
    "(drop",
    "  (i32.mul",
    "    (i32.add (i32.const 1111111111) (i32.const 1111111111))",
    "    (i32.add (i32.const 1111111111) (i32.const 1111111111))))",
  ]);
});

Deno.test("the folded style folds calls, branches and returns by their types", () => {
  const fields = `(func (result i32) i32.const 1 i32.const 2 call 1 i32.const 3 br_if 0 return)
    (func (param i32 i32) (result i32) local.get 0)`;
  assertEquals(foldedBody(fields), [
    "(return (br_if 0 (;@0;) (call 1 (i32.const 1) (i32.const 2)) (i32.const 3)))",
  ]);
});

Deno.test("the folded style puts the condition of an if before its clauses", () => {
  const fields = `(func (param i32) (result i32)
    local.get 0 if (result i32) i32.const 1 else nop i32.const 2 end)`;
  assertEquals(foldedBody(fields), [
    "(if (;@1;) (result i32) (local.get 0)",
    "  (then (i32.const 1))",
    "  (else",
    "    (nop)",
    "    (i32.const 2)))",
  ]);
});

Deno.test("the folded style writes blocks as operands", () => {
  assertEquals(foldedBody("(func block (result i32) i32.const 1 end drop)"), [
    "(drop",
    "  (block (;@1;) (result i32)",
    "    (i32.const 1)))",
  ]);
});

Deno.test("the folded style writes legacy exception handlers as clauses", () => {
  assertEquals(foldedBody("(tag) (func try nop catch 0 nop catch_all end try nop delegate 0)"), [
    "(try (;@1;) (do (nop)) (catch 0 (nop)) (catch_all))",
    "(try (;@1;) (do (nop)) (delegate 0 (;@0;)))",
  ]);
});

Deno.test("an instruction between operands keeps the ones before it flat", () => {
  assertEquals(foldedBody("(func (result i32) i32.const 1 nop i32.const 2 i32.add)"), [
    "(i32.const 1)",
    "(nop)",
    "(i32.const 2)",
    "i32.add",
  ]);
});

Deno.test("an instruction that takes only some results of another one stands apart", () => {
  const fields = "(func call 1 drop drop) (func (result i32 i32) i32.const 1 i32.const 2)";
  assertEquals(foldedBody(fields), ["(call 1)", "drop", "drop"]);
});

Deno.test("an instruction that takes all results of another one folds it", () => {
  const fields = "(func call 1 i32.add drop) (func (result i32 i32) i32.const 1 i32.const 2)";
  assertEquals(foldedBody(fields), ["(drop (i32.add (call 1)))"]);
});

Deno.test("instructions in unreachable code without operands stand apart", () => {
  assertEquals(foldedBody("(func unreachable i32.add drop)"), ["(unreachable)", "i32.add", "drop"]);
});

Deno.test("a block with parameters leaves its operands before it", () => {
  assertEquals(foldedBody("(func i32.const 1 block (param i32) drop end)"), [
    "(i32.const 1)",
    "(block (;@1;) (type 1) (param i32)",
    "  drop)",
  ]);
});

Deno.test("an empty else is kept by a flat if", () => {
  assertEquals(foldedBody("(func i32.const 1 if nop else end)"), [
    "(i32.const 1)",
    "if (;@1;)",
    "  (nop)",
    "else",
    "end",
  ]);
});

Deno.test("folding and nesting a hundred thousand deep is no problem", () => {
  const count = 100_000;
  const chain = foldedBody(`(func i32.const 0 ${"i32.const 1 i32.add ".repeat(count)} drop)`);
  assertEquals(chain.length > count, true);
  const nest = foldedBody(`(func ${"block ".repeat(count)} ${"end ".repeat(count)})`);
  assertEquals(nest.length, count);
});
