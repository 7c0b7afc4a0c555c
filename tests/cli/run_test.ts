import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { shell, tandem, withDirectory, withText } from "./command_line.ts";

const PROCESS = "tests/cli/programs/process.wasm";

Deno.test("run: wordcount counts the words of a file", () => {
  withDirectory((directory) => {
    writeFileSync(join(directory, "text"), "one two\ntwo three three three\n");
    const { code, stdout, stderr } = tandem([
      "run",
      "--dir",
      `${directory}::/data`,
      "examples/wordcount.wasm",
      "--",
      "/data/text",
    ]);
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, /^ +2 +6 +30 +\/data\/text$/m);
    assertMatch(stdout, /^ +3 +three$/m);
  });
});

Deno.test("run: hashfiles prints SHA-256 sums and checks them", () => {
  withDirectory((directory) => {
    const content = new Uint8Array(3_000_000).map((_, index) => index * index >> 7);
    writeFileSync(join(directory, "content"), content);
    const sums = tandem(["run", "--dir", directory, "examples/hashfiles.wasm", "--", `${directory}/content`]);
    const expected = createHash("sha256").update(content).digest("hex");
    assertEquals([sums.code, sums.stdout], [0, `${expected}  ${directory}/content\n`]);
    const check = tandem(["run", "--dir", directory, "examples/hashfiles.wasm", "--", "-c"], sums.stdout);
    assertEquals([check.code, check.stdout], [0, `${directory}/content: OK\n`]);
  });
});

Deno.test("run: render writes a PNG file", () => {
  withDirectory((directory) => {
    const args = ["-w", "40", "-h", "30", "-s", "1", "out/picture.png"];
    mkdirSync(join(directory, "out"));
    const { code } = tandem(["run", "--dir", `${directory}::.`, "examples/render.wasm", "--", ...args]);
    assertEquals(code, 0);
    const picture = readFileSync(join(directory, "out/picture.png"));
    assertEquals([...picture.subarray(1, 4)], [..."PNG"].map((letter) => letter.charCodeAt(0)));
    assertEquals([picture.readUInt32BE(16), picture.readUInt32BE(20)], [40, 30]);
  });
});

Deno.test("run: jsonfmt formats standard input", () => {
  const value = { a: [1, 2.5, -1e-7, "ä\n"], b: { c: null, d: true } };
  const { code, stdout, stderr } = tandem(["run", "examples/jsonfmt.wasm"], JSON.stringify(value));
  assertEquals([code, stderr], [0, ""]);
  assertEquals(JSON.parse(stdout), value);
});

Deno.test("run: a program's own error and exit code are passed on", () => {
  const { code, stdout, stderr } = tandem(["run", "examples/jsonfmt.wasm"], "[1, 2,, 3]");
  assertEquals([code, stdout], [1, ""]);
  assertMatch(stderr, /1:7: expected a value/);
});

Deno.test("run: --invoke calls a function of a reactor after its initialisation", () => {
  const call = (...words: string[]) => tandem(["run", "examples/reactor.wasm", "--invoke", ...words]);
  assertEquals(call("add", "2", "-3"), { code: 0, stdout: "-1\n", stderr: "" });
  assertEquals(call("mul64", "3000000000", "-3").stdout, "-9000000000\n");
  assertEquals(call("hypotenuse", "3", "4").stdout, "5\n");
  assertEquals(call("count").stdout, "101\n");
});

Deno.test("run: arguments and environment reach the program", () => {
  const { code, stdout } = tandem(
    ["run", "--env", "A=1", "--env=B=x=y ä", PROCESS, "--", "show", "-x", "--help", "über", ""],
  );
  assertEquals(code, 0);
  assertEquals(stdout.split("\n"), [
    "argument 0: process.wasm",
    "argument 1: show",
    "argument 2: -x",
    "argument 3: --help",
    "argument 4: über",
    "argument 5: ",
    "variable: A=1",
    "variable: B=x=y ä",
    "",
  ]);
});

