/**
 * Round trips of modules through text.
 *
 * @module
 */

import { type Command, type ModuleSource, parseScript } from "../../lib/cli/script/commands.ts";
import { decodeModule } from "../../lib/binary/decode.ts";
import { encodeModule } from "../../lib/binary/encode.ts";
import { CompileError } from "../../lib/syntax/errors.ts";
import { ALL_FEATURES } from "../../lib/syntax/features.ts";
import type { Module } from "../../lib/syntax/module.ts";
import { printModule } from "../../lib/text/print_module.ts";
import { watToWasm } from "../../lib/text/wat.ts";

/** How many round trips there were, and which went wrong. */
export interface RoundTrips {
  count: number;
  readonly failures: string[];
}

/** Adds the round trips of all modules of a script that are well-formed. */
export function scriptRoundTrips(name: string, json: string, trips: RoundTrips): void {
  for (const command of parseScript(json).commands) {
    const { binary, wat, module_type } = command as Command & ModuleSource;
    if (command.type === "assert_malformed" || command.type === "assert_malformed_custom") continue;
    const place = `${name}:${command.line}`;
    if (wat !== undefined) moduleRoundTrips(`${place}, text`, watToWasm(wat), trips);
    if (binary !== undefined && module_type !== "text") {
      const bytes = Uint8Array.from(atob(binary), (char) => char.charCodeAt(0));
      moduleRoundTrips(`${place}, binary`, bytes, trips);
    }
  }
}

/** Adds the round trips of a binary module; one that is malformed has none. */
export function moduleRoundTrips(place: string, bytes: Uint8Array, trips: RoundTrips): void {
  let module: Module;
  try {
    module = decodeModule(bytes, { features: ALL_FEATURES });
  } catch (error) {
    if (error instanceof CompileError) return;
    throw error;
  }
  let texts: string[];
  try {
    texts = [false, true].map((folded) => printModule(module, { folded }));
  } catch (error) {
    // the code is malformed, which only printing and validation see
    if (error instanceof CompileError) return;
    throw error;
  }
  texts.forEach((text, folded) => {
    trips.count++;
    const style = folded ? "folded" : "flat";
    try {
      const again = watToWasm(text);
      if (isEqual(encodeModule(module), again)) return;
      // bytes that text has no words for: LEB128 integers longer than they need be and the like
      const second = printModule(decodeModule(again, { features: ALL_FEATURES }), { folded: folded === 1 });
      if (second !== text) trips.failures.push(`${place}, ${style}`);
    } catch (error) {
      trips.failures.push(`${place}, ${style}: ${error}`);
    }
  });
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
