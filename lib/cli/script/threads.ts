/**
 * The threads that a script has started: by name, and until the last of them has ended.
 *
 * @module
 */

import type { ThreadCommand } from "./commands.ts";
import {
  describe,
  type Failure,
  isUncovered,
  Mismatch,
  NotCovered,
  type Results,
  type Uncovered,
} from "./results.ts";
import type { RunningThread, StartThread, ThreadTask } from "./thread.ts";

/** How threads are started, and what happens to those that nobody waits for. */
export interface ThreadOptions {
  /** Starts the threads of scripts; without it, `thread` commands fail. */
  readonly startThread?: StartThread;
  /** Milliseconds that threads nobody waits for have left after the last command; 10,000 if not given. */
  readonly patience?: number;
  /** Is told every failure as soon as it is known, those in threads too. */
  readonly onFailure?: (failure: Failure) => void;
}

const PATIENCE = 10_000;

interface StartedThread {
  readonly command: ThreadCommand;
  readonly running: RunningThread;
  /** Whether what became of its commands has been asked for. */
  isJoined: boolean;
}

/** Threads of one script or thread. */
export class ScriptThreads {
  readonly #results: Results;
  readonly #options: ThreadOptions;
  readonly #byName = new Map<string, StartedThread | Uncovered>();
  readonly #started: StartedThread[] = [];
  #latest: StartedThread | Uncovered | null = null;

  /** None yet. What becomes of their commands goes into `results`. */
  constructor(results: Results, options: ThreadOptions) {
    this.#results = results;
    this.#options = options;
  }

  /** Makes `thread` the latest one, with that name if it has one; null takes the name from whichever has it. */
  keep(name: string | undefined, thread: StartedThread | Uncovered | null): void {
    this.#latest = thread;
    if (name === undefined) return;
    if (thread === null) this.#byName.delete(name);
    else this.#byName.set(name, thread);
  }

  /**
   * Starts the thread of `command`.
   *
   * @throws {Mismatch} when the host cannot.
   */
  async start(command: ThreadCommand, task: ThreadTask): Promise<void> {
    const { startThread, onFailure = () => {} } = this.#options;
    if (startThread === undefined) throw new Mismatch("the host has no workers to run threads on");
    let running: RunningThread;
    try {
      running = await startThread(task, onFailure);
    } catch (error) {
      throw new Mismatch(`the host starts no worker for the thread: ${describe(error)}`);
    }
    running.result.catch(() => {
      // Whoever joins the thread is told.
    });
    const thread = { command, running, isJoined: false };
    this.#started.push(thread);
    this.keep(command.name, thread);
  }

  /**
   * Waits until the thread has run its commands: the one of that name, or the latest one.
   *
   * @throws {Mismatch} when there is none, or it has not run all of them.
   * @throws {NotCovered} when what it was to share needs a feature that is switched off.
   */
  async wait(name: string | undefined): Promise<void> {
    const thread = name === undefined ? this.#latest : this.#byName.get(name);
    if (!thread) throw new Mismatch(`there is no thread${name === undefined ? "" : ` ${name}`}`);
    if (isUncovered(thread)) throw new NotCovered(thread.feature);
    await this.#join(thread);
  }

  async #join(thread: StartedThread): Promise<void> {
    if (thread.isJoined) return;
    thread.isJoined = true;
    try {
      this.#results.add(await thread.running.result);
    } catch (error) {
      throw new Mismatch(`the thread ended early: ${describe(error)}`);
    }
  }

  /** Waits for the threads that nobody has waited for; one that does not end in time is a failure. */
  async outlast(): Promise<void> {
    const { patience = PATIENCE } = this.#options;
    const others = this.#started.filter(({ isJoined }) => !isJoined);
    if (others.length === 0) return;
    let timer: ReturnType<typeof setTimeout>;
    const timeIsUp = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new Mismatch("nobody waits for the thread, and it does not end")),
        patience,
      );
    });
    for (const thread of others) {
      try {
        await Promise.race([this.#join(thread), timeIsUp]);
      } catch (error) {
        this.#results.thrown(thread.command, error);
      }
    }
    clearTimeout(timer!);
  }

  /** Ends all of them. */
  async end(): Promise<void> {
    await Promise.all(this.#started.map(({ running }) => running.end()));
  }
}
