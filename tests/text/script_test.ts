import { assertEquals, assertThrows } from "@std/assert";
import { WatError } from "../../lib/text/error.ts";
import { moduleBytes } from "../../lib/text/module_source.ts";
import { parseScript, type ScriptCommand } from "../../lib/text/script.ts";
import { watToWasm } from "../../lib/text/wat.ts";

/** The only command of a script. */
function command(text: string): ScriptCommand {
  const commands = parseScript(text);
  assertEquals(commands.length, 1);
  return commands[0];
}

function expected(pattern: string): unknown {
  const parsed = command(`(assert_return (invoke "f") ${pattern})`);
  return parsed.type === "assert_return" ? parsed.expected : null;
}

Deno.test("parseScript() keeps modules as text with their place", () => {
  assertEquals(parseScript("(module)\n  (module $M (func))"), [
    { type: "module", line: 1, source: { kind: "text", text: "(module)", line: 1, column: 1 } },
    {
      type: "module",
      line: 2,
      name: "$M",
      source: { kind: "text", text: "(module $M (func))", line: 2, column: 3 },
    },
  ]);
});

Deno.test("moduleBytes() reports errors at their place in the script", () => {
  const [, second] = parseScript("(module)\n  (module\n (foo))");
  assertThrows(
    () => second.type === "module" && moduleBytes(second.source),
    WatError,
    "3:3: expected a module field",
  );
});

Deno.test("parseScript() reads binary and quoted modules", () => {
  const binary = command('(module $M binary "\\00asm" "\\01\\00\\00\\00")');
  assertEquals(binary.type === "module" && [...moduleBytes(binary.source)], [
    0,
    0x61,
    0x73,
    0x6d,
    1,
    0,
    0,
    0,
  ]);
  const quote = command('(module quote "(func" ")")');
  assertEquals(quote.type === "module" && moduleBytes(quote.source), watToWasm("(func)"));
});

Deno.test("quoted text that is not UTF-8 is malformed", () => {
  const quote = command('(module quote "(@a \\80)")');
  assertThrows(
    () => quote.type === "module" && moduleBytes(quote.source),
    WatError,
    "malformed UTF-8 encoding",
  );
});

Deno.test("parseScript() reads definitions and instances", () => {
  const [definition, ...instances] = parseScript(
    "(module definition $M (func)) (module instance $I $M) (module instance $M) (module instance)",
  );
  assertEquals(definition.type, "module_definition");
  assertEquals(
    definition.type === "module_definition" && moduleBytes(definition.source),
    watToWasm("(module $M (func))"),
  );
  assertEquals(instances, [
    { type: "module_instance", line: 1, instance: "$I", module: "$M" },
    { type: "module_instance", line: 1, module: "$M" },
    { type: "module_instance", line: 1 },
  ]);
});

Deno.test("module fields alone are a script of one module", () => {
  assertEquals(command("(func) (memory 1)"), {
    type: "module",
    line: 1,
    source: { kind: "text", text: "(func) (memory 1)", line: 1, column: 1 },
  });
});

Deno.test("parseScript() reads actions and register", () => {
  assertEquals(parseScript('(register "m") (register "m" $M) (invoke $M "f" (i32.const -1)) (get "g")'), [
    { type: "register", line: 1, as: "m" },
    { type: "register", line: 1, as: "m", name: "$M" },
    {
      type: "action",
      line: 1,
      action: { type: "invoke", module: "$M", field: "f", args: [{ type: "i32", value: "4294967295" }] },
    },
    { type: "action", line: 1, action: { type: "get", field: "g" } },
  ]);
});

Deno.test("parseScript() reads assertions about actions", () => {
  const action = { type: "invoke", field: "f", args: [] };
  assertEquals(
    parseScript(
      '(assert_return (invoke "f"))\n(assert_trap (invoke "f") "unreachable")\n' +
        '(assert_exhaustion (invoke "f") "deep")\n(assert_exception (invoke "f"))',
    ) as unknown,
    [
      { type: "assert_return", line: 1, action, expected: [] },
      { type: "assert_trap", line: 2, action, text: "unreachable" },
      { type: "assert_exhaustion", line: 3, action, text: "deep" },
      { type: "assert_exception", line: 4, action },
    ],
  );
});

