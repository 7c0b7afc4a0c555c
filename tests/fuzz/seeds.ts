/**
 * Valid modules to mutate: one per group of instructions in the opcode table, and some written by hand for what the table
 * does not tell.
 *
 * @module
 */

import type { FeatureSet } from "../../lib/syntax/features.ts";
import { ADDRESS, type Opcode, OPCODES } from "../../lib/syntax/opcodes.ts";
import {
  F32,
  F64,
  type HeapType,
  heapTypeOf,
  I32,
  I64,
  STRINGVIEW_ITER,
  STRINGVIEW_WTF16,
  STRINGVIEW_WTF8,
  V128,
  type ValueType,
} from "../../lib/syntax/types.ts";
import {
  body,
  type Bytes,
  leb,
  moduleBytes,
  name,
  section,
  sized,
  vector,
  vectorSection,
} from "../binary/module_bytes.ts";

const END = 0x0b;
const DROP = 0x1a;
const FUNCREF = 0x70;
const EXTERNREF = 0x6f;

const STRING_CONST = [0xfb, leb(0x82), 0];
/** What makes views of strings. */
const VIEWS: ReadonlyMap<HeapType, Bytes> = new Map<HeapType, Bytes>([
  [STRINGVIEW_WTF8, [0xfb, leb(0x90)]],
  [STRINGVIEW_WTF16, [0xfb, leb(0x98)]],
  [STRINGVIEW_ITER, [0xfb, leb(0xa0)]],
]);

/** Instructions that push a value of a type. */
function constant(type: ValueType): Bytes {
  switch (type) {
    case I32:
      return [0x41, 5];
    case I64:
      return [0x42, 6];
    case F32:
      return [0x43, 0, 0, 0x80, 0x3f];
    case F64:
      return [0x44, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f];
    case V128:
      return [0xfd, 12, new Array(16).fill(7)];
    default:
      return [STRING_CONST, VIEWS.get(heapTypeOf(type)) ?? []];
  }
}

function immediates(opcode: Opcode): Bytes {
  return opcode.immediates.map((immediate): Bytes => {
    if (immediate.startsWith("memarg") || immediate.startsWith("atomic")) {
      return [31 - Math.clz32(opcode.accessWidth), 8];
    }
    switch (immediate) {
      case "f32":
        return new Array(4).fill(1);
      case "f64":
        return new Array(8).fill(1);
      case "v128":
      case "lanes16":
        return new Array(16).fill(1);
      default:
        return [0];
    }
  });
}

function opcodeBytes({ code }: Opcode): Bytes {
  return code < 256 ? [code] : [code >> 12, leb(code & 0xfff)];
}

/** Function bodies that use each table-described instruction of a feature once. */
function instructionSeed(opcodes: readonly Opcode[], address: ValueType): Uint8Array {
  const instructions = opcodes.map((opcode): Bytes => {
    const { params, results } = opcode.signature!;
    const operands = params.map((type) => constant(type === ADDRESS ? address : type));
    return [operands, opcodeBytes(opcode), immediates(opcode), results.map(() => DROP)];
  });
  const flags = address === I64 ? 4 : 0;
  return moduleBytes(
    vectorSection(1, [0x60, 0, 0]),
    vectorSection(3, [0]),
    vectorSection(4, [FUNCREF, flags, 1]),
    vectorSection(5, [flags, 1]),
    opcodes.some(({ feature }) => feature === "stringref") ? section(14, 0, vector(name("literal"))) : [],
    vectorSection(9, [1, 0, 0]),
    section(12, 1),
    vectorSection(10, body(instructions)),
    vectorSection(11, [1, 1, 9]),
  );
}

/** A function of type 0, `[] -> []`, among other types and sections, and one data segment. */
function withFunction(types: Bytes[], locals: Bytes, instructions: Bytes, ...rest: Bytes): Uint8Array {
  return moduleBytes(
    vectorSection(1, [0x60, 0, 0], ...types),
    vectorSection(3, [0]),
    rest,
    vectorSection(10, sized(locals, instructions, END)),
    vectorSection(11, [1, name("data")]),
  );
}

