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

const TOOLS = `(module
  (@custom "dylink.0" (before first) "\\01\\04\\10\\02\\03\\00\\02\\06\\01\\04libc")
  (func (param i32) (block (@metadata.code.branch_hint "\\00") (br_if 0 (local.get 0))))
  (@custom "producers" "\\01\\0cprocessed-by\\01\\05clang\\0419.1")
  (@custom "target_features" "\\02+\\08simd128\\5c-\\03gc\\1b")
  (@custom "sourceMappingURL" "\\05a.map")
  (@custom "build_id" "\\02\\ab\\01")
  (@custom "external_debug_info" "\\09short"))`;

Deno.test("inspect: says what known custom sections contain", () => {
  withText(TOOLS, (file) => {
    const { stdout } = tandem(["inspect", file]);
    const known = /\nCustom sections\n((?: .*\n)*)/.exec(stdout)?.[1].split("\n").map((line) => line.trim());
    assertEquals(known?.map((line) => line.replace(/ +/, " ")), [
      'dylink.0 memory 16 bytes, aligned to 4; table 3 elements, aligned to 1; needs "libc"',
      "metadata.code.branch_hint 0 likely and 1 unlikely branches in 1 function",
      "producers processed-by clang 19.1",
      'target_features "+simd128\\\\" "-gc\\u{1b}"',
      'sourceMappingURL "a.map"',
      "build_id ab01",
      "",
    ]);
    const { sections } = JSON.parse(tandem(["inspect", "--json", file]).stdout);
    assertEquals(
      sections.filter(({ section }: { section: string }) => section === "custom").map((
        { contents }: { contents: unknown },
      ) => contents).slice(1),
      [
        { functions: 1, likely: 0, unlikely: 1 },
        { "processed-by": [{ name: "clang", version: "19.1" }] },
        ["+simd128\\", "-gc\u001b"],
        "a.map",
        "ab01",
        null,
      ],
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
