/**
 * v128 locals. Each live range of one has variables of its own, in the shape in which it costs the fewest conversions:
 * a function is compiled with all of them as ints first, which shows what defines and uses them, and again when some are
 * better held as floats.
 *
 * @module
 */

import { f32FromBits } from "../runtime/float_bits.ts";
import { V128 } from "../syntax/types.ts";
import type { Expression } from "./expression.ts";
import type { Variable } from "./function_builder.ts";
import type { FunctionCompiler } from "./function_compiler.ts";
import { type LiveRanges, liveRanges } from "./live_ranges.ts";
import {
  type Components,
  keepsBits,
  LoadedLane,
  NOTHING,
  popVector,
  pushVector,
  type Shape,
  shapeKinds,
  shapeOf,
  toShape,
} from "./vector_shapes.ts";

/** How a live range is held. */
interface Form {
  readonly shape: Shape;
  /** Whether it is read by arithmetic alone, so that signalling NaNs need not stay what they are. */
  readonly inexact: boolean;
  /** Whether no component is ever a signalling NaN. */
  readonly quiet: boolean;
  /** The components, if they are always the same ones. */
  readonly constant: Components | null;
}

/** What a first compilation found out. */
export interface VectorForms {
  /** The live ranges. */
  readonly ranges: LiveRanges;
  /** By range. */
  readonly forms: readonly Form[];
}

const AS_INTS: Form = { shape: "int", inexact: false, quiet: false, constant: null };
const SUFFIXES = ["a", "b", "c", "d"];
/** A use inside a loop counts as this many outside. */
const LOOP_WEIGHT = 8;
const MOST_LOOPS = 6;

/** Evidence about the shape of live ranges that are copied into each other. */
class Group {
  readonly weights: Record<Shape, number> = { int: 0, f32x4: 0, f64x2: 0 };
  /** Definitions that are the result of integer operations, or come from elsewhere as ints. */
  intDefinitions = false;
  /** Definitions that are whatever they are read as: memory, parameters. */
  openDefinitions = false;
  reads = 0;
  inexactUses = 0;
  quiet = true;
  parent: Group | null = null;

  root(): Group {
    // deno-lint-ignore no-this-alias
    let root: Group = this;
    while (root.parent !== null) root = root.parent;
    if (this !== root) this.parent = root;
    return root;
  }

  absorb(other: Group): void {
    for (const shape of ["int", "f32x4", "f64x2"] as const) this.weights[shape] += other.weights[shape];
    this.intDefinitions ||= other.intDefinitions;
    this.openDefinitions ||= other.openDefinitions;
    this.reads += other.reads;
    this.inexactUses += other.inexactUses;
    this.quiet &&= other.quiet;
    other.parent = this;
  }

  form(): Form {
    const { int, f32x4, f64x2 } = this.weights;
    const shape = f32x4 >= f64x2 ? "f32x4" : "f64x2";
    const inexact = this.inexactUses === this.reads;
    if (int >= Math.max(f32x4, f64x2)) return AS_INTS;
    if (!keepsBits(shape) && (this.intDefinitions || this.openDefinitions && !inexact)) return AS_INTS;
    return { shape, inexact, quiet: this.quiet || inexact, constant: null };
  }
}

/** A live range's variables. */
interface Range {
  readonly form: Form;
  readonly group: Group;
  readonly variables: readonly Variable[];
  /** What it has been set to, as far as that has been compiled. */
  readonly definitions: Components[];
}

/** The v128 locals of a function that is being compiled. */
export class VectorLocals {
  readonly #f: FunctionCompiler;
  readonly #ranges: LiveRanges;
  readonly #forms: readonly Form[] | null;
  /** Whether uses are evidence: in the first compilation. */
  #recording: boolean;
  /** Whether something was compiled in a way that only a second compilation may rely on. */
  #provisional = false;
  readonly #known = new Map<number, Range>();
  /** By variable name: the range that it belongs to. */
  readonly #owners = new Map<string, Range>();

  /** Of a function whose locals have been declared and whose reader is at the first instruction. */
  constructor(f: FunctionCompiler, end: number, found: VectorForms | null) {
    this.#f = f;
    const locals = [...f.localTypes.keys()].filter((local) => f.localTypes[local] === V128);
    this.#ranges = found?.ranges ?? liveRanges(f.reader, end, locals);
    this.#forms = found?.forms ?? null;
    this.#recording = found === null;
    const declared = new Set(f.declared);
    for (const local of locals) {
      const variables = f.locals[local];
      if (declared.has(variables[0])) f.locals[local] = [];
      else this.#enter(local, variables);
    }
    // The variables that these locals would have had.
    const kept = new Set(f.locals.flat());
    const others = f.declared.filter((variable) => kept.has(variable) || !declared.has(variable));
    f.declared.splice(0, f.declared.length, ...others);
  }

