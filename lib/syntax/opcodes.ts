/**
 * The table of opcodes: decoder, validator, code generator, text parser and printer all read this one list
 * (specification 5.4 "Instructions" and the proposals' binary formats). Adding an instruction starts with a
 * line here.
 *
 * @module
 */

import { F32, F64, I32, I64, V128, type ValueType } from "./types.ts";

/** Language features that can be switched; everything else is always on. */
export type Feature =
  | "mvp"
  | "sign-extension"
  | "saturating-truncation"
  | "bulk-memory"
  | "reference-types"
  | "simd"
  | "relaxed-simd"
  | "tail-calls"
  | "exceptions"
  | "legacy-exceptions"
  | "typed-function-references"
  | "gc"
  | "threads"
  | "wide-arithmetic"
  | "custom-descriptors"
  | "shared-everything-threads";

/**
 * What follows an opcode in the binary format.
 *
 * `block` a block type; `label`, `func`, `type`, `local`, `global`, `table`, `memory`, `elem`, `data`, `tag`,
 * `field`, `count` an unsigned index; `labels` a vector of labels and the default; `types` a vector of value
 * types; `catches` the handlers of `try_table`; `heap` a heap type; `castflags` one byte, bit 0 and 1 the
 * nullability of the two heap types that follow the label; `i32` to `v128` a constant; `lanes16` sixteen
 * lane indices below 32; `laneN` a lane index below N; `memargN` alignment, memory and offset of an access of N
 * bytes; `atomicN` the same, its alignment exactly N; `fence` a zero byte; `ordering` a memory ordering.
 */
export type Immediate =
  | "block"
  | "label"
  | "labels"
  | "func"
  | "type"
  | "types"
  | "local"
  | "global"
  | "table"
  | "memory"
  | "elem"
  | "data"
  | "tag"
  | "field"
  | "count"
  | "catches"
  | "heap"
  | "castflags"
  | "i32"
  | "i64"
  | "f32"
  | "f64"
  | "v128"
  | "lanes16"
  | `lane${2 | 4 | 8 | 16}`
  | `memarg${1 | 2 | 4 | 8 | 16}`
  | `atomic${1 | 2 | 4 | 8}`
  | "fence"
  | "ordering";

/** Stands in a signature for the address type of the memory or table that the instruction names. */
export const ADDRESS = -1;

/** What an instruction takes from the stack and leaves there. */
export interface Signature {
  /** Value types, or {@linkcode ADDRESS}; the last one is on top of the stack. */
  readonly params: readonly (ValueType | typeof ADDRESS)[];
  readonly results: readonly (ValueType | typeof ADDRESS)[];
}

/** An instruction. */
export interface Opcode {
  /** The opcode byte, or for prefixed instructions `prefix * 4096 + number`. */
  readonly code: number;
  /** The text format's keyword; two binary forms of one instruction share it. */
  readonly mnemonic: string;
  readonly immediates: readonly Immediate[];
  /** Null when the signature depends on immediates or the stack. */
  readonly signature: Signature | null;
  readonly feature: Feature;
  /** Bytes that a memory access touches; 0 for other instructions. */
  readonly accessWidth: number;
}

/** `code` of the instruction `number` behind the prefix byte `prefix` (0xFB to 0xFE). */
export function prefixed(prefix: number, number: number): number {
  return prefix * 4096 + number;
}

/** The prefix byte of a code, or 0. */
export function prefixOf(code: number): number {
  return code >> 12;
}

type Row = readonly [code: number, mnemonic: string, immediates: string, signature: string, feature: Feature];

/**
 * Signature letters: i i32, l i64, f f32, d f64, v v128, a or t an address; parameters, colon, results; `*` depends on
 * immediates or the stack.
 */
