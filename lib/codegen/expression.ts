/**
 * JavaScript expressions under construction: text, and what the compiler knows about it. Each is one component of a
 * WebAssembly value: an i32, half of an i64, a float, a reference. Operands keep their place on the operand stack until
 * something needs them, so that expressions nest as deep as the order of evaluation allows.
 *
 * @module
 */

/**
 * What an expression evaluates to.
 *
 * | kind      | JavaScript value                                                       |
 * |-----------|------------------------------------------------------------------------|
 * | int       | an int32                                                               |
 * | small     | an integer from 0 to 2^31-1: signed and unsigned reading agree         |
 * | uint      | an integer from 0 to 2^32-1, to be read modulo 2^32                    |
 * | sum       | an integer of at most 34 bits, to be read modulo 2^32                  |
 * | bool      | a boolean that stands for 1 or 0                                       |
 * | f32       | a number rounded to single precision; may be a marked (signalling) NaN |
 * | quiet f32 | the same, the result of arithmetic: never a marked NaN                 |
 * | f64       | a number                                                               |
 * | quiet f64 | the same, the result of arithmetic: never a signalling NaN             |
 * | ref       | a reference as the engine holds it                                     |
 */
export type Kind =
  | "int"
  | "small"
  | "uint"
  | "sum"
  | "bool"
  | "f32"
  | "quiet f32"
  | "f64"
  | "quiet f64"
  | "ref";

/** Binding strength of JavaScript's operators, as far as they occur. */
export const Precedence = {
  Assign: 2,
  Conditional: 3,
  Nullish: 4,
  Or: 4,
  And: 5,
  BitOr: 6,
  BitXor: 7,
  BitAnd: 8,
  Equal: 9,
  Relate: 10,
  Shift: 11,
  Add: 12,
  Multiply: 13,
  Unary: 14,
  Postfix: 16,
  Primary: 17,
} as const;

type EffectName =
  | "None"
  | "ReadMemory"
  | "ReadGlobal"
  | "ReadTable"
  | "ReadHeap"
  | "TrapMemory"
  | "Trap"
  | "Call"
  | "WriteMemory"
  | "WriteGlobal"
  | "WriteTable"
  | "WriteHeap"
  | "Branch";

/** What evaluating an expression or statement depends on and does, beyond local variables. */
export const Effect: Readonly<Record<EffectName, number>> = {
  None: 0,
  ReadMemory: 1,
  ReadGlobal: 2,
  ReadTable: 4,
  /** May trap with "memory access out of bounds". */
  TrapMemory: 8,
  /** May trap otherwise. */
  Trap: 16,
  /** Runs code that may do anything. */
  Call: 32,
  WriteMemory: 64,
  WriteGlobal: 128,
  WriteTable: 256,
  /** May leave the straight line: what comes later may never be evaluated. */
  Branch: 512,
  /** Reads a mutable field or element. */
  ReadHeap: 1024,
  WriteHeap: 2048,
};

/** The effects for which an expression is evaluated even if nobody needs its value. */
export const OBSERVABLE: number = Effect.Call | Effect.Trap | Effect.TrapMemory;

const ANY_TRAP = Effect.TrapMemory | Effect.Trap;
const ANY_READ = Effect.ReadMemory | Effect.ReadGlobal | Effect.ReadTable | Effect.ReadHeap;

/** The effects that an earlier operand must not have to be evaluated after something with `effects`. */
export function effectsBarredBy(effects: number): number {
  let barred = 0;
  if (effects & Effect.Call) return ~0;
  if (effects & ANY_READ) barred |= Effect.Call;
  // Which of two memory traps comes first cannot be told.
  if (effects & Effect.TrapMemory) barred |= Effect.Call | Effect.Trap;
  if (effects & Effect.Trap) barred |= Effect.Call | ANY_TRAP;
  if (effects & Effect.WriteMemory) barred |= Effect.Call | ANY_TRAP | Effect.ReadMemory;
  if (effects & Effect.WriteGlobal) barred |= Effect.Call | ANY_TRAP | Effect.ReadGlobal;
  if (effects & Effect.WriteTable) barred |= Effect.Call | ANY_TRAP | Effect.ReadTable;
  if (effects & Effect.WriteHeap) barred |= Effect.Call | ANY_TRAP | Effect.ReadHeap;
  if (effects & Effect.Branch) barred |= Effect.Call | ANY_TRAP;
  return barred;
}

/** An immutable expression. */
export class Expression {
  readonly text: string;
  /** Of the outermost operator. */
  readonly precedence: number;
  readonly kind: Kind;
  readonly effects: number;
  /** The local variables that are read: one bit each, shared by variables whose numbers are equal modulo 31. */
  readonly variables: number;
  /** Levels of nesting. */
  readonly depth: number;
  /** The value, where it is a constant integer or float. */
  readonly constant: number | null;
  /** A cheaper expression for users to whom all NaNs are the same; its variables and effects are among this one's. */
  arithmetic: Expression | null = null;

