import { assertEquals, assertMatch } from "@std/assert";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tandem, withDirectory, withText } from "./command_line.ts";

const TEXT = '(module (func $f (export "f") (param i32) (result i32) (i32.add (local.get 0) (i32.const 1))))';

Deno.test("wasm assembles, wat prints, and both are the same module", () => {
  withText(TEXT, (file, directory) => {
    const [binary, text, again] = ["a.wasm", "b.wat", "c.wasm"].map((name) => join(directory, name));
    assertEquals(tandem(["wasm", file, "-o", binary]), { code: 0, stdout: "", stderr: "" });
    assertEquals(tandem(["wat", binary, "-o", text]), { code: 0, stdout: "", stderr: "" });
    assertEquals(tandem(["wasm", text, "-o", again]).code, 0);
    assertEquals(readFileSync(again), readFileSync(binary));
    assertEquals(tandem(["wat", binary]).stdout, readFileSync(text, "utf8"));
    assertMatch(tandem(["wat", binary, "--folded"]).stdout, /\(i32\.add \(local\.get 0\) \(i32\.const 1\)\)/);
  });
});

Deno.test("errors of texts name file, line and column, and leave no output", () => {
  withText("(module\n  (func (i32.bogus)))", (file, directory) => {
    const out = join(directory, "out.wasm");
    const { code, stderr } = tandem(["wasm", file, "-o", out]);
    assertEquals([code, existsSync(out)], [1, false]);
    assertMatch(stderr, /^tandem: .*module\.wat:2:10: [^\n]+\n$/);
  });
});

Deno.test("wast runs scripts and reports each command that fails with its line", () => {
  withDirectory((directory) => {
    const good = join(directory, "good.wast");
    writeFileSync(
      good,
      `(module (func (export "f") (result i32) (i32.const 1)))
      (assert_return (invoke "f") (i32.const 1))
      (assert_malformed (module quote "(func") "unexpected end")
      (module definition $d (func (export "g"))) (module instance $i $d) (assert_return (invoke $i "g"))`,
    );
    const passed = tandem(["wast", good]);
    assertEquals([passed.code, passed.stderr], [0, ""]);
    assertMatch(passed.stdout, /: 6 of 6 passed\n$/);
    const bad = join(directory, "bad.wast");
    writeFileSync(
      bad,
      '(module (func (export "f") (result i32) (i32.const 1)))\n(assert_return (invoke "f") (i32.const 2))',
    );
    const failed = tandem(["wast", bad]);
    assertEquals(failed.code, 1);
    assertMatch(failed.stderr, /^tandem: .*bad\.wast:2: assert_return: got [^\n]+\n$/);
    writeFileSync(bad, "(module)\n(assert_return");
    assertMatch(tandem(["wast", bad]).stderr, /^tandem: .*bad\.wast:2:15: [^\n]+\n$/);
  });
});

Deno.test("run writes traces and profiles, and uses profiles", () => {
  withText(
    '(module (memory (export "memory") 1) (func $f) (func (export "_start") (call $f) (call $f)))',
    (file, directory) => {
      const [trace, profile] = ["trace.json", "profile.json"].map((name) => join(directory, name));
      assertEquals(tandem(["run", file, "--trace", trace, "--profile", profile]).code, 0);
      const { traceEvents } = JSON.parse(readFileSync(trace, "utf8"));
      assertEquals(traceEvents[0].name, "decode");
      const [{ functions }] = Object.values(JSON.parse(readFileSync(profile, "utf8")).modules) as {
        functions: unknown;
      }[];
      assertEquals(functions, [[0, 2], [1, 1]]);
      assertEquals(tandem(["run", file, "--use-profile", profile]), { code: 0, stdout: "", stderr: "" });
      assertMatch(tandem(["run", file, "--use-profile", trace]).stderr, /trace\.json: not a profile/);
    },
  );
});

Deno.test("a trap names its function, or gives the index of one without a name", () => {
  const text = `(module (memory (export "memory") 1)
    (func (export "none") unreachable)
    (func $div (export "div") (param i32) (result i32) (i32.div_s (i32.const 1) (local.get 0)))
    (func $load (export "load") (param i32) (result i32) (i32.load (local.get 0))))`;
  withText(text, (file) => {
    const stderr = (...args: string[]) => tandem(["run", file, "--invoke", ...args]).stderr;
    assertMatch(stderr("none"), /trap: unreachable in function 0\n$/);
    assertMatch(stderr("div", "0"), /trap: divide by zero in function "div"\n$/);
    assertMatch(stderr("load", "-1"), /trap: memory access out of bounds in function "load"\n$/);
  });
});

Deno.test("an import that run does not provide is missing, whatever its module", () => {
  for (const module of ["env", "wasi_snapshot_preview1"]) {
    withText(`(module (import "${module}" "nope" (func)) (memory (export "memory") 1))`, (file) => {
      const { code, stderr } = tandem(["run", file]);
      assertEquals(code, 1);
      assertMatch(stderr, new RegExp(`missing import: function "${module}" "nope"`));
    });
  }
});