Deno.test("run: the exit code is the program's", () => {
  assertEquals(tandem(["run", PROCESS, "--", "exit", "42"]), { code: 42, stdout: "", stderr: "" });
  assertEquals(tandem(["run", PROCESS, "--", "exit", "255"]).code, 255);
});

Deno.test("run: clocks, polling and random numbers work", () => {
  assertEquals(tandem(["run", PROCESS, "--", "clock"]).stdout, "slept: yes\nthis century: yes\n");
  assertMatch(tandem(["run", PROCESS, "--", "poll"]).stdout, /^ready: 2\n/);
  assertEquals(tandem(["run", PROCESS, "--", "random"]).stdout, "different: yes\n");
});

Deno.test("run: standard streams that are no terminal are none to the program", () => {
  assertEquals(
    tandem(["run", PROCESS, "--", "terminal"]).stdout,
    "input: 0, output: 0\nseek: Invalid seek\n",
  );
});

Deno.test("run: standard input and output carry any bytes", () => {
  withDirectory((directory) => {
    const input = new Uint8Array(700_000).map((_, index) => index * index >> 5);
    const file = join(directory, "out");
    writeFileSync(join(directory, "in"), input);
    assertEquals(shell(`"$@" < '${directory}/in' | cat > '${file}'`, ["run", PROCESS, "--", "copy"]).code, 0);
    assertEquals(Buffer.compare(readFileSync(file), input), 0);
  });
});

Deno.test("run: files and directories behave as POSIX says, inside the directory only", () => {
  withDirectory((directory) => {
    const root = join(directory, "root");
    mkdirSync(root);
    writeFileSync(join(directory, "secret"), "secret");
    symlinkSync("../secret", join(root, "escape"));
    symlinkSync(join(directory, "secret"), join(root, "absolute"));
    symlinkSync(".", join(root, "inside"));
    const { code, stdout, stderr } = tandem([
      "run",
      "--dir",
      `${root}::/box`,
      "tests/cli/programs/files.wasm",
      "--",
      "/box",
    ]);
    assertEquals([code, stderr], [0, ""]);
    assertEquals(stdout, readFileSync("tests/cli/programs/files.expected.txt", "utf8"));
    assertEquals(existsSync(join(directory, "made")), false);
    assertEquals(existsSync(join(directory, "stolen")), false);
  });
});

Deno.test("run: a trap is one line with its function, and exit code 134", () => {
  assertEquals(tandem(["run", PROCESS, "--", "divide"]), {
    code: 134,
    stdout: "",
    stderr: `tandem: ${PROCESS}: trap: divide by zero in function "divide"\n`,
  });
  withText(
    `(module (func $inner (export "f") (param i32) (drop (i32.load (local.get 0)))) (memory 1))`,
    (file) => {
      assertEquals(tandem(["run", file, "--invoke", "f", "65536"]), {
        code: 134,
        stdout: "",
        stderr: `tandem: ${file}: trap: memory access out of bounds in function "inner"\n`,
      });
    },
  );
});

Deno.test("run: stack overflow is one line, and exit code 134", () => {
  withText(`(module (func $down (export "f") (call $down) (call $down)))`, (file) => {
    const { code, stderr } = tandem(["run", file, "--invoke", "f"]);
    assertEquals(code, 134);
    assertEquals(stderr, `tandem: ${file}: trap: Maximum call stack size exceeded in function "down"\n`);
  });
});

Deno.test("run: a trap in the start function is reported as a trap", () => {
  withText(`(module (func $boom unreachable) (start $boom))`, (file) => {
    const { code, stderr } = tandem(["run", file]);
    assertEquals([code, stderr], [134, `tandem: ${file}: trap: unreachable in function "boom"\n`]);
  });
});

Deno.test("run: WASI calls of the start function, before there is a memory, trap", () => {
  withText(
    `(module
      (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
      (memory (export "memory") 1)
      (func $early (drop (call $random (i32.const 0) (i32.const 1))))
      (start $early))`,
    (file) => {
      const { code, stderr } = tandem(["run", file]);
      assertEquals(code, 134);
      assertMatch(stderr, /^tandem: .*: trap: WASI is not available to the start function.*\n$/);
    },
  );
});

