/**
 * Export wrappers: the JavaScript functions through which JavaScript calls wasm code (JS API, "call an Exported Function").
 *
 * @module
 */

import { F32, F64, type FunctionType, I32, I64 } from "../syntax/types.ts";
import { leaving } from "../runtime/exception_boundary.ts";
import type { FunctionReference } from "../runtime/function_reference.ts";
import { crossesToJS, toJSValue, toWebAssemblyValue, TYPE_INCOMPATIBILITY } from "../runtime/js_values.ts";
import { evaluate } from "./group.ts";
import { isPassedAsIs } from "./import_wrapper.ts";

const texts = new Map<string, string>();
const { get, set } = Map.prototype;
const { apply } = Reflect;

/**
 * A function that converts its arguments, calls the function behind `reference` - whose code is made at the first call - and
 * converts the results. It has no prototype and cannot be constructed; its name and length are for the caller to set.
 */
export function makeExportWrapper(reference: FunctionReference): (...args: unknown[]) => unknown {
  const { signature, context } = reference.type;
  if (!crossesToJS(signature)) {
    return () => {
      throw new TypeError(TYPE_INCOMPATIBILITY);
    };
  }
  const { engine } = reference.instance!;
  const link = {
    reference,
    leaving: (exception: unknown) => leaving(exception, engine),
    params: signature.params.map((type) => (value: unknown) =>
      toWebAssemblyValue(value, type, context, engine)
    ),
    results: signature.results.map((type) => (value: unknown) => toJSValue(value, type)),
  };
  return evaluate(exportText(signature), `export/${reference.index}`, link) as () => unknown;
}

/** The text for a signature; only the kinds of its values matter. */
function exportText(signature: FunctionType): string {
  const key = `${signature.params.map(letter).join("")}:${signature.results.map(letter).join("")}`;
  let text = apply(get, texts, [key]) as string | undefined;
  if (text === undefined) apply(set, texts, [key, text = makeText(signature)]);
  return text;
}

function letter(type: number): string {
  switch (type) {
    case I32:
      return "i";
    case I64:
      return "l";
    case F32:
      return "f";
    case F64:
      return "d";
    default:
      return isPassedAsIs(type) ? "e" : "r";
  }
}

function makeText({ params, results }: FunctionType): string {
  let prologue =
    "const reference=I.reference,leaving=I.leaving,fround=E.fround,unmarked=E.unmarked,RESULT_I32=E.RESULT_I32;\n" +
    "const RESULT_F64=E.RESULT_F64,RESULT_REF=E.RESULT_REF,SCRATCH_I32=E.SCRATCH_I32,SCRATCH_I64=E.SCRATCH_I64;\n";
  let conversions = "";
  const args: string[] = [];
  for (const [i, type] of params.entries()) {
    switch (letter(type)) {
      case "i":
        conversions += `const x${i}=+a${i}|0;`;
        break;
      case "l":
        conversions += `SCRATCH_I64[0]=a${i};const x${i}=SCRATCH_I32[0],y${i}=SCRATCH_I32[1];`;
        break;
      case "f":
        conversions += `const x${i}=fround(a${i});`;
        break;
      case "d":
        conversions += `const x${i}=+a${i};`;
        break;
      case "e":
        conversions += `const x${i}=a${i};`;
        break;
      default:
        prologue += `const p${i}=I.params[${i}];\n`;
        conversions += `const x${i}=p${i}(a${i});`;
    }
    args.push(`x${i}`);
    if (type === I64) args.push(`y${i}`);
  }
  const values: string[] = [];
  let component = 0;
  for (const [i, type] of results.entries()) {
    const kind = letter(type);
    const from = (register: string) => component === 0 ? "r" : `${register}[${component}]`;
    switch (kind) {
      case "i":
        values.push(from("RESULT_I32"));
        break;
      case "l":
        values.push(
          `(SCRATCH_I32[0]=${from("RESULT_I32")},SCRATCH_I32[1]=RESULT_I32[${component + 1}],SCRATCH_I64[0])`,
        );
        component++;
        break;
      case "f":
        values.push(`unmarked(${from("RESULT_F64")})`);
        break;
      case "d":
        values.push(from("RESULT_F64"));
        break;
      case "e":
        values.push(from("RESULT_REF"));
        break;
      default:
        prologue += `const r${i}=I.results[${i}];\n`;
        values.push(`r${i}(${from("RESULT_REF")})`);
    }
    component++;
  }
  const invocation = `(code??(code=reference.prepared()))(${args})`;
  const result = results.length === 0
    ? `${invocation};`
    : results.length === 1
    ? `const r=${invocation};return ${values[0]}`
    : `const r=${invocation};return[${values}]`;
  const parameters = params.map((_, i) => `a${i}`);
  return `${prologue}let code=null;\nreturn(${parameters})=>{${conversions}try{${result}}catch(e){throw leaving(e)}};\n`;
}
