/**
 * Exceptions (specification 4.6.7 "Control Instructions", and the legacy instructions of the exception handling proposal) as
 * JavaScript's. What is thrown is an `ExceptionPackage`; handlers let everything else pass: traps, the RangeErrors that
 * stand for them, stack overflows.
 *
 * Where both ends are in one function, `throw` is a branch.
 *
 * @module
 */

import type { ValueType } from "../syntax/types.ts";
import { branchText, Frame, passResults, reset, simplifyTop, target } from "./control.ts";
import { asStored, Effect, Expression, name, Precedence } from "./expression.ts";
import { classOf, flatten } from "./function_builder.ts";
import type { Emitter, FunctionCompiler } from "./function_compiler.ts";

/** A catch clause of `try_table`. */
interface Clause {
  /** Null for one that catches all. */
  readonly tag: number | null;
  /** Whether the label takes the exception, too. */
  readonly takesReference: boolean;
  readonly target: Frame;
}

/** A `catch` or `catch_all` of a legacy `try`. */
interface Catch {
  readonly tag: number | null;
  text: string;
}

/** The variable of a function that says which `try` an exception on its way is delegated to; 0 for none. */
const DELEGATE = "x0";
/** Its value for exceptions that leave the function. */
const CALLER = -1;

/** A `try_table` or `try`. */
class TryFrame extends Frame {
  /** The variable of the JavaScript `catch`. */
  readonly exception: string;
  /** Null for a legacy `try`. */
  readonly clauses: readonly Clause[] | null;
  readonly catches: Catch[] = [];
  /** The text of the block whose exceptions are caught, once it is complete. */
  body: string | null = null;
  /** Whether the end of a part before the current one is reached. */
  otherPartsEnd = false;
  /** Statements that leave the function from inside, but must not be protected: by the label that leads to each. */
  readonly exits: { readonly label: string; readonly text: string }[] = [];
  /** Whether exceptions delegated past this construct, or to it, come by. */
  meetsDelegated = false;

  constructor(
    f: FunctionCompiler,
    params: readonly ValueType[],
    results: readonly ValueType[],
    clauses: readonly Clause[] | null,
  ) {
    super("try", f, params, results, flatten(params).length, f.frames.at(-1)!.innerRegion, false);
    this.exception = `e${this.number}`;
    this.clauses = clauses;
    // A `try` is always nested.
    this.innerRegion = null;
    this.writeEnd = end;
    this.resultVariables = flatten(results).map((kind) => f.pinnedTemporary(kind));
  }

  /** For {@linkcode DELEGATE}. */
  get id(): number {
    return this.number + 1;
  }

  get isProtecting(): boolean {
    return this.body === null;
  }
}

function open(f: FunctionCompiler, readClauses: () => Clause[] | null): void {
  const { params, results } = f.blockType();
  const clauses = readClauses();
  f.settleAll();
  f.frames.push(new TryFrame(f, params, results, clauses));
  f.text = "";
  f.protections++;
}

function readClauses(f: FunctionCompiler): Clause[] {
  const clauses: Clause[] = [];
  for (let count = f.reader.u32("catch table length"); count > 0; count--) {
    const kind = f.reader.bytes[f.reader.position++];
    const tag = kind < 2 ? f.reader.u32("tag index") : null;
    clauses.push({
      tag,
      takesReference: (kind & 1) === 1,
      target: target(f, f.reader.u32("branch depth")),
    });
  }
  return clauses;
}

function payloadTypes(f: FunctionCompiler, tag: number): readonly ValueType[] {
  const { record, types } = f.scope.module;
  return types[record.tags[tag].type].signature.params;
}

/** The arguments of the exception in a variable. */
function payload(f: FunctionCompiler, tag: number, exception: string): Expression[] {
  return flatten(payloadTypes(f, tag)).map((kind, i) => {
    const element = `${exception}.components[${i}]`;
    if (classOf(kind) !== "int") return new Expression(element, Precedence.Postfix, kind);
    // Says that it is an int32, for the sake of what is computed with it.
    return new Expression(`${element}|0`, Precedence.BitOr, kind);
  });
}

/** Ends a part of a construct: the block, or one of the catches. */
function endPart(f: FunctionCompiler, frame: TryFrame): void {
  passResults(f, frame);
  frame.otherPartsEnd ||= frame.reachable;
  if (frame.isProtecting) {
    f.protections--;
    frame.body = f.text;
  } else {
    frame.catches.at(-1)!.text = f.text;
  }
  f.text = "";
}

