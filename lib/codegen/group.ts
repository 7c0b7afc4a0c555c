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

/** The text of some functions. */
export class Group {
  /** The functions, in the order of the array that the text evaluates to. */
  readonly functions: readonly FunctionIndex[];
  /** Names for stack traces and profilers, of functions whose name is no identifier. */
  readonly #names: readonly (string | undefined)[];
  readonly #text: string;
  readonly #label: string;

  constructor(scope: GroupScope, code: ModuleCode) {
    let declarations = "";
    for (const index of scope.functions) declarations += new FunctionCompiler(scope, index).compile();
    const identifiers = scope.functions.map((index) => scope.identifier(index));
    this.functions = scope.functions;
    this.#names = scope.functions.map((index, i) => {
      const name = code.functionName(index);
      return name === identifiers[i] ? undefined : name;
    });
    this.#text = `${scope.preamble()}${declarations}return[${identifiers}];\n`;
    this.#label = `${code.label}/${identifiers[0]}`;
  }

  /** The functions' code for one instance. */
  link(link: InstanceLink): Code[] {
    const codes = evaluate(this.#text, this.#label, link) as Code[];
    for (const [i, name] of this.#names.entries()) {
      if (name !== undefined) defineProperty(codes[i], "name", { value: name });
    }
    return codes;
  }
}

/** What is generated of a module so far. */
export class ModuleCode implements Membership {
  /** Names the module in stack traces. */
  readonly label: string;
  readonly #module: CompiledModule;
  readonly #names: ReadonlyMap<number, string>;
  readonly #groups = new Map<FunctionIndex, Group>();
  static #count = 0;

  constructor(module: CompiledModule) {
    const names = new NameSection(module.record);
    this.#module = module;
    this.#names = names.functions;
    this.label = (names.module ?? `module${++ModuleCode.#count}`).replace(/[^A-Za-z0-9_.-]/g, "_").slice(0, 100);
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
