/**
 * Code that counts calls, and code made with what was counted (see `runtime/profile.ts`). Without a profile of either kind nothing
 * here is used, and generated code is what it is without.
 *
 * @module
 */

import { importedCount } from "../syntax/module.ts";
import type { FunctionIndex } from "../syntax/types.ts";
import type { CompiledModule } from "../runtime/compiled_module.ts";
import type { FunctionReference } from "../runtime/function_reference.ts";
import type { InstanceData } from "../runtime/instance_data.ts";
import { moduleKey, type ModuleProfileData, type Profile, type ProfileData } from "../runtime/profile.ts";
import { GroupScope, type Membership } from "./group_scope.ts";

/** The part of the calls from one place that has to go to one function so that it is called directly. */
const USUAL_PART = 0.8;
/** Bytes of function bodies that are compiled before the first call, at most. */
const EAGER_BYTES = 1 << 20;

/** What generated code counts with: `I.profile`. */
export interface Counters {
  /** By function index. */
  readonly calls: Float64Array;
  /** At each entry of a function. */
  readonly tick: () => void;
  /** At each call through a table or reference; returns `code`. */
  readonly see: (offset: number, code: unknown, target: FunctionReference) => unknown;
}

/** The counters for code of `instance`. */
export function countersOf(profile: Profile, instance: InstanceData): Counters {
  const module = profile.of(instance.module);
  return {
    calls: module.calls,
    tick: () => profile.tick(),
    see(offset, code, target) {
      module.count(offset, target.instance === instance ? target.index : -1);
      return code;
    },
  };
}

/** What is known of a module before it runs. */
export class Advice {
  /** Functions to be compiled at once, the most often called first. */
  readonly eager: readonly FunctionIndex[];
  readonly #usual = new Map<number, FunctionIndex>();

  /** Indices that the module does not have are left out. */
  constructor({ record }: CompiledModule, data: ModuleProfileData) {
    const imported = importedCount(record.functions);
    const isDefined = (index: number) => index >= imported && index < record.functions.length;
    let bytesLeft = EAGER_BYTES;
    this.eager = data.functions.map(([index]) => index).filter((index) => {
      if (!isDefined(index)) return false;
      const { start, end } = record.functions[index].body!;
      return (bytesLeft -= end - start) >= 0;
    });
    for (const [offset, targets] of data.targets) {
      const total = targets.reduce((sum, [, calls]) => sum + calls, 0);
      const [usual, calls] = targets[0] ?? [-1, 0];
      if (isDefined(usual) && calls >= total * USUAL_PART) this.#usual.set(offset, usual);
    }
  }

  /** The function that the call at `offset` usually goes to; null when there is none. */
  usualTarget(offset: number): FunctionIndex | null {
    return this.#usual.get(offset) ?? null;
  }
}

/** What `data` knows of a module; null when that is nothing. */
export function adviceFor(module: CompiledModule, data: ProfileData): Advice | null {
  const key = moduleKey(module.record.bytes);
  return Object.hasOwn(data.modules, key) ? new Advice(module, data.modules[key]) : null;
}

/** What the texts below are made with, for the constants of a scope. */
export const COUNTERS = "const P=I.profile.calls,Q=I.profile.tick,V=I.profile.see;\n";

/** Counts a call of a function of the module. */
export function countEntry(index: FunctionIndex): string {
  return `P[${index}]++;Q();\n`;
}

/** Counts a call from the instruction at `offset` to `target`; an expression that is what `code` is, which comes first. */
export function countCall(offset: number, code: string, target: string): string {
  return `V(${offset},${code},${target})`;
}

/** How an engine profiles. */
export interface Profiling {
  /** Counts; null when nothing does. */
  readonly profile: Profile | null;
  /** What was counted before. */
  readonly data: ProfileData | null;
}

/** The scope of a group that counts, follows advice, or both. */
export class ProfilingScope extends GroupScope {
  readonly #counts: boolean;
  readonly #advice: Advice | null;

  constructor(
    module: CompiledModule,
    membership: Membership,
    root: FunctionIndex,
    counts: boolean,
    advice: Advice | null,
  ) {
    super(module, membership, root);
    this.#counts = counts;
    this.#advice = advice;
  }

  override prologue(index: FunctionIndex): string {
    return this.#counts ? countEntry(index) : "";
  }

  override seen(offset: number, code: string, target: string): string {
    return this.#counts ? countCall(offset, code, target) : code;
  }

  override get seesTargets(): boolean {
    return true;
  }

  /** While calls are counted none is direct, so that all go on being counted. */
  override usualTarget(offset: number): FunctionIndex | null {
    return this.#counts ? null : this.#advice?.usualTarget(offset) ?? null;
  }

  override preamble(): string {
    return (this.#counts ? COUNTERS : "") + super.preamble();
  }
}