Deno.test("parseScript() reads assertions about modules, malformed text included", () => {
  const commands = parseScript(
    '(assert_invalid (module (func i32.foo)) "a") (assert_malformed (module quote "(") "b")' +
      '(assert_unlinkable (module) "c") (assert_trap (module) "d") (assert_unlinkable (module instance $M) "e")',
  );
  assertEquals(commands.map(({ type }) => type), [
    "assert_invalid",
    "assert_malformed",
    "assert_unlinkable",
    "assert_uninstantiable",
    "assert_unlinkable",
  ]);
  assertEquals(commands[4], { type: "assert_unlinkable", line: 1, module: "$M", text: "e" });
});

Deno.test("parseScript() reads threads, with the instances they share and the lines of their commands", () => {
  assertEquals(
    command('(thread $T (shared (module $M)) (shared (module $N))\n(register "m" $M)\n(wait $U))'),
    {
      type: "thread",
      line: 1,
      name: "$T",
      shared_modules: ["$M", "$N"],
      commands: [{ type: "register", line: 2, as: "m", name: "$M" }, { type: "wait", line: 3, thread: "$U" }],
    },
  );
});

Deno.test("threads need no name and no commands, and may start threads", () => {
  assertEquals(parseScript("(thread (thread $T)) (wait)"), [
    {
      type: "thread",
      line: 1,
      shared_modules: [],
      commands: [{ type: "thread", line: 1, name: "$T", shared_modules: [], commands: [] }],
    },
    { type: "wait", line: 1 },
  ]);
});

Deno.test("parseScript() refuses malformed threads with their place", () => {
  const refuses = (text: string, message: string) => assertThrows(() => parseScript(text), WatError, message);
  refuses("(thread $T (shared (module)))", '1:27: expected the identifier of a module, found ")"');
  refuses("(thread $T (shared $M))", '1:20: expected "(module", found "$M"');
  refuses("(thread $T\n(module) (shared (module $M)))", '2:10: "(shared" after a command of the thread');
  refuses("(thread $T (func))", '1:13: expected a command, found "func"');
  refuses("(thread $T\n(module)", 'expected ")", found the end of the text; "(thread" at 1:1 is not closed');
  refuses("(wait 1)", '1:7: expected ")", found "1"');
});

Deno.test("results are bit patterns", () => {
  assertEquals(expected("(i64.const -1) (f32.const -0) (f64.const 1)"), [
    { type: "i64", value: "18446744073709551615" },
    { type: "f32", value: "2147483648" },
    { type: "f64", value: "4607182418800017408" },
  ]);
});

Deno.test("results may be NaN patterns", () => {
  assertEquals(expected("(f32.const nan:canonical) (f64.const nan:arithmetic) (f32.const nan:0x1)"), [
    { type: "f32", value: "nan:canonical" },
    { type: "f64", value: "nan:arithmetic" },
    { type: "f32", value: "2139095041" },
  ]);
});

Deno.test("results may be vectors, lane by lane", () => {
  assertEquals(expected("(v128.const f64x2 nan:canonical 0) (v128.const i16x8 -1 0 0 0 0 0 0 1)"), [
    { type: "v128", lane_type: "f64", value: ["nan:canonical", "0"] },
    { type: "v128", lane_type: "i16", value: ["65535", "0", "0", "0", "0", "0", "0", "1"] },
  ]);
});

Deno.test("results may be references", () => {
  assertEquals(
    expected("(ref.null func) (ref.null) (ref.extern 3) (ref.host 1) (ref.extern) (ref.func) (ref.i31)"),
    [
      { type: "refnull", heap: "func", value: "null" },
      { type: "refnull", heap: "nullref", value: "null" },
      { type: "externref", value: "3" },
      { type: "hostref", value: "1" },
      { type: "externref" },
      { type: "funcref" },
      { type: "i31ref" },
    ],
  );
});

Deno.test("results may be one of several", () => {
  assertEquals(expected("(either (i32.const 1) (i32.const 2))"), [
    { type: "either", values: [{ type: "i32", value: "1" }, { type: "i32", value: "2" }] },
  ]);
});

Deno.test("parseScript() refuses malformed commands with their place", () => {
  const refuses = (text: string, message: string) => assertThrows(() => parseScript(text), WatError, message);
  refuses("(module)\n(asert_return)", '2:2: expected a command, found "asert_return"');
  refuses("5", 'expected a command, found "5"');
  refuses('(invoke "f" (i32.const nan:canonical))', "expected an i32 number");
  refuses('(invoke "f" (f32.const nan:canonical))', "expected an f32 number");
  refuses('(assert_return (invoke "f") (foo))', "expected a result pattern");
  refuses('(assert_return (invoke "f") (either))', '1:36: expected a result pattern, found ")"');
  refuses('(assert_trap (invoke "f"))', "expected a message");
});
