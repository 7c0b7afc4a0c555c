/**
 * Import wrappers: code, with the engine's calling convention, that calls what was imported (JS API, "run a host function").
 * What the callable or a conversion throws becomes an exception that wasm code can catch.
 *
 * @module
 */

import {
  EXTERN,
  F32,
  F64,
  type FunctionIndex,
  type FunctionType,
  heapTypeOf,
  I32,
  I64,
  isNullable,
  type ValueType,
} from "../syntax/types.ts";
import type { EngineState } from "../runtime/engine_state.ts";
import { foreign } from "../runtime/exception_boundary.ts";
import type { Code } from "../runtime/function_reference.ts";
import type { ImportedFunction } from "../runtime/imported_function.ts";
import type { InstanceData } from "../runtime/instance_data.ts";
import { crossesToJS, toJSValue, toWebAssemblyValue, TYPE_INCOMPATIBILITY } from "../runtime/js_values.ts";
import { flatten } from "./function_builder.ts";
import { evaluate } from "./group.ts";

const { apply } = Reflect;
const iterator: typeof Symbol.iterator = Symbol.iterator;

/** Converters between the engine's references and JavaScript's, by position; under the name `I` in generated text. */
export interface Converters {
  readonly foreign: typeof foreign;
  readonly list: typeof iterableToList;
  readonly params: readonly ((value: unknown) => unknown)[];
  readonly results: readonly ((value: unknown) => unknown)[];
}

/** Whether the engine's references of `type` are the JavaScript values themselves. */
export function isPassedAsIs(type: ValueType): boolean {
  return heapTypeOf(type) === EXTERN && isNullable(type);
}

/** The code for imported function `index`, which is not another instance's function. */
export function makeImportWrapper(instance: InstanceData, index: FunctionIndex): Code {
  return importCode(instance.importedFunctions[index], instance.engine);
}

/** The code for an imported function of `engine` that is not another instance's function. */
export function importCode(imported: ImportedFunction, engine: EngineState): Code {
  const { callable, kind, reference } = imported;
  if (callable === null) return reference.prepared();
  const { type } = reference;
  const { signature } = type;
  switch (kind) {
    case "compile-time builtin":
      return callable;
    case "wasm-to-host":
      return wrap(imported, hostCallText(signature), []);
    case "runtime type error":
      return () => {
        throw foreign(new TypeError(TYPE_INCOMPATIBILITY));
      };
    case "math intrinsic":
      // Called as itself, it is inlined like the instruction it stands for; an f32 has to be rounded.
      return [...signature.params, ...signature.results].every((type) => type === F64)
        ? callable
        : wrap(imported, importText(signature), []);
    default: {
      if (!crossesToJS(signature)) throw new TypeError(TYPE_INCOMPATIBILITY);
      return wrap(imported, importText(signature), [
        signature.params.map((param) => (value: unknown) => toJSValue(value, param)),
        signature.results.map((result) => (value: unknown) =>
          toWebAssemblyValue(value, result, type.context, engine)
        ),
      ]);
    }
  }
}

type Converter = (value: unknown) => unknown;

function wrap(imported: ImportedFunction, text: string, converters: readonly Converter[][]): Code {
  const [params = [], results = []] = converters;
  const link = { callable: imported.callable, foreign, list: iterableToList, params, results };
  return evaluate(text, `import/${imported.reference.index}`, link) as Code;
}

const PROLOGUE = "const f=I.callable,foreign=I.foreign;\n";

/** A function of the embedding that has the engine's calling convention already. */
function hostCallText({ params }: FunctionType): string {
  const list = Array.from({ length: flatten(params).length }, (_, i) => `l${i}`).join(",");
  return `${PROLOGUE}return(${list})=>{try{return f(${list})}catch(e){throw foreign(e)}};\n`;
}

