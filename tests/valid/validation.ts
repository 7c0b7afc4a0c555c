/**
 * Decoding and validating for tests.
 *
 * @module
 */

import { assertEquals, assertThrows } from "@std/assert";
import { decodeModule } from "../../lib/binary/decode.ts";
import { TypeRegistry } from "../../lib/syntax/canonical_types.ts";
import { CompileError } from "../../lib/syntax/errors.ts";
import { ALL_FEATURES, type FeatureSet } from "../../lib/syntax/features.ts";
import { validateModule } from "../../lib/valid/module.ts";

/** Decodes and validates. @throws {CompileError} */
export function validate(bytes: Uint8Array, features: FeatureSet = ALL_FEATURES): void {
  validateModule(decodeModule(bytes, { features }), new TypeRegistry(), { features });
}

/** The module is decoded, and validation refuses it with this message. */
export function assertInvalid(
  bytes: Uint8Array,
  message: string,
  features: FeatureSet = ALL_FEATURES,
): void {
  const module = decodeModule(bytes, { features });
  const error = assertThrows(() => validateModule(module, new TypeRegistry(), { features }), CompileError);
  assertEquals(error.message, message);
}