const DECLARATIONS = moduleBytes(
  section(0, name("producers"), 1, 2, 3),
  vectorSection(1, [0x60, 0, 0], [0x60, 2, 0x7f, 0x7e, 2, 0x7d, 0x7c], [0x60, 1, FUNCREF, 1, EXTERNREF]),
  vectorSection(
    2,
    [name("m"), name("f"), 0, 1],
    [name("m"), name("t"), 1, EXTERNREF, 1, 1, 9],
    [name("m"), name("g"), 3, 0x7f, 0],
    [name("m"), name("h"), 3, 0x7e, 1],
    [name("m"), name("memory"), 2, 1, 1, 0x80, 2],
  ),
  vectorSection(3, [0], [1], [2]),
  vectorSection(4, [FUNCREF, 0, 10]),
  vectorSection(
    6,
    [0x7f, 1, 0x41, 0xff, 0, END],
    [0x7e, 0, 0x42, 0x80, 0x7f, END],
    [0x7d, 0, 0x43, 0, 0, 0x80, 0x3f, END],
    [0x7c, 1, 0x44, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, END],
    [FUNCREF, 1, 0xd2, 1, END],
    [EXTERNREF, 0, 0xd0, 0x6f, END],
    [0x7f, 0, 0x23, 0, END],
    [0x7f, 0, 0x23, 0, 0x41, 3, 0x6a, END],
  ),
  vectorSection(
    7,
    [name("start"), 0, 1],
    [name("table"), 1, 1],
    [name("memory"), 2, 0],
    [name("global"), 3, 0],
  ),
  section(8, 1),
  vectorSection(
    9,
    [0x02, 1, 0x41, 0, END, 0, vector([0], [1])],
    [0x01, 0, vector([2])],
    [0x03, 0, vector([3])],
    [0x05, FUNCREF, vector([0xd2, 1, END], [0xd0, FUNCREF, END])],
    [0x06, 1, 0x41, 4, END, FUNCREF, vector([0xd2, 0, END])],
  ),
  section(12, 3),
  vectorSection(
    10,
    body(0x01),
    body(0x43, 0, 0, 0, 0, 0x44, 0, 0, 0, 0, 0, 0, 0, 0),
    sized(2, 3, 0x7f, 1, 0x7e, [0xd0, 0x6f, END]),
  ),
  vectorSection(11, [0, 0x41, 0, END, name("data")], [1, name("passive")], [2, 0, 0x41, 1, END, name("x")]),
  section(0, name("name"), [0, sized(name("seed"))], [1, sized(vector([1, name("main")]))]),
);

const CONTROL = withFunction(
  [[0x60, 2, 0x7f, 0x7f, 1, 0x7f], [0x60, 0, 2, 0x7f, 0x7e]],
  [2, 2, 0x7f, 1, 0x7e],
  [
    [0x02, 0x40, 0x03, 0x40, 0x20, 0, 0x0d, 1, 0x20, 0, 0x41, 1, 0x6b, 0x22, 0, 0x0d, 0, END, END],
    [0x20, 0, 0x04, 0x7f, 0x41, 1, 0x05, 0x41, 2, END, DROP],
    [0x20, 0, 0x20, 1, 0x02, 1, 0x6a, END, DROP],
    [0x02, 0x40, 0x02, 0x40, 0x02, 0x40, 0x20, 0, 0x0e, 2, 0, 1, 2, END, END, END],
    [0x02, 2, 0x41, 1, 0x42, 2, END, 0x21, 2, 0x21, 1],
    [0x41, 1, 0x41, 2, 0x20, 0, 0x1b, DROP],
    [0x41, 1, 0x41, 2, 0x20, 0, 0x1c, 1, 0x7f, DROP],
    [0x10, 0, 0x41, 0, 0x11, 0, 0],
    [0x02, 0x7f, 0x00, 0x0f, END, DROP, 0x02, 0x40, 0x0c, 0, END, 0x0f],
  ],
  vectorSection(4, [FUNCREF, 0, 1]),
);

const TABLES = withFunction(
  [],
  [1, 1, EXTERNREF],
  [
    [0x41, 0, 0x41, 0, 0x25, 0, 0x26, 0],
    [0x20, 0, 0x41, 1, 0xfc, 15, 1, DROP, 0xfc, 16, 0, DROP],
    [0x41, 0, 0x20, 0, 0x41, 1, 0xfc, 17, 1],
    [0x41, 0, 0x41, 0, 0x41, 1, 0xfc, 14, 0, 0, 0x41, 0, 0x41, 0, 0x41, 1, 0xfc, 12, 0, 0, 0xfc, 13, 0],
    [
      0x41,
      0,
      0x41,
      0,
      0x41,
      1,
      0xfc,
      10,
      0,
      0,
      0x3f,
      0,
      0x40,
      0,
      DROP,
      0xd2,
      0,
      0xd1,
      DROP,
      0xd0,
      0x70,
      DROP,
    ],
  ],
  vectorSection(4, [FUNCREF, 0, 1], [EXTERNREF, 1, 2, 3]),
  vectorSection(5, [1, 1, 2]),
  vectorSection(9, [1, 0, 1, 0]),
);

