/**
 * What becomes of the commands of a script.
 *
 * @module
 */

import type { Command } from "./commands.ts";

/** A command that did not do what the script says. Can be cloned. */
export interface Failure {
  /** Line in the script, from 1. */
  readonly line: number;
  /** What it is called. */
  readonly command: Command["type"];
  /** What it did instead. */
  readonly message: string;
}

/** What became of a script's commands, those of its threads included. Can be cloned. */
export interface ScriptResult {
  /** How many commands did what the script says. */
  readonly passed: number;
  /** What did not, in the order in which it was known. */
  readonly failures: readonly Failure[];
  /** By feature that is switched off in the engine, how many commands need it. */
  readonly notCovered: ReadonlyMap<string, number>;
  /** By what the JS API cannot carry, a type or "NaN bits", how many commands need it; they ran, but were not judged. */
  readonly notCarried: ReadonlyMap<string, number>;
  /** Results that differ only by the bits of a NaN, or come from one given as argument, on a host that forgets those. */
  readonly nanPayloads: readonly Failure[];
}

/** Number of commands in a result. */
export function commandCount(result: ScriptResult): number {
  let count = result.passed + result.failures.length + result.nanPayloads.length;
  for (const uncovered of result.notCovered.values()) count += uncovered;
  for (const uncarried of result.notCarried.values()) count += uncarried;
  return count;
}

/** The command did not do what the script says. */
export class Mismatch extends Error {}

/** The command needs a feature that is switched off. */
export class NotCovered extends Error {
  /** About this feature. */
  constructor(readonly feature: string) {
    super(`needs ${feature}`);
  }
}

/** Stands where something could not be made because of a switched-off feature. */
export class Uncovered {
  /** For want of this feature. */
  constructor(readonly feature: string) {}
}

/** Whether it could not be made because of a switched-off feature. */
export function isUncovered(thing: object): thing is Uncovered {
  return thing instanceof Uncovered;
}

/** The command ran, but the JS API cannot show what it did. */
export class NotCarried extends Error {
  /** For want of this type, or "NaN bits". */
  constructor(readonly what: string) {
    super(`the JS API cannot carry ${what}`);
  }
}

/** The result is right but for the bits of a NaN, which the host forgets. */
export class NaNPayload extends Error {}

/** Something thrown, in one line. */
export function describe(error: unknown): string {
  if (error instanceof Error) return `${error.name}: ${error.message}`;
  try {
    return String(error);
  } catch {
    return Object.prototype.toString.call(error);
  }
}

/** A result that commands are added to. */
export class Results {
  readonly #onFailure: (failure: Failure) => void;
  readonly #failures: Failure[] = [];
  readonly #nanPayloads: Failure[] = [];
  readonly #notCovered = new Map<string, number>();
  readonly #notCarried = new Map<string, number>();
  #passed = 0;

  /** Without commands. `onFailure` is told the failures. */
  constructor(onFailure: (failure: Failure) => void) {
    this.#onFailure = onFailure;
  }

  /** Adds a command that did what the script says. */
  pass(): void {
    this.#passed++;
  }

  /** Adds a command that threw `error`. */
  thrown({ line, type }: Pick<Command, "line" | "type">, error: unknown): void {
    if (error instanceof NotCovered) return addCount(this.#notCovered, error.feature, 1);
    if (error instanceof NotCarried) return addCount(this.#notCarried, error.what, 1);
    const isExpected = error instanceof Mismatch || error instanceof NaNPayload;
    const message = isExpected ? error.message : `threw ${describe(error)}`;
    const failure: Failure = { line, command: type, message };
    if (error instanceof NaNPayload) {
      this.#nanPayloads.push(failure);
      return;
    }
    this.#failures.push(failure);
    this.#onFailure(failure);
  }

  /** Adds the commands of a thread, whose failures have been told. */
  add({ passed, failures, notCovered, notCarried, nanPayloads }: ScriptResult): void {
    this.#passed += passed;
    for (const failure of failures) this.#failures.push(failure);
    for (const payload of nanPayloads) this.#nanPayloads.push(payload);
    for (const [feature, count] of notCovered) addCount(this.#notCovered, feature, count);
    for (const [what, count] of notCarried) addCount(this.#notCarried, what, count);
  }

  /** Everything that was added. */
  get result(): ScriptResult {
    return {
      passed: this.#passed,
      failures: this.#failures,
      notCovered: this.#notCovered,
      notCarried: this.#notCarried,
      nanPayloads: this.#nanPayloads,
    };
  }
}

function addCount(counts: Map<string, number>, key: string, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}
