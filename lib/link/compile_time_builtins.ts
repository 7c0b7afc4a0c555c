/**
 * Compile-time builtins (JS API, section 6 "Builtins"; INSTANTIATION.md section 4): the sets `js-string`, `text-decoder` and
 * `text-encoder`, which imports from `wasm:SET` get without a look at the imports object, and the imported string constants. The types of such
 * imports are checked when the module is compiled.
 *
 * @module
 */

import { type ArrayClass, arrayClass } from "../runtime/array_class.ts";
import type { Callable } from "../runtime/imported_function.ts";
import { lookUp } from "../runtime/lookup.ts";
import type { LinkOptions } from "../runtime/compiled_module.ts";
import {
  type CanonicalType,
  matchValueType,
  NO_TYPES,
  type TypeContext,
  type TypeRegistry,
} from "../syntax/canonical_types.ts";
import { compileErrorAt } from "../syntax/errors.ts";
import type { Import, Module } from "../syntax/module.ts";
import {
  definedHeapType,
  EXTERN,
  EXTERNREF,
  type FunctionType,
  heapTypeOf,
  I16,
  I32,
  I8,
  isReference,
  isSharedAbstract,
  refType,
  sharedHeapType,
  type SubType,
  type ValueType,
} from "../syntax/types.ts";
import { JS_STRING_BUILTINS } from "./js_string.ts";
import { type NewByteArray, TEXT_DECODER_BUILTINS, textEncoderBuiltins } from "./text_encoding.ts";

/** The names of the sets, as the compile option `builtins` has them. */
export const BUILTIN_SETS = ["js-string", "text-decoder", "text-encoder"] as const;
/** The name of a set. */
export type BuiltinSet = typeof BUILTIN_SETS[number];

/** A builtin. */
export interface CompileTimeBuiltin {
  /** The set it belongs to: `wasm:` and this is the module it is imported from. */
  readonly set: BuiltinSet;
  /** The import's name. */
  readonly name: string;
}

/**
 * The types in signatures: `extern` may be null, `string` (an externref as well) not; `array` is a nullable reference to the final type
 * `(array (mut i16))` or `(array (mut i8))`, `new array` one without null.
 */
type Place = "i32" | "extern" | "string" | "array" | "new array";

interface Signature {
  readonly params: readonly Place[];
  readonly result: Place;
  /** The element type of the array in it. */
  readonly element?: ValueType;
}

function signature(params: readonly Place[], result: Place, element?: ValueType): Signature {
  return { params, result, element };
}

const SIGNATURES: Readonly<Record<BuiltinSet, ReadonlyMap<string, Signature>>> = {
  "js-string": new Map([
    ["cast", signature(["extern"], "string")],
    ["test", signature(["extern"], "i32")],
    ["fromCharCode", signature(["i32"], "string")],
    ["fromCodePoint", signature(["i32"], "string")],
    ["charCodeAt", signature(["extern", "i32"], "i32")],
    ["codePointAt", signature(["extern", "i32"], "i32")],
    ["length", signature(["extern"], "i32")],
    ["concat", signature(["extern", "extern"], "string")],
    ["substring", signature(["extern", "i32", "i32"], "string")],
    ["equals", signature(["extern", "extern"], "i32")],
    ["compare", signature(["extern", "extern"], "i32")],
    ["fromCharCodeArray", signature(["array", "i32", "i32"], "string", I16)],
    ["intoCharCodeArray", signature(["extern", "array", "i32"], "i32", I16)],
  ]),
  "text-decoder": new Map([
    ["decodeStringFromUTF8Array", signature(["array", "i32", "i32"], "string", I8)],
  ]),
  "text-encoder": new Map([
    ["measureStringAsUTF8", signature(["extern"], "i32")],
    ["encodeStringIntoUTF8Array", signature(["extern", "array", "i32"], "i32", I8)],
    ["encodeStringToUTF8Array", signature(["extern"], "new array", I8)],
  ]),
};

const PREFIX = "wasm:";

/** The builtin that `module` (such as `wasm:js-string`) has under `name`, when `sets` include it; null otherwise. */
export function findBuiltin(
  module: string,
  name: string,
  sets: readonly string[],
): CompileTimeBuiltin | null {
  if (!module.startsWith(PREFIX)) return null;
  const set = BUILTIN_SETS.find((known) => known === module.slice(PREFIX.length));
  if (set === undefined || !sets.includes(set)) return null;
  return lookUp(SIGNATURES[set], name) === undefined ? null : { set, name };
}

/** The functions of the builtins of one engine: the same one every time. They are called with components, as compiled code is. */
export class BuiltinFunctions {
  readonly #sets: Readonly<Record<BuiltinSet, Readonly<Record<string, Callable>>>>;

