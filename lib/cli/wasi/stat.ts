/**
 * File attributes as WASI programs see them.
 *
 * @module
 */

import type { BigIntStats, Dirent } from "node:fs";
import { wasi } from "@bjorn3/browser_wasi_shim";

/** The WASI file type of a host file. */
export function fileType(host: BigIntStats | Dirent): number {
  if (host.isFile()) return wasi.FILETYPE_REGULAR_FILE;
  if (host.isDirectory()) return wasi.FILETYPE_DIRECTORY;
  if (host.isSymbolicLink()) return wasi.FILETYPE_SYMBOLIC_LINK;
  if (host.isCharacterDevice()) return wasi.FILETYPE_CHARACTER_DEVICE;
  if (host.isBlockDevice()) return wasi.FILETYPE_BLOCK_DEVICE;
  if (host.isSocket()) return wasi.FILETYPE_SOCKET_STREAM;
  return wasi.FILETYPE_UNKNOWN;
}

/** A `filestat` record made from the host's. */
export class HostFilestat extends wasi.Filestat {
  constructor(host: BigIntStats) {
    super(host.ino, fileType(host), host.size);
    this.dev = host.dev;
    this.nlink = host.nlink;
    this.atim = host.atimeNs;
    this.mtim = host.mtimeNs;
    this.ctim = host.ctimeNs;
  }

  /** Writes the record; the library's own version (0.4.2) puts the three times at the wrong offsets. */
  override write_bytes(view: DataView, pointer: number): void {
    view.setBigUint64(pointer, BigInt.asUintN(64, this.dev), true);
    view.setBigUint64(pointer + 8, this.ino, true);
    view.setUint8(pointer + 16, this.filetype);
    view.setBigUint64(pointer + 24, this.nlink, true);
    view.setBigUint64(pointer + 32, this.size, true);
    view.setBigUint64(pointer + 40, this.atim, true);
    view.setBigUint64(pointer + 48, this.mtim, true);
    view.setBigUint64(pointer + 56, this.ctim, true);
  }
}

/**
 * The access and modification times that a `set_times` call asks for, in seconds as `node:fs` takes them; a time it
 * does not mention stays as `current` has it.
 */
export function requestedTimes(
  current: BigIntStats,
  accessed: bigint,
  modified: bigint,
  flags: number,
): [number, number] {
  const choose = (set: number, now: number, asked: bigint, old: bigint): number => {
    if ((flags & now) !== 0) return Date.now() / 1000;
    return Number((flags & set) !== 0 ? asked : old) / 1e9;
  };
  return [
    choose(wasi.FSTFLAGS_ATIM, wasi.FSTFLAGS_ATIM_NOW, accessed, current.atimeNs),
    choose(wasi.FSTFLAGS_MTIM, wasi.FSTFLAGS_MTIM_NOW, modified, current.mtimeNs),
  ];
}
