/**
 * A thread for `shared_memory_test.ts`: instantiates the posted module over the posted memory, calls the posted export and posts
 * its result, or the name and message of what it throws.
 *
 * @module
 */

import { parentPort } from "node:worker_threads";
import { attachMemory, type PostedMemory, WebAssembly } from "../../mod.ts";

/** What the worker is asked to do. */
export interface Task {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly memory: PostedMemory | SharedArrayBuffer;
  readonly name: string;
  readonly args: readonly number[];
}

parentPort!.on("message", ({ bytes, memory, name, args }: Task) => {
  try {
    const imports = { host: { memory: attachMemory(memory), ready: () => parentPort!.postMessage("ready") } };
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), imports);
    const run = exports[name] as (...args: readonly number[]) => unknown;
    parentPort!.postMessage({ result: run(...args) });
  } catch (error) {
    parentPort!.postMessage({ error: `${(error as Error).name}: ${(error as Error).message}` });
  }
});
