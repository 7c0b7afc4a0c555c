/**
 * Writing small modules byte by byte, for tests that must not depend on the encoder or the text format.
 *
 * @module
 */

/** Bytes, or things made of bytes. */
export type Bytes = readonly (number | Bytes)[];

/** All bytes in order. */
export function flatten(bytes: Bytes): number[] {
  return bytes.flatMap((part) => typeof part === "number" ? [part] : flatten(part));
}

/** An unsigned LEB128 number. */
export function leb(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; bytes.length === 0 || rest > 0; rest = Math.floor(rest / 128)) {
    bytes.push(rest % 128 + (rest >= 128 ? 128 : 0));
  }
  return bytes;
}

/** A vector: its length and its items. */
export function vector(...items: Bytes[]): Bytes {
  return [leb(items.length), items];
}

/** A length-prefixed ASCII name. */
export function name(text: string): Bytes {
  return [leb(text.length), [...text].map((character) => character.charCodeAt(0))];
}

/** Contents with their size in front. */
export function sized(...contents: Bytes): Bytes {
  const bytes = flatten(contents);
  return [leb(bytes.length), bytes];
}

/** A section with an id. */
export function section(id: number, ...contents: Bytes): Bytes {
  return [id, sized(...contents)];
}

/** A section that is a vector. */
export function vectorSection(id: number, ...items: Bytes[]): Bytes {
  return section(id, vector(...items));
}

/** A module. */
export function moduleBytes(...sections: Bytes): Uint8Array {
  return new Uint8Array(flatten([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, sections]));
}

/** A function body: instructions without locals; the final `end` is added. */
export function body(...instructions: Bytes): Bytes {
  return sized(0, instructions, 0x0b);
}

/** A module with one function of the given type and body. */
export function functionModule(params: Bytes, results: Bytes, ...instructions: Bytes): Uint8Array {
  return moduleBytes(
    vectorSection(1, [
      0x60,
      vector(...params.map((type) => [type])),
      vector(...results.map((type) => [type])),
    ]),
    vectorSection(3, [0]),
    vectorSection(10, body(...instructions)),
  );
}
