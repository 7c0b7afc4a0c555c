/**
 * Where printed text is collected.
 *
 * @module
 */

/** Deepest indentation, in levels: deeper nesting must not make the text grow with its square. */
const MAX_LEVEL = 24;
/** Pieces that are joined at once. Without joining, a text keeps some 30 bytes for each of its words. */
const JOINED = 8192;

/** Text in pieces. */
export class TextOutput {
  /** Line ends with the indentation of the next line, by level. */
  readonly #lineStarts: readonly string[];
  /** Number of lines started. */
  lines = 0;
  #pieces: string[] = [];
  #joined: string[] = [];

  /**
   * Starts without text.
   *
   * @param indent what one level of indentation looks like
   */
  constructor(indent: string) {
    this.#lineStarts = Array.from({ length: MAX_LEVEL + 1 }, (_, level) => `\n${indent.repeat(level)}`);
  }

  /** Appends text. */
  readonly write = (text: string): void => {
    if (this.#pieces.push(text) >= JOINED) this.#join();
  };

  /** Starts a line, indented to `level`. */
  line(level: number): void {
    this.lines++;
    this.write(this.#lineStarts[Math.min(level, MAX_LEVEL)]);
  }

  /** Columns that the indentation of `level` takes. */
  width(level: number): number {
    return this.#lineStarts[Math.min(level, MAX_LEVEL)].length - 1;
  }

  /** Whether enough text is there that taking it is worth while. */
  get isLarge(): boolean {
    return this.#joined.length > 0;
  }

  /** Removes the text and returns it. */
  take(): string {
    this.#join();
    const text = this.#joined.join("");
    this.#joined = [];
    return text;
  }

  #join(): void {
    this.#joined.push(this.#pieces.join(""));
    this.#pieces = [];
  }
}
