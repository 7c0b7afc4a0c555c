/**
 * Operations on 8-bit and 16-bit lanes packed into an int32, all lanes at once (Warren, "Hacker's Delight", 2-18): the
 * lanes' highest bits are kept out of the way of carries and put right afterwards. Operands are simple.
 *
 * @module
 */

import { asInt, binary, call, derived, type Expression, int, Precedence } from "./expression.ts";
import type { FunctionBuilder } from "./function_builder.ts";
import { add, and, mul, or, shl, shrS, shrU, sub, xor } from "./i32.ts";
import { PackedMask } from "./vector_shapes.ts";

/** Bits of a lane. */
export type Width = 8 | 16;

/** The lanes' highest bits. */
const HIGH: Record<Width, Expression> = { 8: int(0x80808080 | 0), 16: int(0x80008000 | 0) };
/** All the other bits. */
const LOW: Record<Width, Expression> = { 8: int(0x7f7f7f7f), 16: int(0x7fff7fff) };
const ALL: Expression = int(-1);

/** `lane` in every lane. */
function each(lane: number, width: Width): Expression {
  return int(width === 8 ? Math.imul(lane & 0xff, 0x01010101) : lane << 16 | lane & 0xffff);
}

function not(a: Expression): Expression {
  return xor(a, ALL);
}

/** Where lane `lane` is: the component and the shift in it. */
export function laneOf(lane: number, width: 8 | 16 | 32): [component: number, shift: number] {
  return [lane * width >> 5, lane * width & 31];
}

/** An integer below 2^width in every lane. */
export function splatLane(f: FunctionBuilder, value: Expression, width: Width): Expression {
  return width === 8 ? mul(f.scope, value, int(0x01010101)) : or(value, shl(value, int(16)));
}

/** `word` with a lane replaced by the low bits of `value`. */
export function insertLane(word: Expression, value: Expression, width: Width, shift: number): Expression {
  const mask = (1 << width) - 1;
  return or(and(word, int(~(mask << shift))), shl(and(value, int(mask)), int(shift)));
}

/** A lane as an int32. */
export function extractLane(word: Expression, width: Width, shift: number, signed: boolean): Expression {
  if (signed) return shrS(shl(word, int(32 - width - shift)), int(32 - width));
  return shift + width === 32 ? shrU(word, int(shift)) : and(shrU(word, int(shift)), int((1 << width) - 1));
}

/** The lanes' highest bits that differ. */
function differingHigh(a: Expression, b: Expression, width: Width): Expression {
  if (a.constant === null && b.constant === null) return and(xor(a, b), HIGH[width]);
  return xor(and(a, HIGH[width]), and(b, HIGH[width]));
}

/** `a + b`. */
export function addLanes(a: Expression, b: Expression, width: Width): Expression {
  return xor(add(and(a, LOW[width]), and(b, LOW[width])), differingHigh(a, b, width));
}

/** `a - b`. */
export function subLanes(a: Expression, b: Expression, width: Width): Expression {
  return xor(sub(or(a, HIGH[width]), and(b, LOW[width])), differingHigh(a, not(b), width));
}

/** `a * b` of 16-bit lanes. */
export function mulLanes(f: FunctionBuilder, a: Expression, b: Expression): Expression {
  const high = mul(f.scope, shrU(a, int(16)), shrU(b, int(16)));
  return or(and(mul(f.scope, a, b), int(65535)), shl(high, int(16)));
}

/** The highest bits of the lanes of `a`, which is simple, that are zero. */
export function zeroLanes(a: Expression, width: Width): Expression {
  return not(or(or(add(and(a, LOW[width]), LOW[width]), a), LOW[width]));
}

/** The highest bits of the lanes where `a` equals `b`. */
export function equalLanes(f: FunctionBuilder, a: Expression, b: Expression, width: Width): Expression {
  return zeroLanes(f.evaluated(xor(a, b)), width);
}

