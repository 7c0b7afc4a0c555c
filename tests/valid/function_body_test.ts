import { ALL_FEATURES, type FeatureName, without } from "../../lib/syntax/features.ts";
import {
  body,
  type Bytes,
  functionModule,
  moduleBytes,
  name,
  section,
  sized,
  vector,
  vectorSection,
} from "../binary/module_bytes.ts";
import { assertInvalid, validate } from "./validation.ts";

const I32 = 0x7f;
const I64 = 0x7e;
const F32 = 0x7d;
const END = 0x0b;

/** Where the instructions of {@linkcode functionModule} begin when the type is `[] -> []`. */
function failed(message: string): string {
  return `Compiling function #0 failed: ${message}`;
}

Deno.test("a function returns what its type says", () => {
  validate(functionModule([I32], [I32], 0x20, 0));
  assertInvalid(
    functionModule([], [I32]),
    failed("expected 1 elements on the stack for fallthru, found 0 @+24"),
  );
  assertInvalid(
    functionModule([], [], 0x41, 0),
    failed("expected 0 elements on the stack for fallthru, found 1 @+25"),
  );
});

Deno.test("an operand of the wrong type is refused where it was made", () => {
  assertInvalid(
    functionModule([I64], [I32], 0x20, 0, 0x45),
    failed("i32.eqz[0] expected type i32, found local.get of type i64 @+25"),
  );
});

Deno.test("a missing operand is refused", () => {
  assertInvalid(
    functionModule([], [], 0x41, 1, 0x6a),
    failed("not enough arguments on the stack for i32.add (need 2, got 1) @+25"),
  );
});

Deno.test("operands of an outer block are out of reach", () => {
  assertInvalid(
    functionModule([], [], 0x41, 1, 0x02, 0x40, 0x1a, END, 0x1a),
    failed("not enough arguments on the stack for drop (need 1, got 0) @+27"),
  );
});

Deno.test("the error names the function when the module does", () => {
  const bytes = moduleBytes(
    vectorSection(1, [0x60, 0, 0]),
    vectorSection(3, [0]),
    vectorSection(10, body(0x1a)),
    section(0, name("name"), 1, sized(vector([0, name("broken")]))),
  );
  assertInvalid(
    bytes,
    'Compiling function #0:"broken" failed: not enough arguments on the stack for drop (need 1, got 0) @+23',
  );
});

Deno.test("a body ends with its last end", () => {
  const bytes = (...instructions: Bytes) =>
    moduleBytes(
      vectorSection(1, [0x60, 0, 0]),
      vectorSection(3, [0]),
      vectorSection(10, sized(0, instructions)),
    );
  assertInvalid(bytes(0x01), failed('function body must end with "end" opcode @+24'));
  assertInvalid(bytes(END, 0x01), failed("trailing code after function end @+24"));
});

Deno.test("code behind a branch has operands of any type", () => {
  validate(functionModule([], [I64], 0x00, 0x6a, 0x1a));
  validate(functionModule([], [I32], 0x41, 1, 0x0f, 0x7c, 0xa7));
  validate(functionModule([], [], 0x00, 0x1b, 0x45, 0x1a));
});

Deno.test("operands pushed behind a branch keep their types", () => {
  assertInvalid(
    functionModule([], [], 0x00, 0x42, 0, 0x45, 0x1a),
    failed("i32.eqz[0] expected type i32, found i64.const of type i64 @+24"),
  );
});

Deno.test("a branch takes its label's types along", () => {
  validate(functionModule([], [I32], 0x02, I32, 0x41, 1, 0x0c, 0, END));
  assertInvalid(
    functionModule([], [I32], 0x02, I32, 0x0c, 0, END),
    failed("expected 1 elements on the stack for branch, found 0 @+26"),
  );
  assertInvalid(functionModule([], [], 0x0c, 1), failed("invalid branch depth: 1 @+24"));
});

Deno.test("a loop's label has the loop's parameters", () => {
  const types = vectorSection(1, [0x60, 0, 0], [0x60, 1, I32, 1, I64]);
  const bytes = (...instructions: Bytes) =>
    moduleBytes(types, vectorSection(3, [0]), vectorSection(10, body(instructions)));
  validate(bytes(0x41, 1, 0x03, 1, 0x0c, 0, END, 0x1a));
  assertInvalid(
    bytes(0x41, 1, 0x03, 1, 0x1a, 0x42, 1, 0x0c, 0, END, 0x1a),
    failed("br[0] expected type i32, found i64.const of type i64 @+33"),
  );
});

