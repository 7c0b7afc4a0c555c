import { assertEquals } from "@std/assert";
import { decodeModule } from "../../lib/binary/decode.ts";
import { TypeRegistry } from "../../lib/syntax/canonical_types.ts";
import { ALL_FEATURES, without } from "../../lib/syntax/features.ts";
import { ModuleValidation, validateModule } from "../../lib/valid/module.ts";
import { body, type Bytes, moduleBytes, name, section, vectorSection } from "../binary/module_bytes.ts";
import { assertInvalid, validate } from "./validation.ts";

const I32 = 0x7f;
const END = 0x0b;
const TYPES = vectorSection(1, [0x60, 0, 0]);

function types(...definitions: Bytes[]): Uint8Array {
  return moduleBytes(vectorSection(1, ...definitions));
}

Deno.test("validateModule() gives equal types one canonical type", () => {
  const registry = new TypeRegistry();
  const bytes = types([0x60, 0, 0], [0x60, 0, 0], [0x60, 1, I32, 0]);
  const [first, second, third] = validateModule(decodeModule(bytes), registry);
  assertEquals(first === second, true);
  assertEquals(first === third, false);
  assertEquals(validateModule(decodeModule(types([0x60, 1, I32, 0])), registry)[0] === third, true);
});

Deno.test("a subtype fits its supertype", () => {
  validate(types([0x50, 0, 0x5f, 1, I32, 0], [0x50, 1, 0, 0x5f, 2, I32, 0, I32, 1]));
  assertInvalid(
    types([0x50, 0, 0x5f, 1, I32, 0], [0x50, 1, 0, 0x5f, 1, I32, 1]),
    "type 1 has invalid explicit supertype 0 @+17",
  );
  assertInvalid(
    types([0x50, 0, 0x60, 0, 0], [0x50, 1, 0, 0x5f, 0]),
    "type 1 has invalid explicit supertype 0 @+16",
  );
});

Deno.test("function types are contravariant in parameters", () => {
  const supertype = [0x50, 0, 0x60, 1, 0x6d, 1, 0x6d];
  validate(types(supertype, [0x50, 1, 0, 0x60, 1, 0x6e, 1, 0x6c]));
  assertInvalid(
    types(supertype, [0x50, 1, 0, 0x60, 1, 0x6c, 1, 0x6c]),
    "type 1 has invalid explicit supertype 0 @+18",
  );
});

Deno.test("a final type has no subtypes", () => {
  assertInvalid(types([0x5f, 0], [0x50, 1, 0, 0x5f, 0]), "type 1 extends final type 0 @+13");
});

Deno.test("supertypes are stacked 63 high at most", () => {
  const chain = (length: number) =>
    types([0x50, 0, 0x5f, 0], ...Array.from({ length }, (_, i): Bytes => [0x50, 1, i, 0x5f, 0]));
  validate(chain(63));
  assertInvalid(chain(64), "type 64: subtyping depth is greater than allowed @+331");
});

Deno.test("shared types have shared parts", () => {
  validate(types([0x65, 0x5f, 1, 0x65, 0x6e, 0]));
  assertInvalid(
    types([0x65, 0x5f, 1, 0x6e, 0]),
    "Type 0: shared struct must have shared field types, actual type is anyref @+11",
  );
});

Deno.test("a descriptor and what it describes name each other", () => {
  validate(types([0x4e, 2, 0x4d, 1, 0x5f, 0, 0x4c, 0, 0x5f, 0]));
  assertInvalid(
    types([0x4e, 2, 0x4d, 1, 0x5f, 0, 0x5f, 0]),
    "Type 0 has descriptor 1 but 1 doesn't describe 0 @+13",
  );
});