const AGGREGATES = withFunction(
  [
    [0x4e, 2, 0x50, 0, 0x5f, 2, 0x7f, 1, 0x63, 2, 0, 0x50, 1, 1, 0x5f, 3, 0x7f, 1, 0x63, 2, 0, 0x78, 1],
    [0x5e, 0x7f, 1],
    [0x5e, 0x77, 1],
    [0x50, 0, 0x60, 1, 0x6d, 1, 0x6e],
    [0x4f, 1, 5, 0x60, 1, 0x6e, 1, 0x6c],
    [0x5e, 0x70, 1],
  ],
  [3, 1, 0x63, 1, 1, 0x63, 3, 1, 0x64, 1],
  [
    [0x41, 1, 0xd0, 2, 0xfb, 0, 1, 0x22, 0, 0xfb, 2, 1, 0, DROP, 0xfb, 1, 2, 0xfb, 3, 2, 2, DROP],
    [0x20, 0, 0x41, 3, 0xfb, 5, 1, 0, 0x20, 0, 0xd4, 0x21, 2, 0x20, 2, DROP],
    [0x41, 1, 0x41, 2, 0xfb, 6, 3, 0x21, 1, 0x41, 2, 0xfb, 7, 4, 0x41, 0, 0xfb, 12, 4, DROP],
    [0x41, 1, 0x41, 2, 0xfb, 8, 3, 2, 0x41, 0, 0xfb, 11, 3, DROP, 0x20, 1, 0xfb, 15, DROP],
    [0x20, 1, 0x41, 0, 0x41, 0, 0xfb, 14, 3, 0x20, 1, 0x41, 0, 0x41, 1, 0x41, 1, 0xfb, 16, 3],
    [0x20, 1, 0x41, 0, 0x20, 1, 0x41, 0, 0x41, 1, 0xfb, 17, 3, 3],
    [0x41, 0, 0x41, 1, 0xfb, 9, 3, 0, DROP, 0x41, 0, 0x41, 1, 0xfb, 10, 7, 0, DROP],
    [0x20, 1, 0x41, 0, 0x41, 0, 0x41, 1, 0xfb, 18, 3, 0],
    [0x20, 0, 0xfb, 20, 2, DROP, 0x20, 0, 0xfb, 21, 0x6d, DROP, 0x20, 0, 0xfb, 22, 2, DROP],
    [0x20, 0, 0xfb, 23, 0x6b, DROP, 0x20, 0, 0xfb, 27, 0xfb, 26, DROP, 0x41, 1, 0xfb, 28, 0xfb, 29, DROP],
    [0x02, 0x63, 2, 0x20, 0, 0xfb, 24, 3, 0, 1, 2, DROP, 0xd0, 2, END, DROP],
    [0x02, 0x63, 1, 0x20, 0, 0xfb, 25, 3, 0, 1, 2, DROP, 0xd0, 1, END, DROP],
    [0x20, 0, 0x20, 0, 0xd3, DROP],
  ],
  vectorSection(6, [0x6e, 0, 0x41, 1, 0xfb, 28, END], [0x63, 1, 0, 0xfb, 1, 1, END], [
    0x64,
    3,
    0,
    [0x41, 1, 0x41, 2, 0xfb, 8, 3, 2, END],
  ]),
  vectorSection(9, [1, 0, 1, 0]),
  section(12, 1),
);

const REFERENCES = withFunction(
  [[0x60, 1, 0x63, 0, 1, 0x7f], [0x60, 1, 0x64, 0, 0]],
  [2, 1, 0x63, 0, 1, 0x64, 0],
  [
    [0xd2, 0, 0x21, 1, 0x20, 1, 0x14, 0, 0x20, 0, 0xd4, DROP],
    [0x02, 0x40, 0x20, 0, 0xd5, 0, DROP, END, 0x02, 0x64, 0, 0x20, 0, 0xd6, 0, 0x00, END, DROP],
    [0x02, 0x40, 0x20, 0, 0x14, 0, END, 0x20, 1, 0x15, 0],
  ],
  vectorSection(4, [0x40, 0, 0x64, 0, 0, 3, 0xd2, 0, END]),
  vectorSection(9, [0x07, 0x64, 0, 1, 0xd2, 0, END]),
);

const EXCEPTIONS = withFunction(
  [[0x60, 1, 0x7f, 0], [0x60, 0, 2, 0x7f, 0x64, 0x69]],
  [1, 1, 0x69],
  [
    [0x02, 0x7f, 0x1f, 0x40, 1, 0, 0, 0, 0x41, 1, 0x08, 0, END, 0x00, END, DROP],
    [0x02, 2, 0x1f, 0x40, 1, 1, 0, 0, END, 0x00, END, 0x21, 0, DROP],
    [0x02, 0x40, 0x1f, 0x40, 1, 2, 0, END, END, 0x02, 0x69, 0x1f, 0x40, 1, 3, 0, END, 0x00, END, 0x0a],
  ],
  vectorSection(13, [0, 1]),
);

