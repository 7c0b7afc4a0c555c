/**
 * How many classes of objects a place in a module may see: the struct and array types that the module has below a heap type.
 *
 * @module
 */

import type { CanonicalType } from "../syntax/canonical_types.ts";
import { abstractHeapTypeOf, ARRAY, type HeapType, isDefined, STRUCT, typeIndexOf } from "../syntax/types.ts";
import type { CompiledModule } from "../runtime/compiled_module.ts";

interface Population {
  readonly structs: number;
  readonly arrays: number;
  /** Of a type and those below it. */
  readonly below: ReadonlyMap<CanonicalType, number>;
}

const populations = new WeakMap<CompiledModule, Population>();

/** Number of different struct and array types of a module whose values have a heap type. */
export function population(module: CompiledModule, heap: HeapType): number {
  let known = populations.get(module);
  if (known === undefined) populations.set(module, known = count(module));
  if (isDefined(heap)) return known.below.get(module.types[typeIndexOf(heap)]) ?? 0;
  switch (abstractHeapTypeOf(heap)) {
    case STRUCT:
      return known.structs;
    case ARRAY:
      return known.arrays;
    default:
      return known.structs + known.arrays;
  }
}

function count({ types }: CompiledModule): Population {
  const below = new Map<CanonicalType, number>();
  let structs = 0, arrays = 0;
  for (const type of new Set(types)) {
    if (type.composite.kind === "func") continue;
    if (type.composite.kind === "struct") structs++;
    else arrays++;
    for (const ancestor of type.display) below.set(ancestor, (below.get(ancestor) ?? 0) + 1);
  }
  return { structs, arrays, below };
}
