/**
 * Return registers. Compiled functions return the first component of their results; the others travel here,
 * component `k` at index `k`: an i64 has two components (low, high int32), a v128 four int32s, every other type one.
 *
 * One set serves every engine in the realm: a caller reads them before anything else can run.
 *
 * @module
 */

/** Most components a result list can have: 1,000 vectors. */
const COMPONENTS = 4000;

/** int32 components: i32, halves of i64, lanes of v128. */
export const RESULT_I32: Int32Array = new Int32Array(COMPONENTS);
/** Components 0 and 1 as an i64. */
export const RESULT_I64: BigInt64Array = new BigInt64Array(RESULT_I32.buffer, 0, 1);
/** f32 and f64 components. */
export const RESULT_F64: Float64Array = new Float64Array(COMPONENTS);
/** Reference components. Readers clear nothing: a register may keep its last reference alive. */
export const RESULT_REF: unknown[] = new Array(1000).fill(null);
