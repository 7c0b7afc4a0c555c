/**
 * The text of export wrappers: of each a method whose key is the function's index, so that it has its name and length from the
 * start, and cannot be constructed.
 *
 * @module
 */

import type { CanonicalType, TypeContext } from "../syntax/canonical_types.ts";
import {
  F32,
  F64,
  FUNCREF,
  type FunctionIndex,
  type FunctionType,
  I32,
  I64,
  type ValueType,
} from "../syntax/types.ts";
import type { CompiledModule } from "../runtime/compiled_module.ts";
import { KEEPS_NAN_BITS } from "../runtime/float_bits.ts";
import { crossesToJS, toJSValue, toWebAssemblyValue } from "../runtime/js_values.ts";
import type { Value } from "../runtime/values.ts";
import { bigIntForm } from "./bigint_form.ts";
import { isPassedAsIs } from "./import_text.ts";
import { mayReturnExceptions } from "./returning_forms.ts";

/** Converts a value on its way in or out. */
export type Conversion = (value: unknown) => unknown;

/** A function that a wrapper is for. */
export interface WrappedFunction {
  /** The index in its module. */
  readonly index: FunctionIndex;
  readonly type: CanonicalType;
}

/** The text of one method, for the function with this index and the identifier of its slot. */
type Method = (index: FunctionIndex, slot: string) => string;

/** How the values of a type are converted. */
type Kind = "i32" | "i64" | "f32" | "f64" | "as is" | "function" | "other";

function kindOf(type: ValueType): Kind {
  switch (type) {
    case I32:
      return "i32";
    case I64:
      return "i64";
    case F32:
      return "f32";
    case F64:
      return "f64";
    case FUNCREF:
      return "function";
    default:
      return isPassedAsIs(type) ? "as is" : "other";
  }
}

function parametersOf({ signature }: Pick<CanonicalType, "signature">): string[] {
  return signature.params.map((_, i) => `a${i}`);
}

/**
 * The text of the wrappers of some functions of one instance: a function body with the parameters `E` (the runtime library) and `I`
 * (their link), which returns an object that has them by function index.
 */
export class ExportText {
  /** All of it. */
  readonly text: string;
  /** `I.conversions`: what the text has no words for. Alike for all instances. */
  readonly conversions: readonly Conversion[];
  readonly #conversions: Conversion[] = [];
  readonly #constants = new Map<string, string>();
  readonly #mayReturnExceptions: boolean;

  /** Of functions that `module` defines, or of one that is of no module. */
  constructor(functions: readonly WrappedFunction[], module: CompiledModule | undefined) {
    // Code of such a module may return with an exception; see `returning_forms.ts`.
    this.#mayReturnExceptions = module !== undefined && mayReturnExceptions(module);
    const runtime = (entry: string) => this.#runtime(entry);
    const methods = new Map<CanonicalType, Method>();
    let text = "";
    for (const [i, { index, type }] of functions.entries()) {
      const form = module?.engine.backend.inlinesIntoWrappers ? bigIntForm(module, index, runtime) : null;
      if (form !== null) {
        text += `"${index}"(${parametersOf(type)}){${form}},\n`;
        continue;
      }
      let method = methods.get(type);
      if (method === undefined) methods.set(type, method = this.#method(type));
      const slot = this.#constant(`s${i}`, `I.slots[${i}]`);
      text += `${method(index, slot)},\n`;
    }
    let constants = "";
    for (const [identifier, value] of this.#constants) constants += `const ${identifier}=${value};\n`;
    this.text = `${constants}return{${text}};\n`;
    this.conversions = this.#conversions;
  }

  #constant(identifier: string, value: string): string {
    this.#constants.set(identifier, value);
    return identifier;
  }

  #runtime(entry: string): string {
    return this.#constant(entry, `E.${entry}`);
  }

