/**
 * Calls (specification 4.6.7.12 to 4.6.7.14).
 *
 * @module
 */

import type { FunctionIndex, FunctionType, ValueType } from "../syntax/types.ts";
import { asInt, call, derived, Effect, type Expression, OBSERVABLE, Precedence } from "./expression.ts";
import { returningCallee, testReturned, throwRefusal, wantsReturned } from "./exceptions.ts";
import { flatten } from "./function_builder.ts";
import type { Emitter, FunctionCompiler } from "./function_compiler.ts";
import { readDrops } from "./import_calls.ts";
import { popAddress } from "./memory.ts";
import { MAXIMUM_CODE_PLACES } from "../runtime/table.ts";
import { foundCallText } from "./usual_target.ts";

/** Pushes the results of a call, and writes it first unless one expression is all. */
export function pushResults(f: FunctionCompiler, call: Expression, results: readonly ValueType[]): void {
  const kinds = flatten(results);
  f.types.push(...results);
  if (kinds.length === 1) return f.push(call);
  f.settle(call.effects);
  if (kinds.length === 0) return f.write(call.text);
  const variables = kinds.map((kind) => f.temporary(kind));
  f.write(`${variables[0].name}=${call.text}`);
  for (let i = 1; i < kinds.length; i++) {
    f.write(`${variables[i].name}=${f.resultRegister(kinds[i], i)}`);
  }
  for (const [i, variable] of variables.entries()) f.push(variable.read(kinds[i]));
}

/** Writes the call of a function that returns with its exceptions: with all of them, or it may throw others. */
function returning(f: FunctionCompiler, callee: string, type: FunctionType, returnsAll: boolean): void {
  const expression = call(callee, popArguments(f, type), resultKind(type), Effect.Call);
  const kinds = flatten(type.results);
  const { effects } = f;
  f.settle(expression.effects);
  if (returnsAll) {
    f.effects = effects;
    f.callsReturning = true;
  }
  const variables = kinds.map((kind) => f.temporary(kind));
  f.write(kinds.length === 0 ? expression.text : `${variables[0].name}=${expression.text}`);
  testReturned(f);
  for (let i = 1; i < kinds.length; i++) {
    f.write(`${variables[i].name}=${f.resultRegister(kinds[i], i)}`);
  }
  for (const [i, variable] of variables.entries()) f.push(variable.read(kinds[i]));
  f.types.push(...type.results);
}

/** Takes the arguments of a call off the stack. */
export function popArguments(f: FunctionCompiler, { params }: FunctionType): Expression[] {
  f.types.length -= params.length;
  return f.popComponents(flatten(params).length).map(asInt);
}

/** The kind of the first component of the results. */
export function resultKind({ results }: FunctionType): Expression["kind"] {
  return results.length === 0 ? "int" : flatten(results)[0];
}

function direct(f: FunctionCompiler): void {
  const index = f.reader.u32("function index");
  const { module } = f.scope;
  const type = f.scope.signature(module.record.functions[index].type);
  if (module.record.functions[index].body === null) return imported(f, index, type);
  const form = returningCallee(f, index);
  if (form !== null) return returning(f, form, type, f.scope.returnsAll(index));
  const callsItself = index === f.index && !f.returnsExceptions;
  if (callsItself) f.callsItself = true;
  const callee = callsItself ? f.selfCallee : f.scope.callee(index);
  const expression = call(callee, popArguments(f, type), resultKind(type), Effect.Call);
  pushResults(f, expression, type.results);
}

function imported(f: FunctionCompiler, index: FunctionIndex, type: FunctionType): void {
  const form = wantsReturned(f) ? f.scope.imports.returning(index, type) : null;
  if (form !== null) return returning(f, form, type, true);
  const args = popArguments(f, type);
  if (f.scope.imports.refuses(index)) {
    for (const arg of args) f.discard(arg);
    return throwRefusal(f);
  }
  const kind = resultKind(type);
  const drops = readDrops(f, type.results.length);
  const expression = f.scope.imports.call(f, index, type, args, kind, drops) ??
    call(f.scope.callee(index), args, kind, Effect.Call);
  if (drops) f.discard(expression);
  else pushResults(f, expression, type.results);
}

/**
 * Whether calls through a table keep the code they find: unless lists for all types would be too large. Against a check of the
 * element's type, calls that always find the same function take 0.55 to 1 of the time, calls of many functions 0.95.
 */
function keepsCode(f: FunctionCompiler, table: number): boolean {
  const { record } = f.scope.module;
  return Number(record.tables[table].type.limits.minimum) * record.types.length <= MAXIMUM_CODE_PLACES;
}

/**
 * The code that the table's list has for the type; or else the element's code when its type is exactly the expected one and it has
 * code. Everything else is found out by a call. Arguments come before the traps of the lookup.
 */
function indirect(f: FunctionCompiler): void {
  const offset = f.reader.position - 1;
  const typeIndex = f.reader.u32("type index");
  const table = f.reader.u32("table index");
  const { module } = f.scope;
  const canonical = module.types[typeIndex];
  const type = f.scope.signature(typeIndex);
  const wide = module.record.tables[table].type.addressType === "i64";
  const width = wide ? 2 : 1;
  const count = flatten(type.params).length;
  for (let depth = width + count - 1; depth >= width; depth--) {
    if ((f.operands.at(-1 - depth)!.effects & OBSERVABLE) !== 0) f.simplify(depth);
  }
  // The element is looked up before the arguments are evaluated.
  f.settleCalls(width);
  f.types.pop();
  const index = popAddress(f, wide);
  const args = popArguments(f, type);
  const parts = [index, ...args];
  let text: string;
  if (f.scope.seesTargets || !keepsCode(f, table)) {
    const element = f.temporary("ref");
    parts.push(element.read());
    const resolve = `${f.scope.runtime("resolveIndirect")}(${element.name},${f.scope.type(typeIndex)})`;
    text = foundCallText(f, {
      offset,
      expected: canonical,
      lookup: `${element.name}=${f.scope.elements(table)}[${index.text}]`,
      target: element.name,
      code: (found) =>
        `((${found})&&${element.name}.signatureId===${canonical.id}?${element.name}.code:${resolve})`,
      args,
    });
  } else {
    const { list, codes } = f.scope.codeList(table, typeIndex);
    let place = index.text;
    let lookup = index.text;
    if (!index.simple) {
      const variable = f.temporary(wide ? "f64" : "int");
      parts.push(variable.read());
      place = variable.name;
      lookup = `${place}=${index.text}`;
    }
    // V8 leaves a method that was never called out of optimised code: what is the same in each round of a loop is then found once.
    text = `(${codes}[${lookup}]??${list}.find(${place}))(${args.map(({ text }) => text).join(",")})`;
  }
  pushResults(f, derived(text, Precedence.Postfix, resultKind(type), parts, Effect.Call), type.results);
}

/** Calls. */
export const CALL_EMITTERS: Readonly<Record<string, Emitter>> = {
  "call": direct,
  "call_indirect": indirect,
};
