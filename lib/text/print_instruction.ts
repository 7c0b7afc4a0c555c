/**
 * Instructions one after the other, from bytes to text (specification 6.5 "Instructions"): opcode and
 * immediates, as the opcode table lists them, and the nesting of blocks.
 *
 * @module
 */

import { readOpcode } from "../binary/instructions.ts";
import type { NameMap } from "../binary/encode_names.ts";
import { TypeReader } from "../binary/type_reader.ts";
import { ALL_FEATURES } from "../syntax/features.ts";
import type { ByteRange, Module } from "../syntax/module.ts";
import { CODE, type Immediate, type Opcode } from "../syntax/opcodes.ts";
import { type FunctionType, refType, type ValueType } from "../syntax/types.ts";
import { Identifiers, type ModuleIdentifiers } from "./print_identifiers.ts";
import { float32Literal, float64Literal, vectorLiteral } from "./print_number.ts";
import { identifier, nameLiteral } from "./print_string.ts";
import type { TypePrinter } from "./print_type.ts";

const BLOCK = CODE["block"];
const LOOP = CODE["loop"];
const IF = CODE["if"];
const ELSE = CODE["else"];
const TRY = CODE["try"];
const CATCH = CODE["catch"];
const CATCH_ALL = CODE["catch_all"];
const DELEGATE = CODE["delegate"];
const TRY_TABLE = CODE["try_table"];
const END = CODE["end"];

/** What an instruction does to the nesting of blocks. */
export const Nesting = {
  /** Nothing. */
  Plain: 0,
  /** `block`, `loop`, `if`, `try`, `try_table`. */
  Open: 1,
  /** `else`, `catch`, `catch_all`: the next part of the innermost block. */
  Next: 2,
  /** `end`, `delegate`. */
  Close: 3,
} as const;

/** The nesting effect of an instruction, one of {@linkcode Nesting}. */
export function nestingOf({ code }: Opcode): number {
  switch (code) {
    case BLOCK:
    case LOOP:
    case IF:
    case TRY:
    case TRY_TABLE:
      return Nesting.Open;
    case ELSE:
    case CATCH:
    case CATCH_ALL:
      return Nesting.Next;
    case END:
    case DELEGATE:
      return Nesting.Close;
    default:
      return Nesting.Plain;
  }
}

/** Most locals of a function, parameters included. */
const MAX_LOCALS = 50_000;
const EMPTY_BLOCK_TYPE = 0x40;
const MEMORY_INDEX_FLAG = 0x40;
/** Handlers of `try_table` by their codes. */
const CATCHES = ["catch", "catch_ref", "catch_all", "catch_all_ref"];
const ORDERINGS = ["seq_cst", "acq_rel"];
const NO_TYPE: FunctionType = { kind: "func", params: [], results: [] };

/** Names of what only the instructions of one body refer to. */
export interface BodyNames {
  /** Parameters included. */
  readonly locals: Identifiers;
  /** By the order of the blocks. */
  readonly labels: NameMap | undefined;
  /** Annotations by the offsets of their instructions. */
  readonly annotations: ReadonlyMap<number, string> | undefined;
}

const NO_NAMES: BodyNames = {
  locals: new Identifiers(undefined, 0),
  labels: undefined,
  annotations: undefined,
};

/** Reads bodies and expressions of one module, an instruction at a time. */
export class InstructionPrinter {
  /** The instruction that was read last. */
  opcode: Opcode = {
    code: END,
    mnemonic: "end",
    immediates: [],
    signature: null,
    feature: "mvp",
    accessWidth: 0,
  };
  /** Its keyword and immediates. */
  text = "";
  /** The annotations in front of it, each with a space behind it. */
  annotations = "";
  /** Its immediates that are indices, in their order: of a function, type, label, tag, count ... */
  readonly indices: number[] = [];
  /** The type of the block that was opened last. */
  blockType: FunctionType = NO_TYPE;
  /** The names to use; none after a start. */
  names: BodyNames = NO_NAMES;

  readonly #module: Module;
  readonly #identifiers: ModuleIdentifiers;
  readonly #types: TypePrinter;
  readonly #reader: TypeReader;
  readonly #printsOffsets: boolean;
  /**
   * What opened the part of each block around the next instruction, innermost last: a block's code, or `else`
   * ...
   */
  readonly #blocks: number[] = [];
  /** The identifiers of these blocks; null for those without one. */
  readonly #labels: (string | null)[] = [];
  /** Blocks opened so far. */
  #labelCount = 0;
  /** Where the body starts. */
  #bodyStart = 0;