Deno.test("run: a program whose reader goes away ends with 141 and one line", () => {
  const { stdout, stderr } = shell(
    `{ "$@"; echo "exit code $?" >&2; } | head -c 10`,
    ["run", PROCESS, "--", "flood"],
  );
  assertEquals(stdout, "xxxxxxxxxx");
  assertEquals(stderr, `tandem: ${PROCESS}: the reader of its output has gone away\nexit code 141\n`);
});

Deno.test("run: results print one a line, so that they can be read again", () => {
  withText(
    `(module
      (func (export "all") (param i32 i64 f32 f64) (result i32 i64 f32 f64)
        (local.get 0) (local.get 1) (local.get 2) (local.get 3))
      (func (export "none"))
      (func (export "reference") (param externref) (result externref) (local.get 0)))`,
    (file) => {
      const call = (...words: string[]) => tandem(["run", file, "--invoke", ...words]);
      assertEquals(
        call("all", "0xffffffff", "-9223372036854775808", "0.1", "-0").stdout,
        "-1\n-9223372036854775808\n0.1\n-0\n",
      );
      assertEquals(call("all", "1", "2", "nan", "-inf").stdout, "1\n2\nnan\n-inf\n");
      assertEquals(call("none"), { code: 0, stdout: "", stderr: "" });
      assertEquals(call("reference", "null").stdout, "null\n");
    },
  );
});

Deno.test("run: wrong calls are errors of one line", () => {
  withText(`(module (func (export "f") (param i32)) (memory (export "m") 1))`, (file) => {
    const errorOf = (...words: string[]) => {
      const { code, stdout, stderr } = tandem(["run", file, "--invoke", ...words]);
      assertEquals([code, stdout], [1, ""]);
      return stderr;
    };
    assertEquals(errorOf("f"), `tandem: ${file}: "f" takes 1 argument, not 0\n`);
    assertEquals(errorOf("f", "one"), "tandem: argument one is no i32\n");
    assertEquals(errorOf("f", "4294967296"), "tandem: argument 4294967296 is no i32\n");
    assertEquals(errorOf("g"), `tandem: ${file}: no export "g"\n`);
    assertEquals(errorOf("m"), `tandem: ${file}: export "m" is a memory, not a function\n`);
    assertStringIncludes(errorOf(), "--invoke needs the name");
  });
});

Deno.test("run: a missing import is an error of one line that names it", () => {
  withText(`(module (import "env" "log\\0a" (func (param i32))))`, (file) => {
    assertEquals(tandem(["run", file]), {
      code: 1,
      stdout: "",
      stderr: `tandem: ${file}: missing import: function "env" "log\\n"; run provides only WASI preview 1\n`,
    });
  });
});

Deno.test("run: a WASI function that does not exist, or is no function, is a missing import", () => {
  const wasi = (declaration: string) =>
    `(module (import "wasi_snapshot_preview1" ${declaration})
    (memory (export "memory") 1) (func (export "_start")))`;
  withText(wasi(`"fd_fly" (func)`), (file) => {
    const { code, stderr } = tandem(["run", file]);
    assertEquals(code, 1);
    assertMatch(stderr, /^tandem: .*: missing import: function "wasi_snapshot_preview1" "fd_fly"; .*\n$/);
  });
  withText(wasi(`"fd_read" (memory 1)`), (file) => {
    const { code, stderr } = tandem(["run", file]);
    assertEquals(code, 1);
    assertMatch(stderr, /^tandem: .*: missing import: memory "wasi_snapshot_preview1" "fd_read"; .*\n$/);
  });
});

Deno.test("run: pointers outside memory give the program EFAULT", () => {
  withText(
    `(module
      (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
      (memory (export "memory") 1)
      (func (export "random") (param i32 i32) (result i32) (call $random (local.get 0) (local.get 1)))
      (func (export "write") (param i32 i32) (result i32)
        (call $write (i32.const 1) (local.get 0) (local.get 1) (i32.const 0))))`,
    (file) => {
      const call = (...words: string[]) => tandem(["run", file, "--invoke", ...words]).stdout;
      assertEquals(call("random", "65530", "7"), "21\n");
      assertEquals(call("random", "-1", "1"), "21\n");
      assertEquals(call("random", "65530", "6"), "0\n");
      assertEquals(call("write", "65530", "1"), "21\n");
      assertEquals(call("write", "0", "-1"), "21\n");
    },
  );
});

