import { assertEquals } from "@std/assert";
import { Effect, Expression, Precedence } from "../../lib/codegen/expression.ts";
import { OperandSummary } from "../../lib/codegen/operand_summary.ts";
import { watToWasm, WebAssembly } from "../../mod.ts";

const operand = (text: string, effects: number, variables: number) =>
  new Expression(text, Precedence.Primary, "int", effects, variables);

const stack = () => {
  const operands = [
    operand("fixed", Effect.None, 1),
    operand("a", Effect.None, 2),
    operand("b", Effect.ReadMemory, 4),
  ];
  return { operands, summary: new OperandSummary(operands, ({ text }) => text === "fixed") };
};

Deno.test("variables() are those of the lowest operands, fixed ones included", () => {
  const { summary } = stack();
  assertEquals([3, 2, 1, 0].map((count) => summary.variables(count)), [7, 3, 1, 0]);
});

Deno.test("conflicts() leaves out operands that are fixed, and those above", () => {
  const { summary } = stack();
  assertEquals([3, 2].map((count) => summary.conflicts(count, Effect.ReadMemory, 0)), [true, false]);
  assertEquals([2, 1, 0].map((count) => summary.conflicts(count, 0, 2)), [true, false, false]);
  assertEquals(summary.conflicts(3, ~0, 1), true);
  assertEquals(summary.conflicts(2, ~0, 1), false);
});

Deno.test("forget() makes a summary look again", () => {
  const { operands, summary } = stack();
  assertEquals(summary.variables(3), 7);
  operands[1] = operand("c", Effect.Call, 8);
  summary.fix(3);
  summary.settledVectors = 3;
  summary.forget(1);
  assertEquals([summary.variables(3), summary.fixed, summary.settledVectors], [13, 1, 1]);
  assertEquals(summary.conflicts(3, Effect.Call, 0), true);
});

/** What `f` of a module with a function `$n`, a memory and a v128 local `$v` returns. */
function result(code: string): unknown {
  const { exports } = new WebAssembly.Instance(
    new WebAssembly.Module(watToWasm(`(module (memory 1) (func $n)
      (func (export "f") (param i32) (result i32) (local $v v128) ${code}))`)),
  );
  return (exports.f as (argument: number) => unknown)(1);
}

// Were each instruction to look at all operands below its own, that would be a thousand million looks.
const DEPTH = 30_000;
const times = (code: string, count: number = DEPTH) => `${code} `.repeat(count);

Deno.test("functions with operand stacks tens of thousands deep are compiled", () => {
  const sum = times("i32.add", DEPTH - 1);
  assertEquals(result(times("local.get 0") + sum), DEPTH);
  assertEquals(result(times("local.get 0") + times("call $n") + sum), DEPTH);
  assertEquals(result(times("local.get 0") + times("block end") + sum), DEPTH);
  assertEquals(
    result(times("(i32.load (i32.const 0)) (i32.store (i32.const 0) (i32.const 1))") + sum),
    DEPTH - 1,
  );
  assertEquals(
    result(times("local.get $v", 9000) + times("call $n", 9000) + times("drop", 9000) + "i32.const 5"),
    5,
  );
});

Deno.test("functions with thousands of nested constructs that have parameters and results are compiled", () => {
  const depth = 3000;
  assertEquals(
    result(`local.get 0 ${times("loop (param i32) (result i32)", depth)}${times("end", depth)}`),
    1,
  );
  const blocks = times("block (result i32)", depth);
  assertEquals(result(`${blocks}local.get 0 ${times("local.get 0 br_if 0 end", depth)}`), 1);
});

Deno.test("functions that set a v128 local tens of thousands of times fit into the host's frames", () => {
  const code = times("local.get $v local.get $v i8x16.add local.set $v", 40_000);
  assertEquals(result(`${code} (i32x4.extract_lane 0 (local.get $v))`), 0);
});
