/**
 * From the host's errors to WASI error numbers.
 *
 * @module
 */

import { wasi } from "@bjorn3/browser_wasi_shim";

/** Thrown by the file system adapter to make the WASI call under way return `errno`. */
export class WasiError extends Error {
  readonly errno: number;

  constructor(errno: number) {
    super(`WASI errno ${errno}`);
    this.errno = errno;
  }
}

/** Host error codes that WASI spells differently; all others are `ERRNO_` and the code without its `E`. */
const RENAMED: Readonly<Record<string, number>> = {
  EWOULDBLOCK: wasi.ERRNO_AGAIN,
  EOPNOTSUPP: wasi.ERRNO_NOTSUP,
  ERR_INVALID_ARG_VALUE: wasi.ERRNO_INVAL,
  ERR_OUT_OF_RANGE: wasi.ERRNO_INVAL,
};

/**
 * The error number to return for an exception thrown inside a WASI call: of a host error by its code, of an access
 * outside the program's memory `EFAULT`. Null when the exception is no error of the call and must go on.
 */
export function errnoOf(error: unknown): number | null {
  if (error instanceof WasiError) return error.errno;
  if (!(error instanceof Error)) return null;
  const code = (error as Error & { code?: unknown }).code;
  if (typeof code === "string") {
    const named = RENAMED[code] ?? (wasi as unknown as Record<string, unknown>)[`ERRNO_${code.slice(1)}`];
    return typeof named === "number" ? named : wasi.ERRNO_IO;
  }
  if (error instanceof RangeError && !error.message.includes("call stack")) return wasi.ERRNO_FAULT;
  return null;
}
