/**
 * Native libraries on Bun as imports: the symbols of `dlopen` from `bun:ffi`, with their C signatures attached
 * (INSTANTIATION.md section 5).
 *
 * @module
 */

import type { Callable } from "../runtime/imported_function.ts";
import { type CType, declareFastFunction } from "./fast_api.ts";

/** A native type: its name, or its number in `FFIType`. */
export type BunNativeType = string | number;

/** A function of a library, as in `FFIFunction`. */
export interface BunForeignFunction {
  /** The parameters' types; none when absent. */
  readonly args?: readonly BunNativeType[];
  /** The result's type; `void` when absent. */
  readonly returns?: BunNativeType;
}

/** The functions wanted of a library, by name. */
export interface BunLibraryInterface {
  /** A function, under its name in the library. */
  readonly [name: string]: BunForeignFunction;
}

/** An open library. */
export interface BunDynamicLibrary {
  /** The functions by name. */
  readonly symbols: { readonly [name: string]: Callable };
  /** Closes the library; its functions must not be called any more. */
  close(): void;
}

/** What of `bun:ffi` is needed here. */
export interface BunFfiHost {
  /** `dlopen`. */
  dlopen(path: string, symbols: BunLibraryInterface): BunDynamicLibrary;
  /** `FFIType`: the numbers of the types by name. */
  readonly FFIType?: { readonly [name: string]: unknown };
}

/** By name; aliases as in `FFIType`. Pointers are numbers in Bun, or null: JavaScript values, whatever is in them. */
const C_TYPES: Readonly<Record<string, CType>> = {
  void: "void",
  bool: "bool",
  u8: "u8",
  uint8_t: "u8",
  i32: "i32",
  int32_t: "i32",
  int: "i32",
  c_int: "i32",
  u32: "u32",
  uint32_t: "u32",
  c_uint: "u32",
  i64: "i64",
  int64_t: "i64",
  isize: "i64",
  u64: "u64",
  uint64_t: "u64",
  usize: "u64",
  f32: "f32",
  float: "f32",
  f64: "f64",
  double: "f64",
  ptr: "any",
  pointer: "any",
  "void*": "any",
  "char*": "any",
  buffer: "any",
  function: "any",
  fn: "any",
  callback: "any",
};

function cTypes(host: Pick<BunFfiHost, "FFIType"> | undefined): (type: BunNativeType) => CType {
  const byNumber = new Map<unknown, CType>();
  for (const [name, number] of Object.entries(host?.FFIType ?? {})) {
    if (typeof number === "number" && Object.hasOwn(C_TYPES, name)) byNumber.set(number, C_TYPES[name]);
  }
  return (type) => {
    if (typeof type === "number") return byNumber.get(type) ?? "unsupported";
    return Object.hasOwn(C_TYPES, type) ? C_TYPES[type] : "unsupported";
  };
}

/**
 * Attaches the C signatures of `definitions` to the functions of an open library, and returns its symbols: a module of an imports object.
 * `host` tells what the numbers of `FFIType` mean, where they are used.
 */
export function declareBunSymbols<Symbols extends { readonly [name: string]: unknown }>(
  symbols: Symbols,
  definitions: BunLibraryInterface,
  host?: Pick<BunFfiHost, "FFIType">,
): Symbols {
  const cTypeOf = cTypes(host);
  for (const [name, definition] of Object.entries(definitions)) {
    const symbol = symbols[name];
    if (typeof symbol !== "function") continue;
    declareFastFunction(symbol as Callable, {
      overloads: [{
        params: (definition.args ?? []).map(cTypeOf),
        result: cTypeOf(definition.returns ?? "void"),
        int64: "bigint",
      }],
      acceptsAnyReceiver: true,
      data: definition,
    });
  }
  return symbols;
}

/**
 * Opens a native library for imports.
 *
 * @example
 * ```ts ignore
 * import * as ffi from "bun:ffi";
 * import { openBunLibrary } from "@tandem/wasm/bun_ffi";
 *
 * const libm = openBunLibrary(ffi, "libm.so.6", { cbrt: { args: ["f64"], returns: "f64" } });
 * const { instance } = await WebAssembly.instantiate(bytes, { m: libm.symbols });
 * ```
 *
 * @throws what `dlopen` throws for a library or symbol that is not there.
 */
export function openBunLibrary(
  host: BunFfiHost,
  path: string,
  definitions: BunLibraryInterface,
): BunDynamicLibrary {
  const library = host.dlopen(path, definitions);
  return {
    symbols: declareBunSymbols(library.symbols, definitions, host),
    close: () => library.close(),
  };
}
