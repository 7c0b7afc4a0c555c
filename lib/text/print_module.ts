/**
 * Module record to text (specification 6.6 "Modules"). The text has the record's declarations in its order,
 * so reading it gives the same record.
 *
 * @module
 */

import { SECTION_ORDER } from "../binary/encode.ts";
import { NameSection } from "../binary/names.ts";
import { compileErrorAt } from "../syntax/errors.ts";
import {
  type ByteRange,
  type CustomSection,
  type DataSegment,
  type ElementSegment,
  type ExternKind,
  type Import,
  importedCount,
  type Module,
} from "../syntax/module.ts";
import type { FunctionIndex, FunctionType, RecursionGroup, TypeIndex } from "../syntax/types.ts";
import { ArityFinder } from "./print_arity.ts";
import { ModuleAnnotations } from "./print_code_metadata.ts";
import { printFlat } from "./print_flat.ts";
import { FoldedPrinter } from "./print_folded.ts";
import { type Identifiers, ModuleIdentifiers } from "./print_identifiers.ts";
import { InstructionPrinter } from "./print_instruction.ts";
import { TextOutput } from "./print_output.ts";
import { nameLiteral, writeBytesLiteral } from "./print_string.ts";
import { memoryTypeText, TypePrinter } from "./print_type.ts";

/** Options of {@linkcode printModule}. */
export interface PrintOptions {
  /**
   * Whether instructions stand in parentheses around their operands; false when absent. Constant expressions
   * always do.
   */
  readonly folded?: boolean;
  /**
   * Whether the names of the module's name section become identifiers; true when absent. Otherwise everything
   * is referred to by its index, and the names are left out.
   */
  readonly names?: boolean;
  /** Spaces that one level of nesting is indented by; 2 when absent. */
  readonly indent?: number;
  /**
   * Whether instructions are followed by their offsets in the module, as messages of errors have them; false
   * when absent.
   */
  readonly offsets?: boolean;
}

/**
 * A module in the text format. `parseModule` makes the same module of it, but for LEB128 integers longer than
 * they need be, runs of equal locals that are declared apart, a data count that nothing needs, and the order of the string literals, of which there are no equal or unused ones then. Code
 * metadata, branch hints for example, become annotations in front of their instructions where they can, and custom sections
 * other than the names `(@custom ...)` annotations with the bytes they have.
 *
 * ```ts
 * import { decodeModule } from "../binary/decode.ts";
 * import { printModule } from "./print_module.ts";
 *
 * const module = decodeModule(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
 * console.log(printModule(module, { folded: true })); // (module)
 * ```
 *
 * @throws {CompileError} when a body or an expression is malformed; the message ends in `@+` and the offset
 */
export function printModule(module: Module, options: PrintOptions = {}): string {
  return [...printModulePieces(module, options)].join("");
}

/**
 * The text of {@linkcode printModule} in pieces of some ten thousand characters or more: that of a big module
 * may be longer than strings can be.
 *
 * @throws {CompileError} while it runs, like `printModule`
 */
export function printModulePieces(module: Module, options: PrintOptions = {}): Generator<string> {
  return new ModulePrinter(module, options).pieces();
}

/** Section names in the placements of custom sections, by id. */
const SECTION_KEYWORDS = [
  "",
  "type",
  "import",
  "func",
  "table",
  "memory",
  "global",
  "export",
  "start",
  "elem",
  "code",
  "data",
  "datacount",
  "tag",
  "string",
];

/** Level of the module's fields. */
const FIELD = 1;
const NO_NAMES = {};
const NO_SIGNATURE: FunctionType = { kind: "func", params: [], results: [] };

class ModulePrinter {
  readonly #module: Module;
  readonly #out: TextOutput;
  readonly #identifiers: ModuleIdentifiers;
  readonly #types: TypePrinter;
  readonly #instructions: InstructionPrinter;
  readonly #folded: FoldedPrinter;
  readonly #foldsBodies: boolean;
  readonly #annotations: ModuleAnnotations;

  constructor(module: Module, { folded = false, names = true, indent = 2, offsets = false }: PrintOptions) {
    this.#module = module;
    this.#foldsBodies = folded;
    this.#out = new TextOutput(" ".repeat(indent));
    this.#annotations = new ModuleAnnotations(module);
    this.#identifiers = new ModuleIdentifiers(names ? new NameSection(module) : NO_NAMES, module);
    this.#types = new TypePrinter(module.types, this.#identifiers);
    this.#instructions = new InstructionPrinter(module, this.#identifiers, this.#types, offsets);
    this.#folded = new FoldedPrinter(this.#out, this.#instructions, new ArityFinder(module));
  }

