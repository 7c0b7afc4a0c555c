import { assertEquals, assertMatch } from "@std/assert";
import { tandem } from "./command_line.ts";

function assertOneLine(text: string, expected: RegExp): void {
  assertMatch(text, expected);
  assertEquals(text.split("\n").length, 2);
}

Deno.test("--help lists the commands", () => {
  const { code, stdout, stderr } = tandem(["--help"]);
  assertEquals([code, stderr], [0, ""]);
  for (const command of ["run", "validate", "inspect", "explain", "wat", "wasm", "wast"]) {
    assertMatch(stdout, new RegExp(`^  ${command} `, "m"));
  }
});

Deno.test("every command has its own --help", () => {
  for (const command of ["run", "validate", "inspect", "explain", "wat", "wasm", "wast"]) {
    const { code, stdout, stderr } = tandem([command, "--help"]);
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, new RegExp(`^Usage: tandem ${command} `, "m"));
    assertEquals(tandem(["help", command]).stdout, stdout);
  }
});

Deno.test("--version prints the version, with and without a command", () => {
  const { code, stdout } = tandem(["--version"]);
  assertEquals(code, 0);
  assertMatch(stdout, /^tandem \d+\.\d+\.\d+\n$/);
  assertEquals(tandem(["inspect", "--version"]).stdout, stdout);
});

Deno.test("no command is an error of one line", () => {
  const { code, stdout, stderr } = tandem([]);
  assertEquals([code, stdout], [1, ""]);
  assertOneLine(stderr, /^tandem: which command\?/);
});

Deno.test("an unknown command is an error of one line that names it", () => {
  const { code, stdout, stderr } = tandem(["walk", "x.wasm"]);
  assertEquals([code, stdout], [1, ""]);
  assertOneLine(stderr, /^tandem: unknown command walk;/);
});

Deno.test("an unknown option is an error of one line that names it", () => {
  for (const args of [["--fast"], ["run", "--fast", "x.wasm"], ["inspect", "x.wasm", "--fast"]]) {
    const { code, stdout, stderr } = tandem(args);
    assertEquals([code, stdout], [1, ""]);
    assertOneLine(stderr, /^tandem: unknown option --fast/);
  }
});

Deno.test("the names of Object's properties are no commands", () => {
  assertMatch(tandem(["constructor"]).stderr, /unknown command constructor/);
});
