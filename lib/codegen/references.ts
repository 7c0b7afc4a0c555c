/**
 * Reference and table instructions (specification 4.6.3 and 4.6.6).
 *
 * @module
 */

import { FUNCREF, I32, refType, type ValueType } from "../syntax/types.ts";
import { binary, call, derived, Effect, type Expression, int, name, Precedence } from "./expression.ts";
import type { Emitter, FunctionCompiler } from "./function_compiler.ts";
import { popAddress, pushSize } from "./memory.ts";

const NULL = name("null", "ref");
const READ = Effect.ReadTable | Effect.Trap;
const WRITE = Effect.WriteTable | Effect.Trap;

function readTable(f: FunctionCompiler): { table: Expression; wide: boolean; element: ValueType } {
  const index = f.reader.u32("table index");
  const { type } = f.scope.module.record.tables[index];
  return { table: f.scope.table(index), wide: type.addressType === "i64", element: type.element };
}

function method(table: Expression, name: string, args: readonly Expression[], effects: number): Expression {
  return call(`${table.text}.${name}`, args, "ref", effects);
}

function tableGet(f: FunctionCompiler): void {
  const { table, wide, element } = readTable(f);
  const index = popAddress(f, wide);
  f.types.pop();
  f.pushValue(element, method(table, "get", [index], READ));
}

function tableSet(f: FunctionCompiler): void {
  const { table, wide } = readTable(f);
  const value = f.pop();
  const index = popAddress(f, wide);
  f.types.length -= 2;
  const { text, effects } = method(table, "set", [index, value], WRITE);
  f.statement(text, effects);
}

function tableSize(f: FunctionCompiler): void {
  const { table, wide } = readTable(f);
  pushSize(f, wide, derived(`${table.text}.size`, Precedence.Postfix, "int", [], Effect.ReadTable));
}

function tableGrow(f: FunctionCompiler): void {
  const { table, wide } = readTable(f);
  const delta = popAddress(f, wide);
  const value = f.pop();
  f.types.length -= 2;
  const operands = f.inOrder([value, delta]);
  const grown = call(`${table.text}.grow`, [operands[1], operands[0]], "int", Effect.Call);
  pushSize(f, wide, grown);
}

function tableFill(f: FunctionCompiler): void {
  const { table, wide } = readTable(f);
  const count = popAddress(f, wide);
  const value = f.pop();
  const start = popAddress(f, wide);
  f.types.length -= 3;
  const { text, effects } = method(table, "fill", [start, value, count], WRITE);
  f.statement(text, effects);
}

function tableCopy(f: FunctionCompiler): void {
  const target = readTable(f);
  const source = readTable(f);
  const count = popAddress(f, target.wide && source.wide);
  const from = popAddress(f, source.wide);
  const to = popAddress(f, target.wide);
  f.types.length -= 3;
  const { text, effects } = method(target.table, "copy", [to, source.table, from, count], WRITE);
  f.statement(text, effects);
}

function tableInit(f: FunctionCompiler): void {
  const segment = f.reader.u32("element segment index");
  const { table, wide } = readTable(f);
  const count = popAddress(f, false);
  const from = popAddress(f, false);
  const to = popAddress(f, wide);
  const operands = [f.scope.instance(), table, to, int(segment), from, count];
  const { text, effects } = call(f.scope.runtime("tableInit"), operands, "ref", WRITE);
  f.statement(text, effects);
}

function elementDrop(f: FunctionCompiler): void {
  const operands = [f.scope.instance(), int(f.reader.u32("element segment index"))];
  f.statement(call(f.scope.runtime("elementDrop"), operands, "ref").text, Effect.WriteTable);
}

function refNull(f: FunctionCompiler): void {
  f.pushValue(refType(f.reader.heapType(), true), NULL);
}

function refIsNull(f: FunctionCompiler): void {
  f.types.pop();
  f.pushValue(I32, binary(f.pop(), "===", NULL, Precedence.Equal, "bool"));
}

function refFunc(f: FunctionCompiler): void {
  f.pushValue(FUNCREF, f.scope.functionReference(f.reader.u32("function index")));
}

/** Reference and table instructions. */
export const REFERENCE_EMITTERS: Readonly<Record<string, Emitter>> = {
  "ref.null": refNull,
  "ref.is_null": refIsNull,
  "ref.func": refFunc,
  "table.get": tableGet,
  "table.set": tableSet,
  "table.size": tableSize,
  "table.grow": tableGrow,
  "table.fill": tableFill,
  "table.copy": tableCopy,
  "table.init": tableInit,
  "elem.drop": elementDrop,
};
