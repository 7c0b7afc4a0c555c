/**
 * Walking along the tokens of a text: looking at them, taking them, and saying what was expected instead.
 *
 * @module
 */

import { ByteWriter } from "../binary/byte_writer.ts";
import { positionAt, type TextPosition, WatError } from "./error.ts";
import { type AnnotationToken, tokenize, TokenKind, type Tokens } from "./lexer.ts";
import { type LiteralError, parseIndex, parseUnsigned64 } from "./number_literal.ts";
import { decodeName, writeString } from "./string_literal.ts";

/** The optional identifier in front of a definition. */
export interface Binding {
  /** The identifier without `$`; null when there is none. */
  readonly id: string | null;
  /** What the name section calls it: a `(@name "...")` annotation, or the identifier. */
  readonly name: string | null;
  /** The token to point at in errors. */
  readonly at: number;
}

/** An annotation that was taken. */
export interface TakenAnnotation {
  readonly id: string;
  /** At its contents. */
  readonly content: TokenCursor;
  /** Makes an error at its parenthesis. */
  readonly error: (reason: string) => WatError;
}

/** A position in a sequence of tokens. */
export class TokenCursor {
  /** The text. */
  readonly text: string;
  /** Index of the current token. */
  at: number = 0;
  readonly #kinds: Uint8Array;
  readonly #starts: Int32Array;
  readonly #ends: Int32Array;
  readonly #closings: Int32Array;
  /** Annotations nobody has taken yet, by the token they stand before. */
  readonly #annotations = new Map<number, AnnotationToken[]>();
  readonly #origin: TextPosition | null;
  /** What the `End` token is to people. */
  readonly #endName: string;

  /**
   * Starts at the first token; `origin` is where the text starts in a larger one, for the places in errors. `enclosed`: after the
   * tokens comes a closing parenthesis, not the end of the text.
   */
  constructor(tokens: Tokens, origin: TextPosition | null = null, enclosed: boolean = false) {
    this.text = tokens.text;
    this.#kinds = tokens.kinds;
    this.#starts = tokens.starts;
    this.#ends = tokens.ends;
    this.#closings = tokens.closings;
    this.#origin = origin;
    this.#endName = enclosed ? '")"' : "the end of the text";
    for (const annotation of tokens.annotations) {
      const others = this.#annotations.get(annotation.before);
      if (others) others.push(annotation);
      else this.#annotations.set(annotation.before, [annotation]);
    }
  }

  /** Kind of the current token, one of {@linkcode TokenKind}. */
  get kind(): number {
    return this.#kinds[this.at];
  }

  /** Offset of the first character of the current token, or of token `at`. */
  start(at: number = this.at): number {
    return this.#starts[at];
  }

  /** Offset after the last character of the current token, or of token `at`. */
  end(at: number = this.at): number {
    return this.#ends[at];
  }

