import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import {
  equalValueTypes,
  matchHeapType,
  matchValueType,
  NO_TYPES,
  TypeRegistry,
} from "../../lib/syntax/canonical_types.ts";
import {
  ANY,
  ANYREF,
  ARRAY,
  BOTTOM,
  type CompositeType,
  definedHeapType,
  EQ,
  EXTERN,
  FUNC,
  FUNCREF,
  I31,
  I32,
  I64,
  NOEXTERN,
  NOFUNC,
  NONE,
  type RecursionGroup,
  refType,
  sharedHeapType,
  STRUCT,
  type SubType,
  type ValueType,
} from "../../lib/syntax/types.ts";

function subType(composite: CompositeType, extras: Partial<SubType> = {}): SubType {
  return {
    final: false,
    supertype: null,
    shared: false,
    descriptor: null,
    describes: null,
    composite,
    ...extras,
  };
}

function struct(...storages: ValueType[]): CompositeType {
  return { kind: "struct", fields: storages.map((storage) => ({ storage, mutable: false })) };
}

function group(start: number, size: number): RecursionGroup {
  return { start, size, explicit: true };
}

const reference = (index: number) => refType(definedHeapType(index), true);

Deno.test("equal groups have the same canonical types, wherever they stand", () => {
  const registry = new TypeRegistry();
  const node = subType(struct(I32, reference(0)));
  const [first] = registry.canonicalize([node], [group(0, 1)]);
  const shifted = subType(struct(I32, reference(1)));
  const types = registry.canonicalize([subType(struct(I64)), shifted], [group(0, 1), group(1, 1)]);
  assertStrictEquals(types[1], first);
});

Deno.test("groups are compared as wholes", () => {
  const registry = new TypeRegistry();
  const a = subType(struct(reference(1)));
  const b = subType(struct(reference(0)));
  const together = registry.canonicalize([a, b], [group(0, 2)]);
  const alone = registry.canonicalize([subType(struct(reference(0)))], [group(0, 1)]);
  assert(together[0] !== alone[0] && together[1] !== alone[0]);
});

Deno.test("a group may be larger than an argument list", () => {
  const size = 200_000;
  const types = new TypeRegistry().canonicalize(new Array(size).fill(subType(struct())), [group(0, size)]);
  assertEquals(types.length, size);
});

Deno.test("finality, sharing and descriptors tell types apart", () => {
  const registry = new TypeRegistry();
  const variants = [{}, { final: true }, { shared: true }, { describes: 0 }, { descriptor: 0 }];
  const ids = variants.map((extras) =>
    registry.canonicalize([subType(struct(I32), extras)], [group(0, 1)])[0].id
  );
  assertEquals(new Set(ids).size, variants.length);
});

Deno.test("a display of supertypes answers subtype questions", () => {
  const registry = new TypeRegistry();
  const types = registry.canonicalize(
    [
      subType(struct()),
      subType(struct(I32), { supertype: 0 }),
      subType(struct(I32, I32), { supertype: 1 }),
      subType(struct(I64), { supertype: 0 }),
    ],
    [group(0, 1), group(1, 1), group(2, 1), group(3, 1)],
  );
  const [top, middle, bottom, other] = types;
  assertEquals([top.depth, middle.depth, bottom.depth], [0, 1, 2]);
  assert(bottom.isSubtypeOf(top) && bottom.isSubtypeOf(middle) && bottom.isSubtypeOf(bottom));
  assert(!top.isSubtypeOf(bottom) && !other.isSubtypeOf(middle) && !bottom.isSubtypeOf(other));
});

Deno.test("definitions refer to their own context", () => {
  const registry = new TypeRegistry();
  const [, list] = registry.canonicalize(
    [subType(struct(I32)), subType(struct(reference(0), reference(1)))],
    [group(0, 1), group(1, 1)],
  );
  assertEquals(list.composite, struct(reference(1), reference(0)));
  assertStrictEquals(list.context[0], list);
  assertEquals(list.context[1].composite, struct(I32));
});

Deno.test("abstract heap types match within their hierarchies", () => {
  const matches = (a: number, b: number) => matchHeapType(a, b, NO_TYPES, NO_TYPES);
  assert(matches(I31, EQ) && matches(STRUCT, ANY) && matches(NONE, ARRAY));
  assert(matches(NOFUNC, FUNC) && matches(NOEXTERN, EXTERN));
  assert(!matches(ANY, EQ) && !matches(FUNC, ANY) && !matches(NONE, FUNC) && !matches(I31, STRUCT));
});

Deno.test("shared and unshared types never match", () => {
  const matches = (a: number, b: number) => matchHeapType(a, b, NO_TYPES, NO_TYPES);
  assert(matches(sharedHeapType(I31), sharedHeapType(ANY)));
  assert(!matches(sharedHeapType(I31), ANY) && !matches(I31, sharedHeapType(ANY)));
});

Deno.test("defined types match their kinds and are matched by bottoms", () => {
  const types = new TypeRegistry().canonicalize(
    [subType(struct()), subType({ kind: "func", params: [], results: [] })],
    [group(0, 1), group(1, 1)],
  );
  const matches = (a: number, b: number) => matchHeapType(a, b, types, types);
  assert(matches(definedHeapType(0), STRUCT) && matches(definedHeapType(0), ANY));
  assert(matches(definedHeapType(1), FUNC) && !matches(definedHeapType(1), ANY));
  assert(matches(NONE, definedHeapType(0)) && matches(NOFUNC, definedHeapType(1)));
  assert(!matches(NOFUNC, definedHeapType(0)) && !matches(STRUCT, definedHeapType(0)));
});

Deno.test("an exact type matches the same exact type and everything above", () => {
  const types = new TypeRegistry().canonicalize(
    [subType(struct()), subType(struct(), { supertype: 0 })],
    [group(0, 1), group(1, 1)],
  );
  const matches = (a: number, b: number) => matchHeapType(a, b, types, types);
  assert(matches(definedHeapType(1, true), definedHeapType(0)));
  assert(matches(definedHeapType(0, true), definedHeapType(0, true)));
  assert(!matches(definedHeapType(0), definedHeapType(0, true)));
  assert(!matches(definedHeapType(1, true), definedHeapType(0, true)));
  assert(matches(NONE, definedHeapType(0, true)));
});

Deno.test("value types match across contexts by canonical type", () => {
  const registry = new TypeRegistry();
  const a = registry.canonicalize([subType(struct(I32))], [group(0, 1)]);
  const b = registry.canonicalize([subType(struct(I64)), subType(struct(I32))], [group(0, 1), group(1, 1)]);
  assert(matchValueType(reference(0), reference(1), a, b));
  assert(!matchValueType(reference(0), reference(0), a, b));
  assert(equalValueTypes(reference(0), reference(1), a, b));
  assert(!equalValueTypes(reference(0), refType(definedHeapType(1), false), a, b));
});

Deno.test("null needs a nullable type, and bottom matches everything", () => {
  const matches = (a: number, b: number) => matchValueType(a, b, NO_TYPES, NO_TYPES);
  assert(matches(refType(FUNC, false), FUNCREF) && !matches(FUNCREF, refType(FUNC, false)));
  assert(matches(BOTTOM, I32) && matches(BOTTOM, ANYREF) && !matches(I32, I64));
});
