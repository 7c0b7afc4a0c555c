/**
 * Mutated modules go through decoder and validator: each must give a module or a CompileError with an offset, and the host's
 * own engine must be of the same opinion.
 *
 * @module
 */

import { decodeModule } from "../../lib/binary/decode.ts";
import { TypeRegistry } from "../../lib/syntax/canonical_types.ts";
import { CompileError } from "../../lib/syntax/errors.ts";
import type { FeatureSet } from "../../lib/syntax/features.ts";
import type { Module } from "../../lib/syntax/module.ts";
import { validateModule } from "../../lib/valid/module.ts";
import { knownDifference } from "./host_differences.ts";
import { mutate, Random } from "./mutate.ts";

/** A mutant over which something is wrong. */
export interface Finding {
  /** The seed that gives this mutant as the first one. */
  readonly seed: number;
  readonly bytes: Uint8Array;
  readonly problem: string;
}

/** What came of a run. */
export interface FuzzResult {
  readonly valid: number;
  readonly invalid: number;
  /** How often a known difference of the host's was met, by its reason. */
  readonly differences: ReadonlyMap<string, number>;
  readonly findings: Finding[];
}

/** Longest time for one mutant, in milliseconds: anything longer is a hang. */
const MAX_TIME = 2000;

/** Decodes and validates; the error when the module is refused. */
function verdict(bytes: Uint8Array, features: FeatureSet): { module: Module | null; error: unknown } {
  try {
    const module = decodeModule(bytes, { features });
    validateModule(module, new TypeRegistry(), { features });
    return { module, error: null };
  } catch (error) {
    return { module: null, error };
  }
}

function isCompileErrorWithin(error: unknown, bytes: Uint8Array): boolean {
  if (!(error instanceof CompileError)) return false;
  const offset = / @\+([0-9]+)$/.exec(error.message)?.[1];
  return offset !== undefined && Number(offset) <= bytes.length;
}

function hostMessage(bytes: Uint8Array): string {
  try {
    new WebAssembly.Module(bytes as BufferSource);
    return "valid";
  } catch (error) {
    return (error as Error).message;
  }
}

/** What to try. */
export interface FuzzPlan {
  /** Valid modules. */
  readonly seeds: readonly Uint8Array[];
  readonly features: FeatureSet;
  /** Number of mutants. */
  readonly count: number;
  readonly seed: number;
  /** Whether the host's engine has these features, so that its opinion counts. */
  readonly compare: boolean;
}

/** Tries mutants. */
export function fuzzDecode(plan: FuzzPlan, onFinding: (finding: Finding) => void = () => {}): FuzzResult {
  const { seeds, features, count, seed, compare } = plan;
  let valid = 0;
  let invalid = 0;
  const differences = new Map<string, number>();
  const findings: Finding[] = [];
  for (let i = 0; i < count; i++) {
    const random = new Random(Math.imul(seed + i, 0x9e3779b1));
    const bytes = mutate(random.pick(seeds), random, seeds);
    const start = performance.now();
    const { module, error } = verdict(bytes, features);
    const time = performance.now() - start;
    let problem: string | null = null;
    if (module === null && !isCompileErrorWithin(error, bytes)) {
      problem = `not a CompileError with an offset: ${(error as Error).stack ?? error}`;
    } else if (time > MAX_TIME) {
      problem = `took ${time.toFixed(0)} ms`;
    } else if (compare && WebAssembly.validate(bytes as BufferSource) !== (module !== null)) {
      const host = hostMessage(bytes);
      const here = module ? null : (error as Error).message;
      const known = knownDifference(here, host);
      if (known) differences.set(known.reason, (differences.get(known.reason) ?? 0) + 1);
      else problem = `host: ${host}\n  here: ${here ?? "valid"}`;
    }
    if (module) valid++;
    else invalid++;
    if (problem !== null) {
      const finding = { seed: seed + i, bytes, problem };
      findings.push(finding);
      onFinding(finding);
    }
  }
  return { valid, invalid, differences, findings };
}
