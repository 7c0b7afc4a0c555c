/**
 * Host directories as WASI file descriptors.
 *
 * @module
 */

import * as fs from "node:fs";
import { Fd, wasi } from "@bjorn3/browser_wasi_shim";
import { errnoOf, WasiError } from "./errno.ts";
import { HostFile } from "./file.ts";
import { resolveBeneath, type ResolvedPath } from "./path.ts";
import { fileType, HostFilestat, requestedTimes } from "./stat.ts";

const ALL_RIGHTS = (1n << 30n) - 1n;
const { O_RDONLY, O_WRONLY, O_RDWR, O_CREAT, O_EXCL, O_APPEND, O_NOFOLLOW = 0, O_SYNC = 0 } = fs.constants;
const SYNCHRONOUS = wasi.FDFLAGS_DSYNC | wasi.FDFLAGS_RSYNC | wasi.FDFLAGS_SYNC;

/** An open directory. Every path given to it is confined to it. */
export class HostDirectory extends Fd {
  readonly #host: string;
  readonly #preopenName: string | null;
  /** The directory as it was when reading it began; cookies are indices into it. */
  #entries: wasi.Dirent[] = [];

  /** `host` is its real path; `preopenName` what programs call it when it is there from the start, else null. */
  constructor(host: string, preopenName: string | null = null) {
    super();
    this.#host = host;
    this.#preopenName = preopenName;
  }

  #resolve(path: string, follow: boolean): ResolvedPath {
    return resolveBeneath(this.#host, path, follow);
  }