Deno.test("constant expressions are constant, and of the right type", () => {
  const global = (...init: Bytes) => moduleBytes(vectorSection(6, [I32, 0, init, END]));
  validate(global(0x41, 1));
  validate(global(0x41, 1, 0x41, 2, 0x6c));
  assertInvalid(global(0x41, 1, 0x45), "opcode i32.eqz is not allowed in constant expressions @+15");
  assertInvalid(global(0x42, 1), "end[0] expected type i32, found i64.const of type i64 @+13");
  assertInvalid(global(), "expected 1 elements on the stack for constant expression, found 0 @+13");
  assertInvalid(
    global(0x41, 1, 0x41, 2, 0x6c),
    "opcode i32.mul is not allowed in constant expressions (enable feature extended-const) @+17",
    without(ALL_FEATURES, "extended-const"),
  );
});

Deno.test("a constant expression names earlier immutable globals only", () => {
  const second = (mutable: number, index: number) =>
    moduleBytes(vectorSection(6, [I32, mutable, 0x41, 0, END], [I32, 0, 0x23, index, END]));
  validate(second(0, 0));
  assertInvalid(second(1, 0), "mutable globals cannot be used in constant expressions @+19");
  assertInvalid(second(0, 1), "Invalid global index: 1 @+19");
});

Deno.test("a table without default elements needs an initial value", () => {
  assertInvalid(
    moduleBytes(vectorSection(4, [0x64, 0x70, 0, 1])),
    "Table of non-defaultable table (ref func) needs initial value @+11",
  );
  validate(moduleBytes(
    TYPES,
    vectorSection(3, [0]),
    vectorSection(4, [0x40, 0, 0x64, 0x70, 0, 1, 0xd2, 0, END]),
    vectorSection(10, body()),
  ));
});

Deno.test("export names are different", () => {
  assertInvalid(
    moduleBytes(
      TYPES,
      vectorSection(3, [0]),
      vectorSection(7, [name("f"), 0, 0], [name("f"), 0, 0]),
      vectorSection(10, body()),
    ),
    "Duplicate export name 'f' for function 0 and function 0 @+25",
  );
});

Deno.test("the start function takes and returns nothing", () => {
  assertInvalid(
    moduleBytes(
      vectorSection(1, [0x60, 1, I32, 0]),
      vectorSection(3, [0]),
      section(8, 0),
      vectorSection(10, body()),
    ),
    "invalid start function: non-zero parameter or return count @+21",
  );
});

Deno.test("a tag has no results", () => {
  assertInvalid(
    moduleBytes(vectorSection(1, [0x60, 0, 1, I32]), vectorSection(13, [0, 0])),
    "tag signature 0 has non-void return @+19",
  );
});

Deno.test("an active element segment fits its table", () => {
  assertInvalid(
    moduleBytes(
      TYPES,
      vectorSection(3, [0]),
      vectorSection(4, [0x6f, 0, 1]),
      vectorSection(9, [0, 0x41, 0, END, 1, 0]),
      vectorSection(10, body()),
    ),
    "Element segment of type (ref func) is not a subtype of referenced table 0 (of type externref) @+27",
  );
});

Deno.test("the offset of a segment has its memory's address type", () => {
  const bytes = (flags: number) =>
    moduleBytes(vectorSection(5, [flags, 1]), vectorSection(11, [0, 0x42, 0, END, 0]));
  validate(bytes(4));
  assertInvalid(bytes(0), "end[0] expected type i32, found i64.const of type i64 @+17");
});

Deno.test("a shared global has a shared type", () => {
  validate(moduleBytes(vectorSection(6, [I32, 2, 0x41, 0, END])));
  assertInvalid(
    moduleBytes(vectorSection(6, [0x70, 2, 0xd0, 0x70, END])),
    "Shared global 0 must have shared type, actual type funcref @+11",
  );
});

Deno.test("ModuleValidation goes on where it stopped", () => {
  const bodies = Array.from({ length: 5 }, () => body(0x01));
  const bytes = moduleBytes(
    TYPES,
    vectorSection(3, ...bodies.map(() => [0])),
    vectorSection(10, ...bodies),
  );
  const validation = new ModuleValidation(decodeModule(bytes), new TypeRegistry());
  let slices = 1;
  while (validation.advance(5)) slices++;
  assertEquals(slices, 3);
});