  /** The characters of the current token, or of token `at`. */
  word(at: number = this.at): string {
    return this.text.slice(this.#starts[at], this.#ends[at]);
  }

  /** Whether token `at` (the current one when absent) is this keyword. */
  isKeyword(keyword: string, at: number = this.at): boolean {
    const start = this.#starts[at];
    return this.#kinds[at] === TokenKind.Keyword && this.#ends[at] - start === keyword.length &&
      this.text.startsWith(keyword, start);
  }

  /** Whether the next two tokens are an opening parenthesis and this keyword. */
  isOpen(keyword: string): boolean {
    return this.#kinds[this.at] === TokenKind.Open && this.isKeyword(keyword, this.at + 1);
  }

  /** Kind of the token `distance` tokens further on. */
  kindAhead(distance: number): number {
    return this.at + distance < this.#kinds.length ? this.#kinds[this.at + distance] : TokenKind.End;
  }

  /** The token that closes the parenthesis which token `at` opens; the `End` token when nothing does. */
  closing(at: number = this.at): number {
    return this.#closings[at];
  }

  /** Moves behind the parenthesis that closes the one which is next, or to the end when nothing does. */
  skipParenthesized(): void {
    this.at = this.closing();
    this.takeClose();
  }

  /** Takes the keyword when it is the next token. */
  takeKeyword(keyword: string): boolean {
    if (!this.isKeyword(keyword)) return false;
    this.at++;
    return true;
  }

  /** Takes `(` and the keyword when they are the next tokens. */
  takeOpen(keyword: string): boolean {
    if (!this.isOpen(keyword)) return false;
    this.at += 2;
    return true;
  }

  /** Takes a closing parenthesis when it is the next token. */
  takeClose(): boolean {
    if (this.#kinds[this.at] !== TokenKind.Close) return false;
    this.at++;
    return true;
  }

  /** Takes `(` and the keyword. @throws {WatError} when they are not next */
  expectOpen(keyword: string): void {
    if (!this.takeOpen(keyword)) throw this.expected(`"(${keyword}"`);
  }

  /** Takes a closing parenthesis. @throws {WatError} when it is not next */
  expectClose(): void {
    if (this.#kinds[this.at] !== TokenKind.Close) throw this.expected('")"');
    this.at++;
  }

  /** Takes the keyword. @throws {WatError} when it is not next */
  expectKeyword(keyword: string): void {
    if (!this.takeKeyword(keyword)) throw this.expected(`"${keyword}"`);
  }

  /** Takes the `End` token. @throws {WatError} when text is left */
  expectEnd(): void {
    if (this.kind !== TokenKind.End) throw this.expected(this.#endName);
  }

  /** Takes an unsigned number below 2^32. `what` names it in errors: "a lane index". */
  u32(what: string): number {
    if (this.kind !== TokenKind.Number) throw this.expected(what);
    const value = parseIndex(this.text, this.start(), this.end());
    if (value < 0) throw this.expected(what);
    if (value >= 2 ** 32) throw this.error(`${what.replace(/^an? /, "")} out of range: ${this.word()}`);
    this.at++;
    return value;
  }

  /** Takes an unsigned number below 2^64. */
  u64(what: string): bigint {
    if (this.kind !== TokenKind.Number) throw this.expected(what);
    const value = parseUnsigned64(this.text, this.start(), this.end());
    if (typeof value === "string") throw this.literalError(value, what);
    this.at++;
    return value;
  }

  /** The error about the current token, a number literal that has no value. */
  literalError(error: LiteralError, what: string): WatError {
    if (error === "malformed") return this.expected(what);
    return this.error(`${what.replace(/^an? /, "")} out of range: ${this.word()}`);
  }

  /** Takes a string and appends its bytes. @throws {WatError} when none is next or an escape is malformed */
  string(out: ByteWriter): void {
    if (this.kind !== TokenKind.String) throw this.expected("a string");
    const bad = writeString(out, this.text, this.start(), this.end());
    if (bad !== null) throw this.#errorAtOffset("malformed escape in a string", bad.at);
    this.at++;
  }

  /** Takes any number of strings and appends their bytes. */
  strings(out: ByteWriter): void {
    while (this.kind === TokenKind.String) this.string(out);
  }

  /** Takes a string that must be UTF-8. */
  name(what: string = "a name"): string {
    if (this.kind !== TokenKind.String) throw this.expected(what);
    const name = this.#utf8(this.at, this.start());
    this.at++;
    return name;
  }

  /** The name of identifier token `at`, without `$`. */
  identifier(at: number = this.at): string {
    const start = this.#starts[at];
    if (this.text.charCodeAt(start + 1) !== 0x22) return this.text.slice(start + 1, this.#ends[at]);
    return this.#utf8(at, start + 1);
  }

  /** Takes the identifier and the `(@name "...")` annotation in front of a definition, as far as they are there. */
  binding(): Binding {
    const at = this.at;
    const id = this.kind === TokenKind.Id ? this.identifier(this.at++) : null;
    if (this.#annotations.size === 0) return { id, name: id, at };
    return { id, name: this.#nameAnnotation() ?? id, at };
  }

  /** Whether there are annotations that nobody has taken yet. */
  get hasAnnotations(): boolean {
    return this.#annotations.size > 0;
  }

  /** Takes the next annotation of that id in front of the current token, as a cursor over its contents. */
  takeAnnotation(id: string): TokenCursor | null {
    return this.#takeAnnotation((other) => other === id)?.content ?? null;
  }

  /** Takes the next annotation in front of the current token whose id has that prefix. */
  takeAnnotationOf(prefix: string): TakenAnnotation | null {
    return this.#takeAnnotation((id) => id.startsWith(prefix));
  }

  #takeAnnotation(hasId: (id: string) => boolean): TakenAnnotation | null {
    const here = this.#annotations.get(this.at);
    const annotation = here?.find(({ id }) => hasId(id));
    if (annotation === undefined) return null;
    const others = here!.filter((other) => other !== annotation);
    if (others.length > 0) this.#annotations.set(this.at, others);
    else this.#annotations.delete(this.at);
    const { id, start, contentStart, end } = annotation;
    const content = new TokenCursor(tokenize(this.text, contentStart, end), this.#origin, true);
    return { id, content, error: (reason) => this.#errorAtOffset(reason, start) };
  }

  /** Checks that every annotation was taken. @throws {WatError} when one stands where it has no meaning */
  expectNoAnnotations(): void {
    for (const [{ id, start }] of this.#annotations.values()) {
      throw this.#errorAtOffset(`misplaced @${id} annotation`, start);
    }
  }

  /** The error that something else than the current token was expected. */
  expected(what: string): WatError {
    return this.error(`expected ${what}, found ${this.#found()}`);
  }

  /** An error at the current token, or at token `at`. */
  error(reason: string, at: number = this.at): WatError {
    return this.#errorAtOffset(reason, this.#starts[at]);
  }

  #errorAtOffset(reason: string, offset: number): WatError {
    const { line, column } = this.position(offset);
    return new WatError(reason, line, column);
  }

  /** Line and column of an offset in the text. */
  position(offset: number): TextPosition {
    const { line, column } = positionAt(this.text, offset);
    if (this.#origin === null) return { line, column };
    return {
      line: line + this.#origin.line - 1,
      column: line === 1 ? column + this.#origin.column - 1 : column,
    };
  }

  #found(): string {
    if (this.kind === TokenKind.End) return `${this.#endName}${this.#unclosed()}`;
    const word = this.word();
    if (this.kind === TokenKind.Open && this.kindAhead(1) === TokenKind.Keyword) {
      return `"(${this.word(this.at + 1)}"`;
    }
    if (this.kind === TokenKind.String) return "a string";
    return `"${word.length <= 40 ? word : `${word.slice(0, 40)}...`}"`;
  }

  /** Where the innermost parenthesis is that is not closed, if there is one. */
  #unclosed(): string {
    let open = this.at - 1;
    while (open >= 0 && this.#closings[open] !== this.at) open--;
    if (open < 0) return "";
    const { line, column } = this.position(this.start(open));
    const keyword = this.#kinds[open + 1] === TokenKind.Keyword ? this.word(open + 1) : "";
    return `; "(${keyword}" at ${line}:${column} is not closed`;
  }

  /** The text of the string literal that starts at offset `start` and ends with token `at`. */
  #utf8(at: number, start: number): string {
    const name = decodeName(this.text, start, this.#ends[at]);
    if (name !== null) return name;
    const out = new ByteWriter();
    const bad = writeString(out, this.text, start, this.#ends[at]);
    throw bad === null
      ? this.error("malformed UTF-8 encoding", at)
      : this.#errorAtOffset("malformed escape in a string", bad.at);
  }

  #nameAnnotation(): string | null {
    const content = this.takeAnnotation("name");
    if (content === null) return null;
    const name = content.name("a name in the @name annotation");
    content.expectEnd();
    return name;
  }
}
