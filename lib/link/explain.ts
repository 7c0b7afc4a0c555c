/**
 * Why imports are called the way they are (INSTANTIATION.md section 9): for each one the kind that linking resolves it to, what is
 * against a faster one, and what it would take. Nothing is instantiated and no imported function is called.
 *
 * @module
 */

import { externTypeName, functionTypeName } from "../syntax/extern_type_name.ts";
import type { ExternKind } from "../syntax/module.ts";
import { type FunctionIndex, type FunctionType, I64, valueTypeName } from "../syntax/types.ts";
import type { CompiledModule } from "../runtime/compiled_module.ts";
import { referenceOf } from "../runtime/function_reference.ts";
import type { Callable, ImportCallKind, ImportedFunction } from "../runtime/imported_function.ts";
import { InstanceData } from "../runtime/instance_data.ts";
import { hasJSValues } from "../runtime/js_values.ts";
import { boundFunctionOf } from "./bound_functions.ts";
import { describeCallable } from "./callable_shape.ts";
import { checkGlobal, checkMemory, checkTable, checkTag, type ImportContext } from "./checks.ts";
import { BUILTIN_SETS, findBuiltin, hasTypeOf } from "./compile_time_builtins.ts";
import { FUNCTION_TYPE_MISMATCH, InstantiationErrors } from "./errors.ts";
import { fastFunctionOf, fastImportOf } from "./fast_api.ts";
import { conventionOf } from "./import_conventions.ts";
import { readImport } from "./lookup.ts";
import { mathFunctionName } from "./math_intrinsics.ts";
import { resolveFunctionImport } from "./resolve.ts";
import { describePlaces, wellKnownImportsOf } from "./well_known_imports.ts";

/** What is to be said of an import. */
export interface ImportExplanation {
  /** Index among the module's imports. */
  readonly index: number;
  /** The first of the import's two names. */
  readonly module: string;
  /** The second of the import's two names. */
  readonly field: string;
  /** What is imported. */
  readonly kind: ExternKind;
  /** The type that the module declares: `(i32) -> (f64)`, `1 to 16 pages`. */
  readonly type: string;
  /** How a function is called; null for everything else, for what cannot be linked, and where nothing tells. */
  readonly callKind: ImportCallKind | null;
  /** What the engine or a convention of names knows the import as: a builtin, a C signature, a WASI call; null when neither does. */
  readonly knownAs: string | null;
  /** What is against a faster kind; nothing when there is none. */
  readonly reasons: readonly string[];
  /** What it would take; nothing when there is nothing to do. */
  readonly remedies: readonly string[];
  /** Why it cannot be linked; null when it can. */
  readonly error: string | null;
}

type Finding = Pick<ImportExplanation, "callKind" | "knownAs" | "reasons" | "remedies" | "error">;

const NOTHING: Finding = { callKind: null, knownAs: null, reasons: [], remedies: [], error: null };

/**
 * Explains every import of `module` for the imports object `imports`; without one (undefined), what the names of the imports
 * tell: functions of WASI are taken to be host functions with declared types, as the command line's are. Getters and proxies among
 * the imports run once, as in instantiation.
 */
export function explainImports(module: CompiledModule, imports: unknown): ImportExplanation[] {
  const { record } = module;
  const errors = new InstantiationErrors(record);
  const instance = new InstanceData(module);
  return record.imports.map(({ module: from, name, kind, index }, importIndex) => {
    const finding = imports === undefined
      ? fromNames(module, importIndex)
      : fromValue(module, instance, importIndex, imports, errors);
    return {
      index: importIndex,
      module: from,
      field: name,
      kind,
      type: externTypeName(record, kind, index),
      ...finding,
    };
  });
}

