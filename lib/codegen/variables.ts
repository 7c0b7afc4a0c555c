/**
 * Locals, globals and the instructions that only move values: `drop` and `select` (specification 4.6.2 and 4.6.5).
 *
 * @module
 */

import { asCondition, asStored, conditional, Effect, joined, OBSERVABLE } from "./expression.ts";
import { V128 } from "../syntax/types.ts";
import { elementStore, mayBeSignalling } from "./floats.ts";
import { componentKinds } from "./function_builder.ts";
import type { Emitter, FunctionCompiler } from "./function_compiler.ts";

/** Whether a local holds vectors, which `f.vectors` takes care of. */
function isVector(f: FunctionCompiler, local: number): boolean {
  return f.vectors !== null && f.localTypes[local] === V128;
}

function localGet(f: FunctionCompiler): void {
  const { position } = f.reader;
  const index = f.reader.u32("local index");
  f.types.push(f.localTypes[index]);
  if (isVector(f, index)) return f.vectors!.get(position);
  for (const variable of f.locals[index]) f.push(variable.read());
}

function localSet(f: FunctionCompiler): void {
  const { position } = f.reader;
  const index = f.reader.u32("local index");
  f.types.pop();
  if (isVector(f, index)) return f.vectors!.set(position);
  const variables = f.locals[index];
  f.assign(variables, f.popComponents(variables.length));
}

function localTee(f: FunctionCompiler): void {
  const { position } = f.reader;
  const index = f.reader.u32("local index");
  if (isVector(f, index)) {
    f.vectors!.set(position);
    return f.vectors!.get(position);
  }
  const variables = f.locals[index];
  f.assign(variables, f.popComponents(variables.length));
  for (const variable of variables) f.push(variable.read());
}

function globalGet(f: FunctionCompiler): void {
  const index = f.reader.u32("global index");
  const { type } = f.scope.module.record.globals[index];
  f.types.push(type.value);
  for (const component of f.scope.global(index)) f.push(component);
}

function globalSet(f: FunctionCompiler): void {
  const index = f.reader.u32("global index");
  const places = f.scope.global(index);
  f.types.pop();
  const values = f.popComponents(places.length).map(asStored);
  const effects = values.reduce((all, value) => all | value.effects, Effect.WriteGlobal);
  f.settle(effects);
  // The second half must not be computed from the new first one.
  const once = values.length === 1 && !mayBeSignalling(values[0]);
  const ready = once ? values : values.map((value) => f.evaluated(value));
  ready.forEach((value, i) => f.write(elementStore(f, places[i].text, value)));
}

function drop(f: FunctionCompiler): void {
  const type = f.types.pop()!;
  for (let count = componentKinds(type).length; count > 0; count--) f.discard(f.pop());
}

function select(f: FunctionCompiler): void {
  f.types.length -= 2;
  const type = f.types.at(-1)!;
  const count = componentKinds(type).length;
  // Both operands are evaluated, whichever is selected.
  for (let depth = 2 * count; depth > 0; depth--) {
    if ((f.operands.at(-1 - depth)!.effects & OBSERVABLE) !== 0) f.simplify(depth);
  }
  const { effects } = f.operands.at(-1)!;
  if (count > 1 || effects & (Effect.Call | Effect.Trap)) f.simplify(0);
  const condition = asCondition(f.pop());
  const b = f.popComponents(count);
  const a = f.popComponents(count);
  for (let i = 0; i < count; i++) {
    const [whenTrue, whenFalse] = [asStored(a[i]), asStored(b[i])];
    f.push(conditional(condition, whenTrue, whenFalse, joined(whenTrue.kind, whenFalse.kind)));
  }
}

/** Variable and parametric instructions. */
export const VARIABLE_EMITTERS: Readonly<Record<string, Emitter>> = {
  "nop": () => {},
  "drop": drop,
  "select": (f) => {
    if (f.code !== TYPED_SELECT) return select(f);
    f.reader.u32("number of select types");
    const type = f.reader.valueType();
    select(f);
    f.types[f.types.length - 1] = type;
  },
  "local.get": localGet,
  "local.set": localSet,
  "local.tee": localTee,
  "global.get": globalGet,
  "global.set": globalSet,
};

const TYPED_SELECT = 0x1c;
