/**
 * Function bodies and expressions in the folded style (specification 6.5.12 "Folded Instructions"): an
 * instruction stands in parentheses with the instructions that give its operands.
 *
 * An instruction takes in what the ones before it leave when that is just what it needs. Otherwise (operands
 * come from outside the block, or from an instruction with more results, or another instruction stands
 * between) it is printed flat, and nothing takes in what stands before it or itself.
 *
 * @module
 */

import { CODE } from "../syntax/opcodes.ts";
import type { ArityFinder, LabelArities } from "./print_arity.ts";
import { type InstructionPrinter, Nesting, nestingOf } from "./print_instruction.ts";
import type { TextOutput } from "./print_output.ts";

const LOOP = CODE["loop"];
const IF = CODE["if"];
const ELSE = CODE["else"];
const TRY = CODE["try"];
const DELEGATE = CODE["delegate"];

/** How a node is written. */
const Form = {
  /** `(head child ...)`. */
  Folded: 0,
  /** `head`. */
  Flat: 1,
  /** `if child ... else end`: an empty `else`, which no folded `if` can show. */
  FlatIf: 2,
} as const;

/** An instruction, or a clause of one such as `(then ...)`. */
interface Node {
  /** What stands in front of it. */
  readonly annotations: string;
  readonly head: string;
  readonly children: readonly Node[];
  /** One of {@linkcode Form}. */
  readonly form: number;
  /** How many of the children stay on the line of the head when they fit there. */
  readonly operands: number;
  /** Number of values that are left on the stack. */
  readonly results: number;
  /** Columns that it takes in one line; Infinity when it must not be in one. */
  readonly width: number;
}

const NO_NODES: readonly Node[] = [];

function folded(head: string, children: readonly Node[], results: number, annotations = ""): Node {
  const width = annotations.length + foldedWidth(head, children);
  return { annotations, head, children, form: Form.Folded, operands: 0, results, width };
}

function foldedWidth(head: string, children: readonly Node[]): number {
  let width = 2 + head.length;
  for (const child of children) width += 1 + child.width;
  return width;
}

function flat(head: string, annotations = ""): Node {
  return { annotations, head, children: NO_NODES, form: Form.Flat, operands: 0, results: 0, width: Infinity };
}

/** `(then ...)` and its like: on one line only with at most one instruction. */
function clause(head: string, body: readonly Node[]): Node {
  const node = folded(head, body, 0);
  return body.length <= 1 ? node : { ...node, width: Infinity };
}

/** A block that is not closed yet, or the whole body. */
interface Block {
  /** The code of its instruction; 0 for the whole body. */
  readonly code: number;
  readonly annotations: string;
  readonly head: string;
  readonly params: number;
  readonly results: number;
  /** The condition and the parameters of an `if`, when they are folded. */
  readonly operands: readonly Node[];
  /** Whether it takes operands that are not folded. */
  readonly apart: boolean;
  /** The clauses that are complete; only `if` and `try` have any. */
  readonly clauses: Node[];
  /** The code and the head of the clause that is being read. */
  part: number;
  clause: string;
  /** What stands in that clause so far. */
  body: Node[];
  /** Only nodes from this one on can become operands. */
  free: number;
}

/** Completes the clause that is being read. */
function endClause(block: Block): void {
  block.clauses.push(clause(block.clause, block.body));
  block.body = [];
  block.free = 0;
}

/** A block that was closed by `end`, or by `delegate`, whose text is given then. */
function foldedBlock(block: Block, delegate: string | null): Node {
  const { code, annotations, head, results, operands, clauses, body } = block;
  if (code !== IF && code !== TRY) {
    const node = folded(head, body, results, annotations);
    return body.length === 0 ? node : { ...node, width: Infinity };
  }
  endClause(block);
  if (delegate !== null) clauses.push(folded(delegate, NO_NODES, 0));
  return { ...folded(head, [...operands, ...clauses], results, annotations), operands: operands.length };
}

/** Longest line that holds more than one instruction. */
const MAX_WIDTH = 100;
/** Columns for instructions on any line, however deep it is indented. */
const MIN_WIDTH = 40;
/** The level of what continues a line. */
const SAME_LINE = -1;

/** Prints instructions folded. */
export class FoldedPrinter implements LabelArities {
  readonly #out: TextOutput;
  readonly #instructions: InstructionPrinter;
  readonly #arities: ArityFinder;
  /** The blocks around the next instruction, the whole body first. */
  #blocks: Block[] = [];

  /** Prints what `instructions` is started at to `out`. */
  constructor(out: TextOutput, instructions: InstructionPrinter, arities: ArityFinder) {
    this.#out = out;
    this.#instructions = instructions;
    this.#arities = arities;
  }

  /** The instructions of a body that returns `results` values, on lines of `level`. */
  body(results: number, level: number): void {
    this.#write(this.#read(results), level);
  }

  /**
   * The instructions of an expression on the line that is there, a space before each; returns whether there
   * are any.
   */
  expression(): boolean {
    const nodes = this.#read(1);
    this.#write(nodes, SAME_LINE);
    return nodes.length > 0;
  }

  /** An expression as ` (keyword ...)`, or without the keyword when it is one folded instruction. */
  clause(keyword: string): void {
    const nodes = this.#read(1);
    const single = nodes.length === 1 && nodes[0].form === Form.Folded;
    this.#write(single ? nodes : [folded(keyword, nodes, 0)], SAME_LINE);
  }

