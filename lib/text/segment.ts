/**
 * Element and data segments in the text format (specification 6.6.8 "Data Segments", 6.6.7 "Element Segments").
 *
 * @module
 */

import type { DataSegment, ElementSegment, SegmentMode } from "../syntax/module.ts";
import { FUNCREF, type ValueType } from "../syntax/types.ts";
import type { CodeRanges, PendingRange } from "./code_ranges.ts";
import type { TokenCursor } from "./cursor.ts";
import { TokenKind } from "./lexer.ts";
import type { IndexSpace, ModuleScope } from "./scope.ts";
import { parseReferenceType } from "./type.ts";

/** Reads segments. */
export class SegmentParser {
  readonly #cursor: TokenCursor;
  readonly #scope: ModuleScope;
  readonly #ranges: CodeRanges;

  /** Reads with `cursor` into `ranges`. */
  constructor(cursor: TokenCursor, scope: ModuleScope, ranges: CodeRanges) {
    this.#cursor = cursor;
    this.#scope = scope;
    this.#ranges = ranges;
  }

  /** `(offset ...)` or one folded instruction. */
  #offset(): PendingRange {
    const cursor = this.#cursor;
    if (!cursor.takeOpen("offset")) return this.#ranges.foldedExpression();
    const expression = this.#ranges.expression();
    cursor.expectClose();
    return expression;
  }

  /** The elements of type `element` that a table lists, up to a closing parenthesis. */
  tableElements(element: ValueType): ElementSegment["elements"] {
    return this.#cursor.kind === TokenKind.Open
      ? this.#elementExpressions()
      : this.#functionElements(element);
  }

  /** `(keyword index)`, or its old form, an index alone; null when neither is next. */
  #segmentTarget(keyword: string, space: IndexSpace): number | null {
    const cursor = this.#cursor;
    if (cursor.kind === TokenKind.Number) return space.index(cursor);
    if (!cursor.takeOpen(keyword)) return null;
    const index = space.index(cursor);
    cursor.expectClose();
    return index;
  }

  /** An element segment, from what follows `elem`. */
  elementSegment(): ElementSegment {
    const cursor = this.#cursor;
    cursor.binding();
    let mode: SegmentMode<number> = { kind: "passive" };
    let bare = false;
    if (cursor.takeKeyword("declare")) {
      mode = { kind: "declarative" };
    } else {
      const table = this.#segmentTarget("table", this.#scope.tables);
      if (table !== null || this.#isOffsetNext()) {
        mode = { kind: "active", index: table ?? 0, offset: this.#offset() };
        bare = this.#scope.functions.isNext(cursor) || cursor.kind === TokenKind.Close;
      }
    }
    if (bare || cursor.takeKeyword("func")) {
      const elements = this.#functionElements(FUNCREF);
      return { mode, type: FUNCREF, shared: false, elements, at: 0 };
    }
    // (shared (ref ...)) marks the segment, (shared funcref) is an abbreviated type
    const shared = cursor.kindAhead(2) === TokenKind.Open && cursor.takeOpen("shared");
    const type = parseReferenceType(cursor, this.#scope);
    if (shared) cursor.expectClose();
    return { mode, type, shared, elements: this.#elementExpressions(), at: 0 };
  }

  /** Whether a parenthesis is next that opens an offset, not an element type. */
  #isOffsetNext(): boolean {
    const cursor = this.#cursor;
    return cursor.kind === TokenKind.Open && !cursor.isOpen("ref") && !cursor.isOpen("shared");
  }

  /** Function indices up to a closing parenthesis; expressions of them when `type` is not `funcref`. */
  #functionElements(type: ValueType): ElementSegment["elements"] {
    const indices: number[] = [];
    while (this.#scope.functions.isNext(this.#cursor)) {
      indices.push(this.#scope.functions.index(this.#cursor));
    }
    if (type === FUNCREF) return { kind: "functions", indices: Uint32Array.from(indices) };
    return {
      kind: "expressions",
      expressions: indices.map((index) => this.#ranges.functionReference(index)),
    };
  }

  #elementExpressions(): ElementSegment["elements"] {
    const cursor = this.#cursor;
    const expressions: PendingRange[] = [];
    while (cursor.kind === TokenKind.Open) {
      if (cursor.takeOpen("item")) {
        expressions.push(this.#ranges.expression());
        cursor.expectClose();
      } else {
        expressions.push(this.#ranges.foldedExpression());
      }
    }
    return { kind: "expressions", expressions };
  }

  /** A data segment, from what follows `data`. */
  dataSegment(): DataSegment {
    const cursor = this.#cursor;
    cursor.binding();
    let mode: SegmentMode<number> = { kind: "passive" };
    const memory = this.#segmentTarget("memory", this.#scope.memories);
    if (memory !== null || cursor.kind === TokenKind.Open) {
      mode = { kind: "active", index: memory ?? 0, offset: this.#offset() };
    }
    const shared = cursor.takeKeyword("shared");
    return { mode, shared, content: this.content(), at: 0 };
  }

  /** The bytes of the strings that follow. */
  content(): PendingRange {
    const { bytes } = this.#ranges;
    const start = bytes.length;
    this.#cursor.strings(bytes);
    return this.#ranges.from(start);
  }
}