const LEGACY_EXCEPTIONS = withFunction(
  [[0x60, 1, 0x7f, 0]],
  [0],
  [
    [0x06, 0x40, 0x41, 1, 0x08, 0, 0x07, 0, DROP, 0x09, 0, 0x19, 0x01, END],
    [0x06, 0x7f, 0x06, 0x7f, 0x41, 1, 0x18, 0, 0x07, 0, END, DROP],
  ],
  vectorSection(13, [0, 1]),
);

const TAIL_CALLS = withFunction(
  [],
  [0],
  [0x02, 0x40, 0x12, 0, END, 0x41, 0, 0x13, 0, 0],
  vectorSection(4, [FUNCREF, 0, 1]),
);

const DESCRIPTORS = withFunction(
  [[0x4e, 2, 0x50, 0, 0x4d, 2, 0x5f, 0, 0x50, 0, 0x4c, 1, 0x5f, 1, 0x7f, 0]],
  [1, 1, 0x63, 0x62, 2],
  [
    [0x41, 1, 0xfb, 0, 2, 0x22, 0, 0xfb, 0x21, 1, 0xfb, 0x22, 1, DROP],
    [0x20, 0, 0xfb, 0x20, 1, 0xfb, 22, 0x62, 1, DROP],
    [0xd0, 1, 0x20, 0, 0xfb, 0x23, 0x62, 1, DROP, 0xd0, 1, 0x20, 0, 0xfb, 0x24, 1, DROP],
    [0x02, 0x63, 1, 0xd0, 1, 0x20, 0, 0xfb, 0x25, 3, 0, 1, 1, END, DROP],
    [0x02, 0x63, 1, 0xd0, 1, 0x20, 0, 0xfb, 0x26, 3, 0, 1, 0x62, 1, END, DROP],
  ],
  vectorSection(6, [0x64, 0x62, 2, 0, 0x41, 1, 0xfb, 0, 2, END]),
);

const SHARED = withFunction(
  [[0x65, 0x5f, 2, 0x7f, 1, 0x78, 1], [0x65, 0x5e, 0x7e, 1], [0x65, 0x60, 0, 0], [0x65, 0x5e, 0x65, 0x6e, 1]],
  [1, 1, 0x63, 2],
  [
    [0xd0, 1, 0xfe, 0x5c, 0, 1, 0, DROP, 0xd0, 1, 0xfe, 0x5d, 1, 1, 1, DROP],
    [0xd0, 1, 0x41, 1, 0xfe, 0x5f, 0, 1, 0, 0xd0, 1, 0x41, 1, 0x41, 2, 0xfe, 0x66, 0, 1, 0, DROP],
    [0x20, 0, 0x41, 0, 0xfe, 0x67, 0, 2, DROP, 0x20, 0, 0x41, 0, 0x42, 1, 0xfe, 0x6b, 1, 2, DROP],
    [0xfe, 0x4f, 0, 0, 0xfe, 0x51, 0, 0, 0xfe, 0x50, 0, 0, 0xfe, 4],
    [0x41, 0, 0xfe, 0x58, 0, 0, DROP, 0x41, 3, 0xfe, 0x72, 0xfb, 29, DROP],
    [0xd0, 0x65, 0x71, 0xd0, 0x65, 0x6d, 0xd3, DROP, 0xd0, 0x65, 0x6f, 0xfb, 26, DROP],
  ],
  vectorSection(4, [0x65, 0x6e, 2, 1], [0x63, 3, 3, 0, 4]),
  vectorSection(6, [0x7f, 3, 0x41, 0, END]),
  vectorSection(9, [7, 0x63, 3, 1, 0xd0, 3, END]),
);

/** A seed and the features it needs. */
const HAND_WRITTEN: readonly (readonly [Uint8Array, ...string[]])[] = [
  [DECLARATIONS],
  [CONTROL],
  [TABLES],
  [AGGREGATES, "gc"],
  [REFERENCES, "typed-function-references"],
  [EXCEPTIONS, "exceptions"],
  [LEGACY_EXCEPTIONS, "legacy-exceptions"],
  [TAIL_CALLS, "tail-calls"],
  [DESCRIPTORS, "custom-descriptors"],
  [SHARED, "shared-everything-threads"],
];

/** Valid modules that need no other features than these. */
export function seeds(features: FeatureSet): Uint8Array[] {
  const names: ReadonlySet<string> = features;
  const modules = HAND_WRITTEN.filter(([, ...needed]) => needed.every((feature) => names.has(feature)))
    .map(([bytes]) => bytes);
  for (const name of features) {
    const opcodes = OPCODES.filter(({ signature, feature }) => signature !== null && feature === name);
    if (opcodes.length === 0) continue;
    modules.push(instructionSeed(opcodes, I32));
    if (features.has("memory64")) modules.push(instructionSeed(opcodes, I64));
  }
  return modules;
}
