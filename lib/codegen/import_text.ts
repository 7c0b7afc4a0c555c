/**
 * The text of functions that call what was imported (JS API, "run a host function"): code with the engine's calling convention that
 * converts arguments and results and nothing else. What the callable or a conversion throws becomes an exception that wasm
 * code can catch.
 *
 * The callable is always called with exactly the signature's arguments, whatever its formal parameter count: hosts adapt that at no
 * cost when they inline the call.
 *
 * @module
 */

import type { CSignature, CType } from "../runtime/c_signature.ts";
import { KEEPS_NAN_BITS } from "../runtime/float_bits.ts";
import { COMPILES_BIGINTS } from "../runtime/numerics_i64.ts";
import {
  EXTERN,
  F32,
  F64,
  FUNC,
  type FunctionType,
  heapTypeOf,
  I32,
  I64,
  isNullable,
  isReference,
  NOEXTERN,
  STRING,
  type ValueType,
} from "../syntax/types.ts";
import { argumentCount, type DataViewAccessor } from "../link/data_view_access.ts";
import { type CallShape, fastCallOf } from "./call_shape.ts";
import { flatten, initialText } from "./function_builder.ts";

/** The names that a text uses. */
export interface ImportNames {
  /** What is called. */
  readonly callable: string;
  /** An entry of the runtime library. */
  runtime(entry: string): string;
  /** The converter of an argument to what JavaScript gets. */
  argument(position: number): string;
  /** The converter of what JavaScript gives to a result. */
  result(position: number): string;
  /** A new site of an accessor of `DataView`. */
  dataViewSite(): string;
  /** A class of the text {@linkcode ITERATED}. */
  iterated(): string;
}

/**
 * The class of a value that is iterated by a method found before: `for of` is the fastest iteration hosts have. One for each place,
 * as types differ from place to place: the values of a generator take V8 35 ns, 90 to 220 where sets are iterated as well.
 */
export const ITERATED =
  "class{#value;#method;constructor(value,method){this.#value=value;this.#method=method}" +
  "[E.ITERATOR](){return E.apply(this.#method,this.#value,[])}}";

/** Whether what JavaScript gives for a reference of `type` is the engine's reference. */
export function isPassedAsIs(type: ValueType): boolean {
  return isReference(type) && heapTypeOf(type) === EXTERN && isNullable(type);
}

/** Whether the engine's references of `type` are what JavaScript gets. */
function isGivenAsIs(type: ValueType): boolean {
  const heap = heapTypeOf(type);
  return heap === EXTERN || heap === STRING || heap === NOEXTERN;
}

/** The parameter names, and the arguments that JavaScript gets. */
function argumentsText({ params }: FunctionType, names: ImportNames): { names: string[]; args: string[] } {
  const components: string[] = [];
  const args: string[] = [];
  for (const [i, type] of params.entries()) {
    const low = `l${i}`;
    components.push(low);
    switch (type) {
      case I32:
      case F64:
        args.push(low);
        break;
      case I64:
        components.push(`l${i}h`);
        args.push(`${names.runtime("bigIntOf")}(${low},l${i}h)`);
        break;
      case F32:
        // Where numbers keep NaN bits, a signalling NaN is marked.
        args.push(KEEPS_NAN_BITS ? `${names.runtime("fround")}(${low})` : low);
        break;
      default:
        if (isGivenAsIs(type)) args.push(low);
        else if (heapTypeOf(type) === FUNC) args.push(`${names.runtime("functionToJS")}(${low})`);
        else args.push(`${names.argument(i)}(${low})`);
    }
  }
  return { names: components, args };
}

/** A value that JavaScript gave as the first component of a result. */
function resultText(value: string, type: ValueType, position: number, names: ImportNames): string {
  switch (type) {
    case I32:
      return `+${value}|0`;
    case I64:
      return `${names.runtime("lowHalf")}(${value})`;
    case F32:
      return `${names.runtime("fround")}(${value})`;
    case F64:
      return `+${value}`;
    default:
      if (isPassedAsIs(type)) return value;
      return isFunctionReference(type)
        ? `${names.runtime("functionFromJS")}(${value})`
        : `${names.result(position)}(${value})`;
  }
}

function isFunctionReference(type: ValueType): boolean {
  return heapTypeOf(type) === FUNC && isNullable(type);
}

