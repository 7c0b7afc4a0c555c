/**
 * Open host files, and the standard streams, as WASI file descriptors.
 *
 * @module
 */

import {
  type BigIntStats,
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  futimesSync,
  readSync,
  writeSync,
} from "node:fs";
import { isatty } from "node:tty";
import { Fd, wasi } from "@bjorn3/browser_wasi_shim";
import { sleep } from "./clock.ts";
import { errnoOf, WasiError } from "./errno.ts";
import { fileType, HostFilestat, requestedTimes } from "./stat.ts";

const READ = BigInt(wasi.RIGHTS_FD_READ);
const WRITE = BigInt(wasi.RIGHTS_FD_WRITE);
const SEEK = BigInt(wasi.RIGHTS_FD_SEEK | wasi.RIGHTS_FD_TELL);
const FILE_RIGHTS = SEEK | BigInt(
  wasi.RIGHTS_FD_DATASYNC | wasi.RIGHTS_FD_SYNC | wasi.RIGHTS_FD_FDSTAT_SET_FLAGS | wasi.RIGHTS_FD_ADVISE |
    wasi.RIGHTS_FD_ALLOCATE | wasi.RIGHTS_FD_FILESTAT_GET | wasi.RIGHTS_FD_FILESTAT_SET_SIZE |
    wasi.RIGHTS_FD_FILESTAT_SET_TIMES | wasi.RIGHTS_POLL_FD_READWRITE,
);

/** How a {@linkcode HostFile} may be used. */
export interface FileAccess {
  readonly read: boolean;
  readonly write: boolean;
  /** Whether the host file was opened for appending. */
  readonly append?: boolean;
  /** Whether closing the descriptor leaves the host's open: the standard streams. */
  readonly borrowed?: boolean;
}

/** Thrown by a write to a pipe that nobody reads, which ends a program as SIGPIPE does. */
export class BrokenPipe extends Error {
  constructor() {
    super("the reader of its output has gone away");
  }
}

/** An open host file. Keeps its own position, so that reads and writes are positioned ones on the host. */
export class HostFile extends Fd {
  readonly #host: number;
  readonly #access: FileAccess;
  readonly #type: number;
  /** Null for what has no positions: pipes, terminals, the standard streams. */
  #position: number | null;
  #flags: number;

  /** Takes the host's file descriptor `host`. */
  constructor(host: number, access: FileAccess) {
    super();
    this.#host = host;
    this.#access = access;
    this.#type = fileType(fstatSync(host, { bigint: true }));
    this.#position = access.borrowed || this.#type !== wasi.FILETYPE_REGULAR_FILE ? null : 0;
    this.#flags = access.append ? wasi.FDFLAGS_APPEND : 0;
  }

