/**
 * Structured control (specification 4.6.7 "Control Instructions") as labelled statements: a block is a labelled block, a
 * loop a `for (;;)` or `do while`, a branch a `break` or `continue`. Labels nobody branches to are left out.
 *
 * The host's parser recurses on nested statements. Constructs nested deeper than {@linkcode MAX_NESTING} are therefore
 * written flat: the outermost of them becomes `for (;;) switch (state)`, and the labels inside it are its cases.
 *
 * @module
 */

import type { ValueType } from "../syntax/types.ts";
import { asCondition, asInt, Effect, type Expression, OBSERVABLE, unary } from "./expression.ts";
import { elementStore } from "./floats.ts";
import { flatten, type Variable } from "./function_builder.ts";
import type { Emitter, FunctionCompiler } from "./function_compiler.ts";

/** V8 parses some 1000 nested statements on a default stack; most of that is left to the program. */
const MAX_NESTING = 200;

/** Constructs that are written flat, inside one `for (;;) switch (state)`. */
class FlatRegion {
  readonly label: string;
  readonly state: Variable;
  #states = 1;

  constructor(label: string, state: Variable) {
    this.label = label;
    this.state = state;
  }

  newState(): number {
    return this.#states++;
  }

  jump(state: number): string {
    return `{${this.state.name}=${state};continue ${this.label}}`;
  }
}

type ConstructKind = "function" | "block" | "loop" | "if" | "try";

/** An open construct. */
export class Frame {
  readonly kind: ConstructKind;
  readonly results: readonly ValueType[];
  /** The text before the construct, unless it is written flat. */
  readonly before: string;
  /** Number of operand components and operands below the construct's own. */
  readonly height: number;
  readonly typeHeight: number;
  /** Which of the function's constructs it is. */
  readonly number: number;
  readonly label: string;
  readonly params: readonly ValueType[];
  /** Variables for the parameters of a loop, which branches to it assign, or of an `if`, whose arms both start with them. */
  paramVariables: readonly Variable[] = [];
  /** Variables for the results, where there is more than one way to the end. */
  resultVariables: readonly Variable[] = [];
  /** Number of branches to the label. */
  branches = 0;
  /** Whether what would be written next can be reached. */
  reachable = true;
  condition: Expression | null = null;
  /** What comes before `else`, and whether its end is reached. */
  thenArm: { readonly text: string; readonly reachable: boolean } | null = null;
  /** Of a loop: the conditional branch back to it that was written last. */
  backEdge: { readonly before: string; readonly after: string; readonly condition: Expression } | null = null;
  readonly region: FlatRegion | null;
  /** The region that constructs inside belong to. */
  innerRegion: FlatRegion | null;
  /** What compiles the end of a construct of another module's. */
  writeEnd: Emitter | null = null;
  /** Whether the region starts with this construct. */
  readonly opensRegion: boolean;
  readonly labelState: number;
  readonly elseState: number;

  constructor(
    kind: ConstructKind,
    f: FunctionCompiler,
    params: readonly ValueType[],
    results: readonly ValueType[],
    componentsOfParams: number,
    region: FlatRegion | null,
    opensRegion: boolean,
  ) {
    this.kind = kind;
    this.params = params;
    this.results = results;
    this.before = f.text;
    this.height = f.operands.length - componentsOfParams;
    this.typeHeight = f.types.length - params.length;
    this.number = f.labels++;
    this.label = `b${this.number}`;
    this.region = region;
    this.innerRegion = region;
    this.opensRegion = opensRegion;
    this.labelState = region?.newState() ?? 0;
    this.elseState = region?.newState() ?? 0;
  }

  /** The types of the values a branch to the label carries. */
  get labelTypes(): readonly ValueType[] {
    return this.kind === "loop" ? this.params : this.results;
  }

  /** The variables that take those values. */
  get labelVariables(): readonly Variable[] {
    return this.kind === "loop" ? this.paramVariables : this.resultVariables;
  }

  /** The statement that goes to the label, the variables being set. */
  jump(): string {
    if (this.region !== null) return this.region.jump(this.labelState);
    return this.kind === "loop" ? `continue ${this.label}` : `break ${this.label}`;
  }
}

function open(f: FunctionCompiler, kind: "block" | "loop" | "if"): void {
  const { params, results } = f.blockType();
  let condition: Expression | null = null;
  if (kind === "if") {
    f.types.pop();
    // The operands below, all settled now, come first.
    condition = asCondition(f.pop());
  }
  f.settleAll();
  const kinds = flatten(params);
  const values = kind === "block" ? [] : f.popComponents(kinds.length);
  const paramVariables = kind === "block" ? [] : kinds.map((kind) => f.pinnedTemporary(kind));
  f.assign(paramVariables, values);
  for (const [i, variable] of paramVariables.entries()) f.push(variable.read(kinds[i]));

  const outer = f.frames.at(-1)!;
  const opensRegion = outer.innerRegion === null && f.frames.length > MAX_NESTING;
  const region = opensRegion ? new FlatRegion(`m${f.labels++}`, f.pinnedTemporary("int")) : outer.innerRegion;
  const frame = new Frame(kind, f, params, results, kinds.length, region, opensRegion);
  frame.paramVariables = paramVariables;
  frame.condition = condition;
  if (kind === "loop") f.hasLoops = true;
  else frame.resultVariables = flatten(results).map((kind) => f.pinnedTemporary(kind));
  if (region === null || opensRegion) f.text = "";
  if (region !== null) {
    if (kind === "loop") f.text += `case ${frame.labelState}:\n`;
    if (kind === "if") {
      f.text += `if(${unary("!", condition!, "bool").text})${region.jump(frame.elseState)}\n`;
    }
  }
  f.frames.push(frame);
}

