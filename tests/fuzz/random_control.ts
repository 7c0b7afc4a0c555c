/**
 * Random constructs and branches: blocks, ifs and loops with parameters and results, handlers of exceptions of both kinds, tables of
 * branches, tail calls.
 *
 * @module
 */

import { Expressions } from "./random_expressions.ts";
import { heapText, isNullableText, isReferenceText, type TypeText } from "./random_world.ts";

/** Whether an anyref may be cast to the type. */
function castable(type: TypeText): boolean {
  return isReferenceText(type) && /^(eq|struct|array|i31|\$[sa]\d)$/.test(heapText(type));
}

/** Adds constructs and branches. */
export abstract class Control extends Expressions {
  protected abstract statements(depth: number): string;

  /** Statements in many blocks around each other. */
  protected nested(blocks: number, depth: number): string {
    if (blocks === 0) return this.statements(depth);
    const label = { name: this.fresh("q"), types: [] };
    return `(block ${label.name} ${this.within(label, () => this.nested(blocks - 1, depth))})`;
  }

  /** A block, an if, a loop or a try that leaves `types`. */
  protected construct(types: readonly TypeText[], depth: number): string {
    const results = types.map((type) => `(result ${type})`).join(" ");
    const label = this.fresh("l");
    const body = (types: readonly TypeText[], inner: readonly TypeText[] = types) =>
      this.within(
        { name: label, types: inner },
        () => `${this.statements(depth)} ${this.args(types, depth)}`,
      );
    switch (this.random.below(7)) {
      case 0:
      case 1:
        return `(block ${label} ${results} ${body(types)})`;
      case 2: {
        const condition = this.condition(depth);
        return `(if ${label} ${results} ${condition} (then ${body(types)}) (else ${body(types)}))`;
      }
      case 3:
        return this.loop(types, depth);
      case 4:
        return this.taking(types, depth);
      case 5: {
        // A branch out of the block that carries its values, if something is so.
        const text = body(types);
        return `(block ${label} ${results} ${text} (br_if ${label} ${this.condition(depth)}))`;
      }
      default:
        if (!this.has("exceptions") || this.world.tags.length === 0) {
          return `(block ${label} ${results} ${body(types)})`;
        }
        return this.world.types.legacyExceptions ? this.legacyTry(types, depth) : this.tryTable(types, depth);
    }
  }

  /** A loop with parameters. */
  protected loop(types: readonly TypeText[], depth: number): string {
    const label = this.fresh("l");
    const params = this.someTypes(3).filter((type) => this.localOf(type) !== undefined);
    const taken = [...params].reverse().map((type) => `(local.set ${this.localOf(type)})`);
    const signature = [
      ...params.map((type) => `(param ${type})`),
      ...types.map((type) => `(result ${type})`),
    ];
    const before = this.args(params, depth);
    const body = this.within({ name: label, types: params }, () => {
      const statements = this.statements(depth);
      const again = `${this.args(params, depth)} (br_if ${label} ${this.condition(depth)})${
        " (drop)".repeat(params.length)
      }`;
      return `${this.burn()} ${taken.join(" ")} ${statements} ${again} ${this.args(types, depth)}`;
    });
    return `${before} (loop ${label} ${signature.join(" ")} ${body})`;
  }

  /** A block or an if whose parameters are used as operands there. */
  protected taking(types: readonly TypeText[], depth: number): string {
    const label = this.fresh("l");
    const params = this.has("bulk-memory")
      ? this.random.pick([["i32"], ["i64"], ["i32", "i64"], ["f64", "i32"]])
      : [];
    const use = (type: string) => `(${type}.add ${this.expression(type, depth)})`;
    const taken = () =>
      [...params].reverse().map((type) => {
        const local = this.localOf(type);
        return `${use(type)} ${local && this.chance(2) ? `(local.set ${local})` : "(drop)"}`;
      }).join(" ");
    const signature = [...params.map((type) => `(param ${type})`), ...types.map((type) => `(result ${type})`)]
      .join(" ");
    const body = () =>
      this.within(
        { name: label, types },
        () => `${taken()} ${this.statements(depth)} ${this.args(types, depth)}`,
      );
    const before = this.args(params, depth);
    if (this.chance(2)) return `${before} (block ${label} ${signature} ${body()})`;
    return `${before} (if ${label} ${signature} ${this.condition(depth)} (then ${body()}) (else ${body()}))`;
  }

