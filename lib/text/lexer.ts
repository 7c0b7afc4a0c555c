/**
 * Text to tokens (specification 6.3 "Lexical Format"). Tokens are kept in typed arrays: a big module has millions.
 *
 * @module
 */

import { positionAt, WatError } from "./error.ts";
import { decodeName } from "./string_literal.ts";

/** What a token is. Numbers and string contents are checked where they are used. */
export const TokenKind = {
  End: 0,
  Open: 1,
  Close: 2,
  /** Starts with a lower-case letter. */
  Keyword: 3,
  /** Starts with a digit or sign. */
  Number: 4,
  String: 5,
  /** `$name` or `$"name"`. */
  Id: 6,
  /** Well-formed characters that make no token. */
  Reserved: 7,
} as const;

/** An annotation `(@id ...)` that the caller asked for. */
export interface AnnotationToken {
  /** What stands after `@`. */
  readonly id: string;
  /** The token that the annotation stands before. */
  readonly before: number;
  /** Offset of its parenthesis. */
  readonly start: number;
  /** Offset of the first character after the id. */
  readonly contentStart: number;
  /** Offset of its closing parenthesis. */
  readonly end: number;
}

/** The tokens of a text; the last one is always `End`. */
export interface Tokens {
  /** What was split. */
  readonly text: string;
  /** What each token is, of {@linkcode TokenKind}. */
  readonly kinds: Uint8Array;
  /** Offset of each token's first character. */
  readonly starts: Int32Array;
  /** Offset after each token's last character. */
  readonly ends: Int32Array;
  /** For an opening parenthesis the closing one, or the `End` token when there is none. */
  readonly closings: Int32Array;
  /** Annotations with the ids asked for, in the order of the text; others are white space. */
  readonly annotations: readonly AnnotationToken[];
}

const NO_IDS = () => false;

/**
 * Splits a text into tokens.
 *
 * @param start offset to start at
 * @param end offset to stop at
 * @param isReported whether annotations with an id are reported
 * @throws {WatError} at a character that is allowed nowhere, and at a comment, string or annotation that does not end
 */
export function tokenize(
  text: string,
  start: number = 0,
  end: number = text.length,
  isReported: (id: string) => boolean = NO_IDS,
): Tokens {
  return new Lexer(text, start, end, isReported).run();
}

const SPACE = 1;
const IDCHAR = 2;
const PUNCTUATION = 4;

const QUOTE = 0x22;
const DOLLAR = 0x24;
const OPEN = 0x28;
const CLOSE = 0x29;
const SEMICOLON = 0x3b;
const AT = 0x40;
const BACKSLASH = 0x5c;

const CLASS = new Uint8Array(128);
for (const char of " \t\n\r") CLASS[char.charCodeAt(0)] = SPACE;
for (const char of ",;[]{}") CLASS[char.charCodeAt(0)] = PUNCTUATION;
for (let code = 0x21; code < 0x7f; code++) {
  if (!'",;()[]{}'.includes(String.fromCharCode(code))) CLASS[code] = IDCHAR;
}

class Lexer {
  readonly #text: string;
  readonly #end: number;
  readonly #isReported: (id: string) => boolean;
  readonly #annotations: AnnotationToken[] = [];
  #at: number;
  #count = 0;
  #kinds: Uint8Array;
  #starts: Int32Array;
  #ends: Int32Array;
  #closings: Int32Array;

  constructor(text: string, start: number, end: number, isReported: (id: string) => boolean) {
    this.#text = text;
    this.#at = start;
    this.#end = end;
    this.#isReported = isReported;
    const capacity = 16 + ((end - start) >> 2);
    this.#kinds = new Uint8Array(capacity);
    this.#starts = new Int32Array(capacity);
    this.#ends = new Int32Array(capacity);
    this.#closings = new Int32Array(capacity);
  }

