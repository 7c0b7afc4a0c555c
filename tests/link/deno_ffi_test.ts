import { assertEquals, assertThrows } from "@std/assert";
import { declareDenoSymbols, type DenoFfiHost, openDenoLibrary } from "../../lib/link/deno_ffi.ts";
import { fastFunctionOf } from "../../lib/link/fast_api.ts";
import { explainImports, watToWasm, WebAssembly } from "../../mod.ts";

Deno.test("functions of a library carry their C signatures", () => {
  const symbols = { f: () => 0, g: () => 0, h: () => 0 };
  declareDenoSymbols(symbols, {
    f: { parameters: ["i32", "u64", "isize", "f32", "pointer", "buffer", "bool"], result: "usize" },
    g: { parameters: ["i8", { struct: ["u8"] }], result: "void" },
    h: { parameters: [], result: "f64", nonblocking: true },
  });
  assertEquals(fastFunctionOf(symbols.f)?.overloads, [{
    params: ["i32", "u64", "i64", "f32", "any", "any", "bool"],
    result: "u64",
    int64: "bigint",
  }]);
  assertEquals(fastFunctionOf(symbols.g)?.overloads[0].params, ["unsupported", "unsupported"]);
  assertEquals(fastFunctionOf(symbols.h), undefined);
});

Deno.test("variables and missing functions are left as they are", () => {
  const symbols = { variable: 7, missing: null };
  assertEquals(
    declareDenoSymbols(symbols, {
      variable: { type: "i32" },
      missing: { parameters: [], result: "void", optional: true },
    }),
    { variable: 7, missing: null },
  );
});

Deno.test("a library is opened with the given names, and closed", () => {
  const log: unknown[] = [];
  const f = () => 1;
  const host: DenoFfiHost = {
    dlopen(path, definitions) {
      log.push(path, Object.keys(definitions));
      return { symbols: { f }, close: () => log.push("closed") };
    },
  };
  const library = openDenoLibrary("libx.so", { f: { parameters: [], result: "i32" } }, host);
  library.close();
  assertEquals(log, ["libx.so", ["f"], "closed"]);
  assertEquals(library.symbols, { f });
  assertEquals(fastFunctionOf(f)?.acceptsAnyReceiver, true);
});

Deno.test("without Deno.dlopen there is no library", () => {
  if (typeof (globalThis as { Deno?: { dlopen?: unknown } }).Deno?.dlopen === "function") return;
  assertThrows(() => openDenoLibrary("libx.so", {}), TypeError, "native libraries need Deno.dlopen()");
});

/** The C library, with functions of every kind of type; null on other hosts, and where it is not found. */
function openC() {
  try {
    return openDenoLibrary("libc.so.6", {
      abs: { parameters: ["i32"], result: "i32" },
      labs: { parameters: ["i64"], result: "i64" },
      strtoul: { parameters: ["buffer", "pointer", "i32"], result: "u64" },
      strlen: { parameters: ["buffer"], result: "usize" },
      htonl: { parameters: ["u32"], result: "u32" },
      atof: { parameters: ["buffer"], result: "f64" },
      signal: { parameters: ["i32", "function"], result: "pointer" },
    });
  } catch {
    return null;
  }
}

Deno.test("functions of the C library take and give what they declare, bit for bit", () => {
  const library = openC();
  if (library === null) return;
  const call = (name: string, type: string, ...args: unknown[]) => {
    const params = type.replace(/\(result.*/, "").match(/i32|i64|externref/g)!;
    const gets = params.map((_, i) => `(local.get ${i})`).join(" ");
    const module = new WebAssembly.Module(
      watToWasm(
        `(module (import "c" "${name}" (func $f ${type})) (func (export "run") ${type} (call $f ${gets})))`,
      ),
    );
    const imports = { c: library.symbols };
    assertEquals(explainImports(module, imports)[0].callKind, "fast API");
    const { run } = new WebAssembly.Instance(module, imports as never).exports;
    return (run as CallableFunction)(...args);
  };
  const text = (string: string) => new TextEncoder().encode(`${string}\0`);
  assertEquals(call("abs", "(param i32) (result i32)", -5), 5);
  assertEquals(call("labs", "(param i64) (result i64)", -(2n ** 53n) - 1n), 2n ** 53n + 1n);
  const toUnsigned = "(param externref externref i32) (result i64)";
  assertEquals(call("strtoul", toUnsigned, text("18446744073709551615"), null, 10), -1n);
  assertEquals(call("strtoul", toUnsigned, text("7"), null, 10), 7n);
  assertEquals(call("strlen", "(param externref) (result i64)", text("abc")), 3n);
  assertEquals(call("htonl", "(param i32) (result i32)", 255), -(2 ** 24));
  assertEquals(call("atof", "(param externref) (result f64)", text("0.1")), 0.1);
  const ignored = 28; // SIGWINCH
  assertEquals(call("signal", "(param i32 externref) (result externref)", ignored, null), null);
  assertThrows(() => call("strlen", "(param externref) (result i64)", "text"), TypeError);
  library.close();
});