  protected tryTable(types: readonly TypeText[], depth: number): string {
    const { tags } = this.world;
    const random = this.random;
    const done = { name: this.fresh("t"), types };
    const handlers = Array.from({ length: 1 + random.below(3) }, () => {
      const tag = this.chance(4) ? null : random.pick(tags);
      const reference = this.chance(2);
      const caught = [...tag?.params ?? [], ...reference ? ["exnref"] : []];
      const name = this.fresh("h");
      const clause = `(catch${tag ? "" : "_all"}${reference ? "_ref" : ""} ${tag?.name ?? ""} ${name})`;
      return { label: { name, types: caught }, clause };
    });
    // Clauses may also branch to what is around, if it takes the same.
    const clauses = handlers.map(({ label, clause }) => {
      const outer = this.labels.filter(({ types }) => `${types}` === `${label.types}`);
      return outer.length > 0 && this.chance(4)
        ? clause.replace(label.name, random.pick(outer).name)
        : clause;
    });
    const results = (types: readonly TypeText[]) => types.map((type) => `(result ${type})`).join(" ");
    const inner = this.fresh("y");
    const nest = (at: number): string => {
      if (at === handlers.length) {
        const body = this.within(
          { name: inner, types },
          () => `${this.statements(depth)} ${this.args(types, depth)}`,
        );
        return `(br ${done.name} (try_table ${inner} ${results(types)} ${clauses.join(" ")} ${body}))`;
      }
      const { label } = handlers[at];
      const text = this.within(label, () => nest(at + 1));
      return `(block ${label.name} ${results(label.types)} ${text}) ${this.caught(label.types)}
        (br ${done.name} ${this.args(types, depth)})`;
    };
    return this.within(done, () => `(block ${done.name} ${results(types)} ${nest(0)})`);
  }

  /** Takes what was caught off the stack, sometimes to throw it again. */
  protected caught(types: readonly TypeText[]): string {
    return [...types].reverse().map((type) => {
      const local = this.localOf(type);
      if (type === "exnref" && !this.world.types.legacyExceptions && this.chance(4)) return "(throw_ref)";
      return local ? `(local.set ${local})` : "(drop)";
    }).join(" ");
  }

  protected legacyTry(types: readonly TypeText[], depth: number): string {
    const random = this.random;
    const label = this.fresh("t");
    const results = types.map((type) => `(result ${type})`).join(" ");
    const body = () =>
      this.within({ name: label, types }, () => `${this.statements(depth)} ${this.args(types, depth)}`);
    const text = `(try ${label} ${results} (do ${body()})`;
    if (this.chance(5)) return `${text} (delegate ${random.below(this.labels.length + 1)}))`;
    const handler = (params: readonly TypeText[]) =>
      `${this.caught(params)} ${
        this.chance(4) ? `(if ${this.condition(depth)} (then (rethrow ${label})))` : ""
      } ${body()}`;
    const tags = this.world.tags.filter(() => this.chance(2));
    const catches = tags.map(({ name, params }) => `(catch ${name} ${handler(params)})`);
    if (tags.length === 0 || this.chance(2)) catches.push(`(catch_all ${handler([])})`);
    return `${text} ${catches.join(" ")})`;
  }

  protected counted(depth: number): string {
    const counter = `$k${this.counters++}`;
    const label = this.fresh("l");
    const body = this.within({ name: label, types: [] }, () => this.statements(depth));
    return `(local.set ${counter} (i32.const ${
      1 + this.random.below(6)
    })) (loop ${label} ${this.burn()} ${body}
      (br_if ${label} (local.tee ${counter} (i32.sub (local.get ${counter}) (i32.const 1)))))`;
  }