Deno.test("br_if leaves values of its label's types", () => {
  // (block (result (ref null func)) of a (ref func): afterwards it may be null.
  const bytes = moduleBytes(
    vectorSection(1, [0x60, 1, 0x64, 0x70, 1, 0x64, 0x70]),
    vectorSection(3, [0]),
    vectorSection(10, body(0x02, 0x70, 0x20, 0, 0x41, 0, 0x0d, 0, 0x0f, END, 0xd4)),
  );
  assertInvalid(
    bytes,
    failed("return[0] expected type (ref func), found local.get of type funcref @+29"),
  );
});

Deno.test("the labels of br_table agree in arity", () => {
  assertInvalid(
    functionModule([], [I32], 0x02, 0x40, 0x41, 0, 0x41, 0, 0x0e, 1, 0, 1, END, 0x41, 0),
    failed("br_table: label arity inconsistent with previous 0, found 1 @+33"),
  );
});

Deno.test("an if without else returns its parameters", () => {
  validate(functionModule([], [], 0x41, 1, 0x04, 0x40, END));
  assertInvalid(
    functionModule([], [I32], 0x41, 1, 0x04, I32, 0x41, 1, END),
    failed("type error in one-armed if (expected [i32], got []) @+30"),
  );
});

Deno.test("else belongs to an if, once", () => {
  assertInvalid(functionModule([], [], 0x05), failed("else does not match an if @+23"));
  assertInvalid(
    functionModule([], [], 0x41, 1, 0x04, 0x40, 0x05, 0x05, END),
    failed("else already present for if @+28"),
  );
});

Deno.test("a local without default is set before it is read", () => {
  const bytes = (...instructions: Bytes) =>
    moduleBytes(
      vectorSection(1, [0x60, 1, 0x64, 0x70, 0]),
      vectorSection(3, [0]),
      vectorSection(10, sized(1, 1, 0x64, 0x70, instructions, END)),
    );
  validate(bytes(0x20, 0, 0x21, 1, 0x20, 1, 0x1a));
  assertInvalid(bytes(0x20, 1, 0x1a), failed("uninitialized non-defaultable local: 1 @+29"));
  assertInvalid(
    bytes(0x02, 0x40, 0x20, 0, 0x21, 1, END, 0x20, 1, 0x1a),
    failed("uninitialized non-defaultable local: 1 @+36"),
  );
  validate(bytes(0x20, 0, 0x21, 1, 0x02, 0x40, 0x20, 1, 0x1a, END));
});

Deno.test("what one arm of an if sets is not set in the other", () => {
  const bytes = moduleBytes(
    vectorSection(1, [0x60, 1, 0x64, 0x70, 0]),
    vectorSection(3, [0]),
    vectorSection(
      10,
      sized(1, 1, 0x64, 0x70, 0x41, 1, 0x04, 0x40, 0x20, 0, 0x21, 1, 0x05, 0x20, 1, 0x1a, END, END),
    ),
  );
  assertInvalid(bytes, failed("uninitialized non-defaultable local: 1 @+38"));
});

Deno.test("there are at most 50000 locals", () => {
  const bytes = (count: Bytes) =>
    moduleBytes(
      vectorSection(1, [0x60, 1, I32, 0]),
      vectorSection(3, [0]),
      vectorSection(10, sized(1, count, I32, END)),
    );
  validate(bytes([0xcf, 0x86, 3]));
  assertInvalid(bytes([0xd0, 0x86, 3]), failed("local count too large @+24"));
});

Deno.test("memory instructions need a memory and a fitting alignment", () => {
  assertInvalid(
    functionModule([], [], 0x41, 0, 0x28, 2, 0, 0x1a),
    failed("memory index 0 exceeds number of declared memories (0) @+26"),
  );
  const withMemory = (flags: number, ...instructions: Bytes) =>
    moduleBytes(
      vectorSection(1, [0x60, 0, 0]),
      vectorSection(3, [0]),
      vectorSection(5, [flags, 1]),
      vectorSection(10, body(instructions)),
    );
  validate(withMemory(0, 0x41, 0, 0x28, 2, 0, 0x1a));
  validate(withMemory(0, 0x41, 0, 0x28, 2, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x1a));
  assertInvalid(
    withMemory(0, 0x41, 0, 0x28, 3, 0, 0x1a),
    failed("invalid alignment; expected maximum alignment is 2, actual alignment is 3 @+31"),
  );
  assertInvalid(
    withMemory(0, 0x41, 0, 0x28, 2, 0x80, 0x80, 0x80, 0x80, 0x10, 0x1a),
    failed("memory offset outside 32-bit range: 4294967296 @+32"),
  );
  validate(withMemory(4, 0x42, 0, 0x28, 2, 0x80, 0x80, 0x80, 0x80, 0x10, 0x1a));
  assertInvalid(
    withMemory(4, 0x41, 0, 0x28, 2, 0, 0x1a),
    failed("i32.load[0] expected type i64, found i32.const of type i32 @+28"),
  );
});

