/**
 * Building an instance (INSTANTIATION.md section 2; specification 4.7.3 "Instantiation"): from a module and an imports
 * object to a running instance. {@linkcode instantiate} is the entry.
 *
 * The steps run in the order in which {@linkcode InstanceBuilder.build} lists them. Up to the exports nothing outside the
 * new instance changes; then active segments write into tables and memories, and the start function runs.
 * Whatever declares itself shared goes to the shared part, everything else to the plain one, in the same pass.
 *
 * @module
 */

import {
  type ConstantExpression,
  type ElementSegment,
  type ExternKind,
  importedCount,
  type Module,
} from "../syntax/module.ts";
import { RuntimeError } from "../syntax/errors.ts";
import type { FunctionIndex, GlobalIndex, MemoryType, TableType } from "../syntax/types.ts";
import { sharedBuffer } from "../memory/shared_array_buffer.ts";
import {
  checkGlobal,
  checkMemory,
  checkTable,
  checkTag,
  type ImportContext,
  type ImportedGlobal,
} from "../link/checks.ts";
import { InstantiationErrors } from "../link/errors.ts";
import { sanitizeImports } from "../link/lookup.ts";
import { resolveFunctionImport } from "../link/resolve.ts";
import { now } from "../runtime/clock.ts";
import type { CompiledModule } from "../runtime/compiled_module.ts";
import type { InstantiationMetrics } from "../runtime/engine_state.ts";
import { externalOf } from "../runtime/function_reference.ts";
import { leaving } from "../runtime/exception_boundary.ts";
import { Global, untaggedSlots, UntaggedStorage } from "../runtime/global.ts";
import type { ImportCallKind, ImportedFunction } from "../runtime/imported_function.ts";
import { InstanceData } from "../runtime/instance_data.ts";
import { Memory } from "../runtime/memory.ts";
import { Table } from "../runtime/table.ts";
import { traced } from "../runtime/trace.ts";
import { Tag } from "../runtime/tag.ts";
import type { Value } from "../runtime/values.ts";
import { evaluate } from "./constant_expression.ts";

/** What instantiation makes. */
export interface Instantiation {
  /** The plain part. */
  readonly instance: InstanceData;
  /** The exports object of the JS API: without prototype, in export order, frozen. */
  readonly exports: Readonly<Record<string, unknown>>;
  /** What the engine's `instantiated` was told. */
  readonly metrics: InstantiationMetrics;
}

/**
 * Instantiates `module` with the imports object `imports` (or undefined), and runs its start function.
 *
 * `context` is the API that was called, such as `WebAssembly.Instance()`; the texts of all errors made here start with it.
 * What getters of the imports object, the conversion of imported values and the start function throw passes untouched,
 * save that a trap of generated code becomes its RuntimeError.
 *
 * @throws {TypeError} when the imports object or one of its modules is missing.
 * @throws {LinkError} when an import does not fit its declaration.
 * @throws {RangeError} when a memory, table or the globals cannot be allocated.
 * @throws {RuntimeError} when an active segment is out of bounds, or the start function traps.
 */
export function instantiate(module: CompiledModule, imports: unknown, context: string = ""): Instantiation {
  const builder = new InstanceBuilder(module, context);
  const { engine } = module;
  const { instance, exports } = traced(
    engine,
    "instantiate",
    () => ({ importedFunctions: importedCount(module.record.functions) }),
    () => builder.build(imports),
  );
  const metrics = builder.metrics(true);
  engine.instantiated?.(metrics);
  engine.backend.instantiated?.(instance);
  const { start } = module.record;
  if (start !== null) traced(engine, "start", () => ({ function: start }), () => runStart(instance));
  return { instance, exports, metrics };
}

class InstanceBuilder {
  readonly #module: CompiledModule;
  readonly #record: Module;
  readonly #errors: InstantiationErrors;
  readonly #context: ImportContext;
  readonly #plain: InstanceData;
  /** By import. */
  #values: unknown[] = [];
  #startTime = 0;

  constructor(module: CompiledModule, context: string) {
    this.#module = module;
    this.#record = module.record;
    this.#errors = new InstantiationErrors(module.record, context);
    this.#context = { module, errors: this.#errors };
    this.#plain = new InstanceData(module);
  }

