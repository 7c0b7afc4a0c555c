/**
 * What generated code calls by name: the host's mathematical functions, captured when the library loads, and the
 * engine's. An object without prototype: generated code can name nothing else.
 *
 * @module
 */

import * as bits from "../runtime/float_bits.ts";
import * as i64 from "../runtime/numerics_i64.ts";
import * as numerics from "../runtime/numerics.ts";
import * as v128 from "../runtime/numerics_v128.ts";
import * as wide from "../runtime/numerics_wide.ts";
import { ExceptionPackage } from "../runtime/exception_package.ts";
import { RESULT_F64, RESULT_I32, RESULT_REF } from "../runtime/return_registers.ts";
import { TAIL_CALL } from "../runtime/suspension.ts";
import { type Trap, trap, TRAP_MESSAGES } from "../runtime/traps.ts";
import * as arrays from "../runtime/array_operations.ts";
import { atomicCheck, atomicFence, atomicNotify, atomicWait32, atomicWait64 } from "../runtime/atomics.ts";
import { externalize, internalize } from "../runtime/external_references.ts";
import { setNanField } from "../runtime/struct_class.ts";
import * as bulk from "../runtime/bulk_operations.ts";
import * as access from "./memory_access.ts";
import * as indirectCall from "./indirect_call.ts";

const { imul, clz32, fround, abs, ceil, floor, trunc, sqrt, min, max } = Math;

const traps = Object.fromEntries(
  (Object.keys(TRAP_MESSAGES) as Trap[]).map((name) => [name, () => trap(name)]),
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
  RESULT_I32,
  RESULT_F64,
  RESULT_REF,
  ExceptionPackage,
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
  externalize,
  internalize,
  setNanField,
  ...indirectCall,
  TAIL_CALL,
});
