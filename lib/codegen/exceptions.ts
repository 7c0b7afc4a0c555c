/**
 * Exceptions (specification 4.6.7 "Control Instructions", and the legacy instructions of the exception handling proposal) as
 * JavaScript's. What is thrown is an `ExceptionPackage`; handlers let everything else pass: traps, the RangeErrors that
 * stand for them, stack overflows.
 *
 * Where both ends are in one function, `throw` is a branch; where they are in two, it may be a return (see `returning_forms.ts`).
 *
 * @module
 */

import type { FunctionIndex, ValueType } from "../syntax/types.ts";
import { branchText, Frame, passResults, reset, simplifyTop, target } from "./control.ts";
import { asStored, Effect, Expression, name, Precedence } from "./expression.ts";
import { classOf, flatten } from "./function_builder.ts";
import type { Emitter, FunctionCompiler } from "./function_compiler.ts";
import { expectsNothing } from "./returning_forms.ts";

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
  /** The variable that handlers find the exception in. */
  readonly exception: string;
  /** The label that leads to the handlers, the variable being set. */
  readonly entry: string;
  /** Whether something goes there. The variable belongs to the function then, and is otherwise that of the JavaScript `catch`. */
  isEntered = false;
  /** Whether what the block calls may throw. */
  calls = true;
  /** Whether the end of the block is reached. */
  blockEnds = false;
  /** What the function has done before the block. */
  readonly effectsBefore: number;
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
    this.entry = `h${this.number}`;
    this.effectsBefore = f.effects;
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
  f.effects = Effect.None;
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
    frame.blockEnds = frame.reachable;
    frame.calls = (f.effects & Effect.Call) !== 0;
    f.effects |= frame.effectsBefore;
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
  const handles = frame.meetsDelegated || (frame.clauses ?? frame.catches).length > 0;
  if (!handles) return close(f, frame, null);
  const text = frame.clauses === null ? legacyHandler(f, frame) : clausesText(f, frame, frame.clauses);
  close(f, frame, { admission: (exception) => passOthers(f, frame, exception), text });
}

/** What becomes of exceptions thrown in a block. */
interface Handler {
  /** The statements that throw on what is not to come to the handler. */
  admission(exception: string): string;
  /** The handler's statements. */
  readonly text: string;
}

