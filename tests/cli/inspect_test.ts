import { assertEquals, assertMatch } from "@std/assert";
import { shell, tandem, withText } from "./command_line.ts";

const MODULE = `(module $adder
  (import "host" "print\\u{1b}" (func $print (param i32 i64)))
  (memory (export "memory") 1 4)
  (table 2 2 funcref)
  (global (export "count") (mut i32) (i32.const 0))
  (func $add (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))`;

Deno.test("inspect: lists sections, imports and exports with their types", () => {
  withText(MODULE, (file) => {
    const { code, stdout, stderr } = tandem(["inspect", file]);
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, /^ {2}type +at \d+ +\d+ bytes +2 entries$/m);
    assertMatch(stdout, /^ {2}custom "name" +at \d+ +\d+ bytes$/m);
    assertMatch(stdout, /^ {2}function +"host" "print\\u\{1b\}" +\(i32, i64\) -> \(\)$/m);
    assertMatch(stdout, /^ {2}function +"add" +\(i32, i32\) -> \(i32\) +#1 \$add$/m);
    assertMatch(stdout, /^ {2}memory +"memory" +1 to 4 pages +#0$/m);
    assertMatch(stdout, /^ {2}global +"count" +mut i32 +#0$/m);
    assertMatch(stdout, /^ {2}2 funcref$/m);
  });
});

Deno.test("inspect: --json prints the same as data", () => {
  withText(MODULE, (file) => {
    const module = JSON.parse(tandem(["inspect", "--json", file]).stdout);
    assertEquals(module.name, "adder");
    assertEquals(module.imports, [
      { module: "host", name: "print\u001b", kind: "function", type: "(i32, i64) -> ()" },
    ]);
    assertEquals(module.exports[2], {
      name: "add",
      kind: "function",
      type: "(i32, i32) -> (i32)",
      index: 1,
      function: "add",
    });
    assertEquals(module.spaces.function, { imported: 1, defined: 1 });
    assertEquals(
      module.sections.map(({ section }: { section: string }) => section),
      ["type", "import", "function", "table", "memory", "global", "export", "code", "custom"],
    );
  });
});

Deno.test("inspect: prints no escape sequences when its output is no terminal", () => {
  assertEquals(tandem(["inspect", "examples/render.wasm"]).stdout.includes("\x1b"), false);
});

Deno.test("inspect: a file that is no module is an error of one line", () => {
  const { code, stdout, stderr } = tandem(["inspect", "deno.json"]);
  assertEquals([code, stdout], [1, ""]);
  assertMatch(stderr, /^tandem: deno.json: not a WebAssembly module: .*\n$/);
});

Deno.test("inspect: output that cannot be written is an error of one line", () => {
  const { code, stderr } = shell(`"$@" > /dev/full`, ["inspect", "examples/render.wasm"]);
  assertEquals(code, 1);
  assertMatch(stderr, /^tandem: cannot write to standard output: .*\n$/);
});
