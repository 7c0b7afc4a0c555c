/**
 * Threads of scripts, whatever they run on: what they are given, and what is known of one that runs.
 *
 * @module
 */

import { type Engine, engineState } from "../../js_api/engine.ts";
import type { ExportValue, Memory } from "../../js_api/types.ts";
import { attachMemory, type PostedMemory, shareMemory } from "../../threads/shared_memory.ts";
import type { Command } from "./commands.ts";
import { type Failure, Mismatch, type ScriptResult } from "./results.ts";

/** An instance as far as scripts look into it. */
export interface Exporting {
  /** By name. */
  readonly exports: Readonly<Record<string, ExportValue>>;
}

/** An instance as it is posted to a thread: data that can be cloned. */
export interface SharedInstance {
  /** With `$`. */
  readonly name: string;
  /** The exports, all of them shared memories. */
  readonly memories: readonly (readonly [name: string, memory: PostedMemory])[];
}

/** What a thread is to do: data that can be cloned. */
export interface ThreadTask {
  /** The instances it shares with the one that starts it; the last one is its current one. */
  readonly shared: readonly SharedInstance[];
  /** The commands it runs, those of threads that it starts included. */
  readonly commands: readonly Command[];
}

/** A thread that runs. */
export interface RunningThread {
  /** What became of its commands, when it has run them. Rejected when the thread ended before that. */
  readonly result: Promise<ScriptResult>;
  /** Ends it, whatever it does. */
  end(): Promise<void>;
}

/**
 * Starts a thread. When the promise is fulfilled, the thread runs on its own: the one that started it may block.
 * `onFailure` is told the failures of its commands. The promise is rejected when the host cannot start one.
 */
export type StartThread = (
  task: ThreadTask,
  onFailure: (failure: Failure) => void,
) => Promise<RunningThread>;

/**
 * What to post of `instance`, one of `engine`.
 *
 * @throws {Mismatch} when it has an export that threads cannot share.
 */
export function shareInstance(engine: Engine, name: string, instance: Exporting): SharedInstance {
  const { externals } = engineState(engine);
  const memories = Object.entries(instance.exports).map(([field, value]) => {
    if (!externals.memoryOf(value)?.type.shared) {
      throw new Mismatch(
        `${name} cannot be shared with a thread: its export ${JSON.stringify(field)} is not a shared memory`,
      );
    }
    return [field, shareMemory(engine, value as Memory)] as const;
  });
  return { name, memories };
}

/** In a thread with the engine `engine`, the instance that {@linkcode shareInstance} describes. */
export function attachInstance(engine: Engine, { memories }: SharedInstance): Exporting {
  const exports: Record<string, ExportValue> = Object.create(null);
  for (const [field, memory] of memories) exports[field] = attachMemory(engine, memory);
  return { exports };
}