  /** The value of a parameter. */
  #enter(local: number, parameter: readonly Variable[]): void {
    const number = this.#ranges.entry.get(local)!;
    const { shape } = this.#forms?.[number] ?? AS_INTS;
    if (shape === "int") {
      const { group } = this.#make(number, parameter);
      group.openDefinitions = true;
      group.quiet = false;
      return;
    }
    const value = parameter.map((variable) => variable.read());
    this.#define(this.#range(number), value);
  }

  #range(number: number): Range {
    return this.#known.get(number) ?? this.#make(number, null);
  }

  #make(number: number, parameter: readonly Variable[] | null): Range {
    const form = this.#forms?.[number] ?? AS_INTS;
    const kinds = form.constant === null ? shapeKinds(form.shape, form.quiet) : [];
    const variables = parameter ??
      kinds.map((kind, i) => this.#f.declare(`v${number}${SUFFIXES[i]}`, kind));
    const range: Range = { form, group: new Group(), variables, definitions: [] };
    this.#known.set(number, range);
    for (const { name } of variables) this.#owners.set(name, range);
    return range;
  }

  #at(position: number): Range {
    return this.#range(this.#ranges.at.get(position)!);
  }

  #weight(): number {
    let loops = 0;
    for (const { kind } of this.#f.frames) if (kind === "loop") loops++;
    return LOOP_WEIGHT ** Math.min(loops, MOST_LOOPS);
  }

  /** `local.get`. */
  get(position: number): void {
    const { form, group, variables } = this.#at(position);
    if (form.constant !== null) return pushVector(this.#f, form.constant);
    group.root().reads++;
    const reads = variables.map((variable) => variable.read());
    for (const read of form.shape === "f64x2" ? [reads[0], NOTHING, reads[1], NOTHING] : reads) {
      this.#f.push(read);
    }
  }

  /** `local.set`. */
  set(position: number): void {
    const range = this.#at(position);
    const components = popVector(this.#f);
    if (range.form.constant !== null) return;
    if (this.#recording) this.#defined(range, components);
    const recording = this.#recording;
    this.#recording = false;
    this.#define(range, components);
    this.#recording = recording;
  }

  #define({ form, variables }: Range, components: Components): void {
    const lanes = toShape(this.#f, components, form.shape, !form.inexact);
    this.#f.assign(variables, form.shape === "f64x2" ? [lanes[0], lanes[2]] : lanes);
  }

  /** Records what a range is set to. */
  #defined(range: Range, components: Components): void {
    const group = range.group.root();
    const owners = this.#ownersOf(components);
    range.definitions.push(components);
    const isUnquiet = (lane: Expression) => lane.constant !== null && !isQuiet(lane);
    if (components.some(isUnquiet)) {
      group.openDefinitions = true;
      group.quiet = false;
    }
    if (
      owners.size > 0 && components.every(({ text, constant }) => constant !== null || this.#owners.has(text))
    ) {
      for (const owner of owners) {
        const other = owner.group.root();
        other.inexactUses++;
        if (other !== group) group.absorb(other);
      }
      return;
    }
    const shape = shapeOf(components);
    if (components.every((lane) => lane instanceof LoadedLane || lane.constant !== null)) {
      group.openDefinitions ||= !components.every(isQuiet);
      group.quiet &&= components.every(isQuiet);
      return;
    }
    if (shape === "int") group.intDefinitions = true;
    group.weights[shape] += this.#weight();
    group.quiet &&= components.every(isQuiet);
  }

  #ownersOf(components: Components): Set<Range> {
    const owners = new Set<Range>();
    for (const { text } of components) {
      const owner = this.#owners.get(text);
      if (owner !== undefined) owners.add(owner);
    }
    return owners;
  }

  /** Records that components are needed in a shape; `exact` with all the bits of NaNs. */
  used(components: Components, shape: Shape, exact: boolean): void {
    if (!this.#recording) return;
    for (const { group } of this.#ownersOf(components)) {
      const root = group.root();
      root.weights[shape] += this.#weight();
      if (!exact) root.inexactUses++;
    }
  }

  /**
   * Whether the components are a local's whose shape is still to be found out. They may then be taken in the shape that the
   * instruction at hand prefers, even if that loses bits of a NaN: the function is compiled again.
   */
  undecided(components: Components): boolean {
    const undecided = this.#recording && this.#ownersOf(components).size > 0;
    this.#provisional ||= undecided;
    return undecided;
  }

  /** After the first compilation: how to hold the ranges, unless it is as they were. */
  better(): VectorForms | null {
    if (this.#forms !== null) return null;
    const forms: Form[] = [];
    const initial = new Set(this.#ranges.entry.values());
    for (let number = 0; number < this.#ranges.count; number++) {
      const range = this.#known.get(number);
      const constant = range === undefined || initial.has(number) ? null : constantOf(range.definitions);
      forms.push({ ...range?.group.root().form() ?? AS_INTS, constant });
    }
    const asTheyWere = forms.every(({ shape, constant }) => shape === "int" && constant === null);
    return asTheyWere && !this.#provisional ? null : { ranges: this.#ranges, forms };
  }
}

/** The components of the only definition, when they are constants. */
function constantOf(definitions: readonly Components[]): Components | null {
  if (definitions.length !== 1) return null;
  const [components] = definitions;
  return shapeOf(components) === "int" && components.every(({ constant }) => constant !== null)
    ? components
    : null;
}

function isQuiet(lane: Expression): boolean {
  if (lane.constant === null) return lane.kind === "quiet f32" || lane.kind === "quiet f64";
  const value = f32FromBits(lane.constant);
  return value === value;
}
