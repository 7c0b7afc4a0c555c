/**
 * What the descriptors of memories and tables have in common: an address type and limits.
 *
 * @module
 */

import type { AddressType, Limits } from "../syntax/types.ts";
import { addressValue, rangeError, typeError } from "./web_idl.ts";

/** A descriptor object, its members not read yet. */
export type Descriptor = { readonly [member: string]: unknown };

/** The member `address`. @throws {TypeError} when it is neither absent nor an address type. */
export function readAddressType(api: string, descriptor: Descriptor): AddressType {
  const { address } = descriptor;
  if (address === undefined) return "i32";
  const type = `${address as string}`;
  if (type !== "i32" && type !== "i64") {
    throw typeError(api, `Unknown address type '${type}'; pass 'i32' or 'i64'`);
  }
  return type;
}

/**
 * The members `initial` and `maximum`, each converted as it is read; without `initial`, `minimum`, as `type()` calls it.
 *
 * @throws {TypeError} when `initial` and `minimum` are absent, or both there, or one is not an address.
 * @throws {RangeError} when one is above its bound, or `maximum` below `initial`.
 */
export function readLimits(
  api: string,
  descriptor: Descriptor,
  addressType: AddressType,
  initialBound: bigint,
  maximumBound: bigint,
): Limits {
  const read = (member: string, lower: bigint, upper: bigint): bigint | null => {
    const value = descriptor[member];
    if (value === undefined) return null;
    const what = `Property '${member}'`;
    const number = addressValue(api, what, value, addressType);
    if (number < lower) {
      // V8 prints this bound in hexadecimal.
      throw rangeError(api, `${what}: value ${number} is below the lower bound ${lower.toString(16)}`);
    }
    if (number > upper) throw rangeError(api, `${what}: value ${number} is above the upper bound ${upper}`);
    return number;
  };
  const initial = read("initial", 0n, initialBound);
  if (initial !== null && descriptor.minimum !== undefined) {
    throw typeError(api, "The properties 'initial' and 'minimum' are not allowed at the same time");
  }
  const minimum = initial ?? read("minimum", 0n, initialBound);
  if (minimum === null) throw typeError(api, "Property 'initial' is required");
  return { minimum, maximum: read("maximum", minimum, maximumBound) };
}
