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

const MINUS_ZERO = -0;

/**
 * 0 as V8 holds doubles, not as a small integer: variables that start with it hold doubles from the start. With a small integer some
 * loops take three times as long. Sums with it are doubles too.
 */
export const ZERO_F64: number = MINUS_ZERO + 0;

/**
 * Whether the host's numbers keep the sign and payload of a NaN as parameters, results and variables: V8's do. (As properties
 * of objects V8 15 loses them; the engine keeps floats in typed arrays.)
 */
export const KEEPS_NAN_BITS: boolean = keepsNanBits((value) => value);

function keepsNanBits(passedOn: (value: number) => number): boolean {
  SCRATCH_I32[0] = 0x12345679;
  SCRATCH_I32[1] = 0xfffabcde;
  SCRATCH_F64[0] = passedOn(SCRATCH_F64[0]);
  return SCRATCH_I32[0] === 0x12345679 && SCRATCH_I32[1] === (0xfffabcde | 0);
}

interface FloatBits {
  readonly f64FromBits: (low: number, high: number) => number;
  readonly f64Bits: (value: number) => number;
  readonly f32FromBits: (bits: number) => number;
  readonly f32Bits: (value: number) => number;
  readonly copySign: (value: number, sign: number) => number;
}

const conversions = floatBits(KEEPS_NAN_BITS);

/** The double with these bits. */
export const f64FromBits: (low: number, high: number) => number = conversions.f64FromBits;
/** The low half of a double's bits; the high half is left in {@linkcode SCRATCH_I32}. */
export const f64Bits: (value: number) => number = conversions.f64Bits;
/** The f32 with these bits, marked when it is a signalling NaN. */
export const f32FromBits: (bits: number) => number = conversions.f32FromBits;
/** The bits of an f32. */
export const f32Bits: (value: number) => number = conversions.f32Bits;
/** `value` with the sign of `sign`, bit for bit. */
export const copySign: (value: number, sign: number) => number = conversions.copySign;

/** In a function, as bundlers make variables of a module's constants, which V8 has to load. */
function floatBits(exact: boolean): FloatBits {
  const { abs } = Math;
  const { asIntN } = BigInt;
  const toBigInt = BigInt;
  const halves = SCRATCH_I32;
  const whole = SCRATCH_I64;
  const double = SCRATCH_F64;
  const single = SCRATCH_F32;
  const EXPONENT = 0x7f800000;
  const QUIET = 0x400000;

  function fromHalves(low: number, high: number): number {
    halves[0] = low;
    halves[1] = high;
    return double[0];
  }

  // V8 has the bigint in a register. Processors read what has just been written in two parts late: 4.6 ns instead of 0.6.
  function fromWord(low: number, high: number): number {
    whole[0] = asIntN(64, toBigInt(high) << 32n | toBigInt(low >>> 0));
    return double[0];
  }

  function f32FromBits(bits: number): number {
    if (exact && (bits & EXPONENT) === EXPONENT && (bits & 0x7fffff) !== 0) {
      const signalling = (bits & QUIET) === 0 ? 1 : 0;
      const high = bits & 0x80000000 | 0x7ff80000 | (bits & 0x7fffff) >>> 3;
      return fromHalves(bits << 29 | signalling, high);
    }
    halves[0] = bits;
    return single[0];
  }

  function f32Bits(value: number): number {
    if (exact && value !== value) {
      double[0] = value;
      const low = halves[0];
      const high = halves[1];
      const payload = (high & 0x7ffff) << 3 | low >>> 29;
      return high & 0x80000000 | EXPONENT | ((low & 1) !== 0 ? payload & ~QUIET : payload | QUIET);
    }
    single[0] = value;
    return halves[0];
  }

  function f64Bits(value: number): number {
    if (value === value) double[0] = value;
    else setNan(double, 0, value);
    return halves[0];
  }

  function copySign(value: number, sign: number): number {
    double[0] = sign;
    const negative = halves[1] < 0;
    if (value === value) return negative ? -abs(value) : abs(value);
    setNan(double, 0, value);
    halves[1] = halves[1] & 0x7fffffff | (negative ? 0x80000000 : 0);
    return double[0];
  }

  return { f64FromBits: exact ? fromWord : fromHalves, f64Bits, f32FromBits, f32Bits, copySign };
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
