import { assertEquals } from "@std/assert";
import { type BunFfiHost, declareBunSymbols, openBunLibrary } from "../../lib/link/bun_ffi.ts";
import { fastFunctionOf } from "../../lib/link/fast_api.ts";
import { explainImports, watToWasm, WebAssembly } from "../../mod.ts";

Deno.test("functions of a library carry their C signatures", () => {
  const symbols = { f: () => 0, g: () => 0 };
  declareBunSymbols(symbols, {
    f: { args: ["int", "uint64_t", "float", "ptr", "bool"], returns: "double" },
    g: { args: ["i8", "cstring", "i64_fast"] },
  });
  assertEquals(fastFunctionOf(symbols.f)?.overloads, [{
    params: ["i32", "u64", "f32", "any", "bool"],
    result: "f64",
    int64: "bigint",
  }]);
  assertEquals(fastFunctionOf(symbols.g)?.overloads, [{
    params: ["unsupported", "unsupported", "unsupported"],
    result: "void",
    int64: "bigint",
  }]);
});

Deno.test("numbers of FFIType mean what the host says", () => {
  const f = () => 0;
  const host: BunFfiHost = {
    FFIType: { "5": "i32", i32: 5, f64: 9, cstring: 14 },
    dlopen: () => ({ symbols: { f }, close() {} }),
  };
  const library = openBunLibrary(host, "libx.so", { f: { args: [5, 14], returns: 9 } });
  assertEquals(library.symbols, { f });
  assertEquals(fastFunctionOf(f)?.overloads[0], {
    params: ["i32", "unsupported"],
    result: "f64",
    int64: "bigint",
  });
});

Deno.test("a number nobody explains is not supported", () => {
  const symbols = { f: () => 0 };
  declareBunSymbols(symbols, { f: { returns: 5 } });
  assertEquals(fastFunctionOf(symbols.f)?.overloads[0].result, "unsupported");
});

Deno.test("functions of the C library take and give what they declare, bit for bit", async () => {
  if (!("Bun" in globalThis)) return;
  const host = await import("bun:ffi" as string) as BunFfiHost;
  let library;
  try {
    library = openBunLibrary(host, "libc.so.6", {
      abs: { args: ["i32"], returns: "i32" },
      labs: { args: ["i64"], returns: "i64" },
      strtoul: { args: ["ptr", "ptr", "i32"], returns: "u64" },
      htonl: { args: ["u32"], returns: "u32" },
      atof: { args: ["ptr"], returns: "f64" },
    });
  } catch {
    return;
  }
  const { symbols } = library;
  const call = (name: string, type: string, ...args: unknown[]) => {
    const params = type.replace(/\(result.*/, "").match(/i32|i64|externref/g)!;
    const gets = params.map((_, i) => `(local.get ${i})`).join(" ");
    const module = new WebAssembly.Module(
      watToWasm(
        `(module (import "c" "${name}" (func $f ${type})) (func (export "run") ${type} (call $f ${gets})))`,
      ),
    );
    const imports = { c: symbols };
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
  assertEquals(call("htonl", "(param i32) (result i32)", 255), -(2 ** 24));
  assertEquals(call("atof", "(param externref) (result f64)", text("0.1")), 0.1);
});
