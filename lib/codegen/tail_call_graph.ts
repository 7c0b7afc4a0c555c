/**
 * Which functions of a module call which in tail position, as far as their text says.
 *
 * A function is closed when all of its tail calls lead to functions of the module that are closed, too: then it can be called
 * like any other, because chains of such calls end or go round in a strongly connected component, which becomes a loop. All
 * other functions are open: how far a chain goes from there is known only when it runs.
 *
 * @module
 */

import { readOpcode, skipImmediate } from "../binary/instructions.ts";
import { TypeReader } from "../binary/type_reader.ts";
import type { CompiledModule } from "../runtime/compiled_module.ts";
import { ALL_FEATURES } from "../syntax/features.ts";
import { importedCount } from "../syntax/module.ts";
import type { FunctionIndex, TypeIndex } from "../syntax/types.ts";

/**
 * Bytes of function bodies that become one loop, about: V8 does not optimise functions of more than 60 KB of bytecode, and
 * what is generated here has some five bytes of it per byte of WebAssembly.
 */
export const LOOP_BYTES = 6000;

/** The tail calls of a function. */
interface TailCalls {
  /** Functions of the module, the function itself left out. */
  readonly callees: ReadonlySet<FunctionIndex>;
  /** The types of calls through tables. */
  readonly tableTypes: ReadonlySet<TypeIndex>;
  /** The types of calls through references. */
  readonly referenceTypes: ReadonlySet<TypeIndex>;
  /** Whether there are calls of unknown functions: through tables and references, of imports. */
  readonly unknown: boolean;
}

/** A strongly connected component of the graph. */
export interface Component {
  readonly members: readonly FunctionIndex[];
  readonly open: boolean;
}

/** A function on its way through {@linkcode TailCallGraph.component}. */
interface Visit {
  readonly index: FunctionIndex;
  readonly order: number;
  readonly callees: Iterator<FunctionIndex>;
  /** The lowest order that can be reached. */
  lowest: number;
  open: boolean;
}

/** The tail calls of a module, looked at when they are asked for. */
export class TailCallGraph {
  readonly #module: CompiledModule;
  readonly #imported: number;
  readonly #calls = new Map<FunctionIndex, TailCalls>();
  readonly #components = new Map<FunctionIndex, Component>();

  constructor(module: CompiledModule) {
    this.#module = module;
    this.#imported = importedCount(module.record.functions);
  }

  /** The tail calls of a function of the module. */
  calls(index: FunctionIndex): TailCalls {
    let calls = this.#calls.get(index);
    if (calls === undefined) this.#calls.set(index, calls = this.#read(index));
    return calls;
  }

  #read(index: FunctionIndex): TailCalls {
    const { record, types } = this.#module;
    const { bytes, start, end } = record.functions[index].body!;
    const reader = new TypeReader(bytes, ALL_FEATURES, types.length);
    reader.position = start;
    for (let runs = reader.u32("local decls count"); runs > 0; runs--) {
      reader.u32("local count");
      reader.valueType();
    }
    const callees = new Set<FunctionIndex>();
    const tableTypes = new Set<TypeIndex>();
    const referenceTypes = new Set<TypeIndex>();
    let unknown = false;
    while (reader.position < end) {
      const { mnemonic, immediates } = readOpcode(reader);
      switch (mnemonic) {
        case "return_call": {
          const callee = reader.u32("function index");
          if (callee < this.#imported) unknown = true;
          else if (callee !== index) callees.add(callee);
          continue;
        }
        case "return_call_indirect":
          tableTypes.add(reader.u32("type index"));
          reader.u32("table index");
          unknown = true;
          continue;
        case "return_call_ref":
          referenceTypes.add(reader.u32("type index"));
          unknown = true;
          continue;
      }
      for (const immediate of immediates) skipImmediate(reader, immediate);
    }
    return { callees, tableTypes, referenceTypes, unknown };
  }

  /** The component that a function of the module belongs to (Tarjan's algorithm, without recursion). */
  component(root: FunctionIndex): Component {
    const known = this.#components.get(root);
    if (known !== undefined) return known;
    const visits = new Map<FunctionIndex, Visit>();
    const path: Visit[] = [];
    const pending: FunctionIndex[] = [];
    const enter = (index: FunctionIndex) => {
      const { callees, unknown } = this.calls(index);
      const order = visits.size;
      const visit: Visit = { index, order, callees: callees.values(), lowest: order, open: unknown };
      visits.set(index, visit);
      path.push(visit);
      pending.push(index);
    };
    enter(root);
    while (path.length > 0) {
      const visit = path.at(-1)!;
      const { done, value } = visit.callees.next();
      if (!done) {
        const finished = this.#components.get(value);
        const visited = visits.get(value);
        if (finished !== undefined) visit.open ||= finished.open;
        else if (visited === undefined) enter(value);
        else visit.lowest = Math.min(visit.lowest, visited.order);
        continue;
      }
      path.pop();
      if (visit.lowest === visit.order) {
        const members = pending.splice(pending.indexOf(visit.index));
        this.#finish(members, members.some((member) => visits.get(member)!.open));
      }
      const caller = path.at(-1);
      if (caller !== undefined) {
        caller.lowest = Math.min(caller.lowest, visit.lowest);
        caller.open ||= this.#components.get(visit.index)?.open === true;
      }
    }
    return this.#components.get(root)!;
  }

  #finish(members: readonly FunctionIndex[], open: boolean): void {
    const tooLarge = members.length > 1 &&
      members.reduce((size, member) => size + this.size(member), 0) > LOOP_BYTES;
    const component: Component = { members, open: open || tooLarge };
    for (const member of members) this.#components.set(member, component);
  }

  /** Bytes of a function's body. */
  size(index: FunctionIndex): number {
    const { start, end } = this.#module.record.functions[index].body!;
    return end - start;
  }

  /** Open functions of a type, those behind `start` first: what a function there may call without naming it. */
  *openFunctions(type: TypeIndex, start: FunctionIndex): Generator<FunctionIndex> {
    const { record: { functions }, types } = this.#module;
    for (let i = start + 1; i < start + functions.length; i++) {
      const index = i % functions.length;
      if (index < this.#imported || types[functions[index].type] !== types[type]) continue;
      if (this.component(index).open) yield index;
    }
  }
}
