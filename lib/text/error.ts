/** Longer reasons are cut in the middle: names and numbers may be as long as a text. */
const MOST_CHARACTERS = 300;

function abridged(reason: string): string {
  if (reason.length <= MOST_CHARACTERS) return reason;
  // Not between the halves of a surrogate pair.
  const start = reason.slice(0, 200).replace(/[\ud800-\udbff]$/, "");
  return `${start}...${reason.slice(-60).replace(/^[\udc00-\udfff]/, "")}`;
}

/** A text that is not well-formed WebAssembly text; the message starts with `LINE:COLUMN: `. */
export class WatError extends SyntaxError {
  /** Line of the error, from 1. */
  readonly line: number;
  /** Column of the error in UTF-16 code units, from 1. */
  readonly column: number;

  /** An error there; `reason` is the message without the place, such as `expected an index, found ")"`; it may be abridged. */
  constructor(reason: string, line: number, column: number) {
    super(`${line}:${column}: ${abridged(reason)}`);
    this.name = "WatError";
    this.line = line;
    this.column = column;
  }
}

/** A place in a text, both parts counted from 1. */
export interface TextPosition {
  /** Line, from 1. */
  readonly line: number;
  /** Column in UTF-16 code units, from 1. */
  readonly column: number;
}

/** The line and column of a UTF-16 offset in `text`. Lines end with LF, CR or CR LF. */
export function positionAt(text: string, offset: number): TextPosition {
  let line = 1;
  let lineStart = 0;
  for (let i = 0; i < offset; i++) {
    const char = text.charCodeAt(i);
    if (char === 10 || char === 13 && text.charCodeAt(i + 1) !== 10) {
      line++;
      lineStart = i + 1;
    }
  }
  return { line, column: offset - lineStart + 1 };
}
