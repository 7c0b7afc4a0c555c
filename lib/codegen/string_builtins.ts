/**
 * The builtins of `wasm:js-string` that are an expression where they are called (JS API, section 6.1 "String Builtins"). It does what
 * the function in `js_string.ts` does.
 *
 * V8 leaves a call that never happened out of optimised code when it would have to look up what it calls, and a function's own call
 * would keep the loop it is inlined into from being peeled: so there are no functions here, and what is rare is a method of `E`.
 *
 * @module
 */

import { KEEPS_NAN_BITS } from "../runtime/float_bits.ts";
import type { FunctionIndex } from "../syntax/types.ts";
import { asUnsigned, derived, Effect, type Expression, type Kind, Precedence } from "./expression.ts";
import type { FunctionBuilder } from "./function_builder.ts";
import type { GroupScope } from "./group_scope.ts";

/**
 * Whether V8 remembers what `typeof` gave at a place and checks for that type first, which what comes next need not do again. It does
 * from about the time of `RegExp.escape` on (13.6), but not for comparisons with a literal: `length` takes 0.8 of the time.
 */
const REMEMBERS_TYPES = KEEPS_NAN_BITS && "escape" in RegExp;

/** What a builtin does with arguments that can be written several times. */
interface Operation {
  readonly kind: Kind;
  readonly effects: number;
  /** How many arguments, the first ones, must be strings. */
  readonly strings: number;
  /** What comes before the check that they are, up to the colon of a conditional expression. */
  readonly exception?: (...args: readonly string[]) => string;
  readonly text: (scope: GroupScope, ...args: readonly string[]) => string;
}

function codeUnitAt(builtin: "charCodeAt" | "codePointAt"): Operation {
  return {
    kind: "small",
    effects: Effect.Trap,
    strings: 1,
    text: (scope, string, index) =>
      `${index}<${string}.length?${scope.runtime("apply")}(${scope.runtime(builtin)},${string},[${index}])` +
      ":E.stringOffsetOutOfBounds()",
  };
}

const OPERATIONS: Readonly<Record<string, Operation>> = {
  cast: { kind: "ref", effects: Effect.Trap, strings: 1, text: (_scope, string) => string },
  length: { kind: "small", effects: Effect.Trap, strings: 1, text: (_scope, string) => `${string}.length` },
  // The host throws when the string becomes too long.
  concat: { kind: "ref", effects: Effect.Call, strings: 2, text: (_scope, a, b) => `${a}+${b}` },
  equals: {
    kind: "bool",
    effects: Effect.Trap,
    strings: 2,
    // A type of its own for `typeof` and `===`.
    exception: (a, b) => `${a}===null||${b}===null?E.equalsNullable(${a},${b}):`,
    text: (_scope, a, b) => `${a}===${b}`,
  },
  compare: {
    kind: "int",
    effects: Effect.Trap,
    strings: 2,
    text: (_scope, a, b) => `${a}===${b}?0:${a}<${b}?-1:1`,
  },
};

/** JavaScriptCore is fast with the functions alone: `charCodeAt` takes 0.5 ns there, 16 with `apply`. */
const V8_OPERATIONS: Readonly<Record<string, Operation>> = {
  charCodeAt: codeUnitAt("charCodeAt"),
  codePointAt: codeUnitAt("codePointAt"),
  substring: {
    kind: "ref",
    effects: Effect.Trap,
    strings: 1,
    text: (scope, string, start, end) =>
      `${start}>${end}||${start}>${string}.length?"":${
        scope.runtime("partOfString")
      }(${string},${start},${end})`,
  },
};

const SET = "wasm:js-string ";

const operations: ReadonlyMap<string, Operation> = new Map(
  Object.entries(KEEPS_NAN_BITS ? { ...OPERATIONS, ...V8_OPERATIONS } : OPERATIONS),
);

/** Whether the builtin, such as `wasm:js-string length`, is an expression. */
export function isStringExpression(builtin: string): boolean {
  return builtin === `${SET}test` || builtin.startsWith(SET) && operations.has(builtin.slice(SET.length));
}

/** The expression for a call of such a builtin, which is imported function `index`. */
export function stringBuiltin(
  f: FunctionBuilder,
  index: FunctionIndex,
  builtin: string,
  args: readonly Expression[],
): Expression {
  const operation = operations.get(builtin.slice(SET.length));
  // All arguments are evaluated before the first check.
  const parts = [...args];
  let assignments = "";
  const operands = args.map((arg) => {
    const operand = arg.kind === "ref" ? arg : asUnsigned(arg);
    if (operand.simple || operation === undefined && !REMEMBERS_TYPES) {
      return operand.operand(Precedence.Unary);
    }
    const variable = f.temporary(operand.kind);
    parts.push(variable.read());
    assignments += `${variable.name}=${operand.text},`;
    return variable.name;
  });
  if (operation === undefined) {
    const text = testText(f.scope, index, operands[0]);
    return derived(`(${assignments}${text})`, Precedence.Postfix, "bool", parts);
  }
  const { kind, effects, strings, exception, text } = operation;
  const checks = operands.slice(0, strings).map((operand) => isString(f.scope, operand)).join("&&");
  const result = `${exception?.(...operands) ?? ""}${checks}?${text(f.scope, ...operands)}:E.illegalCast()`;
  return derived(`(${assignments}${result})`, Precedence.Postfix, kind, parts, effects);
}

function isString(scope: GroupScope, operand: string): string {
  return REMEMBERS_TYPES
    ? `typeof ${operand}===${scope.runtime("STRING_TYPE")}`
    : `typeof ${operand}==="string"`;
}

/** Where several types have been seen, a comparison with a literal is the fast one: 0.5 ns against 3.6. */
function testText(scope: GroupScope, index: FunctionIndex, operand: string): string {
  const literal = `typeof ${operand}==="string"`;
  if (!REMEMBERS_TYPES) return literal;
  const seen = scope.constant(`s${index}`, "new E.StringTest()");
  return `${seen}.onlyStrings?${isString(scope, operand)}||${seen}.other():${literal}`;
}
