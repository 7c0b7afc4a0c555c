/**
 * Private fields for objects that are there already: a map from objects to values that hosts look up by the object's hidden
 * class, and that nobody else can see.
 *
 * @module
 */

/** As a base class, makes the constructor of the derived class give its fields to the object that it is passed. */
export const Itself: new (object: object) => object = function (object: object): object {
  return object;
} as unknown as new (object: object) => object;
(Itself as { prototype: unknown }).prototype = null;