  /** The host path of something that is there. */
  #existing(path: string, follow: boolean): { host: string; stat: fs.BigIntStats } {
    const { host, stat } = this.#resolve(path, follow);
    if (stat === null) throw new WasiError(wasi.ERRNO_NOENT);
    return { host, stat };
  }

  override fd_prestat_get(): { ret: number; prestat: wasi.Prestat | null } {
    if (this.#preopenName === null) throw new WasiError(wasi.ERRNO_BADF);
    return { ret: wasi.ERRNO_SUCCESS, prestat: wasi.Prestat.dir(this.#preopenName) };
  }

  override fd_fdstat_get(): { ret: number; fdstat: wasi.Fdstat } {
    const fdstat = new wasi.Fdstat(wasi.FILETYPE_DIRECTORY, 0);
    fdstat.fs_rights_base = ALL_RIGHTS & ~BigInt(wasi.RIGHTS_FD_SEEK | wasi.RIGHTS_FD_TELL);
    fdstat.fs_rights_inherited = ALL_RIGHTS;
    return { ret: wasi.ERRNO_SUCCESS, fdstat };
  }

  override fd_fdstat_set_flags(_flags: number): number {
    return wasi.ERRNO_SUCCESS;
  }

  override fd_filestat_get(): { ret: number; filestat: wasi.Filestat } {
    const stat = fs.statSync(this.#host, { bigint: true });
    return { ret: wasi.ERRNO_SUCCESS, filestat: new HostFilestat(stat) };
  }

  override fd_filestat_set_times(accessed: bigint, modified: bigint, flags: number): number {
    const stat = fs.statSync(this.#host, { bigint: true });
    fs.utimesSync(this.#host, ...requestedTimes(stat, accessed, modified, flags));
    return wasi.ERRNO_SUCCESS;
  }

  override fd_read(_size: number): { ret: number; data: Uint8Array } {
    throw new WasiError(wasi.ERRNO_ISDIR);
  }

  override fd_write(_data: Uint8Array): { ret: number; nwritten: number } {
    throw new WasiError(wasi.ERRNO_BADF);
  }

  override fd_readdir_single(cookie: bigint): { ret: number; dirent: wasi.Dirent | null } {
    if (cookie === 0n) this.#entries = this.#list();
    return { ret: wasi.ERRNO_SUCCESS, dirent: this.#entries[Number(cookie)] ?? null };
  }

  #list(): wasi.Dirent[] {
    const self = fs.statSync(this.#host, { bigint: true });
    const entries = [".", ".."].map((name, index) =>
      new wasi.Dirent(BigInt(index + 1), self.ino, name, wasi.FILETYPE_DIRECTORY)
    );
    for (const entry of fs.readdirSync(this.#host, { withFileTypes: true })) {
      let inode: bigint;
      try {
        inode = fs.lstatSync(`${this.#host}/${entry.name}`, { bigint: true }).ino;
      } catch (error) {
        if (errnoOf(error) === wasi.ERRNO_NOENT) continue;
        throw error;
      }
      entries.push(new wasi.Dirent(BigInt(entries.length + 1), inode, entry.name, fileType(entry)));
    }
    return entries;
  }

  override path_open(
    lookupFlags: number,
    path: string,
    openFlags: number,
    rights: bigint,
    _inheriting: bigint,
    flags: number,
  ): { ret: number; fd_obj: Fd | null } {
    // wasi-libc's O_NOFOLLOW asks for no SYMLINK_FOLLOW; bit 0 is the only lookup flag there is.
    const { host, stat, demandsDirectory } = this.#resolve(path, (lookupFlags & 1) !== 0);
    const create = (openFlags & wasi.OFLAGS_CREAT) !== 0;
    const exclusive = (openFlags & wasi.OFLAGS_EXCL) !== 0;
    const directory = (openFlags & wasi.OFLAGS_DIRECTORY) !== 0;
    const write = (rights & BigInt(wasi.RIGHTS_FD_WRITE)) !== 0n;
    const read = (rights & BigInt(wasi.RIGHTS_FD_READ)) !== 0n || !write;
    const truncate = (openFlags & wasi.OFLAGS_TRUNC) !== 0;
    const append = write && (flags & wasi.FDFLAGS_APPEND) !== 0;

    if (stat !== null && create && exclusive) throw new WasiError(wasi.ERRNO_EXIST);
    if (stat?.isSymbolicLink()) throw new WasiError(wasi.ERRNO_LOOP);
    if (stat?.isDirectory()) {
      if (create || truncate || (write && !directory)) throw new WasiError(wasi.ERRNO_ISDIR);
      return { ret: wasi.ERRNO_SUCCESS, fd_obj: new HostDirectory(host) };
    }
    if (directory && stat !== null) throw new WasiError(wasi.ERRNO_NOTDIR);
    if (stat === null && (directory || demandsDirectory || !create)) {
      throw new WasiError(create && demandsDirectory ? wasi.ERRNO_ISDIR : wasi.ERRNO_NOENT);
    }
    // A file that is created or emptied is opened for writing on the host even if the program will only read it, and
    // emptied after it is open: Deno takes neither O_RDONLY with O_EXCL or O_TRUNC, nor O_APPEND with O_TRUNC.
    const access = write || stat === null || truncate ? read || !write ? O_RDWR : O_WRONLY : O_RDONLY;
    const descriptor = fs.openSync(
      host,
      access | O_NOFOLLOW | (create ? O_CREAT : 0) | (create && exclusive ? O_EXCL : 0) |
        (append ? O_APPEND : 0) | ((flags & SYNCHRONOUS) !== 0 ? O_SYNC : 0),
      0o666,
    );
    try {
      if (truncate) fs.ftruncateSync(descriptor, 0);
      return { ret: wasi.ERRNO_SUCCESS, fd_obj: new HostFile(descriptor, { read, write, append }) };
    } catch (error) {
      fs.closeSync(descriptor);
      throw error;
    }
  }

  override path_filestat_get(flags: number, path: string): { ret: number; filestat: wasi.Filestat } {
    const { stat } = this.#existing(path, (flags & 1) !== 0);
    return { ret: wasi.ERRNO_SUCCESS, filestat: new HostFilestat(stat) };
  }

  override path_filestat_set_times(
    flags: number,
    path: string,
    accessed: bigint,
    modified: bigint,
    which: number,
  ): number {
    const { host, stat } = this.#existing(path, (flags & 1) !== 0);
    fs.lutimesSync(host, ...requestedTimes(stat, accessed, modified, which));
    return wasi.ERRNO_SUCCESS;
  }

  override path_readlink(path: string): { ret: number; data: string } {
    return { ret: wasi.ERRNO_SUCCESS, data: fs.readlinkSync(this.#existing(path, false).host) };
  }

  override path_create_directory(path: string): number {
    fs.mkdirSync(this.#resolve(path, false).host);
    return wasi.ERRNO_SUCCESS;
  }

  override path_remove_directory(path: string): number {
    fs.rmdirSync(this.#existing(path, false).host);
    return wasi.ERRNO_SUCCESS;
  }

  override path_unlink_file(path: string): number {
    const { host, stat } = this.#existing(path, false);
    // Deno's unlinkSync() would remove an empty directory.
    if (stat.isDirectory()) throw new WasiError(wasi.ERRNO_ISDIR);
    fs.unlinkSync(host);
    return wasi.ERRNO_SUCCESS;
  }

  /** Renames `from` to `to` in the directory `target`. */
  rename(from: string, target: HostDirectory, to: string): void {
    const source = this.#existing(from, false);
    const destination = target.#resolve(to, false);
    if (destination.demandsDirectory && !source.stat.isDirectory()) throw new WasiError(wasi.ERRNO_NOTDIR);
    fs.renameSync(source.host, destination.host);
  }

  /** Makes `to` in the directory `target` another name of the file `from`. */
  link(from: string, follow: boolean, target: HostDirectory, to: string): void {
    const source = this.#existing(from, follow);
    const destination = target.#resolve(to, false);
    if (destination.demandsDirectory) throw new WasiError(wasi.ERRNO_NOENT);
    fs.linkSync(source.host, destination.host);
  }

  /** Makes `path` a symbolic link to `target`, which must be relative: an absolute one would lead outside. */
  symlink(target: string, path: string): void {
    if (target.startsWith("/")) throw new WasiError(wasi.ERRNO_NOTCAPABLE);
    const { host, demandsDirectory } = this.#resolve(path, false);
    if (demandsDirectory) throw new WasiError(wasi.ERRNO_NOENT);
    fs.symlinkSync(target, host);
  }
}
