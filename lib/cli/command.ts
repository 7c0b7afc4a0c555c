/**
 * What the commands share: how they are described, how their options are read, and how they fail.
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";

/** A command of the command line. */
export interface Command {
  /** Everything `--help` prints. */
  readonly help: string;
  /**
   * Runs the command with the arguments after its name; returns the exit code.
   *
   * @throws {CommandError} for everything that is the user's or the module's fault.
   */
  run(args: readonly string[]): Promise<number>;
}

/** The exit code of a process that ended with abort(), as other engines use for traps. */
export const ABORTED: number = 128 + 6;
/** The exit code of a process that the signal SIGPIPE ended. */
export const BROKEN_PIPE: number = 128 + 13;

/** An error that is reported as one line, without a stack. */
export class CommandError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** The options a command knows, beside `--help` and `--version`. */
export interface OptionNames {
  /** Options without a value. */
  readonly flags?: readonly string[];
  /** Options with a value, which may be given several times. */
  readonly values?: readonly string[];
}

/** Options and other arguments as given. */
export interface GivenOptions {
  readonly flags: ReadonlySet<string>;
  readonly values: Readonly<Record<string, readonly string[]>>;
  readonly positional: readonly string[];
}

/**
 * Separates options from other arguments.
 *
 * @throws {CommandError} for an unknown option, and for a missing value.
 */
export function readOptions(args: readonly string[], names: OptionNames): GivenOptions {
  const { flags = [], values = [] } = names;
  const parsed: Record<string, unknown> & { _: unknown[] } = parseArgs([...args], {
    boolean: [...flags],
    string: ["_", ...values],
    collect: [...values],
    unknown(arg: string, key?: string): boolean {
      if (key !== undefined) throw new CommandError(`unknown option ${arg}`);
      return true;
    },
  });
  for (const name of values) {
    if ((parsed[name] as string[]).includes("")) throw new CommandError(`option --${name} needs a value`);
  }
  return {
    flags: new Set(flags.filter((name) => parsed[name] === true)),
    values: Object.fromEntries(values.map((name) => [name, parsed[name] as string[]])),
    positional: parsed._.map(String),
  };
}