  #linked(entry: string): string {
    return this.#constant(entry, `I.${entry}`);
  }

  #conversion(conversion: Conversion): string {
    const position = this.#conversions.push(conversion) - 1;
    return this.#constant(`c${position}`, `I.conversions[${position}]`);
  }

  #method({ signature, context }: CanonicalType): Method {
    const parameters = parametersOf({ signature });
    if (!crossesToJS(signature)) {
      const refusal = `throw new ${this.#runtime("TypeError")}(${this.#runtime("TYPE_INCOMPATIBILITY")})`;
      return (index) => `"${index}"(${parameters}){${refusal}}`;
    }
    // Conversions come before the `try`: what they throw is the caller's own affair.
    const { conversions, args } = this.#arguments(signature.params, context);
    const { declaration, assignment, result } = this.#results(signature);
    const leaving = this.#linked("leaving");
    const prepare = this.#linked("prepare");
    // Where instances share type feedback, V8 takes the property for a constant only if no slot without it was ever read.
    return (index, slot) =>
      `"${index}"(${parameters}){${conversions}${declaration}` +
      `try{${assignment}("code"in ${slot}?${slot}.code:${prepare}(${slot}))(${args})}catch(e){throw ${leaving}(e)}` +
      `${this.#mayReturnExceptions ? this.#returnedException(slot) : ""}${result}}`;
  }

  /**
   * The slot's property is a constant to the host: of code that does not return with exceptions nothing is tested. V8 counts returns
   * and rounds of loops towards optimisation, not throws: without the loop an export that always throws takes 310 ns, with it 175.
   * The exception is taken before anything is called: a stack overflow there would leave it for somebody else to find.
   */
  #returnedException(slot: string): string {
    const returned = `${this.#runtime("RETURNED")}.exception`;
    const left = `e=${this.#linked("leaving")}(e)`;
    return `if(${slot}.returns&&${returned}!==null){let e=${returned};${returned}=null;for(let n=0;n<1;n++)${left};throw e}`;
  }

  #arguments(params: readonly ValueType[], context: TypeContext): { conversions: string; args: string[] } {
    let conversions = "";
    const args: string[] = [];
    for (const [i, type] of params.entries()) {
      const argument = `a${i}`;
      const low = `x${i}`;
      args.push(low);
      conversions += `const ${low}=`;
      switch (kindOf(type)) {
        case "i32":
          conversions += `+${argument}|0;`;
          break;
        case "i64":
          conversions += `${this.#runtime("lowHalf")}(${argument}),${low}h=${
            this.#runtime("SCRATCH_I32")
          }[1];`;
          args.push(`${low}h`);
          break;
        case "f32":
          conversions += `${this.#runtime("fround")}(${argument});`;
          break;
        case "f64":
          conversions += `+${argument};`;
          break;
        case "as is":
          conversions += `${argument};`;
          break;
        case "function":
          conversions += `${this.#runtime("functionFromJS")}(${argument});`;
          break;
        case "other": {
          const convert = this.#conversion((value) => toWebAssemblyValue(value, type, context));
          conversions += `${convert}(${argument});`;
        }
      }
    }
    return { conversions, args };
  }

  #results({ results }: FunctionType): { declaration: string; assignment: string; result: string } {
    const values: string[] = [];
    let component = 0;
    for (const type of results) {
      const from = (register: string) => component === 0 ? "r" : `${this.#runtime(register)}[${component}]`;
      switch (kindOf(type)) {
        case "i32":
          values.push(from("RESULT_I32"));
          break;
        case "i64": {
          const high = `${this.#runtime("RESULT_I32")}[${component + 1}]`;
          values.push(`${this.#runtime("bigIntOf")}(${from("RESULT_I32")},${high})`);
          component++;
          break;
        }
        case "f32":
          // A marked NaN loses its mark; what is rounded already stays as it is, at no cost.
          values.push(
            KEEPS_NAN_BITS ? `${this.#runtime("fround")}(${from("RESULT_F64")})` : from("RESULT_F64"),
          );
          break;
        case "f64":
          values.push(from("RESULT_F64"));
          break;
        case "as is":
          values.push(from("RESULT_REF"));
          break;
        case "function":
          values.push(`${this.#runtime("functionToJS")}(${from("RESULT_REF")})`);
          break;
        case "other":
          values.push(
            `${this.#conversion((value) => toJSValue(value as Value, type))}(${from("RESULT_REF")})`,
          );
      }
      component++;
    }
    if (values.length === 0) return { declaration: "", assignment: "", result: "" };
    const result = values.length === 1 ? `return ${values[0]}` : `return[${values}]`;
    return { declaration: "let r;", assignment: "r=", result };
  }
}
