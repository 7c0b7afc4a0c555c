/**
 * Types as text (specification 6.4 "Types"), with the forms of the proposals.
 *
 * @module
 */

import {
  type AddressType,
  type FieldType,
  type FunctionType,
  type GlobalType,
  type HeapType,
  heapTypeName,
  type Limits,
  type MemoryType,
  type SubType,
  type TableType,
  type TypeIndex,
  type ValueType,
  valueTypeName,
} from "../syntax/types.ts";
import type { Identifiers, ModuleIdentifiers } from "./print_identifiers.ts";

/** Prints the types of one module. */
export class TypePrinter {
  readonly #types: readonly SubType[];
  readonly #identifiers: ModuleIdentifiers;
  readonly #typeUses = new Map<TypeIndex, string>();

  /** Prints `types`, the module's by index. */
  constructor(types: readonly SubType[], identifiers: ModuleIdentifiers) {
    this.#types = types;
    this.#identifiers = identifiers;
  }

  readonly #reference = (index: TypeIndex): string => this.#identifiers.types.reference(index);

  /** A value type or storage type. */
  value(type: ValueType): string {
    return valueTypeName(type, this.#reference);
  }

  /** A heap type. */
  heap(type: HeapType): string {
    return heapTypeName(type, this.#reference);
  }

  /** ` (result ...)`, with a space in front; nothing when there are no types. */
  results(types: readonly ValueType[]): string {
    return types.length === 0 ? "" : ` (result ${this.#values(types)})`;
  }

  #values(types: readonly ValueType[]): string {
    return types.map((type) => this.value(type)).join(" ");
  }

  /**
   * Declarations of locals or parameters, the first one with index `first`: those without a name share one
   * clause.
   */
  declarations(
    keyword: "param" | "local",
    types: readonly ValueType[],
    locals: Identifiers,
    first: number,
  ): string {
    let text = "";
    let grouped = false;
    for (let i = 0; i < types.length; i++) {
      if (locals.has(first + i)) {
        text += `${grouped ? ")" : ""} (${keyword}${locals.binding(first + i)} ${this.value(types[i])})`;
        grouped = false;
      } else {
        text += `${grouped ? "" : ` (${keyword}`} ${this.value(types[i])}`;
        grouped = true;
      }
    }
    return grouped ? `${text})` : text;
  }

  /** ` (param ...) (result ...)`. */
  signature(type: FunctionType, locals: Identifiers | null = null): string {
    const params = locals === null
      ? type.params.length === 0 ? "" : ` (param ${this.#values(type.params)})`
      : this.declarations("param", type.params, locals, 0);
    return params + this.results(type.results);
  }

  /** A type use: ` (type ...)`, and the signature when that is one. */
  typeUse(index: TypeIndex, locals: Identifiers | null = null): string {
    if (locals !== null) return this.#typeUse(index, locals);
    let text = this.#typeUses.get(index);
    if (text === undefined) this.#typeUses.set(index, text = this.#typeUse(index, null));
    return text;
  }

  #typeUse(index: TypeIndex, locals: Identifiers | null): string {
    const composite = this.#types[index]?.composite;
    const signature = composite?.kind === "func" ? this.signature(composite, locals) : "";
    return ` (type ${this.#reference(index)})${signature}`;
  }

  /** A type definition without the parentheses of `(type ...)`. */
  subType(index: TypeIndex): string {
    const { final, supertype, shared, descriptor, describes } = this.#types[index];
    let text = "";
    if (describes !== null) text += `(describes ${this.#reference(describes)}) `;
    if (descriptor !== null) text += `(descriptor ${this.#reference(descriptor)}) `;
    text += this.#composite(index);
    if (shared) text = `(shared ${text})`;
    if (final && supertype === null) return text;
    return `(sub ${final ? "final " : ""}${
      supertype === null ? "" : `${this.#reference(supertype)} `
    }${text})`;
  }

  #composite(index: TypeIndex): string {
    const { composite } = this.#types[index];
    switch (composite.kind) {
      case "func":
        return `(func${this.signature(composite)})`;
      case "struct": {
        const names = this.#identifiers.fields(index, composite.fields.length);
        const fields = composite.fields.map((field, i) =>
          ` (field${names.binding(i)} ${this.#field(field)})`
        );
        return `(struct${fields.join("")})`;
      }
      case "array":
        return `(array ${this.#field(composite.element)})`;
    }
  }

  #field({ storage, mutable }: FieldType): string {
    return mutable ? `(mut ${this.value(storage)})` : this.value(storage);
  }

  /** A table type. */
  table({ element, addressType, limits, shared }: TableType): string {
    return `${shared ? "shared " : ""}${addressPrefix(addressType)}${limitsText(limits)} ${
      this.value(element)
    }`;
  }

  /** A global type. */
  global({ value, mutable, shared }: GlobalType): string {
    const type = this.value(value);
    if (shared) return `(shared ${mutable ? "mut " : ""}${type})`;
    return mutable ? `(mut ${type})` : type;
  }
}

/** A memory type. */
export function memoryTypeText({ addressType, limits, shared, pageSizeLog2 }: MemoryType): string {
  const pageSize = pageSizeLog2 === 16 ? "" : ` (pagesize ${2 ** pageSizeLog2})`;
  return `${addressPrefix(addressType)}${limitsText(limits)}${shared ? " shared" : ""}${pageSize}`;
}

function addressPrefix(type: AddressType): string {
  return type === "i64" ? "i64 " : "";
}

function limitsText({ minimum, maximum }: Limits): string {
  return maximum === null ? `${minimum}` : `${minimum} ${maximum}`;
}
