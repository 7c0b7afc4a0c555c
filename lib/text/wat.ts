/**
 * WebAssembly text to WebAssembly binary.
 *
 * @module
 */

import { encodeModule } from "../binary/encode.ts";
import { TokenCursor } from "./cursor.ts";
import { tokenize } from "./lexer.ts";
import { parseModule, type ParseOptions } from "./module.ts";
import { moduleBytes, parseModuleSource } from "./module_source.ts";

/**
 * The binary form of a module in the text format. Beside the specification's `(module ...)` it takes the two forms of
 * scripts, `(module binary "...")` and `(module quote "...")`.
 *
 * ```ts
 * import { watToWasm } from "./wat.ts";
 *
 * const module = new WebAssembly.Module(watToWasm('(module (func (export "f")))'));
 * ```
 *
 * @throws {WatError} when the text is malformed; what it means is checked by validation, not here
 */
export function watToWasm(text: string, options: ParseOptions = {}): Uint8Array<ArrayBuffer> {
  // the other two forms need a second tokenization, and a word that modules otherwise have in strings and comments only
  if (/\b(?:binary|quote)\b/.test(text)) {
    const cursor = new TokenCursor(tokenize(text), options.origin ?? null);
    if (cursor.takeOpen("module")) {
      cursor.binding();
      if (cursor.isKeyword("binary") || cursor.isKeyword("quote")) {
        cursor.at = 1;
        const { source } = parseModuleSource(cursor);
        cursor.expectEnd();
        return moduleBytes(source);
      }
    }
  }
  return encodeModule(parseModule(text, options));
}
