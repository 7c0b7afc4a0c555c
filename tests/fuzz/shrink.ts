/**
 * Makes a module smaller while something holds: functions lose their bodies, bodies lose instructions, and exports go. What
 * is no longer valid is tried and thrown away.
 *
 * @module
 */

import { decodeModule } from "../../lib/binary/decode.ts";
import { encodeModule } from "../../lib/binary/encode.ts";
import { readOpcode, skipImmediate } from "../../lib/binary/instructions.ts";
import { TypeReader } from "../../lib/binary/type_reader.ts";
import { ALL_FEATURES } from "../../lib/syntax/features.ts";
import type { ByteRange, Func, Module } from "../../lib/syntax/module.ts";

/** Bytes that may stand for instructions that are taken out: nothing, drops, constants, or an end of everything. */
const REPLACEMENTS: readonly (readonly number[])[] = [
  [],
  [0x00],
  [0x1a],
  [0x1a, 0x1a],
  [0x41, 0],
  [0x42, 0],
  [0x43, 0, 0, 0, 0],
  [0x44, 0, 0, 0, 0, 0, 0, 0, 0],
  [0x1a, 0x41, 0],
  [0x1a, 0x42, 0],
  [0x1a, 0x43, 0, 0, 0, 0],
  [0x1a, 0x44, 0, 0, 0, 0, 0, 0, 0, 0],
  [0x1a, 0x1a, 0x41, 0],
  [0xd0, 0x70],
];

/** Where the instructions of a body start; the last entry is where its final `end` starts. */
function instructionStarts({ bytes, start, end }: ByteRange, types: number): number[] {
  const reader = new TypeReader(bytes, ALL_FEATURES, types);
  reader.position = start;
  for (let runs = reader.u32("local decls count"); runs > 0; runs--) {
    reader.u32("local count");
    reader.valueType();
  }
  const starts: number[] = [];
  while (reader.position < end) {
    starts.push(reader.position);
    for (const immediate of readOpcode(reader).immediates) skipImmediate(reader, immediate);
  }
  return starts;
}

function withBody(module: Module, index: number, body: readonly number[]): Module {
  const bytes = new Uint8Array(body);
  const functions: Func[] = [...module.functions];
  functions[index] = { ...functions[index], body: { bytes, start: 0, end: bytes.length } };
  return { ...module, functions };
}

/** A smaller module for which `holds`; it is asked about valid modules only. */
export function shrink(
  bytes: Uint8Array<ArrayBuffer>,
  holds: (bytes: Uint8Array<ArrayBuffer>) => boolean,
): Uint8Array<ArrayBuffer> {
  let module = decodeModule(bytes, { features: ALL_FEATURES });
  let best = bytes;
  const take = (candidate: Module): boolean => {
    const encoded = encodeModule(candidate);
    if (!WebAssembly.validate(encoded) || !holds(encoded)) return false;
    best = encoded;
    module = decodeModule(encoded, { features: ALL_FEATURES });
    return true;
  };
  for (let i = module.exports.length - 1; i >= 0; i--) {
    take({ ...module, exports: module.exports.filter((_, at) => at !== i) });
  }
  for (let before = Infinity; best.length < before;) {
    before = best.length;
    for (let index = module.functions.length - 1; index >= 0; index--) {
      const { body } = module.functions[index];
      if (body === null || take(withBody(module, index, [0, 0x00, 0x0b]))) continue;
      shrinkBody(() => module, index, take);
    }
  }
  return best;
}

/** Takes out runs of instructions, long ones first. */
function shrinkBody(current: () => Module, index: number, take: (candidate: Module) => boolean): void {
  const bodyNow = () => current().functions[index].body!;
  const types = current().types.length;
  let starts = instructionStarts(bodyNow(), types);
  for (let run = starts.length >> 1; run >= 1; run = run > 8 ? run >> 1 : run - 1) {
    for (let at = starts.length - 1 - run; at >= 0; at--) {
      if (at + run >= starts.length) continue;
      const { bytes, start, end } = bodyNow();
      const head = bytes.subarray(start, starts[at]);
      const removed = bytes.subarray(starts[at], starts[at + run]);
      const tail = bytes.subarray(starts[at + run], end);
      const shorter = REPLACEMENTS.filter((replacement) => replacement.length < removed.length);
      if (
        shorter.some((replacement) => take(withBody(current(), index, [...head, ...replacement, ...tail])))
      ) {
        starts = instructionStarts(bodyNow(), types);
      }
    }
  }
}
