/**
 * Runs the command line in a process of its own, as a user would. `TANDEM_COMMAND` (a JSON array) says what to run;
 * without it that is `mod.ts` on this Deno.
 *
 * @module
 */

import { spawnSync } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";

/** The command and first arguments that stand for `tandem`. */
export const TANDEM: readonly string[] = JSON.parse(
  process.env.TANDEM_COMMAND ?? JSON.stringify([process.execPath, "run", "-A", "--quiet", "mod.ts"]),
);

/** What a process left behind. */
export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `tandem` with `args`; standard input is `input`, or empty. */
export function tandem(args: readonly string[], input: string | Uint8Array = ""): Outcome {
  return execute([...TANDEM, ...args], input);
}

/** Runs a shell script in which `"$@"` is `tandem` with `args`. */
export function shell(script: string, args: readonly string[]): Outcome {
  return execute(["sh", "-c", script, "sh", ...TANDEM, ...args], "");
}

function execute([command, ...args]: readonly string[], input: string | Uint8Array): Outcome {
  const { error, status, stdout, stderr } = spawnSync(command, args, {
    input,
    env: { ...process.env, NO_COLOR: "1" },
    maxBuffer: 1 << 28,
  });
  if (error) throw error;
  return { code: status, stdout: stdout.toString(), stderr: stderr.toString() };
}

/** Calls `use` with a fresh directory that is removed afterwards. */
export function withDirectory(use: (directory: string) => void): void {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), "tandem-")));
  try {
    use(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Calls `use` with a file `module.wat` in a fresh directory. */
export function withText(text: string, use: (file: string, directory: string) => void): void {
  withDirectory((directory) => {
    const file = join(directory, "module.wat");
    writeFileSync(file, text);
    use(file, directory);
  });
}