  /**
   * Prints instructions of `module`.
   *
   * @param printsOffsets whether the text of an instruction ends in a comment with its offset
   */
  constructor(module: Module, identifiers: ModuleIdentifiers, types: TypePrinter, printsOffsets: boolean) {
    this.#module = module;
    this.#identifiers = identifiers;
    this.#types = types;
    this.#printsOffsets = printsOffsets;
    this.#reader = new TypeReader(module.bytes, ALL_FEATURES, module.types.length);
  }

  /** Starts at an expression. */
  startExpression(range: ByteRange): void {
    this.#start(range);
  }

  /**
   * Starts at a body and reads its declarations of locals.
   *
   * @param parameterCount number of locals that the function's type declares
   * @returns the types of the locals declared, parameters not included
   * @throws {CompileError} when they are malformed, or too many
   */
  startBody(range: ByteRange, parameterCount: number): ValueType[] {
    this.#start(range);
    const reader = this.#reader;
    const locals: ValueType[] = [];
    for (let runs = reader.u32("local decls count"); runs > 0; runs--) {
      const at = reader.position;
      const count = reader.u32("local count");
      if (parameterCount + locals.length + count > MAX_LOCALS) reader.fail("local count too large", at);
      const type = reader.valueType();
      for (let i = 0; i < count; i++) locals.push(type);
    }
    return locals;
  }