/** Sets the result variables from the operands, when the end of a construct or arm is reached and they are used. */
export function passResults(f: FunctionCompiler, frame: Frame): void {
  if (!frame.reachable) return;
  f.assign(frame.resultVariables, f.popComponents(frame.resultVariables.length));
}

/** Puts the operand stack back to what it was below a construct. */
export function reset(f: FunctionCompiler, frame: Frame): void {
  f.operands.length = frame.height;
  f.types.length = frame.typeHeight;
}

function otherwise(f: FunctionCompiler): void {
  const frame = f.frames.at(-1)!;
  passResults(f, frame);
  reset(f, frame);
  frame.thenArm = { text: f.text, reachable: frame.reachable };
  if (frame.region === null) {
    f.text = "";
  } else {
    if (frame.reachable) {
      frame.branches++;
      f.text += frame.jump() + "\n";
    }
    f.text += `case ${frame.elseState}:\n`;
  }
  frame.reachable = true;
  const kinds = flatten(frame.params);
  for (const [i, variable] of frame.paramVariables.entries()) f.push(variable.read(kinds[i]));
  f.types.push(...frame.params);
}

function end(f: FunctionCompiler): void {
  const frame = f.frames.at(-1)!;
  if (frame.writeEnd !== null) return frame.writeEnd(f);
  if (frame.kind === "function") {
    if (frame.reachable) returnOperands(f);
    f.frames.pop();
    return;
  }
  if (frame.kind === "if" && frame.thenArm === null) otherwise(f);
  const joins = frame.branches > 0 || frame.kind === "if";
  if (joins && frame.kind !== "loop") passResults(f, frame);
  const fallsThrough = frame.reachable || frame.thenArm?.reachable === true;
  f.frames.pop();
  if (frame.region === null) {
    f.text = frame.before + structured(frame, f.text);
  } else {
    if (frame.kind !== "loop" && frame.branches > 0) f.text += `case ${frame.labelState}:\n`;
    if (frame.opensRegion) {
      const { label, state } = frame.region;
      f.text =
        `${frame.before}${label}:for(${state.name}=0;;)switch(${state.name}){\ncase 0:\n${f.text}break ${label};\n}\n`;
      state.pinned = false;
    }
  }
  for (const variable of frame.paramVariables) variable.pinned = false;
  for (const variable of frame.resultVariables) variable.pinned = false;
  f.types.length = frame.typeHeight;
  if (!fallsThrough && (frame.kind === "loop" || frame.branches === 0)) {
    f.leave();
    return;
  }
  if (joins && frame.kind !== "loop") {
    f.operands.length = frame.height;
    const kinds = flatten(frame.results);
    for (const [i, variable] of frame.resultVariables.entries()) f.push(variable.read(kinds[i]));
  }
  f.types.push(...frame.results);
}

/** A construct as a JavaScript statement around its text. */
function structured(frame: Frame, text: string): string {
  const label = frame.branches > 0 ? `${frame.label}:` : "";
  switch (frame.kind) {
    case "loop": {
      if (label === "") return text;
      const { backEdge } = frame;
      if (frame.branches === 1 && backEdge !== null && backEdge.after === text) {
        return `do{\n${backEdge.before}}while(${backEdge.condition.text});\n`;
      }
      return `${label}for(;;){\n${text}${frame.reachable ? "break;\n" : ""}}\n`;
    }
    case "if": {
      const condition = frame.condition!;
      const then = frame.thenArm!.text;
      if (then === "" && text !== "") return `${label}if(${unary("!", condition, "bool").text}){\n${text}}\n`;
      return `${label}if(${condition.text}){\n${then}}${text === "" ? "" : `else{\n${text}}`}\n`;
    }
    default:
      return label === "" ? text : `${label}{\n${text}}\n`;
  }
}

/** The text of simultaneous assignments of simple expressions. */
function moves(f: FunctionCompiler, variables: readonly Variable[], values: readonly Expression[]): string {
  let text = "";
  const pending = [...values];
  for (let i = 0; i < variables.length; i++) {
    if (pending[i].text === variables[i].name) continue;
    for (let j = i + 1; j < pending.length; j++) {
      if (pending[j].text !== variables[i].name) continue;
      const copy = f.temporary(pending[j].kind);
      text += `${copy.name}=${pending[j].text};`;
      pending[j] = copy.read(pending[j].kind);
    }
    text += `${variables[i].name}=${pending[i].text};`;
  }
  return text;
}

