/**
 * Which functions of a module may come to a suspending import: those that call one, those that call unknown functions, and their
 * callers.
 *
 * @module
 */

import { readOpcode, skipImmediate } from "../binary/instructions.ts";
import { TypeReader } from "../binary/type_reader.ts";
import type { CompiledModule } from "../runtime/compiled_module.ts";
import { ALL_FEATURES } from "../syntax/features.ts";
import type { ConstantExpression, Func } from "../syntax/module.ts";
import type { FunctionIndex, TypeIndex } from "../syntax/types.ts";

const REF_NULL = 0xd0;
const REF_FUNC = 0xd2;

/** The callers of each function, for all instances of a module. */
export class SuspensionGraph {
  readonly #module: CompiledModule;
  /** By function, then by type of indirect calls: the functions that call it, directly or through a table. */
  readonly #callers: number[][];
  /** Functions that may call any function at all. */
  readonly #unknownCallers: FunctionIndex[] = [];
  /** Types of the calls through tables. */
  readonly #indirectTypes = new Map<TypeIndex, number>();
  #changesTables = false;

  constructor(module: CompiledModule) {
    this.#module = module;
    const { functions } = module.record;
    this.#callers = functions.map(() => []);
    for (const [index, { body }] of functions.entries()) {
      if (body !== null) this.#read(index, body);
    }
    this.#findTargets();
  }

  #read(index: FunctionIndex, { bytes, start, end }: NonNullable<Func["body"]>): void {
    const reader = new TypeReader(bytes, ALL_FEATURES, this.#module.types.length);
    reader.position = start;
    for (let runs = reader.u32("local decls count"); runs > 0; runs--) {
      reader.u32("local count");
      reader.valueType();
    }
    let unknown = false;
    while (reader.position < end) {
      const { mnemonic, immediates } = readOpcode(reader);
      switch (mnemonic) {
        case "call":
        case "return_call":
          this.#callers[reader.u32("function index")].push(index);
          continue;
        case "call_indirect":
        case "return_call_indirect":
          this.#callers[this.#indirectType(reader.u32("type index"))].push(index);
          reader.u32("table index");
          continue;
        case "call_ref":
        case "return_call_ref":
          unknown = true;
          break;
        case "table.set":
        case "table.grow":
        case "table.fill":
          this.#changesTables = true;
      }
      for (const immediate of immediates) skipImmediate(reader, immediate);
    }
    if (unknown) this.#unknownCallers.push(index);
  }

  /** What stands for the functions of a type that are called through a table. */
  #indirectType(type: TypeIndex): number {
    let node = this.#indirectTypes.get(type);
    if (node === undefined) {
      node = this.#callers.push([]) - 1;
      this.#indirectTypes.set(type, node);
    }
    return node;
  }

  /**
   * A call through a table may lead to functions of its type in element segments, if that is all that can come into the module's
   * tables; otherwise anywhere.
   */
  #findTargets(): void {
    const targets = this.#functionsInTables();
    const { record: { functions }, types } = this.#module;
    for (const [type, node] of this.#indirectTypes) {
      if (targets === null) {
        for (const caller of this.#callers[node]) this.#unknownCallers.push(caller);
        continue;
      }
      for (const index of targets) {
        if (types[functions[index].type].isSubtypeOf(types[type])) this.#callers[index].push(node);
      }
    }
  }

  /** The functions that tables can have as elements; null when others than the module's own can be among them. */
  #functionsInTables(): ReadonlySet<FunctionIndex> | null {
    const { tables, elements, exports } = this.#module.record;
    if (this.#changesTables || exports.some(({ kind }) => kind === "table")) return null;
    const found = new Set<FunctionIndex>();
    for (const { importIndex, init } of tables) {
      if (importIndex >= 0 || init !== null && !this.#addConstant(found, init)) return null;
    }
    for (const { mode, elements: { kind, ...list } } of elements) {
      if (mode.kind === "declarative") continue;
      if (kind === "functions") {
        for (const index of (list as { indices: Uint32Array }).indices) found.add(index);
      } else {
        const { expressions } = list as { expressions: readonly ConstantExpression[] };
        if (!expressions.every((expression) => this.#addConstant(found, expression))) return null;
      }
    }
    return found;
  }

  #addConstant(found: Set<FunctionIndex>, { bytes, start }: ConstantExpression): boolean {
    if (bytes[start] === REF_NULL) return true;
    if (bytes[start] !== REF_FUNC) return false;
    const reader = new TypeReader(bytes, ALL_FEATURES, this.#module.types.length);
    reader.position = start + 1;
    found.add(reader.u32("function index"));
    return true;
  }

  /** The functions that may suspend when those imports may. */
  suspendable(imports: readonly FunctionIndex[]): ReadonlySet<FunctionIndex> {
    const found = new Set<number>([...imports, ...this.#unknownCallers]);
    // A set's iterator also comes to what is added meanwhile.
    for (const node of found) {
      for (const caller of this.#callers[node]) found.add(caller);
    }
    return found;
  }
}