Deno.test("atomic accesses have their natural alignment", () => {
  const bytes = moduleBytes(
    vectorSection(1, [0x60, 0, 0]),
    vectorSection(3, [0]),
    vectorSection(5, [0, 1]),
    vectorSection(10, body(0x41, 0, 0xfe, 0x10, 1, 0, 0x1a)),
  );
  assertInvalid(
    bytes,
    failed("invalid alignment for atomic operation; expected alignment is 2, actual alignment is 1 @+32"),
  );
});

Deno.test("memory.init and data.drop need a data count", () => {
  const bytes = (...count: Bytes) =>
    moduleBytes(
      vectorSection(1, [0x60, 0, 0]),
      vectorSection(3, [0]),
      count,
      vectorSection(10, body(0xfc, 9, 0)),
      vectorSection(11, [1, 0]),
    );
  validate(bytes(section(12, 1)));
  assertInvalid(bytes(), failed("data count section required @+25"));
});

Deno.test("ref.func names declared functions only", () => {
  const bytes = (...rest: Bytes) =>
    moduleBytes(
      vectorSection(1, [0x60, 0, 0]),
      vectorSection(3, [0]),
      rest,
      vectorSection(10, body(0xd2, 0, 0x1a)),
    );
  assertInvalid(bytes(), failed("undeclared reference to function #0 @+24"));
  validate(bytes(vectorSection(7, [name("f"), 0, 0])));
  validate(bytes(vectorSection(9, [3, 0, 1, 0])));
  validate(bytes(vectorSection(6, [0x70, 0, 0xd2, 0, END])));
});

Deno.test("an immutable global is not assigned", () => {
  const bytes = moduleBytes(
    vectorSection(1, [0x60, 0, 0]),
    vectorSection(3, [0]),
    vectorSection(6, [I32, 0, 0x41, 0, END]),
    vectorSection(10, body(0x41, 0, 0x24, 0)),
  );
  assertInvalid(bytes, failed("immutable global #0 cannot be assigned @+33"));
});

Deno.test("an untyped select takes numbers of one type", () => {
  validate(functionModule([I32], [I32], 0x20, 0, 0x20, 0, 0x20, 0, 0x1b));
  assertInvalid(
    functionModule([I32, I64], [], 0x20, 0, 0x20, 1, 0x20, 0, 0x1b, 0x1a),
    failed("select[1] expected type i32, found local.get of type i64 @+27"),
  );
  assertInvalid(
    functionModule([0x70], [], 0x20, 0, 0x20, 0, 0x41, 0, 0x1b, 0x1a),
    failed("select without type is restricted to number and simd types @+30"),
  );
});

Deno.test("a tail call's callee returns what the caller does", () => {
  validate(functionModule([], [I32], 0x12, 0));
  const bytes = moduleBytes(
    vectorSection(1, [0x60, 0, 0], [0x60, 0, 1, I32]),
    vectorSection(3, [0], [1]),
    vectorSection(10, body(0x12, 1), body(0x41, 0)),
  );
  assertInvalid(bytes, failed("return_call: tail call type error @+28"));
});

Deno.test("a handler of try_table hands its values to a label that takes them", () => {
  const bytes = (results: Bytes, ...handler: Bytes) =>
    moduleBytes(
      vectorSection(1, [0x60, 0, 0], [0x60, 1, I32, 0], [0x60, 0, vector(...results.map((type) => [type]))]),
      vectorSection(3, [0]),
      vectorSection(13, [0, 1]),
      vectorSection(10, body(0x02, 2, 0x1f, 0x40, 1, handler, END, 0x00, END, results.map(() => 0x1a))),
    );
  validate(bytes([I32], 0, 0, 0));
  validate(bytes([I32, 0x69], 1, 0, 0));
  validate(bytes([], 2, 0));
  validate(bytes([0x69], 3, 0));
  assertInvalid(bytes([I64], 0, 0, 0), failed("type error in branch (expected [i64], got [i32]) @+38"));
});

Deno.test("legacy rethrow targets a catch", () => {
  validate(functionModule([], [], 0x06, 0x40, 0x19, 0x09, 0, END));
  assertInvalid(
    functionModule([], [], 0x06, 0x40, 0x09, 0, END),
    failed("rethrow not targeting catch or catch-all @+25"),
  );
});

