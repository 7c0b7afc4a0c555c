/**
 * The bits of floating point numbers, and what the host does with those of NaNs.
 *
 * V8 keeps a NaN's bits wherever a number goes, JavaScriptCore does not; on a host that does, generated code moves, loads,
 * stores and reinterprets every bit. An f32 travels as a double, and widening a signalling f32 NaN quiets it: it is
 * represented by the double NaN with the quiet bit set and the lowest bit, which no widened f32 has, set as its mark.
 *
 * @module
 */

/** Scratch: 8 bytes seen as integers, floats and a bigint. Nothing may run between writing and reading it. */
export const SCRATCH_I32: Int32Array = new Int32Array(2);
/** The scratch bytes as a double. */
export const SCRATCH_F64: Float64Array = new Float64Array(SCRATCH_I32.buffer);
/** The first four scratch bytes as a single. */
export const SCRATCH_F32: Float32Array = new Float32Array(SCRATCH_I32.buffer);
/** The scratch bytes as a signed bigint. */
export const SCRATCH_I64: BigInt64Array = new BigInt64Array(SCRATCH_I32.buffer);

const { fround } = Math;
const { apply } = Reflect;
const HostDataView = DataView;
const { setFloat64 } = DataView.prototype;

/**
 * `array[index] = value`, a NaN, bit for bit: V8's Maglev tier makes a signalling NaN quiet when it compiles an assignment or a
 * method call; not when it does not know what it calls.
 */
export function setNan(array: Float64Array, index: number, value: number): void {
  apply(setFloat64, new HostDataView(array.buffer, array.byteOffset), [index * 8, value, true]);
}

/** Sets the scratch bytes to a double, bit for bit. */
function setScratch(value: number): void {
  if (value === value) SCRATCH_F64[0] = value;
  else setNan(SCRATCH_F64, 0, value);
}

const MINUS_ZERO = -0;

/**
 * 0 as V8 holds doubles, not as a small integer: variables that start with it hold doubles from the start. With a small integer some
 * loops take three times as long. Sums with it are doubles too.
 */
export const ZERO_F64: number = MINUS_ZERO + 0;

/** The double with these bits. */
export function f64FromBits(low: number, high: number): number {
  SCRATCH_I32[0] = low;
  SCRATCH_I32[1] = high;
  return SCRATCH_F64[0];
}

/**
 * Whether the host's numbers keep the sign and payload of a NaN as parameters, results and variables: V8's do. (As properties
 * of objects V8 15 loses them; the engine keeps floats in typed arrays.)
 */
export const KEEPS_NAN_BITS: boolean = keepsNanBits((value) => value);

function keepsNanBits(passedOn: (value: number) => number): boolean {
  SCRATCH_F64[0] = passedOn(f64FromBits(0x12345679, 0xfffabcde));
  return SCRATCH_I32[0] === 0x12345679 && SCRATCH_I32[1] === (0xfffabcde | 0);
}

const F32_EXPONENT = 0x7f800000;
const F32_QUIET = 0x400000;

/** The f32 with these bits, marked when it is a signalling NaN. */
export function f32FromBits(bits: number): number {
  if (KEEPS_NAN_BITS && (bits & F32_EXPONENT) === F32_EXPONENT && (bits & 0x7fffff) !== 0) {
    const signalling = (bits & F32_QUIET) === 0 ? 1 : 0;
    const high = bits & 0x80000000 | 0x7ff80000 | (bits & 0x7fffff) >>> 3;
    return f64FromBits(bits << 29 | signalling, high);
  }
  SCRATCH_I32[0] = bits;
  return SCRATCH_F32[0];
}

/** The bits of an f32. */
export function f32Bits(value: number): number {
  if (KEEPS_NAN_BITS && value !== value) {
    SCRATCH_F64[0] = value;
    const low = SCRATCH_I32[0];
    const high = SCRATCH_I32[1];
    const payload = (high & 0x7ffff) << 3 | low >>> 29;
    return high & 0x80000000 | F32_EXPONENT | ((low & 1) !== 0 ? payload & ~F32_QUIET : payload | F32_QUIET);
  }
  SCRATCH_F32[0] = value;
  return SCRATCH_I32[0];
}

/** The low half of a double's bits; the high half is left in {@linkcode SCRATCH_I32}. */
export function f64Bits(value: number): number {
  setScratch(value);
  return SCRATCH_I32[0];
}

/** Whether a NaN, an f64, is a signalling one. */
export function isSignalling(nan: number): boolean {
  SCRATCH_F64[0] = nan;
  return (SCRATCH_I32[1] & 0x80000) === 0;
}

/** An f32 stored as the JavaScript number an f32 becomes outside: without the mark. */
export function unmarked(value: number): number {
  return value === value ? value : fround(value);
}

/** `-value` of a NaN: the sign bit flipped (which JavaScript's `-` does not do). */
export function negateNan(value: number): number {
  setNan(SCRATCH_F64, 0, value);
  SCRATCH_I32[1] ^= 0x80000000;
  return SCRATCH_F64[0];
}

/** The absolute value of a NaN: the sign bit cleared. */
export function absoluteNan(value: number): number {
  setNan(SCRATCH_F64, 0, value);
  SCRATCH_I32[1] &= 0x7fffffff;
  return SCRATCH_F64[0];
}

/** `value` with the sign of `sign`, bit for bit. */
export function copySign(value: number, sign: number): number {
  SCRATCH_F64[0] = sign;
  const signBit = SCRATCH_I32[1] & 0x80000000;
  setScratch(value);
  SCRATCH_I32[1] = SCRATCH_I32[1] & 0x7fffffff | signBit;
  return SCRATCH_F64[0];
}
