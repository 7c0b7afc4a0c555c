/**
 * Interfaces whose objects stand for something of the engine: a memory, a table, a global, a tag.
 *
 * @module
 */

import { defineInterface, internalSlot, isObject, typeError } from "./web_idl.ts";

/** A thing of the engine that has at most one JavaScript object. */
interface Externalizable {
  external: object | null;
}

/** The interface of a kind of things. */
export interface ExternalInterface<Thing> {
  /** The interface object, `WebAssembly.Memory` and so on. */
  readonly constructor: object;
  /** The one object that stands for `thing`. */
  objectOf(thing: Thing): object;
  /** The thing behind an object of this interface; null for any other value. */
  thingOf(value: unknown): Thing | null;
}

/** The parts of an {@linkcode ExternalInterface} that differ. */
export interface ExternalInterfaceDefinition<Thing> {
  readonly name: string;
  /** What the constructor makes of its arguments; `api` is its name for messages. */
  readonly construct: (args: readonly unknown[], api: string) => Thing;
  /**
   * Operations and attributes. `receiver` gives the thing behind `this`, or throws the TypeError of the operation `api`.
   */
  readonly members: (receiver: (self: unknown, api: string) => Thing) => object;
}

/** Defines an interface whose objects stand for things. */
export function defineExternalInterface<Thing extends Externalizable>(
  definition: ExternalInterfaceDefinition<Thing>,
): ExternalInterface<Thing> {
  const { name, construct, members } = definition;
  const slot = internalSlot<Thing>();
  const bind = (object: object, thing: Thing) => {
    slot.set(object, thing);
    thing.external = object;
    return object;
  };
  const receiver = (self: unknown, api: string): Thing => {
    const thing = slot.get(self);
    if (thing === null) throw typeError(api, `Receiver is not a WebAssembly.${name}`);
    return thing;
  };
  const { constructor, make } = defineInterface({
    name,
    length: 1,
    construct: (args, make) => {
      const thing = construct(args, `WebAssembly.${name}()`);
      bind(make(), thing);
    },
    members: members(receiver),
  });
  return {
    constructor,
    objectOf: (thing) => thing.external ?? bind(make(), thing),
    thingOf: slot.get,
  };
}

/** The descriptor that is a constructor's first argument. @throws {TypeError} when it is not an object. */
export function descriptorArgument(
  api: string,
  value: unknown,
  what: string,
): { readonly [member: string]: unknown } {
  if (!isObject(value)) throw typeError(api, `Argument 0 must be a ${what}`);
  return value as { readonly [member: string]: unknown };
}
