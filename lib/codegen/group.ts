/**
 * Groups: functions that are generated together, because they call each other, and share one scope. Their text depends on the
 * module, and on how the imports that they call were resolved; instances of the module that agree on those share the text,
 * and evaluate it separately.
 *
 * @module
 */

import { NameSection } from "../binary/names.ts";
import type { FunctionIndex } from "../syntax/types.ts";
import type { CompiledModule } from "../runtime/compiled_module.ts";
import type { Code } from "../runtime/function_reference.ts";
import { type CallShape, GENERIC } from "./call_shape.ts";
import { evaluate } from "./evaluation.ts";
import { FunctionCompiler } from "./function_compiler.ts";
import { GroupScope, type Membership } from "./group_scope.ts";
import type { InstanceLink } from "./instance_link.ts";
import { ReturningForms } from "./returning_forms.ts";
import { TailCallGraph } from "./tail_call_graph.ts";

const { defineProperty } = Object;

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
  /** The functions, in the order of the array that the text evaluates to. */
  readonly functions: readonly FunctionIndex[];
  /** The functions whose returning forms follow them there; twins come last. */
  readonly returning: readonly FunctionIndex[];
  /** Names for stack traces and profilers, of functions whose name is no identifier. */
  readonly #names: readonly (string | undefined)[];
  readonly #text: string;
  readonly #label: string;
  readonly #shapes: ReadonlyMap<FunctionIndex, CallShape>;

  constructor(scope: GroupScope, code: FunctionNames) {
    let declarations = "";
    const twins: { readonly index: FunctionIndex; readonly identifier: string }[] = [];
    const compile = (index: FunctionIndex) => {
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
      if (scope.isCalledByJavaScript(index)) scope.returningForm(index);
    };
    let compiled = 0;
    const compileFunctions = () => {
      while (compiled < scope.functions.length) compile(scope.functions[compiled++]);
    };
    compileFunctions();
    const returning: { readonly index: FunctionIndex; readonly identifier: string }[] = [];
    for (const [index, identifier] of scope.returningForms) {
      returning.push({ index, identifier });
      declarations += new FunctionCompiler(scope, index, identifier, null, true).compile(identifier);
      compileFunctions();
    }
    const functions = scope.functions.map((index) => ({ index, identifier: scope.identifier(index) }));
    const members = [...functions, ...returning, ...twins];
    const identifiers = members.map(({ identifier }) => identifier);
    this.functions = scope.functions;
    this.returning = returning.map(({ index }) => index);
    this.#names = members.map(({ index, identifier }) => {
      const name = code.functionName(index);
      return name === identifier ? undefined : name;
    });
    const loops = scope.tailLoops.text();
    this.#text = `${scope.preamble()}${declarations}${loops}return[${identifiers}];\n`;
    this.#label = `${code.label}/${identifiers[0]}`;
    this.#shapes = scope.imports.shapes;
  }

  /** Whether the text is right for an instance whose imports are called as `shapeOf` says. */
  fits(shapeOf: (index: FunctionIndex) => CallShape): boolean {
    for (const [index, shape] of this.#shapes) {
      if (shape !== GENERIC && shape !== shapeOf(index)) return false;
    }
    return true;
  }

  /** The code for one instance, of `functions`, then of the returning forms. */
  link(link: InstanceLink): Code[] {
    const codes = evaluate(this.#text, this.#label, link) as Code[];
    for (const [i, name] of this.#names.entries()) {
      if (name !== undefined) defineProperty(codes[i], "name", { value: name });
    }
    return codes;
  }
}

/** What is generated of a module so far. */
export class ModuleCode implements FunctionNames {
  /** Names the module in stack traces. */
  readonly label: string;
  readonly tailCalls: TailCallGraph;
  readonly returningForms: ReturningForms;
  readonly #names: ReadonlyMap<number, string>;
  readonly #groups = new Map<FunctionIndex, Group>();
  /** The module's memory of resolutions: how each import is called in all code generated from now on. */
  readonly #shapes = new Map<FunctionIndex, CallShape>();
  static #count = 0;

  readonly #makeScope: (membership: Membership, root: FunctionIndex) => GroupScope;

  constructor(
    module: CompiledModule,
    makeScope: (membership: Membership, root: FunctionIndex) => GroupScope = (membership, root) =>
      new GroupScope(module, membership, root),
  ) {
    this.#makeScope = makeScope;
    const names = new NameSection(module.record);
    this.tailCalls = new TailCallGraph(module);
    this.returningForms = new ReturningForms(module);
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

  /**
   * The group that a function belongs to, for an instance whose imports are called as `shapeOf` says; generated now if need be. An
   * import on which an earlier instance disagrees is generic from now on; the code that earlier instances have stays as it is.
   */
  group(index: FunctionIndex, shapeOf: (index: FunctionIndex) => CallShape): Group {
    let group = this.#groups.get(index);
    if (group?.fits(shapeOf)) return group;
    const membership = new Resolutions(this, group, (imported) => this.#shape(imported, shapeOf(imported)));
    group = new Group(this.#makeScope(membership, index), this);
    for (const member of group.functions) this.#groups.set(member, group);
    return group;
  }

  #shape(index: FunctionIndex, shape: CallShape): CallShape {
    const known = this.#shapes.get(index);
    const agreed = known === undefined || known === shape ? shape : GENERIC;
    this.#shapes.set(index, agreed);
    return agreed;
  }
}

/** What a group that is being generated sees of the module. */
class Resolutions implements Membership {
  readonly tailCalls: TailCallGraph;
  readonly returningForms: ReturningForms;
  readonly importShape: (index: FunctionIndex) => CallShape;
  readonly #code: ModuleCode;
  /** The group as it was generated before; the new one has the same functions. */
  readonly #former: ReadonlySet<FunctionIndex>;

  constructor(code: ModuleCode, former: Group | undefined, importShape: (index: FunctionIndex) => CallShape) {
    this.tailCalls = code.tailCalls;
    this.returningForms = code.returningForms;
    this.importShape = importShape;
    this.#code = code;
    this.#former = new Set(former?.functions);
  }

  has(index: FunctionIndex): boolean {
    return this.#code.has(index) && !this.#former.has(index);
  }

  functionName(index: FunctionIndex): string | undefined {
    return this.#code.functionName(index);
  }
}
