/**
 * Calls of imported functions inside a group: what stands at the call site follows from how the import was resolved. The group's text
 * depends on that, import by import, by the {@linkcode CallShape}; nothing else about what is imported is in it.
 *
 * @module
 */

import { F32, type FunctionIndex, type FunctionType } from "../syntax/types.ts";
import { INTEGER_TO_STRING } from "../link/well_known_imports.ts";
import { type CallShape, GENERIC, REFUSED } from "./call_shape.ts";
import { asOperand, call, derived, Effect, type Expression, Precedence } from "./expression.ts";
import type { FunctionCompiler } from "./function_compiler.ts";
import type { GroupScope } from "./group_scope.ts";
import { functionText, type ImportNames, ITERATED, returningText } from "./import_text.ts";
import { stringBuiltin } from "./string_builtins.ts";

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

  /** The call of an imported function; null when its reference's code is to be called. `drops`: its results are not used. */
  call(
    f: FunctionCompiler,
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
    if (shape.startsWith("wasm:")) return stringBuiltin(f, index, shape, args);
    if (shape === INTEGER_TO_STRING && args[1].constant === 10) return decimal(args[0]);
    if (shape === "code" || shape === INTEGER_TO_STRING) {
      return call(
        this.#scope.constant(`i${index}`, `I.imported(${index}).intrinsic.code`),
        args,
        kind,
        Effect.Call,
      );
    }
    return call(this.#function(index, type, shape, drops), args, kind, Effect.Call);
  }

  /** Whether every call is refused: it throws, whatever is imported. */
  refuses(index: FunctionIndex): boolean {
    if (this.#shapeOf(index) !== REFUSED) return false;
    this.shapes.set(index, REFUSED);
    return true;
  }

  /** The function that makes the call and returns with its exceptions; null where there is none. */
  returning(index: FunctionIndex, type: FunctionType): string | null {
    const shape = this.#shapeOf(index);
    if (shape !== "js") return null;
    this.shapes.set(index, shape);
    const identifier = `i${index}r`;
    if (!this.#functions.has(identifier)) {
      this.#functions.set(identifier, returningText(identifier, type, this.#names(index)));
    }
    return identifier;
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
      iterated: () => scope.constant(`j${index}i`, ITERATED),
      result: (position) => scope.constant(`a${index}r${position}`, `I.result(${index},${position})`),
    };
  }

  /** The declarations of the functions that make the calls. */
  text(): string {
    return [...this.#functions.values()].join("");
  }
}

/** An i32 in decimal. V8 knows of an operation on integers, not of a parameter, that the conversion runs nobody's code. */
function decimal(value: Expression): Expression {
  return derived("`${" + value.operand(Precedence.BitOr) + "|0}`", Precedence.Postfix, "ref", [value]);
}

/** Whether the results of the call just read are dropped at once; if so, the drops are read, too. */
export function readDrops(f: FunctionCompiler, count: number): boolean {
  const { reader } = f;
  if (count === 0) return false;
  for (let i = 0; i < count; i++) if (reader.bytes[reader.position + i] !== DROP) return false;
  reader.position += count;
  return true;
}
