/**
 * Canonical types: one object per type and engine, however many modules declare it. Two recursion groups
 * are the same when they are written the same, references into the group counted by place (specification
 * 3.3.1 "Type Equivalence", by rolling). Canonical types are also the runtime types: a display of supertypes makes the
 * subtype test constant-time.
 *
 * @module
 */

import {
  abstractHeapTypeOf,
  ANY,
  ARRAY,
  BOTTOM,
  type CompositeType,
  EQ,
  EXN,
  EXTERN,
  type FieldType,
  FUNC,
  type FunctionType,
  type HeapType,
  heapTypeOf,
  I31,
  isDefined,
  isExact,
  isNullable,
  isReference,
  isSharedAbstract,
  isStringView,
  NOEXN,
  NOEXTERN,
  NOFUNC,
  NONE,
  type RecursionGroup,
  STRING,
  STRUCT,
  type SubType,
  type TypeIndex,
  typeIndexOf,
  type ValueType,
  withTypeIndex,
} from "./types.ts";

/** What type indices refer to: a module's canonical types in index order, or a canonical type's own references. */
export type TypeContext = readonly CanonicalType[];

/** A context for types that name no defined type. */
export const NO_TYPES: TypeContext = [];

/** A type as all modules of an engine share it. */
export class CanonicalType {
  /** Unique among the types of all engines, never reused. */
  readonly id: number;
  /** The definition; its type indices refer to {@linkcode CanonicalType.context}. */
  definition: SubType;
  /** What the definition's type indices mean. */
  context: TypeContext;
  /** This type's ancestors by depth, itself last: `t.display[s.depth] === s` is the subtype test. */
  readonly display: CanonicalType[] = [];

  /** Made by a {@linkcode TypeRegistry} alone. */
  constructor(id: number, definition: SubType, context: TypeContext) {
    this.id = id;
    this.definition = definition;
    this.context = context;
  }

  /** Number of declared supertypes above this type. */
  get depth(): number {
    return this.display.length - 1;
  }

  /** Whether this type is `other` or declared below it. */
  isSubtypeOf(other: CanonicalType): boolean {
    return this.display[other.display.length - 1] === other;
  }

  /** The composite type. */
  get composite(): CompositeType {
    return this.definition.composite;
  }

  /** The signature of a function type. @throws {TypeError} for a struct or array type. */
  get signature(): FunctionType {
    const { composite } = this.definition;
    if (composite.kind !== "func") throw new TypeError("not a function type");
    return composite;
  }
}

let nextId = 1;

/** An engine's canonical types, found again by how they are written, and collected when nobody uses them. */
export class TypeRegistry {
  #groups = new Map<string, WeakRef<CanonicalType>>();
  #members = new WeakMap<CanonicalType, readonly CanonicalType[]>();
  #forgotten = new FinalizationRegistry<string>((key) => {
    if (this.#groups.get(key)?.deref() === undefined) this.#groups.delete(key);
  });

  /**
   * The canonical types of a module's type section, in index order. Supertypes and references must be in range: at
   * most the end of the type's own group (the validator checks this first).
   */
  canonicalize(types: readonly SubType[], groups: readonly RecursionGroup[]): CanonicalType[] {
    const canonical: CanonicalType[] = [];
    for (const { start, size } of groups) {
      this.addGroup(types.slice(start, start + size), start, canonical);
    }
    return canonical;
  }

  /** Adds one group, whose first type has index `start`, to `canonical`. */
  addGroup(group: readonly SubType[], start: TypeIndex, canonical: CanonicalType[]): void {
    if (group.length === 0) return;
    const key = groupKey(group, start, canonical);
    const first = this.#groups.get(key)?.deref();
    const known = first && this.#members.get(first);
    if (known) {
      for (const type of known) canonical.push(type);
      return;
    }
    const members = this.#create(group, start, canonical);
    this.#groups.set(key, new WeakRef(members[0]));
    this.#forgotten.register(members[0], key);
    this.#members.set(members[0], members);
    for (const type of members) canonical.push(type);
  }

  /** The canonical type of a final function type without supertypes that names no defined type. */
  functionType(params: readonly ValueType[], results: readonly ValueType[]): CanonicalType {
    const canonical: CanonicalType[] = [];
    this.addGroup([functionSubType(params, results)], 0, canonical);
    return canonical[0];
  }

  #create(group: readonly SubType[], start: TypeIndex, outer: TypeContext): CanonicalType[] {
    const context: CanonicalType[] = [];
    const places = new Map<CanonicalType, TypeIndex>();
    const members = group.map((definition) => new CanonicalType(nextId++, definition, context));
    for (const member of members) context.push(member);
    const place = (index: TypeIndex): TypeIndex => {
      if (index >= start) return index - start;
      const type = outer[index];
      let at = places.get(type);
      if (at === undefined) {
        places.set(type, at = context.length);
        context.push(type);
      }
      return at;
    };
    for (let i = 0; i < members.length; i++) {
      const member = members[i];
      member.definition = mapTypeIndices(group[i], place);
      const { supertype } = member.definition;
      if (supertype !== null) member.display.push(...context[supertype].display);
      member.display.push(member);
    }
    return members;
  }
}