/** A conversion for its effects alone: it may throw, and run code of the user. */
function droppedText(value: string, type: ValueType, position: number, names: ImportNames): string {
  switch (type) {
    case I32:
    case F32:
    case F64:
      return `+${value}`;
    default:
      return resultText(value, type, position, names);
  }
}

function protect(body: string, names: ImportNames): string {
  return `try{${body}}catch(e){throw ${names.runtime("foreign")}(e)}`;
}

/** A function that makes a call of a JavaScript function and returns with its exceptions (see `returning_forms.ts`). */
export function returningText(identifier: string, type: FunctionType, names: ImportNames): string {
  const { names: parameters, body } = callText(type, names, false);
  const [result] = flatten(type.results);
  const nothing = result === undefined ? "" : `return ${initialText(result)}`;
  const taken = `${names.runtime("RETURNED")}.exception=${names.runtime("caught")}(e);${nothing}`;
  return `function ${identifier}(${parameters}){try{${body}}catch(e){${taken}}}\n`;
}

/** A function that makes a call of this shape, neither generic nor of a builtin. With `drops`, its one result is not used. */
export function functionText(
  identifier: string,
  type: FunctionType,
  shape: CallShape,
  names: ImportNames,
  drops: boolean = false,
): string {
  if (shape === "host") return hostCallText(identifier, type, names);
  if (shape.startsWith("DataView.")) return dataViewText(identifier, type, shape, names);
  if (shape.startsWith("c ")) return fastCallText(identifier, type, shape, names);
  const { names: parameters, body } = callText(type, names, drops);
  return `function ${identifier}(${parameters}){${protect(body, names)}}\n`;
}

/** The parameters and the body of a function that calls one of JavaScript. */
function callText(
  type: FunctionType,
  names: ImportNames,
  drops: boolean,
): { readonly names: readonly string[]; readonly body: string } {
  const { names: parameters, args } = argumentsText(type, names);
  const invocation = `${names.callable}(${args})`;
  const { results } = type;
  const body = results.length === 0
    ? `${invocation};`
    : results.length > 1
    ? severalResults(invocation, results, names)
    : drops
    ? `${droppedText(invocation, results[0], 0, names)};`
    : results[0] === I64
    ? `return ${names.runtime("lowResult")}(${invocation})`
    : `return ${resultText(invocation, results[0], 0, names)}`;
  return { names: parameters, body };
}

/** The values of any iterable; an array is read as its iteration reads it. Conversions come after all reads. */
function severalResults(invocation: string, results: readonly ValueType[], names: ImportNames): string {
  const count = results.length;
  const values = results.map((_, i) => `v${i}`);
  let reads = "break q;";
  for (let i = count; i >= 0; i--) {
    const rest = `v=${names.runtime("restOfArray")}(${["v", count, "n", ...values.slice(0, i)]});`;
    reads = `n=v.length;if(n===${count}){${i < count ? `v${i}=v[${i}];` : ""}${reads}}else{${rest}}`;
  }
  const cases = values.map((value, i) => `case ${i}:${value}=x;break;`).join("");
  const iteration = `n=0;for(const x of new ${names.iterated()}(v,m))switch(n++){${cases}}` +
    `if(n!==${count})E.refuseLength();break q;`;
  const list = values.map((value, i) => `${value}=v[${i}];`).join("");
  let text = `let v=${invocation},n,${values};const m=${names.runtime("iterationMethod")}(v);` +
    `q:{if(${names.runtime("iteratesAsArray")}(v,m)){${reads}}else{${iteration}}${list}}`;
  // Registers are set when all conversions have run: they may run wasm code.
  let registers = "";
  let component = 0;
  for (const [i, type] of results.entries()) {
    text += `const x${i}=${resultText(values[i], type, i, names)}`;
    text += type === I64 ? `,x${i}h=${names.runtime("SCRATCH_I32")}[1];` : ";";
    if (component > 0) registers += `${register(type, names)}[${component}]=x${i};`;
    component++;
    if (type === I64) registers += `${names.runtime("RESULT_I32")}[${component++}]=x${i}h;`;
  }
  return `${text}${registers}return x0`;
}

function register(type: ValueType, names: ImportNames): string {
  switch (type) {
    case I32:
    case I64:
      return names.runtime("RESULT_I32");
    case F32:
    case F64:
      return names.runtime("RESULT_F64");
    default:
      return names.runtime("RESULT_REF");
  }
}