const ROWS: readonly Row[] = [
  // Control instructions
  [0x0, "unreachable", "", "*", "mvp"],
  [0x1, "nop", "", ":", "mvp"],
  [0x2, "block", "block", "*", "mvp"],
  [0x3, "loop", "block", "*", "mvp"],
  [0x4, "if", "block", "*", "mvp"],
  [0x5, "else", "", "*", "mvp"],
  [0x6, "try", "block", "*", "legacy-exceptions"],
  [0x7, "catch", "tag", "*", "legacy-exceptions"],
  [0x8, "throw", "tag", "*", "exceptions"],
  [0x9, "rethrow", "label", "*", "legacy-exceptions"],
  [0xa, "throw_ref", "", "*", "exceptions"],
  [0xb, "end", "", "*", "mvp"],
  [0xc, "br", "label", "*", "mvp"],
  [0xd, "br_if", "label", "*", "mvp"],
  [0xe, "br_table", "labels", "*", "mvp"],
  [0xf, "return", "", "*", "mvp"],
  [0x10, "call", "func", "*", "mvp"],
  [0x11, "call_indirect", "type table", "*", "mvp"],
  [0x12, "return_call", "func", "*", "tail-calls"],
  [0x13, "return_call_indirect", "type table", "*", "tail-calls"],
  [0x14, "call_ref", "type", "*", "typed-function-references"],
  [0x15, "return_call_ref", "type", "*", "tail-calls"],
  [0x18, "delegate", "label", "*", "legacy-exceptions"],
  [0x19, "catch_all", "", "*", "legacy-exceptions"],
  [0x1a, "drop", "", "*", "mvp"],
  [0x1b, "select", "", "*", "mvp"],
  [0x1c, "select", "types", "*", "reference-types"],
  [0x1f, "try_table", "block catches", "*", "exceptions"],
  // Variable and table instructions
  [0x20, "local.get", "local", "*", "mvp"],
  [0x21, "local.set", "local", "*", "mvp"],
  [0x22, "local.tee", "local", "*", "mvp"],
  [0x23, "global.get", "global", "*", "mvp"],
  [0x24, "global.set", "global", "*", "mvp"],
  [0x25, "table.get", "table", "*", "reference-types"],
  [0x26, "table.set", "table", "*", "reference-types"],
  // Memory instructions; the letter a stands for the memory's address type
  [0x28, "i32.load", "memarg4", "a:i", "mvp"],
  [0x29, "i64.load", "memarg8", "a:l", "mvp"],
  [0x2a, "f32.load", "memarg4", "a:f", "mvp"],
  [0x2b, "f64.load", "memarg8", "a:d", "mvp"],
  [0x2c, "i32.load8_s", "memarg1", "a:i", "mvp"],
  [0x2d, "i32.load8_u", "memarg1", "a:i", "mvp"],
  [0x2e, "i32.load16_s", "memarg2", "a:i", "mvp"],
  [0x2f, "i32.load16_u", "memarg2", "a:i", "mvp"],
  [0x30, "i64.load8_s", "memarg1", "a:l", "mvp"],
  [0x31, "i64.load8_u", "memarg1", "a:l", "mvp"],
  [0x32, "i64.load16_s", "memarg2", "a:l", "mvp"],
  [0x33, "i64.load16_u", "memarg2", "a:l", "mvp"],
  [0x34, "i64.load32_s", "memarg4", "a:l", "mvp"],
  [0x35, "i64.load32_u", "memarg4", "a:l", "mvp"],
  [0x36, "i32.store", "memarg4", "ai:", "mvp"],
  [0x37, "i64.store", "memarg8", "al:", "mvp"],
  [0x38, "f32.store", "memarg4", "af:", "mvp"],
  [0x39, "f64.store", "memarg8", "ad:", "mvp"],
  [0x3a, "i32.store8", "memarg1", "ai:", "mvp"],
  [0x3b, "i32.store16", "memarg2", "ai:", "mvp"],
  [0x3c, "i64.store8", "memarg1", "al:", "mvp"],
  [0x3d, "i64.store16", "memarg2", "al:", "mvp"],
  [0x3e, "i64.store32", "memarg4", "al:", "mvp"],
  [0x3f, "memory.size", "memory", ":a", "mvp"],
  [0x40, "memory.grow", "memory", "a:a", "mvp"],
  // Numeric instructions
  [0x41, "i32.const", "i32", ":i", "mvp"],
  [0x42, "i64.const", "i64", ":l", "mvp"],
  [0x43, "f32.const", "f32", ":f", "mvp"],
  [0x44, "f64.const", "f64", ":d", "mvp"],
  [0x45, "i32.eqz", "", "i:i", "mvp"],
  [0x46, "i32.eq", "", "ii:i", "mvp"],
  [0x47, "i32.ne", "", "ii:i", "mvp"],
  [0x48, "i32.lt_s", "", "ii:i", "mvp"],
  [0x49, "i32.lt_u", "", "ii:i", "mvp"],
  [0x4a, "i32.gt_s", "", "ii:i", "mvp"],
  [0x4b, "i32.gt_u", "", "ii:i", "mvp"],
  [0x4c, "i32.le_s", "", "ii:i", "mvp"],
  [0x4d, "i32.le_u", "", "ii:i", "mvp"],
  [0x4e, "i32.ge_s", "", "ii:i", "mvp"],
  [0x4f, "i32.ge_u", "", "ii:i", "mvp"],
  [0x50, "i64.eqz", "", "l:i", "mvp"],
  [0x51, "i64.eq", "", "ll:i", "mvp"],
  [0x52, "i64.ne", "", "ll:i", "mvp"],
  [0x53, "i64.lt_s", "", "ll:i", "mvp"],
  [0x54, "i64.lt_u", "", "ll:i", "mvp"],
  [0x55, "i64.gt_s", "", "ll:i", "mvp"],
  [0x56, "i64.gt_u", "", "ll:i", "mvp"],
  [0x57, "i64.le_s", "", "ll:i", "mvp"],
  [0x58, "i64.le_u", "", "ll:i", "mvp"],
  [0x59, "i64.ge_s", "", "ll:i", "mvp"],
  [0x5a, "i64.ge_u", "", "ll:i", "mvp"],
  [0x5b, "f32.eq", "", "ff:i", "mvp"],
  [0x5c, "f32.ne", "", "ff:i", "mvp"],
  [0x5d, "f32.lt", "", "ff:i", "mvp"],
  [0x5e, "f32.gt", "", "ff:i", "mvp"],
  [0x5f, "f32.le", "", "ff:i", "mvp"],
  [0x60, "f32.ge", "", "ff:i", "mvp"],
  [0x61, "f64.eq", "", "dd:i", "mvp"],
  [0x62, "f64.ne", "", "dd:i", "mvp"],
  [0x63, "f64.lt", "", "dd:i", "mvp"],
  [0x64, "f64.gt", "", "dd:i", "mvp"],
  [0x65, "f64.le", "", "dd:i", "mvp"],
  [0x66, "f64.ge", "", "dd:i", "mvp"],
  [0x67, "i32.clz", "", "i:i", "mvp"],
  [0x68, "i32.ctz", "", "i:i", "mvp"],
  [0x69, "i32.popcnt", "", "i:i", "mvp"],
  [0x6a, "i32.add", "", "ii:i", "mvp"],
  [0x6b, "i32.sub", "", "ii:i", "mvp"],
  [0x6c, "i32.mul", "", "ii:i", "mvp"],
  [0x6d, "i32.div_s", "", "ii:i", "mvp"],
  [0x6e, "i32.div_u", "", "ii:i", "mvp"],
  [0x6f, "i32.rem_s", "", "ii:i", "mvp"],
  [0x70, "i32.rem_u", "", "ii:i", "mvp"],
  [0x71, "i32.and", "", "ii:i", "mvp"],
  [0x72, "i32.or", "", "ii:i", "mvp"],
  [0x73, "i32.xor", "", "ii:i", "mvp"],
  [0x74, "i32.shl", "", "ii:i", "mvp"],
  [0x75, "i32.shr_s", "", "ii:i", "mvp"],
  [0x76, "i32.shr_u", "", "ii:i", "mvp"],
  [0x77, "i32.rotl", "", "ii:i", "mvp"],
  [0x78, "i32.rotr", "", "ii:i", "mvp"],
  [0x79, "i64.clz", "", "l:l", "mvp"],
  [0x7a, "i64.ctz", "", "l:l", "mvp"],
  [0x7b, "i64.popcnt", "", "l:l", "mvp"],
  [0x7c, "i64.add", "", "ll:l", "mvp"],
  [0x7d, "i64.sub", "", "ll:l", "mvp"],
  [0x7e, "i64.mul", "", "ll:l", "mvp"],
  [0x7f, "i64.div_s", "", "ll:l", "mvp"],
  [0x80, "i64.div_u", "", "ll:l", "mvp"],
  [0x81, "i64.rem_s", "", "ll:l", "mvp"],
  [0x82, "i64.rem_u", "", "ll:l", "mvp"],
  [0x83, "i64.and", "", "ll:l", "mvp"],
  [0x84, "i64.or", "", "ll:l", "mvp"],
  [0x85, "i64.xor", "", "ll:l", "mvp"],
  [0x86, "i64.shl", "", "ll:l", "mvp"],
  [0x87, "i64.shr_s", "", "ll:l", "mvp"],
  [0x88, "i64.shr_u", "", "ll:l", "mvp"],
  [0x89, "i64.rotl", "", "ll:l", "mvp"],
  [0x8a, "i64.rotr", "", "ll:l", "mvp"],
  [0x8b, "f32.abs", "", "f:f", "mvp"],
  [0x8c, "f32.neg", "", "f:f", "mvp"],
  [0x8d, "f32.ceil", "", "f:f", "mvp"],
  [0x8e, "f32.floor", "", "f:f", "mvp"],
  [0x8f, "f32.trunc", "", "f:f", "mvp"],
  [0x90, "f32.nearest", "", "f:f", "mvp"],
  [0x91, "f32.sqrt", "", "f:f", "mvp"],
  [0x92, "f32.add", "", "ff:f", "mvp"],
  [0x93, "f32.sub", "", "ff:f", "mvp"],
  [0x94, "f32.mul", "", "ff:f", "mvp"],
  [0x95, "f32.div", "", "ff:f", "mvp"],
  [0x96, "f32.min", "", "ff:f", "mvp"],
  [0x97, "f32.max", "", "ff:f", "mvp"],
  [0x98, "f32.copysign", "", "ff:f", "mvp"],
  [0x99, "f64.abs", "", "d:d", "mvp"],
  [0x9a, "f64.neg", "", "d:d", "mvp"],
  [0x9b, "f64.ceil", "", "d:d", "mvp"],
  [0x9c, "f64.floor", "", "d:d", "mvp"],
  [0x9d, "f64.trunc", "", "d:d", "mvp"],
  [0x9e, "f64.nearest", "", "d:d", "mvp"],
  [0x9f, "f64.sqrt", "", "d:d", "mvp"],
  [0xa0, "f64.add", "", "dd:d", "mvp"],
  [0xa1, "f64.sub", "", "dd:d", "mvp"],
  [0xa2, "f64.mul", "", "dd:d", "mvp"],
  [0xa3, "f64.div", "", "dd:d", "mvp"],
  [0xa4, "f64.min", "", "dd:d", "mvp"],
  [0xa5, "f64.max", "", "dd:d", "mvp"],
  [0xa6, "f64.copysign", "", "dd:d", "mvp"],
  [0xa7, "i32.wrap_i64", "", "l:i", "mvp"],
  [0xa8, "i32.trunc_f32_s", "", "f:i", "mvp"],
  [0xa9, "i32.trunc_f32_u", "", "f:i", "mvp"],
  [0xaa, "i32.trunc_f64_s", "", "d:i", "mvp"],
  [0xab, "i32.trunc_f64_u", "", "d:i", "mvp"],
  [0xac, "i64.extend_i32_s", "", "i:l", "mvp"],
  [0xad, "i64.extend_i32_u", "", "i:l", "mvp"],
  [0xae, "i64.trunc_f32_s", "", "f:l", "mvp"],
  [0xaf, "i64.trunc_f32_u", "", "f:l", "mvp"],
  [0xb0, "i64.trunc_f64_s", "", "d:l", "mvp"],
  [0xb1, "i64.trunc_f64_u", "", "d:l", "mvp"],
  [0xb2, "f32.convert_i32_s", "", "i:f", "mvp"],
  [0xb3, "f32.convert_i32_u", "", "i:f", "mvp"],
  [0xb4, "f32.convert_i64_s", "", "l:f", "mvp"],
  [0xb5, "f32.convert_i64_u", "", "l:f", "mvp"],
  [0xb6, "f32.demote_f64", "", "d:f", "mvp"],
  [0xb7, "f64.convert_i32_s", "", "i:d", "mvp"],
  [0xb8, "f64.convert_i32_u", "", "i:d", "mvp"],
  [0xb9, "f64.convert_i64_s", "", "l:d", "mvp"],
  [0xba, "f64.convert_i64_u", "", "l:d", "mvp"],
  [0xbb, "f64.promote_f32", "", "f:d", "mvp"],
  [0xbc, "i32.reinterpret_f32", "", "f:i", "mvp"],
  [0xbd, "i64.reinterpret_f64", "", "d:l", "mvp"],
  [0xbe, "f32.reinterpret_i32", "", "i:f", "mvp"],
  [0xbf, "f64.reinterpret_i64", "", "l:d", "mvp"],
  [0xc0, "i32.extend8_s", "", "i:i", "sign-extension"],
  [0xc1, "i32.extend16_s", "", "i:i", "sign-extension"],
  [0xc2, "i64.extend8_s", "", "l:l", "sign-extension"],
  [0xc3, "i64.extend16_s", "", "l:l", "sign-extension"],
  [0xc4, "i64.extend32_s", "", "l:l", "sign-extension"],
  // Reference instructions
  [0xd0, "ref.null", "heap", "*", "reference-types"],
  [0xd1, "ref.is_null", "", "*", "reference-types"],
  [0xd2, "ref.func", "func", "*", "reference-types"],
  [0xd3, "ref.eq", "", "*", "gc"],
  [0xd4, "ref.as_non_null", "", "*", "typed-function-references"],
  [0xd5, "br_on_null", "label", "*", "typed-function-references"],
  [0xd6, "br_on_non_null", "label", "*", "typed-function-references"],
  // 0xFB: aggregates and casts
  [0xfb000, "struct.new", "type", "*", "gc"],
  [0xfb001, "struct.new_default", "type", "*", "gc"],
  [0xfb002, "struct.get", "type field", "*", "gc"],
  [0xfb003, "struct.get_s", "type field", "*", "gc"],
  [0xfb004, "struct.get_u", "type field", "*", "gc"],
  [0xfb005, "struct.set", "type field", "*", "gc"],
  [0xfb006, "array.new", "type", "*", "gc"],
  [0xfb007, "array.new_default", "type", "*", "gc"],
  [0xfb008, "array.new_fixed", "type count", "*", "gc"],
  [0xfb009, "array.new_data", "type data", "*", "gc"],
  [0xfb00a, "array.new_elem", "type elem", "*", "gc"],
  [0xfb00b, "array.get", "type", "*", "gc"],
  [0xfb00c, "array.get_s", "type", "*", "gc"],
  [0xfb00d, "array.get_u", "type", "*", "gc"],
  [0xfb00e, "array.set", "type", "*", "gc"],
  [0xfb00f, "array.len", "", "*", "gc"],
  [0xfb010, "array.fill", "type", "*", "gc"],
  [0xfb011, "array.copy", "type type", "*", "gc"],
  [0xfb012, "array.init_data", "type data", "*", "gc"],
  [0xfb013, "array.init_elem", "type elem", "*", "gc"],
  [0xfb014, "ref.test", "heap", "*", "gc"],
  [0xfb015, "ref.test", "heap", "*", "gc"],
  [0xfb016, "ref.cast", "heap", "*", "gc"],
  [0xfb017, "ref.cast", "heap", "*", "gc"],
  [0xfb018, "br_on_cast", "castflags label heap heap", "*", "gc"],
  [0xfb019, "br_on_cast_fail", "castflags label heap heap", "*", "gc"],
  [0xfb01a, "any.convert_extern", "", "*", "gc"],
  [0xfb01b, "extern.convert_any", "", "*", "gc"],
  [0xfb01c, "ref.i31", "", "*", "gc"],
  [0xfb01d, "i31.get_s", "", "*", "gc"],
  [0xfb01e, "i31.get_u", "", "*", "gc"],
  [0xfb020, "struct.new_desc", "type", "*", "custom-descriptors"],
  [0xfb021, "struct.new_default_desc", "type", "*", "custom-descriptors"],
  [0xfb022, "ref.get_desc", "type", "*", "custom-descriptors"],
  [0xfb023, "ref.cast_desc_eq", "heap", "*", "custom-descriptors"],
  [0xfb024, "ref.cast_desc_eq", "heap", "*", "custom-descriptors"],
  [0xfb025, "br_on_cast_desc_eq", "castflags label heap heap", "*", "custom-descriptors"],
  [0xfb026, "br_on_cast_desc_eq_fail", "castflags label heap heap", "*", "custom-descriptors"],
  // 0xFC: saturating truncation, bulk operations, wide arithmetic; t stands for the table's address type
  [0xfc000, "i32.trunc_sat_f32_s", "", "f:i", "saturating-truncation"],
  [0xfc001, "i32.trunc_sat_f32_u", "", "f:i", "saturating-truncation"],
  [0xfc002, "i32.trunc_sat_f64_s", "", "d:i", "saturating-truncation"],
  [0xfc003, "i32.trunc_sat_f64_u", "", "d:i", "saturating-truncation"],
  [0xfc004, "i64.trunc_sat_f32_s", "", "f:l", "saturating-truncation"],
  [0xfc005, "i64.trunc_sat_f32_u", "", "f:l", "saturating-truncation"],
  [0xfc006, "i64.trunc_sat_f64_s", "", "d:l", "saturating-truncation"],
  [0xfc007, "i64.trunc_sat_f64_u", "", "d:l", "saturating-truncation"],
  [0xfc008, "memory.init", "data memory", "aii:", "bulk-memory"],
  [0xfc009, "data.drop", "data", ":", "bulk-memory"],
  [0xfc00a, "memory.copy", "memory memory", "*", "bulk-memory"],
  [0xfc00b, "memory.fill", "memory", "aia:", "bulk-memory"],
  [0xfc00c, "table.init", "elem table", "tii:", "bulk-memory"],
  [0xfc00d, "elem.drop", "elem", ":", "bulk-memory"],
  [0xfc00e, "table.copy", "table table", "*", "bulk-memory"],
  [0xfc00f, "table.grow", "table", "*", "reference-types"],
  [0xfc010, "table.size", "table", ":t", "reference-types"],
  [0xfc011, "table.fill", "table", "*", "reference-types"],
  [0xfc013, "i64.add128", "", "llll:ll", "wide-arithmetic"],
  [0xfc014, "i64.sub128", "", "llll:ll", "wide-arithmetic"],
  [0xfc015, "i64.mul_wide_s", "", "ll:ll", "wide-arithmetic"],
  [0xfc016, "i64.mul_wide_u", "", "ll:ll", "wide-arithmetic"],
  // 0xFD: vectors
  [0xfd000, "v128.load", "memarg16", "a:v", "simd"],
  [0xfd001, "v128.load8x8_s", "memarg8", "a:v", "simd"],
  [0xfd002, "v128.load8x8_u", "memarg8", "a:v", "simd"],
  [0xfd003, "v128.load16x4_s", "memarg8", "a:v", "simd"],
  [0xfd004, "v128.load16x4_u", "memarg8", "a:v", "simd"],
  [0xfd005, "v128.load32x2_s", "memarg8", "a:v", "simd"],
  [0xfd006, "v128.load32x2_u", "memarg8", "a:v", "simd"],
  [0xfd007, "v128.load8_splat", "memarg1", "a:v", "simd"],
  [0xfd008, "v128.load16_splat", "memarg2", "a:v", "simd"],
  [0xfd009, "v128.load32_splat", "memarg4", "a:v", "simd"],
  [0xfd00a, "v128.load64_splat", "memarg8", "a:v", "simd"],
  [0xfd00b, "v128.store", "memarg16", "av:", "simd"],
  [0xfd00c, "v128.const", "v128", ":v", "simd"],
  [0xfd00d, "i8x16.shuffle", "lanes16", "vv:v", "simd"],
  [0xfd00e, "i8x16.swizzle", "", "vv:v", "simd"],
  [0xfd00f, "i8x16.splat", "", "i:v", "simd"],
  [0xfd010, "i16x8.splat", "", "i:v", "simd"],
  [0xfd011, "i32x4.splat", "", "i:v", "simd"],
  [0xfd012, "i64x2.splat", "", "l:v", "simd"],
  [0xfd013, "f32x4.splat", "", "f:v", "simd"],
  [0xfd014, "f64x2.splat", "", "d:v", "simd"],
  [0xfd015, "i8x16.extract_lane_s", "lane16", "v:i", "simd"],
  [0xfd016, "i8x16.extract_lane_u", "lane16", "v:i", "simd"],
  [0xfd017, "i8x16.replace_lane", "lane16", "vi:v", "simd"],
  [0xfd018, "i16x8.extract_lane_s", "lane8", "v:i", "simd"],
  [0xfd019, "i16x8.extract_lane_u", "lane8", "v:i", "simd"],
  [0xfd01a, "i16x8.replace_lane", "lane8", "vi:v", "simd"],
  [0xfd01b, "i32x4.extract_lane", "lane4", "v:i", "simd"],
  [0xfd01c, "i32x4.replace_lane", "lane4", "vi:v", "simd"],
  [0xfd01d, "i64x2.extract_lane", "lane2", "v:l", "simd"],
  [0xfd01e, "i64x2.replace_lane", "lane2", "vl:v", "simd"],
  [0xfd01f, "f32x4.extract_lane", "lane4", "v:f", "simd"],
  [0xfd020, "f32x4.replace_lane", "lane4", "vf:v", "simd"],
  [0xfd021, "f64x2.extract_lane", "lane2", "v:d", "simd"],
  [0xfd022, "f64x2.replace_lane", "lane2", "vd:v", "simd"],
  [0xfd023, "i8x16.eq", "", "vv:v", "simd"],
  [0xfd024, "i8x16.ne", "", "vv:v", "simd"],
  [0xfd025, "i8x16.lt_s", "", "vv:v", "simd"],
  [0xfd026, "i8x16.lt_u", "", "vv:v", "simd"],
  [0xfd027, "i8x16.gt_s", "", "vv:v", "simd"],
  [0xfd028, "i8x16.gt_u", "", "vv:v", "simd"],
  [0xfd029, "i8x16.le_s", "", "vv:v", "simd"],
  [0xfd02a, "i8x16.le_u", "", "vv:v", "simd"],
  [0xfd02b, "i8x16.ge_s", "", "vv:v", "simd"],
  [0xfd02c, "i8x16.ge_u", "", "vv:v", "simd"],
  [0xfd02d, "i16x8.eq", "", "vv:v", "simd"],
  [0xfd02e, "i16x8.ne", "", "vv:v", "simd"],
  [0xfd02f, "i16x8.lt_s", "", "vv:v", "simd"],
  [0xfd030, "i16x8.lt_u", "", "vv:v", "simd"],
  [0xfd031, "i16x8.gt_s", "", "vv:v", "simd"],
  [0xfd032, "i16x8.gt_u", "", "vv:v", "simd"],
  [0xfd033, "i16x8.le_s", "", "vv:v", "simd"],
  [0xfd034, "i16x8.le_u", "", "vv:v", "simd"],
  [0xfd035, "i16x8.ge_s", "", "vv:v", "simd"],
  [0xfd036, "i16x8.ge_u", "", "vv:v", "simd"],
  [0xfd037, "i32x4.eq", "", "vv:v", "simd"],
  [0xfd038, "i32x4.ne", "", "vv:v", "simd"],
  [0xfd039, "i32x4.lt_s", "", "vv:v", "simd"],
  [0xfd03a, "i32x4.lt_u", "", "vv:v", "simd"],
  [0xfd03b, "i32x4.gt_s", "", "vv:v", "simd"],
  [0xfd03c, "i32x4.gt_u", "", "vv:v", "simd"],
  [0xfd03d, "i32x4.le_s", "", "vv:v", "simd"],
  [0xfd03e, "i32x4.le_u", "", "vv:v", "simd"],
  [0xfd03f, "i32x4.ge_s", "", "vv:v", "simd"],
  [0xfd040, "i32x4.ge_u", "", "vv:v", "simd"],
  [0xfd041, "f32x4.eq", "", "vv:v", "simd"],
  [0xfd042, "f32x4.ne", "", "vv:v", "simd"],
  [0xfd043, "f32x4.lt", "", "vv:v", "simd"],
  [0xfd044, "f32x4.gt", "", "vv:v", "simd"],
  [0xfd045, "f32x4.le", "", "vv:v", "simd"],
  [0xfd046, "f32x4.ge", "", "vv:v", "simd"],
  [0xfd047, "f64x2.eq", "", "vv:v", "simd"],
  [0xfd048, "f64x2.ne", "", "vv:v", "simd"],
  [0xfd049, "f64x2.lt", "", "vv:v", "simd"],
  [0xfd04a, "f64x2.gt", "", "vv:v", "simd"],
  [0xfd04b, "f64x2.le", "", "vv:v", "simd"],
  [0xfd04c, "f64x2.ge", "", "vv:v", "simd"],
  [0xfd04d, "v128.not", "", "v:v", "simd"],
  [0xfd04e, "v128.and", "", "vv:v", "simd"],
  [0xfd04f, "v128.andnot", "", "vv:v", "simd"],
  [0xfd050, "v128.or", "", "vv:v", "simd"],
  [0xfd051, "v128.xor", "", "vv:v", "simd"],
  [0xfd052, "v128.bitselect", "", "vvv:v", "simd"],
  [0xfd053, "v128.any_true", "", "v:i", "simd"],
  [0xfd054, "v128.load8_lane", "memarg1 lane16", "av:v", "simd"],
  [0xfd055, "v128.load16_lane", "memarg2 lane8", "av:v", "simd"],
  [0xfd056, "v128.load32_lane", "memarg4 lane4", "av:v", "simd"],
  [0xfd057, "v128.load64_lane", "memarg8 lane2", "av:v", "simd"],
  [0xfd058, "v128.store8_lane", "memarg1 lane16", "av:", "simd"],
  [0xfd059, "v128.store16_lane", "memarg2 lane8", "av:", "simd"],
  [0xfd05a, "v128.store32_lane", "memarg4 lane4", "av:", "simd"],
  [0xfd05b, "v128.store64_lane", "memarg8 lane2", "av:", "simd"],
  [0xfd05c, "v128.load32_zero", "memarg4", "a:v", "simd"],
  [0xfd05d, "v128.load64_zero", "memarg8", "a:v", "simd"],
  [0xfd05e, "f32x4.demote_f64x2_zero", "", "v:v", "simd"],
  [0xfd05f, "f64x2.promote_low_f32x4", "", "v:v", "simd"],
  [0xfd060, "i8x16.abs", "", "v:v", "simd"],
  [0xfd061, "i8x16.neg", "", "v:v", "simd"],
  [0xfd062, "i8x16.popcnt", "", "v:v", "simd"],
  [0xfd063, "i8x16.all_true", "", "v:i", "simd"],
  [0xfd064, "i8x16.bitmask", "", "v:i", "simd"],
  [0xfd065, "i8x16.narrow_i16x8_s", "", "vv:v", "simd"],
  [0xfd066, "i8x16.narrow_i16x8_u", "", "vv:v", "simd"],
  [0xfd067, "f32x4.ceil", "", "v:v", "simd"],
  [0xfd068, "f32x4.floor", "", "v:v", "simd"],
  [0xfd069, "f32x4.trunc", "", "v:v", "simd"],
  [0xfd06a, "f32x4.nearest", "", "v:v", "simd"],
  [0xfd06b, "i8x16.shl", "", "vi:v", "simd"],
  [0xfd06c, "i8x16.shr_s", "", "vi:v", "simd"],
  [0xfd06d, "i8x16.shr_u", "", "vi:v", "simd"],
  [0xfd06e, "i8x16.add", "", "vv:v", "simd"],
  [0xfd06f, "i8x16.add_sat_s", "", "vv:v", "simd"],
  [0xfd070, "i8x16.add_sat_u", "", "vv:v", "simd"],
  [0xfd071, "i8x16.sub", "", "vv:v", "simd"],
  [0xfd072, "i8x16.sub_sat_s", "", "vv:v", "simd"],
  [0xfd073, "i8x16.sub_sat_u", "", "vv:v", "simd"],
  [0xfd074, "f64x2.ceil", "", "v:v", "simd"],
  [0xfd075, "f64x2.floor", "", "v:v", "simd"],
  [0xfd076, "i8x16.min_s", "", "vv:v", "simd"],
  [0xfd077, "i8x16.min_u", "", "vv:v", "simd"],
  [0xfd078, "i8x16.max_s", "", "vv:v", "simd"],
  [0xfd079, "i8x16.max_u", "", "vv:v", "simd"],
  [0xfd07a, "f64x2.trunc", "", "v:v", "simd"],
  [0xfd07b, "i8x16.avgr_u", "", "vv:v", "simd"],
  [0xfd07c, "i16x8.extadd_pairwise_i8x16_s", "", "v:v", "simd"],
  [0xfd07d, "i16x8.extadd_pairwise_i8x16_u", "", "v:v", "simd"],
  [0xfd07e, "i32x4.extadd_pairwise_i16x8_s", "", "v:v", "simd"],
  [0xfd07f, "i32x4.extadd_pairwise_i16x8_u", "", "v:v", "simd"],
  [0xfd080, "i16x8.abs", "", "v:v", "simd"],
  [0xfd081, "i16x8.neg", "", "v:v", "simd"],
  [0xfd082, "i16x8.q15mulr_sat_s", "", "vv:v", "simd"],
  [0xfd083, "i16x8.all_true", "", "v:i", "simd"],
  [0xfd084, "i16x8.bitmask", "", "v:i", "simd"],
  [0xfd085, "i16x8.narrow_i32x4_s", "", "vv:v", "simd"],
  [0xfd086, "i16x8.narrow_i32x4_u", "", "vv:v", "simd"],
  [0xfd087, "i16x8.extend_low_i8x16_s", "", "v:v", "simd"],
  [0xfd088, "i16x8.extend_high_i8x16_s", "", "v:v", "simd"],
  [0xfd089, "i16x8.extend_low_i8x16_u", "", "v:v", "simd"],
  [0xfd08a, "i16x8.extend_high_i8x16_u", "", "v:v", "simd"],
  [0xfd08b, "i16x8.shl", "", "vi:v", "simd"],
  [0xfd08c, "i16x8.shr_s", "", "vi:v", "simd"],
  [0xfd08d, "i16x8.shr_u", "", "vi:v", "simd"],
  [0xfd08e, "i16x8.add", "", "vv:v", "simd"],
  [0xfd08f, "i16x8.add_sat_s", "", "vv:v", "simd"],
  [0xfd090, "i16x8.add_sat_u", "", "vv:v", "simd"],
  [0xfd091, "i16x8.sub", "", "vv:v", "simd"],
  [0xfd092, "i16x8.sub_sat_s", "", "vv:v", "simd"],
  [0xfd093, "i16x8.sub_sat_u", "", "vv:v", "simd"],
  [0xfd094, "f64x2.nearest", "", "v:v", "simd"],
  [0xfd095, "i16x8.mul", "", "vv:v", "simd"],
  [0xfd096, "i16x8.min_s", "", "vv:v", "simd"],
  [0xfd097, "i16x8.min_u", "", "vv:v", "simd"],
  [0xfd098, "i16x8.max_s", "", "vv:v", "simd"],
  [0xfd099, "i16x8.max_u", "", "vv:v", "simd"],
  [0xfd09b, "i16x8.avgr_u", "", "vv:v", "simd"],
  [0xfd09c, "i16x8.extmul_low_i8x16_s", "", "vv:v", "simd"],
  [0xfd09d, "i16x8.extmul_high_i8x16_s", "", "vv:v", "simd"],
  [0xfd09e, "i16x8.extmul_low_i8x16_u", "", "vv:v", "simd"],
  [0xfd09f, "i16x8.extmul_high_i8x16_u", "", "vv:v", "simd"],
  [0xfd0a0, "i32x4.abs", "", "v:v", "simd"],
  [0xfd0a1, "i32x4.neg", "", "v:v", "simd"],
  [0xfd0a3, "i32x4.all_true", "", "v:i", "simd"],
  [0xfd0a4, "i32x4.bitmask", "", "v:i", "simd"],
  [0xfd0a7, "i32x4.extend_low_i16x8_s", "", "v:v", "simd"],
  [0xfd0a8, "i32x4.extend_high_i16x8_s", "", "v:v", "simd"],
  [0xfd0a9, "i32x4.extend_low_i16x8_u", "", "v:v", "simd"],
  [0xfd0aa, "i32x4.extend_high_i16x8_u", "", "v:v", "simd"],
  [0xfd0ab, "i32x4.shl", "", "vi:v", "simd"],
  [0xfd0ac, "i32x4.shr_s", "", "vi:v", "simd"],
  [0xfd0ad, "i32x4.shr_u", "", "vi:v", "simd"],
  [0xfd0ae, "i32x4.add", "", "vv:v", "simd"],
  [0xfd0b1, "i32x4.sub", "", "vv:v", "simd"],
  [0xfd0b5, "i32x4.mul", "", "vv:v", "simd"],
  [0xfd0b6, "i32x4.min_s", "", "vv:v", "simd"],
  [0xfd0b7, "i32x4.min_u", "", "vv:v", "simd"],
  [0xfd0b8, "i32x4.max_s", "", "vv:v", "simd"],
  [0xfd0b9, "i32x4.max_u", "", "vv:v", "simd"],
  [0xfd0ba, "i32x4.dot_i16x8_s", "", "vv:v", "simd"],
  [0xfd0bc, "i32x4.extmul_low_i16x8_s", "", "vv:v", "simd"],
  [0xfd0bd, "i32x4.extmul_high_i16x8_s", "", "vv:v", "simd"],
  [0xfd0be, "i32x4.extmul_low_i16x8_u", "", "vv:v", "simd"],
  [0xfd0bf, "i32x4.extmul_high_i16x8_u", "", "vv:v", "simd"],
  [0xfd0c0, "i64x2.abs", "", "v:v", "simd"],
  [0xfd0c1, "i64x2.neg", "", "v:v", "simd"],
  [0xfd0c3, "i64x2.all_true", "", "v:i", "simd"],
  [0xfd0c4, "i64x2.bitmask", "", "v:i", "simd"],
  [0xfd0c7, "i64x2.extend_low_i32x4_s", "", "v:v", "simd"],
  [0xfd0c8, "i64x2.extend_high_i32x4_s", "", "v:v", "simd"],
  [0xfd0c9, "i64x2.extend_low_i32x4_u", "", "v:v", "simd"],
  [0xfd0ca, "i64x2.extend_high_i32x4_u", "", "v:v", "simd"],
  [0xfd0cb, "i64x2.shl", "", "vi:v", "simd"],
  [0xfd0cc, "i64x2.shr_s", "", "vi:v", "simd"],
  [0xfd0cd, "i64x2.shr_u", "", "vi:v", "simd"],
  [0xfd0ce, "i64x2.add", "", "vv:v", "simd"],
  [0xfd0d1, "i64x2.sub", "", "vv:v", "simd"],
  [0xfd0d5, "i64x2.mul", "", "vv:v", "simd"],
  [0xfd0d6, "i64x2.eq", "", "vv:v", "simd"],
  [0xfd0d7, "i64x2.ne", "", "vv:v", "simd"],
  [0xfd0d8, "i64x2.lt_s", "", "vv:v", "simd"],
  [0xfd0d9, "i64x2.gt_s", "", "vv:v", "simd"],
  [0xfd0da, "i64x2.le_s", "", "vv:v", "simd"],
  [0xfd0db, "i64x2.ge_s", "", "vv:v", "simd"],
  [0xfd0dc, "i64x2.extmul_low_i32x4_s", "", "vv:v", "simd"],
  [0xfd0dd, "i64x2.extmul_high_i32x4_s", "", "vv:v", "simd"],
  [0xfd0de, "i64x2.extmul_low_i32x4_u", "", "vv:v", "simd"],
  [0xfd0df, "i64x2.extmul_high_i32x4_u", "", "vv:v", "simd"],
  [0xfd0e0, "f32x4.abs", "", "v:v", "simd"],
  [0xfd0e1, "f32x4.neg", "", "v:v", "simd"],
  [0xfd0e3, "f32x4.sqrt", "", "v:v", "simd"],
  [0xfd0e4, "f32x4.add", "", "vv:v", "simd"],
  [0xfd0e5, "f32x4.sub", "", "vv:v", "simd"],
  [0xfd0e6, "f32x4.mul", "", "vv:v", "simd"],
  [0xfd0e7, "f32x4.div", "", "vv:v", "simd"],
  [0xfd0e8, "f32x4.min", "", "vv:v", "simd"],
  [0xfd0e9, "f32x4.max", "", "vv:v", "simd"],
  [0xfd0ea, "f32x4.pmin", "", "vv:v", "simd"],
  [0xfd0eb, "f32x4.pmax", "", "vv:v", "simd"],
  [0xfd0ec, "f64x2.abs", "", "v:v", "simd"],
  [0xfd0ed, "f64x2.neg", "", "v:v", "simd"],
  [0xfd0ef, "f64x2.sqrt", "", "v:v", "simd"],
  [0xfd0f0, "f64x2.add", "", "vv:v", "simd"],
  [0xfd0f1, "f64x2.sub", "", "vv:v", "simd"],
  [0xfd0f2, "f64x2.mul", "", "vv:v", "simd"],
  [0xfd0f3, "f64x2.div", "", "vv:v", "simd"],
  [0xfd0f4, "f64x2.min", "", "vv:v", "simd"],
  [0xfd0f5, "f64x2.max", "", "vv:v", "simd"],
  [0xfd0f6, "f64x2.pmin", "", "vv:v", "simd"],
  [0xfd0f7, "f64x2.pmax", "", "vv:v", "simd"],
  [0xfd0f8, "i32x4.trunc_sat_f32x4_s", "", "v:v", "simd"],
  [0xfd0f9, "i32x4.trunc_sat_f32x4_u", "", "v:v", "simd"],
  [0xfd0fa, "f32x4.convert_i32x4_s", "", "v:v", "simd"],
  [0xfd0fb, "f32x4.convert_i32x4_u", "", "v:v", "simd"],
  [0xfd0fc, "i32x4.trunc_sat_f64x2_s_zero", "", "v:v", "simd"],
  [0xfd0fd, "i32x4.trunc_sat_f64x2_u_zero", "", "v:v", "simd"],
  [0xfd0fe, "f64x2.convert_low_i32x4_s", "", "v:v", "simd"],
  [0xfd0ff, "f64x2.convert_low_i32x4_u", "", "v:v", "simd"],
  [0xfd100, "i8x16.relaxed_swizzle", "", "vv:v", "relaxed-simd"],
  [0xfd101, "i32x4.relaxed_trunc_f32x4_s", "", "v:v", "relaxed-simd"],
  [0xfd102, "i32x4.relaxed_trunc_f32x4_u", "", "v:v", "relaxed-simd"],
  [0xfd103, "i32x4.relaxed_trunc_f64x2_s_zero", "", "v:v", "relaxed-simd"],
  [0xfd104, "i32x4.relaxed_trunc_f64x2_u_zero", "", "v:v", "relaxed-simd"],
  [0xfd105, "f32x4.relaxed_madd", "", "vvv:v", "relaxed-simd"],
  [0xfd106, "f32x4.relaxed_nmadd", "", "vvv:v", "relaxed-simd"],
  [0xfd107, "f64x2.relaxed_madd", "", "vvv:v", "relaxed-simd"],
  [0xfd108, "f64x2.relaxed_nmadd", "", "vvv:v", "relaxed-simd"],
  [0xfd109, "i8x16.relaxed_laneselect", "", "vvv:v", "relaxed-simd"],
  [0xfd10a, "i16x8.relaxed_laneselect", "", "vvv:v", "relaxed-simd"],
  [0xfd10b, "i32x4.relaxed_laneselect", "", "vvv:v", "relaxed-simd"],
  [0xfd10c, "i64x2.relaxed_laneselect", "", "vvv:v", "relaxed-simd"],
  [0xfd10d, "f32x4.relaxed_min", "", "vv:v", "relaxed-simd"],
  [0xfd10e, "f32x4.relaxed_max", "", "vv:v", "relaxed-simd"],
  [0xfd10f, "f64x2.relaxed_min", "", "vv:v", "relaxed-simd"],
  [0xfd110, "f64x2.relaxed_max", "", "vv:v", "relaxed-simd"],
  [0xfd111, "i16x8.relaxed_q15mulr_s", "", "vv:v", "relaxed-simd"],
  [0xfd112, "i16x8.relaxed_dot_i8x16_i7x16_s", "", "vv:v", "relaxed-simd"],
  [0xfd113, "i32x4.relaxed_dot_i8x16_i7x16_add_s", "", "vvv:v", "relaxed-simd"],
  // 0xFE: atomics
  [0xfe000, "memory.atomic.notify", "atomic4", "ai:i", "threads"],
  [0xfe001, "memory.atomic.wait32", "atomic4", "ail:i", "threads"],
  [0xfe002, "memory.atomic.wait64", "atomic8", "all:i", "threads"],
  [0xfe003, "atomic.fence", "fence", ":", "threads"],
  [0xfe004, "pause", "", ":", "shared-everything-threads"],
  [0xfe010, "i32.atomic.load", "atomic4", "a:i", "threads"],
  [0xfe011, "i64.atomic.load", "atomic8", "a:l", "threads"],
  [0xfe012, "i32.atomic.load8_u", "atomic1", "a:i", "threads"],
  [0xfe013, "i32.atomic.load16_u", "atomic2", "a:i", "threads"],
  [0xfe014, "i64.atomic.load8_u", "atomic1", "a:l", "threads"],
  [0xfe015, "i64.atomic.load16_u", "atomic2", "a:l", "threads"],
  [0xfe016, "i64.atomic.load32_u", "atomic4", "a:l", "threads"],
  [0xfe017, "i32.atomic.store", "atomic4", "ai:", "threads"],
  [0xfe018, "i64.atomic.store", "atomic8", "al:", "threads"],
  [0xfe019, "i32.atomic.store8", "atomic1", "ai:", "threads"],
  [0xfe01a, "i32.atomic.store16", "atomic2", "ai:", "threads"],
  [0xfe01b, "i64.atomic.store8", "atomic1", "al:", "threads"],
  [0xfe01c, "i64.atomic.store16", "atomic2", "al:", "threads"],
  [0xfe01d, "i64.atomic.store32", "atomic4", "al:", "threads"],
  [0xfe01e, "i32.atomic.rmw.add", "atomic4", "ai:i", "threads"],
  [0xfe01f, "i64.atomic.rmw.add", "atomic8", "al:l", "threads"],
  [0xfe020, "i32.atomic.rmw8.add_u", "atomic1", "ai:i", "threads"],
  [0xfe021, "i32.atomic.rmw16.add_u", "atomic2", "ai:i", "threads"],
  [0xfe022, "i64.atomic.rmw8.add_u", "atomic1", "al:l", "threads"],
  [0xfe023, "i64.atomic.rmw16.add_u", "atomic2", "al:l", "threads"],
  [0xfe024, "i64.atomic.rmw32.add_u", "atomic4", "al:l", "threads"],
  [0xfe025, "i32.atomic.rmw.sub", "atomic4", "ai:i", "threads"],
  [0xfe026, "i64.atomic.rmw.sub", "atomic8", "al:l", "threads"],
  [0xfe027, "i32.atomic.rmw8.sub_u", "atomic1", "ai:i", "threads"],
  [0xfe028, "i32.atomic.rmw16.sub_u", "atomic2", "ai:i", "threads"],
  [0xfe029, "i64.atomic.rmw8.sub_u", "atomic1", "al:l", "threads"],
  [0xfe02a, "i64.atomic.rmw16.sub_u", "atomic2", "al:l", "threads"],
  [0xfe02b, "i64.atomic.rmw32.sub_u", "atomic4", "al:l", "threads"],
  [0xfe02c, "i32.atomic.rmw.and", "atomic4", "ai:i", "threads"],
  [0xfe02d, "i64.atomic.rmw.and", "atomic8", "al:l", "threads"],
  [0xfe02e, "i32.atomic.rmw8.and_u", "atomic1", "ai:i", "threads"],
  [0xfe02f, "i32.atomic.rmw16.and_u", "atomic2", "ai:i", "threads"],
  [0xfe030, "i64.atomic.rmw8.and_u", "atomic1", "al:l", "threads"],
  [0xfe031, "i64.atomic.rmw16.and_u", "atomic2", "al:l", "threads"],
  [0xfe032, "i64.atomic.rmw32.and_u", "atomic4", "al:l", "threads"],
  [0xfe033, "i32.atomic.rmw.or", "atomic4", "ai:i", "threads"],
  [0xfe034, "i64.atomic.rmw.or", "atomic8", "al:l", "threads"],
  [0xfe035, "i32.atomic.rmw8.or_u", "atomic1", "ai:i", "threads"],
  [0xfe036, "i32.atomic.rmw16.or_u", "atomic2", "ai:i", "threads"],
  [0xfe037, "i64.atomic.rmw8.or_u", "atomic1", "al:l", "threads"],
  [0xfe038, "i64.atomic.rmw16.or_u", "atomic2", "al:l", "threads"],
  [0xfe039, "i64.atomic.rmw32.or_u", "atomic4", "al:l", "threads"],
  [0xfe03a, "i32.atomic.rmw.xor", "atomic4", "ai:i", "threads"],
  [0xfe03b, "i64.atomic.rmw.xor", "atomic8", "al:l", "threads"],
  [0xfe03c, "i32.atomic.rmw8.xor_u", "atomic1", "ai:i", "threads"],
  [0xfe03d, "i32.atomic.rmw16.xor_u", "atomic2", "ai:i", "threads"],
  [0xfe03e, "i64.atomic.rmw8.xor_u", "atomic1", "al:l", "threads"],
  [0xfe03f, "i64.atomic.rmw16.xor_u", "atomic2", "al:l", "threads"],
  [0xfe040, "i64.atomic.rmw32.xor_u", "atomic4", "al:l", "threads"],
  [0xfe041, "i32.atomic.rmw.xchg", "atomic4", "ai:i", "threads"],
  [0xfe042, "i64.atomic.rmw.xchg", "atomic8", "al:l", "threads"],
  [0xfe043, "i32.atomic.rmw8.xchg_u", "atomic1", "ai:i", "threads"],
  [0xfe044, "i32.atomic.rmw16.xchg_u", "atomic2", "ai:i", "threads"],
  [0xfe045, "i64.atomic.rmw8.xchg_u", "atomic1", "al:l", "threads"],
  [0xfe046, "i64.atomic.rmw16.xchg_u", "atomic2", "al:l", "threads"],
  [0xfe047, "i64.atomic.rmw32.xchg_u", "atomic4", "al:l", "threads"],
  [0xfe048, "i32.atomic.rmw.cmpxchg", "atomic4", "aii:i", "threads"],
  [0xfe049, "i64.atomic.rmw.cmpxchg", "atomic8", "all:l", "threads"],
  [0xfe04a, "i32.atomic.rmw8.cmpxchg_u", "atomic1", "aii:i", "threads"],
  [0xfe04b, "i32.atomic.rmw16.cmpxchg_u", "atomic2", "aii:i", "threads"],
  [0xfe04c, "i64.atomic.rmw8.cmpxchg_u", "atomic1", "all:l", "threads"],
  [0xfe04d, "i64.atomic.rmw16.cmpxchg_u", "atomic2", "all:l", "threads"],
  [0xfe04e, "i64.atomic.rmw32.cmpxchg_u", "atomic4", "all:l", "threads"],
  [0xfe04f, "global.atomic.get", "ordering global", "*", "shared-everything-threads"],
  [0xfe050, "global.atomic.set", "ordering global", "*", "shared-everything-threads"],
  [0xfe051, "global.atomic.rmw.add", "ordering global", "*", "shared-everything-threads"],
  [0xfe052, "global.atomic.rmw.sub", "ordering global", "*", "shared-everything-threads"],
  [0xfe053, "global.atomic.rmw.and", "ordering global", "*", "shared-everything-threads"],
  [0xfe054, "global.atomic.rmw.or", "ordering global", "*", "shared-everything-threads"],
  [0xfe055, "global.atomic.rmw.xor", "ordering global", "*", "shared-everything-threads"],
  [0xfe056, "global.atomic.rmw.xchg", "ordering global", "*", "shared-everything-threads"],
  [0xfe057, "global.atomic.rmw.cmpxchg", "ordering global", "*", "shared-everything-threads"],
  [0xfe058, "table.atomic.get", "ordering table", "*", "shared-everything-threads"],
  [0xfe059, "table.atomic.set", "ordering table", "*", "shared-everything-threads"],
  [0xfe05a, "table.atomic.rmw.xchg", "ordering table", "*", "shared-everything-threads"],
  [0xfe05b, "table.atomic.rmw.cmpxchg", "ordering table", "*", "shared-everything-threads"],
  [0xfe05c, "struct.atomic.get", "ordering type field", "*", "shared-everything-threads"],
  [0xfe05d, "struct.atomic.get_s", "ordering type field", "*", "shared-everything-threads"],
  [0xfe05e, "struct.atomic.get_u", "ordering type field", "*", "shared-everything-threads"],
  [0xfe05f, "struct.atomic.set", "ordering type field", "*", "shared-everything-threads"],
  [0xfe060, "struct.atomic.rmw.add", "ordering type field", "*", "shared-everything-threads"],
  [0xfe061, "struct.atomic.rmw.sub", "ordering type field", "*", "shared-everything-threads"],
  [0xfe062, "struct.atomic.rmw.and", "ordering type field", "*", "shared-everything-threads"],
  [0xfe063, "struct.atomic.rmw.or", "ordering type field", "*", "shared-everything-threads"],
  [0xfe064, "struct.atomic.rmw.xor", "ordering type field", "*", "shared-everything-threads"],
  [0xfe065, "struct.atomic.rmw.xchg", "ordering type field", "*", "shared-everything-threads"],
  [0xfe066, "struct.atomic.rmw.cmpxchg", "ordering type field", "*", "shared-everything-threads"],
  [0xfe067, "array.atomic.get", "ordering type", "*", "shared-everything-threads"],
  [0xfe068, "array.atomic.get_s", "ordering type", "*", "shared-everything-threads"],
  [0xfe069, "array.atomic.get_u", "ordering type", "*", "shared-everything-threads"],
  [0xfe06a, "array.atomic.set", "ordering type", "*", "shared-everything-threads"],
  [0xfe06b, "array.atomic.rmw.add", "ordering type", "*", "shared-everything-threads"],
  [0xfe06c, "array.atomic.rmw.sub", "ordering type", "*", "shared-everything-threads"],
  [0xfe06d, "array.atomic.rmw.and", "ordering type", "*", "shared-everything-threads"],
  [0xfe06e, "array.atomic.rmw.or", "ordering type", "*", "shared-everything-threads"],
  [0xfe06f, "array.atomic.rmw.xor", "ordering type", "*", "shared-everything-threads"],
  [0xfe070, "array.atomic.rmw.xchg", "ordering type", "*", "shared-everything-threads"],
  [0xfe071, "array.atomic.rmw.cmpxchg", "ordering type", "*", "shared-everything-threads"],
  [0xfe072, "ref.i31_shared", "", "*", "shared-everything-threads"],
];