function openCatch(f: FunctionCompiler, tag: number | null): void {
  const frame = f.frames.at(-1) as TryFrame;
  endPart(f, frame);
  reset(f, frame);
  frame.reachable = true;
  frame.catches.push({ tag, text: "" });
  if (tag === null) return;
  for (const component of payload(f, tag, frame.exception)) f.push(component);
  f.types.push(...payloadTypes(f, tag));
}

/** `end` of `try_table` and `try`. */
function end(f: FunctionCompiler): void {
  const frame = f.frames.at(-1) as TryFrame;
  endPart(f, frame);
  f.frames.pop();
  close(f, frame, frame.clauses === null ? legacyHandler(f, frame) : handler(f, frame, frame.clauses));
}

/** Writes the construct with the statements that handle its exceptions; none where there are no handlers. */
function close(f: FunctionCompiler, frame: TryFrame, handler: string): void {
  const label = frame.branches > 0 ? `${frame.label}:` : "";
  const body = frame.body!;
  const statement = handler === ""
    ? label === "" ? body : `${label}{\n${body}}\n`
    : `${label}try{\n${body}}catch(${frame.exception}){\n${handler}}\n`;
  f.text = frame.before + withExits(f, frame, statement);
  if (frame.region !== null && frame.branches > 0) f.text += `case ${frame.labelState}:\n`;
  for (const variable of frame.resultVariables) variable.pinned = false;
  f.types.length = frame.typeHeight;
  if (!frame.otherPartsEnd && frame.branches === 0) return f.leave();
  f.operands.length = frame.height;
  const kinds = flatten(frame.results);
  for (const [i, variable] of frame.resultVariables.entries()) f.push(variable.read(kinds[i]));
  f.types.push(...frame.results);
}

/** The construct, and behind it what is reached through `exits` alone. */
function withExits(f: FunctionCompiler, { exits }: TryFrame, statement: string): string {
  if (exits.length === 0) return statement;
  const end = `y${f.labels++}`;
  let text = statement;
  for (const exit of exits) text = `${exit.label}:{\n${text}break ${end};\n}\n${exit.text};\n`;
  return `${end}:{\n${text}}\n`;
}

/**
 * Writes a statement that ends in `return` such that none of the function's handlers sees what it throws. It must need nothing but
 * variables.
 */
export function leaveUnprotected(f: FunctionCompiler, text: string): void {
  const outermost = f.frames.find((frame) => frame instanceof TryFrame && frame.isProtecting);
  if (outermost === undefined) {
    f.write(text);
  } else {
    const label = `y${f.labels++}`;
    (outermost as TryFrame).exits.push({ label, text });
    f.write(`break ${label}`);
  }
  f.leave();
}

/** The statements that pass on what the handlers of `frame` have nothing to do with. */
function passOthers(f: FunctionCompiler, { exception, meetsDelegated, id }: TryFrame): string {
  const others = `if(!(${exception} instanceof ${f.scope.runtime("ExceptionPackage")}))throw ${exception};\n`;
  if (!meetsDelegated) return others;
  return `${others}if(${DELEGATE}!==0){\nif(${DELEGATE}!==${id})throw ${exception};\n${DELEGATE}=0;\n}\n`;
}

function handler(f: FunctionCompiler, frame: TryFrame, clauses: readonly Clause[]): string {
  if (clauses.length === 0 && !frame.meetsDelegated) return "";
  const { exception } = frame;
  let text = passOthers(f, frame);
  for (const { tag, takesReference, target } of clauses) {
    const values = tag === null ? [] : payload(f, tag, exception);
    if (takesReference) values.push(name(exception, "ref"));
    const jump = branchText(f, target, values);
    if (tag === null) return `${text}${jump};\n`;
    text += `if(${exception}.tag===${f.scope.tag(tag)}){${jump}}\n`;
  }
  return `${text}throw ${exception};\n`;
}

function legacyHandler(f: FunctionCompiler, frame: TryFrame): string {
  const { catches, exception } = frame;
  if (catches.length === 0 && !frame.meetsDelegated) return "";
  let text = passOthers(f, frame);
  for (const { tag, text: body } of catches) {
    if (tag === null) return `${text}{\n${body}}\n`;
    text += `if(${exception}.tag===${f.scope.tag(tag)}){\n${body}}else `;
  }
  return `${text}throw ${exception};\n`;
}

