/**
 * The body of one function under construction: its operand stack of expressions, its variables and its text.
 *
 * Operands are evaluated where they are used, not where their instruction stands. The rule that keeps WebAssembly's order:
 * before a statement is written, every operand left on the stack that must not be evaluated after it - it reads what
 * the statement writes, may trap, calls - is evaluated into a temporary variable, in stack order
 * ({@linkcode FunctionBuilder.settle}). Operands inside one expression are evaluated from left to right, as pushed.
 *
 * @module
 */

import { KEEPS_NAN_BITS } from "../runtime/float_bits.ts";
import { F32, F64, I32, I64, isReference, V128, type ValueType } from "../syntax/types.ts";
import {
  asStored,
  Effect,
  effectsBarredBy,
  Expression,
  int,
  type Kind,
  OBSERVABLE,
  Precedence,
} from "./expression.ts";
import type { GroupScope } from "./group_scope.ts";
import { OperandSummary } from "./operand_summary.ts";

/** What a variable holds: int32s, floats or references. */
export type VariableClass = "int" | "float" | "ref";

/** A local variable of the generated function. */
export class Variable {
  readonly name: string;
  readonly kind: Kind;
  /** The variable's bit in {@linkcode Expression.variables}. */
  readonly bit: number;
  readonly #pool: TemporaryPool | null;
  #pinned = false;

  constructor(name: string, kind: Kind, number: number, pool: TemporaryPool | null = null) {
    this.name = name;
    this.kind = kind;
    this.bit = 1 << number % 31;
    this.#pool = pool;
  }

  /** Whether it keeps its value for longer than operands refer to it; if so, it is that which its pool found last. */
  get pinned(): boolean {
    return this.#pinned;
  }

  set pinned(pinned: boolean) {
    if (pinned === this.#pinned) return;
    this.#pinned = pinned;
    if (pinned) this.#pool?.take(this);
    else this.#pool?.give(this);
  }

  /** The variable's value. */
  read(kind: Kind = this.kind): Expression {
    return new Expression(this.name, Precedence.Primary, kind, Effect.None, this.bit);
  }
}

/** The temporaries of a class: those that are not pinned, of which constructs that are open may have many. */
class TemporaryPool {
  /** All that there are. */
  size = 0;
  /** In the order in which there came to be temporaries with that bit. */
  readonly #byBit: { readonly bit: number; readonly variables: Variable[] }[] = [];

  /** One whose bit is not taken. */
  find(taken: number): Variable | undefined {
    for (const { bit, variables } of this.#byBit) {
      if ((taken & bit) === 0 && variables.length > 0) return variables.at(-1);
    }
    return undefined;
  }

  /** Adds a temporary, which {@linkcode TemporaryPool.find} finds next. */
  give(variable: Variable): void {
    this.#with(variable.bit).push(variable);
  }

  /** Takes the temporary that was found or added last. */
  take(variable: Variable): void {
    this.#with(variable.bit).pop();
  }

  #with(bit: number): Variable[] {
    let found = this.#byBit.find((one) => one.bit === bit);
    if (found === undefined) this.#byBit.push(found = { bit, variables: [] });
    return found.variables;
  }
}

/** Deeper expressions are cut by a temporary variable, for the recursion of the host's parser. */
const MAX_DEPTH = 50;

/** The class of variables that hold expressions of `kind`. */
export function classOf(kind: Kind): VariableClass {
  switch (kind) {
    case "f32":
    case "quiet f32":
    case "f64":
    case "quiet f64":
      return "float";
    case "ref":
      return "ref";
    default:
      return "int";
  }
}

/** The kinds of the components that a value of `type` has. */
export function componentKinds(type: ValueType): readonly Kind[] {
  switch (type) {
    case I32:
      return ONE_INT;
    case I64:
      return TWO_INTS;
    case F32:
      return ONE_F32;
    case F64:
      return ONE_F64;
    case V128:
      return FOUR_INTS;
    default:
      if (!isReference(type)) throw new TypeError("not a value type");
      return ONE_REF;
  }
}