const LETTERS: Record<string, ValueType | typeof ADDRESS> = {
  i: I32,
  l: I64,
  f: F32,
  d: F64,
  v: V128,
  a: ADDRESS,
  t: ADDRESS,
};

const signatures = new Map<string, Signature>();

function signature(letters: string): Signature | null {
  if (letters === "*") return null;
  let known = signatures.get(letters);
  if (!known) {
    const [params, results] = letters.split(":");
    known = { params: [...params].map((l) => LETTERS[l]), results: [...results].map((l) => LETTERS[l]) };
    signatures.set(letters, known);
  }
  return known;
}

/** All instructions, in the order of their codes. */
export const OPCODES: readonly Opcode[] = ROWS.map(([code, mnemonic, immediates, letters, feature]) => ({
  code,
  mnemonic,
  immediates: immediates === "" ? [] : immediates.split(" ") as Immediate[],
  signature: signature(letters),
  feature,
  accessWidth: Number(/^(?:memarg|atomic)([0-9]+)/.exec(immediates)?.[1] ?? 0),
}));

const byCode = new Map<number, Opcode>(OPCODES.map((opcode) => [opcode.code, opcode]));

/** One-byte instructions by opcode; undefined where none is. */
export const ONE_BYTE_OPCODES: readonly (Opcode | undefined)[] = Array.from(
  { length: 256 },
  (_, code) => byCode.get(code),
);

/** The instruction with the given code, prefixed or not. */
export function opcodeOf(code: number): Opcode | undefined {
  return code < 256 ? ONE_BYTE_OPCODES[code] : byCode.get(code);
}

/** The codes by name, for readers of switch statements: `Op["i32.add"]`. */
export const CODE: Readonly<Record<string, number>> = codesByMnemonic();

function codesByMnemonic(): Record<string, number> {
  const codes: Record<string, number> = Object.create(null);
  for (const { code, mnemonic } of OPCODES) codes[mnemonic] ??= code;
  return codes;
}