/** A final function type, as it stands without `rec` and `sub`. */
export function functionSubType(params: readonly ValueType[], results: readonly ValueType[]): SubType {
  return {
    final: true,
    supertype: null,
    shared: false,
    descriptor: null,
    describes: null,
    composite: { kind: "func", params, results },
  };
}

function mapTypeIndices(type: SubType, map: (index: TypeIndex) => TypeIndex): SubType {
  const value = (t: ValueType) => isDefined(t) ? withTypeIndex(t, map(typeIndexOf(t))) : t;
  const optional = (index: TypeIndex | null) => index === null ? null : map(index);
  const field = ({ storage, mutable }: FieldType) => ({ storage: value(storage), mutable });
  const { composite } = type;
  let mapped: CompositeType;
  switch (composite.kind) {
    case "func":
      mapped = { kind: "func", params: composite.params.map(value), results: composite.results.map(value) };
      break;
    case "struct":
      mapped = { kind: "struct", fields: composite.fields.map(field) };
      break;
    case "array":
      mapped = { kind: "array", element: field(composite.element) };
  }
  return {
    final: type.final,
    supertype: optional(type.supertype),
    shared: type.shared,
    descriptor: optional(type.descriptor),
    describes: optional(type.describes),
    composite: mapped,
  };
}

/** How a group is written, the same for equivalent groups only: inner references by place, outer ones by id. */
function groupKey(group: readonly SubType[], start: TypeIndex, outer: TypeContext): string {
  const reference = (index: TypeIndex) => index >= start ? `.${index - start}` : `${outer[index].id}`;
  const value = (t: ValueType) =>
    isDefined(t) ? `${withTypeIndex(t, 0)}:${reference(typeIndexOf(t))}` : `${t}`;
  const optional = (index: TypeIndex | null) => index === null ? "" : reference(index);
  const field = ({ storage, mutable }: FieldType) => (mutable ? "m" : "") + value(storage);
  return group.map((type) => {
    const { composite } = type;
    const head = `${type.final ? "F" : "O"}${type.shared ? "S" : ""}<${optional(type.supertype)},${
      optional(type.descriptor)
    },${optional(type.describes)}>`;
    switch (composite.kind) {
      case "func":
        return `${head}f${composite.params.map(value)}>${composite.results.map(value)}`;
      case "struct":
        return `${head}s${composite.fields.map(field)}`;
      case "array":
        return `${head}a${field(composite.element)}`;
    }
  }).join(";");
}

/** Whether a heap type is shared, by its mark or by its definition. */
export function isSharedHeapType(heap: HeapType, types: TypeContext): boolean {
  return isDefined(heap) ? types[typeIndexOf(heap)].definition.shared : isSharedAbstract(heap);
}

/** Whether values of `type` may be shared between threads: numbers, vectors and references to shared types. */
export function isSharedType(type: ValueType, types: TypeContext): boolean {
  return !isReference(type) || isSharedHeapType(heapTypeOf(type), types);
}