Deno.test("run: what cannot be run is an error of one line", () => {
  withDirectory((directory) => {
    const binary = join(directory, "picture.wasm");
    writeFileSync(binary, "\x89PNG");
    const empty = join(directory, "empty.wasm");
    writeFileSync(empty, "");
    const truncated = join(directory, "truncated.wasm");
    writeFileSync(truncated, readFileSync(PROCESS).subarray(0, 1000));
    const errorOf = (...args: string[]) => {
      const { code, stdout, stderr } = tandem(["run", ...args]);
      assertEquals([code, stdout], [1, ""]);
      assertEquals(stderr.split("\n").length, 2);
      return stderr;
    };
    assertEquals(errorOf("no/such.wasm"), "tandem: no/such.wasm: no such file or directory\n");
    assertEquals(errorOf(directory), `tandem: ${directory}: is a directory\n`);
    assertEquals(
      errorOf(binary),
      `tandem: ${binary}: not a WebAssembly module: it starts with c2 89 50 4e, not 00 61 73 6d\n`,
    );
    assertEquals(errorOf(empty), `tandem: ${empty}: not a WebAssembly module: the file is empty\n`);
    assertMatch(errorOf(truncated), /^tandem: .*truncated.wasm: invalid module: .* @\+\d+\n$/);
    assertEquals(errorOf("--dir", "no/such", PROCESS), "tandem: --dir no/such: no such file or directory\n");
    assertEquals(errorOf("--dir", "deno.json", PROCESS), "tandem: --dir deno.json: not a directory\n");
    assertEquals(errorOf("--env", "A", PROCESS), "tandem: --env A: not of the form NAME=VALUE\n");
    assertEquals(errorOf(PROCESS, "--dir"), "tandem: option --dir needs a value\n");
    assertMatch(errorOf(PROCESS, "argument"), /unexpected argument argument;/);
    assertMatch(errorOf(), /which FILE\?/);
  });
});

Deno.test("run: a module without an entry says so", () => {
  withText(`(module (func (export "f")))`, (file) => {
    const { code, stderr } = tandem(["run", file]);
    assertEquals(code, 1);
    assertMatch(
      stderr,
      /nothing to run: it exports neither _start nor _initialize; name a function with --invoke\n$/,
    );
  });
});

Deno.test("run: an error in a text is reported with line and column", () => {
  withText(`(module\n  (func (i32.bogus)))`, (file) => {
    const { code, stderr } = tandem(["run", file]);
    assertEquals(code, 1);
    assertEquals(stderr.startsWith(`tandem: ${file}:2:10: `), true, stderr);
    assertEquals(stderr.split("\n").length, 2);
  });
});

const ENDINGS = `(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "proc_raise" (func $raise (param i32) (result i32)))
  (memory (export "memory") 1)
  (func $work (param i32) (if (local.get 0) (then (call $work (i32.sub (local.get 0) (i32.const 1))))))
  (func (export "returns") (call $work (i32.const 9)))
  (func (export "exits") (call $work (i32.const 9)) (call $exit (i32.const 3)))
  (func (export "traps") (call $work (i32.const 9)) unreachable)
  (func (export "raises") (call $work (i32.const 9)) (drop (call $raise (i32.const 15))))
  (func $deep (export "overflows") (call $work (i32.const 9)) (call $deep)))`;

