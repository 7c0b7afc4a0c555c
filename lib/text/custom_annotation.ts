/**
 * `(@custom "name" placement? "content"*)`: custom sections in text (specification A.4 "Custom Sections and Annotations").
 *
 * @module
 */

import { ByteWriter } from "../binary/byte_writer.ts";
import { SECTION_ORDER } from "../binary/encode.ts";
import type { CustomSection } from "../syntax/module.ts";
import type { TokenCursor } from "./cursor.ts";
import { TokenKind } from "./lexer.ts";

/** Ids of the known sections by their names in placements. */
const SECTION_IDS: Readonly<Record<string, number>> = {
  type: 1,
  import: 2,
  func: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  elem: 9,
  code: 10,
  data: 11,
  datacount: 12,
  tag: 13,
  string: 14,
};

/** A custom section and where it stands among those at the same place. */
export interface PlacedSection {
  /** The section, with the known section it follows. */
  readonly section: CustomSection;
  /** True when it was placed before a known section, not after one. */
  readonly before: boolean;
}

/** Reads what stands in a `(@custom ...)` after `@custom`. */
export function parseCustomAnnotation(cursor: TokenCursor): PlacedSection {
  const name = cursor.name("the name of a custom section");
  let after = SECTION_ORDER[SECTION_ORDER.length - 1];
  let before = false;
  if (cursor.kind === TokenKind.Open) {
    cursor.at++;
    before = cursor.takeKeyword("before");
    if (!before) cursor.expectKeyword("after");
    after = parsePlace(cursor, before);
    cursor.expectClose();
  }
  const out = new ByteWriter();
  cursor.strings(out);
  cursor.expectEnd();
  const bytes = out.view().slice();
  return { section: { name, content: { bytes, start: 0, end: bytes.length }, after }, before };
}

/** The id of the known section that the custom section follows; 0 when it precedes all. */
function parsePlace(cursor: TokenCursor, before: boolean): number {
  if (before && cursor.takeKeyword("first")) return 0;
  if (!before && cursor.takeKeyword("last")) return SECTION_ORDER[SECTION_ORDER.length - 1];
  const id = cursor.kind === TokenKind.Keyword ? SECTION_IDS[cursor.word()] : undefined;
  if (id === undefined) throw cursor.expected("a section");
  cursor.at++;
  if (!before) return id;
  return SECTION_ORDER[SECTION_ORDER.indexOf(id) - 1] ?? 0;
}

/** The sections as a module lists them: at one place, those placed after a section come first. */
export function inOrder(placed: readonly PlacedSection[]): CustomSection[] {
  const after = placed.filter(({ before }) => !before);
  const before = placed.filter(({ before }) => before);
  return [...after, ...before].map(({ section }) => section);
}
