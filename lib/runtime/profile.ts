/**
 * Profiles (INSTANTIATION.md section 9): how often functions are called, and which functions the calls at each `call_indirect` and
 * `call_ref` go to. Generated code counts when the engine has a {@linkcode Profile}; another engine that is given its
 * {@linkcode ProfileData} compiles what was called before the first call, and calls the usual targets directly.
 *
 * @module
 */

import type { FunctionIndex } from "../syntax/types.ts";
import type { CompiledModule } from "./compiled_module.ts";

/** What is known of a module. */
export interface ModuleProfileData {
  /** Function index and number of calls, the most often called first. */
  readonly functions: readonly (readonly [index: number, calls: number])[];
  /**
   * By call: the offset of its instruction in the module, and the functions called there with the number of calls, the most often called
   * first. -1 stands for all functions of other instances.
   */
  readonly targets: readonly (readonly [
    offset: number,
    functions: readonly (readonly [index: number, calls: number])[],
  ])[];
}

/** A profile as JSON: the file format. */
export interface ProfileData {
  /** What it is. */
  readonly format: "tandem-profile";
  /** Of the format. */
  readonly version: 1;
  /** By the module's key: a 64-bit FNV-1a hash of its bytes, a dash, and their number. */
  readonly modules: Readonly<Record<string, ModuleProfileData>>;
}

/** Calls between two looks at whether it is time to report progress. */
const CALLS_PER_TICK = 4096;

/** The counters of a module, which all its instances share. */
export class ModuleProfile {
  /** By function index. */
  readonly calls: Float64Array;
  readonly #targets = new Map<number, Map<FunctionIndex, number>>();

  /** Zeros. */
  constructor(functions: number) {
    this.calls = new Float64Array(functions);
  }

  /** Counts a call from the instruction at `offset` to a function; -1 when it is another instance's. */
  count(offset: number, target: FunctionIndex): void {
    let targets = this.#targets.get(offset);
    if (targets === undefined) this.#targets.set(offset, targets = new Map());
    targets.set(target, (targets.get(target) ?? 0) + 1);
  }

  /** As JSON. */
  toJSON(): ModuleProfileData {
    const byCalls = (a: readonly [number, number], b: readonly [number, number]) =>
      b[1] - a[1] || a[0] - b[0];
    return {
      functions: [...this.calls.entries()].filter(([, calls]) => calls > 0).sort(byCalls),
      targets: [...this.#targets].sort(([a], [b]) => a - b)
        .map(([offset, targets]) => [offset, [...targets].sort(byCalls)]),
    };
  }
}

/** What an engine counts, of all its modules. */
export class Profile {
  readonly #modules = new Map<string, ModuleProfile>();
  readonly #progress: (() => void) | null;
  #calls = 0;

  /** Counts nothing yet. `progress` is called again and again while functions are called: every few thousand calls. */
  constructor(progress: (() => void) | null = null) {
    this.#progress = progress;
  }

  /**
   * The counters of a module; equal modules have the same ones.
   *
   * @internal
   */
  of(module: CompiledModule): ModuleProfile {
    const key = moduleKey(module.record.bytes);
    let profile = this.#modules.get(key);
    if (profile === undefined) {
      this.#modules.set(key, profile = new ModuleProfile(module.record.functions.length));
    }
    return profile;
  }

  /** Called by generated code for each call of a function. */
  tick(): void {
    if (this.#progress === null || ++this.#calls < CALLS_PER_TICK) return;
    this.#calls = 0;
    this.#progress();
  }

  /** What has been counted so far, as JSON. */
  toJSON(): ProfileData {
    return {
      format: "tandem-profile",
      version: 1,
      modules: Object.fromEntries([...this.#modules].map(([key, profile]) => [key, profile.toJSON()])),
    };
  }
}

/** By which a profile knows a module. */
export function moduleKey(bytes: Uint8Array): string {
  // FNV-1a with its 64-bit prime, 2^40 + 0x1b3, on two int32 halves.
  let low = 0x84222325 | 0;
  let high = 0xcbf29ce4 | 0;
  for (let i = 0; i < bytes.length; i++) {
    low ^= bytes[i];
    const unsigned = low >>> 0;
    const carry = Math.floor(unsigned * 0x1b3 / 2 ** 32);
    high = Math.imul(high, 0x1b3) + (low << 8) + carry | 0;
    low = Math.imul(low, 0x1b3);
  }
  const hex = (half: number) => (half >>> 0).toString(16).padStart(8, "0");
  return `${hex(high)}${hex(low)}-${bytes.length}`;
}

/**
 * Reads the JSON of a profile.
 *
 * @throws {SyntaxError} when it is not JSON, or not a profile.
 */
export function parseProfile(json: string): ProfileData {
  const data = JSON.parse(json) as Partial<ProfileData> | null;
  if (data?.format !== "tandem-profile" || data.version !== 1) {
    throw new SyntaxError("not a profile of this version");
  }
  if (typeof data.modules !== "object" || data.modules === null) throw new SyntaxError("malformed profile");
  const isCounts = (list: unknown) =>
    Array.isArray(list) &&
    list.every((pair) => Array.isArray(pair) && pair.length === 2 && pair.every(Number.isSafeInteger));
  for (const module of Object.values(data.modules)) {
    const isProfile = isCounts(module?.functions) && Array.isArray(module.targets) &&
      module.targets.every((entry) =>
        Array.isArray(entry) && Number.isSafeInteger(entry[0]) && isCounts(entry[1])
      );
    if (!isProfile) throw new SyntaxError("malformed profile");
  }
  return data as ProfileData;
}
