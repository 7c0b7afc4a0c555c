/**
 * Export wrappers: the JavaScript functions through which JavaScript calls wasm code (JS API, "call an Exported Function").
 *
 * @module
 */

import { F32, F64, FUNCREF, type FunctionType, I32, I64, type ValueType } from "../syntax/types.ts";
import { leaving } from "../runtime/exception_boundary.ts";
import { KEEPS_NAN_BITS } from "../runtime/float_bits.ts";
import type { Code, FunctionReference } from "../runtime/function_reference.ts";
import { crossesToJS, toJSValue, toWebAssemblyValue, TYPE_INCOMPATIBILITY } from "../runtime/js_values.ts";
import { evaluate, evaluateShared } from "./evaluation.ts";
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
  const slot = newSlot();
  const link = {
    slot,
    prepare: () => {
      const { prepared, returning } = preparedCode(reference);
      slot.returns = returning;
      return slot.code = prepared;
    },
    leaving: (exception: unknown) => leaving(exception, engine),
    params: signature.params.map((type) => (value: unknown) => toWebAssemblyValue(value, type, context)),
    results: signature.results.map((type) => (value: unknown) => toJSValue(value, type)),
  };
  const { module } = reference.instance!;
  const hasTags = module !== undefined && module.record.tags.length > 0;
  const text = exportText(signature, hasTags);
  const label = `export/${reference.index}`;
  const wrapper = module !== undefined && sharesText(signature)
    ? evaluateShared(text, `${label}/module${module.number}`, link)
    : evaluate(text, label, link);
  return wrapper as () => unknown;
}

/**
 * Whether the instances of a module share the text of a wrapper, of which hosts compile one. Not on JavaScriptCore where functions
 * are passed: it takes each for a constant, but in functions of equal text not after the first mistake (0.5 ns against 1.5 to 6).
 */
function sharesText({ params }: FunctionType): boolean {
  return KEEPS_NAN_BITS || !params.includes(FUNCREF);
}

/** The code for JavaScript to call, and whether it may leave an exception in `RETURNED`. */
function preparedCode(
  reference: FunctionReference,
): { readonly prepared: Code; readonly returning: boolean } {
  const code = reference.prepared();
  const { returningCode } = reference;
  return { prepared: returningCode ?? code, returning: returningCode !== null };
}

/** The text for a signature, of which only the kinds of its values matter, in modules with tags or without. */
function exportText(signature: FunctionType, hasTags: boolean): string {
  const kinds = (types: readonly ValueType[]) => types.map(letter).join("");
  const key = `${kinds(signature.params)}:${kinds(signature.results)}${hasTags ? "!" : ""}`;
  let text = apply(get, texts, [key]) as string | undefined;
  if (text === undefined) apply(set, texts, [key, text = makeText(signature, hasTags)]);
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
function makeText({ params, results }: FunctionType, hasTags: boolean): string {
  const constants = new Map([["leaving", "I.leaving"], ["slot", "I.slot"], ["prepare", "I.prepare"]]);
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
  // Where instances share type feedback, V8 takes the property for a constant only if no slot without it was ever read.
  const invocation = `("code"in slot?slot.code:prepare())(${args})`;
  let test = "";
  if (hasTags) {
    // The slot's property is a constant to the host: of code that does not return with exceptions nothing is tested. V8 counts returns
    // and rounds of loops towards optimisation, not throws: without the loop an export that always throws takes 310 ns, with it 175.
    // Taken before anything is called: a stack overflow there would leave it for somebody else to find.
    const returned = `${constant("RETURNED", "E.RETURNED")}.exception`;
    const taken = `let e=${returned};${returned}=null;for(let n=0;n<1;n++)e=leaving(e);throw e`;
    test = `if(slot.returns&&${returned}!==null){${taken}}`;
  }
  const result = results.length === 0
    ? ""
    : results.length === 1
    ? `return ${values[0]}`
    : `return[${values}]`;
  const call = results.length === 0 ? `${invocation};` : `r=${invocation};`;
  let prologue = "";
  for (const [identifier, value] of constants) prologue += `const ${identifier}=${value};\n`;
  const parameters = params.map((_, i) => `a${i}`);
  const declaration = results.length === 0 ? "" : "let r;";
  return `${prologue}return(${parameters})=>{${conversions}${declaration}try{${call}}catch(e){throw leaving(e)}` +
    `${test}${result}};\n`;
}
