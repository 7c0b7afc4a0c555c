/**
 * Code metadata (the specification's "Code Metadata", binary format): custom sections `metadata.code.FORMAT` that attach
 * bytes to instructions. Of the formats only branch hints have a meaning yet.
 *
 * @module
 */

import type { ByteRange, CustomSection } from "../syntax/module.ts";
import type { FunctionIndex } from "../syntax/types.ts";
import { ByteWriter } from "./byte_writer.ts";
import { Reader } from "./reader.ts";

/** What the names of the sections begin with. */
export const CODE_METADATA_PREFIX = "metadata.code.";

/** The section of branch hints. */
export const BRANCH_HINTS = "metadata.code.branch_hint";

/** What one instruction is given. */
export interface CodeMetadataItem {
  /** Of the instruction, in bytes from the start of its function's body, where the locals are declared. */
  readonly offset: number;
  readonly payload: ByteRange;
}

/** The items of functions, ordered by their offsets, which differ. */
export type CodeMetadata = ReadonlyMap<FunctionIndex, readonly CodeMetadataItem[]>;

/** What a `metadata.code.FORMAT` section says; null when it is malformed, which is no error in a custom section. */
export function decodeCodeMetadata({ content: { bytes, start, end } }: CustomSection): CodeMetadata | null {
  try {
    return readCodeMetadata(new Reader(bytes, start, end));
  } catch {
    return null;
  }
}

function readCodeMetadata(reader: Reader): CodeMetadata {
  const metadata = new Map<FunctionIndex, CodeMetadataItem[]>();
  let lastFunction = -1;
  for (let functions = reader.u32("number of functions"); functions > 0; functions--) {
    const index = reader.u32("function index");
    if (index <= lastFunction) reader.fail(`Invalid function index: ${index}`);
    lastFunction = index;
    const items: CodeMetadataItem[] = [];
    let lastOffset = -1;
    for (let count = reader.u32("number of hints"); count > 0; count--) {
      const offset = reader.u32("branch instruction offset");
      if (offset <= lastOffset) reader.fail(`Invalid branch offset: ${offset}`);
      lastOffset = offset;
      const size = reader.u32("data size");
      const start = reader.position;
      reader.skip(size);
      items.push({ offset, payload: { bytes: reader.bytes, start, end: reader.position } });
    }
    metadata.set(index, items);
  }
  if (reader.more) reader.fail("Unexpected extra bytes");
  return metadata;
}

/** The contents of a `metadata.code.FORMAT` section after its name; functions in any order. */
export function encodeCodeMetadata(metadata: CodeMetadata): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter();
  out.unsigned(metadata.size);
  for (const [index, items] of [...metadata].sort(([a], [b]) => a - b)) {
    out.unsigned(index);
    out.unsigned(items.length);
    for (const { offset, payload: { bytes, start, end } } of items) {
      out.unsigned(offset);
      out.sized(bytes, start, end);
    }
  }
  return out.view().slice();
}

/** Whether a branch is likely (true) or unlikely (false) to be taken; null for a payload that is no branch hint. */
export function branchHint({ bytes, start, end }: ByteRange): boolean | null {
  return end - start === 1 && bytes[start] <= 1 ? bytes[start] === 1 : null;
}
