/**
 * The errors of instantiation, with V8's texts, all made here so that linking itself stays free of message
 * building.
 *
 * @module
 */

import { LinkError, RuntimeError } from "../syntax/errors.ts";
import { externTypeName } from "../syntax/extern_type_name.ts";
import type { ExternKind, Module } from "../syntax/module.ts";
import type { AddressType } from "../syntax/types.ts";
import { TRAP_MESSAGES } from "../runtime/traps.ts";

/** What a LinkError is about: the value of its property `import`. */
export interface FailedImport {
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
  /** Why it does not fit: the message without the place. */
  readonly error: string;
}

/** Why a function with a type of its own does not fit. */
export const FUNCTION_TYPE_MISMATCH = "imported function does not match the expected type";

const { defineProperty } = Object;

/** Makes the errors of one instantiation. Nothing here throws. */
export class InstantiationErrors {
  readonly #record: Module;
  readonly #context: string;

  /** `context` is the API that was called, as in `WebAssembly.Instance()`; empty for texts without that prefix. */
  constructor(record: Module, context: string = "") {
    this.#record = record;
    this.#context = context === "" ? "" : `${context}: `;
  }

  /** Imports are needed and there is no imports object. */
  importsMissing(): TypeError {
    return new TypeError(`${this.#context}Imports argument must be present and must be an object`);
  }

  /** The imports object's entry for the module name of import `index` has no properties. */
  moduleNotAnObject(index: number): TypeError {
    const { module } = this.#record.imports[index];
    return new TypeError(
      `${this.#context}Import #${index} "${module}": module is not an object or function`,
    );
  }

  functionNotCallable(index: number): Error {
    return this.link(index, "function import requires a callable");
  }

  functionTypeMismatch(index: number): Error {
    return this.link(index, FUNCTION_TYPE_MISMATCH);
  }

  notAMemory(index: number): Error {
    return this.link(index, "memory import must be a WebAssembly.Memory object");
  }

  memoryAddressType(index: number, imported: AddressType, declared: AddressType): Error {
    return this.link(index, `cannot import ${imported} memory as ${declared}`);
  }

  memoryPageSize(index: number, imported: number, declared: number): Error {
    return this.link(index, `cannot import memory with pages of ${imported} bytes as ${declared}`);
  }

  memoryTooSmall(index: number, pages: number, declared: bigint): Error {
    return this.link(
      index,
      `memory import has ${pages} pages which is smaller than the declared initial of ${declared}`,
    );
  }

  memoryWithoutMaximum(index: number, declared: bigint): Error {
    return this.link(index, `memory import has no maximum limit, expected at most ${declared}`);
  }

  memoryMaximumTooLarge(index: number, imported: bigint, declared: bigint): Error {
    return this.link(
      index,
      `memory import has a larger maximum size ${imported} than the module's declared maximum ${declared}`,
    );
  }

  memorySharedState(index: number, declared: boolean, imported: boolean): Error {
    return this.link(
      index,
      `mismatch in shared state of memory, declared = ${+declared}, imported = ${+imported}`,
    );
  }

  notATable(index: number): Error {
    return this.link(index, "table import requires a WebAssembly.Table");
  }

  tableTooSmall(index: number, size: number, declared: bigint): Error {
    return this.link(index, `table import ${index} is smaller than initial ${declared}, got ${size}`);
  }

  tableWithoutMaximum(index: number, declared: bigint): Error {
    return this.link(index, `table import ${index} has no maximum length; required: ${declared}`);
  }

  tableMaximumTooLarge(index: number, imported: bigint, declared: bigint): Error {
    return this.link(
      index,
      `table import ${index} has a larger maximum size ${imported.toString(16)} than the module's ` +
        `declared maximum ${declared}`,
    );
  }

  tableAddressType(index: number, imported: AddressType, declared: AddressType): Error {
    return this.link(index, `cannot import ${imported} table as ${declared}`);
  }

  tableTypeMismatch(index: number): Error {
    return this.link(index, "imported table does not match the expected type");
  }

  vectorNotAGlobal(index: number): Error {
    return this.link(index, "global import of type v128 must be a WebAssembly.Global");
  }

  globalMutability(index: number): Error {
    return this.link(index, "imported global does not match the expected mutability");
  }

  globalTypeMismatch(index: number): Error {
    return this.link(index, "imported global does not match the expected type");
  }

  mutableNotAGlobal(index: number): Error {
    return this.link(index, "imported mutable global must be a WebAssembly.Global object");
  }

  /** A JavaScript value did not convert to a global's reference type; `reason` is the conversion's text. */
  globalConversion(index: number, reason: string): Error {
    return this.link(index, reason);
  }

  notAGlobal(index: number): Error {
    return this.link(
      index,
      "global import must be a number, valid Wasm reference, or WebAssembly.Global object",
    );
  }

  notATag(index: number): Error {
    return this.link(index, "tag import requires a WebAssembly.Tag");
  }

  tagTypeMismatch(index: number): Error {
    return this.link(index, "imported tag does not match the expected type");
  }

  /** The allocator has not enough for the new instance's memories. */
  memoryAllocation(cause: unknown): RangeError {
    return new RangeError(`${this.#context}Out of memory: Cannot allocate Wasm memory for new instance`, {
      cause,
    });
  }

  /** The host has not enough for the new instance's globals. */
  globalAllocation(cause: unknown): RangeError {
    return new RangeError(`${this.#context}Out of memory: wasm globals`, { cause });
  }

  /** A table's declared size is past the limit, or more than the host gives. */
  tableAllocation(cause: unknown): RangeError {
    return new RangeError(`${this.#context}Out of memory: wasm tables`, { cause });
  }

  /** A constant expression trapped. */
  trapped(trap: Error): Error {
    return new RuntimeError(`${this.#context}${trap.message}`);
  }

  /** An active element segment does not fit its table. */
  tableOutOfBounds(): Error {
    return new RuntimeError(`${this.#context}${TRAP_MESSAGES.tableOutOfBounds}`);
  }

  /** An active data segment does not fit its memory; all in bytes. */
  dataOutOfBounds(segment: number, offset: bigint, length: number, memorySize: number): Error {
    return new RuntimeError(
      `${this.#context}data segment ${segment} is out of bounds ` +
        `(offset ${offset}, length ${length}, memory size ${memorySize})`,
    );
  }

  /** Import `index` does not fit: a LinkError with a {@linkcode FailedImport}. */
  link(index: number, message: string): Error {
    const { module, name, kind, index: place } = this.#record.imports[index];
    const error = new LinkError(`${this.#context}Import #${index} "${module}" "${name}": ${message}`);
    const type = externTypeName(this.#record, kind, place);
    const failed: FailedImport = { index, module, field: name, kind, type, error: message };
    return defineProperty(error, "import", { value: failed, writable: true, configurable: true });
  }
}
