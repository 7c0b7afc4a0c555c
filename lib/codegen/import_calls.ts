/**
 * Calls of imported functions inside a group: what stands at the call site follows from how the import was resolved. The group's text
 * depends on that, import by import, by the {@linkcode CallShape}; nothing else about what is imported is in it.
 *
 * @module
 */

import { F32, type FunctionIndex, type FunctionType } from "../syntax/types.ts";
import { type CallShape, GENERIC } from "./call_shape.ts";
import {
  asOperand,
  binary,
  call,
  conditional,
  derived,
  Effect,
  type Expression,
  name as constantName,
  Precedence,
  unary,
} from "./expression.ts";
import type { FunctionCompiler } from "./function_compiler.ts";
import type { GroupScope } from "./group_scope.ts";
import { functionText, type ImportNames } from "./import_text.ts";

const STRING = constantName('"string"', "ref");

/** Code of a drop instruction. */
const DROP = 0x1a;

/** The imports that a group calls. */
export class ImportCalls {
  /** The shapes that the text depends on. */
  readonly shapes: Map<FunctionIndex, CallShape> = new Map();
  readonly #scope: GroupScope;
  readonly #shapeOf: (index: FunctionIndex) => CallShape;
  /** By identifier: the functions that make the calls. */
  readonly #functions = new Map<string, string>();

  constructor(scope: GroupScope, shapeOf: (index: FunctionIndex) => CallShape) {
    this.#scope = scope;
    this.#shapeOf = shapeOf;
  }

  /** The expression for a builtin whose argument can be written twice; null when its code is to be called. */
  #stringBuiltin(name: string, [argument]: readonly Expression[]): Expression | null {
    if (!argument.simple) return null;
    const isString = binary(unary("typeof ", argument, "ref"), "===", STRING, Precedence.Equal, "bool");
    if (name.endsWith("test")) return isString;
    const trap = call(this.#scope.runtime("illegalCast"), [], "ref", Effect.Trap);
    const string = conditional(isString, argument, trap, "ref");
    if (name.endsWith("cast")) return string;
    return derived(`(${string.text}).length`, Precedence.Postfix, "small", [string]);
  }

  /** The call of an imported function; null when its reference's code is to be called. `drops`: its results are not used. */
  call(
    index: FunctionIndex,
    type: FunctionType,
    args: readonly Expression[],
    kind: Expression["kind"],
    drops: boolean,
  ): Expression | null {
    const shape = this.#shapeOf(index);
    this.shapes.set(index, shape);
    if (shape === GENERIC) return null;
    if (shape.startsWith("Math.")) return this.#math(shape, type, args);
    const builtin = shape.startsWith("wasm:") ? this.#stringBuiltin(shape, args) : null;
    if (builtin !== null) return builtin;
    if (shape === "code" || shape.startsWith("wasm:")) {
      return call(
        this.#scope.constant(`i${index}`, `I.imported(${index}).intrinsic.code`),
        args,
        kind,
        Effect.Call,
      );
    }
    return call(this.#function(index, type, shape, drops), args, kind, Effect.Call);
  }

  #math(name: string, { results }: FunctionType, args: readonly Expression[]): Expression {
    const builtin = /^Math\.(\w+)/.exec(name)![1];
    const operands = args.map(asOperand);
    const value = builtin === "fround" ? operands[0] : call(this.#scope.runtime(builtin), operands, "f64");
    return results[0] === F32 ? call(this.#scope.runtime("fround"), [value], "quiet f32") : value;
  }

  #function(index: FunctionIndex, type: FunctionType, shape: CallShape, drops: boolean): string {
    const dropsOne = drops && shape === "js" && type.results.length === 1;
    const identifier = dropsOne ? `i${index}d` : `i${index}`;
    if (this.#functions.has(identifier)) return identifier;
    this.#functions.set(identifier, functionText(identifier, type, shape, this.#names(index), dropsOne));
    return identifier;
  }

  #names(index: FunctionIndex): ImportNames {
    const scope = this.#scope;
    return {
      get callable() {
        return scope.constant(`j${index}`, `I.imported(${index}).callable`);
      },
      runtime: (entry) => scope.runtime(entry),
      argument: (position) =>
        position < 0
          ? scope.constant(`j${index}c`, `I.imported(${index}).intrinsic.fastCall.receiverCheck`)
          : scope.constant(`a${index}p${position}`, `I.argument(${index},${position})`),
      dataViewSite: () => scope.constant(`j${index}`, "I.dataViewSite()"),
      result: (position) => scope.constant(`a${index}r${position}`, `I.result(${index},${position})`),
    };
  }

  /** The declarations of the functions that make the calls. */
  text(): string {
    return [...this.#functions.values()].join("");
  }
}

/** Whether the results of the call just read are dropped at once; if so, the drops are read, too. */
export function readDrops(f: FunctionCompiler, count: number): boolean {
  const { reader } = f;
  if (count === 0) return false;
  for (let i = 0; i < count; i++) if (reader.bytes[reader.position + i] !== DROP) return false;
  reader.position += count;
  return true;
}
