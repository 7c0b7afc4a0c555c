/**
 * Lists: arrays without prototype. What the program does to `Array.prototype` and `Object.prototype` is not seen in them, be it a
 * getter for an index past the end or a setter for one that is new.
 *
 * @module
 */

/** What a list has: none of the methods of arrays. */
export interface List<T> {
  length: number;
  [index: number]: T;
}

class BareArray extends Array<unknown> {
  // Written out: the one that V8 made of nothing in 2023 (Node 20) iterated over its arguments.
  constructor(length: number) {
    super(length);
  }
}
Object.setPrototypeOf(BareArray.prototype, null);

/** A list of `length` elements that are still to be set. */
export function newList<T>(length: number): List<T> {
  return new BareArray(length) as List<unknown> as List<T>;
}
