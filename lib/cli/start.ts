/**
 * Runs the command line when imported, with the process's arguments and exit code; in a worker, the thread of a script
 * that the command line has started it for.
 *
 * @module
 */

import process from "node:process";
import { isMainThread } from "node:worker_threads";

if (isMainThread) {
  const { main } = await import("./main.ts");
  process.exitCode = await main(process.argv.slice(2));
} else {
  const { runWorker } = await import("./script/worker.ts");
  await runWorker();
}
