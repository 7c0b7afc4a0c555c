/**
 * Export wrappers: the JavaScript functions through which JavaScript calls wasm code (JS API, "call an Exported Function").
 *
 * @module
 */

import { importedCount } from "../syntax/module.ts";
import { FUNCREF, type FunctionIndex } from "../syntax/types.ts";
import type { CompiledModule } from "../runtime/compiled_module.ts";
import type { EngineState } from "../runtime/engine_state.ts";
import { leaving } from "../runtime/exception_boundary.ts";
import { KEEPS_NAN_BITS } from "../runtime/float_bits.ts";
import type { Code, FunctionReference } from "../runtime/function_reference.ts";
import type { InstanceData } from "../runtime/instance_data.ts";
import { lookUpWeakly, rememberWeakly } from "../runtime/lookup.ts";
import { evaluate, evaluateShared, evaluator } from "./evaluation.ts";
import { type Conversion, ExportText, type WrappedFunction } from "./export_text.ts";
import { Slot } from "./slot.ts";

/** What JavaScript calls; it has the function's index as its name, its length, and no prototype, and cannot be constructed. */
export type ExportWrapper = (...args: unknown[]) => unknown;

/** Functions whose wrappers are one text; with more, each takes no less time. */
const TEXT_FUNCTIONS = 256;

/** A function that converts its arguments, calls the function behind `reference`, whose code is made then, and converts the results. */
export function makeExportWrapper(reference: FunctionReference): ExportWrapper {
  const { module, engine } = reference.instance!;
  const { text, conversions } = new ExportText([reference], module);
  const label = `export/${reference.index}`;
  const link = new WrapperLink([reference], engine, conversions);
  const wrappers = module !== undefined && sharesText(reference)
    ? evaluateShared(text, `${label}/module${module.number}`, link)
    : evaluate(text, label, link);
  return (wrappers as Wrappers)[reference.index];
}

/** Takes the wrapper of a function. */
export type WrapperTaker = (reference: FunctionReference, wrapper: ExportWrapper) => void;

/**
 * Makes the wrappers of the functions that the module of `instance` defines and exports, and passes each to `take`. Some may be left
 * out; those are for {@linkcode makeExportWrapper}. Of 5,000, each takes 4 to 8 us for the first instance of a module and 0.3 (V8) to
 * 1.2 (JavaScriptCore) for others; one by one it is 13 to 20, and 5 to 18.
 */
export function makeExportWrappers(instance: InstanceData, take: WrapperTaker): void {
  const { module } = instance;
  let texts = lookUpWeakly(moduleTexts, module);
  if (texts === undefined) rememberWeakly(moduleTexts, module, texts = textsOf(module));
  for (let i = 0; i < texts.length; i++) texts[i].link(instance, take);
}

type Wrappers = Readonly<Record<FunctionIndex, ExportWrapper>>;

const moduleTexts = new WeakMap<CompiledModule, readonly ModuleText[]>();

function textsOf(module: CompiledModule): ModuleText[] {
  const { exports, functions } = module.record;
  const imported = importedCount(functions);
  const indices = new Set<FunctionIndex>();
  for (const { kind, index } of exports) {
    if (kind === "function" && index >= imported) indices.add(index);
  }
  const wrapped: WrappedFunction[] = [];
  for (const index of indices) {
    const type = module.types[functions[index].type];
    if (sharesText({ type })) wrapped.push({ index, type });
  }
  const texts: ModuleText[] = [];
  for (let start = 0; start < wrapped.length; start += TEXT_FUNCTIONS) {
    texts.push(new ModuleText(module, wrapped.slice(start, start + TEXT_FUNCTIONS)));
  }
  return texts;
}

/** The text of wrappers that all instances of a module need. */
class ModuleText {
  readonly #indices: readonly FunctionIndex[];
  readonly #conversions: readonly Conversion[];
  readonly #evaluate: (link: unknown) => unknown;

  constructor(module: CompiledModule, functions: readonly WrappedFunction[]) {
    this.#indices = functions.map(({ index }) => index);
    const { text, conversions } = new ExportText(functions, module);
    this.#conversions = conversions;
    const label = `export/${this.#indices[0]}/module${module.number}`;
    // Functions made by one evaluation share type feedback on V8 in any case; on JavaScriptCore their constants are none then.
    this.#evaluate = KEEPS_NAN_BITS ? evaluator(text, label) : (link) => evaluateShared(text, label, link);
  }

  link(instance: InstanceData, take: WrapperTaker): void {
    const references: FunctionReference[] = [];
    for (let i = 0; i < this.#indices.length; i++) {
      references[i] = instance.functionReference(this.#indices[i]);
    }
    const link = new WrapperLink(references, instance.engine, this.#conversions);
    const wrappers = this.#evaluate(link) as Wrappers;
    for (let i = 0; i < references.length; i++) take(references[i], wrappers[references[i].index]);
  }
}

/** Where a wrapper finds the code of its function. */
class ExportSlot extends Slot {
  /** Whether the code may return with an exception; see `returning_forms.ts`. */
  declare returns?: boolean;
  readonly reference: FunctionReference;

  constructor(reference: FunctionReference) {
    super();
    this.reference = reference;
  }
}

/** What a text of wrappers is linked to, under the name `I`. */
class WrapperLink {
  readonly slots: readonly ExportSlot[];
  readonly conversions: readonly Conversion[];
  readonly leaving: (exception: unknown) => unknown;
  readonly prepare: (slot: ExportSlot) => Code = prepareSlot;

  constructor(
    references: readonly FunctionReference[],
    engine: EngineState,
    conversions: readonly Conversion[],
  ) {
    const slots: ExportSlot[] = [];
    for (let i = 0; i < references.length; i++) slots[i] = new ExportSlot(references[i]);
    this.slots = slots;
    this.conversions = conversions;
    this.leaving = (exception) => leaving(exception, engine);
  }
}

/** The code for JavaScript to call, and whether it may leave an exception in `RETURNED`. */
function prepareSlot(slot: ExportSlot): Code {
  const { reference } = slot;
  const code = reference.prepared();
  const { returningCode } = reference;
  slot.returns = returningCode !== null;
  return slot.code = returningCode ?? code;
}

/**
 * Whether the instances of a module share the text of a wrapper, of which hosts compile one. Not on JavaScriptCore where functions
 * are passed: it takes each for a constant, but in functions of equal text not after the first mistake (0.5 ns against 1.5 to 6).
 */
function sharesText({ type }: { readonly type: WrappedFunction["type"] }): boolean {
  return KEEPS_NAN_BITS || !type.signature.params.includes(FUNCREF);
}
