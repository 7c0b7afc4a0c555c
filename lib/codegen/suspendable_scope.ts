/**
 * The scope of a group of suspendable functions: generator functions, which call each other with `yield*` and all others
 * as anybody does. They share the instance's state with its ordinary code, but no text.
 *
 * @module
 */

import type { FunctionIndex } from "../syntax/types.ts";
import type { CompiledModule } from "../runtime/compiled_module.ts";
import { GroupScope, type Membership } from "./group_scope.ts";
import type { Instruction } from "./instructions.ts";
import { countCall, countEntry, COUNTERS } from "./profiling.ts";
import { SUSPENDABLE_INSTRUCTIONS } from "./suspendable_calls.ts";

/** Which group of suspendable code a function belongs to. */
export interface SuspendableMembership extends Membership {
  /** The functions that may suspend. */
  readonly suspendable: ReadonlySet<FunctionIndex>;
}

/** A group's scope while its text is written. */
export class SuspendableScope extends GroupScope {
  override readonly instructions: ReadonlyMap<number, Instruction> = SUSPENDABLE_INSTRUCTIONS;
  readonly #suspendable: ReadonlySet<FunctionIndex>;
  readonly #tailCallers = new Set<FunctionIndex>();
  readonly #counts: boolean;

  /** With `counts`, the functions count calls. */
  constructor(
    module: CompiledModule,
    membership: SuspendableMembership,
    root: FunctionIndex,
    counts: boolean,
  ) {
    super(module, membership, root);
    this.#suspendable = membership.suspendable;
    this.#counts = counts;
  }

  override prologue(index: FunctionIndex): string {
    return this.#counts ? countEntry(index) : "";
  }

  override seen(offset: number, code: string, target: string): string {
    return this.#counts ? countCall(offset, code, target) : code;
  }

  override get seesTargets(): boolean {
    return this.#counts;
  }

  override preamble(): string {
    return (this.#counts ? COUNTERS : "") + super.preamble();
  }

  /** Whether calls of a function may suspend. */
  suspends(index: FunctionIndex): boolean {
    return this.#suspendable.has(index);
  }

  /** A function that does not suspend has ordinary code, in another group. */
  override admits(index: FunctionIndex): boolean {
    return this.suspends(index) && super.admits(index);
  }

  /** What is called to call a function that may suspend. */
  suspendableCallee(index: FunctionIndex): string {
    if (this.admits(index)) return this.identifier(index);
    const slot = this.constant(`y${index}`, "I.slot()");
    return `(${slot}.code??(${slot}.code=I.suspendable(${index})))`;
  }

  /** Notes that a function returns `TAIL_CALL`, so that it gets a loop around it. */
  addTailCaller(index: FunctionIndex): void {
    this.#tailCallers.add(index);
  }

  override functionText(
    index: FunctionIndex,
    identifier: string,
    params: readonly string[],
    body: string,
  ): string {
    if (!this.#tailCallers.has(index)) return `function*${identifier}(${params}){\n${body}}\n`;
    const inner = this.twinIdentifier(index);
    const tailCall = this.runtime("TAIL_CALL");
    return `function*${inner}(${params}){\n${body}}\n` +
      `function*${identifier}(${params}){let c0=yield*${inner}(${params});` +
      `while(c0===${tailCall}){const c1=c0.suspends;c0=c0.go();if(c1)c0=yield*c0}return c0}\n` +
      `${tailCall}.loop(${identifier},${inner});\n`;
  }
}
