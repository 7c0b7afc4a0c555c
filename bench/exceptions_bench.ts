/**
 * Exceptions thrown and caught in a loop, against the host's own engine.
 *
 * ```sh
 * deno run -A bench/exceptions_bench.ts [--rounds N] [KERNEL...]
 * bun bench/exceptions_bench.ts
 * deno bundle --platform deno -o dist/exceptions.mjs bench/exceptions_bench.ts && node dist/exceptions.mjs
 * ```
 *
 * @module
 */

import { type Kernel, measure } from "./side_by_side.ts";

const EXCEPTIONS = 50_000;

measure([
  {
    file: "exceptions.wat",
    kernels: {
      "caller": EXCEPTIONS,
      "ten frames": EXCEPTIONS,
      "same function": EXCEPTIONS,
      "rare": 20 * EXCEPTIONS,
      "rethrown": EXCEPTIONS,
      "from JavaScript": EXCEPTIONS,
      "to JavaScript": EXCEPTIONS,
    },
    make({ wasm, instantiate }) {
      const thrown = {};
      const exports = instantiate({
        bench: {
          JSTag: (wasm as { JSTag?: unknown }).JSTag,
          throw() {
            throw thrown;
          },
        },
      }) as Record<string, Kernel>;
      return {
        ...exports,
        "to JavaScript"(n) {
          let caught = 0;
          for (let i = 0; i < n; i++) {
            try {
              exports.throw(i);
            } catch {
              caught++;
            }
          }
          return caught;
        },
      };
    },
  },
  {
    file: "legacy_exceptions.wat",
    kernels: { "legacy caller": EXCEPTIONS, "legacy rare": 20 * EXCEPTIONS, "legacy rethrown": EXCEPTIONS },
    make: ({ instantiate }) => instantiate() as Record<string, Kernel>,
  },
]);