  constructor(
    text: string,
    precedence: number,
    kind: Kind,
    effects: number = Effect.None,
    variables: number = 0,
    depth: number = 0,
    constant: number | null = null,
  ) {
    this.text = text;
    this.precedence = precedence;
    this.kind = kind;
    this.effects = effects;
    this.variables = variables;
    this.depth = depth;
    this.constant = constant;
  }

  /** Whether it can be written twice: a constant or a variable. */
  get simple(): boolean {
    return this.constant !== null || this.precedence === Precedence.Primary && this.effects === Effect.None;
  }

  /** The text as an operand of an operator that binds with `precedence`. */
  operand(precedence: number): string {
    return this.precedence < precedence ? `(${this.text})` : this.text;
  }
}

/** An int32 constant. */
export function int(value: number): Expression {
  const negative = value < 0;
  return new Expression(
    `${value}`,
    negative ? Precedence.Unary : Precedence.Primary,
    negative ? "int" : "small",
    0,
    0,
    0,
    value,
  );
}

/** A name that stands for the same value wherever the function runs: a constant of the group. */
export function name(text: string, kind: Kind): Expression {
  return new Expression(text, Precedence.Primary, kind);
}

/** `template` applied to operands: the text is given, the rest follows from `parts`. */
export function derived(
  text: string,
  precedence: number,
  kind: Kind,
  parts: readonly Expression[],
  effects: number = Effect.None,
): Expression {
  let variables = 0;
  let depth = 0;
  for (const part of parts) {
    effects |= part.effects;
    variables |= part.variables;
    if (part.depth > depth) depth = part.depth;
  }
  return new Expression(text, precedence, kind, effects, variables, depth + 1);
}

/** `a operator b`, associating to the left. */
export function binary(
  a: Expression,
  operator: string,
  b: Expression,
  precedence: number,
  kind: Kind,
): Expression {
  const left = a.operand(precedence);
  const right = b.operand(precedence + 1);
  // "a - -1 / b" must not become "a--1/b".
  const space = (operator === "-" || operator === "+") && right.startsWith(operator) ? " " : "";
  return new Expression(
    `${left}${operator}${space}${right}`,
    precedence,
    kind,
    a.effects | b.effects,
    a.variables | b.variables,
    (a.depth > b.depth ? a.depth : b.depth) + 1,
  );
}

/** `operator a`. */
export function unary(operator: string, a: Expression, kind: Kind): Expression {
  // "- -1" must not become "--1".
  const space = operator === "-" && a.precedence === Precedence.Unary ? " " : "";
  return derived(`${operator}${space}${a.operand(Precedence.Unary)}`, Precedence.Unary, kind, [a]);
}

/** `callee(parts...)`. */
export function call(
  callee: string,
  parts: readonly Expression[],
  kind: Kind,
  effects: number = Effect.None,
): Expression {
  return derived(
    `${callee}(${parts.map(({ text }) => text).join(",")})`,
    Precedence.Postfix,
    kind,
    parts,
    effects,
  );
}

/** `condition ? a : b`. */
export function conditional(condition: Expression, a: Expression, b: Expression, kind: Kind): Expression {
  const above = Precedence.Conditional + 1;
  return derived(
    `${condition.operand(above)}?${a.operand(Precedence.Conditional)}:${b.operand(Precedence.Conditional)}`,
    Precedence.Conditional,
    kind,
    [condition, a, b],
  );
}

/** The kind of what is either of kind `a` or of kind `b`, both stored. */
export function joined(a: Kind, b: Kind): Kind {
  if (a === b) return a;
  if (a === "f32" || a === "quiet f32") return "f32";
  return a === "f64" || a === "quiet f64" ? "f64" : "int";
}

/** The same number as an int32. */
export function asInt(a: Expression): Expression {
  switch (a.kind) {
    case "sum":
    case "uint":
    case "bool":
      return binary(a, "|", ZERO, Precedence.BitOr, "int");
    default:
      return a;
  }
}

/** The same number as an unsigned one. */
export function asUnsigned(a: Expression): Expression {
  if (a.constant !== null) {
    return a.constant >= 0 ? a : new Expression(
      `${a.constant >>> 0}`,
      Precedence.Primary,
      "uint",
      0,
      0,
      0,
      a.constant >>> 0,
    );
  }
  return a.kind === "small" || a.kind === "uint" ? a : binary(a, ">>>", ZERO, Precedence.Shift, "uint");
}

/** As an operand of float arithmetic, which does not tell one NaN from another. */
export function asOperand(a: Expression): Expression {
  return a.arithmetic ?? a;
}

/** As a condition: something whose truth is the number's being nonzero. */
export function asCondition(a: Expression): Expression {
  return a.kind === "sum" ? asInt(a) : a;
}

/** As variables, parameters and results hold the component. */
export function asStored(a: Expression): Expression {
  return asInt(a);
}

/** The constant 0. */
export const ZERO: Expression = int(0);
