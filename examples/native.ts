/**
 * Native libraries called from WebAssembly: `native.wat` imports functions of libm and zlib, which are C functions that the host
 * opens. Calls need no conversion, as the imports carry their C signatures; `tandem explain` calls them "fast API".
 *
 * ```sh
 * deno run -A examples/native.ts
 * bun examples/native.ts
 * ```
 *
 * @module
 */

import { readFileSync } from "node:fs";
import { type BunFfiHost, openBunLibrary } from "../lib/link/bun_ffi.ts";
import { openDenoLibrary } from "../lib/link/deno_ffi.ts";
import { watToWasm, WebAssembly } from "../mod.ts";

/** An open library: a module of an imports object. */
type Symbols = Record<string, unknown>;

/** Where the libraries are on Debian, and what they are called elsewhere. */
const LIBM = ["libm.so.6", "libSystem.dylib"];
const LIBZ = ["libz.so.1", "libz.dylib"];

/** The first of some libraries that is there, with the functions that the program imports. */
function open(names: readonly string[], openLibrary: (name: string) => { symbols: object }): Symbols {
  const reasons: unknown[] = [];
  for (const name of names) {
    try {
      return openLibrary(name).symbols as Symbols;
    } catch (reason) {
      reasons.push(reason);
    }
  }
  throw new Error(`none of ${names.join(", ")} can be opened: ${reasons[0]}`);
}

async function openLibraries(): Promise<{ m: Symbols; z: Symbols } | null> {
  if ("Deno" in globalThis) {
    return {
      m: open(LIBM, (name) =>
        openDenoLibrary(name, {
          cbrt: { parameters: ["f64"], result: "f64" },
          hypot: { parameters: ["f64", "f64"], result: "f64" },
        })),
      z: open(
        LIBZ,
        (name) => openDenoLibrary(name, { crc32: { parameters: ["u64", "buffer", "u32"], result: "u64" } }),
      ),
    };
  }
  if ("Bun" in globalThis) {
    const host = await import("bun:ffi" as string) as BunFfiHost;
    return {
      m: open(LIBM, (name) =>
        openBunLibrary(host, name, {
          cbrt: { args: ["f64"], returns: "f64" },
          hypot: { args: ["f64", "f64"], returns: "f64" },
        })),
      z: open(
        LIBZ,
        (name) => openBunLibrary(host, name, { crc32: { args: ["u64", "ptr", "u32"], returns: "u64" } }),
      ),
    };
  }
  return null;
}

async function main(): Promise<void> {
  let imports;
  try {
    imports = await openLibraries();
  } catch (error) {
    console.log(`skipped: ${(error as Error).message}`);
    return;
  }
  if (imports === null) {
    console.log("skipped: native libraries need Deno or Bun");
    return;
  }
  const module = new WebAssembly.Module(
    watToWasm(readFileSync(new URL("native.wat", import.meta.url), "utf8")),
  );
  const { exports } = new WebAssembly.Instance(module, imports as unknown as WebAssembly.Imports);
  const { cubeRoots, diagonal, checksum } = exports as Record<string, (...args: unknown[]) => number>;
  const memory = exports.memory as WebAssembly.Memory;

  console.log(`sum of the cube roots of 1 to 1,000,000: ${cubeRoots(1_000_000).toFixed(3)}`);
  console.log(`diagonal of 3 and 4: ${diagonal(3, 4)}`);
  const bytes = new Uint8Array(memory.buffer, 0, 43);
  console.log(`CRC-32 of the text: ${(checksum(bytes) >>> 0).toString(16)}`); // 414fa339
}

await main();
