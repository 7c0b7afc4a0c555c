/**
 * The first pass over a module's text: gives every definition its index, so that identifiers may be used before they are
 * bound, and reads the types, which signatures are compared with.
 *
 * @module
 */

import type { SubType } from "../syntax/types.ts";
import type { TokenCursor } from "./cursor.ts";
import { TokenKind } from "./lexer.ts";
import type { IndexSpace, ModuleScope } from "./scope.ts";
import { parseSubType } from "./type.ts";

/**
 * Declares the fields up to the parenthesis that closes the module, or the end of the text.
 *
 * @throws {WatError} at a malformed type, an identifier bound twice, and an import after a definition
 */
export function declareFields(cursor: TokenCursor, scope: ModuleScope): void {
  new DeclarationPass(cursor, scope).run();
}

class DeclarationPass {
  readonly #cursor: TokenCursor;
  readonly #scope: ModuleScope;
  /** Tokens at which type definitions start, by recursion group. */
  readonly #groups: { starts: number[]; explicit: boolean }[] = [];
  /** What was defined, not imported, first. */
  #defined: string | null = null;

  constructor(cursor: TokenCursor, scope: ModuleScope) {
    this.#cursor = cursor;
    this.#scope = scope;
  }

  run(): void {
    const cursor = this.#cursor;
    while (cursor.kind === TokenKind.Open) {
      const start = cursor.at++;
      this.#field(cursor.closing(start));
      cursor.at = start;
      cursor.skipParenthesized();
    }
    this.#readTypes();
  }

  /** A field from its keyword on; `closing` is the parenthesis that ends it. */
  #field(closing: number): void {
    const cursor = this.#cursor;
    const scope = this.#scope;
    if (cursor.takeKeyword("type")) this.#groups.push({ starts: [this.#type()], explicit: false });
    else if (cursor.takeKeyword("rec")) this.#recursionGroup(closing);
    else if (cursor.takeKeyword("import")) this.#import();
    else if (cursor.takeKeyword("func")) this.#define(scope.functions);
    else if (cursor.takeKeyword("global")) this.#define(scope.globals);
    else if (cursor.takeKeyword("tag")) this.#define(scope.tags);
    else if (cursor.takeKeyword("elem")) scope.elements.add(cursor, cursor.binding());
    else if (cursor.takeKeyword("data")) scope.data.add(cursor, cursor.binding());
    else if (cursor.takeKeyword("table")) {
      this.#define(scope.tables);
      this.#inlineSegment("elem", scope.elements, closing);
    } else if (cursor.takeKeyword("memory")) {
      this.#define(scope.memories);
      this.#inlineSegment("data", scope.data, closing);
    }
  }

  /** Returns the token after the identifier. */
  #type(): number {
    this.#scope.types.add(this.#cursor, this.#cursor.binding());
    return this.#cursor.at;
  }

  #recursionGroup(closing: number): void {
    const cursor = this.#cursor;
    const starts: number[] = [];
    while (cursor.at < closing) {
      const start = cursor.at;
      cursor.expectOpen("type");
      starts.push(this.#type());
      cursor.at = start;
      cursor.skipParenthesized();
    }
    this.#groups.push({ starts, explicit: true });
  }

  #import(): void {
    const cursor = this.#cursor;
    // names are read in the second pass
    cursor.at++;
    if (cursor.isOpen("item")) return this.#importItems();
    cursor.at++;
    const space = this.#importSpace();
    if (space !== null) space.add(cursor, cursor.binding());
  }

  #importItems(): void {
    const cursor = this.#cursor;
    const oneForAll = cursor.kindAhead(3) === TokenKind.Close;
    let items = 0;
    for (; cursor.isOpen("item"); items++) {
      const start = cursor.at;
      if (!oneForAll) {
        cursor.at += 3;
        const space = this.#importSpace();
        if (space !== null) space.add(cursor, cursor.binding());
      }
      cursor.at = start;
      cursor.skipParenthesized();
    }
    const space = oneForAll ? this.#importSpace() : null;
    for (; space !== null && items > 0; items--) space.addAnonymous();
  }

  /** What the description of an import adds to, if one is next; takes its first two tokens. */
  #importSpace(): IndexSpace | null {
    const cursor = this.#cursor;
    if (cursor.kind !== TokenKind.Open) return null;
    cursor.at++;
    const space = this.#space();
    if (space !== null) this.#checkImportOrder();
    return space;
  }

  /** Takes the keyword of an external kind. */
  #space(): IndexSpace | null {
    const cursor = this.#cursor;
    const scope = this.#scope;
    if (cursor.takeKeyword("func")) return scope.functions;
    if (cursor.takeKeyword("table")) return scope.tables;
    if (cursor.takeKeyword("memory")) return scope.memories;
    if (cursor.takeKeyword("global")) return scope.globals;
    if (cursor.takeKeyword("tag")) return scope.tags;
    return null;
  }

  #define(space: IndexSpace): void {
    const cursor = this.#cursor;
    space.add(cursor, cursor.binding());
    while (cursor.isOpen("export")) cursor.skipParenthesized();
    if (cursor.isOpen("import")) this.#checkImportOrder();
    else this.#defined ??= space.noun;
  }

  #checkImportOrder(): void {
    if (this.#defined !== null) throw this.#cursor.error(`import after ${this.#defined}`);
  }

  /** Gives an index to the segment inside a table or memory. */
  #inlineSegment(keyword: string, segments: IndexSpace, closing: number): void {
    const cursor = this.#cursor;
    while (cursor.at < closing) {
      if (cursor.isOpen(keyword)) segments.addAnonymous();
      if (cursor.kind === TokenKind.Open) cursor.skipParenthesized();
      else cursor.at++;
    }
  }

  #readTypes(): void {
    const cursor = this.#cursor;
    let index = 0;
    for (const { starts, explicit } of this.#groups) {
      const group: SubType[] = [];
      for (const start of starts) {
        cursor.at = start;
        group.push(parseSubType(cursor, this.#scope, index++));
        cursor.expectClose();
      }
      this.#scope.addGroup(group, explicit);
    }
  }
}
