/**
 * Export wrappers: the JavaScript functions through which JavaScript calls wasm code (JS API, "call an Exported Function").
 *
 * @module
 */

import { F32, F64, FUNCREF, type FunctionType, I32, I64, type ValueType } from "../syntax/types.ts";
import { leaving } from "../runtime/exception_boundary.ts";
import { KEEPS_NAN_BITS } from "../runtime/float_bits.ts";
import type { FunctionReference } from "../runtime/function_reference.ts";
import { crossesToJS, toJSValue, toWebAssemblyValue, TYPE_INCOMPATIBILITY } from "../runtime/js_values.ts";
import { evaluate } from "./evaluation.ts";
import { isPassedAsIs } from "./import_text.ts";
import { newSlot } from "./slot.ts";

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
    slot: newSlot(),
    leaving: (exception: unknown) => leaving(exception, engine),
    params: signature.params.map((type) => (value: unknown) => toWebAssemblyValue(value, type, context)),
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

function letter(type: ValueType): string {
  switch (type) {
    case I32:
      return "i";
    case I64:
      return "l";
    case F32:
      return "f";
    case F64:
      return "d";
    case FUNCREF:
      return "c";
    default:
      return isPassedAsIs(type) ? "e" : "r";
  }
}

/** Conversions come before the `try`: what they throw is the caller's own affair. */
function makeText({ params, results }: FunctionType): string {
  const constants = new Map([["leaving", "I.leaving"], ["slot", "I.slot"], ["reference", "I.reference"]]);
  const constant = (identifier: string, value: string) => {
    constants.set(identifier, value);
    return identifier;
  };
  const runtime = (entry: string) => constant(entry, `E.${entry}`);
  let conversions = "";
  const args: string[] = [];
  for (const [i, type] of params.entries()) {
    const argument = `a${i}`;
    const low = `x${i}`;
    args.push(low);
    switch (letter(type)) {
      case "i":
        conversions += `const ${low}=+${argument}|0;`;
        break;
      case "l":
        conversions += `const ${low}=${runtime("lowHalf")}(${argument}),${low}h=${
          runtime("SCRATCH_I32")
        }[1];`;
        args.push(`${low}h`);
        break;
      case "f":
        conversions += `const ${low}=${runtime("fround")}(${argument});`;
        break;
      case "d":
        conversions += `const ${low}=+${argument};`;
        break;
      case "e":
        conversions += `const ${low}=${argument};`;
        break;
      case "c":
        conversions += `const ${low}=${runtime("functionFromJS")}(${argument});`;
        break;
      default:
        conversions += `const ${low}=${constant(`p${i}`, `I.params[${i}]`)}(${argument});`;
    }
  }
  const values: string[] = [];
  let component = 0;
  for (const [i, type] of results.entries()) {
    const from = (register: string) => component === 0 ? "r" : `${runtime(register)}[${component}]`;
    switch (letter(type)) {
      case "i":
        values.push(from("RESULT_I32"));
        break;
      case "l":
        values.push(
          `${runtime("bigIntOf")}(${from("RESULT_I32")},${runtime("RESULT_I32")}[${component + 1}])`,
        );
        component++;
        break;
      case "f":
        // A marked NaN loses its mark; what is rounded already stays as it is, at no cost.
        values.push(KEEPS_NAN_BITS ? `${runtime("fround")}(${from("RESULT_F64")})` : from("RESULT_F64"));
        break;
      case "d":
        values.push(from("RESULT_F64"));
        break;
      case "e":
        values.push(from("RESULT_REF"));
        break;
      case "c":
        values.push(`${runtime("functionToJS")}(${from("RESULT_REF")})`);
        break;
      default:
        values.push(`${constant(`r${i}`, `I.results[${i}]`)}(${from("RESULT_REF")})`);
    }
    component++;
  }
  const invocation = `(slot.code??(slot.code=reference.prepared()))(${args})`;
  const result = results.length === 0
    ? `${invocation};`
    : results.length === 1
    ? `const r=${invocation};return ${values[0]}`
    : `const r=${invocation};return[${values}]`;
  let prologue = "";
  for (const [identifier, value] of constants) prologue += `const ${identifier}=${value};\n`;
  const parameters = params.map((_, i) => `a${i}`);
  return `${prologue}return(${parameters})=>{${conversions}try{${result}}catch(e){throw leaving(e)}};\n`;
}