/** Ends a `try` whose exceptions go to the handlers around another construct. */
function delegate(f: FunctionCompiler): void {
  const depth = f.reader.u32("branch depth");
  const frame = f.frames.at(-1) as TryFrame;
  endPart(f, frame);
  f.frames.pop();
  let receiver: TryFrame | null = null;
  let passes = false;
  for (let i = f.frames.length - 1; i >= 0 && receiver === null; i--) {
    const outer = f.frames[i];
    if (!(outer instanceof TryFrame && outer.isProtecting)) continue;
    if (i <= f.frames.length - 1 - depth) receiver = outer;
    else passes = outer.meetsDelegated = true;
  }
  if (!passes) {
    // The handlers around the construct are the next ones anyway.
    close(f, frame, frame.meetsDelegated ? `throw ${frame.exception};\n` : "");
    return;
  }
  if (receiver !== null) receiver.meetsDelegated = true;
  if (!f.declared.some(({ name }) => name === DELEGATE)) f.declare(DELEGATE, "int");
  // What was delegated past this construct stays on its way; what was delegated to it goes on from here.
  const mine = frame.meetsDelegated ? `if(${DELEGATE}===0||${DELEGATE}===${frame.id})` : "";
  close(f, frame, `${mine}${DELEGATE}=${receiver?.id ?? CALLER};\nthrow ${frame.exception};\n`);
}

/** The text of a new exception. */
function exceptionText(f: FunctionCompiler, tag: number, values: readonly Expression[]): string {
  const elements = values.map(({ text }) => text);
  // V8 quiets signalling NaNs in lists of numbers alone.
  if (values.some(({ kind }) => classOf(kind) === "float")) elements.push("null");
  return `new ${f.scope.runtime("ExceptionPackage")}(${f.scope.tag(tag)},[${elements}])`;
}

function throwTag(f: FunctionCompiler): void {
  const tag = f.reader.u32("tag index");
  const types = payloadTypes(f, tag);
  const count = flatten(types).length;
  const clause = localHandler(f, tag);
  if (clause !== null) simplifyTop(f, count);
  f.types.length -= types.length;
  const values = f.popComponents(count).map(asStored);
  f.settle(values.reduce((effects, value) => effects | value.effects, Effect.Branch));
  if (clause === null) {
    f.write(`throw ${exceptionText(f, tag, values)}`);
  } else {
    const carried = clause.tag === null ? [] : [...values];
    if (clause.takesReference) {
      const exception = f.temporary("ref");
      f.write(`${exception.name}=${exceptionText(f, tag, values)}`);
      carried.push(exception.read());
    }
    f.write(branchText(f, clause.target, carried));
  }
  f.leave();
}

/** The clause of this function that catches what `throw` of a tag throws here, when that is certain. */
function localHandler(f: FunctionCompiler, tag: number): Clause | null {
  for (let i = f.frames.length - 1; i >= 0; i--) {
    const frame = f.frames[i];
    if (!(frame instanceof TryFrame && frame.isProtecting)) continue;
    if (frame.clauses === null) return null;
    for (const clause of frame.clauses) {
      if (clause.tag === null || clause.tag === tag) return clause;
      if (mayBeSame(f, tag, clause.tag)) return null;
    }
  }
  return null;
}

/** Whether two tags of different index may be one: two imports can be given the same. */
function mayBeSame(f: FunctionCompiler, a: number, b: number): boolean {
  const { tags } = f.scope.module.record;
  return tags[a].importIndex >= 0 && tags[b].importIndex >= 0;
}

function throwReference(f: FunctionCompiler): void {
  f.types.pop();
  const exception = f.pop();
  f.settle(exception.effects | Effect.Trap | Effect.Branch);
  f.write(`throw ${exception.operand(Precedence.Nullish + 1)}??${f.scope.runtime("rethrowNull")}()`);
  f.leave();
}

function rethrow(f: FunctionCompiler): void {
  const { exception } = target(f, f.reader.u32("branch depth")) as TryFrame;
  f.settle(Effect.Branch);
  f.write(`throw ${exception}`);
  f.leave();
}

/** Exceptions, legacy ones included. */
export const EXCEPTION_EMITTERS: Readonly<Record<string, Emitter>> = {
  "try_table": (f) => open(f, () => readClauses(f)),
  "throw": throwTag,
  "throw_ref": throwReference,
  "try": (f) => open(f, () => null),
  "catch": (f) => openCatch(f, f.reader.u32("tag index")),
  "catch_all": (f) => openCatch(f, null),
  "delegate": delegate,
  "rethrow": rethrow,
};
