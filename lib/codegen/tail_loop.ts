/**
 * Functions that call each other in tail position, as one JavaScript function: a loop around a `switch` with a case for each of
 * them. A tail call from one to another sets the variables of the parameters and goes round.
 *
 * Of closed functions (see `tail_call_graph.ts`) the loop returns the result. Of open ones it leaves all of the result in the return
 * registers and returns null; or, for a tail call to a function that is not in the loop, it leaves arguments there and
 * returns the function. What everybody else calls goes on until there is a result.
 *
 * @module
 */

import type { FunctionIndex, TypeIndex } from "../syntax/types.ts";
import type { Kind } from "./expression.ts";
import { classOf, flatten, initialText, type VariableClass } from "./function_builder.ts";
import type { GroupScope } from "./group_scope.ts";
import { LOOP_BYTES, type TailCallGraph } from "./tail_call_graph.ts";

/** The label of the JavaScript loop. */
export const LOOP_LABEL = "s0";
/** The variable that says which function runs. */
export const LOOP_STATE = "s1";

/**
 * Bytes of functions that join a function because it may call them through references. Less than through tables: where everything is
 * a closure, most functions of a type have nothing to do with each other.
 */
const REFERENCED_BYTES = 1500;

const PARAMETER_PREFIX: Record<VariableClass, string> = { int: "p", float: "q", ref: "w" };
const REGISTERS: Record<VariableClass, string> = {
  int: "RESULT_I32",
  float: "RESULT_F64",
  ref: "RESULT_REF",
};

/** The return register of component `index`. */
export function register(scope: GroupScope, kind: Kind, index: number): string {
  return `${scope.runtime(REGISTERS[classOf(kind)])}[${index}]`;
}

/** A function in a loop. */
interface Member {
  readonly index: FunctionIndex;
  readonly type: TypeIndex;
  readonly params: readonly Kind[];
  readonly results: readonly Kind[];
  /** The names of the parameters in the text. */
  names: readonly string[];
  /** The declarations of all other variables, and the statements. */
  text: string;
}

/** Some functions as a loop. */
export class TailLoop {
  readonly open: boolean;
  readonly #scope: GroupScope;
  readonly #identifier: string;
  readonly #members: Member[] = [];
  readonly #states = new Map<FunctionIndex, number>();
  /** The variables for parameters. */
  readonly #parameters = new Map<string, { readonly kind: Kind; readonly index: number }>();
  /** By canonical type: what marks the functions of the type that are in this loop. */
  readonly #keys = new Map<number, string>();
  #size = 0;

  constructor(scope: GroupScope, open: boolean, identifier: string) {
    this.#scope = scope;
    this.open = open;
    this.#identifier = identifier;
  }

  /** Adds a function of the group. */
  add(index: FunctionIndex, size: number): void {
    const { record, types } = this.#scope.module;
    const { type } = record.functions[index];
    const { params, results } = types[type].signature;
    this.#states.set(index, this.#members.length);
    this.#members.push({
      index,
      type,
      params: flatten(params),
      results: flatten(results),
      names: [],
      text: "",
    });
    this.#size += size;
    flatten(params).forEach((kind, i) => this.parameter(kind, i));
  }

  /** Whether there is room for a function of `size` bytes. */
  hasRoom(size: number): boolean {
    return this.#size + size <= LOOP_BYTES;
  }

  /** The state that stands for a function; undefined when it is not in the loop. */
  state(index: FunctionIndex): number | undefined {
    return this.#states.get(index);
  }

  /** The variable for component `index` of the parameters of the function that is to run. */
  parameter(kind: Kind, index: number): string {
    const identifier = `${PARAMETER_PREFIX[classOf(kind)]}${index}`;
    this.#parameters.set(identifier, { kind, index });
    return identifier;
  }

  /** What the `loop` of references to this loop's functions of a type is; in an open loop. */
  key(type: TypeIndex): string {
    const { id } = this.#scope.module.types[type];
    let key = this.#keys.get(id);
    if (key === undefined) this.#keys.set(id, key = this.#scope.tailLoops.newKey());
    return key;
  }

  /** The text of a member. */
  define(index: FunctionIndex, names: readonly string[], text: string): void {
    const member = this.#members[this.#states.get(index)!];
    member.names = names;
    member.text = text;
  }

  /** The loop, and the functions that everybody else calls. */
  text(): string {
    let cases = "";
    let entries = "";
    for (const [state, member] of this.#members.entries()) {
      const { names, params } = member;
      const declarations = params.map((kind, i) => `${names[i]}=${this.parameter(kind, i)}`);
      const variables = declarations.length === 0 ? "" : `let ${declarations.join(",")};\n`;
      // A last case without number lets V8 see that the loop goes round by `continue` alone: 0.3 to 0.4 of the time.
      const label = state === this.#members.length - 1 ? "default" : `case ${state}`;
      cases += `${label}:{\n${variables}${member.text}}\n`;
      entries += this.#entry(member, state);
    }
    let keys = "";
    for (const key of this.#keys.values()) keys += `const ${key}={};\n`;
    return `${keys}${this.#head()}${LOOP_LABEL}:for(;;)switch(${LOOP_STATE}){\n${cases}}\n}\n${entries}`;
  }

  /** The start of the loop's function, where its variables get values: of closed functions the caller's, of open ones the registers'. */
  #head(): string {
    const parameters = [...this.#parameters];
    if (!this.open) {
      return `function ${this.#identifier}(${[LOOP_STATE, ...this.#parameters.keys()]}){\n`;
    }
    const values = parameters.map(([name, { kind, index }]) =>
      `${name}=${register(this.#scope, kind, index)}`
    );
    const variables = values.length === 0 ? "" : `let ${values.join(",")};\n`;
    return `function ${this.#identifier}(${LOOP_STATE}){\n${variables}`;
  }

  #entry({ index, type, params, results, names }: Member, state: number): string {
    const scope = this.#scope;
    const head = `function ${scope.identifier(index)}(${names}){`;
    if (!this.open) {
      const given = new Map(params.map((kind, i) => [this.parameter(kind, i), names[i]]));
      const args = [...this.#parameters].map(([name, { kind }]) => given.get(name) ?? initialText(kind));
      return `${head}return ${this.#identifier}(${[state, ...args]})}\n`;
    }
    const registers = params.map((kind, i) => `${register(scope, kind, i)}=${names[i]};`).join("");
    const result = results.length === 0 ? "" : `return ${register(scope, results[0], 0)}`;
    return `${head}${registers}let c0=${this.#identifier}(${state});` +
      `while(c0!==null)c0=c0.tailCode(c0.state);${result}}\n` +
      `I.tail(${index},${this.#identifier},${this.key(type)},${state});\n`;
  }
}

