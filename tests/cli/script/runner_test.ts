import { assertEquals } from "@std/assert";
import { Engine } from "../../../lib/js_api/engine.ts";
import { KEEPS_NAN_BITS } from "../../../lib/runtime/float_bits.ts";
import { DEFAULT_FEATURES, without } from "../../../lib/syntax/features.ts";
import { watToWasm } from "../../../lib/text/wat.ts";
import { commandCount, type ScriptResult } from "../../../lib/cli/script/results.ts";
import { type RunOptions, runScript } from "../../../lib/cli/script/runner.ts";
import { type Command, parseScript } from "../../../lib/cli/script/commands.ts";

// deno-lint-ignore no-explicit-any
type LooseCommand = { readonly type: Command["type"] } & { readonly [member: string]: any };

const MODULE: LooseCommand = {
  type: "module",
  module_type: "text",
  wat: `(module
    (global (export "g") i64 (i64.const -2))
    (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
    (func (export "f64") (param f64) (result f64) (local.get 0))
    (func (export "f32") (param f32) (result f32) (local.get 0))
    (func (export "pair") (result i64 externref) (i64.const 1) (ref.null extern))
    (func (export "extern") (param externref) (result externref) (local.get 0))
    (func (export "div") (param i32) (result i32) (i32.div_s (i32.const 1) (local.get 0)))
    (func $loop (export "loop") (call $loop)))`,
};

const run = (...commands: readonly LooseCommand[]): Promise<ScriptResult> => runOn(new Engine(), commands);

async function runOn(
  engine: Engine,
  commands: readonly LooseCommand[],
  options: Partial<RunOptions> = {},
): Promise<ScriptResult> {
  const numbered = commands.map((command, i) => ({ line: i + 1, ...command }));
  const script = parseScript(JSON.stringify({ source_filename: "test.wast", commands: numbered }));
  return await runScript(script, { engine, parseText: (text) => watToWasm(text), ...options });
}

const invoke = (field: string, ...args: readonly (readonly [string, string])[]) => ({
  type: "invoke",
  field,
  args: args.map(([type, value]) => ({ type, value })),
});

function outcomes({ passed, failures, notCovered }: ScriptResult): unknown {
  return { passed, failed: failures.map(({ line }) => line), notCovered: [...notCovered] };
}

Deno.test("runScript() passes assertions that hold", async () => {
  const results = await run(
    MODULE,
    {
      type: "assert_return",
      action: invoke("add", ["i32", "4294967295"], ["i32", "3"]),
      expected: [{ type: "i32", value: "2" }],
    },
    {
      type: "assert_return",
      action: { type: "get", field: "g" },
      expected: [{ type: "i64", value: "18446744073709551614" }],
    },
    {
      type: "assert_return",
      action: invoke("pair"),
      expected: [{ type: "i64", value: "1" }, { type: "refnull" }],
    },
    {
      type: "assert_return",
      action: invoke("extern", ["externref", "7"]),
      expected: [{ type: "externref", value: "7" }],
    },
    { type: "assert_trap", action: invoke("div", ["i32", "0"]), text: "integer divide by zero" },
    { type: "assert_exhaustion", action: invoke("loop"), text: "call stack exhausted" },
    { type: "assert_malformed", module_type: "text", wat: "(module", text: "unexpected token" },
    {
      type: "assert_invalid",
      module_type: "text",
      wat: "(module (func (result i32)))",
      text: "type mismatch",
    },
    {
      type: "assert_unlinkable",
      module_type: "text",
      wat: '(module (import "spectest" "nothing" (func)))',
      text: "unknown import",
    },
    {
      type: "assert_uninstantiable",
      module_type: "text",
      wat: "(module (func unreachable) (start 0))",
      text: "unreachable",
    },
  );
  assertEquals(outcomes(results), { passed: 11, failed: [], notCovered: [] });
});

Deno.test("runScript() compares bits", async () => {
  const zeros = await run(MODULE, {
    type: "assert_return",
    action: invoke("f64", ["f64", "0"]),
    expected: [{ type: "f64", value: "9223372036854775808" }],
  });
  assertEquals(outcomes(zeros), { passed: 1, failed: [2], notCovered: [] });
});