  build(imports: unknown): { instance: InstanceData; exports: Readonly<Record<string, unknown>> } {
    this.#values = sanitizeImports(this.#module, imports, this.#errors);
    this.#startTime = now();
    try {
      this.#createParts();
      this.#takeAndAllocateMemories();
      this.#allocateGlobals();
      this.#createTables();
      this.#processImports();
      // The runtime types are the canonical types, which the module has since it was validated.
      this.#createFeedback();
      this.#initializeGlobals();
      // Users of a table need no registration: they all hold its one array of elements, which grows in place.
      this.#initializeTables();
      this.#createTags();
      const exports = this.#createExports();
      this.#useMemories();
      this.#prepareElementSegments();
      this.#writeElementSegments();
      this.#writeDataSegments();
      return { instance: this.#plain, exports };
    } catch (error) {
      this.#module.engine.instantiated?.(this.metrics(false));
      throw error;
    }
  }

  metrics(success: boolean): InstantiationMetrics {
    return {
      success,
      microseconds: Math.round((now() - this.#startTime) * 1000),
      importedFunctions: importedCount(this.#record.functions),
      importKinds: countKinds(this.#plain.importedFunctions),
    };
  }

  #createParts(): void {
    const parts = [this.#plain];
    if (declaresShared(this.#module)) {
      this.#plain.sharedPart = new InstanceData(this.#module);
      parts.push(this.#plain.sharedPart);
    }
    for (const part of parts) {
      part.elementSegments = new Array(this.#record.elements.length).fill(null);
      part.elementSegmentSource = (index) => this.#computeElements(this.#record.elements.at(index)!);
      part.droppedElements = new Uint8Array(this.#record.elements.length);
      part.droppedData = new Uint8Array(this.#record.data.length);
    }
  }

  /** Enters `value` at `index` of an index space: always in the plain part, and in the shared one if it is shared. */
  #enter<Space extends "memories" | "tables" | "globals" | "tags" | "importedFunctions">(
    space: Space,
    index: number,
    value: InstanceData[Space][number],
    shared: boolean,
  ): void {
    this.#plain[space][index] = value;
    if (shared && this.#plain.sharedPart !== null) this.#plain.sharedPart[space][index] = value;
  }

  #takeAndAllocateMemories(): void {
    // Imported memories come first in the index space.
    this.#record.memories.forEach(({ type, importIndex }, index) => {
      const memory = importIndex >= 0
        ? checkMemory(this.#context, importIndex, this.#values[importIndex], type)
        : this.#allocateMemory(type);
      this.#enter("memories", index, memory, type.shared);
    });
  }

  /** Not before all checks have passed: a failed instantiation leaves nothing behind in what it was to import. */
  #useMemories(): void {
    for (const memory of new Set(this.#plain.memories)) {
      memory.addUser(this.#plain);
      if (memory.type.shared && this.#plain.sharedPart !== null) memory.addUser(this.#plain.sharedPart);
    }
  }

  #allocateMemory(type: MemoryType): Memory {
    try {
      return new Memory(type, this.#module.engine.allocator);
    } catch (error) {
      throw error instanceof RangeError ? this.#errors.memoryAllocation(error) : error;
    }
  }

  /** Storage for every global but the imported mutable ones, which stay where they are. */
  #allocateGlobals(): void {
    const slots = { plain: 0, shared: 0 };
    const references = { plain: 0, shared: 0 };
    for (const { type, importIndex } of this.#record.globals) {
      if (type.mutable && importIndex >= 0) continue;
      const owner = type.shared ? "shared" : "plain";
      const count = untaggedSlots(type.value);
      if (count === 0) references[owner]++;
      else slots[owner] += count;
    }
    const { sharedPart } = this.#plain;
    try {
      if (slots.plain > 0) {
        this.#plain.untaggedGlobals = new UntaggedStorage(new ArrayBuffer(slots.plain * 8));
      }
      if (slots.shared > 0) sharedPart!.untaggedGlobals = new UntaggedStorage(sharedBuffer(slots.shared * 8));
    } catch (error) {
      throw error instanceof RangeError ? this.#errors.globalAllocation(error) : error;
    }
    this.#plain.taggedGlobals = new Array(references.plain).fill(null);
    if (sharedPart !== null) sharedPart.taggedGlobals = new Array(references.shared).fill(null);
    this.#createGlobals();
  }

  #createGlobals(): void {
    const nextSlot = new Map<UntaggedStorage | unknown[], number>();
    this.#record.globals.forEach(({ type, importIndex }, index) => {
      if (type.mutable && importIndex >= 0) return;
      const owner = this.#plain.part(type.shared);
      const count = untaggedSlots(type.value);
      const storage = count === 0 ? owner.taggedGlobals : owner.untaggedGlobals!;
      const slot = nextSlot.get(storage) ?? 0;
      nextSlot.set(storage, slot + Math.max(count, 1));
      this.#enter("globals", index, new Global(type, this.#module.types, storage, slot), type.shared);
    });
  }

  #createTables(): void {
    this.#record.tables.forEach(({ type, importIndex }, index) => {
      if (importIndex < 0) this.#enter("tables", index, this.#createTable(type), type.shared);
    });
  }

  #createTable(type: TableType): Table {
    try {
      return new Table(type, this.#module.types, null);
    } catch (error) {
      throw error instanceof RangeError ? this.#errors.tableAllocation(error) : error;
    }
  }

  /** In import order, all kinds but memories. */
  #processImports(): void {
    const { imports, functions, tables, globals, tags } = this.#record;
    const { types } = this.#module;
    imports.forEach(({ kind, index }, importIndex) => {
      const value = this.#values[importIndex];
      switch (kind) {
        case "function":
          this.#takeFunction(index, value, types[functions[index].type].definition.shared);
          break;
        case "table": {
          const { type } = tables[index];
          this.#enter("tables", index, checkTable(this.#context, importIndex, value, type), type.shared);
          break;
        }
        case "global":
          this.#takeGlobal(index, checkGlobal(this.#context, importIndex, value, globals[index]));
          break;
        case "tag": {
          const type = types[tags[index].type];
          this.#enter(
            "tags",
            index,
            checkTag(this.#context, importIndex, value, type),
            type.definition.shared,
          );
          break;
        }
        case "memory":
          break;
      }
    });
  }

  #takeFunction(index: FunctionIndex, value: unknown, shared: boolean): void {
    const imported = resolveFunctionImport(this.#plain.part(shared), index, value, this.#errors);
    this.#enter("importedFunctions", index, imported, shared);
  }

  /** A mutable global is the imported one itself; an immutable one is copied, and is still the imported object to JavaScript. */
  #takeGlobal(index: GlobalIndex, imported: ImportedGlobal): void {
    const { type } = this.#record.globals[index];
    if (type.mutable) {
      if (imported.kind === "global") this.#enter("globals", index, imported.global, type.shared);
      return;
    }
    const own = this.#plain.globals[index];
    if (imported.kind === "value") {
      own.set(imported.value);
    } else {
      own.set(imported.global.get());
      own.external = this.#module.engine.externals.globalObject(imported.global);
    }
  }

  #createFeedback(): void {
    this.#plain.feedback = new Array(this.#record.functions.length - importedCount(this.#record.functions))
      .fill(0);
    if (this.#plain.sharedPart !== null) this.#plain.sharedPart.feedback = this.#plain.feedback.slice();
  }

  #initializeGlobals(): void {
    this.#record.globals.forEach(({ init }, index) => {
      if (init !== null) this.#plain.globals[index].set(this.#evaluateNow(init));
    });
  }

  /** Tables that say what their elements start with; of a function, that is its reference, which has no code yet. */
  #initializeTables(): void {
    this.#record.tables.forEach(({ init }, index) => {
      if (init === null) return;
      const table = this.#plain.tables[index];
      table.fill(0, this.#evaluateNow(init), table.size);
    });
  }

  #createTags(): void {
    this.#record.tags.forEach(({ type, importIndex }, index) => {
      const canonical = this.#module.types[type];
      if (importIndex < 0) this.#enter("tags", index, new Tag(canonical), canonical.definition.shared);
    });
  }

  #createExports(): Readonly<Record<string, unknown>> {
    this.#module.engine.externals.functionObjects(this.#plain);
    const exports: Record<string, unknown> = Object.create(null);
    for (const { name, kind, index } of this.#record.exports) exports[name] = this.#exported(kind, index);
    return Object.freeze(exports);
  }

  #exported(kind: ExternKind, index: number): object {
    const { externals } = this.#module.engine;
    switch (kind) {
      case "function":
        return externalOf(this.#plain.functionReference(index));
      case "table": {
        const table = this.#plain.tables[index];
        return table.external ?? externals.tableObject(table);
      }
      case "memory": {
        const memory = this.#plain.memories[index];
        return memory.external ?? externals.memoryObject(memory);
      }
      case "global": {
        const global = this.#plain.globals[index];
        return global.external ?? externals.globalObject(global);
      }
      case "tag": {
        const tag = this.#plain.tags[index];
        return tag.external ?? externals.tagObject(tag);
      }
    }
  }

  /** Declarative segments are empty at once; passive ones are computed when they are first used. */
  #prepareElementSegments(): void {
    let index = 0;
    for (const { mode, shared } of this.#record.elements) {
      if (mode.kind === "declarative") this.#plain.part(shared).droppedElements[index] = 1;
      index++;
    }
  }

  #writeElementSegments(): void {
    let index = -1;
    for (const segment of this.#record.elements) {
      const { mode, shared, elements } = segment;
      index++;
      if (mode.kind !== "active") continue;
      const table = this.#plain.tables[mode.index];
      const offset = this.#offset(mode.offset);
      const length = elements.kind === "functions" ? elements.indices.length : elements.expressions.length;
      if (offset + BigInt(length) > table.size) throw this.#errors.tableOutOfBounds();
      if (length > 0) {
        const references = this.#computeElements(segment, (expression) => this.#evaluateNow(expression));
        table.init(Number(offset), references, 0, length);
      }
      this.#plain.part(shared).droppedElements[index] = 1;
    }
  }

  /** The references of a segment; those to functions have no code and no JavaScript object yet. */
  #computeElements(
    { elements }: ElementSegment,
    evaluateElement: (expression: ConstantExpression) => Value = (expression) => this.#evaluate(expression),
  ): unknown[] {
    return elements.kind === "functions"
      ? Array.from(elements.indices, (index) => this.#plain.functionReference(index))
      : Array.from(elements.expressions, evaluateElement);
  }

  #writeDataSegments(): void {
    this.#record.data.forEach(({ mode, shared, content }, index) => {
      if (mode.kind !== "active") return;
      const memory = this.#plain.memories[mode.index];
      const offset = this.#offset(mode.offset);
      const length = content.end - content.start;
      memory.refresh();
      if (offset + BigInt(length) > memory.byteLength) {
        throw this.#errors.dataOutOfBounds(index, offset, length, memory.byteLength);
      }
      memory.views.u8.set(content.bytes.subarray(content.start, content.end), Number(offset));
      this.#plain.part(shared).droppedData[index] = 1;
    });
  }

  /** The unsigned offset of an active segment, an i32 or an i64. */
  #offset(expression: ConstantExpression): bigint {
    const value = this.#evaluateNow(expression);
    return typeof value === "bigint" ? BigInt.asUintN(64, value) : BigInt((value as number) >>> 0);
  }

  #evaluate(expression: ConstantExpression): Value {
    return evaluate(expression, this.#plain);
  }

  /** As a part of the build, which a trap ends. */
  #evaluateNow(expression: ConstantExpression): Value {
    try {
      return evaluate(expression, this.#plain);
    } catch (error) {
      throw error instanceof RuntimeError ? this.#errors.trapped(error) : error;
    }
  }
}