/** A function that calls one of the embedding, which has the engine's calling convention already. */
function hostCallText(identifier: string, { params, results }: FunctionType, names: ImportNames): string {
  const list = flatten(params).map((_, i) => `l${i}`);
  const invocation = `${names.callable}(${list})`;
  const [type] = results;
  // Whatever it returns, an i32 is an int32 and an f32 is rounded: other code counts on that.
  const isConverted = results.length === 1 && (type === I32 || type === F32 || type === F64);
  const result = isConverted ? resultText(invocation, type, 0, names) : invocation;
  return `function ${identifier}(${list}){${protect(`return ${result}`, names)}}\n`;
}

/** An access to a `DataView` (see `data_view_access.ts`). The byte order is a truth value. */
function dataViewText(identifier: string, type: FunctionType, shape: CallShape, names: ImportNames): string {
  const accessor = shape.slice(shape.lastIndexOf(".") + 1) as DataViewAccessor;
  const { names: parameters, args: [receiver, ...args] } = argumentsText(type, names);
  const count = argumentCount(accessor);
  if (count === 3 || count === 2 && accessor.startsWith("get")) args[count - 1] += "!==0";
  const { results } = type;
  const access = COMPILES_BIGINTS
    ? siteAccess(accessor, receiver, args, names)
    : builtinAccess(accessor, receiver, args, names);
  const body = results.length === 0
    ? `${access};`
    : results[0] === I64
    ? `return ${names.runtime("lowResult")}(${access})`
    : results[0] === I32
    ? `return ${access}|0`
    : `return ${access}`;
  return `function ${identifier}(${parameters}){${protect(body, names)}}\n`;
}

function siteAccess(accessor: string, receiver: string, args: readonly string[], names: ImportNames): string {
  const site = names.dataViewSite();
  // With a conditional expression as index, V8 takes 0.7 ns instead of 0.3.
  const known = `${site}.views[+(${receiver}!==${site}.known)]`;
  if (accessor === "byteLength") {
    return `(${site}.lastReceiver=${receiver},${site}.ready?${known}.byteLength:${site}.others.byteLength)`;
  }
  const call = `${accessor}(${[...args, receiver]})`;
  return `(${site}.ready?${known}.${call}:${site}.others.${call})`;
}

function builtinAccess(
  accessor: string,
  receiver: string,
  args: readonly string[],
  names: ImportNames,
): string {
  const builtin = `${names.runtime("dataViewBuiltins")}.${accessor}`;
  return `(${builtin}.call===${names.runtime("call")}?${builtin}.call(${[receiver, ...args]}):` +
    `${names.runtime("apply")}(${builtin},${receiver},[${args}]))`;
}

/** A function that calls one with a C signature: what it takes and returns is known. */
function fastCallText(identifier: string, type: FunctionType, shape: CallShape, names: ImportNames): string {
  const { receiver, signature: { params: cParams, result, int64 } } = fastCallOf(shape);
  const { names: parameters, args } = argumentsText(type, names);
  const first = receiver === "none" ? 0 : 1;
  for (const [i, cType] of cParams.entries()) {
    args[i + first] = cArgument(args[i + first], type.params[i + first], cType, int64, names);
  }
  const check = receiver === "checked first parameter"
    ? `if(!${names.argument(-1)}(${args[0]}))throw new ${names.runtime("TypeError")}("Illegal invocation");`
    : "";
  const invocation = `${names.callable}(${args})`;
  const body = type.results.length === 0
    ? `${invocation};`
    : type.results[0] === I64
    ? `return ${names.runtime("lowResult")}(${invocation})`
    : `return ${cResult(invocation, type.results[0], result, names)}`;
  return `function ${identifier}(${parameters}){${protect(check + body, names)}}\n`;
}

function cArgument(
  value: string,
  type: ValueType,
  cType: CType,
  int64: CSignature["int64"],
  names: ImportNames,
): string {
  switch (cType) {
    case "bool":
      return `${value}!==0`;
    case "u32":
      return `${value}>>>0`;
    case "u64":
      if (type === I32) return `${value}>>>0`;
      return int64 === "bigint" ? `${names.runtime("unsignedBigInt")}(${value})` : value;
    default:
      return value;
  }
}

/** Booleans and unsigned numbers become int32s; an f32 is rounded, as the function may be written in JavaScript. */
function cResult(value: string, type: ValueType, cType: CType, names: ImportNames): string {
  if (type === I32) return `${value}|0`;
  if (type === F32) return `${names.runtime("fround")}(${value})`;
  return type === F64 || cType !== "any" ? value : resultText(value, type, 0, names);
}
