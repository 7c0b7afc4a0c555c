/**
 * Groups: functions that are generated together, because they call each other, and share one scope. Their text depends on the
 * module alone; instances of the module evaluate it separately.
 *
 * @module
 */

import { NameSection } from "../binary/names.ts";
import type { FunctionIndex } from "../syntax/types.ts";
import type { CompiledModule } from "../runtime/compiled_module.ts";
import type { Code } from "../runtime/function_reference.ts";
import { FunctionCompiler } from "./function_compiler.ts";
import { GroupScope, type Membership } from "./group_scope.ts";
import type { InstanceLink } from "./instance_link.ts";
import { RUNTIME } from "./runtime_library.ts";
import { TailCallGraph } from "./tail_call_graph.ts";

const GeneratedFunction = Function;
const { defineProperty } = Object;

let evaluations = 0;

/**
 * Evaluates generated text, a function body with the parameters `E` (the runtime library) and `I`. The last line makes
 * the text unique: V8 shares type feedback between functions of equal text, and a call that has seen the functions of two
 * instances is never inlined again.
 */
export function evaluate(text: string, label: string, link: unknown): unknown {
  const unique = `//# sourceURL=tandem:${label}/${++evaluations}\n`;
  return new GeneratedFunction("E", "I", `"use strict";\n${text}${unique}`)(RUNTIME, link);
}

/** Bytes of a function body whose JavaScript V8 inlines: it takes up to 460 bytes of bytecode. */
const INLINABLE_BYTES = 150;

/**
 * Whether a function that calls itself is written twice, each twin calling the other: V8 does not inline a function into
 * itself. Naive Fibonacci takes 0.28 (Deno), 0.9 (Bun) and 0.47 (Node) of the time.
 */
function isInlinable(scope: GroupScope, index: FunctionIndex): boolean {
  const { start, end } = scope.module.record.functions[index].body!;
  return end - start <= INLINABLE_BYTES;
}

/** How the functions of a module are called in stack traces. */
export interface FunctionNames {
  /** Names the module. */
  readonly label: string;
  /** The function's name in the name section. */
  functionName(index: FunctionIndex): string | undefined;
}

/** The text of some functions. */
export class Group {
  /** The functions, in the order of the array that the text evaluates to; twins follow them there. */
  readonly functions: readonly FunctionIndex[];
  /** Names for stack traces and profilers, of functions whose name is no identifier. */
  readonly #names: readonly (string | undefined)[];
  readonly #text: string;
  readonly #label: string;

  constructor(scope: GroupScope, code: FunctionNames) {
    let declarations = "";
    const twins: { readonly index: FunctionIndex; readonly identifier: string }[] = [];
    for (const index of scope.functions) {
      const identifier = scope.identifier(index);
      const compiler = new FunctionCompiler(scope, index);
      let text = compiler.compile(identifier);
      if (compiler.callsItself && scope.tailLoops.of(index) === null && isInlinable(scope, index)) {
        const twin = scope.twinIdentifier(index);
        twins.push({ index, identifier: twin });
        text = new FunctionCompiler(scope, index, twin).compile(identifier) +
          new FunctionCompiler(scope, index, identifier).compile(twin);
      }
      declarations += text;
    }
    const members = scope.functions.map((index) => ({ index, identifier: scope.identifier(index) })).concat(
      twins,
    );
    const identifiers = members.map(({ identifier }) => identifier);
    this.functions = scope.functions;
    this.#names = members.map(({ index, identifier }) => {
      const name = code.functionName(index);
      return name === identifier ? undefined : name;
    });
    const loops = scope.tailLoops.text();
    this.#text = `${scope.preamble()}${declarations}${loops}return[${identifiers}];\n`;
    this.#label = `${code.label}/${identifiers[0]}`;
  }

  /** The code for one instance, of `functions` and their twins. */
  link(link: InstanceLink): Code[] {
    const codes = evaluate(this.#text, this.#label, link) as Code[];
    for (const [i, name] of this.#names.entries()) {
      if (name !== undefined) defineProperty(codes[i], "name", { value: name });
    }
    return codes;
  }
}

/** What is generated of a module so far. */
export class ModuleCode implements Membership, FunctionNames {
  /** Names the module in stack traces. */
  readonly label: string;
  readonly tailCalls: TailCallGraph;
  readonly #module: CompiledModule;
  readonly #names: ReadonlyMap<number, string>;
  readonly #groups = new Map<FunctionIndex, Group>();
  static #count = 0;

  constructor(module: CompiledModule) {
    const names = new NameSection(module.record);
    this.#module = module;
    this.tailCalls = new TailCallGraph(module);
    this.#names = names.functions;
    this.label = (names.module ?? `module${++ModuleCode.#count}`).replace(/[^A-Za-z0-9_.-]/g, "_").slice(
      0,
      100,
    );
  }

  functionName(index: FunctionIndex): string | undefined {
    return this.#names.get(index);
  }

  has(index: FunctionIndex): boolean {
    return this.#groups.has(index);
  }

  /** The group that a function belongs to, generated now if need be. */
  group(index: FunctionIndex): Group {
    let group = this.#groups.get(index);
    if (group === undefined) {
      group = new Group(new GroupScope(this.#module, this, index), this);
      for (const member of group.functions) this.#groups.set(member, group);
    }
    return group;
  }
}
