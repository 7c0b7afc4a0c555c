/**
 * WASI preview 1 for a program run from the command line: `@bjorn3/browser_wasi_shim` decodes the calls, this folder's
 * file descriptors carry them out on the host, and the calls the library leaves out or gets wrong are replaced here.
 *
 * @module
 */

import { realpathSync } from "node:fs";
import { type Fd, WASI, wasi, WASIProcExit } from "@bjorn3/browser_wasi_shim";
import { wasiFunctionType } from "../../link/import_conventions.ts";
import { declareHostFunction } from "../../runtime/host_function.ts";
import { RuntimeError } from "../../syntax/errors.ts";
import { type FunctionType, I64 } from "../../syntax/types.ts";
import { clockResolution, clockTime, sleepUntil } from "./clock.ts";
import { HostDirectory } from "./directory.ts";
import { errnoOf, WasiError } from "./errno.ts";
import { HostFile } from "./file.ts";

/** What a WASI program gets to see. */
export interface ProgramOptions {
  /** Its arguments; the first is the program's name. */
  readonly args: readonly string[];
  /** Its environment, each `NAME=VALUE`. */
  readonly env: readonly string[];
  /** Host directories, and what the program calls them. */
  readonly directories: readonly { readonly host: string; readonly guest: string }[];
}

/** The part of a `WebAssembly.Instance` a program needs; of any engine. */
export interface ProgramInstance {
  readonly exports: Readonly<Record<string, unknown>>;
}

/** Thrown when a program raises a signal. */
export class SignalRaised extends Error {
  /** Its number, as in WASI. */
  readonly signal: number;

  constructor(signal: number) {
    super(`the program raised signal ${signal}`);
    this.signal = signal;
  }
}

/** The names under which modules import WASI preview 1. */
export const WASI_MODULES: readonly string[] = ["wasi_snapshot_preview1", "wasi_unstable"];

// deno-lint-ignore no-explicit-any
type SystemCall = (...args: any[]) => unknown;

/** A WASI program: its imports, and then its run. */
export class WasiProgram {
  /** The functions of the WASI import module. */
  readonly imports: Readonly<Record<string, SystemCall>>;
  readonly #wasi: WASI;

  /** @throws the host's error when a directory cannot be opened. */
  constructor(options: ProgramOptions) {
    const descriptors: Fd[] = [
      new HostFile(0, { read: true, write: false, borrowed: true }),
      new HostFile(1, { read: false, write: true, borrowed: true }),
      new HostFile(2, { read: false, write: true, borrowed: true }),
    ];
    for (const { host, guest } of options.directories) {
      descriptors.push(new HostDirectory(realpathSync(host), guest));
    }
    this.#wasi = new WASI([...options.args], [...options.env], descriptors, { debug: false });
    this.#wasi.inst = {
      exports: {
        get memory(): never {
          throw new RuntimeError("WASI is not available to the start function");
        },
      },
    };
    const calls = { ...this.#wasi.wasiImport, ...systemCalls(this.#wasi) };
    this.imports = Object.fromEntries(
      Object.entries(calls).map(([name, call]) => [name, hostFunction(call, wasiFunctionType(name)!)]),
    );
  }

  /**
   * Runs `entry` (a command's `_start`, or any export of an initialised reactor) of `instance` and returns what it
   * returned, or the exit code when it called `proc_exit`.
   */
  call(instance: ProgramInstance, entry: SystemCall): { result: unknown } | { exitCode: number } {
    this.#wasi.inst = instance as WASI["inst"];
    try {
      return { result: entry() };
    } catch (error) {
      if (error instanceof WASIProcExit) return { exitCode: error.code & 255 };
      throw error;
    }
  }
}

