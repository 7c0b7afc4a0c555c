/**
 * Scripts (`.wast`): modules, actions and assertions about them, in the format of the specification's test suite (the
 * reference interpreter's "Scripts"). Commands come out in the vocabulary of `wast2json`, so that one runner executes both.
 *
 * @module
 */

import { TokenCursor } from "./cursor.ts";
import { tokenize, TokenKind } from "./lexer.ts";
import { type ModuleSource, parseModuleSource } from "./module_source.ts";
import {
  parseScriptPattern,
  parseScriptValue,
  type ScriptPattern,
  type ScriptValue,
} from "./script_value.ts";

/** Calls an export, or reads a global one. */
export type ScriptAction =
  | {
    readonly type: "invoke";
    /** The instance, with `$`; the last one when absent. */
    readonly module?: string;
    readonly field: string;
    readonly args: readonly ScriptValue[];
  }
  | { readonly type: "get"; readonly module?: string; readonly field: string };

/** What commands have in common. */
export interface ScriptPlace {
  /** Line in the script, from 1. */
  readonly line: number;
}

/** An assertion about a module as a whole. */
export type ModuleAssertion =
  | "assert_invalid"
  | "assert_malformed"
  | "assert_unlinkable"
  | "assert_uninstantiable"
  | "assert_invalid_custom"
  | "assert_malformed_custom";

/** A command; `name`, `module` and `instance` are identifiers with `$`. */
export type ScriptCommand =
  | ScriptPlace & { readonly type: "module"; readonly name?: string; readonly source: ModuleSource }
  | ScriptPlace & {
    readonly type: "module_definition";
    readonly name?: string;
    readonly source: ModuleSource;
  }
  /** Instantiates definition `module`, the last one when absent. */
  | ScriptPlace & { readonly type: "module_instance"; readonly instance?: string; readonly module?: string }
  /** Makes the instance `name`, the last one when absent, importable under the name `as`. */
  | ScriptPlace & { readonly type: "register"; readonly as: string; readonly name?: string }
  | ScriptPlace & { readonly type: "action"; readonly action: ScriptAction }
  | ScriptPlace & {
    readonly type: "assert_return";
    readonly action: ScriptAction;
    readonly expected: readonly ScriptPattern[];
  }
  | ScriptPlace & { readonly type: "assert_exception"; readonly action: ScriptAction }
  | ScriptPlace & {
    readonly type: "assert_trap" | "assert_exhaustion";
    readonly action: ScriptAction;
    /** The reference interpreter's message. */
    readonly text: string;
  }
  | ScriptPlace & {
    readonly type: ModuleAssertion;
    /** Absent where the assertion is about the definition `module`. */
    readonly source?: ModuleSource;
    readonly module?: string;
    readonly text: string;
  }
  /** Runs commands in a thread of its own, which shares the instances `shared_modules`. */
  | ScriptPlace & {
    readonly type: "thread";
    readonly name?: string;
    readonly shared_modules: readonly string[];
    readonly commands: readonly ScriptCommand[];
  }
  /** Waits for the end of that thread, the last one when absent. */
  | ScriptPlace & { readonly type: "wait"; readonly thread?: string };

/**
 * Reads a script. Modules in it stay text (`moduleBytes` encodes one), so that a malformed one stops only the command it
 * belongs to. Module fields alone are a script of one module.
 *
 * @throws {WatError} when a command is malformed
 */
export function parseScript(text: string): ScriptCommand[] {
  const cursor = new TokenCursor(tokenize(text));
  if (cursor.kind === TokenKind.Open && isModuleField(cursor)) {
    return [{ type: "module", line: 1, source: { kind: "text", text, line: 1, column: 1 } }];
  }
  const commands: ScriptCommand[] = [];
  while (cursor.kind === TokenKind.Open) commands.push(parseCommand(cursor));
  if (cursor.kind !== TokenKind.End) throw cursor.expected("a command");
  return commands;
}

const MODULE_FIELDS = [
  "type",
  "rec",
  "import",
  "func",
  "table",
  "memory",
  "global",
  "tag",
  "export",
  "start",
  "elem",
  "data",
];

function isModuleField(cursor: TokenCursor): boolean {
  return MODULE_FIELDS.some((field) => cursor.isOpen(field));
}

/** The property when there is a value; results compare and print without empty ones. */
function optional<Key extends string>(key: Key, value: string | null): { [K in Key]?: string } {
  return value === null ? {} : { [key]: value } as { [K in Key]?: string };
}

function takeId(cursor: TokenCursor): string | null {
  return cursor.kind === TokenKind.Id ? cursor.word(cursor.at++) : null;
}

/** Takes the closing parenthesis behind a command. */
function closed<Result>(cursor: TokenCursor, result: Result): Result {
  cursor.expectClose();
  return result;
}

