/**
 * Trace events in Chrome's trace-event format ("Trace Event Format", complete events), for `chrome://tracing`, Perfetto and the like.
 *
 * @module
 */

import { now } from "./clock.ts";
import type { EngineState } from "./engine_state.ts";

/** What the engine does that is traced. */
export type TracedStep = "decode" | "validate" | "compile" | "instantiate" | "start";

/** A complete event. */
export interface TraceEvent {
  /** The step. */
  readonly name: TracedStep;
  /** The category. */
  readonly cat: "tandem";
  /** A complete event. */
  readonly ph: "X";
  /** When it began, in microseconds, on the clock of `performance.now()`. */
  readonly ts: number;
  /** How long it took, in microseconds. */
  readonly dur: number;
  /** The process; the format wants one. */
  readonly pid: 1;
  /** The thread. */
  readonly tid: 1;
  /** What it was about. */
  readonly args: Readonly<Record<string, unknown>>;
}

/** Takes the events, each when its step has ended. */
export type TraceSink = (event: TraceEvent) => void;

/** Runs a step of the engine, traced if the engine has a sink; `args` says what it is about. */
export function traced<Result>(
  { trace }: Pick<EngineState, "trace">,
  name: TracedStep,
  args: () => TraceEvent["args"],
  step: () => Result,
): Result {
  if (trace === undefined) return step();
  const start = now();
  try {
    return step();
  } finally {
    const dur = (now() - start) * 1000;
    trace({ name, cat: "tandem", ph: "X", ts: start * 1000, dur, pid: 1, tid: 1, args: args() });
  }
}
