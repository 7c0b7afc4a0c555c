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
    assertEquals([known.callKind, known.knownAs], ["wasm-to-host", "WASI preview 1"]);
    assertEquals([unknown.callKind, unknown.reasons], [null, ["the name is unknown"]]);
  });
});

Deno.test("explain counts the kinds, and says once what to do about unknown names", () => {
  withText(
    `(module
      (import "m" "f" (func)) (import "m" "g" (func)) (import "m" "t" (table 1 funcref))
      (import "wasi_snapshot_preview1" "fd_seek" (func (param i32 i64 i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "fd_tell" (func (param i32) (result i32))))`,
    (file) => {
      const { stdout } = tandem(["explain", file]);
      const lines = stdout.trimEnd().split("\n").slice(2);
      assertEquals(lines.map((line) => line.trim().replace(/ {2,}/g, "  ")), [
        '"m" "f"  () -> ()  ?',
        '"m" "g"  () -> ()  ?',
        '"m" "t"  table 1 or more funcref',
        '"wasi_snapshot_preview1" "fd_seek"  (i32, i64, i32, i32) -> (i32)  wasm-to-host  WASI preview 1',
        '"wasi_snapshot_preview1" "fd_tell"  (i32) -> (i32)  cannot be linked  WASI preview 1',
        "error: imported function does not match the expected type",
        "why: WASI preview 1 has it as (i32, i32) -> (i32)",
        "try: declare the import so",
        "",
        "wasm-to-host: 1, cannot be linked: 1",
        "?: 2 functions of unknown names; --imports MODULE says how they are called",
      ]);
    },
  );
});

Deno.test("explain marks what cannot be linked, and goes on", () => {
  withText(TEXT, (file, directory) => {
    const imports = join(directory, "imports.mjs");
    writeFileSync(imports, "export default { m: { f: (x) => x } };");
    const { code, stdout } = tandem(["explain", file, "--imports", imports]);
    assertEquals(code, 0);
    assertMatch(stdout, /^ {2}"wasi_snapshot_preview1" "fd_close" .* cannot be linked$/m);
    assertMatch(stdout, /^ +error: module is not an object or function$/m);
    assertMatch(stdout, /^cannot be linked: 1, arity match: 1$/m);
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

Deno.test("explain and run agree on WASI functions", () => {
  const text = (type: string) =>
    `(module (import "wasi_snapshot_preview1" "sched_yield" (func ${type})) (memory (export "memory") 1)
      (func (export "_start")))`;
  withText(text("(result i32)"), (file) => {
    const [{ callKind, error }] = JSON.parse(tandem(["explain", file, "--json"]).stdout);
    assertEquals([callKind, error, tandem(["run", file]).code], ["wasm-to-host", null, 0]);
  });
  withText(text("(result i64)"), (file) => {
    const [{ callKind, error }] = JSON.parse(tandem(["explain", file, "--json"]).stdout);
    const { code, stderr } = tandem(["run", file]);
    assertEquals([callKind, code], [null, 1]);
    assertMatch(stderr, new RegExp(`"sched_yield": ${error}$`, "m"));
  });
});
