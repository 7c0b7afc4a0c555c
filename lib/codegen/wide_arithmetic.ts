/**
 * 128-bit arithmetic (wide arithmetic proposal) on two i64s, low one first: four int32 components, lowest first.
 *
 * @module
 */

import { asInt, call, type Expression, int } from "./expression.ts";
import type { Emitter, FunctionCompiler } from "./function_compiler.ts";
import * as i32 from "./i32.ts";

const COMPONENTS = 4;

/** Takes `count` components off the stack that can be written more than once. */
function popSimple(f: FunctionCompiler, count: number): Expression[] {
  for (let depth = count - 1; depth >= 0; depth--) f.simplify(depth);
  return f.popComponents(count);
}

/** `a < b`, unsigned, as 1 or 0. */
function below(a: Expression, b: Expression): Expression {
  return asInt(i32.compare(a, "<", b, false));
}

/** Adds or subtracts the components from the lowest up; each but the last hands a carry or borrow to the next. */
function chain(
  f: FunctionCompiler,
  step: (a: Expression, b: Expression) => Expression,
  overflow: (a: Expression, b: Expression, result: Expression) => Expression,
): void {
  const operands = popSimple(f, 2 * COMPONENTS);
  let carry = int(0);
  for (let i = 0; i < COMPONENTS; i++) {
    const a = operands[i];
    const b = operands[COMPONENTS + i];
    const partial = step(a, b);
    if (i === COMPONENTS - 1) {
      f.push(step(partial, carry));
      return;
    }
    const first = f.evaluated(asInt(partial));
    const overflowed = overflow(a, b, first);
    if (carry.constant === 0) {
      f.push(first);
      carry = f.evaluated(overflowed);
    } else {
      const second = f.evaluated(asInt(step(first, carry)));
      f.push(second);
      carry = f.evaluated(i32.or(overflowed, overflow(first, carry, second)));
    }
  }
}

function multiply(callee: string): Emitter {
  return (f) => {
    const product = call(f.scope.runtime(callee), f.popComponents(COMPONENTS).map(asInt), "int");
    f.settle(product.effects);
    const variables = Array.from({ length: COMPONENTS }, () => f.temporary("int"));
    f.write(`${variables[0].name}=${product.text}`);
    for (let i = 1; i < COMPONENTS; i++) f.write(`${variables[i].name}=${f.resultRegister("int", i)}`);
    for (const variable of variables) f.push(variable.read());
  };
}

/** The wide arithmetic instructions. */
export const WIDE_ARITHMETIC_EMITTERS: Readonly<Record<string, Emitter>> = {
  "i64.add128": (f) => chain(f, i32.add, (_, b, sum) => below(sum, b)),
  "i64.sub128": (f) => chain(f, i32.sub, (a, b) => below(a, b)),
  "i64.mul_wide_s": multiply("i64MulWideS"),
  "i64.mul_wide_u": multiply("i64MulWideU"),
};
