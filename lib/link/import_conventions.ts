/**
 * Imports whose names tell what they are: those of WASI preview 1, of the compile-time builtins, of Emscripten's `env`, of Go
 * and of wasm-bindgen. For tools that explain a module without an imports object; linking never looks at names.
 *
 * @module
 */

import type { ExternKind } from "../syntax/module.ts";
import { type FunctionType, I32, I64 } from "../syntax/types.ts";
import { BUILTIN_SETS, findBuiltin } from "./compile_time_builtins.ts";

/** What a name tells. */
export interface ImportConvention {
  /** Who provides such imports. */
  readonly provider: "WASI preview 1" | "compile-time builtins" | "Emscripten" | "Go" | "wasm-bindgen";
  /** What it is, in a few words; empty where the name says it. */
  readonly description: string;
  /** The declared type of the provider's function; null where the name does not tell, or functions have none. */
  readonly type: FunctionType | null;
}

/** WASI preview 1: the parameters of each function, `I` for i64 and `i` for i32. All return an i32 but `proc_exit`. */
const WASI_FUNCTIONS: ReadonlyMap<string, FunctionType> = new Map(
  ("args_get:ii args_sizes_get:ii clock_res_get:ii clock_time_get:iIi environ_get:ii environ_sizes_get:ii " +
    "fd_advise:iIIi fd_allocate:iII fd_close:i fd_datasync:i fd_fdstat_get:ii fd_fdstat_set_flags:ii " +
    "fd_fdstat_set_rights:iII fd_filestat_get:ii fd_filestat_set_size:iI fd_filestat_set_times:iIIi " +
    "fd_pread:iiiIi fd_prestat_dir_name:iii fd_prestat_get:ii fd_pwrite:iiiIi fd_read:iiii fd_readdir:iiiIi " +
    "fd_renumber:ii fd_seek:iIii fd_sync:i fd_tell:ii fd_write:iiii path_create_directory:iii " +
    "path_filestat_get:iiiii path_filestat_set_times:iiiiIIi path_link:iiiiiii path_open:iiiiiIIii " +
    "path_readlink:iiiiii path_remove_directory:iii path_rename:iiiiii path_symlink:iiiii " +
    "path_unlink_file:iii poll_oneoff:iiii proc_exit:i proc_raise:i random_get:ii sched_yield: " +
    "sock_accept:iii sock_recv:iiiiii sock_send:iiiii sock_shutdown:ii").split(" ").map((entry) => {
      const [name, params] = entry.split(":");
      const results = name === "proc_exit" ? [] : [I32];
      return [name, {
        kind: "func",
        params: Array.from(params, (type) => type === "I" ? I64 : I32),
        results,
      }];
    }),
);

/** The type of a function of WASI preview 1; undefined for other names. */
export function wasiFunctionType(name: string): FunctionType | undefined {
  return WASI_FUNCTIONS.get(name);
}

/** The names of Emscripten's JavaScript library that programs import most, without a leading underscore. */
const EMSCRIPTEN: readonly (readonly [RegExp, string])[] = [
  [/^invoke_[a-z]+$/, "calls a table element and catches what it throws"],
  [/^_?_?cxa_\w+$|^_?_?resumeException$|^_?llvm_eh_typeid_for$/, "C++ exceptions"],
  [/^_?_?syscall_\w+$/, "a system call"],
  [/^_?emscripten_resize_heap$|^_?enlargeMemory$|^_?getTotalMemory$/, "grows the memory"],
  [/^_?emscripten_(memcpy_big|memcpy_js)$/, "copies memory"],
  [/^_?(mmap|munmap|msync|mremap)_js$/, "maps files"],
  [/^_?emscripten_(get_now|date_now|get_now_res)$|^_?clock_\w+$|^_?gettimeofday$/, "clocks"],
  [/^_?_?(gmtime|localtime|mktime|tzset|timegm)_?\w*$/, "calendars"],
  [/^_?(setjmp|longjmp|emscripten_longjmp|_emscripten_throw_longjmp)$/, "setjmp and longjmp"],
  [/^_?_?embind_\w+$|^_?_?emval_\w+$/, "embind"],
  [/^_?(gl[A-Z]\w*|egl[A-Z]\w*|emscripten_gl[A-Z]\w*)$/, "WebGL"],
  [/^_?SDL_\w+$|^_?Mix_\w+$/, "SDL"],
  [/^_?emscripten_\w+$|^_?_?emscripten_\w+$/, "Emscripten's own API"],
  [/^_?_?(abort|assert_fail|exit|abort_js|handle_stack_overflow)$|^abort\w*$/, "ends the program"],
  [/^_?_?(pthread_\w+|thread_\w+)$/, "threads"],
  [/^_dlopen\w*$|^_dlsym\w*$/, "dynamic linking"],
];

const EMSCRIPTEN_THINGS: Readonly<Record<string, string | undefined>> = {
  __proto__: null as never,
  memory: "the program's memory",
  table: "the table of functions",
  __indirect_function_table: "the table of functions",
  __memory_base: "where a dynamic library's data begin",
  __table_base: "where a dynamic library's functions begin",
  __stack_pointer: "the stack pointer",
  memoryBase: "where a dynamic library's data begin",
  tableBase: "where a dynamic library's functions begin",
  STACKTOP: "the stack pointer",
  STACK_MAX: "the end of the stack",
  DYNAMICTOP_PTR: "the end of the heap",
};

/** What the names of an import tell; null when they are unknown. */
export function conventionOf(module: string, name: string, kind: ExternKind): ImportConvention | null {
  return kind === "function" ? functionConvention(module, name) : thingConvention(module, name);
}

function functionConvention(module: string, name: string): ImportConvention | null {
  if (module === "wasi_snapshot_preview1" || module === "wasi_unstable") {
    const type = wasiFunctionType(name);
    return type === undefined ? null : { provider: "WASI preview 1", description: "", type };
  }
  if (findBuiltin(module, name, BUILTIN_SETS) !== null) {
    return { provider: "compile-time builtins", description: `${module} ${name}`, type: null };
  }
  if (/^__(wbindgen|wbg)_/.test(name)) return { provider: "wasm-bindgen", description: "", type: null };
  if (module === "gojs" || module === "go") return { provider: "Go", description: "", type: null };
  if (module !== "env") return null;
  const found = EMSCRIPTEN.find(([pattern]) => pattern.test(name));
  return found === undefined ? null : { provider: "Emscripten", description: found[1], type: null };
}

function thingConvention(module: string, name: string): ImportConvention | null {
  const description = module === "env" ? EMSCRIPTEN_THINGS[name] : undefined;
  return description === undefined ? null : { provider: "Emscripten", description, type: null };
}
