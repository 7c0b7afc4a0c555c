/**
 * Native libraries on Deno as imports: the symbols of `Deno.dlopen`, with their C signatures attached (INSTANTIATION.md
 * section 5). Deno calls such functions without leaving compiled code, and so does wasm.
 *
 * @module
 */

import type { Callable } from "../runtime/imported_function.ts";
import { type CType, declareFastFunction } from "./fast_api.ts";

/** A native type, as `Deno.dlopen` names it, or a struct. */
export type DenoNativeType = string | { readonly struct: readonly unknown[] };

/** A function of a library, as in `Deno.ForeignFunction`. */
export interface DenoForeignFunction {
  /** Another name in the library. */
  readonly name?: string;
  /** The parameters' types. */
  readonly parameters: readonly DenoNativeType[];
  /** The result's type. */
  readonly result: DenoNativeType;
  /** Whether it runs on another thread and returns a promise. */
  readonly nonblocking?: boolean;
  /** Whether it may be missing; it is null then. */
  readonly optional?: boolean;
}

/** A variable of a library, as in `Deno.ForeignStatic`. */
export interface DenoForeignStatic {
  /** Another name in the library. */
  readonly name?: string;
  /** The variable's type. */
  readonly type: DenoNativeType;
}

/** What is wanted of a library, by name, as in `Deno.ForeignLibraryInterface`. */
export interface DenoLibraryInterface {
  /** A function or variable, under the name it gets. */
  readonly [name: string]: DenoForeignFunction | DenoForeignStatic;
}

/** What Deno has to offer here. */
export interface DenoFfiHost {
  /** `Deno.dlopen`. */
  dlopen(path: string | URL, symbols: DenoLibraryInterface): DenoDynamicLibrary;
}

/** An open library. */
export interface DenoDynamicLibrary {
  /** Functions and variables by name; null for optional ones that are missing. */
  readonly symbols: { readonly [name: string]: unknown };
  /** Closes the library; its functions must not be called any more. */
  close(): void;
}

const C_TYPES: Readonly<Record<string, CType>> = {
  void: "void",
  bool: "bool",
  u8: "u8",
  i32: "i32",
  u32: "u32",
  i64: "i64",
  isize: "i64",
  u64: "u64",
  usize: "u64",
  f32: "f32",
  f64: "f64",
  pointer: "any",
  function: "any",
  buffer: "any",
};

function cTypeOf(type: DenoNativeType): CType {
  return typeof type === "string" && Object.hasOwn(C_TYPES, type) ? C_TYPES[type] : "unsupported";
}

/**
 * Attaches the C signatures of `definitions` to the functions of an open library, and returns its symbols: a module of an imports object.
 * Functions on other threads return promises, which no C signature describes; they stay as they are.
 */
export function declareDenoSymbols<Symbols extends { readonly [name: string]: unknown }>(
  symbols: Symbols,
  definitions: DenoLibraryInterface,
): Symbols {
  for (const [name, definition] of Object.entries(definitions)) {
    const symbol = symbols[name];
    if (typeof symbol !== "function" || !("parameters" in definition) || definition.nonblocking) continue;
    declareFastFunction(symbol as Callable, {
      overloads: [{
        params: definition.parameters.map(cTypeOf),
        result: cTypeOf(definition.result),
        int64: "bigint",
      }],
      acceptsAnyReceiver: true,
      data: definition,
    });
  }
  return symbols;
}

/**
 * Opens a native library for imports. Needs Deno's permission for FFI.
 *
 * @example
 * ```ts ignore
 * import { openDenoLibrary } from "@tandem/wasm/deno_ffi";
 *
 * const libm = openDenoLibrary("libm.so.6", { cbrt: { parameters: ["f64"], result: "f64" } });
 * const { instance } = await WebAssembly.instantiate(bytes, { m: libm.symbols });
 * ```
 *
 * @throws {TypeError} when the host is not Deno; what `Deno.dlopen` throws for a library or symbol that is not there.
 */
export function openDenoLibrary(
  path: string | URL,
  definitions: DenoLibraryInterface,
  host: DenoFfiHost | undefined = (globalThis as { readonly Deno?: DenoFfiHost }).Deno,
): DenoDynamicLibrary {
  if (typeof host?.dlopen !== "function") throw new TypeError("native libraries need Deno.dlopen()");
  const library = host.dlopen(path, definitions);
  return { symbols: declareDenoSymbols(library.symbols, definitions), close: () => library.close() };
}