/** Writes the construct. Without a handler exceptions pass it. */
function close(f: FunctionCompiler, frame: TryFrame, handler: Handler | null): void {
  const label = frame.branches > 0 ? `${frame.label}:` : "";
  const statement = frame.isEntered
    ? `${label}${enteredText(f, frame, handler)}`
    : handler !== null && (frame.calls || frame.meetsDelegated)
    ? `${label}try{\n${frame.body}}catch(${frame.exception}){\n${
      handler.admission(frame.exception)
    }${handler.text}}\n`
    : label === ""
    ? frame.body!
    : `${label}{\n${frame.body}}\n`;
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

/** A construct with branches to its handler. Where no call can throw there is no JavaScript `try`. */
function enteredText(f: FunctionCompiler, frame: TryFrame, handler: Handler | null): string {
  const { exception, entry, blockEnds, calls, meetsDelegated } = frame;
  const end = `n${frame.number}`;
  const body = `${frame.body}${blockEnds ? `break ${end};\n` : ""}`;
  if (handler === null) return `${end}:{\n${entry}:{\n${body}}\n${sendText(f, exception)};\n}\n`;
  const thrown = `${exception}c`;
  const block = calls || meetsDelegated
    ? `try{\n${body}}catch(${thrown}){\n${handler.admission(thrown)}${exception}=${thrown};\n}\n`
    : body;
  return `${end}:{\n${entry}:{\n${block}}\n${handler.text}}\n`;
}

/** The construct whose handlers get what is thrown here; null when that is none of this function. */
function receiverOf(f: FunctionCompiler): TryFrame | null {
  for (let i = f.frames.length - 1; i >= 0; i--) {
    const frame = f.frames[i];
    if (frame instanceof TryFrame && frame.isProtecting) return frame;
  }
  return null;
}

/** The statements that send an exception, given as the text of a simple assignment's right-hand side, to whom it may concern. */
function sendText(f: FunctionCompiler, exception: string): string {
  const receiver = receiverOf(f);
  if (receiver !== null) return `${receiver.exception}=${exception};${entranceText(f, receiver)}`;
  if (!f.returnsExceptions) return `throw ${exception}`;
  return `${f.scope.runtime("RETURNED")}.exception=${exception};${returnNothing(f)}`;
}

/** The branch to the handlers of a construct. */
function entranceText(f: FunctionCompiler, receiver: TryFrame): string {
  if (!receiver.isEntered) f.declare(receiver.exception, "ref");
  receiver.isEntered = true;
  return `break ${receiver.entry}`;
}

/** A return without results: with an exception. */
function returnNothing(f: FunctionCompiler): string {
  const [kind] = f.resultKinds;
  return kind === undefined ? "return" : `return ${f.initialValue(kind)}`;
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
function passOthers(f: FunctionCompiler, { meetsDelegated, id }: TryFrame, exception: string): string {
  const others = `if(!(${exception} instanceof ${f.scope.runtime("ExceptionPackage")}))throw ${exception};\n`;
  if (!meetsDelegated) return others;
  return `${others}if(${DELEGATE}!==0){\nif(${DELEGATE}!==${id})throw ${exception};\n${DELEGATE}=0;\n}\n`;
}

/** The handler of a `try_table`. */
function clausesText(f: FunctionCompiler, { exception }: TryFrame, clauses: readonly Clause[]): string {
  let text = "";
  for (const { tag, takesReference, target } of clauses) {
    const values = tag === null ? [] : payload(f, tag, exception);
    if (takesReference) values.push(name(exception, "ref"));
    const jump = branchText(f, target, values);
    if (tag === null) return `${text}${jump};\n`;
    text += `if(${exception}.tag===${f.scope.tag(tag)}){${jump}}\n`;
  }
  return `${text}${sendText(f, exception)};\n`;
}

/** The handler of a `try`. */
function legacyHandler(f: FunctionCompiler, { catches, exception }: TryFrame): string {
  let text = "";
  for (const { tag, text: body } of catches) {
    if (tag === null) return `${text}{\n${body}}\n`;
    text += `if(${exception}.tag===${f.scope.tag(tag)}){\n${body}}else `;
  }
  return `${text}{${sendText(f, exception)}}\n`;
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
    if (!frame.meetsDelegated) return close(f, frame, null);
    const text = `${sendText(f, frame.exception)};\n`;
    return close(f, frame, { admission: (exception) => passOthers(f, frame, exception), text });
  }
  if (receiver !== null) receiver.meetsDelegated = true;
  if (!f.declared.some(({ name }) => name === DELEGATE)) f.declare(DELEGATE, "int");
  // What was delegated past this construct stays on its way; what was delegated to it goes on from here.
  const mine = frame.meetsDelegated ? `if(${DELEGATE}===0||${DELEGATE}===${frame.id})` : "";
  const text = `${mine}${DELEGATE}=${receiver?.id ?? CALLER};\nthrow ${frame.exception};\n`;
  close(f, frame, { admission: () => "", text });
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
    f.write(sendText(f, exceptionText(f, tag, values)));
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

/**
 * Throws what the call of a refused import throws. Nearly all the time goes into the stack of the error: V8 takes 100 ns less when it
 * is made in the function that calls than in one for it alone, and 30 less without `new`.
 */
export function throwRefusal(f: FunctionCompiler): void {
  const error = `${f.scope.runtime("TypeError")}(${f.scope.runtime("TYPE_INCOMPATIBILITY")})`;
  f.settle(Effect.Branch);
  f.write(sendText(f, `new ${f.scope.runtime("ExceptionPackage")}(null,[${error}])`));
  f.leave();
}

function throwReference(f: FunctionCompiler): void {
  f.types.pop();
  const exception = f.pop();
  f.settle(exception.effects | Effect.Trap | Effect.Branch);
  f.write(sendText(f, `${exception.operand(Precedence.Nullish + 1)}??${f.scope.runtime("rethrowNull")}()`));
  f.leave();
}

function rethrow(f: FunctionCompiler): void {
  const { exception } = target(f, f.reader.u32("branch depth")) as TryFrame;
  f.settle(Effect.Branch);
  f.write(sendText(f, exception));
  f.leave();
}

/**
 * Whether what the call just read throws had better come back by return: a handler of this function gets it, or it goes on to the
 * caller in the same way, at no cost to calls that return.
 */
export function wantsReturned(f: FunctionCompiler): boolean {
  return f.protections > 0 || f.returnsExceptions && expectsNothing(f.reader);
}

/** The form to be called instead of a function, so that its exceptions come back by return; null when it is to be called itself. */
export function returningCallee(f: FunctionCompiler, index: FunctionIndex): string | null {
  return wantsReturned(f) ? f.scope.returningForm(index) : null;
}

/** Writes the test behind a call that may have returned with an exception. */
export function testReturned(f: FunctionCompiler): void {
  const returned = `${f.scope.runtime("RETURNED")}.exception`;
  const receiver = receiverOf(f);
  const taken = receiver === null
    ? returnNothing(f)
    : `${receiver.exception}=${returned};${returned}=null;${entranceText(f, receiver)}`;
  f.text += `if(${returned}!==null){${taken}}\n`;
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
