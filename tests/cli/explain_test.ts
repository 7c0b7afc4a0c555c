import { assertEquals, assertMatch } from "@std/assert";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { tandem, withText } from "./command_line.ts";

const TEXT = `(module
  (import "wasi_snapshot_preview1" "fd_close" (func (param i32) (result i32)))
  (import "m" "f" (func (param i32))))`;

Deno.test("explain prints a line for each import, with reasons and remedies below", () => {
  withText(TEXT, (file, directory) => {
    const imports = join(directory, "imports.mjs");
    writeFileSync(
      imports,
      "export default (WebAssembly) => ({ wasi_snapshot_preview1: { fd_close: (fd) => 0 }, m: { f() {} } });",
    );
    const { code, stdout, stderr } = tandem(["explain", file, "--imports", imports]);
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, /: 2 imports$/m);
    assertMatch(stdout, /^ {2}"wasi_snapshot_preview1" "fd_close" {2}\(i32\) -> \(i32\) {2}arity match$/m);
    assertMatch(stdout, /^ {2}"m" "f" +\(i32\) -> \(\) +arity mismatch$/m);
    assertMatch(stdout, /^ +why: the function takes 0 arguments, the import passes 1$/m);
    assertMatch(stdout, /^ +try: give it 1 parameter/m);
  });
});

Deno.test("explain without imports goes by the names", () => {
  withText(TEXT, (file) => {
    const { code, stdout } = tandem(["explain", file, "--json"]);
    assertEquals(code, 0);
    const [known, unknown] = JSON.parse(stdout);
    assertEquals([known.callKind, known.knownAs], ["arity match", "WASI preview 1"]);
    assertEquals([unknown.callKind, unknown.reasons], [null, ["the name is unknown"]]);
  });
});

Deno.test("explain reports an imports module that is none in one line", () => {
  withText(TEXT, (file, directory) => {
    const imports = join(directory, "imports.mjs");
    writeFileSync(imports, "export default 5;");
    const { code, stderr } = tandem(["explain", file, "--imports", imports]);
    assertEquals([code, stderr.split("\n").length], [1, 2]);
    assertMatch(stderr, /its default export is neither an imports object nor a function/);
  });
});