  of(label: number): number | null {
    const block = this.#blocks[this.#blocks.length - 1 - label];
    if (block === undefined) return null;
    return block.code === LOOP ? block.params : block.results;
  }

  get returned(): number {
    return this.#blocks[0].results;
  }

  #read(results: number): readonly Node[] {
    const instructions = this.#instructions;
    this.#blocks = [];
    this.#push(0, "", "", 0, results, NO_NODES, false);
    while (instructions.next()) {
      const { opcode, text } = instructions;
      switch (nestingOf(opcode)) {
        case Nesting.Plain:
          this.#plain();
          break;
        case Nesting.Open:
          this.#open();
          break;
        case Nesting.Next: {
          const block = this.#innermost;
          endClause(block);
          block.part = opcode.code;
          block.clause = text;
          break;
        }
        case Nesting.Close:
          this.#close(opcode.code === DELEGATE ? text : null);
      }
    }
    return this.#blocks[0].body;
  }

  get #innermost(): Block {
    return this.#blocks[this.#blocks.length - 1];
  }

  #push(
    code: number,
    annotations: string,
    head: string,
    params: number,
    results: number,
    operands: readonly Node[],
    apart: boolean,
  ): void {
    const clause = code === IF ? "then" : "do";
    this.#blocks.push({
      code,
      annotations,
      head,
      params,
      results,
      operands,
      apart,
      clauses: [],
      part: code,
      clause,
      body: [],
      free: 0,
    });
  }

  #plain(): void {
    const { opcode, indices, text, annotations } = this.#instructions;
    const arity = this.#arities.of(opcode, indices, this);
    const operands = arity === null ? null : this.#takeOperands(arity.params);
    if (operands === null) this.#addApart(flat(text, annotations));
    else this.#innermost.body.push(folded(text, operands, arity!.results, annotations));
  }

  /** Removes the last nodes when they leave just `count` values; otherwise null. */
  #takeOperands(count: number): readonly Node[] | null {
    if (count === 0) return NO_NODES;
    const { body, free } = this.#innermost;
    let first = body.length;
    let values = 0;
    while (values < count && first > free && body[first - 1].results > 0) values += body[--first].results;
    return values === count ? body.splice(first) : null;
  }

  /** Adds a node that nothing takes in, nor anything before it. */
  #addApart(node: Node): void {
    const block = this.#innermost;
    block.free = block.body.push(node);
  }

  #open(): void {
    const { opcode, text, annotations, blockType: { params, results } } = this.#instructions;
    const operands = opcode.code === IF
      ? this.#takeOperands(params.length + 1)
      : params.length === 0
      ? NO_NODES
      : null;
    const folds = operands ?? NO_NODES;
    this.#push(opcode.code, annotations, text, params.length, results.length, folds, operands === null);
  }

  #close(delegate: string | null): void {
    const block = this.#blocks.pop()!;
    if (block.part === ELSE && block.body.length === 0) {
      for (const operand of block.operands) this.#addApart(operand);
      const { head, annotations, clauses: [{ children }] } = block;
      this.#addApart({ ...flat(head, annotations), form: Form.FlatIf, children });
    } else if (block.apart) {
      this.#addApart(foldedBlock(block, delegate));
    } else {
      this.#innermost.body.push(foldedBlock(block, delegate));
    }
  }

  /** Writes nodes, each on a line of `level`. What is still to be written waits on a stack of its own. */
  #write(nodes: readonly Node[], level: number): void {
    const out = this.#out;
    const waiting: (Node | typeof CLOSE)[] = [];
    const levels: number[] = [];
    const push = (node: Node | typeof CLOSE, level: number) => {
      waiting.push(node);
      levels.push(level);
    };
    for (let i = nodes.length - 1; i >= 0; i--) push(nodes[i], level);
    while (waiting.length > 0) {
      const node = waiting.pop()!;
      const level = levels.pop()!;
      if (node === CLOSE) {
        out.write(CLOSE);
        continue;
      }
      if (level === SAME_LINE) out.write(" ");
      else out.line(level);
      const { annotations, head, children, form, operands, width } = node;
      if (annotations !== "") out.write(annotations);
      if (form === Form.Folded) {
        out.write("(");
        push(CLOSE, level);
      } else if (form === Form.FlatIf) {
        push(FLAT_END, level);
        push(FLAT_ELSE, level);
      }
      out.write(head);
      const inner = level === SAME_LINE || this.#fits(width, level) ? SAME_LINE : level + 1;
      const first = inner === SAME_LINE || operands === 0 ? 0 : this.#operandsThatFit(node, level);
      for (let i = children.length - 1; i >= 0; i--) {
        push(children[i], i < first ? SAME_LINE : inner);
      }
    }
  }

  /** How many children stay on the line of the head: all of the operands or none. */
  #operandsThatFit({ head, children, operands }: Node, level: number): number {
    return this.#fits(foldedWidth(head, children.slice(0, operands)), level) ? operands : 0;
  }

  #fits(width: number, level: number): boolean {
    return width <= Math.max(MAX_WIDTH - this.#out.width(level), MIN_WIDTH);
  }
}

/** The parenthesis behind the children of a node. */
const CLOSE = ")";
const FLAT_ELSE = flat("else");
const FLAT_END = flat("end");
