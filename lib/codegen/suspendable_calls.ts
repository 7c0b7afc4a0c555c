/**
 * Calls in suspendable functions (see `suspendable_scope.ts`). Of a function that is known only when it is called, the
 * reference says whether its suspendable code is a generator function.
 *
 * @module
 */

import type { FunctionType } from "../syntax/types.ts";
import { OPCODES } from "../syntax/opcodes.ts";
import { popArguments, pushResults, resultKind } from "./calls.ts";
import { derived, Effect, type Expression, OBSERVABLE, Precedence } from "./expression.ts";
import { classOf, flatten } from "./function_builder.ts";
import type { Emitter, FunctionCompiler } from "./function_compiler.ts";
import { type Instruction, INSTRUCTIONS } from "./instructions.ts";
import { popAddress } from "./memory.ts";
import type { SuspendableScope } from "./suspendable_scope.ts";

function scopeOf(f: FunctionCompiler): SuspendableScope {
  return f.scope as SuspendableScope;
}

function list(args: readonly Expression[]): string {
  return args.map(({ text }) => text).join(",");
}

function direct(f: FunctionCompiler): void {
  const { position } = f.reader;
  const index = f.reader.u32("function index");
  const scope = scopeOf(f);
  if (!scope.suspends(index)) {
    f.reader.position = position;
    return INSTRUCTIONS.get(f.code)!.emit(f);
  }
  const type = scope.signature(scope.module.record.functions[index].type);
  const args = popArguments(f, type);
  const text = `(yield*${scope.suspendableCallee(index)}(${list(args)}))`;
  pushResults(f, derived(text, Precedence.Postfix, resultKind(type), args, Effect.Call), type.results);
}

/** A function that is looked up when it is called, and the arguments. */
interface Lookup {
  readonly type: FunctionType;
  /** What gives the reference. */
  readonly reference: Expression;
  /** The call that checks the reference, given its text, and gives the suspendable code. */
  readonly code: (reference: string) => string;
  /** The same, giving the reference. */
  readonly checked: (reference: string) => string;
  readonly args: readonly Expression[];
}

/** Evaluates what must come before the lookup: of the arguments below the top `width` components, all that can be noticed. */
function settleArguments(f: FunctionCompiler, { params }: FunctionType, width: number): void {
  for (let depth = width + flatten(params).length - 1; depth >= width; depth--) {
    if ((f.operands.at(-1 - depth)!.effects & OBSERVABLE) !== 0) f.simplify(depth);
  }
  f.settleCalls(width);
}

function inTable(f: FunctionCompiler): Lookup {
  const typeIndex = f.reader.u32("type index");
  const table = f.reader.u32("table index");
  const { scope } = f;
  const type = scope.signature(typeIndex);
  const wide = scope.module.record.tables[table].type.addressType === "i64";
  settleArguments(f, type, wide ? 2 : 1);
  f.types.pop();
  const index = popAddress(f, wide);
  const element = `${scope.elements(table)}[${index.text}]`;
  const expected = scope.type(typeIndex);
  return {
    type,
    reference: derived(element, Precedence.Postfix, "ref", [index], Effect.Trap),
    code: (reference) => `${scope.runtime("suspendableIndirect")}(${reference},${expected})`,
    checked: (reference) => `${scope.runtime("checkTarget")}(${reference},${expected})`,
    args: popArguments(f, type),
  };
}

function given(f: FunctionCompiler): Lookup {
  const { scope } = f;
  const type = scope.signature(f.reader.u32("type index"));
  settleArguments(f, type, 1);
  f.types.pop();
  return {
    type,
    reference: f.pop(),
    code: (reference) => `${scope.runtime("suspendableReference")}(${reference})`,
    checked: (reference) => `(${reference}??${scope.runtime("nullDereference")}())`,
    args: popArguments(f, type),
  };
}

function unknown(lookUp: (f: FunctionCompiler) => Lookup): Emitter {
  return (f) => {
    const offset = f.reader.position - 1;
    const { type, reference, code, args } = lookUp(f);
    const callee = f.temporary("ref");
    const given = f.temporary("ref");
    const found = f.scope.seen(offset, code(`${callee.name}=${reference.text}`), callee.name);
    const call = `${found}(${list(args)})`;
    const text = `(${given.name}=${call},${callee.name}.suspends?yield*${given.name}:${given.name})`;
    const parts = [reference, ...args, callee.read(), given.read()];
    pushResults(f, derived(text, Precedence.Postfix, resultKind(type), parts, Effect.Call), type.results);
  };
}

/** Returns a tail call to the loop around the function. */
function returnTailCall(
  f: FunctionCompiler,
  call: string,
  args: readonly Expression[],
  effects: number,
): void {
  const elements = args.map(({ text }) => text);
  // V8 quiets signalling NaNs in lists of numbers alone.
  if (args.some(({ kind }) => classOf(kind) === "float")) elements.push("null");
  f.settle(args.reduce((all, arg) => all | arg.effects, Effect.Branch | effects));
  f.write(`return ${f.scope.runtime("TAIL_CALL")}.${call},[${elements}])`);
  scopeOf(f).addTailCaller(f.index);
  f.leave();
}

function directTail(f: FunctionCompiler): void {
  const index = f.reader.u32("function index");
  const scope = scopeOf(f);
  const args = popArguments(f, scope.signature(scope.module.record.functions[index].type));
  const suspends = scope.suspends(index);
  const code = suspends ? scope.suspendableCallee(index) : scope.callee(index);
  returnTailCall(f, `to(${code},${suspends}`, args, Effect.None);
}

function unknownTail(lookUp: (f: FunctionCompiler) => Lookup): Emitter {
  return (f) => {
    const offset = f.reader.position - 1;
    const { reference, checked, args } = lookUp(f);
    let found = checked(reference.text);
    if (f.scope.seesTargets) {
      const { name } = f.temporary("ref");
      found = f.scope.seen(offset, `${name}=${found}`, name);
    }
    returnTailCall(f, `toReference(${found}`, args, reference.effects | Effect.Trap);
  };
}

const CALLS: Readonly<Record<string, Emitter>> = {
  __proto__: null as never,
  "call": direct,
  "call_indirect": unknown(inTable),
  "call_ref": unknown(given),
  "return_call": directTail,
  "return_call_indirect": unknownTail(inTable),
  "return_call_ref": unknownTail(given),
};

/** Which code generates which instruction of suspendable functions. */
export const SUSPENDABLE_INSTRUCTIONS: ReadonlyMap<number, Instruction> = new Map(
  OPCODES.flatMap(({ code, mnemonic }): [number, Instruction][] => {
    const ordinary = INSTRUCTIONS.get(code);
    if (ordinary === undefined) return [];
    const emit = CALLS[mnemonic];
    return [[code, emit === undefined ? ordinary : { ...ordinary, emit }]];
  }),
);
