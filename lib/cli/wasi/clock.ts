/**
 * The WASI clocks, in nanoseconds, and waiting for them.
 *
 * @module
 */

import { cpuUsage } from "node:process";
import { wasi } from "@bjorn3/browser_wasi_shim";
import { WasiError } from "./errno.ts";

/** What clock `id` shows. @throws {WasiError} EINVAL for an unknown clock. */
export function clockTime(id: number): bigint {
  switch (id) {
    case wasi.CLOCKID_REALTIME:
      return BigInt(Date.now()) * 1_000_000n;
    case wasi.CLOCKID_MONOTONIC:
      return BigInt(Math.round(performance.now() * 1e6));
    case wasi.CLOCKID_PROCESS_CPUTIME_ID:
    case wasi.CLOCKID_THREAD_CPUTIME_ID: {
      const { user, system } = cpuUsage();
      return BigInt(user + system) * 1000n;
    }
    default:
      throw new WasiError(wasi.ERRNO_INVAL);
  }
}

/** The step of clock `id`. @throws {WasiError} EINVAL for an unknown clock. */
export function clockResolution(id: number): bigint {
  clockTime(id);
  return id === wasi.CLOCKID_REALTIME ? 1_000_000n : 1000n;
}

const sleeper = new Int32Array(new SharedArrayBuffer(4));

/** Blocks the thread for `milliseconds`. */
export function sleep(milliseconds: number): void {
  Atomics.wait(sleeper, 0, 0, milliseconds);
}

/** Blocks the thread until clock `id` shows `deadline`. */
export function sleepUntil(id: number, deadline: bigint): void {
  for (let left = deadline - clockTime(id); left > 0n; left = deadline - clockTime(id)) {
    sleep(Math.min(Math.ceil(Number(left) / 1e6), 1_000_000));
  }
}
