/**
 * String instructions (stringref proposal). What is one operation on a JavaScript string is inline, the rest is called.
 *
 * @module
 */

import { I32, refType, STRING } from "../syntax/types.ts";
import {
  asInt,
  asUnsigned,
  binary,
  call,
  derived,
  Effect,
  type Expression,
  Precedence,
} from "./expression.ts";
import type { Emitter, FunctionCompiler } from "./function_compiler.ts";
import { is64, popAddress } from "./memory.ts";
import { dereferenced, dereferenceEffects, nonNull } from "./typed_references.ts";

const READ_MEMORY = Effect.ReadMemory | Effect.TrapMemory | Effect.Trap;

/** A call with all operands, none of which is an address; `results` are one component. */
function operation(callee: string, operands: number, kind: Expression["kind"], effects: number): Emitter {
  return (f) => {
    const args = f.popComponents(operands).map(asInt);
    f.push(call(f.scope.runtime(callee), args, kind, effects));
  };
}

/** `string.new_utf8` and its like. */
function fromMemory(callee: string): Emitter {
  return (f) => {
    const memory = f.reader.u32("memory index");
    const count = asUnsigned(f.pop());
    const address = popAddress(f, is64(f, memory));
    f.push(call(f.scope.runtime(callee), [f.scope.memory(memory), address, count], "ref", READ_MEMORY));
  };
}

/** What writes a string to memory: a call that must stay where it is. `above` operands follow the address. */
function popIntoMemory(f: FunctionCompiler, callee: string, above: number): Expression {
  const memory = f.reader.u32("memory index");
  const rest = f.popComponents(above).map(asInt);
  const address = popAddress(f, is64(f, memory));
  const string = f.pop();
  const operands = [f.scope.memory(memory), string, address, ...rest];
  return call(f.scope.runtime(callee), operands, "int", Effect.Call);
}

/** `string.encode_utf8` and its like. */
function intoMemory(callee: string, above: number): Emitter {
  return (f) => f.push(popIntoMemory(f, callee, above));
}

/** `stringview_wtf8.encode_utf8` and its like, of two results. */
function viewIntoMemory(callee: string): Emitter {
  return (f) => {
    const encoded = popIntoMemory(f, callee, 2);
    f.settle(encoded.effects);
    const [position, count] = [f.temporary("int"), f.temporary("int")];
    f.write(`${position.name}=${encoded.text}`);
    f.write(`${count.name}=${f.resultRegister("int", 1)}`);
    f.push(position.read());
    f.push(count.read());
  };
}

/** `string.new_utf8_array` and its like. */
function fromArray(callee: string, nullable: boolean = false): Emitter {
  return (f) => {
    const operands = f.popComponents(3).map(asInt);
    f.types.length -= 3;
    const string = call(f.scope.runtime(callee), operands, "ref", Effect.ReadHeap | Effect.Trap);
    f.pushValue(refType(STRING, nullable), string);
  };
}

/** `string.encode_utf8_array` and its like. */
function intoArray(callee: string): Emitter {
  return (f) => {
    const operands = f.popComponents(3).map(asInt);
    f.types.length -= 3;
    f.pushValue(I32, call(f.scope.runtime(callee), operands, "int", Effect.Call));
  };
}

function constant(f: FunctionCompiler): void {
  f.push(f.scope.string(f.reader.u32("string literal index")));
}

function equal(f: FunctionCompiler): void {
  const b = f.pop();
  const a = f.pop();
  f.push(binary(a, "===", b, Precedence.Equal, "bool"));
}

/** `string.measure_wtf16` and `stringview_wtf16.length`. */
function length(f: FunctionCompiler): void {
  const type = f.types.at(-1)!;
  const string = f.pop();
  const text = `${dereferenced(string)}.length`;
  f.push(derived(text, Precedence.Postfix, "small", [string], dereferenceEffects(type)));
}

