/**
 * Which instructions constant expressions consist of (specification 3.4.14 "Expressions", extended constant expressions,
 * and what the later proposals add).
 *
 * @module
 */

import type { FeatureName } from "../syntax/features.ts";
import { type Opcode, OPCODES } from "../syntax/opcodes.ts";

const CONSTANT = [
  "i32.const",
  "i64.const",
  "f32.const",
  "f64.const",
  "v128.const",
  "ref.null",
  "ref.func",
  "global.get",
  "end",
  "ref.i31",
  "ref.i31_shared",
  "struct.new",
  "struct.new_default",
  "struct.new_desc",
  "struct.new_default_desc",
  "array.new",
  "array.new_default",
  "array.new_fixed",
  "any.convert_extern",
  "extern.convert_any",
  "string.const",
];
const EXTENDED_CONSTANT = ["i32.add", "i32.sub", "i32.mul", "i64.add", "i64.sub", "i64.mul"];

const features = new Map<Opcode, FeatureName>();
for (const opcode of OPCODES) {
  if (CONSTANT.includes(opcode.mnemonic)) features.set(opcode, opcode.feature);
  else if (EXTENDED_CONSTANT.includes(opcode.mnemonic)) features.set(opcode, "extended-const");
}

/** The feature that makes an instruction constant, or null when it never is. */
export function constantFeature(opcode: Opcode): FeatureName | null {
  return features.get(opcode) ?? null;
}