/** The loops of a group. */
export class TailLoops {
  readonly #scope: GroupScope;
  readonly #graph: TailCallGraph;
  readonly #loops: TailLoop[] = [];
  readonly #loopOf = new Map<FunctionIndex, TailLoop>();
  readonly #alone = new Set<FunctionIndex>();
  #keys = 0;

  constructor(scope: GroupScope, graph: TailCallGraph) {
    this.#scope = scope;
    this.#graph = graph;
  }

  /** The loop that a function of the group is in; null when it is on its own, as far as is known. */
  of(index: FunctionIndex): TailLoop | null {
    return this.#loopOf.get(index) ?? null;
  }

  /** Whether a function of the group that makes tail calls is in a loop: puts it there if it has to be. */
  enter(index: FunctionIndex): boolean {
    if (this.#loopOf.has(index)) return true;
    const { members, open } = this.#graph.component(index);
    if (open) {
      const loop = this.#openLoop(index);
      const { tableTypes, referenceTypes } = this.#graph.calls(index);
      for (const type of tableTypes) this.#invite(loop, type, index, LOOP_BYTES);
      for (const type of referenceTypes) this.#invite(loop, type, index, REFERENCED_BYTES);
      return true;
    }
    if (members.length === 1) return false;
    const loop = this.#make(false, index);
    for (const member of members) {
      if (this.#alone.has(member)) continue;
      this.#scope.add(member);
      this.#add(loop, member);
    }
    return true;
  }

  /** Settles that a function, which has been compiled, is in no loop. */
  leaveAlone(index: FunctionIndex): void {
    this.#alone.add(index);
  }

  /** The loop of an open function that is called in tail position; null when it is in none, or in another group. */
  join(index: FunctionIndex): TailLoop | null {
    const loop = this.of(index);
    if (loop !== null || this.#alone.has(index) || !this.#scope.admits(index)) return loop;
    return this.#openLoop(index);
  }

  /** Whether a function of the module is open. */
  isOpen(index: FunctionIndex): boolean {
    return this.#graph.component(index).open;
  }

  #openLoop(index: FunctionIndex): TailLoop {
    const size = this.#graph.size(index);
    const loop = this.#loops.find((loop) => loop.open && loop.hasRoom(size)) ?? this.#make(true, index);
    this.#add(loop, index);
    return loop;
  }

  #make(open: boolean, first: FunctionIndex): TailLoop {
    const loop = new TailLoop(
      this.#scope,
      open,
      this.#scope.reserve(`${this.#scope.identifier(first)}$loop`),
    );
    this.#loops.push(loop);
    return loop;
  }

  #add(loop: TailLoop, index: FunctionIndex): void {
    loop.add(index, this.#graph.size(index));
    this.#loopOf.set(index, loop);
  }

  /**
   * Adds functions that are in no group yet and that the caller may go on with, up to so many bytes: the other instructions of an
   * interpreter, the other states of a machine.
   */
  #invite(loop: TailLoop, type: TypeIndex, caller: FunctionIndex, bytes: number): void {
    for (const index of this.#graph.openFunctions(type, caller)) {
      const size = this.#graph.size(index);
      if (!loop.hasRoom(size) || size > bytes) return;
      if (this.#loopOf.has(index) || this.#alone.has(index) || !this.#scope.admits(index)) continue;
      this.#add(loop, index);
      bytes -= size;
    }
  }

  newKey(): string {
    return `k${this.#keys++}`;
  }

  /** The text of all loops, when all functions of the group have been compiled. */
  text(): string {
    return this.#loops.map((loop) => loop.text()).join("");
  }
}