/** The view is the string. */
function asWtf16(f: FunctionCompiler): void {
  const type = f.types.at(-1)!;
  f.push(nonNull(f, f.pop(), type));
}

/** String instructions. */
export const STRING_EMITTERS: Readonly<Record<string, Emitter>> = {
  "string.new_utf8": fromMemory("stringNewUtf8"),
  "string.new_utf8_try": fromMemory("stringNewUtf8Try"),
  "string.new_lossy_utf8": fromMemory("stringNewLossyUtf8"),
  "string.new_wtf8": fromMemory("stringNewWtf8"),
  "string.new_wtf16": fromMemory("stringNewWtf16"),
  "string.const": constant,
  "string.measure_utf8": operation("stringMeasureUtf8", 1, "int", Effect.Trap),
  "string.measure_wtf8": operation("stringMeasureWtf8", 1, "int", Effect.Trap),
  "string.measure_wtf16": length,
  "string.encode_utf8": intoMemory("stringEncodeUtf8", 0),
  "string.encode_lossy_utf8": intoMemory("stringEncodeLossyUtf8", 0),
  "string.encode_wtf8": intoMemory("stringEncodeWtf8", 0),
  "string.encode_wtf16": intoMemory("stringEncodeWtf16", 0),
  "string.concat": operation("stringConcat", 2, "ref", Effect.Trap),
  "string.eq": equal,
  "string.is_usv_sequence": operation("stringIsUsvSequence", 1, "small", Effect.Trap),
  "string.as_wtf8": operation("stringAsWtf8", 1, "ref", Effect.Trap),
  "stringview_wtf8.advance": operation("viewWtf8Advance", 3, "small", Effect.None),
  "stringview_wtf8.encode_utf8": viewIntoMemory("viewWtf8EncodeUtf8"),
  "stringview_wtf8.encode_lossy_utf8": viewIntoMemory("viewWtf8EncodeLossyUtf8"),
  "stringview_wtf8.encode_wtf8": viewIntoMemory("viewWtf8EncodeWtf8"),
  "stringview_wtf8.slice": operation("viewWtf8Slice", 3, "ref", Effect.None),
  "string.as_wtf16": asWtf16,
  "stringview_wtf16.length": length,
  "stringview_wtf16.get_codeunit": operation("viewWtf16GetCodeUnit", 2, "small", Effect.Trap),
  "stringview_wtf16.encode": intoMemory("viewWtf16Encode", 2),
  "stringview_wtf16.slice": operation("viewWtf16Slice", 3, "ref", Effect.None),
  "string.as_iter": operation("stringAsIter", 1, "ref", Effect.Trap),
  "stringview_iter.next": operation("viewIterNext", 1, "int", Effect.Call),
  "stringview_iter.advance": operation("viewIterAdvance", 2, "int", Effect.Call),
  "stringview_iter.rewind": operation("viewIterRewind", 2, "int", Effect.Call),
  "stringview_iter.slice": operation("viewIterSlice", 2, "ref", Effect.Call),
  "string.compare": operation("stringCompare", 2, "int", Effect.Trap),
  "string.from_code_point": operation("stringFromCodePoint", 1, "ref", Effect.Trap),
  "string.hash": operation("stringHash", 1, "small", Effect.Trap),
  "string.new_utf8_array": fromArray("stringNewUtf8Array"),
  "string.new_utf8_array_try": fromArray("stringNewUtf8ArrayTry", true),
  "string.new_lossy_utf8_array": fromArray("stringNewLossyUtf8Array"),
  "string.new_wtf8_array": fromArray("stringNewWtf8Array"),
  "string.new_wtf16_array": fromArray("stringNewWtf16Array"),
  "string.encode_utf8_array": intoArray("stringEncodeUtf8Array"),
  "string.encode_lossy_utf8_array": intoArray("stringEncodeLossyUtf8Array"),
  "string.encode_wtf8_array": intoArray("stringEncodeWtf8Array"),
  "string.encode_wtf16_array": intoArray("stringEncodeWtf16Array"),
};
