/**
 * Import wrappers: code for imported functions that are called through tables and references, or from other places that do not know
 * what they call. (Groups call imports without: see `import_calls.ts`.)
 *
 * @module
 */

import type { CanonicalType } from "../syntax/canonical_types.ts";
import type { FunctionIndex } from "../syntax/types.ts";
import { DataViewSite } from "../link/data_view_access.ts";
import { foreign } from "../runtime/exception_boundary.ts";
import type { Code } from "../runtime/function_reference.ts";
import type { Callable, ImportedFunction } from "../runtime/imported_function.ts";
import type { InstanceData } from "../runtime/instance_data.ts";
import { toJSValue, toWebAssemblyValue, TYPE_INCOMPATIBILITY } from "../runtime/js_values.ts";
import { lookUp, lookUpWeakly, rememberWeakly } from "../runtime/lookup.ts";
import { callShape } from "./call_shape.ts";
import { evaluate, evaluator } from "./evaluation.ts";
import { functionText, type ImportNames, ITERATED } from "./import_text.ts";

const { set } = Map.prototype;
const { apply } = Reflect;

/** Converts a reference between the engine's and JavaScript's. */
export type Converter = (value: unknown) => unknown;

/** The converter of an argument to what JavaScript gets. */
export function argumentConverter({ signature }: CanonicalType, position: number): Converter {
  const type = signature.params[position];
  return (value) => toJSValue(value, type);
}

/** The converter of what JavaScript gives to a result. */
export function resultConverter(
  { signature, context }: CanonicalType,
  position: number,
): Converter {
  const type = signature.results[position];
  return (value) => toWebAssemblyValue(value, type, context);
}

/** Wrappers of an instance that are evaluated one by one, so that each has type feedback of its own. */
const SEPARATE_WRAPPERS = 64;

type Evaluator = (text: string, label: string, link: WrapperLink) => unknown;

/**
 * Evaluates the wrappers of an instance. All but the first ones share their code with others of equal text, which are of the same
 * kind and type: the first calls of 5,000 through a table take 45 ms (Deno), and 160 if each is evaluated.
 */
class WrapperCache {
  readonly #makers = new Map<string, (link: unknown) => unknown>();
  #separate = 0;

  readonly evaluate: Evaluator = (text, label, link) => {
    if (++this.#separate <= SEPARATE_WRAPPERS) return evaluate(text, label, link);
    let make = lookUp(this.#makers, text);
    if (make === undefined) apply(set, this.#makers, [text, make = evaluator(text, label)]);
    return make(link);
  };
}

const cacheOf = new WeakMap<InstanceData, WrapperCache>();

/** The code for imported function `index`, which is not another instance's function. */
export function makeImportWrapper(instance: InstanceData, index: FunctionIndex): Code {
  let cache = lookUpWeakly(cacheOf, instance);
  if (cache === undefined) rememberWeakly(cacheOf, instance, cache = new WrapperCache());
  return importCode(instance.importedFunctions[index], cache.evaluate);
}

/** What a wrapper's text is linked to, under the name `I`. */
interface WrapperLink {
  readonly callable: Callable;
  readonly receiverCheck: ((receiver: unknown) => boolean) | null;
  argument(position: number): Converter;
  result(position: number): Converter;
  dataViewSite(): DataViewSite;
}

/** The code for an imported function that is not another instance's function. */
export function importCode(imported: ImportedFunction, evaluateText: Evaluator = evaluate): Code {
  const { callable, kind, reference, intrinsic } = imported;
  if (callable === null) return reference.prepared();
  if (kind === "runtime type error") return refuse;
  if (intrinsic?.code) return intrinsic.code;
  const { type } = reference;
  const link: WrapperLink = {
    callable,
    receiverCheck: intrinsic?.fastCall?.receiverCheck ?? null,
    argument: (position) => argumentConverter(type, position),
    result: (position) => resultConverter(type, position),
    dataViewSite: () => new DataViewSite(),
  };
  const constants = new Map<string, string>();
  const constant = (identifier: string, value: string) => {
    constants.set(identifier, value);
    return identifier;
  };
  const names: ImportNames = {
    callable: constant("f", "I.callable"),
    runtime: (entry) => constant(entry, `E.${entry}`),
    argument: (position) =>
      position < 0 ? constant("c", "I.receiverCheck") : constant(`a${position}`, `I.argument(${position})`),
    dataViewSite: () => constant("s", "I.dataViewSite()"),
    iterated: () => constant("i", ITERATED),
    result: (position) => constant(`b${position}`, `I.result(${position})`),
  };
  const text = functionText("imported", type.signature, callShape(imported), names);
  let prologue = "";
  for (const [identifier, value] of constants) prologue += `const ${identifier}=${value};\n`;
  return evaluateText(`${prologue}${text}return imported;\n`, `import/${reference.index}`, link) as Code;
}

function refuse(): never {
  throw foreign(new TypeError(TYPE_INCOMPATIBILITY));
}
