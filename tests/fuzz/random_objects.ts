/**
 * Random code that makes, reads and casts references.
 *
 * @module
 */

import { Operands } from "./random_operands.ts";
import {
  type ArrayDeclaration,
  heapText,
  isBelow,
  isNullableText,
  isReferenceText,
  type Sized,
  type StructDeclaration,
  structOf,
  type TypeText,
  unpackedText,
} from "./random_world.ts";

/** Adds references to structs, arrays and functions. */
export abstract class Objects extends Operands {
  protected abstract args(types: readonly TypeText[], depth: number): string;
  protected abstract expression(type: TypeText, depth: number): string;
  protected abstract index(of: Sized, mask: number, depth: number): string;
  protected abstract small(mask: number, depth: number): string;

  /** Instructions that read and write the same variable, field or element; null when there is none of the type. */
  protected readAndWrite(type: TypeText, depth: number): [read: string, write: string] | null {
    const { types, globals, tables, memories } = this.world;
    const at = this.random.below(4);
    const value = this.expression(type, depth);
    const pairs: [string, string][] = [];
    for (const { name } of this.locals.filter((local) => local.type === type)) {
      pairs.push([`(local.get ${name})`, `(local.set ${name} ${value})`]);
    }
    for (const { name } of globals.filter((global) => global.type === type && global.mutable)) {
      pairs.push([`(global.get ${name})`, `(global.set ${name} ${value})`]);
    }
    for (const { name, address } of tables.filter(({ element }) => element === type)) {
      const index = `(${address}.const ${at})`;
      pairs.push([`(table.get ${name} ${index})`, `(table.set ${name} ${index} ${value})`]);
    }
    for (const { name, address } of /^i(32|64)$/.test(type) ? memories : []) {
      const start = `(${address}.const ${at * 8})`;
      pairs.push([`(${type}.load ${name} ${start})`, `(${type}.store ${name} ${start} ${value})`]);
    }
    const objects: [string, string][] = [];
    for (const local of this.locals) {
      const get = `(local.get ${local.name})`;
      const heap = isReferenceText(local.type) ? heapText(local.type) : "";
      for (const [i, { storage, mutable }] of structOf(types, heap)?.fields.entries() ?? []) {
        if (storage !== type || !mutable) continue;
        objects.push([`(struct.get ${heap} ${i} ${get})`, `(struct.set ${heap} ${i} ${get} ${value})`]);
      }
      const array = types.arrays.find(({ name }) => name === heap);
      if (array?.storage !== type || !array.mutable) continue;
      const index = `(i32.const ${at})`;
      objects.push([`(array.get ${heap} ${get} ${index})`, `(array.set ${heap} ${get} ${index} ${value})`]);
    }
    const candidates = objects.length > 0 && this.chance(2) ? objects : [...pairs, ...objects];
    return candidates.length > 0 && !this.chance(4) ? this.random.pick(candidates) : null;
  }

  /** A reference to a struct or array, mostly not null. */
  protected object(name: string, depth: number): string {
    const type = this.chance(10) ? `(ref null ${name})` : `(ref ${name})`;
    // Those in variables are seen by several instructions.
    const known = this.chance(2) ? this.localOf(type) ?? this.localOf(`(ref null ${name})`) : undefined;
    return known ? `(local.get ${known})` : this.expression(type, depth);
  }

  /** Of an array: 4 to some more. */
  protected length(depth: number, most = 15): string {
    if (most === 15 && this.chance(25)) return `(i32.const ${this.random.pick([255, 256, 257, 3000])})`;
    return `(i32.add ${this.small(most, depth)} (i32.const 4))`;
  }

  /** A field, an element or a result of the host that has the type. */
  protected read(type: TypeText, depth: number): string | null {
    const { structs, arrays } = this.world.types;
    const reads: (() => string)[] = [];
    const suffix = (storage: string) =>
      storage === unpackedText(storage) ? "" : this.random.pick(["_s", "_u"]);
    for (const { name, fields } of structs) {
      for (const [i, { storage }] of fields.entries()) {
        if (unpackedText(storage) !== type) continue;
        reads.push(() => `(struct.get${suffix(storage)} ${name} ${i} ${this.object(name, depth)})`);
      }
    }
    for (const { name, storage } of arrays) {
      if (unpackedText(storage) !== type) continue;
      reads.push(() =>
        `(array.get${suffix(storage)} ${name} ${this.object(name, depth)} ${this.small(3, depth)})`
      );
    }
    return reads.length > 0 ? this.random.pick(reads)() : null;
  }

