/**
 * The module `spectest` that the scripts import (conformance README).
 *
 * @module
 */

import type { WebAssemblyNamespace } from "../../js_api/types.ts";

/** A fresh `spectest`, made of `wasm`'s objects. Its print functions print nothing. */
export function spectest(wasm: WebAssemblyNamespace): WebAssembly.ModuleImports {
  const print = () => {};
  return {
    print,
    print_i32: print,
    print_i64: print,
    print_f32: print,
    print_f64: print,
    print_i32_f32: print,
    print_f64_f64: print,
    global_i32: new wasm.Global({ value: "i32" }, 666),
    global_i64: new wasm.Global({ value: "i64" }, 666n),
    global_f32: new wasm.Global({ value: "f32" }, 666.6),
    global_f64: new wasm.Global({ value: "f64" }, 666.6),
    table: new wasm.Table({ element: "anyfunc", initial: 10, maximum: 20 }),
    table64: new wasm.Table({ element: "anyfunc", address: "i64", initial: 10n, maximum: 20n }),
    memory: new wasm.Memory({ initial: 1, maximum: 2 }),
    shared_memory: new wasm.Memory({ initial: 1, maximum: 2, shared: true }),
  };
}
