/**
 * Random function bodies as text.
 *
 * @module
 */

import { Control } from "./random_control.ts";
import { OPERATIONS } from "./random_expressions.ts";
import type { Local } from "./random_operands.ts";
import { type Field, isNullableText, isReferenceText, type Sized, unpackedText } from "./random_world.ts";

/** Nested constructs. */
const MAX_DEPTH = 5;

/** Writes the body of one function. */
export class CodeWriter extends Control {
  /** A function in the text format. */
  function(): string {
    const { type, name } = this.self;
    const random = this.random;
    type.params.forEach((param, i) => this.locals.push({ name: `$p${i}`, type: param }));
    const count = 3 + random.below(random.below(4) === 0 ? 40 : 8);
    const own: Local[] = [];
    for (let i = 0; i < count; i++) {
      own.push({ name: `$x${i}`, type: random.pick(this.world.types.values) });
      if (isNullableText(own[i].type)) this.locals.push(own[i]);
    }
    const prologue: string[] = [];
    for (const local of own) {
      if (isNullableText(local.type) && (!isReferenceText(local.type) || random.below(10) === 0)) continue;
      prologue.push(`(local.set ${local.name} ${this.leaf(local.type)})`);
      if (!isNullableText(local.type)) this.locals.push(local);
    }
    // The compiler flattens what is nested deeper than 200 levels.
    const statements = this.nested(this.chance(15) ? random.pick([100, 196, 203, 220]) : 0, MAX_DEPTH);
    const results = this.args(type.results, MAX_DEPTH);
    const counters = Array.from({ length: this.counters }, (_, i) => `(local $k${i} i32)`);
    const params = type.params.map((param, i) => `(param $p${i} ${param})`);
    return `(func ${name} (type ${type.name}) ${params.join(" ")} ${
      type.results.map((result) => `(result ${result})`).join(" ")
    }
  ${own.map((local) => `(local ${local.name} ${local.type})`).join(" ")} ${counters.join(" ")}
  ${this.burn()}
  ${[...prologue, statements, results].join("\n  ")})`;
  }

  protected statements(depth: number): string {
    if (depth <= 0) return "";
    return Array.from({ length: this.random.below(depth + 2) }, () => this.statement(depth)).join("\n  ");
  }

  protected statement(depth: number): string {
    if (this.budget-- <= 0) return "";
    const random = this.random;
    const next = depth - 1;
    switch (random.below(18)) {
      case 0:
      case 1:
      case 2:
      case 3: {
        const { name, type } = random.pick(this.locals);
        return `(local.set ${name} ${this.expression(type, depth)})`;
      }
      case 4: {
        const { name, type } = random.pick(this.world.globals.filter(({ mutable }) => mutable));
        return `(global.set ${name} ${this.expression(type, depth)})`;
      }
      case 5:
      case 6:
        return this.apply(
          random.pick(OPERATIONS.get("")!.filter(({ feature }) => this.has(feature))),
          next,
        );
      case 7: {
        const callee = random.pick(this.world.functions);
        return `${this.call(callee, next)}${" (drop)".repeat(callee.type.results.length)}`;
      }
      case 8:
      case 9:
        return this.branch(next);
      case 10: {
        const types = this.someTypes(2);
        return `${this.construct(types, next)} ${
          this.caught(types.map((type) => type === "exnref" ? "" : type))
        }`;
      }
      case 11:
        return this.counted(next);
      case 12:
        return `(if ${this.condition(next)} (then ${this.leave(next)}))`;
      case 13:
      case 14:
        return this.has("gc") ? this.write(next) : this.bulk(next);
      case 15:
        return this.has("threads") && this.chance(4) ? "(atomic.fence)" : this.bulk(next);
      default:
        return this.bulk(next);
    }
  }

  /** Changes an object. */
  protected write(depth: number): string {
    const random = this.random;
    const { structs, arrays } = this.world.types;
    const mutable = ({ mutable }: Field) => mutable;
    if (this.chance(2)) {
      const { name, fields } = random.pick(structs);
      const at = random.below(fields.length);
      if (!fields[at].mutable) return "";
      return `(struct.set ${name} ${at} ${this.object(name, depth)} ${
        this.expression(unpackedText(fields[at].storage), depth)
      })`;
    }
    const { name, storage } = random.pick(arrays.filter(mutable));
    const object = this.object(name, depth);
    const value = () => this.expression(unpackedText(storage), depth);
    switch (random.below(5)) {
      case 0:
        return `(array.fill ${name} ${object} ${this.small(1, depth)} ${value()} ${this.small(1, depth)})`;
      case 1:
        return `(array.copy ${name} ${name} ${object} ${this.small(1, depth)} ${this.object(name, depth)} ${
          this.small(1, depth)
        } ${this.small(1, depth)})`;
      case 2: {
        const kind = isReferenceText(storage) ? "elem" : "data";
        const segment = kind === "data"
          ? this.world.data[0]
          : this.world.elements.find(({ element }) => element === storage)?.name;
        if (!segment) return "";
        return `(array.init_${kind} ${name} ${segment} ${object} ${this.small(1, depth)} ${
          this.small(1, depth)
        } ${this.small(1, depth)})`;
      }
      default:
        return `(array.set ${name} ${object} ${this.small(3, depth)} ${value()})`;
    }
  }

  /** Operations on ranges of memories and tables, and on single elements of tables. */
  protected bulk(depth: number): string {
    const random = this.random;
    if (!this.has("bulk-memory")) return "";
    const { memories, tables, data, elements } = this.world;
    const memory = random.pick(memories);
    const address = () => this.address(memory, 1, false, depth);
    if (tables.length === 0 || this.chance(2)) {
      switch (random.below(5)) {
        case 0:
        case 1:
          return `(memory.fill ${memory.name} ${address()} ${this.expression("i32", depth)} ${
            this.index(memory, 255, depth)
          })`;
        case 2: {
          const source = random.pick(memories);
          const narrow: Sized = memory.address === "i32" || source.address === "i32"
            ? { name: "", address: "i32" }
            : memory;
          return `(memory.copy ${memory.name} ${source.name} ${address()} ${
            this.address(source, 1, false, depth)
          } ${this.index(narrow, 255, depth)})`;
        }
        case 3:
          return `(memory.init ${memory.name} ${random.pick(data)} ${address()} ${this.small(15, depth)} ${
            this.small(15, depth)
          })`;
        default:
          return this.chance(5) ? `(data.drop ${random.pick(data)})` : "";
      }
    }
    const table = random.pick(tables);
    const index = (mask = 7) => this.index(table, mask, depth);
    const segment = elements.find(({ element }) => element === table.element);
    switch (random.below(6)) {
      case 0:
        return `(table.fill ${table.name} ${index()} ${this.expression(table.element, depth)} ${index(3)})`;
      case 1: {
        const source = random.pick(tables.filter(({ element }) => element === table.element));
        const narrow: Sized = table.address === "i32" || source.address === "i32"
          ? { name: "", address: "i32" }
          : table;
        return `(table.copy ${table.name} ${source.name} ${index()} ${this.index(source, 7, depth)} ${
          this.index(narrow, 3, depth)
        })`;
      }
      case 2:
        if (segment) {
          return `(table.init ${table.name} ${segment.name} ${index()} ${this.small(1, depth)} ${
            this.small(1, depth)
          })`;
        }
        return "";
      case 3:
        return segment && this.chance(5) ? `(elem.drop ${segment.name})` : "";
      default:
        return `(table.set ${table.name} ${index()} ${this.expression(table.element, depth)})`;
    }
  }
}