function countKinds(imports: readonly ImportedFunction[]): ReadonlyMap<ImportCallKind, number> {
  const counts = new Map<ImportCallKind, number>();
  for (let start = 0, end = 0; start < imports.length; start = end) {
    const { kind } = imports[start];
    while (end < imports.length && imports[end].kind === kind) end++;
    counts.set(kind, (counts.get(kind) ?? 0) + end - start);
  }
  return counts;
}

/** Whether the module declares anything shared besides memories, so that its instances have a shared part. */
function declaresShared({ record, types }: CompiledModule): boolean {
  if (
    types.some((type) => type.definition.shared) ||
    record.tables.some(({ type }) => type.shared) ||
    record.globals.some(({ type }) => type.shared) ||
    record.data.some(({ shared }) => shared)
  ) return true;
  for (const { shared } of record.elements) {
    if (shared) return true;
  }
  return false;
}

/** An imported JavaScript function is called as itself, a suspending one, too; what it throws is its own affair. */
function runStart(instance: InstanceData): void {
  const { start } = instance.module.record;
  if (start === null) return;
  const imported = instance.importedFunction(start);
  if (imported !== undefined && imported.callable !== null) {
    const { callable } = imported;
    callable();
    return;
  }
  try {
    instance.functionReference(start).prepared()();
  } catch (error) {
    throw leaving(error, instance.engine);
  }
}