  *pieces(): Generator<string> {
    const out = this.#out;
    out.write(`(module${this.#identifiers.module}`);
    let end = ")\n";
    for (const field of this.#fields()) {
      out.line(FIELD);
      field();
      end = "\n)\n";
      if (out.isLarge) yield out.take();
    }
    out.write(end);
    yield out.take();
  }

  /** What writes the fields, one after the other. */
  *#fields(): Generator<() => void> {
    yield* this.#customSections(0);
    for (const id of SECTION_ORDER) {
      yield* this.#section(id);
      yield* this.#customSections(id);
    }
  }

  *#customSections(after: number): Generator<() => void> {
    for (const section of this.#module.customSections) {
      if (section.after !== after || section.name === "name") continue;
      if (!this.#annotations.sections.has(section)) yield () => this.#customSection(section);
    }
  }

  *#section(id: number): Generator<() => void> {
    const module = this.#module;
    switch (id) {
      case 1:
        for (const group of module.recursionGroups) yield () => this.#recursionGroup(group);
        return;
      case 2:
        for (const item of module.imports) yield () => this.#import(item);
        return;
      case 4:
        return yield* this.#definitions(module.tables, (index) => this.#table(index));
      case 5:
        return yield* this.#definitions(module.memories, (index) => this.#memory(index));
      case 6:
        return yield* this.#definitions(module.globals, (index) => this.#global(index));
      case 7:
        for (const { name, kind, index } of module.exports) {
          yield () => this.#out.write(`(export ${nameLiteral(name)} ${this.#externReference(kind, index)})`);
        }
        return;
      case 8:
        if (module.start !== null) yield () => this.#start(module.start!);
        return;
      case 9:
        for (let index = 0; index < module.elements.length; index++) {
          yield () => this.#element(index, module.elements.at(index)!);
        }
        return;
      case 10:
        return yield* this.#definitions(module.functions, (index) => this.#function(index));
      case 11:
        for (const [index, segment] of module.data.entries()) yield () => this.#data(index, segment);
        return;
      case 13:
        return yield* this.#definitions(module.tags, (index) => this.#tag(index));
    }
  }

  /** The entries of an index space that the module defines. */
  *#definitions(
    space: readonly { readonly importIndex: number }[],
    write: (index: number) => void,
  ): Generator<() => void> {
    for (let index = importedCount(space); index < space.length; index++) yield () => write(index);
  }

  #customSection({ name, content, after }: CustomSection): void {
    const place = after === 0 ? "before first" : `after ${SECTION_KEYWORDS[after]}`;
    this.#out.write(`(@custom ${nameLiteral(name)} (${place}) `);
    writeBytesLiteral(this.#out.write, content);
    this.#out.write(")");
  }

  #recursionGroup({ start, size, explicit }: RecursionGroup): void {
    const out = this.#out;
    if (explicit) out.write("(rec");
    for (let index = start; index < start + size; index++) {
      if (explicit) out.line(FIELD + 1);
      out.write(`(type${definition(this.#identifiers.types, index)} ${this.#types.subType(index)})`);
    }
    if (!explicit) return;
    if (size > 0) out.line(FIELD);
    out.write(")");
  }

  #import({ module, name, kind, index }: Import): void {
    const { functions, tables, memories, globals, tags } = this.#module;
    this.#out.write(`(import ${nameLiteral(module)} ${nameLiteral(name)} (`);
    switch (kind) {
      case "function": {
        const { type, exact } = functions[index];
        const locals = this.#identifiers.locals(index, this.#signature(type).params.length);
        const use = this.#types.typeUse(type, locals);
        this.#out.write(`func${definition(this.#identifiers.functions, index)}`);
        this.#out.write(exact ? ` (exact${use})` : use);
        break;
      }
      case "table":
        this.#out.write(`table${definition(this.#identifiers.tables, index)} `);
        this.#out.write(this.#types.table(tables[index].type));
        break;
      case "memory":
        this.#out.write(`memory${definition(this.#identifiers.memories, index)} `);
        this.#out.write(memoryTypeText(memories[index].type));
        break;
      case "global":
        this.#out.write(`global${definition(this.#identifiers.globals, index)} `);
        this.#out.write(this.#types.global(globals[index].type));
        break;
      case "tag":
        this.#out.write(`tag${definition(this.#identifiers.tags, index)}`);
        this.#out.write(this.#types.typeUse(tags[index].type));
    }
    this.#out.write("))");
  }

  #table(index: number): void {
    const { type, init } = this.#module.tables[index];
    this.#out.write(`(table${definition(this.#identifiers.tables, index)} ${this.#types.table(type)}`);
    if (init !== null && !this.#expression(init)) {
      // the text would be that of a table without initial value
      throw compileErrorAt("expected 1 elements on the stack for constant expression, found 0", init.start);
    }
    this.#out.write(")");
  }

  #memory(index: number): void {
    const type = memoryTypeText(this.#module.memories[index].type);
    this.#out.write(`(memory${definition(this.#identifiers.memories, index)} ${type})`);
  }

  #tag(index: number): void {
    const use = this.#types.typeUse(this.#module.tags[index].type);
    this.#out.write(`(tag${definition(this.#identifiers.tags, index)}${use})`);
  }

  #global(index: number): void {
    const { type, init } = this.#module.globals[index];
    this.#out.write(`(global${definition(this.#identifiers.globals, index)} ${this.#types.global(type)}`);
    this.#expression(init!);
    this.#out.write(")");
  }

  /** `(func 3)`. */
  #externReference(kind: ExternKind, index: number): string {
    switch (kind) {
      case "function":
        return `(func ${this.#identifiers.functions.reference(index)})`;
      case "table":
        return `(table ${this.#identifiers.tables.reference(index)})`;
      case "memory":
        return `(memory ${this.#identifiers.memories.reference(index)})`;
      case "global":
        return `(global ${this.#identifiers.globals.reference(index)})`;
      case "tag":
        return `(tag ${this.#identifiers.tags.reference(index)})`;
    }
  }

  #start(index: FunctionIndex): void {
    this.#out.write(`(start ${this.#identifiers.functions.reference(index)})`);
  }

  #element(index: number, { mode, type, shared, elements }: ElementSegment): void {
    const out = this.#out;
    out.write(`(elem${definition(this.#identifiers.elements, index)}`);
    if (mode.kind === "declarative") out.write(" declare");
    if (mode.kind === "active") {
      if (mode.index !== 0) out.write(` (table ${this.#identifiers.tables.reference(mode.index)})`);
      this.#clause("offset", mode.offset);
    }
    if (elements.kind === "functions" && !shared) {
      out.write(" func");
      for (const index of elements.indices) out.write(` ${this.#identifiers.functions.reference(index)}`);
    } else {
      const elementType = this.#types.value(type);
      out.write(shared ? ` (shared ${elementType})` : ` ${elementType}`);
    }
    if (elements.kind === "expressions") {
      for (const expression of elements.expressions) this.#clause("item", expression);
    } else if (shared) {
      // the text has no form for shared segments of function indices
      for (const index of elements.indices) {
        out.write(` (ref.func ${this.#identifiers.functions.reference(index)})`);
      }
    }
    out.write(")");
  }

  #data(index: number, { mode, shared, content }: DataSegment): void {
    const out = this.#out;
    out.write(`(data${definition(this.#identifiers.data, index)}`);
    if (mode.kind === "active") {
      if (mode.index !== 0) out.write(` (memory ${this.#identifiers.memories.reference(mode.index)})`);
      this.#clause("offset", mode.offset);
    }
    out.write(shared ? " shared " : " ");
    writeBytesLiteral(out.write, content);
    out.write(")");
  }

  #function(index: FunctionIndex): void {
    const out = this.#out;
    const { type, body } = this.#module.functions[index];
    const signature = this.#signature(type);
    const parameterCount = signature.params.length;
    const declared = this.#instructions.startBody(body!, parameterCount);
    const locals = this.#identifiers.locals(index, parameterCount + declared.length);
    this.#instructions.names = {
      locals,
      labels: this.#identifiers.labels(index),
      annotations: this.#annotations.of(index),
    };
    out.write(`(func${definition(this.#identifiers.functions, index)}${this.#types.typeUse(type, locals)}`);
    const { lines } = out;
    if (declared.length > 0) {
      out.line(FIELD + 1);
      out.write(this.#types.declarations("local", declared, locals, parameterCount).slice(1));
    }
    if (this.#foldsBodies) this.#folded.body(signature.results.length, FIELD + 1);
    else printFlat(out, this.#instructions, FIELD + 1);
    if (out.lines > lines) out.line(FIELD);
    out.write(")");
  }

  #signature(type: TypeIndex): FunctionType {
    const composite = this.#module.types[type]?.composite;
    return composite?.kind === "func" ? composite : NO_SIGNATURE;
  }

  /** A constant expression, with a space in front; returns whether it is more than its `end`. */
  #expression(range: ByteRange): boolean {
    this.#instructions.startExpression(range);
    return this.#folded.expression();
  }

  /** A constant expression as ` (keyword ...)`, or without the keyword where that may be left out. */
  #clause(keyword: string, range: ByteRange): void {
    this.#instructions.startExpression(range);
    this.#folded.clause(keyword);
  }
}

/** What follows the keyword of a definition: its identifier, and its index in a comment. */
function definition(identifiers: Identifiers, index: number): string {
  return `${identifiers.binding(index)} (;${index};)`;
}
