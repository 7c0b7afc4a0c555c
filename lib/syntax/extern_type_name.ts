/**
 * The types of imports and exports, for people.
 *
 * @module
 */

import type { ExternKind, Module } from "./module.ts";
import { type FunctionType, type Limits, type TypeIndex, valueTypeName } from "./types.ts";

/** The type of a thing of `module` in one line: `(i32, f64) -> (i32)`, `mut i64`, `1 to 16 pages`. */
export function externTypeName(module: Module, kind: ExternKind, index: number): string {
  switch (kind) {
    case "function":
      return functionTypeName(typeOf(module, module.functions[index].type));
    case "tag":
      return functionTypeName(typeOf(module, module.tags[index].type));
    case "table": {
      const { element, addressType, limits, shared } = module.tables[index].type;
      return `${prefixes(addressType, shared)}${range(limits)} ${valueTypeName(element)}`;
    }
    case "memory": {
      const { addressType, limits, shared, pageSizeLog2 } = module.memories[index].type;
      const unit = pageSizeLog2 === 16 ? "pages" : `pages of ${2 ** pageSizeLog2} bytes`;
      return `${prefixes(addressType, shared)}${range(limits)} ${unit}`;
    }
    case "global": {
      const { value, mutable, shared } = module.globals[index].type;
      return `${shared ? "shared " : ""}${mutable ? "mut " : ""}${valueTypeName(value)}`;
    }
  }
}

function typeOf(module: Module, type: TypeIndex): FunctionType {
  return module.types[type].composite as FunctionType;
}

/** A function type in one line: `(i32, f64) -> (i32)`. */
export function functionTypeName({ params, results }: FunctionType): string {
  const list = (types: readonly number[]) => `(${types.map((one) => valueTypeName(one)).join(", ")})`;
  return `${list(params)} -> ${list(results)}`;
}

function prefixes(addressType: string, shared: boolean): string {
  return `${shared ? "shared " : ""}${addressType === "i64" ? "i64 " : ""}`;
}

function range({ minimum, maximum }: Limits): string {
  if (minimum === maximum) return String(minimum);
  return maximum === null ? `${minimum} or more` : `${minimum} to ${maximum}`;
}