  #start({ bytes, start, end }: ByteRange): void {
    this.#reader.bytes = bytes;
    this.#reader.position = start;
    this.#reader.end = end;
    this.#bodyStart = start;
    this.names = NO_NAMES;
    this.#blocks.length = 0;
    this.#labels.length = 0;
    this.#labelCount = 0;
  }

  /**
   * Reads the next instruction. Returns false at the `end` of the whole body or expression.
   *
   * @throws {CompileError} when it is malformed or does not fit the blocks around it
   */
  next(): boolean {
    const reader = this.#reader;
    const at = reader.position;
    if (!reader.more) reader.fail('function body must end with "end" opcode');
    const opcode = readOpcode(reader);
    this.opcode = opcode;
    this.indices.length = 0;
    if (opcode.code === END && this.#blocks.length === 0) {
      if (reader.more) reader.fail("operators remaining after end of function");
      return false;
    }
    this.annotations = this.names.annotations?.get(at - this.#bodyStart) ?? "";
    this.text = opcode.immediates.length === 0 ? opcode.mnemonic : "";
    switch (nestingOf(opcode)) {
      case Nesting.Plain:
        if (this.text === "") this.text = this.#withImmediates(opcode);
        break;
      case Nesting.Open:
        this.#open(opcode);
        break;
      case Nesting.Next:
        this.#nextPart(opcode, at);
        break;
      case Nesting.Close:
        this.#close(opcode, at);
    }
    if (this.#printsOffsets) this.text += ` (;@+${at};)`;
    return true;
  }

  #open(opcode: Opcode): void {
    const name = this.names.labels?.get(this.#labelCount++);
    const id = name === undefined || name === "" ? null : identifier(name);
    let binding: string = id ?? `(;@${this.#labels.length + 1};)`;
    if (name === "") binding += ` (@name ${nameLiteral(name)})`;
    this.text = `${opcode.mnemonic} ${binding}`;
    for (const immediate of opcode.immediates) this.text += this.#immediate(immediate, opcode);
    this.#blocks.push(opcode.code);
    this.#labels.push(id);
  }

  #nextPart(opcode: Opcode, at: number): void {
    const { code } = opcode;
    const part = this.#blocks.length === 0 ? 0 : this.#blocks[this.#blocks.length - 1];
    if (code === ELSE) {
      if (part === ELSE) this.#reader.fail("else already present for if", at);
      if (part !== IF) this.#reader.fail("else does not match an if", at);
    } else if (part !== TRY && part !== CATCH) {
      this.#reader.fail(`${code === CATCH ? "catch" : "catch-all"} does not match a try`, at);
    }
    this.#blocks[this.#blocks.length - 1] = code;
    if (code === CATCH) this.text = this.#withImmediates(opcode);
  }

  /** The label of `delegate` counts from outside of its block. */
  #close(opcode: Opcode, at: number): void {
    const part = this.#blocks.pop();
    this.#labels.pop();
    if (opcode.code !== DELEGATE) return;
    if (part !== TRY) this.#reader.fail("delegate does not match a try", at);
    this.text = this.#withImmediates(opcode);
  }

  /**
   * The keyword and the immediates of the instruction. Where text and binary order them differently, the
   * text's.
   */
  #withImmediates(opcode: Opcode): string {
    const { mnemonic, immediates } = opcode;
    switch (mnemonic) {
      case "call_indirect":
      case "return_call_indirect": {
        const type = this.#index("type");
        const table = this.#index("table");
        const explicit = table === 0 ? "" : ` ${this.#identifiers.tables.reference(table)}`;
        return `${mnemonic}${explicit} (type ${this.#identifiers.types.reference(type)})`;
      }
      case "memory.copy": {
        const to = this.#index("memory");
        const from = this.#index("memory");
        if (to === 0 && from === 0) return mnemonic;
        const { memories } = this.#identifiers;
        return `${mnemonic} ${memories.reference(to)} ${memories.reference(from)}`;
      }
      case "memory.init": {
        const segment = this.#immediate("data", opcode);
        return `${mnemonic}${this.#immediate("memory", opcode)}${segment}`;
      }
      case "table.init": {
        const segment = this.#immediate("elem", opcode);
        return `${mnemonic}${this.#immediate("table", opcode)}${segment}`;
      }
      case "ref.test":
      case "ref.cast":
      case "ref.cast_desc_eq":
        // the second form of the keyword is that of nullable types
        return `${mnemonic} ${this.#referenceType(opcode.code !== CODE[mnemonic])}`;
      case "br_on_cast":
      case "br_on_cast_fail":
      case "br_on_cast_desc_eq":
      case "br_on_cast_desc_eq_fail":
        return mnemonic + this.#castTypes();
      default: {
        let text = mnemonic;
        for (const immediate of immediates) text += this.#immediate(immediate, opcode);
        return text;
      }
    }
  }

  #castTypes(): string {
    const reader = this.#reader;
    const at = reader.position;
    const flags = reader.u8();
    if (flags > 3) reader.fail(`invalid br_on_cast flags ${flags}`, at);
    const label = this.#label();
    const from = this.#referenceType((flags & 1) !== 0);
    return ` ${label} ${from} ${this.#referenceType((flags & 2) !== 0)}`;
  }

  /** A reference type of which only the heap type stands here. */
  #referenceType(nullable: boolean): string {
    return this.#types.value(refType(this.#reader.heapType(), nullable));
  }

  /** An index, which is kept in {@linkcode InstructionPrinter.indices}. */
  #index(name: string): number {
    const index = this.#reader.u32(name);
    this.indices.push(index);
    return index;
  }

  /** One immediate with a space in front, or nothing where the text leaves it out. */
  #immediate(immediate: Immediate, opcode: Opcode): string {
    const reader = this.#reader;
    const identifiers = this.#identifiers;
    switch (immediate) {
      case "block":
        return this.#blockType();
      case "label":
        return ` ${this.#label()}`;
      case "labels": {
        let text = "";
        for (let count = reader.u32("table count"); count >= 0; count--) text += ` ${this.#label()}`;
        return text;
      }
      case "func":
        return ` ${identifiers.functions.reference(this.#index("function index"))}`;
      case "type":
        return ` ${identifiers.types.reference(this.#index("type index"))}`;
      case "types": {
        const types: string[] = [];
        for (let count = reader.u32("number of select types"); count > 0; count--) {
          types.push(` ${this.#types.value(reader.valueType())}`);
        }
        return ` (result${types.join("")})`;
      }
      case "local":
        return ` ${this.names.locals.reference(reader.u32("local index"))}`;
      case "global":
        return ` ${identifiers.globals.reference(this.#index("global index"))}`;
      case "table":
        return ` ${identifiers.tables.reference(this.#index("table index"))}`;
      case "memory": {
        const index = this.#index("memory index");
        return index === 0 ? "" : ` ${identifiers.memories.reference(index)}`;
      }
      case "elem":
        return ` ${identifiers.elements.reference(this.#index("element segment index"))}`;
      case "data":
        return ` ${identifiers.data.reference(this.#index("data segment index"))}`;
      case "tag":
        return ` ${identifiers.tags.reference(this.#index("tag index"))}`;
      case "field": {
        const type = this.indices[this.indices.length - 1];
        return ` ${this.#field(type, this.#index("field index"))}`;
      }
      case "string": {
        const at = reader.position;
        const index = reader.u32("string literal index");
        const string = this.#module.strings[index];
        if (string === undefined) reader.fail(`Invalid string literal index: ${index}`, at);
        return ` ${nameLiteral(string)}`;
      }
      case "count":
        return ` ${this.#index("count")}`;
      case "catches":
        return this.#catches();
      case "heap":
        return ` ${this.#types.heap(reader.heapType())}`;
      case "castflags":
        throw new Error("an instruction with cast flags that is not printed as one");
      case "i32":
        return ` ${reader.i32("immi32")}`;
      case "i64":
        return ` ${reader.i64("immi64")}`;
      case "f32":
        return ` ${float32Literal(reader.fixed32())}`;
      case "f64": {
        const low = reader.fixed32();
        return ` ${float64Literal(low, reader.fixed32())}`;
      }
      case "v128": {
        const at = reader.position;
        reader.skip(16);
        return ` ${vectorLiteral(reader.bytes, at)}`;
      }
      case "lanes16": {
        let text = "";
        for (let i = 0; i < 16; i++) text += ` ${reader.u8()}`;
        return text;
      }
      case "lane2":
      case "lane4":
      case "lane8":
      case "lane16":
        return ` ${reader.u8()}`;
      case "memarg1":
      case "memarg2":
      case "memarg4":
      case "memarg8":
      case "memarg16":
      case "atomic1":
      case "atomic2":
      case "atomic4":
      case "atomic8":
        return this.#memoryArgument(opcode.accessWidth);
      case "fence": {
        const at = reader.position;
        if (reader.u8() !== 0) reader.fail("invalid atomic operand", at);
        return "";
      }
      case "ordering": {
        const at = reader.position;
        const ordering = reader.u8();
        if (ordering >= ORDERINGS.length) {
          reader.fail(`invalid memory ordering 0x${ordering.toString(16)}`, at);
        }
        return ` ${ORDERINGS[ordering]}`;
      }
      default:
        immediate satisfies never;
        return "";
    }
  }

  #field(type: number, index: number): string {
    const composite = this.#module.types[type]?.composite;
    if (composite?.kind !== "struct") return String(index);
    return this.#identifiers.fields(type, composite.fields.length).reference(index);
  }

  /** A label: an identifier, or its number and in a comment the depth of its block. */
  #label(): string {
    const index = this.#index("branch depth");
    const place = this.#labels.length - 1 - index;
    if (place < -1) return String(index);
    const id = place < 0 ? null : this.#labels[place];
    if (id !== null && this.#labels.indexOf(id, place + 1) < 0) return id;
    return `${index} (;@${place + 1};)`;
  }

  #blockType(): string {
    const reader = this.#reader;
    const at = reader.position;
    const code = reader.peek("block type");
    if (code === EMPTY_BLOCK_TYPE) {
      reader.position++;
      this.blockType = NO_TYPE;
      return "";
    }
    if ((code & 0xc0) === 0x40) {
      const results = [reader.valueType()];
      this.blockType = { kind: "func", params: [], results };
      return this.#types.results(results);
    }
    const index = reader.i33("block type index");
    if (index < 0) reader.fail(`invalid block type ${index}`, at);
    const composite = this.#module.types[index]?.composite;
    if (composite?.kind !== "func") {
      return reader.fail(`block type index ${index} is not a signature definition`, at);
    }
    this.blockType = composite;
    return this.#types.typeUse(index);
  }

  #catches(): string {
    const reader = this.#reader;
    let text = "";
    for (let count = reader.u32("catch table length"); count > 0; count--) {
      const at = reader.position;
      const code = reader.u8();
      if (code >= CATCHES.length) reader.fail("invalid catch kind in try table", at);
      const tag = code < 2 ? ` ${this.#identifiers.tags.reference(this.#index("tag index"))}` : "";
      text += ` (${CATCHES[code]}${tag} ${this.#label()})`;
    }
    return text;
  }

  /**
   * The memory unless it is the first one, the offset unless it is zero, the alignment unless it is `width`.
   */
  #memoryArgument(width: number): string {
    const reader = this.#reader;
    const at = reader.position;
    const flags = reader.u32("alignment");
    const explicit = (flags & MEMORY_INDEX_FLAG) !== 0;
    const log2 = explicit ? flags - MEMORY_INDEX_FLAG : flags;
    if (log2 >= MEMORY_INDEX_FLAG) {
      const maximum = Math.log2(width);
      reader.fail(
        `invalid alignment; expected maximum alignment is ${maximum}, actual alignment is ${log2}`,
        at,
      );
    }
    const memory = explicit ? this.#index("memory index") : 0;
    let text = memory === 0 ? "" : ` ${this.#identifiers.memories.reference(memory)}`;
    const offset = reader.u64("offset");
    if (offset !== 0n) text += ` offset=${offset}`;
    if (2 ** log2 !== width) text += ` align=${1n << BigInt(log2)}`;
    return text;
  }
}