/** The highest bits of the lanes where `a` is less than `b`. */
export function lessLanes(a: Expression, b: Expression, width: Width, signed: boolean): Expression {
  // Set where the lower bits of a are not less than those of b.
  const notLess = sub(or(a, HIGH[width]), and(b, LOW[width]));
  const byHighest = signed ? and(a, not(b)) : and(not(a), b);
  return and(or(byHighest, not(or(xor(a, b), notLess))), HIGH[width]);
}

/** The other lanes' highest bits. */
export function otherLanes(high: Expression, width: Width): Expression {
  return xor(high, HIGH[width]);
}

/** All ones in the lanes whose highest bit is in `high`. */
export function maskLanes(f: FunctionBuilder, high: Expression, width: Width): PackedMask {
  return new PackedMask(f.evaluated(high), width);
}

/** The bits of `a` where `mask` has ones, those of `b` elsewhere; `b` is simple. */
export function blend(mask: Expression, a: Expression, b: Expression): Expression {
  return xor(b, and(xor(a, b), mask));
}

/** The smaller or the larger of each two lanes. */
export function extremeLanes(
  f: FunctionBuilder,
  a: Expression,
  b: Expression,
  width: Width,
  signed: boolean,
  larger: boolean,
): Expression {
  const mask = maskLanes(f, lessLanes(a, b, width, signed), width);
  return larger ? blend(mask, b, a) : blend(mask, a, b);
}

/** The absolute value; the least integer stays what it is. */
export function absLanes(f: FunctionBuilder, a: Expression, width: Width): Expression {
  const high = f.evaluated(and(a, HIGH[width]));
  // One's complement, then plus 1: neither carries out of a lane.
  return asInt(add(xor(a, new PackedMask(high, width)), shrU(high, int(width - 1))));
}

/** The sum, or the greatest unsigned integer. */
export function addSaturatingU(f: FunctionBuilder, a: Expression, b: Expression, width: Width): Expression {
  const sum = f.evaluated(addLanes(a, b, width));
  const carry = and(or(and(a, b), and(or(a, b), not(sum))), HIGH[width]);
  return or(sum, maskLanes(f, carry, width));
}

/** The difference, or zero. */
export function subSaturatingU(f: FunctionBuilder, a: Expression, b: Expression, width: Width): Expression {
  const difference = f.evaluated(subLanes(a, b, width));
  const borrow = and(or(and(not(a), b), and(not(xor(a, b)), difference)), HIGH[width]);
  return and(difference, not(maskLanes(f, borrow, width)));
}

/** The least integer where `a` is negative, the greatest elsewhere; for lanes that overflow. */
function saturated(a: Expression, width: Width): Expression {
  return add(shrU(and(a, HIGH[width]), int(width - 1)), LOW[width]);
}

/** The sum, or the integer nearest to it. */
export function addSaturatingS(f: FunctionBuilder, a: Expression, b: Expression, width: Width): Expression {
  const sum = f.evaluated(addLanes(a, b, width));
  const overflow = and(and(not(xor(a, b)), xor(a, sum)), HIGH[width]);
  return blend(maskLanes(f, overflow, width), saturated(a, width), sum);
}

/** The difference, or the integer nearest to it. */
export function subSaturatingS(f: FunctionBuilder, a: Expression, b: Expression, width: Width): Expression {
  const difference = f.evaluated(subLanes(a, b, width));
  const overflow = and(and(xor(a, b), xor(a, difference)), HIGH[width]);
  return blend(maskLanes(f, overflow, width), saturated(a, width), difference);
}

/** `(a + b + 1) / 2`. */
export function averageLanes(a: Expression, b: Expression, width: Width): Expression {
  return asInt(sub(or(a, b), and(shrU(xor(a, b), int(1)), LOW[width])));
}

