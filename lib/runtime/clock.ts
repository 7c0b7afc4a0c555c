/**
 * The host's clock and performance timeline, as they were when the library was loaded. Not every place where JavaScript runs has them:
 * audio worklets have neither.
 *
 * @module
 */

const { apply } = Reflect;
const { now: date } = Date;
const { performance } = globalThis as { performance?: Performance };
const { now: performanceNow, measure, clearMeasures } = (performance ?? {}) as Partial<Performance>;

/** The time in milliseconds on the clock of `performance.now()`, or else since 1970. */
export const now: () => number = typeof performanceNow === "function"
  ? () => apply(performanceNow, performance, []) as number
  : () => date();

/** Whether there is a timeline to put entries on. */
const HAS_TIMELINE: boolean = typeof measure === "function" && typeof clearMeasures === "function";

/** Puts an entry from `start` to `end`, in milliseconds as {@linkcode now} counts them, on the timeline if there is one. */
export function addMeasure(name: string, start: number, end: number, detail: object): void {
  if (HAS_TIMELINE) apply(measure!, performance, [name, { start, end, detail }]);
}

/** Removes the entries called `name`. */
export function removeMeasures(name: string): void {
  if (HAS_TIMELINE) apply(clearMeasures!, performance, [name]);
}
