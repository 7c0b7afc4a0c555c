import { assertEquals, assertThrows } from "@std/assert";
import { CodeList } from "../../lib/runtime/code_list.ts";
import { type Code, FunctionReference } from "../../lib/runtime/function_reference.ts";
import { RuntimeError } from "../../lib/syntax/errors.ts";
import { type CanonicalType, TypeRegistry } from "../../lib/syntax/canonical_types.ts";
import { I32 } from "../../lib/syntax/types.ts";

const types = new TypeRegistry();
const type = types.functionType([], []);
const otherType = types.functionType([I32], []);

/** A function that has code, or whose code is made when somebody asks for it. */
function reference(code: Code | null, of: CanonicalType = type, prepared?: Code): FunctionReference {
  const prepare = (reference: FunctionReference) => void (reference.code = prepared!);
  const made = new FunctionReference(of, { prepare } as never, 0);
  if (code !== null) {
    made.code = code;
    made.signatureId = of.id;
  }
  return made;
}

function codesOf({ codes }: CodeList): (Code | null)[] {
  return Array.from(codes);
}

Deno.test("CodeList.extend() takes the code of functions of the type that have some", () => {
  const code = () => 1;
  const list = new CodeList([reference(code), null, reference(null), reference(code, otherType)], type);
  assertEquals(codesOf(list), []);
  list.extend(3);
  assertEquals(codesOf(list), [code, null, null]);
  list.extend(4);
  assertEquals(codesOf(list), [code, null, null, null]);
});

Deno.test("CodeList.find() makes code, and keeps it where there is a place for it", () => {
  const code = () => 1;
  const list = new CodeList([reference(null, type, code), reference(null, type, code)], type);
  list.extend(1);
  assertEquals([list.find(0), list.find(1)], [code, code]);
  assertEquals(codesOf(list), [code]);
});

Deno.test("CodeList.find() traps, and keeps nothing, where a call does", () => {
  const list = new CodeList([null, reference(() => 1, otherType)], type);
  list.extend(2);
  assertThrows(() => list.find(0), RuntimeError, "null function or function signature mismatch");
  assertThrows(() => list.find(1), RuntimeError, "null function or function signature mismatch");
  assertThrows(() => list.find(2), RuntimeError, "table index is out of bounds");
  assertEquals(codesOf(list), [null, null]);
});

Deno.test("CodeList.update() follows the elements that it is told of", () => {
  const [first, second] = [() => 1, () => 2];
  const elements = [reference(first), reference(first), reference(first)];
  const list = new CodeList(elements, type);
  list.extend(2);
  elements.fill(reference(second));
  list.update(1, 3);
  assertEquals(codesOf(list), [first, second]);
});