Deno.test("struct.set and array.set need something mutable", () => {
  const bytes = (type: Bytes, ...instructions: Bytes) =>
    moduleBytes(
      vectorSection(1, [0x60, 0, 0], type),
      vectorSection(3, [0]),
      vectorSection(10, body(instructions)),
    );
  assertInvalid(
    bytes([0x5f, 1, I32, 0], 0xd0, 1, 0x41, 0, 0xfb, 5, 1, 0),
    failed("struct.set: Field is immutable. @+31"),
  );
  assertInvalid(
    bytes([0x5e, I32, 0], 0xd0, 1, 0x41, 0, 0x41, 0, 0xfb, 14, 1),
    failed("array.set: immediate array type 1 is immutable @+32"),
  );
});

Deno.test("packed fields are read with a sign", () => {
  const bytes = (storage: number, get: number) =>
    moduleBytes(
      vectorSection(1, [0x60, 0, 0], [0x5f, 1, storage, 0]),
      vectorSection(3, [0]),
      vectorSection(10, body(0xd0, 1, 0xfb, get, 1, 0, 0x1a)),
    );
  validate(bytes(0x78, 3));
  validate(bytes(I32, 2));
  assertInvalid(
    bytes(0x78, 2),
    failed("struct.get: Immediate field has packed type. Use struct.get_s or struct.get_u instead. @+29"),
  );
  assertInvalid(bytes(I32, 4), failed("struct.get_u is only valid for packed fields @+29"));
});

Deno.test("a cast stays within its hierarchy", () => {
  validate(functionModule([0x6e], [], 0x20, 0, 0xfb, 23, 0x6c, 0x1a));
  assertInvalid(
    functionModule([0x6f], [], 0x20, 0, 0xfb, 23, 0x6c, 0x1a),
    failed("ref.cast[0] expected type anyref, found local.get of type externref @+24"),
  );
});

Deno.test("new objects are exact when there are exact types", () => {
  const bytes = moduleBytes(
    vectorSection(1, [0x5f, 0], [0x60, 0, 1, 0x64, 0x62, 0]),
    vectorSection(3, [1]),
    vectorSection(10, body(0xfb, 0, 0)),
  );
  validate(bytes);
});

Deno.test("a shared function uses shared things only", () => {
  const bytes = moduleBytes(
    vectorSection(1, [0x65, 0x60, 0, 0]),
    vectorSection(3, [0]),
    vectorSection(6, [I32, 0, 0x41, 0, END]),
    vectorSection(10, body(0x23, 0, 0x1a)),
  );
  assertInvalid(bytes, failed("Cannot access non-shared global 0 in a shared function @+33"));
});

Deno.test("prefixed opcodes beyond the table are refused", () => {
  assertInvalid(functionModule([], [], 0xfc, 0x7f), failed("invalid numeric opcode: 0xfc7f @+23"));
  assertInvalid(functionModule([], [], 0xfb, 0x80, 0x20), failed("Invalid prefixed opcode 4096 @+23"));
  assertInvalid(functionModule([], [], 0xff), failed("Invalid opcode 0xff @+23"));
});

Deno.test("lane indices are below the number of lanes", () => {
  validate(functionModule([], [], 0x41, 0, 0xfd, 15, 0xfd, 21, 15, 0x1a));
  assertInvalid(
    functionModule([], [], 0x41, 0, 0xfd, 15, 0xfd, 21, 16, 0x1a),
    failed("invalid lane index @+29"),
  );
});

const FEATURE_CODE: readonly (readonly [FeatureName, Bytes, string])[] = [
  ["sign-extension", [0x41, 0, 0xc0, 0x1a], "0xc0"],
  ["saturating-truncation", [0x43, 0, 0, 0, 0, 0xfc, 0, 0x1a], "0xfc000"],
  ["tail-calls", [0x12, 0], "0x12"],
  ["simd", [0x41, 0, 0xfd, 15, 0x1a], "0xfd00f"],
  ["gc", [0x41, 0, 0xfb, 28, 0x1a], "0xfb01c"],
  ["wide-arithmetic", [0x42, 0, 0x42, 0, 0xfc, 21, 0x1a, 0x1a], "0xfc015"],
];

for (const [feature, instructions, code] of FEATURE_CODE) {
  Deno.test(`an instruction of ${feature} is refused by that name when it is off`, () => {
    const bytes = functionModule([], [], instructions);
    validate(bytes);
    const at = 23 +
      (instructions.length > 2 ? (instructions as number[]).indexOf(Number(`0x${code.slice(2, 4)}`)) : 0);
    assertInvalid(
      bytes,
      failed(`Invalid opcode ${code} (enable feature ${feature}) @+${at}`),
      without(ALL_FEATURES, feature),
    );
  });
}

Deno.test("f32 and i32 results do not mix in a block", () => {
  assertInvalid(
    functionModule([F32], [], 0x02, I32, 0x20, 0, END, 0x1a),
    failed("end[0] expected type i32, found local.get of type f32 @+26"),
  );
});
