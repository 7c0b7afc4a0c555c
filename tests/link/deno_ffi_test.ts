import { assertEquals, assertThrows } from "@std/assert";
import { declareDenoSymbols, type DenoFfiHost, openDenoLibrary } from "../../lib/link/deno_ffi.ts";
import { fastFunctionOf } from "../../lib/link/fast_api.ts";

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
