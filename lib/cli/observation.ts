/**
 * What `run` writes down of a run: traces and profiles.
 *
 * @module
 */

import { readFileSync, writeFileSync } from "node:fs";
import type { EngineOptions } from "../js_api/engine.ts";
import { parseProfile, Profile, type ProfileData } from "../runtime/profile.ts";
import type { TraceEvent } from "../runtime/trace.ts";
import { CommandError } from "./command.ts";
import { hostReason } from "./host_reason.ts";

/** The files that were named; null for those that were not. */
export interface ObservationFiles {
  readonly trace: string | null;
  readonly profile: string | null;
  readonly useProfile: string | null;
}

/** A run that is observed. */
export interface Observation {
  /** For the engine that the run uses. */
  readonly engineOptions: EngineOptions;
  /** Writes what there is, at the end of the run. @throws {CommandError} when that is not possible. */
  end(): void;
}

/** Time between two writings of a profile, in milliseconds. */
const PROFILE_INTERVAL = 10_000;

/**
 * Observes a run.
 *
 * @throws {CommandError} when a profile that is to be used cannot be read, or a file not be written.
 */
export function observe({ trace, profile, useProfile }: ObservationFiles): Observation {
  const events: TraceEvent[] = [];
  const writeTrace = () => {
    if (trace !== null) writeJson(trace, { traceEvents: events, displayTimeUnit: "ms" });
  };
  let written = performance.now();
  const writeProfile = () => {
    if (profile !== null) writeJson(profile, counts);
    written = performance.now();
  };
  // No timer runs while the program does: the time is looked at when functions are called.
  const counts = new Profile(() => {
    if (performance.now() - written >= PROFILE_INTERVAL) writeProfile();
  });
  const known = useProfile === null ? {} : { useProfile: readProfile(useProfile) };
  // Now, not at the end, one learns that a file cannot be written.
  writeTrace();
  writeProfile();
  return {
    engineOptions: {
      ...trace === null ? {} : { trace: (event: TraceEvent) => void events.push(event) },
      ...profile === null ? {} : { profile: counts },
      ...known,
    },
    end() {
      writeTrace();
      writeProfile();
    },
  };
}

function writeJson(file: string, value: unknown): void {
  try {
    writeFileSync(file, JSON.stringify(value) + "\n");
  } catch (error) {
    throw new CommandError(`${file}: ${hostReason(error)}`);
  }
}

function readProfile(file: string): ProfileData {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new CommandError(`${file}: ${hostReason(error)}`);
  }
  try {
    return parseProfile(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw new CommandError(`${file}: not a profile: ${error.message}`);
    throw error;
  }
}
