/**
 * Conformance scripts as data: the JSON vocabulary of `wast2json` and `wasm-tools json-from-wast`, with module bytes
 * in line (`binary`, base64) or in files (`filename`).
 *
 * @module
 */

import type { ModuleSource as ScriptModule } from "../../text/module_source.ts";

/** A lane type of a `v128` value. */
export type LaneType = "i8" | "i16" | "i32" | "i64" | "f32" | "f64";

/** A value in a script: bits as unsigned decimals, a reference, or a pattern that several values match. */
export interface ScriptValue {
  /** `i32` to `v128`, `either`, `refnull`, `externref`, `hostref`, or a kind of reference. */
  readonly type: string;
  readonly lane_type?: LaneType;
  readonly value?: string | readonly string[];
  readonly values?: readonly ScriptValue[];
}

/** A call of an export, or a look at an exported global. */
export interface Action {
  readonly type: "invoke" | "get";
  readonly field: string;
  readonly args?: readonly ScriptValue[];
  /** Name of the instance; without it, the latest one. */
  readonly module?: string;
}

/** Where a command's module comes from. */
export interface ModuleSource {
  /** Base64. */
  readonly binary?: string;
  /** A path relative to the script. */
  readonly filename?: string;
  /** The module as the script wrote it. */
  readonly wat?: string;
  readonly module_type?: "binary" | "text";
  /** The module as a text script has it. */
  readonly source?: ScriptModule;
}

interface Located {
  readonly line: number;
}

/** A command of a script. */
export type Command =
  & Located
  & (
    | { readonly type: "module"; readonly name?: string } & ModuleSource
    | { readonly type: "module_definition"; readonly name?: string } & ModuleSource
    | { readonly type: "module_instance"; readonly instance?: string; readonly module?: string }
    | { readonly type: "register"; readonly as: string; readonly name?: string }
    | { readonly type: "action"; readonly action: Action }
    | {
      readonly type: "assert_return";
      readonly action: Action;
      readonly expected?: readonly ScriptValue[];
      readonly either?: readonly ScriptValue[];
    }
    | { readonly type: "assert_trap"; readonly action: Action; readonly text: string }
    | { readonly type: "assert_exhaustion"; readonly action: Action; readonly text: string }
    | { readonly type: "assert_exception"; readonly action: Action }
    | {
      readonly type:
        | "assert_invalid"
        | "assert_malformed"
        | "assert_invalid_custom"
        | "assert_malformed_custom"
        | "assert_unlinkable"
        | "assert_uninstantiable";
      readonly text: string;
      /** Name of the definition that it is about, which then has no source. */
      readonly module?: string;
    } & ModuleSource
    | {
      readonly type: "thread";
      readonly name?: string;
      /** Name of the instance that the thread shares with the one that starts it. */
      readonly shared_module?: string;
      /** Names of several such instances. */
      readonly shared_modules?: readonly string[];
      readonly commands?: readonly Command[];
    }
    /** For the thread of that name; without it, the latest one. */
    | { readonly type: "wait"; readonly thread?: string }
  );

/** A command that starts a thread. */
export type ThreadCommand = Extract<Command, { readonly type: "thread" }>;

/** A parsed script. */
export interface Script {
  /** The `.wast` file it was made from, for messages. */
  readonly source_filename: string;
  readonly commands: readonly Command[];
}

/**
 * Parses a script.
 *
 * @throws {SyntaxError} when `json` is not JSON or has no list of commands.
 */
export function parseScript(json: string): Script {
  const script = JSON.parse(json);
  if (!Array.isArray(script?.commands)) throw new SyntaxError("not a conformance script");
  return script;
}