/** The text of the wrapper for a signature. */
function importText({ params, results }: FunctionType): string {
  let prologue =
    `${PROLOGUE}const fround=E.fround,RESULT_I32=E.RESULT_I32,RESULT_F64=E.RESULT_F64,RESULT_REF=E.RESULT_REF;\n` +
    "const SCRATCH_I32=E.SCRATCH_I32,SCRATCH_I64=E.SCRATCH_I64;\n";
  const names: string[] = [];
  const args: string[] = [];
  for (const [i, type] of params.entries()) {
    const low = `l${i}`;
    names.push(low);
    switch (type) {
      case I32:
      case F64:
        args.push(low);
        break;
      case I64:
        names.push(`${low}h`);
        args.push(`(SCRATCH_I32[0]=${low},SCRATCH_I32[1]=${low}h,SCRATCH_I64[0])`);
        break;
      case F32:
        args.push(`${low}===${low}?${low}:fround(${low})`);
        break;
      default:
        if (isPassedAsIs(type)) {
          args.push(low);
        } else {
          prologue += `const c${i}=I.params[${i}];\n`;
          args.push(`c${i}(${low})`);
        }
    }
  }
  const invocation = `f(${args})`;
  let body: string;
  if (results.length === 0) {
    body = `${invocation};`;
  } else if (results.length === 1) {
    body = results[0] === I64
      ? `SCRATCH_I64[0]=${invocation};RESULT_I32[1]=SCRATCH_I32[1];return SCRATCH_I32[0]`
      : `return ${converted(invocation, results[0], 0)}`;
  } else {
    body = multipleResults(invocation, results);
  }
  for (const [i, type] of results.entries()) {
    if (!isNumeric(type) && !isPassedAsIs(type)) prologue += `const r${i}=I.results[${i}];\n`;
  }
  return `${prologue}const list=I.list;\nreturn(${names})=>{try{${body}}catch(e){throw foreign(e)}};\n`;
}

function isNumeric(type: ValueType): boolean {
  return type === I32 || type === I64 || type === F32 || type === F64;
}

function converted(value: string, type: ValueType, index: number): string {
  switch (type) {
    case I32:
      return `+${value}|0`;
    case F32:
      return `fround(${value})`;
    case F64:
      return `+${value}`;
    default:
      return isPassedAsIs(type) ? value : `r${index}(${value})`;
  }
}

/** Registers are set when all conversions have run: they may run wasm code. */
function multipleResults(invocation: string, results: readonly ValueType[]): string {
  let conversions = `const v=list(${invocation},${results.length});`;
  let registers = "";
  let component = 0;
  let first = "";
  for (const [i, type] of results.entries()) {
    if (type === I64) {
      conversions += `SCRATCH_I64[0]=v[${i}];const x${i}=SCRATCH_I32[0],y${i}=SCRATCH_I32[1];`;
    } else {
      conversions += `const x${i}=${converted(`v[${i}]`, type, i)};`;
    }
    const register = type === I32 || type === I64
      ? "RESULT_I32"
      : type === F32 || type === F64
      ? "RESULT_F64"
      : "RESULT_REF";
    if (component === 0) first = `x${i}`;
    else registers += `${register}[${component}]=x${i};`;
    component++;
    if (type === I64) registers += `RESULT_I32[${component++}]=y${i};`;
  }
  return `${conversions}${registers}return ${first}`;
}

/** The values that an iterable gives, exactly `count`. @throws {TypeError} otherwise, with V8's texts. */
export function iterableToList(value: unknown, count: number): unknown[] {
  const method = (value as Iterable<unknown>)[iterator] as unknown;
  if (typeof method !== "function") throw new TypeError("multi-return value must be iterable");
  const iteration = apply(method, value, []) as Iterator<unknown>;
  const { next } = iteration;
  const list: unknown[] = [];
  for (;;) {
    const step = apply(next, iteration, []) as IteratorResult<unknown>;
    if (typeof step !== "object" && typeof step !== "function" || step === null) {
      throw new TypeError(`Iterator result ${String(step)} is not an object`);
    }
    if (step.done) break;
    list[list.length] = step.value;
  }
  if (list.length !== count) throw new TypeError("multi-return length mismatch");
  return list;
}
