import { assertEquals } from "@std/assert";
import { type BunFfiHost, declareBunSymbols, openBunLibrary } from "../../lib/link/bun_ffi.ts";
import { fastFunctionOf } from "../../lib/link/fast_api.ts";

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
