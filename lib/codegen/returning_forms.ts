/**
 * Exceptions that come back by return. A JavaScript `throw` costs 100 ns (V8) or more, and again wherever the exception is caught
 * and thrown on. So a small function that throws by itself, or calls an import that is refused, has a second form for callers that
 * look: where the first one throws, it leaves the exception in `RETURNED` and returns. A call of it in a protected block is
 * followed by a test (0.3 ns), and catching is a branch. All other callers call the first form and test nothing.
 *
 * @module
 */

import { readOpcode, skipImmediate } from "../binary/instructions.ts";
import { TypeReader } from "../binary/type_reader.ts";
import type { CompiledModule } from "../runtime/compiled_module.ts";
import { crossesToJS } from "../runtime/js_values.ts";
import { lookUpWeakly, rememberWeakly } from "../runtime/lookup.ts";
import { ALL_FEATURES } from "../syntax/features.ts";
import type { FunctionIndex } from "../syntax/types.ts";

/** Bytes of a function body that is written twice, at most. */
const MAXIMUM_BYTES = 500;
/** How far functions are looked into for calls of functions that throw and do not return. */
const MAXIMUM_DEPTH = 8;
/** Code of `unreachable`. */
const UNREACHABLE = 0x00;

/** What is known of a function. */
interface Form {
  /** Whether it has a second form: it throws, or calls one that has it and expects nothing back. */
  readonly exists: boolean;
  /** Whether exceptions may be thrown out of the second form nevertheless: by what it calls, or delegated to its caller. */
  readonly mayThrow: boolean;
}

const NONE: Form = { exists: false, mayThrow: true };

/** Whether every call of an imported function is refused. */
export type Refuses = (index: FunctionIndex) => boolean;

const modulesWithForms = new WeakMap<CompiledModule, boolean>();

/** Whether some function of a module may have a second form. */
export function mayReturnExceptions(module: CompiledModule): boolean {
  let may = lookUpWeakly(modulesWithForms, module);
  if (may === undefined) {
    may = module.record.tags.length > 0 || importsWithoutCrossing(module);
    rememberWeakly(modulesWithForms, module, may);
  }
  return may;
}

/** Whether an imported function has a type that JavaScript has no values for: a call of it is refused unless it is WebAssembly. */
function importsWithoutCrossing({ record: { functions }, types }: CompiledModule): boolean {
  for (let i = 0; i < functions.length && functions[i].body === null; i++) {
    if (!crossesToJS(types[functions[i].type].signature)) return true;
  }
  return false;
}

/** Which functions of a module have a second form. */
export class ReturningForms {
  readonly #module: CompiledModule;
  readonly #forms = new Map<FunctionIndex, Form>();
  #exported: ReadonlySet<FunctionIndex> | null = null;

  constructor(module: CompiledModule) {
    this.#module = module;
  }

  /** Whether the function has one. Which imports are refused is decided by the instance that asks first. */
  exists(index: FunctionIndex, refuses: Refuses): boolean {
    return mayReturnExceptions(this.#module) && this.#form(index, 0, refuses).exists;
  }

  /** Whether all exceptions come back from it by return, not just those that it throws by itself; of one that exists. */
  returnsAll(index: FunctionIndex): boolean {
    return this.#forms.get(index)?.mayThrow === false;
  }

  /** Whether JavaScript may call it: the function is exported. */
  isExported(index: FunctionIndex, refuses: Refuses): boolean {
    if (!this.exists(index, refuses)) return false;
    this.#exported ??= new Set(
      this.#module.record.exports.filter(({ kind }) => kind === "function").map(({ index }) => index),
    );
    return this.#exported.has(index);
  }

  #form(index: FunctionIndex, depth: number, refuses: Refuses): Form {
    let form = this.#forms.get(index);
    if (form === undefined) {
      // Stands while the function is looked into: it may call itself.
      this.#forms.set(index, NONE);
      this.#forms.set(index, form = this.#read(index, depth, refuses));
    }
    return form;
  }

  #read(index: FunctionIndex, depth: number, refuses: Refuses): Form {
    const { body } = this.#module.record.functions[index];
    if (body === null || body.end - body.start > MAXIMUM_BYTES || depth > MAXIMUM_DEPTH) return NONE;
    const reader = new TypeReader(body.bytes, ALL_FEATURES, this.#module.types.length);
    reader.position = body.start;
    for (let runs = reader.u32("local decls count"); runs > 0; runs--) {
      reader.u32("local count");
      reader.valueType();
    }
    let exists = false;
    let mayThrow = false;
    while (reader.position < body.end) {
      const { mnemonic, immediates } = readOpcode(reader);
      switch (mnemonic) {
        case "throw":
        case "throw_ref":
        case "rethrow":
          exists = true;
          break;
        case "call": {
          const callee = reader.u32("function index");
          // In another instance a refused import may be WebAssembly.
          mayThrow = true;
          exists ||= this.#module.record.functions[callee].body === null
            ? refuses(callee)
            : expectsNothing(reader) && this.#form(callee, depth + 1, refuses).exists;
          continue;
        }
        case "call_indirect":
        case "call_ref":
        case "delegate":
          mayThrow = true;
          break;
        case "return_call":
        case "return_call_indirect":
        case "return_call_ref":
          return NONE;
      }
      for (const immediate of immediates) skipImmediate(reader, immediate);
    }
    return exists ? { exists, mayThrow } : NONE;
  }
}

/** Whether the call whose immediates have been read is not expected to return: `unreachable` follows. */
export function expectsNothing(reader: TypeReader): boolean {
  return reader.bytes[reader.position] === UNREACHABLE;
}
