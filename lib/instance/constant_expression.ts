/**
 * Evaluating constant expressions (specification 3.5.1 "Constant Expressions"): the initial values of globals, tables and
 * element segments, and the offsets of active segments. The validator has accepted them.
 *
 * @module
 */

import { Reader } from "../binary/reader.ts";
import type { CanonicalType } from "../syntax/canonical_types.ts";
import type { ByteRange, ConstantExpression } from "../syntax/module.ts";
import { opcodeOf, prefixed } from "../syntax/opcodes.ts";
import { type ArrayType, type FieldType, type StructType, unpacked } from "../syntax/types.ts";
import { valueList } from "../runtime/components.ts";
import type { HeapObjects } from "../runtime/engine_state.ts";
import type { InstanceData } from "../runtime/instance_data.ts";
import { f32FromBits, f64FromBits } from "../runtime/float_bits.ts";
import { trap } from "../runtime/traps.ts";
import { defaultValue, type Value } from "../runtime/values.ts";

const I32_CONST = 0x41;
const REF_FUNC = 0xd2;
const END = 0x0b;

/** Most elements of an array (V8's limit on the bytes of a fixed array, for the smallest elements). */
const MAXIMUM_ARRAY_LENGTH = 1 << 27;

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

function evaluateAny({ bytes, start, end }: ByteRange, instance: InstanceData): Value {
  const reader = new Reader(bytes, start, end);
  const { types } = instance.module;
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
        reader.i33("heap type");
        stack.push(null);
        break;
      case "ref.func":
        stack.push(instance.functionReference(reader.u32("function index")));
        break;
      case "ref.i31":
        stack.push((stack.pop() as number) << I31_SHIFT >> I31_SHIFT);
        break;
      case "any.convert_extern":
      case "extern.convert_any":
        // Both hierarchies hold the same JavaScript values: an i31 is a Number in either.
        break;
      case "struct.new": {
        const type = types[reader.u32("type index")];
        const { fields } = type.composite as StructType;
        stack.push(heapObjects(instance).newStruct(type, stack.splice(stack.length - fields.length)));
        break;
      }
      case "struct.new_default": {
        const type = types[reader.u32("type index")];
        const { fields } = type.composite as StructType;
        stack.push(heapObjects(instance).newStruct(type, fields.map(defaultOf)));
        break;
      }
      case "array.new": {
        const type = types[reader.u32("type index")];
        const length = stack.pop() as number;
        stack.push(filledArray(instance, type, stack.pop(), length));
        break;
      }
      case "array.new_default": {
        const type = types[reader.u32("type index")];
        const { element } = type.composite as ArrayType;
        stack.push(filledArray(instance, type, defaultOf(element), stack.pop() as number));
        break;
      }
      case "array.new_fixed": {
        const type = types[reader.u32("type index")];
        const count = reader.u32("length");
        stack.push(heapObjects(instance).newArray(type, stack.splice(stack.length - count)));
        break;
      }
      default:
        throw new Error(`opcode 0x${code.toString(16)} in a validated constant expression`);
    }
  }
}

function heapObjects({ engine }: InstanceData): HeapObjects {
  if (!engine.heapObjects) throw new Error("the engine has no structs and arrays");
  return engine.heapObjects;
}

function defaultOf({ storage }: FieldType): Value {
  return defaultValue(unpacked(storage));
}

function filledArray(instance: InstanceData, type: CanonicalType, value: Value, length: number): object {
  if (length >>> 0 > MAXIMUM_ARRAY_LENGTH) trap("arrayTooLarge");
  return heapObjects(instance).newArray(type, new Array(length).fill(value));
}
