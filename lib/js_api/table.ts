/**
 * `WebAssembly.Table` (JS API, section 5.4 "Tables").
 *
 * @module
 */

import { type ConversionFailure, hasJSValues, toJSValue, toWebAssemblyValue } from "../runtime/js_values.ts";
import { MAXIMUM_TABLE_SIZE, Table } from "../runtime/table.ts";
import { NO_TYPES } from "../syntax/canonical_types.ts";
import { EXTERNREF, isNullable, STRINGREF, valueTypeName } from "../syntax/types.ts";
import { defineExternalInterface, descriptorArgument, type ExternalInterface } from "./external_interface.ts";
import { tableKindNamed } from "./descriptor_types.ts";
import { readAddressType, readLimits } from "./limits_descriptor.ts";
import { tableDescriptor } from "./type_descriptors.ts";
import type { TableTypeDescriptor } from "./types.ts";
import { addressValue, fromAddress, rangeError, typeError } from "./web_idl.ts";

/** The interface `Table` of an engine. */
export function tableInterface(): ExternalInterface<Table> {
  /** A value argument of an operation; `rest` is empty when it is missing. */
  const toElement = (table: Table, api: string, rest: readonly unknown[], complaint: string): unknown => {
    const { element } = table.type;
    if (rest.length === 0) {
      if (!isNullable(element)) {
        throw typeError(api, "table of non-defaultable type needs a value");
      }
      return element === EXTERNREF ? undefined : null;
    }
    const fail: ConversionFailure = (reason) => {
      throw typeError(api, `${complaint}: ${reason}`);
    };
    return toWebAssemblyValue(rest[0], element, table.types, fail);
  };
  const toIndex = (table: Table, api: string, index: unknown): bigint =>
    addressValue(api, "Argument 0", index, table.type.addressType);
  const checkAccess = (table: Table, api: string, index: bigint): number => {
    if (index >= BigInt(table.size)) {
      const type = valueTypeName(table.type.element);
      throw rangeError(api, `invalid address ${index} in ${type} table of size ${table.size}`);
    }
    return Number(index);
  };
  const checkVisible = (table: Table, api: string) => {
    const { element } = table.type;
    if (!hasJSValues(element)) throw typeError(api, `invalid type ${valueTypeName(element)}`);
  };

  return defineExternalInterface<Table>({
    name: "Table",
    construct(args, api) {
      const descriptor = descriptorArgument(api, args[0], "table descriptor");
      const value = args[1];
      const element = tableKindNamed(descriptor.element);
      if (element === undefined) {
        throw typeError(api, "Descriptor property 'element' must be a WebAssembly reference type");
      }
      const addressType = readAddressType(api, descriptor);
      const largestAddress = addressType === "i32" ? 0xffff_ffffn : 0xffff_ffff_ffff_ffffn;
      const limits = readLimits(api, descriptor, addressType, BigInt(MAXIMUM_TABLE_SIZE), largestAddress);
      const fail: ConversionFailure = (reason) => {
        throw typeError(
          api,
          "Argument 2 must be undefined or a value of type compatible with the type of the new table: " +
            `${reason}.`,
        );
      };
      if (value === undefined && element === STRINGREF) {
        throw typeError(api, "Missing initial value when creating stringref table");
      }
      // As in V8, a value that no element gets is not looked at.
      const initial = value === undefined || limits.minimum === 0n
        ? (element === EXTERNREF ? undefined : null)
        : toWebAssemblyValue(value, element, NO_TYPES, fail);
      return new Table({ element, addressType, limits, shared: false }, NO_TYPES, initial);
    },
    members: (receiver) => ({
      get length(): number | bigint {
        const table = receiver(this, "WebAssembly.Table.length()");
        return fromAddress(table.size, table.type.addressType);
      },
      grow(this: unknown, delta: unknown, ...rest: unknown[]): number | bigint {
        const api = "WebAssembly.Table.grow()";
        const table = receiver(this, api);
        const elements = toIndex(table, api, delta);
        const value = toElement(table, api, rest, "Argument 1 is invalid");
        const before = table.grow(Number(elements), value);
        if (before < 0) throw rangeError(api, `failed to grow table by ${elements}`);
        return fromAddress(before, table.type.addressType);
      },
      set(this: unknown, index: unknown, ...rest: unknown[]): void {
        const api = "WebAssembly.Table.set()";
        const table = receiver(this, api);
        checkVisible(table, api);
        const address = checkAccess(table, api, toIndex(table, api, index));
        table.set(address, toElement(table, api, rest, "Argument 1 is invalid for table"));
      },
      get(this: unknown, index: unknown): unknown {
        const api = "WebAssembly.Table.get()";
        const table = receiver(this, api);
        checkVisible(table, api);
        const address = toIndex(table, api, index);
        return toJSValue(table.get(checkAccess(table, api, address)), table.type.element);
      },
      type(this: unknown): TableTypeDescriptor {
        const { type, size } = receiver(this, "WebAssembly.Table.type()");
        return tableDescriptor({ ...type, limits: { ...type.limits, minimum: BigInt(size) } });
      },
    }),
  });
}
