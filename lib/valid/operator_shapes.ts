/**
 * Flat tables made from the opcode table, for the validator's loop: how each one-byte instruction is checked and with
 * which types.
 *
 * @module
 */

import type { FeatureSet } from "../syntax/features.ts";
import { ADDRESS, ONE_BYTE_OPCODES, type Opcode } from "../syntax/opcodes.ts";
import type { ValueType } from "../syntax/types.ts";

/** How the loop checks an instruction. */
export const Shape = {
  /** Not in the loop. */
  Other: 0,
  LocalGet: 1,
  LocalSet: 2,
  LocalTee: 3,
  I32Const: 4,
  I64Const: 5,
  F32Const: 6,
  F64Const: 7,
  /** One operand, one result. */
  Unary: 8,
  /** Two operands of one type, one result. */
  Binary: 9,
  Load: 10,
  Store: 11,
  Drop: 12,
  End: 13,
} as const;

const SHAPES_BY_MNEMONIC = new Map<string, number>([
  ["local.get", Shape.LocalGet],
  ["local.set", Shape.LocalSet],
  ["local.tee", Shape.LocalTee],
  ["i32.const", Shape.I32Const],
  ["i64.const", Shape.I64Const],
  ["f32.const", Shape.F32Const],
  ["f64.const", Shape.F64Const],
  ["drop", Shape.Drop],
  ["end", Shape.End],
]);

/** By opcode: the type of the last operand. */
export const OPERAND: Int32Array = new Int32Array(256);
/** By opcode: the type of the result. */
export const RESULT: Int32Array = new Int32Array(256);
/** By opcode: the largest alignment, as a power of two. */
export const ALIGNMENT: Uint8Array = new Uint8Array(256);

for (const opcode of ONE_BYTE_OPCODES) {
  if (!opcode) continue;
  const { code, signature, accessWidth } = opcode;
  const operand = signature?.params.at(-1) ?? ADDRESS;
  const result = signature?.results[0] ?? ADDRESS;
  if (operand !== ADDRESS) OPERAND[code] = operand;
  if (result !== ADDRESS) RESULT[code] = result;
  ALIGNMENT[code] = alignmentOf(accessWidth);
}

/** The alignment of an access to `width` bytes, as a power of two. */
export function alignmentOf(width: number): number {
  return 31 - Math.clz32(width | 1);
}

function shapeOf({ mnemonic, immediates, signature }: Opcode): number {
  const named = SHAPES_BY_MNEMONIC.get(mnemonic);
  if (named !== undefined) return named;
  if (signature === null) return Shape.Other;
  const { params, results } = signature;
  if (immediates.length === 0) {
    if (results.length !== 1 || !params.every((type: ValueType) => type === params[0])) return Shape.Other;
    return params.length === 1 ? Shape.Unary : params.length === 2 ? Shape.Binary : Shape.Other;
  }
  if (immediates[0].startsWith("memarg")) return results.length === 1 ? Shape.Load : Shape.Store;
  return Shape.Other;
}

const shapesByFeatures = new WeakMap<FeatureSet, Uint8Array>();

/** Shapes by opcode; instructions that are switched off are left to the slow path, which says so. */
export function shapesOf(features: FeatureSet): Uint8Array {
  let shapes = shapesByFeatures.get(features);
  if (!shapes) {
    shapes = new Uint8Array(256);
    for (const opcode of ONE_BYTE_OPCODES) {
      if (opcode && features.has(opcode.feature)) shapes[opcode.code] = shapeOf(opcode);
    }
    shapesByFeatures.set(features, shapes);
  }
  return shapes;
}

/** Shapes of constant expressions, which have no fast path. */
export const CONSTANT_SHAPES: Uint8Array = new Uint8Array(256);