Deno.test("run: profiles and traces are written however the program ends", () => {
  withText(ENDINGS, (file, directory) => {
    const codes = ["returns", "exits", "traps", "raises", "overflows"].map((name) => {
      const profile = join(directory, `${name}.profile`);
      const trace = join(directory, `${name}.trace`);
      const { code } = tandem(["run", "--profile", profile, "--trace", trace, file, "--invoke", name]);
      const [{ functions }] = Object.values(JSON.parse(readFileSync(profile, "utf8")).modules) as [
        { functions: [number, number][] },
      ];
      const calls = functions.find(([index]) => index === 2)![1];
      assertEquals(name === "overflows" ? calls > 10 : calls, name === "overflows" ? true : 10, name);
      const { traceEvents } = JSON.parse(readFileSync(trace, "utf8"));
      assertEquals(
        traceEvents.map((event: { name: string }) => event.name).slice(0, 4),
        ["decode", "validate", "instantiate", "compile"],
      );
      return code;
    });
    assertEquals(codes, [0, 3, 134, 143, 134]);
    const used = tandem([
      "run",
      "--use-profile",
      join(directory, "exits.profile"),
      file,
      "--invoke",
      "exits",
    ]);
    assertEquals([used.code, used.stderr], [3, ""]);
  });
});

Deno.test("run: profiles that cannot be read, and files that cannot be written, are errors of one line", () => {
  withText(ENDINGS, (file, directory) => {
    const wrong = join(directory, "wrong");
    writeFileSync(wrong, '{"format":"tandem-profile","version":1,"modules":null}');
    const missing = join(directory, "missing", "file");
    for (
      const [options, text] of [
        [["--use-profile", wrong], "not a profile: malformed profile"],
        [["--use-profile", file], "not a profile: "],
        [["--use-profile", missing], "no such file or directory"],
        [["--profile", missing], "no such file or directory"],
        [["--trace", missing], "no such file or directory"],
      ] as const
    ) {
      const { code, stdout, stderr } = tandem(["run", ...options, file, "--invoke", "returns"]);
      assertEquals([code, stdout, stderr.split("\n").length], [1, "", 2], stderr);
      assertStringIncludes(stderr, text);
    }
  });
});

Deno.test("run: positions are signed 64-bit integers, from the program and back", () => {
  // From position 5, three back, then a read: the third byte. Written as it came.
  const text = `(module
    (type $seek (func (param i32 i64 i32 i32) (result i32)))
    (type $io (func (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "path_open"
      (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_seek" (func $seek (type $seek)))
    (import "wasi_snapshot_preview1" "fd_read" (func $read (type $io)))
    (memory (export "memory") 1)
    (data (i32.const 64) "text")
    (data (i32.const 16) "\\40\\00\\00\\00\\01\\00\\00\\00")
    (func (export "_initialize"))
    (func (export "byte") (result i64) (local $file i32)
      (if (call $open (i32.const 3) (i32.const 0) (i32.const 64) (i32.const 4) (i32.const 0)
          (i64.const 0x26) (i64.const 0) (i32.const 0) (i32.const 0))
        (then (return (i64.const -1))))
      (local.set $file (i32.load (i32.const 0)))
      (drop (call $seek (local.get $file) (i64.const 5) (i32.const 0) (i32.const 8)))
      (if (call $seek (local.get $file) (i64.const -3) (i32.const 1) (i32.const 8))
        (then (return (i64.const -2))))
      (drop (call $read (local.get $file) (i32.const 16) (i32.const 1) (i32.const 24)))
      (i64.add
        (i64.mul (i64.load (i32.const 8)) (i64.const 1000))
        (i64.load8_u (i32.const 64)))))`;
  withDirectory((directory) => {
    writeFileSync(join(directory, "text"), "abcdef");
    withText(text, (file) => {
      assertEquals(tandem(["run", "--dir", `${directory}::/`, file, "--invoke", "byte"]), {
        code: 0,
        stdout: "2099\n",
        stderr: "",
      });
    });
  });
});

Deno.test("run: a system call imported with another type is a link error", () => {
  const text = `(module
    (import "wasi_snapshot_preview1" "fd_close" (func (param i64) (result i32)))
    (memory (export "memory") 1)
    (func (export "_start")))`;
  withText(text, (file) => {
    const { code, stderr } = tandem(["run", file]);
    assertEquals(code, 1);
    assertStringIncludes(stderr, `"fd_close": imported function does not match the expected type`);
  });
});
