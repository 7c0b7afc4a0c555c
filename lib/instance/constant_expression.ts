/**
 * Evaluating constant expressions (specification 3.5.1 "Constant Expressions"): the initial values of globals, tables and
 * element segments, and the offsets of active segments. The validator has accepted them.
 *
 * @module
 */

import { TypeReader } from "../binary/type_reader.ts";
import type { CanonicalType } from "../syntax/canonical_types.ts";
import { ALL_FEATURES } from "../syntax/features.ts";
import type { ByteRange, ConstantExpression } from "../syntax/module.ts";
import { opcodeOf, prefixed } from "../syntax/opcodes.ts";
import { type ArrayType, type FieldType, type StructType, unpacked } from "../syntax/types.ts";
import { newArray, newFilledArray } from "../runtime/array_class.ts";
import { valueList } from "../runtime/components.ts";
import { externalize, internalize } from "../runtime/external_references.ts";
import type { HeapObject } from "../runtime/heap_objects.ts";
import type { InstanceData } from "../runtime/instance_data.ts";
import { f32FromBits, f64FromBits } from "../runtime/float_bits.ts";
import { newStruct } from "../runtime/struct_class.ts";
import { trap } from "../runtime/traps.ts";
import { defaultValue, type Value } from "../runtime/values.ts";

const I32_CONST = 0x41;
const REF_FUNC = 0xd2;
const END = 0x0b;

const I31_SHIFT = 1;

/**
 * The (boxed) value of `expression` in `instance`, whose functions, and globals before the one that is initialised, are
 * there already.
 *
 * @throws {RuntimeError} when an array to make is too large.
 */
export function evaluate(expression: ConstantExpression, instance: InstanceData): Value {
  const { bytes, start, end } = expression;
  // Nearly all are one of these two alone: no decoder for them.
  const opcode = bytes[start];
  if (opcode === I32_CONST || opcode === REF_FUNC) {
    let at = start + 1;
    let immediate = 0;
    let shift = 0;
    for (; bytes[at] >= 0x80; at++, shift += 7) immediate |= (bytes[at] & 0x7f) << shift;
    const last = bytes[at];
    immediate |= last << shift;
    if (at + 2 === end) {
      if (opcode === REF_FUNC) return instance.functionReference(immediate);
      const unused = 25 - shift;
      return unused > 0 ? immediate << unused >> unused : immediate;
    }
  }
  return evaluateAny(expression, instance);
}

function evaluateAny({ bytes, start }: ByteRange, instance: InstanceData): Value {
  const { types } = instance.module;
  const reader = new TypeReader(bytes, ALL_FEATURES, types.length);
  reader.position = start;
  const stack = valueList();
  const binary = <T>(operation: (left: T, right: T) => T) => {
    const right = stack.pop() as T;
    stack.push(operation(stack.pop() as T, right));
  };
  for (;;) {
    const byte = reader.u8();
    if (byte === END) return stack.pop();
    const code = byte < 0xfb ? byte : prefixed(byte, reader.u32("opcode"));
    switch (opcodeOf(code)?.mnemonic) {
      case "i32.const":
        stack.push(reader.i32("immediate"));
        break;
      case "i64.const":
        stack.push(reader.i64("immediate"));
        break;
      case "f32.const":
        stack.push(f32FromBits(reader.fixed32()));
        break;
      case "f64.const":
        stack.push(f64FromBits(reader.fixed32(), reader.fixed32()));
        break;
      case "v128.const":
        stack.push(bytes.slice(reader.position, reader.position + 16));
        reader.skip(16);
        break;
      case "i32.add":
        binary<number>((left, right) => (left + right) | 0);
        break;
      case "i32.sub":
        binary<number>((left, right) => (left - right) | 0);
        break;
      case "i32.mul":
        binary<number>(Math.imul);
        break;
      case "i64.add":
        binary<bigint>((left, right) => BigInt.asIntN(64, left + right));
        break;
      case "i64.sub":
        binary<bigint>((left, right) => BigInt.asIntN(64, left - right));
        break;
      case "i64.mul":
        binary<bigint>((left, right) => BigInt.asIntN(64, left * right));
        break;
      case "global.get":
        stack.push(instance.globals[reader.u32("global index")].get());
        break;
      case "ref.null":
        reader.heapType();
        stack.push(null);
        break;
      case "ref.func":
        stack.push(instance.functionReference(reader.u32("function index")));
        break;
      case "ref.i31":
      case "ref.i31_shared":
        stack.push((stack.pop() as number) << I31_SHIFT >> I31_SHIFT);
        break;
      case "string.const":
        stack.push(instance.module.record.strings[reader.u32("string literal index")]);
        break;
      case "any.convert_extern":
        stack.push(internalize(stack.pop()));
        break;
      case "extern.convert_any":
        stack.push(externalize(stack.pop()));
        break;
      case "struct.new":
      case "struct.new_desc": {
        const type = types[reader.u32("type index")];
        const { fields } = type.composite as StructType;
        const descriptor = popDescriptor(stack, type);
        stack.push(newStruct(type, stack.splice(stack.length - fields.length), descriptor));
        break;
      }
      case "struct.new_default":
      case "struct.new_default_desc": {
        const type = types[reader.u32("type index")];
        const { fields } = type.composite as StructType;
        stack.push(newStruct(type, fields.map(defaultOf), popDescriptor(stack, type)));
        break;
      }
      case "array.new": {
        const type = types[reader.u32("type index")];
        const length = stack.pop() as number;
        stack.push(newFilledArray(type, stack.pop(), length));
        break;
      }
      case "array.new_default": {
        const type = types[reader.u32("type index")];
        const { element } = type.composite as ArrayType;
        stack.push(newFilledArray(type, defaultOf(element), stack.pop() as number));
        break;
      }
      case "array.new_fixed": {
        const type = types[reader.u32("type index")];
        const count = reader.u32("length");
        stack.push(newArray(type, stack.splice(stack.length - count)));
        break;
      }
      default:
        throw new Error(`opcode 0x${code.toString(16)} in a validated constant expression`);
    }
  }
}

/** The descriptor of a new struct, which lies on top of its fields; null when its type demands none. Traps when it is null. */
function popDescriptor(stack: Value[], { definition }: CanonicalType): HeapObject | null {
  return definition.descriptor === null ? null : stack.pop() as HeapObject ?? trap("nullDereference");
}

function defaultOf({ storage }: FieldType): Value {
  return defaultValue(unpacked(storage));
}