  run(): Tokens {
    const open: number[] = [];
    for (;;) {
      this.#skipSpace();
      const start = this.#at;
      if (start >= this.#end) break;
      const char = this.#text.charCodeAt(start);
      if (char === OPEN) {
        if (this.#text.charCodeAt(start + 1) === AT) {
          this.#annotation();
        } else {
          open.push(this.#count);
          this.#push(TokenKind.Open, start, ++this.#at);
        }
      } else if (char === CLOSE) {
        const opening = open.pop();
        if (opening !== undefined) this.#closings[opening] = this.#count;
        this.#push(TokenKind.Close, start, ++this.#at);
      } else {
        const kind = this.#word();
        this.#push(kind, start, this.#at);
      }
    }
    for (const opening of open) this.#closings[opening] = this.#count;
    this.#push(TokenKind.End, this.#end, this.#end);
    return {
      text: this.#text,
      kinds: this.#kinds,
      starts: this.#starts,
      ends: this.#ends,
      closings: this.#closings,
      annotations: this.#annotations,
    };
  }

  #push(kind: number, start: number, end: number): void {
    const count = this.#count;
    if (count === this.#kinds.length) this.#grow();
    this.#kinds[count] = kind;
    this.#starts[count] = start;
    this.#ends[count] = end;
    this.#count = count + 1;
  }

  #grow(): void {
    const capacity = this.#count * 2;
    const kinds = new Uint8Array(capacity);
    kinds.set(this.#kinds);
    this.#kinds = kinds;
    const longer = (old: Int32Array) => {
      const array = new Int32Array(capacity);
      array.set(old);
      return array;
    };
    this.#starts = longer(this.#starts);
    this.#ends = longer(this.#ends);
    this.#closings = longer(this.#closings);
  }

  /** Skips white space and comments. */
  #skipSpace(): void {
    const text = this.#text;
    while (this.#at < this.#end) {
      const char = text.charCodeAt(this.#at);
      if (char < 128 && CLASS[char] === SPACE) this.#at++;
      else if (char === SEMICOLON && text.charCodeAt(this.#at + 1) === SEMICOLON) this.#lineComment();
      else if (char === OPEN && text.charCodeAt(this.#at + 1) === SEMICOLON) this.#blockComment();
      else return;
    }
  }

  #lineComment(): void {
    const text = this.#text;
    let at = this.#at;
    while (at < this.#end) {
      const char = text.charCodeAt(at);
      if (char === 10 || char === 13) break;
      at++;
    }
    this.#at = at;
  }

  #blockComment(): void {
    const text = this.#text;
    const start = this.#at;
    let depth = 1;
    let at = start + 2;
    while (depth > 0) {
      if (at >= this.#end) throw this.#error("unclosed comment", start);
      const char = text.charCodeAt(at);
      const next = text.charCodeAt(at + 1);
      if (char === OPEN && next === SEMICOLON) {
        depth++;
        at += 2;
      } else if (char === SEMICOLON && next === CLOSE) {
        depth--;
        at += 2;
      } else {
        at++;
      }
    }
    this.#at = at;
  }

  /** Reads the longest run of identifier characters and strings, or one punctuation character. */
  #word(): number {
    const text = this.#text;
    const start = this.#at;
    const first = text.charCodeAt(start);
    if (first < 128 && CLASS[first] === PUNCTUATION) {
      this.#at++;
      return TokenKind.Reserved;
    }
    let strings = 0;
    let at = start;
    let stringStart = 0;
    while (at < this.#end) {
      const char = text.charCodeAt(at);
      if (char < 128 && CLASS[char] === IDCHAR) {
        at++;
      } else if (char === QUOTE) {
        stringStart = at;
        this.#at = at;
        this.#string();
        at = this.#at;
        strings++;
      } else {
        break;
      }
    }
    if (at === start) throw this.#illegalCharacter(start);
    this.#at = at;
    if (strings > 0) {
      if (strings > 1 || text.charCodeAt(at - 1) !== QUOTE) return TokenKind.Reserved;
      if (stringStart === start) return TokenKind.String;
      if (stringStart > start + 1 || first !== DOLLAR) return TokenKind.Reserved;
      if (at === start + 3) throw this.#error("empty identifier", start);
      return TokenKind.Id;
    }
    if (first === DOLLAR) {
      if (at === start + 1) throw this.#error("empty identifier", start);
      return TokenKind.Id;
    }
    if (first >= 0x61 && first <= 0x7a) return TokenKind.Keyword;
    // + is 0x2b, - is 0x2d
    if (first >= 0x30 && first <= 0x39 || first === 0x2b || first === 0x2d) return TokenKind.Number;
    return TokenKind.Reserved;
  }

  /** Skips a string; escapes are looked at only as far as the end of the string depends on them. */
  #string(): void {
    const text = this.#text;
    const start = this.#at;
    let at = start + 1;
    for (;; at++) {
      if (at >= this.#end) throw this.#error("unclosed string", start);
      const char = text.charCodeAt(at);
      if (char === QUOTE) break;
      if (char === 10 || char === 13) throw this.#error("unclosed string", start);
      if (char < 0x20 || char === 0x7f) throw this.#error("illegal character in a string", at);
      if (char === BACKSLASH) at++;
    }
    this.#at = at + 1;
  }

  /** Reads an annotation, `(@id` and everything to the matching parenthesis. */
  #annotation(): void {
    const text = this.#text;
    const start = this.#at;
    this.#at += 2;
    const idStart = this.#at;
    if (text.charCodeAt(idStart) === QUOTE) {
      this.#string();
      if (this.#at === idStart + 2) throw this.#error("empty annotation id", start);
    } else {
      while (CLASS[text.charCodeAt(this.#at)] === IDCHAR) this.#at++;
      if (this.#at === idStart) throw this.#error("empty annotation id", start);
    }
    const contentStart = this.#at;
    const id = text.charCodeAt(idStart) === QUOTE
      ? this.#annotationName(idStart, contentStart)
      : text.slice(idStart, contentStart);
    let depth = 1;
    while (depth > 0) {
      this.#skipSpace();
      if (this.#at >= this.#end) throw this.#error("unclosed annotation", start);
      const char = text.charCodeAt(this.#at);
      if (char === OPEN) {
        depth++;
        this.#at++;
      } else if (char === CLOSE) {
        depth--;
        this.#at++;
      } else {
        this.#word();
      }
    }
    if (this.#isReported(id)) {
      this.#annotations.push({ id, before: this.#count, start, contentStart, end: this.#at - 1 });
    }
  }

  #annotationName(start: number, end: number): string {
    const name = decodeName(this.#text, start, end);
    if (name === null) throw this.#error("malformed UTF-8 encoding", start);
    return name;
  }

  #illegalCharacter(at: number): WatError {
    const code = this.#text.codePointAt(at)!;
    return this.#error(`illegal character U+${code.toString(16).toUpperCase().padStart(4, "0")}`, at);
  }

  #error(reason: string, at: number): WatError {
    const { line, column } = positionAt(this.#text, at);
    return new WatError(reason, line, column);
  }
}
