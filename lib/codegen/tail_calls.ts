/**
 * Tail calls (specification 4.6.7.15 to 4.6.7.17), in constant stack. A function that calls itself goes round; closed functions
 * are called like any other; inside a loop of several functions a call is a change of its state; whatever is left
 * returns the function to go on with to the function's caller. See `tail_loop.ts`.
 *
 * @module
 */

import { importedCount } from "../syntax/module.ts";
import type { FunctionIndex, FunctionType, TypeIndex } from "../syntax/types.ts";
import { popArguments } from "./calls.ts";
import { Effect, type Expression } from "./expression.ts";
import { leaveUnprotected } from "./exceptions.ts";
import { flatten } from "./function_builder.ts";
import type { Emitter, FunctionCompiler } from "./function_compiler.ts";
import { popAddress } from "./memory.ts";
import { LOOP_LABEL, LOOP_STATE, type TailLoop } from "./tail_loop.ts";

function typeOf(f: FunctionCompiler, index: FunctionIndex): FunctionType {
  const { record, types } = f.scope.module;
  return types[record.functions[index].type].signature;
}

/** Whether the function is compiled as it has to be for its tail calls; if not, it will be compiled again. */
function isReady(f: FunctionCompiler): boolean {
  if (f.loop !== null || !f.scope.tailLoops.enter(f.index)) return true;
  f.abandon();
  return false;
}

function direct(f: FunctionCompiler): void {
  const callee = f.reader.u32("function index");
  if (!isReady(f)) return;
  const type = typeOf(f, callee);
  const args = popArguments(f, type);
  f.settle(Effect.Branch);
  const { module, tailLoops } = f.scope;
  if (callee < importedCount(module.record.functions)) {
    setParameters(f, f.loop!, type, args);
    goOn(f, type, reference(f, callee));
    return;
  }
  if (f.loop === null) {
    if (callee === f.index) repeat(f, args);
    else callClosed(f, callee, args);
    return;
  }
  const loop = tailLoops.isOpen(callee) ? tailLoops.join(callee) : tailLoops.of(callee);
  if (loop === f.loop) {
    setParameters(f, loop, type, args);
    f.write(`${LOOP_STATE}=${loop.state(callee)}`);
    f.write(`continue ${LOOP_LABEL}`);
    f.leave();
  } else if (tailLoops.isOpen(callee)) {
    setParameters(f, f.loop, type, args);
    goOn(f, type, reference(f, callee));
  } else {
    callClosed(f, callee, args);
  }
}

/** Starts the function again. */
function repeat(f: FunctionCompiler, args: readonly Expression[]): void {
  f.repeats = true;
  // A handler must not see new parameters when the call of another one's value throws.
  const values = f.protections > 0 ? args.map((arg) => f.evaluated(arg)) : args;
  f.assign(f.parameters(), values);
  f.write(`continue ${LOOP_LABEL}`);
  f.leave();
}

/** Calls a closed function of the module. */
function callClosed(f: FunctionCompiler, callee: FunctionIndex, args: readonly Expression[]): void {
  const values = f.protections > 0 ? args.map((arg) => f.evaluated(arg)) : args;
  const code = f.scope.callee(callee);
  leaveUnprotected(f, returnCall(f, typeOf(f, callee), code, values.map(({ text }) => text)));
}

/** The statement that calls ordinary code and returns what it returns. */
function returnCall(
  f: FunctionCompiler,
  { results }: FunctionType,
  code: string,
  args: readonly string[],
): string {
  const call = `${code}(${args})`;
  if (f.loop === null || !f.loop.open) return `return ${call}`;
  const [kind] = flatten(results);
  return kind === undefined ? `${call};return null` : `${f.resultRegister(kind, 0)}=${call};return null`;
}

/** Evaluates the arguments into the variables that a loop's functions take their parameters from. */
function setParameters(
  f: FunctionCompiler,
  loop: TailLoop,
  { params }: FunctionType,
  args: readonly Expression[],
): void {
  const kinds = flatten(params);
  for (const [i, { text }] of args.entries()) f.write(`${loop.parameter(kinds[i], i)}=${text}`);
}

/** The reference to a function of the instance, in a variable. */
function reference(f: FunctionCompiler, index: FunctionIndex): string {
  const { name } = f.temporary("ref");
  f.write(`${name}=${f.scope.preparedReference(index)}`);
  return name;
}

/** Goes on with the function in the variable `callee`, which has its code; the parameters' variables are set. */
function goOn(f: FunctionCompiler, type: FunctionType, callee: string): void {
  const loop = f.loop!;
  const kinds = flatten(type.params);
  const variables = kinds.map((kind, i) => loop.parameter(kind, i));
  const registers = kinds.map((kind, i) => `${f.resultRegister(kind, i)}=${variables[i]};`).join("");
  const ordinary = returnCall(f, type, `${callee}.code`, variables);
  leaveUnprotected(f, `if(${callee}.tailCode===null){${ordinary}}\n${registers}return ${callee}`);
}

/** Goes round when the function in the variable `callee` is one of the loop. */
function goRound(f: FunctionCompiler, type: TypeIndex, callee: string): void {
  const isOneOfIt = `${callee}!==null&&${callee}!==undefined&&${callee}.loop===${f.loop!.key(type)}`;
  f.text += `if(${isOneOfIt}){${LOOP_STATE}=${callee}.state;continue ${LOOP_LABEL}}\n`;
}

/** Has the profile, where there is one, see the call of the instruction at `offset` to the function in the variable `callee`, if any. */
function see(f: FunctionCompiler, offset: number, callee: string): void {
  const seen = f.scope.seen(offset, "null", callee);
  if (seen !== "null") f.text += `if(${callee})${seen};\n`;
}

function indirect(f: FunctionCompiler): void {
  const offset = f.reader.position - 1;
  const typeIndex = f.reader.u32("type index");
  const table = f.reader.u32("table index");
  if (!isReady(f)) return;
  const { module } = f.scope;
  const canonical = module.types[typeIndex];
  f.types.pop();
  const index = popAddress(f, module.record.tables[table].type.addressType === "i64");
  const args = popArguments(f, canonical.signature);
  f.settle(Effect.Branch);
  setParameters(f, f.loop!, canonical.signature, args);
  const { name } = f.temporary("ref");
  f.write(`${name}=${f.scope.elements(table)}[${index.text}]`);
  see(f, offset, name);
  goRound(f, typeIndex, name);
  const resolved = `${f.scope.runtime("resolveTarget")}(${name},${f.scope.type(typeIndex)})`;
  f.text += `if(${name}?.signatureId!==${canonical.id})${name}=${resolved};\n`;
  goOn(f, canonical.signature, name);
}

function throughReference(f: FunctionCompiler): void {
  const offset = f.reader.position - 1;
  const typeIndex = f.reader.u32("type index");
  if (!isReady(f)) return;
  const type = f.scope.module.types[typeIndex].signature;
  f.types.pop();
  const callee = f.pop();
  const args = popArguments(f, type);
  f.settle(Effect.Branch);
  setParameters(f, f.loop!, type, args);
  const { name } = f.temporary("ref");
  f.write(`${name}=${callee.text}`);
  see(f, offset, name);
  goRound(f, typeIndex, name);
  f.text += `if(${name}===null)${f.scope.runtime("nullDereference")}();\n`;
  f.text += `if(${name}.code===null)${name}.prepared();\n`;
  goOn(f, type, name);
}

/** Tail calls. */
export const TAIL_CALL_EMITTERS: Readonly<Record<string, Emitter>> = {
  "return_call": direct,
  "return_call_indirect": indirect,
  "return_call_ref": throughReference,
};
