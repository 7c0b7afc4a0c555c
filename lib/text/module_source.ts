/**
 * The three ways to write a module in a script: as text, as bytes, as quoted text.
 *
 * @module
 */

import { ByteWriter } from "../binary/byte_writer.ts";
import { encodeModule } from "../binary/encode.ts";
import type { TokenCursor } from "./cursor.ts";
import { WatError } from "./error.ts";
import { TokenKind } from "./lexer.ts";
import { parseModule } from "./module.ts";
import { nameFromBytes } from "./string_literal.ts";

/** A module in a script, before anything looked into it. */
export type ModuleSource =
  /** `(module ...)` with its place in the script. */
  | { readonly kind: "text"; readonly text: string; readonly line: number; readonly column: number }
  /** `(module binary "...")`. */
  | { readonly kind: "binary"; readonly bytes: Uint8Array<ArrayBuffer> }
  /** `(module quote "...")`: the text as bytes, which need not be UTF-8, and the place of the quote. */
  | {
    readonly kind: "quote";
    readonly bytes: Uint8Array<ArrayBuffer>;
    readonly line: number;
    readonly column: number;
  };

/** A module with its identifier in the script. */
export interface NamedModuleSource {
  /** With `$`; null when there is none. */
  readonly name: string | null;
  /** The module itself. */
  readonly source: ModuleSource;
}

/**
 * The binary form of a module of a script.
 *
 * @throws {WatError} when its text is malformed; for quoted text with the place inside of the quote
 */
export function moduleBytes(source: ModuleSource): Uint8Array<ArrayBuffer> {
  switch (source.kind) {
    case "binary":
      return source.bytes;
    case "text":
      return encodeModule(parseModule(source.text, { origin: source }));
    case "quote": {
      const text = nameFromBytes(source.bytes);
      if (text === null) throw new WatError("malformed UTF-8 encoding", source.line, source.column);
      return encodeModule(parseModule(text));
    }
  }
}

/** Reads a module from after `(` to its closing parenthesis; text is skipped, not parsed. */
export function parseModuleSource(cursor: TokenCursor): NamedModuleSource {
  const open = cursor.at - 1;
  cursor.expectKeyword("module");
  cursor.takeKeyword("definition");
  const name = cursor.kind === TokenKind.Id ? cursor.word(cursor.at++) : null;
  const { line, column } = cursor.position(cursor.start(open));
  for (const kind of ["binary", "quote"] as const) {
    if (!cursor.takeKeyword(kind)) continue;
    const bytes = new ByteWriter();
    cursor.strings(bytes);
    cursor.expectClose();
    return { name, source: { kind, bytes: bytes.view().slice(), line, column } };
  }
  return { name, source: textSource(cursor, open) };
}

/** The parenthesized text that token `open` opens; the cursor moves behind it. */
function textSource(cursor: TokenCursor, open: number): ModuleSource {
  const start = cursor.start(open);
  cursor.at = open;
  cursor.skipParenthesized();
  const text = cursor.text.slice(start, cursor.end(cursor.at - 1));
  const { line, column } = cursor.position(start);
  // "definition" is the script's, not the module's
  return { kind: "text", text: text.replace(/^(\(\s*module\s+)definition\b/, "$1"), line, column };
}
