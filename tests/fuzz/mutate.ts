/**
 * Mutations of modules. Half of them know the section structure and keep its sizes right, so that they reach what
 * plain damage seldom does.
 *
 * @module
 */

import { flatten, leb, sized } from "../binary/module_bytes.ts";

/** Pseudo-random numbers that a seed repeats (xorshift32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = (seed | 0) || 0x9e3779b9;
  }

  /** An unsigned 32-bit number. */
  next(): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return x >>> 0;
  }

  /** A number from 0 up to, not including, `limit`. */
  below(limit: number): number {
    return this.next() % limit;
  }

  /** One of `items`. */
  pick<T>(items: ArrayLike<T>): T {
    return items[this.below(items.length)];
  }
}

/** Bytes that mean something in many places. */
const TELLING_BYTES = [
  0,
  1,
  2,
  3,
  4,
  0x0b,
  0x40,
  0x41,
  0x4e,
  0x50,
  0x5e,
  0x5f,
  0x60,
  0x63,
  0x64,
  0x69,
  0x6a,
  0x6d,
  0x6e,
  0x6f,
  0x70,
  0x71,
  0x73,
  0x7b,
  0x7c,
  0x7f,
  0x80,
  0xd0,
  0xd2,
  0xfb,
  0xfc,
  0xfd,
  0xfe,
  0xff,
];

/** Changes a run of bytes at one place. */
function damage(bytes: number[], random: Random, donor: ArrayLike<number>): void {
  const at = random.below(bytes.length + 1);
  switch (random.below(9)) {
    case 0:
      if (at < bytes.length) bytes[at] ^= 1 << random.below(8);
      return;
    case 1:
      if (at < bytes.length) bytes[at] = random.below(256);
      return;
    case 2:
    case 3:
      if (at < bytes.length) bytes[at] = random.pick(TELLING_BYTES);
      return;
    case 4:
      bytes.splice(at, 0, random.below(2) ? random.below(256) : random.pick(TELLING_BYTES));
      return;
    case 5:
      bytes.splice(at, 1 + random.below(3));
      return;
    case 6: {
      // A piece of another module.
      const start = random.below(donor.length);
      const piece = Array.from(donor).slice(start, start + 1 + random.below(12));
      bytes.splice(at, random.below(2) ? piece.length : 0, ...piece);
      return;
    }
    case 7: {
      // A longer encoding of a number, or a number that has become too large.
      if (at >= bytes.length) return;
      const tail = random.below(3) === 0 ? [random.below(256)] : new Array(random.below(5)).fill(0x80);
      bytes.splice(at, 1, bytes[at] | 0x80, ...tail, random.below(2) ? 0 : random.below(128));
      return;
    }
    case 8: {
      // A piece of the module itself once more.
      const start = random.below(bytes.length + 1);
      bytes.splice(at, 0, ...bytes.slice(start, start + 1 + random.below(8)));
    }
  }
}

/** A section's id and contents. */
interface SectionBytes {
  readonly id: number;
  contents: number[];
}

/** An unsigned number, which the end of the bytes or the fifth byte ends too. */
function readLeb(bytes: ArrayLike<number>, at: number): { value: number; end: number } {
  let value = 0;
  for (let i = 0, scale = 1;; i++, scale *= 128) {
    const byte = bytes[at + i] ?? 0;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80 || i === 4) return { value, end: at + i + 1 };
  }
}

function splitSections(bytes: Uint8Array): SectionBytes[] {
  const sections: SectionBytes[] = [];
  for (let at = 8; at < bytes.length;) {
    const id = bytes[at];
    const { value, end } = readLeb(bytes, at + 1);
    at = end + value;
    sections.push({ id, contents: [...bytes.subarray(end, at)] });
  }
  return sections;
}

/** Damages one function body and puts its size right. */
function damageBody(contents: number[], random: Random, donor: ArrayLike<number>): number[] {
  const { value: count, end } = readLeb(contents, 0);
  const chosen = random.below(Math.min(count, 4) || 1);
  let at = end;
  for (let i = 0; i < chosen; i++) {
    const size = readLeb(contents, at);
    at = size.end + size.value;
  }
  const size = readLeb(contents, at);
  const body = contents.slice(size.end, size.end + size.value);
  damage(body, random, donor);
  return [...contents.slice(0, at), ...flatten(sized(body)), ...contents.slice(size.end + size.value)];
}

/** A mutant of a valid module; `donors` are modules to take pieces from. */
export function mutate(seed: Uint8Array, random: Random, donors: readonly Uint8Array[]): Uint8Array {
  const rounds = 1 + random.below(3);
  const donor = random.pick(donors);
  if (random.below(2) === 0) {
    const bytes = [...seed];
    for (let i = 0; i < rounds; i++) damage(bytes, random, donor);
    if (random.below(12) === 0) bytes.length = random.below(bytes.length + 1);
    return new Uint8Array(bytes);
  }
  const sections = splitSections(seed);
  for (let i = 0; i < rounds && sections.length > 0; i++) {
    const code = sections.find(({ id }) => id === 10);
    if (code && random.below(2) === 0) {
      code.contents = damageBody(code.contents, random, donor);
      continue;
    }
    switch (random.below(16)) {
      case 0:
        sections.splice(random.below(sections.length), 1);
        break;
      case 1:
        sections.splice(random.below(sections.length), 0, random.pick(sections));
        break;
      default:
        damage(random.pick(sections).contents, random, donor);
    }
  }
  const header = seed.subarray(0, 8);
  return new Uint8Array([
    ...header,
    ...sections.flatMap(({ id, contents }) => [id, ...leb(contents.length), ...contents]),
  ]);
}
