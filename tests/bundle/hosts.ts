/**
 * The hosts that tests run on, and bundles for them.
 *
 * @module
 */

/** A host. */
export interface Host {
  readonly title: string;
  /** What runs a script, given after it. */
  readonly command: readonly string[];
  /** What loads a module before the script, given after it. */
  readonly preload: string;
}

/** This Deno. */
export const DENO: Host = {
  title: "Deno",
  command: [Deno.execPath(), "run", "-A", "--quiet"],
  preload: "--preload",
};
/** The Node on the path. */
export const NODE: Host = { title: "Node", command: ["node"], preload: "--import" };
/** Bun, from npm. */
export const BUN: Host = { title: "Bun", command: ["npx", "-y", "bun@1.4.4"], preload: "--preload" };

/** Runs a command with this process's streams; returns its exit code. */
export async function execute([program, ...args]: readonly string[]): Promise<number> {
  return (await new Deno.Command(program, { args }).spawn().status).code;
}

/** Bundles `entry` and what it imports, except `external` packages, into the module `output`. */
export async function bundle(entry: string, output: string, external: readonly string[] = []): Promise<void> {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "bundle",
      "--quiet",
      "--platform=deno",
      "--format=esm",
      ...external.map((name) => `--external=${name}`),
      `--output=${output}`,
      entry,
    ],
  }).output();
  if (code !== 0) throw new Error(`cannot bundle ${entry}: ${new TextDecoder().decode(stderr)}`);
}
