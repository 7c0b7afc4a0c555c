/**
 * `WebAssembly.Memory` (JS API, section 5.3 "Memories").
 *
 * @module
 */

import type { Buffer } from "../memory/allocator.ts";
import { MAXIMUM_PAGES_32, MAXIMUM_PAGES_64 } from "../memory/limits.ts";
import type { EngineState } from "../runtime/engine_state.ts";
import { Memory } from "../runtime/memory.ts";
import type { MemoryType } from "../syntax/types.ts";
import { defineExternalInterface, descriptorArgument, type ExternalInterface } from "./external_interface.ts";
import { readAddressType, readLimits } from "./limits_descriptor.ts";
import { memoryDescriptor } from "./type_descriptors.ts";
import type { MemoryTypeDescriptor } from "./types.ts";
import { addressValue, fromAddress, rangeError, typeError } from "./web_idl.ts";

/** Most pages a 64-bit memory may declare as its maximum (JS API, "Implementation-defined Limits"). */
const MAXIMUM_DECLARED_PAGES_64 = (1n << 37n) - 1n;

/** The interface `Memory` of `engine`. */
export function memoryInterface(engine: EngineState): ExternalInterface<Memory> {
  return defineExternalInterface<Memory>({
    name: "Memory",
    construct(args, api) {
      const type = readMemoryType(api, args[0]);
      try {
        return new Memory(type, engine.allocator);
      } catch (error) {
        if (error instanceof RangeError) throw rangeError(api, error.message);
        throw error;
      }
    },
    members: (receiver) => ({
      grow(this: unknown, delta: unknown): number | bigint {
        const api = "WebAssembly.Memory.grow()";
        const memory = receiver(this, api);
        const { addressType, limits } = memory.type;
        const pages = addressValue(api, "Argument 0", delta, addressType);
        memory.refresh();
        if (limits.maximum !== null && BigInt(memory.pages) + pages > limits.maximum) {
          throw rangeError(api, "Maximum memory size exceeded");
        }
        const before = memory.grow(Number(pages));
        if (before < 0) throw rangeError(api, "Unable to grow instance memory");
        return fromAddress(before, addressType);
      },
      get buffer(): Buffer {
        const memory = receiver(this, "WebAssembly.Memory.buffer");
        memory.refresh();
        return memory.buffer;
      },
      toFixedLengthBuffer(this: unknown): Buffer {
        return receiver(this, "WebAssembly.Memory.toFixedLengthBuffer()").present(false);
      },
      toResizableBuffer(this: unknown): Buffer {
        const api = "WebAssembly.Memory.toResizableBuffer()";
        const memory = receiver(this, api);
        if (memory.type.limits.maximum === null) throw typeError(api, "Memory must have a maximum");
        return memory.present(true);
      },
      type(this: unknown): MemoryTypeDescriptor {
        const memory = receiver(this, "WebAssembly.Memory.type()");
        memory.refresh();
        const { type, pages } = memory;
        return memoryDescriptor({ ...type, limits: { ...type.limits, minimum: BigInt(pages) } });
      },
    }),
  });
}

/** The members are read in V8's and the specification's tests' order, each converted at once. */
function readMemoryType(api: string, argument: unknown): MemoryType {
  const descriptor = descriptorArgument(api, argument, "memory descriptor");
  const addressType = readAddressType(api, descriptor);
  const limits = addressType === "i32"
    ? readLimits(api, descriptor, addressType, BigInt(MAXIMUM_PAGES_32), BigInt(MAXIMUM_PAGES_32))
    : readLimits(api, descriptor, addressType, BigInt(MAXIMUM_PAGES_64), MAXIMUM_DECLARED_PAGES_64);
  const shared = Boolean(descriptor.shared);
  if (shared && limits.maximum === null) {
    throw typeError(api, "If shared is true, maximum property should be defined.");
  }
  return { addressType, limits, shared, pageSizeLog2: 16 };
}