/** The system call for compiled code: pointers, sizes and descriptors are unsigned, i64s are not; errors become error numbers. */
function hostFunction(call: SystemCall, { params, results }: FunctionType): SystemCall {
  return declareHostFunction(params, results, (...components: number[]) => {
    let next = 0;
    const args = params.map((type) => {
      const low = components[next++] >>> 0;
      return type === I64 ? BigInt(components[next++]) << 32n | BigInt(low) : low;
    });
    try {
      return call(...args);
    } catch (error) {
      const errno = errnoOf(error);
      if (errno === null) throw error;
      return errno;
    }
  });
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();

function systemCalls(program: WASI): Record<string, SystemCall> {
  const view = () => new DataView(program.inst.exports.memory.buffer);
  const bytes = (pointer: number, length: number) =>
    new Uint8Array(program.inst.exports.memory.buffer, pointer, length);
  const isShared = () =>
    typeof SharedArrayBuffer === "function" &&
    program.inst.exports.memory.buffer instanceof SharedArrayBuffer;
  const text = (pointer: number, length: number) => decoder.decode(bytes(pointer, length).slice());
  const opened = (fd: number): Fd => {
    const descriptor = program.fds[fd];
    if (descriptor === undefined) throw new WasiError(wasi.ERRNO_BADF);
    return descriptor;
  };
  const directory = (fd: number): HostDirectory => {
    const descriptor = opened(fd);
    if (descriptor instanceof HostDirectory) return descriptor;
    throw new WasiError(wasi.ERRNO_NOTDIR);
  };
  const notASocket = (fd: number): number => (opened(fd), wasi.ERRNO_NOTSOCK);

  return {
    // The library counts UTF-16 code units.
    args_sizes_get(count: number, size: number): number {
      view().setUint32(count, program.args.length, true);
      view().setUint32(
        size,
        program.args.reduce((sum, arg) => sum + encoder.encode(arg).length + 1, 0),
        true,
      );
      return wasi.ERRNO_SUCCESS;
    },

    clock_res_get(id: number, result: number): number {
      view().setBigUint64(result, clockResolution(id), true);
      return wasi.ERRNO_SUCCESS;
    },

    clock_time_get(id: number, _precision: bigint, result: number): number {
      view().setBigUint64(result, clockTime(id), true);
      return wasi.ERRNO_SUCCESS;
    },

    // Straight into the program's memory, without a buffer of the program's choice of size.
    fd_read(fd: number, vectors: number, count: number, result: number): number {
      const file = opened(fd);
      if (!(file instanceof HostFile)) return file.fd_read(0).ret;
      let total = 0;
      for (const { buf, buf_len } of wasi.Iovec.read_bytes_array(view(), vectors, count)) {
        const target = bytes(buf, buf_len);
        const own = isShared() ? new Uint8Array(buf_len) : target;
        const read = file.read(own);
        if (own !== target) target.set(own.subarray(0, read));
        total += read;
        if (read < buf_len || (read > 0 && !file.readsOn)) break;
      }
      view().setUint32(result, total, true);
      return wasi.ERRNO_SUCCESS;
    },

    // One host write per call, whatever the number of buffers.
    fd_write(fd: number, vectors: number, count: number, result: number): number {
      const file = opened(fd);
      const parts = wasi.Ciovec.read_bytes_array(view(), vectors, count)
        .map(({ buf, buf_len }) => bytes(buf, buf_len)).filter((part) => part.length > 0);
      const { ret, nwritten } = file.fd_write(
        parts.length === 1 && !isShared() ? parts[0] : concatenated(parts),
      );
      view().setUint32(result, nwritten, true);
      return ret;
    },

    path_link(
      from: number,
      flags: number,
      oldPath: number,
      oldLength: number,
      to: number,
      newPath: number,
      newLength: number,
    ): number {
      const old = text(oldPath, oldLength);
      directory(from).link(old, (flags & 1) !== 0, directory(to), text(newPath, newLength));
      return wasi.ERRNO_SUCCESS;
    },

    path_rename(
      from: number,
      oldPath: number,
      oldLength: number,
      to: number,
      newPath: number,
      newLength: number,
    ): number {
      directory(from).rename(text(oldPath, oldLength), directory(to), text(newPath, newLength));
      return wasi.ERRNO_SUCCESS;
    },

    path_symlink(target: number, targetLength: number, fd: number, path: number, length: number): number {
      directory(fd).symlink(text(target, targetLength), text(path, length));
      return wasi.ERRNO_SUCCESS;
    },

    poll_oneoff(subscriptions: number, events: number, count: number, result: number): number {
      if (count === 0) return wasi.ERRNO_INVAL;
      const ready = poll(view(), subscriptions, count, (fd) => program.fds[fd] !== undefined);
      ready.forEach((event, index) => writeEvent(view(), events + 32 * index, event));
      view().setUint32(result, ready.length, true);
      return wasi.ERRNO_SUCCESS;
    },

    proc_raise(signal: number): never {
      throw new SignalRaised(signal);
    },

    random_get(pointer: number, length: number): number {
      const target = bytes(pointer, length);
      for (let done = 0; done < length; done += 65536) {
        target.set(crypto.getRandomValues(new Uint8Array(Math.min(65536, length - done))), done);
      }
      return wasi.ERRNO_SUCCESS;
    },

    sock_accept: notASocket,
    sock_recv: notASocket,
    sock_send: notASocket,
    sock_shutdown: notASocket,
  };
}

function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

interface PollEvent {
  readonly userdata: bigint;
  readonly type: number;
  readonly error: number;
}

/**
 * The events that are due, after waiting for the first. Descriptors are always ready: a read from a stream that has
 * nothing yet blocks in the read.
 */
function poll(
  view: DataView,
  subscriptions: number,
  count: number,
  isOpen: (fd: number) => boolean,
): PollEvent[] {
  const ready: PollEvent[] = [];
  const clocks: { userdata: bigint; id: number; deadline: bigint; left: bigint }[] = [];
  for (let at = subscriptions; at < subscriptions + 48 * count; at += 48) {
    const userdata = view.getBigUint64(at, true);
    const type = view.getUint8(at + 8);
    if (type === wasi.EVENTTYPE_CLOCK) {
      const id = view.getUint32(at + 16, true);
      const timeout = view.getBigUint64(at + 24, true);
      const absolute = (view.getUint16(at + 40, true) & wasi.SUBCLOCKFLAGS_SUBSCRIPTION_CLOCK_ABSTIME) !== 0;
      const now = clockTime(id);
      const deadline = absolute ? timeout : now + timeout;
      clocks.push({ userdata, id, deadline, left: deadline - now });
    } else if (type === wasi.EVENTTYPE_FD_READ || type === wasi.EVENTTYPE_FD_WRITE) {
      const open = isOpen(view.getUint32(at + 16, true));
      ready.push({ userdata, type, error: open ? wasi.ERRNO_SUCCESS : wasi.ERRNO_BADF });
    } else {
      throw new WasiError(wasi.ERRNO_INVAL);
    }
  }
  if (ready.length === 0) {
    const first = clocks.reduce((a, b) => b.left < a.left ? b : a);
    sleepUntil(first.id, first.deadline);
  }
  for (const { userdata, id, deadline } of clocks) {
    if (deadline <= clockTime(id)) {
      ready.push({ userdata, type: wasi.EVENTTYPE_CLOCK, error: wasi.ERRNO_SUCCESS });
    }
  }
  return ready;
}

function writeEvent(view: DataView, pointer: number, event: PollEvent): void {
  view.setBigUint64(pointer, event.userdata, true);
  view.setUint16(pointer + 8, event.error, true);
  view.setUint8(pointer + 10, event.type);
  const isRead = event.type === wasi.EVENTTYPE_FD_READ;
  view.setBigUint64(pointer + 16, isRead && event.error === wasi.ERRNO_SUCCESS ? 1n : 0n, true);
  view.setUint16(pointer + 24, 0, true);
}