  /** Reads into `target`; returns the number of bytes, 0 at the end. Waits for input, but not for all of it. */
  read(target: Uint8Array): number {
    const count = this.#readAt(target, this.#position);
    if (this.#position !== null) this.#position += count;
    return count;
  }

  /** Whether a read that brought something should try for more: not where that could wait. */
  get readsOn(): boolean {
    return this.#position !== null;
  }

  /** Writes all of `source`, or as much as fits; returns the number of bytes. */
  write(source: Uint8Array): number {
    if ((this.#flags & wasi.FDFLAGS_APPEND) === 0 || this.#position === null) {
      const count = this.#writeAt(source, this.#position);
      if (this.#position !== null) this.#position += count;
      return count;
    }
    const count = this.#writeAt(source, this.#access.append ? null : Number(this.#stat().size));
    this.#position = Number(this.#stat().size);
    return count;
  }

  #readAt(target: Uint8Array, position: number | null): number {
    if (!this.#access.read) throw new WasiError(wasi.ERRNO_BADF);
    if (target.length === 0) return 0;
    return patiently(() => readSync(this.#host, target, 0, target.length, position));
  }

  #writeAt(source: Uint8Array, position: number | null): number {
    if (!this.#access.write) throw new WasiError(wasi.ERRNO_BADF);
    let done = 0;
    while (done < source.length) {
      try {
        const at = position === null ? null : position + done;
        done += patiently(() => writeSync(this.#host, source, done, source.length - done, at));
      } catch (error) {
        if (errnoOf(error) === wasi.ERRNO_PIPE) throw new BrokenPipe();
        if (done === 0) throw error;
        break;
      }
    }
    return done;
  }

  #stat(): BigIntStats {
    return fstatSync(this.#host, { bigint: true });
  }

  override fd_read(size: number): { ret: number; data: Uint8Array } {
    const data = new Uint8Array(size);
    return { ret: wasi.ERRNO_SUCCESS, data: data.subarray(0, this.read(data)) };
  }

  override fd_pread(size: number, offset: bigint): { ret: number; data: Uint8Array } {
    const data = new Uint8Array(size);
    return { ret: wasi.ERRNO_SUCCESS, data: data.subarray(0, this.#readAt(data, this.#checked(offset))) };
  }

  override fd_write(data: Uint8Array): { ret: number; nwritten: number } {
    return { ret: wasi.ERRNO_SUCCESS, nwritten: this.write(data) };
  }

  override fd_pwrite(data: Uint8Array, offset: bigint): { ret: number; nwritten: number } {
    return { ret: wasi.ERRNO_SUCCESS, nwritten: this.#writeAt(data, this.#checked(offset)) };
  }

  /** A position as a number. */
  #checked(offset: bigint): number {
    if (this.#position === null) throw new WasiError(wasi.ERRNO_SPIPE);
    if (offset < 0n) throw new WasiError(wasi.ERRNO_INVAL);
    if (offset > Number.MAX_SAFE_INTEGER) throw new WasiError(wasi.ERRNO_OVERFLOW);
    return Number(offset);
  }

  override fd_seek(offset: bigint, whence: number): { ret: number; offset: bigint } {
    if (this.#position === null) throw new WasiError(wasi.ERRNO_SPIPE);
    let base: bigint;
    if (whence === wasi.WHENCE_SET) base = 0n;
    else if (whence === wasi.WHENCE_CUR) base = BigInt(this.#position);
    else if (whence === wasi.WHENCE_END) base = this.#stat().size;
    else throw new WasiError(wasi.ERRNO_INVAL);
    this.#position = this.#checked(base + offset);
    return { ret: wasi.ERRNO_SUCCESS, offset: BigInt(this.#position) };
  }

  override fd_tell(): { ret: number; offset: bigint } {
    return this.fd_seek(0n, wasi.WHENCE_CUR);
  }

  override fd_close(): number {
    if (!this.#access.borrowed) closeSync(this.#host);
    return wasi.ERRNO_SUCCESS;
  }

  override fd_fdstat_get(): { ret: number; fdstat: wasi.Fdstat } {
    const fdstat = new wasi.Fdstat(this.#type, this.#flags);
    // A device that may not seek is a terminal to programs.
    const device = this.#type === wasi.FILETYPE_CHARACTER_DEVICE && !isatty(this.#host);
    fdstat.fs_rights_base = (this.#position === null && !device ? FILE_RIGHTS & ~SEEK : FILE_RIGHTS) |
      (this.#access.read ? READ : 0n) | (this.#access.write ? WRITE : 0n);
    return { ret: wasi.ERRNO_SUCCESS, fdstat };
  }

  override fd_fdstat_set_flags(flags: number): number {
    this.#flags = flags;
    return wasi.ERRNO_SUCCESS;
  }

  override fd_filestat_get(): { ret: number; filestat: wasi.Filestat } {
    return { ret: wasi.ERRNO_SUCCESS, filestat: new HostFilestat(this.#stat()) };
  }

  override fd_filestat_set_size(size: bigint): number {
    if (!this.#access.write) throw new WasiError(wasi.ERRNO_BADF);
    ftruncateSync(this.#host, this.#checked(size));
    return wasi.ERRNO_SUCCESS;
  }

  override fd_allocate(offset: bigint, length: bigint): number {
    const end = offset + length;
    return end > this.#stat().size ? this.fd_filestat_set_size(end) : wasi.ERRNO_SUCCESS;
  }

  override fd_filestat_set_times(accessed: bigint, modified: bigint, flags: number): number {
    futimesSync(this.#host, ...requestedTimes(this.#stat(), accessed, modified, flags));
    return wasi.ERRNO_SUCCESS;
  }

  override fd_sync(): number {
    fsyncSync(this.#host);
    return wasi.ERRNO_SUCCESS;
  }
}

/** Repeats a transfer that a non-blocking host descriptor refuses for the moment. */
function patiently(transfer: () => number): number {
  while (true) {
    try {
      return transfer();
    } catch (error) {
      const code = (error as { code?: unknown }).code;
      // Windows reports the end of a pipe or console as an error of that name.
      if (code === "EOF") return 0;
      if (code !== "EAGAIN" && code !== "EINTR") throw error;
      sleep(2);
    }
  }
}