const ONE_INT: readonly Kind[] = ["int"];
const TWO_INTS: readonly Kind[] = ["int", "int"];
const FOUR_INTS: readonly Kind[] = ["int", "int", "int", "int"];
const ONE_F32: readonly Kind[] = ["f32"];
const ONE_F64: readonly Kind[] = ["f64"];
const ONE_REF: readonly Kind[] = ["ref"];

/** The kinds of the components of all of `types`. */
export function flatten(types: readonly ValueType[]): Kind[] {
  return types.flatMap(componentKinds);
}

/** The text of a variable's value before it has been set. */
export function initialText(kind: Kind): string {
  return kind === "ref" ? "null" : "0";
}

/** Of the variables of one local: an i64's high half, a v128's other lanes. */
const COMPONENT_SUFFIXES = ["", "h", "b", "c"];
const TEMPORARY_PREFIX: Record<VariableClass, string> = { int: "t", float: "d", ref: "r" };
const TEMPORARY_KIND: Record<VariableClass, Kind> = { int: "int", float: "f64", ref: "ref" };

/** The text and the operand stack of a function. */
export class FunctionBuilder {
  readonly scope: GroupScope;
  /** Components of the operands, in stack order. */
  readonly operands: Expression[] = [];
  /** Types of the operands: an i64 has two components, a v128 four, every other type one. */
  readonly types: ValueType[] = [];
  /** All that the function has done so far. */
  effects: number = Effect.None;
  /** Whether it has loops. */
  hasLoops = false;
  /** The statements of the innermost open block. */
  text = "";
  /** By local index: the variables that hold its components. */
  readonly locals: Variable[][] = [];
  /** Variables declared at the top of the function. */
  readonly declared: Variable[] = [];
  /** Texts of references that casts have told from null and then from other types; see `nullPathRead` in `structs.ts`. */
  readonly testedReferences: Set<string> = new Set();
  /** Number of open blocks whose exceptions the function catches. */
  protections = 0;
  readonly #temporaries: Record<VariableClass, TemporaryPool> = {
    int: new TemporaryPool(),
    float: new TemporaryPool(),
    ref: new TemporaryPool(),
  };
  #temporaryNames = new Map<string, Variable>();
  #count = 0;
  /** Bits of the temporaries that the current instruction must not take: its operands and its own. */
  #taken = 0;
  readonly #summary = new OperandSummary(this.operands, (operand) => this.#isFixed(operand));

  constructor(scope: GroupScope) {
    this.scope = scope;
  }

  /** Makes variables for a local (or parameter) of `type`. */
  addLocal(type: ValueType, parameter: boolean): void {
    const index = this.locals.length;
    this.locals.push(
      componentKinds(type).map((kind, i) => this.#variable(`l${index}${COMPONENT_SUFFIXES[i]}`, kind)),
    );
    if (!parameter) this.declared.push(...this.locals[index]);
  }

  #variable(name: string, kind: Kind): Variable {
    return new Variable(name, kind, this.#count++);
  }

  /** A variable that is declared at the top of the function. */
  declare(name: string, kind: Kind): Variable {
    const variable = this.#variable(name, kind);
    this.declared.push(variable);
    return variable;
  }

  /** Between two instructions: temporaries that no operand reads may be used again. */
  beginInstruction(): void {
    this.#taken = -1;
  }

  /** A temporary variable for an expression of `kind`; nothing else uses it until no operand reads it any more. */
  temporary(kind: Kind): Variable {
    if (this.#taken < 0) this.#takeOperands();
    const variableClass = classOf(kind);
    const pool = this.#temporaries[variableClass];
    let variable = pool.find(this.#taken);
    if (variable === undefined) {
      const name = `${TEMPORARY_PREFIX[variableClass]}${pool.size++}`;
      variable = new Variable(name, TEMPORARY_KIND[variableClass], this.#count++, pool);
      pool.give(variable);
      this.#temporaryNames.set(variable.name, variable);
      this.declared.push(variable);
    }
    this.#taken |= variable.bit;
    this.testedReferences.delete(variable.name);
    return variable;
  }

  #takeOperands(): void {
    this.#taken = this.#summary.variables(this.operands.length);
  }

  /** A temporary that keeps its value until {@linkcode Variable.pinned} is cleared. */
  pinnedTemporary(kind: Kind): Variable {
    const variable = this.temporary(kind);
    variable.pinned = true;
    return variable;
  }

  /** Pushes one component. */
  push(expression: Expression): void {
    this.effects |= expression.effects;
    // Some of those that were there may have been taken off since.
    this.#summary.forget(this.operands.length);
    this.operands.push(expression);
    if (expression.depth > MAX_DEPTH) this.#evaluate(this.operands.length - 1);
  }

  /** Pushes a value of `type`. */
  pushValue(type: ValueType, ...components: Expression[]): void {
    for (const component of components) this.push(component);
    this.types.push(type);
  }

  /** Takes one component off the stack. */
  pop(): Expression {
    if (this.#taken < 0) this.#takeOperands();
    return this.operands.pop()!;
  }

  /** Puts another expression in the place of an operand. */
  replace(index: number, expression: Expression): void {
    this.#summary.forget(index);
    this.operands[index] = expression;
  }

  /** Takes one component that the caller writes more than once: a variable or a constant. */
  popSimple(): Expression {
    this.simplify(0);
    return this.pop();
  }

  /** How many of the lowest operands are known to have no vectors in shapes of their own among them. */
  get settledVectors(): number {
    return this.#summary.settledVectors;
  }

  set settledVectors(count: number) {
    this.#summary.settledVectors = count;
  }

  /** Takes the components of the top value, in order; the caller takes care of `types`. */
  popComponents(count: number): Expression[] {
    const components: Expression[] = new Array(count);
    while (count > 0) components[--count] = this.pop();
    return components;
  }

  /**
   * Evaluates those of the top `count` components that call: what uses them reads a variable of the group, such as a view of a
   * memory, that calls may replace, and JavaScript would read it first.
   */
  settleCalls(count: number): void {
    for (let depth = count - 1; depth >= 0; depth--) {
      if ((this.operands.at(-1 - depth)!.effects & Effect.Call) !== 0) this.simplify(depth);
    }
  }

  /** Makes the component `depth` places below the top one that may be written more than once. */
  simplify(depth: number): void {
    const index = this.operands.length - 1 - depth;
    if (!this.operands[index].simple) this.#evaluate(index);
  }

  /** Evaluates an expression that is no longer on the stack into a temporary. */
  evaluated(expression: Expression): Expression {
    if (expression.simple) return expression;
    const stored = asStored(expression);
    const variable = this.temporary(stored.kind);
    this.settle(stored.effects);
    this.write(`${variable.name}=${stored.text}`);
    return variable.read(stored.kind);
  }

  /** Evaluates the operand at `index` now, and before it all those that must not come after it. */
  #evaluate(index: number): void {
    const operand = this.operands[index];
    this.settle(operand.effects, 0, index);
    this.#spill(index);
  }

  #spill(index: number): void {
    const stored = asStored(this.operands[index]);
    const variable = this.temporary(stored.kind);
    this.write(`${variable.name}=${stored.text}`);
    this.replace(index, variable.read(stored.kind));
  }

  /**
   * Evaluates the operands (of the lowest `count`) that must not be evaluated after a statement with these effects that writes
   * these variables.
   */
  settle(effects: number, writes: number = 0, count: number = this.operands.length): void {
    this.effects |= effects;
    if ((effects | writes) === 0 || count === 0) return;
    let barred = effectsBarredBy(effects);
    // A handler sees which variables were written before the call that threw.
    if (writes !== 0 && this.protections > 0) barred |= Effect.Call;
    let lowest = -1;
    const spilled: number[] = [];
    for (let i = count - 1; i >= 0; i--) {
      if (!this.#summary.conflicts(i + 1, barred, writes)) break;
      const operand = this.operands[i];
      // Variables share bits: one that looks written may be the temporary of an operand below an enclosing block.
      if (this.#isFixed(operand)) continue;
      if ((operand.effects & barred) !== 0 || (operand.variables & writes) !== 0 && !this.#isFixed(operand)) {
        barred |= effectsBarredBy(operand.effects);
        spilled.push(i);
        lowest = i;
      }
    }
    if (lowest < 0) return;
    for (let i = spilled.length - 1; i >= 0; i--) this.#spill(spilled[i]);
  }

  /** Evaluates all operands but constants: what follows is not executed exactly once, or not in this order. */
  settleAll(count: number = this.operands.length): void {
    for (let i = this.#summary.fixed; i < count; i++) {
      if (!this.#isFixed(this.operands[i])) this.#spill(i);
    }
    this.#summary.fix(count);
  }

  /** Whether nothing can change the operand's value: a constant, or a temporary (not written while an operand reads it). */
  #isFixed(operand: Expression): boolean {
    if (!operand.simple) return false;
    return operand.variables === 0 || this.#temporaryNames.get(operand.text)?.pinned === false;
  }

  /** Writes a statement; its operands have been taken off the stack and the others settled. */
  write(statement: string): void {
    this.text += statement + ";\n";
  }

  /** Writes a statement with effects, after settling the operands left. */
  statement(statement: string, effects: number, writes: number = 0): void {
    this.settle(effects, writes);
    this.write(statement);
  }

  /** Assigns `expressions`, taken off the stack, to `variables`, in parallel. */
  assign(variables: readonly Variable[], expressions: readonly Expression[]): void {
    let pending = expressions;
    for (let i = 0; i < variables.length; i++) {
      const { bit, name } = variables[i];
      if (pending.some((expression, j) => j > i && (expression.variables & bit) !== 0)) {
        pending = pending.map((expression, j) => j < i ? expression : this.#copied(expression));
      }
      const stored = asStored(pending[i]);
      if (stored.text === name) continue;
      this.settle(stored.effects, bit);
      this.write(`${name}=${this.#assigned(stored)}`);
      if (this.testedReferences.has(stored.text)) this.testedReferences.add(name);
      else this.testedReferences.delete(name);
    }
  }

  /** The text of a value that is assigned to a variable. */
  #assigned(stored: Expression): string {
    const { constant } = stored;
    const small = KEEPS_NAN_BITS && constant !== null && (constant | 0) === constant &&
      !Object.is(constant, -0);
    return small && classOf(stored.kind) === "float" ? this.scope.double(constant) : stored.text;
  }

  #copied(expression: Expression): Expression {
    if (expression.constant !== null) return expression;
    const stored = asStored(expression);
    const variable = this.temporary(stored.kind);
    this.settle(stored.effects);
    this.write(`${variable.name}=${stored.text}`);
    return variable.read(stored.kind);
  }

  /** Evaluates a popped expression for its effects alone. */
  discard(expression: Expression): void {
    if ((expression.effects & OBSERVABLE) === 0) return;
    this.statement(expression.text, expression.effects);
  }

  /** An i32 constant, for callers that have no expression. */
  pushInt(value: number): void {
    this.pushValue(I32, int(value));
  }

  /** The parameters. */
  parameters(): Variable[] {
    const declared = new Set(this.declared);
    return this.locals.flat().filter((variable) => !declared.has(variable));
  }

  /** The text of a variable's value before it has been set, in the representation of its class. */
  initialValue(kind: Kind): string {
    return KEEPS_NAN_BITS && classOf(kind) === "float" ? this.scope.double(0) : initialText(kind);
  }

  /** The `let` statement of all variables but the parameters. */
  declarations(): string {
    if (this.declared.length === 0) return "";
    // References come last: V8 shares inline caches between a parameter and another variable of the same number.
    const declared = this.declared.toSorted((a, b) => Number(a.kind === "ref") - Number(b.kind === "ref"));
    return `let ${declared.map(({ name, kind }) => `${name}=${this.initialValue(kind)}`).join(",")};\n`;
  }
}