  protected referenceOperation(type: TypeText, depth: number): string {
    const random = this.random;
    const heap = heapText(type);
    const { types, tables } = this.world;
    const ways: (() => string)[] = [];
    for (const struct of types.structs) {
      if (/^(any|eq|struct)$/.test(heap) || isBelow(types, struct, heap)) {
        ways.push(() => this.newStruct(struct, depth), () => this.newStruct(struct, depth));
      }
    }
    for (const array of types.arrays) {
      if (/^(any|eq|array)$/.test(heap) || array.name === heap) {
        ways.push(() => this.newArray(array, depth), () => this.newArray(array, depth));
      }
    }
    if (/^(any|eq|i31)$/.test(heap)) ways.push(() => `(ref.i31 ${this.expression("i32", depth)})`);
    if (heap === "any") ways.push(() => `(any.convert_extern ${this.expression("externref", depth)})`);
    if (heap === "extern" && this.has("gc")) {
      ways.push(() => `(extern.convert_any ${this.expression("anyref", depth)})`);
    }
    if (this.has("gc") && /^(eq|struct|array|i31|\$[sa]\d)$/.test(heap)) {
      ways.push(() => `(ref.cast ${type} ${this.expression(this.chance(8) ? "anyref" : type, depth)})`);
      ways.push(() => this.branchOnCast(type, depth));
    }
    if (heap.startsWith("$f")) {
      ways.push(() => `(ref.cast ${type} ${this.expression(this.chance(8) ? "funcref" : type, depth)})`);
    }
    if (isNullableText(type)) {
      for (const table of tables) {
        if (table.element === type) {
          ways.push(() => `(table.get ${table.name} ${this.index(table, 7, depth)})`);
        }
      }
      ways.push(() => this.read(type, depth) ?? this.leaf(type));
    } else {
      const nullable = `(ref null ${heap})`;
      if (this.chance(4)) ways.push(() => `(ref.as_non_null ${this.expression(nullable, depth)})`);
      ways.push(() => {
        const label = this.fresh("n");
        const value = () => this.expression(nullable, depth);
        const done = { name: label, types: [type] };
        if (this.chance(2)) {
          const text = this.within(done, value);
          const fallback = this.reference(type);
          return `(block ${label} (result ${type}) (br_on_non_null ${label} ${text}) ${fallback})`;
        }
        const failed = this.fresh("o");
        const text = this.within(done, () => this.within({ name: failed, types: [] }, value));
        return `(block ${label} (result ${type}) (block ${failed} (br ${label} (br_on_null ${failed} ${text}))) ${
          this.reference(type)
        })`;
      });
    }
    return ways.length > 0 ? random.pick(ways)() : this.leaf(type);
  }

  protected newStruct({ name, fields }: StructDeclaration, depth: number): string {
    return `(struct.new ${name} ${this.args(fields.map(({ storage }) => unpackedText(storage)), depth)})`;
  }

  protected newArray({ name, storage }: ArrayDeclaration, depth: number): string {
    const random = this.random;
    const { data, elements } = this.world;
    const value = unpackedText(storage);
    const bits = !isReferenceText(storage);
    switch (random.below(5)) {
      case 0:
        return `(array.new_default ${name} ${this.length(depth)})`;
      case 1:
        return `(array.new ${name} ${this.expression(value, depth)} ${this.length(depth)})`;
      case 2:
        if (bits && data.length > 0) {
          return `(array.new_data ${name} ${random.pick(data)} ${this.small(15, depth)} ${
            this.length(depth, 2)
          })`;
        }
        for (const segment of elements) {
          if (segment.element === storage) {
            return `(array.new_elem ${name} ${segment.name} (i32.const 0) ${this.small(3, depth)})`;
          }
        }
    }
    const length = this.chance(10) ? random.below(4) : 4 + random.below(3);
    const values = Array.from({ length }, () => this.expression(value, depth));
    return `(array.new_fixed ${name} ${length} ${values.join(" ")})`;
  }

  /** A value of `type` if a cast succeeds, else another one. */
  protected branchOnCast(type: TypeText, depth: number): string {
    const label = this.fresh("c");
    const done = { name: label, types: [type] };
    if (this.chance(2)) {
      const value = this.within(done, () => this.expression("anyref", depth));
      return `(block ${label} (result ${type}) (br_on_cast ${label} anyref ${type} ${value}) (drop) ${
        this.leaf(type)
      })`;
    }
    const failed = this.fresh("d");
    const value = this.within(
      done,
      () => this.within({ name: failed, types: ["anyref"] }, () => this.expression("anyref", depth)),
    );
    return `(block ${label} (result ${type}) (block ${failed} (result anyref)
      (br ${label} (br_on_cast_fail ${failed} anyref ${type} ${value}))) (drop) ${this.leaf(type)})`;
  }
}
