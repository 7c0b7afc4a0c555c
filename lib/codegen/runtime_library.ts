/**
 * What generated code calls by name: the host's mathematical functions, captured when the library loads, and the
 * engine's. An object without prototype: generated code can name nothing else.
 *
 * @module
 */

import { DATA_VIEW_BUILTINS } from "../link/data_view_access.ts";
import { STRING_BUILTIN_PARTS } from "../link/js_string.ts";
import * as bits from "../runtime/float_bits.ts";
import * as indirectCall from "../runtime/indirect_call.ts";
import * as i64 from "../runtime/numerics_i64.ts";
import * as numerics from "../runtime/numerics.ts";
import * as v128 from "../runtime/numerics_v128.ts";
import * as wide from "../runtime/numerics_wide.ts";
import { ExceptionPackage, RETURNED } from "../runtime/exception_package.ts";
import { RESULT_F64, RESULT_I32, RESULT_REF } from "../runtime/return_registers.ts";
import { TAIL_CALL } from "../runtime/suspension.ts";
import { type Trap, trap, TRAP_MESSAGES } from "../runtime/traps.ts";
import * as arrays from "../runtime/array_operations.ts";
import { atomicCheck, atomicFence, atomicNotify, atomicWait32, atomicWait64 } from "../runtime/atomics.ts";
import * as callConversions from "../runtime/call_conversions.ts";
import { caught, foreign } from "../runtime/exception_boundary.ts";
import { externalize, internalize } from "../runtime/external_references.ts";
import { TYPE_INCOMPATIBILITY } from "../runtime/js_values.ts";
import { ARRAY_MARK, EQ_MARK, STRUCT_MARK } from "../runtime/heap_objects.ts";
import { setNanField } from "../runtime/struct_class.ts";
import * as strings from "../runtime/strings.ts";
import * as stringViews from "../runtime/string_views.ts";
import * as bulk from "../runtime/bulk_operations.ts";
import * as access from "./memory_access.ts";

const { imul, clz32, fround, abs, ceil, floor, trunc, sqrt, min, max } = Math;
const { acos, asin, atan, atan2, cos, exp, log, pow, sin, tan } = Math;
const HostTypeError = TypeError;
const { call } = Function.prototype;
const { apply } = Reflect;

const traps = Object.fromEntries(
  (Object.keys(TRAP_MESSAGES) as Trap[]).map((name) => {
    // A statement: JavaScriptCore drops the frame of a function that returns a call.
    const trapHere = () => {
      trap(name, trapHere);
    };
    return [name, trapHere];
  }),
) as Record<Trap, () => never>;

/** By the name that generated code uses. */
export const RUNTIME: Readonly<Record<string, unknown>> = Object.freeze({
  __proto__: null,
  imul,
  clz32,
  fround,
  abs,
  ceil,
  floor,
  trunc,
  sqrt,
  min,
  max,
  acos,
  asin,
  atan,
  atan2,
  cos,
  exp,
  log,
  pow,
  sin,
  tan,
  TypeError: HostTypeError,
  TYPE_INCOMPATIBILITY,
  call,
  apply,
  dataViewBuiltins: DATA_VIEW_BUILTINS,
  RESULT_I32,
  RESULT_F64,
  RESULT_REF,
  ExceptionPackage,
  RETURNED,
  ...traps,
  ...bits,
  ...numerics,
  ...i64,
  ...v128,
  ...wide,
  ...access,
  ...bulk,
  ...arrays,
  atomicCheck,
  atomicFence,
  atomicNotify,
  atomicWait32,
  atomicWait64,
  STRUCT_MARK,
  ARRAY_MARK,
  EQ_MARK,
  externalize,
  internalize,
  setNanField,
  ...strings,
  ...stringViews,
  ...STRING_BUILTIN_PARTS,
  ...indirectCall,
  ...callConversions,
  foreign,
  caught,
  TAIL_CALL,
});