  /** `newByteArray` makes an array of the canonical type `(array (mut i8))`. */
  constructor(newByteArray: NewByteArray) {
    this.#sets = {
      "js-string": JS_STRING_BUILTINS,
      "text-decoder": TEXT_DECODER_BUILTINS,
      "text-encoder": textEncoderBuiltins(newByteArray),
    };
  }

  /** The function of a builtin. */
  functionOf({ set, name }: CompileTimeBuiltin): Callable {
    return this.#sets[set][name];
  }
}

/** Makes the arrays of bytes of an engine. */
export function byteArrays(registry: TypeRegistry): NewByteArray {
  let known: ArrayClass | null = null;
  return (bytes) => {
    known ??= arrayClass(arrayType(I8, false, registry));
    const { length } = bytes;
    const array = known.empty(length);
    const elements = array.elements as { [index: number]: number };
    for (let i = 0; i < length; i++) elements[i] = bytes[i] << 24 >> 24;
    return array as ReturnType<NewByteArray>;
  };
}

/**
 * Checks the imports that the options make special: a builtin must be imported with exactly its type, a string constant as an immutable
 * global that can hold an externref. `offsetOf` is where an import stands in the module's bytes.
 *
 * @throws {CompileError} at the first one that is not so.
 */
export function checkCompileTimeImports(
  record: Module,
  types: TypeContext,
  options: LinkOptions,
  registry: TypeRegistry,
  offsetOf: (importIndex: number) => number,
): void {
  const { builtins, importedStringConstants } = options;
  if (builtins.length === 0 && importedStringConstants === null) return;
  for (const [i, entry] of record.imports.entries()) {
    if (entry.module === importedStringConstants) {
      if (!isStringConstant(record, entry, types)) {
        throw compileErrorAt(
          `String constant import #${i} "${entry.name}" must be an immutable global subtyping externref`,
          offsetOf(i),
        );
      }
    } else if (entry.kind === "function") {
      const builtin = findBuiltin(entry.module, entry.name, builtins);
      if (builtin === null) continue;
      if (!hasTypeOf(builtin, types[record.functions[entry.index].type], registry)) {
        throw compileErrorAt(
          `Imported builtin function "${entry.module}" "${entry.name}" has incorrect signature`,
          offsetOf(i),
        );
      }
    }
  }
}

function isStringConstant(record: Module, entry: Import, types: TypeContext): boolean {
  if (entry.kind !== "global") return false;
  const { type } = record.globals[entry.index];
  if (type.mutable || !isReference(type.value)) return false;
  const top = isSharedAbstract(type.value) ? refType(sharedHeapType(EXTERN), true) : EXTERNREF;
  // A string is not null: a type with no value but null would do by subtyping, and hold none.
  return matchValueType(type.value, top, types, NO_TYPES) && heapTypeOf(type.value) === heapTypeOf(top);
}

/** Whether `type` is the builtin's, plain or shared throughout; a function that is not shared itself may be about shared values. */
export function hasTypeOf(builtin: CompileTimeBuiltin, type: CanonicalType, registry: TypeRegistry): boolean {
  const { params, results } = type.signature;
  const shared = [...params, ...results].some(isSharedAbstract);
  if (type.definition.shared && !shared) return false;
  return builtinType(builtin, shared, type.definition.shared, registry) === type;
}

/** The canonical type of a builtin, about shared or plain values, itself shared or not. */
export function builtinType(
  { set, name }: CompileTimeBuiltin,
  sharedValues: boolean,
  sharedFunction: boolean,
  registry: TypeRegistry,
): CanonicalType {
  const { params, result, element } = lookUp(SIGNATURES[set], name)!;
  const types = element === undefined ? [] : [arrayType(element, sharedValues, registry)];
  const extern = sharedValues ? sharedHeapType(EXTERN) : EXTERN;
  const valueType = (place: Place): ValueType => {
    switch (place) {
      case "i32":
        return I32;
      case "extern":
        return refType(extern, true);
      case "string":
        return refType(extern, false);
      case "array":
        return refType(definedHeapType(0), true);
      case "new array":
        return refType(definedHeapType(0), false);
    }
  };
  const composite: FunctionType = {
    kind: "func",
    params: params.map(valueType),
    results: [valueType(result)],
  };
  registry.addGroup([finalType(composite, sharedFunction)], types.length, types);
  return types[types.length - 1];
}

function arrayType(element: ValueType, shared: boolean, registry: TypeRegistry): CanonicalType {
  const types: CanonicalType[] = [];
  const composite = { kind: "array", element: { storage: element, mutable: true } } as const;
  registry.addGroup([finalType(composite, shared)], 0, types);
  return types[0];
}

function finalType(composite: SubType["composite"], shared: boolean): SubType {
  return { final: true, supertype: null, shared, descriptor: null, describes: null, composite };
}
