/**
 * Components: how values travel between compiled functions (see `Code`). An i64 is two int32s, low and high; a v128 four;
 * every other value is one component. Generated code does this inline; here it is for everybody else.
 *
 * @module
 */

import { F32, F64, I64, isReference, V128, type ValueType } from "../syntax/types.ts";
import type { FunctionReference } from "./function_reference.ts";
import { RESULT_F64, RESULT_I32, RESULT_REF } from "./return_registers.ts";
import type { Value } from "./values.ts";

/** Number of components of a value of `type`. */
export function componentCount(type: ValueType): number {
  return type === I64 ? 2 : type === V128 ? 4 : 1;
}

/** Appends the components of a boxed value of `type`. */
export function pushComponents(components: unknown[], value: Value, type: ValueType): void {
  switch (type) {
    case I64:
      components.push(
        Number(BigInt.asIntN(32, value as bigint)),
        Number(BigInt.asIntN(32, (value as bigint) >> 32n)),
      );
      break;
    case V128: {
      const { buffer, byteOffset } = value as Uint8Array;
      const lanes = new DataView(buffer, byteOffset, 16);
      for (let lane = 0; lane < 4; lane++) components.push(lanes.getInt32(lane * 4, true));
      break;
    }
    default:
      components.push(value);
  }
}

/** The boxed value of `type` whose components start at `components[at]`. */
export function boxComponents(components: readonly unknown[], at: number, type: ValueType): Value {
  switch (type) {
    case I64:
      return BigInt(components[at + 1] as number) << 32n | BigInt((components[at] as number) >>> 0);
    case V128: {
      const bytes = new Uint8Array(16);
      const lanes = new DataView(bytes.buffer);
      for (let lane = 0; lane < 4; lane++) lanes.setInt32(lane * 4, components[at + lane] as number, true);
      return bytes;
    }
    default:
      return components[at];
  }
}

/** An empty list that keeps the bits of every number in it: V8 quiets signalling NaNs in lists of numbers alone. */
export function valueList(): unknown[] {
  const list: unknown[] = [null];
  list.pop();
  return list;
}

/** The boxed values of these types, whose components follow each other in `components`. */
export function boxAll(components: readonly unknown[], types: readonly ValueType[]): Value[] {
  const values = valueList();
  let at = 0;
  for (const type of types) {
    values.push(boxComponents(components, at, type));
    at += componentCount(type);
  }
  return values;
}

/** The components of a result list after a call: `first` is what the code returned, the rest is in the return registers. */
export function resultComponents(first: unknown, types: readonly ValueType[]): unknown[] {
  const components = valueList();
  for (const type of types) {
    for (let count = componentCount(type); count > 0; count--) {
      const k = components.length;
      if (k === 0) components.push(first);
      else if (isReference(type)) components.push(RESULT_REF[k]);
      else if (type === F32 || type === F64) components.push(RESULT_F64[k]);
      else components.push(RESULT_I32[k]);
    }
  }
  return components;
}

/** Leaves components 1 and up of a result list in the return registers, and returns the first. */
export function returnComponents(components: readonly unknown[], types: readonly ValueType[]): unknown {
  let k = 0;
  for (const type of types) {
    for (let count = componentCount(type); count > 0; count--, k++) {
      if (isReference(type)) RESULT_REF[k] = components[k];
      else if (type === F32 || type === F64) RESULT_F64[k] = components[k] as number;
      else RESULT_I32[k] = components[k] as number;
    }
  }
  return components[0];
}

/** Calls a function with boxed arguments of its parameter types; the boxed results. Exceptions pass as they are. */
export function invoke(reference: FunctionReference, args: readonly Value[]): Value[] {
  const { params, results } = reference.type.signature;
  const components = valueList();
  for (let i = 0; i < params.length; i++) pushComponents(components, args[i], params[i]);
  const first = reference.prepared()(...components);
  return boxAll(resultComponents(first, results), results);
}
