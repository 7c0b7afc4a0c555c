/**
 * What the identifiers and indices of a module's text refer to (specification 6.1.3 "Contexts").
 *
 * @module
 */

import type { FunctionType, RecursionGroup, SubType, TypeIndex, ValueType } from "../syntax/types.ts";
import type { Binding, TokenCursor } from "./cursor.ts";
import { TokenKind } from "./lexer.ts";

/** An index space: how many entries it has, and which of them have identifiers and names. */
export class IndexSpace {
  /** What an entry is, for messages: "function". */
  readonly noun: string;
  /** Number of entries so far. */
  size: number = 0;
  /** Names for the name section, by index. */
  readonly names: Map<number, string> = new Map();
  readonly #byId = new Map<string, number>();

  /** An empty space; `noun` says what an entry is, for messages. */
  constructor(noun: string) {
    this.noun = noun;
  }

  /** Adds an entry and returns its index. @throws {WatError} when the identifier is taken */
  add(cursor: TokenCursor, { id, name, at }: Binding): number {
    const index = this.size++;
    if (id !== null) {
      if (this.#byId.has(id)) throw cursor.error(`duplicate ${this.noun} ${cursor.word(at)}`, at);
      this.#byId.set(id, index);
    }
    if (name !== null) this.names.set(index, name);
    return index;
  }

  /** Adds an entry without an identifier and returns its index. */
  addAnonymous(): number {
    return this.size++;
  }

  /** Whether an index or an identifier is next. */
  isNext(cursor: TokenCursor): boolean {
    return cursor.kind === TokenKind.Number || cursor.kind === TokenKind.Id;
  }

  /** Takes an index or an identifier. @throws {WatError} when the identifier is unknown */
  index(cursor: TokenCursor): number {
    if (cursor.kind !== TokenKind.Id) return cursor.u32(`${article(this.noun)} index`);
    const index = this.#byId.get(cursor.identifier());
    if (index === undefined) throw cursor.error(`unknown ${this.noun} ${cursor.word()}`);
    cursor.at++;
    return index;
  }
}

function article(noun: string): string {
  return `${/^[aeiou]/.test(noun) ? "an" : "a"} ${noun}`;
}

/** The index spaces of a module and its types; signatures without a `(type ...)` add to the latter. */
export class ModuleScope {
  /** Types. */
  readonly types: IndexSpace = new IndexSpace("type");
  /** Functions, imports first, as in the other spaces of what can be imported. */
  readonly functions: IndexSpace = new IndexSpace("function");
  /** Tables. */
  readonly tables: IndexSpace = new IndexSpace("table");
  /** Memories. */
  readonly memories: IndexSpace = new IndexSpace("memory");
  /** Globals. */
  readonly globals: IndexSpace = new IndexSpace("global");
  /** Tags. */
  readonly tags: IndexSpace = new IndexSpace("tag");
  /** Element segments. */
  readonly elements: IndexSpace = new IndexSpace("element segment");
  /** Data segments. */
  readonly data: IndexSpace = new IndexSpace("data segment");
  /** The fields of the struct types that have any, by type. */
  readonly fields: Map<TypeIndex, IndexSpace> = new Map();
  /** The types by index. */
  readonly definitions: SubType[] = [];
  /** How the types are grouped. */
  readonly groups: RecursionGroup[] = [];
  readonly #signatures = new Map<string, TypeIndex>();

  /** Adds the definitions of a recursion group; their identifiers are in {@linkcode ModuleScope.types} already. */
  addGroup(definitions: readonly SubType[], explicit: boolean): void {
    const start = this.definitions.length;
    this.definitions.push(...definitions);
    this.groups.push({ start, size: definitions.length, explicit });
    if (definitions.length !== 1) return;
    const [{ final, supertype, shared, descriptor, describes, composite }] = definitions;
    if (composite.kind !== "func" || !final || shared) return;
    if (supertype !== null || descriptor !== null || describes !== null) return;
    const key = signatureKey(composite.params, composite.results);
    if (!this.#signatures.has(key)) this.#signatures.set(key, start);
  }

  /** The first type that is just this function type; adds one when there is none (specification 6.4.3 "Type Uses"). */
  functionType(params: readonly ValueType[], results: readonly ValueType[]): TypeIndex {
    const known = this.#signatures.get(signatureKey(params, results));
    if (known !== undefined) return known;
    const index = this.types.addAnonymous();
    const composite: FunctionType = { kind: "func", params, results };
    this.addGroup(
      [{ final: true, supertype: null, shared: false, descriptor: null, describes: null, composite }],
      false,
    );
    return index;
  }

  /** The function type with that index, or null when the index or the type is none. */
  signatureOf(index: TypeIndex): FunctionType | null {
    const composite = this.definitions[index]?.composite;
    return composite?.kind === "func" ? composite : null;
  }
}

function signatureKey(params: readonly ValueType[], results: readonly ValueType[]): string {
  return `${params.join()}:${results.join()}`;
}