Deno.test("runScript() keeps NaN bits apart where the host does, and counts them where it does not", async () => {
  const signalling = String(0x7fa00001);
  const result = await run(MODULE, {
    type: "assert_return",
    action: invoke("f32", ["f32", signalling]),
    expected: [{ type: "f32", value: signalling }],
  });
  assertEquals([result.passed, result.failures.length], [KEEPS_NAN_BITS ? 2 : 1, 0]);
  assertEquals(commandCount(result), 2);
  const quieted = await run(MODULE, {
    type: "assert_return",
    action: invoke("f32", ["f32", signalling]),
    expected: [{ type: "f32", value: "nan:arithmetic" }],
  });
  assertEquals(quieted.failures.length, KEEPS_NAN_BITS ? 1 : 0);
});

Deno.test("runScript() fails assertions that do not hold", async () => {
  const results = await run(
    MODULE,
    { type: "assert_return", action: invoke("add", ["i32", "1"], ["i32", "1"]), expected: [] },
    { type: "assert_trap", action: invoke("div", ["i32", "0"]), text: "unreachable" },
    { type: "assert_trap", action: invoke("div", ["i32", "1"]), text: "integer divide by zero" },
    { type: "assert_invalid", module_type: "text", wat: "(module)", text: "type mismatch" },
    { type: "assert_unlinkable", module_type: "text", wat: "(module)", text: "unknown import" },
    { type: "action", action: invoke("nothing") },
    { type: "register", as: "m", name: "$nobody" },
  );
  assertEquals(outcomes(results), { passed: 1, failed: [2, 3, 4, 5, 6, 7, 8], notCovered: [] });
});

Deno.test("runScript() counts by feature what needs one that is switched off", async () => {
  const results = await runOn(new Engine({ features: ["mvp"] }), [
    {
      type: "module",
      module_type: "text",
      wat: '(module (func (export "f") (drop (v128.const i64x2 0 0))))',
    },
    { type: "assert_return", action: invoke("f"), expected: [] },
    { type: "register", as: "m" },
    { type: "module", module_type: "text", wat: '(module (import "m" "f" (func)))' },
    { type: "module", module_type: "text", wat: "(module)" },
  ]);
  assertEquals(outcomes(results), { passed: 1, failed: [], notCovered: [["simd", 4]] });
});

Deno.test("a definition can be instantiated several times", async () => {
  const counter = {
    module_type: "text",
    wat: `(module (global $g (mut i32) (i32.const 0))
      (func (export "next") (result i32)
        (global.set $g (i32.add (global.get $g) (i32.const 1))) (global.get $g)))`,
  };
  const next = (module: string, value: string): LooseCommand => ({
    type: "assert_return",
    action: { ...invoke("next"), module },
    expected: [{ type: "i32", value }],
  });
  const results = await run(
    { type: "module_definition", name: "$M", ...counter },
    { type: "module_instance", instance: "$A", module: "$M" },
    { type: "module_instance", instance: "$B", module: "$M" },
    next("$A", "1"),
    next("$A", "2"),
    next("$B", "1"),
  );
  assertEquals(outcomes(results), { passed: 6, failed: [], notCovered: [] });
});

Deno.test("runScript() takes a refusal for want of a feature that the suite predates for the one it expects", async () => {
  const features = without(DEFAULT_FEATURES, "multi-memory");
  const command = {
    line: 1,
    type: "assert_invalid",
    module_type: "text",
    wat: "(module (memory 1) (memory 1))",
    text: "multiple memories",
  };
  const script = parseScript(JSON.stringify({ source_filename: "test.wast", commands: [command] }));
  const outcome = async (...refused: readonly string[]) =>
    outcomes(
      await runScript(script, {
        engine: new Engine({ features }),
        parseText: (text) => watToWasm(text),
        refusedFeatures: new Set(refused),
      }),
    );
  assertEquals(await outcome(), { passed: 0, failed: [], notCovered: [["multi-memory", 1]] });
  assertEquals(await outcome("multi-memory"), { passed: 1, failed: [], notCovered: [] });
});

