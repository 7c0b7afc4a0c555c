/**
 * Random modules of Binaryen's fuzzer, `wasm-opt -ttf`, from the npm package binaryen. The program is loaded once and its `main` called
 * for every module.
 *
 * @module
 */

import { createHash } from "node:crypto";
import fs, { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import process from "node:process";

/** The folder that `npm install --prefix` puts the package into. */
const FOLDER = "dist/fuzz";
const VERSION = "132.0.0";

const BEYOND_ALL_HOSTS = [
  "strings",
  "shared-everything",
  "fp16",
  "custom-descriptors",
  "relaxed-simd",
  "stack-switching",
  "compact-imports",
  "multibyte",
  "acquire-release-atomics",
  "relaxed-atomics",
  "custom-page-sizes",
  "wide-arithmetic",
];
const WASM_2 = [
  "sign-ext",
  "nontrapping-float-to-int",
  "bulk-memory",
  "bulk-memory-opt",
  "multivalue",
  "mutable-globals",
  "reference-types",
];

const enabled = (features: readonly string[]) => features.map((feature) => `--enable-${feature}`);

/** The options for each set of features that modules are made with; few features at a time get more of the code. */
const FEATURE_SETS: readonly (readonly string[])[] = [
  [],
  enabled(WASM_2),
  ["-all", ...BEYOND_ALL_HOSTS.map((feature) => `--disable-${feature}`), "--translate-to-exnref"],
  enabled([...WASM_2, "simd", "tail-call", "threads"]),
  [
    ...enabled([...WASM_2, "memory64", "multimemory", "exception-handling", "extended-const"]),
    "--translate-to-exnref",
  ],
  enabled([...WASM_2, "gc", "tail-call"]),
];

interface Program {
  callMain(args: string[]): number;
}

/** What npm has installed runs here as a script, its WebAssembly compiled by the host. */
export class BinaryenModules {
  readonly #path: string = resolve(FOLDER, "node_modules/binaryen/bin/wasm-opt");
  #program: Program | null = null;
  #compiled: WebAssembly.Module | null = null;

  /** The command that installs the package, unless it is there. */
  installation(): string[] | null {
    if (existsSync(this.#path)) return null;
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(`${FOLDER}/package.json`, `{ "dependencies": { "binaryen": "${VERSION}" } }`);
    return ["npm", "install", "--prefix", FOLDER, "--no-audit", "--no-fund", "--silent"];
  }

  /** The module of a seed; null when Binaryen fails. */
  async module(seed: number): Promise<Uint8Array<ArrayBuffer> | null> {
    const [input, output] = [resolve(FOLDER, "input"), resolve(FOLDER, "output.wasm")];
    writeFileSync(input, randomBytes(seed));
    rmSync(output, { force: true });
    this.#program ??= await this.#load();
    const options = FEATURE_SETS[seed % FEATURE_SETS.length];
    try {
      this.#program.callMain(["-q", "-ttf", "--denan", input, "-o", output, ...options]);
      if (existsSync(output)) return new Uint8Array(readFileSync(output));
    } catch {
      // Some inputs are too much for it.
    }
    // A program that has failed is not used again.
    this.#program = null;
    return null;
  }

  #load(): Promise<Program> {
    const source = readFileSync(this.#path, "utf8").replace(/^#!.*\n/, "");
    const make = new Function(
      ...["Module", "require", "process", "__dirname", "__filename", "WebAssembly", "console"],
      `${source};return { callMain: (args) => callMain(args) };`,
    );
    const host = globalThis.WebAssembly;
    const namespace = Object.assign(Object.create(host), {
      instantiate: async (bytes: BufferSource, imports: WebAssembly.Imports) => {
        this.#compiled ??= await host.compile(bytes);
        return { module: this.#compiled, instance: await host.instantiate(this.#compiled, imports) };
      },
    });
    return new Promise((ready) => {
      const settings = {
        noInitialRun: true,
        onRuntimeInitialized: () => queueMicrotask(() => ready(program)),
      };
      // Its exit code must not become this process's.
      const guarded = Object.create(process, { exitCode: { value: 0, writable: true } });
      const load = createRequire(this.#path);
      const writeSync = (fd: number, buffer: Uint8Array, offset: number, length: number, position: number) =>
        fd > 2 ? fs.writeSync(fd, buffer, offset, length, position) : length;
      const quiet = { ...fs, writeSync };
      const require = (name: string) => /^(node:)?fs$/.test(name) ? quiet : load(name);
      const silent = { log: () => {}, warn: () => {}, error: () => {} };
      const folder = resolve(this.#path, "..");
      const program: Program = make(settings, require, guarded, folder, this.#path, namespace, silent);
    });
  }
}

/** Some hundred to some thousand bytes. */
function randomBytes(seed: number): Uint8Array {
  let block = createHash("sha256").update(`seed ${seed}`).digest();
  const bytes = new Uint8Array(200 + block.readUInt32LE(0) % 4000);
  for (let at = 0; at < bytes.length; at += block.length) {
    block = createHash("sha256").update(block).digest();
    bytes.set(block.subarray(0, bytes.length - at), at);
  }
  return bytes;
}
