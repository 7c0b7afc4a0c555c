/**
 * Random valid modules: instructions are drawn one by one among those whose operands lie on the stack, so that operands wait on
 * it across writes, calls, traps and branches in every combination (see `random_function.ts`).
 *
 * @module
 */

import { flatten, leb, moduleBytes, name, sized, vector, vectorSection } from "../binary/module_bytes.ts";
import { KEEPS_NAN_BITS } from "../../lib/runtime/float_bits.ts";
import type { FeatureSet } from "../../lib/syntax/features.ts";
import {
  code,
  type Environment,
  EXACT_F32,
  EXACT_F64,
  F32_VALUE,
  F64_VALUE,
  FUNCREF_VALUE,
  FunctionGenerator,
  I32_VALUE,
  I64_VALUE,
  type Signature,
  type StackType,
} from "./random_function.ts";

/** A small seeded generator of random numbers. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed * 2654435761 | 1;
  }

  /** An integer from 0 to `bound - 1`. */
  below(bound: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % bound;
  }

  /** One of the elements. */
  pick<T>(elements: readonly T[]): T {
    return elements[this.below(elements.length)];
  }
}

/** The imported functions: what they are called with can be compared, and they return something. */
const IMPORTS: readonly (readonly [name: string, signature: Signature])[] = [
  ["log-i32", { params: [I32_VALUE], results: [] }],
  ["log-i64", { params: [I64_VALUE, F64_VALUE], results: [] }],
  ["mix", { params: [I32_VALUE, F32_VALUE], results: [I32_VALUE] }],
  ["pair", { params: [I64_VALUE], results: [I64_VALUE] }],
];

/** Most work that an exported function does, before it traps. */
const FUEL = 300;
/** Bytes of the passive data segment. */
const DATA = Array.from({ length: 40 }, (_, i) => i * 151 & 255);

/** What types values mostly have. */
function palette(random: Random, references: boolean): readonly StackType[] {
  const all = [I32_VALUE, I64_VALUE, F32_VALUE, F64_VALUE, EXACT_F32, EXACT_F64];
  if (references) all.push(FUNCREF_VALUE);
  switch (random.below(5)) {
    case 0:
      return [...all, I64_VALUE, I64_VALUE, I64_VALUE, I64_VALUE, I32_VALUE];
    case 1:
      return [...all, F32_VALUE, F64_VALUE, EXACT_F32, EXACT_F64, I32_VALUE];
    case 2:
      return [I32_VALUE, I32_VALUE, I64_VALUE];
    default:
      return all;
  }
}

/**
 * The bytes of a random module: functions `f0`, `f1`, ... that can be called any number of times, a memory and globals.
 * Only things in `features` are used beyond version 1.0.
 */
export function randomModule(seed: number, features: FeatureSet): Uint8Array<ArrayBuffer> {
  const random = new Random(seed);
  const multiValue = features.has("bulk-memory");
  const types = palette(random, features.has("reference-types"));
  const some = (most: number) => Array.from({ length: random.below(most + 1) }, () => random.pick(types));
  const functions: Signature[] = Array.from({ length: 4 }, () => ({
    params: some(random.below(6) === 0 ? 12 : 4),
    results: some(multiValue ? 3 : 1),
  }));
  const signatures = [...IMPORTS.map(([, signature]) => signature), ...functions];
  const typeSection: number[][] = [];
  const typeIndex = ({ params, results }: Signature): number => {
    const values = (list: readonly StackType[]) => vector(...list.map((type) => [code(type)]));
    const bytes = flatten([0x60, values(params), values(results)]);
    const known = typeSection.findIndex((other) => `${other}` === `${bytes}`);
    return known >= 0 ? known : typeSection.push(bytes) - 1;
  };
  const globals: StackType[] = [I32_VALUE, I64_VALUE, EXACT_F32, EXACT_F64];
  const environment: Environment = {
    features,
    signatures,
    imported: IMPORTS.length,
    typeIndex,
    types,
    globals,
    fuel: globals.length,
    tags: features.has("exceptions") ? [[I32_VALUE], [I64_VALUE, EXACT_F64], []] : [],
    keepsNanBits: KEEPS_NAN_BITS,
    memories: features.has("multi-memory") && random.below(4) === 0 ? 2 : 1,
    locals: random.below(2) === 0 ? 4 + random.below(8) : 32 + random.below(70),
  };
  const indices = signatures.map(typeIndex);
  const bodies = functions.map((_, i) =>
    new FunctionGenerator(random, IMPORTS.length + i, environment).body()
  );
  // Those that are exported put the fuel back and call.
  for (const [i, { params }] of functions.entries()) {
    indices.push(indices[IMPORTS.length + i]);
    const gets = params.map((_, local) => [0x20, leb(local)]);
    const refuel = [0x41, signedLeb(FUEL), 0x24, environment.fuel];
    bodies.push(flatten([0, refuel, gets, 0x10, leb(IMPORTS.length + i), 0x0b]));
  }
  const tagTypes = environment.tags.map((params) => typeIndex({ params, results: [] }));
  const zero = (type: StackType) => [
    code(type),
    1,
    code(type) === 0x7f
      ? [0x41, 0]
      : code(type) === 0x7e
      ? [0x42, 0]
      : code(type) === 0x7d
      ? [0x43, 0, 0, 0, 0]
      : [0x44, 0, 0, 0, 0, 0, 0, 0, 0],
    0x0b,
  ];
  const last = IMPORTS.length + functions.length;
  const memories = [[1, 1, 3], [1, 1, 2]].slice(0, environment.memories);
  return moduleBytes(
    vectorSection(1, ...typeSection),
    vectorSection(2, ...IMPORTS.map(([text], i) => [name("test"), name(text), 0, leb(indices[i])])),
    vectorSection(3, ...indices.slice(IMPORTS.length).map(leb)),
    vectorSection(4, [0x70, 1, signatures.length + 1, signatures.length + 4]),
    vectorSection(5, ...memories),
    tagTypes.length > 0 ? vectorSection(13, ...tagTypes.map((type) => [0, leb(type)])) : [],
    vectorSection(6, ...globals.map(zero), zero(I32_VALUE)),
    vectorSection(
      7,
      ...functions.map((_, i) => [name(`f${i}`), 0, leb(last + i)]),
      ...memories.map((_, i) => [name(`memory${i}`), 2, i]),
      ...globals.map((_, i) => [name(`global${i}`), 3, i]),
    ),
    vectorSection(9, [0, 0x41, 0, 0x0b, vector(...signatures.map((_, i) => leb(i)))]),
    features.has("bulk-memory") ? [12, sized(1)] : [],
    vectorSection(10, ...bodies.map((body) => sized(body))),
    features.has("bulk-memory") ? vectorSection(11, [1, vector(...DATA.map((byte) => [byte]))]) : [],
  ) as Uint8Array<ArrayBuffer>;
}

function signedLeb(value: number): number[] {
  return value < 64 ? [value] : [value & 127 | 128, value >> 7];
}