function fromValue(
  module: CompiledModule,
  instance: InstanceData,
  importIndex: number,
  imports: unknown,
  errors: InstantiationErrors,
): Finding {
  const { record, types } = module;
  const { kind, index } = record.imports[importIndex];
  const context: ImportContext = { module, errors };
  try {
    const value = readImport(module, imports, importIndex, errors);
    switch (kind) {
      case "function": {
        const imported = resolveFunctionImport(instance, index, value, errors);
        return explainFunction(module, importIndex, index, value, imported);
      }
      case "memory":
        checkMemory(context, importIndex, value, record.memories[index].type);
        return NOTHING;
      case "table":
        checkTable(context, importIndex, value, record.tables[index].type);
        return NOTHING;
      case "global":
        checkGlobal(context, importIndex, value, record.globals[index]);
        return NOTHING;
      case "tag":
        checkTag(context, importIndex, value, types[record.tags[index].type]);
        return NOTHING;
    }
  } catch (error) {
    return { ...NOTHING, error: error instanceof Error ? withoutPlace(error.message) : String(error) };
  }
}

/** An error's text without the import, which the explanation names itself. */
function withoutPlace(message: string): string {
  return message.replace(/^Import #\d+ "(?:[^"\\]|\\.)*"(?: "(?:[^"\\]|\\.)*")?: /s, "");
}

function explainFunction(
  module: CompiledModule,
  importIndex: number,
  index: FunctionIndex,
  value: unknown,
  imported: ImportedFunction,
): Finding {
  const { kind, intrinsic, suspending, callable } = imported;
  const { record, types } = module;
  const type = types[record.functions[index].type].signature;
  const reasons: string[] = [];
  const remedies: string[] = [];
  const says = (reason: string, remedy?: string) => {
    reasons.push(reason);
    if (remedy !== undefined) remedies.push(remedy);
  };
  if (!isFast(kind)) {
    if (suspending) says("its caller is suspended until the promise is settled");
    const { module: from, name } = record.imports[importIndex];
    const builtin = findBuiltin(from, name, BUILTIN_SETS);
    if (builtin !== null) {
      if (hasTypeOf(builtin, types[record.functions[index].type], module.engine.types)) {
        says(
          "builtins have to be asked for at compile time",
          `compile with { builtins: ["${builtin.set}"] }`,
        );
      } else says("the builtin of this name has another type");
    }
    explainNearMisses(type, value, says);
    switch (kind) {
      case "runtime type error":
        says(
          `values of ${foreignTypes(type)} cannot go to or come from JavaScript: calling it throws`,
          "import a function of another instance, or change the type",
        );
        break;
      case "arity mismatch":
        says(
          `the function takes ${
            count(imported.expectedArity, "argument")
          }, the import passes ${type.params.length}`,
          `give it ${count(type.params.length, "parameter")} without default values`,
        );
        break;
      case "generic call":
        if (fastFunctionOf(callable) === undefined) explainGeneric(callable!, says);
    }
    if (kind === "arity match" || kind === "arity mismatch" || kind === "generic call") {
      explainConversions(type, says, true);
    }
  }
  return { callKind: kind, knownAs: intrinsic?.name ?? null, reasons, remedies, error: null };
}

/** The kinds that no other one is faster than. */
function isFast(kind: ImportCallKind): boolean {
  switch (kind) {
    case "compile-time builtin":
    case "wasm-to-wasm":
    case "wasm-to-host":
    case "fast API":
    case "well-known import":
    case "math intrinsic":
      return true;
    default:
      return false;
  }
}

type Says = (reason: string, remedy?: string) => void;

/** What the value would be under another type. */
function explainNearMisses(type: FunctionType, value: unknown, says: Says): void {
  const fast = fastImportOf(value, type);
  if (fast !== null && fast.fit.overload === null) {
    const { reasons } = fast.fit;
    const several = reasons.length > 1;
    for (const [i, reason] of reasons.entries()) {
      says(`fast API${several ? ` overload ${i}` : ""}: ${reason}`);
    }
  }
  const known = wellKnownImportsOf(value);
  if (known.length > 0) {
    const [{ name }] = known;
    says(
      `${name.replace(/ \(.*\)$/, "")} is well known under another type`,
      `declare the import as ${known.map(describePlaces).join(" or ")}`,
    );
  }
  const math = mathFunctionName(value);
  if (math !== null) {
    says(`${math} is an instruction only of floating point numbers`, `declare the import on f64`);
  }
  const reference = referenceOf(value);
  if (reference !== undefined && reference.instance !== null && known.length === 0) {
    const { instance } = reference;
    if (instance.wrappedCallable(reference) === null) {
      says("it is a WebAssembly function of another engine", "make both instances in one engine");
    }
  }
}

function explainGeneric(callable: Callable, says: Says): void {
  const bound = boundFunctionOf(callable) !== undefined;
  switch (bound ? "bound function" : describeCallable(callable)) {
    case "class":
      return says("it is a class: calling it throws", "import a function that makes the object");
    case "bound function":
      return says(
        bound ? "it is a bound function" : "it is a bound function, and nobody can see what it is bound to",
        "import an arrow function that makes the same call" + (bound ? "" : ", or make it with boundCall()"),
      );
    case "bound function or proxy":
      return says(
        "it is a proxy, or a bound function, and nobody can see what it stands for",
        "import an arrow function that makes the same call, or make a bound function with boundCall()",
      );
    case "function":
      return says("the number of its parameters is not known", "leave its property length alone");
  }
}

/** What is converted at each call. `changeable`: the import's type could be another one. */
function explainConversions({ params, results }: FunctionType, says: Says, changeable: boolean): void {
  if (params.includes(I64) || results.includes(I64)) {
    says(
      "i64 values become bigints",
      changeable ? "take them as halves (declareHostFunction), or pass i32 or f64 values" : undefined,
    );
  }
  if (results.length > 1) {
    says("several results are taken from an iterable", "return an array, or one result");
  }
}

function foreignTypes({ params, results }: FunctionType): string {
  const types = [...params, ...results].filter((type) => !hasJSValues(type)).map((type) =>
    valueTypeName(type)
  );
  return [...new Set(types)].join(" and ");
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}

/** Without a value: what a provider of imports of such names gives. */
function fromNames({ record, types, engine, options }: CompiledModule, importIndex: number): Finding {
  const { module, name, kind, index } = record.imports[importIndex];
  if (kind === "global" && module === options.importedStringConstants) {
    return { ...NOTHING, knownAs: "imported string constant" };
  }
  const known = conventionOf(module, name, kind);
  if (known === null) {
    // Of other things than functions there is nothing to be said: there is one way to use them.
    if (kind !== "function") return NOTHING;
    return { ...NOTHING, reasons: ["the name is unknown"], remedies: ["give an imports object"] };
  }
  const knownAs = known.provider === "compile-time builtins"
    ? known.description
    : [known.provider, known.description].filter((part) => part !== "").join(": ");
  if (kind !== "function") return { ...NOTHING, knownAs };
  const type = types[record.functions[index].type];
  const builtin = findBuiltin(module, name, BUILTIN_SETS);
  if (builtin !== null) {
    if (!hasTypeOf(builtin, type, engine.types)) {
      return { ...NOTHING, knownAs, error: "the builtin of this name has another type" };
    }
    const asked = options.builtins.includes(builtin.set);
    return {
      callKind: "compile-time builtin",
      knownAs,
      reasons: [],
      remedies: asked ? [] : [`compile with { builtins: ["${builtin.set}"] }`],
      error: null,
    };
  }
  const reasons: string[] = [];
  const remedies: string[] = [];
  const says: Says = (reason, remedy) => {
    reasons.push(reason);
    if (remedy !== undefined) remedies.push(remedy);
  };
  if (known.type !== null) {
    // The embedding's own: functions with declared types.
    if (engine.types.functionType(known.type.params, known.type.results) === type) {
      return { ...NOTHING, callKind: "wasm-to-host", knownAs };
    }
    says(`${known.provider} has it as ${functionTypeName(known.type)}`, "declare the import so");
    return { ...NOTHING, knownAs, reasons, remedies, error: FUNCTION_TYPE_MISMATCH };
  }
  // Such functions are written with the parameters of their declaration.
  explainConversions(type.signature, says, false);
  return { callKind: "arity match", knownAs, reasons, remedies, error: null };
}