/** A command with its parentheses. */
function parseCommand(cursor: TokenCursor): ScriptCommand {
  const { line } = cursor.position(cursor.start());
  cursor.at++;
  if (cursor.isKeyword("module")) return parseModuleCommand(cursor, line);
  if (cursor.isKeyword("invoke") || cursor.isKeyword("get")) {
    return { type: "action", line, action: parseAction(cursor) };
  }
  const keyword = cursor.kind === TokenKind.Keyword ? cursor.word() : "";
  cursor.at++;
  switch (keyword) {
    case "register": {
      const as = cursor.name();
      return closed(cursor, { type: "register", line, as, ...optional("name", takeId(cursor)) });
    }
    case "assert_return": {
      const action = parseParenthesizedAction(cursor);
      const expected: ScriptPattern[] = [];
      while (cursor.kind === TokenKind.Open) expected.push(parseScriptPattern(cursor));
      return closed(cursor, { type: "assert_return", line, action, expected });
    }
    case "assert_exception":
      return closed(cursor, { type: keyword, line, action: parseParenthesizedAction(cursor) });
    case "assert_exhaustion":
      return closed(cursor, {
        type: keyword,
        line,
        action: parseParenthesizedAction(cursor),
        text: cursor.name("a message"),
      });
    case "assert_trap":
      if (cursor.isOpen("module")) return parseModuleAssertion(cursor, line, "assert_uninstantiable");
      return closed(cursor, {
        type: keyword,
        line,
        action: parseParenthesizedAction(cursor),
        text: cursor.name("a message"),
      });
    case "assert_invalid":
    case "assert_malformed":
    case "assert_unlinkable":
    case "assert_invalid_custom":
    case "assert_malformed_custom":
      return parseModuleAssertion(cursor, line, keyword);
    case "thread":
      return parseThread(cursor, line);
    case "wait":
      return closed(cursor, { type: "wait", line, ...optional("thread", takeId(cursor)) });
    default:
      cursor.at--;
      throw cursor.expected("a command");
  }
}

function parseModuleCommand(cursor: TokenCursor, line: number): ScriptCommand {
  if (cursor.isKeyword("instance", cursor.at + 1)) {
    return { type: "module_instance", line, ...parseInstance(cursor) };
  }
  const type = cursor.isKeyword("definition", cursor.at + 1) ? "module_definition" : "module";
  const { name, source } = parseModuleSource(cursor);
  return { type, line, ...optional("name", name), source };
}

/** `module instance $instance? $definition? )`. */
function parseInstance(cursor: TokenCursor): { instance?: string; module?: string } {
  cursor.at += 2;
  const first = takeId(cursor);
  const second = takeId(cursor);
  const names = second === null
    ? optional("module", first)
    : { ...optional("instance", first), ...optional("module", second) };
  return closed(cursor, names);
}

function parseModuleAssertion(cursor: TokenCursor, line: number, type: ModuleAssertion): ScriptCommand {
  if (cursor.kind !== TokenKind.Open) throw cursor.expected("a module");
  cursor.at++;
  const about = cursor.isKeyword("instance", cursor.at + 1)
    ? optional("module", parseInstance(cursor).module ?? null)
    : { source: parseModuleSource(cursor).source };
  return closed(cursor, { type, line, ...about, text: cursor.name("a message") });
}

function parseThread(cursor: TokenCursor, line: number): ScriptCommand {
  const name = takeId(cursor);
  const shared: string[] = [];
  while (cursor.takeOpen("shared")) {
    cursor.expectOpen("module");
    const module = takeId(cursor);
    if (module === null) throw cursor.expected("the identifier of a module");
    shared.push(module);
    cursor.expectClose();
    cursor.expectClose();
  }
  const commands: ScriptCommand[] = [];
  while (cursor.kind === TokenKind.Open) {
    if (cursor.isOpen("shared")) throw cursor.error('"(shared" after a command of the thread');
    commands.push(parseCommand(cursor));
  }
  return closed(cursor, {
    type: "thread",
    line,
    ...optional("name", name),
    shared_modules: shared,
    commands,
  });
}

function parseParenthesizedAction(cursor: TokenCursor): ScriptAction {
  if (cursor.kind !== TokenKind.Open) throw cursor.expected("an action");
  cursor.at++;
  return parseAction(cursor);
}

/** An action from its keyword to the closing parenthesis. */
function parseAction(cursor: TokenCursor): ScriptAction {
  const get = cursor.takeKeyword("get");
  if (!get && !cursor.takeKeyword("invoke")) throw cursor.expected('"invoke" or "get"');
  const module = optional("module", takeId(cursor));
  const field = cursor.name("the name of an export");
  if (get) return closed(cursor, { type: "get", ...module, field });
  const args: ScriptValue[] = [];
  while (cursor.kind === TokenKind.Open) args.push(parseScriptValue(cursor));
  return closed(cursor, { type: "invoke", ...module, field, args });
}