/** Shifts by `count`, a simple expression below `width`. */
export function shiftLanes(
  f: FunctionBuilder,
  width: Width,
  operation: "shl" | "shr_s" | "shr_u",
  count: Expression,
): (a: Expression) => Expression {
  const full = int((1 << width) - 1);
  if (operation === "shl") {
    const kept = f.evaluated(splatLane(f, f.evaluated(and(shl(full, count), full)), width));
    return (a) => and(shl(a, count), kept);
  }
  const kept = f.evaluated(splatLane(f, f.evaluated(asInt(shrU(full, count))), width));
  const shifted = (a: Expression) => and(shrU(a, count), kept);
  if (operation === "shr_u") return shifted;
  return (a) => or(shifted(a), and(maskLanes(f, and(a, HIGH[width]), width), not(kept)));
}

/** Numbers of one bits of 8-bit lanes. */
export function popcntLanes(f: FunctionBuilder, a: Expression): Expression {
  const pairs = f.evaluated(sub(a, and(shrU(a, int(1)), int(0x55555555))));
  const nibbles = f.evaluated(add(and(pairs, int(0x33333333)), and(shrU(pairs, int(2)), int(0x33333333))));
  return and(add(nibbles, shrU(nibbles, int(4))), int(0x0f0f0f0f));
}

/** The lanes' highest bits, next to each other from bit 0 on. */
export function gatherHigh(f: FunctionBuilder, a: Expression, width: Width): Expression {
  if (width === 16) return or(shrU(and(a, int(0x80008000 | 0)), int(30)), and(shrU(a, int(15)), int(1)));
  // Each bit k * 8 is moved to bit 24 + k; no two of the products' bits meet.
  const bits = and(shrU(a, int(7)), int(0x01010101));
  return shrU(mul(f.scope, bits, int(0x01020408)), int(24));
}

/** The two words of lanes twice as wide. */
export function extended(word: Expression, width: 8 | 16 | 32, signed: boolean): [Expression, Expression] {
  switch (width) {
    case 32:
      return [word, signed ? shrS(word, int(31)) : int(0)];
    case 16:
      return signed
        ? [shrS(shl(word, int(16)), int(16)), shrS(word, int(16))]
        : [and(word, int(65535)), shrU(word, int(16))];
    case 8: {
      if (!signed) {
        return [
          or(and(word, int(255)), shl(and(word, int(0xff00)), int(8))),
          or(and(shrU(word, int(16)), int(255)), and(shrU(word, int(8)), int(0xff0000))),
        ];
      }
      const lowLane = (shift: number) => and(shrS(shl(word, int(shift)), int(24)), int(65535));
      return [
        or(lowLane(24), and(shrS(shl(word, int(16)), int(8)), int(-65536))),
        or(lowLane(8), and(shrS(word, int(8)), int(-65536))),
      ];
    }
  }
}

/** Sums of neighbours, in lanes twice as wide. */
export function addPairs(f: FunctionBuilder, word: Expression, width: Width, signed: boolean): Expression {
  if (width === 16) {
    const [low, high] = extended(word, 16, signed);
    return asInt(add(low, high));
  }
  const unsigned = signed ? f.evaluated(xor(word, HIGH[8])) : word;
  const sums = add(and(unsigned, int(0x00ff00ff)), and(shrU(unsigned, int(8)), int(0x00ff00ff)));
  // Each lane was made greater by 128.
  return signed ? xor(sub(or(sums, HIGH[16]), each(256, 16)), HIGH[16]) : asInt(sums);
}

/** Bytes picked from the table that `swizzle` fills. */
export function pickBytes(f: FunctionBuilder, indices: Expression): Expression {
  const table = f.scope.runtime("SWIZZLE_BYTES");
  const byte = (shift: number) => {
    const index = and(shrU(indices, int(shift)), int(255));
    return shl(derived(`${table}[${index.text}]`, Precedence.Postfix, "small", [index]), int(shift));
  };
  return binary(or(or(byte(0), byte(8)), byte(16)), "|", byte(24), Precedence.BitOr, "int");
}

/** A call of a function of words. */
export function wordCall(f: FunctionBuilder, callee: string, words: readonly Expression[]): Expression {
  return call(f.scope.runtime(callee), words.map(asInt), "int");
}
