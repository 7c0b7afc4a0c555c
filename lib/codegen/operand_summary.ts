/**
 * What the lower operands of a stack do, all together. Questions about all operands are asked at every instruction, and stacks may be
 * as deep as a function is long.
 *
 * @module
 */

import type { Expression } from "./expression.ts";

/** Summaries of the operands below every height, made when they are asked for. */
export class OperandSummary {
  readonly #operands: readonly Expression[];
  readonly #isFixed: (operand: Expression) => boolean;
  // By operand: of it and all below it, in the last two of those that are not fixed.
  readonly #variables: number[] = [];
  readonly #effects: number[] = [];
  readonly #reads: number[] = [];
  /** Operands that are summarized. */
  #known = 0;
  /** Operands that are known to be fixed, all of the lowest. */
  #fixed = 0;
  /** How many of the lowest operands are known to have no vectors in shapes of their own among them. */
  settledVectors = 0;

  /** Of `operands`; `isFixed` says of one whether nothing can change its value, and goes on saying so. */
  constructor(operands: readonly Expression[], isFixed: (operand: Expression) => boolean) {
    this.#operands = operands;
    this.#isFixed = isFixed;
  }

  /** The operands from `index` on are no longer what they were. */
  forget(index: number): void {
    if (index < this.#known) this.#known = index;
    if (index < this.#fixed) this.#fixed = index;
    if (index < this.settledVectors) this.settledVectors = index;
  }

  /** Bits of the variables that the lowest `count` operands read. */
  variables(count: number): number {
    this.#extend(count);
    return count === 0 ? 0 : this.#variables[count - 1];
  }

  /** Whether one of the lowest `count` operands that are not fixed has one of these effects or reads one of these variables. */
  conflicts(count: number, effects: number, variables: number): boolean {
    this.#extend(count);
    return count > 0 && ((this.#effects[count - 1] & effects) | (this.#reads[count - 1] & variables)) !== 0;
  }

  /** How many of the lowest operands are known to be fixed. */
  get fixed(): number {
    return this.#fixed;
  }

  /** The lowest `count` operands are fixed. */
  fix(count: number): void {
    if (count > this.#fixed) this.#fixed = count;
  }

  #extend(count: number): void {
    for (let i = this.#known; i < count; i++) {
      const operand = this.#operands[i];
      const fixed = this.#isFixed(operand);
      const below = i - 1;
      this.#variables[i] = (i === 0 ? 0 : this.#variables[below]) | operand.variables;
      this.#effects[i] = (i === 0 ? 0 : this.#effects[below]) | (fixed ? 0 : operand.effects);
      this.#reads[i] = (i === 0 ? 0 : this.#reads[below]) | (fixed ? 0 : operand.variables);
    }
    if (count > this.#known) this.#known = count;
  }
}
