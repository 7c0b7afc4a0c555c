/**
 * Look-ups in maps as the host has them, whatever becomes of the prototypes of maps.
 *
 * @module
 */

const { call } = Function.prototype;
const { apply } = Reflect;
const { get } = Map.prototype;
const { get: getWeakly, set: setWeakly } = WeakMap.prototype;

// JavaScriptCore inlines a builtin in `method.call()` alone: 3 ns, as a bound function 20.

/** `map.get(key)`. */
export function lookUp<Key, Value>(map: ReadonlyMap<Key, Value>, key: Key): Value | undefined {
  return get.call === call
    ? get.call(map as Map<Key, Value>, key) as Value | undefined
    : apply(get, map, [key]);
}

/** `map.get(key)` of a weak map. */
export function lookUpWeakly<Key extends WeakKey, Value>(
  map: WeakMap<Key, Value>,
  key: Key,
): Value | undefined {
  return getWeakly.call === call
    ? getWeakly.call(map, key) as Value | undefined
    : apply(getWeakly, map, [key]);
}

/** `map.set(key, value)` of a weak map. */
export function rememberWeakly<Key extends WeakKey, Value>(
  map: WeakMap<Key, Value>,
  key: Key,
  value: Value,
): void {
  apply(setWeakly, map, [key, value]);
}