Deno.test("runScript() through the JS API counts what that cannot carry, and runs it for its effects", async () => {
  const wat = `(module
    (global $g (export "g") (mut i32) (i32.const 0))
    (global (export "v") v128 (v128.const i64x2 1 2))
    (func (export "set") (param v128) (global.set $g (i32x4.extract_lane 0 (local.get 0))))
    (func (export "nan") (result f64) (f64.const nan))
    (func (export "half") (param f32) (result f32) (f32.mul (local.get 0) (f32.const 0.5)))
    (func (export "throw") (param exnref) (throw_ref (local.get 0))))`;
  const vector = { type: "v128", lane_type: "i32", value: ["5", "0", "0", "0"] };
  const NAN = { type: "f64", value: "nan:canonical" };
  const result = await runOn(new Engine(), [
    { type: "module", module_type: "text", wat },
    { type: "action", action: { type: "invoke", field: "set", args: [vector] } },
    { type: "assert_return", action: { type: "get", field: "g" }, expected: [{ type: "i32", value: "5" }] },
    { type: "assert_return", action: { type: "get", field: "v" }, expected: [vector] },
    { type: "assert_return", action: invoke("nan"), expected: [NAN] },
    { type: "assert_return", action: invoke("half", ["f32", "1065353216"]), expected: [NAN] },
    { type: "assert_trap", action: invoke("throw", ["exnref", "null"]), text: "null exception reference" },
  ], { throughAPI: true });
  assertEquals(outcomes(result), { passed: 2, failed: [6], notCovered: [] });
  assertEquals([...result.notCarried], [["v128", 2], ["NaN bits", 1], ["exnref", 1]]);
  assertEquals(commandCount(result), 7);
});

Deno.test("runScript() takes valid modules that spectest does not provide for when told so", async () => {
  const module = (imported: string) => ({
    type: "module",
    module_type: "text",
    wat: `(module (import ${imported} (func)) (func (export "f")))`,
  } as const);
  const commands = [
    module('"spectest" "nothing"'),
    { type: "action", action: invoke("f") },
    module('"elsewhere" "nothing"'),
  ] as const;
  assertEquals(outcomes(await runOn(new Engine(), commands)), {
    passed: 0,
    failed: [1, 2, 3],
    notCovered: [],
  });
  assertEquals(outcomes(await runOn(new Engine(), commands, { acceptsUnlinkable: true })), {
    passed: 1,
    failed: [3],
    notCovered: [["imports that spectest lacks", 1]],
  });
});

/** The files beside a script. */
const FILES: Readonly<Record<string, Uint8Array>> = {
  "test.0.wasm": watToWasm('(func (export "f") (param externref) (result externref) (local.get 0))'),
  "test.0.wat": new TextEncoder().encode(
    '(func (export "f") (param externref) (result externref) (local.get 0))',
  ),
  "test.1.wat": new TextEncoder().encode("(func"),
  "test.2.wasm": watToWasm("(func (result i32))"),
};
const readFile = (name: string) => FILES[name];

Deno.test("runScript() reads the layout of wabt: modules in files, nulls with a type", async () => {
  const results = await runOn(new Engine(), [
    { type: "module", filename: "test.0.wasm" },
    {
      type: "assert_return",
      action: invoke("f", ["externref", "null"]),
      expected: [{ type: "externref", value: "null" }],
    },
    { type: "action", action: invoke("f", ["externref", "1"]), expected: [{ type: "externref" }] },
    { type: "assert_malformed", filename: "test.1.wat", text: "unexpected token", module_type: "text" },
    { type: "assert_invalid", filename: "test.2.wasm", text: "type mismatch", module_type: "binary" },
  ], { readFile });
  assertEquals(outcomes(results), { passed: 5, failed: [], notCovered: [] });
});

Deno.test("runScript() reads the layout of wasm-tools: texts in files, with their binaries beside them", async () => {
  const results = await runOn(new Engine(), [
    { type: "module", filename: "test.0.wat", module_type: "text", binary_filename: "test.0.wasm" },
    {
      type: "assert_return",
      action: invoke("f", ["externref", "null"]),
      expected: [{ type: "refnull" }],
    },
    { type: "module_definition", name: "$m", filename: "test.0.wasm", module_type: "binary" },
    { type: "module_instance", instance: "$i", module: "$m" },
    {
      type: "assert_return",
      action: { ...invoke("f", ["externref", "3"]), module: "$i" },
      expected: [{ type: "externref", value: "3" }],
    },
    { type: "assert_malformed", filename: "test.1.wat", text: "unexpected token", module_type: "text" },
    { type: "assert_invalid", filename: "test.2.wasm", text: "type mismatch", module_type: "binary" },
  ], { readFile });
  assertEquals(outcomes(results), { passed: 7, failed: [], notCovered: [] });
});
