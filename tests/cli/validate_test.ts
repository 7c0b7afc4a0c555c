import { assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { readFileSync, writeFileSync } from "node:fs";
import { tandem, withDirectory, withText } from "./command_line.ts";

Deno.test("validate: valid modules, binary and text", () => {
  withText("(module)", (file) => {
    assertEquals(tandem(["validate", "examples/render.wasm", file]), {
      code: 0,
      stdout: `examples/render.wasm: valid\n${file}: valid\n`,
      stderr: "",
    });
  });
});

Deno.test("validate: every file is looked at, and one invalid one makes the exit code 1", () => {
  withText(`(module (func (result i32) (i64.const 0)))`, (file) => {
    const { code, stdout, stderr } = tandem(["validate", file, "none.wasm", "examples/render.wasm"]);
    assertEquals([code, stdout], [1, "examples/render.wasm: valid\n"]);
    const [type, missing, end] = stderr.split("\n");
    assertMatch(type, /^tandem: .*module.wat:1:29: invalid module: .*i64.* @\+\d+$/);
    assertEquals([missing, end], ["tandem: none.wasm: no such file or directory", ""]);
  });
});

Deno.test("validate: a truncated module is invalid, with the offset", () => {
  withDirectory((directory) => {
    const file = join(directory, "short.wasm");
    writeFileSync(file, readFileSync("examples/render.wasm").subarray(0, 5000));
    const { code, stderr } = tandem(["validate", file]);
    assertEquals(code, 1);
    assertMatch(stderr, /^tandem: .*short.wasm: invalid module: .* @\+\d+\n$/);
  });
});

Deno.test("validate: without a file is an error", () => {
  assertEquals(tandem(["validate"]).code, 1);
});
