/**
 * Live ranges of locals. Compilers give values that have nothing to do with each other one local when their lives do not
 * overlap; here they are told apart again, so that each can be kept in the shape that suits it.
 *
 * One pass over the body gives every access of a local the definition that reaches it; where several meet there is a phi
 * node. A live range is a set of definitions that a phi node in use connects (Cytron et al., "Efficiently Computing Static
 * Single Assignment Form", on structured control, where no dominance needs to be computed).
 *
 * @module
 */

import { readOpcode, skipImmediate } from "../binary/instructions.ts";
import type { TypeReader } from "../binary/type_reader.ts";

/** Which accesses of locals belong to which live range. */
export interface LiveRanges {
  /** Number of ranges. */
  readonly count: number;
  /** By the position of its immediate in the binary: the range an access of a local reads and, for a `set` or `tee`, writes. */
  readonly at: ReadonlyMap<number, number>;
  /** By local: the range that starts with the value at the function's entry. */
  readonly entry: ReadonlyMap<number, number>;
}

/** An open construct. */
interface Construct {
  /** By tracked local: the phi node at the start; null but for loops. */
  readonly header: readonly number[] | null;
  /** The definitions that reach the end by branches. */
  readonly exits: number[][];
  /** Those at the start of an `if`, for its `else`. */
  otherwise: number[] | null;
}

/** The places that a node can get its value from: none for a definition. */
type Node = Set<number> | null;

/** Nodes before locals are left in one piece: a range has variables of its own, all of which are in the host's frame at once. */
const MOST_NODES = 8192;

class Walk {
  readonly #reader: TypeReader;
  readonly #slots = new Map<number, number>();
  readonly #nodes: Node[] = [];
  readonly #nodeAt = new Map<number, number>();
  readonly #used: number[] = [];
  readonly #constructs: Construct[] = [];
  /** By tracked local: the node that it holds now. */
  #now: number[] = [];
  #reachable = true;
  /** Whether locals are left in one piece: handlers can be reached from anywhere in their block. */
  #whole = false;

  constructor(reader: TypeReader, locals: readonly number[]) {
    this.#reader = reader;
    for (const local of locals) {
      this.#slots.set(local, this.#now.length);
      this.#now.push(this.#node(null));
    }
  }

  #node(node: Node): number {
    if (this.#nodes.length > MOST_NODES) this.#whole = true;
    return this.#nodes.push(node) - 1;
  }