/** Whether a function that returns a call is missing from stack traces, as in JavaScriptCore: traps could not be located. */
const DROPS_FRAMES = (() => {
  const stack = () => new Error().stack ?? "";
  const returning = () => stack();
  return !returning().includes("returning");
})();

/** The statement that leaves the function with simple results. */
function returnText(f: FunctionCompiler, values: readonly Expression[]): string {
  let text = "";
  const inRegisters = f.loop !== null && f.loop.open;
  for (let i = inRegisters ? 0 : 1; i < values.length; i++) {
    text += `${elementStore(f, f.resultRegister(values[i].kind, i), values[i])};`;
  }
  if (inRegisters) return `${text}return null`;
  const [value] = values;
  if (
    DROPS_FRAMES && value !== undefined &&
    (value.effects & OBSERVABLE) !== 0
  ) {
    return `${text}{const R=${value.text};return R}`;
  }
  return `${text}return${values.length > 0 ? ` ${values[0].text}` : ""}`;
}

/** The statement of a taken branch that carries simple values. */
export function branchText(f: FunctionCompiler, frame: Frame, values: readonly Expression[]): string {
  frame.branches++;
  if (frame.kind === "function") return returnText(f, values);
  return moves(f, frame.labelVariables, values) + frame.jump();
}

/** The construct that a branch goes to. */
export function target(f: FunctionCompiler, depth: number): Frame {
  return f.frames[f.frames.length - 1 - depth];
}

function branch(f: FunctionCompiler): void {
  const frame = target(f, f.reader.u32("branch depth"));
  if (frame.kind === "function") return returnOperands(f);
  const values = f.popComponents(flatten(frame.labelTypes).length);
  f.settle(Effect.Branch);
  f.assign(frame.labelVariables, values);
  frame.branches++;
  f.write(frame.jump());
  f.leave();
}

function returnOperands(f: FunctionCompiler): void {
  const count = f.resultKinds.length;
  if (count > 1) simplifyTop(f, count);
  const values = f.popComponents(count).map(asInt);
  f.settle(values.reduce((effects, value) => effects | value.effects, Effect.Branch));
  f.write(returnText(f, values));
  f.leave();
}

/** Makes the top `count` components ones that may be written more than once. */
export function simplifyTop(f: FunctionCompiler, count: number): void {
  for (let depth = count - 1; depth >= 0; depth--) f.simplify(depth);
}

/** Takes the condition or index of a branch; the values it carries stay on the stack, simple. */
function popSelector(f: FunctionCompiler, values: number): Expression {
  f.types.pop();
  let selector = f.pop();
  if (values > 0) {
    if (selector.effects !== Effect.None) selector = f.evaluated(selector);
    simplifyTop(f, values);
  }
  f.settle(Effect.Branch | selector.effects);
  return selector;
}

function branchIf(f: FunctionCompiler): void {
  const frame = target(f, f.reader.u32("branch depth"));
  const count = flatten(frame.labelTypes).length;
  const condition = asCondition(popSelector(f, count));
  const before = f.text;
  branchWhen(f, condition, frame, count);
  if (frame.kind === "loop" && count === 0) frame.backEdge = { before, after: f.text, condition };
}

/** Writes a branch that is taken when a condition holds and carries the top `count` components, all simple. */
export function branchWhen(f: FunctionCompiler, condition: Expression, frame: Frame, count: number): void {
  const values = count === 0 ? [] : f.operands.slice(-count);
  const text = branchText(f, frame, values);
  f.text += text.includes(";") ? `if(${condition.text}){${text}}\n` : `if(${condition.text})${text};\n`;
}

function branchTable(f: FunctionCompiler): void {
  const depths: number[] = [];
  for (let count = f.reader.u32("table count"); count >= 0; count--) {
    depths.push(f.reader.u32("branch depth"));
  }
  const otherwise = depths.pop()!;
  const count = flatten(target(f, otherwise).labelTypes).length;
  const selector = asInt(popSelector(f, count));
  const values = count === 0 ? [] : f.operands.slice(-count);
  const cases = new Map<number, string>();
  for (const [i, depth] of depths.entries()) {
    if (depth !== otherwise) cases.set(depth, `${cases.get(depth) ?? ""}case ${i}:`);
  }
  let text = "";
  for (const [depth, labels] of cases) text += `${labels}${branchText(f, target(f, depth), values)};\n`;
  text += `default:${branchText(f, target(f, otherwise), values)};\n`;
  f.text += `switch(${selector.text}){\n${text}}\n`;
  f.leave();
}

/** Control instructions but calls. */
export const CONTROL_EMITTERS: Readonly<Record<string, Emitter>> = {
  "unreachable": (f) => {
    f.statement(`${f.scope.runtime("unreachable")}()`, Effect.Trap | Effect.Branch);
    f.leave();
  },
  "block": (f) => open(f, "block"),
  "loop": (f) => open(f, "loop"),
  "if": (f) => open(f, "if"),
  "else": otherwise,
  "end": end,
  "br": branch,
  "br_if": branchIf,
  "br_table": branchTable,
  "return": returnOperands,
};
