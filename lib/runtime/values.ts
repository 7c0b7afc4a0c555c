/**
 * Values outside generated code: one JavaScript value per WebAssembly value ("boxed"), as globals, constant
 * expressions and the JavaScript interface hold them.
 *
 * @module
 */

import { V128, type ValueType } from "../syntax/types.ts";
import { F32, F64, I32, I64 } from "../syntax/types.ts";

/**
 * A boxed value: i32 an int32 number; i64 a signed bigint; f32 and f64 a number (an f32 as generated code holds it); v128 a
 * `Uint8Array` of 16 bytes; funcref a `FunctionReference` or null; externref any JavaScript value; anyref an internal
 * object, i31 a number; exnref an `ExceptionPackage` or null.
 */
export type Value = unknown;

/** The value that globals, table elements and locals of a defaultable type start with (specification 4.2.1). */
export function defaultValue(type: ValueType): Value {
  switch (type) {
    case I32:
    case F32:
    case F64:
      return 0;
    case I64:
      return 0n;
    case V128:
      return new Uint8Array(16);
    default:
      return null;
  }
}