  run(end: number): LiveRanges {
    this.#open(false);
    while (this.#reader.position < end) this.#instruction();
    return this.#ranges();
  }

  #open(loop: boolean): Construct {
    if (loop && !this.#whole) this.#now = this.#now.map((node) => this.#node(new Set([node])));
    const construct: Construct = { header: loop ? this.#now : null, exits: [], otherwise: null };
    this.#constructs.push(construct);
    return construct;
  }

  #instruction(): void {
    const { mnemonic, immediates } = readOpcode(this.#reader);
    switch (mnemonic) {
      case "local.get":
      case "local.set":
      case "local.tee":
        return this.#access(mnemonic);
      case "try":
      case "try_table":
        this.#whole = true;
        this.#open(false);
        break;
      case "block":
      case "loop":
        this.#open(mnemonic === "loop");
        break;
      case "if":
        this.#open(false).otherwise = this.#now;
        break;
      case "else": {
        const construct = this.#constructs.at(-1)!;
        if (this.#reachable) construct.exits.push(this.#now);
        this.#now = construct.otherwise!;
        construct.otherwise = null;
        this.#reachable = true;
        break;
      }
      case "catch":
      case "catch_all":
        this.#reachable = true;
        break;
      case "end":
      case "delegate":
        this.#end();
    }
    for (const immediate of immediates) {
      if (immediate === "label") this.#branch(this.#reader.u32("branch depth"));
      else if (immediate === "labels") this.#branchTable();
      else skipImmediate(this.#reader, immediate);
    }
    switch (mnemonic) {
      case "unreachable":
      case "br":
      case "br_table":
      case "return":
      case "return_call":
      case "return_call_indirect":
      case "return_call_ref":
      case "throw":
      case "throw_ref":
      case "rethrow":
        this.#reachable = false;
    }
  }

  #access(mnemonic: string): void {
    const { position } = this.#reader;
    const slot = this.#slots.get(this.#reader.u32("local index"));
    if (slot === undefined) return;
    if (mnemonic === "local.get") {
      this.#used.push(this.#now[slot]);
    } else if (!this.#whole) {
      this.#now = this.#now.slice();
      this.#now[slot] = this.#node(null);
    }
    this.#nodeAt.set(position, this.#now[slot]);
  }

  #branchTable(): void {
    for (let count = this.#reader.u32("table count"); count >= 0; count--) {
      this.#branch(this.#reader.u32("branch depth"));
    }
  }

  #branch(depth: number): void {
    const construct = this.#constructs.at(-1 - depth);
    if (construct === undefined || !this.#reachable || this.#whole) return;
    if (construct.header === null) construct.exits.push(this.#now);
    else for (const [slot, phi] of construct.header.entries()) this.#nodes[phi]!.add(this.#now[slot]);
  }

  #end(): void {
    const { exits, otherwise } = this.#constructs.pop()!;
    if (this.#whole) return;
    if (this.#reachable) exits.push(this.#now);
    if (otherwise !== null) exits.push(otherwise);
    if (exits.length === 0) return;
    this.#reachable = true;
    const [first, ...others] = exits;
    const differing = others.filter((exit) => exit !== first);
    this.#now = differing.length === 0 ? first : first.map((node, slot) => {
      const nodes = new Set([node, ...differing.map((exit) => exit[slot])]);
      return nodes.size === 1 ? node : this.#node(nodes);
    });
  }

  #ranges(): LiveRanges {
    const slots = [...this.#slots];
    if (this.#whole) return inOnePiece(slots, this.#localAt());
    const parent = this.#nodes.map((_, node) => node);
    const find = (node: number): number => {
      while (parent[node] !== node) node = parent[node] = parent[parent[node]];
      return node;
    };
    const seen = new Set(this.#used);
    for (const node of seen) {
      for (const source of this.#nodes[node] ?? []) {
        seen.add(source);
        parent[find(source)] = find(node);
      }
    }
    const numbers = new Map<number, number>();
    const number = (node: number): number => {
      const root = find(node);
      let known = numbers.get(root);
      if (known === undefined) numbers.set(root, known = numbers.size);
      return known;
    };
    const entry = new Map(slots.map(([local, slot]) => [local, number(slot)]));
    const at = new Map([...this.#nodeAt].map(([position, node]) => [position, number(node)]));
    return { count: numbers.size, at, entry };
  }

  /** By position: the local that is accessed there. */
  #localAt(): Map<number, number> {
    const { position } = this.#reader;
    const locals = new Map<number, number>();
    for (const at of this.#nodeAt.keys()) {
      this.#reader.position = at;
      locals.set(at, this.#reader.u32("local index"));
    }
    this.#reader.position = position;
    return locals;
  }
}

function inOnePiece(
  slots: readonly [local: number, slot: number][],
  localAt: Map<number, number>,
): LiveRanges {
  const entry = new Map(slots);
  const at = new Map([...localAt].map(([position, local]) => [position, entry.get(local)!]));
  return { count: slots.length, at, entry };
}

/** The live ranges of some locals in the function body that `reader` is at and that ends at `end`; the reader stays there. */
export function liveRanges(reader: TypeReader, end: number, locals: readonly number[]): LiveRanges {
  const start = reader.position;
  const ranges = new Walk(reader, locals).run(end);
  reader.position = start;
  return ranges;
}