  protected branch(depth: number): string {
    if (this.labels.length === 0) return "";
    const random = this.random;
    const { name, types } = random.pick(this.labels);
    if (this.has("gc") && this.chance(3)) {
      const [type] = types;
      const value = (nullable: TypeText) => this.expression(nullable, depth);
      if (types.length === 0) return `(drop (br_on_null ${name} ${value("(ref null $s0)")}))`;
      if (types.length === 1 && isReferenceText(type)) {
        if (!isNullableText(type)) return `(br_on_non_null ${name} ${value(`(ref null ${heapText(type)})`)})`;
        if (castable(type)) return `(drop (br_on_cast ${name} anyref ${type} ${value("anyref")}))`;
      }
    }
    const values = this.args(types, depth);
    if (this.chance(3)) {
      const same = this.labels.filter((label) => `${label.types}` === `${types}`).map((label) => label.name);
      const targets = Array.from({ length: 1 + random.below(5) }, () => random.pick(same));
      const index = this.small(random.pick([3, 7]), depth);
      return `(if ${this.condition(depth)} (then (br_table ${targets.join(" ")} ${values} ${index})))`;
    }
    return `${values} (br_if ${name} ${this.condition(depth)})${" (drop)".repeat(types.length)}`;
  }

  /** An expression that may branch, or does, while operands before it wait. */
  protected leaving(type: TypeText, depth: number): string {
    const random = this.random;
    const heap = heapText(type);
    const to = (accepted: (types: readonly TypeText[]) => boolean) => {
      const fitting = this.labels.filter(({ types }) => accepted(types));
      return fitting.length > 0 ? random.pick(fitting) : null;
    };
    const ways: (() => string)[] = [];
    const same = to((types) => types.length === 1 && types[0] === type);
    if (same) {
      const { name } = same;
      ways.push(() => `(br_if ${name} ${this.expression(type, depth)} ${this.condition(depth)})`);
    }
    const empty = to((types) => types.length === 0);
    if (empty && isReferenceText(type) && !isNullableText(type)) {
      ways.push(() => `(br_on_null ${empty.name} ${this.expression(`(ref null ${heap})`, depth)})`);
    }
    const cast = to((types) => types.length === 1 && castable(types[0]));
    if (cast && type === "anyref") {
      ways.push(() => `(br_on_cast ${cast.name} anyref ${cast.types[0]} ${this.expression(type, depth)})`);
    }
    const any = to((types) => types.length === 1 && types[0] === "anyref");
    if (any && castable(type) && isReferenceText(type)) {
      ways.push(() => `(br_on_cast_fail ${any.name} anyref ${type} ${this.expression("anyref", depth)})`);
    }
    if (ways.length > 0 && !this.chance(5)) return random.pick(ways)();
    if (!this.chance(4)) return this.expression(type, depth);
    if (this.labels.length === 0 || this.chance(2)) return this.leave(depth);
    const { name, types } = random.pick(this.labels);
    return `(br ${name} ${this.args(types, depth)})`;
  }

  /** Return, throw or a tail call. */
  protected leave(depth: number): string {
    const random = this.random;
    const { type } = this.self;
    const { tags, functions } = this.world;
    switch (random.below(5)) {
      case 0:
      case 1: {
        if (tags.length === 0) return "(unreachable)";
        if (!this.world.types.legacyExceptions && this.chance(3)) {
          return `(throw_ref ${this.leaf("exnref")})`;
        }
        const tag = random.pick(tags);
        return `(throw ${tag.name} ${this.args(tag.params, depth)})`;
      }
      case 2:
      case 3: {
        if (!this.has("tail-calls")) break;
        const fitting = functions.filter((callee) => `${callee.type.results}` === `${type.results}`);
        if (fitting.length === 0) break;
        const callee = this.chance(2) ? this.self : random.pick(fitting);
        return this.call(callee, depth).replace(/^\(call/, "(return_call");
      }
    }
    return `(return ${this.args(type.results, depth)})`;
  }
}
