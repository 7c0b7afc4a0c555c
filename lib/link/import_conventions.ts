/**
 * Imports whose names tell what they are: those of WASI preview 1, of the compile-time builtins, and of Emscripten's
 * `env`. For tools that explain a module without an imports object; linking never looks at names.
 *
 * @module
 */

import type { ExternKind } from "../syntax/module.ts";
import { BUILTIN_SETS, findBuiltin } from "./compile_time_builtins.ts";

/** What a name tells. */
export interface ImportConvention {
  /** Who provides such imports. */
  readonly provider: "WASI preview 1" | "compile-time builtins" | "Emscripten";
  /** What it is, in a few words; empty where the name says it. */
  readonly description: string;
}

const WASI_FUNCTIONS: ReadonlySet<string> = new Set(
  ("args_get args_sizes_get clock_res_get clock_time_get environ_get environ_sizes_get fd_advise fd_allocate " +
    "fd_close fd_datasync fd_fdstat_get fd_fdstat_set_flags fd_fdstat_set_rights fd_filestat_get " +
    "fd_filestat_set_size fd_filestat_set_times fd_pread fd_prestat_dir_name fd_prestat_get fd_pwrite fd_read " +
    "fd_readdir fd_renumber fd_seek fd_sync fd_tell fd_write path_create_directory path_filestat_get " +
    "path_filestat_set_times path_link path_open path_readlink path_remove_directory path_rename path_symlink " +
    "path_unlink_file poll_oneoff proc_exit proc_raise random_get sched_yield sock_accept sock_recv sock_send " +
    "sock_shutdown").split(" "),
);

/** The names of Emscripten's JavaScript library that programs import most, without a leading underscore. */
const EMSCRIPTEN: readonly (readonly [RegExp, string])[] = [
  [/^invoke_[a-z]+$/, "calls a table element and catches what it throws"],
  [/^_?_?cxa_\w+$|^_?_?resumeException$|^_?llvm_eh_typeid_for$/, "C++ exceptions"],
  [/^_?_?syscall_\w+$/, "a system call"],
  [/^_?emscripten_resize_heap$|^_?enlargeMemory$|^_?getTotalMemory$/, "grows the memory"],
  [/^_?emscripten_(memcpy_big|memcpy_js)$/, "copies memory"],
  [/^_?emscripten_(get_now|date_now|get_now_res)$|^_?clock_\w+$|^_?gettimeofday$/, "clocks"],
  [/^_?_?(gmtime|localtime|mktime|tzset|timegm)_?\w*$/, "calendars"],
  [/^_?(setjmp|longjmp|emscripten_longjmp|_emscripten_throw_longjmp)$/, "setjmp and longjmp"],
  [/^_?_?embind_\w+$|^_?_?emval_\w+$/, "embind"],
  [/^_?(gl[A-Z]\w*|egl[A-Z]\w*|emscripten_gl[A-Z]\w*)$/, "WebGL"],
  [/^_?SDL_\w+$|^_?Mix_\w+$/, "SDL"],
  [/^_?emscripten_\w+$|^_?_?emscripten_\w+$/, "Emscripten's own API"],
  [/^_?_?(abort|assert_fail|exit|abort_js)$|^abort\w*$/, "ends the program"],
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
  if (kind === "function" && (module === "wasi_snapshot_preview1" || module === "wasi_unstable")) {
    return WASI_FUNCTIONS.has(name) ? { provider: "WASI preview 1", description: "" } : null;
  }
  if (kind === "function" && findBuiltin(module, name, BUILTIN_SETS) !== null) {
    return { provider: "compile-time builtins", description: `${module} ${name}` };
  }
  if (module !== "env") return null;
  const description = kind === "function"
    ? EMSCRIPTEN.find(([pattern]) => pattern.test(name))?.[1]
    : EMSCRIPTEN_THINGS[name];
  return description === undefined ? null : { provider: "Emscripten", description };
}
