/**
 * Path resolution that stays inside a directory. Symbolic links are followed here, component by component, and one
 * that leads outside is refused. (Another process that swaps directories for links meanwhile could still win a race:
 * no host offers JavaScript an `openat`.)
 *
 * @module
 */

import { type BigIntStats, lstatSync, readlinkSync } from "node:fs";
import { sep } from "node:path";
import { wasi } from "@bjorn3/browser_wasi_shim";
import { errnoOf, WasiError } from "./errno.ts";

/** As on Linux. */
const MAXIMUM_LINKS = 40;

/** Where a path leads. */
export interface ResolvedPath {
  /** The host path; no component before the last is a symbolic link. */
  readonly host: string;
  /** What is there (of a link itself, when it was not to be followed), or null when nothing is. */
  readonly stat: BigIntStats | null;
  /** Whether the path ends in `/` (or `/.`, `/..`), which only a directory may. */
  readonly demandsDirectory: boolean;
}

/**
 * Resolves `path`, given by a program, inside the directory `root`, a host path. A final symbolic link is followed when
 * `follow` says so or the path ends in a slash.
 *
 * @throws {WasiError} ENOENT when a directory on the way does not exist, ENOTDIR when it is none, ELOOP after 40 links,
 * ENOTCAPABLE when the path leads outside.
 */
export function resolveBeneath(root: string, path: string, follow: boolean): ResolvedPath {
  if (path === "") throw new WasiError(wasi.ERRNO_NOENT);
  if (path.startsWith("/")) throw new WasiError(wasi.ERRNO_NOTCAPABLE);
  const pending = path.split("/").reverse();
  const names: string[] = [];
  let demandsDirectory = /(^|\/)\.{0,2}$/.test(path);
  let stat: BigIntStats | null = null;
  let links = 0;
  while (pending.length > 0) {
    const name = pending.pop()!;
    if (name === "" || name === ".") continue;
    if (name === "..") {
      if (names.pop() === undefined) throw new WasiError(wasi.ERRNO_NOTCAPABLE);
      stat = null;
      continue;
    }
    if (sep !== "/" && /[\\:]/.test(name)) throw new WasiError(wasi.ERRNO_NOTCAPABLE);
    names.push(name);
    const last = pending.every((rest) => rest === "");
    stat = attributes(hostPath(root, names));
    if (stat === null) {
      if (last) break;
      throw new WasiError(wasi.ERRNO_NOENT);
    }
    if (stat.isSymbolicLink() && (!last || follow || demandsDirectory)) {
      if (++links > MAXIMUM_LINKS) throw new WasiError(wasi.ERRNO_LOOP);
      const target = readlinkSync(hostPath(root, names));
      if (target.startsWith("/") || sep !== "/" && /[\\:]/.test(target)) {
        throw new WasiError(wasi.ERRNO_NOTCAPABLE);
      }
      if (last && target.endsWith("/")) demandsDirectory = true;
      names.pop();
      pending.push(...target.split("/").reverse());
      stat = null;
    } else if (!stat.isDirectory() && (!last || demandsDirectory)) {
      throw new WasiError(wasi.ERRNO_NOTDIR);
    }
  }
  const host = hostPath(root, names);
  return { host, stat: stat ?? attributes(host), demandsDirectory };
}

function hostPath(root: string, names: readonly string[]): string {
  return names.length === 0 ? root : `${root.endsWith("/") ? root.slice(0, -1) : root}/${names.join("/")}`;
}

function attributes(path: string): BigIntStats | null {
  try {
    return lstatSync(path, { bigint: true });
  } catch (error) {
    if (errnoOf(error) === wasi.ERRNO_NOENT) return null;
    throw error;
  }
}
