/**
 * The scope that the functions of a group share: which functions belong to the group, and the constants and variables
 * through which their code reaches the module's state and the engine's functions. Using a name makes it part of the group's text.
 *
 * @module
 */

import { type FunctionIndex, type FunctionType, isReference, type TypeIndex } from "../syntax/types.ts";
import type { CompiledModule } from "../runtime/compiled_module.ts";
import { type CallShape, GENERIC } from "./call_shape.ts";
import { Effect, Expression, name, Precedence } from "./expression.ts";
import { componentKinds } from "./function_builder.ts";
import { functionIdentifier } from "./identifier.ts";
import { ImportCalls } from "./import_calls.ts";
import { type Instruction, INSTRUCTIONS } from "./instructions.ts";
import type { Refuses, ReturningForms } from "./returning_forms.ts";
import { RUNTIME } from "./runtime_library.ts";
import type { TailCallGraph } from "./tail_call_graph.ts";
import { TailLoops } from "./tail_loop.ts";

/** A view of a memory; the names are those of `MemoryViews`. */
export type View = "data" | "u8" | "f32" | "f64";

const VIEW_NAMES: Record<View, string> = { data: "D", u8: "B", f32: "S", f64: "F" };

/**
 * Bytes of function bodies in a group, about: enough that most calls stay inside one, little enough that the first call of a
 * function does not wait for code that may never run.
 */
const GROUP_BYTES = 24_000;

/** Which group a function belongs to, for all instances of a module. */
export interface Membership {
  /** Whether some group has the function. */
  has(index: FunctionIndex): boolean;
  /** The function's name in the name section. */
  functionName(index: FunctionIndex): string | undefined;
  /** The module's tail calls. */
  readonly tailCalls: TailCallGraph;
  /** Which functions have a form that returns with exceptions; none when absent. */
  readonly returningForms?: ReturningForms;
  /** How an imported function is called; as a function of unknown nature when absent. */
  importShape?(index: FunctionIndex): CallShape;
}

/** A group's scope while its text is written. */
export class GroupScope {
  readonly module: CompiledModule;
  /** Which code generates which instruction. */
  readonly instructions: ReadonlyMap<number, Instruction> = INSTRUCTIONS;
  /** The functions of the group in the order in which they are to be compiled; grows meanwhile. */
  readonly functions: FunctionIndex[] = [];
  readonly #membership: Membership;
  readonly #identifiers = new Map<FunctionIndex, string>();
  readonly #taken = new Set<string>(Object.keys(RUNTIME));
  readonly #constants = new Map<string, string>();
  readonly #views = new Map<string, string>();
  readonly #slots = new Set<string>();
  readonly #atomicOperations = new Map<string, string>();
  readonly #fixedArrays = new Map<string, string>();
  readonly tailLoops: TailLoops;
  /** The forms that return with exceptions, by function: their identifiers. Grows like {@linkcode functions}. */
  readonly returningForms: Map<FunctionIndex, string> = new Map();
  /** The imported functions that the group calls. */
  readonly imports: ImportCalls;
  #bytesLeft = GROUP_BYTES;
  /** Immutable globals that are floats: their identifiers. */
  readonly #floatConstants = new Set<string>();
  readonly #refuses: Refuses = (index) => this.imports.refuses(index);

  constructor(module: CompiledModule, membership: Membership, root: FunctionIndex) {
    this.module = module;
    this.tailLoops = new TailLoops(this, membership.tailCalls);
    this.imports = new ImportCalls(this, (index) => membership.importShape?.(index) ?? GENERIC);
    this.#membership = membership;
    this.#add(root);
  }