/** The abstract heap type directly above a defined type: func, struct or array (without the shared mark). */
export function abstractOf(type: CanonicalType): HeapType {
  switch (type.composite.kind) {
    case "func":
      return FUNC;
    case "struct":
      return STRUCT;
    case "array":
      return ARRAY;
  }
}

/**
 * The top of the hierarchy a heap type belongs to: any, func, extern or exn (without the shared mark). Strings are below any, as
 * in V8; each kind of string view is a hierarchy of its own.
 */
export function topHeapType(heap: HeapType, types: TypeContext): HeapType {
  const plain = isDefined(heap) ? abstractOf(types[typeIndexOf(heap)]) : abstractHeapTypeOf(heap);
  switch (plain) {
    case FUNC:
    case NOFUNC:
      return FUNC;
    case EXTERN:
    case NOEXTERN:
      return EXTERN;
    case EXN:
    case NOEXN:
      return EXN;
    default:
      return isStringView(plain) ? plain : ANY;
  }
}

function matchAbstract(a: HeapType, b: HeapType): boolean {
  if (a === b) return true;
  switch (b) {
    case ANY:
      return a === EQ || a === I31 || a === STRUCT || a === ARRAY || a === STRING || a === NONE;
    case EQ:
      return a === I31 || a === STRUCT || a === ARRAY || a === NONE;
    case I31:
    case STRUCT:
    case ARRAY:
    case STRING:
      return a === NONE;
    case FUNC:
      return a === NOFUNC;
    case EXTERN:
      return a === NOEXTERN;
    case EXN:
      return a === NOEXN;
    default:
      return false;
  }
}

/**
 * Heap type subtyping (specification 3.3.3 "Heap Types"): whether `a`, read in `aTypes`, matches `b`, read in
 * `bTypes`. The contexts differ when an import meets its declaration.
 */
export function matchHeapType(a: HeapType, b: HeapType, aTypes: TypeContext, bTypes: TypeContext): boolean {
  if (a === b && aTypes === bTypes) return true;
  if (isDefined(a)) {
    const aType = aTypes[typeIndexOf(a)];
    if (isDefined(b)) {
      const bType = bTypes[typeIndexOf(b)];
      if (isExact(b)) return isExact(a) && aType === bType;
      return aType.isSubtypeOf(bType);
    }
    return aType.definition.shared === isSharedAbstract(b) &&
      matchAbstract(abstractOf(aType), abstractHeapTypeOf(b));
  }
  const plainA = abstractHeapTypeOf(a);
  if (isDefined(b)) {
    const bType = bTypes[typeIndexOf(b)];
    return bType.definition.shared === isSharedAbstract(a) &&
      plainA === (bType.composite.kind === "func" ? NOFUNC : NONE);
  }
  return isSharedAbstract(a) === isSharedAbstract(b) && matchAbstract(plainA, abstractHeapTypeOf(b));
}

/** Value type subtyping (specification 3.3.5 "Value Types"), across contexts as {@linkcode matchHeapType}. */
export function matchValueType(
  a: ValueType,
  b: ValueType,
  aTypes: TypeContext,
  bTypes: TypeContext,
): boolean {
  if (a === b && aTypes === bTypes) return true;
  if (a === BOTTOM) return true;
  if (!isReference(a) || !isReference(b)) return a === b;
  if (isNullable(a) && !isNullable(b)) return false;
  return matchHeapType(heapTypeOf(a), heapTypeOf(b), aTypes, bTypes);
}

/** Whether two value types are the same type, across contexts: each matches the other. */
export function equalValueTypes(
  a: ValueType,
  b: ValueType,
  aTypes: TypeContext,
  bTypes: TypeContext,
): boolean {
  if (!isDefined(a) || !isDefined(b)) return a === b;
  return withTypeIndex(a, 0) === withTypeIndex(b, 0) && aTypes[typeIndexOf(a)] === bTypes[typeIndexOf(b)];
}
