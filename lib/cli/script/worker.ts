/**
 * Threads of scripts on workers: what starts one, and what runs in it.
 *
 * @module
 */

import { parentPort, Worker, workerData } from "node:worker_threads";
import { Engine } from "../../js_api/engine.ts";
import type { FeatureSet } from "../../syntax/features.ts";
import { watToWasm } from "../../text/wat.ts";
import type { Failure, ScriptResult } from "./results.ts";
import { runThread } from "./runner.ts";
import type { RunningThread, StartThread, ThreadTask } from "./thread.ts";

/** What a worker is started with. */
interface Assignment {
  readonly task: ThreadTask;
  readonly features: FeatureSet;
}

/** What a worker posts: that its code is loaded, then failures as they happen, then everything. */
type Report = "loaded" | { readonly failure: Failure } | { readonly result: ScriptResult };

/** What starts the command line: a module of its own, or the bundle that this one is in, too. */
const START = new URL(
  import.meta.url.endsWith("/script/worker.ts") ? "../start.ts" : import.meta.url,
  import.meta.url,
);

/** Starts threads on workers, with engines that have these features. */
export function threadStarter(features: FeatureSet): StartThread {
  return (task, onFailure) => startWorker({ task, features }, onFailure);
}

function startWorker(
  assignment: Assignment,
  onFailure: (failure: Failure) => void,
): Promise<RunningThread> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(START, { workerData: assignment });
    const end = async () => {
      await worker.terminate();
    };
    const result = new Promise<ScriptResult>((finish, fail) => {
      worker.on("message", (report: Report) => {
        if (report === "loaded") resolve({ result, end });
        else if ("failure" in report) onFailure(report.failure);
        else finish(report.result);
      });
      worker.on("error", fail);
      worker.on("exit", () => fail(new Error("its worker is gone")));
    });
    result.catch(reject);
  });
}

/** In a worker that {@linkcode threadStarter} started: runs the thread. */
export async function runWorker(): Promise<void> {
  const { task, features } = workerData as Assignment;
  const post = (report: Report) => parentPort!.postMessage(report);
  // From here on the thread needs nothing of the one that started it, which may block.
  post("loaded");
  const result = await runThread(task, {
    engine: new Engine({ features }),
    parseText: watToWasm,
    startThread: threadStarter(features),
    onFailure: (failure) => post({ failure }),
  });
  post({ result });
}