  #add(index: FunctionIndex): void {
    const identifier = functionIdentifier(
      this.#membership.functionName(index),
      index,
      (identifier) => this.#taken.has(identifier),
    );
    this.#taken.add(identifier);
    this.#identifiers.set(index, identifier);
    this.functions.push(index);
  }

  /** The identifier of a function of the group. */
  identifier(index: FunctionIndex): string {
    return this.#identifiers.get(index)!;
  }

  /** Another identifier for a function of the group. */
  twinIdentifier(index: FunctionIndex): string {
    return this.reserve(`${this.identifier(index)}$`);
  }

  /** An identifier that nothing else has: `wish`, or a longer one. */
  reserve(wish: string): string {
    let identifier = wish;
    while (this.#taken.has(identifier)) identifier += "$";
    this.#taken.add(identifier);
    return identifier;
  }

  /** Makes a function that is in no other group one of this one. */
  add(index: FunctionIndex): void {
    if (!this.#identifiers.has(index)) this.#add(index);
  }

  /** Whether a function belongs to the group, which it joins if it is in none and there is room. */
  admits(index: FunctionIndex): boolean {
    if (this.#identifiers.has(index)) return true;
    const { body } = this.module.record.functions[index];
    if (body === null || this.#membership.has(index)) return false;
    const size = body.end - body.start;
    if (size > this.#bytesLeft) return false;
    this.#bytesLeft -= size;
    this.#add(index);
    return true;
  }

  /** What is called to call a function: its name in the group, or a slot that is filled at the first call. */
  callee(index: FunctionIndex): string {
    if (this.admits(index)) return this.identifier(index);
    // The call site sees only the function itself, never a stub: V8 and JavaScriptCore inline it.
    const slot = this.constant(`f${index}`, "I.slot()");
    return `(${slot}.code??(${slot}.code=I.code(${index})))`;
  }

  /** The identifier of the form of a function that returns with its exceptions, written into this group; null without one. */
  returningForm(index: FunctionIndex): string | null {
    const known = this.returningForms.get(index);
    if (known !== undefined) return known;
    if (this.#membership.returningForms?.exists(index, this.#refuses) !== true) return null;
    const { start, end } = this.module.record.functions[index].body!;
    if (end - start > this.#bytesLeft) return null;
    this.#bytesLeft -= end - start;
    const name = functionIdentifier(this.#membership.functionName(index), index, () => true);
    const identifier = this.reserve(`${name}$`);
    this.returningForms.set(index, identifier);
    return identifier;
  }

  /** Whether no exception is thrown out of that form. */
  returnsAll(index: FunctionIndex): boolean {
    return this.#membership.returningForms!.returnsAll(index);
  }

  /** Whether exported functions of the group have to have that form. */
  isCalledByJavaScript(index: FunctionIndex): boolean {
    return this.#membership.returningForms?.isExported(index, this.#refuses) === true;
  }

  /** The declaration of a function of the group. */
  functionText(_index: FunctionIndex, identifier: string, params: readonly string[], body: string): string {
    return `function ${identifier}(${params}){\n${body}}\n`;
  }

  /** What a function does first. */
  prologue(_index: FunctionIndex): string {
    return "";
  }

  /**
   * The code that the call of the instruction at `offset` in the module goes to: `code` itself; `target` is the reference it belongs
   * to.
   */
  seen(_offset: number, code: string, _target: string): string {
    return code;
  }

  /** Whether calls need to know the reference that they go to, not just the code. */
  get seesTargets(): boolean {
    return false;
  }

  /** The function that the call of the instruction at `offset` usually goes to; null when nobody knows. */
  usualTarget(_offset: number): FunctionIndex | null {
    return null;
  }

  /** The reference to a function. */
  functionReference(index: FunctionIndex): Expression {
    return name(this.constant(`J${index}`, `I.reference(${index})`), "ref");
  }

  /** The same with its code, which is made at the first use. */
  preparedReference(index: FunctionIndex): string {
    const slot = `h${index}`;
    this.#slots.add(slot);
    return `(${slot}??(${slot}=I.prepared(${index})))`;
  }

  /** A constant of the group; `value` is its text. */
  constant(identifier: string, value: string): string {
    this.#constants.set(identifier, value);
    return identifier;
  }

  /** An entry of the runtime library. */
  runtime(entry: keyof typeof RUNTIME | string): string {
    if (!(entry in RUNTIME)) throw new Error(`no runtime function ${entry}`);
    return this.constant(entry, `E.${entry}`);
  }

  /** A view of a memory, replaced when the memory grows. */
  view(memory: number, view: View): string {
    const identifier = `${VIEW_NAMES[view]}${memory}`;
    this.#views.set(identifier, `I.memory(${memory}).views.${view}`);
    return identifier;
  }

  /** Declarations of constants for the views that `text` uses. */
  viewConstants(text: string): string {
    const used = [...this.#views.keys()].filter((view) => new RegExp(`\\b${view}\\b`).test(text));
    if (used.length === 0) return "";
    const constants = used.map((view) => {
      const known = this.#viewCopies.get(view) ?? this.reserve(`${view}$`);
      this.#viewCopies.set(view, known);
      return `${view}=${known}`;
    });
    return `const ${constants.join(",")};\n`;
  }
  /** Variables with the same values as those of the views, for functions that have constants of the same name. */
  readonly #viewCopies = new Map<string, string>();

  /** The memory object. */
  memory(index: number): Expression {
    return name(this.constant(`M${index}`, `I.memory(${index})`), "ref");
  }

  /** An atomic operation on a shared memory, such as `add32`. */
  atomicOperation(memory: number, operation: string): string {
    const value = `I.atomics(${memory}).functions.${operation}`;
    const known = this.#atomicOperations.get(value) ?? `O${this.#atomicOperations.size}`;
    this.#atomicOperations.set(value, known);
    return this.constant(known, value);
  }

  /** The high half of the result of the 64-bit atomic operation before. */
  atomicHighHalf(memory: number): string {
    return `${this.constant(`U${memory}`, `I.atomics(${memory}).high`)}[0]`;
  }

  /** The table object. */
  table(index: number): Expression {
    return name(this.constant(`T${index}`, `I.table(${index})`), "ref");
  }

  /** The array of a table's elements. */
  elements(index: number): string {
    return this.constant(`A${index}`, `I.table(${index}).elements`);
  }

  /** The code for calls of a type through a table: the list, and what it has by index. */
  codeList(table: number, type: TypeIndex): { readonly list: string; readonly codes: string } {
    const list = this.constant(`N${table}t${type}`, `I.table(${table}).codeList(I.type(${type}))`);
    return { list, codes: this.constant(`P${table}t${type}`, `${list}.codes`) };
  }

  /** A string literal. */
  string(index: number): Expression {
    return name(this.constant(`Q${index}`, `I.string(${index})`), "ref");
  }

  /** A canonical type. */
  type(index: number): string {
    return this.constant(`C${index}`, `I.type(${index})`);
  }

  /** A function type with the module's own type indices; those of a canonical type mean something else. */
  signature(index: TypeIndex): FunctionType {
    const { composite } = this.module.record.types[index];
    if (composite.kind !== "func") throw new TypeError("not a function type");
    return composite;
  }

  /** The mark of the structs or arrays of a type. */
  mark(index: TypeIndex): string {
    return this.constant(`Y${index}`, `I.mark(${index})`);
  }

  /** The constructor of a struct type. */
  structClass(index: TypeIndex): string {
    return this.constant(`H${index}`, `I.structClass(${index})`);
  }

  /** What makes arrays of a type, all elements the same. */
  newArray(index: TypeIndex): string {
    return this.constant(`H${index}`, `I.arrayClass(${index}).filled`);
  }

  /** What makes arrays of a type and number of elements from the elements. */
  newFixedArray(index: TypeIndex, count: number): string {
    const key = `${index},${count}`;
    const known = this.#fixedArrays.get(key) ?? `L${this.#fixedArrays.size}`;
    this.#fixedArrays.set(key, known);
    return this.constant(known, `I.arrayClass(${index}).fixed(${count})`);
  }

  /** What the exceptions of a tag have as their tag. */
  tag(index: number): string {
    return this.constant(`K${index}`, `I.tag(${index})`);
  }

  /** The instance. */
  instance(): Expression {
    return name(this.constant("X", "I.instance"), "ref");
  }

  /** A number that is assigned to a variable of floats, as a double (see `ZERO_F64`). */
  double(value: number): string {
    const known = this.#doubles.get(value) ?? `z${this.#doubles.size}`;
    this.#doubles.set(value, known);
    return this.constant(known, `E.ZERO_F64+${value}`);
  }
  readonly #doubles = new Map<number, string>();

  /** A NaN constant. */
  nanF32(bits: number): Expression {
    return this.#nan(`f32FromBits(${bits})`, "f32");
  }

  /** A NaN constant. */
  nanF64(low: number, high: number): Expression {
    return this.#nan(`f64FromBits(${low},${high})`, "f64");
  }

  #nan(value: string, kind: "f32" | "f64"): Expression {
    const identifier = `n${this.#nans.size}`;
    const known = this.#nans.get(value) ?? identifier;
    this.#nans.set(value, known);
    return name(this.constant(known, `E.${value}`), kind);
  }
  readonly #nans = new Map<string, string>();

  /** The components of a global: places that can be assigned to; constants when it is immutable. */
  global(index: number): Expression[] {
    const { value, mutable } = this.module.record.globals[index].type;
    const kinds = componentKinds(value);
    const isFloat = kinds[0] === "f32" || kinds[0] === "f64";
    if (!mutable) {
      if (isFloat) this.#floatConstants.add(`g${index}`);
      return kinds.map((kind, i) => name(this.constant(`g${index}${"bcd"[i - 1] ?? ""}`, place(i)), kind));
    }
    const array = isReference(value) ? "tagged" : isFloat ? "untagged.f64" : "untagged.i32";
    const storage = this.constant(`G${index}`, `I.global(${index}).${array}`);
    return kinds.map((kind, i) => {
      const slot = this.constant(`o${index}${"bcd"[i - 1] ?? ""}`, slotOf(i));
      return new Expression(`${storage}[${slot}]`, Precedence.Postfix, kind, Effect.ReadGlobal);
    });

    function place(component: number): string {
      const array = isReference(value) ? "tagged" : isFloat ? "untagged.f64" : "untagged.i32";
      return `I.global(${index}).${array}[${slotOf(component)}]`;
    }
    function slotOf(component: number): string {
      const slot = `I.global(${index}).slot`;
      return isReference(value) || isFloat ? slot : `${slot}*2+${component}`;
    }
  }

  /** The constant with the other sign of an immutable global that is a float, or the same NaN; null for other expressions. */
  oppositeGlobal({ text, kind }: Expression): Expression | null {
    if (!this.#floatConstants.has(text)) return null;
    return name(this.constant(`${text}n`, `${text}===${text}?-${text}:${text}`), kind);
  }

  /** The statements that come before the functions. */
  preamble(): string {
    let text = "";
    for (const [identifier, value] of this.#constants) text += `const ${identifier}=${value};\n`;
    if (this.#slots.size > 0) text += `let ${[...this.#slots].map((slot) => `${slot}=null`).join(",")};\n`;
    if (this.#views.size > 0) {
      const copies = [...this.#viewCopies].map(([view, copy]) => [copy, this.#views.get(view)!]);
      const views = [...this.#views, ...copies];
      text += `let ${views.map(([identifier, value]) => `${identifier}=${value}`).join(",")};\n`;
      const updates = views.map(([identifier, value]) => `${identifier}=${value}`).join(";");
      text += `I.onGrowth(()=>{${updates}});\n`;
    }
    return text + this.imports.text();
  }
}
