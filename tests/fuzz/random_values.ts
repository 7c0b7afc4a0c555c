/**
 * Random JavaScript values and descriptors. The same seed gives the same ones for every engine; what is done to them is logged.
 *
 * @module
 */

import { Random } from "./mutate.ts";

const NUMBERS = [
  0,
  -0,
  1,
  2,
  3,
  7,
  -1,
  1.5,
  -0.5,
  NaN,
  Infinity,
  -Infinity,
  255,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 32,
  2 ** 32 + 1,
  2 ** 53,
  2 ** 53 + 2,
  -(2 ** 31) - 1,
  2 ** 63,
  2 ** 64,
  1e300,
  5e-324,
  3.4028235677973366e38,
  1e-46,
];
const BIGINTS = [
  0n,
  1n,
  3n,
  -1n,
  1n << 31n,
  1n << 32n,
  1n << 53n,
  (1n << 63n) - 1n,
  1n << 63n,
  1n << 64n,
  -(1n << 70n),
];
const STRINGS = [
  "",
  "0",
  "12",
  " 0x10 ",
  "-0",
  "abc",
  "3n",
  "1e3",
  "i32",
  "i64",
  "anyfunc",
  "externref",
  "\ud800",
  "é𝄞",
];

/** Makes values, and keeps a log of what is asked of them. */
export class RandomValues extends Random {
  readonly #log: string[] = [];
  /** Objects of the engine that are values, too. */
  readonly known: unknown[] = [];

  /** What happened to the values since the last time. */
  takeLog(): string {
    return this.#log.splice(0).join(" ");
  }

  /** Adds a line to the log. */
  log(text: string): void {
    this.#log.push(text);
  }

  /** True once in `one` times. */
  chance(one: number): boolean {
    return this.below(one) === 0;
  }

  /** Any value. */
  value(depth = 2): unknown {
    switch (this.below(depth > 0 ? 16 : 10)) {
      case 0:
      case 1:
      case 2:
        return this.pick(NUMBERS);
      case 3:
      case 4:
        return this.pick(BIGINTS);
      case 5:
        return this.pick(STRINGS);
      case 6:
        return this.pick([true, false, null, undefined, undefined]);
      case 7:
        return this.chance(3) ? Symbol("symbol") : null;
      case 8:
      case 9:
        return this.known.length > 0 ? this.pick(this.known) : {};
      case 10:
        return this.chance(2) ? [] : Array.from({ length: this.below(4) }, () => this.value(depth - 1));
      case 11:
        return this.chance(2) ? () => 5 : function named(this: unknown) {};
      case 12:
        return {};
      default:
        return this.#convertible(depth - 1);
    }
  }

  /** An object that becomes a primitive in one of the ways there are. */
  #convertible(depth: number): object {
    const name = `o${this.below(100)}`;
    const result = this.value(depth);
    const throws = this.chance(6);
    const method = (which: string) => (hint?: unknown) => {
      this.log(`${name}.${which}(${hint ?? ""})`);
      if (throws) throw new RangeError(`from ${name}`);
      return result;
    };
    switch (this.below(4)) {
      case 0:
        return { [Symbol.toPrimitive]: method("toPrimitive") };
      case 1:
        return { toString: method("toString") };
      case 2:
        return { valueOf: method("valueOf"), toString: method("toString") };
      default:
        return { valueOf: method("valueOf") };
    }
  }

  /** One of `likely`, seldom any value. */
  mostly(likely: readonly unknown[], one = 5): unknown {
    return this.chance(one) ? this.value() : this.pick(likely);
  }

  /** An object with some of these properties, own or inherited, some of them getters; seldom something else. */
  descriptor(properties: Readonly<Record<string, readonly unknown[]>>): unknown {
    if (this.chance(40)) return this.value();
    const target = (this.chance(10) ? () => {} : {}) as Record<string, unknown>;
    for (const [name, likely] of Object.entries(properties)) {
      if (this.chance(8)) continue;
      const value = this.mostly(likely, 16);
      if (this.chance(3)) {
        const throws = this.chance(30);
        const get = () => {
          this.log(`get ${name}`);
          if (throws) throw new RangeError(`from ${name}`);
          return value;
        };
        Object.defineProperty(target, name, { get });
      } else target[name] = value;
    }
    return this.chance(6) ? Object.create(target) : target;
  }
}
